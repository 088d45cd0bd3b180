/** Documents are String: the JSON type alters what it stores. */

import { type Fragment, isWord, join, sql, word } from '../fragment.ts'
import type { JsonValue } from '../json.ts'
import { type ColumnName, type JsonPlace, kindOf, type Stored } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { nameOf } from './names.ts'
import { types } from './types.ts'

/** The keys that lead to a value, each after a comma. Text keys lead through objects only. */
function keysOf(path: readonly string[]): Fragment {
  const isShort = path.join('').length <= STANDARD.longestPath
  const keys = path.map((key) => (isShort && isWord(key) ? sql`, '${word(key)}'` : sql`, ${key}`))
  return join(keys, sql``)
}

/** The arguments that name the value of a path. */
export const atOf = (place: ColumnName, path: readonly string[]): Fragment =>
  sql`${nameOf(place)}${keysOf(path)}`

/**
 * What the JSON value is that arguments name. Adding 0 makes 0 of -0: two doubles that are equal are
 * one to IN only if their bits are, and it makes IN of chains of =.
 */
export function jsonOf(at: Fragment, place: Stored): JsonValue {
  const type = sql`JSONType(${at})`
  const text = sql`JSONExtract(${at}, 'Nullable(String)')`
  const integer = sql`JSONExtract(${at}, 'Nullable(Int64)')`
  const isInt64 = sql`(${type} IN ('Int64', 'UInt64') AND ${integer} IS NOT NULL)`
  const number = sql`if(${type} IN ('Int64', 'UInt64', 'Double'), JSONExtract(${at}, 'Nullable(Float64)') + 0., NULL)`
  return {
    isList: sql`ifNull(${type}, 'Null') = 'Array'`,
    ofKind: (kind) => types[kind].json({ at, type, text, integer, number }, place),
    int64: sql`if(${isInt64}, ${integer}, NULL)`,
    rest: sql`if(${isInt64}, NULL, ${number})`,
  }
}

/** The arguments that name a list, none of which is NULL. */
export const listAt = (place: JsonPlace): Fragment =>
  place.document === undefined
    ? sql`ifNull(${nameOf(place)}, '')${keysOf(place.path)}`
    : atOf(place, place.path)

/** The numbers of the elements of a JSON list; none where there is no list. */
export function placesOf(place: JsonPlace): Fragment {
  const at = listAt(place)
  return sql`range(1, if(JSONType(${at}) = 'Array', JSONLength(${at}), 0) + 1)`
}

export const isObjectAt = (place: JsonPlace, element: Fragment): Fragment =>
  sql`JSONType(${listAt(place)}, ${element}) = 'Object'`

/**
 * The elements of a JSON list that are of the field's kind; none where there is no list. Each is read
 * at its place: JSONExtractArrayRaw writes 1e20 as an integer, which is too long to be read again.
 */
export function elementsOf(place: JsonPlace): Fragment {
  const element = jsonOf(sql`${listAt(place)}, e`, place).ofKind(kindOf(place).name)
  return sql`arrayMap(e -> assumeNotNull(e), arrayFilter(e -> e IS NOT NULL, arrayMap(e -> ${element}, ${placesOf(place)})))`
}
