/** The types of columns that PostgreSQL's users have, beside those that createTable writes. */

import { amongFloats, amongIntegers, signed } from '../../kinds/floats.ts'
import { isCanonicalUuid } from '../../kinds/uuid.ts'
import { allWhole, decimalColumns, noDecimals } from '../decimal.ts'
import { hasRoom, lengthOf } from '../declared-type.ts'
import { type Fragment, sql } from '../fragment.ts'
import { integerLiteral } from '../literal.ts'
import { asNumbers, type OtherTypes, typeFinder, withStorage } from '../other-types.ts'
import type { ColumnType } from '../types.ts'
import { enumType } from './enum-type.ts'
import { refuse } from './names.ts'
import { types } from './types.ts'

/** Text by code point. */
const byCodePoint = (column: Fragment): Fragment => sql`${column}::text COLLATE "C"`

/** A type of text, whose collation the mapping names where it is not by code point. */
const textOf = (type: Fragment, kind: ColumnType = types.string): ColumnType => ({
  ...kind,
  type(at) {
    const length = lengthOf(at.type)
    return length === undefined ? type : sql`${type}(${integerLiteral(length)})`
  },
  stores: (value, at) => hasRoom(at.type, String(value)),
  constantType: () => type,
  cast: (parameter) => sql`${parameter}::${type}`,
  exact: (column, { collation }) => (collation === undefined ? undefined : byCodePoint(column)),
  // Arrays of another type of text have no operators with those of text.
  checkElements: (list, at) => kind.checkElements?.(sql`${list}::text[]`, at),
})

/** Text that compares otherwise whatever its collation. */
const looseText = (type: Fragment, kind?: ColumnType): ColumnType => ({
  ...textOf(type, kind),
  exact: byCodePoint,
  exactElements: (list) => sql`${list}::text[]`,
  select: (column) => sql`${column}::text`,
})

/** Text whose blanks at the end are lost. */
const bpchar = (kind?: ColumnType): ColumnType => ({
  ...looseText(sql`bpchar`, kind),
  stores: (value, at) => !String(value).endsWith(' ') && hasRoom(at.type, String(value)),
})

/** UUIDs as text. */
const uuidText = (type: Fragment): ColumnType => textOf(type, withStorage(types.uuid, 'text'))

/** All as long as the type: no blanks follow them, by which it compares otherwise than text. */
const uuidChar: ColumnType = {
  ...uuidText(sql`bpchar`),
  select: (column) => sql`${column}::text`,
  selectElements: (list) => sql`${list}::text[]`,
}

/** A uuid as a string. */
const uuidString: ColumnType = {
  ...looseText(sql`uuid`),
  representation: () => 'uuid',
  canHold: (value) => isCanonicalUuid(String(value)),
}

const integers = (type: Fragment, bits: bigint): ColumnType => ({
  ...types.integer,
  type: () => type,
  cast: (parameter) => sql`${parameter}::${type}`,
  position: amongIntegers(...signed(bits)),
})

const SHORT = integers(sql`smallint`, 16n)
const INTEGER = integers(sql`integer`, 32n)
const LONG = integers(sql`bigint`, 64n)

const INTEGERS = {
  smallint: SHORT,
  int2: SHORT,
  integer: INTEGER,
  int: INTEGER,
  int4: INTEGER,
  serial: INTEGER,
  bigint: LONG,
  int8: LONG,
  bigserial: LONG,
} as const

const REAL: ColumnType = {
  ...types.number,
  type: () => sql`real`,
  cast: (parameter) => sql`${parameter}::real`,
  position: amongFloats('shortest'),
}

/** A column of 0 and other numbers, which are true, or of bits. */
const flag = (type: Fragment, isTrue: (column: Fragment) => Fragment): ColumnType => ({
  ...types.boolean,
  type: () => type,
  instead: isTrue,
  select: isTrue,
  encode: (value) => (value === true ? 1 : 0),
})

const isNotZero = (column: Fragment): Fragment => sql`(${column} <> 0)`

const { decimal, number, integer } = decimalColumns({
  base: types.decimal,
  byDefault: undefined,
  isCast: false,
  refuse,
})

/** A numeric whose type names no digits. */
const anyOf = (base: ColumnType): ColumnType => ({
  ...base,
  type: (at) => (at.type?.args.length === 0 ? sql`numeric` : base.type(at)),
})

const others: OtherTypes = {
  decimal: {
    numeric: anyOf(decimal),
    decimal: anyOf(decimal),
    ...allWhole(INTEGERS, (column) => sql`${column}::numeric`),
    money: 'its text and its digits depend on the setting lc_monetary',
    ...noDecimals(['double precision', 'float8', 'real', 'float4']),
  },
  string: {
    text: textOf(sql`text`),
    varchar: textOf(sql`varchar`),
    'character varying': textOf(sql`varchar`),
    name: textOf(sql`name`),
    char: bpchar(),
    character: bpchar(),
    bpchar: bpchar(),
    citext: looseText(sql`citext`),
    uuid: uuidString,
  },
  enumeration: {
    text: textOf(sql`text`, types.enumeration),
    varchar: textOf(sql`varchar`, types.enumeration),
    'character varying': textOf(sql`varchar`, types.enumeration),
    name: textOf(sql`name`, types.enumeration),
    char: bpchar(types.enumeration),
    character: bpchar(types.enumeration),
    bpchar: bpchar(types.enumeration),
    citext: looseText(sql`citext`, types.enumeration),
  },
  uuid: {
    uuid: types.uuid,
    text: uuidText(sql`text`),
    varchar: uuidText(sql`varchar`),
    'character varying': uuidText(sql`varchar`),
    char: uuidChar,
    character: uuidChar,
    bpchar: uuidChar,
  },
  boolean: {
    boolean: types.boolean,
    bool: types.boolean,
    bit: flag(sql`bit`, (column) => sql`(${column} = B'1')`),
    smallint: flag(sql`smallint`, isNotZero),
    int2: flag(sql`smallint`, isNotZero),
    integer: flag(sql`integer`, isNotZero),
    int: flag(sql`integer`, isNotZero),
    int4: flag(sql`integer`, isNotZero),
  },
  integer: { ...INTEGERS, numeric: integer, decimal: integer },
  number: {
    numeric: number,
    decimal: number,
    'double precision': types.number,
    float8: types.number,
    real: REAL,
    float4: REAL,
    ...asNumbers(INTEGERS),
  },
  timestamp: {
    timestamptz: withStorage(types.timestamp, 'timestamptz'),
    'timestamp with time zone': withStorage(types.timestamp, 'timestamptz'),
    timestamp: withStorage(types.timestamp, 'timestamp'),
    'timestamp without time zone': withStorage(types.timestamp, 'timestamp'),
    text: withStorage(types.timestamp, 'text'),
    varchar: withStorage(types.timestamp, 'text'),
    'character varying': withStorage(types.timestamp, 'text'),
  },
}

/** The names of types that hold no enumeration. */
const KNOWN = new Set(Object.values(others).flatMap((types) => Object.keys(types)))

/** Enumerations are stored as a type of that name, too. */
export const typeAt = typeFinder(types, others, refuse, (kind, at) =>
  kind === 'enumeration' && at.type !== undefined && !KNOWN.has(at.type.name)
    ? enumType(types.enumeration, at.type, at)
    : undefined,
)
