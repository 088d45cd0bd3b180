/**
 * Reads CSV (RFC 4180) from a file. Written here because an import needs the bytes of each record: to
 * continue at it, and to copy invalid ones to a file as they are. Libraries tell the position of valid
 * records only.
 */

import { isUtf8 } from 'node:buffer'
import { bytesFrom } from './bytes.ts'
import { type Line, LONGEST_LINE, NEWLINE } from './lines.ts'
import { Mistake } from './mistake.ts'

const QUOTE = 0x22
const RETURN = 0x0d

/** A record, which has several lines if a cell has line breaks. */
export interface CsvRecord extends Line {
  /** Undefined for a record that is not valid CSV. */
  readonly cells: readonly string[] | undefined
  readonly problem?: string
}

/** An empty line, which is one empty cell for CSV. */
export const isBlank = ({ cells, bytes }: CsvRecord): boolean =>
  cells?.length === 1 && cells[0] === '' && !bytes.includes('"')

/** A record in a buffer: where it ends, and where the next one starts. */
interface Scanned {
  readonly end: number
  readonly next: number
  readonly cells: readonly string[]
  readonly problem?: string
}

/** The end of the line that a place is in; undefined if it is beyond the buffer. */
function lineEnd(
  buffer: Buffer,
  place: number,
  isLast: boolean,
): Pick<Scanned, 'end' | 'next'> | undefined {
  const at = buffer.indexOf(NEWLINE, place)
  if (at === -1) return isLast ? { end: buffer.length, next: buffer.length } : undefined
  return { end: at, next: at + 1 }
}

/** The place of the quote that closes a cell; -1 if it is beyond the buffer. */
function closingQuote(buffer: Buffer, start: number): number {
  let at = buffer.indexOf(QUOTE, start)
  while (at !== -1 && buffer[at + 1] === QUOTE) at = buffer.indexOf(QUOTE, at + 2)
  return at
}

/** The place after a cell without quotes: of a delimiter, a line break or a quote, or the buffer's end. */
function plainEnd(buffer: Buffer, start: number, delimiter: number): number {
  let at = start
  for (; at < buffer.length; at++) {
    const byte = buffer[at]
    if (byte === delimiter || byte === NEWLINE || byte === QUOTE) break
  }
  return at
}

/**
 * The record that begins at a place; undefined if it goes on beyond the buffer. One that is invalid
 * ends with the line of its first problem, so that its bytes alone are invalid in the same way.
 */
function scan(
  buffer: Buffer,
  start: number,
  isLast: boolean,
  delimiter: number,
): Scanned | undefined {
  const cells: string[] = []
  const invalid = (at: number, problem: string): Scanned | undefined => {
    const end = lineEnd(buffer, at, isLast)
    return end && { ...end, cells: [], problem }
  }
  for (let at = start; ; at++) {
    const isQuoted = buffer[at] === QUOTE
    const cellEnd = isQuoted ? closingQuote(buffer, at + 1) : plainEnd(buffer, at, delimiter)
    if (cellEnd === -1) return isLast ? invalid(buffer.length, 'a quote is not closed') : undefined
    let after = isQuoted ? cellEnd + 1 : cellEnd
    if (after >= buffer.length && !isLast) return undefined
    const text = buffer.toString('utf8', isQuoted ? at + 1 : at, cellEnd)
    if (isQuoted && buffer[after] === RETURN) {
      if (after + 1 === buffer.length && !isLast) return undefined
      if (after + 1 === buffer.length || buffer[after + 1] === NEWLINE) after++
    }
    cells.push(isQuoted ? text.replaceAll('""', '"') : text)
    const byte = buffer[after]
    if (byte === delimiter) {
      at = after
      continue
    }
    if (byte !== undefined && byte !== NEWLINE) {
      return invalid(
        after,
        isQuoted ? 'text after a closing quote' : 'a quote in a cell without quotes',
      )
    }
    if (!isQuoted) cells.push((cells.pop() ?? '').replace(/\r$/, ''))
    return { end: after, next: Math.min(after + 1, buffer.length), cells }
  }
}

function countNewlines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}

/** The records of a file from an offset on; the first of them is on the line `first`. */
export const recordsFrom = (
  file: string,
  place: number,
  first: number,
  delimiter?: string,
): AsyncGenerator<CsvRecord> => recordsIn(file, bytesFrom(file, place), { place, first, delimiter })

export interface RecordsOptions {
  /** The offset in the file at which the stream begins. */
  readonly place?: number
  /** The line of its first record. */
  readonly first?: number
  /** The ASCII character between cells; a comma by default. */
  readonly delimiter?: string | undefined
}

/** The records of a stream. */
export async function* recordsIn(
  name: string,
  stream: AsyncIterable<Buffer>,
  { place = 0, first = 1, delimiter = ',' }: RecordsOptions = {},
): AsyncGenerator<CsvRecord> {
  const sign = delimiter.charCodeAt(0)
  let number = first
  let start = place
  const next = (buffer: Buffer, from: number, scanned: Scanned): CsvRecord => {
    const bytes = buffer.subarray(from, scanned.end)
    const last = number + countNewlines(bytes)
    const end = start + scanned.next - from
    const problem = isUtf8(bytes) ? scanned.problem : 'not valid UTF-8'
    const line = { number, last, bytes, start, end }
    number = last + 1
    start = end
    return problem === undefined
      ? { ...line, cells: scanned.cells }
      : { ...line, cells: undefined, problem }
  }
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of stream) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    for (;;) {
      const scanned = from < rest.length ? scan(rest, from, false, sign) : undefined
      if (scanned === undefined) break
      yield next(rest, from, scanned)
      from = scanned.next
    }
    rest = rest.subarray(from)
    if (rest.length > LONGEST_LINE) {
      throw new Mistake(
        `${name}: the record at line ${number} is over 16 MiB long: is a quote not closed?`,
      )
    }
  }
  for (let from = 0; from < rest.length; ) {
    const scanned = scan(rest, from, true, sign)
    if (scanned === undefined) return
    yield next(rest, from, scanned)
    from = scanned.next
  }
}
