import fc from 'fast-check'
import {
  boolean,
  compileFacet,
  compilePredicate,
  condition,
  countRows,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  FilterError,
  facetRows,
  integer,
  list,
  number,
  one,
  parseFilter,
  parseQuery,
  relate,
  restrict,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { filterArbitrary, rowArbitrary } from 'tamis/fast-check'
import { sqlite } from 'tamis/sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { budget } from './support/budget.ts'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { Table } from './support/table.ts'

const facet = true
const LEVELS = ['low', 'medium', 'high', 'b', 'a'] as const
const schema = defineSchema({
  fields: {
    id: integer({ required: true, facet }),
    text: string({ facet }),
    flag: boolean({ facet }),
    whole: integer({ facet, as: 'bigint' }),
    real: number({ facet }),
    exact: decimal({ precision: 6, scale: 2, facet }),
    instant: timestamp({ facet }),
    day: date({ facet }),
    level: enumeration(LEVELS, { facet }),
    key: uuid({ facet }),
    value: string({ facet }),
    texts: list(string(), { facet }),
    wholes: list(integer(), { facet }),
    reals: list(number(), { facet }),
    exacts: list(decimal({ precision: 6, scale: 2 }), { facet }),
    instants: list(timestamp(), { facet }),
    days: list(date(), { facet }),
    levels: list(enumeration(LEVELS), { facet }),
    keys: list(uuid(), { facet }),
    flags: list(boolean(), { facet, required: true }),
    tenant: string({ hidden: true }),
    plain: string(),
    'custom.text': string({ facet }),
    'custom.flag': boolean({ facet }),
    'custom.whole': integer({ facet }),
    'custom.real': number({ facet }),
    'custom.exact': decimal({ precision: 6, scale: 2, facet }),
    'custom.instant': timestamp({ facet }),
    'custom.day': date({ facet }),
    'custom.level': enumeration(LEVELS, { facet }),
    'custom.key': uuid({ facet }),
    'custom.texts': list(string(), { facet }),
    'custom.wholes': list(integer(), { facet }),
    'custom.reals': list(number(), { facet }),
    'custom.exacts': list(decimal({ precision: 6, scale: 2 }), { facet }),
    'custom.instants': list(timestamp(), { facet }),
    'custom.levels': list(enumeration(LEVELS), { facet }),
    'custom.keys': list(uuid(), { facet }),
    'custom.flags': list(boolean(), { facet }),
    'custom.*': dynamic(['string', 'boolean', 'integer', 'number'], { facet }),
    'other.*': dynamic(['date', 'timestamp', 'integer', 'boolean'], { facet }),
  },
  options: { include_low: { default: false, unless: { level: { $ne: 'low' } } } },
})

const KEYS = ['custom.a', 'custom.b"c', 'custom.d.e', 'other.x']
const FACETS = [...schema.fields.values()]
  .filter((each) => each.facet)
  .map((each) => each.name)
  .concat(KEYS)

const few = [0, 1, -1, 2, 10, 9, 2 ** 53, 2 ** 60, 1e20, 0.5, -0.25, 1e-7, '', 'a', 'B', 'é', '1']
const odd: readonly unknown[] = [
  ...few,
  true,
  false,
  null,
  -0,
  9007199254740993n,
  '\u{FFFD}',
  '\u{1F600}',
  '2024-02-29',
  '2024-02-29T12:00:00Z',
  '2024-02-29T14:00:00.000001+02:00',
  ['a'],
]

/** Rows with few values, so that many share one. */
const rowsOf = fc
  .array(
    fc.tuple(
      rowArbitrary(schema),
      fc.record({
        a: fc.constantFrom(...odd),
        'b"c': fc.constantFrom(...odd),
        d: fc.constantFrom<unknown>({ e: 'x' }, { e: 1 }, { e: 1.5 }, { e: 'X' }, 7),
        whole: fc.constantFrom(1, 2, 3),
        real: fc.constantFrom(1, 2.5, -3),
        texts: fc.constantFrom<unknown>(['a', 'b', 'a'], ['b', 1, 'é'], [], 'a'),
      }),
      fc.record({ x: fc.constantFrom(...odd) }),
      fc.constantFrom(...LEVELS),
    ),
    { minLength: 30, maxLength: 60 },
  )
  .map((all) =>
    all.map(([row, custom, other, level], id) => ({
      ...row,
      id,
      text: ['a', 'B', 'é', ' a'][id % 5],
      value: ['x', 'y'][id % 3],
      level,
      flags: [id % 2 === 0, true],
      texts: [['b', 'a', 'b'], ['b'], []][id % 4],
      wholes: [
        [3, 20, 100],
        [20, 3],
      ][id % 3],
      days: [['2024-02-29', '2024-02-29'], ['0001-01-01']][id % 3],
      whole: [10, 9, 9007199254740993n][id % 4],
      tenant: id % 4 === 0 ? 't' : 'u',
      custom: { ...(row.custom as object), ...custom },
      other,
    })),
  )

const FILTERS = [
  {},
  { text: 'a' },
  { text: { $in: [] }, value: 'x' },
  { $and: [{ value: 'x' }, { $or: [{ text: 'a' }, { text: 'B' }] }] },
  { $or: [{ value: 'x' }, { text: 'a' }] },
  { texts: 'b', 'custom.a': { $ne: 1 }, level: 'high' },
]

describe.each(available)('facets in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection?.close())

  it('are those in memory, for values of every kind', { timeout: 240_000 }, async () => {
    const table = await Table.create(engine, connection, schema)
    const target = { dialect: engine.dialect, table: 't' }
    for (const rows of fc.sample(rowsOf, {
      numRuns: budget(engine.name === 'SQLite' ? 2 : 1, 20),
      seed: 20,
    })) {
      await table.insert(rows)
      for (const [i, filter_conditions] of FILTERS.entries()) {
        const client = parseQuery(schema, { filter_conditions, include_low: i % 2 === 0 })
        const query = i < 4 ? client : restrict(client, condition(schema, { tenant: 'u' }))
        // Every field without a filter, and some with each.
        for (const name of FACETS.filter((_, n) => i === 0 || n % FILTERS.length === i || n < 2)) {
          const { read, ...statement } = compileFacet(query, name, target)
          const found = read(await connection.all(statement))
          expect(found, `${name} of ${i}`).toEqual(facetRows(query, name, rows))
        }
      }
      await table.clear()
    }
  })
})

