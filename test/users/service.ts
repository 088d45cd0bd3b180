import { createHash, createHmac } from 'node:crypto'
import {
  createUsers,
  createUsersHandler,
  type HandlerOptions,
  type Hooks,
  type Settings,
  type UserInput,
  type Users,
  type UsersHandler,
} from 'tamis/users'

export const SECRET = 'a secret of the application, known to nobody else'

const base64url = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token made by hand, so that it may say and be signed with what no library would. */
export function forge(
  claims: unknown,
  {
    secret = SECRET,
    alg = 'HS256',
    hash = 'sha256',
  }: { secret?: string | Buffer; alg?: string; hash?: string } = {},
): string {
  const text = `${base64url({ alg, typ: 'JWT' })}.${base64url(claims)}`
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`
}

export const now = (): number => Math.floor(Date.now() / 1000)

export const SERVER = forge({ server: true })
export const clientOf = (user_id: string, claims: object = {}): string =>
  forge({ user_id, iat: now(), ...claims })

/** What every request has that is answered without the handler. */
export const DIRECT = {
  address: '',
  signal: () => new AbortController().signal,
  digest: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64'),
}

export interface Call {
  /** Of `Authorization: Bearer`. */
  readonly token?: string | undefined
  /** Sent as JSON or, if it is text, unchanged. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // What the answer is, the tests say.
  readonly body: { readonly [key: string]: never }
}

/** A method and a path, `POST /users`, as a request. */
export function requestOf(endpoint: string, { token, body, headers }: Call = {}): Request {
  const [method = '', path = ''] = endpoint.split(/ (.*)/s)
  return new Request(`http://users.test${path}`, {
    method,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : {},
  }
}

export interface Opening extends HandlerOptions {
  readonly settings?: Settings
  readonly hooks?: Hooks
  readonly seed?: readonly UserInput[]
}

export interface Service {
  readonly users: Users
  readonly handler: UsersHandler
  /** The arguments of onError. */
  readonly reported: unknown[]
  ask(endpoint: string, call?: Call): Promise<Answer>
}

const opened: Users[] = []

/** Users in memory and their handler. */
export async function open({ settings, hooks, seed, ...options }: Opening = {}): Promise<Service> {
  const reported: unknown[] = []
  const users = await createUsers({
    db: ':memory:',
    settings: { secret: SECRET, pollInterval: 20, ...settings },
    hooks: { onError: (error) => reported.push(error), ...hooks },
  })
  opened.push(users)
  if (seed !== undefined) await users.upsertUsers({ users: seed })
  const handler = await createUsersHandler(users, options)
  return {
    users,
    handler,
    reported,
    ask: async (endpoint, call) => answerOf(await handler(requestOf(endpoint, call))),
  }
}

/** Closes what `open` opened; for after a file's tests. */
export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((users) => users.close()))
}

/**
 * Who may call an endpoint: the application's server, clients, those who connect, readers, or anybody.
 */
export type Audience = 'server' | 'client' | 'connecting' | 'reader' | 'anybody'

export interface Endpoint extends Call {
  readonly endpoint: string
  readonly by: Audience
}

/** Every endpoint with a valid request, if the users named in it exist. */
export const ENDPOINTS: readonly Endpoint[] = [
  { endpoint: 'GET /openapi.json', by: 'anybody' },
  { endpoint: 'POST /guest', by: 'anybody', body: { user: { id: 'guest-of-many-names' } } },
  { endpoint: 'GET /users', by: 'reader' },
  { endpoint: 'POST /users/query', by: 'reader', body: {} },
  { endpoint: 'GET /users/watch', by: 'reader' },
  { endpoint: 'POST /users', by: 'server', body: { users: [{ id: 'new' }] } },
  { endpoint: 'PATCH /users', by: 'server', body: { users: [{ id: 'ana', set: { name: 'A' } }] } },
  { endpoint: 'GET /users/me', by: 'client' },
  { endpoint: 'PATCH /users/me', by: 'client', body: {} },
  { endpoint: 'POST /users/ana/deactivate', by: 'server', body: {} },
  { endpoint: 'POST /users/ana/reactivate', by: 'server', body: {} },
  { endpoint: 'POST /users/deactivate', by: 'server', body: { user_ids: ['ana'] } },
  { endpoint: 'POST /users/reactivate', by: 'server', body: { user_ids: ['ana'] } },
  { endpoint: 'POST /users/delete', by: 'server', body: { user_ids: ['ana'] } },
  { endpoint: 'POST /users/restore', by: 'server', body: { user_ids: ['ana'] } },
  { endpoint: 'POST /export/users', by: 'server', body: { user_ids: ['ana'] } },
  { endpoint: 'GET /tasks', by: 'server' },
  { endpoint: 'GET /tasks/none', by: 'server' },
  { endpoint: 'GET /app', by: 'server' },
  { endpoint: 'PATCH /app', by: 'server', body: {} },
  { endpoint: 'GET /webhooks', by: 'server' },
  { endpoint: 'POST /webhooks', by: 'server', body: { url: 'https://users.test', enabled: false } },
  { endpoint: 'PATCH /webhooks/none', by: 'server', body: {} },
  { endpoint: 'POST /webhooks/none/delete', by: 'server', body: {} },
  { endpoint: 'GET /webhooks/none/dead-letters', by: 'server' },
  { endpoint: 'POST /webhooks/none/redeliver', by: 'server', body: {} },
  // Last, because they create the user of the token.
  { endpoint: 'POST /connect', by: 'connecting', body: {} },
  { endpoint: 'GET /connect', by: 'connecting' },
]
