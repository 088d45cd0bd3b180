/** Large tables, and what databases say of how they answer a statement, in the same words for each. */

import { createTable, insertRow, type Parameter, type Schema } from 'tamis'
import type { Connection, SomeStatement } from './engines/engine.ts'
import { together } from './rows.ts'

type Target = Parameters<typeof createTable>[1] & Parameters<typeof insertRow>[1]

/**
 * A table as `createTable` gives it, with rows as `insertRow` stores them, but many to a statement,
 * and the indexes made when these are in: it takes seconds. Side tables are left to `insertMany`.
 */
export async function createLarge(
  connection: Connection,
  schema: Schema,
  target: Target,
  rows: readonly unknown[],
): Promise<void> {
  const statements = createTable(schema, target)
  const isIndex = (text: string) => text.startsWith('CREATE INDEX')
  for (const text of statements) if (!isIndex(text)) await connection.exec(text)
  const insert = insertRow(schema, target)
  const stored = rows.map((row) => [insert(row)].flat()[0] as SomeStatement)
  await insertMany(
    connection,
    stored[0]?.text ?? '',
    stored.map(({ params }) => params as never),
  )
  for (const text of statements) if (isIndex(text)) await connection.exec(text)
}

/** Runs an INSERT of one row for many. */
export async function insertMany(
  connection: Connection,
  text: string,
  rows: readonly (readonly Parameter[])[],
): Promise<void> {
  await connection.exec('BEGIN')
  for (const insert of together(rows.map((params) => ({ text, params })))) {
    await connection.run(insert)
  }
  await connection.exec('COMMIT')
}

/** Tables by their names, indexes by theirs; a primary key's as PostgreSQL calls it, `<table>_pkey`. */
export interface Plan {
  /** The statement and the database's own words, for a message. */
  readonly text: string
  /** Tables of which every row is read. */
  readonly scanned: readonly string[]
  /** Indexes that are followed from an end of theirs, every entry tried. */
  readonly walked: readonly string[]
  /** Indexes that are entered at a value. */
  readonly entered: readonly string[]
  /**
   * Tables whose rows are sorted; `page` if only the rows of a page are. A sort of the rows of one value
   * at a time, where an index orders by the first term, is left out.
   */
  readonly sorted: readonly string[]
  /** The rows that were found, and how many were read, if the database counts them. */
  readonly found: number
  readonly read: number | undefined
}

/** Runs a statement and says how, once for each way in which the database may plan it. */
export type Explain = (connection: Connection, statement: SomeStatement) => Promise<readonly Plan[]>

const written = ({ text }: SomeStatement, plan: string): string => `${text}\n\n${plan}`

// SQLite, sqlite.org/eqp.html

/** SQLite does not count what it reads: that it enters an index at a value has to do. */
export const explainSqlite: Explain = async (connection, statement) => {
  const { text, params } = statement
  const steps = (await connection.all({ text: `EXPLAIN QUERY PLAN ${text}`, params })).map(
    ({ id, parent, detail }) => ({ id, parent, detail: String(detail) }),
  )
  const scans = steps.flatMap(({ detail, parent }) => {
    const pattern = /^(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?(PRIMARY KEY|INDEX (\w+)))?/
    const [, how, table = '', key, index = ''] = pattern.exec(detail) ?? []
    if (how === undefined || detail.includes('VIRTUAL TABLE')) return []
    const isPrimary = key === 'PRIMARY KEY' || index.startsWith('sqlite_autoindex_')
    return [{ how, parent, table, index: isPrimary ? `${table}_pkey` : index }]
  })
  // A subquery in FROM has a step of its own.
  const subqueries = steps.map(({ detail }) => /^(?:CO-ROUTINE|MATERIALIZE) (.+)/.exec(detail)?.[1])
  const tables = scans.filter(({ table }) => !subqueries.includes(table))
  const sorted = steps
    .filter(({ detail }) => /^USE TEMP B-TREE FOR (?!RIGHT PART|LAST TERM)/.test(detail))
    .flatMap(({ parent }) => scans.filter((scan) => scan.parent === parent))
    .map(({ table }) => (subqueries.includes(table) ? 'page' : table))
  const named = (how: string) =>
    tables.filter((scan) => scan.how === how && scan.index !== '').map(({ index }) => index)
  return [
    {
      text: written(statement, steps.map(({ detail }) => detail).join('\n')),
      scanned: tables
        .filter(({ how, index }) => how === 'SCAN' && index === '')
        .map(({ table }) => table),
      walked: named('SCAN'),
      entered: named('SEARCH'),
      sorted,
      found: (await connection.all(statement)).length,
      read: undefined,
    },
  ]
}

// PostgreSQL, postgresql.org/docs/current/sql-explain.html

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null

/** An object and all that are in it. */
function* within(value: unknown): Generator<Json> {
  if (!isObject(value)) return
  if (!Array.isArray(value)) yield value
  for (const own of Object.values(value)) yield* within(own)
}

const EXPLAIN = 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)'

const REMOVED = ['Rows Removed by Filter', 'Rows Removed by Index Recheck']

