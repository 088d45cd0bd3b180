import { type Fragment, sql } from '../fragment.ts'
import type { JsonValue } from '../json.ts'
import { isLiteralPath, quotedKeys } from '../literal.ts'
import { type ColumnName, type JsonPlace, kindOf, type Stored } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { nameOf } from './names.ts'
import { types } from './types.ts'

const quoteKey = (key: string): string =>
  `."${key.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** The JSON at a path through objects only. */
const extract = (value: Fragment, keys: readonly string[]): Fragment =>
  isLiteralPath(keys, STANDARD.longestPath)
    ? sql`json_extract(${value}, '$${quotedKeys(keys)}')`
    : sql`json_extract(${value}, ${`$${keys.map(quoteKey).join('')}`})`

/**
 * The JSON at a path, or NULL. `*` is a wildcard even in quotes, so that key is reached by a
 * JSON Pointer.
 */
export function reach(place: ColumnName, path: readonly string[]): Fragment {
  let value = nameOf(place)
  let keys: string[] = []
  for (const key of path) {
    if (key !== '*') {
      keys.push(key)
      continue
    }
    if (keys.length > 0) value = extract(value, keys)
    value = sql`json_extract(${value}, '/*')`
    keys = []
  }
  return keys.length > 0 ? extract(value, keys) : value
}

export function jsonOf(json: Fragment, at: Stored): JsonValue {
  const type = sql`json_type(${json})`
  const text = sql`json_extract_string(${json}, '$')`
  const double = sql`TRY_CAST(${json} AS DOUBLE)`
  const integer = sql`TRY_CAST(${json} AS BIGINT)`
  const isInt64 = sql`(${type} IN ('BIGINT', 'UBIGINT') AND ${integer} IS NOT NULL)`
  const number = sql`(CASE WHEN ${type} IN ('BIGINT', 'UBIGINT', 'DOUBLE') AND isfinite(${double}) THEN ${double} END)`
  return {
    isList: sql`${type} = 'ARRAY'`,
    ofKind: (kind) => types[kind].json({ type, text, double, integer, number }, at),
    int64: sql`(CASE WHEN ${isInt64} THEN ${integer} END)`,
    rest: sql`(CASE WHEN NOT ${isInt64} THEN ${number} END)`,
  }
}

/** The elements of a JSON list; NULL where there is no list. */
export const listIn = (json: Fragment): Fragment =>
  sql`TRY_CAST(CASE WHEN json_type(${json}) = 'ARRAY' THEN ${json} END AS JSON[])`

/** Those that are of the field's kind. */
export function elementsOf(place: JsonPlace, json: Fragment): Fragment {
  const element = jsonOf(sql`e`, place).ofKind(kindOf(place).name)
  return sql`list_filter(list_transform(${listIn(json)}, lambda e: ${element}), lambda e: e IS NOT NULL)`
}
