import type { FieldColumn } from '../dialect/dialect.ts'
import type { Fragment } from '../dialect/fragment.ts'
import { derived } from '../kinds/derived.ts'
import type { AnyKind } from '../kinds/dynamic.ts'
import type { Scalar, Test } from '../kinds/kind.ts'
import { absent, absentSql } from './exists.ts'
import { anyOf, isOneOf, isOneOfSql } from './members.ts'
import type { Cost, Operator } from './operator.ts'

/** How many operands databases compare one by one. */
const HASHED = 10

/** Longer lists are looked up in a hash table or a tree, which is made once. */
export const comparingWith = (operands: number): number =>
  2 * Math.min(operands, HASHED) + operands / 50

/** What being one of the operands means, null left out: for scalars, and for lists. */
interface Membership {
  test(kind: AnyKind, values: readonly Scalar[]): Test
  sql(column: FieldColumn, kind: AnyKind, values: readonly Scalar[], negated: boolean): Fragment
  cost(operands: number): Cost
}

/** The values among the operands, and whether null is. */
function split(operands: readonly (Scalar | null)[]) {
  const values = operands.filter((each) => each !== null)
  return { values, orNull: values.length < operands.length }
}

/** `$in` by what membership is of a scalar or of a list. */
export const inBy = (membership: Membership) =>
  ({
    shape: 'members',
    servedBy: 'index',
    lookup: ({ kind }, operands) => anyOf(kind, operands),
    cost: (_type, operands) => membership.cost(operands.length),
    // Nothing is one of none.
    fold: (operands) => (operands.length === 0 ? false : undefined),
    test(type, operands) {
      const { values, orNull } = split(operands)
      const holds = membership.test(type.kind, values)
      if (!orNull) return holds
      const isAbsent = absent(type)
      return (value) => holds(value) || isAbsent(value)
    },
    sql(column, type, operands, negated) {
      const { values, orNull } = split(operands)
      const condition = membership.sql(column, type.kind, values, negated)
      if (!orNull) return condition
      return column.either([condition, absentSql(column, negated)], negated)
    },
  }) as const satisfies Operator<'members'>

/** `$in`: equal to one of the operands, null among them for absent. */
export const $in = /* @__PURE__ */ inBy({
  test: isOneOf,
  sql: isOneOfSql,
  cost: (operands) => ({ passes: 1, comparing: comparingWith(operands) }),
})

/** `$nin`: the complement of `$in`. */
export const $nin = /* @__PURE__ */ derived($in, {
  complement: true,
}) satisfies Operator<'members'>
