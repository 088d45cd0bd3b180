import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { createTable, insertRow } from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { usersSchema } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeUsers } from '../../bench/fixtures/users.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { linesOf, TextMistake } from '../../src/cli/mistake.ts'
import { bundleForNode, scratch } from '../support/bundled.ts'

const folder = scratch('cli')
const command = join(folder, 'tamis.mjs')
const file = (name: string) => join(folder, name)
const users = makeUsers(300)
const peers = Object.keys(packageJson.peerDependencies)
/** The modules outside its bundle that every command loads. */
let loaded: readonly string[]

interface Outcome {
  readonly out: string
  readonly err: string
  readonly status: number | null
}

function tamis(args: readonly string[], input = ''): Outcome {
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, ...args], {
    input,
    encoding: 'utf8',
    cwd: folder,
  })
  return { out: stdout, err: stderr, status }
}

const ids = (out: string): unknown[] =>
  out
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).id)

beforeAll(async () => {
  loaded = await bundleForNode('src/cli/main.ts', command, peers)
  await bundleForNode('test/cli/fixture-schema.ts', file('schema.mjs'))
  writeFileSync(file('users.ndjson'), users.map((user) => JSON.stringify(user)).join('\n'))
  writeFileSync(file('empty.mjs'), 'export const answer = 42')
  writeFileSync(file('users.json'), `\uFEFF${JSON.stringify(users, null, 2)}`)
  const db = new Database(file('users.sqlite'))
  const target = { dialect: sqlite, table: 'users' }
  for (const statement of createTable(usersSchema, target)) db.exec(statement)
  const insert = insertRow(usersSchema, target)
  for (const user of users) {
    const { text, params } = insert(user)
    db.prepare(text).run(...params)
  }
  db.close()
  const other = new Database(file('other.sqlite'))
  other.exec('CREATE TABLE people (id TEXT)')
  other.exec('CREATE TABLE goods (id TEXT, sku TEXT, coost REAL)')
  other.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

const asked = [
  '--filter',
  '{"role":{"$in":["admin","moderator"]},"custom.age":{"$gte":18}}',
  '--sort',
  '-last_active',
  '--limit',
  '7',
  '--json',
]

describe('tamis query', () => {
  it('returns the same rows from NDJSON, a JSON array, standard input and a table', () => {
    const fromLines = tamis(['query', 'users.ndjson', ...asked])
    expect(fromLines.err).toBe('')
    expect(ids(fromLines.out)).toHaveLength(7)
    const others = [
      tamis(['query', 'users.json', ...asked]),
      tamis(['query', ...asked], users.map((user) => JSON.stringify(user)).join('\r\n')),
      tamis(['query', '-', ...asked], JSON.stringify(users)),
      tamis(['query', '--db', 'users.sqlite', '--table', 'users', ...asked]),
    ]
    for (const { out, err, status } of others) {
      expect([ids(out), err, status]).toEqual([ids(fromLines.out), '', 0])
    }
  })

  it('prints a table to a terminal', () => {
    const { out } = tamis(['query', 'users.ndjson', '--filter', '{"id":"john"}'])
    expect(out).toMatch(/│ id +│ role/)
    expect(out).toContain('John Doe')
    expect(tamis(['query', 'users.ndjson', '--filter', '{"id":"nobody"}']).out).toBe('no rows\n')
  })

  it('pages with the cursors that it prints, in files and in tables', () => {
    const from = [['users.ndjson'], ['--db', 'users.sqlite', '--table', 'users']]
    const shown = from.map((source) => {
      const own = ['query', ...source, '--sort', '-last_active', '--limit', '3']
      const first = tamis(own).out
      const next = first.match(/--next (\S+)\n$/)?.[1] as string
      const second = tamis([...own, '--next', next])
      const prev = second.out.match(/--prev (\S+)\n$/)?.[1] as string
      expect(second.err).toBe('')
      expect(tamis([...own, '--prev', prev, '--json']).out.split('\n')).toHaveLength(4)
      return [first, second.out]
    })
    expect(shown[0]?.map((out) => out.match(/--next \S+/)?.[0])).toEqual(
      shown[1]?.map((out) => out.match(/--next \S+/)?.[0]),
    )
  })

  it('streams every match with --all', () => {
    const { out } = tamis([
      'query',
      'users.ndjson',
      '--all',
      '--option',
      'include_deactivated_users',
    ])
    expect(ids(out)).toEqual(users.map(({ id }) => id))
  })

  it('keeps integers of any size', () => {
    const row = '{"id":"a","custom":{"n":9007199254740993}}'
    const filter = ['--filter', '{"custom.n":9007199254740993}', '--json']
    expect(tamis(['query', ...filter], row).out).toBe(`${row}\n`)
    expect(tamis(['query', ...filter], `[${row}]`).out).toBe(`${row}\n`)
    expect(tamis(['query', ...filter], row.replace('993', '992')).out).toBe('')
  })

  it('prints strings unchanged, even if they look like other values', () => {
    const row = '{"id":"bigint:5","custom":{"a":"\\u0000bigint:5","n":9007199254740993}}'
    expect(tamis(['query', '--json'], row).out).toBe(`${row}\n`)
  })

  it('reads a schema and a mapping from a module', () => {
    const rows = '{"sku":"a","price":1.5}\n{"sku":"b","price":3}'
    const { out } = tamis(
      ['query', '--schema', 'schema.mjs', '--filter', '{"price":{"$gt":2}}', '--json'],
      rows,
    )
    expect(out).toBe('{"sku":"b","price":3}\n')
    expect(tamis(['sql', '--schema', 'schema.mjs', '--table', 'goods']).out).toContain(
      '"cost" AS "price"',
    )
  })

  it('exits without an error when its output is closed early', async () => {
    const child = spawn(
      process.execPath,
      [command, 'query', '--all', '--option', 'include_deactivated_users'],
      { stdio: 'pipe' },
    )
    let err = ''
    child.stderr.on('data', (chunk) => {
      err += chunk
    })
    child.stdin.on('error', () => {})
    const closed = once(child, 'close')
    child.stdout.once('data', () => child.stdout.destroy())
    const line = `${JSON.stringify(users[0])}\n`
    for (let i = 0; i < 2000 && child.exitCode === null; i++) {
      if (!child.stdin.write(line.repeat(100)))
        await new Promise((resolve) => setTimeout(resolve, 1))
    }
    child.stdin.end()
    const [status] = await closed
    expect([status, err]).toEqual([0, ''])
  })

  it('keeps only one page of a long stream in memory', async () => {
    // 60 MB of rows in a heap of 24 MB.
    const child = spawn(
      process.execPath,
      ['--max-old-space-size=24', command, 'query', '--sort', 'id', '--limit', '3', '--json'],
      { stdio: 'pipe' },
    )
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.stdin.on('error', () => {})
    const closed = once(child, 'close')
    const pad = 'x'.repeat(1000)
    for (let i = 60; i > 0; i--) {
      const chunk = Array.from(
        { length: 1000 },
        (_, n) => `{"id":"${String(i * 1000 + n).padStart(6, '0')}","custom":{"pad":"${pad}"}}\n`,
      ).join('')
      if (!child.stdin.write(chunk))
        await new Promise((resolve) => child.stdin.once('drain', resolve))
    }
    child.stdin.end()
    const [status] = await closed
    expect([status, ids(out)]).toEqual([0, ['001000', '001001', '001002']])
  })
})

describe('the command', () => {
  it('loads the packages of the server only for tamis serve', () => {
    expect(loaded).toContain('node:util')
    expect(loaded.filter((name) => peers.includes(name))).toEqual([])
  })

  it('names the packages to install if they are missing', async () => {
    // Out of reach of this repository's packages, with those in it that the package brings.
    const own = mkdtempSync(join(tmpdir(), 'tamis-bare-'))
    cpSync(folder, own, { recursive: true })
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, [join(own, 'tamis.mjs'), ...args], { encoding: 'utf8', cwd: own })
    const users = 'kysely zod jose'
    expect(run('serve')).toMatchObject({
      stderr: `tamis: serve: missing packages: npm install ${users} hono @hono/node-server pino prom-client\n`,
      status: 2,
    })
    expect(run('import', 'users.ndjson')).toMatchObject({
      stderr: `tamis: import: missing packages: npm install ${users}\n`,
      status: 2,
    })
    expect(run('query', 'users.ndjson', '--limit', '1')).toMatchObject({ stderr: '', status: 0 })
    rmSync(own, { recursive: true })
  })
})

describe('tamis sql', () => {
  it('prints text and parameters', () => {
    const { out } = tamis([
      'sql',
      '--filter',
      '{"role":"admin"}',
      '--sort',
      '[{"role":1}]',
      '--limit',
      '5',
    ])
    expect(out).toContain(
      `WHERE ("role" = ? AND "deactivated_at" IS NULL) ORDER BY "users"."role" ASC, "users"."id" ASC LIMIT ? OFFSET ?\n-- ["admin",5,0]\n`,
    )
    const { text, params } = JSON.parse(tamis(['sql', '--json']).out)
    expect(text).toMatch(/^SELECT/)
    expect(params).toEqual([30, 0])
  })
})

describe('tamis explain', () => {
  it('shows the condition as a tree', () => {
    const filter =
      '{"$or":[{"role":"admin"},{"$nor":[{"custom.age":{"$gte":18}},{"teams":"red"}]}]}'
    expect(
      tamis(['explain', '--filter', filter, '--sort', '-last_active']).out,
    ).toMatchInlineSnapshot(`
      "all of
      ├─ any of
      │  ├─ role $eq "admin"  (string)
      │  └─ all of
      │     ├─ not custom.age $gte 18  (dynamic)
      │     └─ not teams $eq "red"  (list of string)
      └─ deactivated_at $eq null  (timestamp)
      order: last_active descending, id descending
      page: 30 rows from 0
      "
    `)
  })
})

describe('a filter on the command line', () => {
  it('may be written in the relaxed form of the Mongo shell', () => {
    const strict = tamis(['query', 'users.ndjson', ...asked])
    const relaxed = tamis([
      ...['query', 'users.ndjson', ...asked],
      ...[
        '--filter',
        "{role: {$in: ['admin', 'moderator',]}, // staff\n custom.age: {$gte: 0x12}}",
      ],
    ])
    expect(relaxed).toEqual(strict)
    expect(ids(strict.out).length).toBeGreaterThan(0)
  })

  it('errors are shown with carets in a terminal, and on one line otherwise', () => {
    const source = '{\n  rol: "a",\n  banned: 1\n}'
    const { err } = tamis(['query', 'users.ndjson', '--filter', source])
    expect(err.split('\n')).toEqual([
      expect.stringMatching(/^tamis: --filter\/rol: .*; --filter\/banned: /),
      '',
    ])
    const range = { start: 4, end: 7, line: 2, column: 3 }
    const error = new TextMistake([{ line: '--filter/rol: no field', source, range }])
    const style = { mark: (text: string) => `<${text}>`, dim: (text: string) => text }
    expect(linesOf(error, style)).toEqual([
      'tamis: --filter/rol: no field',
      '2 |   rol: "a",',
      '  |   <^^^>',
    ])
    expect(linesOf(error)).toEqual(['tamis: --filter/rol: no field'])
  })
})

describe('without --schema', () => {
  const remedy = (made: string) =>
    `the schema is that of users; make one with \`tamis ${made} > schema.ts\` and say --schema schema.ts\n`

  it('a field that users do not have suggests a schema of the rows', () => {
    const filter = ['--filter', '{price:{$gt:5}}']
    const cases: readonly (readonly [string[], string])[] = [
      [['query', 'users.ndjson', ...filter], remedy('infer users.ndjson')],
      [['query', "ana's.ndjson", ...filter], remedy("infer 'ana'\\''s.ndjson'")],
      [['query', ...filter], remedy('infer')],
      [
        ['query', '--db', 'postgres://ana:secret@db/app', '--table', 'goods', ...filter],
        remedy("introspect 'postgres://ana:…@db/app' --table goods"),
      ],
      [
        ['sql', ...filter],
        'the schema is that of users; name the module of another with --schema\n',
      ],
    ]
    for (const [args, hint] of cases) {
      const { out, err, status } = tamis(args)
      expect([out, status]).toEqual(['', 2])
      expect(err).toMatch(/^tamis: --filter\/price: Unknown field "price" /)
      expect(err.endsWith(`; ${hint}`), err).toBe(true)
    }
    expect(tamis(['query', '--schema', 'users', ...filter]).err).not.toContain('infer')
  })

  it('no rows suggest it too, to people', () => {
    const none = ['query', 'users.ndjson', '--filter', '{"id":"nobody"}']
    expect(tamis(none).err).toBe(`tamis: ${remedy('infer users.ndjson')}`)
    expect(tamis([...none, '--json']).err).toBe('')
    expect(tamis([...none, '--schema', 'users']).err).toBe('')
  })
})

describe('a mistake prints one line to standard error and exits with status 2', () => {
  it.each<[string, string[], string, RegExp]>([
    ['no command', [], '', /expected a command/],
    ['an unknown command', ['qury'], '', /unknown command 'qury'.*Did you mean query/],
    [
      'a command that is like none',
      ['foo'],
      '',
      /^tamis: unknown command 'foo'; expected a command: query, sql, .* or completion; see tamis --help$/m,
    ],
    [
      'a schema that is no module',
      ['query', '--schema', 'users.json'],
      '',
      /^tamis: --schema: users.json: expected a module \(.ts or .js\), as tamis introspect and tamis infer make it$/m,
    ],
    [
      'an unknown option',
      ['query', '--filte', '{}'],
      '',
      /unknown option '--filte'.*Did you mean --filter/,
    ],
    [
      'a filter that no shell quoted',
      ['query', '--filter', '{role:admin}'],
      '',
      /^tamis: --filter, line 1, column 7: A value: .*write a string in quotes: "admin"/,
    ],
    [
      'a filter file that is not there',
      ['query', '--filter', '@nope.json'],
      '',
      /^tamis: --filter: ENOENT/,
    ],
    [
      'a wrong filter',
      ['query', '--filter', '{"rol":"admin"}'],
      '',
      /^tamis: --filter\/rol: Unknown field "rol" .*did you mean "role"/,
    ],
    [
      'a wrong sort',
      ['query', '--sort', '-name'],
      '',
      /^tamis: --sort\/0: "name" is not sortable; expected one of id,/,
    ],
    [
      'a limit that is not a number',
      ['query', '--limit', 'ten'],
      '',
      /--limit.*expected an integer/,
    ],
    [
      'a limit over the cap',
      ['query', '--limit', '1001'],
      '',
      /^tamis: --limit: limit: expected an integer from 0 to 1000, received 1001/,
    ],
    [
      'an unknown switch',
      ['query', '--option', 'deleted'],
      '',
      /^tamis: --option deleted: Unknown option "deleted"/,
    ],
    [
      'a file that is not there',
      ['query', 'nope.ndjson'],
      '',
      /^tamis: cannot read nope.ndjson: ENOENT/,
    ],
    ['a folder', ['query', '.'], '', /^tamis: cannot read \.: EISDIR/],
    [
      'a line that is not JSON',
      ['query'],
      '{"id":"a"}\n{"id":',
      /^tamis: standard input, line 2: not valid JSON/,
    ],
    [
      'a line that is not a row',
      ['query'],
      '{"id":"a"}\n5',
      /^tamis: standard input, line 2: expected a JSON object/,
    ],
    [
      'an array that breaks off',
      ['query'],
      '[{"id":"a"},',
      /^tamis: standard input, after element 1: not valid JSON/,
    ],
    [
      'an array with an element that is not a row',
      ['query'],
      '[{"id":"a"},[1]]',
      /^tamis: standard input, element 2: expected a JSON object/,
    ],
    [
      'something after the array',
      ['query'],
      '[{"id":"a"}] x',
      /^tamis: standard input, after element 1: not valid JSON/,
    ],
    [
      'a schema that is not there',
      ['query', '--schema', 'nope.mjs'],
      '',
      /^tamis: --schema: no such module: "nope.mjs"/,
    ],
    [
      'a module without a schema',
      ['query', '--schema', 'empty.mjs'],
      '',
      /^tamis: --schema: empty.mjs exports no schema/,
    ],
    [
      'a database that is not there',
      ['query', '--db', 'nope.sqlite', '--table', 'users'],
      '',
      /^tamis: nope.sqlite: no such file; expected an SQLite file, /,
    ],
    [
      'a database without a table',
      ['query', '--db', 'users.sqlite'],
      '',
      /^tamis: --db requires --table/,
    ],
    [
      'a table that is not there',
      ['query', '--db', 'users.sqlite', '--table', 'user'],
      '',
      /^tamis: unknown table "user" \(did you mean "users"\?\)/,
    ],
    [
      'a table of another schema',
      ['query', '--db', 'other.sqlite', '--table', 'people'],
      '',
      /^tamis: the table "people" has no column "role" for the field "role" \(the schema is that of users; make one with `tamis introspect other.sqlite --table people > schema.ts` and say --schema schema.ts\)$/m,
    ],
    [
      'a column that is misspelt',
      ['query', '--schema', 'schema.mjs', '--db', 'other.sqlite', '--table', 'goods'],
      '',
      /^tamis: the table "goods" has no column "cost" for the field "price" \(did you mean "coost"\?\)/,
    ],
    [
      'an unknown option in place of one that is required',
      ['introspect', 'users.sqlite', '--tabel', 'users'],
      '',
      /^tamis: unknown option '--tabel' \(Did you mean --table\?\)/,
    ],
    [
      'a file that is no database',
      ['query', '--db', 'users.json', '--table', 'users'],
      '',
      /^tamis: users.json: file is not a database/,
    ],
    [
      'a cursor of another query',
      ['query', 'users.ndjson', '--next', 'AAAA'],
      '',
      /^tamis: --next: next: expected a cursor from a page of this query, received "AAAA"/,
    ],
    [
      'a dialect that there is not',
      ['sql', '--dialect', 'oracle'],
      '',
      /^tamis: --dialect: expected one of sqlite, postgres, mariadb, mysql, duckdb, clickhouse, received oracle/,
    ],
    [
      'a switch that has an option of its own',
      ['query', '--option', 'limit=0'],
      '',
      /^tamis: --option limit: use --limit/,
    ],
    [
      'a switch that is no JSON',
      ['query', '--option', 'include_deactivated_users=yes'],
      '',
      /^tamis: --option include_deactivated_users, line 1, column 1: A value: expected/,
    ],
    [
      'a switch named __proto__',
      ['query', '--option', '__proto__=1'],
      '',
      /^tamis: --option __proto__: Unknown option "__proto__"/,
    ],
    [
      'a table without a database',
      ['query', '--table', 'users'],
      '',
      /^tamis: --table requires --db/,
    ],
    ['a table without a name', ['sql', '--table', ''], '', /^tamis: sqlite: not a valid name/],
    ['a folder as a database', ['query', '--db', '.', '--table', 'users'], '', /^tamis: \.: /],
    ['a field with a line break', ['query', '--filter', '{"a\\nb":1}'], '', /^tamis: --filter/],
    [
      'a wrong line after empty ones',
      ['query'],
      '\n\n{bad',
      /^tamis: standard input, line 3: not valid JSON/,
    ],
    [
      'a row that nests too deeply',
      ['query', '--all'],
      `{"id":"a","custom":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
      /^tamis: a row exceeds the nesting limit/,
    ],
    [
      'control characters',
      ['query', '--filter', '{"\\u001b[2Jx":1}'],
      '',
      /^tamis: --filter[^\u001b]*$/,
    ],
    [
      '--all with a sort',
      ['query', '--all', '--sort', 'id'],
      '',
      /^tamis: --all returns all rows in their order/,
    ],
  ])('%s', (_, args, input, says) => {
    const { err, out, status } = tamis(args, input)
    expect(err).toMatch(says)
    expect(err.trimEnd().split('\n')).toHaveLength(1)
    expect([out, status]).toEqual(['', 2])
  })

  it('several mistakes print one line', () => {
    const { err, status } = tamis(['query', '--filter', '{"rol":1,"role":5}'])
    expect(err).toMatch(/^tamis: --filter\/rol: [^\n]*; --filter\/role: [^\n]*\n$/)
    expect(status).toBe(2)
  })
})

describe('help and version', () => {
  it('exit with status 0', () => {
    expect(tamis(['--help'])).toMatchObject({
      status: 0,
      err: '',
      out: expect.stringContaining('Usage: tamis'),
    })
    expect(tamis(['query', '--help'])).toMatchObject({
      status: 0,
      out: expect.stringContaining('--filter'),
    })
    expect(tamis(['--version']).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
