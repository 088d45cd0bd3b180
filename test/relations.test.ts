import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import fc from 'fast-check'
import {
  compileFilter,
  compilePredicate,
  compileQuery,
  condition,
  defineSchema,
  FilterError,
  integer,
  not,
  one,
  parseFilter,
  parseQuery,
  printFilter,
  relate,
  restrict,
  runQuery,
  type Schema,
  safeParseFilter,
  string,
} from 'tamis'
import { fromMongo } from 'tamis/interop'
import { filterJsonSchema } from 'tamis/json-schema'
import { sqlite } from 'tamis/sqlite'
import { parseFilterText, parseQueryString, parseQueryText } from 'tamis/text'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { budget } from './support/budget.ts'
import { available } from './support/engines/available.ts'
import type { Connection, Engine } from './support/engines/engine.ts'
import { askedOfRelated, checkRelated, filterArbitrary, NAMES } from './support/related-filters.ts'
import {
  all,
  customers,
  DATA,
  type Data,
  idsOf,
  inMemory,
  loaded,
  type Name,
  orders,
  RELATED_CASES,
  regions,
  SCHEMAS,
} from './support/related-rows.ts'
import { rowsArbitrary, Tables } from './support/related-tables.ts'

/** Filters of related rows: in memory over rows that were loaded, in SQL over several tables. */

/** Customers are always asked without those that are archived. */
const rootOf = (name: Name, filter: unknown) =>
  name === 'customers' ? { $and: [filter, { archived: null }] } : filter

describe('in memory', () => {
  it.each(
    RELATED_CASES.map(
      ([name, filter, ids]) => [name, JSON.stringify(filter), filter, ids] as const,
    ),
  )('%s %s', (name, _, filter, ids) => {
    const schema = SCHEMAS[name] as Schema
    const own = parseFilter(schema, rootOf(name, filter), all)
    expect(inMemory(DATA, name, own)).toEqual(ids)
    const others = idsOf(DATA[name]).filter((id) => !ids.includes(id))
    expect(inMemory(DATA, name, not(own))).toEqual(others)
    expect(parseFilter(schema, printFilter(own), all)).toEqual(own)
  })

  it('a relation that was not loaded is an error of the server', () => {
    const own = compilePredicate(parseFilter(orders, { 'customer.country': 'FR' }, all))
    expect(own({ id: 1, customer: null })).toBe(false)
    for (const row of [
      { id: 1 },
      { id: 1, customer: undefined },
      { id: 1, customer: Promise.resolve({}) },
    ]) {
      expect(() => own(row)).toThrow(/"customer": relation not loaded/)
    }
    expect(() => own({ customer: [] })).toThrow(/expected the related row or null/)
    const some = compilePredicate(condition(customers, { orders: { $some: {} } }))
    expect(some({ orders: [] })).toBe(false)
    expect(some({ orders: null })).toBe(false)
    expect(() => some({})).toThrow(/"orders": relation not loaded/)
    expect(() => some({ orders: {} })).toThrow(/expected a list of related rows/)
  })
})

describe('what a client may ask', () => {
  const issues = (schema: unknown, filter: unknown) => {
    const result = safeParseFilter(schema as Schema, filter, all)
    return result.ok
      ? []
      : result.issues.map(({ code, path, message, hint }) => [code, path, `${message} ${hint}`])
  }
  const firstOf = (schema: unknown, filter: unknown) => issues(schema, filter)[0]?.slice(0, 2)

  it('is what the related schema allows', () => {
    expect(firstOf(orders, { customer: { $is: { secret: 'vip' } } })).toEqual([
      'unknown_field',
      '/customer/$is/secret',
    ])
    expect(firstOf(orders, { 'customer.secret': 'vip' })).toEqual([
      'unknown_field',
      '/customer.secret',
    ])
    expect(firstOf(orders, { customer: 1 })).toEqual(['operator_not_allowed', '/customer'])
    expect(firstOf(orders, { customer: { $some: {} } })).toEqual([
      'operator_not_allowed',
      '/customer/$some',
    ])
    expect(firstOf(customers, { orders: { $is: {} } })).toEqual([
      'operator_not_allowed',
      '/orders/$is',
    ])
    expect(firstOf(customers, { 'orders.status': 'open' })).toEqual([
      'unknown_field',
      '/orders.status',
    ])
    expect(issues(customers, { 'orders.status': 'open' })[0]?.[2]).toContain('$some')
    expect(issues(orders, { custmer: { $is: {} } })[0]?.[2]).toContain('"customer"')
    expect(JSON.stringify(issues(orders, { customer: { $is: { secrt: 1 } } }))).not.toContain(
      '"secret',
    )
    expect(() => parseQuery(orders, { fields: ['customer.country'] }, all)).toThrow(FilterError)
    expect(() => parseQuery(orders, { sort: { customer: 1 } }, all)).toThrow(/not_sortable|sort/)
  })

  it('nests to a depth', () => {
    const deep = (levels: number): object =>
      levels === 0
        ? { status: 'open' }
        : { customer: { $is: { orders: { $some: deep(levels - 1) } } } }
    expect(
      issues(orders, { customer: { $is: { orders: { $some: { customer: { $is: {} } } } } } }),
    ).toEqual([])
    expect(issues(orders, deep(2))[0]?.[0]).toBe('too_deep')
    expect(firstOf(orders, { 'customer.region.name': 1 })?.[0]).toBe('invalid_operand')
    const wide = relate(
      {
        a: defineSchema({ fields: { id: integer({ required: true }) }, limits: { relations: 1 } }),
      },
      { a: { next: one('a', { from: 'id', to: 'id' }) } },
    )
    const nested = { next: { $is: { next: { $is: {} } } } }
    expect(safeParseFilter(wide.a, nested)).toMatchObject({ issues: [{ code: 'too_deep' }] })
    expect(safeParseFilter(wide.a, { 'next.next.id': 1 })).toMatchObject({
      issues: [{ code: 'too_deep' }],
    })
  })
})

