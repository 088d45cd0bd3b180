/**
 * Cuts connections at random moments under writes, reads, tasks, lists and imports, and restarts the
 * server: `npm run proof -- cuts postgres|mariadb|mysql 500`. It starts a server of its own.
 * The process must live, no acknowledged write may be lost, tasks must end, lists must be what a query
 * gives, and no request may be answered by a 5xx but 503.
 */

import { isDeepStrictEqual } from 'node:util'
import { createUsers, createUsersHandler, type User, UsersError } from 'tamis/users'
import { findUsers } from '../users/find.ts'
import { type Cutter, type OwnServer, ownMariadb, ownMysql, ownPostgres } from './server.ts'

const [kind = 'postgres', count = '500'] = process.argv.slice(2)
const CUTS = Number(count)
const SECRET = 'a secret of the campaign, as long as it must be'
const PEOPLE = 200

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const pick = (most: number) => Math.floor(Math.random() * most)

const SERVERS: Readonly<Record<string, () => Promise<OwnServer>>> = {
  postgres: ownPostgres,
  mariadb: ownMariadb,
  mysql: ownMysql,
}
const startServer = SERVERS[kind]
if (startServer === undefined) {
  throw new TypeError(`expected one of ${Object.keys(SERVERS).join(', ')}`)
}
const server = await startServer()
const reported = new Map<string, number>()
const told = (error: unknown) => {
  const what = error instanceof UsersError ? error.code : String(error)
  reported.set(what, (reported.get(what) ?? 0) + 1)
}
const users = await createUsers({
  db: server.url,
  settings: { secret: SECRET, pollInterval: 50, lease: 3000 },
  hooks: { onError: told },
})
const handler = await createUsersHandler(users, {})
const { signToken } = await import('../../src/users/tokens.ts')
const token = await signToken(SECRET, { server: true })

const statuses = new Map<string, number>()
const faults: string[] = []

