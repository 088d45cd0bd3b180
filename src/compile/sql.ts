import { type Condition, isTrue, notACondition } from '../condition/condition.ts'
import type { Ordering } from '../condition/ordering.ts'
import { chain } from '../dialect/balance.ts'
import { type Column, type Dialect, FALSE, TRUE } from '../dialect/dialect.ts'
import {
  type Fragment,
  join,
  type Parameter,
  render,
  type Statement,
  sql,
} from '../dialect/fragment.ts'
import { operatorOf } from '../operators/index.ts'
import type { Query } from '../parse/query.ts'
import type { Field } from '../schema/field.ts'
import { type AnyMapping, checkMapping, placeOf } from '../schema/mapping.ts'
import { scanOf } from './scan.ts'
import { checkSorted, type Selected, selection } from './select.ts'

/** Where a condition is to run. */
export interface Target<Params = unknown> {
  readonly dialect: Dialect<Params>
  /** Where fields live; without one, each in the column of its name. */
  readonly mapping?: AnyMapping | undefined
}

/** The columns of one statement, each made once; with the table's name before them, if it is given. */
function columnsOf({ dialect, mapping = {} }: Target, table?: string): (field: Field) => Column {
  const columns = new Map<string, Column>()
  return (field) => {
    const known = columns.get(field.name)
    if (known !== undefined) return known
    const column = dialect.column({ ...placeOf(field, mapping), table })
    columns.set(field.name, column)
    return column
  }
}

function toSql(condition: Condition, column: (field: Field) => Column): Fragment {
  switch (condition.kind) {
    case 'and': {
      if (condition.conditions.length === 0) return TRUE
      return chain(
        leavesFirst(condition.conditions).map((each) => toSql(each, column)),
        sql` AND `,
      )
    }
    case 'or': {
      if (condition.conditions.length === 0) return FALSE
      return chain(
        leavesFirst(condition.conditions).map((each) => toSql(each, column)),
        sql` OR `,
      )
    }
    case 'leaf': {
      const { field, operator, operand, negated } = condition
      const record = operatorOf(operator)
      const { complement = false } = record
      return record.sql(column(field), field.type, operand, negated !== complement)
    }
    default:
      return notACondition(condition)
  }
}

/**
 * A chain is parsed as a tree that leans to the left: what stands last in it is the least deep, so
 * that wide lists in each other do not add up to SQLite's limit of 1,000.
 */
const leavesFirst = (conditions: readonly Condition[]): readonly Condition[] =>
  conditions.toSorted((a, b) => Number(a.kind !== 'leaf') - Number(b.kind !== 'leaf'))

function orderBy(dialect: Dialect<unknown>, terms: readonly OrderTerm[]): Fragment {
  return join(
    terms.map(({ value, direction, nullable }) => dialect.order(value, direction, nullable)),
    sql`, `,
  )
}

interface OrderTerm {
  readonly value: Fragment
  readonly direction: 1 | -1
  readonly nullable: boolean
}

const orderTerms = (
  ordering: Ordering,
  mapping: AnyMapping,
  column: (field: Field) => Column,
): OrderTerm[] =>
  ordering.map(({ field, direction }) => ({
    value: column(field).order,
    direction,
    nullable: placeOf(field, mapping).nullable,
  }))

/** In parentheses, whatever it is: a chain of several has its own. */
function whole(condition: Condition, column: (field: Field) => Column): Fragment {
  const fragment = toSql(condition, column)
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
  const { dialect, firstParameter } = target
  return inPieces(whole(condition, columnsOf(target)), dialect, firstParameter)
}

function inPieces<Params>(
  fragment: Fragment,
  dialect: Dialect<Params>,
  first?: number,
): CompiledFilter<Params> {
  const strings = Object.assign([...fragment.texts], { raw: fragment.texts })
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
  const { dialect, table, mapping = {}, lookAhead = false } = target
  checkMapping(query.schema, mapping)
  const { condition, ordering, isReversed } = scanOf(query)
  const selected = selection(query.schema, target)
  if (lookAhead) checkSorted(ordering, selected, mapping)
  const { offset } = query
  const limit = query.limit === 0 || !lookAhead ? query.limit : query.limit + 1
  const column = columnsOf(target, dialect.aliasesHide && table)
  // A bare name after ORDER BY is an alias first; a table before it says which is meant.
  const qualified = orderTerms(ordering, mapping, columnsOf(target, table))
  const find = (more: readonly Fragment[]) => {
    const columns = selected.map(({ name, value }) => sql`${value} AS ${dialect.identifier(name)}`)
    const from = sql`SELECT ${join([...columns, ...more], sql`, `)} FROM ${dialect.identifier(table)}`
    const filter = isTrue(condition) ? sql`` : sql` WHERE ${whole(condition, column)}`
    const order = orderBy(dialect, qualified)
    return sql`${from}${filter} ORDER BY ${order} ${dialect.limit(limit, offset)}`
  }
  const own = columnsOf(target)
  const statement = isReversed ? turned(dialect, selected, qualified, find) : find([])
  return {
    ...render(statement, dialect),
    where: inPieces(whole(condition, own), dialect),
    orderBy: inPieces(orderBy(dialect, orderTerms(ordering, mapping, own)), dialect),
    limit,
    offset,
  }
}

/** The rows that were found from the other end, in the order that was asked for. */
function turned(
  dialect: Dialect<unknown>,
  selected: readonly Selected[],
  terms: readonly OrderTerm[],
  find: (more: readonly Fragment[]) => Fragment,
): Fragment {
  const names = selected.map(({ name }) => dialect.identifier(name))
  const aliases = terms.map((_, i) => dialect.identifier(aliasOf(selected, i)))
  const inner = find(terms.map(({ value }, i) => sql`${value} AS ${aliases[i] as Fragment}`))
  const back = terms.map(({ direction, nullable }, i): OrderTerm => {
    return { value: aliases[i] as Fragment, direction: direction === 1 ? -1 : 1, nullable }
  })
  return sql`SELECT ${join(names, sql`, `)} FROM (${inner}) AS found ORDER BY ${orderBy(dialect, back)}`
}

/** A name that no selected field has, in whatever case. */
function aliasOf(selected: readonly Selected[], i: number): string {
  let alias = `order_${i}`
  while (selected.some(({ name }) => name.toLowerCase() === alias)) alias += '_'
  return alias
}
