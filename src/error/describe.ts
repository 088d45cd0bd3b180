import { distance } from 'fastest-levenshtein'

const SHOWN = 60
// Printing a bigint takes time that grows with the square of its length.
const PRINTABLE = 10n ** 60n

/** The text without what moves a terminal, or begins a line of a log. */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (own) => `\\u${own.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The text in quotes, cut where it is long: what a client sent can be megabytes. */
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

/**
 * The candidate that was probably meant, if one is near: two letters differ, or a third of them.
 * Names far longer than any candidate are not compared at all, so that a hostile one costs nothing.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  const folded = name.toLowerCase()
  for (const candidate of candidates) {
    const { length } = candidate
    const allowed = length < 2 ? 0 : Math.max(length > 3 ? 2 : 1, Math.floor(length / 3))
    if (Math.abs(length - name.length) > allowed) continue
    const edits = distance(folded, candidate.toLowerCase())
    if (edits <= allowed && edits < least) {
      best = candidate
      least = edits
    }
  }
  return best
}
