import { derived } from '../kinds/derived.ts'
import type { Scalar } from '../kinds/kind.ts'
import { absent, absentSql } from './exists.ts'
import { anyOf, isOneOfSql } from './members.ts'
import { type FieldType, ONE_COMPARISON, type Operand, type Operator } from './operator.ts'

/** A field of scalars has no operand that is a list: those are the list operators'. */
const isScalar = (operand: Operand<'equal'>): operand is Scalar | null => !Array.isArray(operand)

/** `$eq`: equal to the operand; to null: absent. */
export const $eq = {
  shape: 'equal',
  servedBy: 'index',
  lookup: ({ kind }, operand) => anyOf(kind, isScalar(operand) ? [operand] : []),
  cost: () => ONE_COMPARISON,
  test(type, operand) {
    if (operand === null || !isScalar(operand)) return absent(type)
    return equals(type, operand)
  },
  sql(column, type, operand, negated) {
    if (operand === null || !isScalar(operand)) return absentSql(column, negated)
    return isOneOfSql(column, type.kind, [operand], negated)
  },
} as const satisfies Operator<'equal'>

/** `$ne`: the complement of `$eq`. */
export const $ne = /* @__PURE__ */ derived($eq, { complement: true }) satisfies Operator<'equal'>

function equals({ kind }: FieldType, operand: Scalar) {
  const { value, side } = kind.position(operand)
  return side === 0 ? kind.equals(value) : () => false
}
