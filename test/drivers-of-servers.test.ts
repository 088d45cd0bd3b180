import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import mariadbDriver, { type Connection as MariadbConnection } from 'mariadb'
import mysql2 from 'mysql2/promise'
import { parseQuery, runQuery } from 'tamis'
import { usersSchema } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeUsers } from '../bench/fixtures/users.ts'
import { available } from './support/engines/available.ts'
import { clickhouse } from './support/engines/clickhouse.ts'
import type { Connection, Engine, SomeStatement } from './support/engines/engine.ts'
import { mariadb } from './support/engines/mariadb.ts'
import { mysql, mysqlServer } from './support/engines/mysql.ts'
import { Table } from './support/table.ts'

/** The parameters of a dialect go into each of its usual drivers, and its records come back exact. */

// Doubles and integers that drivers round, and texts that they escape.
const users = makeUsers(200).map((user, i) => ({
  ...user,
  name: `${['O’Neil', `'; --`, 'back\\slash', '"', '\u0001', '😀', 'a?b', '{p1:String}'][i % 8]} ${i}`,
  custom: { n: i % 2 === 0 ? 2n ** 53n + BigInt(i) : i, t: ['tab\t', 'line\n', `\\N`][i % 3] },
}))

const PAYLOADS = [
  {
    filter_conditions: { role: { $in: ['admin', 'moderator', `'"\\`] } },
    sort: { last_active: 1 },
  },
  { filter_conditions: { 'custom.n': { $gt: 2n ** 53n } }, limit: 1000 },
  { filter_conditions: { 'custom.t': { $in: ['tab\t', 'line\n', '\\N'] } }, limit: 1000 },
  { filter_conditions: { name: { $autocomplete: 'neil' } }, include_deactivated_users: true },
  { filter_conditions: { $nor: [{ banned: true }, { teams: 'ops' }] }, offset: 3 },
  { filter_conditions: { teams: ['ops', 'red'] }, include_deactivated_users: true },
  { filter_conditions: { created_at: { $lt: '2025-06-01T00:00:00+02:00' } }, limit: 1000 },
  ...users.slice(0, 8).map(({ name }) => ({ filter_conditions: { name } })),
]

type Run = (statement: SomeStatement) => Promise<Record<string, unknown>[]>

/** A way to send a statement, over a table that the engine's own connection has made. */
interface Way {
  readonly name: string
  open(database: string): Promise<{ run: Run; close(): Promise<void> }>
}

/** How a server is reached: as the engines reach it. */
interface Server {
  readonly engine: Engine
  openMysql2(database: string): Promise<mysql2.Connection>
  openMariadb(database: string): Promise<MariadbConnection>
}

function serverOf(engine: Engine, url: string | undefined): Server {
  const socketPath = ['/run/mysqld/mysqld.sock', '/tmp/mysql.sock'].find(existsSync) as string
  const local = { socketPath, user: 'root' }
  return {
    engine,
    openMysql2: (database) =>
      url === undefined
        ? mysql2.createConnection({ ...local, database })
        : mysql2.createConnection({ uri: url, database }),
    async openMariadb(database) {
      // MySQL's passwords need the server's key, which this driver requests only if it is allowed to.
      const uri = url
        ?.replace(/^mysql:/, 'mariadb:')
        .replace(/\/?$/, '/test?allowPublicKeyRetrieval=true')
      const connection = await mariadbDriver.createConnection(uri ?? local)
      await connection.query(`USE ${database}`)
      return connection
    },
  }
}

const SERVERS: readonly Server[] = [
  serverOf(mariadb, process.env.TAMIS_MARIADB_URL),
  serverOf(mysql, mysqlServer()),
]

const waysOf = ({ openMysql2, openMariadb }: Server): readonly Way[] => [
  {
    name: 'mysql2, execute',
    async open(database) {
      const connection = await openMysql2(database)
      return {
        run: async ({ text, params }) =>
          (await connection.execute(text, params as never))[0] as Record<string, unknown>[],
        close: () => connection.end(),
      }
    },
  },
  {
    name: 'mysql2, query',
    async open(database) {
      const connection = await openMysql2(database)
      return {
        run: async ({ text, params }) =>
          (await connection.query(text, params as never))[0] as Record<string, unknown>[],
        close: () => connection.end(),
      }
    },
  },
  ...(['execute', 'query'] as const).map((method) => ({
    name: `mariadb, ${method}`,
    async open(database: string) {
      const connection = await openMariadb(database)
      const run: Run = async ({ text, params }) => [...(await connection[method](text, params))]
      return { run, close: () => connection.end() }
    },
  })),
]

async function check(table: Table, run: Run): Promise<void> {
  for (const payload of PAYLOADS) {
    const query = parseQuery(usersSchema, payload)
    const expected = runQuery(query, users).items
    const rows = table.read(await run(table.compile(query)))
    const own = rows.slice(0, query.limit) as typeof expected
    expect(own.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
    expect(own.map(({ name }) => name)).toEqual(expected.map(({ name }) => name))
    expect(own.map(({ custom }) => custom)).toEqual(expected.map(({ custom }) => custom))
    expect(own.map(({ banned }) => banned)).toEqual(expected.map(({ banned }) => banned))
  }
}

const reached = SERVERS.filter(({ engine }) => available.includes(engine))

describe.each(reached)('$engine.name', (server) => {
  const { engine } = server
  let connection: Connection
  let table: Table
  let database: string
  beforeAll(async () => {
    connection = await engine.connect()
    const [row] = await connection.all({ text: 'SELECT database() AS d', params: [] })
    database = String(row?.d)
    table = await Table.create(engine, connection, usersSchema)
    await table.insert(users)
  })
  afterAll(() => connection.close())

  it.each(waysOf(server))('by $name', async ({ open }) => {
    const { run, close } = await open(database)
    await check(table, run)
    await close()
  })
})

describe.skipIf(!available.includes(clickhouse))('ClickHouse', () => {
  it('with parameters as @clickhouse/client formats them', async () => {
    const require = createRequire(new URL('clickhouse/package.json', import.meta.url))
    const { formatQueryParams } = require('@clickhouse/client-common') as {
      formatQueryParams(value: object): string
    }
    const connection = await clickhouse.connect()
    const table = await Table.create(clickhouse, connection, usersSchema)
    await table.insert(users)
    const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    await check(table, async ({ text, params }) => {
      for (const [name, value] of Object.entries(params)) {
        const formatted = formatQueryParams({ value, wrapStringInQuotes: false })
        await connection.exec(`SET param_${name} = ${quote(formatted)}`)
      }
      return connection.all({ text, params: {} })
    })
    await connection.close()
  })
})
