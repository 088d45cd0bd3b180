// Longer than most files here: the commands share their options, and what is done with them.

import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { compilePredicate } from '../compile/predicate.ts'
import { readRow } from '../compile/read-row.ts'
import { compileQuery } from '../compile/sql.ts'
import { clickhouse } from '../dialect/clickhouse.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { duckdb } from '../dialect/duckdb.ts'
import { mysql, mysqlFor } from '../dialect/mysql.ts'
import { postgres } from '../dialect/postgres.ts'
import { sqlite } from '../dialect/sqlite.ts'
import type { Issue } from '../error/issue.ts'
import { safeParseQuery } from '../parse/index.ts'
import type { Query } from '../parse/query.ts'
import { type Page, pageOf } from '../query/page.ts'
import { collectPage } from '../query/run.ts'
import { type Opened, openText } from '../text/read.ts'
import { sortTerms } from '../text/sort-terms.ts'
import { select } from './database.ts'
import { explain } from './explain.ts'
import { addImport } from './import.ts'
import { readRows } from './input.ts'
import { line, type Mark, Mistake, messageOf, TextMistake, textMark } from './mistake.ts'
import { toJson, toTable } from './output.ts'
import { type LoadedSchema, loadSchema } from './schema-module.ts'
import { addServe } from './serve.ts'

const DIALECTS: Readonly<Record<string, Dialect<unknown>>> = {
  sqlite,
  postgres,
  mariadb: mysql,
  mysql: mysqlFor('mysql'),
  duckdb,
  clickhouse,
}

interface QueryOptions {
  readonly schema: string
  readonly filter?: string
  readonly sort?: string
  readonly limit?: number
  readonly offset?: number
  readonly next?: string
  readonly prev?: string
  readonly option: readonly string[]
}

/** The texts of a command line, by the key of the payload that each is for. */
type Texts = Map<
  string,
  { readonly option: string; readonly source: string; readonly opened: Opened }
>

/** A value as JSON or as a Mongo shell takes it, or with @ the file that holds it. */
function typed(texts: Texts, key: string, option: string, text: string): unknown {
  let source = text
  if (text.startsWith('@')) {
    try {
      source = readFileSync(text.slice(1), 'utf8').replace(/^\uFEFF/, '')
    } catch (error) {
      throw new Mistake(`${option}: ${messageOf(error)}`)
    }
  }
  const opened = openText(source, { relaxed: true })
  if (opened.issues.length > 0) {
    throw new TextMistake(opened.issues.map((each) => textMark(option, source, each)))
  }
  texts.set(key, { option, source, opened })
  return opened.value
}

