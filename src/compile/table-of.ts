// Longer than most files here: each part of a table is made next to what it is checked by.

import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, flatten } from '../dialect/fragment.ts'
import type { Place } from '../dialect/place.ts'
import type {
  ColumnDefinition,
  ForeignKeyDefinition,
  Index,
  IndexDefinition,
  SideTable,
  TableDefinition,
} from '../dialect/table.ts'
import type { OperatorName } from '../operators/names.ts'
import { relationsOf } from '../parse/scopes.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import { type AnyMapping, mappingOf } from '../schema/mapping.ts'
import { placeOf } from '../schema/places.ts'
import type { Structure } from '../schema/schema.ts'
import {
  indexedKeys,
  isWorthAFoldedIndex,
  isWorthAnIndex,
  type Layout,
  layoutOf,
  type Placed,
  type SearchColumn,
  type TableTarget,
} from './layout.ts'
import { checkTarget } from './target.ts'

export interface CreateTarget<F extends Fields = Fields> extends TableTarget<F> {
  /**
   * Extensions of the database to use where they serve: `pg_trgm` in PostgreSQL, for `$autocomplete`,
   * `$includes`, `$endsWith` and their insensitive forms.
   * Not every server has them, so only those that are named here are.
   */
  readonly extensions?: readonly string[] | undefined
  /**
   * Whether to-one relations are foreign keys, in databases that have them: the related tables must be
   * there. `createTables` makes several in their order.
   */
  readonly foreignKeys?: boolean | undefined
}

/**
 * The table that a schema and a mapping make in a database, as data: its columns with their types and
 * checks, its side tables, and the indexes that serve the schema's filters and orders. A program that
 * changes its schema compares two of them, by name, and prints what is new with `addColumn` and
 * `createIndex`.
 *
 * Types, checks and expressions are fragments: `compileSql(column.type, { dialect }).text` is their
 * text, and equal fragments are deeply equal.
 *
 * @throws TypeError where the mapping or an option is wrong, or two fields would share a column.
 *
 * @example
 * ```ts
 * const before = tableOf(people, { dialect: sqlite, table: 'people' })
 * const known = new Set(before.columns.map(({ name }) => name))
 * const added = tableOf(newPeople, target).columns.filter(({ name }) => !known.has(name))
 * const statements = added.map((column) => addColumn(column, target))
 * ```
 */
export function tableOf<F extends Fields>(
  structure: Structure<F>,
  target: CreateTarget<NoInfer<F>>,
): TableDefinition {
  checkTarget(target)
  const { dialect, table, extensions = [] } = target
  if (extensions.length > 0 && dialect.extensions === undefined) {
    throw new TypeError(`tamis: ${dialect.name}: extensions are not supported`)
  }
  const mapping = (target.mapping ?? {}) as AnyMapping
  const layout = layoutOf(dialect, structure, mapping)
  const keys = indexedKeys(structure, layout, mapping)
  const columns = columnsOf(structure, dialect, layout, keys)
  refuseDoubles(
    columns.map(({ name }) => name),
    'column',
  )
  const sideTables = sideTablesOf(structure, dialect, table, layout)
  refuseDoubles([table, ...sideTables.map(({ name }) => name)], 'table')
  const key = placeOf(structure.key, mapping).column
  const uniques = uniquesOf(structure, dialect, mapping)
  const indexes = indexesOf(structure, target, layout, keys, key)
  const foreignKeys = target.foreignKeys ? foreignKeysOf(structure, dialect, mapping) : []
  return { name: table, key, columns, uniques, foreignKeys, sideTables, indexes, extensions }
}

/** Names that differ only in case are one column in SQLite and MySQL. */
function refuseDoubles(names: readonly string[], what: 'column' | 'table'): void {
  const seen = new Set<string>()
  for (const name of names) {
    const folded = name.toLowerCase()
    if (seen.has(folded)) {
      throw new TypeError(`tamis: duplicate ${what} "${name}"; map one of the two to another name`)
    }
    seen.add(folded)
  }
}

