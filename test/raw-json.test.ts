import fc from 'fast-check'
import { defineSchema, dynamic, parseFilter, parseQuery, runQuery, string } from 'tamis'
import { filterArbitrary } from 'tamis/fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseJson } from '../src/kinds/json.ts'
import { show } from './support/agreement.ts'
import { available } from './support/engines/available.ts'
import type { Connection, Engine } from './support/engines/engine.ts'
import { Table } from './support/table.ts'

/**
 * Documents that tamis did not write: rows in memory hold what reading their text exactly gives, and
 * tables hold the text itself.
 */

const schema = defineSchema({
  fields: {
    id: string({ operators: ['$eq', '$gt', '$in'], required: true, sortable: true }),
    'whole.*': dynamic(['string', 'boolean', 'integer']),
    'both.*': dynamic(['string', 'boolean', 'integer', 'number']),
    'real.*': dynamic(['number', 'timestamp']),
  },
})
const COLUMNS = ['whole', 'both', 'real'] as const

const VALUES = [
  '1.0',
  '1e0',
  '10e-1',
  '1E+2',
  '1.5',
  '-0',
  '-0.0',
  '0.0',
  '0e5',
  '1e400',
  '-1e400',
  '1e-7',
  '5e-324',
  '9007199254740992',
  '9007199254740993',
  '9007199254740994',
  '-9007199254740993',
  '4611686018427387904',
  '4611686018427388000',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '18446744073709551615',
  '18446744073709551616',
  '1e18',
  '1e19',
  '123456789012345678901234567890',
  '0.1',
  '0.10',
  '0.10000000000000001',
  '0.1000000000000000055511151231257827',
  '19.99',
  '1.7976931348623157e308',
  '1.7976931348623158e308',
  '1.7976931348623159e308',
  'null',
  'true',
  'false',
  '"true"',
  '"1"',
  '""',
  '"\\u0061"',
  '"a\\/b"',
  '"\\ud83d\\ude00"',
  '"a "',
  '"2024-05-01T12:00:00.000000Z"',
  '"2024-02-30T12:00:00.000000Z"',
  '"2024-05-01T12:00:00.000000Z\\n"',
  '[]',
  '[1]',
  '["a"]',
  '[1,"a",null,[2],{"k":1}]',
  '{}',
  '{"a":1}',
  '{"k":{"k":1}}',
  '{"0":"a"}',
]
const KEYS = ['-1', '*', '\\"', '__proto__', 'constructor', '\\\\', "'", '$', 'k.k', '', 'é', '0']

const documents = [
  ...VALUES.map((value) => `{ "k" : ${value} }`),
  ...VALUES.map((value) => `{"k":[${value}],"a":{"k":${value},"0":${value}}}`),
  ...KEYS.map((key) => `{"${key}":"a","k":{"${key}":1}}`),
  ' {\n"k"\t:\r1 } ',
]

/** What an engine's constraint refuses to store, as a whole document. */
const REFUSED: Readonly<Record<string, readonly RegExp[]>> = {
  // Its parser reads no document with a number that it cannot hold.
  ClickHouse: [
    /1e400/,
    /(?<![.\d])(18446744073709551616|\d{21,})/,
    /-9223372036854775809/,
    /1\.7976931348623159e308/,
  ],
}

/** What an engine reads otherwise than IEEE 754 says: nothing that SQL can be written around. */
const MISREAD: Readonly<Record<string, RegExp>> = { SQLite: /1\.7976931348623158e308/ }

/** How a text becomes the column's value. */
const CASTS: Readonly<Record<string, string>> = { PostgreSQL: '::jsonb', PGlite: '::jsonb' }

async function insert(engine: Engine, connection: Connection, id: string, text: string) {
  const mark = (i: number) => engine.dialect.placeholder(i, text)
  const cast = CASTS[engine.name] ?? ''
  const names = ['id', ...COLUMNS].map((name) => engine.dialect.identifier(name).texts.join(''))
  const marks = [mark(1), ...COLUMNS.map((_, i) => `${mark(i + 2)}${cast}`)]
  await connection.run({
    text: `INSERT INTO t (${names.join(', ')}) VALUES (${marks.join(', ')})`,
    params: engine.dialect.params([id, text, text, text], 1),
  })
}

const PATHS = [
  'k',
  'a.k',
  'a.0',
  'k.0',
  '0',
  'k.k',
  '-1',
  '*',
  '"',
  '__proto__',
  '\\',
  "'",
  '$',
  'é',
]

/** Each value as an operand, where it is one, and what lies just beside it. */
const OPERANDS = [
  ...VALUES.map((text) => parseJson(text)),
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  0.1 + Number.EPSILON / 8,
  Number.MAX_VALUE,
  'a',
]

function filtersOf(column: string, path: string): unknown[] {
  const name = `${column}.${path}`
  const single = (own: unknown) => ({ [name]: own })
  const each = OPERANDS.flatMap((operand) =>
    ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte'].map((operator) => single({ [operator]: operand })),
  )
  const lists = [
    [1, 'a', true],
    [0.1, 19.99, 2n ** 53n],
    [null, '1'],
  ].map((own) => single({ $in: own }))
  return [...each, ...lists, single(null), single({ $ne: null })]
}

const isAsked = (filter: unknown): boolean => {
  try {
    parseFilter(schema, filter)
    return true
  } catch {
    return false
  }
}

const ids = (rows: readonly unknown[]) => rows.map((row) => (row as { id: string }).id).join(' ')

describe.each(available)('JSON by other writers, in $name', (engine) => {
  let connection: Connection
  let table: Table
  const rows: Record<string, unknown>[] = []

  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, schema)
    for (const [i, text] of documents.entries()) {
      const id = `d${String(i).padStart(3, '0')}`
      if (MISREAD[engine.name]?.test(text)) continue
      if (REFUSED[engine.name]?.some((pattern) => pattern.test(text))) {
        await expect(insert(engine, connection, id, text), text).rejects.toThrow()
        continue
      }
      await insert(engine, connection, id, text)
      const value = parseJson(text)
      rows.push({ id, whole: value, both: value, real: value })
    }
  })
  afterAll(() => connection.close())

  const check = async (filter: unknown) => {
    const query = parseQuery(schema, { filter_conditions: filter, limit: 1000, sort: { id: 1 } })
    const found = ids(await table.rows(query))
    expect(found, show(filter)).toBe(ids(runQuery(query, rows).items))
  }

  it.each(COLUMNS)('is read as memory reads it: %s', async (column) => {
    // ClickHouse takes some 20 ms a statement.
    const step = engine.name === 'ClickHouse' ? 7 : 1
    const asked = PATHS.filter((path) => !engine.features.refuses?.(path))
      .flatMap((path) =>
        path === 'k' || path === 'a.k'
          ? filtersOf(column, path)
          : [
              { [`${column}.${path}`]: 'a' },
              { [`${column}.${path}`]: { $ne: 1 } },
              { [`${column}.${path}`]: null },
              { [`${column}.${path}`]: { $gte: 1 } },
            ],
      )
      .filter(isAsked)
      .filter((_, i) => i % step === 0)
    for (const filter of asked) await check(filter)
    expect(asked.length).toBeGreaterThan(50)
  })

  it('is read as memory reads it, whatever the filter', async () => {
    const filters = filterArbitrary(schema, { rows })
    const count = engine.name === 'ClickHouse' ? 40 : 300
    for (const filter of fc.sample(filters, { seed: 5, numRuns: count })) {
      const text = show(filter)
      if (engine.features.refuses !== undefined && /\.-/.test(text)) continue
      await check(filter)
    }
  })
})
