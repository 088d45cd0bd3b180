import { type Condition, type Leaf, refuseCondition } from './condition.ts'
import { isRelative, type Timed } from './timed.ts'

/** A filter as plain data: what `printFilter` gives. */
export interface PrintedFilter {
  readonly [key: string]: unknown
}

// fromEntries defines own properties, so that a field named __proto__ is one like any other.
const object = (key: string, value: unknown): PrintedFilter => Object.fromEntries([[key, value]])

function printLeaf({ field, operator, operand, negated, timed }: Leaf): PrintedFilter {
  const shown = timed === undefined ? operand : printTimed(timed)
  const applied = operator === '$eq' ? shown : object(operator, shown)
  const filter = object(field.name, applied)
  return negated ? { $nor: [filter] } : filter
}

/** An operand with shifts, as it was written. */
export const printTimed = ({ operand }: Timed): unknown =>
  isRelative(operand) ? printShift(operand) : operand.map(printShift)

const printShift = (value: unknown): unknown => (isRelative(value) ? { $now: value.$now } : value)

/** JavaScript lists integer keys before the others, in any order of insertion. */
const isIndex = (name: string): boolean => /^\d+$/.test(name)

/** Whether the conditions can be keys of one object: leaves of different fields. */
function areKeys(conditions: readonly Condition[]): conditions is readonly Leaf[] {
  const names = new Set<string>()
  for (const each of conditions) {
    if (each.kind !== 'leaf' || each.negated || isIndex(each.field.name)) return false
    names.add(each.field.name)
  }
  return names.size === conditions.length
}

/**
 * A condition as a filter that its schema accepts and that means the same: parsing it gives an
 * equal condition. TRUE is `{}`, FALSE `{$nor: [{}]}`, a negated leaf `{$nor: [{field: …}]}`.
 * Operands are as they were checked: bigints beyond the safe integers among them, which JSON.stringify
 * refuses, and timestamps in UTC.
 */
export function printFilter(condition: Condition): PrintedFilter {
  switch (condition.kind) {
    case 'and': {
      const { conditions } = condition
      if (!areKeys(conditions)) return { $and: conditions.map(printFilter) }
      return Object.fromEntries(conditions.flatMap((each) => Object.entries(printLeaf(each))))
    }
    case 'or':
      return condition.conditions.length === 0
        ? { $nor: [{}] }
        : { $or: condition.conditions.map(printFilter) }
    case 'leaf':
      return printLeaf(condition)
    case 'some': {
      const { field, operator, condition: inner, negated } = condition
      const filter = object(field.name, object(operator, printFilter(inner)))
      return negated ? { $nor: [filter] } : filter
    }
    default:
      return refuseCondition(condition)
  }
}
