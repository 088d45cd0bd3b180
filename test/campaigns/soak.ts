/**
 * Half an hour of mixed load on `tamis serve`, with everything that once brought it down going on at
 * once: `tsx test/campaigns/soak.ts sqlite|postgres|mariadb|mysql [MINUTES]`. It builds on `dist` and starts
 * a database server of its own. Memory must stay flat, `/health` must answer, and no request may be
 * answered by a 5xx but 503.
 */

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'libsql'
import { signToken } from '../../src/users/tokens.ts'
import { type Cutter, type OwnServer, ownMariadb, ownMysql, ownPostgres } from './server.ts'

const [kind = 'sqlite', minutes = '30'] = process.argv.slice(2)
const SECRET = 'the secret of the soak campaign, as long as it must be'
const USERS = 20_000

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const below = (most: number) => Math.floor(Math.random() * most)
const pick = <T>(all: readonly T[]): T => all[below(all.length)] as T
const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))

const folder = mkdtempSync(join(tmpdir(), 'tamis-soak-'))
const file = join(folder, 'users.sqlite')
const SERVERS: Readonly<Record<string, () => Promise<OwnServer>>> = {
  postgres: ownPostgres,
  mariadb: ownMariadb,
  mysql: ownMysql,
}
const database: OwnServer | undefined = await SERVERS[kind]?.()
const db = database?.url ?? file

const served = spawn(process.execPath, ['dist/cli/main.mjs', 'serve', '--db', db, '--port', '0'], {
  env: { ...process.env, TAMIS_SECRET: SECRET },
  stdio: ['ignore', 'pipe', 'pipe'],
})
const faults = new Map<string, number>()
const fault = (what: string) => faults.set(what, (faults.get(what) ?? 0) + 1)
const reported = new Map<string, number>()
createInterface({ input: served.stdout }).on('line', (line) => {
  if (!line.includes('"level":50')) return
  const { err, msg } = JSON.parse(line) as { err?: { message?: string }; msg?: string }
  const what = String(err?.message ?? msg).slice(0, 100)
  reported.set(what, (reported.get(what) ?? 0) + 1)
})
let isOver = false
served.on('exit', (code, signal) => {
  if (!isOver) fault(`the process ended: ${code} ${signal}`)
})
const url = await new Promise<string>((resolve) => {
  createInterface({ input: served.stderr }).on('line', (line) => {
    const [found] = /http:\/\/[\d.:]+/.exec(line) ?? []
    if (found !== undefined) resolve(found)
    else process.stderr.write(`${line}\n`)
  })
})

const server = await signToken(SECRET, { server: true })
const tokenOf = (user_id: string) => signToken(SECRET, { user_id })
const answers = new Map<string, number>()

async function ask(method: string, path: string, body: unknown, token = server): Promise<unknown> {
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body),
    })
    const text = await response.text()
    const { status } = response
    const answer = (text.startsWith('{') ? JSON.parse(text) : {}) as { code?: string }
    const what = status === 200 ? '200' : `${status} ${answer.code}`
    answers.set(what, (answers.get(what) ?? 0) + 1)
    if (status >= 500 && status !== 503) fault(`${method} ${path}: ${text.slice(0, 200)}`)
    if (status === 503 && response.headers.get('retry-after') === null)
      fault('503 without Retry-After')
    return status === 200 ? answer : undefined
  } catch (error) {
    if (!isOver) fault(`${method} ${path}: ${(error as Error).message}`)
    return undefined
  }
}

const loop = async (pause: number, work: (round: number) => Promise<unknown>): Promise<void> => {
  for (let round = 0; !isOver; round++) {
    await work(round)
    await wait(below(2 * pause))
  }
}

const marks = (count: number) => `e${'\u0301\u0323'.repeat(count / 2)}`
const user = (i: number) => ({
  id: `u${i}`,
  role: pick(['user', 'admin', 'moderator']),
  name: Math.random() < 0.01 ? marks(2000) : `${pick(['Ana', 'Bo', 'Çem', 'Dör'])} ${i}`,
  teams: [`t${below(50)}`],
  custom: { age: below(90), color: pick(['red', 'green', 'blue']), note: 'x'.repeat(below(300)) },
})

