import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Call, clientOf, closeAll, open, SERVER, type Service } from './service.ts'

/** Visible and hidden data; every hidden value is recognisable in any response. */
const SEEN = ['id', 'name', 'role', 'last_active'] as const
const HIDDEN = {
  username: 'hidden-username',
  image: 'hidden-image',
  language: 'hidden-language',
  teams: ['hidden-team'],
  teams_role: { 'hidden-team': 'hidden-team-role' },
  custom: { hidden: 'hidden-custom' },
  banned: true,
  shadow_banned: true,
  invisible: true,
  ban_expires: '2031-01-01T00:00:00Z',
  avg_response_time: 31337,
  blocked_user_ids: ['hidden-blocked'],
  devices: [{ id: 'hidden-device' }],
  privacy_settings: { hidden: 'hidden-privacy' },
  push_notifications: { hidden: 'hidden-push' },
} as const

const CONFIDENTIAL = /hidden-|31337|2031|created_at"|updated_at"|deletion/

const CLIENTS: readonly (readonly [string, Call])[] = [
  ['a client', { token: clientOf('bo') }],
  ['an anonymous reader', {}],
]

let service: Service
beforeAll(async () => {
  service = await open({
    anonymous: true,
    settings: { clientFields: SEEN, guests: true },
    seed: [
      { id: 'ana', name: 'Ana', last_active: '2024-05-01T12:00:00Z', ...HIDDEN },
      { id: 'bo', name: 'Bo', role: 'admin' },
      { id: 'cleo', name: 'Cleo' },
      { id: 'off', name: 'Off', ...HIDDEN, username: 'hidden-off' },
      { id: 'gone', name: 'Gone', ...HIDDEN, username: 'hidden-gone' },
    ],
  })
  await service.users.deactivateUser({ user_id: 'off' })
  await service.users.deleteUsers({ user_ids: ['gone'] })
})
afterAll(closeAll)

const idsOf = ({ users = [] }: { users?: { id: string }[] }): string[] => users.map(({ id }) => id)

const inUrl = (endpoint: string, payload: unknown) =>
  `${endpoint}?payload=${encodeURIComponent(JSON.stringify(payload))}`

