import { createReadStream } from 'node:fs'
import { Mistake } from './mistake.ts'

const MEBIBYTE = 1024 * 1024
const LONGEST_LINE = 16 * MEBIBYTE
export const NEWLINE = 0x0a

/** A line of the file, as it stands there. */
export interface Line {
  readonly number: number
  readonly bytes: Buffer
  /** Where it begins, and where the next one does. */
  readonly start: number
  readonly end: number
}

/** The lines of a file from a place on. */
export async function* linesFrom(file: string, place: number, first: number): AsyncGenerator<Line> {
  let number = first
  let start = place
  let rest: Buffer = Buffer.alloc(0)
  const next = (bytes: Buffer, end: number): Line => {
    const line = { number, bytes, start, end }
    number++
    start = end
    return line
  }
  for await (const chunk of createReadStream(file, { start: place, highWaterMark: MEBIBYTE })) {
    rest = Buffer.concat([rest, chunk as Buffer])
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
