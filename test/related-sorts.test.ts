import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import {
  boolean,
  compileOrdering,
  compileQuery,
  condition,
  createTable,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  FilterError,
  insertRow,
  integer,
  number,
  one,
  pageOf,
  parseQuery,
  type Query,
  readRow,
  relate,
  relativeTime,
  runQuery,
  type Schema,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { payloadJsonSchema } from 'tamis/json-schema'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { parseQueryString } from 'tamis/text'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { budget } from './support/budget.ts'
import { available } from './support/engines/available.ts'
import type { Connection, SomeStatement } from './support/engines/engine.ts'
import { all, customers, DATA, type Data, loaded, orders, SCHEMAS } from './support/related-rows.ts'
import { rowsArbitrary, Tables } from './support/related-tables.ts'

/** Orders by fields of related rows: in memory over rows that were loaded, in SQL over several tables. */

const idsIn = (rows: readonly unknown[]) => rows.map((row) => Number((row as { id: unknown }).id))
const sorted = (sort: unknown, options: object = all) =>
  idsIn(runQuery(parseQuery(orders, { sort }, options), [...loaded(DATA, 'orders', 3)]).items)

describe('in memory', () => {
  it.each([
    [{ 'customer.country': 1 }, [4, 5, 6, 7, 3, 1, 2]],
    [{ 'customer.country': -1 }, [2, 1, 3, 7, 6, 5, 4]],
    [
      [{ field: 'customer.country', direction: 1, nulls: 'last' }, { id: -1 }],
      [3, 2, 1, 7, 6, 5, 4],
    ],
    [
      [{ 'customer.country': -1 }, { status: 1 }, { id: 1 }],
      [1, 2, 3, 6, 4, 7, 5],
    ],
    [
      [{ 'customer.region.name': 1 }, { id: -1 }],
      [7, 6, 5, 4, 2, 1, 3],
    ],
    [{ 'account.country': -1 }, [1, 7, 6, 5, 4, 3, 2]],
  ])('%j', (sort, ids) => {
    expect(sorted(sort)).toEqual(ids)
  })

  it('the value of a row that the scope excludes is absent', () => {
    const scopes = { customers: condition(customers, { country: 'DE' }) }
    expect(sorted([{ 'customer.country': -1 }, { id: 1 }], { scopes })).toEqual([
      3, 1, 2, 4, 5, 6, 7,
    ])
  })

  it('a relation that was not loaded is an error of the server', () => {
    const query = parseQuery(orders, { sort: { 'customer.country': 1 } }, all)
    expect(() => runQuery(query, [{ id: 1 }])).toThrow(/"customer": relation not loaded/)
    const compare = compileOrdering(query.ordering)
    const [fr, none] = [
      { id: 1, customer: { country: 'FR' } },
      { id: 2, customer: null },
    ]
    expect([fr, none].sort(compare)).toEqual([none, fr])
  })
})

describe('what a client may sort by', () => {
  const issueOf = (sort: unknown, schema: unknown = orders, options: object = all) => {
    try {
      parseQuery(schema as Schema, { sort }, options)
    } catch (error) {
      const [first] = (error as FilterError).issues
      return [first?.code, first?.path, `${first?.message}`]
    }
    return undefined
  }

  it('is what the related schema allows', () => {
    expect(issueOf({ 'customer.secret': 1 })?.slice(0, 2)).toEqual([
      'unknown_field',
      '/sort/customer.secret',
    ])
    expect(issueOf({ 'customer.secrt': 1 })?.[2]).not.toContain('"secret')
    expect(issueOf({ 'customer.shop': 1 })).toEqual([
      'not_sortable',
      '/sort/customer.shop',
      expect.stringContaining('customer.id or customer.country'),
    ])
    expect(issueOf({ 'customer.shop': 1 })?.[2]).not.toContain('secret')
    expect(issueOf({ customer: 1 })?.[0]).toBe('not_sortable')
    expect(issueOf([{ 'customer.country': 1 }, { 'customer.country': -1 }])?.[0]).toBe(
      'invalid_sort',
    )
    expect(issueOf({ 'customer.orders.status': 1 })?.[0]).toBe('unknown_field')
    expect(issueOf({ 'orders.status': 1 }, customers)?.[0]).toBe('unknown_field')
    expect(issueOf({ 'customer.': 1 })?.[0]).toBe('unknown_field')
    expect(issueOf({ 'customer.__proto__': 1 })?.[0]).toBe('unknown_field')
  })

  it('nests as deep as filters', () => {
    const node = defineSchema({
      fields: { id: integer({ required: true, sortable: true }) },
      limits: { relations: 2 },
    })
    const { nodes } = relate(
      { nodes: node },
      { nodes: { next: one('nodes', { from: 'id', to: 'id' }) } },
    )
    expect(issueOf({ 'next.next.id': 1 }, nodes, {})).toBeUndefined()
    expect(issueOf({ 'next.next.next.id': 1 }, nodes, {})?.[0]).toBe('too_deep')
    expect(issueOf({ ['next.'.repeat(100_000)]: 1 }, nodes, {})?.[0]).toBe('too_deep')
  })

  it('costs what filters of related rows cost', () => {
    const fields = {
      id: integer({ required: true, sortable: true }),
      ...Object.fromEntries(
        ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, string({ sortable: true })]),
      ),
    }
    const { things } = relate(
      { things: defineSchema({ fields }) },
      { things: { next: one('things', { from: 'id', to: 'id' }) } },
    )
    const by = (names: string) => names.split('').map((name) => ({ [`next.${name}`]: 1 }))
    expect(issueOf(by('abcd'), things, {})).toBeUndefined()
    expect(issueOf(by('abcde'), things, {})?.slice(0, 2)).toEqual(['too_costly', '/sort'])
    const filter_conditions = { 'next.a': 'x' }
    expect(() => parseQuery(things, { sort: by('abcd'), filter_conditions })).toThrow(
      /The sort: expected a cost/,
    )
  })

  it('is in the JSON Schema, and in query strings', () => {
    const ajv = new Ajv2020({ strict: false })
    formats.default(ajv)
    const document = payloadJsonSchema(SCHEMAS.orders as Schema)
    const validate = ajv.compile(document)
    expect(validate({ sort: { 'customer.country': 1 } })).toBe(true)
    expect(validate({ sort: [{ field: 'customer.region.name', nulls: 'last' }] })).toBe(true)
    expect(validate({ sort: { 'customer.shop': 1 } })).toBe(false)
    expect(JSON.stringify(document)).not.toContain('secret')
    const query = parseQueryString(orders, 'sort=-customer.country,id', all)
    expect(query.ordering.map(({ field, direction }) => [field.name, direction])).toEqual([
      ['customer.country', -1],
      ['id', 1],
    ])
  })

  it('has no list in the JSON Schema where the paths are too many', () => {
    const fields = { id: integer({ required: true, sortable: true }) }
    const names = Array.from({ length: 40 }, (_, i) => `next_${i}`)
    const { things } = relate(
      { things: defineSchema({ fields }) },
      {
        things: Object.fromEntries(
          names.map((name) => [name, one('things', { from: 'id', to: 'id' })]),
        ),
      },
    )
    const ajv = new Ajv2020({ strict: false })
    formats.default(ajv)
    const validate = ajv.compile(payloadJsonSchema(things as Schema))
    const sort = { 'next_3.next_4.id': -1 }
    expect(validate({ sort })).toBe(true)
    expect(issueOf(sort, things, {})).toBeUndefined()
  })
})

