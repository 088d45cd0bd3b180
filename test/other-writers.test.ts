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
