import { readType } from '../dialect/declared-type.ts'
import type { TimestampStorage } from '../dialect/place.ts'
import { describe, quote } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { TypeName } from '../operators/operator.ts'
import type { Fields } from './definition.ts'
import type { Field } from './field.ts'

/** Where a field lives in a table. Unlike a schema, a mapping stays on the server. */
export interface FieldMapping {
  /** The column; by default the field's name. */
  readonly column?: string
  /**
   * How a timestamp is stored: as `timestamptz`, `timestamp` or `datetime` (six fractional digits) if
   * the database has that type, as canonical text, or as units since 1970. In SQLite also as text of
   * another form, or of any: `{ text: 'YYYY-MM-DD HH:MM:SS' }` is what CURRENT_TIMESTAMP writes. The
   * default is the database's timestamp type if it holds the field's digits, else canonical text.
   */
  readonly storage?: TimestampStorage
  /**
   * The column's type as the database prints it, if `createTable` would write another: `uuid`,
   * `citext`, `int4`, `varchar(20)[]`, `tinyint(1)`. Parameters are cast to it, so that indexes serve.
   * For a wildcard in PostgreSQL: `json` instead of `jsonb`.
   */
  readonly type?: string
  /**
   * The collation of a text column that does not compare by code point: `de_DE`,
   * `utf8mb4_general_ci`, `NOCASE`. Equality is tested twice, once by index and once exactly; ranges
   * and orders compare by code point, without the index.
   */
  readonly collation?: string
  /** The search column for `$autocomplete`; `native` needs none, but folds ASCII only. */
  readonly search?: string | { readonly native: true }
  /** The column of the folded text, for `$ieq`, `$iin`, `$istartsWith`, `$iendsWith`, `$iincludes`. */
  readonly folded?: string
  /** For a list: the name of its side table. */
  readonly sideTable?: string
  /** For a wildcard: the keys to index. */
  readonly index?: readonly string[]
  /**
   * For a wildcard in PostgreSQL: `C` declares that the database's collation is C or C.UTF-8, so that
   * ranges over strings in JSON can use an index. Other collations have another order.
   */
  readonly jsonCollation?: 'C'
  /**
   * For a wildcard in PostgreSQL: `gin` declares that the jsonb column has a GIN index, of `jsonb_ops`
   * or `jsonb_path_ops`. Equality and lists of up to 100 values are asked as `@>`, which it serves.
   */
  readonly jsonIndex?: 'gin'
  /** Findings of `checkTable` (`tamis/check`) that are known and accepted, by their codes. */
  readonly waive?: readonly string[]
  /** For a relation: the table of the related rows; by default it is named like their schema. */
  readonly table?: string | { readonly schema?: string | undefined; readonly name: string }
  /** For a relation: the mapping of the related schema. */
  readonly mapping?: AnyMapping
}

type MappingKey<N> = N extends `${infer Prefix}.*` ? Prefix : N

/**
 * The mapping of a schema's fields; a string is short for `{ column }`. The key of a wildcard is its
 * prefix: `custom` for `custom.*`.
 */
export type Mapping<F extends Fields = Fields> = {
  readonly [N in keyof F & string as MappingKey<N>]?: string | FieldMapping
}

/** A mapping of any schema. */
export type AnyMapping = Readonly<Record<string, string | FieldMapping | undefined>>

export function refuseMapping(field: string, why: string): never {
  throw new TypeError(`tamis: mapping: ${quote(field)}: ${why}`)
}

const isName = (value: unknown): boolean => typeof value === 'string' && value !== ''

/** For each setting, a check that returns why a value is not valid for a field. */
const SETTINGS: Readonly<
  Record<
    keyof FieldMapping,
    (value: unknown, field: Field, settings: FieldMapping) => string | undefined
  >
