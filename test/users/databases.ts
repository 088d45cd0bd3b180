import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connection, Engine } from '../support/engines/engine.ts'
import { mariadb } from '../support/engines/mariadb.ts'
import { mysql, mysqlServer } from '../support/engines/mysql.ts'
import { postgres } from '../support/engines/postgres.ts'
import { sqlite } from '../support/engines/sqlite.ts'

/** An empty database for `createUsers`, and what takes it away. */
export interface FreshDatabase {
  readonly url: string
  drop(): Promise<void>
}

/** A database that the users system is tested on. */
export interface Database {
  readonly name: string
  /** The engine that the setup must have reached. */
  readonly engine: Engine
  /** Whether it is still there when it was closed. */
  readonly lasts: boolean
  fresh(): Promise<FreshDatabase>
}

const textOf = async (connection: Connection, text: string): Promise<string> => {
  const [row] = await connection.all({ text: `SELECT ${text} AS own`, params: [] })
  return String(row?.own)
}

/** In the schema that a connection of the engine's makes, and drops when it is closed. */
async function freshPostgres(): Promise<FreshDatabase> {
  const connection = await postgres.connect()
  const schema = await textOf(connection, 'current_schema()')
  // Made in a scratch schema it would be in the way of whoever else looks for it, and go with it.
  await connection.exec(`DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
  EXCEPTION WHEN OTHERS THEN NULL; END $$`)
  const own = await textOf(connection, "current_user || '@/' || current_database()")
  const base = process.env.TAMIS_POSTGRES_URL ?? `postgres://${own}?host=/var/run/postgresql`
  const separator = base.includes('?') ? '&' : '?'
  return {
    url: `${base}${separator}options=-csearch_path%3D${schema},public`,
    drop: () => connection.close(),
  }
}

/** In the database that a connection of the engine's makes, and drops when it is closed. */
async function freshMariadb(): Promise<FreshDatabase> {
  const connection = await mariadb.connect()
  const name = await textOf(connection, 'DATABASE()')
  const url = new URL(process.env.TAMIS_MARIADB_URL ?? 'mysql://root@localhost')
  url.pathname = name
  if (process.env.TAMIS_MARIADB_URL === undefined) {
    url.searchParams.set('socketPath', await textOf(connection, '@@socket'))
  }
  return { url: url.href, drop: () => connection.close() }
}

async function freshMysql(): Promise<FreshDatabase> {
  const connection = await mysql.connect()
  const url = new URL(mysqlServer())
  url.pathname = await textOf(connection, 'DATABASE()')
  return { url: url.href, drop: () => connection.close() }
}

async function freshFile(): Promise<FreshDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'tamis-users-'))
  return {
    url: join(folder, 'users.sqlite'),
    drop: () => rm(folder, { recursive: true, force: true }),
  }
}

export const databases: readonly Database[] = [
  {
    name: 'SQLite in memory',
    engine: sqlite,
    lasts: false,
    fresh: async () => ({ url: ':memory:', drop: async () => {} }),
  },
  { name: 'SQLite in a file', engine: sqlite, lasts: true, fresh: freshFile },
  { name: 'PostgreSQL', engine: postgres, lasts: true, fresh: freshPostgres },
  { name: 'MariaDB', engine: mariadb, lasts: true, fresh: freshMariadb },
  { name: 'MySQL', engine: mysql, lasts: true, fresh: freshMysql },
]