async function ask(method: string, path: string, body: unknown): Promise<unknown> {
  const request = new Request(`http://users.test${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  })
  const response = await handler(request)
  const answer = (await response.json()) as { code?: string }
  const { status } = response
  const what = status === 200 ? '200' : `${status} ${answer.code}`
  statuses.set(what, (statuses.get(what) ?? 0) + 1)
  if (status === 503) {
    if (response.headers.get('retry-after') === null) faults.push('503 without Retry-After')
    return undefined
  }
  // A user that a task has deactivated or deleted meanwhile.
  if (status === 409) return undefined
  if (status !== 200) faults.push(`${method} ${path}: ${status} ${JSON.stringify(answer)}`)
  return answer
}

let isOver = false
const loop = async (work: (round: number) => Promise<void>): Promise<void> => {
  for (let round = 0; !isOver; round++) {
    await work(round)
    await wait(pick(5))
  }
}

/** The last version of each user that was acknowledged; each has one writer. */
const acknowledged = new Map<string, number>()
const writer = (own: number) =>
  loop(async (round) => {
    const ids = [0, 1, 2].map((i) => `w${own}-${(round * 3 + i) % PEOPLE}`)
    const batch = ids.map((id) => ({
      id,
      name: `Writer ${own}`,
      teams: [`t${round % 3}`],
      custom: { version: round, room: round % 5 },
    }))
    if ((await ask('POST', '/users', { users: batch })) === undefined) return
    for (const id of ids) acknowledged.set(id, round)
  })

const reader = () =>
  loop(async () => {
    const filters = [
      { 'custom.room': pick(5) },
      { role: 'user' },
      { name: { $autocomplete: 'wri' } },
    ]
    const filter_conditions = filters[pick(filters.length)]
    await ask('POST', '/users/query', { filter_conditions, limit: 100 })
  })

/** Imports of twenty, each tried until it is acknowledged. */
let importedUsers = 0
const importer = () =>
  loop(async (round) => {
    const batch = Array.from({ length: 20 }, (_, i) => ({ id: `i-${round}-${i}` }))
    for (;;) {
      try {
        const progress = { id: 'cuts', bytes: round + 1, lines: round + 1, users: 0, bad: 0 }
        await users.importUsers({ users: batch }, progress)
        importedUsers = (round + 1) * 20
        return
      } catch (error) {
        const isCut = error instanceof UsersError && /^(unavailable|timeout)$/.test(error.code)
        if (!isCut) {
          faults.push(`import: ${error}`)
          return
        }
        await wait(20)
      }
    }
  })

const taskIds: string[] = []
const deleted = new Set<string>()
const tasker = () =>
  loop(async (round) => {
    await wait(100)
    const ids = Array.from({ length: 20 }, (_, i) => `t-${round}-${i}`)
    const made = await ask('POST', '/users', { users: ids.map((id) => ({ id })) })
    if (made === undefined) return
    const body = { user_ids: ids }
    const kinds = [
      ['/export/users', body],
      ['/users/deactivate', body],
      ['/users/delete', { ...body, user: 'hard', messages: 'hard', conversations: 'hard' }],
    ] as const
    const [path, sent] = kinds[round % kinds.length] as (typeof kinds)[number]
    const answer = (await ask('POST', path, sent)) as { task_id: string } | undefined
    if (answer === undefined) return
    taskIds.push(answer.task_id)
    if (path === '/users/delete') for (const id of ids) deleted.add(id)
  })

/** A list that is updated by its events, and queried again if it missed some. */
async function keep(filter: object): Promise<() => Promise<void>> {
  const list = new Map<string, User>()
  const query = async (): Promise<User[]> => {
    const all: User[] = []
    for (let next: string | undefined; ; ) {
      const payload = {
        filter_conditions: filter,
        sort: { id: 1 },
        limit: 1000,
        ...(next ? { next } : {}),
      }
      const page = await users.queryUsers({ payload })
      all.push(...page.users)
      next = page.next
      if (next === undefined) return all
    }
  }
  const stubborn = async <T>(work: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof UsersError)) throw error
        await wait(50)
      }
    }
  }
  const refill = async () => {
    const fresh = await stubborn(query)
    list.clear()
    for (const user of fresh) list.set(user.id, user)
  }
  let isStale = false
  await stubborn(() =>
    users.watch(filter, (event) => {
      if (event.type === 'reset') isStale = true
      else if (event.type === 'removed') list.delete(event.user.id)
      else list.set(event.user.id, event.user)
    }),
  )
  await refill()
  return async () => {
    if (isStale) await refill()
    const kept = JSON.stringify([...list.keys()].sort())
    const fresh = JSON.stringify((await query()).map(({ id }) => id).sort())
    if (kept !== fresh)
      faults.push(`the list of ${JSON.stringify(filter)} is not what a query gives`)
    const versions = await query()
    for (const user of versions) {
      if (!isDeepStrictEqual(list.get(user.id), user)) {
        faults.push(`the list of ${JSON.stringify(filter)} has an old ${user.id}`)
      }
    }
  }
}

const lists = await Promise.all(
  [{ 'custom.room': 1 }, { teams: { $contains: 't1' } }, { role: 'user' }, {}].map(keep),
)
const load = Promise.all([
  ...[0, 1, 2, 3].map(writer),
  ...[0, 1, 2].map(reader),
  importer(),
  tasker(),
])

let cutter: Cutter = await server.cutter()
const restarts = new Map([
  [Math.floor(CUTS / 3), 'orderly'],
  [Math.floor((2 * CUTS) / 3), 'crash'],
] as const)
const start = performance.now()
for (let cuts = 0; cuts < CUTS; ) {
  await wait(pick(250))
  if (await cutter.cut()) cuts++
  const how = restarts.get(cuts)
  if (how !== undefined) {
    restarts.delete(cuts)
    await cutter.end()
    console.log(`${cuts} cuts; the server is restarted, ${how}`)
    await server.restart(how)
    cutter = await server.cutter()
  }
}
await cutter.end()
isOver = true
await load
const seconds = (performance.now() - start) / 1000

for (const id of taskIds) {
  const end = Date.now() + 120_000
  for (;;) {
    const { status, error } = await users.getTask({ id })
    if (status === 'completed') break
    if (status === 'failed' || Date.now() > end) {
      faults.push(`the task ${id} is ${status}: ${JSON.stringify(error)}`)
      break
    }
    await wait(50)
  }
}
await wait(1000)
for (const check of lists) await check()
for (const [id, version] of acknowledged) {
  const user = (await findUsers(users, [id])).get(id)
  const stored = user?.custom.version as number | undefined
  if (stored === undefined || stored < version) {
    faults.push(`${id}: version ${version} was acknowledged, ${stored} is stored`)
  }
}
for (let i = 0; i < importedUsers; i += 20) {
  const ids = Array.from({ length: 20 }, (_, j) => `i-${i / 20}-${j}`)
  if ((await findUsers(users, ids)).size !== 20) faults.push(`import ${i / 20} is not whole`)
}
const left = await findUsers(users, [...deleted])
if (left.size > 0) faults.push(`${left.size} users are there whom a task has deleted`)
await users.close()
await server.end()

console.log(`${kind}: ${CUTS} cuts and 2 restarts in ${seconds.toFixed(0)} s`)
console.log('answers', Object.fromEntries(statuses))
console.log('reported', Object.fromEntries(reported))
console.log(
  `${acknowledged.size} users by writers, ${importedUsers} imported, ${taskIds.length} tasks, ${lists.length} lists`,
)
for (const fault of faults.slice(0, 20)) console.log('FAULT', fault)
console.log(faults.length === 0 ? 'nothing was lost' : `${faults.length} faults`)
process.exit(faults.length === 0 ? 0 : 1)
