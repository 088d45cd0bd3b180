// Longer than most files here: one document, held against everything that it describes.

import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import { Hono } from 'hono'
import { parseQuery, safeParseFilter } from 'tamis'
import { filterArbitrary, invalidFilterArbitrary, queryArbitrary } from 'tamis/fast-check'
import { usersSchema } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { inputs } from '../../src/users/input.ts'
import { budget } from '../support/budget.ts'
import { clientOf, closeAll, ENDPOINTS, open, SERVER, type Service } from './service.ts'
import { until } from './until.ts'

// The handler does not show its routes; the app that this is called on lists them.
const basePath = vi.spyOn(Hono.prototype, 'basePath')

interface Operation {
  readonly operationId: string
  readonly security: readonly object[]
  readonly requestBody?: { readonly required: boolean }
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

let service: Service
let document: Document
let ajv: Ajv2020

beforeAll(async () => {
  service = await open({
    settings: { clientMayUpdate: ['name', 'custom'] },
    seed: [{ id: 'ana' }, { id: 'bo' }],
  })
  document = JSON.parse((await service.ask('GET /openapi.json')).text)
  ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  const { validate } = ajv.formats['date-time'] as { validate: (text: string) => boolean }
  // The package's takes a space for the T too, and the year 0, which RFC 3339 leaves to who uses it.
  ajv.addFormat('date-time', (text) => /^(?!0000)[\d-]+t/i.test(text) && validate(text))
  ajv.addSchema(document, 'users')
})
afterAll(closeAll)

const pointer = (...keys: readonly string[]) =>
  keys
    .map((key) => `/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('')

const schemaAt = (...keys: readonly string[]): ValidateFunction =>
  ajv.compile({ $ref: `users#${pointer(...keys)}` })

const component = (name: string) => schemaAt('components', 'schemas', name)

const body = (method: string, path: string) =>
  schemaAt('paths', path, method, 'requestBody', 'content', 'application/json', 'schema')

const answer = (method: string, path: string, status: number) =>
  schemaAt('paths', path, method, 'responses', `${status}`, 'content', 'application/json', 'schema')

/** What arrives of a value that is sent. */
const sent = (value: unknown): unknown => {
  const text = JSON.stringify(value, (_, own) => (typeof own === 'bigint' ? Number(own) : own))
  return text === undefined ? undefined : JSON.parse(text)
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)))
    expect(result).toEqual({ valid: true })
  })

  it.each(['/', '/api'])('is valid JSON Schema at %s', async (basePath) => {
    const { ask } = await open({ basePath })
    const at = basePath === '/' ? '' : basePath
    const own = JSON.parse((await ask(`GET ${at}/openapi.json`)).text)
    expect(own.servers).toEqual(at === '' ? undefined : [{ url: at }])
    expect(own.paths).toEqual(document.paths)
    expect((await new Validator().validate(own)).valid).toBe(true)
  })

  it('has every route of the handler except its own, and no other', () => {
    const app: unknown = basePath.mock.contexts[0]
    if (!(app instanceof Hono)) throw new Error('the handler has no app')
    const handled = app.routes
      .filter(({ method, path }) => method !== 'ALL' && path !== '/openapi.json')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
    const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    // Middleware counts as a route in hono.
    expect([...new Set(handled)].toSorted()).toEqual(documented.toSorted())
    expect(documented).toHaveLength(ENDPOINTS.length - 1)
  })

  const isClients = (operation: Operation | undefined) =>
    JSON.stringify(operation?.security) === '[{"client":[]}]'

  it('says where a body is optional', async () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { requestBody }] of Object.entries(operations)) {
        if (requestBody === undefined) continue
        const endpoint = `${method.toUpperCase()} ${path.replace('{id}', 'ana')}`
        const token = isClients(operations[method]) ? clientOf('ana') : SERVER
        const { status } = await service.ask(endpoint, { token })
        expect({ endpoint, required: status === 400 }).toEqual({
          endpoint,
          required: requestBody.required,
        })
      }
    }
  })

  it('says who may call each operation', async () => {
    const operations = Object.entries(document.paths).flatMap(([path, own]) =>
      Object.entries(own).map(([method, operation]) => ({ path, method, operation })),
    )
    for (const { path, method, operation } of operations) {
      const endpoint = `${method.toUpperCase()} ${path.replace('{id}', 'none')}`
      const statuses: number[] = []
      for (const token of [undefined, clientOf('ana')]) {
        const response = await service.handler(
          new Request(`http://users.test${endpoint.split(' ')[1]}`, {
            method: method.toUpperCase(),
            headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
            ...(operation.requestBody === undefined ? {} : { body: '{}' }),
          }),
        )
        await response.body?.cancel()
        statuses.push(response.status)
      }
      const names = operation.security.flatMap((own) => Object.keys(own))
      const [anybody, client] = statuses
      expect({ endpoint, isClosed: anybody === 401, isServers: client === 403 }).toEqual({
        endpoint,
        isClosed: names.length > 0,
        isServers: names.length > 0 && !names.includes('client'),
      })
    }
  })
})

