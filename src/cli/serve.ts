import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Command, InvalidArgumentError } from 'commander'
import type { DirectRequest } from '../users/http/direct.ts'
import type { Users } from '../users/index.ts'
import type { DirectFetch, Fetch, Listening } from './listen.ts'
import { type LogOutput, logOutput } from './log.ts'
import { metricsOf } from './metrics.ts'
import { requirePackages, SERVER } from './packages.ts'
import { givenSecret } from './secret.ts'
import { openUsers, positive, type UsersCommandOptions, withUsersOptions } from './users-options.ts'

interface ServeOptions extends UsersCommandOptions {
  readonly port: number
  readonly host: string
  readonly secret?: string
  readonly rateLimit?: number
  readonly anonymous?: true
  readonly guests: boolean
  readonly usesTeams?: true
  readonly worker: boolean
  readonly metricsPort?: number
  readonly filterCost?: number
}

/** Where metrics are served without a token. */
const LOCAL = '127.0.0.1'

/** How long requests may go on after the signal to stop, in ms. */
const CLOSE_TIMEOUT = 3000
/** The time after the signal at which the process exits in any case, in ms. */
const LONGEST_STOP = 4500

const port = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  throw new InvalidArgumentError('expected a port.')
}

async function serve(options: ServeOptions): Promise<void> {
  const limiter = options.rateLimit === undefined ? [] : ['rate-limiter-flexible']
  requirePackages('serve', [...SERVER, ...limiter])
  const { pino } = await import('pino')
  const { listen } = await import('./listen.ts')
  const output = logOutput()
  // pino takes a single object for options.
  const log = pino({}, output)
  const given = givenSecret(options.secret)
  const secret = given ?? randomBytes(32).toString('base64url')
  const { usesTeams, worker, filterCost } = options
  // Without the option, the stored setting applies.
  const guests = options.guests ? undefined : false
  const users = await openUsers(
    options,
    { secret, guests, usesTeams, worker, filterCost },
    (error) => log.error(error),
  )
  const metrics = await metricsOf(users)
  const answer = await answering(users, secret, options)
  const logged: Fetch = async (request, env) => {
    const start = performance.now()
    const path = new URL(request.url).pathname
    if (path === '/health') return health(users)
    if (path === '/metrics') {
      return (await answer.isServer(request)) ? metrics.response() : unauthorized()
    }
    const response = await answer.handle(request, env)
    record(request.method, path, response.status, start)
    return response
  }
  const record = (method: string, path: string, status: number, start: number) => {
    const ms = performance.now() - start
    metrics.count({ method, path, status, seconds: ms / 1000 })
    log.info({ method, path, status, ms: Number(ms.toFixed(2)) })
  }
  const direct: DirectFetch = async (incoming, outgoing) => {
    const start = performance.now()
    const found = await answer.direct(incoming, {
      url: incoming.url ?? '',
      authorization: incoming.headers.authorization,
      address: incoming.socket.remoteAddress ?? '',
      signal: () => closedSignal(outgoing),
    })
    if (found !== undefined) record('GET', '/users', 200, start)
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
  stopOnSignals(users, main, local, output, (error) => log.error(error))
  await printHelp(main.port, options.host, given === undefined ? secret : undefined)
  if (local !== undefined) {
    process.stderr.write(`Metrics, without a token, are at http://${LOCAL}:${local.port}/metrics\n`)
  }
}

/** The handler of the users, with the addresses of the senders, and a check of a server's token. */
async function answering(users: Users, secret: string, { anonymous, rateLimit }: ServeOptions) {
  /** Requests that are counted by the limit of their sender, but not answered. */
  const counted = new WeakSet<object>()
  const addresses = new WeakMap<Request, string>()
  const { makeDirectHandler } = await import('../users/http/handler.ts')
  const { handler, direct } = await makeDirectHandler(users, {
    secret,
    anonymous,
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
    async direct(incoming: IncomingMessage, request: DirectRequest): Promise<string | undefined> {
      const found = await direct(request)
      if ('text' in found) return found.text
      if (found.isCounted) counted.add(incoming)
      return undefined
    },
    async isServer({ headers }: Request): Promise<boolean> {
      const [, token = ''] = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
      return (await tokens.read(token))?.server === true
    },
  }
}

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
async function printHelp(port: number, host: string, generated: string | undefined): Promise<void> {
  const name = host.includes(':') ? `[${host}]` : host
  const url = `http://${name}:${port}`
  const lines = [`tamis: serving users at ${url}, described at ${url}/openapi.json`]
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
  withUsersOptions(tamis.command('serve'))
    .description('serve the users of a database over HTTP')
    .option('--port <n>', 'the port; 0 for any that is free', port, 3000)
    .option('--metrics-port <n>', `a port at ${LOCAL} for /metrics without a token`, port)
    .option('--host <name>', 'the address to listen at', '127.0.0.1')
    .option(
      '--secret <text>',
      'the secret of the tokens, at least 32 bytes; better in TAMIS_SECRET',
    )
    .option('--rate-limit <n>', 'the most requests a second of one client or address', positive)
    .option('--filter-cost <n>', 'the most that a filter may cost the database', positive)
    .option('--anonymous', 'allow reading without a token')
    .option('--no-guests', 'do not allow guests')
    .option('--uses-teams', 'the application uses teams, and has no guests')
    .option('--no-worker', 'leave tasks to other processes with the same database')
    .action(serve)
