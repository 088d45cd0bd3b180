import fc from 'fast-check'
import { type Condition, compilePredicate, condition } from 'tamis'
import { filterArbitrary } from 'tamis/fast-check'
import { createUsers, type User, usersSchema, type WatchEvent } from 'tamis/users'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { LogRecord } from '../../src/users/storage/change.ts'
import { complete, type StoredUser, toRow } from '../../src/users/user.ts'
import { ChangeMatcher, type ChangeMatcherLimits } from '../../src/users/watch/change-matcher.ts'
import { weightOf } from '../../src/users/watch/cost.ts'
import { Watchers } from '../../src/users/watch/watchers.ts'
import { budget } from '../support/budget.ts'
import { profileArbitrary } from './profiles.ts'
import { until } from './until.ts'

const NOW = '2024-05-01T12:00:00.000000Z'

const userOf = (id: string, profile: object = {}): StoredUser =>
  JSON.parse(JSON.stringify(complete({ ...profile, id }, { created_at: NOW, updated_at: NOW })))

const record = (seq: number, id: string, before?: StoredUser, after?: StoredUser) =>
  new LogRecord(
    seq,
    id,
    before === undefined ? null : JSON.stringify(before),
    after === undefined ? null : JSON.stringify(after),
    0,
  )

const turn = () => new Promise((resolve) => setImmediate(resolve))

const fail = (error: unknown) => {
  throw error
}

function judgingOf(limits?: ChangeMatcherLimits, onError: (error: unknown) => void = fail) {
  const watchers = new Watchers(onError)
  return { watchers, judging: new ChangeMatcher(watchers, onError, limits) }
}

/** Dear filters too, which a client may not send: judging must bear them. */
const filterOf = (filter: object) => condition(usersSchema, filter as never)

