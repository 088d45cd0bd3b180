import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { clientOf, closeAll, forge, now, open, requestOf, SERVER, type Service } from './service.ts'
import { until } from './until.ts'

afterAll(closeAll)

/** A stream, and the text that has come of it. */
async function connect({ handler }: Service, token?: string) {
  const response = await handler(requestOf('GET /connect', { token }))
  const stream = { response, text: '', isOver: false, leave: () => reader.cancel() }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  void (async () => {
    const decoder = new TextDecoder()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      stream.text += decoder.decode(value, { stream: true })
    }
    stream.isOver = true
  })()
  if (response.status === 200) await until('it is connected', () => stream.text.includes('\n\n'))
  return stream
}

const isOnline = async ({ users }: Service, id = 'ana') =>
  (await users.getMe({ user_id: id })).user.online === true

const SHORT = { onlineGrace: 50 }

describe('GET /connect', () => {
  it('creates the user of the token, and keeps it online while it is open', async () => {
    const service = await open({ settings: SHORT })
    const stream = await connect(service, clientOf('ana'))
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream')
    expect(stream.response.headers.get('cache-control')).toBe('no-store')
    const [, data = ''] = /^event: connected\ndata: (.*)\n\n$/.exec(stream.text) ?? []
    expect(JSON.parse(data)).toMatchObject({ user: { id: 'ana', online: true } })
    await pause(200)
    expect(await isOnline(service)).toBe(true)
    await stream.leave()
    await until('it is offline', async () => !(await isOnline(service)))
  })

  it('works for guests', async () => {
    const service = await open({ settings: SHORT })
    const { body } = await service.ask('POST /guest', { body: { user: { id: 'g' } } })
    const { id } = body.user as unknown as { id: string }
    const stream = await connect(service, body.access_token)
    expect(await isOnline(service, id)).toBe(true)
    await stream.leave()
    await until('it is offline', async () => !(await isOnline(service, id)))
  })

  it('stores nothing of an anonymous client', async () => {
    const service = await open({ anonymous: true })
    const stream = await connect(service)
    expect(stream.text).toBe('event: connected\ndata: {}\n\n')
    expect((await service.ask('POST /connect')).body).toEqual({})
    expect(await service.ask('POST /connect', { body: { user: { id: 'x' } } })).toMatchObject({
      status: 401,
    })
    expect((await service.users.queryUsers()).users).toEqual([])
    await stream.leave()
  })

  it.each<readonly [string, (service: Service) => Promise<unknown>]>([
    ['is deactivated', ({ users }) => users.deactivateUser({ user_id: 'ana' })],
    ['is deactivated in a task', ({ users }) => users.deactivateUsers({ user_ids: ['ana'] })],
    ['is deleted', ({ users }) => users.deleteUsers({ user_ids: ['ana'] })],
    [
      'gets its tokens revoked',
      ({ users }) => {
        const at = new Date(Date.now() + 10_000).toISOString()
        const set = { revoke_tokens_issued_before: at }
        return users.updateUsersPartial({ users: [{ id: 'ana', set }] })
      },
    ],
  ])('ends when its user %s, without an open list', async (_, change) => {
    const service = await open({ settings: SHORT, seed: [{ id: 'ana' }, { id: 'bo' }] })
    const stream = await connect(service, clientOf('ana'))
    const other = await connect(service, clientOf('bo'))
    await change(service)
    await until('the stream is over', () => stream.isOver)
    expect(other.isOver).toBe(false)
    const again = await connect(service, clientOf('ana'))
    expect(again.response.status).toBe(403)
    await until('nobody is online but bo', async () => {
      const payload = { include_deactivated_users: true }
      const { users } = await service.users.queryUsers({ payload })
      return users.every(({ id, online }) => online === (id === 'bo'))
    })
    await other.leave()
  })

  it('ends when its token expires, and when the users are closed', async () => {
    const service = await open({ settings: SHORT })
    const expiring = await connect(service, clientOf('ana', { exp: now() + 2 }))
    const other = await connect(service, clientOf('bo'))
    await until('it is over', () => expiring.isOver)
    expect(other.isOver).toBe(false)
    await service.users.close()
    await until('the other is over', () => other.isOver)
  })

  it('answers HEAD without connecting', async () => {
    const { ask, users } = await open()
    expect((await ask('HEAD /connect', { token: clientOf('ana') })).status).toBe(200)
    expect((await users.queryUsers()).users).toEqual([])
  })

  it('refuses HEAD as GET', async () => {
    const { handler, users } = await open()
    await users.upsertUsers({ users: ['ana', 'bo', 'cleo'].map((id) => ({ id })) })
    await users.deactivateUser({ user_id: 'ana' })
    await users.deleteUsers({ user_ids: ['bo'] })
    const revoke_tokens_issued_before = '2100-01-01T00:00:00Z'
    await users.updateUsersPartial({
      users: [{ id: 'cleo', set: { revoke_tokens_issued_before } }],
    })
    await until('it is deleted', async () => !(await users.accountState('bo')))
    for (const id of ['ana', 'bo', 'cleo']) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await handler(requestOf(`${method} /connect`, { token: clientOf(id) }))
        expect(answer.status).toBe(403)
      }
    }
  })

  it('is limited for each client and in all, apart from lists', async () => {
    const service = await open({ maxLists: 2, maxConnections: 3 })
    const streams = [
      await connect(service, clientOf('ana')),
      await connect(service, clientOf('ana')),
    ]
    const refused = await service.ask('GET /connect', { token: clientOf('ana') })
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests' } })
    expect(refused.text).toContain('Too many connections: at most 2')
    streams.push(await connect(service, clientOf('bo')))
    expect((await service.ask('GET /connect', { token: clientOf('cleo') })).status).toBe(429)
    const list = await service.handler(requestOf('GET /users/watch', { token: clientOf('ana') }))
    expect(list.status).toBe(200)
    await list.body?.cancel()
    await streams[0]!.leave()
    streams.push(await connect(service, clientOf('ana')))
    for (const { leave } of streams) await leave()
  })
})

