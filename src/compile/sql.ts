// Longer than most files here: what a statement takes and gives is described where it is compiled.

import { type Condition, isTrue } from '../condition/condition.ts'
import type { Ordering } from '../condition/ordering.ts'
import { throughOf } from '../condition/relation.ts'
import { atNow, type Clock } from '../condition/timed.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, type Parameter, type Statement, sql } from '../dialect/fragment.ts'
import { render } from '../dialect/render.ts'
import type { Query } from '../parse/query.ts'
import { queryAt } from '../parse/query-at.ts'
import type { Fields, OfFields } from '../schema/definition.ts'
import type { AnyMapping, Mapping } from '../schema/mapping.ts'
import { pageApart } from './apart.ts'
import { asksRelated, orderBy, sortedValue, sortsRelated, whole } from './clauses.ts'
import { pageOfFew } from './few.ts'
import { type Plan, planOf } from './plan.ts'
import { scanOf } from './scan.ts'
import { checkSorted, selectOf, type Term, withTerms } from './select.ts'
import { headBy, headOf, selectedBy } from './selected.ts'
import type { TableRef } from './table-name.ts'
import { checkTarget } from './target.ts'
import { around, headWithOrder, turned } from './turned.ts'

const NOTHING = sql``
const ORDER_BY = sql` ORDER BY `.strings[0]

/** Where a condition is to run. */
export interface Target<Params = unknown, F extends Fields = Fields> extends Clock {
  readonly dialect: Dialect<Params>
  /**
   * Where fields live; without one, each in the column of its name. What it says is worked out once
   * and kept with the object: hand over the same one each time, and make another to change it.
   */
  readonly mapping?: Mapping<F> | undefined
}

/** Where the numbers of placeholders begin, for a statement that has parameters before these. */
export interface FilterTarget<Params = unknown, F extends Fields = Fields>
  extends Target<Params, F> {
  readonly firstParameter?: number
  /** The name that the statement gives the table, to put before its columns: for joins. */
  readonly alias?: string
}

/** SQL, and what it is made of, for query builders that place parameters themselves. */
export interface CompiledFilter<Params = readonly Parameter[]> extends Statement<Params> {
  /**
   * The pieces of the text around its parameters, one more than there are of these: what a builder's
   * template tag is called with, `sql(strings, ...params)`, where the dialect's `params` is a list.
   */
  readonly strings: TemplateStringsArray
}

/**
 * A condition as a boolean expression in parentheses, true of the same rows as the predicate. It is
 * safe to combine with other conditions: `WHERE tenant = ? AND ${text}`.
 *
 * @throws TypeError where the dialect cannot say it exactly, naming field and dialect, where the
 * mapping names a field that the condition's schema does not have, or for an unknown option.
 * @throws FilterError where the filter asks of a key that no path of the database reaches.
 */
export function compileFilter<F extends Fields, Params>(
  condition: Condition & OfFields<F>,
  target: FilterTarget<Params, NoInfer<F>>,
): CompiledFilter<Params> {
  checkTarget(target)
  const fixed = atNow(condition, target.now)
  return withinParameters(target, (own) => filterOf(fixed, own))
}

/** A statement; where it has too many parameters for the dialect, as its dense form writes it. */
export function withinParameters<
  Params,
  Target extends { readonly dialect: Dialect<Params> },
  S extends Statement<Params>,
>(target: Target, compile: (target: Target) => S): S {
  const statement = compile(target)
  const { dense } = target.dialect
  const { params } = statement
  const isOver = dense && Array.isArray(params) && params.length > dense.mostParameters
  return isOver ? compile({ ...target, dialect: dense.dialect }) : statement
}

function filterOf<Params>(
  condition: Condition,
  target: Omit<FilterTarget<Params>, 'mapping'> & { readonly mapping?: unknown },
): CompiledFilter<Params> {
  const { dialect, alias, firstParameter } = target
  const plan = planOf(dialect, target.mapping as AnyMapping | undefined, undefined, alias)
  return inPieces(whole(condition, plan), dialect, firstParameter)
}

/**
 * A fragment of the sql`` tag as a statement: the text with the dialect's placeholders, and its
 * parameters.
 */
export const compileSql = <Params>(
  fragment: Fragment,
  { dialect }: Pick<Target<Params>, 'dialect'>,
): Statement<Params> => render(fragment, dialect)

