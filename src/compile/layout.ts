import type { Dialect } from '../dialect/dialect.ts'
import type { ColumnPlace, JsonPlace, Place } from '../dialect/place.ts'
import type { Companion } from '../dialect/table.ts'
import { servedBy } from '../operators/operator.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import type { Mapping } from '../schema/mapping.ts'
import { type AnyMapping, checkMapping, mappingOf } from '../schema/mapping.ts'
import { jsonPlaceOf, placeOf } from '../schema/places.ts'
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
  /** The columns of folded words: of a typed field, or JSON of all the strings of a document. */
  readonly words: readonly { readonly column: string; readonly of: Placed }[]
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
  const words = new Map<string, Placed>()
  for (const each of [...typed, ...documents]) addWords(words, each, each)
  for (const each of nested) {
    const document = documents.find(({ field }) => field.wildcard === each.field.wildcard)
    addWords(words, each, document ?? each)
  }
  return {
    typed,
    documents,
    nested,
    companions: typed.flatMap((of) => {
      const companion = dialect.companion?.(of.place)
      return companion === undefined ? [] : [{ ...companion, of }]
    }),
    words: [...words].map(([column, of]) => ({ column, of })),
  }
}

function addWords(words: Map<string, Placed>, { field, place }: Placed, of: Placed): void {
  const { search } = place
  if (search === undefined || search === 'native') return
  const other = words.get(search)
  if (other !== undefined && other !== of) {
    throw new TypeError(
      `tamis: mapping: "${field.name}" and "${other.field.name}" cannot share the search column "${search}"`,
    )
  }
  words.set(search, of)
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
  if (hidden || type.name === 'dynamic') return false
  if (sortable) return true
  return type.name !== 'boolean' && [...operators].some((name) => servedBy(type, name) === 'index')
}