describe('cursors', () => {
  const rows = [...loaded(DATA, 'orders', 2)]
  const payload = { sort: { 'customer.country': -1 }, limit: 2 }

  it('are bound to the scopes of what they sort by', () => {
    const { next } = runQuery(parseQuery(orders, payload, all), rows)
    expect(() => parseQuery(orders, { ...payload, next }, all)).not.toThrow()
    const scopes = { customers: condition(customers, { shop: 'a' }) }
    expect(() => parseQuery(orders, { ...payload, next }, { scopes })).toThrow(FilterError)
  })

  it('of rows that a database found need what it sorted by', () => {
    const query = parseQuery(orders, payload, all)
    const read = readRow(orders, { dialect: sqlite })
    const records = [1, 2, 3].map((id) => ({ id, 'customer.country': 'FR' }))
    const found = records.map(read)
    expect(JSON.stringify(found[0])).toBe('{"id":1}')
    const { next } = pageOf(query, found)
    expect(next).toBeTypeOf('string')
    expect(
      pageOf(
        query,
        found.map((row) => ({ ...row, label: 'x' })),
      ).next,
    ).toBe(next)
    const withRelation = [1, 2, 3].map((id) => ({ id, customer: { country: 'FR' } }))
    expect(pageOf(query, withRelation).next).toBe(next)
    expect(() => pageOf(query, [{ id: 1 }, { id: 2 }, { id: 3 }])).toThrow(
      /"customer.country": the page is sorted by it: read the records/,
    )
    expect(() => pageOf(query, [{ id: 1, customer: { country: 5 } }])).toThrow(
      /customer.country: expected a string, received 5/,
    )
  })

  it('use the clock of the server for the scope', () => {
    const { notes } = relate(
      {
        notes: defineSchema({
          fields: { id: integer({ required: true }), author_id: integer() },
          limits: { cost: 1000 },
        }),
        people: defineSchema({
          fields: {
            id: integer({ required: true }),
            name: string({ sortable: true }),
            until: timestamp({ hidden: true }),
          },
          scope: true,
          relativeTime: relativeTime(),
        }),
      },
      { notes: { author: one('people', { from: 'author_id', to: 'id' }) } },
    )
    const people = defineSchema({
      fields: { id: integer({ required: true }), until: timestamp() },
      relativeTime: relativeTime(),
    })
    const scopes = { people: condition(people, { until: { $gt: { $now: '-0s' } } }) }
    const query = parseQuery(notes, { sort: { 'author.name': -1 }, limit: 1 }, { scopes })
    const author = { id: 1, name: 'A', until: '2020-01-01T00:00:00Z' }
    const all = [
      { id: 1, author },
      { id: 2, author: { id: 2, name: null } },
    ]
    const first = (now: string) => runQuery(query, all, { now: new Date(now) })
    expect(idsIn(first('2019-01-01T00:00:00Z').items)).toEqual([1])
    const late = first('2021-01-01T00:00:00Z')
    expect(idsIn(late.items)).toEqual([2])
    const { params } = compileQuery(query, {
      dialect: sqlite,
      table: 'notes',
      now: new Date('2019-01-01T00:00:00Z'),
    })
    expect(params.map(String).join()).toContain('2019')
    const { next } = late
    const second = parseQuery(
      notes,
      { sort: { 'author.name': -1 }, limit: 1, next },
      { scopes, now: new Date('2022-01-01T00:00:00Z') },
    )
    expect(idsIn(runQuery(second, all, { now: new Date('2022-01-01T00:00:00Z') }).items)).toEqual([
      1,
    ])
  })
})

