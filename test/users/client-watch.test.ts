import type { ServerResponse } from 'node:http'
import {
  createUsersClient,
  type ListEvent,
  type PresenceEvent,
  type UsersClientOptions,
} from 'tamis/users/client'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { eventReader } from '../../src/users/client/events.ts'
import { type FaultyServer, listen, refusing, silent, stopAll } from './faulty-server.ts'
import { clientOf, closeAll, forge, now, type Opening, SERVER } from './service.ts'
import { until } from './until.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})
afterAll(async () => {
  await closeAll()
  await stopAll()
})

const ADMINS = { role: 'admin' } as const
const SEED = [
  { id: 'ana', role: 'admin', name: 'Ana' },
  { id: 'bo', role: 'user' },
]

/** A watched list, kept as the documentation says. */
class Kept {
  readonly events: ListEvent[] = []
  readonly users = new Map<string, { readonly name?: string | undefined }>()

  readonly take = (event: ListEvent): void => {
    this.events.push(event)
    if (event.type === 'list') this.users.clear()
    if (event.type === 'list') for (const user of event.users) this.users.set(user.id, user)
    if (event.type === 'added' || event.type === 'updated') {
      this.users.set(event.user.id, event.user)
    }
    if (event.type === 'removed') this.users.delete(event.user.id)
  }

  get types(): readonly string[] {
    return this.events.map(({ type }) => type)
  }

  count(type: string): number {
    return this.types.filter((each) => each === type).length
  }
}

async function watching(opening: Opening = {}, options: Partial<UsersClientOptions> = {}) {
  const server = await listen({ seed: SEED, ...opening })
  const client = createUsersClient({ url: server.url, token: SERVER, ...options })
  const kept = new Kept()
  const stop = client.watch(ADMINS, kept.take)
  stops.push(stop)
  return { ...server, client, kept, stop }
}

const names = (kept: Kept): readonly string[] => [...kept.users.keys()].toSorted()

const promote = ({ users }: Pick<FaultyServer, 'users'>, id: string) =>
  users.updateUsersPartial({ users: [{ id, set: { role: 'admin' } }] })

