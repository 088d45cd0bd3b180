import { afterAll, describe, expect, it } from 'vitest'
import { makeDirectHandler } from '../../src/users/http/handler.ts'
import { type Answer, clientOf, closeAll, DIRECT, open, SERVER } from './service.ts'

afterAll(closeAll)

const SEED = [
  { id: 'ana', name: 'Ana', role: 'admin' },
  { id: 'bo', name: 'Bo', privacy_settings: { typing: false } },
]

const tagOf = ({ headers }: Answer): string => headers.get('etag') ?? ''

describe.each(['GET /users', 'GET /users?payload={"limit":1,"sort":{"id":1}}', 'GET /users/me'])(
  'the answer of %s',
  (endpoint) => {
    const token = endpoint.endsWith('me') ? clientOf('ana') : SERVER
    const opened = async () => {
      const service = await open({ seed: SEED })
      const ask = (ifNoneMatch?: string) =>
        service.ask(endpoint, {
          token,
          ...(ifNoneMatch === undefined ? {} : { headers: { 'if-none-match': ifNoneMatch } }),
        })
      return { ...service, ask, first: await ask() }
    }

    it('has an ETag, and is kept for its caller alone', async () => {
      const { first, ask } = await opened()
      expect(first.status).toBe(200)
      expect(tagOf(first)).toMatch(/^W\/"[A-Za-z0-9+/]{22}"$/)
      expect(first.headers.get('cache-control')).toBe('private, no-cache')
      expect(first.headers.get('vary')).toBe('Authorization')
      expect(tagOf(await ask())).toBe(tagOf(first))
    })

    it('is not sent again to a caller who has it', async () => {
      const { first, ask } = await opened()
      const tag = tagOf(first)
      for (const known of [tag, tag.slice(2), `"other", ${tag}`, `W/"a",${tag} ,"b"`, '*']) {
        const again = await ask(known)
        expect({ known, status: again.status, text: again.text }).toEqual({
          known,
          status: 304,
          text: '',
        })
        expect(Object.fromEntries(again.headers)).toEqual({
          etag: tag,
          'cache-control': 'private, no-cache',
          vary: 'Authorization',
        })
      }
      for (const unknown of ['"other"', '', tag.slice(3), `${tag}x`, 'W/"*"']) {
        const again = await ask(unknown)
        expect({ unknown, status: again.status, text: again.text }).toEqual({
          unknown,
          status: 200,
          text: first.text,
        })
      }
    })

    it('has another ETag when what it shows has changed', async () => {
      const { first, ask, users } = await opened()
      await users.updateUsersPartial({ users: [{ id: 'ana', set: { name: 'A' } }] })
      const second = await ask(tagOf(first))
      expect(second.status).toBe(200)
      expect(tagOf(second)).not.toBe(tagOf(first))
      expect((await ask(tagOf(second))).status).toBe(304)
    })
  },
)

it('differs for callers who see other fields, and errors have none', async () => {
  const { ask, users } = await open({ seed: SEED })
  const mine = await ask('GET /users', { token: clientOf('ana') })
  const whole = await ask('GET /users', {
    token: SERVER,
    headers: { 'if-none-match': tagOf(mine) },
  })
  expect(whole.status).toBe(200)
  expect(tagOf(whole)).not.toBe(tagOf(mine))
  const headers = { 'if-none-match': tagOf(mine) }
  expect((await ask('GET /users', { token: clientOf('bo'), headers })).status).toBe(304)
  // Whoever may not read learns nothing by it.
  await users.deactivateUser({ user_id: 'bo' })
  for (const token of [undefined, clientOf('bo')]) {
    const refused = await ask('GET /users', { token, headers })
    expect(refused.status).toBe(token === undefined ? 401 : 403)
    expect(refused.headers.has('etag')).toBe(false)
    expect(refused.headers.get('cache-control')).toBe('no-store')
  }
  for (const endpoint of ['POST /users/query', 'GET /app']) {
    const answer = await ask(endpoint, { token: SERVER, headers: { 'if-none-match': '*' } })
    expect({ endpoint, status: answer.status, tag: tagOf(answer) }).toEqual({
      endpoint,
      status: 200,
      tag: '',
    })
  }
})

it('is the same where a server answers without the handler', async () => {
  const { ask, users } = await open({ seed: SEED })
  const { direct } = await makeDirectHandler(users)
  const request = { ...DIRECT, url: '/users', authorization: `Bearer ${SERVER}` }
  const answer = await ask('GET /users', { token: SERVER })
  const headers = {
    ETag: tagOf(answer),
    'Cache-Control': 'private, no-cache',
    Vary: 'Authorization',
  }
  const body = new TextEncoder().encode(answer.text)
  expect(await direct(request)).toEqual({ status: 200, body, headers })
  expect(await direct({ ...request, ifNoneMatch: tagOf(answer) })).toEqual({
    status: 304,
    body: new Uint8Array(),
    headers,
  })
})