describe('filters', () => {
  /**
   * Rules that JSON Schema cannot express: the total size, which texts databases store,
   * and what a word is.
   */
  const NOT_IN_SCHEMA = new Set(['too_deep', 'too_many', 'too_long', 'too_costly'])
  const holdsMore = (value: unknown): boolean =>
    /\\u0000|\\ud[89a-f]|"\$autocomplete":"[^\p{L}\p{N}]*"/iu.test(JSON.stringify(value))

  it('that are accepted are valid', () => {
    const validate = component('Filter')
    let count = 0
    fc.assert(
      fc.property(filterArbitrary(usersSchema), (filter) => {
        const own = sent(filter)
        if (!safeParseFilter(usersSchema, own).ok) return
        count++
        expect({ own, valid: validate(own), errors: validate.errors }).toMatchObject({
          valid: true,
        })
      }),
      { numRuns: budget(400, 2000) },
    )
    expect(count).toBeGreaterThan(budget(300, 1500))
  })

  it('that are invalid are refused by both', () => {
    const validate = component('Filter')
    let count = 0
    fc.assert(
      fc.property(invalidFilterArbitrary(usersSchema), (filter) => {
        const own = sent(filter)
        const result = safeParseFilter(usersSchema, own)
        if (result.ok || own === undefined || holdsMore(own)) return
        if (result.issues.every(({ code }) => NOT_IN_SCHEMA.has(code))) return
        count++
        expect({ own, issues: result.issues, valid: validate(own) }).toMatchObject({ valid: false })
      }),
      { numRuns: budget(400, 2000) },
    )
    expect(count).toBeGreaterThan(budget(200, 1000))
  })

  const WRONG: readonly unknown[] = [
    null,
    [],
    'role',
    { rol: 'admin' },
    { deleted_at: null },
    { deactivated_at: null },
    { custom: 'a' },
    { 'custom.': 'a' },
    { 'custom.a.': 'a' },
    { 'custom..a': 'a' },
    { customs: 'a' },
    { role: { $ne: 'admin' } },
    { role: { $nin: [] } },
    { role: { $exists: true } },
    { name: { $gt: 'a' } },
    { banned: { $in: [true] } },
    { 'custom.a': { $autocomplete: 'a' } },
    { role: 1 },
    { role: { $eq: 1 } },
    { role: { $gt: null } },
    { role: { $in: 'admin' } },
    { role: { $in: [1] } },
    { role: {} },
    { role: { $not: {} } },
    { role: { $not: 'admin' } },
    { role: { $not: { $ne: 'admin' } } },
    { banned: 'true' },
    { created_at: 'yesterday' },
    { created_at: 1 },
    { last_active: { $exists: 1 } },
    { teams: { $contains: ['a'] } },
    { teams: [1] },
    { 'custom.a': 1.5 },
    { 'custom.a': 2 ** 53 },
    { 'custom.a': [1] },
    { 'custom.a': { a: 1 } },
    { name: { $autocomplete: '' } },
    { $and: [] },
    { $or: {} },
    { $nor: [null] },
    { $not: { role: 'a' } },
    { $where: '1' },
    { $and: [{ $or: [{ role: 'a' }, { nothing: 1 }] }] },
  ]
  it.each(WRONG.map((filter) => ({ filter })))('$filter is refused by both', ({ filter }) => {
    expect(safeParseFilter(usersSchema, filter).ok).toBe(false)
    expect(component('Filter')(filter)).toBe(false)
  })

  const RIGHT: readonly unknown[] = [
    {},
    { role: null },
    { role: { $in: [] } },
    { role: { $in: [null, 'a'] } },
    { role: { $gt: 'a', $lt: 'b', $not: { $eq: 'c' } } },
    { teams: ['a', 'b'] },
    { teams: { $contains: 'a' } },
    { 'custom.a.b.c': true },
    { 'custom.$and': 1 },
    { 'custom.__proto__': 1 },
    { 'custom.a': 2 ** 53 - 1 },
    { created_at: '2024-05-01T12:00:00+02:00' },
    { last_active: { $exists: false } },
    { $and: [{ $or: [{}] }] },
  ]
  it.each(RIGHT.map((filter) => ({ filter })))('$filter is accepted by both', ({ filter }) => {
    expect(safeParseFilter(usersSchema, filter).ok).toBe(true)
    expect(component('Filter')(filter)).toBe(true)
  })
})

