import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { userInfo } from 'node:os'
import { and, sql as drizzleSql, eq } from 'drizzle-orm'
import { mysqlTable, text as mysqlText } from 'drizzle-orm/mysql-core'
import { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import { drizzle as drizzlePg } from 'drizzle-orm/node-postgres'
import {
  type PgDatabase,
  type PgQueryResultHKT,
  pgTable,
  text as pgText,
} from 'drizzle-orm/pg-core'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import knexOf, { type Knex } from 'knex'
import {
  Kysely,
  type Dialect as KyselyDialect,
  sql as kyselySql,
  MysqlDialect,
  PostgresDialect,
  type SqlBool,
  SqliteDialect,
} from 'kysely'
import Database from 'libsql'
import mysql2 from 'mysql2'
import pg from 'pg'
import {
  boolean,
  type CompiledFilter,
  compileFilter,
  condition,
  createTable,
  type Dialect,
  defineSchema,
  dynamic,
  insertRow,
  integer,
  list,
  number,
  parseFilter,
  parseQuery,
  restrict,
  runQuery,
  type Statement,
  string,
  timestamp,
} from 'tamis'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import { scratchName } from './support/engines/engine.ts'
import { mysqlServer } from './support/engines/mysql.ts'
import { createPglite } from './support/engines/postgres.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    tenant: string({ hidden: true }),
    role: string(),
    name: string({ operators: ['$autocomplete'] }),
    rank: integer(),
    score: number(),
    seen: timestamp(),
    tags: list(string()),
    flags: list(boolean()),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
  },
})

const TENANT = 't1'
const ODD = `it's? $1 :x "\\`
const ofTenant = {
  admin: { role: 'admin', rank: 1, score: 0.1, tags: ['red', 'a,b{}"\\\''], flags: [true] },
  bo: { role: ODD, name: 'Ada Lovelace', rank: 9007199254740993n, score: 5e-324, tags: [] },
  cy: { role: 'user', name: 'Ada', rank: 9007199254740992n, custom: { color: 'red', [ODD]: ODD } },
  di: { seen: '2024-05-01T12:00:00.000001Z', custom: { color: true }, tags: ['red'], flags: [] },
  ed: { role: '?', custom: { color: 3, [ODD]: 'red' }, tags: ['?', '$1'], flags: [true, false] },
}
/** Each row twice, for what finds those of a tenant must leave its twin of the other. */
const rows = Object.entries(ofTenant).flatMap(([id, row]) => [
  { ...row, id, tenant: TENANT },
  { ...row, id: `${id} of another`, tenant: 't2' },
])

const FILTERS: Readonly<Record<string, unknown>> = {
  everything: {},
  'an or': { $or: [{ role: 'admin' }, { rank: { $gt: 5 } }] },
  'a nor': { $nor: [{ role: 'admin' }, { rank: { $gt: 5 } }] },
  'a text': { role: ODD },
  'another than a text': { role: { $ne: ODD } },
  texts: { role: { $in: ['admin', ODD, '?'] } },
  'none of texts, or null': { $or: [{ role: { $nin: ['admin', '?', null] } }, { role: '$1' }] },
  integers: { rank: { $in: [1, 9007199254740993n] } },
  'a long integer': { rank: 9007199254740993n },
  numbers: { score: { $in: [0.1, 5e-324] } },
  'a timestamp': { seen: '2024-05-01T12:00:00.000001Z' },
  timestamps: { seen: { $in: ['2024-05-01T12:00:00.000001Z', '2024-05-01T12:00:00.000002Z'] } },
  'a member': { tags: 'a,b{}"\\\'' },
  members: { tags: { $all: ['?', '$1'] } },
  'a list': { tags: ['red', 'a,b{}"\\\''] },
  'the empty list': { tags: [] },
  'a list of booleans': { flags: [true, false] },
  'a beginning': { name: { $autocomplete: 'lov' } },
  'words and a beginning': { name: { $autocomplete: 'ada lov' } },
  'a custom value': { 'custom.color': 'red' },
  'custom values': { 'custom.color': { $in: ['red', true, 3] } },
  'none of custom values': { 'custom.color': { $nin: ['red', 3] } },
  'a custom range': { 'custom.color': { $gt: 'a' } },
  'a custom key that is no word': { [`custom.${ODD}`]: { $in: [ODD, 'red'] } },
}

// Builders

/** A builder's query of a filter and a tenant's predicate, and the keys that it found. */
interface Answer {
  readonly text: string
  readonly params: readonly unknown[]
  readonly records: readonly { readonly id?: unknown }[]
}

type Ask = (filter: CompiledFilter) => Promise<Answer>

