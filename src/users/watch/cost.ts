import type { Condition } from '../../index.ts'

/** The cost of a filter that counts as one list. */
const PER_LIST = 10

/** So many objects of a list are tested. */
const MANY = 10

/**
 * The cost of testing a row in memory; a comparison with one value costs 1. (The public `costOf` is
 * about databases.) `$autocomplete` searches the text for each of its words.
 */
export function testCostOf(condition: Condition): number {
  // A list of a user's is seldom long.
  if (condition.kind === 'some') return 1 + MANY * testCostOf(condition.condition)
  if (condition.kind !== 'leaf') {
    return condition.conditions.reduce((sum, each) => sum + testCostOf(each), 0)
  }
  const { operator, operand } = condition
  if (operator === '$autocomplete') return 1 + String(operand).split(/[^\p{L}\p{M}\p{N}]+/u).length
  if (!Array.isArray(operand)) return 1
  // `$in` is one lookup in a set, which has its values in memory. The other operators with a list look
  // for each of its values.
  return 1 + (operator === '$in' ? Math.floor(operand.length / PER_LIST) : operand.length)
}

/** How many lists an open list counts as: one for each ten conditions, at least one. */
export const weightOf = (condition: Condition): number =>
  Math.max(1, Math.ceil(testCostOf(condition) / PER_LIST))
