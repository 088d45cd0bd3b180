// Longer than most files here: the table of every error that the handler answers with.

import { createUsersHandler } from 'tamis/users'
import { afterAll, describe, expect, it } from 'vitest'
import { type Call, clientOf, closeAll, open, SERVER } from './service.ts'
import { until } from './until.ts'

afterAll(closeAll)

const TIME = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/)
const TEXT = expect.any(String)

const BARE = {
  role: 'user',
  custom: {},
  teams: [],
  language: '',
  banned: false,
  shadow_banned: false,
  invisible: false,
  online: false,
  blocked_user_ids: [],
  created_at: TIME,
  updated_at: TIME,
}

const asServer = (body?: unknown): Call => ({ token: SERVER, body })
const asAna = (body?: unknown): Call => ({ token: clientOf('ana'), body })

describe('every endpoint', () => {
  it('responds in its documented shape', async () => {
    const { ask, users } = await open()
    const done = async (endpoint: string, body?: unknown) => {
      const answer = await ask(endpoint, asServer(body))
      expect(answer.headers.get('content-type')).toBe('application/json')
      const isConditional = /^GET \/users(\?|$)/.test(endpoint)
      expect(answer.headers.get('cache-control')).toBe(
        isConditional ? 'private, no-cache' : 'no-store',
      )
      expect({ endpoint, status: answer.status, text: answer.text }).toMatchObject({ status: 200 })
      return answer.body
    }
    const finished = async (task: unknown) => {
      expect(task).toEqual({ task_id: TEXT })
      const { task_id } = task as { task_id: string }
      return until('the task is done', async () => {
        const now = await done(`GET /tasks/${task_id}`)
        return now.status === 'completed' ? now : undefined
      })
    }

    expect(
      await done('POST /users', { users: [{ id: 'ana', name: 'Ana' }, { id: 'bo' }] }),
    ).toEqual({
      users: { ana: { ...BARE, id: 'ana', name: 'Ana' }, bo: { ...BARE, id: 'bo' } },
    })
    expect(
      await done('PATCH /users', {
        users: [{ id: 'ana', set: { role: 'admin', 'custom.age': 31 }, unset: ['name'] }],
      }),
    ).toEqual({ users: { ana: { ...BARE, id: 'ana', role: 'admin', custom: { age: 31 } } } })

    const payload = { filter_conditions: { role: 'admin' } }
    const page = { users: [expect.objectContaining({ id: 'ana' })] }
    expect(await done(`GET /users?payload=${encodeURIComponent(JSON.stringify(payload))}`)).toEqual(
      page,
    )
    expect(await done('POST /users/query', payload)).toEqual(page)
    const first = await done('POST /users/query', { limit: 1, sort: { id: 1 } })
    expect(first).toEqual({ users: [expect.objectContaining({ id: 'ana' })], next: TEXT })
    expect(
      await done('POST /users/query', { limit: 1, sort: { id: 1 }, next: first.next }),
    ).toEqual({ users: [expect.objectContaining({ id: 'bo' })], prev: TEXT })
    expect((await done('GET /users')).users).toHaveLength(2)
    expect((await done('GET /users?payload=')).users).toHaveLength(2)
    // A byte order mark is ignored, as in bodies.
    expect((await done('GET /users?payload=%EF%BB%BF{"limit":1}')).users).toHaveLength(1)
    expect((await done('POST /users/query')).users).toHaveLength(2)

    expect(await done('POST /users/bo/deactivate', { mark_messages_deleted: true })).toEqual({
      user: { ...BARE, id: 'bo', deactivated_at: TIME },
    })
    expect((await done('GET /users')).users).toHaveLength(1)
    expect(
      (await done('POST /users/query', { include_deactivated_users: true })).users,
    ).toHaveLength(2)
    expect(await done('POST /users/bo/reactivate', { name: 'Bo' })).toEqual({
      user: { ...BARE, id: 'bo', name: 'Bo' },
    })
    const task = { task_id: TEXT, status: 'completed', created_at: TIME, updated_at: TIME }
    const both = { user_ids: ['ana', 'bo'] }
    expect(await finished(await done('POST /users/deactivate', both))).toEqual(task)
    expect(await finished(await done('POST /users/reactivate', both))).toEqual(task)
    expect(await finished(await done('POST /export/users', { user_ids: ['bo'] }))).toEqual({
      ...task,
      result: { users: [{ ...BARE, id: 'bo', name: 'Bo' }] },
    })
    expect(await finished(await done('POST /users/delete', both))).toEqual(task)
    expect(await done('GET /users')).toEqual({ users: [] })
    expect(await done('POST /users/restore', { user_ids: ['bo'] })).toEqual({
      users: { bo: { ...BARE, id: 'bo', name: 'Bo' } },
    })

    const { body: guest } = await ask('POST /guest', { body: { user: { id: 'g', name: 'G' } } })
    expect(guest).toEqual({
      user: {
        id: expect.stringMatching(/^guest-[0-9a-f-]{36}-g$/),
        name: 'G',
        role: 'guest',
        ...anyOfClients,
      },
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    })
    const exact = await done('POST /guest', { user: { id: 'g', name: 'G' } })
    expect(exact.user).toMatchObject({ id: 'g', role: 'guest' })
    const app = {
      enforce_unique_usernames: 'no',
      guests: true,
      anonymous: false,
      uses_teams: false,
      client_may_update: [],
    }
    expect(await done('GET /app')).toEqual({ app })
    expect(await done('PATCH /app', { client_may_update: ['name'] })).toEqual({
      app: { ...app, client_may_update: ['name'] },
    })
    expect(await done('PATCH /app', { enforce_unique_usernames: 'app' })).toEqual({
      app: { ...app, client_may_update: ['name'], enforce_unique_usernames: 'app' },
      usernames_taken_twice: 0,
    })
    const made = await done('POST /webhooks', {
      url: 'http://127.0.0.1:1/hook',
      description: 'A test',
      event_types: ['user.deleted', 'user.created'],
      enabled: false,
    })
    const webhook = {
      id: TEXT,
      url: 'http://127.0.0.1:1/hook',
      event_types: ['user.created', 'user.deleted'],
      enabled: false,
      pending: 0,
      dead_letters: 0,
      created_at: TIME,
      updated_at: TIME,
    }
    expect(made).toEqual({
      webhook: { ...webhook, description: 'A test' },
      secrets: [expect.stringMatching(/^whsec_/)],
    })
    expect(await done('GET /webhooks')).toEqual({ webhooks: [made.webhook] })
    const at = `/webhooks/${(await users.getWebhooks()).webhooks[0]?.id}`
    const changes = { description: '', url: 'http://127.0.0.1:1/other' }
    const changed = { webhook: { ...webhook, url: changes.url } }
    expect(await done(`PATCH ${at}`, changes)).toEqual(changed)
    expect(await done(`GET ${at}/dead-letters`)).toEqual({ dead_letters: [] })
    expect(await done(`POST ${at}/redeliver`)).toEqual({ redelivered: [] })
    expect(await done(`POST ${at}/delete`)).toEqual(changed)
    expect(await done('GET /webhooks')).toEqual({ webhooks: [] })
    const own = { invisible: false, blocked_user_ids: [], ...anyOfClients }
    const me = async (endpoint: string, body?: unknown) =>
      (await ask(endpoint, { token: clientOf('bo'), body })).body
    expect(await me('GET /users/me')).toEqual({
      user: { id: 'bo', role: 'user', name: 'Bo', ...own },
    })
    expect(await me('POST /connect', { user: { custom: { color: 'red' } } })).toEqual({
      user: {
        id: 'bo',
        role: 'user',
        name: 'Bo',
        ...own,
        custom: { color: 'red' },
        online: true,
        last_active: TIME,
      },
    })
    const again = { set: { custom: {}, online: false }, unset: ['last_active'] }
    await users.updateUsersPartial({ users: [{ id: 'bo', ...again }] })
    expect(await me('PATCH /users/me', { unset: ['name'] })).toEqual({
      user: { id: 'bo', role: 'user', ...own },
    })
    expect(await done('GET /openapi.json')).toMatchObject({ openapi: '3.1.0' })
  })
})

