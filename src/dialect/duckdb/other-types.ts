/** The column types of DuckDB that createTable does not write. */

import { amongFloats, amongIntegers, signed, unsigned } from '../../kinds/floats.ts'
import { isCanonicalUuid } from '../../kinds/uuid.ts'
import { allWhole, decimalColumns, noDecimals } from '../decimal.ts'
import { type Fragment, sql } from '../fragment.ts'
import { integerLiteral } from '../literal.ts'
import { asNumbers, type OtherTypes, typeFinder, unchecked, withStorage } from '../other-types.ts'
import type { ColumnType } from '../types.ts'
import { refuse } from './names.ts'
import { types } from './types.ts'

const toText = (column: Fragment): Fragment => sql`CAST(${column} AS VARCHAR)`

const textOf = (kind: ColumnType): ColumnType => ({
  ...kind,
  exact: (column, { collation }) =>
    collation === undefined ? undefined : sql`${toText(column)} COLLATE C`,
})

const text = textOf(types.string)
const enumText = textOf(types.enumeration)
const uuidText = textOf(withStorage(types.uuid, 'text'))

/** A UUID as a string. */
const uuidString: ColumnType = {
  ...unchecked(types.string),
  type: () => sql`UUID`,
  canHold: (value) => isCanonicalUuid(String(value)),
  exact: toText,
  exactElements: (list) => sql`CAST(${list} AS VARCHAR[])`,
  select: toText,
}

/** Members of an ENUM: the type is not named here, so that values are compared as text. */
const asText = (kind: ColumnType): ColumnType => ({
  ...kind,
  instead: toText,
  exactElements: (list) => sql`CAST(${list} AS VARCHAR[])`,
  select: toText,
})

const member = asText(unchecked(types.string))

const integers = (type: Fragment, range: readonly [bigint, bigint]): ColumnType => ({
  ...types.integer,
  type: () => type,
  position: amongIntegers(...range),
})

const [TINY, SMALL, INTEGER, LONG] = [
  integers(sql`TINYINT`, signed(8n)),
  integers(sql`SMALLINT`, signed(16n)),
  integers(sql`INTEGER`, signed(32n)),
  types.integer,
]

const INTEGERS = {
  tinyint: TINY,
  int1: TINY,
  smallint: SMALL,
  int2: SMALL,
  integer: INTEGER,
  int: INTEGER,
  int4: INTEGER,
  bigint: LONG,
  int8: LONG,
  utinyint: integers(sql`UTINYINT`, unsigned(8n)),
  usmallint: integers(sql`USMALLINT`, unsigned(16n)),
  uinteger: integers(sql`UINTEGER`, unsigned(32n)),
  // Larger values do not fit 64 bits with a sign, and count as absent.
  ubigint: {
    ...integers(sql`UBIGINT`, [0n, signed(64n)[1]]),
    check: (column: Fragment) => sql`${column} <= ${integerLiteral(signed(64n)[1])}`,
  },
}

const float: ColumnType = {
  ...types.number,
  type: () => sql`FLOAT`,
  position: amongFloats('widened'),
  select: (column) => sql`CAST(${column} AS DOUBLE)`,
}

const flag = (type: Fragment): ColumnType => ({
  ...types.boolean,
  type: () => type,
  instead: (column) => sql`(${column} <> 0)`,
  select: (column) => sql`(${column} <> 0)`,
})

/** Timestamps of other precisions: compared and read as microseconds. */
const coarse = (type: Fragment): ColumnType => ({
  ...withStorage(types.timestamp, 'timestamp'),
  type: () => type,
  select: (column, at) => timestamp.select?.(sql`CAST(${column} AS TIMESTAMP)`, at) ?? column,
})

const timestamp = withStorage(types.timestamp, 'timestamp')
const timestamptz = withStorage(types.timestamp, 'timestamptz')

const { decimal, number, integer } = decimalColumns({
  base: types.decimal,
  // duckdb.org/docs/stable/sql/data_types/numeric
  byDefault: { precision: 18, scale: 3 },
  isCast: false,
  refuse,
})

const others: OtherTypes = {
  decimal: {
    decimal,
    numeric: decimal,
    ...allWhole(INTEGERS),
    ...noDecimals(['double', 'float8', 'float', 'real', 'float4']),
  },
  string: {
    varchar: text,
    text,
    string: text,
    char: text,
    bpchar: text,
    uuid: uuidString,
    enum: member,
  },
  uuid: {
    uuid: types.uuid,
    varchar: uuidText,
    text: uuidText,
    string: uuidText,
    char: uuidText,
    bpchar: uuidText,
  },
  enumeration: {
    varchar: enumText,
    text: enumText,
    string: enumText,
    char: enumText,
    bpchar: enumText,
    enum: asText(types.enumeration),
  },
  boolean: {
    boolean: types.boolean,
    bool: types.boolean,
    tinyint: flag(sql`TINYINT`),
    smallint: flag(sql`SMALLINT`),
    integer: flag(sql`INTEGER`),
  },
  integer: { ...INTEGERS, decimal: integer, numeric: integer },
  number: {
    decimal: number,
    numeric: number,
    double: types.number,
    float8: types.number,
    float,
    real: float,
    float4: float,
    ...asNumbers(INTEGERS),
  },
  timestamp: {
    timestamp,
    datetime: timestamp,
    'timestamp with time zone': timestamptz,
    timestamptz,
    timestamp_s: coarse(sql`TIMESTAMP_S`),
    timestamp_ms: coarse(sql`TIMESTAMP_MS`),
    varchar: withStorage(types.timestamp, 'text'),
  },
}

export const typeAt = typeFinder(types, others, refuse)
