import { readFileSync } from 'node:fs'
import { type Command, InvalidArgumentError } from 'commander'
import { quote } from '../error/describe.ts'
import type { Issue } from '../error/issue.ts'
import { safeParseQuery } from '../parse/index.ts'
import type { Query } from '../parse/query.ts'
import { FIELDS, type Schema } from '../parse/schema.ts'
import { type Opened, openText } from '../text/read.ts'
import { hasSqlDirections, sortTerms } from '../text/sort-terms.ts'
import { line, type Mark, Mistake, messageOf, TextMistake, textMark } from './mistake.ts'
import { type LoadedSchema, loadSchema } from './schema-module.ts'

export interface QueryOptions {
  /** By default, that of users. */
  readonly schema?: string
  readonly filter?: string
  readonly sort?: string
  readonly limit?: number
  readonly offset?: number
  readonly next?: string
  readonly prev?: string
  readonly select?: string
  readonly option: readonly string[]
}

/** The texts of a command line, by the key of the payload that each is for. */
type Texts = Map<
  string,
  { readonly option: string; readonly source: string; readonly opened: Opened }
>

/** A value in JSON or Mongo shell syntax, or with @ the file that has it. */
function readText(texts: Texts, key: string, option: string, text: string): unknown {
  let source = text
  if (text.startsWith('@')) {
    try {
      source = readFileSync(text.slice(1), 'utf8').replace(/^\uFEFF/, '')
    } catch (error) {
      throw new Mistake(`${option}: ${messageOf(error)}`)
    }
  }
  const opened = openText(
    source,
    { relaxed: true },
    key === 'filter_conditions' ? 'object' : 'value',
  )
  if (opened.issues.length > 0) {
    throw new TextMistake(opened.issues.map((each) => textMark(option, source, each)))
  }
  texts.set(key, { option, source, opened })
  return opened.value
}

/** A sort as JSON, or as names, with a minus for descending: -created_at,id. */
function sortOf(texts: Texts, text: string): unknown {
  if (/^\s*[[{@]/.test(text)) return readText(texts, 'sort', '--sort', text)
  if (hasSqlDirections(text)) {
    throw new Mistake(
      `--sort: expected names, with a minus for descending, such as -created_at,id; received ${quote(text)}`,
    )
  }
  return sortTerms(text)
}

export const integer = (text: string): number => {
  if (/^-?\d+$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected an integer.')
}

/** The keys of the payload that have their own options. */
const OPTION_KEYS: readonly string[] = [
  'filter_conditions',
  'sort',
  'limit',
  'offset',
  'next',
  'prev',
  'fields',
]

/** Options that are named otherwise than their keys. */
const OWN_NAMES: ReadonlyMap<string, string> = new Map([
  ['filter_conditions', 'filter'],
  ['fields', 'select'],
])

function collect(text: string, all: readonly string[]): readonly string[] {
  return [...all, text]
}

/** The switches of the payload: `name`, or `name=value`. */
function switchesOf(texts: Texts, given: readonly string[]): Record<string, unknown> {
  const entries = given.map((text): [string, unknown] => {
    const at = text.indexOf('=')
    const name = at === -1 ? text : text.slice(0, at)
    if (OPTION_KEYS.includes(name)) {
      const known = OWN_NAMES.get(name) ?? name
      throw new Mistake(`--option ${name}: use --${known}`)
    }
    const value = at === -1 ? true : readText(texts, name, `--option ${name}`, text.slice(at + 1))
    return [name, value]
  })
  return Object.fromEntries(entries)
}

/** The schema of users has no `fields` in its payload, because views say what callers see. */
function selectable(schema: Schema): Schema {
  if (schema.payload.has(FIELDS)) return schema
  return { ...schema, payload: new Map([...schema.payload, [FIELDS, schema.payload.size]]) }
}

/**
 * The query that the options ask for. `otherSchema` is how to name another schema than that of users,
 * which a field that it does not have suggests.
 */
export async function queryOf(
  options: QueryOptions,
  otherSchema = 'the schema is that of users; name the module of another with --schema',
): Promise<LoadedSchema & { readonly query: Query }> {
  const loaded = await loadSchema(options.schema ?? 'users')
  const texts: Texts = new Map()
  const { filter, sort, select } = options
  const payload = {
    ...switchesOf(texts, options.option),
    filter_conditions:
      filter === undefined ? {} : readText(texts, 'filter_conditions', '--filter', filter),
    sort: sort === undefined ? undefined : sortOf(texts, sort),
    limit: options.limit,
    offset: options.offset,
    next: options.next,
    prev: options.prev,
    ...(select === undefined ? {} : { fields: select.split(',').map((name) => name.trim()) }),
  }
  const result = safeParseQuery(selectable(loaded.schema), payload)
  if (result.ok) return { ...loaded, query: result.value }
  const marks = result.issues.map((each) => markOf(texts, each))
  const isOfUsers =
    options.schema === undefined && result.issues.some(({ code }) => code === 'unknown_field')
  throw new TextMistake(isOfUsers ? [...marks, { line: otherSchema }] : marks)
}

/** An issue of the payload, with its place in the option's text. */
function markOf(texts: Texts, each: Issue): Mark {
  const [, key = '', ...rest] = each.path.split('/')
  const text = texts.get(key)
  if (text === undefined) return { line: line(each) }
  const path = rest.map((segment) => `/${segment}`).join('')
  const [placed] = text.opened.place([{ ...each, path }])
  return { line: line(each), source: text.source, range: placed?.range }
}

/** Adds the options of a query. */
export const withQueryOptions = (command: Command): Command =>
  command
    .option(
      '--schema <name>',
      'a module that exports a schema; by default "users", the built-in one',
    )
    .option('--filter <text>', 'the filter: JSON, Mongo shell syntax, or @file')
    .option('--sort <order>', 'JSON as on the wire, or names: -created_at,id')
    .option('--limit <n>', 'rows on the page', integer)
    .option('--offset <n>', 'rows before it', integer)
    .option('--next <cursor>', 'the page after the one that printed this cursor')
    .option('--prev <cursor>', 'the page before it')
    .option('--select <fields>', 'the fields that are returned: id,name,custom.age')
    .option(
      '--option <name=json>',
      "a switch of the schema's payload; may be repeated",
      collect,
      [],
    )
