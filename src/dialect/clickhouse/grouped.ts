import type { Kind } from '../../kinds/kind.ts'
import { type Fragment, sql } from '../fragment.ts'
import { type Grouped, type GroupedList, ofDocument } from '../grouped.ts'
import { atOf, elementsOf, jsonOf } from './json.ts'
import { nameOf } from './names.ts'

/** Doubles that are int64 as such: a whole number may be written as 1e3. */
const isWhole = (double: Fragment): Fragment =>
  sql`${double} = floor(${double}) AND ${double} >= -9223372036854775808. AND ${double} < 9223372036854775808.`

const from = sql` ARRAY JOIN c.l AS e`
/** A subquery knows nothing of the row. */
const existsIn =
  (list: Fragment): NonNullable<GroupedList['exists']> =>
  (condition) =>
    sql`arrayExists(e -> ifNull(${condition}, 0), ${list})`
const element = { ofKind: () => sql`e` }

export const grouped: Grouped = {
  json(place) {
    const at = atOf(place, place.path)
    const { int64, rest } = jsonOf(at, place)
    return {
      ofKind: (kind) => jsonOf(at, ofDocument(place, kind)).ofKind(kind.name),
      halves: {
        int64: sql`ifNull(${int64}, if(${isWhole(rest)}, toInt64(${rest}), NULL))`,
        rest: sql`if(${isWhole(rest)}, NULL, ${rest})`,
      },
    }
  },
  list(place) {
    const list = place.json ? elementsOf(place) : nameOf(place)
    const exists = existsIn(list)
    const at = (kind: Kind) => (place.json ? ofDocument(place, kind) : place)
    return { list, from, element, exists, at }
  },
}
