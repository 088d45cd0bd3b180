import { memberOf } from '../kinds/dynamic.ts'
import { beside, type Range, type Scalar } from '../kinds/kind.ts'
import type { Operator } from './operator.ts'

/** `$gt`, `$gte`, `$lt`, `$lte`: present, of the operand's kind, and so ordered. */
const range = (comparison: Range) =>
  ({
    types: ['string', 'boolean', 'integer', 'number', 'timestamp', 'dynamic'],
    shape: 'scalar',
    test({ kind }, operand) {
      const { value, side } = kind.position(operand as Scalar)
      return kind.range(beside(comparison, side), value)
    },
    sql(column, { kind }, operand, negated) {
      const { value, side } = kind.position(operand as Scalar)
      const values = column.of(memberOf(kind, value))
      return values.compare(beside(comparison, side), value, negated)
    },
  }) as const satisfies Operator

export const $gt = range('>')
export const $gte = range('>=')
export const $lt = range('<')
export const $lte = range('<=')
