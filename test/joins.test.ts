import {
  compileFilter,
  compileQuery,
  condition,
  createTable,
  defineSchema,
  insertRow,
  integer,
  list,
  parseQuery,
  readRow,
  string,
} from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import type { Connection, SomeStatement } from './support/engines/engine.ts'

/** Tables of a schema by name, and filters over several tables of one statement. */

const customers = defineSchema({
  fields: {
    id: integer({ required: true, sortable: true }),
    country: string(),
    tags: list(string()),
  },
})
const orders = defineSchema({
  fields: {
    id: integer({ required: true, sortable: true }),
    customer: integer({ required: true }),
    status: string({ sortable: true }),
    tags: list(string()),
  },
})
const CUSTOMERS = [
  { id: 1, country: 'FR', tags: ['new'] },
  { id: 2, country: 'DE', tags: [] },
]
const ORDERS = [
  { id: 1, customer: 2, status: 'open', tags: ['gift'] },
  { id: 2, customer: 1, status: 'open', tags: ['gift', 'rush'] },
  { id: 3, customer: 1, status: 'paid', tags: ['rush'] },
  { id: 4, customer: 1, tags: ['rush'] },
]

/** The schema that a new table is in, as SQL gives it. */
const CURRENT: Readonly<Record<string, string>> = {
  SQLite: "SELECT 'main' AS s",
  PostgreSQL: 'SELECT current_schema() AS s',
  PGlite: 'SELECT current_schema() AS s',
  MariaDB: 'SELECT DATABASE() AS s',
  MySQL: 'SELECT DATABASE() AS s',
  DuckDB: 'SELECT current_schema() AS s',
  ClickHouse: 'SELECT currentDatabase() AS s',
}

describe.each(available)('in $name', (engine) => {
  const { dialect } = engine
  const isNamed = dialect.name === 'clickhouse'
  const mapping = engine.features.sideTables
    ? { tags: { column: 'tags', sideTable: 'order_tags' } }
    : {}
  let connection: Connection
  let schema = ''

  beforeAll(async () => {
    connection = await engine.connect()
    const [row] = await connection.all({
      text: CURRENT[engine.name] ?? '',
      params: isNamed ? {} : [],
    })
    schema = String(row?.s)
    for (const [name, own, rows, mapped] of [
      ['customers', customers, CUSTOMERS, {}],
      ['orders', orders, ORDERS, mapping],
    ] as const) {
      const target = { dialect, table: name, mapping: mapped }
      for (const text of createTable(own as never, target)) await connection.exec(text)
      const insert = insertRow(own as never, { ...target, table: { schema, name } })
      for (const each of rows) for (const one of [insert(each)].flat()) await connection.run(one)
    }
  })
  afterAll(() => connection.close())

  it('reads a table of a schema', async () => {
    for (const alias of [undefined, 'o']) {
      for (const [sort, inOrder] of [
        [[{ id: -1 }], [4, 3, 2]],
        [[{ status: 1 }], [4, 2, 3]],
        [[{ status: -1 }], [3, 2, 4]],
      ] as const) {
        const query = parseQuery(orders, { filter_conditions: { tags: 'rush' }, sort })
        const target = { dialect, mapping, table: { schema, name: 'orders' } }
        const statement = compileQuery(query, alias === undefined ? target : { ...target, alias })
        const found = (await connection.all(statement)).map(readRow(orders, { dialect, mapping }))
        expect(found.map(({ id }) => id)).toEqual(inOrder)
      }
    }
  })

  it('reads a table that has the name of a part of the statement', async () => {
    const schema = defineSchema({
      fields: { id: integer({ required: true }), rank: integer({ sortable: true }) },
    })
    const target = { dialect, table: 'found_ahead' }
    for (const text of createTable(schema, target)) await connection.exec(text)
    const insert = insertRow(schema, target)
    for (const row of [{ id: 1 }, { id: 2, rank: 1 }, { id: 3, rank: 0 }]) {
      for (const one of [insert(row)].flat()) await connection.run(one)
    }
    for (const [direction, expected] of [
      [1, [1, 3, 2]],
      [-1, [2, 3, 1]],
    ] as const) {
      const query = parseQuery(schema, { sort: { rank: direction } })
      const statement = compileQuery(query, { ...target, alias: 'f' })
      const found = (await connection.all(statement)).map(readRow(schema, target))
      expect(found.map(({ id }) => id)).toEqual(expected)
    }
  })

  it('does not read a table whose name has a dot as one of a schema', async () => {
    const query = parseQuery(orders, {})
    const { text } = compileQuery(query, { dialect, mapping, table: 'app.orders' })
    const quote = dialect.identifier('app.orders').texts.join('')
    expect(text).toContain(quote)
  })

  it('filters both tables of a join', async () => {
    const ofOrders = compileFilter(
      condition(orders, { id: { $gte: 2 }, tags: { $all: ['rush'] }, status: { $ne: 'paid' } }),
      { dialect, mapping, alias: 'o' },
    )
    const ofCustomers = compileFilter(condition(customers, { id: { $lte: 5 }, tags: 'new' }), {
      dialect,
      alias: 'c',
      firstParameter: 1 + Object.keys(ofOrders.params).length,
    })
    const params = isNamed
      ? { ...ofOrders.params, ...ofCustomers.params }
      : [...(ofOrders.params as unknown[]), ...(ofCustomers.params as unknown[])]
    const id = (alias: string, name: string) =>
      [alias, name].map((each) => dialect.identifier(each).texts.join('')).join('.')
    const found = await connection.all({
      text: `SELECT ${id('o', 'id')} AS n FROM orders AS o JOIN customers AS c ON ${id('c', 'id')} = ${id('o', 'customer')} WHERE ${ofOrders.text} AND ${ofCustomers.text} ORDER BY n`,
      params,
    } as SomeStatement)
    expect(found.map(({ n }) => Number(n))).toEqual([2, 4])
  })
})
