import type { Scalar } from '../../kinds/kind.ts'
import { type Fragment, sql } from '../fragment.ts'
import type { ListColumn } from '../lists.ts'
import {
  type ColumnPlace,
  elementName,
  elementOf,
  type JsonPlace,
  kindOf,
  type Place,
  plainOf,
} from '../place.ts'
import { type Negate, not as plainly, STANDARD } from '../syntax.ts'
import { typedList } from '../typed.ts'
import { arrayReader } from '../types.ts'
import { listOf } from './constants.ts'
import { listIn, reach } from './json.ts'
import { refuse } from './names.ts'
import { typeAt } from './other-types.ts'

export function listColumn(place: Place, name: Fragment): ListColumn {
  const kind = kindOf(place).name
  const not = place.nullable ? STANDARD.negate : plainly
  if (place.json) {
    const all = (constants: readonly Scalar[]) => listOf(kind, constants, place)
    return { ...listOperators(name, all, not), ...(place.isOfObjects && objectOperators(place)) }
  }
  const type = typeAt(kind, place)
  // Elements are compared as text, if their type compares otherwise.
  const exact = type.exactElements?.(name, place)
  const at = exact === undefined ? place : plainOf(place)
  const list = listOperators(exact ?? name, (constants) => listOf(kind, constants, at), not)
  return typedList(type, place, { list, exact: undefined }, STANDARD)
}

function listOperators(
  list: Fragment,
  all: (constants: readonly Scalar[]) => Fragment,
  not: Negate,
): ListColumn {
  return {
    holdsAny: (constants, negated) => not(sql`list_has_any(${list}, ${all(constants)})`, negated),
    holdsAll: (constants, negated) => not(sql`list_has_all(${list}, ${all(constants)})`, negated),
    holdsExactly(constants, negated) {
      const exactly = all(constants)
      return not(
        sql`(list_has_all(${list}, ${exactly}) AND list_has_all(${exactly}, ${list}))`,
        negated,
      )
    },
    hasSize: (size, negated) => not(sql`list_unique(${list}) = ${size}`, negated),
    hasObject: () => {
      throw new TypeError('tamis: duckdb: a list of scalars has no objects')
    },
  }
}

/** Conditions on the objects of a list in JSON. */
function objectOperators(place: JsonPlace): Pick<ListColumn, 'hasSize' | 'hasObject'> {
  const list = listIn(reach(place, place.path))
  const name = elementName(place)
  const object = sql`${name}.j`
  return {
    hasSize: (size, negated) =>
      STANDARD.negate(
        sql`len(list_filter(${list}, lambda e: ${isObject(sql`e`)})) = ${size}`,
        negated,
      ),
    hasObject(inside, negated) {
      const condition = inside(elementOf(place, object))
      return plainly(
        sql`EXISTS (SELECT 1 FROM (SELECT unnest(${list}) AS j) AS ${name} WHERE ${isObject(object)} AND ${condition})`,
        negated,
      )
    },
  }
}

const isObject = (json: Fragment): Fragment => sql`json_type(${json}) = 'OBJECT'`

const readArray = arrayReader(typeAt)

/** Reads a list: getRowObjects() wraps its elements in an object, the driver's other readers do not. */
export function readList(stored: unknown, place: ColumnPlace): unknown {
  const isWrapped = typeof stored === 'object' && stored !== null && 'items' in stored
  const items = isWrapped ? stored.items : stored
  if (!Array.isArray(items)) return refuse(place, 'the driver returned a value that is not a list')
  return readArray(items, place)
}
