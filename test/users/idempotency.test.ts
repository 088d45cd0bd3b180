import { createUsers, createUsersHandler, type Settings, type Users } from 'tamis/users'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import { type Database, databases } from './databases.ts'
import { killAll, start } from './process.ts'
import {
  answerOf,
  type Call,
  clientOf,
  closeAll,
  ENDPOINTS,
  open,
  requestOf,
  SECRET,
  SERVER,
} from './service.ts'
import { until } from './until.ts'

afterAll(closeAll)
afterEach(killAll)

const withKey = (key: string, call: Call = {}): Call => ({
  ...call,
  headers: { 'idempotency-key': key },
})

const takesKey = (endpoint: string): boolean => !/^GET|\/query$|\/connect$/.test(endpoint)

describe('a repeated write', () => {
  it.each(ENDPOINTS.filter(({ endpoint }) => takesKey(endpoint)))(
    'of $endpoint is answered as the first one was',
    async ({ endpoint, by, body }) => {
      const { ask } = await open({ seed: [{ id: 'ana' }], settings: { clientMayUpdate: ['name'] } })
      const token = by === 'client' ? clientOf('ana') : SERVER
      const first = await ask(endpoint, withKey('k', { token, body }))
      expect(first.headers.has('idempotency-replayed')).toBe(false)
      const second = await ask(endpoint, withKey('"k"', { token, body }))
      expect({ status: second.status, text: second.text }).toEqual({
        status: first.status,
        text: first.text,
      })
      expect(second.headers.get('idempotency-replayed')).toBe('true')
      expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'))
      expect(second.headers.get('cache-control')).toBe('no-store')
    },
  )

  it('is refused by the key of a different request, and of none without a token', async () => {
    const { ask } = await open({ seed: [{ id: 'ana' }], settings: { clientMayUpdate: ['name'] } })
    const body = { users: [{ id: 'a' }] }
    expect(await ask('POST /users', withKey('k', { token: SERVER, body }))).toMatchObject({
      status: 200,
    })
    for (const [endpoint, other] of [
      ['POST /users', { users: [{ id: 'b' }] }],
      ['PATCH /users', body],
      ['POST /users/delete', body],
    ] as const) {
      const answer = await ask(endpoint, withKey('k', { token: SERVER, body: other }))
      expect(answer).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    }
    // The same key of another caller is another key.
    const own = { token: clientOf('ana'), body: { set: { name: 'Ana' } } }
    expect((await ask('PATCH /users/me', withKey('k', own))).status).toBe(200)
    const anonymous = await ask('POST /guest', withKey('k', { body: { user: { id: 'g' } } }))
    expect(anonymous).toMatchObject({ status: 400, body: { code: 'invalid_idempotency_key' } })
  })

  it('is not of a connection, which is refused once the client may not connect', async () => {
    const { ask, users } = await open({ seed: [{ id: 'ana' }] })
    const call = withKey('k', { token: clientOf('ana'), body: {} })
    expect((await ask('POST /connect', call)).status).toBe(200)
    await users.deactivateUser({ user_id: 'ana' })
    const refused = await ask('POST /connect', call)
    expect(refused.status).toBe(403)
    expect(refused.headers.has('idempotency-replayed')).toBe(false)
  })

  it.each([
    ['', 400],
    ['""', 400],
    ['é', 400],
    ['x'.repeat(256), 400],
    ['x'.repeat(255), 200],
    ["'; DROP TABLE tamis_answers --", 200],
  ])('with the key %j gets %i', async (key, status) => {
    const { ask } = await open()
    const call = withKey(key, { token: SERVER, body: { users: [{ id: 'a' }] } })
    expect((await ask('POST /users', call)).status).toBe(status)
  })

  it('gets the first refusal again, but not a failure of the server', async () => {
    let isBroken = true
    const { ask, users } = await open({
      seed: [{ id: 'ana' }],
      hooks: {
        onDeactivate() {
          if (isBroken) throw new Error('broken')
        },
      },
    })
    const missing = withKey('m', { token: SERVER, body: { users: [{ id: 'bo', set: {} }] } })
    const refusal = await ask('PATCH /users', missing)
    expect(refusal.status).toBe(404)
    await users.upsertUsers({ users: [{ id: 'bo' }] })
    expect((await ask('PATCH /users', missing)).text).toBe(refusal.text)
    const call = withKey('d', { token: SERVER, body: {} })
    expect((await ask('POST /users/ana/deactivate', call)).status).toBe(500)
    isBroken = false
    expect((await ask('POST /users/ana/deactivate', call)).status).toBe(200)
  })

  it('gets 409 while the first one is being processed', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const { ask } = await open({ seed: [{ id: 'ana' }], hooks: { onDeactivate: () => held } })
    const call = withKey('k', { token: SERVER, body: {} })
    const first = ask('POST /users/ana/deactivate', call)
    const busy = await until('the key is reserved', async () => {
      const answer = await ask('POST /users/ana/deactivate', call)
      return answer.status === 409 && answer
    })
    expect(busy.body).toMatchObject({ code: 'idempotency_key_in_use' })
    expect(busy.headers.get('retry-after')).toBe('1')
    release()
    const { status, text } = await first
    expect(status).toBe(200)
    expect((await ask('POST /users/ana/deactivate', call)).text).toBe(text)
  })
})

