import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzleSqlite } from 'drizzle-orm/sqlite-proxy'
import fc from 'fast-check'
import Database from 'libsql'
import mysql2 from 'mysql2/promise'
import pg from 'pg'
import {
  compileQuery,
  type Dialect,
  defineSchema,
  type FieldDefinition,
  type Mapping,
  parseQuery,
  readRow,
  type Schema,
} from 'tamis'
import { checkTable, introspect, readFacts } from 'tamis/check'
import { fromDrizzle } from 'tamis/drizzle'
import { filterArbitrary, queryArbitrary } from 'tamis/fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, Tally } from '../support/agreement.ts'
import { budget } from '../support/budget.ts'
import { available } from '../support/engines/available.ts'
import { type Connection, type Engine, scratchName } from '../support/engines/engine.ts'
import { mysqlServer } from '../support/engines/mysql.ts'
import { createPglite, fromClient } from '../support/engines/postgres.ts'
import { askingOf } from '../support/promise.ts'
import { Table } from '../support/table.ts'
import {
  MYSQL_DDL,
  MYSQL_ROWS,
  mysqlTable,
  POSTGRES_DDL,
  POSTGRES_ROWS,
  postgresTable,
  SQLITE_DDL,
  SQLITE_ROWS,
  sqliteTable,
} from './tables.ts'

const SEED = 20_240_501

/** What `fromDrizzle` gives of any table. */
interface Made {
  readonly schema: { readonly fields: Record<string, FieldDefinition>; readonly key: string }
  readonly mapping: object
  readonly table: { readonly schema?: string | undefined; readonly name: string }
  readonly dialect: Dialect
  readonly warnings: readonly string[]
  readonly rowOf: (row: object) => object
}

interface Opened {
  readonly connection: Connection
  readonly made: Made
  /** The rows as Drizzle gives them. */
  readonly rows: readonly object[]
  /** The properties of the table, by their columns. */
  readonly properties: ReadonlyMap<string, string>
}

/** The names of the columns, as Drizzle says them. */
const propertiesOf = (table: object): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(table).flatMap(([property, column]) =>
      typeof column === 'object' && column !== null && 'columnType' in column
        ? [[String(Reflect.get(column, 'name')), property] as const]
        : [],
    ),
  )

const scratch = `${scratchName}_drizzle`

/** Drizzle does not know it. */
const COLLATION = 'SELECT datcollate AS own FROM pg_database WHERE datname = current_database()'

async function openPostgres(): Promise<Opened> {
  const url = process.env.TAMIS_POSTGRES_URL
  const client = new pg.Client(
    url === undefined
      ? { host: '/var/run/postgresql', user: userInfo().username, database: 'postgres' }
      : url,
  )
  await client.connect()
  await client.query(`CREATE SCHEMA ${scratch}`)
  await client.query('CREATE EXTENSION IF NOT EXISTS citext')
  for (const text of POSTGRES_DDL(scratch, 'citext')) await client.query(text)
  const table = postgresTable(scratch, 'citext')
  const db = drizzlePg({ client })
  await db.insert(table).values(POSTGRES_ROWS as never)
  const { rows } = await client.query<{ own: string }>(COLLATION)
  return {
    connection: fromClient(client, async () => {
      await client.query(`DROP SCHEMA ${scratch} CASCADE`)
      await client.end()
    }),
    made: fromDrizzle(table, { collation: rows[0]?.own ?? '' }) as unknown as Made,
    rows: await db.select().from(table),
    properties: propertiesOf(table),
  }
}

async function openPglite(): Promise<Opened> {
  const client = await createPglite()
  await client.exec(`CREATE SCHEMA ${scratch}`)
  const type = 'varchar(20) COLLATE "C"'
  for (const text of POSTGRES_DDL(scratch, type)) await client.exec(text)
  const table = postgresTable(scratch, type)
  const db = drizzlePglite({ client })
  await db.insert(table).values(POSTGRES_ROWS as never)
  const { rows } = await client.query<{ own: string }>(COLLATION)
  return {
    connection: {
      exec: async (text) => void (await client.exec(text)),
      run: async ({ text, params }) => void (await client.query(text, params as unknown[])),
      all: async ({ text, params }) =>
        (await client.query<Record<string, unknown>>(text, params as unknown[])).rows,
      close: () => client.close(),
    },
    made: fromDrizzle(table, { collation: rows[0]?.own ?? '' }) as unknown as Made,
    rows: await db.select().from(table),
    properties: propertiesOf(table),
  }
}

