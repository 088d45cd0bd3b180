import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
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
import { gzipSync } from 'node:zlib'
import Database from 'libsql'
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
    if (/^users\.\w+\.bad/.test(name)) rmSync(join(folder, name))
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

/** Statements after which a database refuses users whose id begins with evil. */
const REFUSING: Readonly<Record<string, readonly string[]>> = {
  SQLite: [
    "CREATE TRIGGER evil BEFORE INSERT ON tamis_users WHEN NEW.id LIKE 'evil%' BEGIN SELECT RAISE(ABORT, 'no evil'); END",
  ],
  PostgreSQL: [`ALTER TABLE tamis_users ADD CONSTRAINT "no evil" CHECK (id NOT LIKE 'evil%')`],
  MariaDB: ["ALTER TABLE tamis_users ADD CONSTRAINT `no evil` CHECK (id NOT LIKE 'evil%')"],
  MySQL: ["ALTER TABLE tamis_users ADD CONSTRAINT `no evil` CHECK (id NOT LIKE 'evil%')"],
}

describe.each(databases)('tamis import, into $name', ({ name, fresh }) => {
  it('imports users with their original timestamps and writes invalid lines to a file', async () => {
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
    expect(err).toContain(`${file}:2: not valid JSON`)
    expect(err).toContain(`${file}:4: banned`)
    expect(err).toContain(`${file}:5: expected an object`)
    expect(err).toContain(`${file}:7: The username d. of user eve is taken`)
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
    expect([again.status, again.err]).toEqual([1, expect.stringContaining('already imported')])
    await own.drop()
  })

  it('treats a line that the database refuses as invalid and continues', async () => {
    const own = await fresh()
    const first = await createUsers({ db: own.db, settings: { worker: false } })
    await first.close()
    // Any error of the database for one user: here, a constraint that was added by hand.
    for (const text of REFUSING[name] as readonly string[]) await own.run(text)
    const lines = [line('ana'), line('evil-1'), line('bo'), line('evil-2'), line('cleo')]
    writeFileSync(file, lines.join('\n'))
    const { err, status } = tamis(file, '--db', own.db)
    expect(err).toMatch(/users\.ndjson:2: .*no evil/i)
    expect(err).toContain('3 users imported, 2 bad lines')
    expect(err).not.toMatch(/\n\s+at /)
    expect(status).toBe(1)
    expect(readFileSync(side, 'utf8')).toBe(`${line('evil-1')}\n${line('evil-2')}\n`)
    expect([...(await all(own.db)).keys()]).toEqual(['ana', 'bo', 'cleo'])
    expect(tamis(file, '--db', own.db).err).toContain('already imported')
    await own.drop()
  })

  it('treats a line with a value that is too large for an index as invalid', async () => {
    const own = await fresh()
    const long = randomBytes(9000).toString('base64')
    const lines = [
      line('ana', { name: long.slice(0, 4096) }),
      line('bo', { custom: { bio: long } }),
      line('cleo', { name: long }),
      line('x'.repeat(256)),
      line('..'),
      '{"id":"eve","id":"fay"}',
      line('dee', { custom: { bio: 'short' } }),
    ]
    writeFileSync(file, lines.join('\n'))
    const { err } = tamis(file, '--db', own.db, '--index', 'bio')
    expect(err).toContain('duplicate key /id')
    expect(err).toContain('2 users imported, 5 bad lines')
    expect([...(await all(own.db)).keys()]).toEqual(['ana', 'dee'])
    await own.drop()
  })

  it('stops when the database is read-only and resumes at the same line', async () => {
    const own = await fresh()
    writeFileSync(file, [line('ana'), line('bo')].join('\n'))
    const first = await createUsers({ db: own.db, settings: { worker: false } })
    await first.close()
    await own.run('ALTER TABLE tamis_changes RENAME TO tamis_elsewhere')
    await own.run('ALTER TABLE tamis_imports RENAME TO tamis_imports_elsewhere')
    // The import's progress cannot be read then, either.
    await own.run('CREATE VIEW tamis_imports AS SELECT * FROM tamis_imports_elsewhere WHERE 1 = 0')
    const { err, status } = tamis(file, '--db', own.db)
    expect(err).toMatch(/stopped after line 0: .*run the same command again to continue/)
    expect(err).not.toMatch(/\n\s+at /)
    expect(status).toBe(2)
    expect(existsSync(side)).toBe(false)
    await own.run('DROP VIEW tamis_imports')
    await own.run('ALTER TABLE tamis_imports_elsewhere RENAME TO tamis_imports')
    await own.run('ALTER TABLE tamis_elsewhere RENAME TO tamis_changes')
    expect(tamis(file, '--db', own.db).err).toContain('2 users imported, 0 bad lines')
    await own.drop()
  })

  it('keeps usernames unique and does not restore deleted users', async () => {
    const own = await fresh()
    const off = { username: 'off', deactivated_at: '2022-01-01T00:00:00Z' }
    writeFileSync(file, [line('ana', { username: 'Ana' }), line('off', off)].join('\n'))
    expect(tamis(file, '--db', own.db, '--unique-usernames', 'app').status).toBe(0)
    writeFileSync(file, [line('bo', { username: 'a.n.a' }), line('off', off)].join('\n'))
    const { err, status } = tamis(file, '--db', own.db)
    expect(status).toBe(1)
    expect(err).toContain('The username a.n.a of user bo is taken')
    expect(err).toContain('1 users imported, 1 bad lines')
    const users = await all(own.db)
    expect([...users.keys()]).toEqual(['ana', 'off'])
    expect(users.get('off')).toHaveProperty('deactivated_at')
    await own.drop()
  })

  it('resumes after a kill at any point without losing or repeating users', async () => {
    const own = await fresh()
    const count = 6000
    const lines = Array.from({ length: count }, (_, i) =>
      i % 500 === 7 ? `{bad ${i}` : line(`user-${String(i).padStart(5, '0')}`),
    )
    writeFileSync(file, `${lines.join('\n')}\n`)
    let kills = 0
    // Each run gets more time than the one before, so that slow machines finish, too.
    for (let wait = 400; ; wait *= 1.4) {
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
      `already imported: ${count - bad.length} users, ${bad.length} bad lines`,
    )
    await own.drop()
  }, 180_000)
})

