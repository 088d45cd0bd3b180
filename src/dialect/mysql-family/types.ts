import type { KindName } from '../../kinds/kind.ts'
import { dayReader } from '../date.ts'
import { isListed, literals } from '../enumeration.ts'
import { type Fragment, isWord, sql, word } from '../fragment.ts'
import {
  datePattern,
  decimalPattern,
  hexLiteral,
  integerLiteral,
  negativeZero,
  timestampPattern,
  uuidPattern,
} from '../literal.ts'
import type { Stored } from '../place.ts'
import { timestampType } from '../timestamp.ts'
import { asIs, fromBit, integerReader, type KindType, readCanonical, toBigInt } from '../types.ts'
import type { Names } from './names.ts'
import { type JsonForm, LONGEST_CONSTANT, LONGEST_SORTED, type Server } from './server.ts'

/** What a JSON value is of a kind, NULL where it is of another. */
type InJson = (value: Fragment, at: Stored) => Fragment

/** A kind, and how its values stand in JSON, if a comparison of that narrows a condition. */
export interface MysqlType extends KindType<InJson> {
  readonly form?: JsonForm
}

/** An expression's text is a canonical timestamp. The pattern's end matches before a last newline. */
const isTimestamp = (value: Fragment, digits: number): Fragment =>
  sql`${value} REGEXP '${timestampPattern(digits)}' AND CHAR_LENGTH(${value}) = ${integerLiteral(digits === 0 ? 20 : 21 + digits)}`

/** An expression's text is a canonical UUID, and its collation tells case. */
const isUuid = (value: Fragment): Fragment =>
  sql`${value} REGEXP '${uuidPattern()}' AND CHAR_LENGTH(${value}) = 36`

/** mysql2 rounds integers of 64 bits and some doubles. */
// Without a length MariaDB makes room for 22 characters, and cuts longer doubles in a derived table
// without a word; the longest has some 33.
const asText = (column: Fragment): Fragment => sql`CAST(${column} AS CHAR(64))`

/** In JSON, lists and side tables, a UUID is text. */
const isText = ({ list, storage }: Stored): boolean => list || storage === 'text'

/** ENUM drops blanks at the end of a member, and takes an empty text for one that is none. */
const isMember = (value: string): boolean =>
  value !== '' && value.length <= 255 && !value.endsWith(' ')

/** Whether the column is an ENUM that createTable makes, which is in the order of the list. */
const isEnum = (at: Stored): boolean =>
  !isText(at) && at.type === undefined && at.collation === undefined && at.values.every(isMember)

/** A word, or the bytes of any other text: what a backslash means depends on the session. */
const memberLiteral = (value: string): Fragment =>
  isWord(value) ? sql`'${word(value)}'` : hexLiteral(value)

/** The same in an expression. MariaDB keeps that of a CHECK as text, in which it escapes no quotes. */
export const expressionLiteral = (value: string): Fragment =>
  isWord(value) ? memberLiteral(value) : sql`CONVERT(${hexLiteral(value)} USING utf8mb4)`

