import {
  createTable,
  createTables,
  defineSchema,
  insertRow,
  integer,
  many,
  one,
  relate,
  type Schema,
  string,
  tableOf,
} from 'tamis'
import { checkTable, introspect, readFacts } from 'tamis/check'
import { clickhouse } from 'tamis/clickhouse'
import { duckdb } from 'tamis/duckdb'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import type { Connection, SomeStatement } from './support/engines/engine.ts'
import { askingOf } from './support/promise.ts'

/** What relations make of tables: unique and foreign keys, indexes, and what is found of others' tables. */

const schemas = relate(
  {
    items: defineSchema({
      fields: {
        id: integer({ required: true }),
        order_id: integer({ hidden: true }),
        shop: string(),
        sku: string(),
      },
    }),
    orders: defineSchema({
      fields: { id: integer({ required: true }), customer: string(), previous_id: integer() },
    }),
    customers: defineSchema({ fields: { email: string({ required: true }) }, key: 'email' }),
    articles: defineSchema({
      fields: { id: integer({ required: true }), shop: string(), sku: string() },
    }),
  },
  {
    items: {
      order: one('orders', { from: 'order_id', to: 'id' }),
      article: one('articles', { from: ['shop', 'sku'], to: ['shop', 'sku'] }),
    },
    orders: {
      buyer: one('customers', { from: 'customer', to: 'email' }),
      previous: one('orders', { from: 'previous_id', to: 'id' }),
      items: many('items', { from: 'id', to: 'order_id' }),
    },
    articles: { items: many('items', { from: ['shop', 'sku'], to: ['shop', 'sku'] }) },
  },
)
const SCHEMAS = schemas as unknown as Readonly<Record<string, Schema>>
const NAMES = ['orders', 'customers', 'articles', 'items'] as const

const circle = relate(
  {
    teams: defineSchema({ fields: { id: integer({ required: true }), lead_id: integer() } }),
    people: defineSchema({ fields: { id: integer({ required: true }), team_id: integer() } }),
  },
  {
    teams: { lead: one('people', { from: 'lead_id', to: 'id' }) },
    people: { team: one('teams', { from: 'team_id', to: 'id' }) },
  },
)

describe('statements', () => {
  it('make tables behind those that they refer to', () => {
    const made = createTables(SCHEMAS, { dialect: postgres })
      .filter((text) => text.startsWith('CREATE TABLE'))
      .map((text) => text.match(/"(\w+)"/)?.[1])
    expect(made).toEqual(['customers', 'orders', 'articles', 'items'])
  })

  it('have foreign keys only where they are asked for', () => {
    const target = { dialect: postgres, table: 'orders' }
    const orders = SCHEMAS.orders as Schema
    expect(createTable(orders, target).join()).not.toContain('FOREIGN KEY')
    expect(createTable(orders, { ...target, foreignKeys: true })[0]).toContain(
      'FOREIGN KEY ("customer") REFERENCES "customers" ("email")',
    )
    const mapping = {
      customer: 'buyer_mail',
      buyer: { table: { schema: 'crm', name: 'people' }, mapping: { email: 'mail' } },
    }
    const mapped = tableOf(orders, { ...target, mapping: mapping as never, foreignKeys: true })
    expect(mapped.foreignKeys[0]).toEqual({
      relation: 'buyer',
      columns: ['buyer_mail'],
      references: { table: { schema: 'crm', name: 'people' }, columns: ['mail'] },
    })
    expect(createTables(SCHEMAS, { dialect: postgres, foreignKeys: false }).join()).not.toContain(
      'FOREIGN KEY',
    )
    expect(createTables(SCHEMAS, { dialect: clickhouse }).join()).not.toMatch(/FOREIGN KEY|UNIQUE/)
    expect(() => createTables(SCHEMAS, { dialect: sqlite, foreignKey: true } as never)).toThrow(
      /foreignKeys/,
    )
  })

  it('make unique what to-one relations lead to, and an index of what rows are looked up by', () => {
    const { uniques } = tableOf(SCHEMAS.articles as Schema, { dialect: sqlite, table: 'articles' })
    expect(uniques).toEqual([['shop', 'sku']])
    const made = createTable(SCHEMAS.items as Schema, { dialect: sqlite, table: 'items' })
    expect(made.join()).not.toContain('UNIQUE')
    expect(made).toContain('CREATE INDEX "items_order_id" ON "items" ("order_id")')
    expect(made).toContain('CREATE INDEX "items_shop_sku" ON "items" ("shop", "sku")')
  })

  it('add the last foreign key of a circle behind the tables', () => {
    const added = 'ALTER TABLE "people" ADD FOREIGN KEY ("team_id") REFERENCES "teams" ("id")'
    const all = circle as unknown as Readonly<Record<string, Schema>>
    expect(createTables(all, { dialect: postgres }).at(-1)).toBe(added)
    expect(createTables(all, { dialect: sqlite }).join()).not.toContain('ALTER TABLE')
    expect(() => createTables(all, { dialect: duckdb })).toThrow(
      /"people.team" cannot be added to a table that is there/,
    )
  })
})

