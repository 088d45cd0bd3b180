import {
  condition,
  defineSchema,
  integer,
  list,
  one,
  parseQuery,
  relate,
  relativeTime,
  runQuery,
  string,
  timestamp,
} from 'tamis'
import { createCollection } from 'tamis/collection'
import { describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string({ facet: true }),
    name: string({ operators: ['$ieq', '$istartsWith', '$autocomplete'] }),
    tags: list(string()),
    n: integer({ sortable: true }),
    at: timestamp({ sortable: true, required: true }),
  },
})

interface Person {
  readonly id: string
  readonly role?: string
  readonly name?: string
  readonly tags?: readonly string[]
  readonly n?: number
  readonly at: string
}

const SECOND = (at: number) => new Date(Date.UTC(2024, 0, 1) + at * 1000).toISOString()

/** The rarest role is that of the oldest rows alone. */
const people = (count: number): Person[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `p${at}`,
    role: at < count / 100 ? 'rare' : at % 2 === 0 ? 'user' : 'guest',
    name: at % 3 === 0 ? 'Ana Straße' : 'Bo',
    tags: at % 5 === 0 ? ['x', 'y'] : [],
    n: at,
    at: SECOND(at),
  }))

const newest = (filter: object, more: object = {}) =>
  parseQuery(schema, { filter_conditions: filter as never, sort: [{ at: -1 }], limit: 5, ...more })

describe('changes', () => {
  const rows = people(10)

  it('insert refuses a key that is there, and a row without one', () => {
    const collection = createCollection(schema, { rows })
    expect(() => collection.insert(rows[3] as Person)).toThrow(
      'tamis/collection: "id": a row with the key "p3" is there already; upsert takes its place',
    )
    expect(() => collection.insert({ at: SECOND(0) } as Person)).toThrow(
      'tamis/collection: "id": expected a string as the key, received a row without one',
    )
    expect(collection.size).toBe(10)
  })

  it('load takes all rows or none', () => {
    const collection = createCollection(schema, { rows })
    const more = [{ id: 'q', at: SECOND(1) }, rows[0] as Person]
    expect(() => collection.load(more)).toThrow('"p0"')
    expect(() => collection.load([more[0] as Person, more[0] as Person])).toThrow('"q"')
    expect([collection.size, collection.get('q')]).toEqual([10, undefined])
  })

  it('update copies a row, or takes what a function makes of it, and keeps the key', () => {
    const collection = createCollection(schema, { rows })
    const changed = collection.update('p2', { role: 'admin' })
    expect(changed).toEqual({ ...rows[2], role: 'admin' })
    expect(rows[2]?.role).toBe('user')
    expect(collection.get('p2')).toBe(changed)
    const other: Person = { id: 'p2', at: SECOND(5) }
    expect(collection.update('p2', () => other)).toBe(other)
    expect(() => collection.update('p2', { id: 'p3' })).toThrow('the key of "p2" cannot change')
    expect(collection.update('none', { role: 'x' })).toBeUndefined()
  })

  it('upsert and remove return the row that was there', () => {
    const collection = createCollection(schema, { rows })
    const own: Person = { id: 'p1', at: SECOND(9) }
    expect(collection.upsert(own)).toBe(rows[1])
    expect(collection.remove('p1')).toBe(own)
    expect(collection.remove('p1')).toBeUndefined()
    expect(collection.upsert(own)).toBeUndefined()
    expect(collection.remove(7)).toBeUndefined()
  })

  it('a row that cannot be read changes nothing', () => {
    const collection = createCollection(schema, { rows, indexes: ['role', 'at', 'tags'] })
    const broken: Person = {
      id: 'p4',
      at: SECOND(4),
      get tags(): string[] {
        throw new Error('no tags')
      },
    }
    const query = newest({ role: 'user' })
    const before = collection.query(query)
    expect(() => collection.upsert(broken)).toThrow('no tags')
    expect(() =>
      collection.insert({ ...rows[0], ...Object.create(null), id: 'z' } as never),
    ).not.toThrow()
    collection.remove('z')
    const other = Object.create(broken, { id: { value: 'new' } }) as Person
    expect(() => collection.insert(other)).toThrow('no tags')
    expect(() => collection.load([other])).toThrow('no tags')
    expect(collection.query(query)).toEqual(before)
    expect(collection.size).toBe(10)
    expect(collection.stats().indexes.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['values', 'order']),
    )
  })
})

