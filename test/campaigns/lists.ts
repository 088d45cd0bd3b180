/**
 * `npx tsx test/campaigns/lists.ts [scenario …]` measures open lists on SQLite in a file: how long
 * writes take, how late events are, and how long the event loop stands still.
 *
 * The lists are opened over HTTP by a process of their own, but for `selective`, whose lists are watched in
 * the process as in `bench/users/watchers.ts`.
 */

import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import { createUsers, createUsersHandler, type Users } from 'tamis/users'
import { follow } from '../../bench/users/watchers.ts'
import { clientOf, SECRET, SERVER } from '../users/service.ts'

interface Task {
  readonly port: number
  readonly token: string
  readonly filters: readonly object[]
}

interface Report {
  readonly opened: number
  readonly refused: number
  /** From the call that changes a user to the event at a reader, in ms. */
  readonly delays: readonly number[]
  /** Of requests that ask for no data, in ms. */
  readonly answers: readonly number[]
}

const at = (values: readonly number[], share: number): string => {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return value === undefined ? '-' : `${value.toFixed(value < 10 ? 1 : 0)} ms`
}

const head = (path: string, token: string) =>
  `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`

/** Opens the lists and reads them until it is stopped. */
async function read({ port, token, filters }: Task): Promise<void> {
  const delays: number[] = []
  const answers: number[] = []
  let opened = 0
  let refused = 0
  let isOver = false
  const openOne = (filter: object, isTimed: boolean) =>
    new Promise<void>((resolve) => {
      const payload = encodeURIComponent(JSON.stringify({ filter_conditions: filter }))
      const socket = connect(port, '127.0.0.1')
      let isOpen = false
      let rest = ''
      socket.write(head(`/users/watch?payload=${payload}`, token))
      socket.on('error', () => resolve())
      socket.on('data', (data) => {
        if (!isOpen) {
          isOpen = true
          if (data.subarray(9, 12).toString() === '200') opened++
          else refused++
          resolve()
        }
        if (!isTimed) return
        const text = rest + data.toString('latin1')
        for (const [, sent] of text.matchAll(/"sent":(\d+)/g))
          delays.push(Date.now() - Number(sent))
        rest = text.slice(Math.max(0, text.lastIndexOf('"sent":') + 7)).slice(-30)
      })
    })
  for (let i = 0; i < filters.length; i += 50) {
    await Promise.all(filters.slice(i, i + 50).map((filter, own) => openOne(filter, i + own === 0)))
  }
  const asking = (async () => {
    while (!isOver) {
      const start = performance.now()
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => resolve())
        socket.once('data', () => {
          socket.destroy()
          resolve()
        })
        socket.write(head('/openapi.json', SERVER))
      })
      answers.push(performance.now() - start)
      await pause(20)
    }
  })()
  process.send?.({ opened, refused, delays, answers } satisfies Report)
  await new Promise((resolve) => process.once('message', resolve))
  isOver = true
  await asking
  process.send?.({ opened, refused, delays, answers } satisfies Report)
}

interface Scenario {
  readonly token: string
  readonly filters: readonly object[]
  /** What each write says, by its number. */
  readonly write: (i: number) => { readonly id: string; readonly name?: string }[]
  readonly writes: number
}

/** The argument of the process that reads. */
const READER = '--reader'

const LISTS = 2000
const SECONDS = 8
const PER_SECOND = 20

const one = (i: number) => [{ id: `u${i % 50}`, name: `Roxy Rover ${i}` }]

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  equal: {
    token: SERVER,
    filters: Array.from({ length: LISTS }, () => ({ last_active: { $exists: false } })),
    write: one,
    writes: SECONDS * PER_SECOND,
  },
  different: {
    token: SERVER,
    filters: Array.from({ length: LISTS }, (_, i) => ({
      $or: [{ name: { $autocomplete: 'rox' } }, { id: { $gt: `zz${i}` } }],
    })),
    write: one,
    writes: SECONDS * PER_SECOND,
  },
  silent: {
    token: SERVER,
    filters: Array.from({ length: LISTS }, (_, i) => ({ name: { $autocomplete: `nobody ${i}` } })),
    write: (i) => Array.from({ length: 50 }, (_, own) => ({ id: `u${own}`, name: `Roxy ${i}` })),
    writes: SECONDS * PER_SECOND,
  },
  batches: {
    token: SERVER,
    filters: Array.from({ length: LISTS }, () => ({})),
    write: (i) => Array.from({ length: 100 }, (_, own) => ({ id: `u${own}`, name: `Roxy ${i}` })),
    writes: 3,
  },
  attack: {
    token: clientOf('mallory'),
    filters: Array.from({ length: 100 }, (_, i) => ({
      $or: Array.from({ length: 95 }, (_, own) => ({ name: { $autocomplete: `q${i}x${own}` } })),
    })),
    write: () => [{ id: 'victim', name: `o${'\u0323\u0301'.repeat(2047)}` }],
    writes: 1,
  },
}

