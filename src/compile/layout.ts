import type { Dialect } from '../dialect/dialect.ts'
import type { ColumnPlace, JsonPlace, Place } from '../dialect/place.ts'
import type { Companion } from '../dialect/table.ts'
import { type Service, servedBy } from '../operators/operator.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import type { Mapping } from '../schema/mapping.ts'
import { type AnyMapping, checkMapping, mappingOf } from '../schema/mapping.ts'
import { foldedPlaceOf, jsonPlaceOf, placeOf } from '../schema/places.ts'
import { findField, type Structure } from '../schema/schema.ts'

const KEYS_DEEP = 100

/** Where the rows of a schema are stored. */
export interface TableTarget<F extends Fields = Fields, Params = unknown> {
  readonly dialect: Dialect<Params>
  readonly table: string
  readonly mapping?: Mapping<F> | undefined
}

/** A field and its place. */
export interface Placed<P extends Place = Place> {
  readonly field: Field
  readonly place: P
}

/** The JSON column of a wildcard or of a list of objects, and the keys of it that the mapping says are worth an index. */
export interface PlacedDocument extends Placed<JsonPlace> {
  readonly index: readonly string[]
}

/** A table as a schema and a mapping make it. */
export interface Layout {
  /** The fields with their own column, in the schema's order. */
  readonly typed: readonly Placed<ColumnPlace>[]
  /** The wildcards and the lists of objects, each a JSON column. */
  readonly documents: readonly PlacedDocument[]
  /** The literal fields that live in a wildcard's JSON. */
  readonly nested: readonly Placed<JsonPlace>[]
  /** The columns that say of a list whether it is there, where the database has no NULL for one. */
  readonly companions: readonly (Companion & { readonly of: Placed<ColumnPlace> })[]
  /** The search columns: of a typed field, or JSON of all the strings of a document. */
  readonly words: readonly SearchColumn[]
}

/** A column of folded words, or of the folded text. */
export interface SearchColumn {
  readonly column: string
  readonly of: Placed
  readonly holds: 'words' | 'folded'
  /** Where the folded text is. */
  readonly place: ColumnPlace | undefined
}

export function layoutOf(
  dialect: Dialect<unknown>,
  structure: Structure,
  mapping: AnyMapping = {},
): Layout {
  checkMapping(structure.key.siblings, mapping)
  const typed: Placed<ColumnPlace>[] = []
  const nested: Placed<JsonPlace>[] = []
  const documents: PlacedDocument[] = []
  for (const field of structure.fields.values()) {
    const place = placeOf(field, mapping)
    if (!place.json) typed.push({ field, place })
    else if (field.wildcard !== undefined) nested.push({ field, place })
    else documents.push({ field, place, index: [] })
  }
  for (const [prefix, field] of structure.wildcards) {
    const { index = [] } = mappingOf(mapping, prefix)
    documents.push({ field, place: jsonPlaceOf(field, mapping), index })
  }
  const words = new Map<string, SearchColumn>()
  for (const each of [...typed, ...documents]) addWords(words, each, each)
  for (const each of nested) {
    const document = documents.find(({ field }) => field.wildcard === each.field.wildcard)
    addWords(words, each, document ?? each)
  }
  for (const of of typed) {
    const { folded } = of.place
    if (folded === undefined) continue
    const place = foldedPlaceOf(of.field, of.place, folded)
    addSearch(words, of.field, { column: folded, of, holds: 'folded', place })
  }
  return {
    typed,
    documents,
    nested,
    companions: typed.flatMap((of) => {
      const companion = dialect.companion?.(of.place)
      return companion === undefined ? [] : [{ ...companion, of }]
    }),
    words: [...words.values()],
  }
}

type SearchColumns = Map<string, SearchColumn>

function addWords(columns: SearchColumns, { field, place }: Placed, of: Placed): void {
  const { search } = place
  if (search === undefined || search === 'native') return
  addSearch(columns, field, { column: search, of, holds: 'words', place: undefined })
}

function addSearch(columns: SearchColumns, field: Field, made: SearchColumn): void {
  const other = columns.get(made.column)
  if (other !== undefined && (other.of !== made.of || other.holds !== made.holds)) {
    const both =
      other.of === made.of
        ? `the words and the folded text of "${field.name}"`
        : `"${field.name}" and "${other.of.field.name}"`
    throw new TypeError(`tamis: mapping: ${both} cannot share the search column "${made.column}"`)
  }
  columns.set(made.column, made)
}

/** The keys of JSON columns that the mapping says are worth an index. */
export function indexedKeys(structure: Structure, layout: Layout, mapping: AnyMapping): Placed[] {
  return layout.documents.flatMap(({ field, index }) =>
    index.map((name) => {
      const found = findField(structure, `${field.wildcard}.${name}`, KEYS_DEEP)
      if (typeof found === 'string')
        throw new TypeError(`tamis: mapping: index: unknown key ${name}`)
      return { field: found, place: placeOf(found, mapping) }
    }),
  )
}

/**
 * Whether a field is sorted by, or has an operator that an index serves. A boolean's index seldom
 * does. What is hidden is asked by the server alone, often of nearly every row (not deleted), where
 * an index misleads the planner.
 */
export function isWorthAnIndex({ type, hidden, sortable, operators }: Field): boolean {
  if (hidden || type.name === 'dynamic' || type.kind.isFolded) return false
  if (sortable) return true
  return type.name !== 'boolean' && isServed({ type, operators }, 'index')
}

/** Whether an index of a field's folded text serves an operator. */
export const isWorthAFoldedIndex = (field: Field): boolean =>
  !field.hidden &&
  (isServed(field, 'folded') ||
    (field.type.kind.isFolded === true && (field.sortable || isServed(field, 'index'))))

/** Whether something that a table can have serves an operator of a field. */
const isServed = (
  { type, operators }: Pick<Field, 'type' | 'operators'>,
  service: Service,
): boolean => [...operators].some((name) => servedBy(type, name) === service)
