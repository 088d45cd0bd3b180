/**
 * Pages by a condition on the one related row (`customer.country`), in a database whose planner does not
 * know how many rows match it. If few related rows match, the page's rows are found through them;
 * otherwise the order is walked, and the condition tested for each row.
 */

import { type Condition, conjunction, type Some } from '../condition/condition.ts'
import { relationOf } from '../condition/relation.ts'
import { type Fragment, sql } from '../dialect/fragment.ts'
import { MOST, type Page, unionOf } from './apart.ts'
import { orderBy, whole } from './clauses.ts'
import { type Plan, planOf } from './plan.ts'
import { around, headWithOrder, orderByAliases, turned } from './turned.ts'

/**
 * From so many matching related rows on, walking the order is faster: if 200 of 100,000 match, to each
 * of which 10 rows refer, a page of 30 is full after about 15,000 rows.
 */
const FEW = 200n

/**
 * The page as a UNION of both ways, of which one has a LIMIT of 0; undefined for dialects whose planner
 * chooses well, and for other pages.
 */
export function pageOfFew(page: Page): Fragment | undefined {
  const { plan, where, scan, limit, offset } = page
  const { dialect } = plan.site
  const limitIf = dialect.apart?.limitIf
  const relation = toOne(scan.condition)
  if (dialect.forAll === undefined || limitIf === undefined || relation === undefined) {
    return undefined
  }
  if (limit === 0 || limit + offset > MOST) return undefined
  const selected = page.selected()
  const { mapping, table } = where.site
  const byRelated = planOf(dialect.forAll, mapping, table?.name, table?.qualifier)
  const some = sql`SELECT 1 FROM ${related(relation, byRelated)} LIMIT ${FEW}`
  const count = sql`(SELECT count(*) FROM (${some}))`
  const head = headWithOrder(plan, selected, scan.ordering, undefined)
  const order = orderBy(scan.ordering, plan)
  const way = (own: Plan, isAsked: Fragment) =>
    sql`${head} WHERE ${whole(scan.condition, own)} ORDER BY ${order} ${limitIf(limit + offset, [isAsked])}`
  const found = unionOf(dialect, [
    way(byRelated, sql`${count} < ${FEW}`),
    way(where, sql`${count} = ${FEW}`),
  ])
  const isNested = scan.isReversed || selected.isLate
  const what = isNested ? sql`*` : selected.outer
  const rows = sql`SELECT ${what} FROM (${found}) AS found ${orderByAliases(plan, selected, scan.ordering)} ${dialect.limit(limit, offset)}`
  if (!isNested) return rows
  return (scan.isReversed ? turned : around)(plan, selected, scan.ordering, rows)
}

/** The condition on a to-one relation with one key that every row of the page must meet, if there is one. */
function toOne(condition: Condition): Some | undefined {
  const all = condition.kind === 'and' ? condition.conditions : [condition]
  return all.find((each): each is Some => {
    if (each.kind !== 'some' || each.negated) return false
    const relation = relationOf(each.field)
    return relation?.isMany === false && relation.from.length === 1
  })
}

/** The related rows that match a condition: `table WHERE condition`. */
function related({ field, scope, condition }: Some, plan: Plan): Fragment {
  const { dialect } = plan.site
  const { rows, related } = relationOf(field)!.rows(plan.site)
  const inner = planOf(dialect, related.mapping, related.table, related.alias)
  return sql`${rows.from} WHERE ${whole(conjunction([scope, condition]), inner)}`
}