describe('watch', () => {
  it('gives the list, and then its changes', async () => {
    const { users, kept } = await watching()
    await until('there is a list', () => kept.count('list') === 1)
    expect(names(kept)).toEqual(['ana'])
    await promote({ users }, 'bo')
    await users.updateUsersPartial({ users: [{ id: 'ana', set: { name: 'A' } }] })
    await users.deactivateUser({ user_id: 'bo' })
    await until('there are all', () => kept.events.length === 4)
    expect(kept.types).toEqual(['list', 'added', 'updated', 'removed'])
    expect([...kept.users]).toMatchObject([['ana', { name: 'A' }]])
  })

  it('gives the list again when a server died in the middle and came back', async () => {
    const { users, kept, die, comeBack, requests } = await watching()
    await until('there is a list', () => kept.count('list') === 1)
    await die()
    await until('it is disconnected', () => kept.count('disconnected') > 0)
    expect(kept.events.at(-1)).toMatchObject({ error: { code: 'network_error' } })
    await promote({ users }, 'bo')
    await users.deactivateUser({ user_id: 'ana' })
    await comeBack()
    await until('there is a list again', () => kept.count('list') === 2)
    expect(names(kept)).toEqual(['bo'])
    await users.upsertUsers({ users: [{ id: 'cleo', role: 'admin' }] })
    await until('cleo is there', () => kept.users.has('cleo'))
    expect(requests.filter((each) => each === 'GET /users/watch').length).toBeGreaterThan(1)
  })

  it('loses no change that is made while the list is queried', async () => {
    const server = await listen({ seed: SEED })
    const kept = new Kept()
    /** Holds the answer of the query back until the change is made and its event has come. */
    const slow = async (url: string, init: RequestInit) => {
      const response = await fetch(url, init)
      if (!url.endsWith('/users/query')) return response
      await promote(server, 'bo')
      await new Promise((resolve) => setTimeout(resolve, 300))
      return response
    }
    const client = createUsersClient({ url: server.url, token: SERVER, fetch: slow })
    stops.push(client.watch(ADMINS, kept.take))
    await until('bo is there', () => kept.users.has('bo'))
    expect(kept.types).toEqual(['list', 'added'])
    expect(kept.events[0]).toMatchObject({ users: [{ id: 'ana' }] })
  })

  it('gives the list again after a reset', async () => {
    const { kept, users, fail, die, comeBack } = await watching()
    await until('there is a list', () => kept.count('list') === 1)
    await die()
    fail((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write('event: ready\ndata: {}\n\n')
      const isListed = () => kept.count('list') === 2
      void until('there is a list', isListed).then(async () => {
        await promote({ users }, 'bo')
        response.write(': \n\nevent: reset\r\ndata: {}\r\n\r\n')
      })
    })
    await comeBack()
    await until('there is a list after the reset', () => kept.count('list') === 3)
    expect(names(kept)).toEqual(['ana', 'bo'])
    expect(kept.count('added')).toBe(0)
  })

  it('ends for good when the server refuses it', async () => {
    const { kept, users, requests } = await watching({}, { token: clientOf('bo') })
    await until('there is a list', () => kept.count('list') === 1)
    await users.deactivateUser({ user_id: 'bo' })
    await until('it is closed', () => kept.count('closed') === 1)
    expect(kept.events.at(-1)).toMatchObject({ error: { code: 'forbidden', status: 403 } })
    const { length } = requests
    await new Promise((resolve) => setTimeout(resolve, 600))
    expect(requests).toHaveLength(length)
  })

  it('ends for good with an invalid filter', async () => {
    const { url } = await listen()
    const kept = new Kept()
    const client = createUsersClient({ url, token: SERVER })
    stops.push(client.watch({ nmae: 'Ana' } as object, kept.take))
    await until('it is closed', () => kept.count('closed') === 1)
    expect(kept.events).toMatchObject([{ type: 'closed', error: { code: 'unknown_field' } }])
  })

  it('opens again with a fresh token when the old one has expired', async () => {
    let asked = 0
    const token = () => {
      asked++
      return asked === 1 ? forge({ server: true, exp: now() + 5 }) : SERVER
    }
    const { kept, users } = await watching({}, { token })
    await until('there is a list', () => kept.count('list') === 1)
    await new Promise((resolve) => setTimeout(resolve, 5100))
    // A stream notices that its token has expired when it has something to send.
    await promote({ users }, 'bo')
    await until('bo is there', () => kept.count('list') === 2 && kept.users.has('bo'))
    expect(asked).toBe(2)
  })

  it('opens again after 429 and 503', async () => {
    const server = await listen({ seed: SEED })
    server.fail(refusing(429, 'too_many_requests', '1'), refusing(503, 'unavailable', '0'))
    const kept = new Kept()
    const client = createUsersClient({ url: server.url, token: SERVER })
    stops.push(client.watch(ADMINS, kept.take))
    await until('there is a list', () => kept.count('list') === 1)
    expect(kept.types).toEqual(['disconnected', 'disconnected', 'list'])
  })

  it('opens again after a page of a proxy, but not if the URL is too long for it', async () => {
    const server = await listen({ seed: SEED })
    const page = (status: number) => (_: unknown, response: ServerResponse) =>
      void response.writeHead(status).end('<html>')
    server.fail(page(404))
    const [kept, other] = [new Kept(), new Kept()]
    const client = createUsersClient({ url: server.url, token: SERVER })
    stops.push(client.watch(ADMINS, kept.take))
    await until('there is a list', () => kept.count('list') === 1)
    expect(kept.types).toEqual(['disconnected', 'list'])
    expect(kept.events[0]).toMatchObject({ error: { code: 'unexpected_answer', status: 404 } })
    const ids = Array.from({ length: 900 }, (_, i) => `a long id of a user ${i}`)
    stops.push(client.watch({ id: { $in: ids } }, other.take))
    await until('it is closed', () => other.count('closed') === 1)
    expect(other.events).toMatchObject([{ type: 'closed', error: { status: 431 } }])
  })

  it('opens again when the stream is silent for too long', async () => {
    const server = await listen({ seed: SEED })
    server.fail((request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write('event: ready\ndata: {}\n\n')
      silent(request, response)
    })
    const kept = new Kept()
    const client = createUsersClient({ url: server.url, token: SERVER, silence: 2000 })
    stops.push(client.watch(ADMINS, kept.take))
    await until('there are two lists', () => kept.count('list') >= 2)
    expect(kept.types.slice(0, 3)).toEqual(['list', 'disconnected', 'list'])
    expect(kept.events[1]).toMatchObject({ error: { code: 'timed_out' } })
  })

  it('opens again when the list cannot be queried', async () => {
    const server = await listen({ seed: SEED })
    const kept = new Kept()
    const client = createUsersClient({ url: server.url, token: SERVER, retries: 0 })
    server.fail(
      (_, response) => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' })
        response.write('event: ready\ndata: {}\n\n')
      },
      refusing(500, 'internal'),
    )
    stops.push(client.watch(ADMINS, kept.take))
    await until('there is a list', () => kept.count('list') === 1)
    expect(kept.events[0]).toMatchObject({ type: 'disconnected', error: { code: 'internal' } })
  })

  it.each(['function', 'signal'])('is ended by its %s, and the server’s list too', async (by) => {
    const server = await listen({ seed: SEED })
    const client = createUsersClient({ url: server.url, token: SERVER })
    const kept = new Kept()
    const abort = new AbortController()
    const stop = client.watch(ADMINS, kept.take, { signal: abort.signal })
    await until('there is a list', () => kept.count('list') === 1)
    expect(server.users.watching).toBe(1)
    if (by === 'function') stop()
    else abort.abort()
    await until('nothing is watched', () => server.users.watching === 0)
    await promote(server, 'bo')
    expect(kept.types).toEqual(['list'])
  })

  it('goes on when a listener throws, which is an uncaught error', async () => {
    const server = await listen({ seed: SEED })
    const client = createUsersClient({ url: server.url, token: SERVER })
    const uncaught: unknown[] = []
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => uncaught.push(error))
    try {
      const kept = new Kept()
      stops.push(
        client.watch(ADMINS, (event) => {
          kept.take(event)
          throw new Error(`of ${event.type}`)
        }),
      )
      await until('there is a list', () => kept.count('list') === 1)
      await promote(server, 'bo')
      await until('bo is there', () => kept.users.has('bo'))
      await until('both are uncaught', () => uncaught.length === 2)
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const other of others) process.on('uncaughtException', other)
    }
  })
})

