/**
 * The types of columns that SQLite's users have, beside those that createTable writes. SQLite keeps
 * any type's name, and takes from it only how values are converted (sqlite.org/datatype3.html).
 */

import { type Fragment, sql } from '../fragment.ts'
import { named, type OtherTypes, typeFinder, unchecked, withStorage } from '../other-types.ts'
import { successor } from '../text.ts'
import type { ColumnType } from '../types.ts'
import { refuse } from './names.ts'
import { types } from './types.ts'

/** Text of a kind, whose collation the mapping names where it is not BINARY. */
const textOf = (kind: ColumnType): ColumnType => ({
  ...kind,
  exact: (column, { collation }) => (collation === undefined ? undefined : byCodePoint(column)),
  // NOCASE orders texts by code point once their ASCII letters are small (sqlite.org/datatype3.html).
  beginsWith(column, prefix, { collation }) {
    if (collation?.toUpperCase() !== 'NOCASE') return undefined
    const end = successor(prefix.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))
    const from = sql`${column} >= ${prefix}`
    return end === undefined ? from : sql`${from} AND ${column} < ${end}`
  },
})

const byCodePoint = (column: Fragment): Fragment => sql`${column} COLLATE BINARY`

/** Canonical text. Its units compare as decimals do. */
const decimalText: ColumnType = {
  // What is not canonical is absent.
  ...unchecked(types.decimal),
  type: () => sql`TEXT`,
  encode: (value) => value,
  exact: (column, at) => sql`(CASE typeof(${column}) ${types.decimal.json(column, at)} END)`,
  isPartial: true,
  decode(stored, { kind }) {
    const value = kind.read(stored)
    return value === stored ? value : undefined
  },
  select: (column) => column,
}

/** A column of 0 and other numbers, which are true. */
const flag: ColumnType = {
  ...types.boolean,
  instead: (column) => sql`(${column} <> 0)`,
  decode: (stored) => Number(stored) !== 0,
}

const TEXTS = ['text', 'varchar', 'character varying', 'nvarchar', 'char', 'character', 'clob']
const SIGNED = ['integer', 'int', 'bigint', 'smallint', 'tinyint', 'mediumint', 'int2', 'int8']
// As Django declares them; SQLite has signed integers alone.
const INTEGERS = [...SIGNED, ...SIGNED.map((name) => `${name} unsigned`)]
const ROUNDED = 'it holds doubles, which round decimals; use INTEGER, or canonical text'
const DOUBLES = ['real', 'double', 'double precision', 'float', 'numeric', 'decimal']

const others: OtherTypes = {
  decimal: {
    ...named(TEXTS, decimalText),
    // Units of the field's scale.
    ...named(INTEGERS, types.decimal),
    ...Object.fromEntries(DOUBLES.map((name) => [name, ROUNDED])),
  },
  string: named(TEXTS, textOf(types.string)),
  uuid: named([...TEXTS, 'uuid'], textOf(types.uuid)),
  // Its affinity makes numbers of texts that look like one, which no date does.
  date: named([...TEXTS, 'date'], textOf(types.date)),
  enumeration: named(TEXTS, textOf(types.enumeration)),
  boolean: { ...named(INTEGERS, flag), ...named(['boolean', 'bool', 'numeric'], flag) },
  integer: named([...INTEGERS, 'numeric'], types.integer),
  number: named([...INTEGERS, ...DOUBLES], types.number),
  timestamp: {
    ...named(TEXTS, withStorage(types.timestamp, 'text')),
    // They say of no form, and hold text as it is written.
    ...named(['datetime', 'timestamp'], withStorage(types.timestamp, { text: 'any' })),
  },
}

export const typeAt = typeFinder(types, others, refuse)
