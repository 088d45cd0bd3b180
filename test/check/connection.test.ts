import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { DuckDBInstance } from '@duckdb/node-api'
import Database from 'libsql'
import mariadbDriver from 'mariadb'
import * as mysqlCallbacks from 'mysql2'
import * as mysql2 from 'mysql2/promise'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { type Ask, askOf, type EngineName, readFacts } from '../../src/check/index.ts'
import { available } from '../support/engines/available.ts'
import { clickhouse } from '../support/engines/clickhouse.ts'
import { mysqlServer } from '../support/engines/mysql.ts'
import { createPglite, poolOf } from '../support/engines/postgres.ts'

interface Opened {
  readonly connection: Ask | object
  close(): unknown
}

interface Driver {
  readonly name: string
  /** The engine of the tests that must be there. */
  readonly needs: string
  readonly engine: EngineName
  open(): Promise<Opened>
}

const SOCKET = ['/run/mysqld/mysqld.sock', '/tmp/mysql.sock'].find(existsSync)
const mariadbUrl = process.env.TAMIS_MARIADB_URL
const mariadbOptions = { socketPath: SOCKET as string, user: 'root' }

const DRIVERS: readonly Driver[] = [
  {
    name: 'pg, a client',
    needs: 'PostgreSQL',
    engine: 'postgres',
    async open() {
      const connection = poolOf()
      await connection.connect()
      return { connection, close: () => connection.end() }
    },
  },
  {
    name: 'pg, a pool',
    needs: 'PostgreSQL',
    engine: 'postgres',
    async open() {
      const { host, port, user, database, password } = poolOf()
      const connection = new pg.Pool({
        host,
        port,
        user,
        database,
        password,
        max: 2,
      } as pg.PoolConfig)
      return { connection, close: () => connection.end() }
    },
  },
  {
    name: 'PGlite',
    needs: 'PGlite',
    engine: 'postgres',
    async open() {
      const connection = await createPglite()
      return { connection, close: () => connection.close() }
    },
  },
  {
    name: 'mysql2/promise, a connection of lists',
    needs: 'MySQL',
    engine: 'mysql',
    async open() {
      const connection = await mysql2.createConnection({ uri: mysqlServer(), rowsAsArray: true })
      return { connection, close: () => connection.end() }
    },
  },
  {
    name: 'mysql2/promise, a pool',
    needs: 'MySQL',
    engine: 'mysql',
    async open() {
      const connection = mysql2.createPool({ uri: mysqlServer(), connectionLimit: 2 })
      return { connection, close: () => connection.end() }
    },
  },
  {
    name: 'mysql2 with callbacks',
    needs: 'MySQL',
    engine: 'mysql',
    async open() {
      const connection = mysqlCallbacks.createPool({ uri: mysqlServer(), connectionLimit: 2 })
      return { connection, close: () => connection.promise().end() }
    },
  },
  {
    name: 'mysql2/promise, of MariaDB',
    needs: 'MariaDB',
    engine: 'mariadb',
    async open() {
      const connection = await mysql2.createConnection(
        mariadbUrl === undefined ? mariadbOptions : { uri: mariadbUrl },
      )
      return { connection, close: () => connection.end() }
    },
  },
  {
    name: 'mariadb, a connection of lists',
    needs: 'MariaDB',
    engine: 'mariadb',
    async open() {
      const connection = await mariadbDriver.createConnection(
        mariadbUrl ?? { ...mariadbOptions, rowsAsArray: true, metaAsArray: true },
      )
      return { connection, close: () => connection.end() }
    },
  },
  {
    name: 'mariadb, a pool',
    needs: 'MariaDB',
    engine: 'mariadb',
    async open() {
      const connection = mariadbDriver.createPool(
        mariadbUrl ?? { ...mariadbOptions, connectionLimit: 2 },
      )
      return { connection, close: () => connection.end() }
    },
  },
  {
    name: 'libsql',
    needs: 'SQLite',
    engine: 'sqlite',
    async open() {
      const connection = new Database(':memory:')
      return { connection, close: () => connection.close() }
    },
  },
  {
    name: 'libsql with promises',
    needs: 'SQLite',
    engine: 'sqlite',
    async open() {
      const require = createRequire(import.meta.url)
      const Promised = require('libsql/promise') as new (file: string) => Database.Database
      const connection = new Promised(':memory:')
      return { connection, close: () => connection.close() }
    },
  },
  {
    name: '@duckdb/node-api',
    needs: 'DuckDB',
    engine: 'duckdb',
    async open() {
      const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
      const connection = await instance.connect()
      await connection.run('CREATE TABLE people (id INTEGER)')
      return { connection, close: () => connection.closeSync() }
    },
  },
  {
    name: '@clickhouse/client',
    needs: 'ClickHouse',
    engine: 'clickhouse',
    open: openClickhouse,
  },
]

