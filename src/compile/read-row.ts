import type { Dialect } from '../dialect/dialect.ts'
import type { ColumnPlace } from '../dialect/place.ts'
import { describe, quote } from '../error/describe.ts'
import { parseJson } from '../kinds/json.ts'
import { relationsOf } from '../parse/scopes.ts'
import type { Fields, FieldsRow } from '../schema/definition.ts'
import type { AnyMapping, Mapping } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'
import { accessor } from './accessor.ts'
import { AS_TEXT, isRespelt, lostDigits, otherName, rowOf } from './broken.ts'
import { layoutOf, type Placed } from './layout.ts'
import { shownList } from './objects.ts'
import { put } from './put.ts'
import { selectable } from './select.ts'
import { checkTarget } from './target.ts'

/** A column of a driver's record, which need not be a plain object. */
const columnOf = (record: object, name: string): unknown =>
  Object.hasOwn(record, name) ? (record as Readonly<Record<string, unknown>>)[name] : undefined

/** Whether a field is of integers or of numbers, or a list of them. */
const isNumeric = ({ place: { kind } }: Placed): boolean =>
  kind.name === 'integer' || kind.name === 'number'

/** How records were selected. */
export interface RecordTarget<F extends Fields = Fields> {
  readonly dialect: Dialect<unknown>
  readonly mapping?: Mapping<F> | undefined
  /**
   * The `select` of `compileQuery`: a record without a column of it is refused. Where it is left out,
   * nothing says which columns were selected, and those that are missing are left out.
   */
  readonly select?: readonly string[] | undefined
}

/**
 * Turns a record that `compileQuery` selected into the row that was stored: nested, absent values
 * left out, timestamps as RFC 3339 text in UTC, integers as numbers, or as bigints where the field says
 * `integer({ as: 'bigint' })`. Columns that were not selected are left out. In documents, integers
 * beyond ±(2^53 − 1) are bigints, but for fields of their own.
 *
 * Records are objects with a key for each column, as every driver gives them by default. With
 * `@duckdb/node-api` these are the rows of `getRowObjects`, `getRowObjectsJS` or `getRowObjectsJson`;
 * `getRows` and its siblings give lists without names, which are refused.
 *
 * @throws TypeError where a record is no object, where it lacks a column of `select`, where a column
 * was selected under another name than the field's, where the driver gave a number or a Date that lost
 * digits, where an integer is beyond ±(2^53 − 1) and not read as a bigint, where a required value is
 * NULL, and where a value was damaged in the database; it names field, column and the row's key.
 */
