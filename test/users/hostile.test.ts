import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOf, closeAll, open, requestOf, SERVER, type Service } from './service.ts'

afterAll(closeAll)

const ENCODER = new TextEncoder()

/** A body in chunks, without a Content-Length. */
function streamed(pieces: readonly string[], onPull?: () => void): Request {
  let i = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      onPull?.()
      const piece = pieces[i++]
      if (piece === undefined) controller.close()
      else controller.enqueue(ENCODER.encode(piece))
    },
  })
  const init = {
    method: 'POST',
    body,
    duplex: 'half' as const,
    headers: { authorization: `Bearer ${SERVER}` },
  }
  return new Request('http://users.test/users', init)
}

describe('a body that is too large', () => {
  const MOST = 1000
  const tooLarge = { status: 413, body: { code: 'too_large', details: {} } }

  it('is refused by its Content-Length', async () => {
    const { handler, reported } = await open({ maxBody: MOST })
    let pulled = 0
    const request = streamed(['x'.repeat(MOST + 1)], () => pulled++)
    request.headers.set('content-length', `${MOST + 1}`)
    // The platform may read ahead by one piece; the handler reads none.
    expect(await answerOf(await handler(request))).toMatchObject(tooLarge)
    expect(pulled).toBeLessThanOrEqual(1)
    expect(reported).toEqual([])
  })

  it('is refused without a Content-Length, before its end', async () => {
    const { handler, reported } = await open({ maxBody: MOST })
    let pulled = 0
    const pieces = Array.from({ length: 1000 }, () => 'x'.repeat(100))
    expect(await answerOf(await handler(streamed(pieces, () => pulled++)))).toMatchObject(tooLarge)
    expect(pulled).toBeLessThan(20)
    expect(reported).toEqual([])
  })

  it('is accepted up to exactly the limit, also in chunks', async () => {
    const { handler } = await open({ maxBody: MOST })
    const text = JSON.stringify({ users: [{ id: 'é', custom: { a: 'é' } }] })
    const filled = text + ' '.repeat(MOST - ENCODER.encode(text).length)
    for (const [pieces, status] of [
      [[...filled], 200],
      [[filled, ' '], 413],
    ] as const) {
      expect((await handler(streamed(pieces))).status).toBe(status)
    }
  })

  it('is longer than 1 MiB by default', async () => {
    const { ask } = await open()
    const body = { users: [{ id: 'x', custom: { text: 'x'.repeat(1024 * 1024) } }] }
    expect(await ask('POST /users', { token: SERVER, body })).toMatchObject(tooLarge)
  })
})

describe('large bodies that come together', () => {
  it('are parsed in turns of the event loop, between which others are answered', async () => {
    const { ask } = await open()
    const keys = Array.from({ length: 20_000 }, (_, i) => [`key${i}`, i])
    const body = JSON.stringify({ filter_conditions: Object.fromEntries(keys) })
    let turn = 0
    let isOver = false
    const count = () => {
      turn++
      if (!isOver) setImmediate(count)
    }
    setImmediate(count)
    const turns = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const { status } = await ask('POST /users/query', { token: SERVER, body })
        expect(status).toBe(400)
        return turn
      }),
    )
    isOver = true
    expect(new Set(turns).size).toBe(6)
  })
})

describe('a body that is not UTF-8 is invalid_json', () => {
  it.each([
    ['latin 1', '{"users":[{"id":"José"}]}', 'latin1', 400],
    ['UTF-16', '{"users":[{"id":"José"}]}', 'utf16le', 400],
    ['nothing but a mark', '\ufeff', 'utf8', 400],
    ['UTF-8 behind a mark', '\ufeff{"users":[{"id":"José"}]}', 'utf8', 200],
  ] as const)('%s', async (_, text, encoding, status) => {
    const { handler, users } = await open()
    const request = new Request('http://users.test/users', {
      method: 'POST',
      headers: { authorization: `Bearer ${SERVER}` },
      body: Buffer.from(text, encoding),
    })
    const answer = await answerOf(await handler(request))
    expect(answer.status).toBe(status)
    if (status === 400) expect(answer.body.code).toBe('invalid_json')
    expect((await users.queryUsers()).users.map(({ id }) => id)).toEqual(
      status === 200 ? ['José'] : [],
    )
  })
})