/** The client speaks HTTP: what it sends is answered by ClickHouse in process. */
async function openClickhouse(): Promise<Opened> {
  const require = createRequire(new URL('../clickhouse/package.json', import.meta.url))
  const { createClient } = require('@clickhouse/client') as {
    createClient(options: { url: string }): { close(): Promise<void> }
  }
  const engine = await clickhouse.connect()
  const answer = async (url: string, text: string): Promise<string> => {
    for (const [name, value] of new URL(url, 'http://localhost').searchParams) {
      if (!name.startsWith('param_')) continue
      await engine.exec(`SET ${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`)
    }
    const rows = await engine.all({ text: text.replace(/FORMAT JSONEachRow\s*$/, ''), params: {} })
    return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const sent = await answer(request.url ?? '', Buffer.concat(chunks).toString()).catch(
      (error) => {
        response.statusCode = 500
        return String(error)
      },
    )
    response.end(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const connection = createClient({ url: `http://127.0.0.1:${port}` })
  return {
    connection,
    async close() {
      await connection.close()
      server.close()
      await engine.close()
    },
  }
}

/** A table that is there. */
const CATALOG: Readonly<Record<EngineName, { readonly schema: string; readonly name: string }>> = {
  sqlite: { schema: 'main', name: 'sqlite_schema' },
  postgres: { schema: 'pg_catalog', name: 'pg_class' },
  mariadb: { schema: 'mysql', name: 'help_topic' },
  mysql: { schema: 'information_schema', name: 'TABLES' },
  duckdb: { schema: 'main', name: 'people' },
  clickhouse: { schema: 'system', name: 'one' },
}

const isThere = (needs: string) => available.some(({ name }) => name === needs)

describe('a connection', () => {
  it.each(DRIVERS.filter(({ needs }) => isThere(needs)))(
    'of $name is asked what it is, and for facts',
    async ({ engine, open }) => {
      const { connection, close } = await open()
      try {
        const facts = await readFacts(connection, { table: CATALOG[engine] })
        expect(facts.engine).toBe(engine)
        expect(facts.version).toMatch(/\d+\.\d+/)
        expect(facts.table.name.toLowerCase()).toBe(CATALOG[engine].name.toLowerCase())
        expect(facts.columns.length).toBeGreaterThan(0)
        await expect(readFacts(connection, { engine, table: 'not "there"' })).rejects.toThrow(
          /^tamis\/check: unknown table "not \\"there\\""/,
        )
      } finally {
        await close()
      }
    },
  )

  it.each(DRIVERS.filter(({ needs }) => isThere(needs) && needs !== 'ClickHouse'))(
    'of $name answers no rows to a statement without',
    async ({ engine, open }) => {
      const { connection, close } = await open()
      try {
        const ask = askOf(connection)
        const isMysql = engine === 'mysql' || engine === 'mariadb'
        if (!isMysql) await ask('CREATE TEMPORARY TABLE tamis_written (id INTEGER)', [])
        const parameter = engine === 'postgres' ? '$1' : '?'
        const update = `UPDATE tamis_written SET id = ${parameter}`
        const written = await ask(isMysql ? 'DO ?' : update, [5])
        // DuckDB answers with how many there were.
        expect(written.filter((row) => !('Count' in row))).toEqual([])
      } finally {
        await close()
      }
    },
  )

  it('of node:sqlite is asked for facts', async ({ skip }) => {
    const module = await import(/* @vite-ignore */ 'node:sqlite' as string).catch(() => undefined)
    if (module === undefined) return skip()
    const connection = new module.DatabaseSync(':memory:')
    const facts = await readFacts(connection, { table: CATALOG.sqlite })
    expect(facts.engine).toBe('sqlite')
    connection.close()
  })

  it.each([
    ['a URL', 'postgres://localhost/app'],
    ['null', null],
    ['an object', {}],
    ['postgres.js', Object.assign(() => {}, { unsafe() {} })],
    ['a URL object', new URL('postgres://localhost/app')],
  ])('that is %s is refused', (_, connection) => {
    expect(() => askOf(connection as object)).toThrow(/^tamis\/check: unknown connection, received/)
    expect(() => askOf(connection as object)).toThrow(TypeError)
  })

  it('whose answer is no rows is refused', async () => {
    const client = { query: () => ({ on() {} }), connect() {} }
    await expect(askOf(client)('SELECT 1', [])).rejects.toThrow(
      'tamis/check: expected rows of pg or PGlite, received undefined; hand over a function (text, params) => rows',
    )
  })

  it.each<readonly [version: string, engine: string]>([
    ['CockroachDB CCL v23.1.0', 'CockroachDB'],
    ['8.0.11-TiDB-v7.5.0', 'TiDB'],
  ])('to %s is refused, unless an engine is said', async (version) => {
    const ask: Ask = async () => [{ version }]
    await expect(readFacts(ask, { table: 't' })).rejects.toThrow(
      `tamis/check: unknown database, version() is "${version}"; say which dialect it speaks with engine`,
    )
  })

  it('that fails says why', async () => {
    const ask: Ask = async () => {
      throw new Error('the connection is closed')
    }
    await expect(readFacts(ask, { table: 't' })).rejects.toThrow('the connection is closed')
  })

  it('of an unknown engine is refused', async () => {
    const ask: Ask = async () => []
    await expect(readFacts(ask, { engine: 'oracle' as never, table: 't' })).rejects.toThrow(
      'tamis/check: unknown engine "oracle"',
    )
  })
})
