import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createUsers } from 'tamis/users'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundleForNode, scratch } from '../support/bundled.ts'
import { databases } from '../users/fresh.ts'

const folder = scratch('import')
const command = join(folder, 'tamis.mjs')
const file = join(folder, 'users.ndjson')
const side = `${file}.bad`

beforeAll(() => bundleForNode('src/cli/main.ts', command))
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  for (const name of readdirSync(folder)) {
    if (name.startsWith('users.ndjson.bad')) rmSync(join(folder, name))
  }
})

function tamis(...args: readonly string[]) {
  const { stderr, status } = spawnSync(process.execPath, [command, 'import', ...args], {
    encoding: 'utf8',
    cwd: folder,
  })
  return { err: stderr, status }
}

const line = (id: string, more: object = {}): string =>
  JSON.stringify({ id, name: `User ${id}`, ...more })

async function all(db: string): Promise<ReadonlyMap<string, Record<string, unknown>>> {
  const users = await createUsers({ db, settings: { worker: false } })
  const found = new Map<string, Record<string, unknown>>()
  let next: string | undefined
  do {
    const page = await users.queryUsers({
      payload: { sort: { id: 1 }, limit: 1000, include_deactivated_users: true, next },
    })
    for (const user of page.users) found.set(user.id, { ...user })
    next = page.next
  } while (next !== undefined)
  await users.close()
  return found
}

describe.each(databases)('tamis import, into $name', ({ fresh }) => {
  it('takes the users of a file, with the times that they had, and keeps the bad lines', async () => {
    const own = await fresh()
    writeFileSync(
      file,
      [
        line('ana', {
          created_at: '2020-01-01T00:00:00+02:00',
          updated_at: '2021-01-01T00:00:00Z',
          deactivated_at: '2022-01-01T00:00:00Z',
        }),
        '{"id": "bo", ',
        '',
        line('cleo', { banned: 'yes' }),
        '[]',
        line('dee', { username: 'D' }),
        line('eve', { username: 'd.' }),
        line('dee', { username: 'D', role: 'admin' }),
        '\xff',
        line('fay', { custom: { text: 'Zoë' } }),
      ].join('\n'),
    )
    const { err, status } = tamis(file, '--db', own.db, '--unique-usernames', 'app')
    expect(status).toBe(1)
    expect(err).toContain(`${file}:2: no JSON`)
    expect(err).toContain(`${file}:4: banned`)
    expect(err).toContain(`${file}:5: expected an object`)
    expect(err).toContain(`${file}:7: the username d. of the user eve is taken`)
    expect(err).toContain('4 users imported, 5 bad lines')
    const bad = readFileSync(side, 'utf8').split('\n')
    expect(bad.slice(0, 2)).toEqual(['{"id": "bo", ', line('cleo', { banned: 'yes' })])
    expect(bad).toHaveLength(6)

    const users = await all(own.db)
    expect([...users.keys()]).toEqual(['ana', 'dee', 'fay'])
    expect(users.get('ana')).toMatchObject({
      created_at: '2019-12-31T22:00:00.000000Z',
      updated_at: '2021-01-01T00:00:00.000000Z',
      deactivated_at: '2022-01-01T00:00:00.000000Z',
    })
    expect(users.get('dee')).toMatchObject({ role: 'admin' })
    expect(users.get('fay')).toMatchObject({ custom: { text: 'Zoë' } })

    const again = tamis(file, '--db', own.db)
    expect([again.status, again.err]).toEqual([1, expect.stringContaining('imported already')])
    await own.drop()
  })

  it('keeps to the names that the database has for unique, and revives nobody', async () => {
    const own = await fresh()
    const off = { username: 'off', deactivated_at: '2022-01-01T00:00:00Z' }
    writeFileSync(file, [line('ana', { username: 'Ana' }), line('off', off)].join('\n'))
    expect(tamis(file, '--db', own.db, '--unique-usernames', 'app').status).toBe(0)
    writeFileSync(file, [line('bo', { username: 'a.n.a' }), line('off', off)].join('\n'))
    const { err, status } = tamis(file, '--db', own.db)
    expect(status).toBe(1)
    expect(err).toContain('the username a.n.a of the user bo is taken')
    expect(err).toContain('1 users imported, 1 bad lines')
    const users = await all(own.db)
    expect([...users.keys()]).toEqual(['ana', 'off'])
    expect(users.get('off')).toHaveProperty('deactivated_at')
    await own.drop()
  })

  it('goes on where it was killed, wherever that was, and loses and repeats nothing', async () => {
    const own = await fresh()
    const count = 6000
    const lines = Array.from({ length: count }, (_, i) =>
      i % 500 === 7 ? `{bad ${i}` : line(`user-${String(i).padStart(5, '0')}`),
    )
    writeFileSync(file, `${lines.join('\n')}\n`)
    let kills = 0
    for (let wait = 400; ; wait += 150) {
      const child = spawn(process.execPath, [command, 'import', file, '--db', own.db])
      const killing = setTimeout(() => child.kill('SIGKILL'), wait)
      const [status] = (await once(child, 'exit')) as [number | null]
      clearTimeout(killing)
      if (status !== null) {
        expect(status).toBe(1)
        break
      }
      kills++
    }
    expect(kills).toBeGreaterThan(0)
    const bad = lines.filter((each) => each.startsWith('{bad'))
    expect(readFileSync(side, 'utf8')).toBe(`${bad.join('\n')}\n`)
    expect((await all(own.db)).size).toBe(count - bad.length)
    expect(tamis(file, '--db', own.db).err).toContain(
      `imported already: ${count - bad.length} users, ${bad.length} bad lines`,
    )
    await own.drop()
  })
})

describe('tamis import', () => {
  it('says in a line what is wrong with the file, with status 2', () => {
    expect(tamis(join(folder, 'none'), '--db', ':memory:')).toEqual({
      err: expect.stringMatching(/^tamis: ENOENT[^\n]*\n$/),
      status: 2,
    })
  })

  it('takes a file that is all bad, or empty, or ends without a line break', () => {
    writeFileSync(file, '{bad\n{bad too')
    expect(tamis(file, '--db', ':memory:').err).toContain('0 users imported, 2 bad lines')
    expect(readFileSync(side, 'utf8')).toBe('{bad\n{bad too\n')
    writeFileSync(file, '')
    expect(tamis(file, '--db', ':memory:')).toMatchObject({ status: 0 })
    writeFileSync(file, '\uFEFF{"id":"a"}\r\n\r\n{"id":"b"}')
    expect(tamis(file, '--db', ':memory:')).toMatchObject({ status: 0 })
  })

  it('keeps the bad lines of an earlier import, and goes on without them where they are gone', () => {
    writeFileSync(file, '{bad\n{"id":"a"}\n')
    tamis(file, '--db', ':memory:')
    writeFileSync(file, '{worse\n')
    tamis(file, '--db', ':memory:')
    expect(readFileSync(`${side}.1`, 'utf8')).toBe('{bad\n')
    expect(readFileSync(side, 'utf8')).toBe('{worse\n')
  })

  it('imports once more what has grown, or what it is told to', () => {
    const db = join(folder, 'grown.sqlite')
    writeFileSync(file, `${line('a')}\n`)
    expect(tamis(file, '--db', db).err).toContain('1 users imported')
    appendFileSync(file, `${line('b')}\n`)
    expect(tamis(file, '--db', db).err).toContain('2 users imported')
    expect(tamis(file, '--db', db, '--again').err).toContain('2 users imported')
    expect(existsSync(side)).toBe(false)
  })
})
