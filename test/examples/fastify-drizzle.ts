import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'
import { createApp } from '../../docs/examples/fastify-drizzle/app.ts'
import { people } from '../../docs/examples/fastify-drizzle/people.ts'
import { scratch } from '../support/bundled.ts'
import { type Example, pick, present, SERIAL, toJson } from './example.ts'

const at = (i: number): number => Date.UTC(2024, 0, 1) + Math.floor(i / 3) * 61_001

const rows = Array.from({ length: 200 }, (_, i) =>
  present({
    id: i + 1,
    email: `${i % 2 === 0 ? 'Ana' : 'bo'}${i}@example.com`,
    name: pick(['Ana', 'ana', 'Zoë', 'Ünal', 'bo'], i),
    role: pick(['user', 'editor', 'admin'], i * 7),
    is_active: i % 4 === 0 ? 0 : 1,
    score: i % 7 === 0 ? undefined : ((i * 37) % 100) / 8 - 5,
    settings:
      i % 6 === 0
        ? undefined
        : {
            theme: pick(['dark', 'light'], i),
            level: i % 10,
            beta: i % 3 === 0,
            ...(i === 7 ? { serial: SERIAL } : {}),
          },
    created_at: at(i),
    seen_at: i % 4 === 0 ? undefined : at(i * 7),
  }),
)

export const fastifyDrizzle: Example = {
  folder: 'fastify-drizzle',
  engine: 'SQLite',
  table: 'people',
  omitted: 'password_hash',
  schema: people,
  rows,
  filters: [
    { id: 3 },
    { id: { $in: [1, 2, 999] } },
    { email: 'ana2@example.com' },
    { email: { $gte: 'Ana5', $lt: 'bo' } },
    { name: { $in: ['ana', 'Zoë'] } },
    { role: { $ne: 'user' } },
    { is_active: 0 },
    { score: null },
    { score: { $gt: 2.125 } },
    { score: { $not: { $gt: 2.125 } } },
    { 'settings.theme': 'dark' },
    { 'settings.serial': SERIAL },
    { 'settings.serial': SERIAL - 1n },
    { 'settings.level': { $in: [1, 7] } },
    { 'settings.beta': { $ne: true } },
    { created_at: { $gte: at(30), $lt: at(60) } },
    { seen_at: null },
    { seen_at: { $gt: at(700) } },
    { $or: [{ role: 'admin', is_active: 1 }, { score: { $lt: -3 } }, { 'settings.level': null }] },
  ],
  refused: [
    ['filter={rol: "admin"}', 'unknown_field', '/filter_conditions/rol', /"role"/],
    ['filter={role: {$inn: []}}', 'unknown_operator', '/filter_conditions/role/$inn', /"\$in"/],
    ['filter={is_active: true}', 'invalid_operand', '/filter_conditions/is_active', undefined],
    [
      'filter={created_at: "2024-01-01"}',
      'invalid_operand',
      '/filter_conditions/created_at',
      undefined,
    ],
    [
      'filter={password_hash: {$gt: "a"}}',
      'unknown_field',
      '/filter_conditions/password_hash',
      /fields: /,
    ],
    ['sort=password_hash', 'unknown_field', '/sort/0', undefined],
    ['sort=nam', 'unknown_field', '/sort/0', /"name"/],
    ['limit=5000', 'invalid_limit', '/limit', undefined],
    ['next=abc', 'invalid_cursor', '/next', undefined],
  ],
  async start(schema) {
    const folder = scratch('fastify-drizzle')
    const database = `file:${join(folder, 'app.sqlite')}`
    const client = createClient({ url: database })
    await client.executeMultiple(schema)
    await client.batch(
      rows.map(({ settings, ...row }) => {
        const values = {
          ...row,
          settings: settings && toJson(settings),
          password_hash: 'x',
        }
        const named = Object.entries(values).filter(([, value]) => value !== undefined)
        return {
          sql: `INSERT INTO people (${named.map(([name]) => name)}) VALUES (${named.map(() => '?')})`,
          args: named.map(([, value]) => value as string | number),
        }
      }),
    )
    const app = createApp(drizzle({ client }))
    return {
      database,
      url: await app.listen({ port: 0 }),
      async replaceRows(script) {
        await client.executeMultiple(`DELETE FROM people;\n${script}`)
      },
      async close() {
        await app.close()
        client.close()
        rmSync(folder, { recursive: true })
      },
    }
  },
}
