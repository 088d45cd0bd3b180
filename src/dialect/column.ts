/** The column of the dialects that read JSON through {@link JsonValue}: all but SQLite and PostgreSQL. */

import { membersOf } from '../kinds/dynamic.ts'
import type { KindName } from '../kinds/kind.ts'
import { string } from '../kinds/string.ts'
import type { Column, Values } from './dialect.ts'
import { type Fragment, join, sql } from './fragment.ts'
import type { JsonValue } from './json.ts'
import type { ListColumn } from './lists.ts'
import { logicOf } from './logic.ts'
import { kindOf, type Place, type Stored } from './place.ts'
import type { Syntax } from './syntax.ts'
import { startsWith, type TextPart } from './text.ts'
import { exactAt, formsOf, ordersOf, typedValues } from './typed.ts'
import type { ColumnType, TypeAt } from './types.ts'
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
  /** Whether a text, compared by code point, has another one at a place. */
  readonly hasText: Readonly<Record<TextPart, (text: Fragment, part: string) => Fragment>>
}

/** The start of a text in a column, by the column's own index where there is one. */
export function startsInColumn(
  type: ColumnType,
  at: Stored,
  { name, values }: { readonly name: Fragment; readonly values: Values },
): (text: string, negated: boolean) => Fragment {
  return (text, negated) => {
    const begins = startsWith(values, text, negated)
    const before = negated ? undefined : type.beginsWith?.(name, text, at)
    return before === undefined ? begins : sql`(${before} AND ${begins})`
  }
}

export function columnOf(place: Place, parts: ColumnParts): Column {
  const { syntax, name, json, lists, typeAt, expressionOf, hasWords, hasText } = parts
  const { negate } = syntax
  const shared: Pick<Column, 'hasWords' | 'truth' | 'either'> & ListColumn = {
    ...lists,
    hasWords: (words, prefix, negated) => negate(hasWords(words, prefix), negated),
    ...logicOf(syntax),
  }
  if (json === undefined || !place.json) {
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
      hasText(part, text, negated) {
        if (part !== 'start') return negate(hasText[part](instead ?? exact ?? name, text), negated)
        return startsInColumn(type, place, { name, values: of(string) })(text, negated)
      },
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
  const of: Column['of'] = ({ name: kind }) => {
    const values = (as: KindName, value: Fragment) =>
      longValuesOf(expressionOf(as, inside, value), negate, json.prefilter?.(kind))
    if (kind !== 'numeric') return values(kind, json.ofKind(kind))
    return numericValuesOf(values('integer', json.int64), values(kind, json.rest), syntax)
  }
  return {
    ...shared,
    present: (negated) => negate(isPresent, negated),
    of,
    hasText: (part, text, negated) =>
      part === 'start' && place.indexed
        ? startsWith(of(string), text, negated)
        : negate(hasText[part](json.ofKind('string'), text), negated),
    ...ordersOf(
      () => typeAt(kindOf(place).name, place),
      () => json.ofKind(kindOf(place).name),
      place,
    ),
  }
}
