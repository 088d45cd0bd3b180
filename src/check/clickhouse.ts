import { clickhouse } from '../dialect/clickhouse/index.ts'
import { sql } from '../dialect/fragment.ts'
import type { Ask } from './connection.ts'
import type {
  CollationFacts,
  ColumnFacts,
  IndexFacts,
  IndexKey,
  TableFacts,
  TableName,
  TypeFacts,
} from './facts.ts'
import {
  type Fact,
  noTable,
  one,
  present,
  type Question,
  questionOf,
  settingsOf,
} from './records.ts'
import { bracketed, isSign, isWord, split, type Token, tokensOf, written } from './tokens.ts'

const tokenize = (text: string) => tokensOf(text, { backslash: true })

/** What is temporary has no database, and hides others. */
async function find(question: Question, table: TableName): Promise<Fact> {
  const database =
    table.schema === undefined
      ? sql`(is_temporary OR database = currentDatabase())`
      : sql`database = ${table.schema}`
  const [found] = await question(sql`
    SELECT database, name, engine, sorting_key, create_table_query FROM system.tables
    WHERE name = ${table.name} AND ${database}
    ORDER BY is_temporary DESC`)
  return found ?? noTable(table)
}

/** `Nullable(String)`, `Array(Int64)`, `Enum8('a' = 1)`, `DateTime64(3, 'UTC')`. */
function typeOf(text: string, tokens: readonly Token[] = tokenize(text)): TypeFacts {
  const own = { text: written(text, tokens), name: (tokens[0]?.value ?? '').toLowerCase() }
  const given = isSign(tokens[1], '(') ? split(bracketed(tokens, 1).inside) : []
  const [first = [], second = []] = given
  const number = Number(first[0]?.value)
  switch (own.name) {
    case 'nullable':
      return { ...typeOf(text, first), text: own.text, nullable: true }
    case 'lowcardinality':
      return { ...typeOf(text, first), text: own.text }
    case 'array':
      return { ...own, element: typeOf(text, first) }
    case 'enum8':
    case 'enum16':
      return { ...own, members: membersOf(given) }
    case 'fixedstring':
      return { ...own, length: number }
    case 'decimal':
      return { ...own, precision: number, scale: Number(second[0]?.value) }
    case 'datetime':
      return present<TypeFacts>({ ...own, digits: 0, zone: first[0]?.value })
    case 'datetime64':
      return present<TypeFacts>({ ...own, digits: number, zone: second[0]?.value })
    default:
      return own.name.startsWith('uint') ? { ...own, unsigned: true } : own
  }
}

/** Members compare by their numbers: `'a' = -1`. */
function membersOf(given: readonly (readonly Token[])[]): readonly string[] {
  const members = given.map(([name, , ...number]) => ({
    name: name?.value ?? '',
    number: Number(number.map(({ value }) => value).join('')),
  }))
  return members.toSorted((a, b) => a.number - b.number).map(({ name }) => name)
}

/** There are no others, but those that an ORDER BY names. */
const BYTES: CollationFacts = {
  name: 'binary',
  isBinary: true,
  isDeterministic: true,
  ignoresCase: false,
  ignoresAccents: false,
  padsSpace: false,
}

const isText = ({ name, element }: TypeFacts): boolean =>
  element === undefined ? name === 'string' : isText(element)

function columnOf(row: Fact): ColumnFacts {
  const type = typeOf(row.text('type'))
  const expression = row.maybe('default_expression') || undefined
  const isDefault = row.maybe('default_kind') === 'DEFAULT'
  return present<ColumnFacts>({
    name: row.text('name'),
    type,
    nullable: type.nullable === true,
    default: isDefault ? expression : undefined,
    generated: isDefault ? undefined : expression,
    collation: isText(type) ? BYTES : undefined,
  })
}

/** The columns and expressions of a key: `id, lower(name)`. */
const keysOf = (text: string, nulls: Pick<IndexKey, 'nulls'>): readonly IndexKey[] =>
  split(tokenize(text)).map((term) => {
    const [only, ...rest] = term
    const isName = rest.length === 0 && only !== undefined
    const key = isName ? { column: only.value } : { expression: written(text, term) }
    return { ...key, direction: 'asc', ...nulls }
  })

async function indexesOf(
  question: Question,
  database: string,
  table: Fact,
): Promise<readonly IndexFacts[]> {
  const rows = await question(sql`
    SELECT name, type, expr FROM system.data_skipping_indices
    WHERE database = ${database} AND table = ${table.text('name')} ORDER BY name`)
  const sorted = keysOf(table.text('sorting_key'), { nulls: 'last' })
  const own: IndexFacts = { name: '', keys: sorted, unique: false, method: 'sorting key' }
  return [
    ...(sorted.length > 0 ? [own] : []),
    ...rows.map((row) => ({
      name: row.text('name'),
      keys: keysOf(row.text('expr'), {}),
      unique: false,
      method: row.text('type'),
    })),
  ]
}

/** Only the text of CREATE TABLE has them; what is ASSUMEd is not checked. */
function checksOf(text: string): readonly string[] {
  const tokens = tokenize(text)
  const open = tokens.findIndex((token) => isSign(token, '('))
  if (open === -1) return []
  return split(bracketed(tokens, open).inside)
    .filter(([first, , kind]) => isWord(first, 'constraint') && isWord(kind, 'check'))
    .map((part) => written(text, part.slice(3)))
}

const SETTINGS = sql`SELECT name, value FROM system.settings WHERE name IN (
  'aggregate_functions_null_for_empty', 'data_type_default_nullable', 'final', 'join_use_nulls',
  'session_timezone', 'transform_null_in')`

/** Engines that keep rows of their own, and check constraints. */
const KEEPS_ROWS = /MergeTree$|Log$|^(Memory|Join|EmbeddedRocksDB)$/

/**
 * What a ClickHouse server, 25 or newer, says of a table. It has no keys that are unique, and a
 * constraint is checked only when rows are inserted: those from before it was added may break it.
 */
export async function read(ask: Ask, table: TableName): Promise<TableFacts> {
  const question = questionOf(ask, clickhouse)
  const found = await find(question, table)
  const database = found.text('database')
  const name = found.text('name')
  const isTable = KEEPS_ROWS.test(found.text('engine'))
  const columns = await question(sql`
    SELECT name, type, default_kind, default_expression FROM system.columns
    WHERE database = ${database} AND table = ${name} AND default_kind <> 'EPHEMERAL'
    ORDER BY position`)
  const server = await one(question, sql`SELECT version() AS version, timezone() AS zone`)
  return {
    engine: 'clickhouse',
    version: server.text('version'),
    table: { schema: database, name },
    kind: isTable ? 'table' : 'view',
    columns: columns.map(columnOf),
    primaryKey: [],
    uniques: [],
    indexes: isTable ? await indexesOf(question, database, found) : [],
    checks: isTable ? checksOf(found.text('create_table_query')) : [],
    foreignKeys: [],
    zone: server.text('zone'),
    storage: found.text('engine'),
    encoding: 'UTF-8',
    settings: settingsOf(await question(SETTINGS)),
  }
}
