/** What a relation means: in memory of the rows that were loaded, in SQL of a query of its table. */

import type { Outer, Relation } from '../condition/relation.ts'
import type { RelatedRows } from '../dialect/dialect.ts'
import { type Fragment, join, sql } from '../dialect/fragment.ts'
import { not } from '../dialect/syntax.ts'
import { AND } from '../dialect/values.ts'
import { describe, quote } from '../error/describe.ts'
import type { Field } from '../schema/field.ts'
import { mappingOf } from '../schema/mapping.ts'
import { placeOf } from '../schema/places.ts'
import { TableSource } from './table-name.ts'

/** The columns that a relation leads from and to, and the name of the related schema. */
export interface RelationKeys {
  readonly name: string
  readonly target: string
  readonly isMany: boolean
  readonly from: readonly Field[]
  readonly to: readonly Field[]
}

/** Whether a row under a relation's name is there; it must have been loaded. */
function checkLoaded(name: string, value: unknown): void {
  const isPromise =
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  if (value !== undefined && !isPromise) return
  const what = isPromise ? 'a promise' : 'undefined'
  throw new TypeError(
    `tamis: ${quote(name)}: relation not loaded: expected the related rows under this name, received ${what}`,
  )
}

const testOf =
  ({ name, isMany }: RelationKeys): Relation['test'] =>
  (matches) =>
  (value) => {
    checkLoaded(name, value)
    if (value === null) return false
    if (Array.isArray(value) !== isMany || typeof value !== 'object') {
      const expected = isMany ? 'a list of related rows' : 'the related row or null'
      throw new TypeError(
        `tamis: ${quote(name)}: expected ${expected}, received ${describe(value)}`,
      )
    }
    return isMany ? (value as readonly unknown[]).some((each) => matches(each)) : matches(value)
  }

/** A name that no table around has: these are numbered from the outside. */
function aliasIn(qualifier: string): string {
  const depth = /^related_(\d+)$/.exec(qualifier)?.[1]
  return `related_${Number(depth ?? 0) + 1}`
}

const columnOf = (field: Field, { dialect, mapping = {} }: Outer, table: string): Fragment =>
  sql`${dialect.identifier(table)}.${dialect.identifier(placeOf(field, mapping).column)}`

const sqlOf =
  ({ name, target, from, to }: RelationKeys): Relation['sql'] =>
  (outer, inside, negated) => {
    const { dialect, mapping = {}, table: around } = outer
    if (around === undefined) {
      throw new TypeError(
        `tamis: ${quote(name)}: a filter of related rows needs the alias of the table: compileFilter(condition, { alias })`,
      )
    }
    const { table = target, mapping: own = NO_MAPPING } = mappingOf(mapping, name)
    const alias = aliasIn(around.qualifier)
    const keys = from.map((field, i) => {
      const other = to[i] as Field
      return {
        own: columnOf(field, outer, around.qualifier),
        other: columnOf(other, { dialect, mapping: own }, alias),
        isNullable: !field.required || !other.required,
      }
    })
    const related: RelatedRows = {
      from: new TableSource(table, alias).in(dialect),
      keys,
      isRelated: join(
        keys.map(({ own, other }) => sql`${other} = ${own}`),
        AND,
      ),
      condition: inside({ mapping: own, table, alias }),
    }
    return (dialect.hasRelated ?? exists)(related, negated)
  }

const NO_MAPPING = {}

const exists = ({ from, isRelated, condition }: RelatedRows, negated: boolean): Fragment =>
  not(sql`EXISTS (SELECT 1 FROM ${from} WHERE ${isRelated} AND ${condition})`, negated)

/** A relation in memory and in SQL. */
export const relatedBy = (keys: RelationKeys): Pick<Relation, 'isMany' | 'test' | 'sql'> => ({
  isMany: keys.isMany,
  test: testOf(keys),
  sql: sqlOf(keys),
})
