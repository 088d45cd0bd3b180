import type { AddressInfo } from 'node:net'
import { userInfo } from 'node:os'
import pg from 'pg'
import { createApp } from '../../docs/examples/express-pg/app.ts'
import { person } from '../../docs/examples/express-pg/people.ts'
import { scratchName } from '../support/engines/engine.ts'
import { type Example, instant, pick, present, SERIAL, toJson } from './example.ts'

const idOf = (i: number): string => `018f3a5c-7c1e-7f00-8000-${String(i * 7919).padStart(12, '0')}`

const rows = Array.from({ length: 200 }, (_, i) =>
  present({
    id: idOf(i),
    email: `${i % 2 === 0 ? 'Ana' : 'bo'}${i}@example.com`,
    displayName: pick(['Ana', 'ana', 'Zoë', 'Ünal', 'bo'], i),
    role: pick(['USER', 'EDITOR', 'ADMIN'], i * 7),
    isActive: i % 4 !== 0,
    age: i % 5 === 0 ? undefined : 18 + (i % 50),
    balance: i % 7 === 0 ? undefined : (((i * 37) % 100) - 50 + (i % 4) / 4).toFixed(2),
    settings: {
      theme: pick(['dark', 'light'], i),
      level: i % 10,
      beta: i % 3 === 0,
      ...(i === 7 ? { serial: SERIAL } : {}),
    },
    tags: i % 6 === 0 ? undefined : pick([[], ['red'], ['red', 'blue'], ['a,b{}"\\']], i),
    createdAt: instant(i, 61_001, 3),
    lastSeenAt: i % 4 === 0 ? undefined : instant(i * 7, 3_600_000, 3),
  }),
)

/** On the server that the tests use, a database of its own. */
const databaseUrl = (name: string): string => {
  const server = process.env.TAMIS_POSTGRES_URL
  if (server === undefined) {
    return `postgres://${userInfo().username}@/${name}?host=/var/run/postgresql`
  }
  return Object.assign(new URL(server), { pathname: `/${name}` }).href
}

export const expressPg: Example = {
  folder: 'express-pg',
  engine: 'PostgreSQL',
  table: 'Person',
  omitted: 'passwordHash',
  schema: person,
  rows,
  filters: [
    { id: idOf(3).toUpperCase() },
    { id: { $in: [idOf(1), idOf(2), idOf(999)] } },
    { id: { $gt: idOf(150) } },
    { email: 'Ana2@example.com' },
    { email: 'ana2@example.com' },
    { email: { $in: ['bo1@example.com', 'BO3@example.com'] } },
    { email: { $lt: 'Ana5' } },
    { displayName: 'ana' },
    { displayName: { $gt: 'a' } },
    { role: 'ADMIN' },
    { role: { $gte: 'EDITOR' } },
    { role: { $nin: ['USER'] } },
    { isActive: false },
    { age: null },
    { age: { $ne: 30 } },
    { age: { $gte: 20, $lt: 30 } },
    { balance: '24.25' },
    { balance: { $gt: 12.5 } },
    { balance: { $not: { $gte: '0' } } },
    { 'settings.theme': 'dark' },
    { 'settings.serial': SERIAL },
    { 'settings.serial': SERIAL - 1n },
    { 'settings.level': { $in: [1, 7] } },
    { 'settings.beta': true, 'settings.level': { $gt: 4 } },
    { 'settings.none': { $exists: false } },
    { tags: { $contains: 'red' } },
    { tags: { $all: ['red', 'blue'] } },
    { tags: [] },
    { tags: { $not: { $contains: 'a,b{}"\\' } } },
    { createdAt: { $gte: '2024-01-01T01:00:00+00:30', $lt: '2024-01-01T01:00:00Z' } },
    { createdAt: instant(30, 61_001, 3) },
    { lastSeenAt: null },
    { lastSeenAt: { $gt: '2024-01-10T02:00:00+02:00' } },
    { $or: [{ role: 'ADMIN', isActive: true }, { balance: { $lt: -40 } }, { tags: 'blue' }] },
  ],
  refused: [
    ['filter={rol: "ADMIN"}', 'unknown_field', '/filter_conditions/rol', /"role"/],
    ['filter={role: "admin"}', 'invalid_operand', '/filter_conditions/role', /"ADMIN"/],
    ['filter={role: {$inn: []}}', 'unknown_operator', '/filter_conditions/role/$inn', /"\$in"/],
    [
      'filter={createdAt: {$gt: "today"}}',
      'invalid_operand',
      '/filter_conditions/createdAt/$gt',
      /T12/,
    ],
    ['filter={id: "1"}', 'invalid_operand', '/filter_conditions/id', /018f/],
    [
      'filter={passwordHash: {$gt: "a"}}',
      'unknown_field',
      '/filter_conditions/passwordHash',
      /fields: /,
    ],
    ['sort=passwordHash', 'unknown_field', '/sort/0', undefined],
    ['sort=age', 'not_sortable', '/sort/0', undefined],
    ['limit=5000', 'invalid_limit', '/limit', undefined],
    ['next=abc', 'invalid_cursor', '/next', undefined],
  ],
  async start(schema) {
    const name = `${scratchName}_express`
    const admin = new pg.Pool({ connectionString: databaseUrl('postgres') })
    // The module says nothing of a collation that compares by code point.
    await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'`)
    const database = databaseUrl(name)
    const pool = new pg.Pool({ connectionString: database })
    await pool.query(schema)
    for (const row of rows) {
      await pool.query(
        `INSERT INTO "Person" ("id", "email", "displayName", "passwordHash", "role", "isActive", "age",
          "balance", "settings", "tags", "createdAt", "lastSeenAt")
        SELECT "id", "email", "displayName", 'secret', "role", "isActive", "age", "balance", "settings",
          "tags", "createdAt", "lastSeenAt"
        FROM jsonb_populate_record(NULL::"Person", $1)`,
        [toJson(row)],
      )
    }
    const server = createApp(pool).listen(0)
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    return {
      database,
      url: `http://127.0.0.1:${port}`,
      async replaceRows(script) {
        await pool.query('DELETE FROM "Person"')
        await pool.query(script)
      },
      async close() {
        await new Promise((resolve) => server.close(resolve))
        await pool.end()
        await admin.query(`DROP DATABASE ${name}`)
        await admin.end()
      },
    }
  },
}
