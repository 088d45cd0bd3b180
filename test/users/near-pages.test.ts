import { createRequire } from 'node:module'
import { parseQuery } from 'tamis'
import type { UserInput } from 'tamis/users'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sqlite } from '../../src/dialect/sqlite/index.ts'
import { makeDirectHandler } from '../../src/users/http/handler.ts'
import { openUsers } from '../../src/users/open.ts'
import { storedUsers } from '../../src/users/schema.ts'
import { configure } from '../../src/users/settings.ts'
import { NearPages } from '../../src/users/storage/sqlite/near-pages.ts'
import { Peek } from '../../src/users/storage/sqlite/peek.ts'
import { targetOf } from '../../src/users/storage/tables.ts'
import { serverView } from '../../src/users/view.ts'
import { databases } from './databases.ts'
import { DIRECT, SECRET, SERVER } from './service.ts'

const ROLES = ['admin', 'user', 'rare', 'gone']

/** Several of one instant, some with details; most of the role `gone` are deactivated. */
const SEED = Array.from({ length: 400 }, (_, i) => ({
  id: `user-${(i * 7919) % 400}`,
  role: i % 100 === 0 ? 'rare' : (ROLES[(i % 3) + (i % 3 === 2 ? 1 : 0)] as string),
  name: `“${i}” \u0001 ${'é'.repeat(i % 5)}`,
  custom: i % 2 === 0 ? { n: i, 'a"b': [null, 1.5] } : {},
  created_at: new Date(Date.UTC(2024, 0, 1, 0, Math.floor(i / 4))).toISOString(),
  ...(i % 9 === 0 ? { devices: [{ id: `${i}` }], blocked_user_ids: ['x'] } : {}),
  ...(i % 3 === 2 && i % 30 !== 2 ? { deactivated_at: '2024-06-01T00:00:00Z' } : {}),
}))

const file = await databases.find(({ name }) => name === 'SQLite in a file')?.fresh()
const url = file?.url ?? ''
const settings = { secret: SECRET, worker: false }
let users: Awaited<ReturnType<typeof openUsers>>
let ask: (payload: object) => Promise<Page>

interface Page {
  readonly users: readonly { readonly id: string }[]
  readonly next?: string
  readonly prev?: string
}

beforeAll(async () => {
  users = await openUsers({ db: url, settings }, { ownsProcess: true })
  for (let i = 0; i < SEED.length; i += 100) {
    await users.importUsers({ users: SEED.slice(i, i + 100) })
  }
  const { direct } = await makeDirectHandler(users)
  ask = async (payload) => {
    const found = await direct({
      ...DIRECT,
      authorization: `Bearer ${SERVER}`,
      url: `/users?payload=${encodeURIComponent(JSON.stringify(payload))}`,
    })
    if (!('body' in found)) throw new Error('no answer')
    return JSON.parse(new TextDecoder().decode(found.body)) as Page
  }
})

afterAll(async () => {
  await users.close()
  await file?.drop()
})

const SORTS = [undefined, [{ created_at: 1 }, { id: 1 }], [{ created_at: -1 }]] as const
const RANGES = [
  undefined,
  { $lt: '2024-01-01T00:40:00Z' },
  { $gte: '2024-01-01T00:20:00.5Z', $lte: '2024-01-01T01:00:00Z' },
  { $gt: '2030-01-01T00:00:00Z' },
]

it.each(ROLES)('pages of the newest with the role %s are what queryUsers gives', async (role) => {
  for (const sort of SORTS) {
    for (const created_at of RANGES) {
      for (const more of [{}, { limit: 1 }, { limit: 7, offset: 3 }, { limit: 100 }]) {
        const filter_conditions = { role, ...(created_at === undefined ? {} : { created_at }) }
        const payload = { filter_conditions, sort, ...more }
        const found = await ask(payload)
        const expected = JSON.parse(JSON.stringify(await users.queryUsers({ payload })))
        expect(found.users, JSON.stringify(payload)).toEqual(expected.users)
        expect(Object.keys(found)).toEqual(Object.keys(expected))
      }
    }
  }
})

