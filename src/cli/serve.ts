import { randomBytes } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import { type Command, InvalidArgumentError } from 'commander'
import { createUsersHandler, type Users } from '../users/index.ts'
import { Mistake, messageOf } from './mistake.ts'
import { requirePackages, SERVER } from './packages.ts'
import { ofUsers, openUsers, positive, type UsersCommandOptions } from './users-options.ts'

interface ServeOptions extends UsersCommandOptions {
  readonly port: number
  readonly host: string
  readonly secret?: string
  readonly rateLimit?: number
  readonly anonymous?: true
  readonly guests: boolean
  readonly usesTeams?: true
  readonly worker: boolean
}

/** How long a request may still take once it is said that the server stops, in ms. */
const PATIENCE = 5000

const port = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  throw new InvalidArgumentError('expected a port.')
}

/** What a request is counted as: ids would make as many series as there are users. */
function routeOf(path: string): string {
  const route = path
    .replace(/^\/users\/[^/]+\/(deactivate|reactivate)$/, '/users/{id}/$1')
    .replace(/^\/tasks\/[^/]+$/, '/tasks/{id}')
  return ROUTES.has(route) ? route : 'other'
}

const ROUTES = new Set([
  '/users',
  '/users/query',
  '/users/watch',
  '/users/{id}/deactivate',
  '/users/{id}/reactivate',
  '/users/deactivate',
  '/users/reactivate',
  '/users/delete',
  '/users/restore',
  '/export/users',
  '/tasks/{id}',
  '/guest',
  '/openapi.json',
])

/** What Prometheus reads: the process, the requests by route and status, and the open lists. */
async function metricsOf(users: Users) {
  const { collectDefaultMetrics, Gauge, Histogram, Registry } = await import('prom-client')
  const register = new Registry()
  collectDefaultMetrics({ register })
  const requests = new Histogram({
    name: 'tamis_request_seconds',
    help: 'How long requests took until their answer began',
    labelNames: ['method', 'route', 'status'],
    registers: [register],
  })
  new Gauge({
    name: 'tamis_watched_lists',
    help: 'How many lists are open',
    registers: [register],
    collect() {
      this.set(users.watching)
    },
  })
  return { register, requests }
}

type Fetch = (request: Request, env: { readonly incoming: IncomingMessage }) => Promise<Response>

async function serve(options: ServeOptions): Promise<void> {
  const limiter = options.rateLimit === undefined ? [] : ['rate-limiter-flexible']
  requirePackages('serve', [...SERVER, ...limiter])
  const { pino } = await import('pino')
  const { serve: listen } = await import('@hono/node-server')
  const log = pino(pino.destination({ sync: true }))
  // Empty is as good as none.
  const given = options.secret || process.env.TAMIS_SECRET || undefined
  const secret = given ?? randomBytes(32).toString('base64url')
  const { guests, usesTeams = false, worker } = options
  const users = await openUsers(options, { secret, guests, usesTeams, worker }, (error) =>
    log.error(error),
  )
  const addresses = new WeakMap<Request, string>()
  const { register, requests } = await metricsOf(users)
  const handler = await createUsersHandler(users, {
    secret,
    anonymous: options.anonymous,
    rateLimit:
      options.rateLimit === undefined ? undefined : { requests: options.rateLimit, seconds: 1 },
    address: (request) => addresses.get(request) ?? '',
  })

  const answer: Fetch = async (request, { incoming }) => {
    const start = performance.now()
    const path = new URL(request.url).pathname
    if (path === '/health') return health(users)
    if (path === '/metrics') {
      return new Response(await register.metrics(), {
        headers: { 'Content-Type': register.contentType },
      })
    }
    addresses.set(request, incoming.socket.remoteAddress ?? '')
    const response = await handler(request)
    const ms = performance.now() - start
    const { method } = request
    const { status } = response
    requests.observe({ method, route: routeOf(path), status }, ms / 1000)
    log.info({ method, path, status, ms: Number(ms.toFixed(2)) })
    return response
  }

  const server = await new Promise<Server>((resolve, reject) => {
    const own = listen({ fetch: answer as never, port: options.port, hostname: options.host }, () =>
      resolve(own as Server),
    )
    own.on('error', reject)
  }).catch(async (error: unknown) => {
    await users.close()
    throw new Mistake(`--port ${options.port}: ${messageOf(error)}`)
  })
  const stop = async () => {
    process.off('SIGTERM', stop).off('SIGINT', stop)
    await close(server, users)
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
  await introduce(server, options, given === undefined ? secret : undefined)
}

async function health(users: Users): Promise<Response> {
  try {
    await users.ping()
    return Response.json({ status: 'ok' })
  } catch {
    return Response.json({ status: 'the database does not answer' }, { status: 503 })
  }
}

/** Takes no more requests, ends those that there are, and leaves tasks to whoever comes next. */
async function close(server: Server, users: Users): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  users.endWatches()
  // A connection whose list has ended is idle only then, and would be kept for the next request.
  const idle = setInterval(() => server.closeIdleConnections(), 20)
  const late = setTimeout(() => server.closeAllConnections(), PATIENCE)
  await closed
  clearInterval(idle)
  clearTimeout(late)
  await users.close()
}

