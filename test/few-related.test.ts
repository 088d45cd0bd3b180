import {
  compileCount,
  compileFacet,
  compileQuery,
  countRows,
  createTables,
  defineSchema,
  facetRows,
  insertRow,
  integer,
  one,
  pageOf,
  parseQuery,
  readRow,
  relate,
  runQuery,
  type Schema,
  string,
} from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import type { Connection, SomeStatement } from './support/engines/engine.ts'
import { sqlite } from './support/engines/sqlite.ts'

/**
 * Conditions on the one related row that leave few related rows, and many: where the dialect finds them
 * in two ways (`forAll`), both find the rows of memory, in the same order, on every page.
 */

const { customers, orders } = relate(
  {
    customers: defineSchema({
      fields: { id: integer({ required: true }), country: string({ sortable: true }) },
    }),
    orders: defineSchema({
      fields: {
        id: integer({ required: true, sortable: true }),
        customer_id: integer(),
        status: string({ facet: true }),
        placed: integer({ required: true, sortable: true }),
        shipped: integer({ sortable: true }),
      },
      counts: {},
    }),
  },
  { orders: { customer: one('customers', { from: 'customer_id', to: 'id' }) } },
)

/** More customers of one country than are few, and ten of another. */
const CUSTOMERS = Array.from({ length: 400 }, (_, i) => {
  if (i % 40 === 3) return { id: i, country: 'MT' }
  return i % 3 === 0 ? { id: i } : { id: i, country: i % 3 === 1 ? 'FR' : 'DE' }
})
const ORDERS = Array.from({ length: 900 }, (_, i) => ({
  id: i,
  placed: (i * 7) % 100,
  status: i % 4 === 0 ? 'open' : 'paid',
  ...(i % 7 === 0 ? {} : { shipped: (i * 11) % 50 }),
  // Some have no customer, and some one that is not there.
  ...(i % 50 === 0 ? {} : { customer_id: (i * 13) % 410 }),
}))
const LOADED = ORDERS.map((order) => ({
  ...order,
  customer: CUSTOMERS.find(({ id }) => id === order.customer_id) ?? null,
}))

const FILTERS: readonly object[] = [
  { 'customer.country': 'MT' },
  { 'customer.country': { $in: ['FR', 'DE'] } },
  { customer: { $is: {} }, status: 'open' },
  { customer: { $is: { country: { $ne: 'FR' } } }, 'customer.country': { $ne: 'MT' } },
  { $or: [{ 'customer.country': 'MT' }, { status: 'open' }] },
  { 'customer.country': { $ne: 'MT' } },
]
const SORTS: readonly object[] = [
  {},
  { placed: -1 },
  { shipped: 1 },
  { 'customer.country': 1 },
  { 'customer.country': -1, placed: 1 },
]
const CASES = FILTERS.flatMap((filter) => SORTS.map((sort) => [filter, sort] as const))
const schema = orders as unknown as Schema

describe.each(available.filter(({ dialect }) => dialect.forAll !== undefined))(
  'in $name',
  (engine) => {
    const { dialect } = engine
    const target = { dialect, table: 'orders' }
    let connection: Connection
    const find = async (payload: object) => {
      const query = parseQuery(schema, payload)
      const statement = compileQuery(query, { ...target, lookAhead: true })
      const records = await connection.all(statement as SomeStatement)
      return pageOf(query, records.map(readRow(schema, { dialect })))
    }
    const idsOf = (rows: readonly object[]) => rows.map((row) => (row as { id: number }).id)

    beforeAll(async () => {
      connection = await engine.connect()
      const statements = createTables({ customers, orders }, { dialect, foreignKeys: false })
      for (const text of statements) await connection.exec(text)
      for (const [table, own, rows] of [
        ['customers', customers, CUSTOMERS],
        ['orders', orders, ORDERS],
      ] as const) {
        const insert = insertRow(own as unknown as Schema, { dialect, table })
        for (const row of rows) {
          for (const one of [insert(row)].flat()) await connection.run(one as SomeStatement)
        }
      }
    })
    afterAll(() => connection?.close())

    it.each(CASES)('%j, %j', async (filter_conditions, sort) => {
      const payload = { filter_conditions, sort, limit: 40 }
      const whole = parseQuery(schema, { ...payload, limit: 1000 })
      const expected = idsOf(runQuery(whole, LOADED).items as object[])
      expect(expected.length).toBeGreaterThan(10)
      const found: number[] = []
      const pages: (readonly number[])[] = []
      let page = await find(payload)
      for (;;) {
        pages.push(idsOf(page.items))
        found.push(...idsOf(page.items))
        if (page.next === undefined) break
        page = await find({ ...payload, next: page.next })
      }
      expect(found).toEqual(expected)
      for (let i = pages.length - 2; i >= 0; i--) {
        page = await find({ ...payload, prev: page.prev })
        expect(idsOf(page.items)).toEqual(pages[i])
      }
      expect(idsOf((await find({ ...payload, offset: 5 })).items)).toEqual(expected.slice(5, 45))

      const [count] = await connection.all(compileCount(whole, target) as SomeStatement)
      expect(Number(count?.total)).toBe(expected.length)
      expect(countRows(whole, LOADED)).toBe(expected.length)
      const facet = compileFacet(whole, 'status', target)
      const counted = facet.read(await connection.all(facet as SomeStatement))
      expect(counted).toEqual(facetRows(whole, 'status', LOADED))
    })
  },
)

describe('keys that a collation compares', () => {
  const related = relate(
    {
      c: defineSchema({
        fields: { id: integer({ required: true }), k: string({ required: true }), v: string() },
      }),
      o: defineSchema({
        fields: { id: integer({ required: true, sortable: true }), fk: string() },
      }),
    },
    { o: { c: one('c', { from: 'fk', to: 'k' }) } },
  )
  const mapping = { c: { table: 'c', mapping: { k: { collation: 'NOCASE' } } } } as const

  it.each([1, 400])(
    'find the same rows for pages and counts, with %i related rows',
    async (count) => {
      const db = await sqlite.connect()
      await db.exec('CREATE TABLE c (id INTEGER PRIMARY KEY, k TEXT COLLATE NOCASE UNIQUE, v TEXT)')
      await db.exec('CREATE TABLE o (id INTEGER PRIMARY KEY, fk TEXT)')
      await db.exec("INSERT INTO c VALUES (1, 'a', 'x')")
      for (let i = 2; i <= count; i++)
        await db.exec(`INSERT INTO c VALUES (${i}, 'other ${i}', 'x')`)
      await db.exec("INSERT INTO o VALUES (1, 'a'), (2, 'A'), (3, 'b')")
      const query = parseQuery(related.o, { filter_conditions: { 'c.v': 'x' } })
      const target = { dialect: sqlite.dialect, table: 'o', mapping } as never
      const rows = await db.all(compileQuery(query, target))
      expect(rows.map(({ id }) => Number(id))).toEqual([1, 2])
      const [total] = await db.all(compileCount(query, target))
      expect(Number(total?.total)).toBe(2)
      await db.close()
    },
  )
})
