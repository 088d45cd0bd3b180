import { setTimeout as pause } from 'node:timers/promises'
import { createUsers, type Settings, type User, type Users } from 'tamis/users'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databases, type Fresh } from './fresh.ts'
import { killAll, start } from './process.ts'
import { clientOf, forge, now, SECRET, SERVER } from './service.ts'
import { until } from './until.ts'

afterAll(killAll)

describe.each(databases)('connecting in $name', ({ fresh }) => {
  let database: Fresh
  let time: number
  const opened: Users[] = []
  const errors: unknown[] = []
  beforeEach(async () => {
    database = await fresh()
    time = Date.parse('2024-05-01T12:00:00Z')
    errors.length = 0
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((users) => users.close()))
    await database.drop()
    expect(errors).toEqual([])
  })

  /** With a clock that stands still until a test moves it. */
  const open = async (settings: Settings = {}): Promise<Users> => {
    const users = await createUsers({
      db: database.db,
      settings: { secret: SECRET, pollInterval: 10, clock: () => new Date(time), ...settings },
      hooks: { onError: (error) => errors.push(error) },
    })
    opened.push(users)
    return users
  }
  const stored = async (users: Users, id = 'ana'): Promise<User> => {
    const payload = { filter_conditions: { id }, include_deactivated_users: true }
    return (await users.queryUsers({ payload })).users[0] as User
  }
  const isOnline = async (users: Users, id = 'ana') => (await stored(users, id)).online
  const offline = (users: Users, id = 'ana') =>
    until(`${id} is offline`, async () => !(await isOnline(users, id)))
  const writes = async (): Promise<number> => {
    const [row] = await database.run('SELECT seq FROM tamis_clock')
    return Number(row?.seq)
  }
  const at = (ms = time) => new Date(ms).toISOString().replace('Z', '000Z')
  const MINUTE = 60_000

  it('creates the user, and answers it as its owner sees it', async () => {
    const users = await open()
    const custom = { color: 'red' }
    const { user } = await users.connectUser({ user: { id: 'ana', name: 'Ana', custom } })
    expect(user).toMatchObject({ id: 'ana', role: 'user', name: 'Ana', custom, online: true })
    expect(user).toMatchObject({ last_active: at(), created_at: at(), blocked_user_ids: [] })
    expect(user).not.toHaveProperty('shadow_banned')
    expect(await stored(users)).toMatchObject({ online: true, last_active: at(), name: 'Ana' })
  })

  it('updates what is brought, and leaves the rest', async () => {
    const users = await open()
    await users.upsertUsers({
      users: [{ id: 'ana', role: 'admin', name: 'A', custom: { age: 31, deep: { b: 1, a: [2] } } }],
    })
    time += 1000
    const brought = { id: 'ana', name: 'Ana', image: 'a.png', custom: { color: 'red' } }
    await users.connectUser({ user: brought })
    expect(await stored(users)).toMatchObject({
      ...brought,
      role: 'admin',
      custom: { age: 31, color: 'red', deep: { a: [2], b: 1 } },
      updated_at: at(),
      created_at: at(time - 1000),
    })
    // The same in another order is no change.
    time += 1000
    await users.connectUser({ user: { id: 'ana', custom: { deep: { a: [2], b: 1 }, age: 31 } } })
    expect((await stored(users)).updated_at).toBe(at(time - 1000))
  })

  it('takes other fields only where the setting lists them', async () => {
    const users = await open()
    const connect = (user: object) => users.connectUser({ user: { id: 'ana', ...user } })
    for (const [field, value] of Object.entries({
      ...{ role: 'admin', teams: ['red'], banned: false, username: 'ana', online: false },
      last_active: '2024-05-01T12:00:00Z',
    })) {
      await expect(connect({ [field]: value })).rejects.toMatchObject({
        code: 'not_allowed',
        details: { user_id: 'ana', field: `user.${field}`, path: `/user/${field}` },
      })
    }
    await expect(connect({ created_at: at() })).rejects.toMatchObject({ code: 'read_only_field' })
    expect(await stored(users)).toBeUndefined()
    await users.updateApp({ client_may_update: ['username'], enforce_unique_usernames: 'app' })
    await users.upsertUsers({ users: [{ id: 'bo', username: 'b-o' }] })
    expect((await connect({ username: 'Ana' })).user.username).toBe('Ana')
    await expect(connect({ username: 'Bo' })).rejects.toMatchObject({ code: 'username_taken' })
  })

  it('refuses custom data that grows too large by many connections', async () => {
    const users = await open()
    const connect = (key: string) =>
      users.connectUser({ user: { id: 'ana', custom: { [key]: 'x'.repeat(40_000) } } })
    await connect('a')
    await expect(connect('b')).rejects.toMatchObject({
      code: 'invalid_input',
      details: { field: 'user.custom' },
    })
  })

  it('is refused to deactivated and deleted users, and by revoked tokens', async () => {
    const users = await open({ clock: () => new Date() })
    const refused = async (code: string, input: Parameters<Users['connectUser']>[0]) => {
      await expect(users.connectUser(input)).rejects.toMatchObject({ code })
      await expect(users.openConnection(input)).rejects.toMatchObject({ code })
    }
    const user = { id: 'ana' }
    await users.connectUser({ user, token: clientOf('ana') })
    await refused('token_revoked', { user, token: clientOf('bo') })
    await refused('token_revoked', { user, token: SERVER })
    await refused('token_revoked', { user, token: 'nonsense' })
    await refused('token_revoked', { user: { id: 'g' }, token: clientOf('g', { guest: true }) })
    const revoked = new Date(Date.now() - 5000).toISOString()
    const set = { revoke_tokens_issued_before: revoked }
    await users.updateUsersPartial({ users: [{ id: 'ana', set }] })
    await users.connectUser({ user, token: clientOf('ana') })
    await refused('token_revoked', { user, token: forge({ user_id: 'ana', iat: now() - 10 }) })
    await users.deactivateUser({ user_id: 'ana' })
    expect(await isOnline(users)).toBe(false)
    await refused('user_deactivated', { user })
    await users.reactivateUser({ user_id: 'ana' })
    await users.connectUser({ user })
    await users.deleteUsers({ user_ids: ['ana'] })
    await refused('user_deleted', { user, token: clientOf('ana') })
    expect(await database.run("SELECT * FROM tamis_connections WHERE user_id = 'g'")).toEqual([])
  })

  it('does not write last_active while a stream is opened that is refused', async () => {
    const users = await open({ pollInterval: 1, clock: () => new Date() })
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    const set = { revoke_tokens_issued_before: new Date().toISOString() }
    await users.updateUsersPartial({ users: [{ id: 'ana', set }] })
    const token = forge({ user_id: 'ana', iat: now() - 10 })
    const refused = () => users.openConnection({ user: { id: 'ana' }, token }).catch(() => pause(1))
    await Promise.all(Array.from({ length: 200 }, refused))
    for (let i = 0; i < 50; i++) await refused()
    expect((await stored(users)).last_active).toBeUndefined()
  })

  it('writes last_active at most once in an interval', async () => {
    const users = await open({ lastActiveInterval: MINUTE, onlineGrace: 10 * MINUTE })
    const connectMany = () =>
      Promise.all(Array.from({ length: 200 }, () => users.connectUser({ user: { id: 'ana' } })))
    const before = await writes()
    await connectMany()
    expect(await writes()).toBe(before + 1)
    time += MINUTE - 1
    await connectMany()
    expect(await writes()).toBe(before + 1)
    time += 1
    await connectMany()
    expect(await writes()).toBe(before + 2)
    expect((await stored(users)).last_active).toBe(at())
  })

  it('writes last_active once in an interval while streams are open', async () => {
    const users = await open({ lastActiveInterval: MINUTE })
    const ids = Array.from({ length: 150 }, (_, i) => `u${i}`)
    await Promise.all(ids.map((id) => users.openConnection({ user: { id } })))
    const before = await writes()
    for (let i = 1; i <= 2; i++) {
      time += MINUTE
      await until('it is written', async () => (await writes()) === before + i * ids.length)
      await pause(50)
      expect(await writes()).toBe(before + i * ids.length)
    }
    expect(await stored(users, 'u149')).toMatchObject({ last_active: at(), online: true })
    expect((await stored(users, 'u149')).updated_at).toBe(at(time - 2 * MINUTE))
  })

  it('ends online a grace period after the last connection', async () => {
    const users = await open({ onlineGrace: MINUTE })
    await users.connectUser({ user: { id: 'ana' } })
    time += MINUTE
    await pause(50)
    expect(await isOnline(users)).toBe(true)
    time += MINUTE / 2
    await offline(users)
    const { close } = await users.openConnection({ user: { id: 'ana' } })
    time += 60 * MINUTE
    await pause(50)
    expect(await isOnline(users)).toBe(true)
    await close()
    time += MINUTE - 1
    await pause(50)
    expect(await isOnline(users)).toBe(true)
    time += 1
    await offline(users)
    expect(await database.run('SELECT * FROM tamis_connections')).toEqual([])
  })

  it('keeps a user online until the last of several streams in several processes ends', async () => {
    const [one, other] = [await open({ onlineGrace: 1000 }), await open({ onlineGrace: 1000 })]
    const user = { id: 'ana' }
    const streams = await Promise.all(
      [one, one, other, other, one].map((users) => users.openConnection({ user })),
    )
    const last = streams.pop()!
    await Promise.all(streams.map(({ close }) => close()))
    await Promise.all(streams.map(({ close }) => close()))
    time += 2000
    await pause(60)
    expect(await isOnline(other)).toBe(true)
    await last.close()
    time += 999
    await pause(60)
    expect(await isOnline(one)).toBe(true)
    time += 1
    await offline(one)
  })

  it('is not confused by streams that open and close at once', async () => {
    const users = await open({ onlineGrace: 1000 })
    const user = { id: 'ana' }
    for (let i = 0; i < 5; i++) {
      const streams = await Promise.all(
        Array.from({ length: 6 }, () => users.openConnection({ user })),
      )
      const again = streams.map(async ({ close }, n) => {
        await close()
        if (n % 2 === 0) return users.openConnection({ user })
        return undefined
      })
      const left = (await Promise.all(again)).filter((each) => each !== undefined)
      time += 2000
      await pause(40)
      expect(await isOnline(users)).toBe(true)
      await Promise.all(left.map(({ close }) => close()))
    }
    time += 1000
    await offline(users)
  })

  it('shows changes of online to open lists of every process', async () => {
    const [one, other] = [await open({ onlineGrace: 1000 }), await open()]
    await one.upsertUsers({ users: [{ id: 'ana' }] })
    const heard: unknown[] = []
    await other.watch({ id: 'ana' }, (event) => heard.push('user' in event && event.user))
    const { close } = await one.openConnection({ user: { id: 'ana' } })
    await until('it is online in the list', () => heard.length === 1)
    await close()
    time += 1000
    await until('it is offline in the list', () => heard.length === 2)
    expect(heard).toMatchObject([{ online: true }, { online: false }])
  })

  it('keeps online and last_active when the user is replaced', async () => {
    const users = await open()
    await users.connectUser({ user: { id: 'ana' } })
    await users.upsertUsers({ users: [{ id: 'ana', name: 'Ana' }] })
    expect(await stored(users)).toMatchObject({ name: 'Ana', online: true, last_active: at() })
    await users.upsertUsers({ users: [{ id: 'ana', online: false }] })
    expect(await stored(users)).toMatchObject({ online: false, last_active: at() })
  })

  it('ends after close, and continues in another process', async () => {
    const first = await open({ onlineGrace: 1000, worker: false })
    const second = await open({ onlineGrace: 1000 })
    await first.openConnection({ user: { id: 'ana' } })
    await first.openConnection({ user: { id: 'bo' } })
    await first.close()
    expect(await isOnline(second)).toBe(true)
    await second.openConnection({ user: { id: 'bo' } })
    time += 1000
    await offline(second, 'ana')
    expect(await isOnline(second, 'bo')).toBe(true)
  })

  it('ends when the lease of a process ends that was killed', async () => {
    const settings = { lease: 1500, pollInterval: 20, onlineGrace: 200, secret: SECRET }
    const users = await open({ ...settings, clock: () => new Date() })
    const ids = Array.from({ length: 120 }, (_, i) => `u${i}`)
    const process = start('connection-process.ts', { db: database.db, settings, ids })
    expect(await process.line()).toBe('open')
    await users.openConnection({ user: { id: 'u1' } })
    // Longer than its lease, which it renews.
    await pause(2500)
    expect(await isOnline(users, 'u0')).toBe(true)
    await process.kill()
    await until('they are offline', async () => {
      const { users: all } = await users.queryUsers({ payload: { limit: 1000 } })
      return all.filter(({ online }) => online).length === 1
    })
    expect(await isOnline(users, 'u1')).toBe(true)
    await until('nothing is left of it', async () => {
      const rows = await database.run('SELECT * FROM tamis_processes')
      return rows.length === 1
    })
  })

  it('goes on after another process took this one for dead', async () => {
    const users = await open({ lease: 3000 })
    await users.openConnection({ user: { id: 'ana' } })
    await users.openConnection({ user: { id: 'bo' } })
    await users.deactivateUser({ user_id: 'bo' })
    // What a sweeper of another process does, whose clock runs ahead.
    await database.run('UPDATE tamis_processes SET lease_until = 0')
    await until('its sweeper has ended them', async () => {
      time += 1000
      const rows = await database.run('SELECT id FROM tamis_processes WHERE lease_until > 0')
      return rows.length === 1
    })
    await until('the connection is stored again', async () => {
      const rows = await database.run(
        "SELECT 1 AS one FROM tamis_connections AS c JOIN tamis_processes AS p ON p.id = c.process WHERE c.user_id = 'ana'",
      )
      return rows.length === 1 && (await isOnline(users))
    })
    expect(await isOnline(users, 'bo')).toBe(false)
    await users.openConnection({ user: { id: 'cleo' } })
    expect(await isOnline(users, 'cleo')).toBe(true)
  })
})
