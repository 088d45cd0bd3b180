import { chain } from '../dialect/balance.ts'
import { type Column, FALSE, TRUE } from '../dialect/dialect.ts'
import { type Fragment, sql } from '../dialect/fragment.ts'
import { type AnyKind, memberOf } from '../kinds/dynamic.ts'
import type { Kind, Scalar } from '../kinds/kind.ts'

/**
 * Being one of several values: what `$eq`, `$in` and the operators of lists have in common, in
 * memory and in SQL.
 */

/** The operands that a row's value can equal at all. */
export const attainable = (kind: AnyKind, operands: readonly Scalar[]): Scalar[] =>
  operands.filter((operand) => kind.position(operand).side === 0)

export function isOneOf(kind: AnyKind, operands: readonly Scalar[]): (value: unknown) => boolean {
  const set = new Set<Scalar | undefined>(attainable(kind, operands))
  return (value) => set.has(kind.read(value))
}

/** The rows whose value equals one of the operands, or those whose value equals none. */
export function isOneOfSql(
  column: Column,
  kind: AnyKind,
  operands: readonly Scalar[],
  negated: boolean,
): Fragment {
  const groups = new Map<Kind, Scalar[]>()
  for (const operand of attainable(kind, operands)) {
    const member = memberOf(kind, operand)
    const group = groups.get(member)
    if (group === undefined) groups.set(member, [operand])
    else group.push(operand)
  }
  if (groups.size === 0) return negated ? TRUE : FALSE
  const conditions = [...groups].map(([member, constants]) => {
    const values = column.of(member)
    return constants.length === 1
      ? values.compare('=', constants[0] as Scalar, negated)
      : values.isIn(constants, negated)
  })
  return chain(conditions, negated ? sql` AND ` : sql` OR `)
}
