import { isListed, literals } from '../enumeration.ts'
import { type Fragment, type Parameter, sql } from '../fragment.ts'
import {
  datePattern,
  decimalPattern,
  escapedLiteral,
  integerLiteral,
  mostDecimal,
  negativeZero,
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

/** What a JSON value is; `at` are the arguments that name it. */
export interface Json {
  readonly at: Fragment
  readonly type: Fragment
  readonly text: Fragment
  readonly integer: Fragment
  readonly number: Fragment
}

/** Formats of JSON leave integers of 64 bits to readers that round them. */
const asText = (column: Fragment): Fragment => sql`toString(${column})`

const hasNoNul = (column: Fragment): Fragment => sql`position(${column}, char(0)) = 0`

/** -0 is another value than 0 to IN and to some indexes. */
const isPlain = (column: Fragment): Fragment =>
  sql`isFinite(${column}) AND reinterpretAsUInt64(${column}) <> 9223372036854775808`

/** Each element of a list is such. */
const each = (check: (element: Fragment, at: Stored) => Fragment) => (list: Fragment, at: Stored) =>
  sql`arrayAll(x -> ${check(sql`x`, at)}, ${list})`

const isDay = (text: Fragment): Fragment => sql`match(${text}, '${datePattern()}')`

type InJson = (json: Json, at: Stored) => Fragment

/** Decimals are sent as text. What is NULL stays so, which a CAST does not allow. */
const toDecimal = (parameter: Fragment | Parameter, { precision, scale }: Stored): Fragment =>
  precision <= 18
    ? sql`toDecimal64(${parameter}, ${integerLiteral(scale)})`
    : sql`toDecimal128(${parameter}, ${integerLiteral(scale)})`

const decimalLiteral = (digits: Fragment, at: Stored): Fragment => toDecimal(sql`'${digits}'`, at)

/** The type itself holds more digits than its precision. */
function isOfPrecision(column: Fragment, at: Stored): Fragment {
  const most = mostDecimal(at)
  return sql`${column} >= ${decimalLiteral(sql`-${most}`, at)} AND ${column} <= ${decimalLiteral(most, at)}`
}

/** Doubles are sent as text. */
const toFloat = (parameter: Fragment | Parameter): Fragment => sql`toFloat64(${parameter})`

export const types: KindTypes<InJson> = {
  string: {
    ...asIs,
    type: () => sql`String`,
    representation: () => 'text',
    check: hasNoNul,
    checkElements: each(hasNoNul),
    json: ({ type, text }) => sql`if(${type} = 'String', ${text}, NULL)`,
  },
  boolean: {
    ...asIs,
    type: () => sql`Bool`,
    representation: () => 'boolean',
    json: ({ at, type }) => sql`if(${type} = 'Bool', JSONExtract(${at}, 'Nullable(Bool)'), NULL)`,
  },
  integer: {
    type: () => sql`Int64`,
    representation: () => 'integer',
    encode: toBigInt,
    decode: integerReader(refuse, 'select it as text'),
    select: asText,
    json({ at, type, integer }) {
      const double = sql`JSONExtractFloat(${at})`
      return sql`if(${type} IN ('Int64', 'UInt64') OR (${type} = 'Double' AND ${double} = trunc(${double})), ${integer}, NULL)`
    },
  },
  number: {
    type: () => sql`Float64`,
    representation: () => 'double',
    encode: doubleText,
    decode: asIs.decode,
    check: isPlain,
    checkElements: each(isPlain),
    convert: toFloat,
    json: ({ number }) => number,
  },
  numeric: {
    type: () => sql`Float64`,
    representation: () => 'double',
    encode: doubleText,
    decode: asIs.decode,
    convert: toFloat,
    json: ({ number }) => number,
  },
  timestamp: timestampType<InJson>({
    refuse,
    preferred: { epoch: 'us' },
    columns: {
      text: {
        ...asIs,
        type: () => sql`String`,
        check: (column, digits) => sql`match(${column}, '${timestampPattern(digits)}')`,
      },
    },
    epoch: {
      type: sql`Int64`,
      check: (column, first, last) => sql`${column} >= ${first} AND ${column} <= ${last}`,
      select: asText,
    },
    otherwise: () => "DateTime64 holds only the years 1900 to 2299; use 'text' or { epoch: 'us' }",
    json: ({ type, text }, { digits }) =>
      sql`if(${type} = 'String' AND match(${text}, '${timestampPattern(digits)}'), ${text}, NULL)`,
  }),
  date: {
    ...asIs,
    // Date32 holds the years 1900 to 2299 alone.
    type: () => sql`String`,
    representation: () => 'text',
    check: isDay,
    checkElements: each(isDay),
    json: ({ type, text }) => sql`if(${type} = 'String' AND ${isDay(text)}, ${text}, NULL)`,
  },
  decimal: {
    ...asIs,
    type: ({ precision, scale }) =>
      sql`Decimal(${integerLiteral(precision)}, ${integerLiteral(scale)})`,
    representation: () => 'decimal',
    decode: readCanonical,
    check: isOfPrecision,
    checkElements: each(isOfPrecision),
    convert: toDecimal,
    select: asText,
    json: ({ type, text }, at) =>
      sql`if(${type} = 'String' AND match(${text}, '${decimalPattern(at)}') AND ${text} <> '${negativeZero(at)}', toDecimal128OrNull(${text}, ${integerLiteral(at.scale)}), NULL)`,
  },
  uuid: {
    encode: asIs.encode,
    decode: readCanonical,
    // UUID has another order. Inside JSON it is text.
    type: ({ storage }) => (storage === 'text' ? sql`String` : sql`FixedString(16)`),
    representation: ({ storage }) => (storage === 'text' ? 'text' : 'uuid'),
    convert: (parameter, { storage }) =>
      storage === 'text' ? sql`${parameter}` : sql`UUIDStringToNum(${parameter})`,
    check: (column, { storage }) =>
      storage === 'text' ? sql`match(${column}, '${uuidPattern()}')` : undefined,
    select: (column, { storage }) =>
      storage === 'text' ? column : sql`UUIDNumToString(${column})`,
    json: ({ type, text }) =>
      sql`if(${type} = 'String' AND match(${text}, '${uuidPattern()}'), ${text}, NULL)`,
  },
  enumeration: {
    encode: asIs.encode,
    decode: readCanonical,
    type: () => sql`String`,
    representation: () => 'text',
    check: (column, at) => isListed(column, at, escapedLiteral),
    checkElements: (list, at) => sql`hasAll([${literals(at, escapedLiteral)}], ${list})`,
    order: (value, at) => sql`nullIf(indexOf([${literals(at, escapedLiteral)}], ${value}), 0)`,
    json: ({ type, text }, at) =>
      sql`if(${type} = 'String' AND ${isListed(text, at, escapedLiteral)}, ${text}, NULL)`,
  },
}
