import type { Scalar } from '../kinds/kind.ts'
import { absent, absentSql } from './exists.ts'
import { holdsAny, holdsExactly } from './lists.ts'
import { isOneOfSql } from './members.ts'
import type { FieldType, Operand, Operator } from './operator.ts'

const isList = (operand: Operand): operand is readonly (Scalar | null)[] => Array.isArray(operand)

/**
 * `$eq`: equal to the operand; to null: absent. A list field equals a scalar that it holds, and a
 * list that holds the same elements.
 */
export const $eq = {
  types: ['string', 'boolean', 'integer', 'number', 'timestamp', 'list', 'dynamic'],
  shape: 'equal',
  test(type, operand) {
    if (operand === null) return absent(type)
    if (isList(operand)) return holdsExactly.test(type.kind, operand as readonly Scalar[])
    if (type.list) return holdsAny.test(type.kind, [operand])
    return equals(type, operand)
  },
  sql(column, type, operand, negated) {
    if (operand === null) return absentSql(column, negated)
    if (isList(operand)) {
      return holdsExactly.sql(column, type.kind, operand as readonly Scalar[], negated)
    }
    if (type.list) return holdsAny.sql(column, type.kind, [operand], negated)
    return isOneOfSql(column, type.kind, [operand], negated)
  },
} as const satisfies Operator

/** `$ne`: the complement of `$eq`. */
export const $ne = { ...$eq, complement: true } as const satisfies Operator

function equals({ kind }: FieldType, operand: Scalar) {
  const { value, side } = kind.position(operand)
  return side === 0 ? kind.equals(value) : () => false
}
