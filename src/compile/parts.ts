import { type Condition, conjunction, leaf, not, operatorOf, TRUE } from '../condition/condition.ts'
import { keyset } from '../condition/keyset.ts'
import type { Ordering } from '../condition/ordering.ts'
import type { Field } from '../schema/field.ts'
import { nullsOf } from '../schema/ordering-term.ts'
import type { Scan } from './scan.ts'

/** The rows of a scan that have a value in the first column of its order, or those that have none. */
export interface Part {
  readonly isAbsent: boolean
  /** What is true of its rows, beside that they have no value. */
  readonly condition: Condition
  /** Where it begins behind a row without a value: true of the rows behind it. */
  readonly behind: Condition
  readonly ordering: Ordering
}

/** Whether a condition can be true of rows with a value in a field, and of rows without. */
function admits(condition: Condition, field: Field): { value: boolean; absent: boolean } {
  const all = condition.kind === 'and' ? condition.conditions : [condition]
  let value = true
  let absent = true
  for (const each of all) {
    if (each.kind !== 'leaf' || each.field !== field) continue
    const { operator, operand, negated } = each
    const record = operatorOf(field.type, operator)
    const isComplement = negated !== (record.complement ?? false)
    if (record.test(field.type, operand)(undefined) === isComplement) absent = false
    if (operator === '$eq' && operand === null && !negated) value = false
    if (operator === '$exists' && operand === negated) value = false
  }
  return { value, absent }
}

/**
 * A scan as the rows with a value and those without, in their order; a part that can have no rows is
 * left out. An ordinary index serves each of them, wherever it has NULL.
 */
export function partsOf({ base, ordering, key }: Scan): readonly Part[] {
  const [first, ...rest] = ordering as readonly [Ordering[number], ...Ordering]
  const { field, direction } = first
  const isAbsentFirst = nullsOf(first) === 'first'
  const may = admits(base, field)
  const isInAbsent = key !== undefined && key[0] === undefined
  const isInValues = key !== undefined && !isInAbsent
  const parts: Part[] = []
  if (may.value && (isAbsentFirst || !isInAbsent)) {
    // With absent values before, what is behind a value has one.
    const absentFirst: Ordering = [{ field, direction, nulls: 'first' }, ...rest]
    const isPresent = may.absent ? not(leaf(field, '$eq', null)) : TRUE
    const condition = conjunction([base, isInValues ? keyset(absentFirst, key) : isPresent])
    parts.push({ isAbsent: false, condition, behind: TRUE, ordering })
  }
  if (may.absent && (!isAbsentFirst || !isInValues)) {
    const behind = isInAbsent ? keyset(rest, key.slice(1)) : TRUE
    parts.push({ isAbsent: true, condition: base, behind, ordering })
  }
  return isAbsentFirst ? parts.reverse() : parts
}