describe.each(CLIENTS)('%s', (_, call) => {
  const ask = async (payload: unknown) => {
    const byBody = await service.ask('POST /users/query', { ...call, body: payload })
    const byUrl = await service.ask(inUrl('GET /users', payload), call)
    expect(byUrl.text.replace(/"(next|prev)":"[^"]*"/g, '')).toBe(
      byBody.text.replace(/"(next|prev)":"[^"]*"/g, ''),
    )
    return byBody
  }

  it('sees only these fields', async () => {
    const { body, text } = await ask({ sort: { id: 1 } })
    expect(body.users).toEqual([
      { id: 'ana', name: 'Ana', role: 'user', last_active: '2024-05-01T12:00:00.000000Z' },
      { id: 'bo', name: 'Bo', role: 'admin' },
      { id: 'cleo', name: 'Cleo', role: 'user' },
    ])
    expect(text).not.toMatch(CONFIDENTIAL)
  })

  it.each([
    [{ role: 'admin' }, ['bo']],
    [{ last_active: { $exists: true } }, ['ana']],
    [{ id: { $in: ['ana', 'off', 'gone'] } }, ['ana']],
    [{ $nor: [{ id: 'ana' }] }, ['bo', 'cleo']],
    [{ name: { $autocomplete: 'o' } }, []],
  ])('can filter by these: %j', async (filter_conditions, ids) => {
    const { body } = await ask({ filter_conditions, sort: { id: 1 } })
    expect(idsOf(body)).toEqual(ids)
  })

  const NAMES = [
    ...Object.keys(HIDDEN),
    'custom.hidden',
    'custom.*',
    'teams.0',
    'created_at',
    'updated_at',
    'deactivated_at',
    'deleted_at',
    'revoke_tokens_issued_before',
    'deletion',
    'online',
    'details',
    'details.devices',
    'details.blocked_user_ids',
    'name_words',
    '_id',
    'rowid',
  ]
  const spelled = (name: string): readonly unknown[] => [
    { [name]: 'a' },
    { [name]: null },
    { [name]: true },
    { [name]: { $eq: 'hidden-username' } },
    { [name]: { $in: [] } },
    { [name]: { $exists: true } },
    { [name]: { $autocomplete: 'hid' } },
    { [name]: {} },
    { $and: [{ [name]: 'a' }] },
    { $nor: [{ $or: [{ role: 'x' }, { [name]: { $not: { $eq: 'a' } } }] }] },
  ]

  it.each(NAMES)('does not see %s', async (name) => {
    for (const filter_conditions of spelled(name)) {
      const { status, body, text } = await ask({ filter_conditions })
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'unknown_field' })
      // The message repeats the input.
      expect(text.replaceAll(name, '')).not.toMatch(CONFIDENTIAL)
    }
    for (const sort of [{ [name]: 1 }, [{ [name]: -1 }], [{ field: name, direction: 1 }]]) {
      const { status, body } = await ask({ sort })
      expect(status).toBe(400)
      expect(['not_sortable', 'unknown_field']).toContain(body.code)
    }
    const watched = await service.ask(
      inUrl('GET /users/watch', { filter_conditions: { [name]: 'a' } }),
      call,
    )
    expect(watched).toMatchObject({ status: 400, body: { code: 'unknown_field' } })
  })

  it('gets the same error for a hidden field as for an unknown one', async () => {
    const told = async (name: string) => {
      const filtered = await ask({ filter_conditions: { [name]: 'a' } })
      const sorted = await ask({ sort: { [name]: 1 } })
      return (filtered.text + sorted.text).replaceAll(name, 'NAME')
    }
    const none = await told('zzzzzzzzzz')
    for (const name of [...Object.keys(HIDDEN), 'created_at', 'deleted_at', 'deletion']) {
      expect(await told(name)).toBe(none)
    }
  })

  it.each(['usernam', 'languag', 'team', 'creatd_at', 'deleted_a', 'custom', 'baned'])(
    'learns nothing about hidden data from %s',
    async (name) => {
      const { text } = await ask({ filter_conditions: { [name]: 'a' } })
      const words = text.replaceAll(name, '')
      for (const own of [...Object.keys(HIDDEN), 'created_at', 'deleted_at', 'deletion']) {
        expect(words).not.toContain(own)
      }
    },
  )

  it('has no switch for deactivated users', async () => {
    for (const value of [true, false]) {
      const { status, body } = await ask({ include_deactivated_users: value })
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'unknown_option' })
    }
    const payload = { filter_conditions: {}, include_deactivated_users: true }
    expect(await service.ask(inUrl('GET /users/watch', payload), call)).toMatchObject({
      status: 400,
    })
  })

  it.each(['id_gt', 'id_gte', 'id_lt', 'id_lte'])(
    'finds only existing active users by %s',
    async (name) => {
      for (const id of ['off', 'gone', 'a', 'z']) {
        const { body } = await ask({ [name]: id })
        expect(['ana', 'bo', 'cleo']).toEqual(expect.arrayContaining(idsOf(body)))
      }
    },
  )

  it('cannot infer the order of creation from any sort', async () => {
    const { users } = await service.users.queryUsers()
    expect(users.map(({ id }) => id)).toEqual(['cleo', 'bo', 'ana'])
    expect(idsOf((await ask({})).body)).toEqual(['ana', 'bo', 'cleo'])
    const { body } = await ask({ limit: 1 })
    expect(idsOf(body)).toEqual(['ana'])
    expect(idsOf((await ask({ limit: 5, next: body.next })).body)).toEqual(['bo', 'cleo'])
  })

  it("cannot read cursors, or use a server's cursor to see more", async () => {
    const first = await ask({ limit: 1 })
    const next: string = first.body.next!
    const bytes = Buffer.from(next, 'base64url').toString('latin1')
    for (const text of [next, bytes]) expect(text).not.toMatch(/20\d\d-|ana|bo|cleo/)
    const ids: string[] = []
    let page: string | undefined
    do {
      const { body } = await ask({ limit: 1, ...(page === undefined ? {} : { next: page }) })
      ids.push(...idsOf(body))
      page = body.next
    } while (page !== undefined)
    expect(ids.toSorted()).toEqual(['ana', 'bo', 'cleo'])

    // A server's query has another condition, so its cursors are not valid for clients.
    const payload = { limit: 1, include_deactivated_users: true }
    const { body } = await service.ask('POST /users/query', { token: SERVER, body: payload })
    const { status, text } = await ask({ limit: 1, next: body.next })
    if (status === 200) expect(text).not.toMatch(CONFIDENTIAL)
    else expect(text).toContain('invalid_cursor')
    const sorted = { limit: 1, sort: { created_at: 1 } }
    const own = await service.ask('POST /users/query', { token: SERVER, body: sorted })
    expect(own.status).toBe(200)
    expect((await ask({ limit: 1, next: own.body.next })).status).toBe(400)
  })

  it('may read the OpenAPI document, which contains no user data', async () => {
    expect((await service.ask('GET /openapi.json', call)).text).not.toMatch(/hidden-|31337/)
  })

  it('may become a guest, and sees the same fields of itself', async () => {
    const user = { id: 'g', name: 'G' }
    const { body } = await service.ask('POST /guest', { ...call, body: { user } })
    const { id } = body.user as unknown as { id: string }
    expect(body.user).toEqual({ id, name: 'G', role: 'guest' })
    await service.users.deleteUsers({ user_ids: [id] })
  })

  it('cannot infer from POST /guest whether an id exists', async () => {
    const answers = []
    for (const id of ['ana', 'off', 'gone', 'nobody']) {
      const answer = await service.ask('POST /guest', { ...call, body: { user: { id } } })
      const own = (answer.body.user as unknown as { id: string }).id
      expect(own).toMatch(/^guest-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}-/)
      expect(own.endsWith(`-${id}`)).toBe(true)
      answers.push({
        status: answer.status,
        user: { ...(answer.body.user as unknown as object), id: own.slice(0, 'guest-'.length) },
        keys: Object.keys(answer.body),
      })
      await service.users.deleteUsers({ user_ids: [own] })
    }
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1)
  })
})

