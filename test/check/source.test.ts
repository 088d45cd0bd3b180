/** The module that `introspect` prints: formatted as this repository is, and of strict TypeScript. */

import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  boolean,
  createTable,
  date,
  decimal,
  defineSchema,
  enumeration,
  integer,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { checkTable, introspect } from 'tamis/check'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratch } from '../support/bundled.ts'
import { available } from '../support/engines/available.ts'
import type { Connection, Engine } from '../support/engines/engine.ts'
import { askingOf } from '../support/promise.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = scratch('source')
afterAll(() => rmSync(folder, { recursive: true }))

/** What programs do with it: the mapping is one of the schema's. */
const USE = (variable: string) => `
import { createTable, parseQuery } from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { mapping, ${variable} } from './module.ts'
createTable(${variable}, { dialect: sqlite, table: 't', mapping })
parseQuery(${variable}, { limit: 1 })
`

function diagnosticsOf(file: string): readonly string[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram([file], options)
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

describe('the source of introspect', () => {
  const engine = available.find(({ name }) => name === 'SQLite') as Engine
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection?.close())

  const read = (table: string) => introspect(askingOf(connection), { table })

  it('is as short as the table', async () => {
    await connection.exec('CREATE TABLE visits (id INTEGER PRIMARY KEY, at REAL NOT NULL) STRICT')
    expect(
      (await read('visits')).source,
    ).toBe(`import { defineSchema, integer, number } from 'tamis'

export const visits = defineSchema({
  fields: {
    id: integer({ required: true, sortable: true }),
    at: number({ required: true }),
  },
})

export const mapping = {} as const
`)
  })

  it('is formatted, compiles, and says what was left out', async () => {
    await connection.exec(`CREATE TABLE "Order Lines" (
      "key" TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
      "first name" VARCHAR(20) NOT NULL COLLATE RTRIM,
      "it's" TEXT, "a\\b" TEXT, "q""q" TEXT, "quoted 'both'" TEXT,
      "a.b" INTEGER, "$where" BOOLEAN, __proto__ TEXT, "function" REAL, "9" INT,
      ${Array.from({ length: 3 }, (_, i) => `"a column with quite a long name that a line does not hold ${i}" TEXT COLLATE NOCASE`).join(', ')},
      custom JSON, picture BLOB, "made\nat" DATETIME
    )`)
    const { source, warnings, schema, mapping } = await read('Order Lines')
    expect(schema.key).toBe('key')
    expect(Object.keys(schema.fields)).toEqual(expect.arrayContaining(['a_b', '_where', 'proto']))
    expect(mapping).toMatchObject({
      key: { collation: 'NOCASE' },
      a_b: { column: 'a.b' },
      _where: { column: '$where', type: 'BOOLEAN' },
      proto: { column: '__proto__' },
    })
    expect(warnings.join('\n')).toContain('"picture" is left out: no kind is read from BLOB')
    expect(source).toContain('// "picture" is left out')
    const file = join(folder, 'module.ts')
    writeFileSync(file, source)
    // Biome does not look into node_modules: the text is given to it.
    const formatted = spawnSync(
      join(root, 'node_modules/.bin/biome'),
      ['format', '--stdin-file-path=src/module.ts'],
      { cwd: root, encoding: 'utf8', input: source },
    )
    expect(formatted.stdout).toBe(source)
    writeFileSync(join(folder, 'use.ts'), USE('orderLines'))
    expect(diagnosticsOf(join(folder, 'use.ts'))).toEqual([])
  })

  const other = available.find(({ name }) => name === 'PGlite') as Engine
  it.skipIf(other === undefined)(
    'has lines to uncomment for decimals that no field holds',
    async () => {
      const pglite = await other.connect()
      try {
        // Prisma's default.
        await pglite.exec('CREATE TABLE prices (id integer PRIMARY KEY, discount decimal(65,30))')
        const { source, warnings, facts } = await introspect(askingOf(pglite), { table: 'prices' })
        expect(warnings[0]).toContain(
          '"discount" is left out: no kind is read from numeric(65,30); ',
        )
        const edited = source.replace(/^( *)\/\/ (?=import |discount: )/gm, '$1')
        expect(edited).toContain(`    discount: decimal({ precision: 38, scale: 2 }),
  },
})

export const mapping = {
  id: { type: 'integer' },
  discount: { type: 'numeric(65,30)' },
} as const
`)
        writeFileSync(join(folder, 'module.ts'), edited)
        writeFileSync(join(folder, 'use.ts'), USE('prices'))
        expect(diagnosticsOf(join(folder, 'use.ts'))).toEqual([])
        const schema = defineSchema({
          fields: {
            id: integer({ required: true }),
            discount: decimal({ precision: 38, scale: 2 }),
          },
        })
        const mapping = { id: { type: 'integer' }, discount: { type: 'numeric(65,30)' } } as const
        const target = { dialect: other.dialect, table: 'prices', mapping }
        const findings = checkTable(schema, target, facts)
        expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
      } finally {
        await pglite.close()
      }
    },
    120_000,
  )

  it('hides columns that may be secrets', async () => {
    await connection.exec(
      'CREATE TABLE accounts (id TEXT NOT NULL PRIMARY KEY, passwordHash TEXT, reset_token TEXT, hashtag TEXT, name TEXT)',
    )
    const { source, warnings } = await read('accounts')
    const secret = (name: string) =>
      `"${name}" may be a secret, so that its field is hidden: leave it out (omit, --omit of the command), or remove hidden: true if clients may see it`
    expect(warnings).toEqual([secret('passwordHash'), secret('reset_token')])
    expect(source).toContain('// "passwordHash" may be a secret')
    expect(source).toContain('passwordHash: string({ hidden: true }),')
    expect(source).toContain('reset_token: string({ hidden: true }),')
    expect(source).toContain('name: string(),')
    await connection.exec('CREATE TABLE sessions (token TEXT NOT NULL PRIMARY KEY, secret json)')
    const sessions = await read('sessions')
    expect(sessions.source).toContain('token: string({ required: true, sortable: true }),')
    expect(sessions.source).toMatch(/'secret\.\*': dynamic\(\[.*\], \{ hidden: true \}\),/)
    expect(sessions.warnings).toContain(
      '"token" may be a secret, and clients see it, since it is the key',
    )
  })

  it('takes JSON columns of Django that may be NULL, and says how texts without case compare', async () => {
    await connection.exec(
      `CREATE TABLE shops (id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE, mail TEXT COLLATE NOCASE,
        data text NULL CHECK ((JSON_VALID("data") OR "data" IS NULL)))`,
    )
    const { source, warnings } = await read('shops')
    expect(source).toMatch(/'data\.\*': dynamic\(/)
    expect(warnings).toEqual([
      expect.stringMatching(
        /^"name", "mail" compare by code point, not by NOCASE: "A" and "a" differ/,
      ),
    ])
  })

  it('recognises what createTable wrote', async () => {
    const schema = defineSchema({
      fields: {
        id: uuid({ required: true, sortable: true }),
        name: string({ operators: ['$eq', '$autocomplete'] }),
        mood: enumeration(['sad', "it's", 'ok']),
        day: date(),
        at: timestamp({ digits: 3 }),
        flag: boolean(),
      },
    })
    const target = { dialect: engine.dialect, table: 'made' }
    for (const statement of createTable(schema, target)) await connection.exec(statement)
    const { source, warnings, mapping } = await read('made')
    expect(mapping).toEqual({})
    expect(warnings).toEqual(['"name_words" is left out: it holds the words of "name"'])
    for (const line of [
      'id: uuid({ required: true, sortable: true })',
      'name: string({ sortable: true })',
      `mood: enumeration(['sad', "it's", 'ok'], { sortable: true })`,
      'day: date({ sortable: true })',
      'at: timestamp({ digits: 3, sortable: true })',
      'flag: boolean()',
    ]) {
      expect(source).toContain(`    ${line},\n`)
    }
  })

  it.each([
    ['users', 'users'],
    ['delete', 'deleteSchema'],
    ['2024', 'tableSchema'],
    ['Mapping', 'mappingSchema'],
    ['user_accounts', 'userAccounts'],
  ])('names the schema of the table %j %s', async (table, variable) => {
    await connection.exec(`CREATE TABLE "${table}" (id INTEGER PRIMARY KEY) STRICT`)
    expect((await read(table)).source).toContain(`export const ${variable} = defineSchema({`)
  })
})
