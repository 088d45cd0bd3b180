import type { Test, Values } from './condition.ts'
import type { FilterCase, Row } from './suite.ts'

/** The rows of a suite, each with its values as conditions see them. */
export type Table = ReadonlyMap<Row, Values>

const same = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((each, i) => each === b[i])

/** A case of a condition, with what each profile selects. */
export function caseOf(
  id: string,
  { filter, law, sql, mongodb }: Test,
  table: Table,
  otherKind: readonly string[],
): FilterCase {
  const select = (matches: (values: Values) => boolean | undefined) =>
    [...table]
      .filter(([, values]) => matches(values) === true)
      .map(([row]) => row.id)
      .sort()
  const shared = (ids: readonly string[]) => ids.filter((each) => !otherKind.includes(each))
  const ids = select(law)
  const inSql = sql === undefined ? null : shared(select(sql))
  const inMongodb = shared(select(mongodb))
  return {
    id,
    filter,
    ids,
    ...(inSql === null || !same(inSql, shared(ids)) ? { sql: inSql } : {}),
    ...(same(inMongodb, shared(ids)) ? {} : { mongodb: inMongodb }),
  }
}