/** What of a plan is worth a line in a message. */
const TOLD = [
  'Plans',
  'Node Type',
  'Relation Name',
  'Index Name',
  'Index Cond',
  'Filter',
  'Sort Key',
  'Plan Rows',
  'Actual Rows',
  'Actual Loops',
  ...REMOVED,
]

/** With the parameters known, and as a prepared statement is planned after some runs: without. */
export const explainPostgres: Explain = async (connection, statement) => {
  const { text, params } = statement
  const custom = await connection.all({ text: `${EXPLAIN} ${text}`, params })
  await connection.exec(`PREPARE asked AS ${text}`)
  await connection.exec('SET plan_cache_mode = force_generic_plan')
  const constants = (params as readonly unknown[]).map(literal).join(', ')
  const execute = constants === '' ? 'EXECUTE asked' : `EXECUTE asked (${constants})`
  const generic = await connection.all({ text: `${EXPLAIN} ${execute}`, params: [] })
  await connection.exec('RESET plan_cache_mode')
  await connection.exec('DEALLOCATE asked')
  return [custom, generic].map(([row]) => {
    const [explained] = (row as Json)['QUERY PLAN'] as readonly Json[]
    const plan = explained?.Plan as Json
    return postgresPlan(plan, written(statement, JSON.stringify(plan, TOLD, 2)))
  })
}

function postgresPlan(plan: Json, text: string): Plan {
  const nodes = [...within(plan)].filter((node) => 'Node Type' in node)
  const typed = (...types: readonly string[]) =>
    nodes.filter((node) => types.includes(node['Node Type'] as string))
  const indexes = (isEntered: boolean) =>
    typed('Index Scan', 'Index Only Scan', 'Bitmap Index Scan')
      .filter((node) => 'Index Cond' in node === isEntered)
      .map((node) => node['Index Name'] as string)
  // A bitmap's entries are read again as rows of the table.
  const rows = nodes
    .filter((node) => 'Relation Name' in node)
    .map((node) => {
      const counts = ['Actual Rows', ...REMOVED].map((name) => Number(node[name] ?? 0))
      return counts.reduce((sum, own) => sum + own, 0) * Number(node['Actual Loops'])
    })
  return {
    text,
    scanned: typed('Seq Scan').map((node) => node['Relation Name'] as string),
    walked: indexes(false),
    entered: indexes(true),
    sorted: typed('Sort').flatMap((node) => {
      const below = [...within(node)]
      if (below.some((each) => each['Node Type'] === 'Limit')) return ['page']
      return below.flatMap((each) => (each['Relation Name'] as string | undefined) ?? [])
    }),
    found: Number(plan['Actual Rows']),
    read: rows.reduce((sum, own) => sum + own, 0),
  }
}

/** A parameter in the text of EXECUTE, which takes no others. */
function literal(value: unknown): string {
  if (!Array.isArray(value)) return `'${String(value).replaceAll("'", "''")}'`
  const each = value.map((own) => `"${String(own).replace(/["\\]/g, '\\$&')}"`)
  return literal(`{${each.join(',')}}`)
}

// MariaDB and MySQL, mariadb.com/kb/en/explain, dev.mysql.com/doc/refman/8.4/en/explain-output.html

/** The rows that the storage engine read, including those that it filtered out. */
export const explainMysql: Explain = async (connection, statement) => {
  const { text, params } = statement
  // Not as JSON: quotes in an expression that is sorted by stand in it as they are.
  const steps = (await connection.all({ text: `EXPLAIN FORMAT=TRADITIONAL ${text}`, params })).map(
    (step) => ({
      table: String(step.table),
      type: String(step.type),
      index: step.key === 'PRIMARY' ? `${step.table}_pkey` : String(step.key),
      extra: String(step.Extra),
      line: Object.values(step).join(' | '),
    }),
  )
  const before = await rowsRead(connection)
  const found = (await connection.all(statement)).length
  const after = await rowsRead(connection)

  // What the statement itself makes: <derived2>, <subquery2>, a table function.
  const tables = steps.filter(
    ({ table, extra }) => !table.startsWith('<') && !extra.startsWith('Table function'),
  )
  const named = (is: (type: string) => boolean) =>
    tables.filter(({ type }) => is(type)).map(({ index }) => index)
  return [
    {
      text: written(statement, steps.map(({ line }) => line).join('\n')),
      scanned: tables.filter(({ type }) => type === 'ALL').map(({ table }) => table),
      walked: named((type) => type === 'index'),
      entered: named((type) => type !== 'ALL' && type !== 'index'),
      sorted: steps
        .filter(({ extra }) => extra.includes('Using filesort'))
        .map(({ table }) => (table.startsWith('<derived') ? 'page' : table)),
      found,
      read: after - before,
    },
  ]
}

async function rowsRead(connection: Connection): Promise<number> {
  const text = "SHOW SESSION STATUS WHERE Variable_name REGEXP '^Handler_(read|icp)_'"
  const counts = await connection.all({ text, params: [] })
  return counts.reduce((sum, { Variable_name: name, Value: value }) => {
    // Rows that a condition on the index drops are not among those read.
    return sum + (name === 'Handler_icp_match' ? -Number(value) : Number(value))
  }, 0)
}
