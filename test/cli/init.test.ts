/** What `tamis init` writes runs: in empty folders and in projects of each framework, with databases. */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { createConnection } from 'mysql2/promise'
import pg from 'pg'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { bundleAllForNode, scratch, UNBUNDLED } from '../support/bundled.ts'
import { available } from '../support/engines/available.ts'

const root = scratch('init')
const command = join(root, 'tamis.mjs')
/** Modules of the package, by the names that programs import them by. */
const DOORS = {
  '.': 'src/index.ts',
  './text': 'src/text/index.ts',
  './drizzle': 'src/drizzle/index.ts',
  './sqlite': 'src/dialect/sqlite/index.ts',
  './postgres': 'src/dialect/postgres/index.ts',
  './mariadb': 'src/dialect/mariadb/index.ts',
}

beforeAll(async () => {
  await bundleAllForNode(
    { [command]: 'src/cli/main.ts' },
    Object.keys(packageJson.peerDependencies),
  )
  // The package, as an installation would have it.
  const installed = join(root, 'node_modules/tamis')
  const moduleOf = (door: string) => `${door.replace(/^\.\/?/, '') || 'index'}.mjs`
  const programs = Object.entries(DOORS).map(([door, entry]) => [
    join(installed, moduleOf(door)),
    entry,
  ])
  await bundleAllForNode(Object.fromEntries(programs), [
    ...UNBUNDLED,
    'drizzle-orm',
    'drizzle-orm/*',
  ])
  const exports = Object.fromEntries(
    Object.keys(DOORS).map((door) => [door, `./${moduleOf(door)}`]),
  )
  writeFileSync(
    join(installed, 'package.json'),
    JSON.stringify({ name: 'tamis', type: 'module', exports }),
  )
})
afterAll(() => rmSync(root, { recursive: true }))

interface Options {
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

let folders = 0

/** A folder with files, in which the package is installed. */
function folderOf({ files = {} }: Options): string {
  const folder = join(root, `project-${folders++}`)
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

function run(folder: string, command: string, args: readonly string[], env = {}) {
  const { DATABASE_URL: _, NODE_OPTIONS: __, NODE_TEST_CONTEXT: ___, ...others } = process.env
  const { stdout, stderr, status } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...others, ...env },
  })
  return { out: stdout, err: stderr, status }
}

const init = (folder: string, args: readonly string[] = [], env = {}) =>
  run(folder, process.execPath, [command, 'init', ...args], env)

/** Runs the test by the command that init names. */
function runCommand(folder: string, out: string, env = {}) {
  const line = /^then run its test: (.*)$/m.exec(out)?.[1] ?? ''
  return run(folder, 'sh', ['-c', line], env)
}

/** The test passes, and leaves nothing out. */
function runTest(folder: string, out: string, env = {}) {
  const done = runCommand(folder, out, env)
  expect([done.status, done.out + done.err], out).toEqual([
    0,
    expect.stringMatching(/pass(ed)?\D+3/),
  ])
}

const POSTGRES =
  process.env.TAMIS_POSTGRES_URL ??
  `postgres://${userInfo().username}@/postgres?host=/var/run/postgresql`

/** The projects in TypeScript. They are checked at once, because most of the time is for the types of tamis. */
const typed: string[] = []

/** The errors of the compiler in all modules of projects. */
function errorsIn(folders: readonly string[]): readonly string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.m?ts$/.test(name))
      .map((name) => join(folder, name)),
  )
  const { config } = ts.readConfigFile('tsconfig.json', (path) => readFileSync(path, 'utf8'))
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd())
  const compiled = ts.createProgram(files, { ...options, noEmit: true })
  return ts
    .getPreEmitDiagnostics(compiled)
    .filter(({ file }) => file?.fileName.startsWith(root))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

const dependsOn = (...names: readonly string[]): string =>
  JSON.stringify({
    type: 'module',
    dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
  })

/** In the documentation, a request that is refused and the answer that is shown below it. */
const REFUSED = /curl -g 'localhost:3000(\/list\?[^']*)'\n```\n\n```json\n([^`]*)```/

