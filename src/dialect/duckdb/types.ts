/**
 * Numbers reach DuckDB as text and bigints, and are cast: its driver takes a whole JavaScript number
 * for an integer, and DuckDB compares across types by casting.
 */

import { dayReader } from '../date.ts'
import { isListed, literals } from '../enumeration.ts'
import { type Fragment, type Parameter, sql } from '../fragment.ts'
import {
  datePattern,
  decimalPattern,
  integerLiteral,
  negativeZero,
  textLiteral,
  timestampPattern,
  uuidPattern,
} from '../literal.ts'
import type { Stored } from '../place.ts'
import { timestampType } from '../timestamp.ts'
import {
  asIs,
  doubleText,
  integerReader,
  type KindTypes,
  readCanonical,
  toBigInt,
} from '../types.ts'
import { refuse } from './names.ts'

/** What a JSON value is; the literal's own type says what it was written as. */
export interface Json {
  readonly type: Fragment
  readonly text: Fragment
  readonly double: Fragment
  readonly integer: Fragment
  /** A number that is a finite double. */
  readonly number: Fragment
}

const isFiniteDouble = (column: Fragment): Fragment => sql`isfinite(${column})`

const asDouble = (parameter: Fragment | Parameter): Fragment => sql`CAST(${parameter} AS DOUBLE)`

const microseconds = (column: Fragment): Fragment => sql`epoch_us(${column})`

/** Instants of the years 0001–9999; `type` reads them. */
const isBetween = (type: Fragment) => (column: Fragment, digits: number) => {
  const isInYears = sql`${column} >= CAST('0001-01-01T00:00:00Z' AS ${type}) AND ${column} <= CAST('9999-12-31T23:59:59.999999Z' AS ${type})`
  if (digits >= 6) return isInYears
  return sql`${isInYears} AND ${microseconds(column)} % ${integerLiteral(10 ** (6 - digits))} = 0`
}

/** The driver makes a Date of a timestamp, of three digits. */
const print = (column: Fragment): Fragment => sql`strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ')`

const FIRST_DAY = sql`CAST('0001-01-01' AS DATE)`
const LAST_DAY = sql`CAST('9999-12-31' AS DATE)`

const [TIMESTAMP, TIMESTAMPTZ] = [sql`TIMESTAMP`, sql`TIMESTAMPTZ`]

const decimal = ({ precision, scale }: Stored): Fragment =>
  sql`DECIMAL(${integerLiteral(precision)}, ${integerLiteral(scale)})`

type InJson = (json: Json, at: Stored) => Fragment

