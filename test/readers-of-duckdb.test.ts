import { DuckDBInstance, type DuckDBResultReader, type DuckDBValue } from '@duckdb/node-api'
import {
  boolean,
  compileQuery,
  createTable,
  defineSchema,
  dynamic,
  insertRow,
  integer,
  list,
  number,
  parseQuery,
  readRow,
  string,
  timestamp,
} from 'tamis'
import { duckdb } from 'tamis/duckdb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    n: integer({ as: 'bigint' }),
    x: number(),
    ok: boolean(),
    at: timestamp(),
    ticks: timestamp({ digits: 3 }),
    texts: list(string()),
    integers: list(integer({ as: 'bigint' })),
    numbers: list(number()),
    times: list(timestamp()),
    flags: list(boolean()),
    'custom.*': dynamic(['string', 'integer']),
  },
})

const target = {
  dialect: duckdb,
  table: 't',
  mapping: { ticks: { storage: { epoch: 'ms' } } },
} as const

const ROWS = [
  { id: 'empty' },
  {
    id: 'full',
    n: 2n ** 53n + 1n,
    x: 0.1,
    ok: true,
    at: '2024-05-01T12:00:00.123456Z',
    ticks: '2024-05-01T12:00:00.123Z',
    texts: ['a', '', '"'],
    integers: [1n, -(2n ** 53n) - 1n],
    numbers: [1.5, -0.25],
    times: ['2024-05-01T12:00:00.123456Z'],
    flags: [true, false],
    custom: { a: 'b', n: 2n ** 60n, deep: { list: [1] } },
  },
  { id: 'none', texts: [], integers: [], numbers: [], times: [], flags: [], custom: {} },
] as const

/** The readers of the driver that give objects. */
const READERS = ['getRowObjects', 'getRowObjectsJS', 'getRowObjectsJson'] as const
const NAMELESS = ['getRows', 'getRowsJS', 'getRowsJson'] as const

describe('records of @duckdb/node-api', () => {
  let instance: DuckDBInstance
  let reader: DuckDBResultReader

  beforeAll(async () => {
    instance = await DuckDBInstance.create(':memory:')
    const connection = await instance.connect()
    for (const statement of createTable(schema, target)) await connection.run(statement)
    const insert = insertRow(schema, target)
    for (const row of ROWS) {
      for (const { text, params } of [insert(row)].flat()) {
        await connection.run(text, params as DuckDBValue[])
      }
    }
    const { text, params } = compileQuery(parseQuery(schema, { sort: { id: 1 } }), target)
    reader = await connection.runAndReadAll(text, params as DuckDBValue[])
    connection.closeSync()
  })
  afterAll(() => instance.closeSync())

  it.each(READERS)('are converted to rows, read by %s', (method) => {
    const records: readonly unknown[] = reader[method]()
    expect(records.map(readRow(schema, target))).toEqual([ROWS[0], ROWS[1], ROWS[2]])
  })

  it.each(NAMELESS)('are refused without names, read by %s', (method) => {
    const records: readonly unknown[] = reader[method]()
    expect(() => records.map(readRow(schema, target))).toThrow(/expected a record.*getRowObjects/)
  })

  it('are refused if the value of a list is not an array', () => {
    const read = readRow(schema, target)
    expect(() => read({ id: 'a', texts: 'b' })).toThrow(
      'duckdb: texts: the driver returned a value',
    )
  })
})
