// Longer than most files here: every operation of the client, and every way in which a call fails.

import { createUsersClient, type UsersClient, UsersClientError } from 'tamis/users/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS, STREAMS } from '../../src/users/client/operations.ts'
import { cutting, type FaultyServer, listen, refusing, silent, stopAll } from './faulty-server.ts'
import { clientOf, closeAll, forge, now, SERVER } from './service.ts'

afterAll(async () => {
  await closeAll()
  await stopAll()
})

interface Described {
  readonly [path: string]: Readonly<Record<string, { readonly operationId: string }>>
}

const errorOf = async (call: Promise<unknown>): Promise<UsersClientError> => {
  const error = await call.then(
    () => undefined,
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(UsersClientError)
  return error
}

describe('the operations of the client', () => {
  it('are those of the OpenAPI document: names, methods and paths', async () => {
    const { url } = await listen()
    const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Described }
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => [
        operationId,
        [method.toUpperCase(), path],
      ]),
    )
    const own = Object.entries(OPERATIONS).map(([name, [method, path]]) => [name, [method, path]])
    expect(own.toSorted()).toEqual(described.toSorted())
    const client = createUsersClient({ url })
    for (const [name] of described) {
      expect(client[name as keyof UsersClient], String(name)).toBeTypeOf('function')
    }
  })

  it('send what the table says', async () => {
    const { url, requests } = await listen({ seed: [{ id: 'ana' }] })
    const client = createUsersClient({ url, token: SERVER, retries: 0 })
    for (const [name, [method, path]] of Object.entries(OPERATIONS)) {
      requests.length = 0
      const options = { user_id: 'ana', id: 'ana', user_ids: ['ana'], users: [], user: {} }
      const made = (client[name as 'getTask'] as (input: object) => unknown)(
        /^(getMe|getApp|getWebhooks|openConnection)$/.test(name) ? {} : options,
      )
      if (STREAMS.includes(name)) {
        await (made as AsyncGenerator).next().catch(() => {})
        await (made as AsyncGenerator).return(undefined)
      } else await (made as Promise<unknown>).catch(() => {})
      expect(requests, name).toEqual([`${method} ${path.replace('{id}', 'ana')}`])
    }
  })
})

describe('the client', () => {
  it('refuses to be made without a URL', () => {
    expect(() => createUsersClient({} as never)).toThrow(/tamis\/users\/client: url: expected/)
  })
})

