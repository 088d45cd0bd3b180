import { createUsers, type Settings, type Users } from 'tamis/users'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databases, type Fresh } from './fresh.ts'
import { killAll, type Process, start } from './process.ts'

const TEN = Array.from({ length: 10 }, (_, i) => i)

describe.each(databases)('starting in $name', ({ fresh }) => {
  let database: Fresh
  beforeEach(async () => {
    database = await fresh()
  })
  afterEach(() => database.drop())

  const open = (settings: Settings = {}): Promise<Users> =>
    createUsers({ db: database.db, settings })

  const idsOf = async (users: Users): Promise<string[]> => {
    const { users: all } = await users.queryUsers({ payload: { sort: { id: 1 } } })
    return all.map(({ id }) => id)
  }

  it('succeeds for ten instances at once with different settings', async () => {
    const opened = await Promise.all(
      TEN.map((i) =>
        open({
          worker: false,
          // Which are made at once, too.
          indexedCustom: i % 2 === 0 ? ['color', `k${i}`] : ['size', 'color'],
        }),
      ),
    )
    await Promise.all(
      opened.map((users, i) =>
        users.upsertUsers({ users: [{ id: `u${i}`, custom: { color: i } }] }),
      ),
    )
    for (const users of opened) {
      expect(await idsOf(users)).toEqual(TEN.map((i) => `u${i}`))
      await users.close()
    }
  })

  it('succeeds a second time with other indexedCustom', async () => {
    const first = await open({ uniqueUsernames: 'app' })
    await first.upsertUsers({
      users: [
        { id: 'ana', username: 'Ana', custom: { color: 'red', age: 31 } },
        { id: 'bo', custom: { color: 'blue', age: 3 } },
      ],
    })
    const { task_id } = await first.exportUsers({ user_ids: ['ana'] })
    await first.close()
    for (const indexedCustom of [['color'], ['age', 'color'], [], ['age', 'deep.er']]) {
      const users = await open({ indexedCustom, uniqueUsernames: 'app' })
      const { users: found } = await users.queryUsers({
        payload: { filter_conditions: { 'custom.color': 'red', 'custom.age': { $gt: 18 } } },
      })
      expect(found).toMatchObject([{ id: 'ana', custom: { color: 'red', age: 31 } }])
      expect(await users.getTask({ id: task_id })).toMatchObject({ task_id })
      await users.updateUsersPartial({ users: [{ id: 'bo', set: { 'custom.n': 1 } }] })
      await expect(
        users.upsertUsers({ users: [{ id: 'cleo', username: 'a n a' }] }),
      ).rejects.toMatchObject({ code: 'username_taken' })
      await users.close()
    }
  })

  it('neither needs nor uses tables of another database of the server', async () => {
    const other = await fresh()
    const first = await open()
    await first.upsertUsers({ users: [{ id: 'ana' }] })
    const second = await createUsers({ db: other.db })
    expect(await idsOf(second)).toEqual([])
    await first.close()
    await second.close()
    await other.drop()
  })

  it('separates applications by tablePrefix', async () => {
    const prefixes = ['one_', 'two_']
    const opened = await Promise.all(prefixes.map((tablePrefix) => open({ tablePrefix })))
    for (const [i, users] of opened.entries()) await users.upsertUsers({ users: [{ id: `u${i}` }] })
    for (const [i, users] of opened.entries()) {
      expect(await idsOf(users)).toEqual([`u${i}`])
      await users.close()
    }
  })
})

describe('starting processes at once', () => {
  let processes: Process[]
  beforeAll(async () => {
    processes = TEN.map(() => start('start-process.ts'))
    for (const each of processes) expect(await each.line()).toBe('ready')
  })
  afterAll(killAll)

  const tell = (each: Process, db: string, id: string): Promise<string> => {
    each.tell(JSON.stringify({ db, id, settings: { indexedCustom: ['color'] } }))
    return each.line()
  }

  describe.each(databases)('in $name', ({ fresh }) => {
    it.each([2, 10])('succeeds for %i', async (count) => {
      const database = await fresh()
      const said = await Promise.all(
        processes.slice(0, count).map((each, i) => tell(each, database.db, `u${i}`)),
      )
      expect(said).toEqual(said.map(() => 'done'))
      const rows = await database.run('SELECT id FROM tamis_users ORDER BY id')
      expect(rows.map(({ id }) => id)).toEqual(said.map((_, i) => `u${i}`))
      await database.drop()
    })
  })

  it.each(databases)(
    'succeeds in $name after starts were killed at any point',
    async ({ fresh }) => {
      const database = await fresh()
      // One left for each of the databases, and one to start in the end.
      const [first, second, last] = [processes.pop(), processes.pop(), processes[0]] as Process[]
      for (const [each, wait] of [
        [first, 12],
        [second, 25],
      ] as const) {
        void tell(each as Process, database.db, 'nobody').catch(() => {})
        await new Promise((resolve) => setTimeout(resolve, wait))
        await each?.kill()
      }
      expect(await tell(last as Process, database.db, 'ana')).toBe('done')
      await database.drop()
    },
  )
})

