import type { Comparison } from '../dialect/dialect.ts'
import { memberOf } from '../kinds/dynamic.ts'
import type { Scalar } from '../kinds/kind.ts'
import type { Operator } from './operator.ts'

type Range = Exclude<Comparison, '=' | '<>'>

/** Each comparison: what it says of the order of value and constant, and its complement. */
const RANGES: Record<
  Range,
  {
    readonly test: (order: (value: unknown) => number) => (value: unknown) => boolean
    readonly complement: Range
    /** What it becomes for an operand just above, or just below, the constant that stands in. */
    readonly above: Range
    readonly below: Range
  }
> = {
  '>': {
    test: (order) => (v) => order(v) > 0,
    complement: '<=',
    above: '>',
    below: '>=',
  },
  '>=': {
    test: (order) => (v) => order(v) >= 0,
    complement: '<',
    above: '>',
    below: '>=',
  },
  '<': {
    test: (order) => (v) => order(v) < 0,
    complement: '>=',
    above: '<=',
    below: '<',
  },
  '<=': {
    test: (order) => (v) => order(v) <= 0,
    complement: '>',
    above: '<=',
    below: '<',
  },
}

/** `$gt`, `$gte`, `$lt`, `$lte`: present, of the operand's kind, and so ordered. */
function range(comparison: Range) {
  const { above, below } = RANGES[comparison]
  const from = (side: -1 | 0 | 1): Range => (side === 0 ? comparison : side > 0 ? above : below)
  return {
    types: ['string', 'boolean', 'integer', 'number', 'timestamp', 'dynamic'],
    shape: 'scalar',
    test({ kind }, operand) {
      const { value, side } = kind.position(operand as Scalar)
      return RANGES[from(side)].test(kind.against(value))
    },
    sql(column, { kind }, operand, negated) {
      const { value, side } = kind.position(operand as Scalar)
      const values = column.of(memberOf(kind, value))
      const own = from(side)
      if (!negated) return values.compare(own, value)
      return values.orAbsent(values.compare(RANGES[own].complement, value))
    },
  } as const satisfies Operator
}

export const $gt = range('>')
export const $gte = range('>=')
export const $lt = range('<')
export const $lte = range('<=')