describe('payloads', () => {
  it('that are accepted are valid', () => {
    const validate = component('Payload')
    fc.assert(
      fc.property(queryArbitrary(usersSchema), (payload) => {
        const own = sent(payload)
        try {
          parseQuery(usersSchema, own)
        } catch {
          return
        }
        expect({ own, valid: validate(own), errors: validate.errors }).toMatchObject({
          valid: true,
        })
      }),
      { numRuns: budget(200, 1000) },
    )
  })

  it.each([
    { limit: 1001 },
    { limit: -1 },
    { limit: 1.5 },
    { limit: '1' },
    { offset: 1001 },
    { sort: { name: 1 } },
    { sort: { id: 2 } },
    { sort: [{ field: 'id', direction: 0 }] },
    { sort: [{ direction: 1 }] },
    { sort: 'id' },
    { id_gt: 1 },
    { next: 1 },
    { include_deactivated_users: 'yes' },
    { filters: {} },
    { filter_conditions: { rol: 1 } },
  ])('%j is refused by both', (payload) => {
    expect(() => parseQuery(usersSchema, payload)).toThrow()
    expect(component('Payload')(payload)).toBe(false)
  })
})

describe('inputs', () => {
  const id = fc.constantFrom('ana', 'bo', 'é', '__proto__', 'x'.repeat(255), '😀'.repeat(127))
  const text = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('', 'x'.repeat(4096)))
  const json = fc.oneof(
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
    fc.constantFrom({}, { a: { b: [1, null, 1e300] } }, JSON.parse('{"__proto__":{"a":1}}')),
  )
  const TIMES = [
    '2024-05-01T12:00:00+14:00',
    '2024-05-01t12:00:00z',
    '2024-05-01T12:00:00.123456789Z',
    '2016-12-31T23:59:60Z',
    '2016-12-31T23:59:60+00:00',
    '2017-01-01T00:59:60+01:00',
    '2016-12-31T12:00:60Z',
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999Z',
    '2024-05-01 12:00:00Z',
    '2024-05-01T24:00:00Z',
    '2024-05-01T12:00:00-00:00',
    '2024-05-01T12:00:00+23:59',
    '2024-05-01T12:00:00+24:00',
    '2024-05-01T12:00Z',
    '2024-05-01T12:00:00',
    '2024-05-01',
    'yesterday',
  ] as const
  const time = fc.oneof(
    {
      weight: 30,
      arbitrary: fc
        .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString()),
    },
    { weight: 1, arbitrary: fc.constantFrom(...TIMES) },
  )
  const profile = {
    role: id,
    name: text,
    image: text,
    username: id,
    custom: json,
    teams: fc.array(id, { maxLength: 3 }),
    teams_role: fc.dictionary(fc.string(), id),
    language: text,
    banned: fc.boolean(),
    shadow_banned: fc.boolean(),
    invisible: fc.boolean(),
    online: fc.boolean(),
    ban_expires: time,
    last_active: time,
    revoke_tokens_issued_before: time,
    avg_response_time: fc.oneof(
      { weight: 20, arbitrary: fc.nat() },
      { weight: 1, arbitrary: fc.constantFrom(2 ** 53 - 1, 2 ** 53, 1.5, -1) },
    ),
    blocked_user_ids: fc.array(id, { maxLength: 3 }),
    devices: fc.array(json, { maxLength: 2 }),
    privacy_settings: json,
    push_notifications: json,
  }
  it.each([...TIMES])('the accepted time %s is valid', (last_active) => {
    const input = { users: [{ id: 'ana', last_active }] }
    if (!inputs.upsertUsers.safeParse(input).success) return
    expect(body('post', '/users')(input)).toBe(true)
  })

  const nonsense = fc.constantFrom<unknown[]>(null, 1, 1.5, '', 'x', [], {}, true, [null], '\0')

  /** Mostly a valid object; else one of its values is invalid, or one is added. */
  const mistaken = (shape: Record<string, fc.Arbitrary<unknown>>, requiredKeys: string[]) => {
    const right = fc.record(shape, { requiredKeys })
    const keys = fc.constantFrom(...Object.keys(shape), 'more', 'created_at')
    return fc.oneof(
      { weight: 5, arbitrary: right },
      {
        weight: 1,
        arbitrary: fc
          .tuple(right, keys, nonsense)
          .map(([own, key, value]) => ({ ...own, [key]: value })),
      },
    )
  }
  const many = (own: fc.Arbitrary<unknown>) => fc.array(own, { minLength: 0, maxLength: 3 })
  const ids = fc.oneof(many(id), fc.constant(Array.from({ length: 101 }, (_, i) => `${i}`)))

  const CASES = {
    upsertUsers: [
      'post',
      '/users',
      mistaken({ users: many(mistaken({ id, ...profile }, ['id'])) }, ['users']),
    ],
    updateUsersPartial: [
      'patch',
      '/users',
      mistaken({ users: many(mistaken({ id, set: json, unset: fc.array(fc.string()) }, ['id'])) }, [
        'users',
      ]),
    ],
    deactivateUsers: [
      'post',
      '/users/deactivate',
      mistaken({ user_ids: ids, mark_messages_deleted: fc.boolean(), created_by_id: id }, [
        'user_ids',
      ]),
    ],
    reactivateUsers: [
      'post',
      '/users/reactivate',
      mistaken({ user_ids: ids, restore_messages: fc.boolean(), name: text }, ['user_ids']),
    ],
    deleteUsers: [
      'post',
      '/users/delete',
      mistaken(
        {
          user_ids: ids,
          user: fc.constantFrom('soft', 'pruning', 'hard', 'medium'),
          conversations: fc.constantFrom('soft', 'hard', 'pruning'),
          messages: fc.constantFrom('soft', 'pruning', 'hard'),
          calls: fc.constantFrom('soft', 'hard', 'pruning'),
          new_channel_owner_id: id,
        },
        ['user_ids'],
      ),
    ],
    restoreUsers: ['post', '/users/restore', mistaken({ user_ids: ids }, ['user_ids'])],
    exportUsers: ['post', '/export/users', mistaken({ user_ids: ids }, ['user_ids'])],
    updateApp: [
      'patch',
      '/app',
      mistaken(
        {
          enforce_unique_usernames: fc.constantFrom('no', 'app', 'team', 'yes'),
          guests: fc.boolean(),
          anonymous: fc.boolean(),
          uses_teams: fc.boolean(),
          client_may_update: fc.uniqueArray(fc.constantFrom('name', 'custom', 'devices')),
        },
        [],
      ),
    ],
    createWebhook: [
      'post',
      '/webhooks',
      mistaken(
        {
          url: fc.constantFrom('https://users.test', 'http://10.0.0.1:8080/a?b=c', 'ftp://a', '/a'),
          description: text,
          event_types: fc.array(fc.constantFrom('user.created', 'user.deleted', 'user.seen'), {
            minLength: 1,
            maxLength: 2,
          }),
          secrets: fc.constantFrom(
            [`whsec_${'A'.repeat(32)}`],
            [`whsec_${'A'.repeat(43)}=`, `whsec_${'/'.repeat(86)}==`],
            ['whsec_short'],
            [],
          ),
          enabled: fc.boolean(),
        },
        ['url'],
      ),
    ],
    createGuest: [
      'post',
      '/guest',
      mistaken({ user: mistaken({ id, name: text }, ['id']) }, ['user']),
    ],
  } as const satisfies Partial<Record<keyof typeof inputs, readonly unknown[]>>

  it.each(Object.entries(CASES))('%s: accepted inputs are valid', (name, [method, path, own]) => {
    const shape = inputs[name as keyof typeof inputs]
    const validate = body(method, path)
    const counts = { accepted: 0, refused: 0, both: 0 }
    fc.assert(
      fc.property(own as fc.Arbitrary<unknown>, (value) => {
        const input = sent(value)
        const isValid = validate(input)
        if (!shape.safeParse(input).success) {
          counts.refused++
          if (!isValid) counts.both++
          return
        }
        counts.accepted++
        expect({ input, isValid, errors: validate.errors }).toMatchObject({ isValid: true })
      }),
      { numRuns: budget(200, 500) },
    )
    // Both must occur: most refused inputs are refused by the schema, too.
    expect(counts.accepted).toBeGreaterThan(budget(5, 30))
    expect(counts.both).toBeGreaterThan(budget(5, 30))
  })

  it.each([
    ['post', '/users', {}],
    ['post', '/users', { users: [] }],
    ['post', '/users', { users: [{}] }],
    ['post', '/users', { users: [{ id: '' }] }],
    ['post', '/users', { users: [{ id: 'x'.repeat(256) }] }],
    ['post', '/users', { users: [{ id: 'x', nam: 'X' }] }],
    ['post', '/users', { users: [{ id: 'x', created_at: '2024-05-01T12:00:00Z' }] }],
    ['post', '/users', { users: [{ id: 'x', custom: [] }] }],
    ['post', '/users', { users: [{ id: 'x', last_active: 'yesterday' }] }],
    ['post', '/users', { users: [{ id: 'x', avg_response_time: -1 }] }],
    ['post', '/users', { users: Array.from({ length: 101 }, (_, i) => ({ id: `${i}` })) }],
    ['patch', '/users', { users: [{ set: {} }] }],
    ['patch', '/users', { users: [{ id: 'x', unset: 'name' }] }],
    ['post', '/users/delete', { user_ids: [] }],
    ['post', '/users/delete', { user_ids: ['x'], user: 'medium' }],
    ['post', '/export/users', { user_ids: Array.from({ length: 26 }, (_, i) => `${i}`) }],
    ['post', '/users/{id}/deactivate', { user_id: 'x' }],
    ['post', '/users/{id}/deactivate', { reason: 'x' }],
    ['post', '/guest', { user: { id: 'x', role: 'admin' } }],
    ['post', '/connect', { user: { nam: 'A' } }],
    ['post', '/connect', { user: { name: 1 } }],
    ['post', '/connect', { user: 'ana' }],
    ['post', '/connect', { token: 'x' }],
    ['patch', '/users/me', { user_id: 'bo' }],
    ['patch', '/users/me', { unset: 'name' }],
    ['patch', '/app', { client_may_update: ['role'] }],
    ['post', '/webhooks', {}],
    ['post', '/webhooks', { url: `https://users.test/${'x'.repeat(2048)}` }],
    ['post', '/webhooks', { url: 'https://users.test', event_types: ['user.seen'] }],
    ['post', '/webhooks', { url: 'https://users.test', event_types: [] }],
    ['post', '/webhooks', { url: 'https://users.test', secrets: ['secret'] }],
    ['patch', '/webhooks/{id}', { id: 'ana' }],
    ['patch', '/webhooks/{id}', { enabled: 1 }],
    ['post', '/webhooks/{id}/redeliver', { dead_letter_ids: [] }],
    ['patch', '/app', { enforce_unique_usernames: 'all' }],
  ])('%s %s refuses as the handler does: %j', async (method, path, input) => {
    expect(body(method, path)(input)).toBe(false)
    const endpoint = `${method.toUpperCase()} ${path.replace('{id}', 'ana')}`
    const token = /me$|connect$/.test(path) ? clientOf('ana') : SERVER
    expect((await service.ask(endpoint, { token, body: input })).status).toBe(400)
  })
})

