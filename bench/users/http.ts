import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { FILE } from './dataset.ts'

const SECRET = 'a secret that is long enough for the bench'
const command = fileURLToPath(new URL('../../dist/cli/main.mjs', import.meta.url))

export interface Served {
  readonly name: string
  readonly requestsPerSecond: number
  readonly median: number
  readonly p99: number
  readonly failures: number
}

/** What is used of autocannon, which the benchmark's own package.json installs. */
type Cannon = (options: {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly connections: number
  readonly duration: number
}) => Promise<{
  readonly requests: { readonly average: number }
  readonly latency: { readonly p50: number; readonly p99: number }
  readonly non2xx: number
  readonly errors: number
}>

async function load(): Promise<Cannon> {
  const { resolve } = createRequire(import.meta.url)
  return ((await import(resolve('autocannon'))) as { default: Cannon }).default
}

/** What is asked: pages of 30, of a role and of everybody, by a server's and by a client's token. */
const ASKED: readonly (readonly [name: string, payload: object, user?: string])[] = [
  ['a page of 30 admins, a server’s token', { filter_conditions: { role: 'admin' } }],
  ['a page of 30 admins, a client’s token', { filter_conditions: { role: 'admin' } }, 'john'],
  ['a page of 30 of everybody', {}],
]

const token = (...args: readonly string[]): string =>
  execFileSync(process.execPath, [command, 'token', '--secret', SECRET, ...args], {
    encoding: 'utf8',
  }).trim()

/** The server in a process of its own, held to one core; its log is written, and thrown away. */
async function serve(): Promise<{ process: ChildProcess; url: string }> {
  const args = [command, 'serve', '--db', FILE, '--port', '0', '--no-worker']
  const indexed = ['--index', 'color', '--index', 'age']
  const own = spawn('taskset', ['-c', '0', process.execPath, ...args, ...indexed], {
    env: { ...process.env, TAMIS_SECRET: SECRET },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    own.stderr.on('data', (chunk: Buffer) => {
      said += chunk
      const [found] = /http:\/\/[\d.:]+/.exec(said) ?? []
      if (found !== undefined) resolve(found)
    })
    own.on('exit', () => reject(new Error(said)))
  })
  return { process: own, url }
}

export async function askOverHttp(seconds: number): Promise<readonly Served[]> {
  const autocannon = await load()
  const { process: server, url } = await serve()
  const results: Served[] = []
  for (const [name, payload, user] of ASKED) {
    const bearer = user === undefined ? token() : token('--user', user)
    const request = {
      url: `${url}/users?payload=${encodeURIComponent(JSON.stringify(payload))}`,
      headers: { authorization: `Bearer ${bearer}` },
      connections: 20,
    }
    const first = (await (await fetch(request.url, request)).json()) as { users: unknown[] }
    if (first.users.length !== 30) throw new Error(`${name}: ${first.users.length} users`)
    await autocannon({ ...request, duration: 2 })
    const { requests, latency, non2xx, errors } = await autocannon({
      ...request,
      duration: seconds,
    })
    results.push({
      name,
      requestsPerSecond: requests.average,
      median: latency.p50,
      p99: latency.p99,
      failures: non2xx + errors,
    })
  }
  server.kill()
  return results
}
