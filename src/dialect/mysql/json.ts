/**
 * MySQL has a type of JSON, with values of its own. JSON_TYPE tells integers beyond 2^31 that were
 * written as text from others: `UNSIGNED INTEGER`. Values that SQL functions made, and no text, may
 * be decimals, or dates and bytes, which are strings in the text that a reader gets.
 */

import { type Fragment, sql } from '../fragment.ts'
import type { Json, Server } from '../mysql-family/server.ts'
import { expressionLiteral } from '../mysql-family/types.ts'

const INT64 = sql`BETWEEN -9223372036854775808 AND 9223372036854775807`

const [BACKSLASHES, NUL] = [expressionLiteral('\\\\'), expressionLiteral('\\u0000')]

/** Without the escaped backslashes, each other begins an escape. */
export const isRead: Server['isRead'] = (document) =>
  sql`LOCATE(${NUL}, REPLACE(CONCAT(${document}), ${BACKSLASHES}, '')) = 0`

export function json(value: Fragment): Json {
  const type = sql`JSON_TYPE(${value})`
  const signed = sql`CAST(${value} AS SIGNED)`
  const double = sql`CAST(${value} AS DOUBLE)`
  // Not CAST(value AS DECIMAL), which takes 2^64 - 1 for -1.
  const isShort = sql`CAST(${value} AS UNSIGNED) <= 9223372036854775807`
  const isInt64 = sql`LOCATE('.', CONCAT(${value})) = 0 AND CAST(CONCAT(${value}) AS DECIMAL(65, 0)) ${INT64}`
  const isWhole = sql`${double} = FLOOR(${double}) AND ${double} > -9223372036854775808e0 AND ${double} < 9223372036854775808e0`
  // Cast to SIGNED, the double -2^63 is an error, for it counts as out of range.
  const ofDouble = sql`CASE WHEN ${isWhole} THEN CAST(${double} AS SIGNED) WHEN ${double} = -9223372036854775808e0 THEN -9223372036854775807 - 1 END`
  const integers = sql`WHEN 'INTEGER' THEN ${signed} WHEN 'UNSIGNED INTEGER' THEN CASE WHEN ${isShort} THEN ${signed} END`
  return {
    isList: sql`${type} = 'ARRAY'`,
    isObject: sql`${type} = 'OBJECT'`,
    string: sql`(CASE WHEN ${type} IN ('STRING', 'DATETIME', 'DATE', 'TIME', 'BLOB', 'BIT', 'OPAQUE') THEN JSON_UNQUOTE(${value}) END COLLATE utf8mb4_0900_bin)`,
    integer: sql`(CASE ${type} ${integers} WHEN 'DOUBLE' THEN ${ofDouble} WHEN 'DECIMAL' THEN CASE WHEN ${isInt64} THEN ${signed} ELSE ${ofDouble} END END)`,
    number: sql`(CASE WHEN ${type} IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL') THEN ${double} END)`,
    int64: sql`(CASE ${type} ${integers} WHEN 'DECIMAL' THEN CASE WHEN ${isInt64} THEN ${signed} END END)`,
    rest: sql`(CASE ${type} WHEN 'DOUBLE' THEN ${double} WHEN 'UNSIGNED INTEGER' THEN CASE WHEN NOT (${isShort}) THEN ${double} END WHEN 'DECIMAL' THEN CASE WHEN NOT (${isInt64}) THEN ${double} END END)`,
  }
}
