/** Orders of rows that a SELECT inside of the statement found: by aliases of what it sorted by. */

import { type Ordering, reversed } from '../condition/ordering.ts'
import { throughOf } from '../condition/relation.ts'
import { type Fragment, join, sql } from '../dialect/fragment.ts'
import { nullsOf } from '../schema/ordering-term.ts'
import { COMMA, sortedValue } from './clauses.ts'
import type { Plan } from './plan.ts'
import type { Selection } from './select.ts'
import { headOf } from './selected.ts'

/** `SELECT … FROM …` of the fields and of what is sorted by, under aliases, for a SELECT around it. */
export function headWithOrder(
  plan: Plan,
  selected: Selection,
  ordering: Ordering,
  from: Fragment | undefined,
): Fragment {
  const more = ordering.map(({ field }, i) => {
    const value = sortedValue(field, plan)?.order ?? plan.of(field).innerOrder
    return sql`${value} AS ${selected.orderAlias(i)}`
  })
  return headOf(join([selected.inner, ...more], COMMA), from ?? plan.from)
}

/** ORDER BY of what such a SELECT found. */
export function orderByAliases(plan: Plan, selected: Selection, ordering: Ordering): Fragment {
  const { dialect } = plan.site
  const terms = ordering.map((term, i) => {
    const alias = selected.orderAlias(i)
    const nullable = throughOf(term.field) !== undefined || plan.of(term.field).nullable
    return dialect.order(alias, term.direction, nullable ? nullsOf(term) : undefined)
  })
  return sql`ORDER BY ${join(terms, COMMA)}`
}

/** The rows of a page that a SELECT found, in its order. */
export function around(
  plan: Plan,
  selected: Selection,
  ordering: Ordering,
  inner: Fragment,
): Fragment {
  const order = orderByAliases(plan, selected, ordering)
  return sql`SELECT ${selected.outer} FROM (${inner}) AS found ${order}`
}

/** The rows that a SELECT found from the other end, in the order that was asked for. */
export const turned = (
  plan: Plan,
  selected: Selection,
  ordering: Ordering,
  inner: Fragment,
): Fragment => around(plan, selected, reversed(ordering), inner)
