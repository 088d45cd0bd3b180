import { chain } from '../dialect/balance.ts'
import { sql } from '../dialect/fragment.ts'
import type { Scalar } from '../kinds/kind.ts'
import { absent, absentSql } from './exists.ts'
import { holdsAny } from './lists.ts'
import { isOneOf, isOneOfSql } from './members.ts'
import type { Operand, Operator } from './operator.ts'

/** The values among the operand, and whether null is. */
function split(operand: Operand): {
  values: readonly Scalar[]
  orNull: boolean
} {
  const members = operand as readonly (Scalar | null)[]
  return members.includes(null)
    ? { values: members.filter((each) => each !== null), orNull: true }
    : { values: members as readonly Scalar[], orNull: false }
}

/** `$in`: equal to one of the operands, null among them for absent; a list holds one of them. */
export const $in = {
  types: ['string', 'boolean', 'integer', 'number', 'timestamp', 'list', 'dynamic'],
  shape: 'members',
  // Nothing is one of none.
  fold: (operand) => ((operand as readonly unknown[]).length === 0 ? false : undefined),
  test(type, operand) {
    const { values, orNull } = split(operand)
    const holds = type.list ? holdsAny.test(type.kind, values) : isOneOf(type.kind, values)
    if (!orNull) return holds
    const isAbsent = absent(type)
    return (value) => holds(value) || isAbsent(value)
  },
  sql(column, type, operand, negated) {
    const { values, orNull } = split(operand)
    const condition = type.list
      ? holdsAny.sql(column, type.kind, values, negated)
      : isOneOfSql(column, type.kind, values, negated)
    if (!orNull) return condition
    const nulls = absentSql(column, negated)
    return chain([condition, nulls], negated ? sql` AND ` : sql` OR `)
  },
} as const satisfies Operator

/** `$nin`: the complement of `$in`. */
export const $nin = { ...$in, complement: true } as const satisfies Operator
