import { statSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import type { Schema } from '../parse/schema.ts'
import { BadKinds, kindOfReason } from './bad-kinds.ts'
import { bytesOf, nameOf } from './bytes.ts'
import { csvCells, csvRows } from './csv-rows.ts'
import { arrayReader, lineReader, type Refuse, type RowReader } from './json-rows.ts'
import { Mistake, printable } from './mistake.ts'
import { Progress } from './progress.ts'

export type InputFormat = 'json' | 'csv'

export interface RowsOptions {
  /** What the cells of CSV mean; without a schema, rows of CSV have the texts of their cells. */
  readonly schema?: Schema
  /** By default, the file's name tells it. */
  readonly format?: InputFormat | undefined
  /** What is between the cells of CSV; a comma by default. */
  readonly delimiter?: string | undefined
  /** Rows that cannot be read are left out, and counted at the end. */
  readonly skipBad?: boolean | undefined
  /** Whether a terminal may show how far it is: nothing else is written to it meanwhile. */
  readonly showsProgress?: boolean
}

/** How a file's name says that it is CSV. */
export const isCsvName = (file: string): boolean => /\.csv(\.gz)?$/i.test(file)

/** Whether rows are CSV. */
export const isCsv = (file: string, format: InputFormat | undefined): boolean =>
  format === undefined ? isCsvName(file) : format === 'csv'

/** Rows as JSON: a row a line, or one array, which its first character tells. */
async function* jsonRows(
  name: string,
  chunks: AsyncIterable<Buffer>,
  refuse: (kind: 'line' | 'element') => Refuse,
): AsyncGenerator<unknown> {
  const decoder = new StringDecoder('utf8')
  let reader: RowReader | undefined
  let start = ''
  const read = (text: string): Iterable<unknown> => {
    if (reader !== undefined) return reader.write(text)
    // Empty lines stay, because lines are counted.
    start += text
    const first = /\S/.exec(start)?.[0]
    if (first === undefined) return []
    reader = first === '[' ? arrayReader(name, refuse('element')) : lineReader(refuse('line'))
    return reader.write(start)
  }
  for await (const chunk of chunks) yield* read(decoder.write(chunk))
  yield* read(decoder.end())
  if (reader !== undefined) yield* reader.end()
}

/** The rows of an input that were left out. */
class Skipped {
  readonly #message: (text: string) => void
  #kinds: BadKinds | undefined
  #count = 0

  constructor(message: (text: string) => void) {
    this.#message = message
  }

  add(name: string, noun: string, number: number, reason: string): void {
    this.#count++
    this.#kinds ??= new BadKinds(noun)
    const shown = printable(reason)
    const isWorthIt = this.#kinds.add(kindOfReason(shown), number)
    if (isWorthIt) this.#message(`${name}, ${noun} ${number}: ${shown}\n`)
  }

  conclude(name: string): void {
    if (this.#kinds === undefined) return
    const rows = this.#count === 1 ? '1 row was' : `${this.#count} rows were`
    const kinds = this.#kinds.summary().map((line) => `  ${line}\n`)
    this.#message(`${name}: ${rows} left out\n${kinds.join('')}`)
  }
}

function sizeOf(file: string): number | undefined {
  try {
    const stats = statSync(file)
    return stats.isFile() ? stats.size : undefined
  } catch {
    return undefined
  }
}

const HINT =
  'tamis: reading rows from the terminal, one JSON object a line; Ctrl-D ends them. To read a file, name it: tamis query rows.ndjson\n'

/**
 * The rows of a file, or of standard input (`-`): NDJSON, one JSON array, or CSV, each also compressed
 * with gzip. @throws Mistake for what cannot be read.
 */
export async function* readRows(
  file: string,
  { schema, format, delimiter, skipBad, showsProgress }: RowsOptions,
): AsyncGenerator<unknown> {
  const name = nameOf(file)
  if (file === '-' && process.stdin.isTTY) process.stderr.write(HINT)
  const size = file === '-' ? undefined : sizeOf(file)
  const line = new Progress(
    size === undefined
      ? `${name}: {rows} rows`
      : `${name} {bar} {percentage}% | {rows} rows | {eta_formatted}`,
  )
  const skipped = new Skipped((text) => line.message(text))
  const refuse =
    (kind: 'line' | 'element'): Refuse =>
    (number, reason) => {
      if (!skipBad) throw new Mistake(`${name}, ${kind} ${number}: ${reason}`)
      skipped.add(name, kind, number, reason)
    }
  let rows = 0
  let bytes = 0
  const chunks = bytesOf(file, (count) => {
    bytes += count
    line.update(bytes, { rows })
  })
  const csv = { name, chunks, delimiter }
  if (delimiter !== undefined && !isCsv(file, format)) {
    throw new Mistake('--delimiter is for CSV: name the file .csv, or add --input csv')
  }
  const read = !isCsv(file, format)
    ? jsonRows(name, chunks, refuse)
    : schema === undefined
      ? csvCells(csv, refuse('line'))
      : csvRows(csv, schema, refuse('line'))
  try {
    if (showsProgress) line.start(size ?? 0, 0, { rows })
    for await (const row of read) {
      rows++
      yield row
    }
  } finally {
    line.stop()
  }
  skipped.conclude(name)
}
