// Longer than most files here: how a row is bound, checked and written, for all kinds of places.

import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, join, type Parameter, type Statement, sql } from '../dialect/fragment.ts'
import type { ColumnPlace, Place } from '../dialect/place.ts'
import { render } from '../dialect/render.ts'
import { isStored } from '../dialect/typed.ts'
import { describe, quote } from '../error/describe.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { JSON_DEPTH, type JsonReplacer, printJson } from '../kinds/json.ts'
import type { Scalar } from '../kinds/kind.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { Fields } from '../schema/definition.ts'
import type { FieldSet } from '../schema/field.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'
import { accessor } from './accessor.ts'
import { checkJson, checkText } from './bound.ts'
import {
  indexedKeys,
  isWorthAnIndex,
  type Layout,
  layoutOf,
  type Placed,
  type SearchColumn,
  type TableTarget,
} from './layout.ts'
import { storedObject } from './objects.ts'
import { foldedText, wordsOfDocument, wordsOfText } from './search-words.ts'
import { type TableRef, tableFragment } from './table-name.ts'
import { checkTarget } from './target.ts'

/**
 * The field at a path, if there is one. Paths are compared by segments: the keys of a document can be
 * long, and joining them for each value would copy them each time.
 */
function byPath(fields: readonly Placed[]): (path: readonly string[]) => Placed | undefined {
  const byLast = new Map<string | undefined, Placed[]>()
  for (const each of fields) {
    const last = each.field.path.at(-1)
    byLast.set(last, [...(byLast.get(last) ?? []), each])
  }
  return (path) =>
    byLast
      .get(path.at(-1))
      ?.find(
        ({ field }) =>
          field.path.length === path.length && field.path.every((key, i) => key === path[i]),
      )
}

/** Reads the parameter for one column from a row. */
type ColumnReader = (row: unknown) => Parameter

/** The canonical elements of a list; undefined if the value is not a list. */
function readList({ kind }: Place, value: unknown): Scalar[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.map((each) => kind.read(each)).filter((each) => each !== undefined)
}

/** Throws for a value of the field's kind that is too large: it would be lost. */
function checkSize({ field, place }: Placed, value: unknown): void {
  const { kind, list } = place
  if (kind.tooLarge === undefined) return
  for (const each of list && Array.isArray(value) ? value : [value]) {
    const most = kind.tooLarge(each)
    if (most === undefined) continue
    throw new TypeError(`tamis: ${field.name}: expected ${most}, received ${describe(each)}`)
  }
}

/** Reads a field's canonical value; throws where it is required and absent. */
function requiredReader({ field, place }: Placed): (row: unknown) => Scalar | Scalar[] | undefined {
  const read = accessor(field)
  return (row) => {
    const value = read(row)
    const canonical = place.list ? readList(place, value) : place.kind.read(value)
    checkSize({ field, place }, value)
    if (canonical !== undefined || !field.required) return canonical
    const what = place.list ? 'a list' : place.kind.expects
    throw new TypeError(
      `tamis: ${field.name}: required, expected ${what}, received ${describe(value)}`,
    )
  }
}

function typedReader(
  dialect: Dialect<unknown>,
  placed: Placed<ColumnPlace>,
  isKey: boolean,
): ColumnReader {
  const { field, place } = placed
  const read = requiredReader(placed)
  const isIndexed = isKey || field.isLinked === true || isWorthAnIndex(field)
  const bound = dialect.bound?.(place, isIndexed)
  // Where a list cannot be NULL, its companion says that it is not there.
  const absent = dialect.companion?.(place) === undefined ? null : dialect.encodeList(place, [])
  // What createTable writes stores every value of the kind.
  const isDeclared = place.type !== undefined || place.collation !== undefined
  const type = isDeclared ? dialect.typeOf(place) : undefined
  return (row) => {
    const value = read(row)
    if (value === undefined) return absent
    if (type !== undefined) {
      for (const each of Array.isArray(value) ? value : [value]) {
        if (isStored(type, place, each)) continue
        const what = place.type?.text ?? `the collation ${place.collation}`
        throw new TypeError(
          `tamis: ${field.name}: a column of ${what} does not hold ${quote(String(each))}`,
        )
      }
    }
    if (bound !== undefined) {
      for (const each of Array.isArray(value) ? value : [value]) {
        if (typeof each === 'string') checkText(field, bound, each)
      }
    }
    return Array.isArray(value)
      ? dialect.encodeList(place, value)
      : dialect.encode(place, value as Scalar)
  }
}

/** The literal fields of a wildcard's document. */
const literalsIn = ({ field }: Placed, literals: readonly Placed[]): readonly Placed[] =>
  literals.filter((each) => each.field.wildcard === field.wildcard)

/**
 * The values of a document as they are stored. What can be written in several ways, as timestamps can,
 * is stored in canonical form, so that SQL can compare it as text.
 */
