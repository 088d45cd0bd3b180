import {
  compileFacet,
  compileQuery,
  createTables,
  defineSchema,
  dynamic,
  insertRow,
  integer,
  list,
  object,
  one,
  parseQuery,
  readRow,
  relate,
  type Schema,
  string,
  timestamp,
} from 'tamis'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'

describe('the objects of a list, as they are stored', () => {
  const schema = defineSchema({
    fields: {
      id: string({ required: true }),
      items: list(
        object({
          sku: string({ required: true }),
          tags: list(string(), { required: true }),
          at: timestamp(),
          'meta.at': timestamp(),
          'meta.times': list(timestamp()),
          parts: list(object({ made: timestamp({ required: true }) })),
        }),
      ),
    },
  })
  const insert = insertRow(schema, { dialect: sqlite, table: 't' })
  const stored = (item: object) => {
    const [first] = [insert({ id: 'a', items: [item] } as never)].flat()
    const json = (first?.params as unknown[] | undefined)?.[1]
    return JSON.parse(String(json))[0] as unknown
  }
  const whole = { sku: 'x', tags: [] }

  it('are canonical, along each path', () => {
    expect(
      stored({
        ...whole,
        at: '2024-01-01T01:00:00+01:00',
        meta: { at: '2024-01-01T00:00:00.500Z', times: ['2024-01-01T00:00:00.0Z'], other: 1 },
        parts: [{ made: '2024-01-01t00:00:00z' }],
      }),
    ).toEqual({
      ...whole,
      at: '2024-01-01T00:00:00.000000Z',
      meta: { at: '2024-01-01T00:00:00.500000Z', times: ['2024-01-01T00:00:00.000000Z'], other: 1 },
      parts: [{ made: '2024-01-01T00:00:00.000000Z' }],
    })
  })

  it('keep what is of another kind, but for dates that are none', () => {
    const other = { ...whole, meta: 'none', parts: 'none', at: 'soon' }
    expect(stored(other)).toEqual(other)
    expect(stored({ ...whole, at: new Date(Number.NaN) })).toEqual({ ...whole, at: null })
  })

  it.each([
    [{ tags: [] }, 'tamis: sku: required, expected a string, received undefined'],
    [{ sku: 'x' }, 'tamis: tags: required, expected a list, received undefined'],
    [{ sku: 'x', tags: 'y' }, 'tamis: tags: required, expected a list, received "y"'],
  ])('%j is refused', (item, message) => {
    expect(() => stored(item)).toThrow(message)
  })
})

describe('records', () => {
  const schema = defineSchema({
    fields: {
      id: string({ required: true }),
      n: integer({ facet: true }),
      'custom.*': dynamic(['string', 'number']),
    },
  })
  const read = readRow(schema, { dialect: sqlite })

  it('of a driver that gives lists of values are refused', () => {
    expect(() => read(['a', 1] as never)).toThrow(/received a list of values/)
    expect(() => read(null as never)).toThrow(/received null/)
  })

  it('of facets are those of their statement', () => {
    const facet = compileFacet(parseQuery(schema, {}), 'n', { dialect: sqlite, table: 't' })
    expect(facet.read([{ r0: 3, n: 2 }])).toEqual([{ value: 3, count: 2 }])
    expect(() => facet.read([{ r0: 3, n: 0.5 }])).toThrow(/expected a record of compileFacet/)
    expect(() => facet.read([{ n: 2 }])).toThrow(/received an object/)
    expect(() => facet.read(['x' as never])).toThrow(/received "x"/)
  })

  it('have no column named __proto__', () => {
    const odd = defineSchema({
      fields: { id: string({ required: true }), ['__proto__']: integer() },
    } as never) as Schema
    const query = parseQuery(odd, {})
    expect(() => compileQuery(query, { dialect: sqlite, table: 't' })).toThrow(
      /cannot return a column named __proto__/,
    )
  })
})

describe('rows of columns that others made', () => {
  const schema = defineSchema({
    fields: { id: string({ required: true }), n: integer(), tags: list(integer()), name: string() },
  })

  it('are refused where the column does not hold them', () => {
    const mapping = { n: { type: 'int4' }, tags: { type: 'int4[]' } } as never
    const insert = insertRow(schema, { dialect: postgres, table: 't', mapping })
    expect(() => insert({ id: 'a', n: 2 ** 40 })).toThrow(
      `tamis: n: a column of int4 does not hold "${2 ** 40}"`,
    )
    expect(insert({ id: 'a', n: 1 })).toBeDefined()
  })
})

describe('the page of few rows', () => {
  const { orders } = relate(
    {
      orders: defineSchema({
        fields: { id: integer({ required: true, sortable: true }), customer_id: integer() },
      }),
      customers: defineSchema({ fields: { id: integer({ required: true }), country: string() } }),
    },
    { orders: { customer: one('customers', { from: 'customer_id', to: 'id' }) } },
  )
  const textOf = (payload: object, dialect = sqlite) =>
    compileQuery(parseQuery(orders, payload), { dialect, table: 'orders' }).text
  const filter_conditions = { 'customer.country': 'FR' }

  it('is not made of a page without rows', () => {
    expect(textOf({ filter_conditions, limit: 10 })).toMatch(/UNION ALL/)
    expect(textOf({ filter_conditions, limit: 0 })).not.toMatch(/UNION ALL/)
  })
})

describe('definitions of tables', () => {
  it('are made of schemas by name', () => {
    expect(() => createTables([] as never, { dialect: sqlite })).toThrow(
      'tamis: expected an object of schemas by name',
    )
  })

  it('leave out related tables that are not among them', () => {
    const { orders } = relate(
      {
        orders: defineSchema({ fields: { id: integer({ required: true }), to: integer() } }),
        people: defineSchema({ fields: { id: integer({ required: true }) } }),
      },
      { orders: { person: one('people', { from: 'to', to: 'id' }) } },
    )
    const made = createTables({ orders }, { dialect: postgres })
    expect(made.join('\n')).toMatch(/REFERENCES "people"/)
  })
})
