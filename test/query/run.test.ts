import fc from 'fast-check'
import {
  compileOrdering,
  compilePredicate,
  condition,
  defineSchema,
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
  it('is a sort and a slice, whatever the page', () => {
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

  it('takes any iterable, and gives the rows themselves', () => {
    const a = { id: 'a' }
    const { items } = runQuery(parseQuery(schema, {}), new Set([a]))
    expect(items[0]).toBe(a)
  })

  it('keeps the order of the input where the key does not decide', () => {
    const rows = [{ id: 'a', n: 1 }, { id: 'a', n: 2 }, { n: 3 }, { n: 4 }]
    const { items } = runQuery(parseQuery(schema, { sort: [{ id: -1 }] }), rows)
    expect(items.map(({ n }) => n)).toEqual([1, 2, 3, 4])
  })

  it('puts absent values first, ascending, and last, descending', () => {
    const rows = [{ id: 'a', rank: 1 }, { id: 'b' }, { id: 'c', rank: 'x' }, { id: 'd', rank: 0 }]
    const ids = (direction: 1 | -1) =>
      runQuery(parseQuery(schema, { sort: [{ rank: direction }] }), rows).items.map(({ id }) => id)
    expect(ids(1)).toEqual(['b', 'c', 'd', 'a'])
    expect(ids(-1)).toEqual(['a', 'd', 'c', 'b'])
  })
})

describe('restrict', () => {
  it('joins what the server adds, hidden fields among it', () => {
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

  it('is not got round by an or', () => {
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
  it.each<[string, unknown]>([
    ['an instance of a class', new Person()],
    ['an inherited property', Object.create({ id: 'a' })],
    ['a list', Object.assign([], { id: 'a' })],
    ['nothing', undefined],
  ])('do not go through %s', (_, row) => {
    const isA = compilePredicate(condition(schema, { id: 'a' }))
    expect(isA(row)).toBe(false)
    expect(isA({ id: 'a' })).toBe(true)
    expect(isA(Object.assign(Object.create(null), { id: 'a' }))).toBe(true)
  })
})
