import type { Dialect, Index, Place } from '../dialect/dialect.ts'
import { type Fragment, join, sql } from '../dialect/fragment.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import { type AnyMapping, placeOf } from '../schema/mapping.ts'
import { findField, type Structure } from '../schema/schema.ts'
import { type Layout, layoutOf, type Placed, type TableTarget } from './layout.ts'

const KEYS_DEEP = 100

/** The operators that an ordinary index serves. */
const SERVED = ['$eq', '$in', '$gt', '$gte', '$lt', '$lte'] as const

/** A text without parameters: DDL takes none. */
function text(fragment: Fragment): string {
  if (fragment.parameters.length > 0) throw new TypeError('tamis: DDL takes no parameters')
  return fragment.texts.join('')
}

/** The name of an index: of letters that every database takes, and no more than MySQL's 64 of them. */
const indexName = (...parts: readonly string[]): string =>
  parts
    .filter((part) => part !== '')
    .join('_')
    .replace(/[^A-Za-z0-9_]/g, '_')
    .slice(0, 56)

export interface CreateTarget<F extends Fields = Fields> extends TableTarget<F> {
  /**
   * Extensions of the database to use where they serve: `pg_trgm` in PostgreSQL, for `$autocomplete`.
   * Not every server has them, so only those that are named here are.
   */
  readonly extensions?: readonly string[] | undefined
}

function extend(dialect: Dialect<unknown>, names: readonly string[]): readonly Fragment[] {
  if (names.length === 0) return []
  if (dialect.extensions !== undefined) return dialect.extensions(names)
  throw new TypeError(`tamis: ${dialect.name}: there are no extensions to use here`)
}

/**
 * The statements that make a table for a schema's rows: typed columns with the constraints under
 * which the promise holds, search columns, side tables, and the indexes that serve the schema's
 * filters and orders (drop those that you have no use for).
 *
 * @throws TypeError where the mapping is wrong, or two fields would share a column.
 */
export function createTable<F extends Fields>(
  structure: Structure<F>,
  target: CreateTarget<NoInfer<F>>,
): string[] {
  const { dialect, table, extensions = [] } = target
  const mapping = (target.mapping ?? {}) as AnyMapping
  const layout = layoutOf(dialect, structure, mapping)
  const key = placeOf(structure.key, mapping)
  const keys = indexedKeys(structure, layout, mapping)
  const columns: (readonly [string, Fragment])[] = [
    ...layout.typed.map(
      ({ field, place }) => [place.column, dialect.define(place, field === structure.key)] as const,
    ),
    ...layout.documents.map(({ place }) => [place.column, dialect.define(place, false)] as const),
    ...keys.flatMap(({ place }) =>
      (dialect.generated?.(place) ?? []).map((own) => [own.column, own.definition] as const),
    ),
    ...layout.companions.map(({ column, definition }) => [column, definition] as const),
    ...layout.words.map(({ column, of }) => [column, dialect.words(of.place.json)] as const),
  ]
  refuseDoubles(columns.map(([name]) => name))
  const definitions = columns.map(
    ([name, definition]) => sql`  ${dialect.identifier(name)} ${definition}`,
  )
  const create = sql`CREATE TABLE ${dialect.identifier(table)} (
${join(
  definitions,
  sql`,
`,
)}
)${dialect.tableOptions(key)}`
  const withSide = layout.typed.filter(({ place }) => place.sideTable !== undefined)
  refuseDoubles([table, ...withSide.map(({ place }) => place.sideTable?.table ?? '')], 'table')
  const sides = withSide.flatMap(({ place }) => dialect.sideTable?.(place, { table, key }) ?? [])
  return [
    ...extend(dialect, extensions),
    create,
    ...sides,
    ...indexes(structure, target, layout, keys, key),
  ].map(text)
}

/** Names that differ in case alone are one column in SQLite and MySQL. */
function refuseDoubles(columns: readonly string[], what = 'column'): void {
  const seen = new Set<string>()
  for (const column of columns) {
    const folded = column.toLowerCase()
    if (seen.has(folded)) {
      throw new TypeError(`tamis: two would share the ${what} "${column}"; map one of them`)
    }
    seen.add(folded)
  }
}

/** The keys of JSON columns that the mapping says are worth an index. */
function indexedKeys(structure: Structure, layout: Layout, mapping: AnyMapping): Placed[] {
  return layout.documents.flatMap(({ field, index }) =>
    index.map((name) => {
      const found = findField(structure, `${field.wildcard}.${name}`, KEYS_DEEP)
      if (typeof found === 'string') throw new TypeError(`tamis: index: no key ${name}`)
      return { field: found, place: placeOf(found, mapping) }
    }),
  )
}

function indexes(
  structure: Structure,
  { dialect, table, extensions = [] }: CreateTarget,
  layout: Layout,
  keys: readonly Placed[],
  key: Place,
): Fragment[] {
  const names = new Set<string>()
  /** Fields whose names differ only in what a name of an index cannot hold get a number each. */
  const unique = (name: string): string => {
    let own = name
    for (let n = 2; names.has(own.toLowerCase()); n++) own = `${name}_${n}`
    names.add(own.toLowerCase())
    return own
  }
  const create = (
    name: string,
    { on, using = sql``, as = sql`` }: Index,
    tail: readonly Fragment[] = [],
  ) =>
    sql`CREATE INDEX ${dialect.identifier(unique(name))} ON ${dialect.identifier(table)}${using} (${join([on, ...tail], sql`, `)})${as}`
  const onPlace = ({ field, place }: Placed, label: string): Fragment[] =>
    dialect.indexed(place).map((index) => {
      // With the key behind it, an index gives the whole of an order that ends with the key.
      const isOrdinary = index.using === undefined && index.as === undefined
      const tail = field.sortable && isOrdinary ? [dialect.identifier(key.column)] : []
      return create(indexName(table, label, index.label), index, tail)
    })

  const literal = [...layout.typed, ...layout.nested]
    .filter(({ field }) => field !== structure.key && isWorthAnIndex(field))
    .flatMap((each) => onPlace(each, each.field.name))
  // A literal field among the keys has its index already.
  const wild = keys
    .filter(({ field }) => !structure.fields.has(field.name))
    .flatMap((each) => {
      const made = onPlace(each, each.field.name)
      if (made.length === 0) {
        throw new TypeError(`tamis: ${dialect.name}: ${each.field.name}: no index reaches this key`)
      }
      return made
    })
  const words = layout.words.flatMap(({ column, of }) => {
    const made = of.place.json ? [] : (dialect.indexedWords?.(column, extensions) ?? [])
    return made.map((index) => create(indexName(table, column, index.label), index))
  })
  return [...literal, ...wild, ...words]
}

/**
 * A boolean's index seldom serves. What is hidden is asked by the server alone, often of nearly every
 * row (not deleted), where an index misleads the planner.
 */
function isWorthAnIndex({ type: { name: type }, hidden, sortable, operators }: Field): boolean {
  if (hidden || type === 'dynamic') return false
  if (sortable || type === 'list') return true
  return type !== 'boolean' && SERVED.some((name) => operators.has(name))
}