async function openMysql2(
  config: mysql2.ConnectionOptions,
  dialect: 'mysql' | 'mariadb',
): Promise<Opened> {
  const client = await mysql2.createConnection(config)
  await client.query(`CREATE DATABASE ${scratch} CHARACTER SET utf8mb4`)
  await client.query(`USE ${scratch}`)
  await client.query("SET time_zone = '+00:00'")
  for (const text of MYSQL_DDL) await client.query(text)
  const db = drizzleMysql({ client })
  await db.insert(mysqlTable).values(MYSQL_ROWS as never)
  const [found] = await client.query('SELECT @@collation_database AS own')
  const [{ own: collation }] = found as [{ own: string }]
  const made = fromDrizzle(mysqlTable, { dialect, collation })
  return {
    connection: {
      exec: async (text) => void (await client.query(text)),
      run: async ({ text, params }) => void (await client.execute(text, params as never)),
      all: async ({ text, params }) =>
        (await client.execute(text, params as never))[0] as Record<string, unknown>[],
      async close() {
        await client.query(`DROP DATABASE ${scratch}`)
        await client.end()
      },
    },
    made: made as unknown as Made,
    rows: await db.select().from(mysqlTable),
    properties: propertiesOf(mysqlTable),
  }
}

const SOCKETS = ['/run/mysqld/mysqld.sock', '/tmp/mysql.sock']

function openMariadb(): Promise<Opened> {
  const url = process.env.TAMIS_MARIADB_URL
  const socketPath = SOCKETS.find(existsSync)
  const config =
    url === undefined ? { socketPath: socketPath as string, user: 'root' } : { uri: url }
  return openMysql2(config, 'mariadb')
}

async function openSqlite(): Promise<Opened> {
  const client = new Database(':memory:')
  for (const text of SQLITE_DDL) client.exec(text)
  const db = drizzleSqlite(
    async (text, params, method) => {
      const statement = client.prepare(text)
      if (method === 'run') {
        statement.run(...params)
        return { rows: [] }
      }
      return { rows: statement.raw().all(...params) }
    },
    undefined,
    { casing: 'snake_case' },
  )
  await db.insert(sqliteTable).values(SQLITE_ROWS as never)
  const all = (text: string, params: readonly unknown[]) => {
    const statement = client.prepare(text)
    return statement.safeIntegers(true).all(...params) as Record<string, unknown>[]
  }
  return {
    connection: {
      exec: async (text) => void client.exec(text),
      run: async ({ text, params }) => void client.prepare(text).run(...(params as unknown[])),
      all: async ({ text, params }) => all(text, params as unknown[]),
      close: async () => void client.close(),
    },
    made: fromDrizzle(sqliteTable, { casing: 'snake_case' }) as unknown as Made,
    rows: await db.select().from(sqliteTable),
    properties: new Map(
      [...propertiesOf(sqliteTable).values()].map((own) => [
        own.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        own,
      ]),
    ),
  }
}

interface Case {
  readonly open: () => Promise<Opened>
  readonly left: readonly string[]
  /** The fields of which Drizzle knows more than the catalog. */
  readonly own: Readonly<Record<string, string>>
}

const LEFT = ['lunch', 'raw']
const POSTGRES = { left: ['anyNumber', ...LEFT], own: { role: 'enumeration' } }
const MYSQL = {
  left: [...LEFT, 'vintage'],
  // A catalog prints letters as question marks.
  own: { role: 'enumeration', level: 'enumeration' },
}

const CASES: Readonly<Record<string, Case>> = {
  PostgreSQL: { ...POSTGRES, open: openPostgres },
  PGlite: { ...POSTGRES, open: openPglite },
  MariaDB: { ...MYSQL, open: openMariadb },
  MySQL: { ...MYSQL, open: () => openMysql2({ uri: mysqlServer() }, 'mysql') },
  SQLite: {
    open: openSqlite,
    left: ['raw', 'blobJson'],
    own: {
      role: 'enumeration',
      active: 'boolean',
      started: 'timestamp',
      createdAt: 'timestamp',
      'custom.*': 'dynamic',
    },
  },
}