> = {
  column: (value) => (isName(value) ? undefined : 'column must be a name'),
  storage: (_, field, settings) => {
    if (field.type.name !== 'timestamp' || isWildcard(field))
      return 'only a timestamp has a storage'
    return hasColumn(field, settings)
      ? undefined
      : 'in JSON a timestamp is stored as text; map it to a column'
  },
  type(value, field, settings) {
    if (!isName(value)) return 'type must be the name of a type'
    const { list, name } = readType(String(value))
    if (isWildcard(field)) return list ? 'a wildcard is not a list' : undefined
    if (!hasColumn(field, settings)) return 'a value in JSON has no type; map it to a column'
    if (settings.storage !== undefined) return 'give type or storage, not both'
    if (field.elements !== undefined) {
      return /^(jsonb?|longtext|text)$/.test(name) && !list
        ? undefined
        : 'a list of objects is stored as JSON'
    }
    if (list && !field.type.list) return 'the field is not a list'
    // Databases without arrays store lists as JSON.
    if (field.type.list && !list && !/^(json|longtext|text)$/.test(name)) {
      return `the field is a list; expected ${String(value)}[]`
    }
    return undefined
  },
  collation(value, field, settings) {
    if (!isName(value)) return 'collation must be the name of a collation'
    return COLLATED.includes(field.type.name) && hasColumn(field, settings)
      ? undefined
      : 'only a column of text has a collation'
  },
  search: (value, field) => {
    if (!membersOf(field.type.kind).some((kind) => kind.name === 'string') || field.type.list) {
      return 'only a field of strings has a search column'
    }
    const isNative = isPlainObject(value) && value.native === true
    return isNative || isName(value) ? undefined : 'search must be a column, or { native: true }'
  },
  folded: (value, field, settings) => {
    if (field.type.name !== 'string' || !hasColumn(field, settings)) {
      return 'only a string in a column has a column of its folded text'
    }
    return isName(value) ? undefined : 'folded must be a column'
  },
  sideTable: (value, field, settings) => {
    const isOfScalars = field.type.list && field.elements === undefined
    if (!isOfScalars || isWildcard(field) || !hasColumn(field, settings)) {
      return 'only a list of scalars in a column has a side table'
    }
    return isName(value) ? undefined : 'sideTable must be a name'
  },
  index: (value, field) => {
    if (!isWildcard(field)) return 'only a wildcard has keys to index'
    return Array.isArray(value) && value.every(isName) ? undefined : 'index must be a list of keys'
  },
  jsonCollation: (value, field) => {
    if (!isWildcard(field)) return 'only a wildcard has a jsonCollation'
    return value === 'C' ? undefined : "jsonCollation must be 'C'"
  },
  jsonIndex: (value, field, settings) => {
    if (!isWildcard(field)) return 'only a wildcard has a jsonIndex'
    if (settings.type !== undefined && readType(settings.type).name === 'json') {
      return 'a column of the type json has no such index; change the column to jsonb'
    }
    return value === 'gin' ? undefined : "jsonIndex must be 'gin'"
  },
  waive: (value) =>
    Array.isArray(value) && value.every(isName) ? undefined : 'waive must be a list of codes',
  table: (value, field) => {
    if (field.relation === undefined) return 'only a relation has a table'
    const isTable = isName(value) || (isPlainObject(value) && isName(value.name))
    return isTable ? undefined : 'table must be a name, or { schema, name }'
  },
  mapping: (value, field) => {
    if (field.relation === undefined) return 'only a relation has a mapping'
    return isPlainObject(value) ? undefined : 'mapping must be an object of fields'
  },
}

/** The settings of a relation. */
const OF_RELATIONS = ['table', 'mapping', 'waive']

/** The types of fields that a column of text can store. */
const COLLATED: readonly TypeName[] = ['string', 'uuid', 'enumeration']

const isWildcard = (field: Field): boolean => field.name.endsWith('.*')

/** Whether a field has its own column and is not in a wildcard's JSON. */
export const hasColumn = (field: Field, settings: FieldMapping): boolean =>
  field.wildcard === undefined || (settings.column !== undefined && !isWildcard(field))

const unknown = (what: string, name: string, known: Iterable<string>): string => {
  const hint = didYouMean(name, known)
  return hint === undefined ? `unknown ${what}` : `unknown ${what}; ${hint}`
}

/** Checks a mapping of a schema's fields. @throws TypeError for an unknown field or setting, and for a setting that is not valid. */
export function checkMapping(known: ReadonlyMap<string, Field>, mapping: AnyMapping): void {
  if (!isPlainObject(mapping)) throw new TypeError('tamis: mapping: expected an object of fields')
  for (const name of Object.keys(mapping)) {
    const field = known.get(name)
    if (field === undefined) {
      refuseMapping(name, unknown('field', name, known.keys()))
    }
    const settings = mappingOf(mapping, name)
    for (const [setting, value] of Object.entries(settings)) {
      const check = Object.hasOwn(SETTINGS, setting)
        ? SETTINGS[setting as keyof FieldMapping]
        : undefined
      if (check === undefined) {
        const what = `setting ${quote(setting)}`
        refuseMapping(name, unknown(what, setting, Object.keys(SETTINGS)))
      }
      if (field.relation !== undefined && !OF_RELATIONS.includes(setting)) {
        refuseMapping(name, `a relation has no ${setting}; expected table or mapping`)
      }
      const why = value === undefined ? undefined : check?.(value, field, settings)
      if (why !== undefined) refuseMapping(name, why)
    }
    if (field.relation !== undefined) continue
    const isInJson = field.type.name === 'dynamic' || field.elements !== undefined
    if (
      isInJson &&
      field.wildcard !== undefined &&
      settings.column !== undefined &&
      !isWildcard(field)
    ) {
      const what = field.elements === undefined ? 'a dynamic field' : 'a list of objects'
      refuseMapping(name, `${what} is stored in the JSON of its wildcard and has no column`)
    }
  }
}

/** The mapping of one field. */
export function mappingOf(mapping: AnyMapping, name: string): FieldMapping {
  const entry = Object.hasOwn(mapping, name) ? mapping[name] : undefined
  if (entry === undefined) return {}
  if (typeof entry === 'string') return { column: entry }
  if (isPlainObject(entry)) return entry
  return refuseMapping(name, `expected a column or an object, received ${describe(entry)}`)
}
