/** Texts at the start, at the end or inside of others. */

import { string } from '../../kinds/string.ts'
import { startsInColumn } from '../column.ts'
import type { Column, Values } from '../dialect.ts'
import { type Fragment, sql } from '../fragment.ts'
import type { ColumnPlace, JsonPlace } from '../place.ts'
import { likeLiteral, startsWith, type TextPart } from '../text.ts'
import type { ColumnType } from '../types.ts'
import { jsonb, jsonValuesOf, reach } from './json.ts'
import { textOf } from './words.ts'

/** LIKE compares code points where the collation does, and an index of trigrams serves it. */
const pattern = (part: TextPart, text: string): string =>
  `%${likeLiteral(text, '\\')}${part === 'anywhere' ? '%' : ''}`

export function hasTextInColumn(
  place: ColumnPlace,
  type: ColumnType,
  { name, value, values }: { readonly name: Fragment; readonly value: Fragment; values(): Values },
): Column['hasText'] {
  return (part, text, negated) => {
    if (part === 'start') {
      return startsInColumn(type, place, { name, values: values() })(text, negated)
    }
    if (!negated) return sql`${value} LIKE ${pattern(part, text)}`
    const none = sql`${value} NOT LIKE ${pattern(part, text)}`
    return place.nullable ? sql`(${none} OR ${name} IS NULL)` : none
  }
}

export function hasTextInJson(place: JsonPlace): Column['hasText'] {
  return (part, text, negated) => {
    if (part === 'start' && place.indexed && place.jsonCollation === 'C') {
      return startsWith(jsonValuesOf(place, string), text, negated)
    }
    const value = reach(place, place.path)
    const has =
      part === 'start'
        ? sql`jsonb_path_match(${value}, 'strict $.type() == "string" && $ starts with $c', ${jsonb(JSON.stringify({ c: text }))})`
        : sql`coalesce(${textOf(value, place)} LIKE ${pattern(part, text)}, FALSE)`
    return negated ? sql`(NOT ${has} OR ${value} IS NULL)` : has
  }
}
