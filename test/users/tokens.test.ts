import { generateKeyPairSync, sign } from 'node:crypto'
import { createUsers, createUsersHandler } from 'tamis/users'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  answerOf,
  clientOf,
  closeAll,
  ENDPOINTS,
  forge,
  now,
  open,
  requestOf,
  SECRET,
  SERVER,
  type Service,
} from './service.ts'

/** Data that no response to an unauthorized request may contain. */
const CONFIDENTIAL = ['Confidential', 'ana', 'revoked-one', 'node_modules', 'src/', 'Error:']

const HOUR = 3600

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

function signedByRsa(claims: unknown): string {
  const [header, payload] = forge(claims, { alg: 'RS256' }).split('.')
  const signature = sign('sha256', Buffer.from(`${header}.${payload}`), privateKey)
  return `${header}.${payload}.${signature.toString('base64url')}`
}

const unsigned = (claims: unknown, alg: string) =>
  `${forge(claims, { alg }).split('.').slice(0, 2).join('.')}.`

function tamperedWith(): string {
  const [header, , signature] = clientOf('ana').split('.')
  const payload = Buffer.from(JSON.stringify({ server: true })).toString('base64url')
  return `${header}.${payload}.${signature}`
}

const asServer = { server: true }

/**
 * Whoever has no valid token, as the header says it; and the status of connecting, if it is another
 * than 401: it creates the user of the token, and is refused to those who exist.
 */
const NOBODIES: readonly (readonly [name: string, header: string, connecting?: number])[] = [
  ['not a token', 'Bearer nonsense'],
  ['an empty token', 'Bearer '],
  ['an empty header', ''],
  ['three empty parts', 'Bearer ..'],
  ['null bytes by their codes', 'Bearer AA.AA.AA'],
  ['another scheme', `Basic ${Buffer.from('ana:secret').toString('base64')}`],
  ['a token without its scheme', SERVER],
  ['two tokens', `Bearer ${SERVER} ${SERVER}`],
  ['the secret itself', `Bearer ${SECRET.replaceAll(' ', '')}`],
  ['expired', `Bearer ${forge({ ...asServer, exp: now() - HOUR })}`],
  ['not valid yet', `Bearer ${forge({ ...asServer, nbf: now() + HOUR })}`],
  ['an expiry that is no number', `Bearer ${forge({ ...asServer, exp: '9999999999' })}`],
  ['alg none, unsigned', `Bearer ${unsigned(asServer, 'none')}`],
  ['alg None, unsigned', `Bearer ${unsigned(asServer, 'None')}`],
  ['HS256, unsigned', `Bearer ${unsigned(asServer, 'HS256')}`],
  ['alg none, signed', `Bearer ${forge(asServer, { alg: 'none' })}`],
  ['RS256 with the secret as key', `Bearer ${forge(asServer, { alg: 'RS256' })}`],
  ['RS256 with a key of its own', `Bearer ${signedByRsa(asServer)}`],
  ['HS384', `Bearer ${forge(asServer, { alg: 'HS384', hash: 'sha384' })}`],
  ['HS512', `Bearer ${forge(asServer, { alg: 'HS512', hash: 'sha512' })}`],
  ['a wrong secret', `Bearer ${forge(asServer, { secret: `${SECRET}.` })}`],
  ['an empty secret', `Bearer ${forge(asServer, { secret: '' })}`],
  ['another’s signature', `Bearer ${tamperedWith()}`],
  ['no claim', `Bearer ${forge({})}`],
  ['claims that are no object', `Bearer ${forge([asServer])}`],
  ['server: "true"', `Bearer ${forge({ server: 'true' })}`],
  ['server: 1', `Bearer ${forge({ server: 1 })}`],
  ['server: false', `Bearer ${forge({ server: false })}`],
  ['an empty user_id', `Bearer ${clientOf('')}`],
  ['a user_id that is a list', `Bearer ${forge({ user_id: ['ana'], iat: now() })}`],
  ['an unknown user', `Bearer ${clientOf('nobody')}`, 200],
  ['a user of another case', `Bearer ${clientOf('ANA')}`, 200],
  ['a user named __proto__', `Bearer ${clientOf('__proto__')}`, 200],
  ['a deleted user', `Bearer ${clientOf('deleted-one')}`, 403],
  ['issued before the tokens were revoked', `Bearer ${clientOf('revoked-one')}`, 403],
  ['revoked, without the time of its issue', `Bearer ${forge({ user_id: 'revoked-one' })}`, 403],
]

