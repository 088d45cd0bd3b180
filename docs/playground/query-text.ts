/** The filter, the sort and the limit as they are typed, and the query that they make. */

import {
  type Condition,
  costOf,
  type Issue,
  type PrintedFilter,
  printFilter,
  type Query,
  type Schema,
  safeParseQuery,
} from 'tamis'
import { safeParseFilterText, safeParseQueryString } from 'tamis/text'
import { LONGEST_FILTER, LONGEST_SORT } from './limits.ts'
import { type Problem, sentence } from './problems.ts'

/** What is typed. */
export interface Typed {
  readonly filter: string
  /** As in a query string: `-created_at,id`. */
  readonly sort: string
  readonly limit: string
}

/** A payload as a client would send it. */
export interface Payload {
  readonly filter_conditions: PrintedFilter
  readonly sort?: readonly object[]
  readonly limit?: number
}

export interface Ready {
  readonly condition: Condition
  readonly payload: Payload
  readonly query: Query
  readonly cost: number
  /** The instant of `$now`, the same for all engines. */
  readonly now: number
}

/** What is wrong, by the field that it was typed in. */
export interface Wrong {
  readonly filter: readonly Problem[]
  readonly sort: readonly string[]
  readonly limit: readonly string[]
}

export type QueryReading = Ready | { readonly wrong: Wrong }

const problemOf = (each: Issue): Problem => ({
  from: each.range?.start ?? 0,
  to: each.range?.end ?? 0,
  message: sentence(each),
})

/** The sort and the limit, checked as a query string is. */
function readPage(schema: Schema, { sort, limit }: Typed) {
  const parameters = new URLSearchParams()
  if (sort.trim() !== '') parameters.set('sort', sort.trim())
  if (limit.trim() !== '') parameters.set('limit', limit.trim())
  return safeParseQueryString(schema, parameters.toString())
}

/** What people write in the place of a minus for descending: `name desc`, `name:desc`, `+name`, `sort=name`. */
const OTHER_ORDER = /^sort=|[\s:](?:asc|desc)$|^\+/i

/** What is wrong with a sort that has other marks than a minus; undefined if it has none. */
function otherOrder(schema: Schema, sort: string): string | undefined {
  const terms = sort.split(',').map((term) => term.trim())
  const other = terms.find((term) => OTHER_ORDER.test(term) && !schema.fields.has(term))
  if (other === undefined) return undefined
  const isDescending = /desc$|^sort=-/i.test(other)
  const name = other.replace(OTHER_ORDER, '').replace(OTHER_ORDER, '').trim().replace(/^-/, '')
  const written = `${isDescending ? '-' : ''}${name}`
  return `Expected names of fields, with a minus for descending, received ${JSON.stringify(other)} (write ${written})`
}

/** Reads what is typed; `now` in milliseconds since 1970. */
export function readQuery(schema: Schema, typed: Typed, now: number): QueryReading {
  const wrong = (part: Partial<Wrong>): QueryReading => ({
    wrong: { filter: [], sort: [], limit: [], ...part },
  })
  if (typed.sort.length > LONGEST_SORT) {
    return wrong({ sort: [`Expected at most ${LONGEST_SORT} characters`] })
  }
  const text = typed.filter.trim() === '' ? '{}' : typed.filter
  const limits = { length: LONGEST_FILTER }
  const filter = safeParseFilterText(schema, text, { relaxed: true, limits })
  const order = otherOrder(schema, typed.sort)
  const page = readPage(schema, order === undefined ? typed : { ...typed, sort: '' })
  if (!filter.ok || !page.ok || order !== undefined) {
    const issues = page.ok ? [] : page.issues
    const isOfLimit = ({ path }: Issue) => path.startsWith('/limit')
    return wrong({
      filter: filter.ok ? [] : filter.issues.map(problemOf),
      sort: order === undefined ? issues.filter((each) => !isOfLimit(each)).map(sentence) : [order],
      limit: issues.filter(isOfLimit).map(sentence),
    })
  }
  const condition = filter.value
  const terms = page.value.ordering.slice(0, typed.sort.trim() === '' ? 0 : undefined)
  // The last term is the key, which is added where the sort does not name it.
  const named = new Set(typed.sort.split(',').map((term) => term.trim().replace(/^-/, '')))
  const sort = terms
    .filter(({ field }) => named.has(field.name))
    .map(({ field, direction }) => ({ field: field.name, direction }))
  const payload: Payload = {
    filter_conditions: printFilter(condition),
    ...(sort.length > 0 ? { sort } : {}),
    ...(typed.limit.trim() === '' ? {} : { limit: page.value.limit }),
  }
  const query = safeParseQuery(schema, payload, { now })
  if (!query.ok) {
    // What only the query as a whole shows, such as its cost.
    return wrong({ filter: query.issues.map(problemOf) })
  }
  return { condition, payload, query: query.value, cost: costOf(condition), now }
}