describe('indexes', () => {
  it('are made when enough rows were read for want of them', () => {
    const collection = createCollection(schema, { rows: people(2000) })
    const query = newest({ role: 'rare' })
    expect(collection.stats().indexes).toEqual([])
    for (let i = 0; i < 20; i++) collection.query(query)
    const made = () => collection.stats().indexes.map(({ kind, fields }) => [kind, ...fields])
    // With the few rows of the role, the order is not worth an index.
    expect(made()).toEqual([['values', 'role']])
    for (let i = 0; i < 20; i++) collection.query(newest({}))
    expect(made()).toEqual([
      ['values', 'role'],
      ['order', 'at', 'id'],
    ])
    expect(collection.explain(query).steps).toEqual(['20 rows by "role" are read and sorted'])
  })

  it('that nobody asked for take no more than maxBytes', () => {
    const rows = people(2000)
    const bounded = createCollection(schema, { rows, maxBytes: 5000 })
    const query = newest({ role: 'rare' })
    for (let i = 0; i < 30; i++) bounded.query(query)
    const { bytes, indexes } = bounded.stats()
    expect(bytes).toBeLessThanOrEqual(5000)
    expect(indexes.map(({ kind }) => kind)).not.toContain('order')
    expect(bounded.query(query)).toEqual(runQuery(query, rows))
  })

  it('are those that `indexes` names, and no others', () => {
    const order = [{ field: 'role' }, { field: 'n', direction: -1, nulls: 'first' }] as const
    const collection = createCollection(schema, {
      rows: people(3000),
      indexes: ['role', 'name', 'tags', 'n', order],
    })
    for (let i = 0; i < 30; i++) collection.query(newest({}))
    expect(collection.stats().indexes.map(({ kind, fields }) => [kind, ...fields])).toEqual([
      ['values', 'role'],
      ['folded', 'name'],
      ['words', 'name'],
      ['values', 'tags'],
      // Too many values for an index of each.
      ['order', 'n', 'id'],
      ['order', 'role', 'n', 'id'],
    ])
  })

  it('of values become an order where there are too many', () => {
    const collection = createCollection(schema, { rows: people(500), indexes: ['n'] })
    expect(collection.stats().indexes.map(({ kind }) => kind)).toEqual(['values', 'order'])
    for (const person of people(5000).slice(500)) collection.insert(person)
    expect(collection.stats().indexes.map(({ kind }) => kind)).toEqual(['order'])
    expect(collection.count(condition(schema, { n: { $gte: 10, $lt: 2500 } }))).toBe(2490)
  })

  it.each<[object, string]>([
    [{ indexes: ['rol'] }, 'indexes: no field "rol" that can be indexed; did you mean "role"?'],
    [{ indexes: [7] }, "indexes: expected a field's name, received 7"],
    [{ indexes: [[{ field: 'tags' }]] }, 'indexes: "tags" has no order'],
    [{ indexes: [[{ field: 'n', direction: 2 }]] }, 'direction: expected 1 or -1, received 2'],
    [{ indexes: [[{ field: 'n', nulls: 'x' }]] }, 'nulls: expected "first" or "last"'],
    [{ indexes: [[]] }, 'an order has at least one term'],
    [{ indexes: [['n']] }, 'expected a term, received "n"'],
    [{ indexes: 'n' }, 'tamis/collection: indexes: expected a list of fields and orders'],
    [{ rows: 7 }, 'tamis/collection: rows: expected rows, received 7'],
    [{ maxBytes: 0 }, 'tamis/collection: maxBytes: expected a positive integer, received 0'],
    [{ row: [] }, 'tamis/collection: unknown option "row"'],
  ])('%j is refused', (options, message) => {
    expect(() => createCollection(schema, options)).toThrow(message)
  })
})

