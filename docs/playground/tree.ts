/** A condition as a tree of lines. */

import { type Condition, printFilter } from 'tamis'

export interface Branch {
  /** What holds the branches together, or a condition of one field. */
  readonly label: string
  /** The operand, as JSON. */
  readonly operand?: string
  /** The type of the field. */
  readonly note?: string
  readonly branches: readonly Branch[]
}

/** A value as JSON, with integers beyond 2^53 in all their digits. */
export const jsonText = (value: unknown, indent?: number): string => {
  const long: string[] = []
  const text = JSON.stringify(
    value,
    (_, each: unknown) => {
      if (typeof each !== 'bigint') return each
      long.push(each.toString())
      return `\u0000${long.length - 1}`
    },
    indent,
  )
  return (text ?? 'undefined').replace(/"\\u0000(\d+)"/g, (_, i) => long[Number(i)] ?? '')
}

const GROUPS = { and: ['all of', 'every row'], or: ['any of', 'no row'] } as const

export function treeOf(condition: Condition): Branch {
  if (condition.kind === 'and' || condition.kind === 'or') {
    const { kind, conditions } = condition
    const [label, empty] = GROUPS[kind]
    return { label: conditions.length === 0 ? empty : label, branches: conditions.map(treeOf) }
  }
  const { field, operator, negated } = condition
  const label = `${negated ? 'not ' : ''}${field.name} ${operator}`
  if (condition.kind === 'some') {
    return { label, note: 'list of objects', branches: [treeOf(condition.condition)] }
  }
  const { kind, list } = field.type
  const note = list ? `list of ${kind.name}` : kind.name
  return { label, operand: jsonText(operandOf(condition)), note, branches: [] }
}

/** The operand as the filter has it: a leaf prints as `{field: operand}` or `{field: {$gte: operand}}`. */
function operandOf(leaf: Condition & { readonly kind: 'leaf' }): unknown {
  let printed: unknown = Object.values(printFilter({ ...leaf, negated: false }))[0]
  if (isWrapped(printed, leaf.operator)) printed = printed[leaf.operator]
  return printed
}

const isWrapped = (value: unknown, operator: string): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, operator)
