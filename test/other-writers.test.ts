import { createTable, defineSchema, integer, parseQuery, runQuery, timestamp } from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { Table } from './support/table.ts'

/** Other programs write into a table of createTable's: its types and checks keep the promise. */

/** The time with as many digits as the database has, and a number of microseconds that is no multiple. */
const NOW: Readonly<Record<string, (i: number) => string>> = {
  PostgreSQL: (i) => `now() + interval '${i * 137} microseconds'`,
  PGlite: (i) => `now() + interval '${i * 137} microseconds'`,
  MariaDB: (i) => `TIMESTAMPADD(MICROSECOND, ${i * 137}, NOW(6))`,
  MySQL: (i) => `TIMESTAMPADD(MICROSECOND, ${i * 137}, NOW(6))`,
  DuckDB: (i) => `(now() AT TIME ZONE 'UTC') + INTERVAL ${i * 137} MICROSECONDS`,
  ClickHouse: (i) => `toUnixTimestamp64Micro(now64(6)) + ${i * 137}`,
  SQLite: (i) => `strftime('%Y-%m-%dT%H:%M:%f', 'now') || '${String(i * 111).padStart(3, '0')}Z'`,
}

/** Those whose columns cut or round what they store; the others refuse it. */
const ROUNDS = ['PostgreSQL', 'PGlite', 'MariaDB', 'MySQL']

type Row = Readonly<Record<string, unknown>>

for (const engine of available) {
  describe.each([0, 3, 6])(`${engine.name}: timestamps of %i digits`, (digits) => {
    const schema = defineSchema({
      fields: {
        id: integer({ required: true, sortable: true }),
        at: timestamp({ digits, required: true, sortable: true }),
      },
    })
    let connection: Connection
    let table: Table
    let stored = 0

    beforeAll(async () => {
      connection = await engine.connect()
      const target = { dialect: engine.dialect, table: 't' }
      const columns = ['id', 'at'].map((name) => engine.dialect.identifier(name).texts.join(''))
      for (const statement of createTable(schema, target)) await connection.exec(statement)
      table = Table.existing(engine, connection, schema, {})
      for (let i = 0; i < 9; i++) {
        try {
          await connection.exec(
            `INSERT INTO t (${columns.join(', ')}) VALUES (${i + 1}, ${NOW[engine.name]?.(i)})`,
          )
          stored++
        } catch (error) {
          // Only a constraint may refuse it.
          expect(String(error)).toMatch(/check|constraint/i)
        }
      }
    })
    afterAll(() => connection?.close())

    it('are stored with no more digits, or refused', () => {
      if (digits === 6 || ROUNDS.includes(engine.name)) expect(stored).toBe(9)
      else expect(stored).toBeLessThan(9)
    })

    it('are found and paged as in memory', async () => {
      const rows = (await table.rows(parseQuery(schema, { sort: { id: 1 } }))) as readonly Row[]
      expect(rows.length).toBe(stored)
      for (const { at } of rows) {
        for (const name of ['$eq', '$gt', '$gte', '$lt', '$lte', '$ne']) {
          const payload = { filter_conditions: { at: { [name]: at } }, sort: { id: 1 } }
          const query = parseQuery(schema, payload)
          expect(await table.rows(query)).toEqual(runQuery(query, rows).items)
        }
      }
      for (const direction of [1, -1]) {
        const sort = { at: direction }
        const found: unknown[] = []
        let next: string | undefined
        do {
          const page = await table.page(parseQuery(schema, { sort, limit: 2, next }))
          found.push(...page.items)
          next = page.next
        } while (next !== undefined && found.length <= rows.length)
        expect(found).toEqual(runQuery(parseQuery(schema, { sort }), rows).items)
      }
    })
  })
}

/** Days that no calendar has, and how each engine is kept from refusing more than the checks do. */
const NO_DAYS = ['2024-00-10', '2024-13-01', '2024-02-00', '2024-02-31', '2023-02-29', '0000-05-05']
const LENIENT: Readonly<Record<string, string>> = {
  MariaDB: "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
  MySQL: "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
}

describe.each(available)('$name: a timestamp', (engine) => {
  const schema = defineSchema({
    fields: { id: integer({ required: true }), made: timestamp({ digits: 0 }) },
  })
  const isText = ['SQLite', 'ClickHouse'].includes(engine.name)
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
    const mapping = isText ? ({ made: { storage: 'text' } } as const) : {}
    await Table.create(engine, connection, schema, mapping)
    await connection.exec(LENIENT[engine.name] ?? 'SELECT 1')
  })
  afterAll(() => connection?.close())

  const insert = (id: number, day: string, more = '') =>
    connection.exec(
      `INSERT INTO t (id, made) VALUES (${id}, '${isText ? `${day}T12:00:00Z${more}` : `${day} 12:00:00${more}`}')`,
    )

  it.each(NO_DAYS)('of no day is refused by the table: %s', async (day) => {
    await expect(insert(1, day)).rejects.toThrow()
  })

  it('of other days is stored', async () => {
    for (const [i, day] of ['0001-01-01', '2024-02-29', '9999-12-31'].entries()) {
      await insert(i + 2, day)
    }
  })

  it.runIf(engine.name === 'SQLite')(
    'with more behind U+0000 is refused by the table',
    async () => {
      const text = "INSERT INTO t (id, made) VALUES (9, '2024-05-01T12:00:00Z' || char(0) || 'x')"
      await expect(connection.exec(text)).rejects.toThrow()
    },
  )
})
