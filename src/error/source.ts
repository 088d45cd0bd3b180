/** Where in a text an issue is, and how that place is shown. */

/** A place in a text. Offsets and columns count UTF-16 code units, as editors do. */
export interface SourceRange {
  readonly start: number
  /** The offset behind the last character. */
  readonly end: number
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

const LINE_END = /\r\n|[\n\r]/g

export function sourceRange(text: string, start: number, end: number): SourceRange {
  let line = 1
  let begin = 0
  for (const { 0: own, index } of text.matchAll(LINE_END)) {
    if (index + own.length > start) break
    line++
    begin = index + own.length
  }
  return { start, end, line, column: start - begin + 1 }
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
  const rest = text.slice(begin)
  const length = rest.search(/[\n\r]/)
  const whole = length === -1 ? rest : rest.slice(0, length)
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
