// Longer than most files here: one entry for each kind, with what it is in a column and in JSON.

import { quote } from '../../error/describe.ts'
import type { Scalar } from '../../kinds/kind.ts'
import { MAX_INT64, MIN_INT64 } from '../../kinds/numbers.ts'
import { dayReader } from '../date.ts'
import { isListed, literals } from '../enumeration.ts'
import { type Fragment, join, sql } from '../fragment.ts'
import {
  datePattern,
  decimalPattern,
  integerLiteral,
  isJsonpathText,
  jsonpathText,
  negativeZero,
  postgresLiteral,
  timestampPattern,
  uuidPattern,
} from '../literal.ts'
import type { Stored } from '../place.ts'
import { timestampType } from '../timestamp.ts'
import { asIs, integerReader, type KindTypes, readCanonical } from '../types.ts'
import { refuse } from './names.ts'

/**
 * The values of a kind as a range of jsonb, which an index serves, and as a condition of jsonpath,
 * which is never unknown.
 */
export interface JsonKind {
  readonly low: Fragment
  readonly high: Fragment
  /** The condition; `subject` is `$` or `@`. */
  is(subject: Fragment): Fragment
  /** Whether the range contains only values of the kind, so that no other condition is needed. */
  readonly isRange: boolean
  /** For text: whether the condition asks for more than a JSON string. */
  readonly text?: { readonly hasPattern: boolean }
  /** Numbers, each of which equals all decimals that round to it. */
  isRounded?(value: Scalar): value is number
  /** What is sorted by of a value that is of the kind: jsonb's own order where that is undefined. */
  readonly order?: {
    readonly value: (json: Fragment) => Fragment
    readonly collation?: Fragment
    /** Whether ranges compare it, too, as a value of this type. */
    readonly comparedAs?: Fragment
  }
}

// Below every number that a column holds but for those of some 100,000 digits.
const TEXT = { low: sql`'""'::jsonb`, high: sql`'-1e131071'::jsonb` }

const [MIN, MAX] = [integerLiteral(MIN_INT64), integerLiteral(MAX_INT64)]

/** Half a unit beyond the greatest double: decimals within round to a finite one; 1e400 is absent. */
const BOUND = sql`1.797693134862315808e308`

const DOUBLES = {
  low: sql`'-${BOUND}'::jsonb`,
  high: sql`'${BOUND}'::jsonb`,
  is: (subject: Fragment) =>
    sql`${subject}.type() == "number" && ${subject} >= -${BOUND} && ${subject} <= ${BOUND}`,
  isRange: true,
}

/** 0 is the nearest double to these, and what they are read as; PostgreSQL refuses to cast them. */
export const doubleOf = (json: Fragment): Fragment =>
  sql`(CASE WHEN ${json} >= '-2.47e-324'::jsonb AND ${json} <= '2.47e-324'::jsonb THEN 0 ELSE (${json})::double precision END)`

/** jsonb's own order of text is that of the database's collation. */
const BY_CODE_POINT: NonNullable<JsonKind['order']> = {
  value: (json) => sql`${json} #>> '{}'`,
  collation: sql` COLLATE "C"`,
}

type InJson = (at: Stored) => JsonKind

/** The values of an enumeration as an array. */
const listed = (at: Stored): Fragment => sql`ARRAY[${literals(at, postgresLiteral)}]::text[]`

/** The place of a text among them, NULL for others. */
const placeIn = (text: Fragment, at: Stored): Fragment =>
  sql`array_position(${listed(at)}, ${text})`

/** Whether a value of a jsonpath is one of the listed texts. */
function isListedIn(subject: Fragment, at: Stored): Fragment {
  const other = at.values.find((value) => !isJsonpathText(value))
  if (other !== undefined) {
    // What a backslash means in a literal depends on standard_conforming_strings.
    refuse(
      at,
      `in JSON, ${quote(other)} is not supported as a value of an enumeration: it holds a quote, a backslash or a control character`,
    )
  }
  const tests = at.values.map((value) => sql`${subject} == "${jsonpathText(value)}"`)
  return join(tests, sql` || `)
}