function byKysely(dialect: KyselyDialect): Ask {
  const db = new Kysely<{ notes: { id: string; tenant: string } }>({ dialect })
  return async ({ strings, params }) => {
    const query = db
      .selectFrom('notes')
      .select('id')
      .where('tenant', '=', TENANT)
      .where(kyselySql<SqlBool>(strings, ...params))
      .orderBy('id')
    const { sql, parameters } = query.compile()
    return { text: sql, params: parameters, records: await query.execute() }
  }
}

/** A value that is an array would become a list in parentheses, were it not a `param`. */
const drizzled = ({ strings, params }: CompiledFilter) =>
  drizzleSql(strings, ...params.map((value) => drizzleSql.param(value)))

function byDrizzle(db: PgDatabase<PgQueryResultHKT>): Ask {
  const notes = pgTable('notes', { id: pgText(), tenant: pgText() })
  return async (filter) => {
    const query = db
      .select({ id: notes.id })
      .from(notes)
      .where(and(eq(notes.tenant, TENANT), drizzled(filter)))
      .orderBy(notes.id)
    const { sql, params } = query.toSQL()
    return { text: sql, params, records: await query }
  }
}

function byDrizzleOnMysql(pool: mysql2.Pool): Ask {
  const db = drizzleMysql({ client: pool })
  const notes = mysqlTable('notes', { id: mysqlText(), tenant: mysqlText() })
  return async (filter) => {
    const query = db
      .select({ id: notes.id })
      .from(notes)
      .where(and(eq(notes.tenant, TENANT), drizzled(filter)))
      .orderBy(notes.id)
    const { sql, params } = query.toSQL()
    return { text: sql, params, records: await query }
  }
}

/** Knex reads every `?` as a placeholder, in jsonpath and names too, but for those with a backslash. */
function byKnex(knex: Knex): Ask {
  return async ({ strings, params }) => {
    const text = strings.map((each) => each.replaceAll('?', '\\?')).join('?')
    const query = knex('notes')
      .select('id')
      .where('tenant', TENANT)
      .whereRaw(text, params as readonly Knex.RawBinding[])
      .orderBy('id')
    const { sql, bindings } = query.toSQL().toNative()
    return { text: sql, params: bindings, records: await query }
  }
}

// Databases

interface Opened {
  run(statement: Statement): Promise<unknown>
  readonly all: (statement: Statement) => Promise<Answer['records']>
  readonly builders: Readonly<Record<string, Ask>>
  close(): Promise<unknown>
}

interface BuilderDatabase {
  /** The name of the engine in `test/support`. */
  readonly name: string
  readonly dialect: Dialect
  /** A column whose name looks like placeholders, but for those that a driver itself would read. */
  readonly column: string
  open(): Promise<Opened>
}

/** A schema in PostgreSQL, a database in MariaDB and MySQL. */
const scratch = `${scratchName}_builders`

async function openPostgres(): Promise<Opened> {
  const url = process.env.TAMIS_POSTGRES_URL
  const config = {
    ...(url === undefined
      ? { host: '/var/run/postgresql', user: userInfo().username, database: 'postgres' }
      : { connectionString: url }),
    options: `-c search_path=${scratch}`,
  }
  const pool = new pg.Pool(config)
  await pool.query(`CREATE SCHEMA ${scratch}`)
  const knex = knexOf({ client: 'pg', connection: config })
  return {
    run: ({ text, params }) => pool.query(text, params as unknown[]),
    all: async ({ text, params }) => (await pool.query(text, params as unknown[])).rows,
    builders: {
      Kysely: byKysely(new PostgresDialect({ pool })),
      Drizzle: byDrizzle(drizzlePg({ client: pool })),
      Knex: byKnex(knex),
    },
    async close() {
      await pool.query(`DROP SCHEMA ${scratch} CASCADE`)
      await Promise.all([pool.end(), knex.destroy()])
    },
  }
}

async function openPglite(): Promise<Opened> {
  const db = await createPglite()
  const query = (text: string, params: readonly unknown[]) => db.query(text, [...params])
  const pool = { connect: async () => ({ query, release() {} }), async end() {} }
  return {
    run: ({ text, params }) => query(text, params),
    all: async ({ text, params }) => (await query(text, params)).rows as Answer['records'],
    builders: {
      Kysely: byKysely(new PostgresDialect({ pool: pool as never })),
      Drizzle: byDrizzle(drizzlePglite({ client: db })),
    },
    close: () => db.close(),
  }
}