const reached = available.flatMap((engine) => {
  const own = CASES[engine.name]
  return own === undefined ? [] : [[engine.name, engine, own] as const]
})

describe.each(reached)('a Drizzle table in %s', (_, engine: Engine, { open, left, own }) => {
  let opened: Opened
  let schema: Schema
  const target = () => {
    const { table, dialect, mapping } = opened.made
    return { table, dialect, mapping: mapping as Mapping }
  }

  beforeAll(async () => {
    opened = await open()
    schema = defineSchema({
      ...opened.made.schema,
      limits: { cost: Number.MAX_SAFE_INTEGER },
    }) as unknown as Schema
  })
  afterAll(() => opened?.connection.close())

  it('has a field for each column that one can hold', () => {
    const { made, properties } = opened
    const names = Object.keys(made.schema.fields).map((name) => name.replace('.*', ''))
    expect([...names, ...left].sort()).toEqual([...properties.values()].sort())
    expect(made.warnings.map((each) => each.split('"')[1]).sort()).toEqual([...left].sort())
    expect(made.schema.key).toBe('id')
  })

  it('has the fields of the table in the database', async () => {
    const { connection, made, properties } = opened
    const { schema: found, mapping } = await introspect(askingOf(connection), {
      table: made.table,
    })
    const fields = Object.entries(found.fields).map(([column, field]) => {
      const [prefix = '', star] = column.split('.')
      const property = properties.get(prefix) ?? prefix
      return [star === undefined ? property : `${property}.*`, field] as const
    })
    for (const [name, kind] of Object.entries(own)) {
      expect(made.schema.fields[name]?.type, name).toBe(kind)
    }
    const same = fields.filter(
      ([name]) => own[name] === undefined && own[`${name}.*`] === undefined,
    )
    expect(same.length).toBeGreaterThan(5)
    for (const [name, { as: _as, resolve: _resolve, element, ...field }] of same) {
      const { as: _, resolve: __, element: of, ...other } = made.schema.fields[name] ?? {}
      expect(other, name).toEqual(field)
      expect(of?.type, name).toBe(element?.type)
    }
    // The other databases print types with widths that Drizzle does not know.
    if (engine.dialect.name !== 'postgres') return
    const settingsOf = (all: object, name: string): object => {
      const { column: _, ...settings } = Object(Reflect.get(all, name))
      return settings
    }
    for (const [column, property] of properties) {
      if (own[property] !== undefined || left.includes(property)) continue
      expect(settingsOf(made.mapping, property), property).toEqual(settingsOf(mapping, column))
    }
  })

  it('is what the table in the database is', async () => {
    const { connection } = opened
    const rows = askingOf(connection)
    const facts = await readFacts(rows, { table: opened.made.table })
    const findings = await checkTable(schema, target(), facts, { rows })
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('gives rows by Drizzle as compileQuery and readRow do', async () => {
    const { connection, made, rows } = opened
    const query = parseQuery(schema, { limit: 1000, sort: [{ id: 1 }] })
    const records = await connection.all(compileQuery(query, target()))
    const read = records.map(readRow(schema, target()))
    const byDrizzle = rows.toSorted(
      (a, b) => Number(Reflect.get(a, 'id')) - Number(Reflect.get(b, 'id')),
    )
    expect(byDrizzle.map(made.rowOf)).toEqual(read)
    expect(read).toHaveLength(60)
  })

  it('finds the same rows in memory, in the same order', async () => {
    const { connection, made } = opened
    const rows = opened.rows.map(made.rowOf) as Record<string, unknown>[]
    const { schema: place, name } = made.table
    if (place !== undefined) await connection.exec(`SET search_path TO ${place}, public`)
    const table = Table.existing(engine, connection, schema, target().mapping, name)
    const payload = fc
      .tuple(filterArbitrary(schema, { rows }), queryArbitrary(schema, { rows }))
      .map(([filter_conditions, query]) => ({ ...query, filter_conditions }))
    const asked = fc.sample(payload, { seed: SEED, numRuns: budget(40, 400) })
    const tally = new Tally()
    await ask(table, { plan: { schema, mapping: target().mapping }, rows, asked }, tally)
    expect(tally.some).toBeGreaterThan(budget(5, 10))
  })
})
