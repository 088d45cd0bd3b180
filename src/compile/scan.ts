import { type Condition, conjunction } from '../condition/condition.ts'
import { isBound } from '../condition/cursor.ts'
import { keyset, type SortKey } from '../condition/keyset.ts'
import { type Ordering, reversed } from '../condition/ordering.ts'
import { FilterError } from '../error/filter-error.ts'
import { issue } from '../error/issue.ts'
import type { Query } from '../parse/query.ts'

/** The rows of a page before `limit`: a condition and an ordering, reversed for `prev`. */
export interface Scan {
  readonly condition: Condition
  /** The condition without the place that it begins behind. */
  readonly base: Condition
  readonly key: SortKey | undefined
  readonly ordering: Ordering
  readonly isReversed: boolean
}

/**
 * The scan that finds a query's page, in memory and in SQL.
 *
 * @throws FilterError if the server's part of the condition has changed since the cursor was made.
 */
export function scanOf({ condition, bound, ordering, from }: Query): Scan {
  if (from === undefined)
    return { condition, base: condition, key: undefined, ordering, isReversed: false }
  const { name, place } = from
  if (!isBound(place, ordering, bound)) {
    const expected = 'a cursor from a page of this query'
    const received = 'a cursor of another query'
    throw new FilterError([
      issue('invalid_cursor', `/${name}`, { subject: name, expected, received }),
    ])
  }
  const isReversed = name === 'prev'
  const scanned = isReversed ? reversed(ordering) : ordering
  const { key } = place
  return {
    condition: conjunction([condition, keyset(scanned, key)]),
    base: condition,
    key,
    ordering: scanned,
    isReversed,
  }
}
