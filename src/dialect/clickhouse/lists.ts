/** A list cannot be NULL, so optional fields have a second column `<column>_present`. */

import type { Scalar } from '../../kinds/kind.ts'
import { type Fragment, sql } from '../fragment.ts'
import type { ListColumn } from '../lists.ts'
import { kindOf, type Place } from '../place.ts'
import { not } from '../syntax.ts'
import { arrayOf, constantOf } from './constants.ts'
import { elementsOf } from './json.ts'
import { nameOf } from './names.ts'

export const companionOf = ({ column }: Pick<Place, 'column'>): string => `${column}_present`

export function listColumn(place: Place, isPresent: Fragment): ListColumn {
  const kind = kindOf(place).name
  const list = place.json ? elementsOf(place) : nameOf(place)
  const all = (constants: readonly Scalar[]) => arrayOf(kind, constants, place)
  return {
    // What is absent is stored as an empty list, which holds none.
    holdsAny(constants, negated) {
      const [first] = constants
      return first !== undefined && constants.length === 1
        ? not(sql`has(${list}, ${constantOf(kind, first, place)})`, negated)
        : not(sql`hasAny(${list}, ${all(constants)})`, negated)
    },
    holdsAll: (constants, negated) => not(sql`hasAll(${list}, ${all(constants)})`, negated),
    holdsExactly(constants, negated) {
      if (constants.length === 0) return not(sql`(${isPresent} AND empty(${list}))`, negated)
      const exactly = all(constants)
      return not(sql`(hasAll(${list}, ${exactly}) AND hasAll(${exactly}, ${list}))`, negated)
    },
  }
}