describe('a statement', () => {
  const query = parseQuery(orders, { sort: { 'customer.country': -1 } }, all)
  const mapping = {
    customer_id: 'buyer',
    customer: {
      table: { schema: 'crm', name: 'people' },
      mapping: { id: 'key', country: 'land', archived: 'gone' },
    },
  } as never

  it('finds the value by a query of its own', () => {
    const { text, orderBy } = compileQuery(query, { dialect: sqlite, table: 'orders', mapping })
    const value =
      '(SELECT "related_1"."land" FROM "crm"."people" AS "related_1" WHERE "related_1"."key" = "orders"."buyer" AND ("related_1"."gone" IS NULL))'
    expect(text).toContain(`ORDER BY ${value} DESC, "orders"."id" DESC`)
    expect(orderBy.text).toBe(`${value} DESC, "orders"."id" DESC`)
    expect(text).not.toContain('"customer.country"')
    const target = { dialect: sqlite, table: 'orders', mapping, lookAhead: true }
    expect(compileQuery(query, target).text).toContain(`${value} AS "customer.country"`)
  })

  it('joins the table where that is faster, and locks the rows alone', () => {
    const target = { dialect: postgres, table: 'orders', mapping }
    const { text, orderBy } = compileQuery(query, target)
    expect(text).toContain(
      ' FROM "orders" LEFT JOIN (SELECT "related_1"."key" AS key_0, "related_1"."land" AS sorted, "related_1"."land" AS shown FROM "crm"."people" AS "related_1" WHERE ("related_1"."gone" IS NULL)) AS sorted_0 ON sorted_0.key_0 = "orders"."buyer" ORDER BY sorted_0.sorted DESC NULLS LAST, "orders"."id" DESC',
    )
    expect(text).toContain('SELECT "orders"."id" AS "id"')
    expect(orderBy.text).toContain('(SELECT "related_1"."land" FROM')
    const locked = compileQuery(query, { ...target, forUpdate: true }).text
    expect(locked).not.toContain('JOIN')
    expect(locked).toContain(' ORDER BY (SELECT "related_1"."land" FROM')
  })

  it('joins the table in ClickHouse', () => {
    const compiled = compileQuery(query, { dialect: clickhouse, table: 'orders', mapping })
    expect(compiled.text).toContain(' LEFT ANY JOIN (SELECT `related_1`.`key` AS `key_0`')
    expect(() => compiled.orderBy).toThrow(/run the whole statement/)
  })
})