/** Says where it is, with a line to try; standard output is the log's. */
async function introduce(
  server: Server,
  { host }: ServeOptions,
  madeUp: string | undefined,
): Promise<void> {
  const address = server.address()
  const own = typeof address === 'object' && address !== null ? address.port : 0
  const name = host.includes(':') ? `[${host}]` : host
  const url = `http://${name}:${own}`
  const lines = [`tamis: the users are at ${url}, their description at ${url}/openapi.json`]
  if (madeUp === undefined) {
    lines.push(
      'A token is made, where TAMIS_SECRET is set as here, by npx tamis token:',
      `  curl ${url}/users -H "Authorization: Bearer $(npx tamis token)"`,
    )
  } else {
    const { signToken } = await import('../users/tokens.ts')
    const token = await signToken(madeUp, { server: true })
    lines.push(
      `No secret was given. This one, made up for trying out, is forgotten at the end: ${madeUp}`,
      `A server’s token of it: ${token}`,
      `  curl ${url}/users -H 'Authorization: Bearer ${token}'`,
    )
  }
  process.stderr.write(`${lines.join('\n')}\n`)
}

async function printToken({ secret, user }: { secret?: string; user?: string }): Promise<void> {
  const own = secret || process.env.TAMIS_SECRET
  if (!own) throw new Mistake('token: TAMIS_SECRET or --secret is needed')
  requirePackages('token', ['jose'])
  const { signToken } = await import('../users/tokens.ts')
  const token = await signToken(own, user === undefined ? { server: true } : { user_id: user })
  process.stdout.write(`${token}\n`)
}

export function addServe(tamis: Command): void {
  ofUsers(tamis.command('serve'))
    .description('serve the users of a database over HTTP')
    .option('--port <n>', 'the port; 0 for any that is free', port, 3000)
    .option('--host <name>', 'the address to listen at', '127.0.0.1')
    .option('--secret <text>', 'what tokens are signed with; better in TAMIS_SECRET')
    .option('--rate-limit <n>', 'requests a second of one client or address', positive)
    .option('--anonymous', 'let requests without a token read')
    .option('--no-guests', 'let nobody become a guest')
    .option('--uses-teams', 'the application uses teams, and has no guests')
    .option('--no-worker', 'leave tasks to other processes on the same database')
    .action(serve)
  tamis
    .command('token')
    .description('print a token for tamis serve')
    .option('--secret <text>', 'what it is signed with; better in TAMIS_SECRET')
    .option('--user <id>', 'a token of this user; without, one of the server')
    .action(printToken)
}
