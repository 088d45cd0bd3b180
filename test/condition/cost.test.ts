import {
  condition,
  costOf,
  defineSchema,
  dynamic,
  integer,
  list,
  number,
  parseFilter,
  parseQuery,
  safeParseFilter,
  string,
  timestamp,
} from 'tamis'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'

const fields = {
  id: string({ required: true, sortable: true }),
  name: string({ operators: ['$eq', '$in', '$autocomplete'] }),
  note: string({ operators: ['$eq', '$in', '$autocomplete'] }),
  at: timestamp({ sortable: true }),
  rank: integer(),
  teams: list(string()),
  'custom.*': dynamic(['string', 'boolean', 'integer'], { operators: ['$eq', '$in', '$exists'] }),
  'measured.*': dynamic(['number']),
  'measured.sizes': list(number()),
} as const

const schema = defineSchema({ fields })
const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i))

const codes = (own: Parameters<typeof safeParseFilter>[0], filter: unknown) => {
  const result = safeParseFilter(own, filter)
  return result.ok ? [] : result.issues.map(({ code }) => code)
}

const deep = (i: number) => `custom.a${i}.b.c.d.e.f.g.h`
const words = (count: number) => many(count, (i) => `w${i}`).join(' ')

describe('a filter over the cost limit is refused', () => {
  it.each<[string, unknown]>([
    ['many keys of JSON, each far inside', { $or: many(199, (i) => ({ [deep(i)]: 'x' })) }],
    [
      'many keys of JSON that are no words',
      { $or: many(199, (i) => ({ [`custom.a b${i}`]: 'x' })) },
    ],
    [
      'many texts to complete',
      { $or: many(199, (i) => ({ name: { $autocomplete: `${words(10)}${i}` } })) },
    ],
    ['texts of many words to complete', { name: { $autocomplete: words(800) } }],
    [
      'lists that equal lists',
      { $or: many(199, (i) => ({ teams: many(100, (j) => `t${i}-${j}`) })) },
    ],
    [
      'many long lists for keys of JSON',
      { $or: many(100, (i) => ({ [`custom.k${i}`]: { $in: many(1000, String) } })) },
    ],
    ['more columns than a row is worth', { $or: many(190, (i) => ({ rank: i })) }],
    ['lists of numbers in JSON', { 'measured.sizes': { $all: many(20, (i) => i + 0.5) } }],
    ['negated', { $nor: many(60, (i) => ({ [`custom.k${i}`]: { $exists: true } })) }],
  ])('%s', (_, filter) => {
    expect(codes(schema, filter)).toEqual(['too_costly'])
    // The server's conditions have no limit, and the server can lift it for clients.
    expect(() => condition(schema, filter as never)).not.toThrow()
    expect(codes(defineSchema({ fields, limits: { cost: 1_000_000 } }), filter)).toEqual([])
  })

  it('the message names the cost, the limit and a remedy', () => {
    const filter = { $or: many(100, (i) => ({ [`custom.k${i}`]: 'x' })) }
    expect(() => parseFilter(schema, filter)).toThrow(
      'The filter: expected a cost of at most 120, received 2000 (use fewer conditions, above all on lists and keys of JSON, or one $in for several values)',
    )
    expect(() => parseQuery(schema, { filter_conditions: filter })).toThrow('/filter_conditions: ')
  })

  it('counts the bytes of all operands together', () => {
    const own = defineSchema({ fields, limits: { cost: 1_000_000 } })
    const filter = (characters: string) => ({
      $or: many(20, (i) => ({
        name: { $in: many(100, (j) => `${i}-${j}${characters.repeat(100)}`) },
      })),
    })
    expect(codes(own, filter('aaaa'))).toEqual([])
    expect(codes(own, filter('éééé'))).toEqual(['too_costly'])
    // By its length a text may be over the limit, by its bytes it is not.
    expect(codes(own, filter('✓'))).toEqual([])
    expect(codes(own, filter('✓✓'))).toEqual(['too_costly'])
    expect(codes(own, filter('😀'))).toEqual([])
    expect(codes(own, filter('😀😀'))).toEqual(['too_costly'])
    expect(codes(own, filter('aaaaaaaa'))).toEqual(['too_costly'])
  })
})

describe('the default limit allows', () => {
  it.each<unknown>([
    { role: 'admin' },
    { role: { $in: ['admin', 'moderator'] }, 'custom.age': { $gte: 18 } },
    { name: { $autocomplete: 'john ronald reuel tolkien' } },
    { id: { $in: many(1000, (i) => `user-${i}`) } },
    { $and: many(6, (i) => ({ [`custom.key${i}`]: 'x' })) },
    { $or: [{ teams: { $contains: 'red' } }, { teams: { $contains: 'blue' } }], banned: false },
    { created_at: { $gte: '2024-01-01T00:00:00Z', $lt: '2025-01-01T00:00:00Z' }, name: 'Ana' },
  ])('%j', (filter) => {
    expect(codes(usersSchema, filter)).toEqual([])
  })
})

describe('costOf', () => {
  it('adds up the conditions, however they are joined', () => {
    const one = costOf(parseFilter(schema, { 'custom.a': 'x' }))
    expect(costOf(parseFilter(schema, { $or: [{ 'custom.a': 'x' }, { 'custom.b': 'x' }] }))).toBe(
      2 * one,
    )
    expect(costOf(parseFilter(schema, { $nor: [{ 'custom.a': 'x', 'custom.b': 'x' }] }))).toBe(
      2 * one,
    )
  })

  it('is 0 for constant conditions', () => {
    expect(costOf(parseFilter(schema, {}))).toBe(0)
    expect(costOf(parseFilter(schema, { name: { $in: [] } }))).toBe(0)
  })

  it('grows with the depth, the operands and the words', () => {
    const cost = (filter: unknown) => costOf(condition(schema, filter as never))
    expect(cost({ [deep(0)]: 'x' })).toBeGreaterThan(cost({ 'custom.a': 'x' }))
    expect(cost({ 'custom.a': 'x' })).toBeGreaterThan(cost({ rank: 1 }))
    expect(cost({ teams: { $in: many(100, String) } })).toBeGreaterThan(cost({ teams: 'x' }))
    expect(cost({ name: { $autocomplete: words(20) } })).toBeGreaterThan(
      cost({ name: { $autocomplete: 'a' } }),
    )
  })

  it('refuses a value that is not a condition', () => {
    expect(() => costOf({} as never)).toThrow('expected a condition')
  })
})
