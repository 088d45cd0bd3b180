import Database from 'libsql'
import type { UserInput, Users } from 'tamis/users'
import { afterEach, describe, expect, it } from 'vitest'
import { makeDirectHandler } from '../../src/users/http/handler.ts'
import { openUsers } from '../../src/users/open.ts'
import { databases, type Fresh } from './fresh.ts'
import { answerOf, clientOf, DIRECT, requestOf, SECRET, SERVER } from './service.ts'

const HOSTILE = [
  'quote " backslash \\ slash / apostrophe \'',
  'line\nbreak\ttab\rreturn\bback\fform',
  '\u0001\u001f\u007f\u0080\u2028\u2029\ufeff\uffff',
  '😀 \u0130 e\u0301 \u202e',
  '","role":"admin","x":"',
  '{} $1 ? :name %s %%',
]

const SEED: readonly UserInput[] = [
  ...HOSTILE.map(
    (text, i): UserInput => ({
      id: `${i} ${text}`,
      name: text,
      role: 'user',
      image: text,
      username: `u ${text}`,
      language: text,
      teams: [text, `t${i}`],
      custom: { [text]: text, list: [1.5, -0, 1e21, null, true], nested: { [text]: [text] } },
    }),
  ),
  {
    id: 'all',
    role: 'admin',
    name: '',
    teams_role: { a: 'owner' },
    banned: true,
    shadow_banned: true,
    invisible: true,
    online: true,
    ban_expires: '2030-01-01T00:00:00Z',
    last_active: '2024-05-01T12:00:00.123456Z',
    revoke_tokens_issued_before: '2020-01-01T00:00:00Z',
    avg_response_time: Number.MAX_SAFE_INTEGER,
    blocked_user_ids: ['ana'],
    devices: [{ id: '1', push_provider: 'x' }],
    privacy_settings: { typing: { enabled: false } },
    push_notifications: {},
  },
  { id: 'least' },
]

const PAYLOADS: readonly object[] = [
  {},
  { limit: 3 },
  { limit: 3, offset: 2 },
  { sort: { id: 1 }, limit: 2 },
  { sort: { last_active: -1 }, limit: 2 },
  { filter_conditions: { id: 'all' } },
  { filter_conditions: { id: `0 ${HOSTILE[0]}` } },
  { filter_conditions: { id: 'nobody' } },
  { filter_conditions: { role: 'admin' } },
  { limit: 0 },
]

const pathOf = (payload: object): string =>
  `/users?payload=${encodeURIComponent(JSON.stringify(payload))}`

interface Page {
  readonly users: readonly { readonly id: string }[]
  readonly next?: string
  readonly prev?: string
}

