import fc from 'fast-check'
import {
  type Condition,
  defineSchema,
  dynamic,
  parseQuery,
  runQuery,
  safeParseFilter,
  string,
} from 'tamis'
import { filterArbitrary } from 'tamis/fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseJson } from '../src/kinds/json.ts'
import { show } from './support/agreement.ts'
import { budget, isFull } from './support/budget.ts'
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
    'day.*': dynamic(['date', 'uuid', 'integer']),
    'sum.*': dynamic(['decimal', 'timestamp'], { precision: 6, scale: 2 }),
    'mark.*': dynamic(['enumeration', 'integer'], { values: ['b', 'a', '1', 'true', '😀'] }),
  },
})
const COLUMNS = ['whole', 'both', 'real', 'day', 'sum', 'mark'] as const

const VALUES = [
  '1.0',
  '1e0',
  '10e-1',
  '1E+2',
  '1.5',
  '1.00000000000000000001',
  '0.99999999999999999999',
  '1.0000000000000001',
  '4503599627370497.5',
  '9007199254740992.5',
  '9223372036854775807.0',
  '1e-400',
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
  '-9223372036854775808.0',
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
  '"\\u0000"',
  '"a\\u0000b"',
  '"\\\\u0000"',
  '"\\ud800"',
  '"a\\udc00"',
  '"\\ud83d\\ud83d\\ude00"',
  '"\\ud83d\\ude00"',
  '"a "',
  '"1.50"',
  '"-0.01"',
  '"9999.99"',
  '"10000.00"',
  '"-0.00"',
  '"01.50"',
  '"1.500"',
  '"1.50\\n"',
  '"--1.50"',
  '"1..50"',
  '"2024-05-01T12:00:00.000000Z"',
  '"2024-02-30T12:00:00.000000Z"',
  '"2024-05-01T12:00:00.000000Z\\n"',
  '"2024-05-01"',
  '"2024-02-30"',
  '"2024-05-01\\n"',
  '"018f3a5c-7c1e-7f00-8000-000000000001"',
  '"018f3a5c-7c1e-7f00-8000-00000000000g"',
  '"018f3a5c-7c1e-7f00-8000-000000000001\\n"',
  '[]',
  '[1]',
  '["a"]',
  '[1,"a",null,[2],{"k":1}]',
  '{}',
  '{"a":1}',
  '{"k":{"k":1}}',
  '{"0":"a"}',
]
const KEYS = [
  '\\u0071',
  '\\u00e9',
  '\\u0001',
  '-1',
  '*',
  '\\"',
  '__proto__',
  'constructor',
  '\\\\',
  "'",
  '$',
  'k.k',
  '',
  'é',
  '0',
]

const documents = [
  ...VALUES.map((value) => `{ "k" : ${value} }`),
  ...VALUES.map((value) => `{"k":[${value}],"a":{"k":${value},"0":${value}}}`),
  ...KEYS.map((key) => `{"${key}":"a","k":{"${key}":1}}`),
  ' {\n"k"\t:\r1 } ',
]

/** Texts that memory takes for absent: no table of createTable's holds them. */
const NOWHERE = [/[^\\]\\u0000/, /\\ud800|a\\udc00|\\ud83d\\ud83d/]

/** What an engine's constraint refuses to store beside, as a whole document. */
const REFUSED: Readonly<Record<string, readonly RegExp[]>> = {
  // Paths are compared with the text of keys.
  MariaDB: [/\\u0071|\\u00e9/],
  // Its parser reads no document with a number that it cannot hold.
  ClickHouse: [
    /1e400/,
    /(?<![.\d])(18446744073709551616|\d{21,})/,
    /-9223372036854775809/,
    /1\.7976931348623159e308/,
  ],
  // "Number too big to be stored in double."
  MySQL: [/1e400/, /1\.7976931348623159e308/],
}

/** jsonb keeps all digits, and integers in it are compared by an index. `checkTable` counts them. */
const WHOLE = /1\.0{15,}1|0\.9{15,}|\d{15,}\.5|5807\.0|1e-400/

/** What an engine reads otherwise than IEEE 754 says: nothing that SQL can be written around. */
const MISREAD: Readonly<Record<string, RegExp>> = {
  SQLite: /1\.7976931348623158e308/,
  // Stored as the double -2^63.
  MySQL: /-9223372036854775809/,
  PostgreSQL: WHOLE,
  PGlite: WHOLE,
}

/** How a text becomes the column's value. */
const CASTS: Readonly<Record<string, string>> = { PostgreSQL: '::jsonb', PGlite: '::jsonb' }

/** In documents only canonical text is a decimal: neither numbers nor other notations. */
function storedDecimals(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'bigint') return null
  if (typeof value === 'string') return /^[-+.\d]/.test(value) && !isCanonical(value) ? null : value
  if (Array.isArray(value)) return value.map(storedDecimals)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, storedDecimals(each)]))
}

