/** What `check` reads of tables of SQLite that is easily taken for something else. */

import Database from 'libsql'
import { defineSchema, dynamic, string } from 'tamis'
import { checkTable, introspect, readFacts } from 'tamis/check'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    'custom.*': dynamic(['string', 'integer']),
  },
})

describe('a table of SQLite', () => {
  it.each([
    ["datetime('now')", 'YYYY-MM-DD HH:MM:SS'],
    ["datetime('now', 'now')", 'YYYY-MM-DD HH:MM:SS'],
    ["datetime('subsec')", 'YYYY-MM-DD HH:MM:SS.SSS'],
    ["datetime('now', 'subsecond')", 'YYYY-MM-DD HH:MM:SS.SSS'],
  ])('has the form of the default %s', async (value, text) => {
    const db = new Database(':memory:')
    db.exec(`CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL, at TEXT NOT NULL DEFAULT (${value}))`)
    const { mapping } = await introspect(db, { table: 't' })
    expect(mapping).toEqual({ at: { storage: { text } } })
  })

  it('may hold JSON of any depth', async () => {
    const db = new Database(':memory:')
    db.exec('CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL, custom TEXT)')
    const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    const nested = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
    const insert = db.prepare('INSERT INTO t VALUES (?, ?)')
    for (const [i, text] of [deep, nested].entries()) insert.run(String(i), text)
    const facts = await readFacts(db, { table: 't' })
    const findings = await checkTable(schema, { dialect: sqlite, table: 't' }, facts, { rows: db })
    // SQLite reads no JSON that is so deep.
    expect(findings.find(({ code }) => code === 'json_object')?.rows).toBe(2)
  })

  it('needs an index of the key itself, not of one whose name has the other in it', async () => {
    const db = new Database(':memory:')
    db.exec('CREATE TABLE t (id TEXT PRIMARY KEY NOT NULL, custom TEXT)')
    const mapping = { custom: { index: ['age'] } }
    const missing = async () => {
      const facts = await readFacts(db, { table: 't' })
      return checkTable(schema, { dialect: sqlite, table: 't', mapping }, facts).flatMap(
        ({ code, field }) => (code === 'index_missing' ? [field] : []),
      )
    }
    db.exec("CREATE INDEX other ON t (json_extract(custom, '$.language'))")
    expect(await missing()).toEqual(['custom.age'])
    db.exec("CREATE INDEX own ON t (json_extract(custom, '$.age'))")
    expect(await missing()).toEqual([])
  })
})
