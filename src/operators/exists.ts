import type { Column } from '../dialect/dialect.ts'
import type { Fragment } from '../dialect/fragment.ts'
import type { FieldType, Operator } from './operator.ts'

/** Absence: missing, null, or a value of a kind that the field does not hold. */
export function absent({ list, kind }: FieldType): (value: unknown) => boolean {
  return list ? (value) => !Array.isArray(value) : (value) => kind.read(value) === undefined
}

export const absentSql = (column: Column, negated: boolean): Fragment => column.present(!negated)

/** `$exists`: present (true), or absent (false). */
export const $exists = {
  shape: 'boolean',
  lookup: (_type, operand) => ({ any: [null], isOthers: operand }),
  // In JSON, each kind of the field is tested.
  cost: ({ kind }) => ({ passes: kind.name === 'dynamic' ? 1.5 : 1, comparing: 0 }),
  test(type, operand) {
    const isAbsent = absent(type)
    return operand ? (value) => !isAbsent(value) : isAbsent
  },
  sql: (column, _type, operand, negated) => absentSql(column, negated !== operand),
} as const satisfies Operator<'boolean'>