/** The kinds of one of the two servers. */
export function kindsOf({ collation, json, mostScale }: Server, { refuse }: Names) {
  const text = sql`CHARACTER SET utf8mb4 COLLATE ${collation}`
  const varchar = (length: number) => sql`VARCHAR(${integerLiteral(length)}) ${text}`
  const longText = sql`LONGTEXT ${text}`
  const texts = ({ values }: Stored) => varchar(Math.max(...values.map(({ length }) => length), 1))
  const decimal = (at: Stored): Fragment => {
    if (at.scale > mostScale) {
      refuse(at, `DECIMAL has at most ${mostScale} digits after the point; lower the scale`)
    }
    return sql`DECIMAL(${integerLiteral(at.precision)}, ${integerLiteral(at.scale)})`
  }
  const double: Omit<MysqlType, 'json'> = {
    type: () => sql`DOUBLE`,
    representation: () => 'double',
    form: 'number',
    encode: asIs.encode,
    decode: Number,
  }
  return {
    string: {
      ...asIs,
      type: ({ isSorted }) => (isSorted ? varchar(LONGEST_SORTED) : longText),
      constantType: ({ isSorted }) => (isSorted ? varchar(LONGEST_CONSTANT) : longText),
      representation: () => 'text',
      form: 'text',
      check: (column) => sql`LOCATE(CHAR(0), ${column}) = 0`,
      json: (value) => json(value).string,
    },
    boolean: {
      type: () => sql`BOOLEAN`,
      constantType: () => sql`TINYINT`,
      representation: () => 'boolean',
      encode: (value) => (value ? 1 : 0),
      decode: fromBit,
      check: (column) => sql`${column} IN (0, 1)`,
      json: (value) => sql`(CASE CONCAT(${value}) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END)`,
    },
    integer: {
      type: () => sql`BIGINT`,
      representation: () => 'integer',
      form: 'number',
      encode: toBigInt,
      decode: integerReader(refuse, 'select what compileQuery does, as text'),
      select: asText,
      json: (value) => json(value).integer,
    },
    number: { ...double, select: asText, json: (value) => json(value).number },
    numeric: { ...double, json: (value) => json(value).number },
    timestamp: {
      form: 'text',
      ...timestampType<InJson>({
        refuse,
        preferred: 'datetime',
        columns: {
          datetime: {
            type: (digits) => sql`DATETIME(${integerLiteral(Math.min(digits, 6))})`,
            // MariaDB refuses the letters, or ignores them.
            encode: (value) => String(value).replace('T', ' ').slice(0, -1),
            decode: readCanonical,
            // As of dates; a day that is none is another day of the next month.
            check: (column) =>
              sql`${column} >= '0001-01-01' AND MONTH(${column}) > 0 AND DAYOFMONTH(${column}) > 0 AND DAYOFMONTH(FROM_DAYS(TO_DAYS(${column}))) = DAYOFMONTH(${column})`,
            microseconds: (column) => sql`MICROSECOND(${column})`,
            // Drivers make a Date of it, of three digits.
            select: (column) => sql`DATE_FORMAT(${column}, '%Y-%m-%dT%H:%i:%s.%fZ')`,
          },
          text: {
            type: () => varchar(32),
            encode: asIs.encode,
            decode: readCanonical,
            check: isTimestamp,
            select: asText,
          },
        },
        epoch: {
          type: sql`BIGINT`,
          check: (column, first, last) => sql`${column} BETWEEN ${first} AND ${last}`,
          select: asText,
        },
        otherwise: () => 'TIMESTAMP ends in 2038 here; use datetime',
        json(value, { digits }) {
          const { string } = json(value)
          return sql`(CASE WHEN ${isTimestamp(string, digits)} THEN ${string} END)`
        },
      }),
    },
    date: {
      ...asIs,
      // Inside JSON and in side tables it is text.
      type: ({ storage }) => (storage === 'text' ? varchar(10) : sql`DATE`),
      representation: ({ storage }) => (storage === 'text' ? 'text' : 'time'),
      form: 'text',
      decode: dayReader(refuse),
      // Some modes of SQL let 2024-02-00 and 2024-02-31 in.
      check: (column) =>
        sql`${column} >= '0001-01-01' AND MONTH(${column}) > 0 AND DAYOFMONTH(${column}) > 0 AND FROM_DAYS(TO_DAYS(${column})) = ${column}`,
      // Drivers make Dates of local midnights of it.
      select: (column) => sql`DATE_FORMAT(${column}, '%Y-%m-%d')`,
      json(value) {
        const { string } = json(value)
        return sql`(CASE WHEN ${string} REGEXP '${datePattern()}' AND CHAR_LENGTH(${string}) = 10 THEN ${string} END)`
      },
    },
    decimal: {
      ...asIs,
      type: decimal,
      representation: () => 'decimal',
      decode: readCanonical,
      // A text is compared with a DECIMAL as a double.
      cast: (parameter, at) => sql`CAST(${parameter} AS ${decimal(at)})`,
      // Some drivers read numbers of it.
      select: asText,
      json(value, at) {
        const { string } = json(value)
        // The pattern's end matches before a last newline.
        return sql`(CASE WHEN ${string} REGEXP '${decimalPattern(at)}' AND ${string} NOT REGEXP '[^-0-9.]' AND ${string} <> '${negativeZero(at)}' THEN CAST(${string} AS ${decimal(at)}) END)`
      },
    },
    uuid: {
      encode: asIs.encode,
      decode: readCanonical,
      type: (at) => (isText(at) ? varchar(36) : sql`BINARY(16)`),
      constantType: () => varchar(36),
      representation: (at) => (isText(at) ? 'text' : 'uuid'),
      form: 'text',
      convert: (parameter, at) =>
        isText(at) ? sql`${parameter}` : sql`UNHEX(REPLACE(${parameter}, '-', ''))`,
      check: (column, at) => (isText(at) ? isUuid(column) : undefined),
      // MariaDB has no BIN_TO_UUID.
      select: (column, at) =>
        isText(at)
          ? column
          : sql`LOWER(INSERT(INSERT(INSERT(INSERT(HEX(${column}), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'))`,
      json(value) {
        const { string } = json(value)
        return sql`(CASE WHEN ${isUuid(string)} THEN ${string} END)`
      },
    },
    enumeration: {
      encode: asIs.encode,
      decode: readCanonical,
      type: (at) => (isEnum(at) ? sql`ENUM(${literals(at, memberLiteral)}) ${text}` : texts(at)),
      constantType: texts,
      representation: (at) => (isEnum(at) ? 'enum' : 'text'),
      form: 'text',
      // Without strict mode, a text that is no member is stored as the number 0.
      check: (column, at) =>
        isEnum(at) ? sql`${column} > 0` : isListed(column, at, expressionLiteral),
      order: (value, at) =>
        isEnum(at)
          ? undefined
          : sql`NULLIF(FIELD(${value} COLLATE ${collation}, ${literals(at, expressionLiteral)}), 0)`,
      // An ENUM is its text in UNION.
      innerOrder: (value, at) => (isEnum(at) ? sql`${value} + 0` : undefined),
      json(value, at) {
        const { string } = json(value)
        return sql`(CASE WHEN ${isListed(string, at, expressionLiteral)} THEN ${string} END)`
      },
    },
  } satisfies Record<KindName, MysqlType>
}
