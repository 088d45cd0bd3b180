// Longer than most files here: every type of column that people have, beside those that createTable writes.

/** The types of columns that people have in MariaDB and MySQL, beside those that createTable writes. */

import { amongFloats, amongIntegers, signed, unsigned } from '../../kinds/floats.ts'
import type { KindName } from '../../kinds/kind.ts'
import { isCanonicalUuid } from '../../kinds/uuid.ts'
import { allWhole, decimalColumns, noDecimals } from '../decimal.ts'
import { hasRoom, lengthOf } from '../declared-type.ts'
import { type Fragment, sql, word } from '../fragment.ts'
import { integerLiteral } from '../literal.ts'
import { asNumbers, named, type OtherTypes, unchecked, withStorage } from '../other-types.ts'
import type { Stored } from '../place.ts'
import { likeLiteral } from '../text.ts'
import type { ColumnType } from '../types.ts'
import { equalityOnly } from '../uuid.ts'
import type { Names } from './names.ts'
import { charsetOf, LONGEST_SORTED, LONGEST_VARCHAR, type Server } from './server.ts'
import type { MysqlType } from './types.ts'

/** Collations that compare by code point and do not ignore blanks at the end. */
const EXACT = new Set(['utf8mb4_nopad_bin', 'utf8mb4_0900_bin'])

/**
 * Collations that order the digits of a UUID in lower case as their bytes. Those of some languages do
 * not: Danish has aa behind z.
 */
const NEUTRAL =
  /^[a-z0-9]+_(bin|nopad_bin|(general|unicode|unicode_520|swedish)(_nopad)?_ci|(0900|uca1400)(_nopad)?_a[is](_c[is])?)$/

/**
 * Collations that compare one character with one, so that LIKE, and the range of an index that is
 * made of it, has every text that begins with a prefix. Those of the Unicode Collation Algorithm do
 * not: a mark or a contraction behind the prefix makes another weight of its last character. Nor do
 * those of bytes that ignore blanks at the end: a control character is less than a blank.
 */
const BY_CHARACTER = /^utf8(mb3|mb4)?_general_ci$/

/**
 * Whether MariaDB's type UUID holds a canonical UUID: it refuses those whose seventh byte is at least
 * 80 in hexadecimal (a version of 8 or more) and whose ninth byte is one of 01 to 80, and casts them
 * to NULL.
 */
const isHeldAsUuid = (text: string): boolean => {
  const [seventh, ninth] = [14, 19].map((at) => Number.parseInt(text.slice(at, at + 2), 16))
  return seventh! < 0x80 || ninth === 0 || ninth! > 0x80
}

const TEXTS = ['varchar', 'char', 'text', 'tinytext', 'mediumtext', 'longtext']

/** The texts of character sets; of others than these, those of ASCII are stored. */
const CHARSETS: ReadonlyMap<string, RegExp> = new Map([
  ['utf8mb4', /^/u],
  ['utf8mb3', /^[\0-\uffff]*$/u],
  ['utf8', /^[\0-\uffff]*$/u],
  // It is Windows-1252 (dev.mysql.com/doc/refman/en/charset-we-sets.html).
  ['latin1', /^[\0-\x7f\xa0-\xff]*$/u],
])
const ASCII = /^[\0-\x7f]*$/u

/** Whether a character set has all characters of a text: others are stored as question marks. */
const isIn = (charset: string, text: string): boolean => (CHARSETS.get(charset) ?? ASCII).test(text)

const isBit = (stored: unknown): stored is Uint8Array => stored instanceof Uint8Array

/** A column of 0 and other numbers, which are true, or of bits, which drivers give as bytes. */
const isTrue = (stored: unknown): boolean =>
  isBit(stored) ? stored.some((byte) => byte !== 0) : Number(stored) !== 0

