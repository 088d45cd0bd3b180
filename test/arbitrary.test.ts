import fc from 'fast-check'
import {
  compilePredicate,
  createTable,
  defineSchema,
  dynamic,
  insertRow,
  integer,
  list,
  parseFilter,
  parseQuery,
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
