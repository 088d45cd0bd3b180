import { createUsers, createUsersHandler, type Settings, type Users } from 'tamis/users'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databases, type Fresh } from './fresh.ts'
import { answerOf, closeAll, open, requestOf, SECRET, SERVER } from './service.ts'
import { until } from './until.ts'

const DEFAULTS = {
  enforce_unique_usernames: 'no',
  guests: true,
  anonymous: false,
  uses_teams: false,
  client_may_update: [],
}

describe('updateApp and getApp', () => {
  afterAll(closeAll)

  it('answer all settings, and change only those given', async () => {
    const { users } = await open()
    expect(await users.getApp()).toEqual({ app: DEFAULTS })
    expect(await users.updateApp({ guests: false, client_may_update: ['name', 'custom'] })).toEqual(
      { app: { ...DEFAULTS, guests: false, client_may_update: ['name', 'custom'] } },
    )
    expect(await users.updateApp({ uses_teams: true, client_may_update: [] })).toEqual({
      app: { ...DEFAULTS, guests: false, uses_teams: true },
    })
    expect(await users.updateApp({})).toEqual(await users.getApp())
    expect(users.app).toEqual({ ...DEFAULTS, guests: false, uses_teams: true })
  })

  it.each([
    [{ guests: 'no' }, 'invalid_input', 'guests'],
    [{ enforce_unique_usernames: true }, 'invalid_input', 'enforce_unique_usernames'],
    [{ client_may_update: ['role'] }, 'invalid_input', 'client_may_update.0'],
    [{ client_may_update: 'name' }, 'invalid_input', 'client_may_update'],
    [{ client_may_update: ['name', 'name'] }, 'invalid_input', 'client_may_update'],
    [{ guest: true }, 'unknown_field', 'guest'],
    [{ __proto__: null, constructor: 1 }, 'unknown_field', 'constructor'],
  ])('refuse %j and change nothing', async (input, code, field) => {
    const { users } = await open()
    await expect(users.updateApp({ uses_teams: true, ...(input as object) })).rejects.toMatchObject(
      { code, details: { field } },
    )
    expect(await users.getApp()).toEqual({ app: DEFAULTS })
  })

  it('apply at once to guests and to requests without a token', async () => {
    const { ask } = await open()
    const patch = (body: unknown) => ask('PATCH /app', { token: SERVER, body })
    const guest = async () => (await ask('POST /guest', { body: { user: { id: 'g' } } })).status
    const read = async () => (await ask('GET /users')).status
    expect([await guest(), await read()]).toEqual([200, 401])
    expect((await patch({ guests: false, anonymous: true })).body).toEqual({
      app: { ...DEFAULTS, guests: false, anonymous: true },
    })
    expect([await guest(), await read()]).toEqual([403, 200])
    await patch({ guests: true, anonymous: false })
    expect([await guest(), await read()]).toEqual([200, 401])
    await patch({ uses_teams: true })
    expect(await guest()).toBe(403)
  })
})

describe.each(databases)('the settings of an application in $name', ({ fresh }) => {
  let database: Fresh
  const opened: Users[] = []
  beforeEach(async () => {
    database = await fresh()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((users) => users.close()))
    await database.drop()
  })

  const start = async (settings: Settings = {}): Promise<Users> => {
    const users = await createUsers({
      db: database.db,
      // Long, because settings are followed within a second in any case.
      settings: { secret: SECRET, worker: false, pollInterval: 60_000, ...settings },
    })
    opened.push(users)
    return users
  }

  it('are followed by every process within a second', async () => {
    const [one, other] = [await start(), await start()]
    const handler = await createUsersHandler(other)
    const read = async () => (await answerOf(await handler(requestOf('GET /users')))).status
    expect(await read()).toBe(401)
    const since = performance.now()
    await one.updateApp({ anonymous: true, guests: false })
    await until(
      'the other process lets anonymous requests read',
      async () => (await read()) === 200,
    )
    expect(performance.now() - since).toBeLessThan(1000)
    await expect(other.createGuest({ user: { id: 'g' } })).rejects.toMatchObject({
      code: 'guests_not_allowed',
    })
    expect(await other.getApp()).toEqual(await one.getApp())
  })

  it('are those that were given last, at a start or to updateApp', async () => {
    const first = await start({ guests: false, usesTeams: true, clientMayUpdate: ['name'] })
    expect((await first.getApp()).app).toEqual({
      ...DEFAULTS,
      guests: false,
      uses_teams: true,
      client_may_update: ['name'],
    })
    const second = await start()
    expect(second.app).toEqual(first.app)
    await second.updateApp({ uses_teams: false })
    const third = await start({ guests: true })
    expect(third.app).toEqual({ ...DEFAULTS, client_may_update: ['name'] })
    expect(await first.getApp()).toEqual({ app: third.app })
    await createUsersHandler(third, { anonymous: true })
    expect((await first.getApp()).app.anonymous).toBe(true)
    // Without the option, the stored setting stays.
    await createUsersHandler(third)
    expect((await first.getApp()).app.anonymous).toBe(true)
  })

  it('make usernames unique for the writes of every process from then on', async () => {
    const [one, other] = [await start(), await start()]
    await one.upsertUsers({
      users: [
        { id: 'a', username: 'Ana', teams: ['red'] },
        { id: 'b', username: 'a.n.a', teams: ['blue', 'red', 'red'] },
        { id: 'c', username: 'bo', teams: ['red'] },
        { id: 'd', username: 'Bo', teams: ['blue', 'blue'] },
        { id: 'e', username: 'cleo', teams: ['red', 'red'] },
        { id: 'f', username: 'BO' },
        { id: 'g' },
      ],
    })
    const named = (id: string, username: string, teams: string[] = []) =>
      other.upsertUsers({ users: [{ id, username, teams }] })
    const taken = { code: 'username_taken' }
    await named('h', 'cleo')
    expect(await one.updateApp({ enforce_unique_usernames: 'team' })).toMatchObject({
      app: { enforce_unique_usernames: 'team' },
      usernames_taken_twice: 1,
    })
    // At once, although the other process has not read the settings yet.
    await expect(named('x', 'B-o', ['blue'])).rejects.toMatchObject(taken)
    await named('x', 'b-o', ['green'])
    expect(await one.updateApp({ enforce_unique_usernames: 'app' })).toMatchObject({
      usernames_taken_twice: 3,
    })
    await expect(named('y', 'ana')).rejects.toMatchObject(taken)
    // Names that are taken twice stay, and other fields of their users can change.
    await other.updateUsersPartial({ users: [{ id: 'b', set: { name: 'B' } }] })
    expect(await one.updateApp({ enforce_unique_usernames: 'no' })).not.toHaveProperty(
      'usernames_taken_twice',
    )
    await named('y', 'ana')
    expect(await one.updateApp({ guests: true })).not.toHaveProperty('usernames_taken_twice')
  })

  it('are all stored where several processes update them for the first time', async () => {
    const all = await Promise.all([start(), start(), start(), start()])
    await Promise.all(all.map((users, i) => users.updateApp({ guests: false, anonymous: i > 9 })))
    expect((await all[0]!.getApp()).app).toEqual({ ...DEFAULTS, guests: false })
  })
})