describe.each(available)('in $name', (engine) => {
  const { dialect, name } = engine
  const hasKeys = name !== 'ClickHouse'
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
    if (name === 'SQLite') await connection.exec('PRAGMA foreign_keys = ON')
  })
  afterAll(() => connection.close())

  const drop = async (names: readonly string[]) => {
    for (const table of [...names].reverse()) await connection.exec(`DROP TABLE ${table}`)
  }
  const order = ['customers', 'orders', 'articles', 'items']
  const findings = async (table: string) => {
    const facts = await readFacts(askingOf(connection), { table })
    return checkTable(SCHEMAS[table] as Schema, { dialect, table }, facts).filter(
      ({ code }) => code === 'relation_not_unique' || code === 'index_missing',
    )
  }
  const insert = async (table: string, row: object) => {
    for (const each of [
      insertRow(SCHEMAS[table] as Schema, { dialect, table })(row as never),
    ].flat()) {
      await connection.run(each as SomeStatement)
    }
  }

  it('tables have their keys, and none is missing', async () => {
    for (const text of createTables(SCHEMAS, { dialect })) await connection.exec(text)
    try {
      for (const table of NAMES) {
        const found = (await findings(table)).filter(({ promised }) =>
          promised.includes('relation'),
        )
        expect(found.map(({ code }) => code)).toEqual(
          !hasKeys && table === 'articles' ? ['relation_not_unique'] : [],
        )
      }
      await insert('customers', { email: 'a@b' })
      await insert('orders', { id: 1, customer: 'a@b' })
      await insert('orders', { id: 2, previous_id: 1 })
      await insert('articles', { id: 1, shop: 'x', sku: 'y' })
      await insert('items', { id: 1, order_id: 2, shop: 'x', sku: 'y' })
      await insert('items', { id: 2, order_id: 2, shop: 'x' })
      if (!hasKeys) return
      await expect(insert('orders', { id: 3, customer: 'b@c' })).rejects.toThrow()
      await expect(insert('articles', { id: 2, shop: 'x', sku: 'y' })).rejects.toThrow()
      const made = await introspect(askingOf(connection), { table: 'items' })
      expect(made.relations).toMatchObject({
        order: { type: 'one', target: 'orders', from: 'order_id', to: 'id' },
        articles: { type: 'one', target: 'articles', from: ['shop', 'sku'], to: ['shop', 'sku'] },
      })
      expect(made.source).toContain("  order: one('orders', { from: 'order_id', to: 'id' }),\n")
      const { relations } = await introspect(askingOf(connection), { table: 'orders' })
      // A field is called customer already.
      expect(relations).toMatchObject({
        customers: { target: 'customers', from: 'customer', to: 'email' },
        previous: { target: 'orders', from: 'previous_id', to: 'id' },
      })
    } finally {
      await drop(order)
    }
  })

  it.runIf(hasKeys && name !== 'DuckDB')('foreign keys go in a circle', async () => {
    const all = circle as unknown as Readonly<Record<string, Schema>>
    for (const text of createTables(all, { dialect })) await connection.exec(text)
    const facts = await readFacts(askingOf(connection), { table: 'people' })
    expect(facts.foreignKeys).toMatchObject([{ columns: ['team_id'] }])
    if (name === 'SQLite') await connection.exec('PRAGMA foreign_keys = OFF')
    if (/MariaDB|MySQL/.test(name)) {
      await connection.exec('SET foreign_key_checks = 0')
      await drop(['teams', 'people'])
      await connection.exec('SET foreign_key_checks = 1')
    } else if (name === 'SQLite') await drop(['teams', 'people'])
    else await connection.exec('DROP TABLE teams, people CASCADE')
  })

  it.runIf(hasKeys)('what is missing is found, with its remedy', async () => {
    const text = /MariaDB|MySQL/.test(name) ? 'VARCHAR(100) COLLATE utf8mb4_bin' : 'TEXT'
    await connection.exec(
      `CREATE TABLE articles (id BIGINT NOT NULL PRIMARY KEY, shop ${text}, sku ${text})`,
    )
    await connection.exec(
      `CREATE TABLE items (id BIGINT NOT NULL PRIMARY KEY, order_id BIGINT, shop ${text}, sku ${text})`,
    )
    try {
      const [unique] = (await findings('articles')).filter(
        ({ code }) => code === 'relation_not_unique',
      )
      expect(unique).toMatchObject({
        severity: 'error',
        field: 'shop',
        promised: expect.stringContaining('items.article'),
      })
      await connection.exec(unique?.remedy.ddl ?? '')
      const codes = (await findings('articles')).map(({ code }) => code)
      expect(codes).not.toContain('relation_not_unique')
      const missing = (await findings('items')).filter(({ promised }) =>
        promised.includes('relation'),
      )
      expect(missing.map(({ field }) => field)).toEqual(['order_id', 'shop'])
      for (const { remedy } of missing) await connection.exec(remedy.ddl ?? '')
      const left = (await findings('items')).filter(({ promised }) => promised.includes('relation'))
      expect(left).toEqual([])
    } finally {
      await drop(['articles', 'items'])
    }
  })
})
