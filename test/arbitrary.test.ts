import fc from 'fast-check'
import {
  compilePredicate,
  createTable,
  date,
  defineSchema,
  dynamic,
  insertRow,
  integer,
  list,
  parseFilter,
  parseQuery,
  relativeTime,
  safeParseFilter,
  string,
  timestamp,
} from 'tamis'
import {
  filterArbitrary,
  invalidFilterArbitrary,
  queryArbitrary,
  rowArbitrary,
} from 'tamis/fast-check'
import { postgres } from 'tamis/postgres'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { budget } from './support/budget.ts'
import { caseSchema } from './support/cases.ts'
import { all, DATA, loaded, orders as relatedOrders } from './support/related-rows.ts'

const tight = defineSchema({
  fields: {
    id: string({ required: true, sortable: true, operators: ['$eq', '$in'] }),
    at: timestamp({ operators: ['$gt'] }),
    silent: integer({ operators: [] }),
    tenant: string({ hidden: true }),
    'custom.*': dynamic(['boolean', 'integer']),
  },
  options: { include_all: { default: true, unless: { tenant: null } } },
  limits: { depth: 1, conditions: 3, list: 2, string: 5, segments: 1, limit: { max: 2 } },
})
const unsorted = defineSchema({
  fields: { id: string({ required: true }), tags: list(string()) },
})
const SCHEMAS = { caseSchema, usersSchema, tight, unsorted }

describe.each(Object.entries(SCHEMAS))('of %s', (_, schema) => {
  it('filters are accepted', () => {
    fc.assert(
      fc.property(filterArbitrary(schema as typeof caseSchema), (filter) => {
        parseFilter(schema, filter)
      }),
      { numRuns: 400 },
    )
  })

  it('queries are accepted', () => {
    fc.assert(
      fc.property(queryArbitrary(schema as typeof caseSchema), (payload) => {
        parseQuery(schema, payload)
      }),
      { numRuns: 400 },
    )
  })

  it('invalid filters are refused', () => {
    fc.assert(
      fc.property(invalidFilterArbitrary(schema as typeof caseSchema), (filter) => {
        expect(safeParseFilter(schema, filter).ok).toBe(false)
      }),
      { numRuns: 400 },
    )
  })

  it('rows can be stored', () => {
    const insert = insertRow(schema as typeof caseSchema, { dialect: postgres, table: 't' })
    fc.assert(
      fc.property(rowArbitrary(schema as typeof caseSchema), (row) => {
        insert(row)
      }),
      { numRuns: 400 },
    )
    expect(createTable(schema as typeof caseSchema, { dialect: postgres, table: 't' })).not.toEqual(
      [],
    )
  })
})

