import { createHash, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Command } from 'commander'
import type { DirectBody, DirectRequest } from '../users/http/direct.ts'
import type { Users } from '../users/index.ts'
import type { RequestTrace, TracedRequest } from '../users/telemetry.ts'
import type { DirectFetch, Fetch, Listening } from './listen.ts'
import { type LogOutput, logOutput } from './log.ts'
import { loggedError } from './logged-error.ts'
import { metricsOf } from './metrics.ts'
import { requirePackages, SERVER } from './packages.ts'
import { givenSecret } from './secret.ts'
import { configuredOptions, LOCAL, type ServeOptions, withServeOptions } from './serve-options.ts'
import { openUsers } from './users-options.ts'

/** How long requests may go on after the signal to stop, in ms. */
const CLOSE_TIMEOUT = 3000
/** The time after the signal at which the process exits in any case, in ms. */
const LONGEST_STOP = 4500

async function serve(given: ServeOptions, command: Command): Promise<void> {
  const options = configuredOptions(given, command)
  const limiter = options.rateLimit === undefined ? [] : ['rate-limiter-flexible']
  requirePackages('serve', [...SERVER, ...limiter])
  const { pino } = await import('pino')
  const { listen } = await import('./listen.ts')
  const { routeLabel } = await import('../users/http/routes.ts')
  const output = logOutput()
  const log = pino({ serializers: { err: (error: unknown) => loggedError(error) } }, output)
  // Without a text of its own, pino would take the message of the error.
  const logError = (error: unknown) => log.error({ err: error }, 'an error that no caller gets')
  const givenKey = givenSecret(options.secret)
  const secret = givenKey ?? randomBytes(32).toString('base64url')
  const { guests, usesTeams, worker, filterCost } = options
  const users = await openUsers(
    options,
    { secret, guests, usesTeams, worker, filterCost },
    logError,
  )
  const metrics = await metricsOf(users)
  const answer = await answering(users, secret, options)
  /** The traces of requests that are answered by the second of two handlers. */
  const begun = new WeakMap<object, RequestTrace>()
  const begin = (method: string, route: string, header: TracedRequest['header']) =>
    users.telemetry?.begin({ method, route, header })
  const logged: Fetch = async (request, env) => {
    const start = performance.now()
    const path = new URL(request.url).pathname
    if (path === '/health') return health(users)
    if (path === '/metrics') {
      return (await answer.isServer(request)) ? metrics.response() : unauthorized()
    }
    const { method, headers } = request
    const route = routeLabel(path)
    const trace =
      begun.get(env.incoming) ?? begin(method, route, (name) => headers.get(name) ?? undefined)
    const work = () => answer.handle(request, env)
    const response = await (trace === undefined ? work() : trace.run(work))
    record({ method, route, status: response.status, start, trace })
    return response
  }
  const record = ({ method, route, status, start, trace }: Answered) => {
    const ms = performance.now() - start
    metrics.count({ method, route, status, seconds: ms / 1000 })
    trace?.end(status)
    const traced = trace?.id === undefined ? {} : { trace_id: trace.id }
    log.info({ method, route, status, ms: Number(ms.toFixed(2)), ...traced })
  }
  const direct: DirectFetch = async (incoming, outgoing) => {
    if (!/^\/users(\?|$)/.test(incoming.url ?? '')) return undefined
    const start = performance.now()
    const header = (name: string) => incoming.headers[name]?.toString()
    const trace = begin('GET', '/users', header)
    if (trace !== undefined) begun.set(incoming, trace)
    const work = () =>
      answer.direct(incoming, {
        url: incoming.url ?? '',
        authorization: incoming.headers.authorization,
        ifNoneMatch: incoming.headers['if-none-match'],
        address: incoming.socket.remoteAddress ?? '',
        signal: () => closedSignal(outgoing),
        digest: sha256,
      })
    const found = await (trace === undefined ? work() : trace.run(work))
    if (found !== undefined) {
      record({ method: 'GET', route: '/users', status: found.status, start, trace })
    }
    return found
  }

  let main: Listening | undefined
  let local: Listening | undefined
  try {
    main = await listen('--port', options.port, options.host, logged, direct)
    if (options.metricsPort !== undefined) {
      local = await listen('--metrics-port', options.metricsPort, LOCAL, ({ url }) =>
        new URL(url).pathname === '/metrics'
          ? metrics.response()
          : new Response(null, { status: 404 }),
      )
    }
  } catch (error) {
    main?.server.close()
    await users.close()
    throw error
  }
  stopOnSignals(users, main, local, output, logError)
  await printHelp(main.port, options, givenKey === undefined ? secret : undefined)
  if (local !== undefined) {
    process.stderr.write(`Metrics, without a token, are at http://${LOCAL}:${local.port}/metrics\n`)
  }
}

