/**
 * Literals: values in the text of a statement instead of parameters. Besides `names.ts` and
 * `fragment.ts`, only this file makes fragments of strings; each function checks its input.
 */

import { fromUnits, type Grid, mostOf } from '../kinds/decimals.ts'
import { isText } from '../kinds/string.ts'
import { type Fragment, isWord, join, raw, sql, word } from './fragment.ts'

/** An integer in the text of a statement. */
export function integerLiteral(value: number | bigint): Fragment {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new TypeError(`tamis: not an integer: ${value}`)
  }
  return raw(String(value))
}

/** A text that can be stored, for a literal. */
function checked(text: string): string {
  if (isText(text)) return text
  throw new TypeError(`tamis: not a text: ${JSON.stringify(text)}`)
}

const quoted = (text: string): string => `'${checked(text).replaceAll("'", "''")}'`

/** A text where a backslash is a character like any other: SQLite and DuckDB. */
export const textLiteral = (text: string): Fragment => raw(quoted(text))

/** A text where a backslash escapes: ClickHouse. */
export const escapedLiteral = (text: string): Fragment =>
  raw(`'${checked(text).replace(/['\\]/g, '\\$&')}'`)

/** A text in PostgreSQL, whatever `standard_conforming_strings` is. */
export const postgresLiteral = (text: string): Fragment =>
  raw(text.includes('\\') ? `E${quoted(text).replaceAll('\\', '\\\\')}` : quoted(text))

/** Whether a text can be between the quotes of a jsonpath without an escape. */
export const isJsonpathText = (text: string): boolean => !/["\\\u0000-\u001f]/.test(text)

/** Such a text, in a jsonpath that is a literal. */
export function jsonpathText(text: string): Fragment {
  if (!isJsonpathText(text)) throw new TypeError('tamis: not a text of a jsonpath')
  return raw(checked(text).replaceAll("'", "''"))
}

/** The bytes of a text in UTF-8, for engines in which a backslash depends on the session. */
export function hexLiteral(text: string): Fragment {
  const bytes = new TextEncoder().encode(checked(text))
  return raw(`X'${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`)
}

/** Whether a path is safe and short enough to be in the text. */
export const isLiteralPath = (path: readonly string[], longest: number): boolean =>
  path.every(isWord) && path.join('').length <= longest

/** `."a"."b"`: the keys of a literal path, as most engines write them after `$`. */
export const quotedKeys = (path: readonly string[]): Fragment =>
  join(
    path.map((key) => sql`."${word(key)}"`),
    sql``,
  )

/** A pattern of the valid dates from 0001-01-01 to 9999-12-31 (proleptic Gregorian calendar). */
const DATE = /* @__PURE__ */ (() => {
  const leap = '([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29'
  const month31 = '(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])'
  const month30 = '(0[469]|11)-(0[1-9]|[12][0-9]|30)'
  const february = '02-(0[1-9]|1[0-9]|2[0-8])'
  const year =
    '([0-9][0-9][0-9][1-9]|[0-9][0-9][1-9][0-9]|[0-9][1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])'
  return `(${leap}|${year}-(${month31}|${month30}|${february}))`
})()

/** A regular expression of the dates, in the syntax that all engines share, to stand in quotes. */
export const datePattern = (): Fragment => raw(`^${DATE}$`)

/** A regular expression of the canonical UUIDs, in the same syntax. */
export const uuidPattern = (): Fragment =>
  raw('^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$')

/**
 * A regular expression for the canonical timestamps with this number of digits, in the syntax that all
 * engines share, to be put in quotes. It rejects dates that do not exist, such as 2024-02-30.
 */
export function timestampPattern(digits: number): Fragment {
  const fraction = digits === 0 ? '' : `[.]${'[0-9]'.repeat(digits)}`
  return raw(`^${DATE}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]${fraction}Z$`)
}

/**
 * A regular expression for the canonical decimals of a grid, in the syntax that all engines share, to
 * be put in quotes. It accepts a negative zero, too.
 */
export function decimalPattern({ precision, scale }: Grid): Fragment {
  const most = precision - scale
  const whole = most === 0 ? '0' : most === 1 ? '[0-9]' : `(0|[1-9][0-9]{0,${most - 1}})`
  const fraction = scale === 0 ? '' : `[.][0-9]{${scale}}`
  return raw(`^-{0,1}${whole}${fraction}$`)
}

/** The negative zero that {@link decimalPattern} accepts, to be put in quotes. */
export const negativeZero = ({ scale }: Grid): Fragment => raw(`-${fromUnits(0n, scale)}`)

/** The greatest number of a grid. */
export const mostDecimal = (grid: Grid): Fragment => raw(mostOf(grid))