export function readRow<F extends Fields>(
  structure: Structure<F>,
  target: RecordTarget<NoInfer<F>>,
): (record: unknown) => FieldsRow<F> {
  checkTarget(target)
  const { dialect } = target
  const layout = layoutOf(dialect, structure, target.mapping as AnyMapping | undefined)
  // Fields of a document that have their own columns are put back into it.
  const inside = layout.typed.filter(({ field }) => field.wildcard !== undefined)
  const outside = layout.typed.filter(({ field }) => field.wildcard === undefined)

  /** Each column, and the name under which `compileQuery` selects it. */
  const selected = [...layout.typed, ...layout.documents].map(({ field, place }) => ({
    name: place.json ? (field.wildcard ?? field.name) : field.name,
    column: place.column,
  }))
  const names = new Set(selected.map(({ name }) => name))
  selectable(structure, target.select)
  const expected = selected.filter(({ name }) => target.select?.includes(name))

  const { mapping = {} } = target
  const sortValues = relationsOf(structure)?.sortValues({ dialect, mapping: mapping as AnyMapping })

  // Integers and numbers that live in a document are read from JSON, which knows no kinds.
  const numbers = layout.nested
    .filter(isNumeric)
    .map((placed) => ({ placed, read: accessor(placed.field) }))

  // What a client's schema does not show of lists of objects, in columns of their own and in documents.
  const documents = layout.documents.map((placed) => {
    const { elements } = placed.field
    return { placed, shown: elements && shownList(elements) }
  })
  const lists = layout.nested.flatMap(({ field }) => {
    const shown = field.elements && shownList(field.elements)
    return shown === undefined ? [] : [{ path: field.path, read: accessor(field), shown }]
  })

  /** Says which value of which row cannot be read. */
  function refuse(record: object, { field, place }: Placed, what: string, cause?: unknown): never {
    const row = rowOf('of', columnOf(record, structure.key.name))
    throw new TypeError(
      `tamis: ${field.name}: the column "${place.column}"${row} ${what}`,
      cause === undefined ? undefined : { cause },
    )
  }

  /** False where the record does not have the column. */
  function putField(
    row: Record<string, unknown>,
    record: object,
    placed: Placed<ColumnPlace>,
  ): boolean {
    const { field, place } = placed
    const value = columnOf(record, field.name)
    if (value === undefined) return false
    const decoded = decode(record, value, placed)
    if (decoded !== undefined) put(row, field.path, numbersOf(record, decoded, placed))
    // What is required is there in every row that was stored: it was damaged since.
    else if (field.required) {
      const expected = place.list ? 'list' : place.kind.expects.replace(/^an? /, '')
      const hint = 'forbid NULL there, or declare the field without "required"'
      refuse(record, placed, value === null ? `is NULL; ${hint}` : `holds no ${expected}`)
    }
    return true
  }

  function decode(record: object, value: unknown, placed: Placed<ColumnPlace>): unknown {
    // Of a number the dialect says how its driver is to give all digits.
    const lost = value instanceof Date ? lostDigits(placed.field, value) : undefined
    if (lost !== undefined) refuse(record, placed, `was given as ${lost}; ${AS_TEXT}`)
    try {
      return dialect.decode(placed.place, value)
    } catch (error) {
      if (!(error instanceof TypeError)) {
        return refuse(record, placed, 'holds a value that cannot be read', error)
      }
      // What a dialect itself refuses has its own message.
      const row = rowOf('in', columnOf(record, structure.key.name))
      throw new TypeError(error.message + row, { cause: error })
    }
  }

  /** The numbers of a value in the form that the field says; anything else as it is. */
  function numbersOf(record: object, value: unknown, placed: Placed): unknown {
    const { field, place } = placed
    if (!isNumeric(placed) || Array.isArray(value) !== place.list) return value
    const numberOf = (each: unknown): unknown => {
      const canonical = place.kind.read(each)
      if (canonical === undefined) return each
      if (field.as === 'bigint') return BigInt(canonical)
      if (typeof canonical !== 'bigint') return canonical
      const hint = "declare the field as integer({ as: 'bigint' })"
      return refuse(record, placed, `holds ${canonical}, beyond 2^53; ${hint}`)
    }
    return Array.isArray(value) ? value.map(numberOf) : numberOf(value)
  }

  function putDocument(
    row: Record<string, unknown>,
    record: object,
    { placed, shown }: (typeof documents)[number],
  ): boolean {
    const { field } = placed
    const json = columnOf(record, field.wildcard ?? field.name)
    if (json === undefined) return false
    if (json === null && field.required) {
      const hint = 'forbid NULL there, or declare the field without "required"'
      refuse(record, placed, `is NULL; ${hint}`)
    }
    if (json === null) return true
    if (typeof json !== 'string') return refuse(record, placed, `was not given as text; ${AS_TEXT}`)
    try {
      const value = parseJson(json)
      put(row, field.path, shown === undefined ? value : shown(value))
      return true
    } catch (error) {
      return refuse(record, placed, 'holds text that is not JSON', error)
    }
  }

  /** Refuses a record that has a field's column under another name than the field's. */
  function checkNames(record: object): void {
    for (const found of Object.keys(record)) {
      if (names.has(found)) continue
      const meant = selected.find(
        ({ name, column }) =>
          !Object.hasOwn(record, name) && (column === found || isRespelt(name, found)),
      )
      if (meant === undefined) continue
      const row = rowOf('in', columnOf(record, structure.key.name))
      throw new TypeError(
        `tamis: ${meant.name}: the property is missing${row}; ${otherName(meant.name, found)}`,
      )
    }
  }

  /** Refuses a record that does not have what was selected. */
  function checkSelected(record: object): void {
    const missing = expected.find(({ name }) => columnOf(record, name) === undefined)
    if (missing === undefined) return
    const { name, column } = missing
    const row = rowOf('in', columnOf(record, structure.key.name))
    throw new TypeError(
      `tamis: ${name}: the column "${column}" is missing${row}; select it as ${quote(name)}, or leave it out of select`,
    )
  }

  return (record) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      const what = Array.isArray(record) ? 'a list of values' : describe(record)
      throw new TypeError(
        `tamis: expected a record with a key for each column, received ${what}; ` +
          'ask the driver for objects (with @duckdb/node-api, getRowObjects)',
      )
    }
    const row: Record<string, unknown> = { ...sortValues?.(record) }
    let isWhole = true
    for (const each of outside) isWhole = putField(row, record, each) && isWhole
    for (const each of documents) isWhole = putDocument(row, record, each) && isWhole
    for (const each of inside) isWhole = putField(row, record, each) && isWhole
    for (const { path, read, shown } of lists) {
      const value = read(row)
      if (value !== undefined) put(row, path, shown(value))
    }
    for (const { placed, read } of numbers) {
      const value = read(row)
      if (value !== undefined) put(row, placed.field.path, numbersOf(record, value, placed))
    }
    if (!isWhole) {
      checkNames(record)
      checkSelected(record)
    }
    return row as FieldsRow<F>
  }
}
