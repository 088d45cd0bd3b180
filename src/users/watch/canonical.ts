import type { Condition } from '../../index.ts'

/**
 * A text that is equal for conditions that differ only in the order and the repetition of members of
 * `and` and `or`.
 */
export function canonical(condition: Condition): string {
  if (condition.kind === 'leaf') {
    const { field, operator, operand, negated } = condition
    return JSON.stringify([field.path, operator, operand, negated], (_, value: unknown) =>
      // JSON has no bigints, and a string of the same digits is another operand.
      typeof value === 'bigint' ? { bigint: `${value}` } : value,
    )
  }
  if (condition.kind === 'some') {
    const { field, operator, condition: inner, negated } = condition
    return `${JSON.stringify([field.path, operator, negated])}(${canonical(inner)})`
  }
  const all = new Set(condition.conditions.map(canonical))
  return `${condition.kind}(${[...all].sort().join()})`
}
