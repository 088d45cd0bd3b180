import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { afterAll, describe, expect, it } from 'vitest'
import { clientOf, closeAll, type Opening, open, requestOf, SERVER } from './service.ts'
import { until } from './until.ts'

interface SentEvent {
  readonly event: string
  readonly data: { readonly user?: { readonly id: string; readonly [key: string]: unknown } }
}

const servers: Server[] = []

/** The handler in a real server. */
async function listen(opening: Opening = {}) {
  const service = await open(opening)
  const server = createServer(getRequestListener(service.handler))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return { ...service, port, url }
}

afterAll(async () => {
  await closeAll()
  for (const server of servers) server.closeAllConnections()
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
})

const watchUrl = (base: string, filter?: unknown) =>
  filter === undefined
    ? `${base}/users/watch`
    : `${base}/users/watch?payload=${encodeURIComponent(JSON.stringify({ filter_conditions: filter }))}`

/** The events of a response, as they come. */
class Events {
  readonly all: SentEvent[] = []
  isOver = false
  failure: unknown

  constructor(response: Response) {
    void this.#read(response)
  }

  async #read(response: Response): Promise<void> {
    let text = ''
    try {
      for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
        text += piece
        const parts = text.split('\n\n')
        text = parts.pop() ?? ''
        for (const part of parts) {
          const [, event = '', data = ''] = /^event: (\w+)\ndata: (.*)$/s.exec(part) ?? []
          this.all.push({ event, data: JSON.parse(data) })
        }
      }
    } catch (error) {
      this.failure = error
    }
    this.isOver = true
  }

  first(count: number): Promise<readonly SentEvent[]> {
    return until(`there are ${count} events`, () => this.all.length >= count && this.all)
  }
}

async function watch(
  base: string,
  { filter, token = SERVER }: { filter?: unknown; token?: string } = {},
) {
  const abort = new AbortController()
  const response = await fetch(watchUrl(base, filter), {
    headers: { authorization: `Bearer ${token}` },
    signal: abort.signal,
  })
  return { response, events: new Events(response), leave: () => abort.abort() }
}

