/** How the dialects name columns, and what they say of one that they cannot serve. */

import type { Place } from './dialect.ts'
import { type Fragment, raw, sql } from './fragment.ts'

/** Throws what the author of a mapping has to read: what this engine cannot do exactly. */
export type Refuse = (place: Pick<Place, 'field'>, what: string) => never

export const refuser =
  (dialect: string): Refuse =>
  ({ field }, what) => {
    throw new TypeError(`tamis: ${dialect}: ${field}: ${what}`)
  }

/** A column's name, after its table's where that is needed. */
export const nameOf = (
  { column, table }: Pick<Place, 'column' | 'table'>,
  identifier: (name: string) => Fragment,
): Fragment =>
  table === undefined ? identifier(column) : sql`${identifier(table)}.${identifier(column)}`

/**
 * Quotes a name, the quotes in it doubled or escaped otherwise; `most` says how many bytes of it the
 * database tells apart.
 */
export function quoteName(
  name: string,
  quote: string,
  dialect: string,
  most?: number,
  escaped = quote + quote,
): Fragment {
  if (name === '' || name.includes('\0') || !name.isWellFormed()) {
    throw new TypeError(`tamis: ${dialect}: not a name: ${JSON.stringify(name)}`)
  }
  if (most !== undefined && new TextEncoder().encode(name).length > most) {
    throw new TypeError(`tamis: ${dialect}: a name is at most ${most} bytes long: ${name}`)
  }
  return raw(`${quote}${name.replaceAll(quote, escaped)}${quote}`)
}
