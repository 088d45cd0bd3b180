const SHOWN = 60
// Printing a bigint takes time that grows with the square of its length.
const PRINTABLE = 10n ** 60n

/** The text without what moves a terminal, or begins a line of a log. */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The text in quotes, truncated: a client can send megabytes. */
export function quote(text: string): string {
  return text.length <= SHOWN
    ? printable(JSON.stringify(text))
    : `${printable(JSON.stringify(text.slice(0, SHOWN)))}… (${text.length} characters)`
}

/** A field's name as a message says it: in quotes where it is long, or of letters that lines have not. */
export const label = (name: string): string => (/^[\w$.-]{1,60}$/.test(name) ? name : quote(name))

/** What a value is, for a message. Runs nothing of the value's own: no getter, no toString. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'bigint':
      return value > -PRINTABLE && value < PRINTABLE ? `${value}` : 'a very large integer'
    case 'symbol':
    case 'function':
      return `a ${typeof value}`
    default:
      break
  }
  if (value === null) return 'null'
  try {
    return Array.isArray(value) ? `a list of ${value.length}` : 'an object'
  } catch {
    return 'an object that cannot be read'
  }
}

/** "a, b or c". */
export function oneOf(names: readonly string[]): string {
  const last = names.at(-1)
  return names.length < 2 ? (last ?? 'none') : `${names.slice(0, -1).join(', ')} or ${last}`
}
