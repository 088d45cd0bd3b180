import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { TokenReader } from '../tokens.ts'
import type { Users } from '../users.ts'
import { type Caller, callerOf, requireReader, requireServer } from './access.ts'
import { streamChanges } from './events.ts'
import { failureOf, RequestError } from './failure.ts'
import { limiterOf, OpenLists } from './limit.ts'
import { openApiOf } from './openapi.ts'
import type { HandlerOptions, UsersHandler } from './public.ts'
import { viewOf, wholeView } from './view.ts'

const MEBIBYTE = 1024 * 1024
const LISTS = 100

interface Variables {
  caller: Caller
}

type Call = Context<{ Variables: Variables }>

export async function makeHandler(
  users: Users,
  options: HandlerOptions = {},
): Promise<UsersHandler> {
  const { secret = users.configuration.secret, anonymous = false } = options
  const { address = () => '', maxBody = MEBIBYTE } = options
  const basePath = `/${(options.basePath ?? '').replace(/^\/+|\/+$/g, '')}`
  if (secret === undefined || secret === '') {
    throw new TypeError('tamis/users: createUsersHandler needs a secret')
  }
  const tokens = new TokenReader(secret, users.configuration.clock)
  const limit = await limiterOf(options.rateLimit)
  const openLists = new OpenLists(options.maxLists ?? LISTS)
  const { clientFields, cursorKey = secret } = users.configuration
  const clients = viewOf(clientFields, cursorKey)
  const servers = wholeView(cursorKey)
  const openApi = openApiOf(basePath)

  /** A server sees all of a user, anybody else the fields for clients. */
  const viewFor = (call: Call) => (call.get('caller')?.server ? servers : clients)

  const query = async (call: Call, payload: unknown) =>
    call.json(await users.queryUsers({ payload }, viewFor(call)))

  const app = new Hono<{ Variables: Variables }>().basePath(basePath)
  app.notFound(() => respond(new RequestError('not_found', 'there is nothing at this address')))
  app.onError((error) => respond(error))

  app.use(async (call, next) => {
    const authorization = call.req.raw.headers.get('authorization')
    const sender = address(call.req.raw)
    const caller = await callerOf(users, tokens, authorization).catch(async (error: unknown) => {
      // Whoever guesses tokens is counted too.
      await limit(undefined, sender)
      throw error
    })
    await limit(caller, sender)
    call.set('caller', caller)
    // Before the answer is made: afterwards, it would be made a second time.
    call.header('Cache-Control', 'no-store')
    await next()
  })
  const limitBody = bodyLimit({
    maxSize: maxBody,
    onError: () => {
      throw new RequestError('too_large', `a body is at most ${maxBody} bytes`)
    },
  })
  // To look whether there is a body makes servers build a whole Request, and a GET has none.
  app.use((call, next) => (call.req.method === 'GET' ? next() : limitBody(call, next)))

  app.get('/openapi.json', (call) => call.json(openApi))
  app.post('/guest', async (call) => {
    const { user, access_token } = await users.createGuest(await bodyOf(call), secret)
    return call.json({ user: clients.show(user), access_token })
  })

  app.use('/users/watch', reader)
  app.get('/users/watch', async (call) => {
    const filter = filterOf(call)
    // Of a HEAD nobody reads the stream, and nobody would end it.
    if (call.req.method === 'HEAD') return call.body(null)
    const authorization = call.req.raw.headers.get('authorization')
    const onEnd = openLists.enter(call.get('caller'), address(call.req.raw))
    try {
      return await streamChanges(call, {
        users,
        filter,
        view: viewFor(call),
        check: () => callerOf(users, tokens, authorization),
        onEnd,
      })
    } catch (error) {
      onEnd()
      throw error
    }
  })
  app.get('/users', reader, (call) => query(call, payloadOf(call)))
  app.post('/users/query', reader, async (call) => query(call, await bodyOf(call)))

  app.post('/users', server, async (call) => call.json(await users.upsertUsers(await bodyOf(call))))
  app.patch('/users', server, async (call) =>
    call.json(await users.updateUsersPartial(await bodyOf(call))),
  )
  app.post('/users/deactivate', server, async (call) =>
    call.json(await users.deactivateUsers(await bodyOf(call))),
  )
  app.post('/users/reactivate', server, async (call) =>
    call.json(await users.reactivateUsers(await bodyOf(call))),
  )
  app.post('/users/delete', server, async (call) =>
    call.json(await users.deleteUsers(await bodyOf(call))),
  )
  app.post('/users/restore', server, async (call) =>
    call.json(await users.restoreUsers(await bodyOf(call))),
  )
  app.post('/users/:id/deactivate', server, async (call) =>
    call.json(await users.deactivateUser(await bodyWithId(call))),
  )
  app.post('/users/:id/reactivate', server, async (call) =>
    call.json(await users.reactivateUser(await bodyWithId(call))),
  )
  app.post('/export/users', server, async (call) =>
    call.json(await users.exportUsers(await bodyOf(call))),
  )
  app.get('/tasks/:id', server, async (call) => {
    refuseParameters(call)
    return call.json(await users.getTask({ id: call.req.param('id') as string }))
  })

  async function server(call: Call, next: () => Promise<void>): Promise<void> {
    requireServer(call.get('caller'))
    await next()
  }

  async function reader(call: Call, next: () => Promise<void>): Promise<void> {
    requireReader(call.get('caller'), anonymous)
    await next()
  }

  function respond(error: unknown): Response {
    const failure = failureOf(error)
    if (failure === undefined || failure.status === 500) users.report(error)
    const { status, body } = failure ?? {
      status: 500,
      body: { code: 'internal', message: 'something went wrong here', details: {} },
    }
    const headers: Record<string, string> = { 'Cache-Control': 'no-store' }
    if (status === 401) headers['WWW-Authenticate'] = 'Bearer'
    if (status === 429) headers['Retry-After'] = String(options.rateLimit?.seconds ?? 1)
    return Response.json(body, { status, headers })
  }

  // What is thrown and is no Error comes through here: no server around shall show it.
  return async (request) => {
    try {
      return await app.fetch(request)
    } catch (error) {
      return respond(error)
    }
  }
}