const NONE = { nullable: true, isKey: false, check: undefined, generatedAs: undefined } as const

function columnsOf(
  structure: Structure,
  dialect: Dialect<unknown>,
  { typed, documents, companions, words }: Layout,
  keys: readonly Placed[],
): readonly ColumnDefinition[] {
  const stored = (
    { field, place }: Placed,
    holds: 'value' | 'document',
    isKey: boolean,
  ): ColumnDefinition => {
    const check = dialect.columnCheck(place)
    return {
      name: place.column,
      field: field.name,
      holds,
      type: flatten(dialect.columnType(place)),
      nullable: place.nullable,
      isKey,
      check: check && flatten(check),
      generatedAs: undefined,
    }
  }
  const generated = keys.flatMap(({ field, place }) =>
    ((place.json && dialect.generated?.(place)) || []).map(
      ({ column, type, generatedAs }): ColumnDefinition => ({
        ...NONE,
        name: column,
        field: field.name,
        holds: 'generated',
        type: flatten(type),
        generatedAs: generatedAs && flatten(generatedAs),
      }),
    ),
  )
  return [
    ...typed.map((each) => stored(each, 'value', each.field === structure.key)),
    ...documents.map((each) => stored(each, 'document', false)),
    ...generated,
    ...companions.map(
      ({ column, type, of }): ColumnDefinition => ({
        ...NONE,
        name: column,
        field: of.field.name,
        holds: 'presence',
        type: flatten(type),
      }),
    ),
    ...words.map(
      (search): ColumnDefinition => ({
        ...NONE,
        name: search.column,
        field: search.of.field.name,
        holds: search.holds,
        type: flatten(typeOfSearch(dialect, search)),
      }),
    ),
  ]
}

/** The type of a search column. */
export const typeOfSearch = (
  dialect: Dialect<unknown>,
  { of, place }: Pick<SearchColumn, 'of' | 'place'>,
): Fragment => (place === undefined ? dialect.words(of.place.json) : dialect.columnType(place))

function sideTablesOf(
  structure: Structure,
  dialect: Dialect<unknown>,
  table: string,
  { typed }: Layout,
): readonly SideTable[] {
  const key = typed.find(({ field }) => field === structure.key)?.place
  return typed.flatMap(({ field, place }) => {
    const types = key && place.sideTable && dialect.sideTypes?.(place, key)
    if (types === undefined || place.sideTable === undefined) return []
    return {
      name: place.sideTable.table,
      field: field.name,
      ownerType: flatten(types.ownerType),
      valueType: flatten(types.valueType),
      references: { table, column: place.sideTable.owner },
    }
  })
}

const columnsIn = (mapping: AnyMapping, fields: readonly Field[]): readonly string[] =>
  fields.map((field) => placeOf(field, mapping).column)

/** The columns that to-one relations lead to. */
const uniquesOf = (
  structure: Structure,
  { foreignKeys }: Dialect<unknown>,
  mapping: AnyMapping,
): TableDefinition['uniques'] =>
  foreignKeys === undefined
    ? []
    : (relationsOf(structure)?.links().uniques ?? []).map(({ fields }) =>
        columnsIn(mapping, fields),
      )

function foreignKeysOf(
  structure: Structure,
  { foreignKeys }: Dialect<unknown>,
  mapping: AnyMapping,
): readonly ForeignKeyDefinition[] {
  const references = foreignKeys && relationsOf(structure)?.links().references
  return (references ?? []).map(({ name, target, from, to }) => {
    const { table = target, mapping: other = {} } = mappingOf(mapping, name)
    return {
      relation: name,
      columns: columnsIn(mapping, from),
      references: { table, columns: columnsIn(other, to) },
    }
  })
}

/** The name of an index: of letters that every database takes, and no more than MySQL's 64 of them. */
const indexName = (...parts: readonly string[]): string =>
  parts
    .filter((part) => part !== '')
    .join('_')
    .replace(/[^A-Za-z0-9_]/g, '_')
    .slice(0, 56)

