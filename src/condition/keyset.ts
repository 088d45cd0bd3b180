import type { Scalar } from '../kinds/kind.ts'
import { type Condition, conjunction, disjunction, FALSE, leaf, not } from './condition.ts'
import type { Ordering } from './ordering.ts'

/** A row's place in an ordering: the canonical value of each term, undefined where it is absent. */
export type SortKey = readonly (Scalar | undefined)[]

/** The ordering from its other end. */
export const reversed = (ordering: Ordering): Ordering =>
  ordering.map(({ field, direction }) => ({ field, direction: direction === 1 ? -1 : 1 }))

/**
 * True of the rows that stand behind a place in an ordering. Each term but the last is said as "not
 * before, and: behind, or equal and the rest": the first part is a range at which an index is
 * entered. Without it, databases scan.
 */
export function keyset(ordering: Ordering, key: SortKey): Condition {
  let rest: Condition = FALSE
  for (let i = ordering.length - 1; i >= 0; i--) {
    const { field, direction } = ordering[i]!
    const value = key[i]
    if (value === undefined) {
      // Absent values are the smallest: all that is present is behind, or nothing is.
      const absent = leaf(field, '$eq', null)
      const beside = conjunction([absent, rest])
      rest = direction === 1 ? disjunction([not(absent), beside]) : beside
      continue
    }
    // The complements of >= and > are true of absent values, too, which come last then.
    const behind = direction === 1 ? leaf(field, '$gt', value) : not(leaf(field, '$gte', value))
    const within = direction === 1 ? leaf(field, '$gte', value) : not(leaf(field, '$gt', value))
    const isLast = i === ordering.length - 1
    rest = isLast ? behind : conjunction([within, disjunction([behind, rest])])
  }
  return rest
}
