/** `tamis introspect` and `tamis check`. */

import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { bundleForNode, scratch } from '../support/bundled.ts'

const folder = scratch('tables')
const command = join(folder, 'tamis.mjs')
const file = (name: string) => join(folder, name)

function tamis(...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [command, ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, DATABASE_URL: '' },
  })
  return { out: stdout, err: stderr, status }
}

/** A module for the schema that does not depend on how `tamis` is found. */
const local = (source: string): string =>
  source.replace("from 'tamis'", `from '${file('library.mjs')}'`)

/** JavaScript has no `as const`. */
const untyped = (source: string): string => source.replaceAll(' as const', '')

beforeAll(async () => {
  await bundleForNode('src/cli/main.ts', command, Object.keys(packageJson.peerDependencies))
  await bundleForNode('src/index.ts', file('library.mjs'))
  const db = new Database(file('shop.sqlite'))
  db.exec(`CREATE TABLE people (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL COLLATE NOCASE, born INTEGER, picture BLOB
  )`)
  db.exec(
    "INSERT INTO people VALUES (1, 'Ana@x.com', 1990, x'00'), (2, 'b@x.com', 'long ago', NULL)",
  )
  db.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

const introspected = () => tamis('introspect', 'shop.sqlite', '--table', 'people')

describe('tamis introspect', () => {
  it('prints a module, and what it leaves out to standard error', () => {
    const { out, err, status } = introspected()
    expect(status).toBe(0)
    expect(out).toContain('export const people = defineSchema({')
    expect(out).toContain("email: { collation: 'NOCASE' }")
    expect(err.split('\n')).toEqual([
      'tamis: "picture" is left out: no kind is read from BLOB',
      expect.stringMatching(/^tamis: "email" compares by code point, not by NOCASE: /),
      '',
    ])
  })

  it('reads the database of DATABASE_URL, in the environment or in .env', () => {
    const { out } = introspected()
    const asked = ['introspect', '--table', 'people']
    const missing = 'is missing, and there is no DATABASE_URL in the environment or .env\n'
    expect(tamis(...asked)).toEqual({
      ...{ out: '', status: 2 },
      err: `tamis: the argument <database> ${missing}`,
    })
    expect(tamis('check', '--schema', 'users').err).toBe(`tamis: --db ${missing}`)
    writeFileSync(file('.env'), 'DATABASE_URL="shop.sqlite"\n')
    try {
      const read = tamis(...asked)
      expect([read.out, read.status]).toEqual([out, 0])
      expect(read.err).toContain('tamis: reading shop.sqlite, DATABASE_URL of .env\n')
      expect(tamis('check', '--schema', 'users', '--table', 'people').status).toBe(1)
      // As dotenv reads it: the last line counts, quotes end at the first of their kind.
      for (const text of [
        'DATABASE_URL=other\nDATABASE_URL=shop.sqlite # mine\n',
        `DATABASE_URL='shop.sqlite' # was 'other'\n`,
        'export DATABASE_URL=`shop.sqlite`',
      ]) {
        writeFileSync(file('.env'), text)
        expect(tamis(...asked).out, text).toBe(out)
      }
      for (const text of ['DATABASE_URL=\nSECRET=abc\n', 'DATABASE_URL= # none\n']) {
        writeFileSync(file('.env'), text)
        expect(tamis(...asked).err, text).toBe(`tamis: the argument <database> ${missing}`)
      }
    } finally {
      rmSync(file('.env'))
    }
  })

  it('takes an SQLite file as a URL, too', () => {
    const { out } = introspected()
    for (const url of ['file:shop.sqlite', pathToFileURL(file('shop.sqlite')).href]) {
      expect(tamis('introspect', url, '--table', 'people').out).toBe(out)
    }
    const { err, status } = tamis('introspect', 'file:nowhere.sqlite', '--table', 'people')
    expect(err).toMatch(/^tamis: file:nowhere.sqlite: no such file; expected an SQLite file, .*\n$/)
    expect(status).toBe(2)
  })

  it('leaves out columns that no client may see', () => {
    const of = ['introspect', 'shop.sqlite', '--table', 'people', '--omit', 'email', 'picture']
    const { out, err, status } = tamis(...of)
    expect([err, status]).toEqual(['', 0])
    expect(out).toContain('born: integer()')
    expect(out).not.toMatch(/email|picture|string/)
  })

  it('answers a mistake in one line', () => {
    const mistakes = [
      tamis('introspect', 'shop.sqlite', '--table', 'persons'),
      tamis('introspect', 'nowhere.sqlite', '--table', 'people'),
      tamis('introspect', 'redis://localhost', '--table', 'people'),
      tamis('introspect', 'shop.sqlite'),
      tamis('introspect', 'shop.sqlite', '--table', 'people', '--omit', 'emial'),
      tamis('introspect', 'shop.sqlite', '--table', 'people', '--omit', 'id'),
    ]
    for (const { out, err, status } of mistakes) {
      expect([out, status]).toEqual(['', 2])
      expect(err).toMatch(/^[^\n]+\n$/)
    }
    expect(mistakes[0]?.err).toMatch(/unknown table "persons" \(there (is|are) .*people/)
    expect(mistakes[3]?.err).toMatch(/^tamis: --table is missing: there (is|are) .*people/)
    expect(mistakes[1]?.err).toContain('nowhere.sqlite: no such file')
    expect(mistakes[4]?.err).toContain('unknown column "emial" (did you mean "email"?)')
    expect(mistakes[5]?.err).toBe(
      'tamis: "people" has no column that can be the key: omit leaves out "id" of its primary key (--omit of the command)\n',
    )
  })
})

describe('tamis check', () => {
  const on = ['--db', 'shop.sqlite', '--table', 'people'] as const

  it.each(['people.mjs', 'people.ts'])('holds %s against the table', (name) => {
    const source = local(introspected().out)
    writeFileSync(file(name), name.endsWith('.ts') ? source : untyped(source))
    const { out, err, status } = tamis('check', '--schema', name, ...on)
    expect([err, status]).toEqual(['', 0])
    expect(out).toMatch(/│ unproven +│ loose_type +│ born/)
  })

  it('exits with 1 where there are errors, and says them to programs', () => {
    writeFileSync(
      file('naive.mjs'),
      local(`import { defineSchema, integer, string } from 'tamis'
export const people = defineSchema({
  fields: { id: integer({ required: true }), email: string({ operators: ['$eq'] }) },
})`),
    )
    const { out, err, status } = tamis('check', '--schema', 'naive.mjs', ...on, '--json')
    expect([err, status]).toEqual(['', 1])
    expect(JSON.parse(out)).toContainEqual({
      code: 'collation_not_mapped',
      severity: 'error',
      field: 'email',
      column: 'email',
      promised: 'texts that compare by code point',
      found: 'NOCASE',
      remedy: {
        mapping: { collation: 'NOCASE' },
        ddl: `"email" TEXT NOT NULL CHECK (instr("email", char(0)) = 0) CHECK (typeof("email") IN ('text', 'null'))`,
      },
    })
    const waived = readFileSync(file('naive.mjs'), 'utf8')
    writeFileSync(
      file('waived.mjs'),
      `${waived}\nexport const mapping = { email: { waive: ['collation_not_mapped'] } }`,
    )
    const shown = tamis('check', '--schema', 'waived.mjs', ...on)
    expect([shown.err, shown.status]).toEqual(['', 0])
    expect(shown.out).toMatch(/│ error, +│/)
    expect(shown.out).toMatch(/\n0 errors, \d+ unproven, \d+ warnings?, 1 waived\n$/)
  })

  it('counts rows with --rows', () => {
    writeFileSync(file('people.mjs'), untyped(local(introspected().out)))
    const { out, status } = tamis('check', '--schema', 'people.mjs', ...on, '--rows', '--json')
    expect(status).toBe(1)
    const broken = JSON.parse(out).find(
      (each: { field: string; severity: string }) =>
        each.field === 'born' && each.severity === 'error',
    )
    expect(broken).toMatchObject({ code: 'loose_type', rows: 1 })
  })

  it('says what holds today, and how many findings there are', () => {
    const of = ['check', '--schema', 'people.mjs', ...on] as const
    const unread = tamis(...of).out
    expect(unread).toMatch(/│ unproven +│ loose_type/)
    expect(unread).toMatch(/\n0 errors, [1-9]\d* unproven, \d+ warnings?\n$/)
    const { out } = tamis(...of, '--rows')
    expect(out).toMatch(/│ error +│ loose_type +│ born/)
    expect(out).toMatch(/│ holds today +│/)
    expect(out).toMatch(/\n1 error, 0 unproven, [1-9]\d* holds? today, \d+ warnings?\n$/)
  })

  it('prints the statements of the remedies alone', () => {
    const of = ['check', '--schema', 'naive.mjs', ...on, '--ddl'] as const
    const { out, err, status } = tamis(...of)
    expect([err, status]).toEqual(['', 1])
    expect(out).toContain('-- the column in a new table: "email" TEXT NOT NULL CHECK ')
    const lines = out.trimEnd().split('\n')
    expect(lines).toContain('CREATE INDEX "people_email" ON "people" ("email");')
    expect(new Set(lines).size).toBe(lines.length)
    const db = new Database(file('shop.sqlite'))
    db.exec(`BEGIN; ${out} ROLLBACK`)
    db.close()
    expect(tamis(...of, '--json').status).toBe(2)
  })

  it('answers a mistake in one line', () => {
    const naive = readFileSync(file('naive.mjs'), 'utf8')
    writeFileSync(
      file('misspelt.mjs'),
      `${naive}\nexport const maping = { email: { collation: 'NOCASE' } }`,
    )
    const mistakes = [
      tamis('check', '--schema', 'nowhere.mjs', ...on),
      tamis('check', '--schema', 'naive.mjs', '--db', 'shop.sqlite', '--table', 'x.'),
      tamis('check', ...on),
      tamis('check', '--schema', 'misspelt.mjs', ...on),
      tamis('check', '--schema', 'naive.mjs', '--db', 'shop.sqlite'),
    ]
    for (const { out, err, status } of mistakes) {
      expect([out, status]).toEqual(['', 2])
      expect(err).toMatch(/^[^\n]+\n$/)
    }
    expect(mistakes[3]?.err).toBe(
      'tamis: --schema: misspelt.mjs exports "maping" (did you mean "mapping"?)\n',
    )
    expect(mistakes[4]?.err).toBe('tamis: --table is missing: there is people\n')
  })
})