const anyOfClients = {
  custom: {},
  teams: [],
  language: '',
  online: false,
  banned: false,
  created_at: TIME,
  updated_at: TIME,
}

describe('an error is {code, message, details}', () => {
  const users = (...all: unknown[]) => asServer({ users: all })
  const ids = (...user_ids: unknown[]) => asServer({ user_ids })
  const payload = (value: unknown) =>
    `GET /users?payload=${encodeURIComponent(JSON.stringify(value))}`

  const CASES: readonly (readonly [
    status: number,
    code: string,
    endpoint: string,
    call: Call,
    details?: object,
  ])[] = [
    [400, 'invalid_json', 'POST /users', asServer('{"users": [')],
    [400, 'invalid_json', 'POST /users', asServer('undefined')],
    [400, 'invalid_json', 'GET /users?payload={', asServer()],
    [400, 'invalid_json', 'GET /users/watch?payload={', asServer()],
    [400, 'invalid_json', 'POST /users', asServer('{"users":[],"users":[]}'), { path: '/users' }],
    [
      400,
      'invalid_json',
      'POST /users',
      asServer('{"users":[{"id":"a","custom":{"n":9007199254740993}}]}'),
      { path: '/users/0/custom/n' },
    ],
    [
      400,
      'invalid_json',
      'POST /users',
      asServer('{"users":[{"id":"x","role":"user","r\\u006fle":"admin"}]}'),
      { path: '/users/0/role' },
    ],
    [
      400,
      'invalid_json',
      'POST /users/query',
      asServer('{"filter_conditions":{"role":"a","role":{"$in":[]}}}'),
      { path: '/filter_conditions/role' },
    ],
    [
      400,
      'invalid_json',
      'GET /users?payload={"limit":1,"limit":2}',
      asServer(),
      { path: '/limit' },
    ],
    [
      400,
      'invalid_json',
      'GET /users/watch?payload={"filter_conditions":{},"filter_conditions":{}}',
      asServer(),
      { path: '/filter_conditions' },
    ],
    [
      400,
      'invalid_json',
      'POST /guest',
      { body: '{"user":{"id":"a","id":"b"}}' },
      { path: '/user/id' },
    ],
    [400, 'invalid_json', 'POST /users/ana/deactivate', asServer('{"a":1,"a":1}'), { path: '/a' }],
    [400, 'invalid_input', 'POST /users', users({ id: '.' }), { path: '/users/0/id' }],
    [400, 'invalid_input', 'POST /users', users({ id: '..' }), { path: '/users/0/id' }],
    [400, 'invalid_input', 'POST /guest', asServer({ user: { id: '..' } }), { path: '/user/id' }],
    [400, 'unknown_parameter', 'GET /users?limit=1', asServer()],
    [400, 'unknown_parameter', 'GET /users?payload={}&payload={}', asServer()],
    [400, 'unknown_parameter', 'GET /users/watch?filter_conditions={}', asServer()],
    [400, 'unknown_parameter', 'GET /users/watch?payload={"limit":1}', asServer()],
    [400, 'unknown_parameter', 'POST /users/query?payload={"limit":1}', asServer()],
    [400, 'unknown_parameter', 'POST /users?dry_run=true', users({ id: 'x' })],
    [400, 'unknown_parameter', 'GET /tasks/none?wait=1', asServer()],
    [400, 'unknown_parameter', 'GET /tasks?limit=1', asServer()],
    [400, 'unknown_field', 'GET /tasks?payload={"offset":1}', asServer()],
    [400, 'invalid_input', 'GET /tasks?payload={"limit":101}', asServer()],
    [400, 'invalid_input', 'GET /tasks?payload={"status":"lost"}', asServer()],
    [400, 'invalid_input', 'GET /tasks?payload={"next":"x"}', asServer()],
    [400, 'unknown_parameter', 'POST /users/ana/deactivate', asServer({ user_id: 'bo' })],
    [400, 'invalid_operand', payload([]), asServer()],
    [400, 'invalid_operand', payload('role'), asServer()],
    [400, 'invalid_operand', payload(1), asServer()],
    [400, 'invalid_operand', payload(null), asServer()],
    [400, 'invalid_operand', 'POST /users/query', asServer('null')],
    [400, 'invalid_operand', 'POST /users/query', asServer([])],
    [400, 'unknown_option', 'POST /users/query', asServer({ limits: 1 })],
    [400, 'invalid_limit', 'POST /users/query', asServer({ limit: 1001 })],
    [400, 'invalid_offset', 'POST /users/query', asServer({ offset: -1 })],
    [400, 'invalid_cursor', 'POST /users/query', asServer({ next: 'nonsense' })],
    [400, 'invalid_sort', 'POST /users/query', asServer({ sort: 'id' })],
    [400, 'not_sortable', 'POST /users/query', asServer({ sort: { name: 1 } })],
    [400, 'unknown_field', payload({ filter_conditions: { rol: 'a' } }), asServer()],
    [
      400,
      'operator_not_allowed',
      payload({ filter_conditions: { name: { $gt: 'a' } } }),
      asServer(),
    ],
    [400, 'unknown_operator', payload({ filter_conditions: { $where: '1' } }), asServer()],
    [400, 'empty', payload({ filter_conditions: { $and: [] } }), asServer()],
    [400, 'invalid_input', 'POST /users', asServer()],
    [400, 'invalid_input', 'POST /users', asServer([])],
    [400, 'invalid_input', 'POST /users', asServer('null')],
    [400, 'invalid_input', 'POST /users', asServer('"text"')],
    [400, 'invalid_input', 'POST /users', users(), { path: '/users' }],
    [400, 'invalid_input', 'POST /users', users({}), { path: '/users/0/id' }],
    [
      400,
      'invalid_input',
      'POST /users',
      users({ id: 'ok' }, { id: 'bad', name: 1 }),
      { user_id: 'bad', field: 'name', path: '/users/1/name' },
    ],
    [
      400,
      'invalid_input',
      'POST /users',
      users(...Array.from({ length: 101 }, (_, i) => ({ id: `${i}` }))),
    ],
    [
      400,
      'invalid_input',
      'POST /export/users',
      ids(...Array.from({ length: 26 }, (_, i) => `${i}`)),
    ],
    [400, 'invalid_input', 'POST /users/delete', asServer({ user_ids: ['ana'], user: 'hard' })],
    [400, 'invalid_input', 'POST /users/ana/deactivate', asServer([])],
    [400, 'invalid_input', 'POST /users/ana/deactivate', asServer('null')],
    [400, 'invalid_input', 'POST /guest', {}],
    [400, 'unknown_field', 'POST /users', users({ id: 'x', nam: 'X' }), { field: 'nam' }],
    [400, 'unknown_field', 'PATCH /users', users({ id: 'ana', set: { nam: 'X' } })],
    [400, 'unknown_field', 'POST /users/ana/deactivate', asServer({ reason: 'x' })],
    [400, 'unknown_field', 'POST /guest', { body: { user: { id: 'x', role: 'admin' } } }],
    [400, 'read_only_field', 'POST /users', users({ id: 'x', created_at: '2024-05-01T12:00:00Z' })],
    [400, 'read_only_field', 'PATCH /users', users({ id: 'ana', unset: ['deleted_at'] })],
    [400, 'duplicate_user', 'POST /users', users({ id: 'x' }, { id: 'x' }), { user_id: 'x' }],
    [400, 'duplicate_user', 'POST /export/users', ids('ana', 'ana'), { user_id: 'ana' }],
    [400, 'invalid_input', 'PATCH /app', asServer({ guests: 1 }), { path: '/guests' }],
    [
      400,
      'invalid_input',
      'PATCH /app',
      asServer({ client_may_update: ['name', 'role'] }),
      { path: '/client_may_update/1' },
    ],
    [400, 'unknown_field', 'PATCH /app', asServer({ guest: true }), { field: 'guest' }],
    [400, 'unknown_parameter', 'GET /app?all=1', asServer()],
    [400, 'unknown_parameter', 'GET /users/me?id=bo', asAna()],
    [400, 'unknown_parameter', 'PATCH /users/me', asAna({ user_id: 'off', set: {} })],
    [400, 'invalid_json', 'PATCH /users/me', asAna('{')],
    [400, 'invalid_input', 'PATCH /users/me', asAna([])],
    [400, 'invalid_input', 'PATCH /users/me', asAna({ set: { name: 1 } }), { path: '/set/name' }],
    [400, 'unknown_field', 'PATCH /users/me', asAna({ set: { nam: 'X' } }), { field: 'nam' }],
    [400, 'unknown_field', 'PATCH /users/me', asAna({ name: 'X' }), { field: 'name' }],
    [400, 'read_only_field', 'PATCH /users/me', asAna({ unset: ['created_at'] })],
    [400, 'read_only_field', 'PATCH /users/me', asAna({ set: { id: 'off' } }), { field: 'id' }],
    [
      403,
      'not_allowed',
      'PATCH /users/me',
      asAna({ set: { name: 'A', role: 'admin' } }),
      { user_id: 'ana', field: 'role', path: '/set/role' },
    ],
    [403, 'not_allowed', 'PATCH /users/me', asAna({ unset: ['teams'] }), { path: '/unset/0' }],
    [400, 'unknown_parameter', 'POST /connect?id=bo', asAna()],
    [400, 'unknown_parameter', 'GET /connect?id=bo', asAna()],
    [400, 'unknown_parameter', 'POST /connect', asAna({ token: 'x' })],
    [400, 'invalid_json', 'POST /connect', asAna('{"user":')],
    [400, 'invalid_input', 'POST /connect', asAna([])],
    [400, 'invalid_input', 'POST /connect', asAna({ user: [] }), { path: '/user' }],
    [400, 'invalid_input', 'POST /connect', asAna({ user: { name: 1 } }), { path: '/user/name' }],
    [400, 'unknown_field', 'POST /connect', asAna({ user: { nam: 'A' } })],
    [400, 'read_only_field', 'POST /connect', asAna({ user: { created_at: 'x' } })],
    [403, 'not_allowed', 'POST /connect', asAna({ user: { role: 'admin' } }), { user_id: 'ana' }],
    [403, 'forbidden', 'POST /connect', asAna({ user: { id: 'off' } })],
    [403, 'forbidden', 'POST /connect', asServer({ user: { id: 'new' } })],
    [403, 'forbidden', 'GET /connect', asServer()],
    [403, 'forbidden', 'POST /connect', { token: clientOf('off') }],
    [403, 'forbidden', 'GET /connect', { token: clientOf('gone') }],
    [403, 'forbidden', 'POST /connect', { token: clientOf('gone') }],
    [403, 'forbidden', 'POST /connect', { token: clientOf('g', { guest: true, nonce: 'x' }) }],
    [401, 'unauthorized', 'POST /connect', {}],
    [401, 'unauthorized', 'GET /connect', {}],
    [409, 'username_taken', 'POST /connect', asAna({ user: { username: 'O.F.F' } })],
    [401, 'unauthorized', 'GET /users/me', {}],
    [401, 'unauthorized', 'GET /users/me', { token: clientOf('nobody') }],
    [403, 'forbidden', 'GET /users/me', asServer()],
    [403, 'forbidden', 'PATCH /users/me', { token: clientOf('off'), body: {} }],
    [409, 'username_taken', 'PATCH /users/me', asAna({ set: { username: 'o f f' } })],
    [401, 'unauthorized', 'GET /app', {}],
    [403, 'forbidden', 'PATCH /app', { token: clientOf('ana'), body: {} }],
    [400, 'invalid_input', 'POST /webhooks', asServer({}), { path: '/url' }],
    [400, 'invalid_input', 'POST /webhooks', asServer({ url: 'ftp://a' }), { path: '/url' }],
    [400, 'invalid_input', 'POST /webhooks', asServer({ url: 'javascript:1' }), { path: '/url' }],
    [
      400,
      'invalid_input',
      'POST /webhooks',
      asServer({ url: 'https://a:b@c.d' }),
      { path: '/url' },
    ],
    [400, 'invalid_input', 'POST /webhooks', asServer({ url: 'a/b' }), { path: '/url' }],
    [
      400,
      'invalid_input',
      'POST /webhooks',
      asServer({ url: 'https://a.b', secrets: ['whsec_AAAA'] }),
      { path: '/secrets/0' },
    ],
    [
      400,
      'invalid_input',
      'POST /webhooks',
      asServer({ url: 'https://a.b', event_types: ['user.seen'] }),
      { path: '/event_types/0' },
    ],
    [400, 'unknown_field', 'POST /webhooks', asServer({ url: 'https://a.b', name: 'x' })],
    [400, 'unknown_parameter', 'GET /webhooks?all=1', asServer()],
    [400, 'unknown_parameter', 'PATCH /webhooks/none', asServer({ id: 'other' })],
    [400, 'unknown_parameter', 'GET /webhooks/none/dead-letters?payload={"id":"x"}', asServer()],
    [400, 'unknown_field', 'GET /webhooks/none/dead-letters?payload={"offset":1}', asServer()],
    [400, 'invalid_operand', 'GET /webhooks/none/dead-letters?payload=1', asServer()],
    [400, 'invalid_input', 'GET /webhooks/none/dead-letters?payload={"limit":101}', asServer()],
    [400, 'invalid_input', 'GET /webhooks/none/dead-letters?payload={"next":"x"}', asServer()],
    [400, 'invalid_input', 'PATCH /webhooks/none', asServer([])],
    [404, 'webhook_not_found', 'PATCH /webhooks/none', asServer({})],
    [404, 'webhook_not_found', 'POST /webhooks/none/delete', asServer()],
    [404, 'webhook_not_found', 'GET /webhooks/none/dead-letters', asServer()],
    [404, 'webhook_not_found', 'POST /webhooks/none/redeliver', asServer({})],
    [401, 'unauthorized', 'GET /webhooks', {}],
    [403, 'forbidden', 'POST /webhooks', asAna({ url: 'https://a.b' })],
    [401, 'unauthorized', 'GET /users', {}],
    [403, 'forbidden', 'POST /users', { token: clientOf('ana'), body: {} }],
    [404, 'not_found', 'GET /', asServer()],
    [404, 'not_found', 'GET /user', asServer()],
    [404, 'not_found', 'DELETE /users', asServer()],
    [404, 'not_found', 'POST /tasks/none', asServer()],
    [404, 'user_not_found', 'PATCH /users', users({ id: 'no', set: {} }), { user_id: 'no' }],
    [404, 'user_not_found', 'POST /users/no/deactivate', asServer(), { user_id: 'no' }],
    [404, 'user_not_found', 'POST /users/delete', ids('ana', 'no'), { user_id: 'no' }],
    [404, 'user_not_found', 'POST /users/restore', ids('no'), { user_id: 'no' }],
    [404, 'task_not_found', 'GET /tasks/none', asServer()],
    [409, 'user_exists', 'POST /guest', asServer({ user: { id: 'ana' } }), { user_id: 'ana' }],
    [
      400,
      'invalid_input',
      'POST /guest',
      { body: { user: { id: 'x'.repeat(213) } } },
      { path: '/user/id' },
    ],
    [409, 'user_deactivated', 'POST /users', users({ id: 'off' }), { user_id: 'off' }],
    [409, 'user_deleted', 'POST /users', users({ id: 'gone' }), { user_id: 'gone' }],
    [409, 'user_deleted', 'POST /users/gone/reactivate', asServer(), { user_id: 'gone' }],
    [409, 'user_not_deleted', 'POST /users/restore', ids('ana'), { user_id: 'ana' }],
    [409, 'username_taken', 'POST /users', users({ id: 'x', username: 'A.N.A' }), { user_id: 'x' }],
    [413, 'too_large', 'POST /users', asServer({ users: [{ id: 'x', name: 'n'.repeat(20_000) }] })],
  ]

  it.each(CASES)('%i %s: %s', async (...own) => {
    const [status, code, endpoint, call, details = {}] = own as unknown as (typeof CASES)[number]
    const { ask, users, reported } = await open({
      maxBody: 10_000,
      settings: { uniqueUsernames: 'app', clientMayUpdate: ['name', 'username', 'custom'] },
      seed: [{ id: 'ana', username: 'ana' }, { id: 'off', username: 'off' }, { id: 'gone' }],
    })
    await users.deactivateUser({ user_id: 'off' })
    await users.deleteUsers({ user_ids: ['gone'] })
    const before = await users.queryUsers()
    const answer = await ask(endpoint, call)
    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.body).toEqual({ code, message: TEXT, details: expect.objectContaining(details) })
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.text).not.toMatch(/node_modules|\.ts:|\\n +at /)
    expect(await users.queryUsers()).toEqual(before)
    expect(reported).toEqual([])
  })

  it.each([{ usesTeams: true }, { guests: false }])(
    '403 guests_not_allowed: %j',
    async (settings) => {
      const { ask } = await open({ settings })
      expect(await ask('POST /guest', { body: { user: { id: 'g' } } })).toMatchObject({
        status: 403,
        body: { code: 'guests_not_allowed', message: TEXT, details: {} },
      })
    },
  )

  it('a batch fails as a whole, with its first error', async () => {
    const { ask } = await open({ seed: [{ id: 'ana' }] })
    const answer = await ask('POST /users', users({ id: 'new' }, { id: '' }, { nothing: true }))
    expect(answer.body).toMatchObject({ code: 'invalid_input', details: { path: '/users/1/id' } })
    expect((await ask('GET /users', asServer())).body.users).toHaveLength(1)
  })
})

