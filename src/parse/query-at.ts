import { throughOf } from '../condition/relation.ts'
import { atTime, isTimed, millisecondsAt, type Now } from '../condition/timed.ts'
import { describe } from '../error/describe.ts'
import type { Query } from './query.ts'

/**
 * A query at a time. What the server joined is of that time; the client's filter is of the time of its
 * first page, which its cursor keeps.
 *
 * @throws FilterError where a shift leaves the years 0001–9999; TypeError for what is no query, such as
 * a payload that was not parsed.
 */
export function queryAt(query: Query, now?: Now): Query {
  const { ordering } = query ?? {}
  if (!Array.isArray(ordering)) {
    throw new TypeError(`tamis: expected a query of parseQuery, received ${describe(query)}`)
  }
  const isSortTimed = ordering.some(({ field }) => throughOf(field)?.isTimed)
  if (now === undefined && !isSortTimed && !isTimed(query.condition)) return query
  const server = millisecondsAt(now)
  const client = query.from?.place.now ?? (now === undefined ? (query.now ?? server) : server)
  const times = { server, client }
  const condition = atTime(query.condition, times)
  const timed = { ...query, condition, now: client }
  if (!isSortTimed) return timed
  const terms = ordering.map((term) => ({
    ...term,
    field: throughOf(term.field)?.at(times) ?? term.field,
  }))
  return { ...timed, ordering: terms }
}
