import { inspect } from 'node:util'
import fc from 'fast-check'
import { filterArbitrary } from 'tamis/fast-check'
import {
  createUsers,
  type Hooks,
  type JsonObject,
  type Settings,
  type User,
  type UserInput,
  type Users,
  UsersError,
  usersSchema,
  type WatchEvent,
} from 'tamis/users'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'
import { databases, type Fresh } from './fresh.ts'
import { profileArbitrary } from './profiles.ts'
import { until } from './until.ts'

const SEED = 20_240_501
const HARD = { user: 'hard', messages: 'hard', conversations: 'hard' } as const

/** A list as an application keeps it: watched, then queried, then updated by events. */
interface List {
  readonly filter: object
  readonly users: Map<string, User>
  readonly resets: number
  close(): void
}

async function openList(users: Users, filter: object): Promise<List> {
  const list = { filter, users: new Map<string, User>(), resets: 0, close: () => {} }
  let early: WatchEvent[] | undefined = []
  const apply = (event: WatchEvent) => {
    if (event.type === 'reset') list.resets++
    else if (event.type === 'removed') list.users.delete(event.user.id)
    else list.users.set(event.user.id, event.user)
  }
  list.close = await users.watch(filter, (event) => {
    if (early === undefined) apply(event)
    else early.push(event)
  })
  for (const user of await queried(users, filter)) list.users.set(user.id, user)
  for (const event of early) apply(event)
  early = undefined
  return list
}

async function queried(users: Users, filter: object): Promise<User[]> {
  const payload = { filter_conditions: filter, limit: 1000, sort: { id: 1 } }
  return (await users.queryUsers({ payload })).users
}

/** Something that happens to the users; what cannot be is refused, and changes nothing. */
type Change = (users: Users) => Promise<unknown>

const IDS = ['ana', 'bo', 'cleo', 'dee', 'red']
const id = fc.constantFrom(...IDS)
const user_ids = fc.uniqueArray(id, { minLength: 1, maxLength: 3 })

const changeArbitrary: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .uniqueArray(fc.tuple(id, profileArbitrary), {
        minLength: 1,
        maxLength: 3,
        selector: ([own]) => own,
      })
      .map((all): Change => {
        const batch = all.map(([own, profile]): UserInput => ({ ...profile, id: own }))
        return (users) => users.upsertUsers({ users: batch })
      }),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(id, profileArbitrary, fc.subarray(['name', 'teams', 'custom.color', 'last_active']))
      .map(([own, { custom: _, name, teams, last_active, ...profile }, unset]): Change => {
        const set = profile as JsonObject
        return (users) => users.updateUsersPartial({ users: [{ id: own, set, unset }] })
      }),
  },
  id.map(
    (user_id): Change =>
      (users) =>
        users.deactivateUser({ user_id }),
  ),
  id.map(
    (user_id): Change =>
      (users) =>
        users.reactivateUser({ user_id, name: 'Roxy' }),
  ),
  user_ids.map(
    (ids): Change =>
      (users) =>
        users.deactivateUsers({ user_ids: ids }),
  ),
  user_ids.map(
    (ids): Change =>
      (users) =>
        users.reactivateUsers({ user_ids: ids }),
  ),
  user_ids.map(
    (ids): Change =>
      (users) =>
        users.deleteUsers({ user_ids: ids }),
  ),
  id.map(
    (own): Change =>
      (users) =>
        users.deleteUsers({ user_ids: [own], user: 'pruning' }),
  ),
  {
    weight: 2,
    arbitrary: user_ids.map(
      (ids): Change =>
        (users) =>
          users.deleteUsers({ user_ids: ids, ...HARD }),
    ),
  },
  user_ids.map(
    (ids): Change =>
      (users) =>
        users.restoreUsers({ user_ids: ids }),
  ),
)

/** Users as there may be some, so that filters ask for what they hold. */
const SAMPLE = fc
  .sample(fc.tuple(id, profileArbitrary), { seed: SEED, numRuns: 40 })
  .map(([own, profile]) => ({ role: 'user', banned: false, ...profile, id: own }))

/** MariaDB refuses keys that begin with a hyphen when they are queried. */
const filter = filterArbitrary(usersSchema, { rows: SAMPLE }).filter(
  (own) => !inspect(own, { depth: null }).includes('.-'),
)

const stepArbitrary = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ by: fc.nat(1), change: changeArbitrary, waits: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ by: fc.nat(1), filter }) },
)

