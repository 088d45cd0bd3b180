/** Conditions and orders as SQL. */

import {
  type And,
  type Condition,
  conjunction,
  isAtom,
  type Or,
  operatorOf,
  refuseCondition,
} from '../condition/condition.ts'
import type { Ordering } from '../condition/ordering.ts'
import {
  type RelatedSql,
  type RelatedTable,
  relationOf,
  type SortedValue,
  throughOf,
} from '../condition/relation.ts'
import { chain } from '../dialect/balance.ts'
import { type Fragment, join, sql } from '../dialect/fragment.ts'
import type { Document } from '../dialect/place.ts'
import { AND, OR } from '../dialect/values.ts'
import type { Field } from '../schema/field.ts'
import { nullsOf } from '../schema/ordering-term.ts'
import { placeOf } from '../schema/places.ts'
import { type Plan, type Planned, planOf } from './plan.ts'

export const COMMA = sql`, `

const notTest = (): never => {
  throw new TypeError('tamis: this is SQL')
}

const truth = ({ site }: Planned, value: boolean): Fragment => site.dialect.syntax.truth(value)

function toSql(condition: Condition, plan: Planned): Fragment {
  switch (condition.kind) {
    case 'and':
      return condition.conditions.length === 0
        ? truth(plan, true)
        : chain(members(condition, plan), AND)
    case 'or':
      return condition.conditions.length === 0
        ? truth(plan, false)
        : chain(members(condition, plan), OR)
    case 'leaf': {
      const { field, operator, operand, negated } = condition
      const record = operatorOf(field.type, operator)
      const { complement = false } = record
      return record.sql(plan.of(field).column, field.type, operand, negated !== complement)
    }
    case 'some': {
      const { field, operator, scope, condition: inner, negated } = condition
      const related = relationOf(field)
      if (related !== undefined) {
        plan.check(field)
        const { dialect } = plan.site
        const joined = conjunction([scope, inner])
        return related.sql(
          plan.site,
          ({ mapping, table, alias }) => whole(joined, planOf(dialect, mapping, table, alias)),
          negated,
        )
      }
      const { sql } = operatorOf(field.type, operator)
      const inside = (document: Document) => whole(inner, plan.inside(document))
      return sql(plan.of(field).column, field.type, { test: notTest, sql: inside }, negated)
    }
    default:
      return refuseCondition(condition)
  }
}

/**
 * A chain is parsed as a tree that leans to the left: what stands last in it is the least deep. So
 * the leaves come first, and wide lists in each other do not add up to SQLite's limit of 1,000.
 */
function members({ conditions }: And | Or, plan: Planned): readonly Fragment[] {
  const fragments: Fragment[] = []
  for (const each of conditions) if (each.kind === 'leaf') fragments.push(toSql(each, plan))
  for (const each of conditions) if (each.kind !== 'leaf') fragments.push(toSql(each, plan))
  return fragments
}

/** Whether a condition asks of related rows, so that columns must say whose they are. */
export const asksRelated = (condition: Condition): boolean => {
  if (condition.kind === 'some') return relationOf(condition.field) !== undefined
  return condition.kind !== 'leaf' && condition.conditions.some(asksRelated)
}

/** Whether rows are sorted by fields of related rows. */
export const sortsRelated = (ordering: Ordering): boolean =>
  ordering.some(({ field }) => throughOf(field) !== undefined)

/** The value of a related row that a term sorts by; undefined of a field of the rows themselves. */
export function sortedValue(field: Field, { site }: Planned): SortedValue | undefined {
  const { dialect } = site
  const planIn = ({ mapping, table, alias }: RelatedTable) => planOf(dialect, mapping, table, alias)
  const tools: RelatedSql = {
    where: (condition, related) => whole(condition, planIn(related)),
    value(end, related) {
      return {
        order: planIn(related).of(end).column.innerOrder(),
        select: dialect.select({ ...placeOf(end, related.mapping), table: related.alias }),
      }
    },
  }
  return throughOf(field)?.sql(site, tools)
}

export function orderBy(ordering: Ordering, plan: Plan, before = '', after = ''): Fragment {
  const terms: Fragment[] = []
  for (let i = 0; i < ordering.length; i++) {
    const term = ordering[i]!
    const related = sortedValue(term.field, plan)
    if (related !== undefined) {
      terms.push(plan.site.dialect.order(related.order, term.direction, nullsOf(term)))
      continue
    }
    const planned = plan.of(term.field)
    terms.push(planned.order(term.direction, planned.nullable ? nullsOf(term) : undefined))
  }
  return join(terms, COMMA, before, after)
}

/** In parentheses, whatever it is: a chain of several has its own. */
export function whole(condition: Condition, plan: Planned): Fragment {
  const fragment = toSql(condition, plan)
  const isChain = !isAtom(condition) && condition.conditions.length > 1
  return isChain ? fragment : sql`(${fragment})`
}
