import fc from 'fast-check'
import {
  condition,
  defineSchema,
  dynamic,
  enumeration,
  FilterError,
  integer,
  list,
  parseFilter,
  printFilter,
  safeParseFilter,
  string,
  timestamp,
} from 'tamis'
import { filterArbitrary, invalidFilterArbitrary } from 'tamis/fast-check'
import { fromMongo, safeFromMongo } from 'tamis/interop'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'
import { caseSchema } from '../support/cases.ts'

const people = defineSchema({
  fields: {
    id: string({ required: true }),
    role: string({ operators: ['$eq', '$ne', '$in', '$exists'] }),
    age: integer(),
    born: timestamp(),
    teams: list(string()),
    tenant: string({ hidden: true }),
    email: string({ insensitive: true }),
    level: enumeration(['low', 'high']),
    'address.city': string(),
    'custom.*': dynamic(['string', 'integer']),
  },
})

class ObjectId {
  readonly _bsontype = 'ObjectId'
  toHexString() {
    return '65'.repeat(12)
  }
}

describe('a filter of MongoDB', () => {
  it.each<[object]>([
    [{}],
    [{ role: 'admin' }],
    [{ role: { $in: ['a', null] }, age: { $gte: 18, $lt: 65 } }],
    [{ age: { $not: { $gt: 3 } } }],
    [{ age: null }],
    [{ teams: 'a' }],
    [{ teams: { $all: ['a', 'b'], $nin: ['c'] } }],
    [{ 'address.city': 'Bonn', 'custom.a': 1 }],
    [{ $or: [{ role: 'a' }, { $nor: [{ age: 1 }, { $and: [{ age: 2 }] }] }] }],
    [{ born: { $gt: new Date(0) } }],
    [{ email: null, $nor: [{ email: { $ne: null } }] }],
    [{ email: { $in: [null] } }],
    [{ level: { $in: ['low', 'high'] } }],
  ])('means the same: %j', (filter) => {
    expect(fromMongo(people, filter)).toEqual(parseFilter(people, filter))
  })

  /** What is refused, where, and what the message or its hint names. */
  it.each<[object, string, string]>([
    [
      { age: { $exists: true } },
      '/age/$exists',
      'there, a null exists; {$ne: null} and {$eq: null}',
    ],
    [{ role: { $regex: '^a' } }, '/role/$regex', 'regular expressions have no meaning'],
    [{ role: /^a/ }, '/role', 'a regular expression'],
    [{ role: { $not: /^a/ } }, '/role/$not', 'a regular expression'],
    [{ role: { $in: ['a', /b/] } }, '/role/$in/1', 'a regular expression'],
    [{ teams: { $elemMatch: { $eq: 'a' } } }, '/teams/$elemMatch', 'its filter is not translated'],
    [{ teams: { $size: 2 } }, '/teams/$size', 'equal elements of a list count'],
    [{ teams: ['a', 'b'] }, '/teams', 'compared in order there, and as sets here'],
    [{ teams: { $ne: ['a'] } }, '/teams/$ne', 'compared in order there'],
    [{ teams: { $all: [] } }, '/teams/$all', 'an empty $all is true of nothing'],
    [{ teams: { $contains: 'a' } }, '/teams/$contains', 'it is no operator there'],
    [{ email: 'a@b.c' }, '/email', 'there, equality and order regard case'],
    [{ email: { $nin: [null, 'a@b.c'] } }, '/email/$nin/1', 'this field ignores it'],
    [{ email: { $not: { $gte: 'a' } } }, '/email/$not/$gte', 'there, equality and order regard'],
    [{ level: { $gt: 'low' } }, '/level/$gt', 'texts are in their own order'],
    [{ age: { $type: 'int' } }, '/age/$type', 'the schema says the type'],
    [{ age: { $mod: [2, 0] } }, '/age/$mod', 'computes'],
    [{ $where: 'true' }, '/$where', 'code of clients is never run'],
    [{ $expr: {} }, '/$expr', 'computes'],
    [{ $comment: 'x' }, '/$comment', 'ignored'],
    [{ $and: [{ $text: {} }] }, '/$and/0/$text', 'name the field'],
    [{ id: new ObjectId() }, '/id', 'a value of BSON, "ObjectId"'],
    [{ id: { $in: [new ObjectId()] } }, '/id/$in/0', 'an ObjectId to its text'],
    [{ id: { toHexString: () => 'a' } }, '/id', 'a document, which MongoDB compares as a whole'],
    [
      { 'address.city': { name: 'Bonn' } },
      '/address.city',
      'name the field: {"address.city.name": …}',
    ],
    [{ role: new Date(0) }, '/role', 'only a timestamp() is an instant'],
    [{ age: { $not: { $not: { $regex: 'a' } } } }, '/age/$not/$not/$regex', 'regular expressions'],
    // What the reader of filters refuses.
    [{ rol: 'a' }, '/rol', 'did you mean "role"?'],
    [{ role: { $gt: 'a' } }, '/role/$gt', 'not allowed'],
    [{ tenant: 'a' }, '/tenant', 'Unknown field'],
    [{ age: 'x' }, '/age', 'expected an integer'],
    [{ age: undefined }, '/age', 'received undefined'],
    [{ $or: [] }, '/$or', 'at least one filter'],
  ])('is refused and named: %j', (filter, path, message) => {
    const result = safeFromMongo(people, filter)
    if (result.ok) throw new Error('expected issues')
    const [first] = result.issues
    expect(first.path).toBe(path)
    expect(`${first.message} ${first.hint}`).toContain(message)
    expect(() => fromMongo(people, filter)).toThrow(FilterError)
  })

  it('of the server may use what clients may not', () => {
    const filter = { tenant: 't', role: { $gt: 'a' } }
    expect(fromMongo(people, filter, { trusted: true })).toEqual(
      condition(people, filter as object),
    )
    expect(() => fromMongo(people, { tenant: { $exists: true } }, { trusted: true })).toThrow(
      'exists',
    )
  })

  const UNLIKE =
    /"\$(exists|contains|autocomplete|size|elemMatch|startsWith|endsWith|includes|ieq|iin|istartsWith|iendsWith|iincludes)":|"\$all":\[\]/
  const text = (value: unknown) =>
    JSON.stringify(value, (_, own) => (typeof own === 'bigint' ? `${own}n` : own))

  it('is the condition that parseFilter makes, or refused for what differs', () => {
    const counts = { same: 0, refused: 0 }
    fc.assert(
      fc.property(filterArbitrary(caseSchema), (filter) => {
        const result = safeFromMongo(caseSchema, filter)
        if (result.ok) {
          counts.same++
          expect(printFilter(result.value)).toEqual(printFilter(parseFilter(caseSchema, filter)))
          expect(text(filter)).not.toMatch(UNLIKE)
          return
        }
        counts.refused++
        // What depends on the field is in the cases above.
        const isOfField = result.issues.some(({ hint = '' }) =>
          /^(lists are compared|there, equality and order regard case|there, texts are in)/.test(
            hint,
          ),
        )
        if (!isOfField) expect(text(filter)).toMatch(UNLIKE)
      }),
      { numRuns: budget(500, 2000) },
    )
    expect(counts.same).toBeGreaterThan(budget(125, 500))
    expect(counts.refused).toBeGreaterThan(budget(50, 200))
  })

  it('that parseFilter refuses is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(invalidFilterArbitrary(caseSchema), fc.anything()), (filter) => {
        const { ok } = safeFromMongo(caseSchema, filter)
        if (ok) expect(safeParseFilter(caseSchema, filter).ok).toBe(true)
      }),
      { numRuns: budget(500, 2000) },
    )
  })

  it('that is deep, long or hostile is refused, and nothing is thrown but issues', () => {
    let deep: object = { age: 1 }
    for (let i = 0; i < 100_000; i++) deep = { $and: [deep] }
    let nots: object = { $eq: 1 }
    for (let i = 0; i < 100_000; i++) nots = { $not: nots }
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    const hostile: readonly unknown[] = [
      deep,
      { age: nots },
      { age: { $in: Array.from({ length: 1_000_000 }, () => 1) } },
      { $or: Array.from({ length: 1_000_000 }, () => ({ age: 1 })) },
      proxy,
      { age: proxy },
      { age: { $in: [proxy] } },
      { age: { $eq: proxy } },
    ]
    for (const filter of hostile) expect(safeFromMongo(people, filter).ok).toBe(false)
  })
})

describe('a hidden field', () => {
  const people = defineSchema({
    fields: {
      id: string({ required: true }),
      kind: enumeration(['vip', 'fraud'], { hidden: true }),
    },
  })

  it.each([/x/, { a: 1 }, { $all: [] }, { $regex: 'x' }, [], 'x'])('is unknown: %j', (operand) => {
    const issuesOf = (name: string) => {
      const result = safeFromMongo(people, { [name]: operand })
      return result.ok ? [] : result.issues.map(({ code, message }) => [code, message])
    }
    expect(issuesOf('kind')).toEqual([['unknown_field', 'Unknown field "kind"']])
    expect(issuesOf('none')).toEqual([['unknown_field', 'Unknown field "none"']])
  })
})