export const types: KindTypes<InJson> = {
  string: {
    ...asIs,
    type: () => sql`VARCHAR`,
    representation: () => 'text',
    check: (column) => sql`NOT contains(${column}, chr(0))`,
    checkElements: (list) => sql`NOT contains(array_to_string(${list}, ''), chr(0))`,
    json: ({ type, text }) => sql`(CASE WHEN ${type} = 'VARCHAR' THEN ${text} END)`,
  },
  boolean: {
    ...asIs,
    type: () => sql`BOOLEAN`,
    representation: () => 'boolean',
    json: ({ type, text }) => sql`(CASE WHEN ${type} = 'BOOLEAN' THEN ${text} = 'true' END)`,
  },
  integer: {
    type: () => sql`BIGINT`,
    representation: () => 'integer',
    encode: toBigInt,
    decode: integerReader(refuse, 'read BIGINT as bigint'),
    json: ({ type, double, integer }) =>
      sql`(CASE WHEN ${type} IN ('BIGINT', 'UBIGINT') OR (${type} = 'DOUBLE' AND ${double} = trunc(${double})) THEN ${integer} END)`,
  },
  number: {
    type: () => sql`DOUBLE`,
    representation: () => 'double',
    encode: doubleText,
    convert: asDouble,
    decode: asIs.decode,
    check: isFiniteDouble,
    checkElements: (list) =>
      sql`coalesce(${isFiniteDouble(sql`list_max(${list})`)} AND ${isFiniteDouble(sql`list_min(${list})`)}, TRUE)`,
    json: ({ number }) => number,
  },
  numeric: {
    type: () => sql`DOUBLE`,
    representation: () => 'double',
    encode: doubleText,
    convert: asDouble,
    decode: asIs.decode,
    json: ({ number }) => number,
  },
  timestamp: timestampType<InJson>({
    refuse,
    preferred: 'timestamp',
    columns: {
      timestamp: {
        type: () => TIMESTAMP,
        encode: asIs.encode,
        decode: readCanonical,
        check: isBetween(TIMESTAMP),
        microseconds,
        select: print,
      },
      timestamptz: {
        type: () => TIMESTAMPTZ,
        encode: asIs.encode,
        decode: readCanonical,
        check: isBetween(TIMESTAMPTZ),
        microseconds,
        select: (column) => print(sql`(${column} AT TIME ZONE 'UTC')`),
      },
      text: {
        type: () => sql`VARCHAR`,
        encode: asIs.encode,
        decode: readCanonical,
        check: (column, digits) => sql`regexp_matches(${column}, '${timestampPattern(digits)}')`,
      },
    },
    epoch: {
      type: sql`BIGINT`,
      check: (column, first, last) => sql`${column} >= ${first} AND ${column} <= ${last}`,
    },
    otherwise: () => 'there is no datetime here, but timestamp',
    json: ({ type, text }, { digits }) =>
      sql`(CASE WHEN ${type} = 'VARCHAR' AND regexp_matches(${text}, '${timestampPattern(digits)}') THEN ${text} END)`,
  }),
  date: {
    ...asIs,
    // Inside JSON it is text.
    type: ({ storage }) => (storage === 'text' ? sql`VARCHAR` : sql`DATE`),
    representation: ({ storage }) => (storage === 'text' ? 'text' : 'time'),
    decode: dayReader(refuse),
    check: (column) => sql`${column} >= ${FIRST_DAY} AND ${column} <= ${LAST_DAY}`,
    checkElements: (list) =>
      sql`coalesce(list_min(${list}) >= ${FIRST_DAY} AND list_max(${list}) <= ${LAST_DAY}, TRUE)`,
    select: (column) => sql`CAST(${column} AS VARCHAR)`,
    selectElements: (list) => sql`CAST(${list} AS VARCHAR[])`,
    json: ({ type, text }) =>
      sql`(CASE WHEN ${type} = 'VARCHAR' AND regexp_matches(${text}, '${datePattern()}') THEN ${text} END)`,
  },
  decimal: {
    ...asIs,
    type: decimal,
    representation: () => 'decimal',
    decode: readCanonical,
    select: (column) => sql`CAST(${column} AS VARCHAR)`,
    selectElements: (list) => sql`CAST(${list} AS VARCHAR[])`,
    json: ({ type, text }, at) =>
      sql`(CASE WHEN ${type} = 'VARCHAR' AND regexp_matches(${text}, '${decimalPattern(at)}') AND ${text} <> '${negativeZero(at)}' THEN TRY_CAST(${text} AS ${decimal(at)}) END)`,
  },
  uuid: {
    encode: asIs.encode,
    decode: readCanonical,
    // Inside JSON it is text.
    type: ({ storage }) => (storage === 'text' ? sql`VARCHAR` : sql`UUID`),
    representation: ({ storage }) => (storage === 'text' ? 'text' : 'uuid'),
    check: (column, { storage }) =>
      storage === 'text' ? sql`regexp_matches(${column}, '${uuidPattern()}')` : undefined,
    select: (column) => sql`CAST(${column} AS VARCHAR)`,
    selectElements: (list) => sql`CAST(${list} AS VARCHAR[])`,
    json: ({ type, text }) =>
      sql`(CASE WHEN ${type} = 'VARCHAR' AND regexp_matches(${text}, '${uuidPattern()}') THEN ${text} END)`,
  },
  enumeration: {
    encode: asIs.encode,
    decode: readCanonical,
    type: () => sql`VARCHAR`,
    representation: () => 'text',
    check: (column, at) => isListed(column, at, textLiteral),
    checkElements: (list, at) => sql`list_has_all([${literals(at, textLiteral)}], ${list})`,
    order: (value, at) => sql`nullif(list_position([${literals(at, textLiteral)}], ${value}), 0)`,
    json: ({ type, text }, at) =>
      sql`(CASE WHEN ${type} = 'VARCHAR' AND ${isListed(text, at, textLiteral)} THEN ${text} END)`,
  },
}