function rewriterOf(document: Placed, literals: readonly Placed[]): JsonReplacer {
  const literalAt = byPath(literalsIn(document, literals))
  const rewritten = membersOf(document.field.type.kind).filter(({ isRewritten }) => isRewritten)
  return (value, path) => {
    const literal = literalAt(path)
    const place = literal?.place
    const kinds =
      place === undefined ? rewritten : membersOf(place.kind).filter((each) => each.isRewritten)
    if (kinds.length === 0 && literal?.field.elements === undefined) return value
    if (literal !== undefined) checkSize(literal, value)
    if (literal !== undefined && literal.field.elements !== undefined) {
      return Array.isArray(value) ? value.map(storedObject(literal.field.elements)) : value
    }
    if (place?.list === true) return readList(place, value) ?? value
    if (Array.isArray(value) || isPlainObject(value)) return value
    for (const kind of kinds) {
      const canonical = kind.read(value)
      if (canonical !== undefined) return canonical
    }
    return value instanceof Date ? undefined : value
  }
}

/** A list of objects as JSON. */
function objectsReader(
  dialect: Dialect<unknown>,
  { field, place }: Placed,
  elements: FieldSet,
): ColumnReader {
  const read = accessor(field)
  const stored = storedObject(elements)
  const depth = (dialect.jsonDepth ?? JSON_DEPTH) + field.path.length - 1
  return (row) => {
    const value = read(row)
    if (Array.isArray(value)) {
      const objects = value.filter((each) => isPlainObject(each)).map(stored)
      return printJson(objects, field.path, undefined, depth) ?? null
    }
    if (place.nullable) return null
    throw new TypeError(
      `tamis: ${field.name}: required, expected a list, received ${describe(value)}`,
    )
  }
}

/** A wildcard's document as JSON. */
function documentReader(
  dialect: Dialect<unknown>,
  document: Placed,
  literals: readonly Placed[],
  keys: readonly Placed[],
): ColumnReader {
  const { field } = document
  const read = accessor(field)
  const depth = (dialect.jsonDepth ?? JSON_DEPTH) + field.path.length - 1
  const inDocument = literalsIn(document, literals)
  const required = inDocument.filter((each) => each.field.required).map(requiredReader)
  const bounds = [...inDocument.filter((each) => isWorthAnIndex(each.field)), ...keys].flatMap(
    (each) => {
      const bound = each.field.wildcard === field.wildcard && dialect.bound?.(each.place, true)
      return bound ? [{ bound, field: each.field, read: accessor(each.field) }] : []
    },
  )
  const rewrite = rewriterOf(document, literals)

  return (row) => {
    for (const check of required) check(row)
    const value = read(row)
    if (!isPlainObject(value)) return null
    const json = printJson(value, field.path, rewrite, depth)
    for (const each of bounds) checkJson(each.field, each.bound, each.read(row))
    return json ?? null
  }
}

/** Whether a list is there. */
function presenceReader({ field, place }: Placed): ColumnReader {
  const read = accessor(field)
  return (row) => readList(place, read(row)) !== undefined
}

/** The folded text or words of a string, or the words of every string of a document. */
function wordsReader(
  dialect: Dialect<unknown>,
  { of: placed, holds, place: foldedPlace }: SearchColumn,
  literals: readonly Placed[],
): ColumnReader {
  const { field, place } = placed
  const read = accessor(field)
  if (holds === 'folded') {
    const bound = foldedPlace?.isSorted ? dialect.bound?.(foldedPlace, true) : undefined
    return (row) => {
      const folded = foldedText(read(row))
      if (bound !== undefined && folded !== null) checkText(field, bound, folded)
      return folded
    }
  }
  if (!place.json) return (row) => wordsOfText(read(row))
  const rewrite = rewriterOf(placed, literals)
  return (row) => wordsOfDocument(read(row), field.path, rewrite)
}

function readersOf(
  dialect: Dialect<unknown>,
  structure: Structure,
  layout: Layout,
  mapping: AnyMapping,
): Map<string, ColumnReader> {
  const readers = new Map<string, ColumnReader>()
  for (const each of layout.typed) {
    const isKey = each.field === structure.key
    readers.set(each.place.column, typedReader(dialect, each, isKey))
  }
  const literals = [...layout.typed, ...layout.nested]
  const keys = indexedKeys(structure, layout, mapping)
  for (const each of layout.documents) {
    const { elements } = each.field
    const reader =
      elements === undefined
        ? documentReader(dialect, each, literals, keys)
        : objectsReader(dialect, each, elements)
    readers.set(each.place.column, reader)
  }
  for (const { column, of } of layout.companions) readers.set(column, presenceReader(of))
  for (const each of layout.words) readers.set(each.column, wordsReader(dialect, each, literals))
  return readers
}

