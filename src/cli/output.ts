import Table from 'cli-table3'
import { freshMark } from '../kinds/json.ts'
import { Mistake, printable } from './mistake.ts'

/** JSON on one line, with bigints as the integers that they are. */
export function toJson(value: unknown): string {
  try {
    let hasBigint = false
    const withZeros = JSON.stringify(value, (_key, own: unknown) => {
      if (typeof own !== 'bigint') return own
      hasBigint = true
      return 0
    })
    if (!hasBigint) return withZeros
    // A mark that begins no string of the value's own.
    const mark = freshMark(withZeros)
    const marked = JSON.stringify(value, (_key, own: unknown) =>
      typeof own === 'bigint' ? `${mark}${own}` : own,
    )
    return marked.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1')
  } catch (error) {
    if (error instanceof RangeError) throw new Mistake('a row nests too deeply to be printed')
    throw error
  }
}

const WIDEST_CELL = 40

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : toJson(value)
  const shown = printable(text)
  return shown.length > WIDEST_CELL ? `${shown.slice(0, WIDEST_CELL - 1)}…` : shown
}

/** Rows as a table for people: a column for each key that any of them has. */
export function toTable(rows: readonly unknown[]): string {
  const objects = rows as readonly Readonly<Record<string, unknown>>[]
  const keys = [...new Set(objects.flatMap((row) => Object.keys(row)))]
  const table = new Table({ head: keys.map(printable), style: { head: [], border: [] } })
  for (const row of objects) table.push(keys.map((key) => cell(row[key])))
  return table.toString()
}
