import {
  type Condition,
  condition,
  defineSchema,
  dynamic,
  integer,
  list,
  or,
  parseFilter,
  relativeTime,
  string,
  timestamp,
} from 'tamis'
import { createMatcher, type Matcher } from 'tamis/collection'
import { describe, expect, it } from 'vitest'
import { ConditionGraph } from '../../src/collection/condition-graph.ts'
import { type Column, Columns } from '../../src/collection/match-columns.ts'
import { findField } from '../../src/schema/schema.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true }),
    role: string({ operators: ['$eq', '$in', '$startsWith', '$ieq', '$autocomplete'] }),
    teams: list(string()),
    age: integer(),
    at: timestamp(),
    'custom.*': dynamic(['string', 'integer']),
  },
  relativeTime: relativeTime(),
})

interface Person {
  readonly id: string
  readonly role?: string | null
  readonly teams?: readonly string[]
  readonly age?: number
  readonly at?: string
  readonly custom?: object
}

const of = (filter: object): Condition => condition(schema, filter as never)

const ada: Person = {
  id: 'ada',
  role: 'admin',
  teams: ['red'],
  age: 36,
  at: '2024-05-01T12:00:00Z',
}

function matcherOf(filters: Readonly<Record<string, object>>): Matcher<Person, string> {
  const matcher: Matcher<Person, string> = createMatcher(schema)
  for (const [id, filter] of Object.entries(filters)) matcher.add(id, of(filter))
  return matcher
}

