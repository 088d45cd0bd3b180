import fc from 'fast-check'
import { parseQuery, runQuery } from 'tamis'
import { createUsers, type User, type Users, usersSchema } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Narrowing } from '../../src/users/storage/narrow.ts'
import { budget } from '../support/budget.ts'

const COUNT = 3000
const NAMES = ['John Smith', 'Johnny Cash', 'Roxanne', 'Zoë Ångström', 'Bob', 'ǅemal']
const ROLES = ['user', 'user', 'user', 'user', 'moderator', 'admin']

/** Values that very many users have, some have, and few have, so that each way is taken. */
const inputs = Array.from({ length: COUNT }, (_, i) => ({
  id: `user-${String((i * 7919) % COUNT).padStart(4, '0')}`,
  role: i % 1000 === 3 ? 'owner' : (ROLES[i % ROLES.length] as string),
  name: i === 77 ? 'Curiosity Rover' : `${NAMES[(i * 31) % NAMES.length]} ${i % 40}`,
  username: `u.${i}`,
  teams: [`team-${i % 7}`, ...(i % 900 === 1 ? ['rare'] : [])],
  custom: { age: (i * 13) % 90, color: i % 700 === 5 ? 'mauve' : i % 2 ? 'red' : 'blue' },
  created_at: new Date(1.6e12 + ((i * 7907) % COUNT) * 1000).toISOString(),
  ...(i % 3 === 0 ? {} : { last_active: new Date(1.7e12 + (i % 500) * 1000).toISOString() }),
}))

let users: Users
const rows: User[] = []
beforeAll(async () => {
  users = await createUsers({
    db: ':memory:',
    settings: { worker: false, indexedCustom: ['age', 'color'] },
  })
  for (let i = 0; i < COUNT; i += 100) {
    const batch = await users.importUsers({ users: inputs.slice(i, i + 100) })
    rows.push(...Object.values(batch.users))
  }
})
afterAll(() => users.close())

const role = fc.constantFrom('user', 'admin', 'owner', 'nobody')
const color = fc.constantFrom('red', 'mauve', 'none', 5)
const age = fc.constantFrom(0, 18, 89, 90)
const time = fc.constantFrom('2020-09-13T12:26:40Z', '2020-09-13T13:00:00Z', '2023-11-14T22:13:20Z')
const range = fc.constantFrom('$gt', '$gte', '$lt', '$lte')

const leaf: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  role.map((own) => ({ role: own })),
  fc.array(role, { maxLength: 3 }).map((own) => ({ role: { $in: own } })),
  color.map((own) => ({ 'custom.color': own })),
  fc.tuple(range, age).map(([operator, own]) => ({ 'custom.age': { [operator]: own } })),
  fc.tuple(range, time).map(([operator, own]) => ({ created_at: { [operator]: own } })),
  fc.tuple(range, time).map(([operator, own]) => ({ last_active: { [operator]: own } })),
  fc.boolean().map((own) => ({ last_active: { $exists: own } })),
  fc.constantFrom('team-3', 'rare', 'none').map((own) => ({ teams: { $contains: own } })),
  fc
    .constantFrom(
      'jo',
      'john',
      'curio',
      'rover',
      'john 7',
      'zoe',
      'ångström',
      'ǆ',
      'x',
      'roxanne 39',
    )
    .map((own) => ({ name: { $autocomplete: own } })),
  fc.constantFrom('u', 'u 7', '7', '1234').map((own) => ({ username: { $autocomplete: own } })),
  fc.constantFrom('user', 'user 00', '0007').map((own) => ({ id: { $autocomplete: own } })),
)

const filter: fc.Arbitrary<object> = fc.oneof(
  fc.array(leaf, { maxLength: 3 }).map((all) => ({ $and: [{}, ...all] })),
  fc.array(leaf, { minLength: 1, maxLength: 2 }).map((all) => ({ $nor: all })),
  fc.tuple(leaf, leaf, leaf).map(([own, ...others]) => ({ ...own, $or: others })),
)

const payload = fc.record(
  {
    filter_conditions: filter,
    sort: fc.constantFrom(
      { created_at: -1 },
      { created_at: 1 },
      { id: 1 },
      { last_active: -1 },
      { role: 1, created_at: -1 },
      { updated_at: 1 },
    ),
    limit: fc.constantFrom(1, 10, 30),
    offset: fc.constantFrom(0, 5, 200),
  },
  { requiredKeys: ['filter_conditions'] },
)

describe('a page of many users in SQLite', () => {
  it('equals the page in memory, whether few or many match a part of the filter, and so do its neighbours', async () => {
    await fc.assert(
      fc.asyncProperty(payload, async (own) => {
        const first = await users.queryUsers({ payload: own })
        const inMemory = runQuery(parseQuery(usersSchema, own), rows as never)
        expect(first.users).toEqual(inMemory.items)
        if (first.next === undefined) return
        const beside = { ...own, offset: 0, next: first.next }
        const next = await users.queryUsers({ payload: beside })
        const inMemoryNext = runQuery(
          parseQuery(usersSchema, { ...beside, next: inMemory.next }),
          rows as never,
        )
        expect(next.users).toEqual(inMemoryNext.items)
        const back = await users.queryUsers({ payload: { ...own, offset: 0, prev: next.prev } })
        expect(back.users).toEqual(first.users)
      }),
      { seed: 5, numRuns: budget(50, 250) },
    )
  })

  it('is that of few users only once it is known how many few are', async () => {
    const fresh = await createUsers({ db: ':memory:', settings: { worker: false } })
    for (let i = 0; i < 5; i++) {
      const batch = Array.from({ length: 100 }, (_, j) => ({
        id: `${i}-${j}`,
        role: i === 0 && j < 5 ? 'moderator' : 'user',
      }))
      await fresh.importUsers({ users: batch })
    }
    const narrow = vi.spyOn(Narrowing.prototype, 'narrow')
    try {
      const page = (role: string) =>
        fresh.queryUsers({ payload: { filter_conditions: { role }, sort: { id: 1 } } })
      // Both are asked before the table has been looked at.
      await Promise.all([page('moderator'), page('user')])
      const [moderators, all] = await Promise.all(narrow.mock.results.map(({ value }) => value))
      expect(moderators).toHaveProperty('source')
      expect(all).not.toHaveProperty('source')
    } finally {
      narrow.mockRestore()
      await fresh.close()
    }
  })
})
