import { type Fragment, sql } from '../fragment.ts'
import { type Grouped, type GroupedValue, ofDocument } from '../grouped.ts'
import type { Types } from './constants.ts'
import type { JsonColumns } from './json.ts'
import type { Names } from './names.ts'
import type { Server } from './server.ts'

/** Doubles that are int64 as such: a whole number may be written as 1e3. */
const isWhole = (double: Fragment): Fragment =>
  sql`${double} = FLOOR(${double}) AND ${double} > -9223372036854775808e0 AND ${double} < 9223372036854775808e0`

export function groupedOf(
  { json, element, doubleList, exists }: Server,
  { nameOf }: Names,
  { types }: Types,
  { reach }: JsonColumns,
): Grouped {
  function ofJson(value: Fragment, place: Parameters<typeof ofDocument>[0]): GroupedValue {
    const { int64, rest } = json(value)
    return {
      ofKind(kind) {
        const one = types[kind.name].json(value, ofDocument(place, kind))
        // -0 is 0.
        return kind.name === 'number' ? sql`(${one} + 0e0)` : one
      },
      // The number in brackets.
      shown: ({ name }, double) =>
        name === 'number' && doubleList !== undefined
          ? { value: doubleList(double), read: (stored) => Number(String(stored).slice(1, -1)) }
          : undefined,
      halves: {
        int64: sql`COALESCE(${int64}, CASE WHEN ${isWhole(rest)} THEN CAST(${rest} AS SIGNED) END)`,
        rest: sql`(CASE WHEN ${isWhole(rest)} THEN NULL ELSE ${rest} + 0e0 END)`,
      },
    }
  }
  return {
    json: (place) => ofJson(reach(place, place.path), place),
    list(place) {
      const value = place.json ? reach(place, place.path) : sql`JSON_EXTRACT(${nameOf(place)}, '$')`
      const elements = (list: Fragment) =>
        sql`JSON_TABLE(${list}, '$[*]' COLUMNS (e JSON PATH '$')) AS l`
      const list = sql`(CASE WHEN ${json(value).isList} THEN ${value} END)`
      return {
        list,
        // MySQL refuses c.l itself, which it merges with the SELECT that it is from.
        from: sql`, ${elements(sql`CASE WHEN c.l IS NOT NULL THEN c.l END`)}`,
        // A table in FROM knows nothing of the row in MariaDB, but for JSON_TABLE.
        exists: (condition) =>
          exists(sql`SELECT 1 FROM ${elements(list)} WHERE ${condition}`, false),
        element: ofJson(element(sql`l.e`), place),
        at: (kind) => ofDocument(place, kind),
      }
    },
  }
}