/** A request that was answered, for metrics, traces and the log. */
interface Answered {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly start: number
  readonly trace: RequestTrace | undefined
}

/** The handler of the users, with the addresses of the senders, and a check of a server's token. */
async function answering(
  users: Users,
  secret: string,
  { anonymous, rateLimit, console }: ServeOptions,
) {
  /** Requests that are counted by the limit of their sender, but not answered. */
  const counted = new WeakSet<object>()
  const addresses = new WeakMap<Request, string>()
  const { makeDirectHandler } = await import('../users/http/handler.ts')
  const { handler, direct } = await makeDirectHandler(users, {
    secret,
    anonymous,
    console,
    rateLimit: rateLimit === undefined ? undefined : { requests: rateLimit, seconds: 1 },
    address: (request) => addresses.get(request) ?? '',
  })
  const { TokenReader } = await import('../users/tokens.ts')
  const tokens = new TokenReader(secret, users.configuration.clock)
  const handle: Fetch = (request, { incoming }) => {
    addresses.set(request, incoming.socket.remoteAddress ?? '')
    return handler(request, counted.has(incoming))
  }
  return {
    handle,
    async direct(
      incoming: IncomingMessage,
      request: DirectRequest,
    ): Promise<DirectBody | undefined> {
      const found = await direct(request)
      if ('body' in found) return found
      if (found.isCounted) counted.add(incoming)
      return undefined
    },
    async isServer({ headers }: Request): Promise<boolean> {
      const [, token = ''] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
      return (await tokens.read(token))?.server === true
    },
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64')

/** A signal that is aborted when the client disconnects before it has its answer. */
function closedSignal(outgoing: ServerResponse): AbortSignal {
  const closed = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) closed.abort()
  })
  return closed.signal
}

const unauthorized = (): Response =>
  Response.json(
    { code: 'unauthorized', message: 'Expected a server token', details: {} },
    { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } },
  )

async function health(users: Users): Promise<Response> {
  try {
    await users.ping()
    return Response.json({ status: 'ok' })
  } catch {
    return Response.json({ status: 'the database does not answer' }, { status: 503 })
  }
}

/**
 * At SIGTERM and SIGINT, takes no more requests, ends those that run, and exits. Tasks go on in other
 * processes, or after a restart.
 */
function stopOnSignals(
  users: Users,
  main: Listening,
  local: Listening | undefined,
  output: LogOutput,
  onError: (error: unknown) => void,
): void {
  const close = async () => {
    const { end } = await import('./listen.ts')
    const ended = end(main.server, CLOSE_TIMEOUT)
    users.endWatches()
    await ended
    await users.close()
  }
  const stop = async () => {
    process.off('SIGTERM', stop).off('SIGINT', stop)
    local?.server.close().closeAllConnections()
    const timer = setTimeout(() => process.exit(0), LONGEST_STOP)
    await close().catch(onError)
    await output.flush()
    clearTimeout(timer)
    process.exit(0)
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
}

/** Prints the address with a command to try, on standard error: standard output is the log. */
async function printHelp(
  port: number,
  { host, console }: ServeOptions,
  generated: string | undefined,
): Promise<void> {
  const name = host.includes(':') ? `[${host}]` : host
  const url = `http://${name}:${port}`
  const lines = [`tamis: serving users at ${url}, described at ${url}/openapi.json`]
  if (console) lines.push(`Console, for whoever has a server token: ${url}/console`)
  if (generated === undefined) {
    lines.push(
      'To make a token, run npx tamis token with the same TAMIS_SECRET:',
      `  curl ${url}/users -H "Authorization: Bearer $(npx tamis token)"`,
    )
  } else {
    const { signToken } = await import('../users/tokens.ts')
    const token = await signToken(generated, { server: true })
    lines.push(
      `No secret was given. This one was generated, and is valid until the server stops: ${generated}`,
      `Server token: ${token}`,
      `  curl ${url}/users -H 'Authorization: Bearer ${token}'`,
    )
  }
  process.stderr.write(`${lines.join('\n')}\n`)
}

export const addServe = (tamis: Command): Command =>
  withServeOptions(tamis.command('serve'))
    .description('serve the users of a database over HTTP')
    .action(serve)