async function openSqlite(): Promise<Opened> {
  const db = new Database(':memory:')
  const require = createRequire(import.meta.url)
  const BetterSqlite3: typeof Knex.Client = require('knex/lib/dialects/better-sqlite3/index.js')
  class Libsql extends BetterSqlite3 {
    _driver() {
      return class {
        constructor() {
          // biome-ignore lint/correctness/noConstructorReturn: the driver's own, opened already
          return db
        }
      }
    }
  }
  const knex = knexOf({ client: Libsql, connection: { filename: '' }, useNullAsDefault: true })
  return {
    run: async ({ text, params }) => db.prepare(text).run(...params),
    all: async ({ text, params }) => db.prepare(text).all(...params) as Answer['records'],
    builders: {
      Kysely: byKysely(new SqliteDialect({ database: db as never })),
      Knex: byKnex(knex),
    },
    close: () => knex.destroy(),
  }
}

function openMariadb(): Promise<Opened> {
  const url = process.env.TAMIS_MARIADB_URL
  const socketPath = ['/run/mysqld/mysqld.sock', '/tmp/mysql.sock'].find(existsSync)
  return openByMysql2(
    url === undefined ? { socketPath: socketPath as string, user: 'root' } : { uri: url },
  )
}

async function openByMysql2(
  config: { uri: string } | { socketPath: string; user: string },
): Promise<Opened> {
  const admin = mysql2.createPool(config)
  await admin.promise().query(`CREATE DATABASE ${scratch} CHARACTER SET utf8mb4`)
  const own = { ...config, database: scratch }
  const pool = mysql2.createPool(own)
  const knex = knexOf({ client: 'mysql2', connection: own })
  return {
    run: ({ text, params }) => pool.promise().execute(text, params as never),
    all: async ({ text, params }) =>
      (await pool.promise().execute(text, params as never))[0] as never,
    builders: {
      Kysely: byKysely(new MysqlDialect({ pool })),
      Drizzle: byDrizzleOnMysql(pool),
      Knex: byKnex(knex),
    },
    async close() {
      await admin.promise().query(`DROP DATABASE ${scratch}`)
      await Promise.all([admin.promise().end(), pool.promise().end(), knex.destroy()])
    },
  }
}

const DATABASES: readonly BuilderDatabase[] = [
  { name: 'PostgreSQL', dialect: postgres, column: 'role? $1 :x', open: openPostgres },
  { name: 'PGlite', dialect: postgres, column: 'role? $1 :x', open: openPglite },
  { name: 'SQLite', dialect: sqlite, column: 'role $1 :x', open: openSqlite },
  { name: 'MariaDB', dialect: mariadb, column: 'role $1 :x', open: openMariadb },
  {
    name: 'MySQL',
    dialect: mysql,
    column: 'role $1 :x',
    open: () => openByMysql2({ uri: mysqlServer() }),
  },
]
const reached = DATABASES.filter(({ name }) => available.some((engine) => engine.name === name))

describe.each(reached)('on $name', ({ dialect, column, open }) => {
  const mapping = { role: column }
  const target = { dialect, table: 'notes', mapping }
  let db: Opened

  beforeAll(async () => {
    db = await open()
    for (const text of createTable(schema, target)) await db.run({ text, params: [] })
    const insert = insertRow(schema, target)
    for (const row of rows) for (const statement of [insert(row)].flat()) await db.run(statement)
  })
  afterAll(() => db.close())

  it.each(Object.entries(FILTERS))('%s, restricted to a tenant', async (_, filter) => {
    const own = parseFilter(schema, filter)
    const query = parseQuery(schema, { filter_conditions: filter, sort: { id: 1 } })
    const expected = runQuery(restrict(query, condition(schema, { tenant: TENANT })), rows).items
    const ids = expected.map(({ id }) => id)
    expect(ids.length).toBeGreaterThan(0)

    // A driver only: the filter's parameters follow another parameter.
    const { text, params } = compileFilter(own, { dialect, mapping, firstParameter: 2 })
    const find = async (filter: string) => {
      const tenant = `tenant = ${dialect.placeholder(1, TENANT)}`
      const statement = `SELECT id FROM notes WHERE ${tenant} AND ${filter} ORDER BY id`
      const records = await db.all({ text: statement, params: [TENANT, ...params] })
      return records.map(({ id }) => id)
    }
    expect(await find(text)).toEqual(ids)
    const others = Object.keys(ofTenant).filter((id) => !ids.includes(id))
    expect(await find(`${text} IS NOT TRUE`), 'the others').toEqual(others)

    for (const [builder, ask] of Object.entries(db.builders)) {
      const answer = await ask(compileFilter(own, { dialect, mapping }))
      expect(
        answer.records.map(({ id }) => id),
        builder,
      ).toEqual(ids)
      // The whole of it, in its parentheses.
      expect(answer.text, builder).toContain(text)
      expect(answer.params, builder).toEqual([TENANT, ...params])
    }
  })
})
