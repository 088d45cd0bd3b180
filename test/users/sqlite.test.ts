import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createUsers, createUsersHandler, type Settings, type Users } from 'tamis/users'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { killAll, start } from './process.ts'
import { answerOf, requestOf, SECRET, SERVER } from './service.ts'
import { until } from './until.ts'

describe.each([':memory:', 'a file'])('a batch in SQLite, in %s', (place) => {
  // Statements are run in the order of the ids.
  it.each(['a', 'b'])('stores the teams of new users beside the known user %s', async (known) => {
    const folder = mkdtempSync(join(tmpdir(), 'tamis-batch-'))
    const db = place === ':memory:' ? place : join(folder, 'users.sqlite')
    const users = await createUsers({ db, settings: { secret: SECRET } })
    await users.upsertUsers({ users: [{ id: known, teams: ['red'] }] })
    await users.upsertUsers({ users: ['a', 'b'].map((id) => ({ id, teams: ['blue'] })) })
    const inTeam = async (teams: string) => {
      const found = await users.queryUsers({ payload: { filter_conditions: { teams } } })
      return found.users.map(({ id }) => id).sort()
    }
    expect(await inTeam('blue')).toEqual(['a', 'b'])
    expect(await inTeam('red')).toEqual([])
    await users.close()
    rmSync(folder, { recursive: true })
  })
})

/** The processes that a process started, of those that run SQLite, and their memory in MB. */
function enginesOf(
  parent: number,
): readonly { readonly pid: number; readonly megabytes: number }[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8')
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8')
      const isOwn = new RegExp(`^PPid:\\s+${parent}$`, 'm').test(status)
      if (!isOwn || !command.includes('serveEngine')) return []
      const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(status) ?? []
      return [{ pid: Number(name), megabytes: Number(kilobytes) / 1024 }]
    } catch {
      return []
    }
  })
}

const canMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'tamis-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true })
  }
})()

describe('users in a SQLite file', () => {
  let folder: string
  const opened: Users[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tamis-sqlite-'))
  })
  afterEach(async () => {
    await killAll()
    for (const users of opened.splice(0)) await users.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const open = async (file = join(folder, 'users.sqlite'), settings: Settings = {}) => {
    const users = await createUsers({
      db: file,
      settings: { worker: false, secret: SECRET, ...settings },
    })
    opened.push(users)
    const handler = await createUsersHandler(users)
    return {
      users,
      ask: async (endpoint: string, body?: unknown) =>
        answerOf(await handler(requestOf(endpoint, { token: SERVER, body }))),
    }
  }

  it('leaves a complete file without a write-ahead log', async () => {
    const file = join(folder, 'whole.sqlite')
    const { users } = await open(file)
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    await users.close()
    const copy = join(folder, 'copy.sqlite')
    copyFileSync(file, copy)
    const other = await open(copy)
    expect((await other.users.queryUsers()).users).toMatchObject([{ id: 'ana' }])
  })

  it.skipIf(!existsSync('/proc/self/status'))(
    'caches few prepared statements, and its processes end with it',
    async () => {
      const { users } = await open(undefined, { filterCost: 1_000_000 })
      await users.upsertUsers({ users: [{ id: 'ana' }] })
      const [before] = enginesOf(process.pid)
      expect(before).toBeDefined()
      for (let shape = 0; shape < 500; shape++) {
        const $or = Array.from({ length: 100 }, (_, i) => ({ [`custom.k${shape}_${i}`]: i }))
        await users.queryUsers({ payload: { filter_conditions: { $or } } })
      }
      for (const { megabytes } of enginesOf(process.pid)) expect(megabytes).toBeLessThan(250)
      await opened.pop()?.close()
      expect(enginesOf(process.pid)).toEqual([])
    },
  )

  it('keeps integers beyond 2^53, any text, and absent values', async () => {
    const { users } = await open()
    const custom = { text: 'a\n"\\é😀\u2028', big: 2 ** 53 - 1, none: null, deep: [[1.5, true]] }
    await users.upsertUsers({ users: [{ id: 'ana', custom }] })
    expect((await users.queryUsers()).users).toMatchObject([{ id: 'ana', custom }])
  })

  it.skipIf(!existsSync('/proc/self/status'))(
    'leaves no process running when it is killed during a statement',
    async () => {
      const db = join(folder, 'users.sqlite')
      const own = start('slow-process.ts', { db })
      expect(await own.line()).toBe('asked')
      const engines = enginesOf(own.child.pid as number)
      expect(engines.length).toBeGreaterThan(1)
      await own.kill()
      await until('its processes have ended', () =>
        engines.every(({ pid }) => !existsSync(`/proc/${pid}`)),
      )
    },
  )

  it('continues when its processes are killed', async () => {
    const { users } = await open()
    for (const id of ['ana', 'bo', 'cy']) {
      await users.upsertUsers({ users: [{ id }] })
      const killed = enginesOf(process.pid).map(({ pid }) => pid)
      for (const pid of killed) process.kill(pid, 'SIGKILL')
      // Others may have been started meanwhile: the settings are read every second.
      await until(
        'they are gone',
        () => !enginesOf(process.pid).some((e) => killed.includes(e.pid)),
      )
    }
    expect((await users.queryUsers()).users).toHaveLength(3)
  })

  it('continues when its processes get the signals of a terminal', async () => {
    const { users } = await open()
    await users.upsertUsers({ users: [{ id: 'ana' }] })
    await users.queryUsers()
    const before = enginesOf(process.pid).map(({ pid }) => pid)
    for (const pid of before) for (const s of ['SIGINT', 'SIGTERM'] as const) process.kill(pid, s)
    await users.upsertUsers({ users: [{ id: 'bo' }] })
    expect(enginesOf(process.pid).map(({ pid }) => pid)).toEqual(before)
  })

  it.skipIf(!canMount)('reports a full disk, and continues when there is space', async () => {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    const mount = (size: string, ...more: readonly string[]) =>
      execFileSync('mount', ['-t', 'tmpfs', '-o', `${more.join('')}size=${size}`, 'tmpfs', disk])
    mount('3m')
    try {
      const { users, ask } = await open(join(disk, 'users.sqlite'))
      await users.upsertUsers({ users: [{ id: 'ana' }] })
      const custom = { text: 'x'.repeat(50_000) }
      const write = (id: number) => ask('POST /users', { users: [{ id: `u${id}`, custom }] })
      let i = 0
      let answer = await write(i++)
      while (answer.status === 200 && i < 200) answer = await write(i++)
      expect(answer).toMatchObject({
        status: 503,
        body: { code: 'unavailable', message: 'the disk of the database is full' },
      })
      expect(answer.headers.get('retry-after')).toBe('1')
      expect((await ask('POST /users/query', { limit: 1 })).status).toBe(200)
      mount('64m', 'remount,')
      expect((await write(i++)).status).toBe(200)
      await users.close()
    } finally {
      execFileSync('umount', ['-l', disk])
    }
  })
})