interface Kind {
  readonly name: string
  readonly authorization?: string
  readonly anonymous?: boolean
  /** The statuses of endpoints by their audience; 200 if it is allowed. */
  readonly expected: readonly [
    server: number,
    client: number,
    connecting: number,
    reader: number,
    anybody: number,
  ]
}

const KINDS: readonly Kind[] = [
  { name: 'no token', expected: [401, 401, 401, 401, 200] },
  {
    name: 'no token where anonymous users read',
    anonymous: true,
    expected: [401, 401, 200, 200, 200],
  },
  ...NOBODIES.map(([name, authorization, connecting = 401]): Kind => {
    return { name, authorization, expected: [401, 401, connecting, 401, 401] }
  }),
  {
    name: 'an expired token where anonymous users read',
    authorization: `Bearer ${forge({ ...asServer, exp: now() - HOUR })}`,
    anonymous: true,
    expected: [401, 401, 401, 401, 401],
  },
  {
    name: 'a deactivated user',
    authorization: `Bearer ${clientOf('deactivated-one')}`,
    expected: [403, 403, 403, 403, 403],
  },
  {
    name: 'a client',
    authorization: `Bearer ${clientOf('reader')}`,
    expected: [403, 200, 200, 200, 200],
  },
  {
    name: 'a client whose token says that it is none',
    authorization: `Bearer ${clientOf('reader', { server: false, admin: true })}`,
    expected: [403, 200, 200, 200, 200],
  },
  {
    name: 'a token issued after others were revoked',
    authorization: `Bearer ${clientOf('revoked-one', { iat: now() + 2 * HOUR })}`,
    expected: [403, 200, 200, 200, 200],
  },
  { name: 'the server', authorization: `bearer   ${SERVER}`, expected: [200, 403, 403, 200, 200] },
]

const AUDIENCES = ['server', 'client', 'connecting', 'reader', 'anybody'] as const

let closed: Service
let anonymous: Service

beforeAll(async () => {
  const make = async (isAnonymous: boolean) => {
    const service = await open({
      anonymous: isAnonymous,
      settings: { clientMayUpdate: ['name'] },
      seed: [
        { id: 'ana', name: 'Confidential Ana' },
        { id: 'reader' },
        { id: 'deactivated-one', name: 'Confidential D' },
        { id: 'deleted-one', name: 'Confidential L' },
        {
          id: 'revoked-one',
          name: 'Confidential R',
          revoke_tokens_issued_before: new Date(Date.now() + HOUR * 1000).toISOString(),
        },
      ],
    })
    await service.users.deactivateUser({ user_id: 'deactivated-one' })
    await service.users.deleteUsers({ user_ids: ['deleted-one'] })
    return service
  }
  closed = await make(false)
  anonymous = await make(true)
})
afterAll(closeAll)

// First, because some of the tokens connect later.
it('every invalid token gets the same error', async () => {
  const answers = await Promise.all(
    NOBODIES.map(([, authorization]) =>
      closed.ask('GET /users', { headers: { authorization } }).then(({ text }) => text),
    ),
  )
  expect(new Set(answers).size).toBe(1)
})

describe.each(KINDS)('$name', ({ authorization, anonymous: isAnonymous, expected }) => {
  it.each(ENDPOINTS)('$endpoint', async ({ endpoint, by, body }) => {
    const { handler } = isAnonymous === true ? anonymous : closed
    const headers = authorization === undefined ? {} : { authorization }
    const response = await handler(requestOf(endpoint, { body, headers }))
    const status = expected[AUDIENCES.indexOf(by)]
    if (status === 200) {
      await response.body?.cancel()
      // An earlier endpoint may have changed or deleted the user; the request is still authorized.
      expect([200, 404, 409]).toContain(response.status)
      return
    }
    const answer = await answerOf(response)
    expect(answer.status).toBe(status)
    expect(answer.body).toEqual({
      code: status === 401 ? 'unauthorized' : 'forbidden',
      message: expect.any(String),
      details: {},
    })
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null)
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    })
    for (const word of CONFIDENTIAL) expect(answer.text).not.toContain(word)
  })
})

it('refused requests change nothing', async () => {
  const service = await open({ seed: [{ id: 'ana', name: 'Ana' }, { id: 'reader' }] })
  const before = await service.users.queryUsers()
  for (const { endpoint, by, body } of ENDPOINTS) {
    if (by !== 'server' && by !== 'client' && by !== 'connecting') continue
    const token = by === 'server' ? clientOf('reader') : SERVER
    await service.ask(endpoint, { body, token })
    await service.ask(endpoint, { body })
  }
  expect(await service.users.queryUsers()).toEqual(before)
})