describe('a matcher', () => {
  it('says which filters a change of a row concerns', () => {
    const matcher = matcherOf({
      admins: { role: 'admin' },
      users: { role: 'user' },
      red: { teams: { $contains: 'red' } },
      young: { age: { $lt: 18 } },
    })
    expect(matcher.match(ada).sort()).toEqual(['admins', 'red'])
    const change = matcher.match(ada, { ...ada, role: 'user' })
    expect(change).toEqual({ added: ['users'], updated: ['red'], removed: ['admins'] })
    expect([...matcher.match(undefined, ada).added].sort()).toEqual(['admins', 'red'])
    expect([...matcher.match(ada, undefined).removed].sort()).toEqual(['admins', 'red'])
    const none = { added: [], updated: [], removed: [] }
    expect(matcher.match(undefined, undefined)).toEqual(none)
    expect(matcher.match({ id: 'x' }, { id: 'y' })).toEqual(none)
  })

  it('replaces the filter of an id, and tells numbers from texts', () => {
    const matcher: Matcher<Person> = createMatcher(schema)
    matcher.add(1, of({ role: 'admin' }))
    matcher.add('1', of({ role: 'user' }))
    expect(matcher.match(ada)).toEqual([1])
    matcher.add(1, of({ role: 'user' }))
    expect(matcher.match(ada)).toEqual([])
    expect([matcher.size, matcher.has(1), matcher.has(2)]).toEqual([2, true, false])
    expect([matcher.remove(1), matcher.remove(1), matcher.size]).toEqual([true, false, 1])
  })

  it('refuses $now, ids of other types and what is no condition, and keeps what was there', () => {
    const matcher = matcherOf({ a: { role: 'admin' } })
    const timed = parseFilter(schema, { at: { $gte: { $now: '-7d' } } })
    expect(() => matcher.add('a', timed)).toThrow(
      'tamis/collection: add: a condition with $now changes its meaning as time passes',
    )
    expect(() => matcher.add('b', of({ $or: [{ role: 'x' }] }) && (undefined as never))).toThrow()
    expect(() => matcher.add({} as never, of({}))).toThrow(
      'tamis/collection: add: expected a string or a number as the id, received an object',
    )
    expect(matcher.match(ada)).toEqual(['a'])
    expect(matcher.stats()).toMatchObject({ filters: 1, conditions: 1, parts: 1 })
  })

  it('holds equal conditions once, however they are written', () => {
    const matcher = matcherOf({
      a: { role: 'admin', age: { $gte: 18 } },
      b: { $and: [{ age: { $gte: 18 } }, { role: { $in: ['admin'] } }, { role: 'admin' }] },
      c: { $or: [{ $and: [{ role: 'admin' }, { age: { $gte: 18 } }] }] },
    })
    // Two leaves, and the conjunction of both.
    expect(matcher.stats()).toMatchObject({ filters: 3, conditions: 1, parts: 3 })
    expect(matcher.match(ada).sort()).toEqual(['a', 'b', 'c'])
    matcher.remove('b')
    expect(matcher.match(ada).sort()).toEqual(['a', 'c'])
  })

  it.each<[string, object]>([
    ['a value', { role: 'admin', age: { $ne: 3 } }],
    ['one of several values', { role: { $in: ['admin', 'user'] }, age: { $ne: 3 } }],
    ['what is not excluded', { $nor: [{ role: { $nin: ['admin', 'user'] } }] }],
    ['one of the values of an or', { $or: [{ role: 'admin' }, { age: 4, at: null }] }],
    ['an element', { teams: { $all: ['red', 'blue'] } }],
    ['a text without its case', { role: { $ieq: 'ADMIN' } }],
    ['a word', { role: { $autocomplete: 'super ad' } }],
    ['the beginning of a word', { role: { $autocomplete: 'ad' } }],
    ['a prefix', { role: { $startsWith: 'ad' } }],
    ['a range', { age: { $gt: 30 } }],
    ['an interval', { age: { $gt: 30, $lte: 40 } }],
    ['an absent value', { role: null }],
    ['a key of a document', { 'custom.a.b': 'x' }],
  ])('finds a condition by %s', (_, filter) => {
    const matcher = matcherOf({ a: filter })
    expect(matcher.stats().unindexed).toBe(0)
    const other: Person = {
      id: 'x',
      role: 'guest',
      teams: ['ops'],
      age: 7,
      custom: { a: { b: 1 } },
    }
    expect(matcher.candidates(other, other)).toEqual([])
  })

  it.each<[string, object]>([
    ['everything', {}],
    ['what a row is not', { role: { $ne: 'admin' } }],
    ['what only one part of an or requires', { $or: [{ role: 'admin' }, { age: { $ne: 3 } }] }],
    [
      'more values than are worth it',
      { role: { $in: Array.from({ length: 129 }, (_, i) => `r${i}`) } },
    ],
    ['the absence of a key that a row does not tell', { 'custom.a': null }],
  ])('tests %s for every row', (_, filter) => {
    const matcher = matcherOf({ a: filter })
    expect(matcher.stats().unindexed).toBe(1)
    expect(matcher.candidates({ id: 'x' })).toEqual(['a'])
  })

  it('finds conditions by what the fewest rows have', () => {
    const matcher = matcherOf({
      a: { role: 'admin', id: 'ada', age: { $gt: 3 } },
      b: { at: null, age: { $gte: 3, $lte: 5 } },
    })
    expect(matcher.candidates({ id: 'bo', role: 'admin', age: 36 })).toEqual([])
    expect(matcher.candidates(ada)).toEqual(['a'])
  })

  it('finds conditions by the intersection of their ranges', () => {
    const matcher = matcherOf({ a: { age: { $gt: 30, $gte: 10, $lt: 60, $lte: 40 } } })
    const found = [20, 30, 35, 40, 50].map((age) => matcher.candidates({ id: 'x', age }).length)
    // The ends belong to it until the condition is tested.
    expect(found).toEqual([0, 1, 1, 1, 0])
  })

  it('finds of many intervals those that hold a value', () => {
    const matcher: Matcher<Person, number> = createMatcher(schema)
    const ends = (id: number) =>
      [(id * 7919) % 1000, ((id * 7919) % 1000) + ((id * 31) % 50)] as const
    const add = (id: number) => {
      const [from, to] = ends(id)
      matcher.add(
        id,
        or(of({ age: { $gte: from, $lt: to } }), of({ age: { $gt: from, $lte: to } })),
      )
    }
    for (let id = 0; id < 2000; id++) add(id)
    for (let id = 0; id < 2000; id += 3) matcher.remove(id)
    for (let age = 0; age < 1050; age += 7) {
      const expected = Array.from({ length: 2000 }, (_, id) => id).filter((id) => {
        const [from, to] = ends(id)
        return id % 3 !== 0 && from !== to && age >= from && age <= to
      })
      const own = matcher.match({ id: 'x', age })
      expect(own.sort((a, b) => a - b)).toEqual(expected)
    }
    for (let id = 0; id < 2000; id++) matcher.remove(id)
    expect(matcher.stats()).toEqual(createMatcher(schema).stats())
  })

  it('finds conditions by narrow intervals, not by elements that most rows have', () => {
    const matcher: Matcher<Person, number> = createMatcher(schema)
    for (let id = 0; id < 3000; id++) {
      matcher.add(id, of({ age: { $gte: id, $lt: id + 20 }, teams: `team-${id % 12}` }))
    }
    const teams = Array.from({ length: 7 }, (_, i) => `team-${i}`)
    const tested = matcher.candidates({ id: 'x', age: 2000, teams })
    expect(tested.length).toBeGreaterThanOrEqual(
      matcher.match({ id: 'x', age: 2000, teams }).length,
    )
    // The first ones are added before it is known how common the elements are.
    expect(tested.length).toBeLessThan(300)
  })

  it('reuses the memory of conditions that are gone', () => {
    const matcher: Matcher<Person, number> = createMatcher(schema)
    const add = (id: number) => {
      const roles = Array.from({ length: id % 7 }, (_, i) => ({ 'custom.k': `${id} ${i}` }))
      matcher.add(id, of({ role: `r${id}`, $or: [{ age: id }, { teams: 'red' }, ...roles] }))
    }
    for (let id = 0; id < 500; id++) add(id)
    const { bytes } = matcher.stats()
    for (let id = 500; id < 20_000; id++) {
      add(id)
      matcher.remove(id - 500)
    }
    expect(matcher.size).toBe(500)
    expect(matcher.stats().bytes).toBeLessThan(2 * bytes)
    expect(matcher.match({ id: 'x', role: 'r19999', age: 19_999 })).toEqual([19_999])
  })

  it('passes on what reading a row throws, and goes on', () => {
    const matcher = matcherOf({ a: { role: 'admin' }, b: { age: 36 } })
    const broken = {
      id: 'x',
      get age(): number {
        throw new Error('no age')
      },
    }
    expect(() => matcher.match(broken)).toThrow('no age')
    expect(() => matcher.match(ada, broken)).toThrow('no age')
    expect(matcher.match(ada).sort()).toEqual(['a', 'b'])
  })
})

