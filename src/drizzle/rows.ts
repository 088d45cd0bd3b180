/** Rows that Drizzle selected, as tamis reads them. */

import type { Column } from 'drizzle-orm'
import type { ColumnFacts } from '../check/facts.ts'
import { lostDigits, rowOf } from '../compile/broken.ts'
import { type RecordTarget, readRow } from '../compile/read-row.ts'
import type { Field } from '../schema/field.ts'
import type { Structure } from '../schema/schema.ts'
import { elementOf } from './column-facts.ts'
import { kindOf } from './kinds.ts'

/** A field's column, as Drizzle and as the database have it. */
export interface WrittenColumn {
  readonly field: string
  readonly column: ColumnFacts
  readonly written: Column
}

/** What databases print: `2024-05-01 12:00:00.5`, `2024-05-01 12:00:00+02`. */
const PRINTED = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|([+-]\d\d)(?::?(\d\d))?)?$/

/** An instant as RFC 3339 text; without an offset, it is in UTC. */
function instantOf(value: unknown): unknown {
  const match = typeof value === 'string' ? PRINTED.exec(value) : null
  if (match === null) return value
  const [, day, time, hours, minutes = '00'] = match
  return `${day}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`
}

/** A value as the driver would have given it. */
function storedOf(
  { written, column: { type } }: WrittenColumn,
  field: Field | undefined,
  value: unknown,
): unknown {
  // Drizzle makes midnights in UTC of days.
  if (kindOf(written.columnType) === 'date' && value instanceof Date) {
    return Number.isNaN(value.getTime()) ? value : value.toISOString().slice(0, 10)
  }
  // SQLite has numbers of a unit, which the mapping names.
  if (field?.type.name === 'timestamp' && !written.columnType.startsWith('SQLite')) {
    return field.type.kind.read(instantOf(value)) ?? null
  }
  if (written.columnType.startsWith('SQLiteNumeric')) return Number(value)
  // Blanks at the end of a character(n) are no part of the text.
  if (type.name === 'bpchar' && typeof value === 'string') return value.replace(/ +$/, '')
  return written.mapToDriverValue(value)
}

/** The same of an array, whose elements have a column of their own. */
function readOf(own: WrittenColumn, field: Field | undefined, value: unknown): unknown {
  if (value === null || value === undefined) return null
  const element = elementOf(own.written)
  if (element === undefined) return storedOf(own, field, value)
  if (!Array.isArray(value)) return value
  const type = own.column.type.element ?? own.column.type
  const ofElement = { ...own, written: element, column: { ...own.column, type } }
  return value.map((each) => (each === null ? each : storedOf(ofElement, undefined, each)))
}

function checkDigits(
  structure: Structure,
  field: Field | undefined,
  { column }: WrittenColumn,
  value: unknown,
  row: object,
): void {
  const values = field?.type.list === true && Array.isArray(value) ? value : [value]
  const lost = field && values.map((each) => lostDigits(field, each)).find(Boolean)
  if (lost === undefined) return
  const where = rowOf('of', Reflect.get(row, structure.key.name))
  throw new TypeError(
    `tamis/drizzle: ${field?.name}: the column "${column.name}"${where} was given as ${lost}; declare it with precision: 3, or with mode: 'string'`,
  )
}

/** A number of a document that JSON.parse may have rounded, which the database compares exactly. */
function roundedIn(document: unknown): number | undefined {
  const left: unknown[] = [document]
  while (left.length > 0) {
    const value = left.pop()
    if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return value
    }
    if (typeof value === 'object' && value !== null) left.push(...Object.values(value))
  }
  return undefined
}

function checkDocument(
  structure: Structure,
  document: Field,
  { column }: WrittenColumn,
  value: unknown,
  row: object,
): void {
  const rounded = roundedIn(value)
  if (rounded === undefined) return
  const where = rowOf('of', Reflect.get(row, structure.key.name))
  throw new TypeError(
    `tamis/drizzle: ${document.name}: the column "${column.name}"${where} holds the number ${rounded}, beyond 2^53, of which JSON.parse loses digits; select the row with compileQuery, and read it with readRow`,
  )
}

/** Reads the rows of a schema whose fields are these columns. */
export function rowReader(
  structure: Structure,
  target: RecordTarget,
  columns: readonly WrittenColumn[],
): (row: object) => object {
  const read = readRow(structure, target)
  return (row) => {
    const record: Record<string, unknown> = {}
    for (const each of columns) {
      if (!Object.hasOwn(row, each.field)) continue
      const value: unknown = Reflect.get(row, each.field)
      const field = structure.fields.get(each.field)
      checkDigits(structure, field, each, value, row)
      const document = structure.wildcards.get(each.field)
      if (document !== undefined) checkDocument(structure, document, each, value, row)
      record[each.field] = readOf(each, field, value)
    }
    return read(record)
  }
}
