import type { Scalar } from '../kinds/kind.ts'
import { holdsAll, holdsAny } from './lists.ts'
import type { Operator } from './operator.ts'

/** `$contains`: a list that holds the operand. */
export const $contains = {
  types: ['list'],
  shape: 'scalar',
  test: ({ kind }, operand) => holdsAny.test(kind, [operand as Scalar]),
  sql: (column, { kind }, operand, negated) =>
    holdsAny.sql(column, kind, [operand as Scalar], negated),
} as const satisfies Operator

/** `$all`: a list that holds every one of the operands; of none, every present list. */
export const $all = {
  types: ['list'],
  shape: 'elements',
  test: ({ kind }, operand) => holdsAll.test(kind, operand as readonly Scalar[]),
  sql: (column, { kind }, operand, negated) =>
    holdsAll.sql(column, kind, operand as readonly Scalar[], negated),
} as const satisfies Operator
