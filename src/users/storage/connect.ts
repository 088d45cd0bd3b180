import {
  Kysely,
  type Dialect as KyselyDialect,
  MysqlAdapter,
  MysqlDialect,
  PostgresAdapter,
  PostgresDialect,
  SqliteAdapter,
  sql,
} from 'kysely'
import { mysql, mysqlFor } from '../../dialect/mysql.ts'
import { postgres } from '../../dialect/postgres.ts'
import { sqlite } from '../../dialect/sqlite.ts'
import type { Dialect } from '../../index.ts'
import { need } from '../need.ts'
import { PatientSqlite } from './patience.ts'
import type { DatabaseSource } from './public.ts'
import { openSqlite } from './sqlite.ts'
import type { Tables } from './tables.ts'

export type DatabaseKind = 'sqlite' | 'postgres' | 'mysql'

export interface Connected {
  readonly kind: DatabaseKind
  /** How tamis says filters there. */
  readonly dialect: Dialect
  readonly db: Kysely<Tables>
}

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i

/** How many connections a pool holds. */
const POOL = 10

async function dialectFor(
  source: string,
  onError: (error: unknown) => void,
): Promise<KyselyDialect> {
  const scheme = SCHEME.exec(source)?.[1]?.toLowerCase()
  switch (scheme) {
    case undefined: {
      const database = await openSqlite(source)
      return new PatientSqlite({ database })
    }
    case 'postgres':
    case 'postgresql': {
      const { default: pg } = await need(() => import('pg'), 'pg')
      const pool = new pg.Pool({ connectionString: source, max: POOL })
      // An idle connection that is lost is made anew when it is needed; unheard, it ends the process.
      pool.on('error', onError)
      return new PostgresDialect({ pool })
    }
    case 'mysql':
    case 'mariadb': {
      const { createPool } = await need(() => import('mysql2'), 'mysql2')
      const uri = source.replace(SCHEME, 'mysql://')
      return new MysqlDialect({ pool: createPool({ uri, connectionLimit: POOL }) })
    }
    default:
      throw new TypeError(
        `tamis/users: no database at ${scheme}://; there are a file, postgres:// and mysql://`,
      )
  }
}

/** @throws TypeError of what is nothing that can be opened. */
function checkSource(source: unknown): asserts source is DatabaseSource {
  const isDialect =
    typeof source === 'object' &&
    typeof (source as Partial<KyselyDialect> | null)?.createAdapter === 'function'
  if (isDialect || (typeof source === 'string' && source !== '')) return
  throw new TypeError('tamis/users: db: expected a file, a URL or a dialect of Kysely’s')
}

function kindOf(dialect: KyselyDialect): DatabaseKind {
  const adapter = dialect.createAdapter()
  if (adapter instanceof SqliteAdapter) return 'sqlite'
  if (adapter instanceof PostgresAdapter) return 'postgres'
  if (adapter instanceof MysqlAdapter) return 'mysql'
  throw new TypeError('tamis/users: Kysely’s dialect for SQLite, PostgreSQL or MySQL is needed')
}

/** The dialect of tamis's, which for MySQL and MariaDB the server itself tells apart. */
async function filtersOf(kind: DatabaseKind, db: Kysely<Tables>): Promise<Dialect> {
  switch (kind) {
    case 'sqlite':
      return sqlite
    case 'postgres':
      return postgres
    case 'mysql': {
      const { rows } = await sql<{ version: string }>`SELECT version() AS version`.execute(db)
      return rows[0]?.version.includes('MariaDB') ? mysql : mysqlFor('mysql')
    }
    default:
      return kind satisfies never
  }
}

export async function connect(
  source: DatabaseSource,
  onError: (error: unknown) => void,
): Promise<Connected> {
  checkSource(source)
  const own =
    typeof source === 'string' ? await dialectFor(source, onError) : (source as KyselyDialect)
  const kind = kindOf(own)
  const db = new Kysely<Tables>({ dialect: own })
  try {
    return { kind, db, dialect: await filtersOf(kind, db) }
  } catch (error) {
    await db.destroy()
    throw error
  }
}
