import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'libsql'
import { createUsers } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { databases, type Fresh } from './fresh.ts'
import { until } from './until.ts'

const folder = fileURLToPath(new URL('dumps', import.meta.url))

const dumps = readdirSync(folder).flatMap((name) => {
  const [, commit, engine] = /^(\w+)\.(\w+)\.sql$/.exec(name) ?? []
  return commit === undefined || engine === undefined ? [] : [{ name, commit, engine }]
})

/** Fills an empty database with a dump. */
async function restore(own: Fresh, engine: string, text: string): Promise<void> {
  switch (engine) {
    case 'sqlite': {
      const database = new Database(own.db)
      database.exec(text)
      database.close()
      return
    }
    case 'postgresql':
      await own.run(text)
      return
    default: {
      // The tables are in the order of their names, not of their references.
      await own.run('SET FOREIGN_KEY_CHECKS = 0')
      for (const statement of text.split(/;\n/)) {
        if (statement.trim() !== '') await own.run(statement)
      }
    }
  }
}

const AT = '2024-05-01T12:00:00.000000Z'
const KEPT = { created_at: AT, updated_at: AT }
const DEFAULTS = {
  role: 'user',
  custom: {},
  teams: [],
  language: '',
  banned: false,
  shadow_banned: false,
  invisible: false,
  online: false,
  blocked_user_ids: [],
  ...KEPT,
}

const USERS = [
  {
    id: 'ana',
    role: 'admin',
    name: 'Ana "A"',
    image: 'https://example.org/ana.png',
    username: 'Ana.A',
    custom: { age: 31, city: { name: 'Köln' }, tags: ['x', null] },
    teams: ['red', 'blue'],
    teams_role: { red: 'owner' },
    language: 'de',
    banned: true,
    shadow_banned: true,
    invisible: true,
    online: false,
    ban_expires: '2030-01-01T00:00:00.123456Z',
    last_active: '2024-02-29T23:59:59.999999Z',
    revoke_tokens_issued_before: '2023-01-01T00:00:00.000000Z',
    avg_response_time: 42,
    blocked_user_ids: ['bo'],
    devices: [{ id: 'phone' }],
    privacy_settings: { typing: { enabled: false } },
    push_notifications: { level: 'all' },
    ...KEPT,
  },
  { ...DEFAULTS, id: 'bo', name: "Bo's; DROP TABLE \\ x" },
  { ...DEFAULTS, id: 'guest-1', role: 'guest', name: 'Guest' },
  { ...DEFAULTS, id: 'off', username: 'off', name: 'Deactivated', deactivated_at: AT },
  { ...DEFAULTS, id: 'soft', username: 'soft', teams: ['red'], deleted_at: AT },
]

describe.each(databases)('databases of earlier versions, on $name', ({ name, fresh }) => {
  const own = dumps.filter(({ engine }) => engine === name.toLowerCase())

  it.each(own)('has every user of $commit, and works as a new one does', async (dump) => {
    const database = await fresh()
    await restore(database, dump.engine, readFileSync(join(folder, dump.name), 'utf8'))
    const settings = { indexedCustom: ['age'], pollInterval: 20, onlineGrace: 20 }
    const users = await createUsers({ db: database.db, settings })
    const page = await users.exportPage(undefined)
    expect(page.damaged).toEqual([])
    expect(page.users.map(({ guest_nonce: _, ...user }) => user)).toEqual(USERS)

    // What the older version stored beside the users is in use: words, names, settings, tasks.
    const found = await users.queryUsers({
      payload: { filter_conditions: { name: { $autocomplete: 'an' }, 'custom.age': 31 } },
    })
    expect(found.users.map(({ id }) => id)).toEqual(['ana'])
    expect(users.app.enforce_unique_usernames).toBe('app')
    const taken = users.upsertUsers({ users: [{ id: 'new', username: 'anaa' }] })
    await expect(taken).rejects.toMatchObject({ code: 'username_taken' })

    // What newer versions added is there.
    const { close } = await users.openConnection({ user: { id: 'bo' } })
    await close()
    await until('bo is offline', async () => !(await users.getMe({ user_id: 'bo' })).user.online)
    await users.restoreUsers({ user_ids: ['soft'] })
    const { task_id } = await users.deleteUsers({ user_ids: ['off'], user: 'pruning' })
    await until('the task is done', async () => {
      return (await users.getTask({ id: task_id })).status === 'completed'
    })
    await users.close()
    await database.drop()
  })

  it('is tested with dumps of several versions', () => {
    expect(own.length).toBeGreaterThan(2)
  })
})
