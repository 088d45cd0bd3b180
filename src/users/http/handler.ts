import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { CONSOLE_PATH, consoleResponse } from '../console/files.ts'
import { UsersError } from '../error.ts'
import { isSecret, SECRET_EXPECTED } from '../secret.ts'
import { TokenReader } from '../tokens.ts'
import type { Users } from '../users.ts'
import { clientView, serverView } from '../view.ts'
import { callerOf, requireAudience } from './access.ts'
import { answerRead } from './conditional.ts'
import { ConnectionStreams } from './connection-streams.ts'
import { type Direct, directQueries } from './direct.ts'
import { errorResponder } from './error-response.ts'
import { RequestError } from './failure.ts'
import { answerWrite, takesKey } from './idempotency.ts'
import { type Limiter, limiterOf, OpenStreams } from './limit.ts'
import { ListStreams } from './list-streams.ts'
import { openApiOf } from './openapi.ts'
import { checkOptions } from './options.ts'
import type { HandlerOptions, UsersHandler } from './public.ts'
import type { CallEnvironment, Service } from './route.ts'
import { OPENAPI_PATH, ROUTES, routeLabel } from './routes.ts'

const MEBIBYTE = 1024 * 1024

/** The longest body of a request without a token, which anybody can send: a guest, or a query. */
const LONGEST_BODY_WITHOUT_TOKEN = 64 * 1024

const MOST_LISTS = 100
/**
 * Measured on two busy cores: to test a change against 10,000 different lists that require no value,
 * each with the most expensive filter that counts once, takes 15 to 170 ms, in slices. With more
 * lists, a few changes a second would be too many.
 */
const MOST_LISTS_IN_ALL = 10_000

/** Silent streams take memory only: about 20 kB each. */
const MOST_CONNECTIONS = 50_000

/** The paths at which a client's user need not exist. */
const CONNECTING = new Set(
  ROUTES.filter(({ audience }) => audience === 'connecting').map(({ path }) => path),
)

/** A handler, and what answers queries without it. */
export interface DirectHandler {
  /** `isCounted` says that the request is counted already by the limit of its caller. */
  readonly handler: (request: Request, isCounted?: boolean) => Promise<Response>
  readonly direct: Direct
  /** The prefix of all paths, `/` without one. */
  readonly basePath: string
}

export const makeHandler = async (
  users: Users,
  options: HandlerOptions = {},
): Promise<UsersHandler> => {
  const { handler, basePath } = await makeDirectHandler(users, options)
  return traced(users, basePath, handler)
}

/** A handler whose requests are traced by OpenTelemetry. */
function traced(users: Users, basePath: string, handler: UsersHandler): UsersHandler {
  const { telemetry } = users
  if (telemetry === undefined) return handler
  return async (request) => {
    const trace = telemetry.begin({
      method: request.method,
      route: routeLabel(new URL(request.url).pathname, basePath),
      header: (name) => request.headers.get(name) ?? undefined,
    })
    const response = await trace.run(() => handler(request))
    trace.end(response.status)
    return response
  }
}

