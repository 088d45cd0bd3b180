import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import Database from 'libsql'
import { createUsersClient } from 'tamis/users/client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundleForNode, scratch } from '../support/bundled.ts'
import { databases } from '../users/fresh.ts'
import { until } from '../users/until.ts'

const run = promisify(execFile)
const page = readFileSync(
  fileURLToPath(new URL('../../docs/users/serve.md', import.meta.url)),
  'utf8',
)
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

/** Runs a line in a shell. */
const shell = (line: string, env: NodeJS.ProcessEnv = {}) =>
  run('sh', ['-c', line], { env: { ...process.env, ...env }, cwd: folder })

/** The lines of the documentation that ask the server, and what each must answer. */
const CURLS = [...page.matchAll(/^curl .*$/gm)].map(([line]) => line)
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
  /^\{"app":\{"enforce_unique_usernames":"app".*"usernames_taken_twice":0\}$/,
  /^\{"user":\{"id":"ana".*"color":"red".*"online":true/,
  /^\{"user":\{"id":"ana".*"custom":\{"color":"red","theme":"dark"\}/,
  /^\{"user":\{"id":"ana","role":"admin","name":"Ana Ana"/,
  /^\{"user":\{"id":"guest-[0-9a-f-]{36}-guest-1".*"role":"guest".*"access_token":"ey/,
  /^\{"users":\{"kim":/,
]

describe.each(databases)('tamis serve, on $name', ({ fresh }) => {
  it('answers each curl command of the documentation', async () => {
    const own = await fresh()
    const served = await serve(['--db', own.db], SECRET)
    const { stdout } = await run(process.execPath, [command, 'token', '--secret', SECRET])
    const { stdout: client } = await run(process.execPath, [
      ...[command, 'token', '--secret', SECRET, '--user', 'ana'],
    ])
    expect(CURLS).toHaveLength(ANSWERS.length)
    for (const [i, line] of CURLS.entries()) {
      const pasted = line.replace('localhost:3000', served.url)
      const answer = await shell(pasted, {
        TOKEN: stdout.trim(),
        CLIENT: client.trim(),
      })
      expect(answer.stdout, line).toMatch(ANSWERS[i] as RegExp)
    }
    expect(served.log).toHaveLength(CURLS.length)
    expect(JSON.parse(served.log[0] as string)).toMatchObject({
      method: 'POST',
      route: '/users',
      status: 200,
    })
    expect(served.log.join('')).not.toContain(stdout.trim())
    expect(await stop(served)).toBe(0)

    // What was written is there at the next start.
    const again = await serve(['--db', own.db], SECRET)
    const { stdout: page } = await shell(
      `curl -s ${again.url}/users -H "Authorization: Bearer ${stdout.trim()}"`,
    )
    expect((JSON.parse(page) as { users: unknown[] }).users).toHaveLength(4)
    expect(await stop(again)).toBe(0)
    await own.drop()
  })
})

describe('tamis serve', () => {
  it('serves the console, which needs no token and has no data, unless --no-console is given', async () => {
    const served = await serve(['--db', ':memory:'])
    expect(served.said.join('\n')).toContain(`${served.url}/console`)
    const page = await fetch(`${served.url}/console`)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const files = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, name]) => name,
    )
    expect(files).toHaveLength(3)
    for (const name of files) expect((await fetch(`${served.url}/${name}`)).status).toBe(200)
    await stop(served)

    const without = await serve(['--db', ':memory:', '--no-console'])
    expect(without.said.join('\n')).not.toContain('/console')
    expect((await fetch(`${without.url}/console`)).status).toBe(404)
    await stop(without)
  })

  it('generates a secret if none is given, and prints a command that works when pasted', async () => {
    const served = await serve(['--db', ':memory:'])
    expect(served.said.join('\n')).toContain('This one was generated')
    const line = served.said.find((each) => each.includes('curl ')) as string
    expect((await shell(line.replace('curl', 'curl -s'))).stdout).toBe('{"users":[]}')
    await stop(served)
  })

  it('refuses a token for an empty id', async () => {
    const args = [command, 'token', '--secret', SECRET, '--user', '']
    await expect(run(process.execPath, args)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^tamis: token: --user: expected an id/),
    })
  })

  it('does not sign tokens with a short secret', async () => {
    const args = [command, 'token', '--secret', 'hidden']
    const outcome = await run(process.execPath, args).catch((error) => error)
    expect(outcome).toMatchObject({ code: 2, stdout: '' })
    expect(outcome.stderr).toMatch(/32 bytes.*openssl rand -base64 32/)
    expect(outcome.stderr).not.toContain('hidden')
  })

  it('does not print a given secret', async () => {
    const served = await serve(['--db', ':memory:'], SECRET)
    expect(served.said.join('\n')).not.toContain(SECRET)
    await stop(served)
  })

  it('serves /health, and /metrics with requests counted by route', async () => {
    const served = await serve(['--db', ':memory:'], SECRET)
    const health = await fetch(`${served.url}/health`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
    for (const id of ['a', 'b']) {
      await fetch(`${served.url}/users/${id}/deactivate`, { method: 'POST' })
    }
    const { stdout } = await run(process.execPath, [command, 'token', '--secret', SECRET])
    const headers = { authorization: `Bearer ${stdout.trim()}` }
    const metrics = await (await fetch(`${served.url}/metrics`, { headers })).text()
    expect(metrics).toContain(
      'tamis_request_seconds_count{method="POST",route="/users/{id}/deactivate",status="401"} 2',
    )
    expect(metrics).toContain('tamis_watched_lists 0')
    await stop(served)
  })

  it('serves /metrics only with a server token, or without one at --metrics-port', async () => {
    const served = await serve(['--db', ':memory:', '--metrics-port', '0'], SECRET)
    const args = [command, 'token', '--secret', SECRET, '--user', 'ana']
    const { stdout: client } = await run(process.execPath, args)
    for (const authorization of [undefined, 'Bearer x', `Bearer ${client.trim()}`]) {
      const answer = await fetch(`${served.url}/metrics`, {
        headers: authorization === undefined ? {} : { authorization },
      })
      expect(answer.status).toBe(401)
      expect(await answer.text()).not.toContain('tamis_')
    }
    const line = await until('the port is told', () =>
      served.said.find((each) => each.includes('/metrics')),
    )
    const url = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(line)?.[0] as string
    expect(await (await fetch(url)).text()).toContain('tamis_watched_lists 0')
    expect((await fetch(url.replace('/metrics', '/users'))).status).toBe(404)
    expect((await fetch(`${served.url}/health`)).status).toBe(200)
    expect(await stop(served)).toBe(0)
  })

  it('handles the next request on a connection after a refused long body', async () => {
    const served = await serve(['--db', ':memory:'], SECRET)
    for (let i = 0; i < 3; i++) {
      const body = 'x'.repeat(3_000_000)
      const refused = await fetch(`${served.url}/guest`, { method: 'POST', body }).catch(() => {})
      if (refused !== undefined) {
        expect(refused.status).toBe(413)
        await refused.text()
      }
      const statuses = []
      for (let n = 0; n < 4; n++) {
        const answer = await fetch(`${served.url}/openapi.json`)
        statuses.push(answer.status)
        await answer.text()
      }
      expect(statuses).toEqual([200, 200, 200, 200])
    }
    expect(await stop(served)).toBe(0)
  })

  it('ends open lists and answers pending requests when it is stopped', async () => {
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

  const stopsWithin = async (served: Served, ms: number) => {
    const start = performance.now()
    expect(await stop(served)).toBe(0)
    expect(performance.now() - start).toBeLessThan(ms)
  }

  it('stops within seconds during a slow query or with a locked file', async () => {
    const db = join(folder, 'slow.sqlite')
    const served = await serve(['--db', db, '--anonymous'], SECRET)
    const { stdout } = await run(process.execPath, [command, 'token', '--secret', SECRET])
    const connection = new Database(db)
    connection.exec(`ALTER TABLE tamis_users RENAME TO all_users;
      CREATE VIEW tamis_users AS SELECT all_users.* FROM (
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000)
        SELECT max(i) AS i FROM n) AS slow CROSS JOIN all_users WHERE slow.i >= 0`)
    connection.exec('BEGIN IMMEDIATE')
    const asked = [
      fetch(`${served.url}/users`),
      fetch(`${served.url}/users/ana/deactivate`, {
        method: 'POST',
        headers: { authorization: `Bearer ${stdout.trim()}` },
      }),
    ].map((each) => each.catch(() => undefined))
    await new Promise((resolve) => setTimeout(resolve, 500))
    const start = performance.now()
    expect((await fetch(`${served.url}/health`)).status).toBe(200)
    expect(performance.now() - start).toBeLessThan(1000)
    // Five seconds are promised; starting a shell of this machine's may take its time.
    await stopsWithin(served, 6000)
    await Promise.all(asked)
    connection.close()
  })

  it('continues if its log is not read', async () => {
    const env = { ...process.env, TAMIS_SECRET: SECRET }
    const args = [command, 'serve', '--db', ':memory:', '--port', '0']
    const own = spawn(process.execPath, args, { cwd: folder, env })
    running.add(own)
    own.stdout.pause()
    const url = await new Promise<string>((resolve) => {
      createInterface(own.stderr).on('line', (line) => {
        if (line.includes('curl ')) resolve(/https?:\/\/[^/\s]+/.exec(line)?.[0] ?? '')
      })
    })
    // A pipe takes 64 kB; these lines are longer.
    const path = `/${'x'.repeat(2000)}`
    for (let i = 0; i < 30; i++) {
      const all = Array.from({ length: 30 }, () => fetch(`${url}${path}`))
      for (const each of await Promise.all(all)) expect(each.status).toBe(404)
    }
    const start = performance.now()
    own.kill('SIGTERM')
    expect((await once(own, 'exit'))[0]).toBe(0)
    expect(performance.now() - start).toBeLessThan(6000)
  })

  it.each([
    ['a port that is taken', ['--db', ':memory:'], /--port \d+: .*EADDRINUSE/],
    ['an invalid port', ['--port', 'x'], /--port.*expected a port/],
    [
      'a server that cannot be reached',
      ['--db', 'mysql://root:hidden@127.0.0.1:1/x'],
      /ECONNREFUSED/,
    ],
    ['an unknown URL scheme', ['--db', 'redis://x'], /unknown scheme redis:\/\//],
    ['a rate limit of 0', ['--rate-limit', '0'], /expected a positive integer/],
    ['an unknown option', ['--sekret', 'x'], /unknown option/],
    ['a short secret', ['--secret', 'hidden'], /32 bytes.*openssl rand -base64 32/],
  ])('reports %s in one line and exits with status 2', async (what, args, message) => {
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

describe('the client of users', () => {
  it('continues when the server is killed in the middle of a watch and started again', async () => {
    const db = ['--db', join(folder, 'killed.sqlite')]
    const first = await serve(db, SECRET)
    const { stdout } = await run(process.execPath, [command, 'token'], {
      env: { ...process.env, TAMIS_SECRET: SECRET },
    })
    const client = createUsersClient({ url: first.url, token: stdout.trim(), retries: 20 })
    await client.upsertUsers({ users: [{ id: 'ana', role: 'admin' }] })
    const events: string[] = []
    const stop = client.watch({ role: 'admin' }, (event) => {
      const ids = 'users' in event ? event.users.map(({ id }) => id) : []
      events.push([event.type, ...ids].join(' '))
    })
    await until('there is a list', () => events.includes('list ana'))

    first.process.kill('SIGKILL')
    await once(first.process, 'exit')
    // Sent while nobody listens.
    const written = client.bulk.upsertUsers({ users: [{ id: 'bo', role: 'admin' }] })
    await until('it is disconnected', () => events.includes('disconnected'))
    await serve([...db, '--port', new URL(first.url).port], SECRET)
    await written
    const isThere = () => events.includes('list ana bo') || events.includes('list bo ana')
    await until('bo is in the list', () => isThere() || events.includes('added'))
    await client.updateUsersPartial({ users: [{ id: 'bo', set: { name: 'Bo' } }] })
    await until('the change has come', () => events.includes('updated'))
    stop()
    expect(events[0]).toBe('list ana')
    expect(events.filter((each) => each.startsWith('list')).length).toBeGreaterThan(1)
  })
})