describe('scopes', () => {
  const scopes = { customers: condition(customers, { shop: 'a' }) }

  it('are required of each query that can reach their schema', () => {
    for (const schema of [orders, customers, regions] as unknown as Schema[]) {
      expect(() => parseQuery(schema, {})).toThrow(/scopes: "customers" needs a condition/)
      expect(() => parseFilter(schema, {})).toThrow(TypeError)
      expect(() => safeParseFilter(schema, {}, { scopes: {} })).toThrow(TypeError)
    }
    expect(() =>
      parseQuery(orders, {}, { scopes: { ...scopes, custmers: condition(orders, {}) } }),
    ).toThrow(/unknown schema "custmers"/)
  })

  it('select rows and related rows first', () => {
    const found = (name: Name, filter: unknown) => {
      const query = parseQuery(SCHEMAS[name] as Schema, { filter_conditions: filter }, { scopes })
      return idsOf(runQuery(query, [...loaded(DATA, name, 4)]).items)
    }
    expect(found('customers', {})).toEqual([1, 2])
    expect(found('orders', { customer: { $is: {} } })).toEqual([1, 2, 3])
    expect(found('orders', { 'customer.code': null })).toEqual([4, 5, 6, 7])
    expect(found('regions', { customers: { $every: { country: 'FR' } } })).toEqual([1, 3])
    expect(found('regions', { customers: { $none: {} } })).toEqual([3])
  })

  it('are given with texts, query strings and filters of MongoDB as well', () => {
    const filter = parseFilter(orders, { 'customer.country': null }, { scopes })
    const text = '{"customer.country": null}'
    expect(parseFilterText(orders, text, { scopes })).toEqual(filter)
    const payload = `{"filter_conditions": ${text}}`
    expect(parseQueryText(orders, payload, { scopes }).condition).toEqual(filter)
    const query = `payload=${encodeURIComponent(payload)}`
    expect(parseQueryString(orders, query, { scopes }).condition).toEqual(filter)
    expect(fromMongo(orders, { 'customer.country': null }, { scopes })).toEqual(filter)
    expect(() => fromMongo(orders, { 'customer.country': { $exists: true } }, { scopes })).toThrow(
      /there, a null exists/,
    )
    for (const parse of [
      () => parseFilterText(orders, text),
      () => parseQueryText(orders, payload),
      () => parseQueryString(orders, query),
      () => fromMongo(orders, {}),
    ]) {
      expect(parse).toThrow(/scopes: "customers" needs a condition/)
    }
  })

  it('bind cursors', () => {
    const payload = { filter_conditions: { 'customer.country': { $ne: 'XX' } }, limit: 2 }
    const rows = [...loaded(DATA, 'orders', 2)]
    const query = parseQuery(orders, payload, { scopes })
    const { next } = runQuery(query, rows)
    expect(next).toBeTypeOf('string')
    expect(() => parseQuery(orders, { ...payload, next }, { scopes })).not.toThrow()
    const other = { scopes: { customers: condition(customers, { shop: 'b' }) } }
    expect(() => parseQuery(orders, { ...payload, next }, other)).toThrow(/invalid_cursor|cursor/)
    const own = parseQuery(customers, { limit: 1 }, { scopes })
    const page = runQuery(own, [...loaded(DATA, 'customers', 1)])
    const again = parseQuery(customers, { limit: 1, next: page.next }, other)
    expect(() => runQuery(again, [...loaded(DATA, 'customers', 1)])).toThrow(FilterError)
  })
})

