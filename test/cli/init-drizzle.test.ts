import { describe, expect, it } from 'vitest'
import { drizzleIn } from '../../src/cli/init-drizzle.ts'

const tableIn = (text: string) => {
  const [table] = drizzleIn([['schema.ts', `export const people = ${text}\n`]]).tables
  return { key: table?.key, secrets: table?.secrets }
}

describe('a table of Drizzle, by its text', () => {
  it.each<[string, string, boolean]>([
    ["pgTable('people', { id: text().primaryKey(), name: text() })", 'id', false],
    [
      "mysqlTable('people', { nr: bigint({ mode: 'number', unsigned: true }).autoincrement().primaryKey() })",
      'nr',
      false,
    ],
    [
      "pgTable('people', { nr: p.bigint({ mode: 'bigint' })\n    .primaryKey(), a: text() })",
      'nr',
      true,
    ],
    [
      "pgTable('people', { a: bigint({ mode: 'bigint' }), nr: integer().primaryKey() })",
      'nr',
      false,
    ],
    // A key of several columns is no chain of one.
    [
      "pgTable('people', { a: text(), b: text() }, (t) => [pg.primaryKey({ columns: [t.a, t.b] })])",
      'id',
      false,
    ],
    [
      "pgTable('people', {\n  // id: text().primaryKey(),\n  sku: text().primaryKey(),\n})",
      'sku',
      false,
    ],
    ["pgTable('people', {\n  /** Its number. */\n  nr: serial().primaryKey(),\n})", 'nr', false],
  ])('has the key of %s', (text, name, isBigint) => {
    expect(tableIn(text).key).toEqual({ name, isBigint })
  })

  it('has secrets, under comments too', () => {
    const table = `pgTable('people', {
  token: text().primaryKey(),
  ${'/'.repeat(200)}
  // Never sent. // Not even to admins.
  passwordHash: text('hash').default('https://example.com'),
  /* of partners */ apiKey: text(), name: text(),
})`
    expect(tableIn(table)).toEqual({
      key: { name: 'token', isBigint: false },
      secrets: ['passwordHash', 'apiKey'],
    })
  })
})