/** All pages of a sort in a database and in memory, forwards and back. */
async function comparePages(
  payload: object,
  options: object,
  rows: readonly unknown[],
  pageIn: (query: Query) => Promise<ReturnType<typeof pageOf>>,
  schema: Schema = orders as unknown as Schema,
): Promise<void> {
  const show = JSON.stringify(payload)
  let cursor: object = {}
  for (let pages = 0; pages < 20; pages++) {
    const query = parseQuery(schema, { ...payload, ...cursor }, options)
    const found = await pageIn(query)
    const memory = runQuery(query, [...rows])
    expect(idsIn(found.items), show).toEqual(idsIn(memory.items))
    expect([found.next, found.prev], show).toEqual([memory.next, memory.prev])
    if (found.prev !== undefined) {
      const back = parseQuery(schema, { ...payload, prev: found.prev }, options)
      expect(idsIn((await pageIn(back)).items), `${show} back`).toEqual(
        idsIn(runQuery(back, [...rows]).items),
      )
    }
    if (found.next === undefined) return
    cursor = { next: found.next }
  }
  throw new Error('the pages do not end')
}

const term = fc.record(
  {
    field: fc.constantFrom(
      'customer.country',
      'customer.region.name',
      'account.id',
      'status',
      'id',
    ),
    direction: fc.constantFrom(1, -1),
    nulls: fc.constantFrom('first', 'last'),
  },
  { requiredKeys: ['field', 'direction'] },
)
const sorts = fc.uniqueArray(term, { minLength: 1, maxLength: 3, selector: ({ field }) => field })

const WIDE = {
  text: string({ sortable: true }),
  flag: boolean({ sortable: true }),
  count: integer({ sortable: true }),
  score: number({ sortable: true }),
  at: timestamp({ sortable: true }),
  day: date({ sortable: true }),
  code: uuid({ sortable: true }),
  price: decimal({ precision: 10, scale: 2, sortable: true }),
  level: enumeration(['low', 'mid', 'high'], { sortable: true }),
  'custom.age': integer({ sortable: true }),
}
const wide = relate(
  {
    parents: defineSchema({
      fields: {
        id: integer({ required: true, sortable: true }),
        ...WIDE,
        'custom.*': dynamic(['integer', 'string']),
      },
    }),
    children: defineSchema({
      fields: { id: integer({ required: true, sortable: true }), parent_id: integer() },
    }),
  },
  { children: { parent: one('parents', { from: 'parent_id', to: 'id' }) } },
)
const PARENTS: readonly (Record<string, unknown> & { readonly id: number })[] = [
  {
    id: 1,
    text: 'b',
    flag: true,
    count: 9,
    score: 1.5,
    at: '2020-01-01T00:00:00Z',
    day: '2020-01-02',
  },
  { id: 2, text: 'B', flag: false, count: -9, score: -1e300, at: '1999-01-01T00:00:00.000001Z' },
  { id: 3, text: 'é', code: 'f0000000-0000-4000-8000-000000000000', price: '1.50', level: 'mid' },
  { id: 4, text: '', code: '0f000000-0000-4000-8000-000000000000', price: '-2', level: 'high' },
  { id: 5, level: 'low', price: '10', day: '1999-12-31', custom: { age: 9, x: 'y' } },
  { id: 6, text: `${'x'.repeat(200)}b`, count: 9007199254740991, custom: { age: -3 } },
  { id: 7, text: `${'x'.repeat(200)}a`, custom: { age: 'old' } },
]
const CHILDREN = [7, 3, 1, 6, 2, 5, 4, 1, 99, undefined].map((parent_id, i) => ({
  id: i + 1,
  ...(parent_id === undefined ? {} : { parent_id }),
}))