describe('filters', () => {
  it('match some, none and all of the rows that they are generated for', () => {
    const tally = { none: 0, some: 0, all: 0 }
    const situation = fc
      .array(rowArbitrary(caseSchema), { minLength: 20, maxLength: 20 })
      .chain((rows) => fc.tuple(fc.constant(rows), filterArbitrary(caseSchema, { rows })))
    for (const [rows, filter] of fc.sample(situation, { seed: 3, numRuns: budget(100, 500) })) {
      const matched = rows.filter(compilePredicate(parseFilter(caseSchema, filter))).length
      tally[matched === 0 ? 'none' : matched === rows.length ? 'all' : 'some']++
    }
    // A generator whose filters hit nothing proves nothing.
    expect(tally.some).toBeGreaterThan(budget(40, 200))
    expect(tally.none).toBeGreaterThan(budget(10, 50))
    expect(tally.all).toBeGreaterThan(budget(4, 20))
  })

  it('use every operator, $and, $or, $nor, $not and null', () => {
    const text = JSON.stringify(
      fc.sample(filterArbitrary(caseSchema), { seed: 4, numRuns: 2000 }),
      (_, own) => (typeof own === 'bigint' ? `${own}n` : own),
    )
    for (const name of ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists']) {
      expect(text).toContain(`"${name}":`)
    }
    for (const name of ['$contains', '$all', '$autocomplete', '$and', '$or', '$nor', '$not']) {
      expect(text).toContain(`"${name}":`)
    }
    expect(text).toMatch(/\$eq":null|\$ne":null|":null/)
  })

  it('shrink to a minimal counterexample', () => {
    const isWrong = (filter: unknown) => JSON.stringify(filter, bigints).includes('"$gte"')
    const { counterexample } = fc.check(
      fc.property(filterArbitrary(caseSchema), (filter) => !isWrong(filter)),
      { seed: 4, numRuns: 1000 },
    )
    const [filter] = counterexample as [object]
    // One condition; its operand can be a UUID.
    expect(JSON.stringify(filter, bigints).length).toBeLessThan(80)
    expect(Object.keys(filter)).toHaveLength(1)
  })
})

describe('filters and sorts of related rows', () => {
  const own = relatedOrders as unknown as typeof caseSchema
  const text = (values: readonly unknown[]) => JSON.stringify(values, bigints)

  it('are accepted, and use every quantifier and paths', () => {
    fc.assert(
      fc.property(queryArbitrary(own, all), (payload) => {
        parseQuery(own, payload, all)
      }),
      { numRuns: 200 },
    )
    const filters = text(fc.sample(filterArbitrary(own, all), { seed: 1, numRuns: 1000 }))
    for (const name of ['$is', '$some', '$every', '$none']) expect(filters).toContain(`"${name}":`)
    expect(filters).toContain('"customer.country":')
    expect(filters).toContain('"customer.region.name":')
    expect(filters).not.toContain('secret')
    const sorts = text(fc.sample(queryArbitrary(own, all), { seed: 1, numRuns: 300 }))
    expect(sorts).toMatch(/"sort":\[[^\]]*"customer\.country"/)
  })

  it('need the scopes that parsing needs', () => {
    expect(() => fc.sample(filterArbitrary(own), 1)).toThrow(/scopes: "customers" needs/)
  })

  it('match some of the rows that they are generated for', () => {
    const rows = loaded(DATA, 'orders', 4)
    const filters = fc.sample(filterArbitrary(own, { rows, ...all }), { seed: 2, numRuns: 300 })
    const some = filters.filter((filter) => {
      const matches = rows.filter(compilePredicate(parseFilter(own, filter, all))).length
      return matches > 0 && matches < rows.length
    })
    expect(some.length).toBeGreaterThan(80)
  })

  it('that are wrong are refused', () => {
    fc.assert(
      fc.property(invalidFilterArbitrary(own, all), (filter) => {
        expect(safeParseFilter(own, filter, all).ok).toBe(false)
      }),
      { numRuns: 300 },
    )
  })
})

describe('times relative to now', () => {
  const events = defineSchema({
    fields: { id: integer({ required: true }), at: timestamp(), days: list(date()) },
    relativeTime: relativeTime(),
  })

  it('stand where a schema has them, and are accepted', () => {
    const filters = fc.sample(filterArbitrary(events), { seed: 1, numRuns: 300 })
    for (const filter of filters) compilePredicate(parseFilter(events, filter), { now: 0 })
    const text = JSON.stringify(filters, bigints)
    expect(text).toMatch(/"at":\{"\$now":/)
    expect(text).toMatch(/"\$gte":\{"\$now":"[+-]\d+\w\/\w"/)
    expect(text).toMatch(/"\$contains":\{"\$now":/)
    expect(JSON.stringify(fc.sample(filterArbitrary(caseSchema), 500), bigints)).not.toContain(
      '$now',
    )
  })
})

describe('payloads', () => {
  it('name fields where they are asked to', () => {
    const payloads = queryArbitrary(caseSchema, { fields: true })
    fc.assert(
      fc.property(payloads, (payload) => {
        parseQuery(caseSchema, payload)
      }),
      { numRuns: 300 },
    )
    const some = fc.sample(payloads, { seed: 1, numRuns: 100 })
    expect(some.filter((payload) => 'fields' in payload).length).toBeGreaterThan(20)
    expect(fc.sample(queryArbitrary(caseSchema), 100).some((each) => 'fields' in each)).toBe(false)
    expect(() => queryArbitrary(caseSchema, { field: true } as never)).toThrow(/fields/)
  })
})

const bigints = (_: string, own: unknown) => (typeof own === 'bigint' ? `${own}n` : own)

describe('rows', () => {
  const rows = fc.sample(rowArbitrary(caseSchema), { seed: 6, numRuns: 3000 })
  const text = JSON.stringify(rows, (_, own) =>
    Object.is(own, -0) ? '-0' : typeof own === 'bigint' ? `${own}n` : own,
  )

  it.each([
    ['code points at the border of the surrogates', '\uE000'],
    ['a character beyond them', '😀'],
    ['trailing spaces', '"a "'],
    ['cases and accents', '"á"'],
    ['2^53 + 1', '9007199254740993n'],
    ['-0', '"-0"'],
    ['a leap second', '23:59:60Z'],
    ['nanoseconds', '.999999999Z'],
    ['an offset', '+02:00'],
    ['an empty list', ':[]'],
    ['null', ':null'],
    ['a key with a quote', '"q\\"x"'],
    ['a key that prototypes have', '"__proto__"'],
    ['keys within keys', '"b":{"c":'],
  ])('have %s', (_, part) => {
    expect(text).toContain(part)
  })

  it('hold values of other kinds only with the option foreign', () => {
    const isForeign = (row: object) => 'flag' in row && typeof row.flag === 'number'
    expect(rows.filter(isForeign)).toEqual([])
    const odd = fc.sample(rowArbitrary(caseSchema, { foreign: true }), { seed: 6, numRuns: 1000 })
    expect(odd.filter(isForeign).length).toBeGreaterThan(10)
  })
})
