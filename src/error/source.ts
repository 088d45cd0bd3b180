/** Where in a text an issue is, and how that place is shown. */

/** A place in a text. Offsets and columns count UTF-16 code units, as editors do. */
export interface SourceRange {
  readonly start: number
  /** The offset after the last character. */
  readonly end: number
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

/** A text that issues are in, as an error shows it. */
export interface Source {
  /** The line of a place, with a mark under it. */
  frame(range: SourceRange): string
}

export const sourceOf = (text: string): Source => ({ frame: (range) => frame(text, range) })

/** Finds the lines and columns of places in a text. */
export type Locator = (start: number, end: number) => SourceRange

/** A locator of one text, which finds the ends of its lines once, at the first call. */
export function locatorOf(text: string): Locator {
  let begins: readonly number[] | undefined
  return (start, end) => {
    begins ??= lineBegins(text)
    // The last line that begins at the place or before it.
    let low = 0
    let high = begins.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (begins[middle]! <= start) low = middle
      else high = middle
    }
    return { start, end, line: low + 1, column: start - begins[low]! + 1 }
  }
}

const LINE_END = /\r\n|[\n\r]/g

/** The offsets at which lines begin. */
function lineBegins(text: string): readonly number[] {
  const begins = [0]
  for (const { 0: lineEnd, index } of text.matchAll(LINE_END)) begins.push(index + lineEnd.length)
  return begins
}

/** So much of a line is shown; a longer one is cut around the place. */
const WIDTH = 100
const BEFORE = 30

/** What the marks of a frame are wrapped in, for a terminal. */
export interface FrameStyle {
  readonly mark: (text: string) => string
  readonly dim: (text: string) => string
}

const PLAIN: FrameStyle = { mark: (text) => text, dim: (text) => text }

/**
 * The line of a place, and carets under it. Characters that would move the caret from its place are
 * shown as a space, or as a dot.
 */
export function frame(text: string, at: SourceRange, { mark, dim }: FrameStyle = PLAIN): string {
  const begin = at.start - at.column + 1
  // No more of the line is looked at than can be shown: it may be the whole of a long text.
  const rest = text.slice(at.start, at.start + WIDTH + 1)
  const length = rest.search(/[\n\r]/)
  const whole = text.slice(begin, at.start + (length === -1 ? rest.length : length))
  const from = whole.length <= WIDTH ? 0 : Math.max(0, at.column - 1 - BEFORE)
  const shown = whole.slice(from, from + WIDTH)
  const head = from > 0 ? '…' : ''
  const tail = from + WIDTH < whole.length ? '…' : ''
  const column = at.column - 1 - from
  const carets = Math.max(1, Math.min(at.end - at.start, shown.length - column))
  const number = `${at.line}`
  const code = `${head}${shown}${tail}`.replaceAll('\t', ' ').replaceAll(/\p{Cc}/gu, '·')
  const under = `${' '.repeat(column + head.length)}${mark('^'.repeat(carets))}`
  return `${dim(`${number} |`)} ${code}\n${dim(`${' '.repeat(number.length)} |`)} ${under}`
}
