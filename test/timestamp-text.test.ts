/** SQLite's tables with timestamps as text that other programs write. */

import { compileFilter, condition, defineSchema, integer, parseQuery, timestamp } from 'tamis'
import { introspect } from 'tamis/check'
import { sqlite as dialect } from 'tamis/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formOfDefault } from '../src/check/sqlite-times.ts'
import type { Connection } from './support/engines/engine.ts'
import { sqlite } from './support/engines/sqlite.ts'
import { explainSqlite } from './support/plans.ts'
import { askingOf } from './support/promise.ts'
import { Table } from './support/table.ts'

const fields = { id: integer({ required: true, sortable: true }) }

describe('a column whose default is CURRENT_TIMESTAMP', () => {
  let connection: Connection
  beforeAll(async () => {
    connection = await sqlite.connect()
    await connection.exec(
      'CREATE TABLE t (id INTEGER PRIMARY KEY, created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)',
    )
    await connection.exec('CREATE INDEX t_created_at ON t (created_at, id)')
    await connection.exec(`INSERT INTO t (id, created_at)
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 4999)
      SELECT i, datetime('2024-05-01 12:00:00', i || ' seconds') FROM n`)
    await connection.exec('ANALYZE')
  })
  afterAll(() => connection?.close())

  const schema = defineSchema({
    fields: { ...fields, created_at: timestamp({ digits: 0, required: true, sortable: true }) },
  })
  const mapping = { created_at: { storage: { text: 'YYYY-MM-DD HH:MM:SS' } } } as const

  it('is introspected as it is mapped by hand', async () => {
    const made = await introspect(askingOf(connection), { table: 't' })
    expect(made.mapping).toEqual(mapping)
    expect(made.warnings).toEqual([])
    expect(made.source).toContain(
      'created_at: timestamp({ digits: 0, required: true, sortable: true })',
    )
    expect(made.source).toContain("storage: { text: 'YYYY-MM-DD HH:MM:SS' }")
  })

  it.each([
    [{ $eq: '2024-05-01T12:00:01Z' }, [1]],
    [{ $eq: '2024-05-01T14:00:01+02:00' }, [1]],
    [{ $eq: '2024-05-01T12:00:01.5Z' }, []],
    [{ $in: ['2024-05-01T12:00:01Z', '2024-05-01T12:00:02.5Z'] }, [1]],
    [{ $lt: '2024-05-01T12:00:01Z' }, [0]],
    [{ $lt: '2024-05-01T12:00:01.5Z' }, [0, 1]],
    [{ $gte: '2024-05-01T13:23:18.000000001Z' }, [4999]],
    [{ $gt: '2024-05-01T13:23:18Z' }, [4999]],
  ])('is asked by its index: %j', async (created_at, ids) => {
    const table = Table.existing(sqlite, connection, schema, mapping)
    const query = parseQuery(schema, { filter_conditions: { created_at }, sort: { id: 1 } })
    expect((await table.rows(query)).map((row) => (row as { id: number }).id)).toEqual(ids)
    const { text, params } = compileFilter(query.condition, { dialect, mapping })
    const [plan] = await explainSqlite(connection, {
      text: `SELECT id FROM t WHERE ${text}`,
      params,
    })
    if (ids.length > 0) expect(plan?.entered, plan?.text).toContain('t_created_at')
    else expect(text).toContain('FALSE')
  })

  it.each([1, -1])('is paged by its index: %i', async (direction) => {
    const table = Table.existing(sqlite, connection, schema, mapping)
    const sort = { created_at: direction }
    const first = await table.page(parseQuery(schema, { sort, limit: 10 }))
    for (const payload of [
      { sort, limit: 10 },
      { sort, limit: 10, next: first.next },
    ]) {
      const [plan] = await explainSqlite(
        connection,
        table.compile(parseQuery(schema, payload)) as never,
      )
      expect(plan?.sorted, plan?.text).toEqual([])
      expect(plan?.scanned, plan?.text).toEqual([])
    }
  })
})

describe('a column of any form', () => {
  it('is asked by its index for the days around', async () => {
    const connection = await sqlite.connect()
    await connection.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, at DATETIME)')
    await connection.exec('CREATE INDEX t_at ON t (at)')
    const schema = defineSchema({ fields: { ...fields, at: timestamp() } })
    const mapping = { at: { storage: { text: 'any' } } } as const
    for (const at of [
      { $eq: '2024-05-01T12:00:00Z' },
      { $in: ['2024-05-01T12:00:00Z', '2024-05-03T12:00:00Z'] },
      { $lt: '9999-12-31T12:00:00Z' },
      { $gte: '0001-01-01T12:00:00Z' },
    ]) {
      const { text, params } = compileFilter(condition(schema, { at }), { dialect, mapping })
      const [plan] = await explainSqlite(connection, {
        text: `SELECT id FROM t WHERE ${text}`,
        params,
      })
      expect(plan?.entered, plan?.text).toEqual(['t_at'])
    }
    const made = await introspect(askingOf(connection), { table: 't' })
    expect(made.warnings.join()).toContain('"at" is DATETIME without a default that says its form')
    expect(made.source).toContain("at: { storage: { text: 'any' } }")
    await connection.close()
  })
})

describe('the form of a default', () => {
  it.each([
    ['CURRENT_TIMESTAMP', 'YYYY-MM-DD HH:MM:SS'],
    ['(current_timestamp)', 'YYYY-MM-DD HH:MM:SS'],
    ["datetime('now')", 'YYYY-MM-DD HH:MM:SS'],
    ["( datetime( 'now' ) )", 'YYYY-MM-DD HH:MM:SS'],
    ["datetime('now', 'subsec')", 'YYYY-MM-DD HH:MM:SS.SSS'],
    ["strftime('%Y-%m-%dT%H:%M:%fZ', 'now')", 'YYYY-MM-DDTHH:MM:SS.SSSZ'],
    ["strftime('%F %T')", 'YYYY-MM-DD HH:MM:SS'],
    ["datetime('now', 'localtime')", undefined],
    ["datetime('now', '+1 day')", undefined],
    ["strftime('%s', 'now')", undefined],
    ["strftime('%Y-%m-%d', 'now')", undefined],
    ["strftime('%Y-%m-%d %H:%M:%S', 'now') || 'x'", undefined],
    ["'2024-05-01 12:00:00'", undefined],
    ['CURRENT_DATE', undefined],
    ['NULL', undefined],
  ])('%s: %s', (text, form) => expect(formOfDefault(text)).toBe(form))
})
