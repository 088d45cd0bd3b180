/** The intervals of an order in which the rows of a lookup stand together. */

import { type AnyKind, memberOf } from '../kinds/dynamic.ts'
import { type Bound, isWithin, type Scalar } from '../kinds/kind.ts'
import { compareValues } from '../query/facet.ts'
import type { OrderIndex, Place } from './order-index.ts'

/**
 * Where a value is: before an interval (negative), in it (0), or behind it (positive). `absent` is the
 * order of an absent value and a present one.
 */
export type Side = (value: Scalar | undefined, absent: 1 | -1) => number

/** The rows with one value, or null for those without. */
export function sideOfValue(kind: AnyKind, operand: Scalar | null): Side {
  if (operand === null) return (value, absent) => (value === undefined ? 0 : -absent)
  const compare = compareValues(kind)
  return (value, absent) => (value === undefined ? absent : compare(value, operand))
}

/** The texts with a prefix. */
export function sideOfPrefix(kind: AnyKind, prefix: string): Side {
  const compare = compareValues(kind)
  return (value, absent) => {
    if (value === undefined) return absent
    const isIn = typeof value === 'string' && value.startsWith(prefix)
    return isIn ? 0 : compare(value, prefix)
  }
}

/** The values of the constant's kind on one side of it. */
export function sideOfBound(kind: AnyKind, { comparison, constant }: Bound): Side {
  const compare = compareValues(kind)
  const member = memberOf(kind, constant)
  const outside = comparison === '>' || comparison === '>=' ? -1 : 1
  return (value, absent) => {
    if (value === undefined) return absent
    const order = compare(value, constant)
    if (kind.name === 'dynamic' && memberOf(kind, value) !== member) return order
    return isWithin(comparison, order) ? 0 : outside
  }
}

/** From which place of an order to which one the values of its first term are of an interval. */
export function intervalOf(order: OrderIndex, side: Side): readonly [from: Place, to: Place] {
  const { absent } = order.terms[0]!
  return [
    order.placeWhere((value) => side(value, absent) >= 0),
    order.placeWhere((value) => side(value, absent) > 0),
  ]
}
