import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import { createUsers, type Users } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleForNode, scratch } from '../support/bundled.ts'
import { databases, type Fresh } from '../users/fresh.ts'
import { until } from '../users/until.ts'

const folder = scratch('export')
const command = join(folder, 'tamis.mjs')
const file = join(folder, 'users.ndjson')
const part = `${file}.part`

beforeAll(() => bundleForNode('src/cli/main.ts', command))
afterAll(() => rmSync(folder, { recursive: true }))

function tamis(...args: readonly string[]) {
  const { stderr, status } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    cwd: folder,
  })
  return { err: stderr, status }
}

/** Users with every field, in every state. */
async function fill(users: Users): Promise<void> {
  await users.upsertUsers({
    users: [
      {
        id: 'ana',
        role: 'admin',
        name: 'Ana "A"\n',
        image: 'https://example.org/ana.png',
        username: 'Ana',
        custom: { age: 31, big: 1e300, list: [1, null, { 'a.b': 'é\u2028' }], __proto__x: '' },
        teams: ['red', 'blue'],
        teams_role: { red: 'owner' },
        language: 'de',
        banned: true,
        shadow_banned: true,
        invisible: true,
        online: true,
        ban_expires: '2030-01-01T00:00:00.123456Z',
        last_active: '2024-02-29T23:59:59.999999Z',
        revoke_tokens_issued_before: '2023-01-01T00:00:00Z',
        avg_response_time: 42,
        blocked_user_ids: ['bo'],
        devices: [{ id: 'phone', token: 'x' }],
        privacy_settings: { typing: { enabled: false } },
        push_notifications: { level: 'all' },
      },
      { id: 'bo', name: '', username: 'bo' },
      { id: 'off', username: 'off', name: 'Deactivated' },
      { id: 'soft', username: 'soft', teams: ['red'] },
      { id: 'pruned', name: 'gone' },
      { id: 'Z\u{10ffff}' },
      { id: 'é' },
    ],
  })
  await users.deactivateUser({ user_id: 'off' })
  const tasks = [
    await users.deleteUsers({ user_ids: ['soft'] }),
    await users.deleteUsers({ user_ids: ['pruned'], user: 'pruning' }),
  ]
  for (const { task_id } of tasks) {
    await until(
      'the task is done',
      async () => (await users.getTask({ id: task_id })).status === 'completed',
    )
  }
}

const SECRET = 'a secret of the tests, long enough'

const open = (own: Fresh): Promise<Users> =>
  createUsers({
    db: own.db,
    // Nobody goes offline while two databases are compared.
    settings: { secret: SECRET, pollInterval: 20, onlineGrace: 3_600_000 },
  })

/** All that is stored of all users. */
const rows = async (own: Fresh) => ({
  users: await own.run("SELECT * FROM tamis_users WHERE id <> 'pruned' ORDER BY id"),
  names: await own.run('SELECT * FROM tamis_usernames ORDER BY name'),
})

describe.each(databases)('tamis export, of $name', ({ fresh }) => {
  it('writes users that an import makes what they were, field by field', async () => {
    const [one, other] = [await fresh(), await fresh()]
    const users = await open(one)
    await fill(users)
    const { access_token } = await users.createGuest({ user: { id: 'guest' } })
    await users.connectUser({ user: { id: 'here' } })
    await users.close()
    rmSync(file, { force: true })
    expect(tamis('export', file, '--db', one.db)).toEqual({
      err: `${file}: 8 users exported\n`,
      status: 0,
    })
    expect(statSync(file).mode & 0o777).toBe(0o600)

    // Into a database that has other users with the same ids, in other states.
    const before = await open(other)
    await before.upsertUsers({
      users: [{ id: 'ana', name: 'Other', language: 'fr' }, { id: 'bo' }, { id: 'soft' }],
    })
    await before.deactivateUser({ user_id: 'ana' })
    await before.deleteUsers({ user_ids: ['bo'] })
    await before.close()
    expect(tamis('import', file, '--restore', '--db', other.db)).toMatchObject({ status: 0 })

    const [expected, restored] = [await rows(one), await rows(other)]
    const online = expected.users.find(({ id }) => id === 'here') as { online: unknown }
    expect(Boolean(Number(online.online))).toBe(true)
    // Only the connection kept this user online, and connections are not exported.
    expect(restored.users).toEqual(
      expected.users.map((row) =>
        row.id === 'here' ? { ...row, online: typeof row.online === 'boolean' ? false : 0 } : row,
      ),
    )
    expect(restored.names).toEqual(expected.names)

    const second = join(folder, 'second.ndjson')
    tamis('export', second, '--db', other.db, '--overwrite')
    expect(readFileSync(second, 'utf8')).toBe(readFileSync(file, 'utf8'))

    const after = await open(other)
    const { users: visible } = await after.queryUsers({
      payload: { include_deactivated_users: true, sort: { id: 1 } },
    })
    expect(visible.map(({ id }) => id)).toEqual([
      'Z\u{10ffff}',
      'ana',
      'bo',
      'guest',
      'here',
      'off',
      'é',
    ])
    await after.restoreUsers({ user_ids: ['soft'] })
    const guest = { user: { id: 'guest' }, token: access_token }
    expect((await after.connectUser(guest)).user.id).toBe('guest')
    await after.close()
    await Promise.all([one.drop(), other.drop()])
  })

  it('continues after a kill at any point without losing or repeating users', async () => {
    const own = await fresh()
    const count = 8000
    const ids = Array.from({ length: count }, (_, i) => `user-${String(i).padStart(5, '0')}`)
    writeFileSync(
      join(folder, 'many.ndjson'),
      ids.map((id) => JSON.stringify({ id, custom: { text: 'x'.repeat(200) } })).join('\n'),
    )
    expect(tamis('import', join(folder, 'many.ndjson'), '--db', own.db).status).toBe(0)
    rmSync(file, { force: true })
    let kills = 0
    for (let size = 100_000; ; size += 700_000) {
      const child: ChildProcess = spawn(process.execPath, [command, 'export', file, '--db', own.db])
      const watching = setInterval(() => {
        if (existsSync(part) && statSync(part).size >= size) child.kill('SIGKILL')
      }, 2)
      const [status] = (await once(child, 'exit')) as [number | null]
      clearInterval(watching)
      if (status === 0) break
      kills++
      // As if the last write had been cut.
      if (statSync(part).size > 100) truncateSync(part, statSync(part).size - 100)
    }
    expect(kills).toBeGreaterThan(0)
    expect(existsSync(part)).toBe(false)
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(ids)
    await own.drop()
  }, 180_000)
})

