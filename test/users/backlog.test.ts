import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { WatchEvent } from 'tamis/users'
import { afterAll, describe, expect, it } from 'vitest'
import { Backlog } from '../../src/users/http/backlog.ts'
import { complete } from '../../src/users/user.ts'
import { clientOf, closeAll, open, requestOf, SERVER } from './service.ts'
import { until } from './until.ts'

const NOW = '2024-05-01T12:00:00.000000Z'

const eventOf = (seq: number, length = 1000): WatchEvent => ({
  type: 'added',
  seq,
  user: complete({ id: 'x', name: 'n'.repeat(length) }, { created_at: NOW, updated_at: NOW }),
})

describe('the backlog of slow readers', () => {
  it('keeps an event once for all readers and frees it after the last', () => {
    const backlog = new Backlog()
    const queues = Array.from({ length: 1000 }, () => backlog.open(() => {}))
    const events = Array.from({ length: 10 }, (_, i) => eventOf(i))
    for (const event of events) for (const queue of queues) queue.push(event)
    expect(backlog.bytes).toBeGreaterThan(10_000)
    expect(backlog.bytes).toBeLessThan(20_000)
    for (const queue of queues.slice(1)) queue.close()
    expect(backlog.bytes).toBeGreaterThan(10_000)
    const sent = new TextDecoder().decode(queues[0]!.take())
    expect(sent.match(/^event: added\ndata: \{"user":\{"id":"x",.*\}\}\n$/gm)).toHaveLength(10)
    expect(backlog.bytes).toBe(0)
    expect(queues[0]!.take()).toBeUndefined()
  })

  it('has a byte limit per reader', () => {
    let overs = 0
    const backlog = new Backlog({ mostBytes: 5000 })
    const queue = backlog.open(() => overs++)
    for (let i = 0; i < 4; i++) queue.push(eventOf(i, 800))
    expect(overs).toBe(0)
    queue.push(eventOf(9, 4000))
    expect([overs, backlog.bytes]).toEqual([1, 0])
    // A single event may wait, whatever its size is.
    const other = backlog.open(() => overs++)
    other.push(eventOf(10, 10_000))
    expect(overs).toBe(1)
  })

  it('has a byte limit for all readers; the one furthest behind is disconnected', () => {
    const ended: string[] = []
    const backlog = new Backlog({ mostBytesInAll: 10_000 })
    const slow = backlog.open(() => ended.push('slow'))
    const slower = backlog.open(() => ended.push('slower'))
    const fast = backlog.open(() => ended.push('fast'))
    for (let i = 0; i < 100; i++) {
      const event = eventOf(i, 800)
      if (!ended.includes('slower')) slower.push(event)
      if (i >= 2 && !ended.includes('slow')) slow.push(event)
      fast.push(event)
      fast.take()
      expect(backlog.bytes).toBeLessThanOrEqual(10_000)
    }
    expect(ended).toEqual(['slower', 'slow'])
  })

  it('is dropped when the list is queried again', () => {
    const backlog = new Backlog()
    const queue = backlog.open(() => {})
    for (let i = 0; i < 4; i++) queue.push(eventOf(i))
    queue.push({ type: 'reset' })
    queue.push(eventOf(5))
    expect(new TextDecoder().decode(queue.take())).toMatch(
      /^event: reset\ndata: \{\}\n\nevent: added\n[^\n]*\n\n$/,
    )
  })
})

const servers: Server[] = []

afterAll(async () => {
  await closeAll()
  for (const server of servers) server.closeAllConnections()
})

