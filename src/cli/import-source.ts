import { parseStrictJson } from '../users/http/strict-json.ts'
import { bytesFrom } from './bytes.ts'
import type { CsvRecord } from './csv-records.ts'
import { type Line, linesFrom, NEWLINE } from './lines.ts'
import { Mistake } from './mistake.ts'

/** A line with a user. */
export interface UserLine extends Line {
  /** What the line holds, unchecked; undefined for an empty line. @throws Error with the reason. */
  read(): object | undefined
}

/** A file of users, as NDJSON or as CSV; offsets are of its text, also where it is gzip. */
export interface ImportSource {
  /** What comes before the first user: the header of CSV. A file of bad lines begins with it, too. */
  readonly head: Buffer
  /** The number of its lines. */
  readonly headLines: number
  /** The lines, or records, of a file of this kind. */
  lines(file: string, place: number, first: number): AsyncIterable<UserLine>
}

const DECODER = new TextDecoder('utf-8', { fatal: true })

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function decode(bytes: Buffer): string {
  try {
    return DECODER.decode(bytes)
  } catch {
    throw new Error('not valid UTF-8')
  }
}

function objectOf(bytes: Buffer): object | undefined {
  const text = decode(bytes).trim()
  if (text === '') return undefined
  const read = parseStrictJson(text)
  if ('problem' in read) {
    if (read.problem === 'syntax') throw new Error('not valid JSON')
    if (read.problem === 'too_deep') throw new Error('JSON exceeds the nesting limit')
    if (read.problem === 'rounded') throw new Error(`integer beyond 2^53 at ${read.path}`)
    throw new Error(`duplicate key ${read.path}`)
  }
  if (isObject(read.value)) return read.value
  throw new Error('expected an object')
}

export const ndjson: ImportSource = {
  head: Buffer.alloc(0),
  headLines: 0,
  async *lines(file, place, first) {
    for await (const line of linesFrom(file, place, first)) {
      yield { ...line, read: () => objectOf(line.bytes) }
    }
  },
}

const BYTE_ORDER_MARK = Buffer.from('\uFEFF')

/** CSV with a header, whose columns go to fields by their names and by `--map`. @throws Mistake */
export async function csv(
  name: string,
  maps: readonly string[],
  delimiter?: string,
): Promise<ImportSource> {
  const { isBlank, recordsFrom } = await import('./csv-records.ts')
  const { userReader } = await import('./csv-columns.ts')
  const { requireDelimiter } = await import('./csv-delimiter.ts')
  const isMarked = (await headOf(name, BYTE_ORDER_MARK.length)).equals(BYTE_ORDER_MARK)
  const header = await firstOf(
    recordsFrom(name, isMarked ? BYTE_ORDER_MARK.length : 0, 1, delimiter),
  )
  if (header === undefined) throw new Mistake(`${name}: expected a header line`)
  if (header.cells === undefined) throw new Mistake(`${name}: header: ${header.problem}`)
  if (delimiter === undefined) requireDelimiter(name, header.cells)
  const userOf = userReader(header.cells, maps)
  const head = await headOf(name, header.end)
  return {
    head: head.at(-1) === NEWLINE ? head : Buffer.concat([head, Buffer.of(NEWLINE)]),
    headLines: header.last,
    async *lines(file, place, first) {
      for await (const record of recordsFrom(file, place, first, delimiter)) {
        yield { ...record, read: () => (isBlank(record) ? undefined : userOf(cellsOf(record))) }
      }
    },
  }
}

async function firstOf<T>(all: AsyncIterable<T>): Promise<T | undefined> {
  for await (const each of all) return each
  return undefined
}

async function headOf(file: string, length: number): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0)
  for await (const chunk of bytesFrom(file, 0)) {
    head = Buffer.concat([head, chunk])
    if (head.length >= length) break
  }
  return head.subarray(0, length)
}

function cellsOf({ cells, problem }: CsvRecord): readonly string[] {
  if (cells === undefined) throw new Error(problem)
  return cells
}