export function inPieces<Params>(
  fragment: Fragment,
  dialect: Dialect<Params>,
  first?: number,
): CompiledFilter<Params> {
  return { ...render(fragment, dialect, first), strings: piecesOf(fragment) }
}

const piecesOf = ({ texts }: Fragment): TemplateStringsArray =>
  Object.assign([...texts], { raw: texts })

export interface QueryTarget<Params = unknown, F extends Fields = Fields>
  extends Target<Params, F> {
  /** The table; `{ schema, name }` for one that the search path does not find. */
  readonly table: TableRef
  /** A name for the table in this statement, which stands before each of its columns. */
  readonly alias?: string
  /**
   * The fields to select (a wildcard by its prefix); all of them where it is left out, with those that
   * are hidden. For rows that are sent to clients, those of `clientSchema(schema)`.
   */
  readonly select?: readonly string[]
  /** Fetches one row more than the page has, for `pageOf`. */
  readonly lookAhead?: boolean
  /**
   * A SELECT of the rows to look at instead of the whole table, with all of its columns: where the
   * caller knows a faster way to them than the database does. It is made by the sql`` tag:
   * `` sql`SELECT * FROM people WHERE id IN (SELECT owner FROM memberships WHERE team = ${team})` ``.
   */
  readonly source?: Fragment
  /** The index by which the table is read: `INDEXED BY` in SQLite, `FORCE INDEX` in MariaDB and MySQL. */
  readonly index?: string
  /** Locks the rows until the transaction ends: `FOR UPDATE` in PostgreSQL, MariaDB and MySQL. */
  readonly forUpdate?: boolean
}

