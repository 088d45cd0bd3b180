import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { createUsers } from 'tamis/users'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signToken } from '../../src/users/tokens.ts'
import { bundleForNode, scratch } from '../support/bundled.ts'
import { databases } from '../users/fresh.ts'
import { until } from '../users/until.ts'

const run = promisify(execFile)
const folder = scratch('operate')
const command = join(folder, 'tamis.mjs')
const config = join(folder, 'tamis.json')
const SECRET = 'a secret of the tests, long enough'

beforeAll(() => bundleForNode('src/cli/main.ts', command))
afterAll(() => rmSync(folder, { recursive: true }))

const running = new Set<ChildProcess>()
afterEach(() => {
  for (const each of running) each.kill('SIGKILL')
  running.clear()
})

/** Starts `tamis serve`; what it writes is collected. */
async function serve(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const own = spawn(process.execPath, [command, 'serve', ...args], {
    cwd: folder,
    env: { ...process.env, TAMIS_SECRET: '', ...env },
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
  return {
    url,
    log,
    said,
    async stop() {
      own.kill('SIGTERM')
      const [status] = (await once(own, 'exit')) as [number | null]
      expect(status).toBe(0)
    },
  }
}

const REFUSING: Readonly<Record<string, readonly string[]>> = {
  SQLite: [
    "CREATE TRIGGER evil BEFORE INSERT ON tamis_users WHEN NEW.id LIKE '%evil%' BEGIN SELECT json(NEW.name); END",
  ],
  PostgreSQL: [
    `ALTER TABLE tamis_users ADD CONSTRAINT constraint_of_ids CHECK (id NOT LIKE '%evil%')`,
  ],
  MariaDB: [
    "ALTER TABLE tamis_users ADD CONSTRAINT constraint_of_ids CHECK (id NOT LIKE '%evil%')",
  ],
  MySQL: ["ALTER TABLE tamis_users ADD CONSTRAINT constraint_of_ids CHECK (id NOT LIKE '%evil%')"],
}

describe.each(databases)('the log and the metrics of tamis serve, on $name', ({ name, fresh }) => {
  it('have no id, name, token, path, operand or cause of an error', async () => {
    const own = await fresh()
    const users = await createUsers({ db: own.db, settings: { worker: false } })
    await users.upsertUsers({ users: [{ id: 'Zq-user', name: 'Zq-name' }] })
    await users.close()
    for (const text of REFUSING[name] ?? []) await own.run(text)
    const served = await serve(['--port', '0', '--db', own.db], { TAMIS_SECRET: SECRET })
    const server = await signToken(SECRET, { server: true })
    const client = await signToken(SECRET, { user_id: 'Zq-user' })
    let keys = 0
    const call = async (path: string, token: string, body?: unknown, method = 'POST') => {
      const response = await fetch(`${served.url}${path}`, {
        method: body === undefined ? 'GET' : method,
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': `Zq-key-${++keys}` },
        body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      })
      await response.text()
      return response.status
    }
    const payload = (value: unknown) => `?payload=${encodeURIComponent(JSON.stringify(value))}`
    const statuses = [
      await call(`/users${payload({ filter_conditions: { name: 'Zq-operand' } })}`, server),
      await call(
        `/users${payload({ filter_conditions: { 'Zq-field': { $regex: 'Zq' } } })}`,
        client,
      ),
      await call('/users/query', client, { filter_conditions: { id: { $in: ['Zq-a', 'Zq-b'] } } }),
      await call('/users/Zq-user/deactivate', server, {}),
      await call('/users/%5aq-%ff/deactivate', server, {}),
      await call('/Zq-path/%0aZq?Zq-query=Zq', server),
      await call('/tasks/Zq-task', server),
      await call('/users', 'Zq-token.Zq.Zq'),
      await call('/users', server, '{"users": [{"id": "Zq-bad" "Zq'),
      await call('/users', server, { users: [{ id: 'Zq-x', Zq: 'Zq' }] }),
      await call('/users/me', client),
    ]
    expect(statuses).toEqual([200, 400, 200, 200, 400, 404, 404, 401, 400, 400, 403])
    const evil = { users: [{ id: 'evil-Zq', name: 'Zq { "Zq" \'Zq' }] }
    const failed = await fetch(`${served.url}/users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server}` },
      body: JSON.stringify(evil),
    })
    expect(failed.status).toBe(500)
    const error = await until('the error is logged', () =>
      served.log.map((line) => JSON.parse(line)).find(({ level }) => level === 50),
    )
    expect(error.err).toMatchObject({ type: expect.any(String), stack: expect.any(Array) })
    await until('all requests are logged', () => served.log.length >= statuses.length + 2)
    const metrics = await fetch(`${served.url}/metrics`, {
      headers: { authorization: `Bearer ${server}` },
    })
    const all = [
      ...served.log,
      ...served.said.filter((line) => !line.includes('curl')),
      await metrics.text(),
    ].join('\n')
    expect(all).not.toMatch(/zq/i)
    for (const token of [server, client, SECRET]) expect(all).not.toContain(token)
    expect(served.log.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ method: 'POST', route: '/users/{id}/deactivate', status: 200 }),
    )
    await served.stop()
    await own.drop()
  })

  it('tell how long statements take by their kind, and how old the oldest task is', async () => {
    const own = await fresh()
    const served = await serve(['--port', '0', '--db', own.db, '--no-worker'], {
      TAMIS_SECRET: SECRET,
    })
    const headers = { authorization: `Bearer ${await signToken(SECRET, { server: true })}` }
    const post = (path: string, body: object) =>
      fetch(`${served.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const metrics = async () => (await fetch(`${served.url}/metrics`, { headers })).text()
    const first = await metrics()
    expect(first).toMatch(/^tamis_oldest_unfinished_task_seconds 0$/m)
    expect(first).toMatch(/^tamis_oldest_undelivered_event_seconds 0$/m)
    expect(first).toMatch(/^tamis_undelivered_events 0$/m)
    expect(first).toMatch(/^tamis_webhook_attempts_total\{outcome="delivered"\} 0$/m)
    await post('/users', { users: [{ id: 'ana' }] })
    await post('/users/deactivate', { user_ids: ['ana'] })
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const text = await metrics()
    for (const kind of ['select', 'insert', 'update', 'begin', 'commit', 'connect']) {
      expect(text).toMatch(
        new RegExp(`^tamis_statement_seconds_count\\{kind="${kind}",failed="false"\\} [1-9]`, 'm'),
      )
    }
    expect(text).toMatch(/^tamis_unfinished_tasks 1$/m)
    const age = Number(/^tamis_oldest_unfinished_task_seconds (.*)$/m.exec(text)?.[1])
    expect(age).toBeGreaterThan(1)
    expect(age).toBeLessThan(60)
    expect(text).toContain(
      'tamis_request_seconds_count{method="POST",route="/users",status="200"} 1',
    )
    await served.stop()
    await own.drop()
  })
})

const page = readFileSync(new URL('../../docs/users/operate.md', import.meta.url), 'utf8')
const block = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(page)?.[1] ?? ''

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0

describe('the documentation of operating it', () => {
  it('has a configuration that tamis serve starts with', async () => {
    writeFileSync(config, block('json'))
    const args = ['--config', config, '--secret', SECRET, '--db', ':memory:']
    const served = await serve([...args, '--port', '0', '--metrics-port', '0'])
    expect((await fetch(`${served.url}/health`)).status).toBe(200)
    await served.stop()
  })

  it.runIf(hasSystemd)('has a unit that systemd accepts', () => {
    const unit = join(folder, 'tamis.service')
    writeFileSync(unit, block('ini').replace('/usr/bin/node', process.execPath))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })
})

describe('tamis serve --config', () => {
  const token = (secret: string) => signToken(secret, { server: true })
  const status = async (url: string, path: string, secret?: string) =>
    (
      await fetch(`${url}${path}`, {
        headers: secret === undefined ? {} : { authorization: `Bearer ${await token(secret)}` },
      })
    ).status

  it('takes every option from the file; the command line wins over the environment over the file', async () => {
    const [one, two, three] = ['one', 'two', 'three'].map((each) => each.repeat(20)) as [
      string,
      string,
      string,
    ]
    writeFileSync(join(folder, 'secret'), `${one}\n`)
    writeFileSync(join(folder, 'db'), ':memory:\n')
    writeFileSync(
      config,
      JSON.stringify({
        port: 0,
        host: '127.0.0.1',
        dbFile: 'db',
        secretFile: 'secret',
        uniqueUsernames: 'team',
        index: ['age', 'city'],
        rateLimit: 1000,
        filterCost: 50,
        anonymous: true,
        guests: false,
        usesTeams: true,
        worker: false,
        metricsPort: 0,
      }),
    )
    const byFile = await serve(['--config', config])
    await until('the port of the metrics is told', () =>
      byFile.said.some((line) => line.startsWith('Metrics, without a token')),
    )
    expect(await status(byFile.url, '/users')).toBe(200)
    expect(await status(byFile.url, '/app', one)).toBe(200)
    const app = await fetch(`${byFile.url}/app`, {
      headers: { authorization: `Bearer ${await token(one)}` },
    })
    expect(await app.json()).toMatchObject({
      app: { enforce_unique_usernames: 'team', guests: false, uses_teams: true, anonymous: true },
    })
    expect(byFile.said.join('\n')).not.toContain(one)
    await byFile.stop()

    const byEnvironment = await serve(['--config', config], { TAMIS_SECRET: two })
    expect(await status(byEnvironment.url, '/app', one)).toBe(401)
    expect(await status(byEnvironment.url, '/app', two)).toBe(200)
    await byEnvironment.stop()

    const args = ['--config', config, '--secret', three, '--db', join(folder, 'own.sqlite')]
    const byCommand = await serve(args, { TAMIS_SECRET: two })
    expect(await status(byCommand.url, '/app', three)).toBe(200)
    await byCommand.stop()
  })

  it.each([
    ['', /not valid JSON/],
    ['[]', /expected a JSON object/],
    ['{"port": 1, "port": 2}', /duplicate key \/port/],
    ['{"prot": 1}', /prot: unknown option \(Did you mean port\?\)/],
    ['{"config": "x"}', /config: unknown option/],
    ['{"__proto__": {"port": 1}}', /__proto__: unknown option/],
    ['{"port": "3000"}', /port: expected a number/],
    ['{"port": 70000}', /port: expected a port/],
    ['{"port": null}', /port: expected a number/],
    ['{"rateLimit": 0}', /rateLimit: expected a positive integer/],
    ['{"uniqueUsernames": "all"}', /uniqueUsernames: Allowed choices are no, app, team/],
    ['{"index": "age"}', /index: expected a list of strings/],
    ['{"anonymous": "yes"}', /anonymous: expected true or false/],
    ['{"secret": "hidden-secret"}', /expected .*32 bytes/],
    ['{"secretFile": "none"}', /--secret-file: ENOENT/],
    ['{"secretFile": "empty"}', /--secret-file: empty is empty/],
    ['{"secret": "a", "secretFile": "b"}', /--secret and --secret-file: expected one of them/],
    ['{"db": "a", "dbFile": "b"}', /--db and --db-file: expected one of them/],
  ])('reports the file %s in one line and exits with status 2', async (text, message) => {
    writeFileSync(join(folder, 'empty'), '')
    writeFileSync(config, text)
    const outcome = await run(process.execPath, [command, 'serve', '--config', config], {
      cwd: folder,
      env: { ...process.env, TAMIS_SECRET: '' },
    }).catch((error: { code: number; stderr: string }) => error)
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1)
    expect(outcome.stderr).not.toContain('hidden')
  })

  it('reports a file that is not there', async () => {
    const outcome = await run(process.execPath, [command, 'serve', '--config', 'none'], {
      cwd: folder,
    }).catch((error: { code: number; stderr: string }) => error)
    expect(outcome).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^tamis: --config: ENOENT.*\n$/),
    })
  })
})
