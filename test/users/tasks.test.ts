// Longer than most files here: each way in which a worker can end has a test of its own.

import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createUsers, type Hooks, type Settings, type Task, type Users } from 'tamis/users'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findUsers } from './find.ts'
import { databases, type Fresh } from './fresh.ts'
import { type Logged, logOf } from './log.ts'
import { killAll, type Process, start } from './process.ts'
import { until } from './until.ts'
import type { Orders } from './worker-process.ts'

/** The lease of workers that are killed or stalled. */
const SHORT: Settings = { lease: 600, pollInterval: 20 }

const idsOf = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${String(i).padStart(3, '0')}`)

/** What makes each database refuse to change one user. */
const CONSTRAINT = `ALTER TABLE tamis_users ADD CONSTRAINT refuse
    CHECK (id <> 'u-003' OR deactivated_at IS NULL)`
const REFUSING: Readonly<Record<string, string>> = {
  SQLite: `CREATE TRIGGER refuse BEFORE UPDATE ON tamis_users WHEN new.id = 'u-003'
    BEGIN SELECT raise(ABORT, 'not this one'); END`,
  PostgreSQL: CONSTRAINT,
  MariaDB: CONSTRAINT,
  MySQL: CONSTRAINT,
}

describe.each(databases)('tasks in $name', ({ name, fresh }) => {
  let database: Fresh
  let opened: Users[]
  let keys: string

  beforeEach(async () => {
    database = await fresh()
    opened = []
    keys = join(tmpdir(), `tamis-keys-${process.pid}-${Math.random().toString(36).slice(2)}`)
  })
  afterEach(async () => {
    await killAll()
    for (const users of opened) await users.close()
    await database.drop()
    rmSync(keys, { force: true })
  })

  const open = async (settings: Settings, hooks: Hooks = {}): Promise<Users> => {
    const users = await createUsers({ db: database.db, settings, hooks })
    opened.push(users)
    return users
  }
  /** Starts tasks, and does none. */
  const openIdle = (settings: Settings = {}) => open({ ...settings, worker: false })

  const work = (orders: Omit<Orders, 'db' | 'keys'>): Process =>
    start('worker-process.ts', { settings: SHORT, ...orders, db: database.db, keys })

  const keysTold = (): string[] =>
    existsSync(keys) ? readFileSync(keys, 'utf8').split('\n').slice(0, -1) : []

  const ended = (users: Users, id: string): Promise<Task> =>
    until(`the task ${id} has ended`, async () => {
      const task = await users.getTask({ id })
      return (task.status === 'completed' || task.status === 'failed') && task
    })

  const create = async (users: Users, prefix: string, count: number): Promise<string[]> => {
    const ids = idsOf(prefix, count)
    await users.upsertUsers({ users: ids.map((id) => ({ id, username: id, teams: ['t', id] })) })
    return ids
  }

  /** What the log says of a user since it was made. */
  const changesOf = (log: readonly Logged[], id: string): readonly Logged[] =>
    log.filter((each) => each.id === id).slice(1)

  it('ends correctly after workers were killed: each user is processed exactly once', async () => {
    const settings: Settings = { ...SHORT, uniqueUsernames: 'app' }
    const users = await openIdle(settings)
    const all = {
      deactivate: await create(users, 'deactivate', 100),
      soft: await create(users, 'soft', 100),
      pruning: await create(users, 'pruning', 100),
      hard: await create(users, 'hard', 100),
      export: await create(users, 'export', 75),
    }
    const hard = { messages: 'hard', conversations: 'hard' } as const
    const exported = (part: number) =>
      users.exportUsers({ user_ids: all.export.slice(part * 25, part * 25 + 25) })
    const tasks = {
      export0: await exported(0),
      deactivate: await users.deactivateUsers({ user_ids: all.deactivate }),
      soft: await users.deleteUsers({ user_ids: all.soft }),
      export1: await exported(1),
      pruning: await users.deleteUsers({ user_ids: all.pruning, user: 'pruning' }),
      hard: await users.deleteUsers({ user_ids: all.hard, user: 'hard', ...hard }),
      export2: await exported(2),
    }

    const log = new Map<number, Logged>()
    const readLog = async () => {
      // What is old is forgotten, and a machine that is busy takes its time.
      for (const change of await logOf(database)) log.set(change.seq, change)
    }
    // Killed by itself at some look at the clock: in a transaction, between two, in the first export;
    // or by others, when so many more users are told of: in a hook.
    const kills: readonly { readonly looks?: number; readonly told?: number }[] = [
      { looks: 31 },
      { told: 17 },
      { looks: 83 },
      { told: 61 },
      { looks: 157 },
    ]
    for (const { looks, told } of kills) {
      const before = keysTold().length
      const worker = work({ settings, slow: 3, ...(looks === undefined ? {} : { looks }) })
      if (told !== undefined) {
        await until('so many are told of', () => keysTold().length >= before + told)
        worker.child.kill('SIGKILL')
      }
      expect(await worker.ended).toEqual({ by: 'SIGKILL', errors: '' })
      await readLog()
    }
    const statuses = await Promise.all(
      Object.values(tasks).map(
        async ({ task_id }) => (await users.getTask({ id: task_id })).status,
      ),
    )
    expect(statuses).toContain('running')
    work({ settings, slow: 0 })

    const results: Record<string, Task> = {}
    for (const [name, { task_id }] of Object.entries(tasks)) {
      results[name] = await ended(users, task_id)
      expect(results[name]).toMatchObject({ status: 'completed' })
      expect(results[name]).not.toHaveProperty('error')
    }
    await readLog()

    // The hook is called for each user, and no other; after a kill, perhaps again for one.
    const expected = (['deactivate', 'soft', 'pruning', 'hard'] as const).flatMap((name) =>
      all[name].map((id) => `${tasks[name].task_id}:${id}`),
    )
    const told = keysTold()
    expect(new Set(told)).toEqual(new Set(expected))
    expect(told.length).toBeLessThanOrEqual(expected.length + kills.length)

    // The log has each change once, in one row of numbers.
    const changes = [...log.values()].sort((one, other) => one.seq - other.seq)
    expect(changes.map(({ seq }) => seq)).toEqual(changes.map((_, i) => i + 1))
    expect(changes.length).toBe(475 + 100 + 100 + 200 + 200)
    const there = new Map(
      [...(await findUsers(users, [...all.deactivate, ...all.export]))].map(([id, user]) => [
        id,
        user,
      ]),
    )
    for (const id of all.deactivate) {
      const [change, ...more] = changesOf(changes, id)
      expect(more).toEqual([])
      expect(change?.before).not.toHaveProperty('deactivated_at')
      expect(change?.after?.deactivated_at).toBe(change?.after?.updated_at)
      expect(there.get(id)).toEqual(change?.after)
    }
    for (const id of all.soft) {
      const [mark, ...more] = changesOf(changes, id)
      expect(mark?.after).toMatchObject({ deletion: 'soft', username: id })
      expect(more).toEqual([])
    }
    for (const id of all.pruning) {
      const [mark, prune, ...more] = changesOf(changes, id)
      expect(mark?.after).toMatchObject({ deletion: 'pruning', username: id })
      expect(prune?.before).toEqual(mark?.after)
      expect(prune?.after).toMatchObject({ teams: [], deleted_at: mark?.after?.deleted_at })
      expect(prune?.after).not.toHaveProperty('username')
      expect(more).toEqual([])
    }
    for (const id of all.hard) {
      const [mark, removal, ...more] = changesOf(changes, id)
      expect(mark?.after).toMatchObject({ deletion: 'hard', username: id })
      expect(removal).toMatchObject({ before: mark?.after, after: undefined })
      expect(more).toEqual([])
    }
    for (const part of [0, 1, 2]) {
      const { result } = results[`export${part}`] as Task
      const ids = all.export.slice(part * 25, part * 25 + 25)
      expect(result).toEqual({ users: ids.map((id) => there.get(id)) })
    }
    // Data that depends on a user was deleted with it.
    const left = [...all.deactivate, ...all.soft, ...all.export].sort()
    const columnOf = async (text: string) =>
      (await database.run(text)).map((row) => Object.values(row)[0])
    expect(await columnOf('SELECT id FROM tamis_users ORDER BY id')).toEqual(
      [...left, ...all.pruning].sort(),
    )
    expect(await columnOf('SELECT user_id FROM tamis_usernames ORDER BY user_id')).toEqual(left)
    // The results of exports are kept in pieces, a user each.
    expect(await columnOf('SELECT user_id FROM tamis_task_users ORDER BY user_id')).toEqual(
      all.export,
    )
  })

  it('is processed by one of two workers', async () => {
    const users = await openIdle()
    const first: string[] = []
    const second: string[] = []
    const ids = await create(users, 'u', 60)
    const tasks = [0, 1, 2, 3, 4, 5].map((part) => ids.slice(part * 10, part * 10 + 10))
    const started = await Promise.all(tasks.map((user_ids) => users.deactivateUsers({ user_ids })))
    await Promise.all(
      [first, second].map((told) =>
        open(
          { pollInterval: 5 },
          {
            async onDeactivate({ user }) {
              told.push(user.id)
              await new Promise((resolve) => setTimeout(resolve, 3))
            },
          },
        ),
      ),
    )
    for (const { task_id } of started) {
      expect(await ended(users, task_id)).toMatchObject({ status: 'completed' })
    }
    expect([...first, ...second].sort()).toEqual(ids)
    expect(first).not.toEqual([])
    expect(second).not.toEqual([])
    const log = await logOf(database)
    for (const id of ids) expect(changesOf(log, id)).toHaveLength(1)
  })

  it('is taken over after the lease of a stalled worker expires, which then changes nothing', async () => {
    const users = await openIdle()
    const ids = await create(users, 'u', 20)
    const { task_id } = await users.deactivateUsers({ user_ids: ids })
    const frozen = work({ slow: 1, slowest: { id: 'u-007', slow: 1000 } })
    expect(await frozen.line()).toBe('ready')
    await until('it is at its slowest user', () => keysTold().at(-1)?.endsWith(':u-007'))
    frozen.child.kill('SIGSTOP')

    const told: string[] = []
    const hooks: Hooks = { onDeactivate: ({ key }) => void told.push(key) }
    await open(SHORT, hooks)
    expect(await ended(users, task_id)).toMatchObject({ status: 'completed' })
    expect(told).toEqual(ids.slice(7).map((id) => `${task_id}:${id}`))

    frozen.child.kill('SIGCONT')
    expect(await frozen.line()).toBe(`told ${task_id}:u-007`)
    frozen.tell('close')
    // It is not the worker any more: that is no error, and no user is done again.
    expect(await frozen.ended).toEqual({ by: 0, errors: '' })
    expect(keysTold()).toEqual(ids.slice(0, 8).map((id) => `${task_id}:${id}`))
    const log = await logOf(database)
    for (const id of ids) expect(changesOf(log, id)).toHaveLength(1)
    expect(await users.getTask({ id: task_id })).toMatchObject({ status: 'completed' })
  })

  it('stays with a worker whose hook takes longer than the lease', async () => {
    const users = await openIdle()
    const ids = await create(users, 'u', 1)
    const { task_id } = await users.deactivateUsers({ user_ids: ids })
    const told: string[] = []
    const onDeactivate: Hooks['onDeactivate'] = async ({ user }) => {
      told.push(user.id)
      await new Promise((resolve) => setTimeout(resolve, 2000))
    }
    const settings: Settings = { lease: 1500, pollInterval: 20 }
    await Promise.all([open(settings, { onDeactivate }), open(settings, { onDeactivate })])
    expect(await ended(users, task_id)).toMatchObject({ status: 'completed' })
    expect(told).toEqual(ids)
  })

  it('waits while no worker runs', async () => {
    const users = await openIdle({ pollInterval: 1 })
    const ids = await create(users, 'u', 3)
    const { task_id } = await users.deactivateUsers({ user_ids: ids })
    for (let i = 0; i < 20; i++) {
      await users.upsertUsers({ users: [{ id: 'other', custom: { i } }] })
      expect(await users.getTask({ id: task_id })).toMatchObject({ task_id, status: 'pending' })
    }
    await open({})
    const task = await ended(users, task_id)
    expect(task.status).toBe('completed')
    const { users: none } = await users.queryUsers({
      payload: { filter_conditions: { id: { $in: ids } } },
    })
    expect(none).toEqual([])
  })

  it('is listed without its result, the newest first, in pages', async () => {
    let count = 0
    // Several are made at the same time.
    const clock = () => new Date(Date.UTC(2024, 0, 1) + Math.floor(count / 3) * 1000)
    const users = await openIdle({ clock })
    const [id = ''] = await create(users, 'u', 1)
    const made: string[] = []
    for (; count < 7; count++) {
      made.push((await users.exportUsers({ user_ids: [id] })).task_id)
    }
    const all: Task[] = []
    for (const each of made) all.push(await users.getTask({ id: each }))
    const found: object[] = []
    let next: string | undefined
    do {
      const page = await users.getTasks({ limit: 2, next })
      expect(page.tasks.length).toBeLessThanOrEqual(2)
      found.push(...page.tasks)
      next = page.next
    } while (next !== undefined)
    const places = new Map(all.map((task) => [task.task_id, `${task.created_at} ${task.task_id}`]))
    const place = ({ task_id }: Task) => places.get(task_id) ?? ''
    expect(found).toEqual(all.toSorted((a, b) => (place(a) < place(b) ? 1 : -1)))
    expect((await users.getTasks({ status: 'pending' })).tasks).toHaveLength(7)
    expect(await users.getTasks({ status: 'completed' })).toEqual({ tasks: [] })
    await open({})
    await ended(users, made[0] as string)
    const { tasks } = await users.getTasks({ status: 'completed' })
    expect(tasks.map(({ task_id }) => task_id)).toContain(made[0])
    for (const task of tasks) expect(task).not.toHaveProperty('result')
  })

  it('is released at once by a worker that is closed', async () => {
    const users = await openIdle()
    const ids = await create(users, 'u', 30)
    const { task_id } = await users.deactivateUsers({ user_ids: ids })
    const told: string[] = []
    const onDeactivate: Hooks['onDeactivate'] = async ({ user }) => {
      told.push(user.id)
      await new Promise((resolve) => setTimeout(resolve, 3))
    }
    // As long as no test: who waits for the end of it waits in vain.
    const lease = 3_600_000
    const first = await open({ lease }, { onDeactivate })
    await until('some users are done', () => told.length >= 10)
    await first.close()
    expect(await users.getTask({ id: task_id })).toMatchObject({ status: 'pending' })
    expect(told.length).toBeLessThan(ids.length)
    await open({ lease }, { onDeactivate })
    expect(await ended(users, task_id)).toMatchObject({ status: 'completed' })
    expect(told).toEqual(ids)
    const log = await logOf(database)
    for (const id of ids) expect(changesOf(log, id)).toHaveLength(1)
  })

  it('is released with the current user if its hook is aborted by closing the worker', async () => {
    const users = await openIdle()
    const ids = await create(users, 'u', 3)
    const { task_id } = await users.deactivateUsers({ user_ids: ids })
    let isWaiting = false
    const first = await open(
      {},
      {
        onDeactivate: ({ signal }) =>
          new Promise((_, reject) => {
            isWaiting = true
            signal.addEventListener('abort', () => reject(signal.reason))
          }),
      },
    )
    await until('the hook waits', () => isWaiting)
    await first.close()
    const told: string[] = []
    await open({}, { onDeactivate: ({ user }) => void told.push(user.id) })
    expect(await ended(users, task_id)).toMatchObject({ status: 'completed' })
    expect(told).toEqual(ids)
  })

  it('fails if a hook always throws, naming those users; the others are processed', async () => {
    const users = await openIdle()
    const ids = await create(users, 'u', 10)
    const { task_id } = await users.deactivateUsers({ user_ids: ids })
    const bad = new Set(['u-003', 'u-008'])
    const calls: string[] = []
    const errors: unknown[] = []
    await open(
      {},
      {
        onDeactivate({ key, user }) {
          calls.push(key)
          if (bad.has(user.id)) throw new Error(`no ${user.id} here`)
        },
        onError: (error) => void errors.push(error),
      },
    )
    const task = await ended(users, task_id)
    expect(task).toMatchObject({
      status: 'failed',
      error: {
        code: 'users_failed',
        details: {
          users: {
            'u-003': 'the hook failed: no u-003 here',
            'u-008': 'the hook failed: no u-008 here',
          },
        },
      },
    })
    expect(task).not.toHaveProperty('result')
    expect(calls.filter((key) => key === `${task_id}:u-003`).length).toBeGreaterThan(1)
    expect(errors).not.toEqual([])
    const there = await findUsers(users, ids)
    const left = ids.filter((id) => there.get(id)?.deactivated_at === undefined)
    expect(left).toEqual([...bad])
  })

  it('ends if the database refuses a user, naming it; the others are processed', async () => {
    const users = await openIdle()
    const ids = await create(users, 'u', 5)
    // An unfinished task that cannot be noted for this user any more would be tried for ever.
    await database.run(REFUSING[name] as string)
    const { task_id } = await users.deactivateUsers({ user_ids: ids })
    const errors: unknown[] = []
    await open({}, { onError: (error) => void errors.push(error) })
    expect(await ended(users, task_id)).toMatchObject({
      status: 'failed',
      error: {
        code: 'users_failed',
        details: { users: { 'u-003': expect.stringMatching(/^the database failed: ./) } },
      },
    })
    expect(errors).toHaveLength(3)
    const there = await findUsers(users, ids)
    expect(ids.filter((id) => there.get(id)?.deactivated_at === undefined)).toEqual(['u-003'])
  })

  it('retries a hook that throws once, even if onError throws, too', async () => {
    const users = await openIdle()
    const ids = await create(users, 'u', 3)
    const { task_id } = await users.deleteUsers({ user_ids: ids })
    const calls: string[] = []
    await open(
      {},
      {
        onDelete({ key }) {
          calls.push(key)
          if (calls.length === 2) throw new Error('not yet')
        },
        onError() {
          throw new Error('nor this')
        },
      },
    )
    expect(await ended(users, task_id)).toMatchObject({ status: 'completed' })
    expect(calls).toEqual([0, 1, 1, 2].map((i) => `${task_id}:${ids[i]}`))
  })
})
