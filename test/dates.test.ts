import { date, defineSchema, list, parseQuery, readRow, string } from 'tamis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { Table } from './support/table.ts'

const schema = defineSchema({
  fields: { id: string({ required: true }), day: date({ sortable: true }), days: list(date()) },
})

/** What a column of some engine could hold, and no date is. */
const NO_DAYS = [
  'infinity',
  '-infinity',
  '0000-00-00',
  '2024-00-10',
  '2024-02-00',
  '2024-02-31',
  '2023-02-29',
  '0000-05-05',
  '10000-01-01',
]

const DAYS = ['0001-01-01', '0099-12-31', '1582-10-10', '2018-11-04', '2024-02-29', '9999-12-31']

/** How each engine is kept from refusing more than the table's checks do. */
const LENIENT: Readonly<Record<string, string>> = {
  MariaDB: "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
  MySQL: "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
}

/** Engines whose lists are checked when they are written; others read them as memory does. */
const CHECKS_LISTS = ['PostgreSQL', 'PGlite', 'DuckDB', 'ClickHouse']

/** Drivers that make Dates of local midnights. */
const LOCAL = ['PostgreSQL', 'MariaDB', 'MySQL']

const { TZ } = process.env

describe.each(available)('dates in $name', (engine) => {
  let connection: Connection
  let table: Table
  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, schema)
    await table.insert(DAYS.map((day) => ({ id: day, day, days: [day, '2024-05-01'] })))
    await connection.exec(LENIENT[engine.name] ?? 'SELECT 1')
  })
  afterAll(() => connection.close())
  afterEach(() => {
    if (TZ === undefined) delete process.env.TZ
    else process.env.TZ = TZ
  })

  it.each(NO_DAYS)('are refused by the table where they are none: %s', async (text) => {
    const insert = `INSERT INTO t (id, day) VALUES ('x', '${text}')`
    await expect(connection.exec(insert)).rejects.toThrow()
  })

  it.runIf(CHECKS_LISTS.includes(engine.name))('are refused in lists', async () => {
    const list = (text: string) => (engine.name.startsWith('P') ? `'{"${text}"}'` : `['${text}']`)
    for (const text of NO_DAYS) {
      const insert = `INSERT INTO t (id, days) VALUES ('y', ${list(text)})`
      await expect(connection.exec(insert), text).rejects.toThrow()
    }
  })

  it.each(['UTC', 'America/New_York', 'Asia/Tokyo', 'America/Sao_Paulo'])(
    'come back as they were stored, in %s',
    async (zone) => {
      process.env.TZ = zone
      const filter_conditions = { id: { $in: DAYS } }
      const rows = await table.rows(parseQuery(schema, { filter_conditions, sort: { day: 1 } }))
      expect(rows).toEqual(DAYS.map((day) => ({ id: day, day, days: [day, '2024-05-01'] })))
      if (!LOCAL.includes(engine.name)) return
      const records = await connection.all({ text: 'SELECT id, day FROM t', params: [] })
      const read = readRow(schema, { dialect: engine.dialect })
      expect(records).toHaveLength(DAYS.length)
      for (const record of records) {
        // Drivers of MariaDB and MySQL make 1999 of the year 99.
        if (String(record.id) < '0100' && engine.name !== 'PostgreSQL') continue
        expect(record.day).toBeInstanceOf(Date)
        expect(read(record)).toEqual({ id: record.id, day: record.id })
      }
    },
  )

  it.runIf(LOCAL.includes(engine.name))('are not read from any other instant', () => {
    const read = readRow(schema, { dialect: engine.dialect })
    expect(() => read({ id: 'a', day: new Date(2024, 4, 1, 12) })).toThrow(/day: .*local midnight/)
    expect(() => read({ id: 'a', day: new Date(Number.NaN) })).toThrow(/day: .*local midnight/)
    expect(read({ id: 'a', day: new Date(2024, 4, 1) })).toEqual({ id: 'a', day: '2024-05-01' })
    expect(read({ id: 'a', day: '2024-05-01' })).toEqual({ id: 'a', day: '2024-05-01' })
  })
})
