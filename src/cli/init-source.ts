/** Where the rows of a new list are. */

import { relative } from 'node:path'
import { introspect } from '../check/index.ts'
import { listTables } from '../check/read.ts'
import { variableOf } from '../check/source.ts'
import { quote } from '../error/describe.ts'
import { withConnection } from './connect.ts'
import type { DrizzleTable, ListKey } from './init-drizzle.ts'
import { type DrizzleDb, isSupported } from './init-drizzle-list.ts'
import type { Project } from './init-project.ts'
import { DATABASE_URL, type Driver } from './init-templates.ts'
import { Mistake } from './mistake.ts'
import { mistakeOf, tableName } from './table.ts'
import { withoutPassword } from './without-password.ts'

/** Where the rows of the list are. */
export type Source =
  | { readonly of: 'memory' }
  /** A table of a database, as `tamis introspect` prints its module. */
  | {
      readonly of: 'table'
      readonly module: string
      /** The name that the module exports the schema by. */
      readonly schema: string
      readonly table: string
      readonly driver: Driver
    }
  | {
      readonly of: 'drizzle'
      /** How the module of the table is imported, and the table's name there. */
      readonly from: string
      readonly table: string
      readonly casing: string | undefined
      /** The properties that the schema leaves out. */
      readonly omit: readonly string[]
      /** A connection of the list's own, where the project's was not found and the database is known. */
      readonly driver: Driver | undefined
      readonly db: DrizzleDb
    }

export interface SourceOptions {
  readonly db?: string
  readonly table?: string
  readonly sample?: true
  readonly omit?: readonly string[]
}

const DIALECTS = { pg: 'postgres', mysql: 'mysql', sqlite: 'sqlite' } as const

/** The driver of a database, which the project has or is to install. */
function driverOf(dialect: Driver['dialect'], { dependencies }: Project): Driver {
  if (dialect === 'postgres') return { dialect, packageName: 'pg', place: DATABASE_URL }
  if (dialect !== 'sqlite') {
    return {
      dialect,
      packageName: 'mysql2',
      place: `${DATABASE_URL}.replace(/^mariadb:/, 'mysql:')`,
    }
  }
  const packageName = dependencies.has('better-sqlite3') ? 'better-sqlite3' : 'libsql'
  return { dialect, packageName, place: `${DATABASE_URL}.replace(/^file:/, '')` }
}

export interface Chosen {
  readonly source: Source
  readonly key: ListKey
  /** What the list is of, in words. */
  readonly what: string
  readonly notes: readonly string[]
}

async function ofTable(
  project: Project,
  url: string,
  table: string,
  omit: readonly string[] | undefined,
): Promise<Chosen> {
  const {
    source: module,
    schema: { key: name },
    facts,
    warnings,
  } = await withConnection(url, (ask) =>
    introspect(ask, { table: tableName(table), omit }).catch((error: unknown) => {
      throw mistakeOf(error)
    }),
  )
  const { engine } = facts
  if (engine === 'duckdb' || engine === 'clickhouse') {
    throw new Mistake(
      `${withoutPassword(url)}: init writes no list for ${engine}: see tamis introspect`,
    )
  }
  const schema = variableOf(facts.table.name)
  const driver = driverOf(engine, project)
  return {
    source: { of: 'table', module, schema, table, driver },
    key: { name, isBigint: false },
    what: `the table ${table} of ${withoutPassword(url)}`,
    notes: warnings,
  }
}

const sample = (what: string): Chosen => ({
  source: { of: 'memory' },
  key: { name: 'id', isBigint: false },
  what: `sample rows in memory${what}`,
  notes: [],
})

/** Why the list has sample rows, where --sample was not given. */
const nothing = ({ drizzle }: Project): string =>
  drizzle === undefined
    ? ': no DATABASE_URL was found'
    : ': no module exports a table of Drizzle (export const tasks = pgTable(…)), and no DATABASE_URL was found'

