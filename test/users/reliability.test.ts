// Longer than most files here: each way in which a database can fail has a test of its own.

import Database from 'libsql'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import { createUsers, createUsersHandler, type Hooks, type Settings, type Users } from 'tamis/users'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findUsers } from './find.ts'
import { databases, type Fresh } from './fresh.ts'
import { logOf } from './log.ts'
import { answerOf, requestOf, SECRET, SERVER } from './service.ts'
import { until } from './until.ts'

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** By this name PostgreSQL knows the connections of the users system that is under test. */
const NAME = `tamis-reliability-${process.pid}`

/** Ends every connection that the users system has to the database; answers how many they were. */
const CUT: Readonly<
  Record<string, (database: Fresh, others: readonly unknown[]) => Promise<number>>
> = {
  SQLite: async () => 0,
  // Waits until they have ended: one that a busy machine ends later cuts a later request.
  PostgreSQL: async ({ run }) =>
    (
      await run(`SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE application_name = '${NAME}'`)
    ).length,
  MariaDB: killConnections,
  MySQL: killConnections,
}

async function killConnections({ run }: Fresh, others: readonly unknown[]): Promise<number> {
  const ids = (await connectionsOf(run)).filter((id) => !others.includes(id))
  // One may have ended meanwhile.
  for (const id of ids) await run(`KILL CONNECTION ${id}`).catch(() => {})
  return ids.length
}

async function connectionsOf(run: Fresh['run']): Promise<readonly unknown[]> {
  const [own] = await run('SELECT DATABASE() AS name')
  // Not information_schema.processlist, which MySQL cannot read while any statement has a
  // character beyond U+FFFF (error 3854).
  const rows = await run('SHOW PROCESSLIST')
  return rows.filter(({ db }) => db === own?.name).map(({ Id }) => Id)
}

/** Holds what every writer needs, until the function is called that it answers. */
const HOLD: Readonly<Record<string, (url: string) => Promise<() => Promise<unknown>>>> = {
  async SQLite(url) {
    const connection = new Database(url)
    connection.exec('BEGIN IMMEDIATE')
    return async () => connection.close()
  },
  async PostgreSQL(url) {
    const client = new pg.Client(url)
    await client.connect()
    await client.query('BEGIN')
    await client.query('UPDATE tamis_clock SET seq = seq')
    return () => client.end()
  },
  MariaDB: holdByMysql2,
  MySQL: holdByMysql2,
}

async function holdByMysql2(url: string): Promise<() => Promise<unknown>> {
  const connection = await createConnection(url)
  await connection.query('BEGIN')
  await connection.query('SELECT * FROM tamis_clock FOR UPDATE')
  return () => connection.end()
}

/** What puts a view that takes minutes in the place of the users' table. */
const SLOW: Readonly<Record<string, string>> = {
  SQLite: `(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000)
    SELECT max(i) AS i FROM n)`,
  PostgreSQL: '(SELECT count(pg_sleep(120)) AS i)',
  MariaDB: '(SELECT count(*) AS i FROM seq_1_to_1000000 AS a, seq_1_to_1000000 AS b)',
  // 41 character sets: 41^6 rows.
  MySQL: `(SELECT count(*) AS i FROM ${[...'abcdef']
    .map((alias) => `information_schema.character_sets AS ${alias}`)
    .join(', ')})`,
}

async function slowDown({ run }: Fresh, name: string): Promise<void> {
  await run('ALTER TABLE tamis_users RENAME TO all_users')
  await run(`CREATE VIEW tamis_users AS SELECT all_users.* FROM all_users, ${SLOW[name]} AS slow
    WHERE slow.i >= 0`)
}

