import fc from 'fast-check'
import {
  boolean,
  type Condition,
  condition,
  date,
  defineSchema,
  dynamic,
  enumeration,
  integer,
  list,
  not,
  object,
  parseFilter,
  string,
  timestamp,
} from 'tamis'
import { filterArbitrary } from 'tamis/fast-check'
import { de, describeFilter, en, es, type FilterWords, fr } from 'tamis/interop'
import { describe, expect, it } from 'vitest'
import { caseSchema } from '../support/cases.ts'

const people = defineSchema({
  fields: {
    id: string({ required: true }),
    role: string(),
    age: integer(),
    banned: boolean(),
    born: date(),
    seen: timestamp({ digits: 0 }),
    level: enumeration(['low', 'very high']),
    teams: list(string()),
    items: list(object({ sku: string(), count: integer() })),
    'custom.*': dynamic(['string', 'integer', 'boolean']),
  },
})
const of = (filter: object): Condition => condition(people, filter)

describe('a filter in words', () => {
  it.each<[object, string]>([
    [
      { role: { $in: ['admin', 'moderator'] }, age: { $gte: 18 } },
      'role is admin or moderator, and age at least 18',
    ],
    [{}, 'everything'],
    [{ $nor: [{}] }, 'nothing'],
    [{ role: 'admin' }, 'role is admin'],
    [{ role: { $ne: 'admin' } }, 'role is not admin'],
    [{ role: { $not: { $ne: 'admin' } } }, 'role is admin'],
    [{ role: null }, 'role has no value'],
    [{ role: { $ne: null } }, 'role has a value'],
    [{ role: { $not: { $ne: null } } }, 'role has no value'],
    [{ role: { $exists: false } }, 'role has no value'],
    [{ role: { $not: { $exists: false } } }, 'role has a value'],
    [{ role: { $in: ['a', null] } }, 'role is a or absent'],
    [{ role: { $nin: ['a', 'b', 'c'] } }, 'role is none of a, b, c'],
    [{ age: { $gt: 1, $lt: 5 } }, 'age greater than 1, and age less than 5'],
    [{ age: { $not: { $lte: 5 } } }, 'age not at most 5'],
    [{ seen: { $gt: '2024-05-01T12:00:00Z' } }, 'seen after 2024-05-01T12:00:00Z'],
    [
      { born: { $gte: '2024-05-01', $lt: '2024-06-01' } },
      'born from 2024-05-01 on, and born before 2024-06-01',
    ],
    [{ banned: true }, 'banned is true'],
    [{ level: 'very high' }, 'level is “very high”'],
    [{ role: '' }, 'role is “”'],
    [{ role: 'true' }, 'role is “true”'],
    [{ role: '12' }, 'role is “12”'],
    [{ role: 'a\nb' }, 'role is “a\\u000ab”'],
    [{ role: 'x'.repeat(100) }, `role is “${'x'.repeat(60)}…”`],
    [{ 'custom.a': '12' }, 'custom.a is “12”'],
    [{ 'custom.a': { $in: [12, true, 'x'] } }, 'custom.a is 12, true or x'],
    [{ teams: 'a' }, 'teams contains a'],
    [{ teams: { $ne: 'a' } }, 'teams does not contain a'],
    [{ teams: ['a', 'b'] }, 'teams is exactly a and b'],
    [{ teams: { $ne: ['a', 'b'] } }, 'teams is not exactly a and b'],
    [{ teams: [] }, 'teams is an empty list'],
    [{ teams: { $all: ['a', 'b'] } }, 'teams contains a and b'],
    [{ teams: { $not: { $all: ['a', 'b'] } } }, 'teams does not contain all of a, b'],
    [{ teams: { $all: [] } }, 'teams has a value'],
    [{ teams: { $in: ['a', 'b'] } }, 'teams contains a or b'],
    [{ role: { $autocomplete: 'cur ro' } }, 'role has the words “cur ro”'],
    [{ role: { $startsWith: 'a' } }, 'role begins with a'],
    [{ role: { $not: { $iincludes: 'a' } } }, 'role does not include a in any case'],
    [{ role: { $iin: ['a', 'b'] } }, 'role is a or b in any case'],
    [{ teams: { $size: 2 } }, 'teams has 2 values'],
    [
      { items: { $elemMatch: { sku: 'a', count: { $gt: 2 } } } },
      'items has one where (sku is a, and count greater than 2)',
    ],
    [{ items: { $not: { $elemMatch: { sku: 'a' } } } }, 'items has none where (sku is a)'],
    [
      { $or: [{ role: 'a', age: 1 }, { role: 'b' }, { $nor: [{ age: 2 }, { age: 3 }] }] },
      '(role is a, and age is 1), role is b, or (age is not 2, and age is not 3)',
    ],
  ])('%j: %s', (filter, text) => {
    expect(describeFilter(of(filter))).toBe(text)
  })

  const staff = of({
    role: { $in: ['admin', 'moderator'] },
    age: { $gte: 18 },
    teams: { $nin: ['a', 'b'] },
    $or: [{ banned: false }, { born: null }],
  })

  it.each([
    [
      'en',
      'role is admin or moderator, age at least 18, teams contains none of a, b, and (banned is false, or born has no value)',
    ],
    [
      'de',
      'role ist admin oder moderator, age mindestens 18, teams enthält keines von a, b und (banned ist falsch oder born hat keinen Wert)',
    ],
    [
      'de-AT',
      'role ist admin oder moderator, age mindestens 18, teams enthält keines von a, b und (banned ist falsch oder born hat keinen Wert)',
    ],
    [
      'es',
      'role es admin o moderator, age al menos 18, teams no contiene ninguno de a, b y (banned es falso o born no tiene valor)',
    ],
    [
      'fr',
      'role est admin ou moderator, age au moins 18, teams ne contient aucun de a, b, et (banned est faux, ou born n’a pas de valeur)',
    ],
  ] as const)('in %s', (locale, text) => {
    expect(describeFilter(staff, { locale })).toBe(text)
  })

  it('in a language of the application, with labels', () => {
    const shouting: FilterWords = {
      ...en,
      operators: { ...en.operators, $eq: { is: '{value} = {field}!', not: '{value} ≠ {field}!' } },
    }
    const label = (field: string) => field.toUpperCase()
    expect(describeFilter(of({ role: 'a' }), { locale: shouting, label })).toBe('a = ROLE!')
    expect(describeFilter(of({ role: { $ne: 'a' } }), { locale: shouting, label })).toBe(
      'ROLE is not a',
    )
    expect(describeFilter(not(of({ role: 'a' })), { locale: shouting })).toBe('a ≠ role!')
  })

  it('names some of many values', () => {
    const ids = Array.from({ length: 1000 }, (_, i) => `u${i}`)
    const many = of({ id: { $in: ids } })
    expect(describeFilter(many, { values: 3 })).toBe('id is u0, u1, u2 or 997 others')
    expect(describeFilter(many).length).toBeLessThan(100)
    expect(describeFilter(many, { locale: 'de', values: 1 })).toBe('id ist u0 oder 999 weitere')
  })

  it('does not take what a value says for a placeholder', () => {
    expect(describeFilter(of({ role: '{field}$&' }))).toBe('role is “{field}$&”')
  })

  it('refuses a locale that it does not know', () => {
    expect(() => describeFilter(staff, { locale: 'it' as 'en' })).toThrow(
      'locale: expected one of en, de, es, fr, or the words of a language, received "it"',
    )
    expect(() => describeFilter(staff, { locale: 'constructor' as 'en' })).toThrow(TypeError)
  })

  it.each(Object.entries({ en, de, es, fr }))('says every filter in %s', (_, locale) => {
    fc.assert(
      fc.property(filterArbitrary(caseSchema), (filter) => {
        const own = parseFilter(caseSchema, filter)
        for (const each of [own, not(own)]) {
          const text = describeFilter(each, { locale, label: () => 'F' })
          expect(text).not.toMatch(/undefined|\{(field|value|and|or|list|count)\}/)
          expect(text.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('in each language, says a condition and its negation differently', () => {
    for (const words of [en, de, es, fr]) {
      const phrases = [words.operators, words.times, words.lists].flatMap((own) =>
        Object.values(own),
      )
      for (const { is, not } of [...phrases, words.absent, words.sameList, words.emptyList]) {
        expect(is).not.toBe(not)
        expect(is).toContain('{field}')
        expect(not).toContain('{field}')
      }
    }
  })
})
