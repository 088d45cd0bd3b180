/** Quoted names, and errors about columns. */

import { type Fragment, raw, sql } from './fragment.ts'
import type { ColumnName, Place } from './place.ts'

/** Throws because the engine cannot do exactly what a mapping requires. */
export type Refuse = (place: Pick<Place, 'field'>, what: string) => never

export const refuser =
  (dialect: string): Refuse =>
  ({ field }, what) => {
    throw new TypeError(`tamis: ${dialect}: ${field}: ${what}`)
  }

/** A column's name, qualified by the table if there is one. */
export const nameOf = (
  { column, table, document }: ColumnName,
  identifier: (name: string) => Fragment,
): Fragment => {
  if (document !== undefined) return document.value
  return table === undefined ? identifier(column) : sql`${identifier(table)}.${identifier(column)}`
}

/**
 * Quotes a name; quotes in it are replaced by `escaped`. `most` is the maximal length in bytes: some
 * databases truncate longer names without an error.
 */
export function quoteName(
  name: string,
  quote: string,
  dialect: string,
  most?: number,
  escaped = quote + quote,
): Fragment {
  if (name === '' || name.includes('\0') || !name.isWellFormed()) {
    throw new TypeError(`tamis: ${dialect}: not a valid name: ${JSON.stringify(name)}`)
  }
  // A UTF-16 unit is at most three bytes.
  const isLong = most !== undefined && name.length * 3 > most
  if (isLong && new TextEncoder().encode(name).length > most) {
    throw new TypeError(`tamis: ${dialect}: the name is longer than ${most} bytes: ${name}`)
  }
  return raw(`${quote}${name.replaceAll(quote, escaped)}${quote}`)
}