describe.each(available)('in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection.close())

  const pageIn = (schema: Schema, table: string) => async (query: Query) => {
    const { dialect } = engine
    const statement = compileQuery(query, { dialect, table, lookAhead: true })
    const records = await connection.all(statement as SomeStatement)
    return pageOf(query, records.map(readRow(schema, { dialect })))
  }

  it('any sort of any rows gives the same pages, scoped or not', async () => {
    const found = pageIn(orders as unknown as Schema, 'orders')
    await fc.assert(
      fc.asyncProperty(
        rowsArbitrary,
        fc.array(sorts, { minLength: 8, maxLength: 8 }),
        async (data, asked) => {
          const tables = new Tables(engine, connection)
          await tables.fill(data)
          try {
            const rows = loaded(data, 'orders', 3)
            for (const [i, sort] of asked.entries()) {
              const shop = condition(customers, { shop: 'a' })
              const scopes = { customers: i % 2 === 0 ? condition(customers, {}) : shop }
              const filter_conditions = i % 3 === 0 ? { 'customer.country': { $ne: 'DE' } } : {}
              await comparePages({ sort, filter_conditions, limit: 2 }, { scopes }, rows, found)
            }
          } finally {
            await tables.drop()
          }
        },
      ),
      {
        seed: 11,
        endOnFailure: true,
        numRuns: engine.name === 'ClickHouse' ? budget(1, 6) : budget(2, 30),
        interruptAfterTimeLimit: 100_000,
      },
    )
  }, 120_000)

  it('every kind of value', async () => {
    const { dialect } = engine
    const schemas: readonly (readonly [string, Schema, readonly object[]])[] = [
      ['parents', wide.parents as unknown as Schema, PARENTS],
      ['children', wide.children as unknown as Schema, CHILDREN],
    ]
    for (const [table, schema, rows] of schemas) {
      for (const text of createTable(schema, { dialect, table })) await connection.exec(text)
      const insert = insertRow(schema, { dialect, table })
      for (const row of rows) {
        for (const each of [insert(row)].flat()) await connection.run(each as SomeStatement)
      }
    }
    const rows = CHILDREN.map((row) => ({
      ...row,
      parent: PARENTS.find(({ id }) => id === row.parent_id) ?? null,
    }))
    const schema = wide.children as unknown as Schema
    const found = pageIn(schema, 'children')
    try {
      for (const field of Object.keys(WIDE)) {
        for (const direction of [1, -1]) {
          const sort = [{ field: `parent.${field}`, direction }]
          await comparePages({ sort, limit: 3 }, {}, rows, found, schema)
        }
      }
    } finally {
      for (const [table] of schemas) await connection.exec(`DROP TABLE ${table}`)
    }
  })
})

describe('what a client cannot learn', () => {
  const changed = (data: Data, keep: boolean): Data => ({
    regions: data.regions.map((row) => ({ ...row, secret: `${row.name}!` })),
    customers: data.customers
      .filter(({ shop, archived }) => keep || (shop === 'a' && archived === null))
      .map((row) => {
        const isSeen = row.shop === 'a' && row.archived === null
        return isSeen ? { ...row, secret: 'x' } : { ...row, country: 'XX', region_id: 2 }
      }),
    orders: data.orders,
  })

  it('is a row that the scope excludes, by order or cursor', () => {
    const scopes = { customers: condition(customers, { shop: 'a' }) }
    fc.assert(
      fc.property(rowsArbitrary, sorts, fc.boolean(), (data, sort, keep) => {
        const query = parseQuery(orders, { sort, limit: 3 }, { scopes })
        const pageOfData = (own: Data) => {
          const { items, ...cursors } = runQuery(query, [...loaded(own, 'orders', 3)])
          return [idsIn(items), cursors]
        }
        expect(pageOfData(changed(data, keep))).toEqual(pageOfData(data))
      }),
      { seed: 5, numRuns: budget(100, 3000) },
    )
  })
})