describe('a facet', () => {
  const counts = (payload: object, name: string, rows: readonly unknown[]) =>
    facetRows(parseQuery(schema, { include_low: true, ...payload }), name, rows)
  const rows = [
    { id: 1, text: 'a', value: 'x', level: 'low', texts: ['p', 'p', 'q'], custom: { a: 1 } },
    { id: 2, text: 'a', value: 'y', level: 'high', texts: ['q'], custom: { a: '1' } },
    { id: 3, text: 'b', value: 'x', level: 'high', texts: 'q', custom: { a: 1.0 } },
    { id: 4, value: 'x', custom: { a: true } },
  ]
  const AB = [
    { value: 'a', count: 2 },
    { value: 'b', count: 1 },
  ]

  it('counts values by frequency, then in their order, and no absent ones', () => {
    expect(counts({}, 'text', rows)).toEqual(AB)
    expect(counts({}, 'level', rows)).toEqual([
      { value: 'high', count: 2 },
      { value: 'low', count: 1 },
    ])
    expect(counts({}, 'texts', rows)).toEqual([
      { value: 'q', count: 2 },
      { value: 'p', count: 1 },
    ])
    expect(counts({}, 'custom.a', rows)).toEqual([
      { value: 1, count: 2 },
      { value: '1', count: 1 },
      { value: true, count: 1 },
    ])
  })

  it.each<[string, object, unknown]>([
    ['its own', { text: 'b' }, AB],
    ['its own without a match', { text: { $in: [] } }, AB],
    ['its own in $and', { $and: [{ $and: [{ text: 'b' }] }] }, AB],
    ['its own in $or', { $or: [{ text: 'b' }, { text: { $gt: 'c' } }] }, AB],
    ['its own in $nor', { $nor: [{ text: 'a' }] }, AB],
    ['one of another field', { value: 'y' }, [{ value: 'a', count: 1 }]],
    ['its own with one of another', { text: 'b', value: 'y' }, [{ value: 'a', count: 1 }]],
    [
      'one of two fields',
      { $or: [{ text: 'b' }, { value: 'y' }] },
      [
        { value: 'a', count: 1 },
        { value: 'b', count: 1 },
      ],
    ],
    ['one of no field', { $nor: [{}] }, []],
  ])('counts without the condition that is %s', (_, filter_conditions, expected) => {
    expect(counts({ filter_conditions }, 'text', rows)).toEqual(expected)
  })

  it('keeps key ranges, switches and what the server joined, on the field itself, too', () => {
    expect(counts({ id_lte: 2 }, 'id', rows)).toHaveLength(2)
    expect(counts({ filter_conditions: { id: 3 } }, 'id', rows)).toHaveLength(4)
    expect(counts({ include_low: false }, 'level', rows)).toEqual([{ value: 'high', count: 2 }])
    for (const bind of [true, false]) {
      const client = parseQuery(schema, { filter_conditions: { level: 'low' }, include_low: true })
      const query = restrict(client, condition(schema, { level: 'high' }), { bind })
      expect(facetRows(query, 'level', rows)).toEqual([{ value: 'high', count: 2 }])
    }
  })

  it('keeps a condition on the related field of the same name', () => {
    const { orders } = relate(
      {
        orders: defineSchema({
          fields: {
            id: integer({ required: true }),
            customer_id: integer(),
            country: string({ facet: true }),
          },
        }),
        customers: defineSchema({
          fields: { id: integer({ required: true }), country: string() },
        }),
      },
      { orders: { customer: one('customers', { from: 'customer_id', to: 'id' }) } },
    )
    const query = parseQuery(orders, { filter_conditions: { 'customer.country': 'FR' } })
    const loaded = [
      { id: 1, country: 'DE', customer: { id: 1, country: 'FR' } },
      { id: 2, country: 'ES', customer: { id: 2, country: 'IT' } },
    ]
    expect(facetRows(query, 'country', loaded)).toEqual([{ value: 'DE', count: 1 }])
  })

  it('ignores limit, offset and cursor', () => {
    expect(counts({ limit: 0, offset: 3 }, 'text', rows)).toEqual(AB)
  })

  it('has at most as many values as the schema says', () => {
    const most = defineSchema({
      fields: { id: integer({ required: true, facet }) },
      limits: { facet: 3 },
    })
    const many = Array.from({ length: 200 }, (_, id) => ({ id: 199 - id }))
    expect(facetRows(parseQuery(most, {}), 'id', many).map(({ value }) => value)).toEqual([0, 1, 2])
    const { params } = compileFacet(parseQuery(most, {}), 'id', { dialect: sqlite, table: 't' })
    expect(params).toEqual([3n, 0n])
    const all = Array.from({ length: 200 }, (_, id) => ({ id }))
    expect(facetRows(parseQuery(schema, {}), 'id', all)).toHaveLength(100)
  })

  it.each([
    ['tenant', 'unknown_field'],
    ['tex', 'unknown_field'],
    ['plain', 'not_a_facet'],
    ['custom', 'unknown_field'],
    ['', 'unknown_field'],
    ['__proto__', 'unknown_field'],
    ['custom.a.b.c.d.e.f.g.h.i.j', 'unknown_field'],
  ])('of %j is refused: %s', (name, code) => {
    const query = parseQuery(schema, {})
    for (const ask of [
      () => facetRows(query, name, []),
      () => compileFacet(query, name, { dialect: sqlite, table: 't' }),
    ]) {
      expect(ask).toThrow(FilterError)
      expect(ask).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ code })] }))
    }
    // A hidden field is not even suggested.
    expect(() => facetRows(query, 'tenan', [])).not.toThrow(/tenant/)
  })

  it('of a schema without facets is refused', () => {
    const bare = defineSchema({ fields: { id: integer({ required: true }) } })
    expect(() => facetRows(parseQuery(bare, {}), 'id', [])).toThrow(/no field says facet: true/)
  })

  it('is never hidden', () => {
    const fields = { id: integer({ required: true }), tenant: string({ facet, hidden: true }) }
    expect(() => defineSchema({ fields })).toThrow(
      /field "tenant": a hidden field cannot be a facet/,
    )
    const element = string({ facet })
    const nested = { id: integer({ required: true }), teams: list(element) }
    expect(() => defineSchema({ fields: nested })).toThrow(/an element has no settings/)
  })

  it('sums up to the rows that have a value, whatever the filter', () => {
    const some = fc.array(rowArbitrary(schema), { maxLength: 30 })
    fc.assert(
      fc.property(some, filterArbitrary(schema), (own, filter) => {
        // A filter that the server joins is never left out.
        const client = parseQuery(schema, { include_low: true })
        const query = restrict(client, parseFilter(schema, filter))
        for (const field of ['text', 'level', 'flag', 'instant', 'custom.whole', 'custom.x']) {
          const facets = facetRows(query, field, own)
          const present = restrict(query, condition(schema, { [field]: { $exists: true } }))
          const sum = facets.reduce((total, { count }) => total + count, 0)
          expect(sum).toBe(countRows(present, own))
          for (const { value, count } of facets) {
            const equal = compilePredicate(condition(schema, { [field]: value } as never))
            const matches = compilePredicate(query.condition)
            expect(own.filter((row) => matches(row) && equal(row))).toHaveLength(count)
          }
        }
      }),
      { numRuns: budget(30, 500) },
    )
  })
})