async function measure(name: string, users: Users, scenario: Scenario): Promise<void> {
  const handler = await createUsersHandler(users, { secret: SECRET })
  const server = createServer(getRequestListener(handler))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const { token, filters, write, writes } = scenario
  const reader = fork(fileURLToPath(import.meta.url), [READER])
  const report = () =>
    new Promise<Report>((resolve) => reader.once('message', (own) => resolve(own as Report)))
  reader.send({ port, token, filters } satisfies Task)
  const { opened, refused } = await report()
  const loop = monitorEventLoopDelay({ resolution: 5 })
  loop.enable()
  const took: number[] = []
  const start = performance.now()
  for (let i = 0; i < writes; i++) {
    const wait = start + (i * 1000) / PER_SECOND - performance.now()
    if (wait > 0) await pause(wait)
    const before = performance.now()
    // Behind the write, as an answer over HTTP is.
    await users.upsertUsers({
      users: write(i).map((user) => ({ ...user, custom: { sent: Date.now() } })),
    })
    await new Promise((resolve) => setImmediate(resolve))
    took.push(performance.now() - before)
  }
  await pause(1500)
  loop.disable()
  reader.send('stop')
  const { delays, answers } = await report()
  reader.kill()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  console.log(
    [
      `${name}: ${opened} lists (${refused} refused)`,
      `  writes  median ${at(took, 0.5)}  p99 ${at(took, 0.99)}  max ${at(took, 1)}`,
      `  events  ${delays.length}  median ${at(delays, 0.5)}  p99 ${at(delays, 0.99)}`,
      `  answers median ${at(answers, 0.5)}  p99 ${at(answers, 0.99)}  max ${at(answers, 1)}`,
      `  loop    p99 ${(loop.percentile(99) / 1e6).toFixed(0)} ms  max ${(loop.max / 1e6).toFixed(0)} ms`,
    ].join('\n'),
  )
}

/** Ten thousand lists that each require a value, and a thousand changes a second. */
async function selective(users: Users): Promise<void> {
  const rows = Array.from({ length: 20_000 }, (_, i) => ({
    id: `user-${i}`,
    role: i % 50 === 0 ? 'admin' : 'user',
    custom: { room: i % 2500 },
  }))
  for (let i = 0; i < rows.length; i += 100) {
    await users.upsertUsers({ users: rows.slice(i, i + 100) })
    await new Promise((resolve) => setImmediate(resolve))
  }
  const loop = monitorEventLoopDelay({ resolution: 5 })
  loop.enable()
  const { watchers, changesPerSecond, events, median, p99, atTheEnd } = await follow(
    users,
    rows as never,
    SECONDS,
  )
  loop.disable()
  console.log(
    [
      `selective: ${watchers} lists, ${changesPerSecond.toFixed(0)} changes/s, ${events} events`,
      `  events  median ${median.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  at the end ${atTheEnd.toFixed(1)} ms`,
      `  loop    p99 ${(loop.percentile(99) / 1e6).toFixed(0)} ms  max ${(loop.max / 1e6).toFixed(0)} ms`,
    ].join('\n'),
  )
}

async function run(): Promise<void> {
  const asked = process.argv.slice(2)
  for (const name of asked.length > 0 ? asked : ['selective', ...Object.keys(SCENARIOS)]) {
    const folder = mkdtempSync(join(tmpdir(), 'tamis-lists-'))
    const users = await createUsers({
      db: join(folder, 'users.sqlite'),
      settings: { secret: SECRET, worker: false },
      hooks: { onError: (error) => console.error(error) },
    })
    await users.upsertUsers({ users: [{ id: 'mallory' }] })
    if (name === 'selective') await selective(users)
    else await measure(name, users, SCENARIOS[name] as Scenario)
    await users.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (process.argv[2] === READER) process.once('message', (task) => void read(task as Task))
else await run()
