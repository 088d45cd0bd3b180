import { freshMark } from '../kinds/json.ts'
import { Mistake } from './mistake.ts'

/** JSON on one line, with bigints as integers. */
export function toJson(value: unknown): string {
  try {
    let hasBigint = false
    const withZeros = JSON.stringify(value, (_key, each: unknown) => {
      if (typeof each !== 'bigint') return each
      hasBigint = true
      return 0
    })
    if (!hasBigint) return withZeros
    // A mark with which no string of the value begins.
    const mark = freshMark(withZeros)
    const marked = JSON.stringify(value, (_key, each: unknown) =>
      typeof each === 'bigint' ? `${mark}${each}` : each,
    )
    return marked.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1')
  } catch (error) {
    if (error instanceof RangeError)
      throw new Mistake('a row exceeds the nesting limit of JSON output')
    throw error
  }
}

/** A column of printed rows: a field that was selected, or a key of the rows. */
export interface Column {
  readonly name: string
  readonly path: readonly string[]
}

/** The columns of rows: a key of any of them each. */
export function columnsOf(rows: readonly unknown[]): readonly Column[] {
  const keys = new Set(rows.flatMap((row) => Object.keys(Object(row))))
  return [...keys].map((name) => ({ name, path: [name] }))
}

/** The value of a row in a column; undefined if it has none. */
export function valueIn(row: unknown, { path }: Column): unknown {
  let value = row
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return value
}

/** A value as text for people: empty if it is absent. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : toJson(value)
}

/**
 * Texts that spreadsheets may run as formulas, by their first character: those that OWASP lists, with
 * the wide forms that some take for the same.
 */
const FORMULA = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

/** A text that is a number, such as a decimal: no formula, and a number to a spreadsheet. */
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i

/** A text that no spreadsheet runs: an apostrophe before it makes it a text. */
const escaped = (value: unknown): unknown =>
  typeof value === 'string' && FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value

const csvCell = (value: unknown): string => {
  const text = textOf(value)
  // An empty text differs from an absent value by its quotes.
  const needsQuotes = text === '' ? value === '' : /[",\r\n]|^\s|\s$/.test(text)
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text
}

/** A record of CSV (RFC 4180). */
const csvRecord = (values: readonly unknown[]): string =>
  // An empty line is no record: of one column that is absent, it is an empty text.
  `${values.length === 1 && textOf(values[0]) === '' ? '""' : values.map(csvCell).join(',')}\n`

/** Writes records of CSV; `escapeFormulas` keeps spreadsheets from running their texts. */
export const csvWriter =
  (escapeFormulas = false): ((values: readonly unknown[]) => string) =>
  (values) =>
    csvRecord(escapeFormulas ? values.map(escaped) : values)
