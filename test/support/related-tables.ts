/** Orders, their customers and the regions of these: rows of three schemas that relations join. */

import fc from 'fast-check'
import {
  type Condition,
  compileCount,
  compileFilter,
  compilePredicate,
  compileQuery,
  condition,
  createTable,
  defineSchema,
  insertRow,
  integer,
  list,
  many,
  object,
  one,
  pageOf,
  parseQuery,
  readRow,
  relate,
  type Schema,
  string,
} from 'tamis'
import { expect } from 'vitest'
import type { Connection, Engine, SomeStatement } from './engines/engine.ts'

const limits = { cost: Number.MAX_SAFE_INTEGER }
const base = {
  regions: defineSchema({
    fields: {
      id: integer({ required: true }),
      name: string({ sortable: true }),
      secret: string({ hidden: true, sortable: true }),
    },
    limits,
  }),
  customers: defineSchema({
    fields: {
      id: integer({ required: true, sortable: true }),
      region_id: integer(),
      shop: string(),
      code: string(),
      country: string({ sortable: true }),
      secret: string({ hidden: true, sortable: true }),
      archived: string(),
    },
    scope: true,
    limits,
    options: { include_archived: { default: false, unless: { archived: null } } },
  }),
  orders: defineSchema({
    fields: {
      id: integer({ required: true, sortable: true }),
      customer_id: integer(),
      shop: string(),
      code: string(),
      status: string({ sortable: true }),
      tags: list(string()),
      items: list(object({ sku: string() })),
    },
    limits,
  }),
}
export const { regions, customers, orders } = relate(base, {
  orders: {
    customer: one('customers', { from: 'customer_id', to: 'id' }),
    account: one('customers', { from: ['shop', 'code'], to: ['shop', 'code'] }),
  },
  customers: {
    region: one('regions', { from: 'region_id', to: 'id' }),
    orders: many('orders', { from: 'id', to: 'customer_id' }),
  },
  regions: { customers: many('customers', { from: 'id', to: 'region_id' }) },
})
export const SCHEMAS = { regions, customers, orders } as unknown as Readonly<Record<string, Schema>>
export type Name = 'regions' | 'customers' | 'orders'
export type Row = Record<string, unknown>
export type Data = Readonly<Record<Name, readonly Row[]>>

export const all = { scopes: { customers: condition(customers, {}) } }

/** The rows of a table with their related rows, as an ORM returns them, so many levels deep. */
export function loaded(data: Data, name: Name, depth: number): readonly Row[] {
  const equal = (a: unknown, b: unknown) => a !== undefined && a !== null && a === b
  const load = (of: Name, row: Row, left: number): Row => {
    if (left === 0) return row
    const into = (to: Name, matches: (other: Row) => boolean) =>
      data[to].filter(matches).map((each) => load(to, each, left - 1))
    switch (of) {
      case 'orders':
        return {
          ...row,
          customer: into('customers', ({ id }) => equal(id, row.customer_id))[0] ?? null,
          account:
            into('customers', (o) => equal(o.shop, row.shop) && equal(o.code, row.code))[0] ?? null,
        }
      case 'customers':
        return {
          ...row,
          region: into('regions', ({ id }) => equal(id, row.region_id))[0] ?? null,
          orders: into('orders', ({ customer_id }) => equal(customer_id, row.id)),
        }
      case 'regions':
        return { ...row, customers: into('customers', ({ region_id }) => equal(region_id, row.id)) }
      default:
        return of satisfies never
    }
  }
  return data[name].map((row) => load(name, row, depth))
}

