import { allOf, holdsAll, holdsAny } from './lists.ts'
import { anyOf } from './members.ts'
import { ONE_COMPARISON, type Operator } from './operator.ts'

/** `$contains`: a list that holds the operand. */
export const $contains = {
  shape: 'scalar',
  servedBy: 'index',
  lookup: ({ kind }, operand) => anyOf(kind, [operand]),
  cost: () => ONE_COMPARISON,
  test: ({ kind }, operand) => holdsAny.test(kind, [operand]),
  sql: (column, { kind }, operand, negated) => holdsAny.sql(column, kind, [operand], negated),
} as const satisfies Operator<'scalar'>

/** `$all`: a list that holds every one of the operands; of none, every present list. */
export const $all = {
  shape: 'elements',
  servedBy: 'index',
  lookup: ({ kind }, operand) => allOf(kind, operand),
  cost: (_type, operand) => holdsAll.cost(operand.length),
  test: ({ kind }, operand) => holdsAll.test(kind, operand),
  sql: (column, { kind }, operand, negated) => holdsAll.sql(column, kind, operand, negated),
} as const satisfies Operator<'elements'>
