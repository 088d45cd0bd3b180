import Table from 'cli-table3'

/** JSON on one line, with bigints as the integers that they are. */
export function toJson(value: unknown): string {
  const mark = '\u0000bigint:'
  const text = JSON.stringify(value, (_key, own: unknown) =>
    typeof own === 'bigint' ? `${mark}${own}` : own,
  )
  return text.replaceAll(/"\\u0000bigint:(-?\d+)"/g, '$1')
}

const WIDEST_CELL = 40

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  const text = typeof value === 'string' ? value : toJson(value)
  // Control characters would move the cursor of whoever looks.
  const shown = text.replaceAll(/\p{Cc}/gu, '·')
  return shown.length > WIDEST_CELL ? `${shown.slice(0, WIDEST_CELL - 1)}…` : shown
}

/** Rows as a table for people: a column for each key that any of them has. */
export function toTable(rows: readonly unknown[]): string {
  const objects = rows as readonly Readonly<Record<string, unknown>>[]
  const keys = [...new Set(objects.flatMap((row) => Object.keys(row)))]
  const table = new Table({ head: keys, style: { head: [], border: [] } })
  for (const row of objects) table.push(keys.map((key) => cell(row[key])))
  return table.toString()
}