describe('deeply nested JSON', () => {
  const LEVELS = 100_000
  const lists = '['.repeat(LEVELS) + ']'.repeat(LEVELS)
  const objects = `${'{"$and":'.repeat(LEVELS)}null${'}'.repeat(LEVELS)}`
  const alternating = '{"$and":['.repeat(LEVELS) + ']}'.repeat(LEVELS)
  const CASES: readonly (readonly [endpoint: string, around: (inner: string) => string])[] = [
    ['POST /users', (inner) => inner],
    ['POST /users', (inner) => `{"users":${inner}}`],
    ['POST /users', (inner) => `{"users":[{"id":"ana","custom":${inner}}]}`],
    ['POST /users', (inner) => `{"users":[{"id":"ana","custom":{"a":${inner}}}]}`],
    ['POST /users', (inner) => `{"users":[{"id":"ana","devices":${inner}}]}`],
    ['POST /users', (inner) => `{"users":[{"id":"ana","more":${inner}}]}`],
    ['PATCH /users', (inner) => `{"users":[{"id":"ana","set":{"custom.a":${inner}}}]}`],
    ['POST /users/query', (inner) => inner],
    ['POST /users/query', (inner) => `{"filter_conditions":${inner}}`],
    ['POST /users/query', (inner) => `{"filter_conditions":{"role":{"$in":${inner}}}}`],
    ['POST /users/query', (inner) => `{"filter_conditions":{"role":{"$not":${inner}}}}`],
    ['POST /users/query', (inner) => `{"sort":${inner}}`],
    ['POST /users/delete', (inner) => `{"user_ids":${inner}}`],
    ['POST /users/ana/deactivate', (inner) => inner],
    ['POST /guest', (inner) => `{"user":{"id":"g","custom":${inner}}}`],
  ]
  let service: Service
  beforeAll(async () => {
    service = await open({ seed: [{ id: 'ana' }], maxBody: 10_000_000 })
  })

  it.each(CASES)('is refused at %s: %s', async (endpoint, around) => {
    for (const body of [lists, objects, alternating].map(around)) {
      const answer = await service.ask(endpoint, { token: SERVER, body })
      expect({ start: body.slice(0, 60), ...answer.body, status: answer.status }).toMatchObject({
        status: 400,
      })
      expect(answer.text.length).toBeLessThan(5000)
    }
    expect(service.reported).toEqual([])
  })
})

