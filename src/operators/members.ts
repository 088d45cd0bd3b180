import type { Column } from '../dialect/dialect.ts'
import type { Fragment } from '../dialect/fragment.ts'
import { type AnyKind, byMember } from '../kinds/dynamic.ts'
import { exactly, type Scalar, type Test } from '../kinds/kind.ts'
import type { Lookup } from './operator.ts'

/**
 * Being one of several values: what `$eq`, `$in` and the operators of lists have in common, in
 * memory and in SQL.
 */

/** The operands that a row's value can equal at all. */
export function attainable(kind: AnyKind, operands: readonly Scalar[]): readonly Scalar[] {
  if (kind.position === exactly) return operands
  const isExact = (operand: Scalar) => kind.position(operand).side === 0
  return operands.every(isExact) ? operands : operands.filter(isExact)
}

/** What an index finds the values by; null stands for absent. */
export const anyOf = (kind: AnyKind, operands: readonly (Scalar | null)[]): Lookup => ({
  any: operands.filter((each) => each === null || kind.position(each).side === 0),
})

export const isOneOf = (kind: AnyKind, operands: readonly Scalar[]): Test =>
  kind.among(attainable(kind, operands))

/** The rows whose value equals one of the operands, or those whose value equals none. */
export function isOneOfSql(
  column: Column,
  kind: AnyKind,
  operands: readonly Scalar[],
  negated: boolean,
): Fragment {
  const groups = byMember(kind, attainable(kind, operands))
  if (groups.length === 0) return column.truth(negated)
  const conditions = groups.map(([member, constants]) => {
    const values = column.of(member)
    return constants.length === 1
      ? values.compare('=', constants[0] as Scalar, negated)
      : values.isIn(constants, negated)
  })
  return column.either(conditions, negated)
}
