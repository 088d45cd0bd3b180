import { compilePredicate, condition, defineSchema, integer, or, string } from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isFull } from './support/budget.ts'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { Table } from './support/table.ts'

/** Lists of operands that are longer than databases take parameters. */

const schema = defineSchema({
  fields: {
    id: integer({ required: true, sortable: true }),
    role: string({ operators: ['$eq', '$in', '$nin'] }),
    level: integer(),
  },
})

const LONG = 'x'.repeat(300)
const rows = Array.from({ length: 60 }, (_, i) => ({
  id: i,
  ...(i % 7 === 0 ? {} : { role: i % 5 === 0 ? `${LONG}${i}` : `role-${i * 3}` }),
  ...(i % 6 === 0 ? {} : { level: i * 2 }),
}))

const many = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i)
const roles = (count: number, from = 0) => [
  ...many(count, from).map((i) => `role-${i * 2}`),
  `${LONG}5`,
]

const COUNT = isFull ? 100_000 : 33_000

const FILTERS = [
  ['texts', condition(schema, { role: { $in: roles(COUNT) } })],
  ['none of texts', condition(schema, { role: { $nin: roles(COUNT) } })],
  ['texts or null', condition(schema, { role: { $in: [...roles(COUNT), null] } })],
  ['integers', condition(schema, { level: { $in: many(COUNT, 10) } })],
  ['none of integers', condition(schema, { level: { $nin: many(COUNT, 10) } })],
  [
    'many lists of texts',
    or(...many(66).map((i) => condition(schema, { role: { $in: roles(1000, 20 * i) } }))),
  ],
] as const

describe.each(available)('in $name', (engine) => {
  let connection: Connection
  let table: Table

  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, schema)
    await table.insert(rows)
  })
  afterAll(() => connection.close())

  it.each(FILTERS)('finds %s', async (_, filter) => {
    const matches = compilePredicate(filter)
    const expected = rows.filter(matches).map(({ id }) => id)
    expect(expected.length).toBeGreaterThan(0)
    expect(expected.length).toBeLessThan(rows.length)
    expect(await table.matching(filter)).toEqual(expected)
  })
})
