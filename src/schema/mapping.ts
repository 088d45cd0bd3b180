import type { Place, TimestampStorage } from '../dialect/dialect.ts'
import { describe, nearest, oneOf, quote } from '../error/describe.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { isPlainObject } from '../kinds/json.ts'
import type { Fields } from './definition.ts'
import type { Field } from './field.ts'
import type { Structure } from './schema.ts'

/**
 * Where a field lives in a table. A schema is what clients may ask and can go to a browser; a
 * mapping stays at home.
 */
export interface FieldMapping {
  /** The column; the one of the field's name where it is left out. */
  readonly column?: string
  /**
   * How a timestamp is stored: `timestamptz`, `timestamp` or `datetime` where the database has such
   * a type (of six digits of the second), canonical text, or ticks since 1970. Where it is left out,
   * the database's own type if it holds the field's digits, else text.
   */
  readonly storage?: TimestampStorage
  /** The column of folded words for `$autocomplete`; `native` matches without one, in ASCII only. */
  readonly search?: string | { readonly native: true }
  /** A list: the name of a table of (owner, value) rows to ask membership of, beside the column. */
  readonly sideTable?: string
  /** A wildcard: the keys that are worth an index. */
  readonly index?: readonly string[]
  /**
   * A wildcard in PostgreSQL: `C` where the database's own collation is C or C.UTF-8, so that ranges
   * over strings in JSON may use an index. Ranges in any other would be of another order.
   */
  readonly jsonCollation?: 'C'
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

function refuseMapping(field: string, why: string): never {
  throw new TypeError(`tamis: mapping: ${quote(field)}: ${why}`)
}

const isName = (value: unknown): boolean => typeof value === 'string' && value !== ''

/** What each setting of a mapping must be, and of which fields it is one. */
const SETTINGS: Readonly<
  Record<
    keyof FieldMapping,
    (value: unknown, field: Field, own: FieldMapping) => string | undefined
  >
> = {
  column: (value) => (isName(value) ? undefined : 'column must be a name'),
  storage: (_, field, own) => {
    if (field.type.name !== 'timestamp' || isWildcard(field))
      return 'only a timestamp has a storage'
    return isTyped(field, own) ? undefined : 'inside JSON a timestamp is text; give it a column'
  },
  search: (value, field) => {
    if (!membersOf(field.type.kind).some((kind) => kind.name === 'string') || field.type.list) {
      return 'only a field of strings has a search column'
    }
    const isNative = isPlainObject(value) && value.native === true
    return isNative || isName(value) ? undefined : 'search must be a column, or { native: true }'
  },
  sideTable: (value, field, own) => {
    if (!field.type.list || isWildcard(field) || !isTyped(field, own)) {
      return 'only a list with a column of its own has a side table'
    }
    return isName(value) ? undefined : 'sideTable must be a name'
  },
  index: (value, field) => {
    if (!isWildcard(field)) return 'only a wildcard has keys to index'
    return Array.isArray(value) && value.every(isName) ? undefined : 'index must be a list of keys'
  },
  jsonCollation: (value, field) => {
    if (!isWildcard(field)) return 'only a wildcard lives in JSON'
    return value === 'C' ? undefined : "jsonCollation must be 'C'"
  },
}

const isWildcard = (field: Field): boolean => field.name.endsWith('.*')

/** Whether a field has a column of its own, and does not live in a wildcard's JSON. */
const isTyped = (field: Field, own: FieldMapping): boolean =>
  field.wildcard === undefined || (own.column !== undefined && !isWildcard(field))

/** Throws where a mapping names what the schema does not have, or says what cannot be. */
export function checkMapping(structure: Structure, mapping: AnyMapping): void {
  if (!isPlainObject(mapping)) throw new TypeError('tamis: mapping: expected an object of fields')
  const known = new Map([...structure.fields, ...structure.wildcards])
  for (const name of Object.keys(mapping)) {
    const field = known.get(name)
    if (field === undefined) {
      const near = nearest(name, known.keys())
      refuseMapping(
        name,
        near === undefined ? 'no such field' : `no such field; did you mean ${quote(near)}?`,
      )
    }
    const own = mappingOf(mapping, name)
    for (const [setting, value] of Object.entries(own)) {
      const check = Object.hasOwn(SETTINGS, setting)
        ? SETTINGS[setting as keyof FieldMapping]
        : undefined
      if (check === undefined) {
        const near = nearest(setting, Object.keys(SETTINGS))
        refuseMapping(
          name,
          `unknown setting ${quote(setting)}${near === undefined ? '' : `; did you mean ${quote(near)}?`}`,
        )
      }
      const why = value === undefined ? undefined : check?.(value, field, own)
      if (why !== undefined) refuseMapping(name, why)
    }
    if (field.type.name === 'dynamic' && own.column !== undefined && !isWildcard(field)) {
      refuseMapping(name, 'a dynamic field lives in the JSON of its wildcard')
    }
  }
}

/** What a mapping says of a field. */
export function mappingOf(mapping: AnyMapping, name: string): FieldMapping {
  const own = Object.hasOwn(mapping, name) ? mapping[name] : undefined
  if (own === undefined) return {}
  if (typeof own === 'string') return { column: own }
  if (isPlainObject(own)) return own
  return refuseMapping(name, `expected a column or an object, received ${describe(own)}`)
}

/** The digits of the second that storages hold; ticks, over the years 0001–9999 in 64 bits. */
const EPOCH_DIGITS = { s: 0, ms: 3, us: 6 } as const
const TYPE_DIGITS = { text: 9, timestamptz: 6, timestamp: 6, datetime: 6 } as const

function storageOf(field: Field, storage: TimestampStorage | undefined): Place['storage'] {
  if (storage === undefined) return undefined
  const [table, name] =
    typeof storage === 'object' && storage !== null
      ? [EPOCH_DIGITS, storage.epoch]
      : [TYPE_DIGITS, storage]
  if (name === 'ns') {
    refuseMapping(field.name, 'epoch nanoseconds of 64 bits do not reach the years 0001–9999')
  }
  if (typeof name !== 'string' || !Object.hasOwn(table, name)) {
    const known = [...Object.keys(TYPE_DIGITS).map(quote), '{ epoch: unit }']
    refuseMapping(field.name, `unknown storage ${describe(storage)}; known: ${oneOf(known)}`)
  }
  const held = table[name as keyof typeof table] as number
  if (held < field.digits) {
    const what = table === EPOCH_DIGITS ? `epoch ${name}` : name
    refuseMapping(
      field.name,
      `${what} holds ${held} digits of the second, the field ${field.digits}`,
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
  const shared = {
    field: field.name,
    kind: field.type.kind,
    list: field.type.list,
    digits: field.digits,
    isSorted: field.sortable || field.name === field.key,
  }
  if (isTyped(field, own)) {
    return {
      ...shared,
      column: own.column ?? field.name,
      json: false,
      path: [],
      nullable: !field.required,
      storage: storageOf(field, own.storage),
      search: searchOf(field, own.search, field.name),
      sideTable: sideTableOf(field, own, mapping),
      indexed: false,
      jsonCollation: undefined,
    }
  }
  const prefix = field.wildcard as string
  const document = mappingOf(mapping, prefix)
  const path = field.path.slice(prefix.split('.').length)
  return {
    ...shared,
    column: document.column ?? prefix,
    json: true,
    path,
    nullable: true,
    storage: 'text',
    search: searchOf(field, own.search ?? document.search, prefix),
    sideTable: undefined,
    indexed: document.index?.includes(path.join('.')) === true,
    jsonCollation: document.jsonCollation,
  }
}

/** The column of folded words: the mapping's, or one after the field or document that has them. */
function searchOf(field: Field, search: FieldMapping['search'], home: string): Place['search'] {
  if (typeof search === 'object') return 'native'
  return search ?? (field.operators.has('$autocomplete') ? `${home}_words` : undefined)
}

function sideTableOf(field: Field, own: FieldMapping, mapping: AnyMapping): Place['sideTable'] {
  if (own.sideTable === undefined) return undefined
  return { table: own.sideTable, owner: mappingOf(mapping, field.key).column ?? field.key }
}
