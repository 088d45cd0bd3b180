/** The column types of ClickHouse that createTable does not write. */

import { amongFloats, amongIntegers, signed, unsigned } from '../../kinds/floats.ts'
import { isCanonicalUuid } from '../../kinds/uuid.ts'
import { allWhole, decimalColumns, noDecimals } from '../decimal.ts'
import { argumentOf } from '../declared-type.ts'
import { type Fragment, sql } from '../fragment.ts'
import { integerLiteral } from '../literal.ts'
import { asNumbers, type OtherTypes, typeFinder, unchecked, withStorage } from '../other-types.ts'
import type { Stored } from '../place.ts'
import type { ColumnType } from '../types.ts'
import { equalityOnly } from '../uuid.ts'
import { refuse } from './names.ts'
import { types } from './types.ts'

const toText = (column: Fragment): Fragment => sql`toString(${column})`

/** A UUID as a string. Equality casts the constant, so that the primary key serves. */
const uuidString: ColumnType = {
  ...unchecked(types.string),
  type: () => sql`UUID`,
  cast: (parameter) => sql`toUUID(${parameter})`,
  canHold: (value) => isCanonicalUuid(String(value)),
  exact: toText,
  select: toText,
}

const member: ColumnType = { ...unchecked(types.string), instead: toText, select: toText }

/** A member as one of an enumeration. */
const printed: ColumnType = { ...types.enumeration, instead: toText, select: toText }

const uuid: ColumnType = {
  ...types.uuid,
  type: () => sql`UUID`,
  convert: (parameter) => sql`toUUID(${parameter})`,
  select: toText,
  refuseOrder: equalityOnly(refuse, 'UUID', 'FixedString(16)'),
}

const uuidText = withStorage(types.uuid, 'text')

/** The 16 bytes, or the text. */
const fixedUuid: ColumnType = {
  ...types.uuid,
  type: (at) => (isOfBytes(at) ? sql`FixedString(16)` : sql`FixedString(36)`),
  convert: (parameter, at) =>
    isOfBytes(at) ? sql`UUIDStringToNum(${parameter})` : sql`${parameter}`,
  select: (column, at) => (isOfBytes(at) ? sql`UUIDNumToString(${column})` : toText(column)),
}

const isOfBytes = ({ type }: Stored): boolean => type === undefined || argumentOf(type, 0) === 16

/** A FixedString is filled up with zero bytes, which are no text. */
const fixed: ColumnType = {
  ...unchecked(types.string),
  instead: (column) => sql`toStringCutToZero(${column})`,
  select: (column) => sql`toStringCutToZero(${column})`,
}

const integers = (type: Fragment, range: readonly [bigint, bigint]): ColumnType => ({
  ...types.integer,
  type: () => type,
  position: amongIntegers(...range),
})

const INTEGERS = {
  int8: integers(sql`Int8`, signed(8n)),
  int16: integers(sql`Int16`, signed(16n)),
  int32: integers(sql`Int32`, signed(32n)),
  int64: types.integer,
  uint8: integers(sql`UInt8`, unsigned(8n)),
  uint16: integers(sql`UInt16`, unsigned(16n)),
  uint32: integers(sql`UInt32`, unsigned(32n)),
  // Larger values do not fit 64 bits with a sign, and count as absent.
  uint64: {
    ...integers(sql`UInt64`, [0n, signed(64n)[1]]),
    check: (column: Fragment) => sql`${column} <= ${integerLiteral(signed(64n)[1])}`,
  },
}

const float: ColumnType = {
  ...types.number,
  type: () => sql`Float32`,
  position: amongFloats('widened'),
  select: (column) => sql`toFloat64(${column})`,
}

const flag = (type: Fragment): ColumnType => ({
  ...types.boolean,
  type: () => type,
  instead: (column) => sql`(${column} != 0)`,
  select: (column) => sql`(${column} != 0)`,
  decode: (stored) => Number(stored) !== 0,
})

const { decimal, number, integer } = decimalColumns({
  base: types.decimal,
  // clickhouse.com/docs/sql-reference/data-types/decimal
  byDefault: { precision: 10, scale: 0 },
  isCast: true,
  refuse,
})

const others: OtherTypes = {
  decimal: {
    decimal,
    ...allWhole(INTEGERS),
    ...noDecimals(['float64', 'float32']),
  },
  string: {
    string: types.string,
    fixedstring: fixed,
    uuid: uuidString,
    enum: member,
    enum8: member,
    enum16: member,
  },
  uuid: { uuid, string: uuidText, fixedstring: fixedUuid },
  enumeration: { string: types.enumeration, enum: printed, enum8: printed, enum16: printed },
  boolean: {
    bool: types.boolean,
    uint8: flag(sql`UInt8`),
    int8: flag(sql`Int8`),
  },
  integer: { ...INTEGERS, decimal: integer },
  number: {
    decimal: number,
    float64: types.number,
    float32: float,
    ...asNumbers(INTEGERS),
  },
  timestamp: { string: withStorage(types.timestamp, 'text') },
}

export const typeAt = typeFinder(types, others, refuse)
