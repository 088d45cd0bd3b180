import { type And, type Condition, isTrue, notACondition, type Or } from '../condition/condition.ts'
import type { Ordering } from '../condition/ordering.ts'
import { chain } from '../dialect/balance.ts'
import { AND, OR } from '../dialect/column.ts'
import { type Dialect, FALSE, TRUE } from '../dialect/dialect.ts'
import { type Fragment, join, type Parameter, type Statement, sql } from '../dialect/fragment.ts'
import { render } from '../dialect/render.ts'
import { operatorOf } from '../operators/index.ts'
import type { Query } from '../parse/query.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import { headOf, type Plan, planOf } from './plan.ts'
import { scanOf } from './scan.ts'
import { checkSorted, type Selected } from './select.ts'

const COMMA = sql`, `
const NOTHING = sql``

/** Where a condition is to run. */
export interface Target<Params = unknown> {
  readonly dialect: Dialect<Params>
  /**
   * Where fields live; without one, each in the column of its name. What it says is worked out once
   * and kept with the object: hand over the same one each time, and make another to change it.
   */
  readonly mapping?: AnyMapping | undefined
}

function toSql(condition: Condition, plan: Plan): Fragment {
  switch (condition.kind) {
    case 'and':
      return condition.conditions.length === 0 ? TRUE : chain(members(condition, plan), AND)
    case 'or':
      return condition.conditions.length === 0 ? FALSE : chain(members(condition, plan), OR)
    case 'leaf': {
      const { field, operator, operand, negated } = condition
      const record = operatorOf(operator)
      const { complement = false } = record
      return record.sql(plan.of(field).column, field.type, operand, negated !== complement)
    }
    default:
      return notACondition(condition)
  }
}

/**
 * A chain is parsed as a tree that leans to the left: what stands last in it is the least deep. So
 * the leaves come first, and wide lists in each other do not add up to SQLite's limit of 1,000.
 */
function members({ conditions }: And | Or, plan: Plan): readonly Fragment[] {
  const fragments: Fragment[] = []
  for (const each of conditions) if (each.kind === 'leaf') fragments.push(toSql(each, plan))
  for (const each of conditions) if (each.kind !== 'leaf') fragments.push(toSql(each, plan))
  return fragments
}

function orderBy(ordering: Ordering, plan: Plan, before = '', after = ''): Fragment {
  const terms: Fragment[] = []
  for (let i = 0; i < ordering.length; i++) {
    const { field, direction } = ordering[i]!
    const planned = plan.of(field)
    terms.push(direction === 1 ? planned.ascending : planned.descending)
  }
  return join(terms, COMMA, before, after)
}

/** In parentheses, whatever it is: a chain of several has its own. */
function whole(condition: Condition, plan: Plan): Fragment {
  const fragment = toSql(condition, plan)
  const isChain = condition.kind !== 'leaf' && condition.conditions.length > 1
  return isChain ? fragment : sql`(${fragment})`
}

/** Where the numbers of placeholders begin, for a statement that has parameters before these. */
export interface FilterTarget<Params = unknown> extends Target<Params> {
  readonly firstParameter?: number
}

/** A condition as SQL, and what it is made of, for query builders that place parameters themselves. */
export interface CompiledFilter<Params = readonly Parameter[]> extends Statement<Params> {
  /**
   * The pieces of the text around its parameters, one more than there are of these: what a builder's
   * template tag is called with, `sql(strings, ...params)`, where the dialect's `params` is a list.
   */
  readonly strings: TemplateStringsArray
}

/**
 * A condition as a boolean expression in parentheses, true of the same rows as the predicate. It is
 * safe beside other conditions: `WHERE tenant = ? AND ${text}`.
 *
 * @throws TypeError where the dialect cannot say it exactly, naming field and dialect.
 * @throws FilterError where the filter asks of a key that no path of the database reaches.
 */
export function compileFilter<Params>(
  condition: Condition,
  target: FilterTarget<Params>,
): CompiledFilter<Params> {
  const { dialect, mapping, firstParameter } = target
  return inPieces(whole(condition, planOf(dialect, mapping)), dialect, firstParameter)
}

function inPieces<Params>(
  fragment: Fragment,
  dialect: Dialect<Params>,
  first?: number,
): CompiledFilter<Params> {
  const { texts } = fragment
  const strings = Object.assign([...texts], { raw: texts })
  return { ...render(fragment, dialect, first), strings }
}

export interface QueryTarget<Params = unknown> extends Target<Params> {
  readonly table: string
  /** The fields to select (a wildcard by its prefix); all of them where it is left out. */
  readonly select?: readonly string[]
  /** Fetches one row more than the page has, for `pageOf`. */
  readonly lookAhead?: boolean
}