describe('tamis init', () => {
  it('in an empty folder writes a project that runs', () => {
    const folder = folderOf({})
    const { out, err, status } = init(folder)
    expect([err, status]).toEqual(['', 0])
    expect(out).toBe(
      [
        'wrote package.json',
        'wrote list/schema.js',
        'wrote list/list.js',
        'wrote list/endpoint.js',
        'wrote list/server.js',
        'wrote list/endpoint.test.js',
        'found no framework and JavaScript; the list is of sample rows in memory: no DATABASE_URL was found',
        'install what it imports: npm install tamis',
        'then run its test: npm test',
        'start it: node list/server.js',
        "try it: curl 'http://localhost:3000/list?limit=2&count=true'",
        '',
      ].join('\n'),
    )
    runTest(folder, out)
    const again = init(folder)
    expect([again.err, again.out.match(/^kept /gm)?.length]).toEqual(['', 5])
    expect(again.out).toContain('start it: node list/server.js\n')
  })

  it('writes a server that answers the request which it names', async () => {
    const folder = folderOf({})
    const [, path = ''] = /curl 'http:..localhost:3000(.*)'/.exec(init(folder).out) ?? []
    const { NODE_OPTIONS: _, ...env } = process.env
    const server = spawn(process.execPath, ['list/server.js'], {
      cwd: folder,
      env: { ...env, PORT: '0' },
    })
    try {
      const [line] = await once(server.stdout, 'data')
      const { origin } = new URL(String(line).trim())
      const page = await (await fetch(`${origin}${path}`)).json()
      expect(page).toMatchObject({ total: 3, items: [{ id: 'cy' }, { id: 'bo' }] })
      expect((await fetch(`${origin}//?nope=1`)).status).toBe(404)
      expect((await fetch(`${origin}/list?nope=1`)).status).toBe(400)
      expect((await fetch(`${origin}/list`, { method: 'POST' })).status).toBe(405)
      const [, wrong = '', answer = ''] =
        REFUSED.exec(readFileSync('docs/command.md', 'utf8')) ?? []
      const refused = await fetch(`${origin}${wrong}`)
      expect([refused.status, await refused.json()]).toEqual([400, JSON.parse(answer)])
    } finally {
      server.kill()
    }
  })

  it.each([
    ['express', "import { router } from './notes/endpoint.js'; app.use(router)"],
    ['fastify', "import { plugin } from './notes/endpoint.js'; app.register(plugin)"],
    ['hono', "import { routes } from './notes/endpoint.js'; app.route('/', routes)"],
    ['none', 'GET of src/notes/endpoint.js is a handler of the Fetch API, for the path /notes'],
  ])('says how an application of %s mounts the list', (name, call) => {
    const files = { 'package.json': dependsOn(name, 'drizzle-orm') }
    const { out } = init(folderOf({ files }), ['--out', 'src/notes', '--dry-run'])
    expect(out).toContain(`mount it${name === 'none' ? '' : ', in a module of src'}: ${call}\n`)
    const asked = name === 'none' ? 'GET /notes' : "curl 'http://localhost:3000/notes"
    expect(out).toContain(`try it: ${asked}?limit=2&count=true`)
    expect(out).toContain(
      `found ${name === 'none' ? 'no framework' : name} and JavaScript; the list is of sample rows in memory: no module exports a table of Drizzle`,
    )
  })

  it('mounts a list in CommonJS by import()', () => {
    const files = { 'package.json': JSON.stringify({ dependencies: { express: '*' } }) }
    const folder = folderOf({ files })
    const { out } = init(folder)
    const [, code = ''] = /^mount it, in a module beside package.json: (.*)$/m.exec(out) ?? []
    expect(code).toBe("import('./list/endpoint.mjs').then(({ router }) => app.use(router))")
    const app = `const app = require('express')(); ${code}.then(() => console.log('mounted'))`
    writeFileSync(join(folder, 'app.js'), app)
    expect(run(folder, process.execPath, ['app.js'])).toMatchObject({ out: 'mounted\n', err: '' })
  })

  it('writes a server where npm install has made a package.json, and no more is there', () => {
    const packageJson = JSON.stringify({ dependencies: { tamis: '^1.0.0', pg: '^8.0.0' } })
    const folder = folderOf({ files: { 'package.json': packageJson } })
    const { out } = init(folder)
    expect(out).toContain('start it: node list/server.mjs\n')
    runTest(folder, out)
    for (const files of [
      { 'package.json': dependsOn('next') },
      { 'package.json': dependsOn('tamis'), 'main.js': '' },
    ]) {
      expect(init(folderOf({ files }), ['--dry-run']).out).not.toContain('list/server')
    }
  })

  it('writes .mts where TypeScript leaves imports as they are, in a package of CommonJS', () => {
    const packageJson = { type: 'commonjs', devDependencies: { typescript: '*', tsx: '*' } }
    const config = (line: string) => `{ "compilerOptions": {\n  ${line}\n} }`
    const filesOf = (line: string) => ({
      'package.json': JSON.stringify(packageJson),
      'tsconfig.json': config(line),
    })
    const option = '"verbatimModuleSyntax": true'
    const folder = folderOf({ files: filesOf(option) })
    const { out } = init(folder)
    expect(out).toContain('wrote list/server.mts\n')
    typed.push(folder)
    runTest(folder, out)
    expect(init(folderOf({ files: filesOf(`// ${option}`) })).out).toContain(
      'wrote list/server.ts\n',
    )
  }, 120_000)

  it.each([
    [[], 'start it by node --env-file=.env …'],
    [['dotenv'], undefined],
  ])('says how an application gets DATABASE_URL, unless it has %j', (names, expected) => {
    const files = { 'package.json': dependsOn('hono', ...names), '.env': 'DATABASE_URL=a.db\n' }
    const folder = folderOf({ files })
    const db = new Database(join(folder, 'a.db'))
    db.exec('CREATE TABLE notes (number INTEGER PRIMARY KEY)')
    db.close()
    const { out } = init(folder, ['--table', 'notes'])
    expect(/^give the application DATABASE_URL: (.*)$/m.exec(out)?.[1]).toBe(expected)
    expect(readFileSync(join(folder, 'list/list.js'), 'utf8')).toContain(
      'GET /list?filter={"number":"…"}&sort=-number&',
    )
  })

  it('with --dry-run writes nothing, and keeps what is the same', () => {
    const folder = folderOf({ files: { 'package.json': dependsOn('tamis') } })
    const dry = init(folder, ['--dry-run'])
    expect([dry.err, dry.status]).toEqual(['', 0])
    expect(dry.out).toContain('would write list/schema.js\nwould write list/list.js\n')
    expect(existsSync(join(folder, 'list'))).toBe(false)
    expect(init(folder).status).toBe(0)
    const again = init(folder)
    expect([again.err, again.out.match(/^kept /gm)?.length, again.status]).toEqual(['', 5, 0])
    expect(again.out).toContain('kept list/schema.js, which is the same\n')
    expect(again.out).not.toContain('install')
  })

  it('writes nothing where a file of its own is another, except into another folder', () => {
    const files = {
      'package.json': dependsOn('hono'),
      'list/schema.js': 'export const mine = 1\n',
      'src/main.js': '',
    }
    const folder = folderOf({ files })
    const message =
      'tamis: list/schema.js is there, and is not what this would write: say --out FOLDER for another folder than list, or remove it\n'
    for (const args of [[], ['--dry-run']]) {
      expect(init(folder, ['--out', './list/', ...args])).toEqual({
        out: '',
        err: message,
        status: 2,
      })
    }
    expect(readdirSync(join(folder, 'list'))).toEqual(['schema.js'])
    const { out } = init(folder, ['--out', 'src/people'])
    expect(readFileSync(join(folder, 'src/people/endpoint.js'), 'utf8')).toContain("get('/people'")
    runTest(folder, out)
  })

  it('with a database and no table lists the tables, unless --sample is given', () => {
    const folder = folderOf({
      files: { 'package.json': dependsOn('hono'), '.env': 'DATABASE_URL=file:app.sqlite\n' },
    })
    const remedy = 'say --table NAME, or --sample for a list of sample rows in memory\n'
    expect(init(folder)).toEqual({
      out: '',
      err: `tamis: DATABASE_URL of .env names a database: file:app.sqlite: no such file; expected an SQLite file, postgres://…, mysql://…, mariadb://… or duckdb:file; ${remedy}`,
      status: 2,
    })
    const db = new Database(join(folder, 'app.sqlite'))
    db.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY); CREATE TABLE goods (sku TEXT)')
    db.close()
    expect(init(folder)).toEqual({
      out: '',
      err: `tamis: DATABASE_URL of .env names a database: there are goods, orders; ${remedy}`,
      status: 2,
    })
    expect(init(folder, ['--db', 'app.sqlite']).err).toBe(
      `tamis: there are goods, orders; ${remedy}`,
    )
    expect(existsSync(join(folder, 'list'))).toBe(false)
    expect(init(folder, ['--sample']).status).toBe(0)
    // A list of a table does not fit the files of the sample.
    const { err, status } = init(folder, ['--table', 'orders'])
    expect([err, status]).toEqual([
      expect.stringMatching(/^tamis: list\/schema.js, .* are there, and are not/),
      2,
    ])
    const isTold = /set DATABASE_URL to the database/
    expect(init(folder, ['--table', 'orders', '--out', 'orders']).out).not.toMatch(isTold)
    rmSync(join(folder, '.env'))
    const named = ['--table', 'orders', '--db', 'app.sqlite', '--out', 'named']
    expect(init(folder, named).out).toMatch(isTold)
  })

  it('refuses a folder in the place of a file, and a file in that of a folder', () => {
    const places = [
      ['list/schema.js/x', 'list/schema.js: expected a file: rename what is there'],
      ['list', 'list: expected a folder, for list/schema.js: rename what is there'],
    ] as const
    for (const [path, message] of places) {
      for (const args of [[], ['--dry-run']]) {
        const folder = folderOf({ files: { [path]: 'mine' } })
        expect(init(folder, args)).toEqual({ out: '', err: `tamis: ${message}\n`, status: 2 })
        expect(existsSync(join(folder, 'package.json'))).toBe(false)
      }
    }
  })

  it.each([
    [['typescript', 'express'], 'tsx @types/node @types/express'],
    [['typescript', 'vitest', 'hono'], '@types/node'],
    [['typescript', 'tsx', '@types/node', 'fastify'], undefined],
    [['express'], undefined],
  ])('names the packages for types and the test that %j lacks', (names, packages) => {
    const { out } = init(folderOf({ files: { 'package.json': dependsOn(...names) } }))
    expect(out).toContain('install what it imports: npm install tamis\n')
    expect(/^install what its types .*: npm install --save-dev (.*)$/m.exec(out)?.[1]).toBe(
      packages,
    )
  })

  it('leaves out what is no file: folders and named pipes', () => {
    const folder = folderOf({
      files: {
        '.env/x': '',
        'tsconfig.json/x': '',
        'src/folder.ts/x': '',
        'package.json': dependsOn('drizzle-orm'),
      },
    })
    for (const name of ['src/pipe.ts', '.env.local']) {
      expect(run(folder, 'mkfifo', [name]).status).toBe(0)
    }
    symlinkSync('pipe.ts', join(folder, 'src/link.ts'))
    symlinkSync('nowhere.ts', join(folder, 'src/broken.ts'))
    const { out, err, status } = init(folder)
    expect([err, status]).toEqual(['', 0])
    expect(out).toContain('wrote src/list/schema.js')
    const piped = folderOf({})
    expect(run(piped, 'mkfifo', ['package.json']).status).toBe(0)
    expect(init(piped)).toEqual({
      out: '',
      err: 'tamis: package.json: expected a file that can be read\n',
      status: 2,
    })
  })

  it.each(['express', 'fastify', 'hono'])('writes an endpoint of %s', (name) => {
    const folder = folderOf({ files: { 'package.json': dependsOn(name), 'src/main.js': '' } })
    const { out, err } = init(folder)
    expect(err).toBe('')
    expect(readFileSync(join(folder, 'src/list/endpoint.js'), 'utf8')).toContain(
      `from '${name === 'fastify' ? './list.js' : name}'`,
    )
    runTest(folder, out)
  })

  it.each([
    ['express', 'tsx'],
    ['fastify', 'vitest'],
    ['hono', 'tsx'],
    ['none', 'vitest'],
  ])(
    'writes TypeScript that runs: %s, %s',
    (name, runner) => {
      const framework = name === 'none' ? [] : [name]
      const folder = folderOf({
        files: { 'package.json': dependsOn('typescript', runner, ...framework) },
      })
      const { out, err } = init(folder)
      expect(err).toBe('')
      typed.push(folder)
      runTest(folder, out)
    },
    120_000,
  )

  it.each(['express', 'fastify', 'hono', 'none'])(
    'writes TypeScript that runs as CommonJS, which npm init makes: %s',
    (name) => {
      const framework = name === 'none' ? {} : { [name]: '*' }
      // As npm 11 writes it, with what npm install adds.
      const packageJson = {
        name: 'app',
        version: '1.0.0',
        description: '',
        main: 'index.js',
        scripts: { test: 'echo "Error: no test specified" && exit 1' },
        keywords: [],
        author: '',
        license: 'ISC',
        type: 'commonjs',
        dependencies: framework,
        devDependencies: { tsx: '*', typescript: '*' },
      }
      const folder = folderOf({ files: { 'package.json': JSON.stringify(packageJson, null, 2) } })
      const { out, err } = init(folder)
      expect(err).toBe('')
      // The compiler has seen the same files in modules above.
      runTest(folder, out)
    },
    120_000,
  )

  it('makes the schema of a table of SQLite that .env names', () => {
    const folder = folderOf({
      files: {
        'package.json': dependsOn('hono', 'typescript'),
        'tsconfig.json': '{ "compilerOptions": { "allowImportingTsExtensions": true } }',
        '.env': '# mine\nDATABASE_URL="file:app.sqlite" # here\n',
      },
    })
    const db = new Database(join(folder, 'app.sqlite'))
    db.exec('CREATE TABLE goods (sku TEXT PRIMARY KEY NOT NULL, price REAL NOT NULL, secret TEXT)')
    db.exec("INSERT INTO goods VALUES ('a', 1.5, 'x'), ('b', 2, 'y')")
    db.close()
    const { out, err } = init(folder, ['--table', 'goods', '--omit', 'secret'])
    expect(err).toBe('')
    expect(out).toContain('npm install tamis libsql\n')
    expect(readFileSync(join(folder, 'list/schema.ts'), 'utf8')).not.toContain('secret')
    typed.push(folder)
    runTest(folder, out)
  }, 120_000)

  it('takes tables and keys with the names that its modules use themselves', () => {
    for (const name of ['query', 'db', 'select', 'schema']) {
      const folder = folderOf({
        files: {
          'package.json': dependsOn('hono', 'typescript'),
          '.env': 'DATABASE_URL=file:app.sqlite\n',
        },
      })
      const db = new Database(join(folder, 'app.sqlite'))
      db.exec(`CREATE TABLE "${name}" (id TEXT PRIMARY KEY NOT NULL, target TEXT)`)
      db.exec(`INSERT INTO "${name}" VALUES ('a', 'x'), ('b', 'y')`)
      db.close()
      const { out, err } = init(folder, ['--table', name])
      expect(err).toBe('')
      typed.push(folder)
      runTest(folder, out)
    }
  }, 120_000)

  it('names the database that --db asks for, where DATABASE_URL is another', () => {
    const folder = folderOf({
      files: { 'package.json': dependsOn('hono'), '.env': 'DATABASE_URL=postgres://localhost/x\n' },
    })
    const db = new Database(join(folder, 'app.sqlite'))
    db.exec('CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL)')
    db.close()
    const { out } = init(folder, ['--db', join(folder, 'app.sqlite'), '--table', 'people'])
    expect(out).toContain('set DATABASE_URL to the database, which the list and its test read\n')
    expect(out).not.toContain('--env-file')
  })

  it('answers no column that may be a secret', () => {
    const folder = folderOf({
      files: { 'package.json': dependsOn('hono'), '.env': 'DATABASE_URL=file:app.sqlite\n' },
    })
    const db = new Database(join(folder, 'app.sqlite'))
    db.exec('CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL, password_hash TEXT, data TEXT)')
    db.exec("INSERT INTO people VALUES ('a', 'x', 'd'), ('b', 'y', 'e')")
    db.close()
    const { out, err } = init(folder, ['--table', 'people'])
    expect(err).toContain('"password_hash" may be a secret, so that its field is hidden')
    runTest(folder, out)
    const asked = (search: string) =>
      run(folder, process.execPath, [
        ...['--env-file=.env', '-e'],
        `import('./list/list.js').then(async ({ list }) => console.log(JSON.stringify((await list('${search}')).body)))`,
      ]).out
    expect(JSON.parse(asked('?sort=id')).items).toEqual([
      { id: 'a', data: 'd' },
      { id: 'b', data: 'e' },
    ])
    expect(JSON.parse(asked('?sort=id&limit=1&fields=data')).items).toEqual([{ data: 'd' }])
    expect(asked('?password_hash=x')).toContain('Unknown field')
    expect(asked('?fields=password_hash')).toContain('Unknown field')
    const without = run(folder, process.execPath, ['list/endpoint.test.js'])
    expect(without.out + without.err).toContain('DATABASE_URL is not set: node --env-file=.env')
  }, 120_000)

  it('takes names of columns as they are, in JavaScript and in TypeScript', () => {
    const dependencies = {
      JavaScript: dependsOn('hono'),
      TypeScript: dependsOn('hono', 'typescript'),
    }
    for (const [language, text] of Object.entries(dependencies)) {
      const folder = folderOf({
        files: { 'package.json': text, '.env': 'DATABASE_URL=file:app.sqlite\n' },
      })
      const db = new Database(join(folder, 'app.sqlite'))
      db.exec(`CREATE TABLE goods ("it's & #1" TEXT PRIMARY KEY NOT NULL,
        "a as const" TEXT, "list(search) =>" TEXT)`)
      db.exec("INSERT INTO goods VALUES ('a', 'x', 'y'), ('b', 'x', 'y')")
      db.close()
      const { out, err } = init(folder, ['--table', 'goods'])
      expect(err, language).toBe('')
      const [schema] = ['ts', 'js']
        .map((extension) => join(folder, `list/schema.${extension}`))
        .filter(existsSync)
      const module = readFileSync(schema as string, 'utf8')
      expect(module).toContain('a as const')
      expect(module).toContain('list(search) =>')
      runTest(folder, out)
      if (language === 'TypeScript') continue
      const total =
        "import('./list/list.js').then(async ({ list }) => console.log((await list('?limit=1&count=true')).body.total))"
      const counted = run(folder, process.execPath, ['--env-file=.env', '-e', total])
      expect([counted.out, counted.err]).toEqual(['2\n', ''])
    }
  }, 120_000)

  it.skipIf(!available.some(({ name }) => name === 'PostgreSQL'))(
    'makes the schema of a table of PostgreSQL, in a schema',
    async () => {
      const client = new pg.Client(POSTGRES)
      await client.connect()
      const schema = `init_${process.pid}`
      await client.query(`CREATE SCHEMA ${schema}`)
      try {
        await client.query(
          `CREATE TABLE ${schema}.people (id bigint PRIMARY KEY, name text, seen timestamptz)`,
        )
        await client.query(
          `INSERT INTO ${schema}.people SELECT i, 'n' || i FROM generate_series(1, 3) i`,
        )
        const folder = folderOf({
          files: { 'package.json': dependsOn('express', 'typescript', 'pg') },
        })
        const env = { DATABASE_URL: POSTGRES }
        const { out, err } = init(folder, ['--table', `${schema}.people`], env)
        expect(err).toBe('')
        typed.push(folder)
        runTest(folder, out, env)
      } finally {
        await client.query(`DROP SCHEMA ${schema} CASCADE`)
        await client.end()
      }
    },
    120_000,
  )

  it.skipIf(!available.some(({ name }) => name === 'MariaDB'))(
    'makes the schema of a table of MariaDB',
    async () => {
      const socket = ['/run/mysqld/mysqld.sock', '/var/run/mysqld/mysqld.sock'].find(existsSync)
      const server =
        process.env.TAMIS_MARIADB_URL ?? `mariadb://root@localhost/?socketPath=${socket}`
      const name = `init_${process.pid}`
      const client = await createConnection(server.replace('mariadb:', 'mysql:'))
      await client.query(`CREATE DATABASE ${name}`)
      try {
        await client.query(`CREATE TABLE ${name}.people (id bigint PRIMARY KEY, name text)`)
        await client.query(`INSERT INTO ${name}.people VALUES (1, 'a'), (2, 'b')`)
        const files = { 'package.json': dependsOn('hono', 'typescript', 'mysql2') }
        const folder = folderOf({ files })
        const url = new URL(server)
        url.pathname = `/${name}`
        const env = { DATABASE_URL: url.href }
        const { out, err } = init(folder, ['--table', 'people'], env)
        expect(err).toMatch(
          /^tamis: "name" compares by code point, not by utf8mb4_general_ci: .*\n$/,
        )
        typed.push(folder)
        runTest(folder, out, env)
      } finally {
        await client.query(`DROP DATABASE ${name}`)
        await client.end()
      }
    },
    120_000,
  )

  const TASKS = {
    'package.json': dependsOn('fastify', 'typescript', 'drizzle-orm'),
    'src/db/schema.ts': `import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const tasks = sqliteTable('tasks', {
  number: integer().primaryKey(),
  title: text().notNull(),
})
`,
  }
  const CONNECTION = `import { drizzle } from 'drizzle-orm/libsql'

export const db = drizzle('file:tasks.sqlite')
`

  function makeTasks(folder: string): Database.Database {
    const db = new Database(join(folder, 'tasks.sqlite'))
    db.exec('CREATE TABLE tasks (number INTEGER PRIMARY KEY, title TEXT NOT NULL)')
    db.exec("INSERT INTO tasks VALUES (1, 'sieve'), (2, 'sort')")
    return db
  }

  it('asks a table of Drizzle over the connection of the project', () => {
    const folder = folderOf({ files: { ...TASKS, 'src/db/index.ts': CONNECTION } })
    const db = makeTasks(folder)
    const { out, err } = init(folder)
    expect(err).toBe('')
    expect(out).toContain(
      'found fastify and TypeScript; the list is of the table tasks of src/db/schema.ts, over db of src/db/index.ts\n',
    )
    typed.push(folder)
    runTest(folder, out)
    // Of no rows, a test that checks nothing does not pass.
    db.exec('DELETE FROM tasks')
    db.close()
    const empty = runCommand(folder, out)
    expect([empty.status, empty.out]).toEqual([
      0,
      expect.stringMatching(/pass 1\b[\s\S]*skipped 2\b/),
    ])
    expect(empty.out).toContain('no rows')
  }, 120_000)

  it('names the tables of Drizzle, of which --table chooses', () => {
    const users = `

export const people = sqliteTable('users', { id: text().primaryKey() })
`
    const files = { ...TASKS, 'src/db/schema.ts': `${TASKS['src/db/schema.ts']}${users}` }
    const folder = folderOf({ files })
    const names = 'tasks (src/db/schema.ts), people (src/db/schema.ts); say --table NAME'
    expect(init(folder)).toEqual({
      out: '',
      err: `tamis: there are tables of Drizzle: ${names}, or --sample\n`,
      status: 2,
    })
    expect(init(folder, ['--table', 'peple']).err).toBe(
      `tamis: no table of Drizzle is "peple"; there are: ${names}\n`,
    )
    for (const name of ['people', 'users']) {
      const { out } = init(folder, ['--table', name, '--dry-run'])
      expect(out).toContain('the list is of the table people of src/db/schema.ts\n')
    }
  })

  it('imports a table of Drizzle beside the list, whose key is in a chain of several lines', () => {
    const tasks = `import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const target = sqliteTable('tasks', {
  title: text().notNull(),
  number: integer({ mode: 'number' })
    .primaryKey(),
})
`
    const folder = folderOf({
      files: {
        'package.json': TASKS['package.json'],
        'src/db/schema.ts': tasks,
        'src/db/index.ts': CONNECTION,
      },
    })
    makeTasks(folder).close()
    const { out, err } = init(folder, ['--out', 'src'])
    expect(err).toBe('')
    const schema = readFileSync(join(folder, 'src/schema.ts'), 'utf8')
    expect(schema).toContain('import { target as table } from "./db/schema.js"')
    typed.push(folder)
    runTest(folder, out)
  }, 120_000)

  it('leaves out properties of Drizzle that may be secrets, and those of --omit', () => {
    const tasks = TASKS['src/db/schema.ts'].replace(
      '  title: text().notNull(),',
      "  title: text().notNull(),\n  // Of other services.\n  accessToken: text('access_token'), note: text(),",
    )
    const folder = folderOf({
      files: { ...TASKS, 'src/db/schema.ts': tasks, 'src/db/index.ts': CONNECTION },
    })
    const db = makeTasks(folder)
    db.exec('ALTER TABLE tasks ADD access_token TEXT')
    db.close()
    const { out, err } = init(folder, ['--omit', 'note'])
    expect(err).toBe('tamis: "accessToken" may be a secret: the schema leaves it out, by omit\n')
    expect(readFileSync(join(folder, 'src/list/schema.ts'), 'utf8')).toContain(
      'fromDrizzle(table, { omit: ["note", "accessToken"] })',
    )
    typed.push(folder)
    runTest(folder, out)
  }, 120_000)

  it('asks a table of Drizzle over a connection of its own, if it knows the database', () => {
    const folder = folderOf({ files: { ...TASKS, '.env': 'DATABASE_URL=file:tasks.sqlite\n' } })
    makeTasks(folder).close()
    const { out } = init(folder)
    typed.push(folder)
    runTest(folder, out)
  }, 120_000)

  it('says where to import the connection of Drizzle that it does not find', () => {
    const folder = folderOf({ files: TASKS })
    makeTasks(folder).close()
    const { out } = init(folder)
    const line = Number(/import yours in src\/list\/list.ts, line (\d+)$/m.exec(out)?.[1])
    typed.push(folder)
    const failed = runCommand(folder, out)
    expect([failed.status, failed.out]).toEqual([
      1,
      expect.stringContaining(`src/list/list.ts, line ${line}: import your connection of Drizzle`),
    ])
    // As a user does who follows the message.
    const connected = folderOf({ files: { ...TASKS, 'src/db.ts': CONNECTION } })
    makeTasks(connected).close()
    mkdirSync(join(connected, 'src/list'))
    for (const name of readdirSync(join(folder, 'src/list'))) {
      const lines = readFileSync(join(folder, 'src/list', name), 'utf8').split('\n')
      if (name === 'list.ts') lines[line - 1] = "import { db } from '../db.js'"
      writeFileSync(join(connected, 'src/list', name), lines.join('\n'))
    }
    typed.push(connected)
    runTest(connected, out)
  }, 120_000)

  it.skipIf(!available.some(({ name }) => name === 'PostgreSQL'))(
    'asks a table of Drizzle in PostgreSQL, whose columns it names otherwise',
    async () => {
      const table = `init_drizzle_${process.pid}`
      const client = new pg.Client(POSTGRES)
      await client.connect()
      await client.query(`CREATE TABLE ${table} (id bigint PRIMARY KEY, made_by text, tags text[])`)
      try {
        await client.query(`INSERT INTO ${table} VALUES (1, 'ana', '{a}'), (2, 'bo', NULL)`)
        const files = {
          'package.json': dependsOn('hono', 'typescript', 'drizzle-orm', 'pg'),
          'db/schema.ts': `import { bigint, pgTable, text } from 'drizzle-orm/pg-core'

export const notes = pgTable('${table}', {
  id: bigint({ mode: 'bigint' }).primaryKey(),
  madeBy: text(),
  tags: text().array(),
})
`,
          'db/client.ts': `import { drizzle } from 'drizzle-orm/node-postgres'

const client = drizzle(process.env.DATABASE_URL ?? '', { casing: 'snake_case' })
export { client }
`,
        }
        const folder = folderOf({ files })
        const env = { DATABASE_URL: POSTGRES }
        const { out } = init(folder, [], env)
        typed.push(folder)
        runTest(folder, out, env)
      } finally {
        await client.query(`DROP TABLE ${table}`)
        await client.end()
      }
    },
    120_000,
  )

  it('writes TypeScript without errors', () => {
    expect(typed.length).toBeGreaterThan(5)
    expect(errorsIn(typed)).toEqual([])
  }, 120_000)

  it.each<[string, Options, string[], RegExp]>([
    [
      'a package.json that is no JSON',
      { files: { 'package.json': '{' } },
      [],
      /^tamis: package.json: /,
    ],
    ['a table without a database', {}, ['--table', 't'], /^tamis: --table requires --db/],
    [
      'a file as the project',
      { files: { 'x/package.json': '{}' } },
      ['x/package.json'],
      /x\/package.json: expected a folder$/m,
    ],
    [
      'a folder outside of the project',
      {},
      ['--out', '../x'],
      /^tamis: --out: expected a folder in/,
    ],
    ['a sample of a table', {}, ['--sample', '--table', 't'], /--sample conflicts with --db/],
    ['a database that is not there', {}, ['--table', 't', '--db', 'no.sqlite'], /no such file/],
    [
      'a framework that it does not know',
      {},
      ['--framework', 'koa'],
      /Allowed choices are express/,
    ],
    [
      'a file in the place of a folder',
      { files: { list: '' } },
      [],
      /^tamis: list: expected a folder, /,
    ],
  ])('refuses %s', (_, options, args, message) => {
    const folder = folderOf(options)
    const { err, status } = init(folder, args)
    expect([err, status]).toEqual([expect.stringMatching(message), 2])
    expect(err.trimEnd().split('\n')).toHaveLength(1)
    expect(existsSync(join(folder, 'list/list.js'))).toBe(false)
  })
})