/** Adds a number to the names of fields that differ only in characters that index names cannot have. */
function uniqueNames(): (name: string) => string {
  const names = new Set<string>()
  return (name) => {
    let unique = name
    for (let n = 2; names.has(unique.toLowerCase()); n++) unique = `${name}_${n}`
    names.add(unique.toLowerCase())
    return unique
  }
}

const hasAny = ({ operators }: Field, names: readonly OperatorName[]): boolean =>
  names.some((name) => operators.has(name))

function indexesOf(
  structure: Structure,
  { dialect, table, mapping = {}, extensions = [] }: CreateTarget,
  { typed, documents, nested, words }: Layout,
  keys: readonly Placed[],
  key: string,
): readonly IndexDefinition[] {
  const unique = uniqueNames()
  const define = (
    field: string,
    label: string,
    { label: suffix, on, method, type }: Index,
    trailing: readonly string[] = [],
  ): IndexDefinition => ({
    name: unique(indexName(table, label, suffix)),
    table,
    field,
    terms: [on, ...trailing.map(dialect.identifier)].map(flatten),
    method,
    type,
  })
  const ofPlace = ({ field, place }: { field: Placed['field']; place: Place }) =>
    dialect.indexed(place).map((index) => {
      // With the key trailing it, an index gives the whole of an order that ends with the key.
      const isOrdinary = index.method === undefined && index.type === undefined
      return define(field.name, field.name, index, field.sortable && isOrdinary ? [key] : [])
    })

  const literal = [...typed, ...nested]
    .filter(({ field }) => field !== structure.key && isWorthAnIndex(field))
    .flatMap(ofPlace)
  // A literal field among the keys has its index already.
  const wild = keys
    .filter(({ field }) => !structure.fields.has(field.name))
    .flatMap((each) => {
      const made = ofPlace(each)
      if (made.length > 0) return made
      throw new TypeError(`tamis: ${dialect.name}: ${each.field.name}: this key cannot be indexed`)
    })
  const within = (field: Field, column: string) =>
    (dialect.indexedText?.(column, extensions) ?? []).map((index) =>
      define(field.name, column, index),
    )
  const folded = words.flatMap(({ column, of: { field }, place }) =>
    place === undefined || !isWorthAFoldedIndex(field)
      ? []
      : dialect.indexed(place).map((index) => {
          const isOrdinary = index.method === undefined && index.type === undefined
          return define(field.name, column, index, place.isSorted && isOrdinary ? [key] : [])
        }),
  )
  const searched = [
    ...words.flatMap(({ column, holds, of: { field, place } }) =>
      place.json || (holds === 'folded' && !hasAny(field, ['$iincludes', '$iendsWith']))
        ? []
        : within(field, column),
    ),
    ...typed.flatMap(({ field, place }) =>
      hasAny(field, ['$includes', '$endsWith']) ? within(field, place.column) : [],
    ),
  ]
  const whole = documents.flatMap(({ field, place }) =>
    (dialect.indexedDocument?.(place) ?? []).map((index) =>
      define(field.name, place.column, index),
    ),
  )
  // Rows of to-many relations are looked up by columns that no filter may ask for, too.
  const lookups = dialect.foreignKeys && relationsOf(structure)?.links().lookups
  const looked = (lookups ?? []).flatMap(({ fields }): IndexDefinition[] => {
    const [first, second] = fields
    if (first === undefined || (second === undefined && isWorthAnIndex(first))) return []
    const columns = columnsIn(mapping as AnyMapping, fields)
    const name = unique(indexName(table, ...fields.map((field) => field.name)))
    const terms = columns.map((column) => flatten(dialect.identifier(column)))
    return [{ name, table, field: first.name, terms, method: undefined, type: undefined }]
  })
  return [...literal, ...wild, ...whole, ...folded, ...searched, ...looked]
}
