// Longer than most files here: every limit of a user's fields, on every database.

import { randomBytes } from 'node:crypto'
import { createUsers, createUsersHandler, type Settings, type Users } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databases, type Fresh } from './fresh.ts'
import { type Answer, answerOf, type Call, requestOf, SECRET, SERVER } from './service.ts'

/** Texts that no database makes shorter by compressing them: of one byte a character, and of four. */
const ascii = (length: number) => randomBytes(length).toString('base64').slice(0, length)
const wide = (length: number) =>
  [...randomBytes(length)].map((byte) => String.fromCodePoint(0x1f300 + byte)).join('')

const nested = (levels: number, isList = false): unknown => {
  if (levels === 0) return 'leaf'
  const inner = nested(levels - 1, isList)
  return isList ? [inner] : { a: inner }
}

interface Limit {
  readonly field: string
  readonly most: number
  readonly of: readonly ((size: number) => unknown)[]
}

const texts = (field: string, most: number, put = (text: string): unknown => text): Limit => ({
  field,
  most,
  of: [(size) => put(ascii(size)), (size) => put(wide(size))],
})

const levels = (field: string, most: number, put = (own: unknown): unknown => own): Limit => ({
  field,
  most,
  of: [(size) => put(nested(size)), (size) => put({ a: nested(size - 1, true) })],
})

const LIMITS: readonly Limit[] = [
  texts('role', 255),
  texts('name', 4096),
  texts('image', 4096),
  texts('username', 255),
  texts('language', 255),
  texts('teams', 255, (team) => ['red', team]),
  texts('blocked_user_ids', 255, (id) => [id]),
  texts('teams_role', 255, (role) => ({ red: role })),
  levels('custom', 31),
  levels('privacy_settings', 30),
  levels('push_notifications', 30),
  levels('devices', 29, (own) => [own]),
  { field: 'custom', most: 2048, of: [(size) => ({ bio: ascii(size) })] },
  { field: 'custom', most: 512, of: [(size) => ({ bio: wide(size) })] },
  // As JSON, of 399 characters and of 401.
  { field: 'custom', most: 199, of: [(size) => ({ bio: Array(size).fill(1) })] },
  { field: 'custom', most: 65_524, of: [(size) => ({ other: ascii(size) })] },
]

describe.each(databases)("limits of a user's fields in $name", ({ fresh }) => {
  let database: Fresh
  let users: Users
  const reported: unknown[] = []
  const open = (settings: Settings = {}) =>
    createUsers({
      db: database.db,
      settings: { secret: SECRET, worker: false, indexedCustom: ['bio'], ...settings },
      hooks: { onError: (error) => reported.push(error) },
    })
  let ask: (endpoint: string, call?: Call) => Promise<Answer>
  beforeAll(async () => {
    database = await fresh()
    users = await open()
    const handler = await createUsersHandler(users)
    ask = async (endpoint, call) =>
      answerOf(await handler(requestOf(endpoint, { token: SERVER, ...call })))
  })
  afterAll(async () => {
    await users?.close()
    await database?.drop()
  })

  it.each([texts('id', 255), ...LIMITS])('$field: $most', async ({ field, most, of }) => {
    for (const make of of) {
      const good = { id: 'ana', [field]: make(most) }
      const written = await ask('POST /users', { body: { users: [good] } })
      expect({ status: written.status, code: written.body.code }).toEqual({ status: 200 })
      const payload = { filter_conditions: { id: good.id } }
      const found = await ask('POST /users/query', { body: payload })
      expect(found.body.users).toMatchObject([good])
      const bad = { id: 'ana', [field]: make(most + 1) }
      const refused = await ask('POST /users', { body: { users: [{ id: 'ok' }, bad] } })
      expect(refused).toMatchObject({
        status: 400,
        body: {
          code: 'invalid_input',
          details: { path: expect.stringContaining(`/users/1/${field}`) },
        },
      })
      if (field === 'id') continue
      const set = await ask('PATCH /users', {
        body: { users: [{ id: 'ana', set: { [field]: make(most + 1) } }] },
      })
      expect(set).toMatchObject({
        status: 400,
        body: { code: 'invalid_input', details: { path: expect.stringContaining('/users/0/set') } },
      })
      expect(
        (
          await ask('PATCH /users', {
            body: { users: [{ id: 'ana', set: { [field]: make(most) } }] },
          })
        ).status,
      ).toBe(200)
    }
    expect(reported).toEqual([])
  })

  it('$autocomplete finds a whole name of any length', async () => {
    const name = ascii(4096)
    await users.upsertUsers({
      users: [
        { id: 'long', name },
        { id: 'other', name: `${name.slice(1)}.` },
      ],
    })
    const { users: found } = await users.queryUsers({ payload: { filter_conditions: { name } } })
    expect(found.map(({ id }) => id)).toEqual(['long'])
  })

  it('a path of a partial update has the nesting limit of a whole user', async () => {
    const path = (segments: number) => ['custom', ...Array(segments).fill('a')].join('.')
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    const set = (segments: number) =>
      ask('PATCH /users', { body: { users: [{ id: 'ana', set: { [path(segments)]: 1 } }] } })
    expect((await set(31)).status).toBe(200)
    expect(await set(32)).toMatchObject({ status: 400, body: { code: 'invalid_input' } })
  })

  it('pages of large users end early, with a cursor to the rest', async () => {
    const ids = Array.from({ length: 150 }, (_, i) => `large-${String(i).padStart(3, '0')}`)
    for (const id of ids)
      await users.upsertUsers({ users: [{ id, custom: { other: ascii(65_000) } }] })
    const payload = {
      filter_conditions: { id: { $gte: 'large-', $lt: 'large.' } },
      sort: [{ field: 'id', direction: 1 }],
      limit: 120,
    }
    const page = async (cursor: object) => {
      const { text, body } = await ask('POST /users/query', { body: { ...payload, ...cursor } })
      expect(text.length).toBeLessThan(5 * 1024 * 1024)
      const {
        users: found,
        next,
        prev,
      } = body as unknown as Awaited<ReturnType<Users['queryUsers']>>
      return { ids: found.map(({ id }) => id), next, prev }
    }
    const seen = []
    let last = await page({})
    for (seen.push(last.ids); last.next !== undefined; seen.push(last.ids)) {
      last = await page({ next: last.next })
    }
    expect(seen.flat()).toEqual(ids)
    expect(seen.map(({ length }) => length)).toEqual([64, 64, 22])
    const before = await page({ prev: last.prev })
    expect(before.ids).toEqual(ids.slice(64, 128))
    expect((await page({ prev: before.prev })).ids).toEqual(ids.slice(0, 64))
    expect((await page({ offset: 10, limit: 20 })).ids).toEqual(ids.slice(10, 30))
  })

  it('a key that another process indexes', async () => {
    const other = await open({ indexedCustom: ['motto'] })
    await other.close()
    const answer = await ask('POST /users', {
      body: { users: [{ id: 'ok' }, { id: 'bo', custom: { motto: ascii(10_000) } }] },
    })
    if (answer.status === 200) return
    expect(answer).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', details: { user_id: 'bo' } },
    })
    expect(reported).toEqual([])
  })

  it('a key whose values are too large for an index', async () => {
    await users.upsertUsers({ users: [{ id: 'cleo', custom: { saga: ascii(10_000) } }] })
    const opened = await open({ indexedCustom: ['saga'] }).catch((error: unknown) => error)
    if (opened instanceof Error) {
      expect(opened.message).toMatch(
        /^tamis\/users: setting indexedCustom: .*saga that is too large/,
      )
    } else await (opened as Users).close()
  })
})