describe('responses', () => {
  it('are valid', async () => {
    const { ask } = await open({
      seed: [
        {
          id: 'ana',
          name: 'Ana',
          teams: ['t'],
          teams_role: { t: 'r' },
          last_active: '2024-05-01T12:00:00+02:00',
          avg_response_time: 3,
          devices: [{ id: 'd' }],
        },
      ],
    })
    const check = async (endpoint: string, sentBody?: unknown, path = endpoint.split(' ')[1]!) => {
      const token = /\/(me|connect)$/.test(path) ? clientOf('ana') : SERVER
      const { status, body: own } = await ask(endpoint, { token, body: sentBody })
      const validate = answer(endpoint.split(' ')[0]!.toLowerCase(), path, status)
      expect({ endpoint, own, valid: validate(own), errors: validate.errors }).toMatchObject({
        valid: true,
      })
      return own
    }
    for (const { endpoint, body: own } of ENDPOINTS) {
      if (/openapi|watch|GET \/connect/.test(endpoint)) continue
      const path = endpoint
        .split(' ')[1]!
        .replace('/users/ana/', '/users/{id}/')
        .replace(/\/(tasks|webhooks)\/none/, '/$1/{id}')
      await check(endpoint, own, path)
      if (endpoint.startsWith('GET')) continue
      await check(endpoint, '{', path)
      await check(endpoint, { nothing: 1 }, path)
    }
    const url = 'https://users.test/hook'
    const { webhook } = await check('POST /webhooks', { url, description: 'A test' })
    const { id } = webhook as unknown as { id: string }
    await check('GET /webhooks')
    await check(`PATCH /webhooks/${id}`, { event_types: ['user.deleted'] }, '/webhooks/{id}')
    const letters = '/webhooks/{id}/dead-letters'
    await check(`GET /webhooks/${id}/dead-letters?payload={"limit":1}`, undefined, letters)
    await check(`POST /webhooks/${id}/redeliver`, {}, '/webhooks/{id}/redeliver')
    await check(`POST /webhooks/${id}/delete`, {}, '/webhooks/{id}/delete')
    const { task_id } = await check('POST /export/users', { user_ids: ['ana'] })
    const ended = await until('the export is done', async () => {
      const own = await check(`GET /tasks/${task_id}`, undefined, '/tasks/{id}')
      return own.status === 'completed' ? own : undefined
    })
    expect(ended.result).toMatchObject({ users: [{ id: 'ana' }] })
    await check('GET /tasks?payload={"status":"completed","limit":1}', undefined, '/tasks')
  })
})