describe('explain', () => {
  const rows = people(10_000)
  const collection = createCollection(schema, { rows, indexes: ['role', 'at', 'tags', 'n'] })

  it.each<[string, object, object, string[]]>([
    ['an order', { role: 'user' }, {}, ['6 rows are read along the order, which ends early']],
    [
      'a range of the order',
      { at: { $lt: SECOND(9) } },
      {},
      [
        'the order starts and ends where the filter says',
        '6 rows are read along the order, which ends early',
      ],
    ],
    [
      'values that only the last rows of the order have',
      { role: 'rare' },
      {},
      ['indexes select 100 rows at most, which are put in order'],
    ],
    ['a value that no row has', { role: 'none' }, {}, ['0 rows by "role" are read and sorted']],
  ])('says it of %s', (_, filter, more, steps) => {
    const query = newest(filter, more)
    expect(collection.explain(query).steps).toEqual(steps)
    expect(collection.query(query)).toEqual(runQuery(query, rows))
  })
})

describe('pages', () => {
  it('have cursors as any property, written once', () => {
    const rows = people(100)
    const collection = createCollection(schema, { rows, indexes: ['at'] })
    const page = collection.query(newest({}, { offset: 3 }))
    expect(Object.keys(page)).toEqual(['items', 'next', 'prev'])
    expect(page.next).toBe(page.next)
    expect(JSON.stringify(page)).toBe(JSON.stringify(runQuery(newest({}, { offset: 3 }), rows)))
    expect({ ...page }).toEqual(runQuery(newest({}, { offset: 3 }), rows))
  })

  it('refuse the cursor of a row without a required value, as runQuery does', () => {
    const rows = [...people(20), { id: 'x' } as never]
    const collection = createCollection(schema, { rows, indexes: ['at'] })
    const query = parseQuery(schema, { sort: [{ at: 1 }], limit: 1 })
    expect(() => runQuery(query, rows)).toThrow('at')
    expect(() => collection.query(query)).toThrow('at')
  })
})

describe('sorts by related rows', () => {
  it('have no index: which related rows a query sees depends on its scopes', () => {
    const { customers, orders } = relate(
      {
        customers: defineSchema({
          fields: {
            id: string({ required: true }),
            country: string({ sortable: true }),
            region: string(),
          },
          scope: true,
        }),
        orders: defineSchema({
          fields: { id: string({ required: true, sortable: true }), customer_id: string() },
        }),
      },
      { orders: { customer: one('customers', { from: 'customer_id', to: 'id' }) } },
    )
    const rows = Array.from({ length: 300 }, (_, at) => ({
      id: `o${at}`,
      customer_id: `c${at}`,
      customer: { id: `c${at}`, country: `${(at * 7) % 26}`, region: at % 3 === 0 ? 'x' : 'y' },
    }))
    const collection = createCollection(orders, { rows })
    for (const region of ['x', 'y', 'x']) {
      const scopes = { customers: condition(customers, { region }) }
      const query = parseQuery(orders, { sort: [{ 'customer.country': 1 }] }, { scopes })
      for (let i = 0; i < 20; i++) collection.query(query)
      expect(collection.query(query).items).toEqual(runQuery(query, rows).items)
    }
  })
})

describe('relative time', () => {
  const timed = defineSchema({
    fields: {
      id: string({ required: true, sortable: true }),
      at: timestamp({ sortable: true, required: true }),
    },
    relativeTime: relativeTime(),
  })

  it.each([[['at']], [[]]])('is that of the clock and the first page; indexes %j', (indexes) => {
    const rows = Array.from({ length: 500 }, (_, at) => ({ id: `p${at}`, at: SECOND(at) }))
    const collection = createCollection(timed, { rows, indexes })
    const now = new Date(SECOND(499))
    const payload = { filter_conditions: { at: { $gte: { $now: '-50s' } } }, limit: 20 } as const
    const first = parseQuery(timed, payload, { now })
    const page = collection.query(first, { now })
    expect({ ...page }).toEqual(runQuery(first, rows, { now }))
    const later = new Date(SECOND(520))
    const second = parseQuery(timed, { ...payload, next: page.next as string }, { now: later })
    const own = collection.query(second, { now: later })
    expect({ ...own }).toEqual(runQuery(second, rows, { now: later }))
    expect(collection.count(first, { now: later })).toBe(30)
  })
})

describe('iterate', () => {
  it('goes on while rows come and go', () => {
    const collection = createCollection(schema, { rows: people(1000), indexes: ['at'] })
    const seen: string[] = []
    for (const { id } of collection.iterate(newest({ tags: 'x' }))) {
      seen.push(id)
      collection.remove(id)
    }
    expect(seen.length).toBe(200)
    expect(collection.count(newest({ tags: 'x' }))).toBe(0)
  })
})
