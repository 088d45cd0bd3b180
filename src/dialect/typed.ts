/**
 * Comparisons with columns of other types than createTable's. Operands that a column cannot hold are
 * replaced or dropped; if the column does not compare as the kind does, an exact expression is tested
 * as well.
 */

import { exactly, rangeAt, type Scalar } from '../kinds/kind.ts'
import type { Column, Values } from './dialect.ts'
import { type Fragment, sql } from './fragment.ts'
import type { ListColumn } from './lists.ts'
import { plainOf, type Stored } from './place.ts'
import type { ColumnType } from './types.ts'

/** Comparisons with a column, and with an expression of it that compares as the kind does. */
export interface Asked {
  readonly column: Values
  /** Undefined if the column itself compares as the kind does. */
  readonly exact: Values | undefined
}

/** Whether a column compares all operands as the kind does. */
const isPlain = ({ position, canHold, refuseOrder }: ColumnType): boolean =>
  position === undefined && canHold === undefined && refuseOrder === undefined

/** The values of a column by its type. */
export function typedValues(
  type: ColumnType,
  at: Stored,
  { column, exact }: Asked,
  { truth }: Pick<Column, 'truth'>,
): Values {
  const { position = exactly, canHold = () => true } = type
  if (isPlain(type) && exact === undefined) return column
  const both = (ask: (values: Values) => Fragment): Fragment =>
    exact === undefined ? ask(column) : sql`(${ask(column)} AND ${ask(exact)})`
  const held = (constants: readonly Scalar[]): readonly Scalar[] =>
    heldBy(type, at, constants).map((constant) => position(constant, at).value)
  return {
    compare(comparison, constant, negated) {
      if (comparison === '=') {
        const [value] = held([constant])
        if (value === undefined) return truth(negated)
        return negated
          ? (exact ?? column).compare('=', value, true)
          : both((values) => values.compare('=', value, false))
      }
      type.refuseOrder?.(at)
      if (exact !== undefined && (negated || !type.isOrdered))
        return exact.compare(comparison, constant, negated)
      if (!canHold(constant, at)) throw new TypeError('tamis: a range needs a value of the column')
      const { value, side } = position(constant, at)
      const range = column.compare(rangeAt(comparison, side), value, negated)
      return exact === undefined
        ? range
        : sql`(${range} AND ${exact.compare(comparison, constant, false)})`
    },
    isIn(constants, negated) {
      const values = held(constants)
      if (values.length === 0) return truth(negated)
      return negated
        ? (exact ?? column).isIn(values, true)
        : both((asked) => asked.isIn(values, false))
    },
  }
}

/** The expressions that are compared instead of a column, or in addition to it. */
export const formsOf = (
  { instead, exact, isPartial }: ColumnType,
  column: Fragment,
  at: Stored,
): Forms => {
  const exactly = exact?.(column, at)
  return {
    instead: instead?.(column, at),
    exact: exactly,
    present: (isPartial ? exactly : undefined) ?? column,
  }
}

/** The expressions that stand for a column. */
interface Forms {
  readonly instead: Fragment | undefined
  readonly exact: Fragment | undefined
  /** What is NULL if the value is absent. */
  readonly present: Fragment
}

/** The place of a column's exact expression. */
export const exactAt = <P extends Stored & { readonly nullable: boolean }>(
  at: P,
  { isPartial }: ColumnType,
): P => ({ ...plainOf(at), nullable: at.nullable || isPartial === true })

/** The expression to sort by. @throws TypeError if the column has another order than the kind. */
export function orderOf(type: ColumnType, column: Fragment, at: Stored): Fragment {
  type.refuseOrder?.(at)
  const { instead, exact } = formsOf(type, column, at)
  const value = instead ?? exact ?? column
  return type.order?.(value, at) ?? value
}

/** The methods of a column that sort by it. */
export function ordersOf(
  typeOf: () => ColumnType,
  column: () => Fragment,
  at: Stored,
): Pick<Column, 'order' | 'innerOrder'> {
  const order = () => orderOf(typeOf(), column(), at)
  return { order, innerOrder: () => typeOf().innerOrder?.(order(), at) ?? order() }
}

/** The constants that a value of the column can equal. */
export function heldBy(
  { position = exactly, canHold = () => true }: ColumnType,
  at: Stored,
  constants: readonly Scalar[],
): readonly Scalar[] {
  return constants.filter((each) => canHold(each, at) && position(each, at).side === 0)
}

/** Whether a column stores a value as it is, and neither rounds it nor refuses it. */
export const isStored = (type: ColumnType, at: Stored, value: Scalar): boolean =>
  heldBy(type, at, [value]).length > 0 && (type.stores?.(value, at) ?? true)

/** Conditions on a list, and on an expression of it whose elements compare as the kind does. */
export interface AskedList {
  readonly list: ListColumn
  readonly exact: ListColumn | undefined
}

/** What a list holds, by the type of its elements. */
export function typedList(
  type: ColumnType,
  at: Stored,
  { list, exact }: AskedList,
  { truth }: Pick<Column, 'truth'>,
): ListColumn {
  if (type.position === undefined && type.canHold === undefined && exact === undefined) return list
  const held = (constants: readonly Scalar[]) => heldBy(type, at, constants)
  const ask = (
    name: 'holdsAny' | 'holdsAll' | 'holdsExactly',
    constants: readonly Scalar[],
    negated: boolean,
  ) => {
    if (exact === undefined) return list[name](constants, negated)
    if (negated) return exact[name](constants, true)
    return sql`(${list[name](constants, false)} AND ${exact[name](constants, false)})`
  }
  /** Elements that the list cannot hold are not all in it. */
  const askAll =
    (name: 'holdsAll' | 'holdsExactly') => (constants: readonly Scalar[], negated: boolean) =>
      held(constants).length < constants.length ? truth(negated) : ask(name, constants, negated)
  return {
    holdsAny(constants, negated) {
      const possible = held(constants)
      return possible.length === 0 ? truth(negated) : ask('holdsAny', possible, negated)
    },
    holdsAll: askAll('holdsAll'),
    holdsExactly: askAll('holdsExactly'),
    hasSize: (exact ?? list).hasSize,
    hasObject: list.hasObject,
  }
}
