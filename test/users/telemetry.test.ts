import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node'
import { createUsers, createUsersHandler } from 'tamis/users'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signToken } from '../../src/users/tokens.ts'
import { databases } from './fresh.ts'

const SECRET = 'a secret of the tests, long enough'
const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })

beforeAll(() => provider.register())
beforeEach(() => exporter.reset())
afterAll(() => provider.shutdown())

const SYSTEMS: Readonly<Record<string, string>> = {
  SQLite: 'sqlite',
  PostgreSQL: 'postgresql',
  MariaDB: 'mariadb',
  MySQL: 'mysql',
}

/** What a span tells, in every place that it has. */
const told = (span: ReadableSpan) =>
  JSON.stringify([span.name, span.attributes, span.events, span.links, span.status])

describe.each(databases)('traces, on $name', ({ name, fresh }) => {
  it('has a span for each request and, within it, for each statement, without personal data', async () => {
    const { db, drop, run } = await fresh()
    const users = await createUsers({ db, settings: { secret: SECRET, worker: false } })
    const handler = await createUsersHandler(users, { basePath: '/api' })
    const token = await signToken(SECRET, { server: true })
    const call = (path: string, init: RequestInit = {}) =>
      handler(
        new Request(`http://localhost${path}`, {
          ...init,
          headers: { authorization: `Bearer ${token}`, ...init.headers },
        }),
      )
    const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const body = JSON.stringify({ users: [{ id: 'hidden-id', name: 'hidden-name' }] })
    const created = await call('/api/users', {
      method: 'POST',
      body,
      headers: { traceparent: parent },
    })
    expect(created.status).toBe(200)
    const all = exporter.getFinishedSpans()
    const request = all.find(({ kind }) => kind === SpanKind.SERVER)
    const others = all.filter((span) => span !== request)
    expect(request).toMatchObject({
      name: 'POST /users',
      kind: SpanKind.SERVER,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/users',
        'http.response.status_code': 200,
      },
      parentSpanContext: { spanId: 'b7ad6b7169203331' },
    })
    expect(request?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c')
    const names = others.map((span) => span.name)
    expect(names).toEqual(
      expect.arrayContaining(['CONNECT', 'BEGIN', 'SELECT', 'INSERT', 'COMMIT']),
    )
    for (const span of others) {
      expect(span.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
      expect(span.attributes).toEqual({
        'db.system.name': SYSTEMS[name],
        'db.operation.name': span.name,
      })
    }

    exporter.reset()
    const filter = { name: 'hidden-name', 'custom.hidden-key': 'hidden-value' }
    const payload = encodeURIComponent(JSON.stringify({ filter_conditions: filter }))
    expect((await call(`/api/users?payload=${payload}`)).status).toBe(200)
    await call('/api/users/hidden-id/deactivate', { method: 'POST', body: '{}' })
    await call('/api/hidden-path?hidden-query', { method: 'HIDDEN-METHOD' }).catch(() => {})
    await call('/hidden-path')
    expect((await call('/api/users', { method: 'POST', body: '{"hidden": ' })).status).toBe(400)
    await run('ALTER TABLE tamis_clock RENAME TO tamis_elsewhere')
    const another = JSON.stringify({ users: [{ id: 'hidden-other' }] })
    expect((await call('/api/users', { method: 'POST', body: another })).status).toBe(500)
    const spans = exporter.getFinishedSpans()
    expect(spans.map((span) => span.name)).toContain('POST /users/{id}/deactivate')
    const failed = spans.filter(({ status }) => status.code === SpanStatusCode.ERROR)
    expect(failed.map((span) => span.name)).toEqual(
      expect.arrayContaining(['POST /users', 'UPDATE']),
    )
    for (const span of spans) {
      expect(told(span).toLowerCase()).not.toContain('hidden')
      expect(told(span)).not.toContain(token)
    }
    await users.close()
    await drop()
  })

  it('has no spans of polls, and puts statements into the span of an application', async () => {
    const { db, drop } = await fresh()
    const users = await createUsers({ db, settings: { pollInterval: 5 } })
    const tracer = trace.getTracer('application')
    // The polls that it starts have its context.
    await tracer.startActiveSpan('watch', async (span) => {
      await users.watch({ role: 'admin' }, () => {})
      span.end()
    })
    exporter.reset()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(exporter.getFinishedSpans()).toEqual([])
    await tracer.startActiveSpan('work', async (span) => {
      await users.queryUsers()
      span.end()
    })
    const spans = exporter.getFinishedSpans()
    const work = spans.find((span) => span.name === 'work')
    const select = spans.find((span) => span.name === 'SELECT')
    expect(select?.parentSpanContext?.spanId).toBe(work?.spanContext().spanId)
    await users.close()
    await drop()
  })
})