it.each([{}, { filter_conditions: { role: 'user' } }, { include_deactivated_users: true }])(
  'pages of %j follow each other by their cursors',
  async (payload) => {
    for (const sort of SORTS) {
      const whole = await users.queryUsers({ payload: { ...payload, sort, limit: 1000 } })
      const found: string[] = []
      let next: string | undefined
      do {
        const page = await ask({ ...payload, sort, limit: 9, next })
        found.push(...page.users.map(({ id }) => id))
        expect(page.prev === undefined).toBe(next === undefined)
        next = page.next
      } while (next !== undefined)
      expect(found).toEqual(whole.users.map(({ id }) => id))
    }
  },
)

it('sees what was committed before', async () => {
  const payload = { filter_conditions: { role: 'late' } }
  expect((await ask(payload)).users).toEqual([])
  for (let i = 0; i < 3; i++) {
    await users.upsertUsers({ users: [{ id: `late-${i}`, role: 'late' }] })
    expect((await ask(payload)).users).toHaveLength(i + 1)
  }
})

/** Whether the users of a payload are found in this process. */
function isNear(payload: object): boolean {
  const configuration = configure(settings)
  const target = targetOf({ kind: 'sqlite', dialect: sqlite }, configuration)
  const peek = new Peek(createRequire(import.meta.url), url)
  const query = parseQuery(storedUsers, payload)
  const found = new NearPages(peek, target).read(query, serverView(SECRET, 500))
  peek.close()
  return found !== undefined
}

it.each([
  [{}, true],
  [{ filter_conditions: { role: 'admin' } }, true],
  [{ filter_conditions: { role: 'rare' } }, true],
  [{ filter_conditions: { role: 'nobody' } }, true],
  [{ sort: [{ created_at: 1 }, { id: 1 }], limit: 100 }, true],
  // Few of these entries of the index are on the page.
  [{ filter_conditions: { role: 'gone' } }, false],
  [{ filter_conditions: { role: { $in: ['admin', 'user'] } } }, false],
  [{ filter_conditions: { 'custom.n': 4 } }, false],
  [{ filter_conditions: { $or: [{ role: 'admin' }, { id: 'user-1' }] } }, false],
  [{ sort: [{ created_at: 1 }, { id: -1 }] }, false],
  [{ sort: [{ id: 1 }] }, false],
  [{ limit: 101 }, false],
] as const)('a page of %j is found in the index: %s', (payload, expected) => {
  expect(isNear(payload)).toBe(expected)
})

it('leaves large users to the other process', async () => {
  const large: UserInput = {
    id: 'large',
    role: 'large',
    devices: Array.from({ length: 30 }, () => ({ text: 'x'.repeat(5000) })),
  }
  await users.upsertUsers({ users: [large] })
  const payload = { filter_conditions: { role: 'large' } }
  expect(isNear(payload)).toBe(false)
  expect((await ask(payload)).users).toMatchObject([{ id: 'large', devices: large.devices }])
})

it('is read without what is not UTF-8', () => {
  const load = createRequire(import.meta.url)
  const Database = load('libsql') as typeof import('libsql')
  const other = new Database(url)
  // The table's checks let it pass: SQLite does not look at the encoding of texts.
  other.exec("UPDATE tamis_users SET name = CAST(x'41ff' AS TEXT) WHERE id = 'user-399'")
  other.close()
  const peek = new Peek(load, url)
  const text = 'SELECT id, name, banned FROM tamis_users WHERE id = ?'
  expect(peek.read({ text, params: ['user-399'] })).toBeUndefined()
  expect(peek.read({ text, params: ['user-398'] })).toEqual([
    { id: 'user-398', name: SEED.find(({ id }) => id === 'user-398')?.name, banned: 0n },
  ])
  expect(peek.read({ text, params: ['nobody'] })).toEqual([])
  peek.close()
})
