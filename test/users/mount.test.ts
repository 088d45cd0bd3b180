import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request as requestBy,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import type { UsersHandler } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOf, closeAll, open, SERVER, type Service } from './service.ts'
import { until } from './until.ts'

interface Mounted {
  readonly port: number
  close(): Promise<void>
}

async function listening(listener: RequestListener): Promise<Mounted> {
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What every server makes of a request, by hand. */
function toRequest(incoming: IncomingMessage) {
  const { method = 'GET', headers, url = '/' } = incoming
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return {
    url: new URL(url, 'http://localhost'),
    init: {
      method,
      headers: headers as Record<string, string>,
      ...(hasBody
        ? { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' as const }
        : {}),
    },
  }
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body === null) outgoing.end()
  // Whoever leaves a list early ends the pipeline, and with it the list.
  else await pipeline(Readable.fromWeb(response.body as never), outgoing).catch(() => {})
}

/** A request as Next.js passes it to a route handler: a subclass, with a second argument. */
class NextRequest extends Request {
  readonly nextUrl = new URL(this.url)
}

interface Mount {
  readonly name: string
  /** The value of basePath; undefined if the server removes the prefix from the path. */
  readonly basePath?: string
  mount(handler: UsersHandler): Promise<Mounted>
}

const MOUNTS: readonly Mount[] = [
  {
    name: 'hono, mount',
    mount: (handler) => {
      const app = new Hono().mount('/api', handler)
      return listening(getRequestListener(app.fetch))
    },
  },
  {
    name: 'hono, a route',
    basePath: '/api',
    mount: (handler) => {
      const app = new Hono().all('/api/*', (context) => handler(context.req.raw))
      return listening(getRequestListener(app.fetch))
    },
  },
  {
    name: 'Express 5',
    mount: (handler) => {
      const app = express()
      app.use('/api', getRequestListener(handler))
      app.use(express.json())
      app.get('/other', (_, response) => void response.json({ other: true }))
      return listening(app)
    },
  },
  {
    name: 'Fastify 5',
    basePath: '/api',
    async mount(handler) {
      const listener = getRequestListener(handler)
      const app = Fastify()
      app.register(async (scope) => {
        // The handler reads bodies itself.
        scope.removeAllContentTypeParsers()
        scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
        scope.all('/api/*', (request, reply) => {
          reply.hijack()
          return listener(request.raw, reply.raw)
        })
      })
      app.get('/other', async () => ({ other: true }))
      await app.listen({ port: 0, host: '127.0.0.1' })
      const { port } = app.server.address() as AddressInfo
      return {
        port,
        async close() {
          app.server.closeAllConnections()
          await app.close()
        },
      }
    },
  },
  {
    name: 'node:http by @hono/node-server',
    basePath: '/api',
    mount: (handler) => listening(getRequestListener(handler)),
  },
  {
    name: 'node:http, the globals left as they are',
    basePath: '/api',
    mount: (handler) => listening(getRequestListener(handler, { overrideGlobalObjects: false })),
  },
  {
    name: 'node:http by hand',
    basePath: '/api',
    mount: (handler) =>
      listening(async (incoming, outgoing) => {
        const { url, init } = toRequest(incoming)
        await send(await handler(new Request(url, init)), outgoing)
      }),
  },
  {
    name: 'Next.js',
    basePath: '/api',
    mount: (handler) => {
      // As in app/api/[...path]/route.ts: export { handler as GET, handler as POST, … }
      const route: Readonly<
        Record<string, (request: NextRequest, context: object) => Promise<Response>>
      > = {
        GET: handler,
        POST: handler,
        PATCH: handler,
      }
      return listening(async (incoming, outgoing) => {
        const { url, init } = toRequest(incoming)
        const params = Promise.resolve({ path: url.pathname.split('/').slice(2) })
        await send(await route[init.method]!(new NextRequest(url, init), { params }), outgoing)
      })
    },
  },
]

afterAll(closeAll)

describe.each(MOUNTS)('$name', ({ basePath, mount }) => {
  let service: Service
  let mounted: Mounted
  let base: string
  beforeAll(async () => {
    service = await open({ basePath, seed: [{ id: 'ana', role: 'admin' }, { id: 'b/o é' }] })
    mounted = await mount(service.handler)
    base = `http://127.0.0.1:${mounted.port}`
  })
  afterAll(() => mounted.close())

  const ask = async (
    method: string,
    path: string,
    { token = SERVER, body }: { token?: string; body?: RequestInit['body'] } = {},
  ) => {
    const response = await fetch(`${base}/api${path}`, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body, duplex: 'half' as const }),
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  }

  it('a query in the URL and in the body', async () => {
    const payload = JSON.stringify({ filter_conditions: { role: 'admin' } })
    const page = { users: [expect.objectContaining({ id: 'ana' })] }
    const token = clientOf('ana')
    const byUrl = await ask('GET', `/users?payload=${encodeURIComponent(payload)}`, { token })
    expect(byUrl).toMatchObject({ status: 200, body: page })
    expect(byUrl.headers.get('cache-control')).toBe('private, no-cache')
    expect(await ask('POST', '/users/query', { token, body: payload })).toMatchObject({
      status: 200,
      body: page,
    })
  })

  it('an upsert with a body in one and in several chunks', async () => {
    const text = JSON.stringify({ users: [{ id: 'new', name: 'é'.repeat(2000) }] })
    for (const body of [text, new Blob([text]).stream()]) {
      expect(await ask('POST', '/users', { body })).toMatchObject({
        status: 200,
        body: { users: { new: { id: 'new', name: 'é'.repeat(2000) } } },
      })
    }
    const set = JSON.stringify({ users: [{ id: 'new', set: { name: 'N' } }] })
    expect(await ask('PATCH', '/users', { body: set })).toMatchObject({ status: 200 })
    await service.users.deleteUsers({ user_ids: ['new'] })
  })

  it('an id in the path, unchanged', async () => {
    const path = `/users/${encodeURIComponent('b/o é')}`
    expect(await ask('POST', `${path}/deactivate`)).toMatchObject({
      status: 200,
      body: { user: { id: 'b/o é' } },
    })
    expect(await ask('POST', `${path}/reactivate`, { body: '{"name":"Bo"}' })).toMatchObject({
      status: 200,
      body: { user: { name: 'Bo' } },
    })
  })

  it('an error', async () => {
    const TEXT = expect.any(String)
    const refused = await ask('GET', '/users', { token: '' })
    expect(refused).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(refused.headers.get('www-authenticate')).toBe('Bearer')
    expect(await ask('POST', '/users', { body: '{' })).toMatchObject({
      status: 400,
      body: { code: 'invalid_json', message: TEXT, details: {} },
    })
    expect(await ask('GET', '/nothing')).toMatchObject({
      status: 404,
      body: { code: 'not_found', message: TEXT, details: {} },
    })
  })

  it.each([true, false])('a body that is too large, with Content-Length: %s', async (isSaid) => {
    const text = JSON.stringify({ users: [{ id: 'x', name: 'x'.repeat(2_000_000) }] })
    const answered = await new Promise<unknown>((resolve) => {
      const headers = {
        authorization: `Bearer ${SERVER}`,
        ...(isSaid ? { 'content-length': text.length } : {}),
      }
      // A separate connection: the server closes it while the client is still sending.
      const options = { method: 'POST', port: mounted.port, headers, agent: false } as const
      const call = requestBy(`${base}/api/users`, options, async (response) => {
        const pieces = await response.toArray().catch(() => [])
        resolve({ status: response.statusCode, body: Buffer.concat(pieces).toString() })
        call.destroy()
      })
      call.on('error', resolve)
      call.end(text)
    })
    if (!(answered instanceof Error)) {
      expect(answered).toMatchObject({ status: 413, body: expect.stringContaining('too_large') })
    }
    const found = await service.users.queryUsers({ payload: { filter_conditions: { id: 'x' } } })
    expect(found.users).toEqual([])
    expect(service.reported).toEqual([])
  })

  it.each([true, false])(
    'a request on the same connection after a refused long body, with Content-Length: %s',
    async (isSaid) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const call = (method: string, path: string, token?: string, text?: string) =>
        new Promise<number | undefined>((resolve) => {
          const headers = {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(isSaid && text !== undefined ? { 'content-length': text.length } : {}),
          }
          const own = requestBy(`${base}/api${path}`, { method, headers, agent }, (response) => {
            response.resume().on('close', () => resolve(response.statusCode))
          })
          // A server may close the connection while the client is still sending.
          own.on('error', () => resolve(text === undefined ? undefined : 0))
          if (text !== undefined) own.write(text.slice(0, 10))
          own.end(text?.slice(10))
        })
      const long = 'x'.repeat(3_000_000)
      const REFUSED = [
        ['POST', '/users', SERVER, 413],
        ['POST', '/users', 'no token', 401],
        ['POST', '/users', undefined, 413],
        ['PATCH', '/nothing', clientOf('nobody'), 401],
      ] as const
      for (const [method, path, token, status] of REFUSED) {
        const answers = isSaid ? [status] : [status, 0]
        expect(answers).toContain(await call(method, path, token, long))
        for (let i = 0; i < 4; i++) {
          expect(await call('GET', '/openapi.json')).toBe(200)
        }
      }
      agent.destroy()
    },
  )

  it('an open list, until its reader disconnects', async () => {
    const abort = new AbortController()
    const response = await fetch(`${base}/api/users/watch`, {
      headers: { authorization: `Bearer ${clientOf('ana')}` },
      signal: abort.signal,
    })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = (await reader.read()).value ?? ''
    expect(text).toBe('event: ready\ndata: {}\n\n')
    await service.users.upsertUsers({ users: [{ id: 'seen' }] })
    text = (await reader.read()).value ?? ''
    expect(text).toMatch(/^event: added\ndata: \{"user":\{"id":"seen"/)
    expect(service.users.watching).toBe(1)
    abort.abort()
    await until('the watcher is freed', () => service.users.watching === 0)
    expect(service.reported).toEqual([])
  })
})

it('in Express after a body parser, an error tells the developer', async () => {
  const { handler } = await open()
  const app = express()
  app.use(express.json())
  app.use('/api', getRequestListener(handler))
  const mounted = await listening(app)
  const response = await fetch(`http://127.0.0.1:${mounted.port}/api/users`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SERVER}`, 'content-type': 'application/json' },
    body: '{"users":[{"id":"ana"}]}',
  })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({
    code: 'invalid_json',
    message: expect.stringContaining('was it read by a body parser?'),
  })
  await mounted.close()
})
