import { memberOf } from '../kinds/dynamic.ts'
import { type Bound, type Range, rangeAt, type Scalar } from '../kinds/kind.ts'
import { type FieldType, ONE_COMPARISON, type Operator } from './operator.ts'

/** The range with a constant that a row can hold. */
function boundOf({ kind }: FieldType, comparison: Range, operand: Scalar): Bound {
  const { value, side } = kind.position(operand)
  return { comparison: rangeAt(comparison, side), constant: value }
}

/** `$gt`, `$gte`, `$lt`, `$lte`: present, of the operand's kind, and so ordered. */
const range = (comparison: Range) =>
  ({
    shape: 'scalar',
    servedBy: 'index',
    range: comparison,
    lookup: (type, operand) => ({ bound: boundOf(type, comparison, operand) }),
    cost: () => ONE_COMPARISON,
    test(type, operand) {
      const bound = boundOf(type, comparison, operand)
      return type.kind.range(bound.comparison, bound.constant)
    },
    testBoth(type, operand, other, otherOperand) {
      if (other.range === undefined || type.kind.within === undefined) return undefined
      return type.kind.within([
        boundOf(type, comparison, operand),
        boundOf(type, other.range, otherOperand),
      ])
    },
    sql(column, type, operand, negated) {
      const bound = boundOf(type, comparison, operand)
      const values = column.of(memberOf(type.kind, bound.constant))
      return values.compare(bound.comparison, bound.constant, negated)
    },
  }) as const satisfies Operator<'scalar'>

export const $gt = /* @__PURE__ */ range('>')
export const $gte = /* @__PURE__ */ range('>=')
export const $lt = /* @__PURE__ */ range('<')
export const $lte = /* @__PURE__ */ range('<=')