describe('an unexpected error', () => {
  const internal = {
    status: 500,
    body: { code: 'internal', message: TEXT, details: {} },
  }
  const SECRETS = /secret of the hook|node_modules|\.ts|SELECT|destroyed|stack/i

  it('in a hook is passed to onError and not to the caller', async () => {
    const cause = new Error('secret of the hook')
    const { ask, reported } = await open({
      seed: [{ id: 'ana' }],
      hooks: {
        onDeactivate: () => {
          throw cause
        },
      },
    })
    const answer = await ask('POST /users/ana/deactivate', asServer())
    expect(answer).toMatchObject({ status: 500, body: { code: 'hook_failed', message: TEXT } })
    expect(answer.body.details).toEqual({ user_id: 'ana' })
    expect(answer.text).not.toMatch(SECRETS)
    expect(reported).toEqual([expect.objectContaining({ cause })])
  })

  it.each([
    'GET /users',
    'POST /users/query',
    'GET /tasks/00000000-0000-4000-8000-000000000000',
    'POST /export/users',
    'GET /users/watch',
  ])('of a closed database: %s', async (endpoint) => {
    const { ask, users, reported } = await open({ settings: { worker: false } })
    await users.close()
    const body = endpoint.startsWith('POST /export') ? { user_ids: ['ana'] } : undefined
    const answer = await ask(endpoint, asServer(body))
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(answer.text).not.toMatch(SECRETS)
    expect(reported).toHaveLength(1)
  })

  it('of a closed database, requested by a client', async () => {
    const { ask, users, reported } = await open({ seed: [{ id: 'ana' }] })
    await users.close()
    const answer = await ask('GET /users', { token: clientOf('ana') })
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(reported).toHaveLength(1)
  })

  const THROWN: readonly unknown[] = [
    new Error('secret of the hook'),
    'secret of the hook',
    undefined,
  ]

  it.each(THROWN)('in the option clientAddress: %s', async (thrown) => {
    const { ask, reported } = await open({
      rateLimit: { requests: 5, seconds: 5 },
      address: () => {
        throw thrown
      },
    })
    const answer = await ask('GET /users')
    expect(answer).toMatchObject(internal)
    expect(answer.text).not.toMatch(SECRETS)
    expect(reported).toEqual([thrown])
  })

  it('in onError itself', async () => {
    const { ask, users } = await open({
      hooks: {
        onError: () => {
          throw new Error('secret of the hook')
        },
      },
      settings: { worker: false },
    })
    await users.close()
    const answer = await ask('GET /users', asServer())
    expect(answer).toMatchObject({ status: 503, body: { code: 'unavailable' } })
    expect(answer.text).not.toMatch(SECRETS)
  })
})