/** A whole SELECT, and what it was made of, for those who build their own. */
export interface CompiledQuery<Params = readonly Parameter[]> extends CompiledFilter<Params> {
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
 * @throws TypeError where the dialect cannot say it exactly, or has nothing like `index` or `forUpdate`,
 * where the mapping or `select` names a field that there is not, or for an unknown option.
 * @throws FilterError where the query's cursor is of one to which the server had joined something
 * else (`invalid_cursor`), or where it asks of a key that no path of the database reaches.
 */
export function compileQuery<F extends Fields, Params>(
  query: Query & OfFields<F>,
  target: QueryTarget<Params, NoInfer<F>>,
): CompiledQuery<Params> {
  checkTarget(target)
  const fixed = queryAt(query, target.now)
  return withinParameters(target, (own) => queryOf(fixed, own))
}

function queryOf<Params>(
  query: Query,
  target: Omit<QueryTarget<Params>, 'mapping'> & { readonly mapping?: unknown },
): CompiledQuery<Params> {
  const { table, alias, lookAhead = false, forUpdate = false } = target
  const { schema, offset } = query
  const isOfAll = sortsRelated(query.ordering)
  const dialect = (isOfAll ? target.dialect.forAll : undefined) ?? target.dialect
  const select = selectOf(query, target.select)
  // A bare name after ORDER BY is an alias first; a table before it says which is meant.
  const qualified = planOf(dialect, target.mapping as AnyMapping | undefined, table, alias)
  const { bare } = qualified
  bare.check(schema.key)
  const scan = scanOf(query)
  const { condition, isReversed } = scan
  // What is joined would be locked as well.
  const isJoined = dialect.joinRelated !== undefined && !forUpdate && sortsRelated(scan.ordering)
  const ordering = isJoined ? joinedOrdering(scan.ordering) : scan.ordering
  const limit = query.limit === 0 || !lookAhead ? query.limit : query.limit + 1
  if (lookAhead && select !== undefined) {
    checkSorted(ordering, selectedBy(qualified, schema, select), bare.site.mapping)
  }
  const isRelated = asksRelated(condition) || sortsRelated(ordering)
  const isQualified = dialect.aliasesHide === true || alias !== undefined || isRelated
  const plan = isQualified ? qualified : bare
  const { from, more } = withRelated(ordering, qualified, fromOf(target, qualified))
  const selected = () => {
    const own = selectedBy(qualified, schema, select, isJoined)
    return lookAhead ? withTerms(own, more, dialect) : own
  }
  const head = () =>
    from === undefined && more.length === 0
      ? headBy(qualified, schema, select)
      : headOf(selected().alone, from ?? qualified.from)
  const together = () => {
    const filter = isTrue(condition) ? NOTHING : sql` WHERE ${whole(condition, plan)}`
    const order = orderBy(ordering, qualified, ORDER_BY, ' ')
    const tail = sql`${filter}${order}${dialect.limit(limit, offset)}`
    const columns = selected()
    const isNested = isReversed || (columns.isLate && !forUpdate)
    if (!isNested) return sql`${head()}${tail}`
    const inner = sql`${headWithOrder(qualified, columns, ordering, from)}${tail}`
    return (isReversed ? turned : around)(qualified, columns, ordering, inner)
  }
  // Rows of a UNION cannot be locked, and what is read from is the caller's choice of a way.
  const isTogether = from !== undefined || forUpdate || sortsRelated(ordering)
  const page = {
    plan: qualified,
    where: isRelated ? qualified : bare,
    head,
    selected,
    scan,
    limit,
    offset,
  }
  const rows = (isTogether ? undefined : (pageApart(page) ?? pageOfFew(page))) ?? together()
  const statement = forUpdate ? sql`${rows}${lockOf(dialect)}` : rows
  return new Compiled(
    statement,
    {
      condition,
      ordering: scan.ordering,
      plan: alias !== undefined || isRelated ? qualified : bare,
      dialect,
    },
    limit,
    offset,
  )
}

/** What stands after FROM: the given SELECT under the table's name, or the table. */
export const sourceOf = (source: Fragment | undefined, { from, site }: Plan): Fragment =>
  source === undefined
    ? from
    : sql`(${source}) AS ${site.dialect.identifier(site.table?.qualifier ?? '')}`

/** What is read from; undefined for the table as it is. */
function fromOf(
  { dialect, source, index }: Omit<QueryTarget, 'mapping'>,
  plan: Plan,
): Fragment | undefined {
  if (source === undefined && index === undefined) return undefined
  if (index === undefined) return sourceOf(source, plan)
  if (source !== undefined) throw new TypeError('tamis: index conflicts with source')
  if (dialect.useIndex !== undefined) return sql`${plan.from}${dialect.useIndex(index)}`
  throw new TypeError(`tamis: ${dialect.name}: index hints are not supported`)
}

const joinedOrdering = (ordering: Ordering): Ordering =>
  ordering.map((term) => ({ ...term, field: throughOf(term.field)?.joined() ?? term.field }))

/**
 * What a sort by related rows adds to a statement: the values of each row, under their paths, for
 * cursors, and what is joined to the table.
 */
function withRelated(
  ordering: Ordering,
  plan: Plan,
  from: Fragment | undefined,
): { readonly from: Fragment | undefined; readonly more: readonly Term[] } {
  const more: Term[] = []
  let source = from
  for (const { field } of ordering) {
    const value = sortedValue(field, plan)
    if (value === undefined) continue
    more.push({ name: field.name, value: value.select })
    if (value.join !== undefined) source = sql`${source ?? plan.from}${value.join}`
  }
  return { from: source, more }
}

function lockOf({ name, forUpdate }: Dialect<unknown>): Fragment {
  if (forUpdate !== undefined) return forUpdate
  throw new TypeError(`tamis: ${name}: forUpdate is not supported`)
}

/** What the parts of a statement are made of. */
interface Parts<Params> {
  readonly condition: Condition
  readonly ordering: Ordering
  readonly plan: Plan
  readonly dialect: Dialect<Params>
}

/** The parts are for building other statements and are made lazily. */
class Compiled<Params> implements CompiledQuery<Params> {
  readonly text: string
  readonly params: Params
  readonly limit: number
  readonly offset: number
  readonly #statement: Fragment
  readonly #parts: Parts<Params>

  constructor(statement: Fragment, parts: Parts<Params>, limit: number, offset: number) {
    const { text, params } = render(statement, parts.dialect)
    this.text = text
    this.params = params
    this.limit = limit
    this.offset = offset
    this.#statement = statement
    this.#parts = parts
  }

  get strings(): TemplateStringsArray {
    return piecesOf(this.#statement)
  }

  get where(): CompiledFilter<Params> {
    const { condition, plan, dialect } = this.#parts
    return inPieces(whole(condition, plan), dialect)
  }

  get orderBy(): CompiledFilter<Params> {
    const { ordering, plan, dialect } = this.#parts
    if (dialect.sortsJoinedOnly && sortsRelated(ordering)) {
      throw new TypeError(
        `tamis: ${dialect.name}: a sort by related rows joins their tables: run the whole statement, text`,
      )
    }
    return inPieces(orderBy(ordering, plan), dialect)
  }
}
