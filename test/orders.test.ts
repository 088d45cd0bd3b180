import {
  boolean,
  date,
  decimal,
  defineSchema,
  enumeration,
  integer,
  number,
  parseQuery,
  runQuery,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { Table } from './support/table.ts'

const sortable = true
const schema = defineSchema({
  fields: {
    id: integer({ required: true, sortable }),
    text: string({ sortable }),
    flag: boolean({ sortable }),
    whole: integer({ sortable }),
    real: number({ sortable }),
    exact: decimal({ precision: 6, scale: 2, sortable }),
    instant: timestamp({ sortable }),
    day: date({ sortable }),
    // Their order is not that of the texts.
    level: enumeration(['low', 'medium', 'high', 'b', 'a'], { sortable }),
    key: uuid({ sortable }),
  },
})

/** Values of each kind in its order, which is not the order of their digits or letters. */
const ASCENDING = {
  text: ['B', 'a', 'é', '\u{FFFD}', '\u{1F600}'],
  flag: [false, true],
  whole: [-10, -9, 9, 10],
  real: [-1e300, -0.5, 3.25, 20],
  exact: ['-10.50', '-9.25', '9.00', '10.00'],
  instant: ['0001-01-01T00:00:00Z', '2023-12-31T23:59:59.999999Z', '2024-01-01T00:00:00Z'],
  day: ['0001-01-01', '2024-02-29', '2024-03-01'],
  level: ['low', 'medium', 'high', 'b', 'a'],
  key: ['0f000000-0000-0000-0000-000000000000', 'a0000000-0000-0000-0000-000000000000'],
} as const
const FIELDS = Object.keys(ASCENDING) as (keyof typeof ASCENDING)[]

/** Each value twice, and rows without one, in no order. */
const ROWS = Array.from({ length: 12 }, (_, i) => {
  const place = (i * 7) % 12
  const values = FIELDS.map((field) => [field, [...ASCENDING[field], ...ASCENDING[field]][place]])
  return { id: place, ...Object.fromEntries(values.filter(([, value]) => value !== undefined)) }
})

const ORDERS = FIELDS.flatMap((field) =>
  ([1, -1] as const).flatMap((direction) =>
    (['first', 'last'] as const).map((nulls) => ({ field, direction, nulls })),
  ),
)

describe.each(available)('orders in $name', (engine) => {
  let connection: Connection
  let table: Table
  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, schema)
    await table.insert(ROWS)
  })
  afterAll(() => connection?.close())

  it.each(ORDERS)('$field $direction, without a value $nulls', async (term) => {
    const payload = { sort: [term], limit: 3 }
    const keys = (rows: readonly unknown[]) => rows.map((row) => Number((row as { id: bigint }).id))
    const all = keys(runQuery(parseQuery(schema, { ...payload, limit: 100 }), ROWS).items)
    const forward: number[] = []
    let page = await table.page(parseQuery(schema, payload))
    forward.push(...keys(page.items))
    while (page.next !== undefined && forward.length <= ROWS.length) {
      page = await table.page(parseQuery(schema, { ...payload, next: page.next }))
      forward.push(...keys(page.items))
    }
    expect(forward).toEqual(all)
    const backward = keys(page.items)
    while (page.prev !== undefined && backward.length <= ROWS.length) {
      page = await table.page(parseQuery(schema, { ...payload, prev: page.prev }))
      backward.unshift(...keys(page.items))
    }
    expect(backward).toEqual(all)
  })
})