export async function makeDirectHandler(
  users: Users,
  options: HandlerOptions = {},
): Promise<DirectHandler> {
  checkOptions(options)
  const { secret = users.configuration.secret, rateLimit } = options
  const { address = () => '', maxBody = MEBIBYTE } = options
  const { maxConnections = MOST_CONNECTIONS } = options
  const { maxLists = MOST_LISTS, maxListsInAll = MOST_LISTS_IN_ALL } = options
  const basePath = `/${(options.basePath ?? '').replace(/^\/+|\/+$/g, '')}`
  if (!isSecret(secret)) {
    throw new TypeError(`tamis/users: createUsersHandler: secret: expected ${SECRET_EXPECTED}`)
  }
  const { anonymous } = options
  if (anonymous !== undefined && anonymous !== (await users.getApp()).app.anonymous) {
    await users.updateApp({ anonymous })
  }
  const tokens = new TokenReader(secret, users.configuration.clock)
  const limiter = await limiterOf(rateLimit)
  const counted = new WeakSet<Request>()
  const { clientFields, cursorKey = secret, filterCost } = users.configuration
  const serversView = serverView(cursorKey, filterCost)
  const service: Service = {
    users,
    secret,
    clientView: clientView(clientFields, cursorKey, filterCost),
    lists: new ListStreams(users, new OpenStreams('lists', maxLists, maxListsInAll), address),
    connections: new ConnectionStreams(
      users,
      new OpenStreams('connections', maxLists, maxConnections),
      address,
    ),
  }
  const respond = errorResponder(users, rateLimit)

  const app = new Hono<CallEnvironment>().basePath(basePath)
  app.notFound((call) => respond(new RequestError('not_found', 'No such endpoint'), call))
  app.onError((error, call) => respond(error, call))

  // Before tokens are read: these files hold no data, and a browser has no token for them.
  if (options.console) serveConsole(app)
  app.use((call, next) => {
    checkEncoding(new URL(call.req.url).pathname)
    return next()
  })
  app.use(async (call, next) => {
    const authorization = call.req.raw.headers.get('authorization')
    const sender = address(call.req.raw)
    const limit: Limiter = counted.has(call.req.raw) ? async () => {} : limiter
    const path = call.req.path.slice(basePath === '/' ? 0 : basePath.length)
    const checksAccount = !CONNECTING.has(path)
    const refused = async (error: unknown) => {
      // Attempts to guess tokens are counted too.
      await limit(undefined, sender)
      throw error
    }
    const caller = await callerOf(users, tokens, authorization, checksAccount).catch(refused)
    await limit(caller, sender)
    call.set('caller', caller)
    // Set before the response is made: afterwards Hono would make it a second time.
    call.header('Cache-Control', 'no-store')
    await next()
  })
  const limitTo = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: () => {
        throw new RequestError('too_large', `The body is longer than ${maxSize} bytes`)
      },
    })
  const limitBody = limitTo(maxBody)
  const limitBodyWithoutToken = limitTo(Math.min(maxBody, LONGEST_BODY_WITHOUT_TOKEN))
  app.use((call, next) => {
    // A GET has no body, and to look for one makes servers build a whole Request.
    if (call.req.method === 'GET') return next()
    return call.get('caller') === undefined
      ? limitBodyWithoutToken(call, next)
      : limitBody(call, next)
  })

  const openApi = openApiOf(ROUTES, basePath)
  app.get(OPENAPI_PATH, (call) => call.json(openApi))
  for (const route of ROUTES) {
    const { method, path, audience, input, isConditional = false, run } = route
    app.on(method.toUpperCase(), path.replace(/\{(\w+)\}/g, ':$1'), async (call) => {
      const caller = call.get('caller')
      requireAudience(caller, audience, users.app.anonymous)
      const view = caller?.server ? serversView : service.clientView
      const exchange = { ...service, call, caller, view }
      if (takesKey(route)) {
        return answerWrite(users, call, caller, async (reservation) =>
          Object(await run({ ...exchange, reservation }, await input.read(call))),
        )
      }
      const answer = await run(exchange, await input.read(call))
      if (answer instanceof Response) return answer
      const body = isBody(answer) ? answer : JSON.stringify(answer)
      if (isConditional) return answerRead(call, body)
      return call.body(body, 200, { 'Content-Type': 'application/json' })
    })
  }

  // Hono does not catch what is thrown and is not an Error, and the server around must not show it.
  return {
    basePath,
    async handler(request, isCounted = false) {
      if (isCounted) counted.add(request)
      try {
        return await app.fetch(request)
      } catch (error) {
        return respond(error)
      }
    },
    direct: directQueries({
      ...{ users, tokens, limit: limiter },
      path: `${basePath === '/' ? '' : basePath}/users`,
      viewOf: (caller) => (caller?.server ? serversView : service.clientView),
    }),
  }
}

const isBody = (answer: object | string): answer is string | Uint8Array<ArrayBuffer> =>
  typeof answer === 'string' || answer instanceof Uint8Array

function serveConsole(app: Hono<CallEnvironment>): void {
  app.get(CONSOLE_PATH, async (call, next) => (await consoleResponse('', call.req.raw)) ?? next())
  // The page's files are beside it: with the slash, the browser would look for them below.
  app.get(`${CONSOLE_PATH}/`, (call) => call.body(null, 308, { Location: `..${CONSOLE_PATH}` }))
  app.get(
    `${CONSOLE_PATH}/:name`,
    async (call, next) => (await consoleResponse(call.req.param('name'), call.req.raw)) ?? next(),
  )
}

/** Hono takes a segment that cannot be decoded as it stands, which may be another user's id. */
function checkEncoding(path: string): void {
  if (!isEncoded(path)) {
    throw new UsersError('invalid_input', 'The path is not percent-encoded UTF-8')
  }
}

/** The result is used, because bundlers take decodeURIComponent for a function without effects. */
function isEncoded(path: string): boolean {
  try {
    return decodeURIComponent(path).length > 0
  } catch {
    return false
  }
}