describe('with a server’s token', () => {
  let server: FaultyServer
  let client: UsersClient
  beforeAll(async () => {
    server = await listen()
    client = createUsersClient({ url: `${server.url}/`, token: SERVER })
  })

  it('every operation gives what the operation of Users gives', async () => {
    const { users } = server
    const { users: made } = await client.upsertUsers({
      users: [{ id: 'ana', role: 'admin', name: 'Ana' }, { id: 'bo' }, { id: 'c/d?é' }],
    })
    expect(Object.keys(made)).toEqual(['ana', 'bo', 'c/d?é'])
    const changed = await client.updateUsersPartial({ users: [{ id: 'bo', set: { name: 'Bo' } }] })
    expect(changed.users.bo).toMatchObject({ name: 'Bo' })

    const payload = { filter_conditions: { role: 'admin' } } as const
    expect(await client.queryUsers({ payload })).toEqual(await users.queryUsers({ payload }))
    expect(await client.queryUsersByBody({ payload })).toEqual(await users.queryUsers({ payload }))
    expect((await client.queryUsers()).users).toHaveLength(3)

    const { user } = await client.deactivateUser({ user_id: 'c/d?é', mark_messages_deleted: true })
    expect(user).toMatchObject({ id: 'c/d?é', deactivated_at: expect.any(String) })
    const { user: again } = await client.reactivateUser({ user_id: 'c/d?é', name: 'C' })
    expect(again).toMatchObject({ id: 'c/d?é', name: 'C' })

    const { task_id } = await client.exportUsers({ user_ids: ['ana'] })
    const task = await client.waitForTask(task_id)
    expect(task).toMatchObject({ status: 'completed', result: { users: [{ id: 'ana' }] } })
    expect(await client.getTask({ id: task_id })).toEqual(task)

    for (const operation of ['deactivateUsers', 'reactivateUsers', 'deleteUsers'] as const) {
      await client.waitForTask((await client[operation]({ user_ids: ['bo'] })).task_id)
    }
    expect((await client.queryUsers()).users.map(({ id }) => id)).not.toContain('bo')
    expect((await client.restoreUsers({ user_ids: ['bo'] })).users.bo).toMatchObject({ id: 'bo' })

    const app = await client.updateApp({ client_may_update: ['name'] })
    expect(app.app.client_may_update).toEqual(['name'])
    expect(await client.getApp()).toEqual(await users.getApp())

    const { webhook } = await client.createWebhook({ url: 'https://users.test', enabled: false })
    const { id } = webhook
    expect(await client.getWebhooks()).toEqual({ webhooks: [webhook] })
    const described = await client.updateWebhook({ id, description: 'A test' })
    expect(described.webhook).toMatchObject({ id, description: 'A test' })
    expect(await client.getDeadLetters({ id, limit: 1 })).toEqual({ dead_letters: [] })
    expect(await client.redeliver({ id })).toEqual({ redelivered: [] })
    expect(await client.deleteWebhook({ id })).toEqual(described)
    expect(await client.createGuest({ user: { id: 'guest' } })).toMatchObject({
      user: { id: 'guest', role: 'guest' },
      access_token: expect.any(String),
    })
  })

  it.each(['.', '..', '', '\ud800'])('the id %j is refused, and nothing is sent', async (id) => {
    server.requests.length = 0
    for (const call of [client.deactivateUser({ user_id: id }), client.getTask({ id })]) {
      expect(await errorOf(call)).toMatchObject({ code: 'invalid_input', status: undefined })
    }
    expect(server.requests).toEqual([])
  })

  it('errors have the code, the message and the details of the answer', async () => {
    expect(await errorOf(client.reactivateUser({ user_id: 'nobody' }))).toMatchObject({
      name: 'UsersClientError',
      code: 'user_not_found',
      message: 'User nobody does not exist',
      details: { user_id: 'nobody' },
      status: 404,
    })
    const filter = { nmae: 'Ana' } as object
    const error = await errorOf(client.queryUsers({ payload: { filter_conditions: filter } }))
    expect(error).toMatchObject({ code: 'unknown_field', status: 400 })
    expect(error.details.issues).toMatchObject([{ path: '/filter_conditions/nmae' }])
  })

  it('a failed task is an error with the reasons', async () => {
    const hooks = {
      onDelete() {
        throw new Error('the other system is away')
      },
    }
    const failing = await listen({
      seed: [{ id: 'ana' }],
      hooks,
      settings: { retryTasksFor: 1 },
    })
    const own = createUsersClient({ url: failing.url, token: SERVER })
    const { task_id } = await own.deleteUsers({ user_ids: ['ana'] })
    expect(await errorOf(own.waitForTask(task_id))).toMatchObject({
      code: 'users_failed',
      details: { task_id, users: { ana: expect.any(String) } },
    })
  })
})

describe('with a client’s token', () => {
  it('connects, reads and updates its own user, and is refused the rest', async () => {
    const { url } = await listen({
      settings: { clientMayUpdate: ['name'] },
      seed: [{ id: 'bo' }],
    })
    const client = createUsersClient({ url, token: clientOf('ana') })
    expect(await client.connectUser({ user: { name: 'Ana' } })).toMatchObject({
      user: { id: 'ana', name: 'Ana', online: true },
    })
    expect((await client.updateMe({ set: { name: 'A' } })).user).toMatchObject({ name: 'A' })
    expect((await client.getMe()).user).toMatchObject({ id: 'ana', name: 'A' })
    const error = await errorOf(client.upsertUsers({ users: [{ id: 'x' }] }))
    expect(error).toMatchObject({ code: 'forbidden', status: 403 })
    const ids = []
    for await (const user of client.users()) ids.push(user.id)
    expect(ids.toSorted()).toEqual(['ana', 'bo'])
  })

  it('without a token it is unauthorized, and an anonymous connection has no user', async () => {
    const { url } = await listen({ anonymous: true })
    const client = createUsersClient({ url })
    expect(await client.connectUser()).toEqual({})
    expect(await errorOf(client.getApp())).toMatchObject({ code: 'unauthorized', status: 401 })
  })
})

