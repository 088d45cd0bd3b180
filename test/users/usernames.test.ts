import { setTimeout as pause } from 'node:timers/promises'
import { createUsers, type Settings, type UserInput, type Users, UsersError } from 'tamis/users'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findUsers } from './find.ts'
import { databases, type Fresh } from './fresh.ts'
import { logOf } from './log.ts'
import { until } from './until.ts'

type Unique = NonNullable<Settings['uniqueUsernames']>

/** How often a client tries. */
const MOST_TRIES = 20

const SPELLINGS = ['John Doe', 'john doe', 'john.doe', ' JOHN-DOE!', 'ｊohn＿doe']

describe.each(databases)('usernames in $name', ({ fresh }) => {
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

  const open = async (uniqueUsernames: Unique = 'app', worker = false): Promise<Users> => {
    const settings: Settings = { uniqueUsernames, worker, pollInterval: 20 }
    const users = await createUsers({ db: database.db, settings })
    opened.push(users)
    return users
  }
  const openMany = (count: number, unique?: Unique) =>
    Promise.all(Array.from({ length: count }, () => open(unique)))

  const upsert = (users: Users, ...batch: UserInput[]) => users.upsertUsers({ users: batch })

  /** The code of the error that an operation fails with; `done` if it succeeds. */
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof UsersError ? error.code : String(error)),
    )

  /**
   * As a client does that gets 503: retries while the database is unavailable, as it is to a writer
   * that waits for too many others on a slow machine.
   */
  const retrying = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (error) {
        const isUnavailable = error instanceof UsersError && error.code === 'unavailable'
        if (!isUnavailable || tries === MOST_TRIES) throw error
        await pause(Math.random() * 1000)
      }
    }
  }

  const names = async (): Promise<unknown[]> =>
    (await database.run('SELECT name FROM tamis_usernames ORDER BY name')).map(({ name }) => name)
  const count = async (): Promise<number> =>
    Number((await database.run('SELECT COUNT(*) AS n FROM tamis_users'))[0]?.n)

  it('gives a name to one of 1,000 concurrent requests', async () => {
    const instances = await openMany(4)
    const codes = await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        codeOf(
          retrying(() =>
            upsert(instances[i % instances.length] as Users, {
              id: `u${i}`,
              username: SPELLINGS[i % SPELLINGS.length],
            }),
          ),
        ),
      ),
    )
    expect(codes.filter((code) => code === 'done')).toHaveLength(1)
    expect(codes.filter((code) => code === 'username_taken')).toHaveLength(999)
    expect(await names()).toEqual(['johndoe'])
    expect(await count()).toBe(1)
    expect(await logOf(database)).toHaveLength(1)
  })

  it('gives a name to one user of each team', async () => {
    const instances = await openMany(3, 'team')
    const teamsOf = (i: number): string[] => [['red'], ['blue'], ['blue', 'green'], []][i % 4] ?? []
    const codes = await Promise.all(
      Array.from({ length: 120 }, (_, i) =>
        codeOf(
          retrying(() =>
            upsert(instances[i % instances.length] as Users, {
              id: `u${i}`,
              username: SPELLINGS[i % SPELLINGS.length],
              teams: teamsOf(i),
            }),
          ),
        ),
      ),
    )
    const done = (team: number) =>
      codes.filter((code, i) => i % 4 === team && code === 'done').length
    expect(new Set(codes)).toEqual(new Set(['done', 'username_taken']))
    expect(done(0)).toBe(1)
    expect(done(1) + done(2)).toBe(1)
    // Users without teams conflict with nobody.
    expect(done(3)).toBe(30)
  })

  it('creates one user from concurrent upserts of the same id, without an error', async () => {
    const instances = await openMany(4)
    const all = Array.from({ length: 60 }, (_, i) =>
      retrying(() =>
        upsert(instances[i % instances.length] as Users, {
          id: 'ana',
          username: `Ana ${i}`,
          teams: ['red', `t${i}`],
          custom: { i },
        }),
      ),
    )
    await Promise.all(all)
    const [users] = instances as [Users]
    const user = (await findUsers(users, ['ana'])).get('ana')
    const i = user?.custom.i
    expect(user).toMatchObject({ username: `Ana ${i}`, teams: ['red', `t${i}`] })
    expect(await names()).toEqual([`ana${i}`])
    expect(await count()).toBe(1)
    const log = await logOf(database)
    expect(log).toHaveLength(60)
    // Each write replaced the one before.
    for (const [at, { before }] of log.entries()) expect(before).toEqual(log[at - 1]?.after)
    expect(log.at(-1)?.after).toEqual(user)
  })

  it('completes batches that lock the same users in opposite orders', async () => {
    const instances = await openMany(4)
    const ids = Array.from({ length: 20 }, (_, i) => `u${i}`)
    const batch = (reversed: boolean) =>
      (reversed ? ids.toReversed() : ids).map((id) => ({ id, username: id }))
    const codes = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        codeOf(
          retrying(() => upsert(instances[i % instances.length] as Users, ...batch(i % 2 === 0))),
        ),
      ),
    )
    expect(new Set(codes)).toEqual(new Set(['done']))
    expect(await names()).toEqual(ids.toSorted())
    expect(await count()).toBe(20)
  })

  it('refuses a batch as a whole if a name is taken in it or by another user', async () => {
    const users = await open()
    await upsert(users, { id: 'bo', username: 'Bo' })
    const twice = upsert(users, { id: 'a', username: 'Same' }, { id: 'b', username: 's a m e' })
    await expect(twice).rejects.toMatchObject({
      code: 'username_taken',
      details: { user_id: 'b', field: 'username' },
    })
    const taken = upsert(
      users,
      { id: 'bo', username: 'Other' },
      { id: 'cleo', username: 'Cleo' },
      { id: 'b', username: 'cleo' },
    )
    expect(await codeOf(taken)).toBe('username_taken')
    expect(await names()).toEqual(['bo'])
    expect(await count()).toBe(1)
  })

  it('lets two users swap names in a batch, but not take a name that is in use', async () => {
    const users = await open()
    await upsert(users, { id: 'a', username: 'One' }, { id: 'b', username: 'Two' })
    await upsert(users, { id: 'a', username: 'two' }, { id: 'b', username: 'one' })
    expect(await database.run('SELECT name, user_id FROM tamis_usernames ORDER BY name')).toEqual([
      { name: 'one', user_id: 'b' },
      { name: 'two', user_id: 'a' },
    ])
    const partial = (id: string, username: string) => ({ id, set: { username } })
    await users.updateUsersPartial({ users: [partial('a', 'one'), partial('b', 'two')] })
    expect(await names()).toEqual(['one', 'two'])
    expect(await codeOf(users.updateUsersPartial({ users: [partial('a', 'Two')] }))).toBe(
      'username_taken',
    )
  })

  it('frees the name of a user who is renamed or loses it', async () => {
    const users = await open()
    await upsert(users, { id: 'a', username: 'Old' })
    await upsert(users, { id: 'a', username: 'New' })
    await upsert(users, { id: 'b', username: 'old' })
    await users.updateUsersPartial({ users: [{ id: 'b', unset: ['username'] }] })
    await upsert(users, { id: 'c', username: 'o.l.d' })
    await upsert(users, { id: 'c' })
    expect(await names()).toEqual(['new'])
    // A change of something else takes and frees nothing.
    await users.updateUsersPartial({ users: [{ id: 'a', set: { name: 'A' } }] })
    expect(await names()).toEqual(['new'])
  })

  it('frees names in teams that a user leaves, and claims them in teams that it joins', async () => {
    const users = await open('team')
    await upsert(users, { id: 'a', username: 'Ana', teams: ['red', 'blue'] })
    expect(await codeOf(upsert(users, { id: 'b', username: 'ana', teams: ['red'] }))).toBe(
      'username_taken',
    )
    await upsert(users, { id: 'c', username: 'ana', teams: ['green'] })
    const join = (teams: string[]) =>
      codeOf(users.updateUsersPartial({ users: [{ id: 'a', set: { teams } }] }))
    expect(await join(['red', 'green'])).toBe('username_taken')
    expect(await join(['blue'])).toBe('done')
    await upsert(users, { id: 'b', username: 'ana', teams: ['red', 'red'] })
    expect(await join(['blue', 'red'])).toBe('username_taken')
  })

  it('keeps names of deactivated and softly deleted users, and frees those of others', async () => {
    const users = await open('app', true)
    const kinds = ['deactivated', 'many', 'soft', 'pruning', 'hard']
    await upsert(users, ...kinds.map((id) => ({ id, username: id })))
    const taken = (name: string) => codeOf(upsert(users, { id: `new-${name}`, username: name }))
    const ended = ({ task_id: id }: { task_id: string }) =>
      until('the task has ended', async () => (await users.getTask({ id })).status === 'completed')
    await users.deactivateUser({ user_id: 'deactivated' })
    await ended(await users.deactivateUsers({ user_ids: ['many'] }))
    await ended(await users.deleteUsers({ user_ids: ['soft'] }))
    await ended(await users.deleteUsers({ user_ids: ['pruning'], user: 'pruning' }))
    const everything = { user: 'hard', messages: 'hard', conversations: 'hard' } as const
    await ended(await users.deleteUsers({ user_ids: ['hard'], ...everything }))
    expect(await Promise.all(kinds.map(taken))).toEqual([
      'username_taken',
      'username_taken',
      'username_taken',
      'done',
      'done',
    ])
    await users.restoreUsers({ user_ids: ['soft'] })
    await users.reactivateUser({ user_id: 'deactivated' })
    expect(await names()).toEqual(kinds.toSorted())
  })

  it('a changed setting applies only to names that are new', async () => {
    const before = await open('no')
    await upsert(before, { id: 'a', username: 'Ana' }, { id: 'b', username: 'ana' })
    const users = await open('app')
    // Existing users claim no names, and changes of other fields do not check theirs.
    await users.updateUsersPartial({ users: [{ id: 'b', set: { name: 'B' } }] })
    await upsert(users, { id: 'a', username: 'Ana' })
    expect(await codeOf(upsert(users, { id: 'b', username: 'ana' }))).toBe('done')
    expect(await codeOf(upsert(users, { id: 'c', username: 'a-n-a' }))).toBe('username_taken')
    await users.updateUsersPartial({ users: [{ id: 'b', set: { banned: true } }] })
    // While it is off nothing is refused, but it is still known who has which name.
    await users.updateApp({ enforce_unique_usernames: 'no' })
    await upsert(before, { id: 'c', username: 'ANA' })
    await upsert(before, { id: 'a', username: 'Other' }, { id: 'b', username: 'Other' })
    await before.updateApp({ enforce_unique_usernames: 'app' })
    expect(await codeOf(upsert(users, { id: 'd', username: 'ana' }))).toBe('username_taken')
    await upsert(before, { id: 'c', username: 'Third' })
    expect(await codeOf(upsert(users, { id: 'd', username: 'ana' }))).toBe('done')
  })

  it("checks only the user's teams, including names from before the setting", async () => {
    const before = await open('no')
    await upsert(before, { id: 'a', username: 'Ana', teams: ['red', 'blue'] })
    const users = await open('team')
    const join = (id: string, ...teams: string[]) =>
      codeOf(upsert(users, { id, username: 'ana', teams }))
    expect(await join('b', 'green', 'blue')).toBe('username_taken')
    expect(await join('b', 'green')).toBe('done')
    expect(await join('c')).toBe('done')
  })

  it('lets each of several users keep a name from before the setting', async () => {
    const before = await open('no')
    await upsert(before, { id: 'a', username: 'Ana' }, { id: 'b', username: 'ana' })
    const users = await open('app')
    const again = (...ids: string[]) =>
      codeOf(upsert(users, ...ids.map((id) => ({ id, username: 'Ana', name: 'Again' }))))
    expect(await again('b')).toBe('done')
    expect(await again('a')).toBe('done')
    expect(await again('a', 'b')).toBe('done')
    // Nobody gets it, wherever in the batch.
    expect(await again('c')).toBe('username_taken')
    expect(await again('c', 'a')).toBe('username_taken')
    await upsert(users, { id: 'a', username: 'Other' })
    expect(await again('a')).toBe('username_taken')
  })
})
