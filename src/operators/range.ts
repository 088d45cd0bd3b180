import { memberOf } from '../kinds/dynamic.ts'
import { type Bound, beside, type Range, type Scalar } from '../kinds/kind.ts'
import type { FieldType, Operand, Operator } from './operator.ts'

/** A range as the values of a kind can say it. */
function boundOf({ kind }: FieldType, comparison: Range, operand: Operand): Bound {
  const { value, side } = kind.position(operand as Scalar)
  return { comparison: beside(comparison, side), constant: value }
}

/** `$gt`, `$gte`, `$lt`, `$lte`: present, of the operand's kind, and so ordered. */
const range = (comparison: Range) =>
  ({
    types: ['string', 'boolean', 'integer', 'number', 'timestamp', 'dynamic'],
    shape: 'scalar',
    range: comparison,
    test(type, operand) {
      const { comparison: own, constant } = boundOf(type, comparison, operand)
      return type.kind.range(own, constant)
    },
    testBoth(type, operand, other, otherOperand) {
      if (other.range === undefined || type.kind.within === undefined) return undefined
      return type.kind.within([
        boundOf(type, comparison, operand),
        boundOf(type, other.range, otherOperand),
      ])
    },
    sql(column, type, operand, negated) {
      const { comparison: own, constant } = boundOf(type, comparison, operand)
      return column.of(memberOf(type.kind, constant)).compare(own, constant, negated)
    },
  }) as const satisfies Operator

export const $gt = range('>')
export const $gte = range('>=')
export const $lt = range('<')
export const $lte = range('<=')
