/** `tamis/compat/sift`, and the same cases by sift itself where `npm run conformance:peers` installed it. */

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { compilePredicate, condition, defineSchema, integer, list, string, timestamp } from 'tamis'
import { FilterError, sift } from 'tamis/compat/sift'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'

const peers = fileURLToPath(new URL('../../conformance/peers/package.json', import.meta.url))

type Sift = (query: unknown) => (item: unknown) => boolean

function installed(): Sift | undefined {
  try {
    return createRequire(peers)('sift').default
  } catch {
    return undefined
  }
}

const theirs = installed()

const day = (n: number) => new Date(Date.UTC(2024, 0, n))

/** A filter, items, and those that are selected. */
type Case = readonly [filter: unknown, items: readonly unknown[], selected: readonly unknown[]]

const things = [{ things: [{ id: 1 }, { id: 2 }] }, { things: [{ id: 1 }, { id: 3 }] }]

const ALIKE: readonly Case[] = [
  // Items that are values.
  [5, [5, '5', 6], [5]],
  ['5', [5, '5', 6], ['5']],
  [null, [null, undefined, 0], [null, undefined]],
  [undefined, [undefined, null, ''], [undefined, null]],
  [1, [[1], [2]], [[1]]],
  [{ $gt: 1, $lt: 4 }, [1, 2, 3, 4], [2, 3]],
  [{ $or: [3, 2] }, [1, 2, 3], [2, 3]],
  [{ $not: { $in: [1, 2] } }, [1, 2, 3], [3]],
  [day(1), [day(1), day(2)], [day(1)]],
  // Equality.
  [{}, [{ a: 1 }, {}], [{ a: 1 }, {}]],
  [{ a: 1 }, [{ a: 1 }, { a: '1' }, { a: true }, {}], [{ a: 1 }]],
  [{ a: null }, [{ a: null }, {}, { a: 0 }, { a: undefined }], [{ a: null }, {}, { a: undefined }]],
  [{ a: { $ne: null } }, [{ a: 0 }, {}, { a: null }], [{ a: 0 }]],
  [{ a: { $ne: 5 } }, [{ a: 5 }, { a: '5' }, {}], [{ a: '5' }, {}]],
  [{ a: -0 }, [{ a: 0 }], [{ a: 0 }]],
  [{ a: { $in: [1, null] } }, [{ a: 1 }, {}, { a: 2 }], [{ a: 1 }, {}]],
  [{ a: { $nin: [1, null] } }, [{ a: 1 }, {}, { a: 2 }], [{ a: 2 }]],
  [{ a: { $in: 1 } }, [{ a: 1 }, { a: 2 }], [{ a: 1 }]],
  // Ranges are of one kind.
  [{ a: { $lt: 5 } }, [{ a: 4 }, { a: 'a' }, {}], [{ a: 4 }]],
  [{ a: { $lte: 5 } }, [{ a: null }, { a: 1 }], [{ a: 1 }]],
  [{ a: { $gte: 'b' } }, [{ a: 'b' }, { a: 'a' }, { b: 1 }], [{ a: 'b' }]],
  [{ a: { $lte: day(2) } }, [{ a: day(2) }, { a: day(3) }, {}], [{ a: day(2) }]],
  // Lists.
  [{ a: 'x' }, [{ a: ['x', 'y'] }, { a: ['y'] }, { a: [] }], [{ a: ['x', 'y'] }]],
  [{ a: { $ne: 'x' } }, [{ a: ['x', 'y'] }, { a: ['y'] }, { a: [] }], [{ a: ['y'] }, { a: [] }]],
  [{ a: { $gt: 5 } }, [{ a: [1, 7] }, { a: [1] }], [{ a: [1, 7] }]],
  [{ a: { $all: ['x', 'y'] } }, [{ a: ['y', 'x'] }, { a: ['x'] }], [{ a: ['y', 'x'] }]],
  [{ a: { $in: ['x'], $nin: ['y'] } }, [{ a: ['x'] }, { a: ['x', 'y'] }], [{ a: ['x'] }]],
  // Paths.
  [{ 'a.b': 1 }, [{ a: { b: 1 } }, { a: 1 }, {}], [{ a: { b: 1 } }]],
  [{ 'a.b': null }, [{ a: {} }, { a: null }, { a: { b: 0 } }], [{ a: {} }, { a: null }]],
  [{ 'things.id': 3 }, things, [things[1]]],
  [{ 'things.id': { $ne: 2 } }, things, [things[1]]],
  [
    { things: { $elemMatch: { id: { $gt: 1 }, name: null } } },
    [...things, { things: [{ id: 2, name: 'x' }] }, { things: { id: 2 } }, {}],
    things,
  ],
  // Logic.
  [{ $or: [{ a: 1 }, { b: 1 }] }, [{ a: 1 }, { b: 1 }, { c: 1 }], [{ a: 1 }, { b: 1 }]],
  [{ $nor: [{ a: 1 }, { b: 1 }] }, [{ a: 1 }, { c: 1 }], [{ c: 1 }]],
  [{ $and: [{ a: { $gt: 1 } }, { a: { $lt: 3 } }] }, [{ a: 2 }, { a: 3 }], [{ a: 2 }]],
  [{ a: { $not: { $gt: 1 } } }, [{ a: 2 }, { a: 1 }, {}], [{ a: 1 }, {}]],
  [{ a: 1, b: { $ne: 2 } }, [{ a: 1 }, { a: 1, b: 2 }], [{ a: 1 }]],
]