describe('tamis export', () => {
  it('refuses to replace a file, and to continue what is no export', () => {
    writeFileSync(file, 'mine')
    expect(tamis('export', file, '--db', ':memory:')).toEqual({
      err: `tamis: ${file} exists: choose another name, or add --overwrite\n`,
      status: 2,
    })
    expect(readFileSync(file, 'utf8')).toBe('mine')
    writeFileSync(part, 'mine\n')
    expect(tamis('export', file, '--db', ':memory:', '--overwrite')).toEqual({
      err: `tamis: ${part} is not a part of an export: remove it\n`,
      status: 2,
    })
    rmSync(part)
    expect(tamis('export', file, '--db', ':memory:', '--overwrite').status).toBe(0)
    expect(readFileSync(file, 'utf8')).toBe('')
    expect(tamis('export', join(folder, 'no', 'file'), '--db', ':memory:')).toEqual({
      err: expect.stringMatching(/^tamis: ENOENT[^\n]*\n$/),
      status: 2,
    })
  })

  it('leaves out users that are damaged, and names them', async () => {
    const [sqlite] = databases
    const own = await (sqlite as (typeof databases)[number]).fresh()
    const users = await open(own)
    await users.upsertUsers({ users: [{ id: 'a' }, { id: 'b', custom: { x: 1 } }, { id: 'c' }] })
    await users.close()
    const connection = new Database(own.db)
    connection.exec(`PRAGMA ignore_check_constraints = 1;
      UPDATE tamis_users SET custom = '{"x":' WHERE id = 'b'`)
    connection.close()
    rmSync(file, { force: true })
    const { err, status } = tamis('export', file, '--db', own.db)
    expect(err).toContain('2 users exported')
    expect(err).toContain('1 users cannot be read and were left out: b\n')
    expect(status).toBe(1)
    await own.drop()
  })

  it.each([
    ['out.csv', 'an export is NDJSON: expected a name that ends in .ndjson, .jsonl or .json'],
    [
      'u.ndjson.gz',
      'an export is not compressed, so that it can be continued: name it u.ndjson, and then run gzip u.ndjson',
    ],
    ['u.GZ', 'an export is not compressed'],
  ])('refuses the name %s, which says something else', (name, message) => {
    const { err, status } = tamis('export', name, '--db', ':memory:')
    expect([status, err.startsWith(`tamis: ${name}: ${message}`)]).toEqual([2, true])
    expect(err).toMatch(/^[^\n]+\n$/)
    expect([name, `${name}.part`].filter((each) => existsSync(join(folder, each)))).toEqual([])
  })

  it.each(['u.jsonl', 'u.JSON', 'u'])('takes the name %s', (name) => {
    expect(tamis('export', name, '--db', ':memory:')).toEqual({
      err: `${name}: 0 users exported\n`,
      status: 0,
    })
  })

  it('says for a line with deleted_at that the import needs --restore', () => {
    const own = join(folder, 'deleted.ndjson')
    writeFileSync(own, '{"id":"a","deleted_at":"2024-01-01T00:00:00Z"}\n')
    const { err, status } = tamis('import', own, '--db', ':memory:')
    expect(err).toContain(
      `${own}:1: deleted_at: read-only (--restore takes what tamis export wrote)`,
    )
    expect(status).toBe(1)
    writeFileSync(own, '{"id":"a","guest_nonce":"x"}\n{"id":"b","guest":1}\n')
    const guests = tamis('import', own, '--db', ':memory:').err
    expect(guests).toMatch(
      /:1: guest_nonce: unknown field; .* \(--restore takes what tamis export wrote\)\n/,
    )
    expect(guests).toMatch(/:2: guest: unknown field; [^()]*\n/)
    writeFileSync(own, '{"id":"a","deleted_at":"2024-01-01T00:00:00Z"}\n')
    appendFileSync(own, '{"id":"b","guest_nonce":1,"role":"guest"}\n')
    expect(tamis('import', own, '--restore', '--db', ':memory:').err).toContain(
      `${own}:2: guest_nonce: expected string`,
    )
  })
})