describe('open lists', () => {
  it('of stalled readers keep few bytes of large users in memory, and end', async () => {
    const { users, handler } = await open()
    const server = createServer(getRequestListener(handler))
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const sockets: Socket[] = []
    for (let i = 0; i < 3; i++) {
      const socket = connect(port, '127.0.0.1')
      sockets.push(socket)
      socket.write(
        `GET /users/watch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${SERVER}\r\n\r\n`,
      )
      await new Promise<void>((resolve) => {
        socket.on('data', (data) => {
          if (data.includes('event: ready')) resolve()
        })
      })
      socket.removeAllListeners('data')
      socket.pause()
    }
    expect(users.watching).toBe(3)
    // Fewer events than may wait, of more bytes than may.
    for (let i = 0; i < 4; i++) {
      await users.upsertUsers({
        users: Array.from({ length: 100 }, (_, own) => ({
          id: `u${own}`,
          custom: { i, text: 'x'.repeat(60_000) },
        })),
      })
    }
    await until('they are sent away', () => users.watching === 0)
    for (const socket of sockets) socket.destroy()
  })

  it('cause no warning about a listener leak', async () => {
    const { users, handler } = await open()
    const warnings: Error[] = []
    const heard = (warning: Error) => void warnings.push(warning)
    process.on('warning', heard)
    const responses: Response[] = []
    for (let i = 0; i < 30; i++) {
      responses.push(await handler(requestOf('GET /users/watch', { token: SERVER })))
    }
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', heard)
    expect(warnings).toEqual([])
    for (const response of responses) await response.body?.cancel()
    await until('all are freed', () => users.watching === 0)
  })
})

describe('the budget of lists', () => {
  const names = (count: number) => ({
    $or: Array.from({ length: count }, (_, i) => ({ name: { $autocomplete: `q${i}` } })),
  })

  async function budget(maxLists: number, maxListsInAll: number) {
    const service = await open({
      maxLists,
      maxListsInAll,
      seed: [{ id: 'ana' }, { id: 'bo' }, { id: 'cleo' }],
      settings: { filterCost: 10_000 },
      address: (request) => request.headers.get('x-address') ?? '',
    })
    const open1 = async (token: string, filter: object, address = '') => {
      const payload = encodeURIComponent(JSON.stringify({ filter_conditions: filter }))
      const response = await service.handler(
        requestOf(`GET /users/watch?payload=${payload}`, {
          token,
          headers: { 'x-address': address },
        }),
      )
      return { status: response.status, response, close: () => response.body?.cancel() }
    }
    return { ...service, watch: open1 }
  }

  it('counts expensive filters more than once', async () => {
    const { watch, users } = await budget(10, 1000)
    const first = await watch(clientOf('ana'), names(40))
    expect(first.status).toBe(200)
    const refused = await watch(clientOf('ana'), names(40))
    expect(refused.status).toBe(429)
    expect(Number(refused.response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.response.json()).toMatchObject({ code: 'too_many_requests' })
    expect((await watch(clientOf('ana'), {})).status).toBe(200)
    expect((await watch(clientOf('bo'), names(40))).status).toBe(200)
    await first.close()
    expect((await watch(clientOf('ana'), names(20))).status).toBe(200)
    users.endWatches()
  })

  it('also limits all clients together; lists of servers are not counted', async () => {
    const { watch, users } = await budget(5, 7)
    const statuses: number[] = []
    const opened = []
    for (const id of ['ana', 'bo', 'cleo']) {
      for (let i = 0; i < 3; i++) {
        const list = await watch(clientOf(id), { id: `${i}` })
        statuses.push(list.status)
        opened.push(list)
      }
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 429, 429])
    expect((await watch(SERVER, {})).status).toBe(200)
    await opened[0]!.close()
    expect((await watch(clientOf('cleo'), {})).status).toBe(200)
    expect((await watch(clientOf('cleo'), {})).status).toBe(429)
    users.endWatches()
  })

  it('also limits the address of guests', async () => {
    const { watch, users } = await budget(3, 100)
    const statuses: number[] = []
    for (let i = 0; i < 5; i++) {
      const { access_token } = await users.createGuest({ user: { id: `g${i}` } })
      statuses.push((await watch(access_token, {}, '10.0.0.1')).status)
      if (i === 4) statuses.push((await watch(access_token, {}, '10.0.0.2')).status)
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429, 200])
    users.endWatches()
  })
})