const lasting = databases.filter(({ lasts, engine }) => lasts && available.includes(engine))

describe.each(lasting)('idempotency keys in $name', ({ fresh }: Database) => {
  let database: Awaited<ReturnType<Database['fresh']>>
  const opened: Users[] = []
  beforeEach(async () => {
    database = await fresh()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((users) => users.close()))
    await database.drop()
  })

  const service = async (settings: Settings = {}) => {
    const users = await createUsers({
      db: database.url,
      settings: { secret: SECRET, worker: false, ...settings },
    })
    opened.push(users)
    const handler = await createUsersHandler(users)
    const ask = async (endpoint: string, call: Call) =>
      answerOf(await handler(requestOf(endpoint, call)))
    return { users, ask }
  }

  it('are followed after the process was killed between the write and its answer', async () => {
    const { users, ask } = await service()
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    const call = withKey('k', {
      token: SERVER,
      body: { users: [{ id: 'ana', set: { name: 'Ana' } }] },
    })
    const orders = { db: database.url, settings: { secret: SECRET, worker: false } }
    const killed = start('write-process.ts', { ...orders, endpoint: 'PATCH /users', call })
    expect(await killed.ended).toEqual({ by: 'SIGKILL', errors: '' })
    // Whatever is written since, the first answer is repeated.
    await users.updateUsersPartial({ users: [{ id: 'ana', set: { name: 'Other' } }] })
    const answer = await ask('PATCH /users', call)
    expect(answer).toMatchObject({ status: 200, body: { users: { ana: { name: 'Ana' } } } })
    expect(answer.headers.get('idempotency-replayed')).toBe('true')
    const { users: found } = await users.queryUsers()
    expect(found).toMatchObject([{ name: 'Other' }])
  })

  it('let one of many concurrent requests write', async () => {
    const processes = await Promise.all([service(), service()])
    const call = withKey('k', { token: SERVER, body: { users: [{ id: 'a' }] } })
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => processes[i % 2]!.ask('POST /users', call)),
    )
    const first = answers.filter(
      ({ status, headers }) => status === 200 && !headers.has('idempotency-replayed'),
    )
    expect(first).toHaveLength(1)
    for (const { status, text } of answers) {
      expect([200, 409]).toContain(status)
      if (status === 200) expect(text).toBe(first[0]?.text)
    }
  })

  it('are free again after a day', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z')
    const { ask } = await service({ clock: () => new Date(now) })
    const token = SERVER
    const ofUser = (id: string) => withKey('k', { token, body: { users: [{ id }] } })
    expect((await ask('POST /users', ofUser('a'))).status).toBe(200)
    now += 24 * 60 * 60 * 1000 - 1
    expect((await ask('POST /users', ofUser('b'))).status).toBe(422)
    now += 1
    expect((await ask('POST /users', ofUser('b'))).status).toBe(200)
  })
})