describe('the token', () => {
  const EXPIRED = forge({ server: true, exp: now() - 100 })

  it('is asked for once, and once more after a 401, by calls at once together', async () => {
    const { url } = await listen()
    let asked = 0
    const token = async () => (asked++ === 0 ? EXPIRED : SERVER)
    const client = createUsersClient({ url, token })
    await Promise.all([client.getApp(), client.getApp(), client.getApp()])
    await client.getApp()
    expect(asked).toBe(2)
  })

  it('that is refused again is an error', async () => {
    const { url, requests } = await listen()
    const client = createUsersClient({ url, token: () => EXPIRED })
    expect(await errorOf(client.getApp())).toMatchObject({ code: 'unauthorized' })
    expect(requests).toEqual(['GET /app', 'GET /app'])
    const fixed = createUsersClient({ url, token: EXPIRED })
    expect(await errorOf(fixed.getApp())).toMatchObject({ code: 'unauthorized' })
    expect(requests).toHaveLength(3)
  })

  it('whose function throws is asked for again by the next call', async () => {
    const { url } = await listen()
    const failure = new Error('the token service is away')
    let asked = 0
    const token = () => {
      if (asked++ === 0) throw failure
      return SERVER
    }
    const client = createUsersClient({ url, token })
    await expect(client.getApp()).rejects.toBe(failure)
    expect(await client.getApp()).toHaveProperty('app')
  })
})