/** A sort as JSON, or as names with a minus for descending: -created_at,id. */
function sortOf(texts: Texts, text: string): unknown {
  if (/^\s*[[{@]/.test(text)) return typed(texts, 'sort', '--sort', text)
  return sortTerms(text)
}

const integer = (text: string): number => {
  if (/^-?\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected an integer.')
}

/** What has an option of its own. */
const OWN_OPTIONS: readonly string[] = [
  'filter_conditions',
  'sort',
  'limit',
  'offset',
  'next',
  'prev',
]

function option(text: string, all: readonly string[]): readonly string[] {
  return [...all, text]
}

/** The switches of the payload: `name`, or `name=value`. */
function switchesOf(texts: Texts, given: readonly string[]): Record<string, unknown> {
  const own = given.map((text): [string, unknown] => {
    const at = text.indexOf('=')
    const name = at === -1 ? text : text.slice(0, at)
    if (OWN_OPTIONS.includes(name)) {
      const known = name === 'filter_conditions' ? 'filter' : name
      throw new Mistake(`--option ${name}: that is --${known}`)
    }
    const value = at === -1 ? true : typed(texts, name, `--option ${name}`, text.slice(at + 1))
    return [name, value]
  })
  return Object.fromEntries(own)
}

async function queryOf(options: QueryOptions): Promise<LoadedSchema & { readonly query: Query }> {
  const loaded = await loadSchema(options.schema)
  const texts: Texts = new Map()
  const { filter, sort } = options
  const payload = {
    ...switchesOf(texts, options.option),
    filter_conditions:
      filter === undefined ? {} : typed(texts, 'filter_conditions', '--filter', filter),
    sort: sort === undefined ? undefined : sortOf(texts, sort),
    limit: options.limit,
    offset: options.offset,
    next: options.next,
    prev: options.prev,
  }
  const result = safeParseQuery(loaded.schema, payload)
  if (result.ok) return { ...loaded, query: result.value }
  throw new TextMistake(result.issues.map((each) => markOf(texts, each)))
}

/** An issue of the payload, with its place in the text that it came in. */
function markOf(texts: Texts, each: Issue): Mark {
  const [, key = '', ...rest] = each.path.split('/')
  const text = texts.get(key)
  if (text === undefined) return { line: line(each) }
  const path = rest.map((segment) => `/${segment}`).join('')
  const [placed] = text.opened.place([{ ...each, path }])
  return { line: line(each), source: text.source, range: placed?.range }
}

/** The options that say what is asked. */
const asking = (command: Command): Command =>
  command
    .option('--schema <name>', '"users", or a module that exports a schema', 'users')
    .option('--filter <text>', 'the filter: JSON, as a Mongo shell takes it, or @file')
    .option('--sort <order>', 'JSON as on the wire, or names: -created_at,id')
    .option('--limit <n>', 'rows on the page', integer)
    .option('--offset <n>', 'rows before it', integer)
    .option('--next <cursor>', 'the page after the one that showed this cursor')
    .option('--prev <cursor>', 'the page before it')
    .option('--option <name=json>', "a switch of the schema's payload; may be repeated", option, [])

interface RunOptions extends QueryOptions {
  readonly db?: string
  readonly table?: string
  readonly json?: true
  readonly all?: true
}

/** Writes and waits where the reader is slower than we are. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) {
    await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

async function run(file: string | undefined, options: RunOptions): Promise<void> {
  const { query, schema, mapping } = await queryOf(options)
  if (options.table !== undefined && options.db === undefined) {
    throw new Mistake('--table needs --db: the file that it is in')
  }
  if (options.all) {
    if (options.db !== undefined)
      throw new Mistake('--all reads a stream; it does not go with --db')
    const { sort, limit, offset, next, prev } = options
    if ((sort ?? limit ?? offset ?? next ?? prev) !== undefined) {
      throw new Mistake('--all takes the rows as they come; leave out what asks for a page of them')
    }
    const matches = compilePredicate(query.condition)
    for await (const row of readRows(file ?? '-')) if (matches(row)) await write(`${toJson(row)}\n`)
    return
  }
  const { items, ...cursors } =
    options.db === undefined
      ? await fromStream(query, file ?? '-')
      : await fromTable(query, { schema, mapping }, file, options)
  if (options.json) {
    for (const row of items) await write(`${toJson(row)}\n`)
    return
  }
  await write(`${items.length === 0 ? 'no rows' : toTable(items)}\n`)
  for (const [name, cursor] of Object.entries(cursors)) await write(`--${name} ${cursor}\n`)
}

async function fromStream(query: Query, file: string): Promise<Page> {
  const page = collectPage(query)
  for await (const row of readRows(file)) page.add(row)
  return page.finish()
}

async function fromTable(
  query: Query,
  { schema, mapping }: LoadedSchema,
  file: string | undefined,
  { db, table }: RunOptions,
): Promise<Page> {
  if (file !== undefined) throw new Mistake('rows come from a file or from --db, not from both')
  if (table === undefined) throw new Mistake('--db needs --table: the table to query')
  const target = { dialect: sqlite, table, mapping }
  const { text, params } = compileQuery(query, { ...target, lookAhead: true })
  const records = await select(db as string, text, params)
  try {
    return pageOf(query, records.map(readRow(schema, target)))
  } catch (error) {
    throw new Mistake(`${db}: a row that is not as the schema has it: ${messageOf(error)}`)
  }
}

async function printSql(
  options: QueryOptions & { dialect: string; table: string; json?: true },
): Promise<void> {
  const { query, mapping } = await queryOf(options)
  if (!Object.hasOwn(DIALECTS, options.dialect)) {
    throw new Mistake(
      `--dialect: expected ${Object.keys(DIALECTS).join(', ')}, received ${options.dialect}`,
    )
  }
  const dialect = DIALECTS[options.dialect] as Dialect<unknown>
  const { text, params } = compileQuery(query, { dialect, table: options.table, mapping })
  await write(options.json ? `${toJson({ text, params })}\n` : `${text}\n-- ${toJson(params)}\n`)
}

/** The command line, as commander reads it. */
export function program(): Command {
  const tamis = new Command('tamis')
    .description('Query rows with filters: in files, in streams, in SQLite; serve users.')
    .version(packageJson.version)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .showSuggestionAfterError()

  asking(tamis.command('query'))
    .description('run a query over NDJSON or a JSON array (a file, or standard input), or a table')
    .argument('[file]', 'the rows; standard input where it is left out or -')
    .option('--db <file>', 'an SQLite file to query instead')
    .option('--table <name>', 'its table')
    .option('--json', 'a row a line as JSON, for programs')
    .option('--all', 'every row that matches, as it comes, as JSON: constant memory')
    .action(run)
  asking(tamis.command('sql'))
    .description('print the SQL of a query and its parameters')
    .option('--dialect <name>', Object.keys(DIALECTS).join(', '), 'sqlite')
    .option('--table <name>', 'the table', 'users')
    .option('--json', 'as JSON, for programs')
    .action(printSql)
  asking(tamis.command('explain'))
    .description('show how a query is understood: its condition as a tree')
    .action(async (options: QueryOptions) => write(`${explain((await queryOf(options)).query)}\n`))
  addServe(tamis)
  addImport(tamis)
  return tamis
}

/** Commander's own errors as mistakes; its help and version are none. */
export function asMistake(error: unknown): unknown {
  if (!(error instanceof CommanderError) || error.exitCode === 0) return error
  if (error.code === 'commander.help')
    return new Mistake(
      'a command is needed: query, sql, explain, serve, token or import; see tamis --help',
    )
  return new Mistake(error.message.replace(/^error: /, ''))
}
