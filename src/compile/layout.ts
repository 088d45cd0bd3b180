import type { Companion, Dialect, Place } from '../dialect/dialect.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import type { Mapping } from '../schema/mapping.ts'
import { type AnyMapping, checkMapping, mappingOf, placeOf } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'

/** Where the rows of a schema are stored. */
export interface TableTarget<F extends Fields = Fields, Params = unknown> {
  readonly dialect: Dialect<Params>
  readonly table: string
  readonly mapping?: Mapping<F> | undefined
}

/** A field and its place. */
export interface Placed {
  readonly field: Field
  readonly place: Place
}

/** A table as a schema and a mapping make it. */
export interface Layout {
  /** The fields with a column of their own, in the schema's order. */
  readonly typed: readonly Placed[]
  /** The wildcards, each a JSON column. */
  readonly documents: readonly (Placed & {
    readonly index: readonly string[]
  })[]
  /** The literal fields that live in a wildcard's JSON. */
  readonly nested: readonly Placed[]
  /** The columns that say of a list whether it is there, where the database has no NULL for one. */
  readonly companions: readonly (Companion & { readonly of: Placed })[]
  /** The columns of folded words: of a typed field, or JSON of all the strings of a document. */
  readonly words: readonly { readonly column: string; readonly of: Placed }[]
}

export function layoutOf(
  dialect: Dialect<unknown>,
  structure: Structure,
  mapping: AnyMapping = {},
): Layout {
  checkMapping(structure, mapping)
  const placed = (field: Field): Placed => ({
    field,
    place: placeOf(field, mapping),
  })
  const literal = [...structure.fields.values()].map(placed)
  const typed = literal.filter(({ place }) => !place.json)
  const nested = literal.filter(({ place }) => place.json)
  const documents = [...structure.wildcards].map(([prefix, field]) => ({
    ...placed(field),
    index: mappingOf(mapping, prefix).index ?? [],
  }))
  const words = new Map<string, Placed>()
  for (const each of [...typed, ...documents]) addWords(words, each, each)
  for (const each of nested) {
    const home = documents.find(({ field }) => field.wildcard === each.field.wildcard) as Placed
    addWords(words, each, home)
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
