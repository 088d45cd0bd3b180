/** Prints rows in the form that options ask for, to standard output or a file. */

import { fstatSync, type Stats, statSync } from 'node:fs'
import { extname } from 'node:path'
import type { Query } from '../parse/query.ts'
import type { Schema } from '../parse/schema.ts'
import type { Page } from '../query/page.ts'
import { isCsvName } from './input.ts'
import { toBlocks, toTable } from './layouts.ts'
import { Mistake } from './mistake.ts'
import { type Column, columnsOf, csvWriter, toJson, valueIn } from './output.ts'
import { openSink, type Sink } from './sink.ts'

export interface PrintOptions {
  readonly json?: true
  readonly csv?: true
  readonly vertical?: true
  readonly output?: string
  readonly gzip?: true
  /** Texts that a spreadsheet would take for formulas begin with an apostrophe in CSV. */
  readonly escapeFormulas?: true
}

type Form = 'table' | 'blocks' | 'json' | 'csv'

const JSON_NAMES = ['.json', '.ndjson', '.jsonl']

/** The form that a file's name says; of a name without an ending such as /dev/stdout, JSON. */
function formOfName(output: string): Form {
  if (isCsvName(output)) return 'csv'
  const ending = extname(output.replace(/\.gz$/i, '')).toLowerCase()
  if (ending === '' || JSON_NAMES.includes(ending)) return 'json'
  throw new Mistake(
    `--output ${output}: expected a name that ends in .csv, ${JSON_NAMES.slice(0, -1).join(', ')} or ${JSON_NAMES.at(-1)}, and .gz if it is compressed; with --csv, --json or --vertical any name will do`,
  )
}

/** The form by its option, by the name of the file, or else for people. */
function formOf({ json, csv, vertical, output }: PrintOptions): Form {
  if (json) return 'json'
  if (csv) return 'csv'
  if (vertical) return 'blocks'
  return output === undefined ? 'table' : formOfName(output)
}

/**
 * The form that the options ask for.
 *
 * @throws Mistake for an unknown ending of the file's name, or for an option of another form.
 */
export function askedForm(options: PrintOptions): Form {
  const form = formOf(options)
  if (options.escapeFormulas && form !== 'csv') {
    throw new Mistake('--escape-formulas is for CSV: add --csv, or name the file .csv')
  }
  return form
}

/** What all names of a regular file have in common; undefined if it is none. */
function identityOf(stat: () => Stats): string | undefined {
  try {
    const stats = stat()
    return stats.isFile() ? `${stats.dev}:${stats.ino}` : undefined
  } catch {
    return undefined
  }
}

/** Opens what `--output` names. @throws Mistake where it is the file that is read. */
function sinkOf({ output, gzip }: PrintOptions, input = '-'): Promise<Sink> {
  if (output !== undefined) {
    const written = identityOf(() => statSync(output))
    const read = identityOf(() => (input === '-' ? fstatSync(0) : statSync(input)))
    if (written !== undefined && written === read) {
      throw new Mistake(`--output ${output} is the file that is read: name another`)
    }
  }
  return openSink(output, gzip ?? /\.gz$/i.test(output ?? ''))
}

/** The columns of fields that the query names; undefined if it names none. */
const selected = ({ fields }: Query): readonly Column[] | undefined =>
  fields?.map(({ name, path }) => ({ name, path }))

/** A column for each key that rows of a schema have. */
function keysOf({ fields, wildcards }: Schema): readonly Column[] {
  const all = [...fields.values(), ...wildcards.values()].filter(({ hidden }) => !hidden)
  const keys = new Set(all.flatMap(({ path: [key] }) => key ?? []))
  return [...keys].map((name) => ({ name, path: [name] }))
}

const isTerminal = (output: string | undefined): boolean =>
  output === undefined && process.stdout.isTTY

/** Whether a progress line on standard error stands in nobody's way. */
export const leavesTerminal = (options: PrintOptions): boolean => !isTerminal(options.output)

/** Prints a page. The cursors, and the total, are printed for people only. */
export async function printPage(
  query: Query,
  { items, total, totalIsExact, ...cursors }: Page,
  options: PrintOptions,
  input: string | undefined,
): Promise<void> {
  const form = askedForm(options)
  const sink = await sinkOf(options, input)
  const columns = selected(query) ?? columnsOf(items)
  const width = isTerminal(options.output) ? process.stdout.columns : undefined
  if (form === 'json') {
    for (const row of items) await sink.write(`${toJson(row)}\n`)
  } else if (form === 'csv') {
    const record = csvWriter(options.escapeFormulas)
    await sink.write(record(columns.map(({ name }) => name)))
    for (const row of items) await sink.write(record(valuesOf(row, columns)))
  } else {
    const text = form === 'table' ? toTable(items, columns, width) : toBlocks(items, columns)
    await sink.write(`${items.length === 0 ? 'no rows' : text}\n`)
    if (total !== undefined) {
      await sink.write(`total: ${totalIsExact ? total : `more than ${total}`}\n`)
    }
    for (const [name, cursor] of Object.entries(cursors)) {
      await sink.write(`--${name} ${cursor}\n`)
    }
  }
  await sink.end()
}

const valuesOf = (row: unknown, columns: readonly Column[]): readonly unknown[] =>
  columns.map((column) => valueIn(row, column))

/** Prints rows as they come, in constant memory: as JSON, or as CSV with a column for each field. */
export async function printAll(
  query: Query,
  rows: AsyncIterable<unknown>,
  options: PrintOptions,
  input: string | undefined,
): Promise<void> {
  const form = askedForm(options)
  if (form === 'blocks') throw new Mistake('--vertical is for a page: --all prints JSON or CSV')
  const sink = await sinkOf(options, input)
  try {
    if (form === 'csv') await writeCsv(query, rows, sink, options)
    else for await (const row of rows) await sink.write(`${toJson(row)}\n`)
  } finally {
    // After an error, too: what was written before is complete lines, also where it is compressed.
    await sink.end()
  }
}

async function writeCsv(
  query: Query,
  rows: AsyncIterable<unknown>,
  sink: Sink,
  { escapeFormulas }: PrintOptions,
): Promise<void> {
  const record = csvWriter(escapeFormulas)
  const columns = selected(query) ?? keysOf(query.schema)
  const known = new Set(columns.flatMap(({ path: [key] }) => key ?? []))
  const unknown = new Set<string>()
  await sink.write(record(columns.map(({ name }) => name)))
  for await (const row of rows) {
    if (query.fields === undefined) {
      for (const key of Object.keys(Object(row))) if (!known.has(key)) unknown.add(key)
    }
    await sink.write(record(valuesOf(row, columns)))
  }
  if (unknown.size === 0) return
  const names = [...unknown].slice(0, 10).map((key) => JSON.stringify(key))
  const more = unknown.size > names.length ? ', …' : ''
  process.stderr.write(`tamis: the schema has no field for ${names.join(', ')}${more}: left out\n`)
}