describe('the rate limit', () => {
  it('applies to each client, guest and address, and not to servers', async () => {
    const { ask } = await open({
      seed: [{ id: 'ana' }, { id: 'bo' }],
      rateLimit: { requests: 2, seconds: 60 },
      address: (request) => request.headers.get('x-address') ?? '',
    })
    const statuses = async (call: Call) => [
      (await ask('GET /users', call)).status,
      (await ask('GET /users', call)).status,
      (await ask('GET /users', call)).status,
    ]
    const from = (address: string) => ({ headers: { 'x-address': address } })
    expect(await statuses({ token: clientOf('ana') })).toEqual([200, 200, 429])
    expect(await statuses({ token: clientOf('bo'), ...from('1') })).toEqual([200, 200, 429])
    expect(await statuses(from('1'))).toEqual([401, 401, 429])
    // Requests with invalid tokens are counted by address, not by the user in the token.
    expect(await statuses({ token: 'nonsense', ...from('user ana') })).toEqual([401, 401, 429])
    expect(await statuses({ token: clientOf('nobody'), ...from('3') })).toEqual([401, 401, 429])
    expect(await statuses({ token: SERVER })).toEqual([200, 200, 200])
    const answer = await ask('GET /users', { token: clientOf('ana') })
    expect(answer.body).toEqual({ code: 'too_many_requests', message: TEXT, details: {} })
    expect(answer.headers.get('retry-after')).toBe('60')
    expect(await ask('POST /guest', { ...from('1'), body: {} })).toMatchObject({ status: 429 })
  })

  it('also applies to the address of guests', async () => {
    const { ask } = await open({
      rateLimit: { requests: 3, seconds: 60 },
      address: () => '1.2.3.4',
    })
    const guest = async (id: string) => (await ask('POST /guest', { body: { user: { id } } })).body
    const one = await guest('one')
    const other = await guest('other')
    expect((await ask('GET /users', { token: one.access_token as never })).status).toBe(200)
    expect((await ask('GET /users', { token: other.access_token as never })).status).toBe(429)
  })
})