describe('the columns of a matcher', () => {
  const field = (name: string) => {
    const found = findField(schema, name, { segments: 9 } as never)
    if (typeof found === 'string') throw new Error(found)
    return found
  }
  const visited = (columns: Columns, row: object): string[] => {
    const names: string[] = []
    columns.each(row, (column: Column) => names.push(column.field.name))
    return names.sort()
  }

  it('are those of the schema, and of documents only those whose keys a row has', () => {
    const columns = new Columns()
    const names = Array.from({ length: 40 }, (_, i) => `custom.k${i}.x`)
    const all = ['role', 'custom.k1', ...names].map((name) => columns.of(field(name), 'index'))
    for (const column of all) columns.addKey(column)
    const row = { custom: { k1: { x: 1 }, k3: { y: 1 }, k5: 'x', k7: { x: null } } }
    expect(visited(columns, row)).toEqual(['custom.k1', 'custom.k1.x', 'custom.k7.x', 'role'])
    expect(visited(columns, { custom: [] })).toEqual(['role'])
    for (const column of all) {
      columns.removeKey(column)
      columns.drop(column)
    }
    expect(visited(columns, { custom: { k1: { x: 1 } } })).toEqual([])
  })
})

describe('the graph of conditions', () => {
  it('forgets what it knew of rows when time begins anew', () => {
    const graph = new ConditionGraph(64)
    const more = Array.from({ length: 12 }, (_, i) => ({ 'custom.k': i }))
    const filters = [{ role: 'a' }, { role: 'b', age: 1 }, { $or: [{ age: 1 }, ...more] }]
    const nodes = filters.map((filter) => graph.rootOf(of(filter)))
    const rows = [{ role: 'a' }, { role: 'b', age: 1 }, {}, { custom: { k: 3 } }]
    const expected = [
      [true, false, false],
      [false, true, true],
      [false, false, false],
      [false, false, true],
    ]
    for (let i = 0; i < 100; i++) {
      graph.turnTo(rows[i % 4])
      expect(nodes.map((node) => graph.holds(node))).toEqual(expected[i % 4])
    }
  })
})