/** A whole SELECT, and what it was made of, for those who build their own. */
export interface CompiledQuery<Params = readonly Parameter[]> extends Statement<Params> {
  readonly where: CompiledFilter<Params>
  /**
   * The order in which the rows are found: for a page before a cursor (`prev`) the reverse of the
   * query's, in which `text` gives them.
   */
  readonly orderBy: CompiledFilter<Params>
  /** One more than the query's, where it looks ahead. */
  readonly limit: number
  readonly offset: number
}

/**
 * A query as a whole SELECT of the mapped columns, each under its field's name: the same rows in the
 * same order as `runQuery`.
 *
 * @throws TypeError where the dialect cannot say it exactly, or the mapping or `select` names a field
 * that there is not.
 * @throws FilterError where the query's cursor is of one to which the server had joined something
 * else (`invalid_cursor`), or where it asks of a key that no path of the database reaches.
 */
export function compileQuery<Params>(
  query: Query,
  target: QueryTarget<Params>,
): CompiledQuery<Params> {
  const { dialect, table, mapping, select, lookAhead = false } = target
  const { schema, offset } = query
  // A bare name after ORDER BY is an alias first; a table before it says which is meant.
  const qualified = planOf(dialect, mapping, table)
  const { bare } = qualified
  bare.check(schema)
  const { condition, ordering, isReversed } = scanOf(query)
  const limit = query.limit === 0 || !lookAhead ? query.limit : query.limit + 1
  if (lookAhead && select !== undefined) {
    checkSorted(ordering, qualified.selected(schema, select), bare.site.mapping)
  }
  const plan = dialect.aliasesHide === true ? qualified : bare
  const filter = isTrue(condition) ? NOTHING : sql` WHERE ${whole(condition, plan)}`
  const order = orderBy(ordering, qualified, ' ORDER BY ', ' ')
  const tail = sql`${filter}${order}${dialect.limit(limit, offset)}`
  const statement = isReversed
    ? turned(qualified, qualified.selected(schema, select), ordering, tail)
    : sql`${qualified.head(schema, select)}${tail}`
  const { text, params } = render(statement, dialect)
  return new Compiled(text, params, { condition, ordering, plan: bare, dialect }, limit, offset)
}

/** What the parts of a statement are made of. */
interface Parts<Params> {
  readonly condition: Condition
  readonly ordering: Ordering
  readonly plan: Plan
  readonly dialect: Dialect<Params>
}

/** The parts are for those who build a statement of their own, and are made when they are asked for. */
class Compiled<Params> implements CompiledQuery<Params> {
  readonly text: string
  readonly params: Params
  readonly limit: number
  readonly offset: number
  readonly #parts: Parts<Params>

  constructor(text: string, params: Params, parts: Parts<Params>, limit: number, offset: number) {
    this.text = text
    this.params = params
    this.limit = limit
    this.offset = offset
    this.#parts = parts
  }

  get where(): CompiledFilter<Params> {
    const { condition, plan, dialect } = this.#parts
    return inPieces(whole(condition, plan), dialect)
  }

  get orderBy(): CompiledFilter<Params> {
    const { ordering, plan, dialect } = this.#parts
    return inPieces(orderBy(ordering, plan), dialect)
  }
}

/** The rows that were found from the other end, in the order that was asked for. */
function turned(
  plan: Plan,
  selected: readonly Selected[],
  ordering: Ordering,
  tail: Fragment,
): Fragment {
  const { dialect, table = '' } = plan.site
  const names = selected.map(({ name }) => dialect.identifier(name))
  const terms = ordering.map(({ field, direction }, i) => {
    const { column, nullable } = plan.of(field)
    const alias = dialect.identifier(aliasOf(selected, i))
    const back = dialect.order(alias, direction === 1 ? -1 : 1, nullable)
    return { value: sql`${column.order} AS ${alias}`, back }
  })
  const more = terms.map(({ value }) => value)
  const inner = sql`${headOf(dialect, selected, more, table)}${tail}`
  const back = join(
    terms.map((term) => term.back),
    COMMA,
  )
  return sql`SELECT ${join(names, COMMA)} FROM (${inner}) AS found ORDER BY ${back}`
}

/** A name that no selected field has, in whatever case. */
function aliasOf(selected: readonly Selected[], i: number): string {
  let alias = `order_${i}`
  while (selected.some(({ name }) => name.toLowerCase() === alias)) alias += '_'
  return alias
}
