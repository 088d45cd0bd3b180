/** Where fields live in a table, by a schema and a mapping. */

import { type DeclaredType, readType } from '../dialect/declared-type.ts'
import type { ColumnPlace, Document, JsonPlace, Place, TimestampStorage } from '../dialect/place.ts'
import { EPOCH_DIGITS } from '../dialect/timestamp.ts'
import { partsOf } from '../dialect/timestamp-text.ts'
import { describe, oneOf, quote } from '../error/describe.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { string } from '../kinds/string.ts'
import { isFolded, servedBy } from '../operators/operator.ts'
import { documentDepth, type Field } from './field.ts'
import {
  type AnyMapping,
  type FieldMapping,
  hasColumn,
  mappingOf,
  refuseMapping,
} from './mapping.ts'

/** The fractional digits of each storage that is not a number of units. */
const TYPE_DIGITS = { text: 9, timestamptz: 6, timestamp: 6, datetime: 6 } as const

/** The fractional digits that a storage holds; undefined if there is none such. */
function digitsOf(storage: unknown): number | undefined {
  if (typeof storage === 'string') {
    return Object.hasOwn(TYPE_DIGITS, storage)
      ? TYPE_DIGITS[storage as keyof typeof TYPE_DIGITS]
      : undefined
  }
  if (!isPlainObject(storage) || Object.keys(storage).length !== 1) return undefined
  const { epoch, text } = storage
  if (typeof epoch === 'string' && Object.hasOwn(EPOCH_DIGITS, epoch)) {
    return EPOCH_DIGITS[epoch as keyof typeof EPOCH_DIGITS]
  }
  if (typeof text !== 'string') return undefined
  return text === 'any' ? TYPE_DIGITS.text : partsOf(text)?.digits
}

function storageOf(field: Field, storage: TimestampStorage | undefined): ColumnPlace['storage'] {
  if (storage === undefined) return undefined
  const isObject = typeof storage === 'object' && storage !== null
  if (isObject && 'epoch' in storage && storage.epoch === 'ns') {
    refuseMapping(field.name, 'the years 0001–9999 in nanoseconds do not fit into 64 bits')
  }
  const digits = digitsOf(storage)
  if (digits === undefined) {
    const known = [...Object.keys(TYPE_DIGITS).map(quote), '{ epoch: unit }', '{ text: form }']
    refuseMapping(field.name, `unknown storage ${describe(storage)}; expected ${oneOf(known)}`)
  }
  if (digits < field.digits) {
    const what = !isObject ? storage : 'epoch' in storage ? `epoch ${storage.epoch}` : storage.text
    refuseMapping(
      field.name,
      `${what} holds ${digits} fractional digits, the field has ${field.digits}`,
    )
  }
  return storage
}

/** The type of a column, or of a list's elements; elements in JSON have none. */
function typeOf(field: Field, text: string | undefined): DeclaredType | undefined {
  if (text === undefined) return undefined
  const type = readType(text)
  return field.type.list && !type.list ? undefined : type
}

/** The properties that column and JSON places have in common. */
const shared = (field: Field) => ({
  field: field.name,
  list: field.type.list,
  digits: field.digits,
  precision: field.precision,
  scale: field.scale,
  values: field.type.kind.values ?? [],
  isSorted:
    (field.sortable && !field.type.kind.isFolded) ||
    field.isLinked === true ||
    field.name === field.key,
  isPrefixed: field.operators.has('$startsWith'),
})

/**
 * The place of a field. A field under a wildcard's prefix is in the wildcard's JSON column, unless it
 * is mapped to a column.
 */
export function placeOf(field: Field, mapping: AnyMapping): Place {
  const settings = mappingOf(mapping, field.name)
  const { kind } = field.type
  // A dynamic field is always under a wildcard, and `checkMapping` refuses a column for it.
  if (!hasColumn(field, settings) || kind.name === 'dynamic' || field.elements !== undefined) {
    return jsonPlaceOf(field, mapping)
  }
  return {
    ...shared(field),
    // The column of the text itself is stored and read alone.
    kind: kind.isFolded ? string : kind,
    column: settings.column ?? field.name,
    json: false,
    nullable: !field.required,
    storage: storageOf(field, settings.storage),
    type: typeOf(field, settings.type),
    collation: settings.collation,
    search: searchOf(field, settings.search, field.name),
    folded: settings.folded ?? (asksFolded(field) ? `${field.name}_folded` : undefined),
    sideTable: sideTableOf(field, settings, mapping),
  }
}

/** The place of a field of the objects of a list, in the JSON of one of them. */
export const elementPlaceOf = (field: Field, document: Document): JsonPlace => ({
  ...jsonPlaceOf(field, {}),
  document,
})

/**
 * The place of a field in its wildcard's JSON column; for a wildcard, and for a list of objects that
 * is in none, the whole column.
 */
export function jsonPlaceOf(field: Field, mapping: AnyMapping): JsonPlace {
  const prefix = field.wildcard ?? field.name
  const document = mappingOf(mapping, prefix)
  const { search = document.search } = mappingOf(mapping, field.name)
  const path = field.wildcard === undefined ? [] : field.path.slice(documentDepth(field))
  return {
    ...shared(field),
    kind: field.type.kind,
    column: document.column ?? prefix,
    json: true,
    path,
    isOfObjects: field.elements !== undefined,
    nullable: field.wildcard !== undefined || !field.required,
    storage: 'text',
    type: undefined,
    collation: undefined,
    documentType: document.type === undefined ? undefined : readType(document.type),
    search: searchOf(field, search, prefix),
    indexed: document.index?.includes(path.join('.')) === true,
    jsonCollation: document.jsonCollation,
    jsonIndex: document.jsonIndex,
  }
}

/** The search column: from the mapping, or named after the column whose words it holds. */
function searchOf(field: Field, search: FieldMapping['search'], column: string): Place['search'] {
  if (typeof search === 'object') return 'native'
  const isSearched = [...field.operators].some((name) => servedBy(field.type, name) === 'words')
  return search ?? (isSearched ? `${column}_words` : undefined)
}

const asksFolded = ({ operators, type }: Field): boolean =>
  type.kind.isFolded === true || [...operators].some((name) => isFolded(type, name))

/** The place of a field's folded text, of the type that createTable gives it. */
export const foldedPlaceOf = (field: Field, place: ColumnPlace, folded: string): ColumnPlace => ({
  ...place,
  column: folded,
  nullable: true,
  type: undefined,
  collation: undefined,
  search: undefined,
  folded: undefined,
  isSorted: field.sortable && field.type.kind.isFolded === true,
  isPrefixed:
    field.operators.has('$istartsWith') ||
    (field.type.kind.isFolded === true && field.operators.has('$startsWith')),
})

/** Where the text is that operators and orders compare: of one that ignores case, the folded one. */
export const comparedPlaceOf = (field: Field, place: Place): Place =>
  place.json || place.folded === undefined || !field.type.kind.isFolded
    ? place
    : { ...foldedPlaceOf(field, place, place.folded), search: place.search }

function sideTableOf(
  field: Field,
  settings: FieldMapping,
  mapping: AnyMapping,
): ColumnPlace['sideTable'] {
  if (settings.sideTable === undefined) return undefined
  return { table: settings.sideTable, owner: mappingOf(mapping, field.key).column ?? field.key }
}
