/** Values of rows and operands as they are shown on pages: JavaScript, with every invisible character escaped. */

/** Characters that cannot be seen, or look like others. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{M}]|(?! )\p{Zs}/gu

const escaped = (text: string): string =>
  JSON.stringify(text).replace(UNSEEN, (char) => {
    const code = char.codePointAt(0) ?? 0
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
  })

/** From this length on, a text of one character and a list are cut. */
const LONG_TEXT = 60
const LONG_LIST = 8

/** What a list that was cut ends with. */
export const MORE = 'more'

function text(value: string): string {
  if (value.length <= LONG_TEXT) return escaped(value)
  return `${escaped(value.slice(0, 12))}.padEnd(${value.length}, ${escaped(value.slice(-1))})`
}

const isName = (key: string): boolean => /^[$\w]+$/.test(key)

/** A value as JavaScript writes it, on one line. */
export function show(value: unknown): string {
  if (typeof value === 'string') return text(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) {
    const shown = value.slice(0, LONG_LIST).map(show)
    const rest = value.length - shown.length
    return `[${[...shown, ...(rest > 0 ? [`/* ${rest} ${MORE} */`] : [])].join(', ')}]`
  }
  if (value instanceof Date) {
    return `new Date(${Number.isNaN(value.getTime()) ? 'NaN' : show(value.toISOString())})`
  }
  if (value instanceof Uint8Array) return `new Uint8Array([${value.join(', ')}])`
  const entries = Object.entries(value).map(
    ([key, each]) => `${isName(key) ? key : escaped(key)}: ${show(each)}`,
  )
  if (entries.length > 0) return `{ ${entries.join(', ')} }`
  return Object.getPrototypeOf(value) === Object.prototype ? '{}' : `{ toString() { … } }`
}

/** Inline code for a cell of a table: a `|` would end the cell. */
export function code(source: string): string {
  const cell = source.replaceAll('|', '\\|')
  const fence = cell.includes('`') ? '``' : '`'
  return `${fence}${cell}${fence}`
}

/** The value of a field in a row; a row without the field says so. */
export const codeOf = (value: unknown): string =>
  value === undefined ? '*missing*' : code(show(value))

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
