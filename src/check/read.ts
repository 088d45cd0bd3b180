import { sql } from '../dialect/fragment.ts'
import { sqlite as dialect } from '../dialect/sqlite/index.ts'
import { quote } from '../error/describe.ts'
import { ANY, checkOptions, optionChecks, TEXT } from '../error/options.ts'
import * as clickhouse from './clickhouse.ts'
import { type Ask, askOf } from './connection.ts'
import * as duckdb from './duckdb.ts'
import { DIALECTS } from './engines.ts'
import type { EngineName, TableFacts, TableName } from './facts.ts'
import * as mariadb from './mariadb.ts'
import { listed, withHint } from './missing-table.ts'
import * as mysql from './mysql.ts'
import * as postgres from './postgres.ts'
import { MissingTable, questionOf } from './records.ts'
import * as sqlite from './sqlite.ts'

const READERS: Readonly<
  Record<EngineName, { read(ask: Ask, table: TableName): Promise<TableFacts> }>
> = { sqlite, postgres, mariadb, mysql, duckdb, clickhouse }

export interface FactsOptions {
  /** Where it is left out, the database is asked what it is. */
  readonly engine?: EngineName | undefined
  /** A name without a schema is found as the database finds it in a statement. */
  readonly table: string | TableName
}

/** The options of `readFacts`. */
export const FACTS_OPTIONS = /* @__PURE__ */ optionChecks<FactsOptions>({
  engine: TEXT,
  table: ANY,
})

/** What each database's `version()` looks like; ClickHouse has four numbers, MySQL three. */
const VERSIONS: readonly (readonly [pattern: RegExp, engine: EngineName])[] = [
  [/^PostgreSQL /, 'postgres'],
  [/^\d[\w.-]*mariadb/i, 'mariadb'],
  [/^v\d+\.\d+\.\d+/, 'duckdb'],
  [/^\d+\.\d+\.\d+\.\d+/, 'clickhouse'],
  [/^\d+\.\d+\.(\d+|mysql_aurora)(?!.*tidb)/i, 'mysql'],
]

/**
 * Which database answers. The first statement fails in SQLite alone, where no transaction is broken by
 * an error; what is wrong with a connection, the second one says.
 */
async function engineOf(ask: Ask): Promise<EngineName> {
  // Without parameters, a statement is the same in every dialect.
  const question = questionOf(ask, dialect)
  const rows = await question(sql`SELECT version() AS version`).catch(() => undefined)
  if (rows === undefined) {
    await question(sql`SELECT sqlite_version() AS version`)
    return 'sqlite'
  }
  const version = rows[0]?.maybe('version') ?? ''
  const found = VERSIONS.find(([pattern]) => pattern.test(version))
  if (found !== undefined) return found[1]
  throw new TypeError(
    `tamis/check: unknown database, version() is ${quote(version)}; say which dialect it speaks with engine`,
  )
}

/** Which tables the database has, as words: `there are app.people, app.orders`. */
export async function listTables(ask: Ask): Promise<string> {
  const engine = await engineOf(ask)
  return listed(questionOf(ask, DIALECTS[engine]), engine)
}

/**
 * What a database says of a table: its columns, keys, indexes and constraints, and the settings that
 * change what a statement means. It reads catalogs alone.
 *
 * @throws TypeError if the table does not exist, or the database is not one of the six, and for an
 * unknown option.
 *
 * @example
 * ```ts
 * const facts = await readFacts(pool, { table: { schema: 'app', name: 'people' } })
 * facts.columns.filter(({ nullable }) => nullable).map(({ name }) => name)
 * ```
 */
export async function readFacts(
  connection: Ask | object,
  options: FactsOptions,
): Promise<TableFacts> {
  checkOptions('tamis/check', options, FACTS_OPTIONS)
  const { engine, table } = options
  const ask = askOf(connection)
  const name = typeof table === 'string' ? { name: table } : table
  const known = engine ?? (await engineOf(ask))
  if (!Object.hasOwn(READERS, known)) {
    throw new TypeError(`tamis/check: unknown engine ${quote(String(known))}`)
  }
  try {
    return await READERS[known].read(ask, name)
  } catch (error) {
    if (!(error instanceof MissingTable)) throw error
    throw await withHint(error, questionOf(ask, DIALECTS[known]), known, name)
  }
}