describe('__proto__ is an ordinary key', () => {
  let service: Service
  beforeAll(async () => {
    service = await open()
  })
  const send = (endpoint: string, body: string) => service.ask(endpoint, { token: SERVER, body })

  it.each([
    ['POST /users', '{"users":[{"id":"x","__proto__":{"role":"admin"}}]}'],
    ['POST /users', '{"__proto__":{"a":1},"users":[{"id":"x"}]}'],
    ['POST /users', '{"users":[{"__proto__":{"id":"x"}}]}'],
    ['POST /users', '{"__proto__":{"users":[{"id":"x"}]}}'],
    ['POST /guest', '{"user":{"id":"x","__proto__":{"role":"admin"}}}'],
    ['POST /users/x/deactivate', '{"__proto__":{"mark_messages_deleted":true}}'],
    ['POST /users/query', '{"__proto__":{"limit":1}}'],
    ['POST /users/query', '{"filter_conditions":{"__proto__":{"role":"admin"}}}'],
    ['POST /users/query', '{"filter_conditions":{"role":{"__proto__":1}}}'],
    ['POST /users/query', '{"sort":{"__proto__":1}}'],
    ['POST /users/query', '{"sort":[{"field":"__proto__"}]}'],
    ['PATCH /users', '{"users":[{"id":"x","set":{"__proto__":{"role":"admin"}}}]}'],
    ['PATCH /users', '{"users":[{"id":"x","set":{"__proto__.role":"admin"}}]}'],
    ['PATCH /users', '{"users":[{"id":"x","set":{"constructor.prototype.role":"admin"}}]}'],
    ['PATCH /users', '{"users":[{"id":"x","unset":["__proto__","toString"]}]}'],
  ])('that %s does not have: %s', async (endpoint, body) => {
    await send('POST /users', '{"users":[{"id":"x"}]}')
    const { status } = await send(endpoint, body)
    expect(status).toBe(400)
    expect(({} as Record<string, unknown>).role).toBeUndefined()
  })

  it('is stored in custom, in lists and as the name of a team', async () => {
    const own =
      '{"__proto__":{"a":1},"constructor":{"prototype":2},"n":{"__proto__":[{"__proto__":3}]}}'
    const user = `{"id":"keeper","custom":${own},"teams_role":{"__proto__":"admin"},"devices":[${own}],"privacy_settings":${own}}`
    const written = await send('POST /users', `{"users":[${user}]}`)
    expect(written.status).toBe(200)
    const read = await send('POST /users/query', '{"filter_conditions":{"id":"keeper"}}')
    for (const { text } of [written, read]) {
      expect(text).toContain('"teams_role":{"__proto__":"admin"}')
      const found: unknown[] = []
      JSON.parse(text, function (this: object, key, value) {
        if (key === 'custom' || key === 'privacy_settings') found.push(JSON.stringify(value))
        return value
      })
      expect(found).toHaveLength(2)
      for (const each of found) {
        expect(JSON.parse(each as string)).toEqual(JSON.parse(own))
        expect(each).toContain('"__proto__":[{"__proto__":3}]')
        expect(each).toContain('"__proto__":{"a":1}')
      }
    }
  })

  it('is accepted in the paths of set and unset', async () => {
    await send('POST /users', '{"users":[{"id":"p"}]}')
    const set = await send(
      'PATCH /users',
      '{"users":[{"id":"p","set":{"custom.__proto__.polluted":1,"custom.constructor.prototype.polluted":2}}]}',
    )
    expect(set.status).toBe(200)
    expect(set.text).toContain('"__proto__":{"polluted":1}')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    const found = await send(
      'POST /users/query',
      '{"filter_conditions":{"custom.__proto__.polluted":1}}',
    )
    expect(found.body.users).toHaveLength(1)
    const unset = await send('PATCH /users', '{"users":[{"id":"p","unset":["custom.__proto__"]}]}')
    expect(unset.text).not.toContain('__proto__')
    expect(unset.text).toContain('"prototype":{"polluted":2}')
  })

  it("is accepted as a user's id", async () => {
    for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const users = JSON.stringify({ users: [{ id, name: 'P' }] })
      const written = await send('POST /users', users)
      expect(Object.entries(written.body.users!)).toMatchObject([[id, { id, name: 'P' }]])
      const off = await send(`POST /users/${id}/deactivate`, '')
      expect(off.body.user).toMatchObject({ id, name: 'P' })
      const on = await send(`POST /users/${id}/reactivate`, '')
      expect(on.body.user).toMatchObject({ id, name: 'P' })
    }
  })
})