describe('the token of a guest is valid', () => {
  it('from its creation to its deletion', async () => {
    const { ask } = await open()
    const user = { id: 'g', name: 'G' }
    const { body } = await ask('POST /guest', { token: SERVER, body: { user } })
    const token: string = body.access_token!
    expect((await ask('GET /users', { token })).status).toBe(200)
    expect((await ask('POST /users', { token, body: {} })).status).toBe(403)
    await ask('POST /users/g/deactivate', { token: SERVER })
    expect((await ask('GET /users', { token })).status).toBe(403)
    await ask('POST /users/g/reactivate', { token: SERVER })
    expect((await ask('GET /users', { token })).status).toBe(200)
    await ask('POST /users/delete', { token: SERVER, body: { user_ids: ['g'] } })
    expect((await ask('GET /users', { token })).status).toBe(401)
    await ask('POST /users/restore', { token: SERVER, body: { user_ids: ['g'] } })
    expect((await ask('GET /users', { token })).status).toBe(200)
  })

  it('if it is signed with the secret of the handler', async () => {
    const secret = 'another secret, the handler’s own'
    const { ask } = await open({ secret })
    const { body } = await ask('POST /guest', { body: { user: { id: 'g' } } })
    expect((await ask('GET /users', { token: body.access_token })).status).toBe(200)
    expect((await ask('GET /users', { token: SERVER })).status).toBe(401)
    expect((await ask('GET /users', { token: forge(asServer, { secret }) })).status).toBe(200)
  })
})