it('a server sees, filters and sorts by all fields', async () => {
  const { body } = await service.ask('POST /users/query', {
    token: SERVER,
    body: {
      filter_conditions: {
        'custom.hidden': 'hidden-custom',
        created_at: { $gt: '2024-01-01T00:00:00Z' },
      },
      sort: { updated_at: 1 },
      include_deactivated_users: true,
    },
  })
  expect(body.users).toMatchObject([{ id: 'ana', ...expectedOf() }, { id: 'off' }])
})

function expectedOf() {
  const { ban_expires, ...own } = HIDDEN
  return { ...own, ban_expires: '2031-01-01T00:00:00.000000Z' }
}

describe('clientFields', () => {
  it('with deactivated_at enable the switch', async () => {
    const { ask, users } = await open({
      settings: { clientFields: ['id', 'deactivated_at'] },
      seed: [{ id: 'ana' }, { id: 'off' }],
    })
    await users.deactivateUser({ user_id: 'off' })
    const token = clientOf('ana')
    const { body } = await ask('POST /users/query', {
      token,
      body: { include_deactivated_users: true, filter_conditions: { id: 'off' } },
    })
    expect(body.users).toEqual([{ id: 'off', deactivated_at: expect.any(String) }])
    expect((await ask('POST /users/query', { token, body: {} })).body.users).toEqual([
      { id: 'ana' },
    ])
  })

  it('may contain fields without operators', async () => {
    const { ask } = await open({
      settings: { clientFields: ['id', 'devices', 'custom', 'created_at'] },
      seed: [{ id: 'ana', devices: [{ id: 'd' }], custom: { a: 1 }, name: 'hidden-name' }],
    })
    const token = clientOf('ana')
    const body = { filter_conditions: { 'custom.a': 1 }, sort: { created_at: 1 } }
    expect((await ask('POST /users/query', { token, body })).body.users).toEqual([
      { id: 'ana', devices: [{ id: 'd' }], custom: { a: 1 }, created_at: expect.any(String) },
    ])
    for (const filter_conditions of [{ devices: null }, { name: 'hidden-name' }]) {
      const answer = await ask('POST /users/query', { token, body: { filter_conditions } })
      expect(answer).toMatchObject({ status: 400, body: { code: 'unknown_field' } })
    }
  })
})