describe('GET /users/watch', () => {
  it('sends the events ready, added, updated and removed', async () => {
    const { url, users } = await listen({ seed: [{ id: 'ana', role: 'admin' }] })
    const { response, events, leave } = await watch(url, { filter: { role: 'admin' } })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(response.headers.get('cache-control')).toBe('no-store')
    await events.first(1)

    await users.upsertUsers({ users: [{ id: 'bo', role: 'admin', name: 'Bo' }, { id: 'cleo' }] })
    await users.updateUsersPartial({ users: [{ id: 'bo', set: { name: 'Bob' } }] })
    await users.updateUsersPartial({ users: [{ id: 'bo', set: { role: 'user' } }] })
    await users.deactivateUser({ user_id: 'ana' })
    await users.reactivateUser({ user_id: 'ana' })
    await users.deleteUsers({ user_ids: ['ana'] })
    await users.restoreUsers({ user_ids: ['ana'] })
    const all = await events.first(8)
    expect(all.map(({ event, data }) => [event, data.user?.id])).toEqual([
      ['ready', undefined],
      ['added', 'bo'],
      ['updated', 'bo'],
      ['removed', 'bo'],
      ['removed', 'ana'],
      ['added', 'ana'],
      ['removed', 'ana'],
      ['added', 'ana'],
    ])
    expect(all[2]!.data.user).toMatchObject({ name: 'Bob', role: 'admin', shadow_banned: false })
    for (const { event, data } of all) {
      if (event === 'removed') expect(Object.keys(data.user!)).toEqual(['id'])
    }
    leave()
  })

  it('sends a client only what clients may see', async () => {
    const { url, users } = await listen({
      settings: { clientFields: ['id', 'role', 'name'] },
      seed: [{ id: 'ana' }],
    })
    const { events, leave } = await watch(url, { token: clientOf('ana') })
    await events.first(1)
    const name = 'two\nlines\r\n\n and \u2028 of “text”'
    await users.upsertUsers({ users: [{ id: 'bo', name, custom: { hidden: 1 }, image: 'hidden' }] })
    const all = await events.first(2)
    expect(all[1]).toEqual({ event: 'added', data: { user: { id: 'bo', role: 'user', name } } })
    leave()
  })

  it('is closed by its reader, which frees the watcher', async () => {
    const { url, users } = await listen()
    const all = await Promise.all(Array.from({ length: 5 }, () => watch(url)))
    await Promise.all(all.map(({ events }) => events.first(1)))
    expect(users.watching).toBe(5)
    for (const { leave } of all.slice(0, 4)) leave()
    await until('four watchers are freed', () => users.watching === 1)
    await users.upsertUsers({ users: [{ id: 'bo' }] })
    expect(await all[4]!.events.first(2)).toMatchObject([{}, { event: 'added' }])
    all[4]!.leave()
    await until('the last watcher is freed', () => users.watching === 0)
  })

  it('is closed if the client disconnects before the response', async () => {
    const { port, users } = await listen()
    for (let i = 0; i < 20; i++) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      await new Promise<void>((resolve) => socket.once('connect', resolve))
      socket.write(
        `GET /users/watch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SERVER}\r\n\r\n`,
      )
      await pause(i % 4)
      socket.destroy()
    }
    await pause(50)
    await until('all watchers are freed', () => users.watching === 0)
  })

  it('of an aborted request watches nothing', async () => {
    const { handler, users } = await open()
    for (const early of [true, false]) {
      const abort = new AbortController()
      if (early) abort.abort()
      const request = new Request(requestOf('GET /users/watch', { token: SERVER }), {
        signal: abort.signal,
      })
      const answering = handler(request)
      abort.abort()
      await answering
      expect(users.watching).toBe(0)
    }
  })

  it('with HEAD watches nothing', async () => {
    const { url, users } = await listen()
    const response = await fetch(watchUrl(url), {
      method: 'HEAD',
      headers: { authorization: `Bearer ${SERVER}` },
    })
    expect(response.status).toBe(200)
    expect(users.watching).toBe(0)
  })

  it.each([
    [{ role: { $gt: 1 } }, 'invalid_operand'],
    [{ rol: 'admin' }, 'unknown_field'],
    [{ $and: [] }, 'empty'],
    [[], 'invalid_operand'],
    [null, 'invalid_operand'],
    [1, 'invalid_operand'],
  ])('with the filter %j is refused with 400 before the stream starts', async (filter, code) => {
    const { url, users } = await listen()
    const response = await fetch(watchUrl(url, filter), {
      headers: { authorization: `Bearer ${SERVER}` },
    })
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('application/json')
    const path = expect.stringMatching(/^\/filter_conditions/)
    expect(await response.json()).toMatchObject({ code, details: { issues: [{ code, path }] } })
    expect(users.watching).toBe(0)
  })

  it.each(['null', '[]', '1', '"text"', '{', '{"limit":1}', '{"__proto__":{}}'])(
    'with the payload %s is refused with 400',
    async (payload) => {
      const { ask, users, reported } = await open()
      const endpoint = `GET /users/watch?payload=${encodeURIComponent(payload)}`
      expect(await ask(endpoint, { token: SERVER })).toMatchObject({ status: 400 })
      expect(users.watching).toBe(0)
      expect(reported).toEqual([])
    },
  )

  it('ends when the users are closed', async () => {
    const { url, users } = await listen()
    const { events } = await watch(url)
    await events.first(1)
    await users.close()
    await until('the stream has ended', () => events.isOver)
    expect(events.failure).toBeUndefined()
    expect(users.watching).toBe(0)
  })

  it('ends at once if the users are closed', async () => {
    const { handler, users } = await open()
    const stop = await users.watch({}, () => {})
    stop()
    await users.close()
    const response = await handler(requestOf('GET /users/watch', { token: SERVER }))
    const events = new Events(response)
    await until('the stream has ended', () => events.isOver)
    expect(users.watching).toBe(0)
  })
})

describe('a slow reader', () => {
  /** Reads the head of the answer and what it begins with, and then nothing until it is resumed. */
  async function stall(port: number): Promise<Socket> {
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET /users/watch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SERVER}\r\n\r\n`)
    let text = ''
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.on('data', (data) => {
        text += data
        if (text.includes('event: ready')) resolve()
      })
    })
    socket.removeAllListeners('data')
    socket.pause()
    return socket
  }

  /** Together far more than a socket and the queue hold. */
  const BATCHES = 40
  const batch = (i: number) => ({
    users: Array.from({ length: 100 }, (_, own) => ({
      id: `u${own}`,
      custom: { i, text: 'x'.repeat(5000) },
    })),
  })

  it('is disconnected before memory grows; others continue', async () => {
    const { port, url, users } = await listen()
    const socket = await stall(port)
    const { events, leave } = await watch(url)
    await events.first(1)
    expect(users.watching).toBe(2)
    for (let i = 0; i < BATCHES; i++) {
      await users.upsertUsers(batch(i))
      await events.first(1 + 100 * (i + 1))
    }
    await until('the slow one is freed', () => users.watching === 1)

    // It gets the end when it continues to read, and did not get all events.
    const received = await new Promise<number>((resolve, reject) => {
      let bytes = 0
      socket.on('data', (data) => {
        bytes += data.length
        if (data.subarray(-5).toString() === '0\r\n\r\n') resolve(bytes)
      })
      socket.once('close', () => resolve(bytes))
      socket.once('error', reject)
      socket.resume()
    })
    expect(received).toBeLessThan(15_000_000)
    socket.destroy()
    leave()
    await until('all are freed', () => users.watching === 0)
  })

  it('does not delay closing', async () => {
    const { port, users } = await listen()
    const socket = await stall(port)
    await users.upsertUsers(batch(0))
    await users.upsertUsers(batch(1))
    await users.close()
    expect(users.watching).toBe(0)
    socket.destroy()
  })
})
