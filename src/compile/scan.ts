import { type Condition, conjunction } from '../condition/condition.ts'
import { isBound } from '../condition/cursor.ts'
import { keyset, reversed } from '../condition/keyset.ts'
import type { Ordering } from '../condition/ordering.ts'
import { FilterError } from '../error/filter-error.ts'
import { issue } from '../error/issue.ts'
import type { Query } from '../parse/query.ts'

/** What a page is cut from: rows of a condition in an ordering, from its other end for `prev`. */
export interface Scan {
  readonly condition: Condition
  readonly ordering: Ordering
  readonly isReversed: boolean
}

/**
 * How a query's page is found, in memory and in SQL alike.
 *
 * @throws FilterError where its cursor is of a query to which the server had joined something else.
 */
export function scanOf({ condition, ordering, from }: Query): Scan {
  if (from === undefined) return { condition, ordering, isReversed: false }
  const { name, place } = from
  if (!isBound(place, ordering, condition)) {
    const expected = 'a cursor that a page of this query gave'
    const received = 'one of another query'
    throw new FilterError([
      issue('invalid_cursor', `/${name}`, { subject: name, expected, received }),
    ])
  }
  const isReversed = name === 'prev'
  const own = isReversed ? reversed(ordering) : ordering
  return { condition: conjunction([condition, keyset(own, place.key)]), ordering: own, isReversed }
}