/** Strict, for text of another encoding would be stored as something else. */
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** JSON that a request sends, whatever it says that it is. The operations check what is in it. */
function parse(sent: string | ArrayBuffer, what: string): never {
  try {
    return JSON.parse(typeof sent === 'string' ? sent : UTF8.decode(sent)) as never
  } catch {
    throw new RequestError('invalid_json', `${what} is no JSON`)
  }
}

async function bodyOf(call: Call): Promise<never> {
  refuseParameters(call)
  const bytes = await call.req.arrayBuffer()
  if (bytes.byteLength > 0) return parse(bytes, 'the body')
  // Behind a parser of bodies nothing is left of one, and what it said would be ignored.
  if (Number(call.req.header('content-length') ?? 0) > 0) {
    throw new RequestError('invalid_json', 'the body is empty: was it read before it came here?')
  }
  return {} as never
}

/** The user of the path and the options of the body, which may name the user no other way. */
async function bodyWithId(call: Call): Promise<never> {
  const body: unknown = await bodyOf(call)
  const user_id = call.req.param('id')
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body as never
  if (Object.hasOwn(body, 'user_id')) {
    throw new RequestError('unknown_parameter', 'user_id: the path says whose request it is')
  }
  return { ...body, user_id } as never
}

/** What is ignored in a URL was meant to say something. */
function refuseParameters(call: Call): void {
  for (const name of new URL(call.req.url).searchParams.keys()) {
    throw new RequestError('unknown_parameter', `${name}: unknown; there are no parameters here`)
  }
}

/** The payload of a GET, in the one parameter that there is. */
function payloadOf(call: Call): unknown {
  const { searchParams } = new URL(call.req.url)
  for (const name of searchParams.keys()) {
    if (name === 'payload') continue
    throw new RequestError('unknown_parameter', `${name}: unknown; say it in payload, as JSON`)
  }
  const [text, more] = searchParams.getAll('payload')
  if (more !== undefined) throw new RequestError('unknown_parameter', 'payload: only one is read')
  return text === undefined || text === '' ? {} : parse(text, 'payload')
}

/** The filter of a list that is watched, which is all that a payload says of one. */
function filterOf(call: Call): unknown {
  const payload = payloadOf(call)
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw new RequestError('invalid_operand', 'payload: expected an object of options')
  }
  const { filter_conditions = {}, ...others } = payload as Readonly<Record<string, unknown>>
  for (const name of Object.keys(others)) {
    throw new RequestError('unknown_parameter', `${name}: a list is watched by its filter alone`)
  }
  return filter_conditions
}