const isCanonical = (text: string): boolean =>
  /^\d{4}-/.test(text) || (/^-?(0|[1-9]\d*)\.\d\d$/.test(text) && text !== '-0.00')

async function insert(engine: Engine, connection: Connection, id: string, text: string) {
  const mark = (i: number) => engine.dialect.placeholder(i, text)
  const cast = CASTS[engine.name] ?? ''
  const names = ['id', ...COLUMNS].map((name) => engine.dialect.identifier(name).texts.join(''))
  const marks = [mark(1), ...COLUMNS.map((_, i) => `${mark(i + 2)}${cast}`)]
  await connection.run({
    text: `INSERT INTO t (${names.join(', ')}) VALUES (${marks.join(', ')})`,
    params: engine.dialect.params([id, ...COLUMNS.map(() => text)], 1),
  })
}

const PATHS = [
  'q',
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

/** Each value that is a valid operand, and its neighbours. */
const OPERANDS = [
  ...VALUES.map((text) => parseJson(text)),
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  0.1 + Number.EPSILON / 8,
  Number.MAX_VALUE,
  'a',
]

function filtersOf(column: string, path: string): unknown[] {
  const single = (own: unknown) => ({ [`${column}.${path}`]: own })
  if (path !== 'k' && path !== 'a.k') {
    return [single('a'), single({ $ne: 1 }), single(null), single({ $gte: 1 })]
  }
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

const queryOf = (filter_conditions: unknown) => ({
  filter_conditions,
  limit: 1000,
  sort: { id: 1 },
})

const idsOf = (rows: readonly unknown[]) => rows.map((row) => (row as { id: string }).id)

const stored = documents.map((text, i) => {
  const value = parseJson(text)
  return {
    text,
    row: {
      id: `d${String(i).padStart(3, '0')}`,
      ...Object.fromEntries(COLUMNS.map((name) => [name, value])),
      sum: storedDecimals(value),
    },
  }
})

/** A filter of a column, and the keys of the documents that it finds in memory. */
interface Question {
  readonly path: string
  readonly filter: unknown
  readonly condition: Condition
  readonly expected: readonly string[]
}

const known = new Map<string, readonly Question[]>()

/** The same for every engine. */
function questionsOf(column: string): readonly Question[] {
  const before = known.get(column)
  if (before !== undefined) return before
  const questions = PATHS.flatMap((path) =>
    filtersOf(column, path).flatMap((filter): readonly Question[] => {
      const parsed = safeParseFilter(schema, filter)
      // An operand of another kind is no question.
      if (!parsed.ok) return []
      const query = { ...parseQuery(schema, queryOf({})), condition: parsed.value }
      const { items } = runQuery(
        query,
        stored.map(({ row }) => row),
      )
      return [{ path, filter, condition: parsed.value, expected: idsOf(items) }]
    }),
  )
  known.set(column, questions)
  return questions
}

describe.each(available)('JSON by other writers, in $name', (engine) => {
  let connection: Connection
  let table: Table
  const rows: Record<string, unknown>[] = []

  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, schema)
    for (const { text, row } of stored) {
      const { id } = row
      if (MISREAD[engine.name]?.test(text)) continue
      const refused = [...NOWHERE, ...(REFUSED[engine.name] ?? [])]
      if (refused.some((pattern) => pattern.test(text))) {
        await expect(insert(engine, connection, id, text), text).rejects.toThrow()
        continue
      }
      await insert(engine, connection, id, text)
      rows.push(row)
    }
  })
  afterAll(() => connection.close())

  const check = async (filter: unknown) => {
    const query = parseQuery(schema, queryOf(filter))
    const found = idsOf(await table.rows(query))
    expect(found, show(filter)).toEqual(idsOf(runQuery(query, rows).items))
  }

  it.each(COLUMNS)('is read as in memory: %s', async (column) => {
    // SQLite is the fastest. 5 is no divisor of six, so that each of the operators is asked.
    const step = isFull || engine.name === 'SQLite' ? 1 : 5
    const asked = questionsOf(column)
      .filter(({ path }) => !engine.features.refuses?.(path))
      .filter((_, i) => i % step === 0)
    const found = await table.matchingEach(asked.map(({ condition }) => condition))
    const isStored = new Set(rows.map(({ id }) => id))
    for (const [i, { filter, expected }] of asked.entries()) {
      expect(found[i], show(filter)).toEqual(expected.filter((id) => isStored.has(id)))
    }
    expect(asked.length).toBeGreaterThan(50)
  })

  it('is read as in memory by any filter', async () => {
    const filters = filterArbitrary(schema, { rows })
    const count = engine.name === 'ClickHouse' ? budget(15, 40) : budget(60, 300)
    for (const filter of fc.sample(filters, { seed: 5, numRuns: count })) {
      const text = show(filter)
      if (engine.features.refuses !== undefined && /\.-/.test(text)) continue
      await check(filter)
    }
  })
})
