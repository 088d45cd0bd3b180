/** What `tamis init` writes runs: in empty folders and in projects of each framework, with databases. */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
function runTest(folder: string, out: string, env = {}) {
  const line = /^then run its test: (.*)$/m.exec(out)?.[1] ?? ''
  const done = run(folder, 'sh', ['-c', line], env)
  expect([done.status, done.out + done.err], line).toEqual([
    0,
    expect.stringMatching(/pass(ed)?\D+3/),
  ])
}

/** The projects in TypeScript. They are checked at once, because most of the time is for the types of tamis. */
const typed: string[] = []

/** The errors of the compiler in all modules of projects. */
function errorsIn(folders: readonly string[]): readonly string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
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
        'wrote list/endpoint.test.js',
        'install what it imports: npm install tamis',
        'then run its test: npm test',
        '',
      ].join('\n'),
    )
    runTest(folder, out)
  })

  it('with --dry-run writes nothing, and keeps what is there', () => {
    const folder = folderOf({
      files: { 'list/list.js': 'mine', 'package.json': dependsOn('tamis') },
    })
    const dry = init(folder, ['--dry-run'])
    expect(dry.out).toContain('would write list/schema.js\nkept list/list.js, which is there\n')
    expect(readdirSync(join(folder, 'list'))).toEqual(['list.js'])
    const { out, status } = init(folder)
    expect([out.split('\n').slice(0, 2), status]).toEqual([
      ['wrote list/schema.js', 'kept list/list.js, which is there'],
      0,
    ])
    expect(readFileSync(join(folder, 'list/list.js'), 'utf8')).toBe('mine')
    const again = init(folder)
    expect([again.out.match(/^kept /gm)?.length, again.status]).toEqual([4, 0])
    expect(again.out).not.toContain('install')
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
    const hint = init(folder, ['--dry-run'])
    expect(hint.err).toBe(
      'tamis: DATABASE_URL of .env names a database: with --table, the list is of one of its tables\n',
    )
    const { out, err } = init(folder, ['--table', 'goods', '--omit', 'secret'])
    expect(err).toBe('')
    expect(out).toContain('npm install tamis libsql\n')
    expect(readFileSync(join(folder, 'list/schema.ts'), 'utf8')).not.toContain('secret')
    typed.push(folder)
    runTest(folder, out)
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
    }
  }, 120_000)

  it.skipIf(!available.some(({ name }) => name === 'PostgreSQL'))(
    'makes the schema of a table of PostgreSQL, in a schema',
    async () => {
      const url =
        process.env.TAMIS_POSTGRES_URL ??
        `postgres://${userInfo().username}@/postgres?host=/var/run/postgresql`
      const client = new pg.Client(url)
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
        const env = { DATABASE_URL: url }
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
        expect(err).toBe('')
        typed.push(folder)
        runTest(folder, out, env)
      } finally {
        await client.query(`DROP DATABASE ${name}`)
        await client.end()
      }
    },
    120_000,
  )

  it('makes the schema of a table of Drizzle', () => {
    const files = {
      'package.json': dependsOn('fastify', 'typescript', 'drizzle-orm'),
      'src/db/schema.ts': `import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'

export const tasks = sqliteTable('tasks', {
  number: integer().primaryKey(),
  title: text().notNull(),
})
`,
    }
    const folder = folderOf({ files })
    const { out, err } = init(folder)
    expect(err).toBe('tamis: src/db/schema.ts has the table tasks, of which the schema is made\n')
    typed.push(folder)
    runTest(folder, out)
    // The same with a database.
    const other = folderOf({ files: { ...files, '.env': 'DATABASE_URL=file:tasks.sqlite\n' } })
    const db = new Database(join(other, 'tasks.sqlite'))
    db.exec('CREATE TABLE tasks (number INTEGER PRIMARY KEY, title TEXT NOT NULL)')
    db.exec("INSERT INTO tasks VALUES (1, 'sieve'), (2, 'sort')")
    db.close()
    const made = init(other)
    typed.push(other)
    runTest(other, made.out)
  }, 120_000)

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
    ['a database that is not there', {}, ['--table', 't', '--db', 'no.sqlite'], /no such file/],
    [
      'a framework that it does not know',
      {},
      ['--framework', 'koa'],
      /Allowed choices are express/,
    ],
    ['a file in the place of a folder', { files: { list: '' } }, [], /^tamis: list\/schema.js: /],
  ])('refuses %s', (_, options, args, message) => {
    const folder = folderOf(options)
    const { err, status } = init(folder, args)
    expect([err, status]).toEqual([expect.stringMatching(message), 2])
    expect(err.trimEnd().split('\n')).toHaveLength(1)
    expect(existsSync(join(folder, 'list/list.js'))).toBe(false)
  })
})