describe('invalid settings and databases', () => {
  it.each([
    [{ uniqueUsernames: 'yes' }, /setting uniqueUsernames: expected 'no', 'app' or 'team'/],
    [
      { uniqueUsername: 'app' },
      /setting uniqueUsername: unknown; expected one of .*uniqueUsernames/,
    ],
    [{ constructor: 1 }, /setting constructor: unknown/],
    [{ usesTeams: 1 }, /setting usesTeams/],
    [{ guests: null }, /setting guests/],
    [{ anonymous: 1 }, /setting anonymous: expected true or false/],
    [
      { clientMayUpdate: ['name', 'role'] },
      /setting clientMayUpdate: expected a list of different fields of name,/,
    ],
    [{ clientMayUpdate: ['name', 'name'] }, /setting clientMayUpdate/],
    [{ clientMayUpdate: 'name' }, /setting clientMayUpdate/],
    [{ worker: 'false' }, /setting worker/],
    [{ indexedCustom: 'color' }, /setting indexedCustom/],
    [{ indexedCustom: [''] }, /setting indexedCustom/],
    [{ clientFields: ['name'] }, /setting clientFields: .*id among them/],
    [{ clientFields: ['id', 'naem'] }, /setting clientFields/],
    [{ tablePrefix: 'x; DROP TABLE y' }, /setting tablePrefix/],
    [{ tablePrefix: '' }, /setting tablePrefix/],
    [{ tablePrefix: undefined, cursorKey: '' }, /setting cursorKey/],
    [{ secret: 7 }, /setting secret/],
    [{ secret: `${'é'.repeat(15)}x` }, /setting secret: .*32 bytes.*openssl rand/],
    [{ cursorKey: 'x'.repeat(31) }, /setting cursorKey: .*32 bytes/],
    [{ clock: new Date() }, /setting clock/],
    [{ onlineGrace: 0 }, /setting onlineGrace: expected milliseconds/],
    [{ lastActiveInterval: '1 m' }, /setting lastActiveInterval: expected milliseconds/],
    [{ lease: 0 }, /setting lease: expected milliseconds/],
    [{ lease: Number.NaN }, /setting lease/],
    [{ lease: Number.POSITIVE_INFINITY }, /setting lease/],
    [{ pollInterval: -1 }, /setting pollInterval/],
    [{ pollInterval: 2 ** 31 }, /setting pollInterval/],
    [{ lease: 0.5 }, /setting lease/],
    [{ keepTasks: '7 days' }, /setting keepTasks/],
    [{ statementTimeout: 0 }, /setting statementTimeout: expected milliseconds/],
    [{ retryTasksFor: -1 }, /setting retryTasksFor: expected milliseconds/],
    [{ keepTasks: Number.POSITIVE_INFINITY }, /setting keepTasks: expected milliseconds, 1 to/],
  ])('refuses %j', async (settings, message) => {
    const opening = createUsers({ db: ':memory:', settings: settings as Settings })
    await expect(opening).rejects.toThrow(TypeError)
    await expect(opening).rejects.toThrow(message)
  })

  it.each([
    [
      'redis://localhost',
      /unknown scheme redis:\/\/; expected a file path, postgres:\/\/…, mariadb:\/\/… or mysql:\/\/…/,
    ],
    ['sqlite://users.sqlite', /unknown scheme sqlite:\/\//],
    [undefined, /db: expected a file path, .*, or a dialect of Kysely/],
    ['', /db: expected a file path, .*, or a dialect of Kysely/],
    [{}, /db: expected a file path, .*, or a dialect of Kysely/],
  ])('refuses %j as a database', async (db, message) => {
    const opening = createUsers({ db: db as string })
    await expect(opening).rejects.toThrow(TypeError)
    await expect(opening).rejects.toThrow(message)
  })
})