/** What stores a row: one statement, or several to be run in one transaction. */
export type Insert<Params = readonly Parameter[]> = Statement<Params> | readonly Statement<Params>[]

export interface InsertTarget<F extends Fields = Fields, Params = unknown>
  extends Omit<TableTarget<F, Params>, 'table'> {
  readonly table: TableRef
  /** Whether it takes the place of the row of the same key; without, two of a key are an error. */
  readonly replace?: boolean | undefined
}

export function insertRow<F extends Fields, Params>(
  structure: Structure<F>,
  target: InsertTarget<NoInfer<F>, Params> & { readonly mapping?: undefined },
): (row: unknown) => Statement<Params>
export function insertRow<F extends Fields, Params>(
  structure: Structure<F>,
  target: InsertTarget<NoInfer<F>, Params>,
): (row: unknown) => Insert<Params>
/**
 * The statement that stores a row, its search columns filled; with a side table in the mapping, a
 * list of statements for one transaction. Values that are absent to their field are stored as NULL,
 * or left out of the JSON.
 *
 * @throws TypeError where a required value is absent, where a text is longer or JSON deeper than the
 * table's types and indexes hold, where a column of the mapping's type would round a value or cannot
 * store it, or where a wildcard holds what is not JSON;
 * where the database has no statement that replaces a row.
 */
export function insertRow<F extends Fields, Params>(
  structure: Structure<F>,
  target: InsertTarget<NoInfer<F>, Params>,
): (row: unknown) => Insert<Params> {
  checkTarget(target)
  const { dialect, table, replace = false } = target
  const mapping = (target.mapping ?? {}) as AnyMapping
  const layout = layoutOf(dialect, structure, mapping)
  const readers = readersOf(dialect, structure, layout, mapping)
  const names = join([...readers.keys()].map(dialect.identifier), sql`, `)
  const columns = [...readers.values()]
  const places = new Map(layout.typed.map(({ place }) => [place.column, place]))
  const values = [...readers.keys()].map((name) => {
    const place = places.get(name)
    return (place && dialect.store?.(place, null)) ?? sql`${null}`
  })
  const key = layout.typed.find(({ field }) => field === structure.key)
  if (key === undefined) throw new TypeError('tamis: mapping: the key must have a column')
  const tail = replace ? replacement(dialect, key.place, [...readers.keys()]) : sql``
  const { texts } =
    sql`INSERT INTO ${tableFragment(dialect, table)} (${names}) VALUES (${join(values, sql`, `)})${tail}`
  const strings = Object.assign([...texts], { raw: texts })
  const sides = layout.typed.flatMap(({ field, place }) =>
    place.sideTable === undefined
      ? []
      : [{ place, side: place.sideTable.table, read: accessor(field) }],
  )
  const readKey = typedReader(dialect, key, true)

  return (row) => {
    const parameters = columns.map((read) => read(row))
    const insert = render(sql(strings, ...parameters), dialect)
    if (sides.length === 0) return insert
    const encoded = readKey(row)
    const owner = dialect.store?.(key.place, encoded) ?? encoded
    const filled = sides.flatMap(({ place, side, read }) => {
      const old = replace ? [render(deleteOwned(dialect, side, owner), dialect)] : []
      const fresh = dialect.insertSide?.(place, side, owner, readList(place, read(row)) ?? [])
      return fresh === undefined ? old : [...old, render(fresh, dialect)]
    })
    return [insert, ...filled]
  }
}

/**
 * Makes a check that lists the messages of all errors of a row, of which `insertRow` throws the first.
 * Each column is checked up to its first mistake, and the required keys of a document one by one.
 */
export function rowMistakes(
  structure: Structure,
  { dialect }: Pick<TableTarget, 'dialect'>,
): (row: unknown) => readonly string[] {
  const layout = layoutOf(dialect, structure, {})
  // A document's column is checked as a whole, and says the first of its fields only.
  const checks = [
    ...readersOf(dialect, structure, layout, {}).values(),
    ...layout.nested.map(requiredReader),
  ]
  return (row) => {
    const messages = new Set<string>()
    for (const check of checks) {
      try {
        check(row)
      } catch (error) {
        if (!(error instanceof TypeError)) throw error
        messages.add(error.message)
      }
    }
    return [...messages]
  }
}

function replacement(
  dialect: Dialect<unknown>,
  { column }: Place,
  columns: readonly string[],
): Fragment {
  const others = columns.filter((name) => name !== column)
  if (dialect.replace !== undefined) return dialect.replace(column, others)
  throw new TypeError(`tamis: ${dialect.name}: replacing rows is not supported`)
}

/** Deletes the side-table rows of a row that is replaced. */
const deleteOwned = (
  dialect: Dialect<unknown>,
  side: string,
  owner: Fragment | Parameter,
): Fragment =>
  sql`DELETE FROM ${dialect.identifier(side)} WHERE ${dialect.identifier('owner')} = ${owner}`