describe('a token that was accepted before', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is refused after it expires', async () => {
    const { ask } = await open({ seed: [{ id: 'ana' }] })
    const exp = now() + 60
    const tokens = [forge({ ...asServer, exp }), clientOf('ana', { exp })]
    const statuses = () =>
      Promise.all(tokens.map(async (token) => (await ask('GET /users', { token })).status))
    expect(await statuses()).toEqual([200, 200])
    vi.useFakeTimers({ toFake: ['Date'], now: exp * 1000 - 1 })
    expect(await statuses()).toEqual([200, 200])
    vi.setSystemTime(exp * 1000)
    expect(await statuses()).toEqual([401, 401])
    vi.setSystemTime(exp * 1000 + HOUR)
    expect(await statuses()).toEqual([401, 401])
  })

  it('is refused after revocation', async () => {
    const { ask, users } = await open({ seed: [{ id: 'ana' }] })
    const issued = now()
    const token = clientOf('ana', { iat: issued })
    const revoke = (ms: number) =>
      users.updateUsersPartial({
        users: [{ id: 'ana', set: { revoke_tokens_issued_before: new Date(ms).toISOString() } }],
      })
    for (const [ms, status] of [
      [issued * 1000, 200],
      [issued * 1000 + 1, 401],
      [issued * 1000 - 1, 200],
    ] as const) {
      await revoke(ms)
      expect((await ask('GET /users', { token })).status).toBe(status)
    }
  })

  it('does not make a different token valid', async () => {
    const { ask } = await open()
    expect((await ask('GET /users', { token: SERVER })).status).toBe(200)
    const [header, payload, signature = ''] = SERVER.split('.')
    for (const token of [
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -1)}`,
      `${header}.${payload}.${signature}A`,
      `${header}.${payload}.${[...signature].reverse().join('')}`,
      `${header}.${payload}.${signature}.`,
      SERVER.toUpperCase(),
    ]) {
      expect((await ask('GET /users', { token })).status).toBe(401)
    }
  })
})

describe('a handler requires a secret', () => {
  it.each([
    {},
    { secret: '' },
    { secret: undefined },
    { secret: '12345' },
    { secret: 'x'.repeat(31) },
  ])('%j', async (options) => {
    const users = await createUsers({ db: ':memory:' })
    await expect(createUsersHandler(users, options)).rejects.toThrow(/32 bytes.*openssl rand/)
    await users.close()
  })

  it('accepts a secret of 32 bytes with fewer characters', async () => {
    const secret = 'é'.repeat(16)
    const { ask } = await open({ secret })
    const token = forge(asServer, { secret })
    expect((await ask('GET /users', { token })).status).toBe(200)
  })

  it("a guest's token is not signed with a short secret", async () => {
    const users = await createUsers({ db: ':memory:' })
    const guest = users.createGuest({ user: { id: 'g' } }, 'short')
    await expect(guest).rejects.toThrow(/32 bytes.*openssl rand/)
    expect((await users.queryUsers()).users).toEqual([])
    await users.close()
  })
})

describe('the token of a guest', () => {
  const becomeGuest = async ({ ask }: Service, id: string): Promise<string> =>
    (await ask('POST /guest', { token: SERVER, body: { user: { id } } })).body.access_token as never

  const remove = async ({ users }: Service, id: string): Promise<void> => {
    const { task_id } = await users.deleteUsers({
      user_ids: [id],
      user: 'hard',
      messages: 'hard',
      conversations: 'hard',
    })
    while ((await users.getTask({ id: task_id })).status !== 'completed') {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  it('is not valid for a user that the application creates with the same id', async () => {
    const service = await open({})
    const token = await becomeGuest(service, 'alice')
    expect((await service.ask('GET /users', { token })).status).toBe(200)
    await service.users.upsertUsers({ users: [{ id: 'alice', role: 'admin' }] })
    expect((await service.ask('GET /users', { token })).status).toBe(401)
    expect((await service.ask('GET /users', { token: clientOf('alice') })).status).toBe(200)
  })

  it.each([0, 1, 400, 5000])(
    'is not valid for a guest created with the same id %i ms later',
    async (ms) => {
      let time = Date.parse('2024-05-01T12:00:00Z')
      const service = await open({ settings: { clock: () => new Date(time), pollInterval: 10 } })
      const token = await becomeGuest(service, 'g')
      expect((await service.ask('GET /users', { token })).status).toBe(200)
      await remove(service, 'g')
      time += ms
      const other = await becomeGuest(service, 'g')
      expect((await service.ask('GET /users', { token })).status).toBe(401)
      expect((await service.ask('GET /users', { token: other })).status).toBe(200)
    },
  )

  it('stays valid after any change of the guest', async () => {
    const service = await open({})
    const { users, ask } = service
    const token = await becomeGuest(service, 'g')
    const status = async () => (await ask('GET /users', { token })).status
    await users.updateUsersPartial({ users: [{ id: 'g', set: { name: 'G', 'custom.a': 1 } }] })
    expect(await status()).toBe(200)
    await users.upsertUsers({ users: [{ id: 'g', role: 'guest', name: 'H' }] })
    expect(await status()).toBe(200)
    await users.deleteUsers({ user_ids: ['g'] })
    expect(await status()).toBe(401)
    await users.restoreUsers({ user_ids: ['g'] })
    expect(await status()).toBe(200)
    await users.updateUsersPartial({ users: [{ id: 'g', set: { role: 'user' } }] })
    expect(await status()).toBe(401)
    await users.updateUsersPartial({ users: [{ id: 'g', set: { role: 'guest' } }] })
    expect(await status()).toBe(401)
    const { users: found } = await users.queryUsers()
    expect(JSON.stringify(found)).not.toMatch(/nonce|[0-9a-f]{8}-[0-9a-f]{4}-/)
  })

  it('without a nonce is valid for a guest without a nonce', async () => {
    const { ask, users } = await open({ seed: [{ id: 'old', role: 'guest' }] })
    const token = forge({ user_id: 'old', guest: true, iat: now() + 1 })
    expect((await ask('GET /users', { token })).status).toBe(200)
    const early = forge({ user_id: 'old', guest: true, iat: now() - HOUR })
    expect((await ask('GET /users', { token: early })).status).toBe(401)
    await users.createGuest({ user: { id: 'new' } })
    for (const claims of [{}, { nonce: '' }, { nonce: null }, { nonce: 1 }]) {
      const own = forge({ user_id: 'new', guest: true, iat: now() + 1, ...claims })
      expect((await ask('GET /users', { token: own })).status).toBe(401)
    }
  })
})

describe('a token with a user_id that no user can have', () => {
  it.each(['a\0', '\0', '\ud800', 'a\udc00b', 'x'.repeat(256), 'x'.repeat(7000), '😀'.repeat(256)])(
    '%# is refused',
    async (user_id) => {
      const { ask, reported } = await open({ anonymous: true })
      const answer = await ask('GET /users', { token: clientOf(user_id) })
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
      expect(reported).toEqual([])
    },
  )
})

describe('tokens are revoked', () => {
  it.each([
    ['2024-05-01T12:00:00Z', 200],
    ['2024-05-01T12:00:00.000000Z', 200],
    ['2024-05-01T12:00:00.000001Z', 401],
    ['2024-05-01T12:00:00.000999Z', 401],
    ['2024-05-01T12:00:00.5Z', 401],
    ['2024-05-01T11:59:59.999999Z', 200],
  ])('if they may have been issued before %s', async (revoke_tokens_issued_before, status) => {
    const { ask } = await open({ seed: [{ id: 'ana', revoke_tokens_issued_before }] })
    const token = clientOf('ana', { iat: Date.parse('2024-05-01T12:00:00Z') / 1000 })
    expect((await ask('GET /users', { token })).status).toBe(status)
  })
})