describe.each(available)('in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection.close())

  it('the cases', async () => {
    const tables = new Tables(engine, connection)
    await tables.fill(DATA)
    try {
      for (const [name, filter, ids] of RELATED_CASES) {
        const own = parseFilter(SCHEMAS[name] as Schema, rootOf(name, filter), all)
        const show = `${name} ${JSON.stringify(filter)}`
        expect(await tables.ids(name, own), show).toEqual(ids)
        const others = idsOf(DATA[name]).filter((id) => !ids.includes(id))
        expect(await tables.ids(name, not(own)), `not ${show}`).toEqual(others)
      }
    } finally {
      await tables.drop()
    }
  })

  it('pages and their totals', async () => {
    const tables = new Tables(engine, connection)
    await tables.fill(DATA)
    try {
      const rows = [...loaded(DATA, 'orders', 2)]
      const filter_conditions = { 'customer.country': { $ne: 'DE' } }
      for (const sort of [{ id: 1 }, { status: 1 }, { status: -1 }]) {
        const payload = { filter_conditions, sort, limit: 2 }
        let cursor: object = {}
        for (;;) {
          const { page, total } = await tables.page('orders', { ...payload, ...cursor }, all)
          const memory = runQuery(parseQuery(orders, { ...payload, ...cursor }, all), rows)
          expect(idsOf(page.items)).toEqual(idsOf(memory.items))
          expect(page.next).toBe(memory.next)
          expect(page.prev).toBe(memory.prev)
          expect(total).toBe(6)
          if (page.next === undefined) break
          cursor = { next: page.next }
        }
      }
    } finally {
      await tables.drop()
    }
  })

  it('any filter of any rows selects the same, scoped or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsArbitrary,
        fc.array(askedOfRelated, { minLength: 20, maxLength: 20 }),
        (data, filters) => checkRelated(engine, connection, data, filters),
      ),
      {
        seed: 7,
        endOnFailure: true,
        numRuns: engine.name === 'ClickHouse' ? budget(1, 6) : budget(1, 40),
        interruptAfterTimeLimit: 100_000,
      },
    )
  }, 120_000)
})

describe('what a client cannot learn', () => {
  /** The same rows, with other hidden values, and without or with other rows that no scope shows. */
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

  it('is a hidden value, or a row that the scope excludes', () => {
    const scopes = { customers: condition(customers, { shop: 'a' }) }
    const names = NAMES.filter((each) => each !== 'customers')
    const question = fc
      .constantFrom(...names)
      .chain((name) => filterArbitrary(name, 3).map((filter) => ({ name, filter })))
    fc.assert(
      fc.property(rowsArbitrary, question, fc.boolean(), (data, { name, filter }, keep) => {
        const payload = { filter_conditions: filter, limit: 2 }
        const query = parseQuery(SCHEMAS[name] as Schema, payload, { scopes })
        const pageOfData = (own: Data) => {
          const { items, ...cursors } = runQuery(query, [...loaded(own, name, 4)])
          return [idsOf(items), cursors]
        }
        // Regions see the customers that the scope shows, and nothing else.
        expect(pageOfData(changed(data, keep))).toEqual(pageOfData(data))
      }),
      { seed: 3, numRuns: budget(100, 3000) },
    )
  })
})