describe('a call that fails', () => {
  const restore = (client: UsersClient) => client.restoreUsers({ user_ids: ['ana'] })
  const upsert = (client: UsersClient) => client.upsertUsers({ users: [{ id: 'ana' }] })

  async function opened(options: object = {}) {
    const server = await listen({ seed: [{ id: 'ana' }] })
    const client = createUsersClient({ url: server.url, token: SERVER, ...options })
    return { ...server, client }
  }

  it('by a lost connection, 502, 503 or 504 is repeated if it is safe to', async () => {
    const { client, fail, requests } = await opened()
    fail(cutting, refusing(503, 'unavailable', '0'), refusing(502, 'bad_gateway'))
    await upsert(client)
    expect(requests).toEqual(Array.from({ length: 4 }, () => 'POST /users'))
    requests.length = 0
    fail(cutting)
    expect(await errorOf(restore(client))).toMatchObject({ code: 'network_error' })
    fail(refusing(503, 'unavailable', '0'))
    expect(await errorOf(restore(client))).toMatchObject({ code: 'unavailable', status: 503 })
    expect(requests).toHaveLength(2)
  })

  it('by 429 is repeated after Retry-After, whatever it is', async () => {
    const { client, fail, requests, users } = await opened()
    await users.deleteUsers({ user_ids: ['ana'] })
    const start = Date.now()
    fail(refusing(429, 'too_many_requests', '1'))
    await restore(client)
    expect(requests).toHaveLength(2)
    expect(Date.now() - start).toBeGreaterThan(1000)
    expect(Date.now() - start).toBeLessThan(10_000)
  })

  it('waits until the date of Retry-After', async () => {
    const { client, fail } = await opened()
    const start = Date.now()
    fail(refusing(503, 'unavailable', new Date(start + 2500).toUTCString()))
    await upsert(client)
    // The date has no fractions of a second.
    expect(Date.now() - start).toBeGreaterThan(1400)
  })

  it('is repeated so often and no more, and does not wait beyond its time', async () => {
    const { client, fail, requests } = await opened({ retries: 1 })
    fail(cutting, cutting, cutting)
    expect(await errorOf(upsert(client))).toMatchObject({ code: 'network_error' })
    expect(requests).toHaveLength(2)
    const start = Date.now()
    fail(refusing(429, 'too_many_requests', '60'))
    const options = { timeout: 5000, retries: 9 }
    // The last of the three connections that are cut, and then the refusal.
    const error = await errorOf(client.getApp(options))
    expect(error).toMatchObject({ code: 'too_many_requests', retryAfter: 60_000 })
    expect(Date.now() - start).toBeLessThan(4000)
  })

  it('in the input is not repeated', async () => {
    const { client, requests } = await opened()
    await errorOf(client.upsertUsers({ users: [{ id: '' }] }))
    expect(requests).toHaveLength(1)
  })

  it('by an answer that is cut in the middle is repeated', async () => {
    const { client, fail } = await opened()
    fail((request, response) => {
      response.writeHead(200, { 'Content-Length': 100 })
      response.write('{"app":')
      setTimeout(() => request.socket.destroy(), 20)
    })
    expect(await client.getApp()).toHaveProperty('app')
  })

  it.each([[404], [200]])(
    'by a page of a proxy with status %i is not understood',
    async (status) => {
      const { client, fail } = await opened()
      fail((_, response) => void response.writeHead(status).end('<html>'))
      expect(await errorOf(client.getApp())).toMatchObject({ code: 'unexpected_answer', status })
    },
  )

  it('by silence ends after its time', async () => {
    const { client, fail, requests } = await opened()
    fail(silent, silent)
    const error = await errorOf(client.getApp({ timeout: 1000 }))
    expect(error).toMatchObject({ code: 'timed_out', message: 'No answer within 1000 ms' })
    expect(requests).toHaveLength(1)
    const stream = client.watchUsers({}, { timeout: 1000 })
    expect(await errorOf(stream.next())).toMatchObject({ code: 'timed_out' })
  })

  it('because it is aborted rejects with the reason, at every point', async () => {
    const { client, fail, requests } = await opened()
    const reason = new Error('the page was left')
    await expect(client.getApp({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(requests).toEqual([])

    const running = new AbortController()
    fail((...sent) => {
      running.abort(reason)
      silent(...sent)
    })
    await expect(client.getApp({ signal: running.signal })).rejects.toBe(reason)

    const waiting = new AbortController()
    fail((...sent) => {
      refusing(503, 'unavailable', '20')(...sent)
      setTimeout(() => waiting.abort(reason), 50)
    })
    await expect(client.getApp({ signal: waiting.signal })).rejects.toBe(reason)

    const stuck = new AbortController()
    setTimeout(() => stuck.abort(reason), 20)
    const tokenless = createUsersClient({
      url: 'http://127.0.0.1:1',
      token: () => new Promise<string>(() => {}),
    })
    await expect(tokenless.getApp({ signal: stuck.signal })).rejects.toBe(reason)
  })

  it('because nobody listens is a network error with its cause', async () => {
    const { client, die } = await opened({ retries: 0 })
    await die()
    const error = await errorOf(client.getApp())
    expect(error).toMatchObject({ code: 'network_error', status: undefined })
    expect(error.cause).toBeInstanceOf(TypeError)
  })
})

describe('pages and batches', () => {
  const thousand = Array.from({ length: 1000 }, (_, i) => ({ id: `u${i}`, role: 'many' }))
  const ids = thousand.map(({ id }) => id)
  let server: FaultyServer
  let client: UsersClient
  beforeAll(async () => {
    server = await listen()
    client = createUsersClient({ url: server.url, token: SERVER })
  })

  it('a thousand users are written in hundreds, and read in pages', async () => {
    const progress: object[] = []
    const { users } = await client.bulk.upsertUsers(
      { users: thousand },
      { onProgress: (each) => progress.push(each) },
    )
    expect(Object.keys(users).toSorted()).toEqual(ids.toSorted())
    expect(progress).toEqual(
      Array.from({ length: 10 }, (_, i) => ({ done: (i + 1) * 100, total: 1000 })),
    )

    server.requests.length = 0
    const read = []
    for await (const user of client.users({ filter: { role: 'many' } })) read.push(user.id)
    expect(read.toSorted()).toEqual(ids.toSorted())
    expect(server.requests).toHaveLength(10)

    const pages = []
    for await (const page of client.pages({ sort: { id: 1 }, limit: 300 })) pages.push(page.length)
    expect(pages).toEqual([300, 300, 300, 100])

    server.requests.length = 0
    for await (const user of client.users({ sort: { id: 1 }, limit: 10 })) {
      expect(user.id).toBe('u0')
      break
    }
    expect(server.requests).toHaveLength(1)
  })

  it('tasks of batches are waited for', async () => {
    const some = ids.slice(0, 250)
    const progress: number[] = []
    const options = { onProgress: ({ done }: { done: number }) => progress.push(done) }
    await client.bulk.deleteUsers({ user_ids: some, user: 'soft' }, options)
    expect(progress).toEqual([100, 200, 250])
    const { users } = await client.bulk.restoreUsers({ user_ids: some })
    expect(Object.keys(users)).toHaveLength(250)
    await client.bulk.deactivateUsers({ user_ids: some })
    await client.bulk.reactivateUsers({ user_ids: some })
    const updates = some.map((id) => ({ id, set: { name: 'N' } }))
    await client.bulk.updateUsersPartial({ users: updates })
    const exported = await client.bulk.exportUsers({ user_ids: ids.slice(0, 60) })
    expect(exported.users.map(({ id }) => id)).toEqual(ids.slice(0, 60))
    expect(exported.users[0]).toMatchObject({ name: 'N' })
  })

  it('a batch that fails ends it, and the batches before it stay', async () => {
    const users = thousand.map(({ id }) => ({ id, role: 'later' }))
    users[450] = { id: '', role: 'later' }
    let last = 0
    const writing = client.bulk.upsertUsers(
      { users },
      {
        onProgress({ done }) {
          last = done
        },
      },
    )
    expect(await errorOf(writing)).toMatchObject({ code: 'invalid_input' })
    expect(last).toBe(400)
    const read = []
    for await (const { id } of client.users({ filter: { role: 'later' } })) read.push(id)
    expect(read.toSorted()).toEqual(ids.slice(0, 400).toSorted())
  })

  it('a batch whose body is too large is cut', async () => {
    const small = await listen({ maxBody: 20_000 })
    const own = createUsersClient({ url: small.url, token: SERVER })
    const users = ids.slice(0, 100).map((id) => ({ id, custom: { text: 'x'.repeat(900) } }))
    expect(Object.keys((await own.bulk.upsertUsers({ users })).users)).toHaveLength(100)
    const huge = [{ id: 'huge', custom: { text: 'x'.repeat(30_000) } }]
    expect(await errorOf(own.bulk.upsertUsers({ users: huge }))).toMatchObject({ status: 413 })
  })

  it('of nobody there is no request, and every id is kept as it is', async () => {
    server.requests.length = 0
    expect(await client.bulk.upsertUsers({ users: [] })).toEqual({ users: {} })
    expect(server.requests).toEqual([])
    const { users } = await client.bulk.upsertUsers({ users: [{ id: '__proto__' }] })
    expect(Object.keys(users)).toEqual(['__proto__'])
  })

  it('waiting for a task ends when it is aborted', async () => {
    const idle = await listen({ settings: { worker: false }, seed: [{ id: 'ana' }] })
    const own = createUsersClient({ url: idle.url, token: SERVER })
    const { task_id } = await own.exportUsers({ user_ids: ['ana'] })
    const reason = new Error('no more')
    const abort = new AbortController()
    setTimeout(() => abort.abort(reason), 1000)
    await expect(own.waitForTask(task_id, { signal: abort.signal })).rejects.toBe(reason)
    expect(idle.requests.length).toBeGreaterThan(2)
  })
})
