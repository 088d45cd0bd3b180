import type { Place, TimestampStorage } from '../dialect/dialect.ts'
import { describe, nearest, quote } from '../error/describe.ts'
import type { Fields } from './definition.ts'
import { type Field, onlyKeys, type Structure } from './schema.ts'

/**
 * Where a field lives in a table. A schema is what clients may ask and can go to a browser; a
 * mapping stays at home.
 */
export interface FieldMapping {
  /** The column; the one of the field's name where it is left out. */
  readonly column?: string
  /** How a timestamp is stored: canonical text, or ticks since 1970. */
  readonly storage?: TimestampStorage
  /** The column of folded words for `$autocomplete`; `native` matches without one, in ASCII only. */
  readonly search?: string | { readonly native: true }
  /** A list: the name of a table of (owner, value) rows to ask membership of, beside the column. */
  readonly sideTable?: string
  /** A wildcard: the keys that are worth an index. */
  readonly index?: readonly string[]
}

type MappingKey<N> = N extends `${infer Prefix}.*` ? Prefix : N

/**
 * A mapping of a schema's fields; a string stands for `{ column }`. A wildcard's stands under its
 * prefix: `custom` for `custom.*`.
 */
export type Mapping<F extends Fields = Fields> = {
  readonly [N in keyof F & string as MappingKey<N>]?: string | FieldMapping
}

/** A mapping of any schema. */
export type AnyMapping = Readonly<Record<string, string | FieldMapping | undefined>>

const KEYS = ['column', 'storage', 'search', 'sideTable', 'index']

function refuseMapping(field: string, why: string): never {
  throw new TypeError(`tamis: mapping: ${quote(field)}: ${why}`)
}

/** Throws where a mapping names what the schema does not have. */
export function checkMapping(structure: Structure, mapping: AnyMapping): void {
  const known = [...structure.fields.keys(), ...structure.wildcards.keys()]
  for (const name of Object.keys(mapping)) {
    if (known.includes(name)) continue
    const near = nearest(name, known)
    refuseMapping(
      name,
      `no such field${near === undefined ? '' : `; did you mean ${quote(near)}?`}`,
    )
  }
}

export function mappingOf(mapping: AnyMapping, name: string): FieldMapping {
  const own = Object.hasOwn(mapping, name) ? mapping[name] : undefined
  if (own === undefined) return {}
  if (typeof own === 'string') return { column: own }
  onlyKeys(`mapping of ${quote(name)}`, own, KEYS)
  return own
}

/** The digits that epoch ticks of 64 bits hold over the years 0001–9999. */
const EPOCH_DIGITS = { s: 0, ms: 3, us: 6 } as const

function storageOf(field: Field, storage: TimestampStorage | undefined): TimestampStorage {
  if (storage === undefined || storage === 'text') return 'text'
  if (field.type.name !== 'timestamp') refuseMapping(field.name, 'only a timestamp has a storage')
  const unit = typeof storage === 'object' && storage !== null ? storage.epoch : undefined
  if (unit === 'ns') {
    refuseMapping(field.name, 'epoch nanoseconds of 64 bits do not reach the years 0001–9999')
  }
  if (unit === undefined || !Object.hasOwn(EPOCH_DIGITS, unit)) {
    refuseMapping(
      field.name,
      `unknown storage ${describe(storage)}; known: 'text', { epoch: unit }`,
    )
  }
  if (EPOCH_DIGITS[unit] < field.digits) {
    refuseMapping(
      field.name,
      `epoch ${unit} holds ${EPOCH_DIGITS[unit]} digits of the second, the field ${field.digits}`,
    )
  }
  return storage
}

/**
 * Where a field's values stand. A field under a wildcard's prefix lives in the wildcard's JSON
 * column, unless it is mapped to a column of its own.
 */
export function placeOf(field: Field, mapping: AnyMapping): Place {
  const own = mappingOf(mapping, field.name)
  const isTyped = field.wildcard === undefined || own.column !== undefined
  const home = isTyped ? field.name : (field.wildcard as string)
  const whole = mappingOf(mapping, home)
  const keys = isTyped ? [] : field.path.slice(home.split('.').length)
  const search = own.search ?? (isTyped ? undefined : whole.search)
  if (search === undefined && !field.operators.has('$autocomplete')) {
    return place(undefined)
  }
  return place(typeof search === 'object' ? 'native' : (search ?? `${home}_words`))

  function place(words: Place['search']): Place {
    return {
      field: field.name,
      kind: field.type.kind,
      list: field.type.list,
      column: whole.column ?? home,
      json: !isTyped,
      path: keys,
      nullable: !field.required || !isTyped,
      digits: field.digits,
      storage: isTyped ? storageOf(field, own.storage) : 'text',
      search: words,
      sideTable:
        own.sideTable === undefined
          ? undefined
          : {
              table: own.sideTable,
              owner: mappingOf(mapping, field.key).column ?? field.key,
            },
    }
  }
}
