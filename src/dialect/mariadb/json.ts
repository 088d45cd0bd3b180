/** MariaDB stores JSON as text; the type of a value is read from the text. */

import { type Fragment, join, sql } from '../fragment.ts'
import { type Json, type JsonForm, MOST_WRITTEN, type Server } from '../mysql-family/server.ts'
import { expressionLiteral } from '../mysql-family/types.ts'
import { COMPARISONS, type Prefilter } from '../values.ts'

/** Words of JSON's numbers: integers of up to 18 digits, which 64 bits hold, of 19, and others. */
const SHORT = sql`'^-{0,1}[0-9]{1,18}$'`
const LONG = sql`'^-{0,1}[0-9]{19}$'`
const INT64 = sql`BETWEEN -9223372036854775808 AND 9223372036854775807`

export function json(value: Fragment): Json {
  // The text of the value: compared as JSON, it would be unquoted, or be a number.
  const text = sql`CONCAT(${value})`
  // The list around it keeps JSON_NORMALIZE from reading past the end of a bare number.
  const normal = sql`REPLACE(REPLACE(JSON_NORMALIZE(CONCAT('[', ${text}, ']')) COLLATE utf8mb4_nopad_bin, '[', ''), ']', '')`
  const isNumber = sql`${text} REGEXP '^[-0-9]'`
  const isInLong = sql`CAST(${text} AS DECIMAL(20, 0)) ${INT64}`
  const isInt64 = sql`(${text} REGEXP ${SHORT} OR (${text} REGEXP ${LONG} AND ${isInLong}))`
  // What is beyond the doubles is read as the last of them, but its digits are behind it.
  const double = sql`${value} + 0e0`
  const isLast = sql`(${normal} LIKE '%E308' AND SUBSTRING_INDEX(TRIM(LEADING '-' FROM ${normal}), 'E', 1) < '1.797693134862315807937289714053')`
  const isRead = sql`(ABS(${double}) < 1.7976931348623157e308 OR ${isLast})`
  return {
    isList: sql`${text} LIKE '[%'`,
    isObject: sql`${text} LIKE '{%'`,
    string: sql`(CASE WHEN ${text} LIKE '"%' THEN JSON_UNQUOTE(${value}) END COLLATE utf8mb4_nopad_bin)`,
    // With a fraction or an exponent a number is its double, as to JSON.parse.
    integer: sql`(CASE WHEN ${text} REGEXP ${SHORT} THEN CAST(${text} AS SIGNED) WHEN ${text} REGEXP ${LONG} THEN CASE WHEN ${isInLong} THEN CAST(${text} AS SIGNED) END WHEN ${isNumber} THEN CASE WHEN ${double} = FLOOR(${double}) AND ${double} >= -9223372036854775808e0 AND ${double} < 9223372036854775808e0 THEN CAST(${double} AS SIGNED) END END)`,
    number: sql`(CASE WHEN ${isNumber} THEN CASE WHEN ${isRead} THEN ${double} END END)`,
    int64: sql`(CASE WHEN ${isInt64} THEN CAST(${text} AS SIGNED) END)`,
    rest: sql`(CASE WHEN ${isInt64} THEN NULL WHEN ${isNumber} THEN CASE WHEN ${isRead} THEN ${double} END END)`,
  }
}

/**
 * Less of a document's value than decides, read once. MariaDB reads the whole document for each
 * JSON function, 0.5 µs for 300 bytes; what a comparison needs to be exact takes two to five of them.
 */
function prefilterOf(document: Fragment, at: Fragment, value: Fragment, form: JsonForm): Prefilter {
  const text = sql`JSON_VALUE(${document}, ${at}) COLLATE utf8mb4_nopad_bin`
  switch (form) {
    case 'text':
      return {
        compare: (comparison, constant) => sql`${text} ${COMPARISONS[comparison]} ${constant}`,
        isIn: (constants) =>
          constants.length > MOST_WRITTEN
            ? undefined
            : sql`${text} IN (${join(
                constants.map((each) => sql`${each}`),
                sql`, `,
              )})`,
      }
    case 'number':
      return {
        // As doubles: rounding keeps the order, but may make different values equal. A value that is
        // not added to is compared with a parameter as a decimal.
        compare(comparison, constant) {
          const near = Number(constant)
          if (comparison !== '=') return sql`${value} + 0e0 ${OR_EQUAL[comparison]} ${near}`
          return Number.isSafeInteger(near) ? sql`${value} + 0e0 = ${near}` : undefined
        },
        isIn: () => undefined,
      }
    /* v8 ignore next -- the type has no other values */
    default:
      return form satisfies never
  }
}

const OR_EQUAL = { '<': sql`<=`, '<=': sql`<=`, '>': sql`>=`, '>=': sql`>=` } as const

/** An escape that JSON.stringify does not write, in the syntax of PCRE. */
const OTHER_ESCAPE = String.raw`\\(?:/|u(?!00(?:0[0-7bef]|1[0-9a-f])))`

/**
 * U+0000, or a key with such an escape: a path is compared with the text of a key, so that `$.k` does
 * not reach `{"\u006b": 1}`. A quote behind a backslash begins no text, and what was read of one is not
 * tried again, so that it takes linear time; REPLACE takes 10 s for 400,000 escapes.
 */
const UNREAD = expressionLiteral(
  String.raw`(?<!\\)(?:(?:\\\\)*+\\u0000|"(?:[^"\\]++|(?!${OTHER_ESCAPE})\\.)*+${OTHER_ESCAPE}(?:[^"\\]++|\\.)*+"\s*:)`,
)
const BACKSLASH = expressionLiteral('\\')

export const isRead: Server['isRead'] = (document) =>
  sql`(LOCATE(${BACKSLASH}, ${document}) = 0 OR NOT ${document} REGEXP ${UNREAD})`

export const shortcuts: NonNullable<Server['shortcuts']> = (document, at, value) => ({
  isOf: (kind) =>
    kind === 'string'
      ? sql`CONCAT(${value}) LIKE '"%'`
      : kind === 'boolean'
        ? sql`CONCAT(${value}) IN ('true', 'false')`
        : undefined,
  prefilter: (form) => prefilterOf(document, at, value, form),
})
