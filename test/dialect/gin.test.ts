import {
  compileFilter,
  defineSchema,
  dynamic,
  integer,
  parseFilter,
  parseQuery,
  runQuery,
} from 'tamis'
import { postgres } from 'tamis/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import type { Connection } from '../support/engines/engine.ts'
import { Table } from '../support/table.ts'

const schema = defineSchema({
  fields: {
    id: integer({ required: true, sortable: true }),
    'doc.*': dynamic(['string', 'boolean', 'number']),
  },
})
const mapping = { doc: { jsonIndex: 'gin' } } as const

/** What `@>` could take for a value at a path, or not. */
const DOCUMENTS = [
  { k: 'x' },
  { k: ['x'] },
  { k: [['x']] },
  { k: { x: 'x' } },
  { k: 1 },
  { k: 1.5 },
  { k: 0.1 },
  { k: '1' },
  { k: true },
  { k: 'true' },
  { a: { b: 'x' } },
  { a: [{ b: 'x' }] },
  { a: { b: ['x'] } },
  { a: { 0: 'x' } },
  { a: ['x'] },
  { 'a b': { '"': 'x' } },
  {},
  undefined,
]
const rows = DOCUMENTS.map((doc, id) => ({ id, ...(doc && { doc }) }))

const OPERANDS = ['x', '1', 1, 1.5, 0.1, true, 'true']
const PATHS = ['k', 'k.x', 'a.b', 'a.0', 'a', 'a b."', 'none']
const FILTERS = PATHS.flatMap((path) => [
  ...OPERANDS.flatMap((operand) => [
    { [`doc.${path}`]: operand },
    { [`doc.${path}`]: { $ne: operand } },
    { $nor: [{ [`doc.${path}`]: operand }] },
  ]),
  { [`doc.${path}`]: { $in: OPERANDS } },
  { [`doc.${path}`]: { $nin: OPERANDS } },
])

const engines = available.filter(({ dialect }) => dialect.name === 'postgres')

describe.each(engines)('a GIN index of a document in $name', (engine) => {
  let connection: Connection
  let table: Table
  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, schema, mapping)
    await table.insert(rows)
  })
  afterAll(() => connection?.close())

  it('is asked for the rows that memory finds', async () => {
    for (const filter_conditions of FILTERS) {
      const query = parseQuery(schema, { filter_conditions, limit: 1000 })
      const found = (await table.rows(query)).map((row) => Number((row as { id: bigint }).id))
      const expected = runQuery(query, rows).items.map(({ id }) => id)
      expect(found, JSON.stringify(filter_conditions)).toEqual(expected)
    }
  })

  it('serves equality and lists of values', async () => {
    await connection.exec(
      `INSERT INTO t (id, doc) SELECT i, json_build_object('color', 'c' || i)::jsonb FROM generate_series(1000, 20000) AS i`,
    )
    await connection.exec('ANALYZE t')
    for (const filter of [{ 'doc.color': 'c1234' }, { 'doc.color': { $in: ['c1234', 'c99'] } }]) {
      const { text, params } = compileFilter(parseFilter(schema, filter), {
        dialect: postgres,
        mapping,
      })
      const plan = await connection.all({ text: `EXPLAIN SELECT id FROM t WHERE ${text}`, params })
      expect(JSON.stringify(plan)).toContain('Bitmap Index Scan on t_doc')
    }
  })
})

it('a column of the type json has none', () => {
  const wrong = { doc: { type: 'json', jsonIndex: 'gin' } } as const
  const filter = parseFilter(schema, { 'doc.k': 'x' })
  expect(() => compileFilter(filter, { dialect: postgres, mapping: wrong })).toThrow(
    'change the column to jsonb',
  )
})
