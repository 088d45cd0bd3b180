import { type Fragment, sql } from '../fragment.ts'
import { type Grouped, type GroupedValue, ofDocument } from '../grouped.ts'
import { expression, ofKinds } from './json.ts'

/** Whether a kind of value may be an integer in one row and REAL in another. */
const isMixed = (name: string): boolean => name === 'integer' || name === 'numeric'

/** One form for each number, though 1 and 1.0 are equal already: what is shown of them is not. */
const whole = (value: Fragment): Fragment =>
  sql`CASE WHEN typeof(${value}) = 'real' AND ${value} >= -9223372036854775808.0 AND ${value} < 9223372036854775808.0 AND ${value} = CAST(${value} AS INTEGER) THEN CAST(${value} AS INTEGER) ELSE ${value} END`

/** Drivers read long integers as doubles. */
const shown: GroupedValue['shown'] = ({ name }, value) =>
  isMixed(name)
    ? {
        value: sql`CASE typeof(${value}) WHEN 'integer' THEN CAST(${value} AS TEXT) ELSE ${value} END`,
        read: (stored) => (typeof stored === 'string' ? BigInt(stored) : stored),
      }
    : undefined

export const grouped: Grouped = {
  json: (place) => ({
    ofKind(kind) {
      const value = expression(place, [kind])
      return isMixed(kind.name) ? whole(value) : value
    },
    shown,
  }),
  list: (place) => ({
    list: expression(place, []),
    from: sql`, json_each(c.l) AS e`,
    element: {
      ofKind(kind) {
        const json = { type: sql`e.type`, value: sql`e.atom` }
        const value = ofKinds([kind], ofDocument(place, kind))(json)
        return isMixed(kind.name) ? whole(value) : value
      },
      shown,
    },
    at: (kind) => ofDocument(place, kind),
  }),
}