describe('ids in paths', () => {
  let service: Service
  const ask = (endpoint: string) => service.ask(endpoint, { token: SERVER })
  beforeAll(async () => {
    service = await open()
  })

  it.each([
    'query',
    'watch',
    'deactivate',
    'reactivate',
    'a/b',
    'a/deactivate',
    '../tasks',
    'a?b=c',
    'a#b',
    'a b',
    'a+b',
    '100%',
    '%41',
    '%2541',
    '%2F',
    '%E0%A4%A',
    'é',
    'e\u0301',
    '😀',
    ':id',
    '*',
    '\\',
    '\r\n',
    '"',
    "'; DROP TABLE tamis_users; --",
    '…',
    'x'.repeat(255),
  ])('%j', async (id) => {
    await service.users.upsertUsers({ users: [{ id }] })
    const { status, body } = await ask(`POST /users/${encodeURIComponent(id)}/deactivate`)
    expect({ status, body }).toMatchObject({ status: 200, body: { user: { id } } })
  })

  it('any other valid id', async () => {
    const { users, handler } = await open()
    // Paths leave these two out, and no user may have them.
    const id = fc
      .string({ unit: 'grapheme-composite', minLength: 1, maxLength: 20 })
      .filter((own) => own !== '.' && own !== '..' && own.isWellFormed() && !own.includes('\0'))
    await fc.assert(
      fc.asyncProperty(id, async (own) => {
        await users.upsertUsers({ users: [{ id: own }] })
        const path = `/users/${encodeURIComponent(own)}`
        for (const what of ['deactivate', 'reactivate']) {
          const answer = await handler(requestOf(`POST ${path}/${what}`, { token: SERVER }))
          expect(await answer.json()).toMatchObject({ user: { id: own } })
        }
      }),
      { numRuns: 100 },
    )
  })

  it.each([
    ['POST /users/%/deactivate', 400, 'invalid_input'],
    ['POST /users/%zz/deactivate', 400, 'invalid_input'],
    ['POST /users/%E0%A4%A/deactivate', 400, 'invalid_input'],
    ['POST /users/%FF/deactivate', 400, 'invalid_input'],
    ['POST /users/%ED%A0%80/deactivate', 400, 'invalid_input'],
    ['GET /tasks/%FF', 400, 'invalid_input'],
    ['POST /users/./deactivate', 400, 'invalid_input'],
    ['POST /users/%2e/deactivate', 400, 'invalid_input'],
    ['POST /users/%00/deactivate', 400, 'invalid_input'],
    ['POST /users//deactivate', 404, 'not_found'],
    ['POST /users/a/b/deactivate', 404, 'not_found'],
    ['POST /users/a/deactivate/', 404, 'not_found'],
    ['POST /users/../deactivate', 404, 'not_found'],
    ['POST /users/%2e%2e/deactivate', 404, 'not_found'],
    ['POST /Users/a/deactivate', 404, 'not_found'],
    [`POST /users/${'x'.repeat(256)}/deactivate`, 400, 'invalid_input'],
    [`POST /users/${'x'.repeat(100_000)}/deactivate`, 400, 'invalid_input'],
    [`GET /tasks/${'x'.repeat(100_000)}`, 404, 'task_not_found'],
    ['GET /tasks/%00', 404, 'task_not_found'],
    ['GET /tasks/__proto__', 404, 'task_not_found'],
  ] as const)('%#', async (endpoint, status, code) => {
    const { ask: askFresh } = await open()
    const answer = await askFresh(endpoint, { token: SERVER })
    expect(answer).toMatchObject({ status, body: { code } })
    expect(answer.text.length).toBeLessThan(endpoint.length + 500)
  })
})

describe('input of a request without a token', () => {
  const post = (body: string) =>
    new Request('http://users.test/guest', { method: 'POST', body, headers: {} })

  it('is limited to a short length', async () => {
    const { handler } = await open()
    const { status, body } = await answerOf(await handler(post(`"${'x'.repeat(70_000)}"`)))
    expect([status, body]).toMatchObject([413, { code: 'too_large' }])
  })

  it('has the nesting limit of inputs, checked before it is parsed', async () => {
    const { handler } = await open()
    const deep = '['.repeat(30_000)
    for (const text of [deep, `${deep}${']'.repeat(30_000)}`, `{"a":"]]\\"]${'"'}, "b": ${deep}`]) {
      const { status, body } = await answerOf(await handler(post(text)))
      expect([status, body]).toMatchObject([400, { code: 'invalid_json' }])
    }
    const { body } = await answerOf(await handler(post(`{"user":${'['.repeat(101)}`)))
    expect(body).toMatchObject({ message: 'The body is nested more than 100 levels deep' })
  })

  it('cannot contain a name whose folded words are much longer', async () => {
    const { handler } = await open()
    const guest = (name: string) => post(JSON.stringify({ user: { id: 'x', name } }))
    // One character that folds into eighteen.
    const { status, body } = await answerOf(await handler(guest('\ufdfa'.repeat(4096))))
    expect([status, body]).toMatchObject([400, { code: 'invalid_input' }])
    expect((await answerOf(await handler(guest('é'.repeat(4096))))).status).toBe(200)
  })
})
