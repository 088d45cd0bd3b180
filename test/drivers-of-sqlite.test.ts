import {
  compileQuery,
  createTable,
  insertRow,
  type Parameter,
  parseQuery,
  readRow,
  runQuery,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { makeUsers } from '../bench/fixtures/users.ts'

/** What the three drivers have in common. */
interface Statement {
  run(...params: readonly Parameter[]): unknown
  all(...params: readonly Parameter[]): unknown[]
  safeIntegers?(on: boolean): unknown
  setReadBigInts?(on: boolean): unknown
}
interface Driver {
  exec(text: string): unknown
  prepare(text: string): Statement
}
type Open = (module: Readonly<Record<string, new (file: string) => Driver>>) => Driver

const DRIVERS: readonly (readonly [name: string, open: Open])[] = [
  ['libsql', ({ default: Database }) => new (Database as new (file: string) => Driver)(':memory:')],
  [
    'better-sqlite3',
    ({ default: Database }) => new (Database as new (file: string) => Driver)(':memory:'),
  ],
  [
    'node:sqlite',
    ({ DatabaseSync }) => new (DatabaseSync as new (file: string) => Driver)(':memory:'),
  ],
]

const load = async (name: string): Promise<never | undefined> => {
  try {
    return (await import(/* @vite-ignore */ name)) as never
  } catch {
    return undefined
  }
}

const users = makeUsers(500)
const PAYLOADS = [
  { filter_conditions: { role: { $in: ['admin', 'moderator'] }, 'custom.age': { $gte: 18 } } },
  {
    filter_conditions: { $nor: [{ banned: true }, { 'custom.verified': true }] },
    sort: [{ last_active: 1 }],
  },
  { filter_conditions: { teams: ['ops', 'red'] }, include_deactivated_users: true, offset: 1 },
  {
    filter_conditions: {
      name: { $autocomplete: 'ro' },
      created_at: { $gte: '2024-01-01T00:00:00+02:00' },
    },
    limit: 1000,
  },
]

for (const [name, open] of DRIVERS) {
  const module = await load(name)
  if (module === undefined)
    console.log(
      `drivers-of-sqlite.test.ts: ${name} skipped, it is not installed or not in this Node`,
    )

  describe.skipIf(module === undefined)(name, () => {
    it.each([false, true])('stores and finds users, reading big integers: %s', (bigints) => {
      const db = open(module as never)
      const target = { dialect: sqlite, table: 'users' }
      for (const statement of createTable(usersSchema, target)) db.exec(statement)
      const insert = insertRow(usersSchema, target)
      for (const user of users) {
        const { text, params } = insert(user)
        db.prepare(text).run(...params)
      }
      for (const payload of PAYLOADS) {
        const query = parseQuery(usersSchema, payload)
        const { text, params } = compileQuery(query, target)
        const statement = db.prepare(text)
        statement.safeIntegers?.(bigints)
        statement.setReadBigInts?.(bigints)
        const rows = statement.all(...params).map(readRow(usersSchema, target))
        const expected = runQuery(query, users).items
        expect(expected.length).toBeGreaterThan(0)
        expect(rows.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
        expect(rows.map(({ banned }) => banned)).toEqual(expected.map(({ banned }) => banned))
      }
    })
  })
}