describe.each(databases)('pages as text in $name', ({ name, fresh }) => {
  let database: Fresh
  let users: Users | undefined

  async function open() {
    database = await fresh()
    users = await openUsers(
      { db: database.db, settings: { secret: SECRET, worker: false } },
      { ownsProcess: true },
    )
    await users.upsertUsers({ users: SEED })
    const { handler, direct } = await makeDirectHandler(users)
    const answer = async (path: string, token: string) => {
      const authorization = `Bearer ${token}`
      const request = { ...DIRECT, authorization }
      const found = await direct({ ...request, url: path })
      return 'body' in found ? new TextDecoder().decode(found.body) : undefined
    }
    return { users, handler, answer }
  }

  afterEach(async () => {
    await users?.close()
    await database.drop()
  })

  it('are what queryUsers gives, with cursors', async () => {
    const { users, handler, answer } = await open()
    for (const payload of PAYLOADS) {
      const expected = JSON.parse(JSON.stringify(await users.queryUsers({ payload })))
      for (let time = 0; time < 2; time++) {
        const text = await answer(pathOf(payload), SERVER)
        const { users: found, ...cursors }: Page = JSON.parse(text ?? '')
        expect(found, JSON.stringify(payload)).toEqual(expected.users)
        // The handler encrypts cursors by its secret.
        expect(Object.keys(cursors)).toEqual(Object.keys(expected).filter((key) => key !== 'users'))
        const sent = await answerOf(
          await handler(requestOf(`GET ${pathOf(payload)}`, { token: SERVER })),
        )
        expect(sent.text).toBe(text)
        expect(sent.headers.get('content-type')).toBe('application/json')
        expect(sent.headers.get('cache-control')).toBe('private, no-cache')
      }
    }
  })

  it('lead from page to page in both directions', async () => {
    const { users, answer } = await open()
    const expected = (await users.queryUsers({})).users.map(({ id }) => id)
    const found: string[] = []
    const back: string[] = []
    let page: Page | undefined
    do {
      const next = page?.next
      page = JSON.parse((await answer(pathOf({ limit: 3, next }), SERVER)) ?? '') as Page
      found.push(...page.users.map(({ id }) => id))
    } while (page.next !== undefined)
    expect(found).toEqual(expected)
    while (page?.prev !== undefined) {
      page = JSON.parse((await answer(pathOf({ limit: 3, prev: page.prev }), SERVER)) ?? '') as Page
      back.unshift(...page.users.map(({ id }) => id))
    }
    expect(back).toEqual(expected.slice(0, back.length))
    expect(back.length).toBeGreaterThan(3)
  })

  it('show a client the fields that it may see, until it may call no more', async () => {
    const { users, handler, answer } = await open()
    const token = clientOf('least')
    for (const payload of [{ limit: 4 }, { filter_conditions: { id: 'all' } }]) {
      const text = await answer(pathOf(payload), token)
      expect(text).not.toMatch(/shadow_banned|devices|blocked_user_ids|privacy_settings/)
      const sent = await answerOf(await handler(requestOf(`GET ${pathOf(payload)}`, { token })))
      expect(sent.text).toBe(text)
      expect(JSON.parse(text ?? '').users.length).toBeGreaterThan(0)
    }
    await users.deactivateUser({ user_id: 'least' })
    expect(await answer(pathOf({}), token)).toBeUndefined()
    expect(await answer(pathOf({}), 'no token')).toBeUndefined()
  })

  it('follow each change at once, of this process and of others', async () => {
    const { users, answer } = await open()
    const nameOf = async (payload: object) =>
      JSON.parse((await answer(pathOf(payload), SERVER)) ?? '').users[0]?.name
    const other = await openUsers({ db: database.db, settings: { secret: SECRET, worker: false } })
    for (let i = 0; i < 20; i++) {
      const by = i % 2 === 0 ? users : other
      await by.updateUsersPartial({ users: [{ id: 'least', set: { name: `name ${i}` } }] })
      expect(await nameOf({ filter_conditions: { id: 'least' } })).toBe(`name ${i}`)
      expect(await nameOf({ filter_conditions: { id: { $in: ['least'] } } })).toBe(`name ${i}`)
    }
    await other.deactivateUser({ user_id: 'least' })
    expect(await nameOf({ filter_conditions: { id: 'least' } })).toBeUndefined()
    await other.close()
  })

  it.runIf(name === 'SQLite')('do not hide a damaged user', async () => {
    const { answer } = await open()
    for (const payload of [{ filter_conditions: { id: 'all' } }, {}]) {
      expect(await answer(pathOf(payload), SERVER)).toBeDefined()
      for (const column of ['custom', 'details', 'teams']) {
        const connection = new Database(database.db)
        connection.exec(`PRAGMA ignore_check_constraints = 1; CREATE TEMP TABLE was AS SELECT ${column} FROM tamis_users WHERE id = 'all';
          UPDATE tamis_users SET ${column} = '{"secret": ' WHERE id = 'all'`)
        if (column !== 'teams')
          expect(await answer(pathOf(payload), SERVER), column).toBeUndefined()
        else expect((await answer(pathOf(payload), SERVER)) ?? '').not.toContain('secret')
        connection.exec(
          `UPDATE tamis_users SET ${column} = (SELECT ${column} FROM was) WHERE id = 'all'`,
        )
        connection.close()
      }
    }
  })
})

it('requests that are refused are counted once', async () => {
  const users = await openUsers({ db: ':memory:', settings: { secret: SECRET, worker: false } })
  await users.upsertUsers({ users: [{ id: 'ana' }] })
  const { handler, direct } = await makeDirectHandler(users, {
    rateLimit: { requests: 2, seconds: 60 },
  })
  const token = clientOf('ana')
  const ask = async (path: string): Promise<number> => {
    const request = { ...DIRECT, authorization: `Bearer ${token}` }
    const found = await direct({ ...request, url: path })
    if ('body' in found) return 200
    return (await handler(requestOf(`GET ${path}`, { token }), found.isCounted)).status
  }
  expect(await ask(pathOf({ filter_conditions: { nothing: 1 } }))).toBe(400)
  expect(await ask(pathOf({}))).toBe(200)
  expect(await ask(pathOf({}))).toBe(429)
  await users.close()
})

it.each([
  '/users/',
  '/users?payload={}&payload={}',
  '/users?limit=1',
  '/users?payload={',
  '/usersx',
  '/users/%ff',
  '/users?payload=%ff',
])('leaves %s to the handler', async (url) => {
  const users = await openUsers({ db: ':memory:', settings: { secret: SECRET, worker: false } })
  const { direct } = await makeDirectHandler(users)
  const request = { ...DIRECT, authorization: `Bearer ${SERVER}` }
  expect(await direct({ ...request, url })).toEqual({ isCounted: false })
  await users.close()
})