export const DATA: Data = {
  regions: [{ id: 1, name: 'north' }, { id: 2, name: 'south', secret: 's' }, { id: 3 }],
  customers: [
    { id: 1, region_id: 1, shop: 'a', code: 'x', country: 'FR' },
    { id: 2, region_id: 2, shop: 'a', code: 'y', country: 'DE', secret: 'vip' },
    { id: 3, shop: 'b', code: 'x' },
    { id: 4, region_id: 9, country: 'FR', archived: 'yes', shop: 'c', code: 'c' },
    { id: 5, region_id: 1, shop: 'd' },
  ],
  orders: [
    {
      id: 1,
      customer_id: 1,
      shop: 'a',
      code: 'y',
      status: 'open',
      tags: ['gift'],
      items: [{ sku: 'pen' }],
    },
    { id: 2, customer_id: 1, shop: 'a', status: 'paid', tags: ['rush'] },
    { id: 3, customer_id: 2, shop: 'b', code: 'x', status: 'open' },
    { id: 4, customer_id: 3, status: 'open', items: [{ sku: 'ink' }] },
    { id: 5, customer_id: 4, status: 'paid' },
    { id: 6, customer_id: 9, shop: 'z', code: 'z' },
    { id: 7, status: 'open' },
  ],
}

export const idsOf = (rows: readonly unknown[]) =>
  rows.map((row) => Number((row as { id: unknown }).id)).sort((a, b) => a - b)
export const inMemory = (data: Data, name: Name, own: Condition) =>
  idsOf(loaded(data, name, 4).filter(compilePredicate(own)))

/** Three tables of an engine. */
export class Tables {
  readonly #engine: Engine
  readonly #connection: Connection

  constructor(engine: Engine, connection: Connection) {
    this.#engine = engine
    this.#connection = connection
  }

  async fill(data: Data): Promise<void> {
    const { dialect } = this.#engine
    for (const [table, schema] of Object.entries(SCHEMAS)) {
      const target = { dialect, table }
      for (const text of createTable(schema, target)) await this.#connection.exec(text)
      const insert = insertRow(schema, target)
      for (const row of data[table as Name]) {
        for (const one of [insert(row)].flat()) await this.#connection.run(one)
      }
    }
  }

  async drop(): Promise<void> {
    for (const table of Object.keys(SCHEMAS)) await this.#connection.exec(`DROP TABLE ${table}`)
  }

  async ids(name: Name, own: Condition): Promise<number[]> {
    const { dialect } = this.#engine
    const schema = SCHEMAS[name] as Schema
    const { text, params } = compileFilter(own, { dialect, alias: name })
    const rows = await this.#connection.all({
      text: `SELECT ${dialect.identifier('id').texts.join('')} AS id FROM ${name} WHERE ${text}`,
      params,
    } as SomeStatement)
    expect(schema.key.name).toBe('id')
    return idsOf(rows)
  }

  async page(name: Name, payload: object, options: object) {
    const { dialect } = this.#engine
    const schema = SCHEMAS[name] as Schema
    const query = parseQuery(schema, payload, options)
    const statement = compileQuery(query, { dialect, table: name, lookAhead: true })
    const records = await this.#connection.all(statement as SomeStatement)
    const [count] = await this.#connection.all(
      compileCount(query, { dialect, table: name }) as SomeStatement,
    )
    return {
      page: pageOf(query, records.map(readRow(schema, { dialect }))),
      total: Number(count?.total),
    }
  }
}

export const rowsArbitrary: fc.Arbitrary<Data> = fc.record({
  regions: rows({ name: ['north', 'south'] }),
  customers: rows({
    region_id: [1, 2, 3, 9],
    shop: ['a', 'b'],
    country: ['FR', 'DE'],
    archived: ['yes'],
  }).map(
    // The composite key is unique.
    (all) => all.map((row) => ({ ...row, code: `${row.id}` })),
  ),
  orders: rows({
    customer_id: [1, 2, 3, 4, 9],
    shop: ['a', 'b'],
    code: ['1', '2', '3'],
    status: ['open', 'paid'],
  }),
})

function rows(fields: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<Row[]> {
  const values = fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([name, pool]) => [name, fc.constantFrom(...pool, null)]),
    ),
  )
  return fc
    .array(values, { maxLength: 8 })
    .map((all) => all.map((row, i) => ({ ...row, id: i + 1 })))
}
