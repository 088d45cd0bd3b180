/** Messages about rows and records that cannot be what a query selected. */

import type { Ordering } from '../condition/ordering.ts'
import { throughOf } from '../condition/relation.ts'
import { describe, quote } from '../error/describe.ts'
import { nearest } from '../error/nearest.ts'
import { hasProperties } from '../kinds/objects.ts'
import type { Field } from '../schema/field.ts'
import type { Structure } from '../schema/schema.ts'
import { accessor } from './accessor.ts'
import { sortReader } from './ordering.ts'

/** A name without what spellings differ by: `created_at`, `createdAt` and `CREATED_AT` are one. */
const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/** Whether two different names are spellings of one. */
export const isRespelt = (name: string, other: string): boolean =>
  name !== other && plain(name) === plain(other)

/** What a value is, for a message about a row: its Dates are Dates. */
const received = (value: unknown): string => (value instanceof Date ? 'a Date' : describe(value))

/** Names a row by its key, after a preposition; nothing where the row has no key. */
export const rowOf = (preposition: 'in' | 'of', key: unknown): string =>
  key === undefined || key === null ? '' : ` ${preposition} the row ${quote(String(key))}`

/** The hint for a column that was read under another name. */
export const otherName = (field: string, found: string): string =>
  `did you mean ${quote(found)}? Map the column, or select it as ${quote(field)}`

/** How to read what the database gave. */
export const AS_TEXT = 'select what compileQuery does, as text'

/** The names in an object that no field has at this place of its path. */
function strangers({ fields, wildcards }: Structure, object: object, depth: number): string[] {
  const known = new Set([...fields.values(), ...wildcards.values()].map(({ path }) => path[depth]))
  return Object.keys(object).filter((name) => !known.has(name))
}

/** What to do about a field whose property is missing, if the row shows why. */
function missingHint(structure: Structure, { name, path, required }: Field, row: unknown) {
  let object = row
  for (const [depth, key] of path.entries()) {
    if (!hasProperties(object)) return undefined
    if (key in object) {
      object = object[key]
      continue
    }
    if (depth === 0 && path.length > 1 && name in object) return 'read the records with readRow'
    const others = strangers(structure, object, depth)
    const found = others.find((other) => isRespelt(key, other))
    if (found !== undefined) return otherName(key, found)
    const near = required ? nearest(key, others) : undefined
    return near && otherName(key, near)
  }
  return undefined
}

const fault = (
  structure: Structure,
  field: Field,
  row: unknown,
  what: string,
  hint: string,
): TypeError =>
  new TypeError(
    `tamis: ${field.name}: ${what}${rowOf('in', accessor(structure.key)(row))}; ${hint}`,
  )

/** The error for a row without a required value that its page is sorted by. */
export function missingValue(structure: Structure, field: Field, row: unknown): TypeError {
  const value = accessor(field)(row)
  const hint =
    missingHint(structure, field, row) ??
    (value === undefined
      ? 'cursors are made of it: select the field'
      : 'forbid NULL in the column, or declare the field without "required"')
  const what = `required, expected ${field.type.kind.expects}, received ${received(value)}`
  return fault(structure, field, row, what, hint)
}

/** Why the value is not what a database sorted by: a cursor made of it would lose or repeat rows. */
function brokenValue(
  structure: Structure,
  field: Field,
  row: unknown,
  value: unknown,
): TypeError | undefined {
  const { kind } = field.type
  // In a document a value of another kind is absent, and a number can be written as a double: 1e20.
  const { wildcard } = throughOf(field)?.end ?? field
  if (wildcard === undefined && value !== null && value !== undefined) {
    if (kind.read(value) === undefined) {
      const what = `expected ${kind.expects}, received ${received(value)}`
      return fault(structure, field, row, what, 'read the records with readRow')
    }
    const lost = lostDigits(field, value)
    return lost === undefined
      ? undefined
      : fault(structure, field, row, `received ${lost}`, AS_TEXT)
  }
  return field.required && kind.read(value) === undefined
    ? missingValue(structure, field, row)
    : undefined
}

/** Checks rows that a database sorted. @throws TypeError at the first that is broken. */
export function checkRows(
  structure: Structure,
  ordering: Ordering,
  rows: readonly unknown[],
): void {
  for (const { field } of ordering) {
    const read = sortReader(field, true)
    for (const row of rows) {
      const error = brokenValue(structure, field, row, read(row))
      if (error !== undefined) throw error
    }
    if (throughOf(field) !== undefined) continue
    // The rows of a query have the same properties, but for absent values that readRow leaves out.
    const without = rows.find((row) => read(row) === undefined)
    const hint = without === undefined ? undefined : missingHint(structure, field, without)
    if (hint !== undefined) throw fault(structure, field, without, 'the property is missing', hint)
  }
}

/** A driver's value that has fewer digits than the field's can have, for a message. */
export function lostDigits({ type, digits }: Field, value: unknown): string | undefined {
  if (type.kind.name === 'integer' && typeof value === 'number' && !Number.isSafeInteger(value)) {
    return `the number ${value}, which has lost digits`
  }
  if (type.kind.name === 'timestamp' && value instanceof Date && digits > 3) {
    return `a Date, which has 3 digits of the second where the field has ${digits}`
  }
  return undefined
}
