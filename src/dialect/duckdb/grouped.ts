import { type Fragment, sql } from '../fragment.ts'
import { type Grouped, type GroupedValue, ofDocument } from '../grouped.ts'
import { type Place, plainOf } from '../place.ts'
import { elementsOf, jsonOf, reach } from './json.ts'
import { nameOf } from './names.ts'
import { typeAt } from './other-types.ts'

/** Doubles that are int64 as such: a whole number may be written as 1e3. */
const isWhole = (double: Fragment): Fragment =>
  sql`${double} = floor(${double}) AND ${double} >= -9223372036854775808.0::DOUBLE AND ${double} < 9223372036854775808.0::DOUBLE`

function ofJson(json: Fragment, place: Place): GroupedValue {
  const { int64, rest } = jsonOf(json, place)
  return {
    ofKind: (kind) => jsonOf(json, ofDocument(place, kind)).ofKind(kind.name),
    halves: {
      int64: sql`coalesce(${int64}, CASE WHEN ${isWhole(rest)} THEN CAST(${rest} AS BIGINT) END)`,
      rest: sql`(CASE WHEN ${isWhole(rest)} THEN NULL ELSE ${rest} END)`,
    },
  }
}

/** The slice is a list, also of an array of a fixed length (`INTEGER[3]`), which unnest refuses. */
const from = sql`, unnest(c.l[:]) AS e(v)`
const element: GroupedValue = { ofKind: () => sql`e.v` }

export const grouped: Grouped = {
  json: (place) => ofJson(reach(place, place.path), place),
  list(place) {
    if (place.json) {
      const list = elementsOf(place, reach(place, place.path))
      return { list, from, element, at: (kind) => ofDocument(place, kind) }
    }
    const name = nameOf(place)
    const exact = typeAt(place.kind.name, place).exactElements?.(name, place)
    const at = exact === undefined ? place : plainOf(place)
    return { list: exact ?? name, from, element, at: () => at }
  },
}