describe('stayOnline', () => {
  it('keeps the user online, also after the server died, until it is ended', async () => {
    const server = await listen({ settings: { onlineGrace: 200, pollInterval: 20 } })
    const client = createUsersClient({ url: server.url, token: clientOf('ana') })
    const events: PresenceEvent[] = []
    const stop = client.stayOnline((event) => events.push(event))
    stops.push(stop)
    const count = (type: string) => events.filter((each) => each.type === type).length
    await until('it is connected', () => count('connected') === 1)
    expect(events[0]).toMatchObject({ type: 'connected', user: { id: 'ana', online: true } })
    await server.die()
    await server.comeBack()
    await until('it is connected again', () => count('connected') === 2)
    stop()
    const own = createUsersClient({ url: server.url, token: SERVER })
    await until('ana is offline', async () => {
      const { users } = await own.queryUsers()
      return users[0]?.online === false
    })
    expect(count('closed')).toBe(0)
  })
})

describe('the streams themselves', () => {
  it('are read in a loop, and leaving it closes them', async () => {
    const server = await listen({ seed: SEED })
    const client = createUsersClient({ url: server.url, token: SERVER })
    const seen: string[] = []
    for await (const event of client.watchUsers({ filter: ADMINS })) {
      seen.push(event.type)
      if (event.type === 'ready') await promote(server, 'bo')
      else break
    }
    expect(seen).toEqual(['ready', 'added'])
    await until('nothing is watched', () => server.users.watching === 0)
  })

  it('are read the same however they are cut', () => {
    const text =
      ': \n\nevent: a\ndata: {"x":1}\n\nid: 7\nevent:b\r\ndata: {\r\ndata: }\r\n\r\nevent: c\n\ndata: é'
    const whole = eventReader()
    const expected = [
      { type: 'a', data: '{"x":1}' },
      { type: 'b', data: '{\n}' },
    ]
    expect(whole(text)).toEqual(expected)
    for (let size = 1; size < text.length; size++) {
      const read = eventReader()
      const events = []
      for (let at = 0; at < text.length; at += size) events.push(...read(text.slice(at, at + size)))
      expect(events).toEqual(expected)
    }
  })
})
