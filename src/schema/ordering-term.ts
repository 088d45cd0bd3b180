import { type Nulls, smallest } from '../kinds/nulls.ts'
import type { Field } from './field.ts'

export interface OrderingTerm {
  readonly field: Field
  /** 1 ascending, -1 descending. */
  readonly direction: 1 | -1
  /** Only where absent values do not stand where the smallest would. */
  readonly nulls?: Nulls
}

/** A term as orders hold it: `nulls` that changes nothing is left out, so equal orders look alike. */
export const orderingTerm = (field: Field, direction: 1 | -1, nulls?: Nulls): OrderingTerm =>
  nulls === undefined || field.required || nulls === smallest(direction)
    ? { field, direction }
    : { field, direction, nulls }

/** Where the rows without a value stand. */
export const nullsOf = ({ direction, nulls }: OrderingTerm): Nulls => nulls ?? smallest(direction)

/** The term from its other end. */
export const reversedTerm = ({ field, direction, nulls }: OrderingTerm): OrderingTerm =>
  orderingTerm(field, direction === 1 ? -1 : 1, nulls && (nulls === 'first' ? 'last' : 'first'))