describe.each(databases)('watching in $name', ({ name, fresh }) => {
  let database: Fresh
  let opened: Users[]

  beforeEach(async () => {
    database = await fresh()
    opened = []
  })
  afterEach(async () => {
    for (const users of opened) await users.close()
    await database.drop()
  })

  const open = async (settings: Settings = {}, hooks: Hooks = {}): Promise<Users> => {
    const users = await createUsers({ db: database.db, settings, hooks })
    opened.push(users)
    return users
  }
  const upsert = (users: Users, ...ids: string[]) =>
    users.upsertUsers({ users: ids.map((own) => ({ id: own })) })

  it('keeps every list equal to a new query under concurrent changes', async () => {
    const both = await Promise.all([open({ pollInterval: 10 }), open({ pollInterval: 10 })])
    const [one] = both
    let runs = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepArbitrary, { minLength: 5, maxLength: 40, size: 'max' }),
        async (steps) => {
          // If this is seen, everything before it is: changes have a total order.
          const last = `last-${runs++}`
          const ends = await Promise.all(both.map((users) => openList(users, { id: last })))
          const lists: Promise<List>[] = []
          const changes: Promise<unknown>[] = []
          for (const step of steps) {
            const users = both[step.by] as Users
            if ('filter' in step) {
              const list = openList(users, step.filter)
              // It is awaited in the end.
              list.catch(() => {})
              lists.push(list)
              continue
            }
            const change = step.change(users).catch((error: unknown) => {
              if (!(error instanceof UsersError)) throw error
            })
            changes.push(change)
            if (step.waits) await change
          }
          const done = await Promise.all(changes)
          for (const task of done as ({ task_id?: string } | undefined)[]) {
            const own = task?.task_id
            if (own === undefined) continue
            await until('the task has ended', async () => {
              const { status } = await one.getTask({ id: own })
              // It fails if a user was deleted before.
              return status === 'completed' || status === 'failed'
            })
          }
          await upsert(one, last)
          await until('all is told', () => ends.every((list) => list.users.has(last)))
          for (const [i, list] of [...ends, ...(await Promise.all(lists))].entries()) {
            const expected = await queried(both[i % 2] as Users, list.filter)
            const own = [...list.users.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
            expect(own, inspect(list.filter, { depth: null })).toEqual(expected)
            expect(list.resets).toBe(0)
            list.close()
          }
          expect(both.map((users) => users.watching)).toEqual([0, 0])
        },
      ),
      // The users of one run are there in the next, so that a smaller run need not fail alike.
      {
        seed: SEED,
        numRuns: name === 'SQLite' ? budget(6, 40) : budget(6, 25),
        endOnFailure: true,
      },
    )
  })

  it('reports changes of another instance within a second', async () => {
    const [one, other] = [await open(), await open()] as const
    let best = Number.POSITIVE_INFINITY
    const list = await openList(one, {})
    for (let i = 0; i < 4; i++) {
      const start = performance.now()
      await upsert(other, `u${i}`)
      await until('it is told', () => list.users.has(`u${i}`))
      best = Math.min(best, performance.now() - start)
    }
    expect(best).toBeLessThan(1000)
  })

  it.each([
    ['at its beginning', [0]],
    ['in its middle', [1]],
    ['at its end', [2]],
    ['of all of it', [0, 1, 2]],
  ])('is reset if the log has a gap %s', async (_, forgotten) => {
    // It looks when it is made to, and not before the gap is there.
    const one = await open({ pollInterval: 600_000, worker: false })
    const other = await open({ worker: false })
    const list = await openList(one, {})
    const unconcerned = await openList(one, { id: 'nobody' })
    for (const own of ['a', 'b', 'c']) await upsert(other, own)
    for (const at of forgotten) {
      await database.run(`DELETE FROM tamis_changes WHERE seq = ${at + 1}`)
    }
    await until('it is told', async () => {
      // Opening a list makes it look.
      const more = await openList(one, { id: 'nobody' })
      more.close()
      return list.resets > 0
    })
    expect([list.resets, unconcerned.resets]).toEqual([1, 1])
    const late = await openList(one, {})
    expect([...late.users.keys()].sort()).toEqual(['a', 'b', 'c'])
    await upsert(one, 'd')
    await until('it is told', () => list.users.has('d') && late.users.has('d'))
    expect(list.resets).toBe(1)
  })

  it('reports only later changes, even if earlier ones were removed from the log', async () => {
    const users = await open({ worker: false, pollInterval: 20 })
    await upsert(users, 'a', 'b')
    await database.run('DELETE FROM tamis_changes')
    const list = await openList(users, {})
    await upsert(users, 'c')
    await until('it is told', () => list.users.has('c'))
    expect(list.resets).toBe(0)
    expect([...list.users.keys()].sort()).toEqual(['a', 'b', 'c'])
  })

  it('ends with the list even if a listener throws, and does not affect others', async () => {
    const errors: unknown[] = []
    const users = await open(
      { pollInterval: 20 },
      {
        onError(error) {
          errors.push(error)
          throw new Error('nor this')
        },
      },
    )
    await users.watch({}, () => {
      throw new Error('no')
    })
    await users.watch({}, async () => {
      throw new Error('no')
    })
    const [closed, list] = [await openList(users, {}), await openList(users, {})]
    await upsert(users, 'a')
    await until('it is told', () => closed.users.has('a') && list.users.has('a'))
    closed.close()
    closed.close()
    await upsert(users, 'b')
    await until('it is told', () => list.users.has('b'))
    expect([...closed.users.keys()]).toEqual(['a'])
    await until('the errors are told', () => errors.length === 4)
    expect(errors).toEqual(Array.from({ length: 4 }, () => new Error('no')))
    expect(users.watching).toBe(3)
  })

  it('refuses an invalid filter', async () => {
    const users = await open()
    await expect(users.watch({ nmae: 'x' }, () => {})).rejects.toMatchObject({
      issues: [{ code: 'unknown_field' }],
    })
    expect(users.watching).toBe(0)
  })
})
