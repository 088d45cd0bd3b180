/** `tamis query` over a table of each database that has a URL. */

import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import {
  createTable,
  date,
  decimal,
  defineSchema,
  insertRow,
  integer,
  list,
  string,
  timestamp,
} from 'tamis'
import { readFacts } from 'tamis/check'
import { duckdb } from 'tamis/duckdb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { bundleForNode, scratch } from '../support/bundled.ts'
import { available } from '../support/engines/available.ts'
import { mysqlServer } from '../support/engines/mysql.ts'
import { askingOf } from '../support/promise.ts'

const folder = scratch('databases')
const command = join(folder, 'tamis.mjs')
const file = (name: string) => join(folder, name)

function tamisIn(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    cwd: folder,
    env,
  })
  return { out: stdout, err: stderr, status }
}

const tamis = (...args: readonly string[]) => tamisIn(process.env, ...args)

const people = defineSchema({
  fields: {
    id: integer({ required: true }),
    name: string({ sortable: true, operators: ['$eq', '$ne'] }),
    born: date({ sortable: true }),
    seen: timestamp({ sortable: true }),
    wage: decimal({ precision: 12, scale: 2, sortable: true }),
    teams: list(string()),
  },
})
const ROWS = [
  { id: 1, name: 'Ana', born: '1990-02-28', seen: '2024-05-01T12:00:00.123456Z', wage: '10.50' },
  { id: 2, name: 'ana', teams: ['red', 'blue'], wage: '-1.05' },
  { id: 3, name: 'Zoë', born: '2001-12-31', teams: [] },
]
const asked = ['--filter', '{"name":{"$ne":"ana"}}', '--sort', '-born', '--json'] as const

beforeAll(async () => {
  await bundleForNode('src/cli/main.ts', command, Object.keys(packageJson.peerDependencies))
  await bundleForNode('src/index.ts', file('library.mjs'))
  writeFileSync(
    file('people.mjs'),
    `import { date, decimal, defineSchema, integer, list, string, timestamp } from '${file('library.mjs')}'
export const people = defineSchema({ fields: {
  id: integer({ required: true }), name: string({ sortable: true, operators: ['$eq', '$ne'] }),
  born: date({ sortable: true }), seen: timestamp({ sortable: true }),
  wage: decimal({ precision: 12, scale: 2, sortable: true }), teams: list(string()) } })`,
  )
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The URL of the server that the tests of an engine use. */
const URLS: Readonly<Record<string, () => string>> = {
  PostgreSQL: () =>
    process.env.TAMIS_POSTGRES_URL ??
    `postgres://${userInfo().username}@/postgres?host=/var/run/postgresql`,
  MariaDB: () => {
    const socket = ['/run/mysqld/mysqld.sock', '/var/run/mysqld/mysqld.sock'].find(existsSync)
    return process.env.TAMIS_MARIADB_URL ?? `mariadb://root@localhost/?socketPath=${socket}`
  },
  MySQL: mysqlServer,
}

const expected = [
  { id: 3, name: 'Zoë', born: '2001-12-31', teams: [] },
  {
    ...{ id: 1, name: 'Ana', born: '1990-02-28' },
    ...{ seen: '2024-05-01T12:00:00.123456Z', wage: '10.50' },
  },
]

describe.each(available.filter(({ name }) => Object.hasOwn(URLS, name)))(
  'tamis query in $name',
  (engine) => {
    it('returns rows and pages, and names the schema of a table that is elsewhere', async () => {
      const connection = await engine.connect()
      try {
        const { dialect } = engine
        const target = { dialect, table: 'query_people' }
        for (const statement of createTable(people, target)) await connection.exec(statement)
        const insert = insertRow(people, target)
        for (const row of ROWS) await connection.run(insert(row))
        const { table } = await readFacts(askingOf(connection), { table: 'query_people' })
        const db = ['--db', URLS[engine.name]?.() ?? '', '--schema', 'people.mjs']
        const named = ['query', ...db, '--table', `${table.schema}.query_people`]
        const { out, err, status } = tamis(...named, ...asked)
        expect([err, status]).toEqual(['', 0])
        expect(
          out
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        ).toEqual(expected)

        const first = tamis(...named, '--sort', 'name', '--limit', '1').out
        const next = /--next (\S+)/.exec(first)?.[1] ?? ''
        const second = tamis(...named, '--sort', 'name', '--limit', '1', '--next', next, '--json')
        expect(JSON.parse(second.out)).toMatchObject({ id: 3 })

        for (const name of ['query', 'check']) {
          const elsewhere = tamis(name, ...db, '--table', 'query_people')
          expect([elsewhere.out, elsewhere.status]).toEqual(['', 2])
          expect(elsewhere.err).toBe(
            `tamis: unknown table "query_people" (there is ${table.schema}.query_people: --table ${table.schema}.query_people)\n`,
          )
        }
      } finally {
        await connection.close()
      }
    })
  },
)

describe('a URL', () => {
  it.skipIf(!available.some(({ name }) => name === 'PostgreSQL'))(
    'without a user, where the environment has none, is to name one',
    () => {
      const place = (URLS.PostgreSQL?.() ?? '').replace(/^\w+:\/\/(?:[^/?#]*@)?/, '')
      const { USER: _, PGUSER: __, ...env } = process.env
      const { err, status } = tamisIn(env, 'introspect', `postgres://${place}`, '--table', 'people')
      expect([err, status]).toEqual([
        `tamis: postgres://${place}: name the user: postgres://USER@${place}\n`,
        2,
      ])
    },
  )

  it('is printed without its password', () => {
    const places = [
      'postgres://ana:sesame@127.0.0.1:1/app',
      'postgres://ana@corp:sesame@127.0.0.1:1/app',
      'postgres://127.0.0.1:1/app?user=ana&password=sesame',
      'postgres://ana:sesame@[/app',
      'mysql://ana:sesame@127.0.0.1:1/app',
      'prisma+postgres://ana:sesame@127.0.0.1/app',
      'jdbc:postgresql://ana:sesame@127.0.0.1/app',
      'libsql://app.turso.io?authToken=sesame',
      '"postgres://ana:sesame@127.0.0.1/app"',
    ]
    for (const place of places) {
      const of = ['--db', place, '--table', 'people', '--schema', 'people.mjs']
      for (const args of [
        ['introspect', place, '--table', 'people'],
        ['check', ...of],
        ['query', ...of],
        [place],
      ]) {
        const { out, err, status } = tamis(...args)
        expect([out, status]).toEqual(['', 2])
        expect(err).toMatch(/^tamis: [^\n]+\n$/)
        expect(err).not.toContain('sesame')
      }
    }
  }, 120_000)
})

describe('tamis query in DuckDB', () => {
  it('reads a file', async () => {
    const instance = await DuckDBInstance.create(file('people.duckdb'))
    const connection = await instance.connect()
    const target = { dialect: duckdb, table: 'people' }
    for (const statement of createTable(people, target)) await connection.run(statement)
    const insert = insertRow(people, target)
    for (const row of ROWS) {
      const { text, params } = insert(row)
      await connection.run(text, params as never)
    }
    connection.closeSync()
    instance.closeSync()
    const of = ['query', '--db', 'duckdb:people.duckdb', '--schema', 'people.mjs'] as const
    const { out, err, status } = tamis(...of, '--table', 'people', ...asked)
    expect([err, status]).toEqual(['', 0])
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(expected)
    expect(tamis(...of, '--table', 'peple').err).toBe(
      'tamis: unknown table "peple" (did you mean "people"?)\n',
    )
  })
})
