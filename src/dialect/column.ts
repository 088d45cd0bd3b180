/** The column of the dialects that read JSON through {@link JsonValue}: all but SQLite and PostgreSQL. */

import { membersOf } from '../kinds/dynamic.ts'
import type { KindName } from '../kinds/kind.ts'
import type { Column } from './dialect.ts'
import { type Fragment, join, sql } from './fragment.ts'
import type { JsonValue } from './json.ts'
import type { ListColumn } from './lists.ts'
import { logicOf } from './logic.ts'
import { kindOf, type Place } from './place.ts'
import type { Syntax } from './syntax.ts'
import { exactAt, formsOf, ordersOf, typedValues } from './typed.ts'
import type { TypeAt } from './types.ts'
import { type Expression, longValuesOf, numericValuesOf, OR, valuesOf } from './values.ts'

export const presence =
  (value: Fragment): Column['present'] =>
  (negated) =>
    negated ? sql`${value} IS NULL` : sql`${value} IS NOT NULL`

/** The dialect's parts of a column. */
export interface ColumnParts {
  readonly syntax: Syntax
  readonly name: Fragment
  /** The value, if the field is in JSON. */
  readonly json: JsonValue | undefined
  readonly lists: ListColumn
  readonly typeAt: TypeAt
  expressionOf(kind: KindName, at: Place, value: Fragment): Expression
  hasWords(words: readonly string[], prefix: string): Fragment
}

export function columnOf(place: Place, parts: ColumnParts): Column {
  const { syntax, name, json, lists, typeAt, expressionOf, hasWords } = parts
  const { negate } = syntax
  const shared: Pick<Column, 'hasWords' | 'truth' | 'either'> & ListColumn = {
    ...lists,
    hasWords: (words, prefix, negated) => negate(hasWords(words, prefix), negated),
    ...logicOf(syntax),
  }
  if (json === undefined) {
    const type = typeAt(kindOf(place).name, place)
    const { instead, exact, present } = formsOf(type, name, place)
    const of: Column['of'] = ({ name: kind }) => {
      const plain = (value: Fragment) => valuesOf(expressionOf(kind, exactAt(place, type), value))
      if (instead !== undefined) return plain(instead)
      const column = valuesOf(expressionOf(kind, place, name))
      return typedValues(type, place, { column, exact: exact && plain(exact) }, syntax)
    }
    return {
      ...shared,
      present: presence(present),
      of,
      ...ordersOf(
        () => type,
        () => name,
        place,
      ),
    }
  }
  const kinds = membersOf(place.kind).map((kind) => kind.name)
  const tests = place.list
    ? [json.isList]
    : kinds.map((kind) => json.isOf?.(kind) ?? sql`${json.ofKind(kind)} IS NOT NULL`)
  const isPresent = sql`(${join(tests, OR)})`
  const inside: Place = { ...place, isSorted: false }
  return {
    ...shared,
    present: (negated) => negate(isPresent, negated),
    of({ name: kind }) {
      const values = (as: KindName, value: Fragment) =>
        longValuesOf(expressionOf(as, inside, value), negate, json.prefilter?.(kind))
      if (kind !== 'numeric') return values(kind, json.ofKind(kind))
      return numericValuesOf(values('integer', json.int64), values(kind, json.rest), syntax)
    },
    ...ordersOf(
      () => typeAt(kindOf(place).name, place),
      () => json.ofKind(kindOf(place).name),
      place,
    ),
  }
}
