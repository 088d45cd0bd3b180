/**
 * Strings are compared by the bytes of their UTF-8, which is SQLite's own BINARY collation. Booleans
 * are 0 and 1, and integers are bound as bigints: drivers bind a JavaScript number as REAL.
 */

import { unitsOf } from '../../kinds/decimals.ts'
import { unitReader } from '../decimal.ts'
import { isListed } from '../enumeration.ts'
import { type Fragment, join, sql } from '../fragment.ts'
import { integerLiteral, negativeZero, textLiteral } from '../literal.ts'
import type { ColumnPlace, Stored } from '../place.ts'
import { timestampType } from '../timestamp.ts'
import { asIs, fromBit, integerReader, type KindTypes, readCanonical, toBigInt } from '../types.ts'
import { refuse } from './names.ts'
import { DAY, DIGIT, forms, isEarly, isTimestamp } from './timestamps.ts'

/**
 * The arms of a CASE over the type that json_type names, with what a value of the kind is: an integer
 * is what is whole and fits 64 bits, however it is written; 1e400 is not a number.
 */
type JsonArms = (value: Fragment, at: Stored) => Fragment

const IS_FINITE = sql`< 9e999`

const realArm = (value: Fragment): Fragment =>
  sql`WHEN 'real' THEN CASE WHEN abs(${value}) ${IS_FINITE} THEN ${value} END`

/** GLOB reads up to U+0000. Of no date, `date` is NULL, with which a CHECK is content. */
const isDay = (value: Fragment): Fragment =>
  sql`${value} GLOB '${DAY}' AND ${value} >= '0001' AND (${isEarly(value)} OR date(${value}) IS ${value}) AND instr(${value}, char(0)) = 0`

const MOST_DECIMAL = 18

/** The number of units that a column holds; 64 bits hold those of 18 digits. */
function mostUnits(at: Stored): bigint {
  if (at.precision <= MOST_DECIMAL) return 10n ** BigInt(at.precision) - 1n
  return refuse(at, `decimals have at most ${MOST_DECIMAL} digits here; lower the precision`)
}

/** Whether a text is a canonical decimal: a whole number that prints so, a point and digits. */
function isDecimal(value: Fragment, { precision, scale }: Stored): Fragment {
  const most = integerLiteral(Math.max(precision - scale, 1))
  const tail = integerLiteral(scale === 0 ? 0 : scale + 1)
  const whole = sql`substr(${value}, 1, length(${value}) - ${tail})`
  const digits = scale === 0 ? sql`` : sql`.${join(Array(scale).fill(DIGIT), sql``)}`
  const isShort =
    precision === scale
      ? sql`${whole} IN ('0', '-0')`
      : sql`length(${whole}) <= ${most} + (${whole} < '0') AND (${whole} = '-0' OR ${whole} = CAST(CAST(${whole} AS INTEGER) AS TEXT))`
  return sql`${value} GLOB '*${digits}' AND ${isShort} AND ${value} <> '${negativeZero({ precision, scale })}'`
}

const DIGITS = (count: number): Fragment => join(Array(count).fill(sql`[0-9a-f]`), sql``)

/** GLOB reads a text up to its first U+0000 only. */
const isUuid = (value: Fragment): Fragment =>
  sql`${value} GLOB '${join([8, 4, 4, 4, 12].map(DIGITS), sql`-`)}' AND instr(${value}, char(0)) = 0`

const isMember = (value: Fragment, at: Stored): Fragment => isListed(value, at, textLiteral)

/** Columns without real affinity hold integers of 64 bits, which drivers may return as bigints. */
function readNumber(stored: unknown, place: ColumnPlace): number {
  const number = Number(stored)
  if (typeof stored === 'bigint' && BigInt(number) !== stored) {
    return refuse(place, `${stored} is no number: declare an integer`)
  }
  return number
}