describe.each(databases)('tamis import of CSV, into $name', ({ fresh }) => {
  const own = join(folder, 'users.csv')
  const maps = ['--map', 'Mail=custom.mail', '--map', 'age=custom.age:integer']

  it('imports columns as fields, and writes bad records to a file with the header', async () => {
    const { db, drop } = await fresh()
    const header = '\uFEFFid,name,Mail,age,created_at,banned\r\n'
    const bad = [
      'bo,Bo,b@x,old,,\r',
      'cleo,Cleo,c@x,7,yesterday,\r',
      'dee,"De"e,,,,\r',
      'eve,Eve\r',
    ]
    writeFileSync(
      own,
      `${header}ana,"Ana ""A"",\r\nB",a@x,31,2020-01-01T00:00:00Z,true\r\n${bad.join('\n')}\nfay,,,,,\r\n\r\n`,
    )
    const { err, status } = tamis(own, '--db', db, ...maps)
    expect(err).toContain(`${own}:4: column age: expected an integer`)
    expect(err).toContain(`${own}:5: created_at: expected an RFC 3339 timestamp`)
    expect(err).toContain(`${own}:6: text after a closing quote`)
    expect(err).toContain(`${own}:7: expected 6 cells, as the header has`)
    expect(err).toContain('2 users imported, 4 bad lines')
    expect(status).toBe(1)
    expect(readFileSync(`${own}.bad`, 'utf8')).toBe(`${header}${bad.join('\n')}\n`)
    const users = await all(db)
    expect([...users.keys()]).toEqual(['ana', 'fay'])
    expect(users.get('ana')).toMatchObject({
      name: 'Ana "A",\r\nB',
      custom: { mail: 'a@x', age: 31 },
      created_at: '2020-01-01T00:00:00.000000Z',
      banned: true,
    })
    expect(users.get('fay')).not.toHaveProperty('name')
    expect(users.get('fay')).toMatchObject({ custom: {}, banned: false })

    // The file of bad records is imported with the same options, once it is fixed.
    const fixed = readFileSync(`${own}.bad`, 'utf8')
      .replace('old', '40')
      .replace('yesterday', '')
      .replace('"De"e', 'Dee')
      .replace('eve,Eve', 'eve,Eve,,,,')
    writeFileSync(`${own}.bad`, fixed)
    expect(tamis(`${own}.bad`, '--db', db, ...maps)).toMatchObject({ status: 0 })
    expect((await all(db)).size).toBe(6)
    // Other maps make another import of it.
    expect(tamis(own, '--db', db, ...maps).err).toContain('already imported')
    expect(tamis(own, '--db', db, '--map', 'Mail=', '--map', 'age=').err).toContain(
      '1 × expected N',
    )
    await drop()
  })

  it('resumes after a kill at any point without losing or repeating users', async () => {
    const { db, drop } = await fresh()
    const count = 6000
    const rows = Array.from({ length: count }, (_, i) =>
      i % 500 === 7 ? `bad-${i},"not"closed` : `user-${String(i).padStart(5, '0')},"a\nb"`,
    )
    writeFileSync(own, `id,name\n${rows.join('\n')}\n`)
    let kills = 0
    for (let wait = 400; ; wait *= 1.4) {
      const child = spawn(process.execPath, [command, 'import', own, '--db', db])
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
    const bad = rows.filter((row) => row.startsWith('bad'))
    expect(readFileSync(`${own}.bad`, 'utf8')).toBe(`id,name\n${bad.join('\n')}\n`)
    const users = await all(db)
    expect(users.size).toBe(count - bad.length)
    expect(users.get('user-05999')).toMatchObject({ name: 'a\nb' })
    expect(tamis(own, '--db', db).err).toContain(
      `already imported: ${count - bad.length} users, ${bad.length} bad lines`,
    )
    await drop()
  }, 180_000)
})

describe('tamis import', () => {
  it('shows the first lines of each kind of mistake, and counts the others', () => {
    const lines = Array.from({ length: 3000 }, (_, i) =>
      i % 3 === 0
        ? '{'
        : i % 3 === 1
          ? line(`u${i}`, { teams: ['a', i] })
          : line(`u${i}`, { [`k${i}`]: 1 }),
    )
    writeFileSync(file, lines.join('\n'))
    const { err, status } = tamis(file, '--db', ':memory:')
    expect(status).toBe(1)
    expect(err.trim().split('\n').length).toBeLessThan(140)
    expect(err).toContain('0 users imported, 3000 bad lines')
    expect(err).toContain('1000 × not valid JSON (lines 1, 4, 7, …)')
    expect(err).toContain('1000 × teams.N: expected string, received number (lines 2, 5, 8, …)')
    expect(err).toContain(`${file}:8: teams.1: expected string`)
    expect(err).not.toContain(`${file}:11: teams`)
  })

  it('takes null for an absent field, and keeps it in custom', async () => {
    const db = join(folder, 'nulls.sqlite')
    writeFileSync(
      file,
      `${line('a', { name: null, last_active: null, custom: { x: null } })}\n{"id":null}\n${line('b', { nome: null })}`,
    )
    const { err } = tamis(file, '--db', db)
    expect(err).toContain(`${file}:2: id: expected string`)
    expect(err).toContain(`${file}:3: nome: unknown field`)
    const users = await all(db)
    expect([...users.keys()]).toEqual(['a'])
    expect(users.get('a')).toMatchObject({ custom: { x: null } })
    expect(users.get('a')).not.toHaveProperty('name')
  })

  it('decompresses gzip, NDJSON and CSV, and goes on from where it stopped', async () => {
    const db = join(folder, 'zipped.sqlite')
    const zipped = join(folder, 'users.ndjson.gz')
    // A transaction takes 500 lines at first, and the text is larger than one chunk of it.
    const note = randomBytes(1000).toString('base64')
    const ids = Array.from({ length: 3000 }, (_, i) => `u${i}`)
    const lines = ids.map((id, i) => (i === 2500 ? '{bad' : line(id, { custom: { note } })))
    writeFileSync(zipped, gzipSync(lines.join('\n')))
    const first = await createUsers({ db, settings: { worker: false } })
    await first.close()
    const own = new Database(db)
    own.exec(
      "CREATE TRIGGER stop BEFORE DELETE ON tamis_imports WHEN OLD.users > 1000 BEGIN SELECT RAISE(ABORT, 'full'); END",
    )
    const stopped = tamis(zipped, '--db', db)
    expect([stopped.status, stopped.err]).toEqual([
      2,
      expect.stringMatching(/stopped after line [1-9]\d*: /),
    ])
    own.exec('DROP TRIGGER stop')
    own.close()
    const { err, status } = tamis(zipped, '--db', db)
    expect(status).toBe(1)
    expect(err).toMatch(/resumed after line [1-9]\d*\n/)
    expect(err).toContain(`${zipped}:2501: not valid JSON`)
    expect(err).toContain('2999 users imported, 1 bad lines')
    expect(new Set((await all(db)).keys())).toEqual(new Set(ids.toSpliced(2500, 1)))
    expect(readFileSync(`${zipped}.bad`, 'utf8')).toBe('{bad\n')
    expect(tamis(zipped, '--db', db).err).toContain('already imported: 2999 users, 1 bad lines')

    const csv = join(folder, 'users.csv.gz')
    writeFileSync(csv, gzipSync('\uFEFFid,name,age\nana,"A,\nB",31\nbo,Bo,x\n'))
    const maps = ['--map', 'age=custom.age:integer']
    expect(tamis(csv, '--db', db, ...maps).err).toContain('1 users imported, 1 bad lines')
    expect((await all(db)).get('ana')).toMatchObject({ name: 'A,\nB', custom: { age: 31 } })
    writeFileSync(`${csv}.bad`, readFileSync(`${csv}.bad`, 'utf8').replace('x', '7'))
    expect(tamis(`${csv}.bad`, '--db', db, ...maps).err).toContain('1 users imported, 0 bad lines')
  }, 120_000)

  it('refuses gzip that is not complete before it writes users', async () => {
    const db = join(folder, 'cut.sqlite')
    const zipped = join(folder, 'users.cut.gz')
    const whole = gzipSync(Array.from({ length: 2000 }, (_, i) => line(`u${i}`)).join('\n'))
    writeFileSync(zipped, whole.subarray(0, whole.length - 100))
    expect(tamis(zipped, '--db', db)).toEqual({
      err: `tamis: cannot read ${zipped}: unexpected end of file\n`,
      status: 2,
    })
    expect((await all(db)).size).toBe(0)
  })

  it('counts lines by kind in words that keep their own numbers', () => {
    const own = join(folder, 'users.kinds')
    writeFileSync(
      own,
      Buffer.concat([
        Buffer.from('{"id":"a","custom":{"n":9007199254740993}}\n'),
        Buffer.from([0xff, 0x0a, 0xfe, 0x0a]),
      ]),
    )
    const { err } = tamis(own, '--db', ':memory:')
    expect(err).toContain('  2 × not valid UTF-8 (lines 2, 3)\n')
    expect(err).toContain('  1 × integer beyond 2^53 at /custom/n (line 1)\n')
  })

  it('says in one line what is wrong with the columns of CSV', () => {
    const own = join(folder, 'users.csv')
    writeFileSync(own, 'id,E-mail\nana,a@x\n')
    expect(tamis(own, '--db', ':memory:')).toEqual({
      err: `tamis: the column E-mail is not a field: import it with --map "E-mail=custom.e_mail", or leave it out with --map "E-mail="\n`,
      status: 2,
    })
    expect(tamis(file, '--map', 'a=b', '--db', ':memory:').err).toBe(
      'tamis: --map is for columns of CSV: name the file .csv, or add --csv\n',
    )
    writeFileSync(own, 'id;name\nana;"A;B"\n')
    expect(tamis(own, '--db', ':memory:')).toEqual({
      err: `tamis: ${own}: header: one column "id;name": the file looks like it is separated by semicolons: --delimiter ';'\n`,
      status: 2,
    })
    expect(tamis(own, '--db', ':memory:', '--delimiter', ';').err).toContain('1 users imported')
    expect(tamis(file, '--db', ':memory:', '--delimiter', ';').err).toBe(
      'tamis: --delimiter is for CSV: name the file .csv, or add --csv\n',
    )
    writeFileSync(own, '')
    expect(tamis(own, '--db', ':memory:').err).toBe(`tamis: ${own}: expected a header line\n`)
    writeFileSync(file, 'id\nana\n')
    expect(tamis(file, '--csv', '--db', ':memory:').err).toContain('1 users imported')
  })

  it('reports an invalid file in one line and exits with status 2', () => {
    expect(tamis(join(folder, 'none'), '--db', ':memory:')).toEqual({
      err: expect.stringMatching(/^tamis: ENOENT[^\n]*\n$/),
      status: 2,
    })
  })

  it('accepts files that are all invalid, empty, or without a final line break', () => {
    writeFileSync(file, '{bad\n{bad too')
    expect(tamis(file, '--db', ':memory:').err).toContain('0 users imported, 2 bad lines')
    expect(readFileSync(side, 'utf8')).toBe('{bad\n{bad too\n')
    writeFileSync(file, '')
    expect(tamis(file, '--db', ':memory:')).toMatchObject({ status: 0 })
    writeFileSync(file, '\uFEFF{"id":"a"}\r\n\r\n{"id":"b"}')
    expect(tamis(file, '--db', ':memory:')).toMatchObject({ status: 0 })
  })

  it('keeps the invalid lines of an earlier run, and continues if that file was deleted', () => {
    writeFileSync(file, '{bad\n{"id":"a"}\n')
    tamis(file, '--db', ':memory:')
    writeFileSync(file, '{worse\n')
    tamis(file, '--db', ':memory:')
    expect(readFileSync(`${side}.1`, 'utf8')).toBe('{bad\n')
    expect(readFileSync(side, 'utf8')).toBe('{worse\n')
  })

  it('imports again a file that has grown, or with --again', () => {
    const db = join(folder, 'grown.sqlite')
    writeFileSync(file, `${line('a')}\n`)
    expect(tamis(file, '--db', db).err).toContain('1 users imported')
    appendFileSync(file, `${line('b')}\n`)
    expect(tamis(file, '--db', db).err).toContain('2 users imported')
    expect(tamis(file, '--db', db, '--again').err).toContain('2 users imported')
    expect(existsSync(side)).toBe(false)
  })
})