describe('open lists', () => {
  it('are limited for each client, and closed lists are not counted', async () => {
    const { ask, users, handler } = await open({ seed: [{ id: 'ana' }, { id: 'bo' }], maxLists: 2 })
    const watch = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      const response = await handler(new Request('http://h/users/watch', { headers }))
      return { status: response.status, close: () => response.body?.cancel() }
    }
    const first = await watch(clientOf('ana'))
    await watch(clientOf('ana'))
    expect((await watch(clientOf('ana'))).status).toBe(429)
    expect((await watch(clientOf('bo'))).status).toBe(200)
    const wrong = 'GET /users/watch?payload=%7B%22filter_conditions%22%3A1%7D'
    for (let i = 0; i < 3; i++) {
      expect((await ask(wrong, { token: clientOf('bo') })).status).toBe(400)
    }
    await first.close()
    expect((await watch(clientOf('ana'))).status).toBe(200)
    for (let i = 0; i < 3; i++) expect((await watch(SERVER)).status).toBe(200)
    users.endWatches()
  })
})

describe('basePath', () => {
  it.each(['/api', '/api/', 'api', '/api/v1', '//api//'])('%s', async (basePath) => {
    const base = `/${basePath.replace(/^\/+|\/+$/g, '')}`
    const { ask } = await open({ basePath, seed: [{ id: 'ana' }] })
    expect((await ask(`GET ${base}/users`, asServer())).body.users).toHaveLength(1)
    expect(await ask('GET /users', asServer())).toMatchObject({
      status: 404,
      body: { code: 'not_found', message: TEXT, details: {} },
    })
    expect(await ask(`GET ${base}/users`)).toMatchObject({ status: 401 })
    expect((await ask(`POST ${base}/users/ana/deactivate`, asServer())).status).toBe(200)
    const { body } = await ask(`GET ${base}/openapi.json`)
    expect(body.servers).toEqual([{ url: base }])
  })
})

describe('options of the handler', () => {
  it.each([
    [{ maxLists: 0 }, 'maxLists: expected an integer of at least 1'],
    [{ maxConnections: 0 }, 'maxConnections: expected an integer of at least 1'],
    [{ maxListsInAll: 1.5 }, 'maxListsInAll: expected an integer'],
    [{ maxBody: -1 }, 'maxBody: expected bytes'],
    [{ rateLimit: { requests: 10 } }, 'rateLimit: expected { requests, seconds }'],
    [{ rateLimit: { requests: 10, second: 1 } }, 'rateLimit: expected { requests, seconds }'],
    [{ anonymous: 'yes' }, 'anonymous: expected true or false'],
    [{ address: '127.0.0.1' }, 'address: expected a function'],
    [{ basePath: 7 }, 'basePath: expected a path'],
    [{ secret: 'short' }, 'secret: expected text of at least 32 bytes'],
    [{ maxList: 5 }, 'option maxList: unknown; expected one of secret, '],
  ])('are validated: %j', async (options, message) => {
    const { users } = await open()
    await expect(createUsersHandler(users, options as never)).rejects.toThrow(message)
  })
})
