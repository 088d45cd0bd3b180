/** A list cannot be NULL, so optional fields have a second column `<column>_present`. */

import type { Scalar } from '../../kinds/kind.ts'
import { type Fragment, sql } from '../fragment.ts'
import type { ListColumn } from '../lists.ts'
import { elementName, elementOf, kindOf, type Place } from '../place.ts'
import { not } from '../syntax.ts'
import { arrayOf, constantOf } from './constants.ts'
import { elementsOf, isObjectAt, listAt, placesOf } from './json.ts'
import { nameOf, refuse } from './names.ts'

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
    hasSize(size, negated) {
      const count =
        place.json && place.isOfObjects
          ? sql`arrayCount(e -> ${isObjectAt(place, sql`e`)}, ${placesOf(place)})`
          : sql`length(arrayDistinct(${list}))`
      return not(sql`(${isPresent} AND ${count} = ${size})`, negated)
    },
    hasObject(inside, negated) {
      if (!place.json) return refuse(place, 'a list of scalars has no objects')
      const name = elementName(place)
      const condition = inside(elementOf(place, sql`${listAt(place)}, ${name}`))
      return not(
        sql`arrayExists(${name} -> ${isObjectAt(place, name)} AND ifNull(${condition}, FALSE), ${placesOf(place)})`,
        negated,
      )
    },
  }
}
