/** A database whose table stays from one run to the next: filling it takes longer than a measurement. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import mariadbDriver from 'mariadb'
import type pg from 'pg'
import type { Connection, Engine } from '../../support/engines/engine.ts'
import { poolOf } from '../../support/engines/postgres.ts'

type Fill = (engine: Engine, connection: Connection) => Promise<void>

/** A connection, and how much processor time its statements have taken, in ms. */
export interface Standing extends Connection {
  busy(): number
}

/** The time of a thread on a processor, as Linux counts it; other load does not add to it. */
const scheduled = (path: string): number =>
  Number(readFileSync(`/proc/${path}/schedstat`, 'utf8').split(' ')[0]) / 1e6

const ofProcess = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

const NAME = 'tamis_cost'

/** The engine's persistent database, filled if it is new: a file for SQLite, a name for servers. */
export async function openStanding(engine: Engine, fill: Fill): Promise<Standing> {
  switch (engine.name) {
    case 'SQLite': {
      const file = join(tmpdir(), `${NAME}.sqlite`)
      const isNew = !existsSync(file)
      const db = new Database(file)
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000')
      const connection: Standing = {
        busy: ofProcess,
        exec: async (text) => void db.exec(text),
        run: async ({ text, params }) => void db.prepare(text).run(...(params as unknown[])),
        all: async ({ text, params }) => db.prepare(text).all(...(params as unknown[])) as never,
        close: async () => void db.close(),
      }
      if (isNew) await fill(engine, connection)
      return connection
    }
    case 'PostgreSQL': {
      const client = poolOf() as pg.Client
      await client.connect()
      const { rows } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [NAME])
      await client.query(`CREATE SCHEMA IF NOT EXISTS ${NAME}`)
      await client.query(`SET search_path TO ${NAME}, public`)
      const [backend] = (await client.query('SELECT pg_backend_pid() AS pid')).rows
      // Workers of a parallel plan would not be counted.
      await client.query('SET max_parallel_workers_per_gather = 0')
      const connection: Standing = {
        busy: () => scheduled(`${backend.pid}`),
        exec: async (text) => void (await client.query(text)),
        run: async ({ text, params }) => void (await client.query(text, params as unknown[])),
        all: async ({ text, params }) => (await client.query(text, params as unknown[])).rows,
        close: () => client.end(),
      }
      if (rows.length === 0) await fill(engine, connection)
      return connection
    }
    case 'MariaDB': {
      const url = process.env.TAMIS_MARIADB_URL
      const connection = await mariadbDriver.createConnection(
        url ?? { socketPath: '/run/mysqld/mysqld.sock', user: 'root' },
      )
      const known = await connection.query(`SHOW DATABASES LIKE '${NAME}'`)
      await connection.query(`CREATE DATABASE IF NOT EXISTS ${NAME} CHARACTER SET utf8mb4`)
      await connection.query(`USE ${NAME}`)
      const [thread] = await connection.query(
        'SELECT TID AS tid FROM information_schema.PROCESSLIST WHERE ID = CONNECTION_ID()',
      )
      // Another server of the kind may run beside it.
      const servers = execFileSync('pidof', ['mariadbd', 'mysqld'], { encoding: 'utf8' }).trim()
      const pid = servers.split(' ').find((each) => existsSync(`/proc/${each}/task/${thread.tid}`))
      const own: Standing = {
        busy: () => scheduled(`${pid}/task/${thread.tid}`),
        exec: async (text) => void (await connection.query(text)),
        run: async ({ text, params }) => void (await connection.execute(text, params)),
        all: async ({ text, params }) => [...(await connection.execute(text, params))],
        close: () => connection.end(),
      }
      if (known.length === 0) await fill(engine, own)
      return own
    }
    default: {
      const connection = await engine.connect()
      await fill(engine, connection)
      return { ...connection, busy: ofProcess }
    }
  }
}
