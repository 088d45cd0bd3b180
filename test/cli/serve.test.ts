import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundleForNode, scratch } from '../support/bundled.ts'
import { databases } from '../users/fresh.ts'

const run = promisify(execFile)
const readme = readFileSync(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8')
const folder = scratch('serve')
const command = join(folder, 'tamis.mjs')
const SECRET = 'a secret of the tests, long enough'

beforeAll(() => bundleForNode('src/cli/main.ts', command))
afterAll(() => rmSync(folder, { recursive: true }))

/** A server in a process of its own, and what it said. */
interface Served {
  readonly process: ChildProcess
  readonly url: string
  /** The lines of its log. */
  readonly log: string[]
  readonly said: string[]
}

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const each of running) each.kill('SIGKILL')
  running.clear()
})

async function serve(args: readonly string[], secret?: string): Promise<Served> {
  const env: NodeJS.ProcessEnv = { ...process.env }
  delete env.TAMIS_SECRET
  if (secret !== undefined) env.TAMIS_SECRET = secret
  const own = spawn(process.execPath, [command, 'serve', '--port', '0', ...args], {
    cwd: folder,
    env,
  })
  running.add(own)
  const log: string[] = []
  const said: string[] = []
  createInterface(own.stdout).on('line', (line) => log.push(line))
  const lines = createInterface(own.stderr)
  lines.on('line', (line) => said.push(line))
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      if (line.includes('curl ')) resolve(/https?:\/\/[^/\s]+/.exec(line)?.[0] ?? '')
    })
    own.on('exit', () => reject(new Error(said.join('\n'))))
  })
  return { process: own, url, log, said }
}

async function stop(served: Served): Promise<number | null> {
  served.process.kill('SIGTERM')
  const [status] = (await once(served.process, 'exit')) as [number | null]
  return status
}

/** A line of a shell, as somebody pastes it. */
const shell = (line: string, env: NodeJS.ProcessEnv = {}) =>
  run('sh', ['-c', line], { env: { ...process.env, ...env }, cwd: folder })

/** The lines of the README that ask the server, and what each must answer. */
const CURLS = [...readme.matchAll(/^curl .*$/gm)].map(([line]) => line)
const ANSWERS = [
  /^\{"users":\{"ana":.*"roxy":/,
  /^\{"users":\[\{"id":"ana"/,
  /^\{"users":\[\{"id":"roxy"/,
  /"custom":\{"color":"red"\}/,
  /^\{"user":\{"id":"roxy".*"deactivated_at":/,
  /^\{"user":\{"id":"roxy"(?!.*"deactivated_at")/,
  /^\{"task_id":"[^"]+"\}$/,
  /^\{"task_id":"[^"]+"\}$/,
  /^\{"users":\{"roxy":(?!.*"deleted_at")/,
  /^\{"user":\{"id":"guest-1".*"role":"guest".*"access_token":"ey/,
]

describe.each(databases)('tamis serve, on $name', ({ fresh }) => {
  it('answers each curl line of the README', async () => {
    const own = await fresh()
    const served = await serve(['--db', own.db], SECRET)
    const { stdout } = await run(process.execPath, [command, 'token', '--secret', SECRET])
    expect(CURLS).toHaveLength(ANSWERS.length)
    for (const [i, line] of CURLS.entries()) {
      const pasted = line.replace('localhost:3000', served.url)
      const answer = await shell(pasted, { TOKEN: stdout.trim() })
      expect(answer.stdout, line).toMatch(ANSWERS[i] as RegExp)
    }
    expect(served.log).toHaveLength(CURLS.length)
    expect(JSON.parse(served.log[0] as string)).toMatchObject({
      method: 'POST',
      path: '/users',
      status: 200,
    })
    expect(served.log.join('')).not.toContain(stdout.trim())
    expect(await stop(served)).toBe(0)

    // What was written is there at the next start.
    const again = await serve(['--db', own.db], SECRET)
    const { stdout: page } = await shell(
      `curl -s ${again.url}/users -H "Authorization: Bearer ${stdout.trim()}"`,
    )
    expect((JSON.parse(page) as { users: unknown[] }).users).toHaveLength(3)
    expect(await stop(again)).toBe(0)
    await own.drop()
  })
})

describe('tamis serve', () => {
  it('makes up a secret where none is given, and a line to try that works as pasted', async () => {
    const served = await serve(['--db', ':memory:'])
    expect(served.said.join('\n')).toContain('made up for trying out')
    const line = served.said.find((each) => each.includes('curl ')) as string
    expect((await shell(line.replace('curl', 'curl -s'))).stdout).toBe('{"users":[]}')
    await stop(served)
  })

  it('prints no secret that it was given', async () => {
    const served = await serve(['--db', ':memory:'], SECRET)
    expect(served.said.join('\n')).not.toContain(SECRET)
    await stop(served)
  })

  it('answers /health and /metrics, which counts requests by their route', async () => {
    const served = await serve(['--db', ':memory:'], SECRET)
    const health = await fetch(`${served.url}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
    for (const id of ['a', 'b']) {
      await fetch(`${served.url}/users/${id}/deactivate`, { method: 'POST' })
    }
    const metrics = await (await fetch(`${served.url}/metrics`)).text()
    expect(metrics).toContain(
      'tamis_request_seconds_count{method="POST",route="/users/{id}/deactivate",status="401"} 2',
    )
    expect(metrics).toContain('tamis_watched_lists 0')
    await stop(served)
  })

  it('ends open lists and answers what it was asked when it is told to stop', async () => {
    const served = await serve(['--db', ':memory:', '--anonymous'], SECRET)
    const response = await fetch(`${served.url}/users/watch`)
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    const ended = (async () => {
      while (!(await reader.read()).done);
    })()
    expect(await stop(served)).toBe(0)
    await ended
  })

  it.each([
    ['a port that is taken', ['--db', ':memory:'], /--port \d+: .*EADDRINUSE/],
    ['no port', ['--port', 'x'], /--port.*expected a port/],
    ['a database that is not there', ['--db', 'mysql://root:hidden@127.0.0.1:1/x'], /ECONNREFUSED/],
    ['no database', ['--db', 'redis://x'], /no database at redis:\/\//],
    ['a rate of nothing', ['--rate-limit', '0'], /expected a positive integer/],
    ['an unknown option', ['--sekret', 'x'], /unknown option/],
  ])('says in a line what is wrong with %s, with status 2', async (what, args, message) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const port = what === 'a port that is taken' ? (taken.address() as AddressInfo).port : 0
    const outcome = await run(process.execPath, [command, 'serve', '--port', `${port}`, ...args], {
      cwd: folder,
    }).catch((error: { code: number; stderr: string }) => error)
    taken.close()
    expect(outcome).toMatchObject({ code: 2 })
    expect(outcome.stderr).toMatch(message)
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1)
    expect(outcome.stderr).not.toContain('hidden')
  })

  it('limits the rate of each address', async () => {
    const served = await serve(['--db', ':memory:', '--rate-limit', '2', '--anonymous'], SECRET)
    const statuses: number[] = []
    for (let i = 0; i < 4; i++) statuses.push((await fetch(`${served.url}/users`)).status)
    expect(statuses).toEqual([200, 200, 429, 429])
    await stop(served)
  })
})