export const types: KindTypes<InJson> = {
  string: {
    ...asIs,
    type: () => sql`text`,
    representation: () => 'text',
    json: () => ({
      ...TEXT,
      is: (subject) => sql`${subject}.type() == "string"`,
      isRange: false,
      text: { hasPattern: false },
      order: BY_CODE_POINT,
    }),
  },
  boolean: {
    ...asIs,
    type: () => sql`boolean`,
    representation: () => 'boolean',
    json: () => ({
      low: sql`'false'::jsonb`,
      high: sql`'true'::jsonb`,
      is: (subject) => sql`${subject}.type() == "boolean"`,
      isRange: true,
    }),
  },
  integer: {
    ...asIs,
    type: () => sql`bigint`,
    representation: () => 'integer',
    decode: integerReader(refuse, 'read int8 as text or bigint'),
    json: () => ({
      low: sql`'${MIN}'::jsonb`,
      high: sql`'${MAX}'::jsonb`,
      is: (subject) =>
        sql`${subject}.type() == "number" && ${subject}.floor() == ${subject} && ${subject} >= ${MIN} && ${subject} <= ${MAX}`,
      isRange: false,
    }),
  },
  number: {
    ...asIs,
    type: () => sql`double precision`,
    representation: () => 'double',
    decode: Number,
    check: (column) => sql`${column} > '-Infinity' AND ${column} < 'Infinity'`,
    checkElements: (list) =>
      sql`'NaN' <> ALL(${list}) AND 'Infinity' <> ALL(${list}) AND '-Infinity' <> ALL(${list})`,
    json: () => ({
      ...DOUBLES,
      // jsonb keeps 0.10000000000000001 and 0.1 apart.
      isRounded: (value) => typeof value === 'number',
      order: { value: doubleOf },
    }),
  },
  numeric: {
    ...asIs,
    type: () => sql`double precision`,
    representation: () => 'double',
    decode: Number,
    json: () => ({
      ...DOUBLES,
      // Whole numbers of int64 that no double equals keep their value.
      isRounded: (value): value is number =>
        typeof value === 'number' && (Math.abs(value) < 2 ** 53 || Math.abs(value) >= 2 ** 63),
    }),
  },
  timestamp: timestampType<InJson>({
    refuse,
    preferred: 'timestamptz',
    columns: {
      timestamptz: {
        type: (digits) => withDigits(sql`timestamptz`, digits),
        encode: asIs.encode,
        decode: readCanonical,
        check: isInRange,
        microseconds,
        select: (column) => print(sql`${column} AT TIME ZONE 'UTC'`),
      },
      timestamp: {
        type: (digits) => withDigits(sql`timestamp`, digits),
        // It is of UTC: the letter would be read, and ignored.
        encode: (value) => String(value).slice(0, -1),
        decode: readCanonical,
        check: isInRange,
        microseconds,
        select: print,
      },
      text: {
        type: () => sql`text`,
        encode: asIs.encode,
        decode: readCanonical,
        check: (column, digits) => sql`${column} ~ '${timestampPattern(digits)}'`,
      },
    },
    epoch: {
      type: sql`bigint`,
      check: (column, first, last) => sql`${column} >= '${first}' AND ${column} <= '${last}'`,
    },
    otherwise: () => 'there is no datetime here, but timestamptz',
    json: ({ digits }) => ({
      ...TEXT,
      is: (subject) =>
        sql`${subject}.type() == "string" && ${subject} like_regex "${timestampPattern(digits)}"`,
      isRange: false,
      text: { hasPattern: true },
    }),
  }),
  date: {
    ...asIs,
    type: () => sql`date`,
    representation: () => 'time',
    decode: dayReader(refuse),
    check: (column) => sql`${column} >= '0001-01-01' AND ${column} <= '9999-12-31'`,
    checkElements: (list) => sql`'0001-01-01' <= ALL(${list}) AND '9999-12-31' >= ALL(${list})`,
    // Drivers make Dates of local midnights of it. As text, a date depends on DateStyle.
    select: (column) => sql`to_char(${column}, 'YYYY-MM-DD')`,
    selectElements: (list) => sql`translate(to_json(${list})::text, '[]"', '{}')::text[]`,
    json: () => ({
      ...TEXT,
      is: (subject) =>
        sql`${subject}.type() == "string" && ${subject} like_regex "${datePattern()}"`,
      isRange: false,
      text: { hasPattern: true },
    }),
  },
  decimal: {
    ...asIs,
    type: ({ precision, scale }) =>
      sql`numeric(${integerLiteral(precision)}, ${integerLiteral(scale)})`,
    representation: () => 'decimal',
    decode: readCanonical,
    // A numeric with a precision refuses infinity, but not NaN.
    check: (column) => sql`${column} <> 'NaN'`,
    checkElements: (list) => sql`'NaN' <> ALL(${list})`,
    // Some drivers read numbers of it.
    select: (column) => sql`${column}::text`,
    selectElements: (list) => sql`${list}::text[]`,
    json: (at) => ({
      ...TEXT,
      is: (subject) =>
        sql`${subject}.type() == "string" && ${subject} like_regex "${decimalPattern(at)}" && ${subject} != "${negativeZero(at)}"`,
      isRange: false,
      order: { value: (json) => sql`(${json} #>> '{}')::numeric`, comparedAs: sql`numeric` },
    }),
  },
  uuid: {
    encode: asIs.encode,
    decode: readCanonical,
    type: ({ storage }) => (storage === 'text' ? sql`text` : sql`uuid`),
    representation: ({ storage }) => (storage === 'text' ? 'text' : 'uuid'),
    check: (column, { storage }) =>
      storage === 'text' ? sql`${column} ~ '${uuidPattern()}'` : undefined,
    selectElements: (list) => sql`${list}::text[]`,
    json: () => ({
      ...TEXT,
      is: (subject) =>
        sql`${subject}.type() == "string" && ${subject} like_regex "${uuidPattern()}"`,
      isRange: false,
      text: { hasPattern: true },
      // In some collations, two letters are one: Danish has aa behind z.
      order: BY_CODE_POINT,
    }),
  },
  enumeration: {
    encode: asIs.encode,
    decode: readCanonical,
    type: () => sql`text`,
    representation: () => 'text',
    check: (column, at) => isListed(column, at, postgresLiteral),
    checkElements: (list, at) => sql`${list} <@ ${listed(at)}`,
    order: placeIn,
    json: (at) => ({
      ...TEXT,
      is: (subject) => sql`${subject}.type() == "string" && (${isListedIn(subject, at)})`,
      isRange: false,
      order: { value: (json) => placeIn(sql`${json} #>> '{}'`, at) },
    }),
  },
}

function isInRange(column: Fragment): Fragment {
  return sql`${column} >= '0001-01-01T00:00:00Z' AND ${column} <= '9999-12-31T23:59:59.999999Z'`
}

function microseconds(column: Fragment): Fragment {
  return sql`EXTRACT(microseconds FROM ${column})`
}

/** Drivers read timestamps as Dates, which lose digits. */
function print(column: Fragment): Fragment {
  return sql`to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}

/** A type of times; without digits it stores six. */
function withDigits(type: Fragment, digits: number): Fragment {
  return digits < 6 ? sql`${type}(${integerLiteral(digits)})` : type
}