describe('plans of SQLite', () => {
  it('look related rows up by their indexes', async () => {
    const engine = available.find(({ name }) => name === 'SQLite') as Engine
    const connection = await engine.connect()
    const tables = new Tables(engine, connection)
    await tables.fill(DATA)
    await connection.exec('CREATE INDEX orders_customer ON orders (customer_id)')
    const planOf = async (name: Name, filter: unknown) => {
      const own = parseQuery(SCHEMAS[name] as Schema, { filter_conditions: filter }, all)
      const { text, params } = compileQuery(own, { dialect: sqlite, table: name })
      const steps = await connection.all({ text: `EXPLAIN QUERY PLAN ${text}`, params })
      return steps.map(({ detail }) => String(detail)).join('\n')
    }
    expect(await planOf('orders', { 'customer.country': 'FR' })).toMatch(
      /SEARCH related_1 USING (INTEGER PRIMARY KEY|INDEX sqlite_autoindex)/,
    )
    expect(await planOf('customers', { orders: { $some: { status: 'open' } } })).toMatch(
      /SEARCH related_1 USING INDEX orders_customer/,
    )
    expect(await planOf('customers', { orders: { $every: { status: 'open' } } })).toMatch(
      /SEARCH related_1 USING INDEX orders_customer/,
    )
    await connection.close()
  })

  it('parse filters of relations within all the levels that a filter may have', async () => {
    const engine = available.find(({ name }) => name === 'SQLite') as Engine
    const connection = await engine.connect()
    const tables = new Tables(engine, connection)
    await tables.fill(DATA)
    const levels = (count: number, inner: object): object =>
      count === 0 ? inner : { $or: [{ $and: [levels(count - 2, inner), { id: 1 }] }, { id: 2 }] }
    const inside = {
      orders: { $every: levels(2, { customer: { $is: levels(2, { country: 'FR' }) } }) },
    }
    const filter = levels(2, { customer: { $is: levels(2, inside) } })
    const own = parseFilter(orders, filter, all)
    expect(await tables.ids('orders', own)).toEqual(inMemory(DATA, 'orders', own))
    await connection.close()
  })
})

describe('the JSON Schema of filters', () => {
  it('accepts what parsing accepts, and refers back to a schema that relations lead back to', () => {
    const document = filterJsonSchema(SCHEMAS.orders as Schema)
    const ajv = new Ajv2020({ strict: false })
    formats.default(ajv)
    const validate = ajv.compile(document)
    for (const [name, filter] of RELATED_CASES) {
      if (name === 'orders') expect(validate(filter), JSON.stringify(filter)).toBe(true)
    }
    expect(validate({ customer: { $is: { secret: 'vip' } } })).toBe(false)
    expect(validate({ customer: { $some: {} } })).toBe(false)
    expect(JSON.stringify(document)).not.toContain('secret')
  })
})

describe('a statement', () => {
  it('needs a name for its table', () => {
    const own = parseFilter(orders, { 'customer.country': 'FR' }, all)
    expect(() => compileFilter(own, { dialect: sqlite })).toThrow(/needs the alias/)
  })

  it('takes tables and columns from the mapping', () => {
    const own = parseFilter(orders, { 'customer.country': 'FR' }, all)
    const mapping = {
      customer_id: 'buyer',
      customer: {
        table: { schema: 'crm', name: 'people' },
        mapping: { id: 'key', country: 'land' },
      },
    }
    const { text } = compileFilter(own, { dialect: sqlite, alias: 'o', mapping: mapping as never })
    expect(text).toContain(
      '+EXISTS (SELECT 1 FROM "crm"."people" AS "related_1" WHERE "related_1"."key" = "o"."buyer" AND',
    )
    expect(text).toContain('"related_1"."land" = ?')
    expect(() =>
      compileFilter(own, {
        dialect: sqlite,
        alias: 'o',
        mapping: { customer: { column: 'x' } } as never,
      }),
    ).toThrow(/a relation has no column/)
  })

  it('is restricted by related rows as well', () => {
    const query = restrict(parseQuery(orders, {}, all), condition(orders, { 'customer.shop': 'a' }))
    expect(idsOf(runQuery(query, [...loaded(DATA, 'orders', 1)]).items)).toEqual([1, 2, 3])
  })
})

describe('relate refuses', () => {
  const a = defineSchema({ fields: { id: integer({ required: true }), n: string() } })
  it.each([
    [
      'an unknown schema',
      { a: { b: one('c' as never, { from: 'id', to: 'id' }) } },
      /unknown schema "c"/,
    ],
    ['an unknown field', { a: { b: one('a', { from: 'idd', to: 'id' }) } }, /unknown field "idd"/],
    ['other kinds', { a: { b: one('a', { from: 'n', to: 'id' }) } }, /different kinds/],
    ['other counts', { a: { b: one('a', { from: ['id', 'n'], to: 'id' }) } }, /as many fields/],
    ['the name of a field', { a: { n: one('a', { from: 'id', to: 'id' }) } }, /conflicts with/],
    ['a dotted name', { a: { 'x.y': one('a', { from: 'id', to: 'id' }) } }, /no dot/],
    [
      'what is no relation',
      { a: { b: { target: 'a', from: 'id', to: 'id' } } },
      /one\(…\) or many/,
    ],
  ])('%s', (_, relations, message) => {
    expect(() => relate({ a }, relations as never)).toThrow(message)
  })
})