describe.each(databases)('a database that does not respond: $name', ({ name, fresh }) => {
  let database: Fresh
  const opened: Users[] = []
  let others: readonly unknown[]
  beforeEach(async () => {
    database = await fresh()
    others = name === 'MariaDB' || name === 'MySQL' ? await connectionsOf(database.run) : []
  })
  afterEach(async () => {
    for (const users of opened.splice(0)) await users.close()
    await database.drop()
  })

  const open = async (settings: Settings = {}, hooks: Hooks = {}) => {
    const isPostgres = name === 'PostgreSQL'
    const users = await createUsers({
      db: isPostgres ? `${database.db}&application_name=${NAME}` : database.db,
      settings: { secret: SECRET, pollInterval: 20, ...settings },
      hooks,
    })
    opened.push(users)
    const handler = await createUsersHandler(users)
    const ask = async (endpoint: string, body?: unknown) =>
      answerOf(await handler(requestOf(endpoint, { token: SERVER, body })))
    return { users, handler, ask }
  }

  it('responds 503 to writes while another transaction holds a lock, and still reads', async () => {
    const { users, ask } = await open({ statementTimeout: 1000 })
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    const release = await HOLD[name]?.(database.db)
    const start = performance.now()
    const writing = ask('POST /users', { users: [{ id: 'bo' }] })
    await wait(100)
    expect((await ask('POST /users/query', {})).status).toBe(200)
    const asked = performance.now()
    await users.ping()
    expect(performance.now() - asked).toBeLessThan(1000)
    const answer = await writing
    expect(answer).toMatchObject({ status: 503, body: { details: {} } })
    expect(['unavailable', 'timeout']).toContain(answer.body.code)
    expect(answer.headers.get('retry-after')).toBe('1')
    // All retries included.
    expect(performance.now() - start).toBeLessThan(15_000)
    await release?.()
    expect((await ask('POST /users', { users: [{ id: 'bo' }] })).status).toBe(200)
  })

  it('cancels a statement after its timeout and reports it', async () => {
    const { users, ask } = await open({ statementTimeout: 300, worker: false })
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    await slowDown(database, name)
    const start = performance.now()
    const answer = await ask('POST /users/query', {})
    expect(answer).toMatchObject({ status: 503, body: { code: 'timeout', details: {} } })
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  it('cancels the statements of disconnected callers and serves others', async () => {
    const { users, handler } = await open({ statementTimeout: 60_000, worker: false })
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    await slowDown(database, name)
    const gone = new AbortController()
    const asked = Array.from({ length: 12 }, () =>
      handler(new Request(requestOf('GET /users', { token: SERVER }), { signal: gone.signal })),
    )
    await wait(1000)
    const pinged = performance.now()
    await users.ping()
    expect(performance.now() - pinged).toBeLessThan(1000)
    gone.abort()
    const start = performance.now()
    for (const each of await Promise.all(asked)) expect(each.status).toBe(503)
    const reason = new Error('nobody waits for it')
    const query = users.queryUsers({}, undefined, AbortSignal.abort(reason))
    await expect(query).rejects.toBe(reason)
    // Every connection was busy.
    expect(await users.importProgress('none')).toBeUndefined()
    expect(performance.now() - start).toBeLessThan(15_000)
  })

  it('closes within seconds during statements', async () => {
    const { users, ask } = await open({ statementTimeout: 60_000, worker: false })
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    await slowDown(database, name)
    const asking = ask('GET /users')
    await wait(500)
    const start = performance.now()
    await users.close()
    expect(performance.now() - start).toBeLessThan(4000)
    expect((await asking).status).toBe(503)
  })

  it.skipIf(name === 'SQLite')(
    'survives lost connections: at most running requests fail, tasks end, lists catch up',
    async () => {
      const errors: unknown[] = []
      const { users, ask } = await open(
        { lease: 2000 },
        { onError: (error) => void errors.push(error) },
      )
      const ids = Array.from({ length: 40 }, (_, i) => `t${i}`)
      await users.upsertUsers({ users: ids.map((id) => ({ id })) })
      const list = new Map<string, unknown>()
      await users.watch({ role: 'written' }, (event) => {
        if (event.type === 'added' || event.type === 'updated') list.set(event.user.id, event.user)
      })
      const { task_id } = await users.deactivateUsers({ user_ids: ids })
      const acknowledged: string[] = []
      let cuts = 0
      for (let round = 0; round < 40 || acknowledged.length < 5; round++) {
        const id = `w${round}`
        const writing = ask('POST /users', { users: [{ id, role: 'written' }] })
        const reading = ask('POST /users/query', {})
        await wait(Math.random() * 30)
        cuts += (await CUT[name]?.(database, others)) ?? 0
        const [written, read] = await Promise.all([writing, reading])
        expect([200, 503]).toContain(written.status)
        expect([200, 503]).toContain(read.status)
        if (written.status === 503) expect(written.body.code).toBe('unavailable')
        else acknowledged.push(id)
      }
      expect(cuts).toBeGreaterThan(20)
      // The pool hears of the last cut.
      await wait(50)
      const task = await until('the task has ended', async () => {
        const own = await users.getTask({ id: task_id })
        return own.status !== 'pending' && own.status !== 'running' && own
      })
      expect(task).toMatchObject({ status: 'completed' })
      expect(task).not.toHaveProperty('error')
      const log = await logOf(database)
      for (const id of ids) expect(log.filter((each) => each.id === id)).toHaveLength(2)
      const there = await findUsers(users, acknowledged)
      expect([...there.keys()].sort()).toEqual([...acknowledged].sort())
      const written = [...(await database.run("SELECT id FROM tamis_users WHERE role = 'written'"))]
      await until('the list is whole', () => list.size >= written.length)
      expect([...list.keys()].sort()).toEqual(written.map(({ id }) => id as string).sort())
    },
  )

  it.skipIf(name === 'SQLite')(
    'survives lost idle connections without a failed request',
    async () => {
      const { users } = await open({ worker: false })
      for (const id of ['ana', 'bo', 'cy']) {
        expect(await users.upsertUsers({ users: [{ id }] })).toMatchObject({
          users: { [id]: { id } },
        })
        expect(await CUT[name]?.(database, others)).toBeGreaterThan(0)
        await wait(50)
      }
      expect((await users.queryUsers()).users).toHaveLength(3)
    },
  )
})