/** The rows of the list: of the table that was asked for, or of Drizzle's, or else a sample. */
export async function chosen(project: Project, options: SourceOptions): Promise<Chosen> {
  const { table, omit } = options
  if (options.sample) {
    if ((table ?? options.db) === undefined) return sample('')
    throw new Mistake('--sample conflicts with --db and --table')
  }
  const database = options.db === undefined ? project.database?.url : options.db
  const tables = options.db === undefined ? (project.drizzle?.tables ?? []) : []
  const drizzle = drizzleNamed(tables, table, database !== undefined)
  if (drizzle !== undefined) return ofDrizzle(project, drizzle, database, omit)
  if (table !== undefined) {
    if (database === undefined) {
      throw new Mistake('--table requires --db, or DATABASE_URL in the environment or in .env')
    }
    return ofTable(project, database, table, omit)
  }
  if (database === undefined) return sample(nothing(project))
  throw await whichTable(database, options.db === undefined ? project.database?.from : undefined)
}

/** The table of Drizzle's that `--table` names, or the only one. */
function drizzleNamed(
  tables: readonly DrizzleTable[],
  named: string | undefined,
  hasDatabase: boolean,
): DrizzleTable | undefined {
  const [only, ...others] = tables
  if (only === undefined || (named === undefined && others.length === 0)) return only
  const found =
    tables.find(({ name }) => name === named) ?? tables.find(({ table }) => table === named)
  if (found !== undefined || (named !== undefined && hasDatabase)) return found
  const names = tables.map(({ name, file }) => `${name} (${file})`).join(', ')
  const what =
    named === undefined
      ? 'there are tables of Drizzle'
      : `no table of Drizzle is ${quote(named)}; there are`
  throw new Mistake(
    `${what}: ${names}; say --table NAME${named === undefined ? ', or --sample' : ''}`,
  )
}

/** A database is there, and no table of it was asked for: a list of a sample is hardly what is meant. */
async function whichTable(database: string, from: string | undefined): Promise<Mistake> {
  const named = from === undefined ? '' : `${from} names a database: `
  const tables = await withConnection(database, listTables).catch((error: unknown) => {
    if (!(error instanceof Mistake)) throw error
    return error.message
  })
  return new Mistake(
    `${named}${tables}; say --table NAME, or --sample for a list of sample rows in memory`,
  )
}

const WRITTEN =
  'Drizzle has mysql2 write values into statements, which is injectable in sessions with NO_BACKSLASH_ESCAPES: leave it out of their sql_mode'

/** Of a table of Drizzle's, over the project's connection if it is found. */
function ofDrizzle(
  project: Project,
  drizzle: DrizzleTable,
  database: string | undefined,
  omitted: readonly string[] = [],
): Chosen {
  const { name, file, engine, key, secrets } = drizzle
  const { connection } = project.drizzle ?? {}
  const found =
    connection === undefined || !isSupported(connection)
      ? undefined
      : {
          from: importPath(project, connection.file),
          name: connection.name,
          driver: connection.driver,
        }
  const isOwn = found === undefined && database !== undefined
  const source: Source = {
    of: 'drizzle',
    from: importPath(project, file),
    table: name,
    casing: connection?.casing,
    omit: [...new Set([...omitted, ...secrets])],
    driver: isOwn ? driverOf(DIALECTS[engine], project) : undefined,
    db: found === undefined ? { engine } : { engine, found },
  }
  const over = found === undefined ? '' : `, over ${found.name} of ${connection?.file}`
  const unasked = secrets.filter((each) => !omitted.includes(each))
  const notes = [
    ...(found?.driver === 'mysql2' ? [WRITTEN] : []),
    ...unasked.map((each) => `${quote(each)} may be a secret: the schema leaves it out, by omit`),
  ]
  return { source, key, what: `the table ${name} of ${file}${over}`, notes }
}

/** How the schema's module imports another module of the project. */
function importPath({ list, extension, importExtension }: Project, file: string): string {
  const path = relative(list, file).replaceAll('\\', '/')
  const keepsExtension = extension === importExtension
  const module = keepsExtension ? path : path.replace(/ts$/, 'js')
  return module.startsWith('.') ? module : `./${module}`
}