export function otherTypesOf(
  types: Readonly<Record<KindName, MysqlType>>,
  { collation: byCodePoint }: Server,
  { refuse }: Pick<Names, 'refuse'>,
): OtherTypes {
  const exact = (column: Fragment, charset: string): Fragment =>
    charset === 'utf8mb4'
      ? sql`${column} COLLATE ${byCodePoint}`
      : sql`CONVERT(${column} USING utf8mb4) COLLATE ${byCodePoint}`

  /** Text in the collation that the mapping names, which is the one of its constants too. */
  const textOf = (
    kind: ColumnType,
    isExact: (collation: string) => boolean,
    /** The length of the texts, if they are short enough for an index or a key. */
    usual: (at: Stored) => number | undefined,
  ): ColumnType => ({
    ...kind,
    type(at) {
      const declared = lengthOf(at.type)
      const most = at.isSorted ? LONGEST_SORTED : LONGEST_VARCHAR
      const length = declared === undefined ? usual(at) : declared > most ? usual(at) : declared
      const type = length === undefined ? sql`LONGTEXT` : sql`VARCHAR(${integerLiteral(length)})`
      return sql`${type}${collated(at)}`
    },
    stores: (value, { collation = 'utf8mb4', type }) =>
      isIn(charsetOf(collation), String(value)) &&
      hasRoom(type, String(value)) &&
      (type?.name !== 'char' || !String(value).endsWith(' ')),
    // Other collations take texts for one that are two.
    check: (column, at) =>
      kind.check?.(
        at.collation === undefined ? column : exact(column, charsetOf(at.collation)),
        at,
      ),
    constantType: (at) => sql`VARCHAR(255)${collated(at)}`,
    // A parameter that the character set does not have is an error; converted, it is equal to nothing.
    cast: (parameter, { collation = 'utf8mb4' }) => {
      const charset = charsetOf(collation)
      return charset === 'utf8mb4'
        ? sql`${parameter}`
        : sql`CONVERT(CAST(${parameter} AS CHAR CHARACTER SET utf8mb4) USING ${word(charset)}) COLLATE ${word(collation)}`
    },
    exact: (column, { collation }) =>
      collation === undefined || isExact(collation)
        ? undefined
        : exact(column, charsetOf(collation)),
    // LIKE is served by an index. What a backslash means hangs on the session.
    beginsWith(column, prefix, at) {
      if (at.collation === undefined || !BY_CHARACTER.test(at.collation)) return undefined
      const { cast } = textOf(kind, isExact, usual)
      const pattern = `${likeLiteral(prefix, '|')}%`
      return sql`${column} LIKE ${cast?.(pattern, at) ?? pattern} ESCAPE '|'`
    },
  })
  const collated = ({ collation }: Stored): Fragment =>
    collation === undefined
      ? sql``
      : sql` CHARACTER SET ${word(charsetOf(collation))} COLLATE ${word(collation)}`

  /** What prints as text: a member of an ENUM, a UUID. */
  const printed = (type: Fragment, kind: ColumnType = unchecked(types.string)): ColumnType => ({
    ...kind,
    type: () => type,
    exact: (column) => exact(sql`CAST(${column} AS CHAR CHARACTER SET utf8mb4)`, 'utf8mb4'),
    select: (column) => sql`CAST(${column} AS CHAR)`,
  })
  /** A UUID as a string. */
  const uuidString: ColumnType = {
    ...printed(sql`UUID`),
    canHold: (value) => isCanonicalUuid(String(value)) && isHeldAsUuid(String(value)),
  }

  const uuid: ColumnType = {
    ...types.uuid,
    type: () => sql`UUID`,
    canHold: (value) => isHeldAsUuid(String(value)),
    convert: (parameter) => sql`CAST(${parameter} AS UUID)`,
    select: (column) => sql`CAST(${column} AS CHAR)`,
    refuseOrder: equalityOnly(refuse, 'UUID', 'BINARY(16)'),
  }

  const text: ColumnType = {
    ...textOf(
      types.string,
      (collation) => EXACT.has(collation),
      ({ isSorted }) => (isSorted ? LONGEST_SORTED : undefined),
    ),
    // Other collations ignore U+0000: every text has it.
    check: (column, { collation }) =>
      sql`LOCATE(CHAR(0), ${collation === undefined ? column : sql`CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`}) = 0`,
  }
  const enumText = textOf(
    types.enumeration,
    (collation) => EXACT.has(collation),
    ({ values }) => Math.max(...values.map(({ length }) => length), 1),
  )
  const uuidText = textOf(
    withStorage(types.uuid, 'text'),
    (collation) => NEUTRAL.test(collation),
    () => 36,
  )

  const integers = (name: string, bits: bigint): Readonly<Record<string, ColumnType>> => ({
    [name]: {
      ...types.integer,
      type: () => word(name),
      position: amongIntegers(...signed(bits)),
    },
    [`${name} unsigned`]: {
      ...types.integer,
      type: () => sql`${word(name)} UNSIGNED`,
      // Beyond 64 bits with a sign, a value is none of the kind.
      position: amongIntegers(0n, bits === 64n ? signed(bits)[1] : unsigned(bits)[1]),
      ...(bits < 64n
        ? {}
        : { check: (column) => sql`${column} <= ${integerLiteral(signed(bits)[1])}` }),
    },
  })
  const INTEGERS = {
    ...integers('tinyint', 8n),
    ...integers('smallint', 16n),
    ...integers('mediumint', 24n),
    ...integers('int', 32n),
    ...integers('integer', 32n),
    ...integers('bigint', 64n),
  }

  /** A float is printed with six digits, as a double with all of them. */
  const float: ColumnType = {
    ...types.number,
    type: () => sql`FLOAT`,
    position: amongFloats('widened'),
    select: (column) => sql`CAST(CAST(${column} AS DOUBLE) AS CHAR(64))`,
  }

  const flag = (type: Fragment): ColumnType => ({
    ...types.boolean,
    type: () => type,
    instead: (column) => sql`(${column} <> 0)`,
    select: (column) => sql`(${column} <> 0)`,
    decode: isTrue,
  })

  const { decimal, number, integer } = decimalColumns({
    base: types.decimal,
    byDefault: { precision: 10, scale: 0 },
    // A text is compared with a DECIMAL as a double.
    isCast: true,
    refuse,
  })
  const decimals = ['decimal', 'numeric', 'dec', 'fixed', 'decimal unsigned', 'numeric unsigned']

  return {
    decimal: {
      ...named(decimals, decimal),
      ...allWhole(INTEGERS),
      ...noDecimals(['double', 'float']),
    },
    string: {
      ...named(TEXTS, text),
      enum: {
        ...printed(sql`CHAR(255)`),
        // The members of the type are not known here, and none ends with a blank.
        stores: (value) => String(value).length <= 255 && !String(value).endsWith(' '),
      },
      uuid: uuidString,
    },
    uuid: { ...named(TEXTS, uuidText), binary: types.uuid, uuid },
    enumeration: {
      ...named(TEXTS, enumText),
      enum: printed(sql`CHAR(255)`, types.enumeration),
    },
    boolean: {
      ...named(Object.keys(INTEGERS), flag(sql`TINYINT`)),
      boolean: flag(sql`TINYINT`),
      bit: flag(sql`BIT`),
    },
    integer: { ...INTEGERS, ...named(decimals, integer) },
    number: {
      ...named(decimals, number),
      double: types.number,
      float,
      ...asNumbers(INTEGERS),
    },
    timestamp: {
      datetime: withStorage(types.timestamp, 'datetime'),
      // An instant, as the session's zone prints it: of UTC, if that is UTC. Constants before 1970 are
      // none of the type.
      timestamp: {
        ...withStorage(types.timestamp, 'datetime'),
        instead: (column) => sql`CAST(${column} AS DATETIME(6))`,
      },
      ...named(['varchar', 'char', 'text'], withStorage(types.timestamp, 'text')),
    },
  }
}
