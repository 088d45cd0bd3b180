// Longer than most files here: what each of the databases needs when it is opened, side by side.

import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type Dialect as KyselyDialect,
  MysqlAdapter,
  MysqlDialect,
  PostgresAdapter,
  PostgresDialect,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
  sql,
} from 'kysely'
import { mariadb } from '../../dialect/mariadb/index.ts'
import { mysql } from '../../dialect/mysql/index.ts'
import { postgres } from '../../dialect/postgres/index.ts'
import { sqlite } from '../../dialect/sqlite/index.ts'
import type { Dialect } from '../../index.ts'
import { asUnavailable } from './failures.ts'
import { mysqlPool } from './mysql.ts'
import { Observers, observedDialect } from './observe.ts'
import { type Begin, type ClientPool, type Control, pooledDialect } from './pool.ts'
import { postgresPool } from './postgres.ts'
import type { DatabaseSource } from './public.ts'
import type { Peek } from './sqlite/peek.ts'
import { sqlitePool } from './sqlite/pool.ts'
import type { Tables } from './tables.ts'

export type DatabaseKind = 'sqlite' | 'postgres' | 'mysql'

export interface Connected {
  readonly kind: DatabaseKind
  /** The dialect for filters. */
  readonly dialect: Dialect
  readonly db: Kysely<Tables>
  /** The maximal size of a statement in bytes; undefined if the database has no practical limit. */
  readonly packet: number | undefined
  /** Whether transactions take the write lock when they begin: those of our SQLite connections. */
  readonly locksAtBegin: boolean
  /** Whether one message runs a statement for many lists of parameters: our SQLite connections. */
  readonly runsEach: boolean
  /** A connection in this process for what takes microseconds; only of a file of `tamis serve`. */
  readonly peek: Peek | undefined
  /** Who is told of each statement, except of those of `peek`. */
  readonly observers: Observers
  /** Resolves when the database answers, even if all connections are busy. */
  ping(): Promise<void>
  /** Sets the timeout of statements, in milliseconds. */
  limit(timeout: number): void
}

const EXPECTED = 'expected a file path, postgres://…, mariadb://… or mysql://…'

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i

/** A dialect of Kysely and, for our own connections, their pool. */
interface Opened {
  readonly dialect: KyselyDialect
  readonly pool?: ClientPool
  readonly control?: Control
}

const isolated =
  (begin: (level: string | undefined) => readonly string[]): Begin =>
  ({ isolationLevel }) =>
    begin(isolationLevel)

const BEGIN_POSTGRES = isolated((level) => [
  level === undefined ? 'begin' : `begin isolation level ${level}`,
])
const BEGIN_MYSQL = isolated((level) =>
  level === undefined ? ['begin'] : [`set transaction isolation level ${level}`, 'begin'],
)
/** Takes the write lock at once, so that no later statement waits for it or fails. */
const BEGIN_SQLITE: Begin = () => ['begin immediate']

/** Kysely's dialects are used for their compilers only; their drivers are never created. */
const NO_DATABASE = {} as never

async function open(
  source: string,
  onError: (error: unknown) => void,
  ownsProcess: boolean,
): Promise<Opened> {
  const control: Control = { timeout: 0, closed: new AbortController(), cancellations: new Set() }
  const scheme = SCHEME.exec(source)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined: {
      const pool = await sqlitePool(source, control, ownsProcess)
      const base = new SqliteDialect({ database: NO_DATABASE })
      return { dialect: pooledDialect(base, pool, control, BEGIN_SQLITE), pool, control }
    }
    case 'postgres':
    case 'postgresql': {
      const pool = await postgresPool(source, control, onError)
      const base = new PostgresDialect({ pool: NO_DATABASE })
      return { dialect: pooledDialect(base, pool, control, BEGIN_POSTGRES), pool, control }
    }
    case 'mysql':
    case 'mariadb': {
      const pool = await mysqlPool(source.replace(SCHEME, 'mysql://'), control)
      const base = new MysqlDialect({ pool: NO_DATABASE })
      return { dialect: pooledDialect(base, pool, control, BEGIN_MYSQL), pool, control }
    }
    default:
      throw new TypeError(`tamis/users: db: unknown scheme ${scheme}://; ${EXPECTED}`)
  }
}

/**
 * Wraps the application's dialect: an error of a rollback does not hide the error before it, and
 * errors of a database that cannot answer become `unavailable` or `timeout`.
 */
function applicationDialect(dialect: KyselyDialect): KyselyDialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => new ApplicationDriver(dialect.createDriver()),
  }
}

class ApplicationDriver implements Driver {
  readonly #driver: Driver
  readonly #wrapped = new WeakMap<DatabaseConnection, DatabaseConnection>()

  constructor(driver: Driver) {
    this.#driver = driver
  }

  init: Driver['init'] = () => this.#driver.init()

  async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await mapErrors(() => this.#driver.acquireConnection())
    const wrapper: DatabaseConnection = {
      executeQuery: <R>(query: CompiledQuery): Promise<QueryResult<R>> =>
        mapErrors(() => connection.executeQuery<R>(query)),
      streamQuery: <R>(query: CompiledQuery, size: number) =>
        connection.streamQuery<R>(query, size),
    }
    this.#wrapped.set(wrapper, connection)
    return wrapper
  }

