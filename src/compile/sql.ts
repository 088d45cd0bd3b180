import { type Condition, isTrue, notACondition } from '../condition/condition.ts'
import type { Ordering } from '../condition/ordering.ts'
import { chain } from '../dialect/balance.ts'
import { type Column, type Dialect, FALSE, TRUE } from '../dialect/dialect.ts'
import { type Fragment, join, render, type Statement, sql } from '../dialect/fragment.ts'
import { operatorOf } from '../operators/index.ts'
import type { Query } from '../parse/query.ts'
import type { Field } from '../schema/field.ts'
import { type AnyMapping, checkMapping, mappingOf, placeOf } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'

/** Where a condition is to run. */
export interface Target {
  readonly dialect: Dialect
  /** Where fields live; without one, each in the column of its name. */
  readonly mapping?: AnyMapping | undefined
}

/** The columns of one statement, each made once. */
function columnsOf({ dialect, mapping = {} }: Target): (field: Field) => Column {
  const columns = new Map<string, Column>()
  return (field) => {
    const known = columns.get(field.name)
    if (known !== undefined) return known
    const column = dialect.column(placeOf(field, mapping))
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

/** A column of the order; named with its table where a selected field has the column's name. */
function orderColumn({ dialect, table, mapping = {} }: QueryTarget, structure: Structure) {
  // Names are the same to SQLite whatever their case.
  const aliases = [...structure.fields.keys(), ...structure.wildcards.keys()].map((name) => ({
    name: name.toLowerCase(),
    column: (mappingOf(mapping, name).column ?? name).toLowerCase(),
  }))
  return (field: Field): Column => {
    const place = placeOf(field, mapping)
    const own = place.column.toLowerCase()
    const isTaken = aliases.some(({ name, column }) => name === own && column !== own)
    return dialect.column(isTaken ? { ...place, table } : place)
  }
}

function orderBy(ordering: Ordering, column: (field: Field) => Column): Fragment {
  const terms = ordering.map(
    ({ field, direction }) => sql`${column(field).order} ${direction === 1 ? sql`ASC` : sql`DESC`}`,
  )
  return join(terms, sql`, `)
}

/** In parentheses, whatever it is: a chain of several has its own. */
function whole(condition: Condition, column: (field: Field) => Column): Fragment {
  const fragment = toSql(condition, column)
  const isChain = condition.kind !== 'leaf' && condition.conditions.length > 1
  return isChain ? fragment : sql`(${fragment})`
}

/** Where the numbers of placeholders begin, for a statement that has parameters before these. */
export interface FilterTarget extends Target {
  readonly firstParameter?: number
}

/**
 * A condition as a boolean expression in parentheses, true of the same rows as the predicate. It is
 * safe beside other conditions: `WHERE tenant = ? AND ${text}`.
 *
 * @throws TypeError where the dialect cannot say it exactly, naming field and dialect.
 */
export function compileFilter(condition: Condition, target: FilterTarget): Statement {
  const { dialect, firstParameter } = target
  return render(whole(condition, columnsOf(target)), dialect.placeholder, firstParameter)
}

export interface QueryTarget extends Target {
  readonly table: string
  /** The fields to select (a wildcard by its prefix); all of them where it is left out. */
  readonly select?: readonly string[]
}

/** A whole SELECT, and what it was made of, for those who build their own. */
export interface CompiledQuery extends Statement {
  readonly where: Statement
  readonly orderBy: Statement
  readonly limit: number
  readonly offset: number
}

/** The columns to read, each under the name of its field. */
function selection(structure: Structure, target: QueryTarget): Fragment {
  const { dialect, mapping = {}, select } = target
  const names = [...structure.fields.keys(), ...structure.wildcards.keys()]
  if (select?.length === 0) throw new TypeError('tamis: select: expected at least one field')
  const unknown = select?.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new TypeError(`tamis: select: there is no field ${unknown}`)
  const chosen = (select ?? names).flatMap((name) => {
    const field = structure.fields.get(name)
    // What lives in a wildcard's JSON comes with it.
    if (field !== undefined && placeOf(field, mapping).json)
      return select === undefined ? [] : [field.wildcard as string]
    return [name]
  })
  // A driver that fills a plain object would set its prototype.
  if (chosen.includes('__proto__')) {
    throw new TypeError('tamis: select: drivers cannot return a column named __proto__')
  }
  const columns = [...new Set(chosen)].map((name) => {
    const { column = name } = mappingOf(mapping, name)
    return sql`${dialect.identifier(column)} AS ${dialect.identifier(name)}`
  })
  return join(columns, sql`, `)
}

/**
 * A query as a whole SELECT of the mapped columns, each under its field's name: the same rows in the
 * same order as `runQuery`.
 *
 * @throws TypeError where the dialect cannot say it exactly, or the mapping or `select` names a field
 * that there is not.
 */
export function compileQuery(query: Query, target: QueryTarget): CompiledQuery {
  const { dialect, table, mapping = {} } = target
  checkMapping(query.schema, mapping)
  const column = columnsOf(target)
  const where = whole(query.condition, column)
  const order = orderBy(query.ordering, orderColumn(target, query.schema))
  const { limit, offset } = query
  const from = sql`SELECT ${selection(query.schema, target)} FROM ${dialect.identifier(table)}`
  const filter = isTrue(query.condition) ? sql`` : sql` WHERE ${where}`
  const select = sql`${from}${filter} ORDER BY ${order} ${dialect.limit(limit, offset)}`
  return {
    ...render(select, dialect.placeholder),
    where: render(where, dialect.placeholder),
    orderBy: render(order, dialect.placeholder),
    limit,
    offset,
  }
}
