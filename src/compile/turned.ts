/** Orders of rows that a SELECT inside of the statement found: by aliases of what it sorted by. */

import { type Ordering, reversed } from '../condition/ordering.ts'
import { type Fragment, join, sql } from '../dialect/fragment.ts'
import { nullsOf } from '../schema/ordering-term.ts'
import { COMMA } from './clauses.ts'
import { headOf, type Plan } from './plan.ts'
import type { Selected } from './select.ts'

/** A name that no selected field has, in whatever case. */
function aliasOf(selected: readonly Selected[], i: number): string {
  let alias = `order_${i}`
  while (selected.some(({ name }) => name.toLowerCase() === alias)) alias += '_'
  return alias
}

/** The names of the selected fields. */
export const namesOf = ({ site: { dialect } }: Plan, selected: readonly Selected[]): Fragment =>
  join(
    selected.map(({ name }) => dialect.identifier(name)),
    COMMA,
  )

/** `SELECT … FROM …` of the fields and of what is sorted by, under aliases. */
export function headWithOrder(
  plan: Plan,
  selected: readonly Selected[],
  ordering: Ordering,
  from: Fragment | undefined,
): Fragment {
  const { dialect } = plan.site
  const more = ordering.map(({ field }, i) => {
    const alias = dialect.identifier(aliasOf(selected, i))
    return sql`${plan.of(field).column.innerOrder()} AS ${alias}`
  })
  return headOf(dialect, selected, more, from ?? plan.from)
}

/** ORDER BY of what such a SELECT found. */
export function orderByAliases(
  plan: Plan,
  selected: readonly Selected[],
  ordering: Ordering,
): Fragment {
  const { dialect } = plan.site
  const terms = ordering.map((term, i) => {
    const alias = dialect.identifier(aliasOf(selected, i))
    const { nullable } = plan.of(term.field)
    return dialect.order(alias, term.direction, nullable ? nullsOf(term) : undefined)
  })
  return sql`ORDER BY ${join(terms, COMMA)}`
}

/** The rows that a SELECT found from the other end, in the order that was asked for. */
export function turned(
  plan: Plan,
  selected: readonly Selected[],
  ordering: Ordering,
  inner: Fragment,
): Fragment {
  const back = orderByAliases(plan, selected, reversed(ordering))
  return sql`SELECT ${namesOf(plan, selected)} FROM (${inner}) AS found ${back}`
}