describe('POST /connect', () => {
  it('may leave out the id, or must have that of the token', async () => {
    const { ask, users } = await open()
    const connectAs = (user: object) =>
      ask('POST /connect', { token: clientOf('ana'), body: { user } })
    expect((await connectAs({ name: 'Ana' })).body.user).toMatchObject({ id: 'ana', name: 'Ana' })
    expect((await connectAs({ id: 'ana', name: 'A' })).body.user).toMatchObject({ name: 'A' })
    expect((await connectAs({ id: 'bo' })).status).toBe(403)
    expect((await users.queryUsers()).users).toHaveLength(1)
  })

  it('is allowed to the banned', async () => {
    const { ask } = await open({ seed: [{ id: 'ana', banned: true, shadow_banned: true }] })
    const { status, body } = await ask('POST /connect', { token: clientOf('ana') })
    expect(status).toBe(200)
    expect(body.user).toMatchObject({ banned: true, online: true })
    expect(body.user).not.toHaveProperty('shadow_banned')
  })

  it('counts for the rate limit, also with the token of a user who does not exist', async () => {
    const { ask } = await open({ rateLimit: { requests: 2, seconds: 60 } })
    const token = clientOf('ana')
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await ask('POST /connect', { token })).status)
    expect(statuses).toEqual([200, 200, 429])
  })

  it('takes the token of a hard-deleted guest for nobody', async () => {
    const { ask, users } = await open()
    const { body } = await ask('POST /guest', { token: SERVER, body: { user: { id: 'g' } } })
    const token: string = body.access_token!
    expect((await ask('POST /connect', { token })).status).toBe(200)
    const hard = { user: 'hard', messages: 'hard', conversations: 'hard' } as const
    const { task_id } = await users.deleteUsers({ user_ids: ['g'], ...hard })
    await until('it is gone', async () => {
      return (await users.getTask({ id: task_id })).status === 'completed'
    })
    expect((await ask('POST /connect', { token })).status).toBe(403)
    // A user of that name is nobody whom the guest's token lets in.
    await users.upsertUsers({ users: [{ id: 'g' }] })
    expect((await ask('POST /connect', { token })).status).toBe(403)
    expect(
      (await ask('POST /connect', { token: forge({ user_id: 'g', iat: now() }) })).status,
    ).toBe(200)
  })
})
