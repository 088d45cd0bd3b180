import { existsSync } from 'node:fs'
import { serve } from '@hono/node-server'
import { sql } from 'kysely'
import { createApp } from '../../docs/examples/hono-kysely/app.ts'
import { connect } from '../../docs/examples/hono-kysely/database.ts'
import { people } from '../../docs/examples/hono-kysely/people.ts'
import { scratchName } from '../support/engines/engine.ts'
import { type Example, instant, pick, present, SERIAL, toJson } from './example.ts'

const publicId = (i: number): string =>
  `${String(i * 7919).padStart(8, '0')}-7c1e-7f00-8000-018f3a5c7c1e`

const rows = Array.from({ length: 200 }, (_, i) =>
  present({
    id: i + 1,
    public_id: publicId(i),
    email: `${i % 2 === 0 ? 'Ana' : 'bo'}${i}@example.com`,
    name: pick(['Ana', 'ana', 'Zoë', 'Zoe', 'bo'], i),
    role: pick(['user', 'editor', 'admin'], i * 7),
    is_active: i % 4 !== 0,
    balance: i % 7 === 0 ? undefined : (((i * 37) % 100) - 50 + (i % 4) / 4).toFixed(2),
    born: i % 5 === 0 ? undefined : `19${60 + (i % 40)}-0${1 + (i % 9)}-17`,
    settings:
      i % 6 === 0
        ? undefined
        : {
            theme: pick(['dark', 'light'], i),
            level: i % 10,
            beta: i % 3 === 0,
            ...(i === 7 ? { serial: SERIAL } : {}),
          },
    created_at: instant(i, 61_000, 0),
    seen_at: i % 4 === 0 ? undefined : instant(i * 7, 3_600_001, 3),
  }),
)

const SOCKETS = ['/run/mysqld/mysqld.sock', '/var/run/mysqld/mysqld.sock', '/tmp/mysql.sock']

/** On the server that the tests use, a database. */
const databaseUrl = (name: string): string => {
  const server = process.env.TAMIS_MARIADB_URL
  if (server === undefined) {
    return `mysql://root@localhost/${name}?socketPath=${SOCKETS.find(existsSync)}`
  }
  return Object.assign(new URL(server), { pathname: `/${name}` }).href
}

/** A column's value as MariaDB takes it. */
const stored = (value: unknown): unknown => {
  if (typeof value === 'object') return toJson(value)
  return typeof value === 'string' ? value.replace(/^(.{10})T(.*)Z$/, '$1 $2') : value
}

export const honoKysely: Example = {
  folder: 'hono-kysely',
  engine: 'MariaDB',
  table: 'people',
  omitted: 'password_hash',
  schema: people,
  rows,
  filters: [
    { id: 3 },
    { id: { $in: [1, 2, 999] } },
    { public_id: publicId(5).toUpperCase() },
    { public_id: { $in: [publicId(1), publicId(2), publicId(999)] } },
    { public_id: { $ne: publicId(5) } },
    { email: 'ana2@example.com' },
    { email: { $in: ['Ana2@example.com', 'BO3@example.com'] } },
    { name: 'Zoe' },
    { name: { $gte: 'a' } },
    { name: { $nin: ['ana', 'Zoë'] } },
    { role: 'admin' },
    { role: { $gte: 'editor' } },
    { is_active: false },
    { balance: null },
    { balance: '24.25' },
    { balance: { $gt: 12.5 } },
    { born: { $lt: '1975-04-17' } },
    { born: { $not: { $gte: '1975-04-17' } } },
    { 'settings.theme': 'dark' },
    { 'settings.serial': SERIAL },
    { 'settings.serial': SERIAL - 1n },
    { 'settings.level': { $in: [1, 7] } },
    { 'settings.beta': { $ne: true } },
    { created_at: { $gte: '2024-01-01T01:00:00+00:30', $lt: '2024-01-01T01:00:00Z' } },
    { seen_at: null },
    { seen_at: { $gt: '2024-01-10T02:00:00.007+02:00' } },
    { $or: [{ role: 'admin', is_active: true }, { balance: { $lt: -40 } }, { name: 'Zoë' }] },
  ],
  refused: [
    ['filter={rol: "admin"}', 'unknown_field', '/filter_conditions/rol', /"role"/],
    ['filter={role: "Admin"}', 'invalid_operand', '/filter_conditions/role', /"admin"/],
    [
      `filter={public_id: {$gt: "${publicId(5)}"}}`,
      'operator_not_allowed',
      '/filter_conditions/public_id/$gt',
      undefined,
    ],
    ['filter={public_id: "nope"}', 'invalid_operand', '/filter_conditions/public_id', /018f/],
    ['filter={born: "17.4.1975"}', 'invalid_operand', '/filter_conditions/born', /write it as/],
    [
      'filter={password_hash: {$gt: "a"}}',
      'unknown_field',
      '/filter_conditions/password_hash',
      /fields: /,
    ],
    ['sort=password_hash', 'unknown_field', '/sort/0', undefined],
    ['sort=roel', 'unknown_field', '/sort/0', /"role"/],
    ['limit=5000', 'invalid_limit', '/limit', undefined],
    ['next=abc', 'invalid_cursor', '/next', undefined],
  ],
  async start(schema) {
    const name = `${scratchName}_hono`
    const admin = connect(databaseUrl(''))
    // Later versions of MariaDB have another default.
    await sql`CREATE DATABASE ${sql.id(name)} COLLATE utf8mb4_general_ci`.execute(admin)
    const database = databaseUrl(name)
    const db = connect(database)
    await sql.raw(schema).execute(db)
    for (const row of rows) {
      const values = { ...row, password_hash: 'secret' }
      const columns = Object.keys(values).map((column) => sql.id(column))
      const params = Object.values(values).map(stored)
      await sql`INSERT INTO people (${sql.join(columns)}) VALUES (${sql.join(params)})`.execute(db)
    }
    const { server, port } = await new Promise<{ server: ReturnType<typeof serve>; port: number }>(
      (resolve) => {
        const made = serve({ fetch: createApp(db).fetch, port: 0 }, ({ port }) =>
          resolve({ server: made, port }),
        )
      },
    )
    return {
      database,
      url: `http://127.0.0.1:${port}`,
      async replaceRows(script) {
        for (const statement of ['DELETE FROM people', ...script.split(/;\n/).filter(Boolean)]) {
          await sql.raw(statement).execute(db)
        }
      },
      async close() {
        await new Promise((resolve) => server.close(resolve))
        await db.destroy()
        await sql`DROP DATABASE ${sql.id(name)}`.execute(admin)
        await admin.destroy()
      },
    }
  },
}
