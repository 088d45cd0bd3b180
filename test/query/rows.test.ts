import fc from 'fast-check'
import {
  boolean,
  compilePredicate,
  countRows,
  defineSchema,
  dynamic,
  filterRows,
  integer,
  list,
  or,
  parseFilter,
  string,
  timestamp,
} from 'tamis'
import { filterArbitrary, rowArbitrary } from 'tamis/fast-check'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    role: string(),
    banned: boolean(),
    level: integer(),
    seen: timestamp(),
    teams: list(string()),
    'deep.er.still': string(),
    constructor: string(),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
  },
})

/** Values in the place of a row: objects have fields, lists and other values have none. */
class Row {
  role = 'admin'
}
const ODD: readonly unknown[] = [
  null,
  undefined,
  'role',
  1,
  [],
  ['admin'],
  () => 'admin',
  new Row(),
  Object.create({ role: 'admin' }),
  Object.assign(Object.create(null), { role: 'admin' }),
  JSON.parse('{"__proto__": {"role": "admin"}}'),
  { role: new String('admin') },
  { custom: new Row() },
  { custom: ['admin'] },
  { custom: 'admin' },
  { custom: null },
  new Proxy({ role: 'admin' }, {}),
]

describe('scans of an array', () => {
  it('find the matching rows in their order', () => {
    fc.assert(
      fc.property(
        fc.array(rowArbitrary(schema), { maxLength: 40 }),
        fc.nat({ max: 60 }),
        filterArbitrary(schema),
        (few, times, filter) => {
          const rows = [...Array.from({ length: times }, () => few).flat(), ...ODD]
          const own = parseFilter(schema, filter)
          const matches = compilePredicate(own)
          const expected = rows.filter((row) => matches(row))
          const found = filterRows(own, rows)
          expect(found.length).toBe(expected.length)
          expect(found.every((row, i) => row === expected[i])).toBe(true)
          expect(countRows(own, rows)).toBe(expected.length)
        },
      ),
      { numRuns: budget(83, 500) },
    )
  })

  it.each([
    ['{role: "admin"}', { role: 'admin' }, 4],
    ['its opposite', { role: { $ne: 'admin' } }, ODD.length - 4],
    ['an absent role', { role: null }, ODD.length - 4],
    ['a key that every object has', { constructor: null }, ODD.length],
    ['a key of an object inside', { 'custom.role': 'admin' }, 0],
    ['a list’s length', { 'custom.length': { $exists: true } }, 0],
    ['a path through nothing', { 'deep.er.still': { $ne: 'a' } }, ODD.length],
  ])('read properties of objects, and of documents only plain ones: %s', (_, filter, count) => {
    // An instance, one that inherits, one without a prototype, and a proxy.
    const own = parseFilter(schema, filter)
    expect(countRows(own, ODD)).toBe(count)
    expect(ODD.filter(compilePredicate(own)).length).toBe(count)
  })

  it('accept conditions of any length and depth', () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({ id: `${i}`, level: i }))
    const many = or(...rows.map(({ level }) => parseFilter(schema, { level: { $eq: level } })))
    expect(countRows(many, rows)).toBe(3000)
    expect(compilePredicate(many)({ level: 2999 })).toBe(true)
    expect(compilePredicate(many)({ level: 3000 })).toBe(false)
    expect(countRows(or(), rows)).toBe(0)
    let nested = parseFilter(schema, { level: 1500 })
    for (let i = 0; i < 200; i++) nested = or(parseFilter(schema, { level: i, id: `${i}` }), nested)
    expect(countRows(nested, rows)).toBe(201)
  })

  it('are reentrant', () => {
    const own = parseFilter(schema, { role: 'admin' })
    const inner = Array.from({ length: 5000 }, () => ({ role: 'admin' }))
    const outer = Array.from({ length: 1000 }, (_, i) => ({
      get role() {
        return countRows(own, inner) === 5000 && i % 2 === 0 ? 'admin' : 'user'
      },
    }))
    expect(filterRows(own, outer).length).toBe(500)
  })
})
