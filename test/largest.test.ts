import {
  condition,
  defineSchema,
  dynamic,
  integer,
  list,
  parseQuery,
  runQuery,
  string,
} from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { Table } from './support/table.ts'

/**
 * The largest filters that the caps let through are answered by every engine, as memory does. The
 * limit of the cost is lifted, which the server may do.
 */

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    name: string({ operators: ['$eq', '$in', '$startsWith', '$autocomplete'] }),
    rank: integer({ sortable: true }),
    tags: list(string()),
    'custom.*': dynamic(['string', 'boolean', 'integer'], {
      operators: ['$eq', '$ne', '$gt', '$in', '$nin', '$autocomplete'],
    }),
  },
  limits: { cost: Number.MAX_SAFE_INTEGER },
})

const rows = Array.from({ length: 12 }, (_, i) => ({
  id: `r${i}`,
  name: i % 2 === 0 ? 'a b c' : 'x'.repeat(300),
  rank: i,
  tags: i % 3 === 0 ? ['red', 'blue'] : [],
  custom: { k: i, 'a"b': `v${i}`, deep: { er: { still: true } }, text: 'a b c' },
}))

const wide = (count: number, own: (i: number) => object) =>
  Array.from({ length: count }, (_, i) => own(i))

/** As deep as the caps allow, each level an `and` in an `or`. */
const deep = Array.from({ length: 11 }).reduce<object>(
  (inner, _, i) => ({
    [i % 2 === 0 ? '$and' : '$or']: [
      inner,
      { rank: { $gt: i - 3 } },
      { 'custom.k': { $ne: i } },
      { $nor: [{ name: `n${i}` }] },
    ],
  }),
  { id: { $gt: 'r1' } },
)
const segments = Array.from({ length: 8 }, (_, i) => `a"b${i}`).join('.')
/** Together within the 1 MiB of one filter, and one of them as long as a text may be. */
const long = (i: number) => `${i}${'y'.repeat(i === 0 ? 4090 : 1000)}`
const words = 'a '.repeat(2047)

const LARGEST: Readonly<Record<string, object>> = {
  'as many conditions': { $or: wide(198, (i) => ({ name: `n${i}` })) },
  'as many on keys of JSON': { $or: wide(198, (i) => ({ 'custom.k': { $gt: i + 5 } })) },
  'as many on odd keys': { $and: wide(198, (i) => ({ [`custom.a"b${i}`]: { $ne: i } })) },
  'as many on long paths': { $and: wide(40, (i) => ({ [`custom.${segments}`]: { $ne: i } })) },
  'as deep': deep,
  'as long a list of long texts': {
    name: { $in: [...wide(999, (i) => [i]).map((_, i) => long(i)), 'a b c'] },
  },
  'as long a list of keys': { id: { $in: wide(1000, (i) => [i]).map((_, i) => `r${i * 2}`) } },
  'as long a list in JSON': { 'custom.k': { $nin: wide(1000, (i) => [i]).map((_, i) => i * 2) } },
  'as long a list for lists': {
    tags: { $all: wide(1000, (i) => [i]).map((_, i) => `t${i % 700}`) },
  },
  'as long a text to complete': { name: { $autocomplete: `${words}c` } },
  'as long a text to complete in JSON': { 'custom.text': { $autocomplete: `${words}c` } },
}

describe.each(available)('$name runs filters with', (engine) => {
  let connection: Connection
  let table: Table
  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, schema)
    await table.insert(rows)
  })
  afterAll(() => connection.close())

  it.each(Object.entries(LARGEST))('%s', async (_, filter) => {
    const query = parseQuery(schema, { filter_conditions: filter, sort: { rank: 1 } })
    expect((await table.page(query)).items).toEqual(await table.rows(query))
    const ids = (found: readonly unknown[]) => found.map((row) => (row as { id: string }).id)
    expect(ids(await table.rows(query))).toEqual(ids(runQuery(query, rows).items))
    const complement = { ...query, condition: condition(schema, { $nor: [filter] } as never) }
    expect(ids(await table.rows(complement))).toEqual(ids(runQuery(complement, rows).items))
  })
})
