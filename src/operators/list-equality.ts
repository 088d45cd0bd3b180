import { derived } from '../kinds/derived.ts'
import type { Scalar } from '../kinds/kind.ts'
import { absent, absentSql } from './exists.ts'
import { allOf, holdsAny, holdsExactly } from './lists.ts'
import { anyOf } from './members.ts'
import { ONE_COMPARISON, type Operand, type Operator } from './operator.ts'

const isList = (operand: Operand<'equal'>): operand is readonly Scalar[] => Array.isArray(operand)

/**
 * `$eq` of a list: it equals a scalar that it holds, and a list that holds the same elements; to
 * null: absent.
 */
export const $eq = {
  shape: 'equal',
  servedBy: 'index',
  lookup({ kind }, operand) {
    if (!isList(operand)) return anyOf(kind, [operand])
    const all = allOf(kind, operand)
    return all && { ...all, isSuperset: true }
  },
  cost: (_type, operand) => (isList(operand) ? holdsExactly.cost(operand.length) : ONE_COMPARISON),
  test(type, operand) {
    if (operand === null) return absent(type)
    if (isList(operand)) return holdsExactly.test(type.kind, operand)
    return holdsAny.test(type.kind, [operand])
  },
  sql(column, { kind }, operand, negated) {
    if (operand === null) return absentSql(column, negated)
    if (isList(operand)) return holdsExactly.sql(column, kind, operand, negated)
    return holdsAny.sql(column, kind, [operand], negated)
  },
} as const satisfies Operator<'equal'>

/** `$ne`: the complement of `$eq`. */
export const $ne = /* @__PURE__ */ derived($eq, { complement: true }) satisfies Operator<'equal'>