export const types: KindTypes<JsonArms> = {
  string: {
    ...asIs,
    type: () => sql`TEXT`,
    representation: () => 'text',
    check: (column) => sql`instr(${column}, char(0)) = 0`,
    json: (value) => sql`WHEN 'text' THEN ${value}`,
  },
  boolean: {
    type: () => sql`INTEGER`,
    representation: () => 'boolean',
    encode: (value) => (value ? 1n : 0n),
    decode: fromBit,
    check: (column) => sql`${column} IN (0, 1)`,
    json: () => sql`WHEN 'true' THEN 1 WHEN 'false' THEN 0`,
  },
  integer: {
    type: () => sql`INTEGER`,
    representation: () => 'integer',
    encode: toBigInt,
    decode: integerReader(refuse, 'read with safeIntegers(true), or setReadBigInts(true)'),
    json: (value) =>
      sql`WHEN 'integer' THEN CASE typeof(${value}) WHEN 'integer' THEN ${value} END WHEN 'real' THEN CASE WHEN ${value} >= -9223372036854775808.0 AND ${value} < 9223372036854775808.0 AND ${value} = CAST(${value} AS INTEGER) THEN ${value} END`,
  },
  number: {
    type: () => sql`REAL`,
    representation: () => 'double',
    encode: asIs.encode,
    decode: readNumber,
    check: (column) => sql`abs(${column}) ${IS_FINITE}`,
    json: (value) =>
      sql`WHEN 'integer' THEN CASE WHEN abs(CAST(${value} AS REAL)) ${IS_FINITE} THEN CAST(${value} AS REAL) END ${realArm(value)}`,
  },
  numeric: {
    type: () => sql`REAL`,
    representation: () => 'double',
    encode: asIs.encode,
    decode: Number,
    json: (value) =>
      sql`WHEN 'integer' THEN CASE WHEN abs(CAST(${value} AS REAL)) ${IS_FINITE} THEN ${value} END ${realArm(value)}`,
  },
  timestamp: timestampType<JsonArms>({
    refuse,
    preferred: 'text',
    columns: { text: { ...asIs, type: () => sql`TEXT`, check: isTimestamp } },
    forms,
    epoch: {
      type: sql`INTEGER`,
      check: (column, first, last) => sql`${column} BETWEEN ${first} AND ${last}`,
    },
    otherwise: (storage) =>
      `there is no ${storage} here; store a timestamp as 'text' or { epoch: unit }`,
    json: (value, { digits }) =>
      sql`WHEN 'text' THEN CASE WHEN ${isTimestamp(value, digits)} THEN ${value} END`,
  }),
  date: {
    ...asIs,
    type: () => sql`TEXT`,
    representation: () => 'text',
    check: isDay,
    json: (value) => sql`WHEN 'text' THEN CASE WHEN ${isDay(value)} THEN ${value} END`,
  },
  decimal: {
    // Units of the scale. Inside JSON it is text.
    type(at) {
      mostUnits(at)
      return sql`INTEGER`
    },
    representation: () => 'decimal',
    encode(value, at) {
      mostUnits(at)
      return unitsOf(String(value))
    },
    decode: unitReader(refuse, 'select what compileQuery does, as text'),
    check(column, at) {
      const most = integerLiteral(mostUnits(at))
      return sql`${column} BETWEEN -${most} AND ${most}`
    },
    // Drivers read integers beyond 2^53 as doubles.
    select(column, at) {
      mostUnits(at)
      return sql`CAST(${column} AS TEXT)`
    },
    json(value, at) {
      mostUnits(at)
      return sql`WHEN 'text' THEN CASE WHEN ${isDecimal(value, at)} THEN CAST(replace(${value}, '.', '') AS INTEGER) END`
    },
  },
  uuid: {
    encode: asIs.encode,
    decode: readCanonical,
    type: () => sql`TEXT`,
    representation: () => 'text',
    check: isUuid,
    json: (value) => sql`WHEN 'text' THEN CASE WHEN ${isUuid(value)} THEN ${value} END`,
  },
  enumeration: {
    encode: asIs.encode,
    decode: readCanonical,
    type: () => sql`TEXT`,
    representation: () => 'text',
    check: isMember,
    order(value, { values }) {
      const arms = values.map(
        (each, place) => sql`WHEN ${textLiteral(each)} THEN ${integerLiteral(place)}`,
      )
      return sql`CASE ${value} ${join(arms, sql` `)} END`
    },
    json: (value, at) => sql`WHEN 'text' THEN CASE WHEN ${isMember(value, at)} THEN ${value} END`,
  },
}
