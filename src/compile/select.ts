import type { Ordering } from '../condition/ordering.ts'
import { throughOf } from '../condition/relation.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, flatten, join, sql } from '../dialect/fragment.ts'
import { nameOf } from '../dialect/names.ts'
import { quote } from '../error/describe.ts'
import type { Query } from '../parse/query.ts'
import type { Field } from '../schema/field.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import { placeOf } from '../schema/places.ts'
import type { Structure } from '../schema/schema.ts'

/** What is selected, and from where. */
interface SelectTarget {
  readonly dialect: Dialect<unknown>
  /** What to put before columns, if their names alone could mean something else. */
  readonly table: string | undefined
  readonly mapping?: AnyMapping | undefined
  readonly select?: readonly string[] | undefined
}

/** The terms of a SELECT, each under the name of its field. */
export interface Selection {
  readonly names: readonly string[]
  /** The terms of one SELECT. */
  readonly alone: Fragment
  /** Those of a SELECT inside of another one, and of the other one. */
  readonly inner: Fragment
  readonly outer: Fragment
  /** Whether values are computed of every row that is sorted, if not by the outer SELECT. */
  readonly isLate: boolean
  /** A name for what the inner SELECT sorts by as its term `i`, which no selected field has. */
  orderAlias(i: number): Fragment
}

/** What is selected under a name. */
export interface Term {
  readonly name: string
  readonly value: Fragment
}

/** A column of a selection. */
interface Selected extends Term {
  readonly inner: Fragment
  readonly outer: Fragment
}

/** The names that `select` may have. @throws TypeError for no name, and for an unknown one. */
export function selectable(
  { fields, wildcards }: Structure,
  select: readonly string[] | undefined,
): readonly string[] {
  const names = [...fields.keys(), ...wildcards.keys()]
  if (select?.length === 0) throw new TypeError('tamis: select: expected at least one field')
  const unknown = select?.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new TypeError(`tamis: select: unknown field ${quote(unknown)}`)
  return names
}

/** The columns to read, each under the name of its field. */
export function selection(structure: Structure, target: SelectTarget): Selection {
  const { dialect, table, mapping = {}, select } = target
  const names = selectable(structure, select)
  const chosen = (select ?? names).flatMap((name) => {
    const field = structure.fields.get(name)
    // What lives in a wildcard's JSON comes with it.
    if (field?.wildcard !== undefined && placeOf(field, mapping).json)
      return select === undefined ? [] : [field.wildcard]
    return [name]
  })
  // A driver that fills a plain object would set its prototype.
  if (chosen.includes('__proto__')) {
    throw new TypeError('tamis: select: drivers cannot return a column named __proto__')
  }
  let isLate = false
  const selected = [...new Set(chosen)].map((name): Selected => {
    const field = structure.fields.get(name) ?? structure.wildcards.get(name)
    const own = { ...placeOf(field as Field, mapping), table }
    const value = dialect.select(own)
    const alias = dialect.identifier(name)
    const plain = nameOf(own, dialect.identifier)
    const isPlain = value.texts.join() === plain.texts.join()
    if (isPlain || dialect.selectsEarly !== true) return { name, value, inner: value, outer: alias }
    isLate = true
    const printed = dialect.select({ ...own, column: name, table: undefined })
    return { name, value, inner: plain, outer: sql`${printed} AS ${alias}` }
  })
  const named = (termOf: (each: Selected) => Fragment) =>
    flatten(
      join(
        selected.map((each) => sql`${termOf(each)} AS ${dialect.identifier(each.name)}`),
        sql`, `,
      ),
    )
  const columns = selected.map(({ name }) => name)
  return {
    names: columns,
    alone: named(({ value }) => value),
    inner: named(({ inner }) => inner),
    outer: flatten(
      join(
        selected.map(({ outer }) => outer),
        sql`, `,
      ),
    ),
    isLate,
    orderAlias: orderAliases(columns, dialect),
  }
}

/** The aliases of what is sorted by, each made once; whatever the case of the names. */
function orderAliases(
  names: readonly string[],
  { identifier }: Dialect<unknown>,
): Selection['orderAlias'] {
  const known: Fragment[] = []
  return (i) => {
    const made = known[i]
    if (made !== undefined) return made
    let alias = `order_${i}`
    while (names.some((name) => name.toLowerCase() === alias)) alias += '_'
    const fragment = identifier(alias)
    known[i] = fragment
    return fragment
  }
}

/** A selection with terms beside the columns. */
export function withTerms(
  selection: Selection,
  terms: readonly Term[],
  dialect: Dialect<unknown>,
): Selection {
  if (terms.length === 0) return selection
  const { identifier } = dialect
  const named = terms.map(({ name, value }) => sql`${value} AS ${identifier(name)}`)
  const outer = terms.map(({ name }) => identifier(name))
  const names = [...selection.names, ...terms.map(({ name }) => name)]
  return {
    names,
    alone: join([selection.alone, ...named], sql`, `),
    inner: join([selection.inner, ...named], sql`, `),
    outer: join([selection.outer, ...outer], sql`, `),
    isLate: selection.isLate,
    orderAlias: orderAliases(names, dialect),
  }
}

/**
 * The names to select for a query: of those that the server selects, what the payload asks for and
 * what cursors are made of.
 */
export function selectOf(
  { schema, fields, ordering }: Query,
  select: readonly string[] | undefined,
): readonly string[] | undefined {
  if (fields === undefined) return select
  const needed = new Set(
    [...fields, ...ordering.map(({ field }) => field)].flatMap((field) => columnsOf(schema, field)),
  )
  const names = select ?? [...schema.fields.keys(), ...schema.wildcards.keys()]
  const chosen = names.filter((name) => needed.has(name))
  return chosen.length === 0 ? select : chosen
}

/** The fields and wildcards by which a field is selected. */
function columnsOf({ fields, wildcards }: Structure, field: Field): readonly string[] {
  const { name, wildcard } = field
  if (fields.get(name) === field) return wildcard === undefined ? [name] : [name, wildcard]
  // Of a whole document, fields can have columns of their own.
  const prefix = wildcard ?? name
  const inside = wildcards.get(prefix) === field ? [...fields.values()] : []
  const others = inside.filter((each) => each.wildcard === prefix && !each.hidden)
  return [prefix, ...others.map((each) => each.name)]
}

/** Cursors are made of the values of the sort fields, so these must be selected. */
export function checkSorted(ordering: Ordering, { names }: Selection, mapping: AnyMapping): void {
  for (const { field } of ordering) {
    // Values of related rows are selected by the order.
    if (throughOf(field) !== undefined) continue
    const name = placeOf(field, mapping).json ? (field.wildcard as string) : field.name
    if (names.includes(name)) continue
    throw new TypeError(`tamis: select: lookAhead requires the sort field ${name}`)
  }
}
