/** Rows for people: as a table, or each as a block of lines. */

import Table from 'cli-table3'
import stringWidth from 'string-width'
import { printable } from './mistake.ts'
import { type Column, textOf, valueIn } from './output.ts'

const WIDEST_CELL = 40
/** A column is not cut to less where all columns do not fit: some are left out instead. */
const NARROWEST_CELL = 10
/** What cli-table3 puts around the text of a cell: a border and two spaces. */
const AROUND = 3

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/** The width of a table with these widths of text. */
const tableWidth = (widths: readonly number[]): number => sum(widths.map((w) => w + AROUND)) + 1

/** Text that takes at most a number of a terminal's columns; wide letters take two. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  let kept = ''
  let taken = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    taken += stringWidth(segment)
    if (taken > width - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** The widths of columns that fit: the widest are cut first, and each keeps a part that can be read. */
function fitted(wanted: readonly number[], available: number): readonly number[] {
  for (let most = WIDEST_CELL; most >= NARROWEST_CELL; most--) {
    const widths = wanted.map((width) => Math.min(width, most))
    if (tableWidth(widths) <= available) return widths
  }
  const least = wanted.map((width) => Math.min(width, NARROWEST_CELL))
  let count = least.length
  while (count > 1 && tableWidth(least.slice(0, count)) > available) count--
  // A terminal may be too narrow for one column.
  const only = Math.max(1, Math.min(least[0] ?? 1, available - AROUND - 1))
  return count === 1 ? [only] : least.slice(0, count)
}

/**
 * Rows as a table that is no wider than a terminal. Cells are cut to fit; the columns that do not fit
 * are named below it.
 */
export function toTable(
  rows: readonly unknown[],
  columns: readonly Column[],
  available = Number.POSITIVE_INFINITY,
): string {
  const cells = rows.map((row) => columns.map((column) => printable(textOf(valueIn(row, column)))))
  const names = columns.map(({ name }) => printable(name))
  const wanted = names.map((name, i) =>
    cells.reduce((most, row) => Math.max(most, stringWidth(row[i] ?? '')), stringWidth(name)),
  )
  const widths = fitted(wanted, available)
  const shown = (texts: readonly string[]): string[] =>
    widths.map((width, i) => cut(texts[i] ?? '', width))
  const table = new Table({ head: shown(names), style: { head: [], border: [] } })
  for (const row of cells) table.push(shown(row))
  const left = names.slice(widths.length)
  if (left.length === 0) return table.toString()
  const others = left.length === 1 ? '1 column does not fit' : `${left.length} columns do not fit`
  return `${table.toString()}\n${others}: ${left.join(', ')} (--vertical shows them, --select chooses)`
}

/** Each row as a block, with a line for each value that it has, uncut. */
export function toBlocks(rows: readonly unknown[], columns: readonly Column[]): string {
  const names = columns.map(({ name }) => printable(name))
  const width = Math.max(0, ...names.map((name) => stringWidth(name)))
  return rows
    .map((row, n) => {
      const lines = columns.flatMap((column, i) => {
        const value = valueIn(row, column)
        const name = names[i] ?? ''
        if (value === undefined) return []
        const pad = ' '.repeat(width - stringWidth(name))
        return `${name}${pad}  ${printable(value === null ? 'null' : textOf(value))}`
      })
      return [`── ${n + 1} ──`, ...lines].join('\n')
    })
    .join('\n')
}