it('a user with an id that is no longer valid can still be changed', async () => {
  const database = await (databases[0] as (typeof databases)[number]).fresh()
  const users = await createUsers({ db: database.db, settings: { worker: false } })
  await users.upsertUsers({ users: [{ id: 'dot' }] })
  await database.run("UPDATE tamis_users SET id = '..' WHERE id = 'dot'")
  const set = { users: [{ id: '..', set: { name: 'Dot' } }] }
  expect((await users.updateUsersPartial(set)).users['..']).toMatchObject({ name: 'Dot' })
  expect(await users.deactivateUser({ user_id: '..' })).toMatchObject({ user: { id: '..' } })
  expect(await users.reactivateUsers({ user_ids: ['..'] })).toHaveProperty('task_id')
  expect(await users.deleteUsers({ user_ids: ['..'] })).toHaveProperty('task_id')
  await users.close()
  await database.drop()
})

describe.each(databases)('tables of the previous version in $name', ({ name, fresh }) => {
  it('are upgraded, and then accept long names', async () => {
    const database = await fresh()
    const settings = { secret: SECRET, worker: false }
    const before = await createUsers({ db: database.db, settings })
    await before.upsertUsers({ users: [{ id: 'ana', name: 'Ana' }] })
    await before.close()
    for (const text of [
      "DELETE FROM tamis_migrations WHERE name >= '0002'",
      'DROP TABLE tamis_connections',
      'DROP TABLE tamis_processes',
      'DROP TABLE tamis_answers',
      'DROP TABLE tamis_webhooks',
      'DROP TABLE tamis_webhook_deliveries',
      'DROP TABLE tamis_webhook_dead_letters',
      'ALTER TABLE tamis_users DROP COLUMN guest_nonce',
      ...(name === 'PostgreSQL'
        ? [
            'DROP INDEX tamis_users_name',
            'CREATE INDEX tamis_users_name ON tamis_users (name NULLS FIRST)',
          ]
        : []),
    ]) {
      await database.run(text)
    }
    const after = await createUsers({ db: database.db, settings })
    await after.upsertUsers({ users: [{ id: 'bo', name: ascii(4096) }] })
    await after.connectUser({ user: { id: 'ana' } })
    const { user, access_token } = await after.createGuest({ user: { id: 'g' } })
    expect(user).not.toHaveProperty('guest_nonce')
    const handler = await createUsersHandler(after)
    expect((await handler(requestOf('GET /users', { token: access_token }))).status).toBe(200)
    await after.close()
    await database.drop()
  })
})
