import { bytesFrom, MEBIBYTE } from './bytes.ts'
import { Mistake } from './mistake.ts'

export const LONGEST_LINE = 16 * MEBIBYTE
export const NEWLINE = 0x0a

/** A line of a file, or a record of several lines, without its line break. */
export interface Line {
  /** The number of the line, and of the last one of several. */
  readonly number: number
  readonly last: number
  readonly bytes: Buffer
  /** The offsets of its beginning, and of the next line's. */
  readonly start: number
  readonly end: number
}

/** The lines of a file from an offset on; the first of them has the number `first`. */
export async function* linesFrom(file: string, place: number, first: number): AsyncGenerator<Line> {
  let number = first
  let start = place
  let rest: Buffer = Buffer.alloc(0)
  const next = (bytes: Buffer, end: number): Line => {
    const line = { number, last: number, bytes, start, end }
    number++
    start = end
    return line
  }
  for await (const chunk of bytesFrom(file, place)) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    for (let to = rest.indexOf(NEWLINE); to !== -1; to = rest.indexOf(NEWLINE, from)) {
      yield next(rest.subarray(from, to), start + to + 1 - from)
      from = to + 1
    }
    rest = rest.subarray(from)
    if (rest.length > LONGEST_LINE) throw new Mistake(`${file}: line ${number} is over 16 MiB long`)
  }
  if (rest.length > 0) yield next(rest, start + rest.length)
}