/** Where MongoDB and tamis agree, and sift does not: what sift selects. */
const UNLIKE: readonly (readonly [...Case, sifted: readonly unknown[]])[] = [
  // For sift, dates are numbers.
  [{ a: { $gt: 0 } }, [{ a: day(1) }, { a: 1 }], [{ a: 1 }], [{ a: day(1) }, { a: 1 }]],
  [{ a: day(1) }, [{ a: day(1).getTime() }], [], [{ a: day(1).getTime() }]],
  // An empty list has no objects: the path has no value.
  [{ 'a.b': null }, [{ a: [] }], [{ a: [] }], []],
  // Texts are in the order of their code points, as in databases.
  [{ a: { $lt: '\uFFFD' } }, [{ a: '\u{1F600}' }], [], [{ a: '\u{1F600}' }]],
]

describe('sift of tamis', () => {
  it.each<Case>([
    ...ALIKE,
    ...UNLIKE.map(([filter, items, selected]): Case => [filter, items, selected]),
  ])('%j selects from %j', (filter, items, selected) => {
    expect(items.filter(sift(filter))).toEqual(selected)
  })

  it.each<[unknown, string, RegExp]>([
    [{ $where: 'this.a' }, '/$where', /code of clients is never run/],
    [{ $where: () => true }, '/$where', /code of clients is never run/],
    [() => true, '', /a function/],
    [{ a: () => true }, '/a', /code of clients is never run/],
    [{ $expr: { $gt: ['$a', 1] } }, '/$expr', /no operator here computes/],
    [{ a: /x/ }, '/a', /regular expressions/],
    [{ a: { $regex: '(a+)+$' } }, '/a/$regex', /regular expressions/],
    [{ a: { $in: ['x', /y/] } }, '/a/$in/1', /regular expressions/],
    [{ a: { $exists: true } }, '/a/$exists', /a null exists/],
    [{ a: { $size: 1 } }, '/a/$size', /equal elements of a list count/],
    [{ a: { $type: 'string' } }, '/a/$type', /the schema says/],
    [{ a: { $mod: [2, 0] } }, '/a/$mod', /no operator here computes/],
    [{ a: { $nope: 1 } }, '/a/$nope', /unknown operator/],
    [{ a: [1, 2] }, '/a', /a list/],
    [{ a: { b: 1 } }, '/a', /a document/],
    [{ a: { $eq: { b: 1 } } }, '/a/$eq', /a document/],
    [{ a: { $gt: 1, b: 1 } }, '/a/b', /unknown operator/],
    [{ a: { _bsontype: 'ObjectId' } }, '/a', /ObjectId/],
    [{ a: Number.NaN }, '/a', /received NaN/],
    [{ a: { $gt: null } }, '/a/$gt', /null/],
    [{ a: { $all: [] } }, '/a/$all', /at least one/],
    [{ $or: [] }, '/$or', /at least one/],
    [{ $and: { a: 1 } }, '/$and', /a list/],
    [{ 'a.0': 1 }, '/a.0', /places in a list/],
    [{ 'a..b': 1 }, '/a..b', /Unknown field/],
    [{ a: { $elemMatch: 'x' } }, '/a/$elemMatch', /a filter/],
    [{ a: { $elemMatch: { $gt: 1 } } }, '/a/$elemMatch', /a filter/],
  ])('refuses %j', (filter, path, message) => {
    const error = (() => {
      try {
        return sift(filter)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(FilterError)
    const [found] = (error as FilterError).issues
    expect([found.path, `${found.message} (${found.hint})`]).toEqual([
      path,
      expect.stringMatching(message),
    ])
  })

  it('refuses what is too deep, and never reads what objects inherit', () => {
    const nested = (wrap: (inner: unknown) => unknown) => {
      let filter: unknown = { a: 1 }
      for (let i = 0; i < 100_000; i++) filter = wrap(filter)
      return filter
    }
    for (const wrap of [
      (inner: unknown) => ({ $and: [inner] }),
      (inner: unknown) => ({ $not: inner }),
      (inner: unknown) => ({ a: { $not: inner } }),
      (inner: unknown) => ({ a: { $elemMatch: inner } }),
    ]) {
      expect(() => sift(nested(wrap))).toThrow(FilterError)
    }
    expect([{}].filter(sift({ constructor: { $ne: null } }))).toEqual([])
    expect([{}].filter(sift({ '__proto__.x': { $ne: null } }))).toEqual([])
    expect(sift(JSON.parse('{"__proto__":{"$gt":1}}'))({})).toBe(false)
  })
})

describe('any filter of a schema', () => {
  const schema = defineSchema({
    fields: {
      id: integer({ required: true }),
      text: string(),
      at: timestamp(),
      tags: list(string()),
      'inner.n': integer(),
    },
  })
  const text = fc.constantFrom('a', 'b', '\uFFFD', '\u{1F600}', '')
  const when = fc.constantFrom(day(1), day(2))
  const row = fc.record(
    {
      id: fc.integer({ min: 0, max: 3 }),
      text: fc.oneof(text, fc.constant(null)),
      at: when,
      tags: fc.array(text, { maxLength: 2 }),
      inner: fc.record({ n: fc.integer({ min: 0, max: 3 }) }, { requiredKeys: [] }),
    },
    { requiredKeys: ['id'] },
  )
  const scalar = (value: fc.Arbitrary<unknown>) =>
    fc.oneof(
      value,
      fc.record({ $ne: fc.option(value) }),
      fc.record({ $in: fc.array(value, { minLength: 1, maxLength: 2 }) }),
      fc.record({ $gt: value }),
      fc.record({ $not: fc.record({ $lte: value }) }),
    )
  const { filter } = fc.letrec((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      fc.record(
        {
          id: scalar(fc.integer({ min: 0, max: 3 })),
          text: scalar(text),
          at: scalar(when),
          tags: fc.oneof(
            text,
            fc.record({ $ne: text }),
            fc.record({ $all: fc.array(text, { minLength: 1 }) }),
          ),
          'inner.n': scalar(fc.integer({ min: 0, max: 3 })),
        },
        { requiredKeys: [] },
      ),
      fc.record({ $or: fc.array(tie('filter'), { minLength: 1, maxLength: 2 }) }),
      fc.record({ $nor: fc.array(tie('filter'), { minLength: 1, maxLength: 2 }) }),
    ),
  }))

  it('selects the rows that its condition selects', () => {
    let selected = 0
    fc.assert(
      fc.property(filter, fc.array(row, { maxLength: 8 }), (each, rows) => {
        const found = rows.filter(sift(each))
        selected += found.length
        expect(found).toEqual(rows.filter(compilePredicate(condition(schema, each as object))))
      }),
      { numRuns: budget(1000, 20_000) },
    )
    expect(selected).toBeGreaterThan(100)
  })
})

describe.skipIf(theirs === undefined)('sift itself (npm run conformance:peers)', () => {
  it.each(ALIKE)('%j selects the same from %j', (filter, items, selected) => {
    expect(items.filter((theirs as Sift)(filter))).toEqual(selected)
  })

  it.each(UNLIKE)('%j selects others from %j', (filter, items, _, sifted) => {
    expect(items.filter((theirs as Sift)(filter))).toEqual(sifted)
  })
})