console.log(`${kind}: ${url}, filling`)
for (let i = 0; i < USERS; i += 100)
  await ask('POST', '/users', { users: many(100, (j) => user(i + j)) })

const deep = (i: number) => `custom.a${i}.b.c.d.e.f.g`
/** What was found to bring the service down, and what is as dear as is allowed. */
const HOSTILE: readonly (() => [string, string, unknown])[] = [
  () => [
    'POST',
    '/users/query',
    { filter_conditions: { $or: many(199, (i) => ({ [deep(i)]: 1 })) } },
  ],
  () => [
    'POST',
    '/users/query',
    { filter_conditions: { $or: many(5, (i) => ({ [deep(i)]: below(9) })) } },
  ],
  () => [
    'POST',
    '/users/query',
    { filter_conditions: { $nor: many(7, (i) => ({ [`custom.k${i}`]: 'x' })) }, offset: 1000 },
  ],
  () => ['POST', '/users/query', { filter_conditions: { name: { $autocomplete: marks(4000) } } }],
  () => [
    'POST',
    '/users/query',
    { filter_conditions: { $or: many(10, (i) => ({ name: { $autocomplete: `q${i}` } })) } },
  ],
  () => ['POST', '/users/query', `{"filter_conditions":${'[}'.repeat(20_000)}`],
  () => ['POST', '/users/query', '{"filter_conditions":{"role":"a","role":"b"}}'],
  () => ['POST', '/users', { users: [{ id: `h${below(100)}`, name: 'é'.repeat(4096) }] }],
  () => ['POST', '/users', { users: [{ id: '..', name: 'x' }] }],
  () => ['POST', '/users', 'x'.repeat(2_000_000)],
  () => ['POST', '/guest', { user: { id: `u${below(USERS)}`, name: 'guest' } }],
  () => ['GET', `/tasks/${'%00'.repeat(3)}`, undefined],
]

/** A list over HTTP, whose reader is deactivated now and then, and must hear no more. */
async function list(round: number): Promise<void> {
  const own = `l${round % 40}-${below(1e9)}`
  if ((await ask('POST', '/users', { users: [{ id: own }] })) === undefined) return
  const filter = pick<object>([
    {},
    { role: 'admin' },
    { 'custom.age': { $gte: 80 } },
    { name: { $autocomplete: 'an' } },
  ])
  const payload = encodeURIComponent(JSON.stringify({ filter_conditions: filter }))
  const stop = new AbortController()
  try {
    const response = await fetch(`${url}/users/watch?payload=${payload}`, {
      headers: { authorization: `Bearer ${await tokenOf(own)}` },
      signal: stop.signal,
    })
    if (response.status >= 500 && response.status !== 503) fault(`watch: ${response.status}`)
    if (response.status !== 200 || response.body === null) return
    let isDeactivated = false
    let late = 0
    const reading = (async () => {
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        if (isDeactivated && chunk.length > 10 && performance.now() > late)
          fault('a list went on after its reader was deactivated')
      }
    })().catch(() => {})
    await wait(2000 + below(20_000))
    if (Math.random() < 0.5) {
      const answer = await ask('POST', `/users/${own}/deactivate`, {})
      late = performance.now() + 1000
      isDeactivated = answer !== undefined
      if (isDeactivated) {
        const ended = await Promise.race([reading.then(() => true), wait(5000).then(() => false)])
        if (!ended && !isOver) fault('a list was open 5 s after its reader was deactivated')
      }
    }
  } catch {
    // The server cut it, or it is the end.
  } finally {
    stop.abort()
  }
}

const health: number[] = []
const beats = loop(100, async () => {
  const start = performance.now()
  const response = await fetch(`${url}/health`).catch(() => undefined)
  health.push(performance.now() - start)
  await response?.text()
  if (response === undefined && !isOver) fault('/health did not answer')
})