function burn(ms: number): void {
  for (const end = performance.now() + ms; performance.now() < end; );
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('changes are matched', () => {
  it('in slices, so that the event loop is not blocked', async () => {
    const users = await createUsers({ db: ':memory:', settings: { worker: false } })
    const told: number[] = []
    for (let i = 0; i < 50; i++) {
      await users.watch({ id: { $gt: `${i}` } }, () => {
        burn(3)
        told.push(i)
      })
    }
    await users.upsertUsers({ users: [{ id: 'x' }] })
    await turn()
    expect(told.length).toBeLessThan(25)
    // Requests would be answered between the slices.
    await until('all lists are told', () => told.length === 50)
    expect(told).toEqual(Array.from({ length: 50 }, (_, i) => i))
    await users.close()
  })

  it('once for all lists with equivalent filters', async () => {
    const { watchers } = judgingOf()
    const events: WatchEvent[] = []
    const spellings = [
      { role: 'admin', name: { $autocomplete: 'ro' } },
      { name: { $autocomplete: 'ro' }, role: 'admin' },
      { $and: [{ name: { $autocomplete: 'ro' } }, { role: { $eq: 'admin' } }, { role: 'admin' }] },
    ]
    for (const each of spellings) watchers.add(filterOf(each), (event) => void events.push(event))
    watchers.notify({ after: userOf('a', { role: 'admin', name: 'Roxy' }), seq: 1 })
    expect(events).toMatchObject([{ type: 'added' }, { type: 'added' }, { type: 'added' }])
    expect(new Set(events).size).toBe(1)
  })

  it('and a text is folded once for all lists and conditions', async () => {
    const { watchers } = judgingOf()
    let told = 0
    for (let i = 0; i < 30; i++) {
      const $or = Array.from({ length: 30 }, (_, own) => ({
        name: { $autocomplete: `q${i}x${own}` },
      }))
      watchers.add(filterOf({ $or: [...$or, { name: { $autocomplete: 'ro' } }] }), () => told++)
    }
    const normalize = vi.spyOn(String.prototype, 'normalize')
    for (const name of [`José ${'\u0323\u0301'.repeat(100)} Roxy`, 'É Ro']) {
      normalize.mockClear()
      watchers.notify({
        before: userOf('a', { name: `${name}, née Ro` }),
        after: userOf('a', { name }),
        seq: 1,
      })
      expect(normalize.mock.calls.length).toBeLessThanOrEqual(2)
    }
    expect(told).toBe(60)
  })

  it('even if a loop of writes starves the event loop', async () => {
    const { watchers, judging } = judgingOf()
    let told = 0
    watchers.add(filterOf({}), () => told++)
    for (let seq = 1; seq <= 10; seq++) {
      judging.add(record(seq, 'a', undefined, userOf('a')))
      await Promise.resolve()
      burn(15)
    }
    expect(told).toBeGreaterThan(0)
    await judging.settled(10)
    expect(told).toBe(10)
  })

  it('and a new list waits for earlier changes', async () => {
    const { watchers, judging } = judgingOf()
    const told: number[] = []
    for (let i = 0; i < 20; i++) {
      watchers.add(filterOf({ id: { $gt: `${i}` } }), (event) => {
        burn(2)
        if (event.type !== 'reset') told.push(event.seq)
      })
    }
    for (let seq = 1; seq <= 3; seq++) judging.add(record(seq, 'x', undefined, userOf('x')))
    await judging.settled(2)
    expect(told.filter((seq) => seq <= 2)).toHaveLength(40)
    await judging.settled(3)
    expect(told).toHaveLength(60)
    await judging.settled(99)
  })
})

describe('lists that fall behind', () => {
  it('are reset if their filters are expensive; other lists get all changes', async () => {
    const { watchers, judging } = judgingOf({ mostLag: 30 })
    const cheap: WatchEvent[] = []
    const dear: WatchEvent[] = []
    watchers.add(filterOf({ id: { $gt: 'a' } }), (event) => void cheap.push(event))
    const $or = Array.from({ length: 60 }, (_, i) => ({ name: { $autocomplete: `ro${i}` } }))
    watchers.add(filterOf({ $or: [{ id: { $gt: 'a' } }, ...$or] }), (event) => {
      burn(10)
      dear.push(event)
    })
    for (let seq = 1; seq <= 30; seq++) judging.add(record(seq, 'x', undefined, userOf('x')))
    await judging.settled(30)
    expect(cheap.map((event) => event.type !== 'reset' && event.seq)).toEqual(
      Array.from({ length: 30 }, (_, i) => i + 1),
    )
    const at = dear.findIndex(({ type }) => type === 'reset')
    expect(at).toBeGreaterThan(0)
    expect(dear.length).toBeLessThan(30)
    // It gets later changes again.
    judging.add(record(31, 'x', undefined, userOf('x')))
    await judging.settled(31)
    expect(dear.at(-1)).toMatchObject({ type: 'added', seq: 31 })
  })

  it.each([
    ['changes', { mostChanges: 100 }],
    ['characters', { mostCharacters: 50_000 }],
  ])('are reset after too many %s, and pending changes are dropped', async (_, limits) => {
    const { watchers, judging } = judgingOf(limits)
    const told: WatchEvent[] = []
    watchers.add(filterOf({}), (event) => void told.push(event))
    const user = userOf('x', { name: 'n'.repeat(1000) })
    for (let seq = 1; seq <= 120; seq++) judging.add(record(seq, 'x', undefined, user))
    await judging.settled(120)
    const resets = told.flatMap(({ type }, i) => (type === 'reset' ? [i] : []))
    expect(resets.length).toBeGreaterThan(0)
    expect(told.length - resets.length).toBeLessThan(120)
    expect(told.at(-1)).toMatchObject({ type: 'added', seq: 120 })
  })

  it('equal a new query, if they are queried again at each reset', async () => {
    const profiles = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), profileArbitrary), {
      minLength: 5,
      maxLength: 40,
      size: 'max',
    })
    const property = fc.asyncProperty(
      profiles.chain((all) => {
        const rows = all.map(([id, profile]) => toRow(userOf(id, profile)))
        return fc.record({
          changes: fc.constant(all),
          filters: fc.array(filterArbitrary(usersSchema, { rows }), { minLength: 1, maxLength: 8 }),
          pauses: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
          mostChanges: fc.integer({ min: 2, max: 10 }),
        })
      }),
      async ({ changes, filters, pauses, mostChanges }) => {
        const { watchers, judging } = judgingOf({ mostChanges, mostLag: 1 })
        const table = new Map<string, StoredUser>()
        const query = (condition: Condition) => {
          const matches = compilePredicate(condition)
          return new Map<string, User>([...table].filter(([, user]) => matches(toRow(user))))
        }
        const lists = filters.map((filter) => {
          const condition = filterOf(filter)
          const list = { condition, users: query(condition), seqs: [] as number[] }
          watchers.add(condition, (event) => {
            if (event.type === 'reset') {
              list.users = query(condition)
              return
            }
            list.seqs.push(event.seq)
            if (event.type === 'removed') list.users.delete(event.user.id)
            else list.users.set(event.user.id, event.user)
          })
          return list
        })
        for (const [i, [id, profile]] of changes.entries()) {
          const before = table.get(id)
          const after = i % 5 === 4 ? undefined : userOf(id, profile)
          if (after === undefined) table.delete(id)
          else table.set(id, after)
          judging.add(record(i + 1, id, before, after))
          if (pauses[i]) await turn()
        }
        await judging.settled(changes.length)
        for (const { condition, users, seqs } of lists) {
          expect(users).toEqual(query(condition))
          expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
        }
      },
    )
    await fc.assert(property, { seed: 20_240_501, numRuns: budget(50, 300) })
  })
})

describe('a damaged row of the log', () => {
  it.each(['{', 'null', '42', '[]', '{}', '{"id":"x"}'])(
    '%s resets the lists, is reported and does not stop matching',
    async (text) => {
      const errors: unknown[] = []
      const { watchers, judging } = judgingOf({}, (error) => errors.push(error))
      const told: string[] = []
      watchers.add(filterOf({}), ({ type }) => void told.push(type))
      judging.add(record(1, 'a', undefined, userOf('a')))
      judging.add(new LogRecord(2, 'x', null, text, 0))
      judging.add(record(3, 'b', undefined, userOf('b')))
      await judging.settled(3)
      expect(told).toEqual(['added', 'reset', 'added'])
      expect(errors).toEqual([expect.any(Error)])
    },
  )
})

it('a list counts once for each ten conditions', () => {
  const names = (count: number, text: string) => ({
    $or: Array.from({ length: count }, (_, i) => ({ name: { $autocomplete: `${text} ${i}` } })),
  })
  const weights = [{}, { id: 'a' }, names(3, 'a'), names(95, 'a'), names(95, 'a b c d')].map(
    (filter) => weightOf(filterOf(filter)),
  )
  expect(weights).toEqual([1, 1, 1, 29, 57])
})
