import fc from 'fast-check'
import {
  compileOrdering,
  compilePredicate,
  condition,
  defineSchema,
  dynamic,
  integer,
  parseQuery,
  restrict,
  runQuery,
  string,
} from 'tamis'
import { describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    rank: integer({ sortable: true }),
    tenant: string({ hidden: true }),
  },
})

describe('runQuery', () => {
  it('equals filter, sort and slice for any page', () => {
    const row = fc.record({
      id: fc.string({ maxLength: 1 }),
      rank: fc.option(fc.integer({ min: 0, max: 3 })),
    })
    const payload = fc.record({
      limit: fc.integer({ min: 0, max: 12 }),
      offset: fc.integer({ min: 0, max: 12 }),
      sort: fc.constantFrom([], [{ rank: 1 }], [{ rank: -1 }], [{ rank: -1 }, { id: 1 }]),
    })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), payload, (rows, own) => {
        const query = parseQuery(schema, own)
        const sorted = rows.toSorted(compileOrdering(query.ordering))
        expect(runQuery(query, rows).items).toEqual(
          sorted.slice(own.offset, own.offset + own.limit),
        )
      }),
    )
  })

  it('says what is no query', () => {
    for (const query of [{ limit: 3 }, undefined, null]) {
      expect(() => runQuery(query as never, [])).toThrow(
        /^tamis: expected a query of parseQuery, received (an object|undefined|null)$/,
      )
    }
  })

  it('takes any iterable and returns the same row objects', () => {
    const a = { id: 'a' }
    const { items } = runQuery(parseQuery(schema, {}), new Set([a]))
    expect(items[0]).toBe(a)
  })

  it('keeps the order of the input for equal keys', () => {
    const rows = [{ id: 'a', n: 1 }, { id: 'a', n: 2 }, { n: 3 }, { n: 4 }]
    const { items } = runQuery(parseQuery(schema, { sort: [{ id: -1 }] }), rows)
    expect(items.map(({ n }) => n)).toEqual([1, 2, 3, 4])
  })

  it('puts absent values first, ascending, and last, descending', () => {
    const rows = [{ id: 'a', rank: 1 }, { id: 'b' }, { id: 'c', rank: 'x' }, { id: 'd', rank: 0 }]
    const ids = (direction: 1 | -1, more: object = {}) => {
      const query = parseQuery(schema, { sort: [{ field: 'rank', direction, ...more }] })
      return runQuery(query, rows).items.map(({ id }) => id)
    }
    expect(ids(1)).toEqual(['b', 'c', 'd', 'a'])
    expect(ids(-1)).toEqual(['a', 'd', 'c', 'b'])
    expect(ids(1, { nulls: 'last' })).toEqual(['d', 'a', 'b', 'c'])
    expect(ids(-1, { nulls: 'first' })).toEqual(['c', 'b', 'a', 'd'])
  })
})

describe('restrict', () => {
  it("adds the server's condition, also on hidden fields", () => {
    const query = restrict(
      parseQuery(schema, { filter_conditions: { rank: 1 } }),
      condition(schema, { tenant: 't1' }),
    )
    const rows = [
      { id: 'a', rank: 1, tenant: 't1' },
      { id: 'b', rank: 1, tenant: 't2' },
      { id: 'c', rank: 2, tenant: 't1' },
    ]
    expect(runQuery(query, rows).items.map(({ id }) => id)).toEqual(['a'])
  })

  it('cannot be bypassed with $or', () => {
    const query = restrict(
      parseQuery(schema, { filter_conditions: { $or: [{}, { rank: 1 }] } }),
      condition(schema, { tenant: 't1' }),
    )
    expect(runQuery(query, [{ id: 'b', tenant: 't2' }]).items).toEqual([])
  })
})

describe('paths', () => {
  class Person {
    id = 'a'
  }
  class Entity {
    #id = 'a'
    get id() {
      return this.#id
    }
    get address() {
      return new Address()
    }
  }
  class Address {
    city = 'Ghent'
    // As documents of an ODM have methods.
    toString() {
      return this.city
    }
  }
  const places = defineSchema({
    fields: {
      id: string({ required: true }),
      'address.city': string(),
      'address.toString': string(),
      'custom.*': dynamic(['string']),
    },
  })
  const isTrue = (filter: object, row: unknown) => compilePredicate(condition(places, filter))(row)

  it.each<[string, unknown]>([
    ['a plain object', { id: 'a' }],
    ['an object without a prototype', Object.assign(Object.create(null), { id: 'a' })],
    ['an instance of a class', new Person()],
    ['a getter of a class', new Entity()],
    ['an inherited property', Object.create({ id: 'a' })],
  ])('lead through %s', (_, row) => {
    expect(isTrue({ id: 'a' }, row)).toBe(true)
    expect(isTrue({ $nor: [{ id: 'a' }] }, row)).toBe(false)
    expect(runQuery(parseQuery(places, {}), [row]).items).toEqual([row])
  })

  it.each<[string, unknown]>([
    ['a list', Object.assign([], { id: 'a' })],
    ['a Date', Object.assign(new Date(), { id: 'a' })],
    ['a Map', Object.assign(new Map(), { id: 'a' })],
    ['a Set', Object.assign(new Set(), { id: 'a' })],
    ['a function', Object.assign(() => 0, { id: 'a' })],
    ['nothing', undefined],
  ])('do not lead through %s', (_, row) => {
    expect(isTrue({ id: 'a' }, row)).toBe(false)
    expect(isTrue({ id: { $ne: 'a' } }, row)).toBe(true)
  })

  it('lead through objects of a class inside of rows', () => {
    expect(isTrue({ 'address.city': 'Ghent' }, new Entity())).toBe(true)
    expect(isTrue({ 'address.city': 'Ghent' }, { address: new Address() })).toBe(true)
    expect(isTrue({ 'address.city': 'Ghent' }, { address: [new Address()] })).toBe(false)
  })

  it('do not find what every object inherits', () => {
    expect(isTrue({ 'address.toString': null }, { address: {} })).toBe(true)
    expect(isTrue({ 'address.toString': 'x' }, { address: { toString: 'x' } })).toBe(true)
  })

  it('lead through plain objects alone in a document', () => {
    class Custom {
      color = 'red'
    }
    expect(isTrue({ 'custom.color': 'red' }, { custom: { color: 'red' } })).toBe(true)
    expect(isTrue({ 'custom.color': 'red' }, { custom: new Custom() })).toBe(false)
    class Row {
      custom = { color: 'red' }
    }
    expect(isTrue({ 'custom.color': 'red' }, new Row())).toBe(true)
  })

  it('pass on the error of a getter', () => {
    const row = {
      get id(): string {
        throw new Error('not loaded')
      },
    }
    expect(() => isTrue({ id: 'a' }, row)).toThrow('not loaded')
  })
})