const load = [
  ...many(2, () =>
    loop(30, () => ask('POST', '/users', { users: many(5, () => user(below(USERS))) })),
  ),
  ...many(3, () =>
    loop(20, () =>
      ask('POST', '/users/query', {
        filter_conditions: pick<object>([
          { role: 'admin' },
          { 'custom.color': 'red' },
          { name: { $autocomplete: 'an' } },
        ]),
      }),
    ),
  ),
  ...many(2, () => loop(100, () => ask(...pick(HOSTILE)()))),
  ...many(20, () => loop(200, list)),
  loop(2000, async (round) => {
    const ids = many(20, (i) => `x${round % 50}-${i}`)
    await ask('POST', '/users', { users: ids.map((id) => ({ id })) })
    await ask('POST', pick(['/export/users', '/users/deactivate', '/users/reactivate']), {
      user_ids: ids,
    })
  }),
]

/** Cuts and a restart of the server's; of SQLite, another process that holds the file for a while. */
let cuts = 0
const trouble = loop(1500, async (round) => {
  if (database === undefined) {
    const other = new Database(file)
    try {
      other.exec('PRAGMA busy_timeout = 2000; BEGIN IMMEDIATE')
      await wait(below(2000))
      other.exec('COMMIT')
      cuts++
    } catch {
      // It was busy: next time.
    }
    other.close()
    return
  }
  const cutter: Cutter = await database.cutter()
  if (await cutter.cut().catch(() => false)) cuts++
  await cutter.end()
  if (round % 200 === 150) await database.restart(round % 400 === 150 ? 'orderly' : 'crash')
})

/** The memory of the process and of those that it started, in MiB. */
function memory(): number {
  const of = (pid: string): number => {
    try {
      return (
        Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
      )
    } catch {
      return 0
    }
  }
  const children = readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[3] === String(served.pid)
      )
    } catch {
      return false
    }
  })
  return [String(served.pid), ...children].reduce((sum, pid) => sum + of(pid), 0)
}

const start = performance.now()
const samples: number[] = []
while (performance.now() - start < Number(minutes) * 60_000 && served.exitCode === null) {
  await wait(10_000)
  samples.push(memory())
  if (samples.length % 18 === 0) {
    console.log(
      `  ${(samples.length / 6).toFixed(0)} min: ${samples.at(-1)?.toFixed(0)} MiB, ${cuts} cuts, ${faults.size} faults`,
    )
  }
}
isOver = true
await Promise.all([...load, beats, trouble])
const stopping = performance.now()
served.kill('SIGTERM')
if (served.exitCode === null) await new Promise((resolve) => served.once('exit', resolve))
const stopped = performance.now() - stopping
await database?.end()
rmSync(folder, { recursive: true, force: true })

const third = Math.floor(samples.length / 3)
const mean = (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0) / all.length
const [middle, last] = [mean(samples.slice(third, 2 * third)), mean(samples.slice(2 * third))]
if (last > 1.2 * middle)
  fault(`memory grows: ${middle.toFixed(0)} MiB, then ${last.toFixed(0)} MiB`)
health.sort((a, b) => a - b)
const at = (share: number) => `${health[Math.floor(share * (health.length - 1))]?.toFixed(0)} ms`
console.log(`${kind}: ${minutes} minutes, ${cuts} cuts or locks`)
console.log('answers', Object.fromEntries([...answers].sort()))
console.log('reported', Object.fromEntries(reported))
console.log(
  `memory: ${middle.toFixed(0)} MiB in the middle third, ${last.toFixed(0)} MiB in the last`,
)
console.log(
  `/health: median ${at(0.5)}, 99 % ${at(0.99)}, at most ${at(1)}; stopped in ${stopped.toFixed(0)} ms`,
)
for (const [what, count] of faults) console.log('FAULT', count, what)
process.exit(faults.size === 0 ? 0 : 1)