  #inner(wrapper: DatabaseConnection): DatabaseConnection {
    return this.#wrapped.get(wrapper) as DatabaseConnection
  }

  beginTransaction: Driver['beginTransaction'] = (wrapper, settings) =>
    mapErrors(() => this.#driver.beginTransaction(this.#inner(wrapper), settings))

  commitTransaction: Driver['commitTransaction'] = (wrapper) =>
    mapErrors(() => this.#driver.commitTransaction(this.#inner(wrapper)))

  rollbackTransaction: Driver['rollbackTransaction'] = (wrapper) =>
    this.#driver.rollbackTransaction(this.#inner(wrapper)).catch(() => {})

  releaseConnection: Driver['releaseConnection'] = (wrapper) =>
    this.#driver.releaseConnection(this.#inner(wrapper))

  destroy: Driver['destroy'] = () => this.#driver.destroy()
}

/** Runs `work`; errors of a database that cannot answer become `unavailable` or `timeout`. */
async function mapErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asUnavailable(error)
  }
}

function checkSource(source: unknown): asserts source is DatabaseSource {
  const isDialect =
    typeof source === 'object' &&
    typeof (source as Partial<KyselyDialect> | null)?.createAdapter === 'function'
  if (isDialect || (typeof source === 'string' && source !== '')) return
  throw new TypeError(`tamis/users: db: ${EXPECTED}, or a dialect of Kysely`)
}

function kindOf(dialect: KyselyDialect): DatabaseKind {
  const adapter = dialect.createAdapter()
  if (adapter instanceof SqliteAdapter) return 'sqlite'
  if (adapter instanceof PostgresAdapter) return 'postgres'
  if (adapter instanceof MysqlAdapter) return 'mysql'
  throw new TypeError(
    'tamis/users: db: expected a dialect of Kysely for SQLite, PostgreSQL or MySQL',
  )
}

/** The dialect for filters; MySQL and MariaDB are distinguished by the server's version. */
async function filtersOf(kind: DatabaseKind, db: Kysely<Tables>): Promise<Dialect> {
  switch (kind) {
    case 'sqlite':
      return sqlite
    case 'postgres':
      return postgres
    case 'mysql': {
      const { rows } = await sql<{ version: string }>`SELECT version() AS version`.execute(db)
      return rows[0]?.version.includes('MariaDB') ? mariadb : mysql
    }
    default:
      return kind satisfies never
  }
}

/** The server's limit for a statement's size, in MySQL and MariaDB. */
async function packetOf(kind: DatabaseKind, db: Kysely<Tables>): Promise<number | undefined> {
  if (kind !== 'mysql') return undefined
  const { rows } = await sql<{ packet: number }>`SELECT @@max_allowed_packet AS packet`.execute(db)
  return Number(rows[0]?.packet)
}

/**
 * Kysely asks mysql2 to write values into the text of a statement, with backslashes as escapes, which
 * in a session with NO_BACKSLASH_ESCAPES let a value end its string.
 */
async function requireEscapes(kind: DatabaseKind, db: Kysely<Tables>): Promise<void> {
  if (kind !== 'mysql') return
  const { rows } = await sql<{ modes: string }>`SELECT @@SESSION.sql_mode AS modes`.execute(db)
  if (!rows[0]?.modes.includes('NO_BACKSLASH_ESCAPES')) return
  throw new TypeError(
    'tamis/users: db: the sessions of the pool have NO_BACKSLASH_ESCAPES in their sql_mode, in which values that mysql2 writes into statements can be SQL: take it out of the sql_mode of each connection',
  )
}

export async function connect(
  source: DatabaseSource,
  onError: (error: unknown) => void,
  ownsProcess = false,
): Promise<Connected> {
  checkSource(source)
  const { dialect, pool, control }: Opened =
    typeof source === 'string'
      ? await open(source, onError, ownsProcess)
      : { dialect: applicationDialect(source as KyselyDialect) }
  const kind = kindOf(dialect)
  const observers = new Observers()
  const db = new Kysely<Tables>({ dialect: observedDialect(dialect, observers) })
  try {
    // Our own pool sets the modes of its sessions.
    if (pool === undefined) await requireEscapes(kind, db)
    const filters = await filtersOf(kind, db)
    const packet = await packetOf(kind, db)
    return {
      kind,
      db,
      dialect: filters,
      packet,
      peek: pool?.peek,
      observers,
      locksAtBegin: kind === 'sqlite' && pool !== undefined,
      runsEach: kind === 'sqlite' && pool !== undefined,
      async ping() {
        if (pool === undefined) await db.executeQuery(CompiledQuery.raw('SELECT 1'))
        else await mapErrors(() => pool.ping())
      },
      limit(timeout) {
        if (control !== undefined) control.timeout = timeout
      },
    }
  } catch (error) {
    // Kysely does not end a pool that it has not used.
    await Promise.all([db.destroy(), pool?.end()])
    throw error
  }
}
