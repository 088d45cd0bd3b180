import Table from 'cli-table3'
import { freshMark } from '../kinds/json.ts'
import { Mistake, printable } from './mistake.ts'

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

const isObject = (row: unknown): row is Readonly<Record<string, unknown>> =>
  typeof row === 'object' && row !== null

const WIDEST_CELL = 40

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : toJson(value)
  const shown = printable(text)
  return shown.length > WIDEST_CELL ? `${shown.slice(0, WIDEST_CELL - 1)}…` : shown
}

/** Rows as a table for people, with a column for each key of any row. */
export function toTable(rows: readonly unknown[]): string {
  const objects = rows.filter(isObject)
  const keys = [...new Set(objects.flatMap((row) => Object.keys(row)))]
  const table = new Table({ head: keys.map(printable), style: { head: [], border: [] } })
  for (const row of objects) table.push(keys.map((key) => cell(row[key])))
  return table.toString()
}
