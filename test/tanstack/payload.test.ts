import {
  add,
  and,
  coalesce,
  eq,
  gt,
  gte,
  IR,
  ilike,
  inArray,
  isNull,
  isUndefined,
  length,
  like,
  lower,
  lt,
  lte,
  not,
  or,
} from '@tanstack/db'
import { clientSchema, defineSchema, enumeration, FilterError, one, relate, string } from 'tamis'
import { payloadOf, type Subset, tamisCollectionOptions, UntranslatableError } from 'tamis/tanstack'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { schema } from './server.ts'

const ref = (...path: string[]) => new IR.PropRef(path)
const [id, name, level, age, score] = [
  ref('id'),
  ref('name'),
  ref('level'),
  ref('age'),
  ref('score'),
]
const [active, at, born, tags] = [ref('active'), ref('at'), ref('born'), ref('tags')]
const color = ref('custom', 'color')

const filterOf = (where: NonNullable<Subset['where']>) =>
  payloadOf(schema, { where }).filter_conditions

const NOON = new Date('2024-05-01T12:00:00.123Z')
const has = (field: string) => ({ [field]: { $exists: true } })
const no = (field: string) => ({ [field]: { $exists: false } })
const but = (field: string, part: object) => ({
  $and: [has(field), { $nor: [{ [field]: part }] }],
})

describe('payloadOf', () => {
  it.each<[string, NonNullable<Subset['where']>, object]>([
    ['eq', eq(name, 'a'), { name: { $eq: 'a' } }],
    ['eq, turned', eq('a', name), { name: { $eq: 'a' } }],
    ['gt', gt(age, 1), { age: { $gt: 1 } }],
    ['gt, turned', gt(1, age), { age: { $lt: 1 } }],
    ['gte between integers', gte(age, 1.5), { age: { $gte: 2 } }],
    ['lt between integers', lt(age, -1.5), { age: { $lte: -2 } }],
    ['lt of more than any integer', lt(age, 1e300), has('age')],
    ['lte', lte(score, 0.5), { score: { $lte: 0.5 } }],
    ['not', not(eq(age, 1)), but('age', { $eq: 1 })],
    ['not of a required field', not(eq(id, 'a')), { $nor: [{ id: { $eq: 'a' } }] }],
    ['not not', not(not(eq(age, 1))), { age: { $eq: 1 } }],
    [
      'and',
      and(eq(age, 1), eq(name, 'a')),
      { $and: [{ age: { $eq: 1 } }, { name: { $eq: 'a' } }] },
    ],
    [
      'not or',
      not(or(gt(age, 1), eq(id, 'a'))),
      {
        $and: [...but('age', { $gt: 1 }).$and, { $nor: [{ id: { $eq: 'a' } }] }],
      },
    ],
    ['inArray', inArray(age, [1, 2, null, 1]), { age: { $in: [1, 2] } }],
    [
      'a longer inArray',
      inArray(age, [1, 2, 3, 4, 5]),
      {
        $or: [{ age: { $in: [1, 2, 3, 4] } }, { age: { $in: [5] } }],
      },
    ],
    ['inArray of a list field', inArray('a', tags), { tags: { $contains: 'a' } }],
    [
      'not inArray of a list field',
      not(inArray('a', tags)),
      { $nor: [{ tags: { $contains: 'a' } }] },
    ],
    ['like a beginning', like(name, 'a%'), { name: { $startsWith: 'a' } }],
    ['like an end', like(name, '%a'), { name: { $endsWith: 'a' } }],
    ['like a middle', like(name, '%a%'), { name: { $includes: 'a' } }],
    ['like a whole', like(name, 'a'), { name: { $eq: 'a' } }],
    ['like anything', like(name, '%'), has('name')],
    [
      'like both ends',
      like(name, 'a%b'),
      {
        $and: [{ name: { $startsWith: 'a' } }, { name: { $endsWith: 'b' } }],
      },
    ],
    ['ilike without case', ilike(name, '%55-5%'), { name: { $includes: '55-5' } }],
    ['ilike of an enumeration', ilike(level, '%O%'), { level: { $in: ['low', 'top'] } }],
    ['a range of an enumeration', gt(level, 'low'), { level: { $in: ['mid', 'top'] } }],
    ['isNull', isNull(name), no('name')],
    ['not isNull', not(isNull(name)), has('name')],
    ['isNull or isUndefined', or(isNull(color), isUndefined(color)), no('custom.color')],
    ['neither', and(not(isNull(color)), not(isUndefined(color))), has('custom.color')],
    ['a boolean field', and(active, true), { active: { $eq: true } }],
    ['not a boolean field', not(and(active, true)), { active: { $eq: false } }],
    [
      'a Date',
      eq(at, NOON),
      {
        at: { $gte: '2024-05-01T12:00:00.123Z', $lt: '2024-05-01T12:00:00.124Z' },
      },
    ],
    ['after a Date', gt(at, NOON), { at: { $gte: '2024-05-01T12:00:00.124Z' } }],
    ['a day', gte(born, '2024-02-29'), { born: { $gte: '2024-02-29' } }],
    ['coalesce', gt(coalesce(age, 5), 1), { $or: [{ age: { $gt: 1 } }, no('age')] }],
    ['a key of a wildcard', eq(color, 'red'), { 'custom.color': { $eq: 'red' } }],
  ])('translates %s', (_, where, filter) => {
    expect(filterOf(where)).toEqual(filter)
  })

  it.each<[string, NonNullable<Subset['where']>]>([
    ['eq null', eq(name, null)],
    ['not eq null', not(eq(name, null))],
    ['isUndefined of a field that rows hold as null', isUndefined(name)],
    ['isNull of a required field', isNull(id)],
    ['an empty inArray', inArray(age, [])],
    ['a number that no integer is', eq(age, 0.5)],
    ['more than any integer', gt(age, Number.POSITIVE_INFINITY)],
    ['false', and(eq(age, 1), false)],
  ])('asks for no row where none can match: %s', (_, where) => {
    expect(payloadOf(schema, { where })).toEqual({ limit: 0 })
  })

  it.each<[string, NonNullable<Subset['where']>, string, string | undefined, RegExp]>([
    [
      'lower',
      eq(lower(name), 'a'),
      'lower',
      undefined,
      /tamis has no equivalent.*a field of its own/,
    ],
    ['length', gt(length(name), 1), 'length', undefined, /a field of its own/],
    ['add', gt(add(age, 1), 1), 'add', undefined, /the other side/],
    ['two fields', eq(name, id), 'eq', undefined, /compares two fields/],
    ['ilike', ilike(name, '%a%'), 'ilike', 'name', /lower-cased.*Use like/],
    [
      'one character',
      like(name, 'a_'),
      'like',
      'name',
      /"_", one character, for which tamis has no operator/,
    ],
    ['texts that can overlap', like(name, 'ab%ba'), 'like', 'name', /can overlap/],
    ['texts one after the other', like(name, '%a%b%'), 'like', 'name', /several texts in a row/],
    [
      'a text for a number',
      eq(age, 'x'),
      'eq',
      'age',
      /eq: "age" cannot be compared with "x".*a number/,
    ],
    ['a bigint', eq(age, 1n), 'eq', 'age', /a bigint, which JSON.*fn\.where/],
    ['a text among numbers', inArray(age, [1, 'x']), 'inArray', 'age', /a number/],
    ['NaN', eq(score, Number.NaN), 'eq', 'score', /a number/],
    ['a text for a timestamp', gt(at, '2024-01-01'), 'gt', 'at', /a valid Date/],
    ['a day in another form', eq(born, '2024-1-1'), 'eq', 'born', /canonical form/],
    ['a list', eq(tags, ['a']), 'eq', 'tags', /by identity.*inArray\(value/],
    ['a range of a dynamic field', gt(color, 1), 'gt', 'custom.color', /oneKindPerKey/],
    ['a range with high characters', gt(name, '\u{1f600}'), 'gt', 'name', /code points/],
    [
      'isNull in an object',
      isNull(color),
      'isNull',
      'custom.color',
      /or\(isNull\(x\), isUndefined/,
    ],
    ['an unknown field', eq(ref('nme'), 'a'), 'eq', 'nme', /eq: "nme" is not a field.*name/],
    ['a hidden field', eq(ref('secret'), 'a'), 'eq', 'secret', /is not a field/],
    ['a field of TanStack DB', eq(ref('$synced'), true), 'eq', '$synced', /fn\.where/],
    ['a dotted key', eq(ref('custom', 'a.b'), 1), 'eq', 'custom.a.b', /is not a field/],
  ])('refuses %s', (_, where, operator, field, message) => {
    const refuse = () => payloadOf(schema, { where })
    expect(refuse).toThrow(message)
    expect(refuse).toThrow(
      expect.objectContaining({ operator, field, name: 'UntranslatableError' }),
    )
  })

  it('translates ranges of dynamic fields whose keys have one kind each', () => {
    const where = gt(color, 'a')
    const { filter_conditions } = payloadOf(schema, { where }, { oneKindPerKey: true })
    expect(filter_conditions).toEqual({ 'custom.color': { $gt: 'a' } })
  })

  it('uses the operators that the schema allows', () => {
    const filter = (where: NonNullable<Subset['where']>) =>
      payloadOf(usersSchema, { where }).filter_conditions
    expect(filter(isNull(name))).toEqual({ name: { $eq: null } })
    expect(filter(inArray(name, ['a', 'b']))).toEqual({
      $or: [{ name: { $eq: 'a' } }, { name: { $eq: 'b' } }],
    })
    expect(filter(inArray('red', ref('teams')))).toEqual({ teams: { $contains: 'red' } })
    expect(() => filter(like(name, 'a%'))).toThrow(/needs \$startsWith.*\$eq, \$autocomplete/)
    const refused: [NonNullable<Subset['where']>, string][] = [
      [like(name, 'a%'), 'like'],
      [gt(name, 'a'), 'gt'],
      [not(lte('a', name)), 'lte'],
    ]
    for (const [where, operator] of refused) {
      expect(() => filter(where)).toThrow(expect.objectContaining({ operator, field: 'name' }))
    }
  })

  const orderBy = (...terms: [IR.PropRef, object?][]): NonNullable<Subset['orderBy']> =>
    terms.map(([expression, options]) => ({
      expression,
      compareOptions: {
        direction: 'asc',
        nulls: 'first',
        stringSort: 'lexical',
        ...options,
      } as never,
    }))

  it('translates orders and limits', () => {
    const terms = orderBy([age, { direction: 'desc' }], [name, { nulls: 'last' }], [id])
    expect(payloadOf(schema, { orderBy: terms, limit: 3 })).toEqual({
      sort: [
        { field: 'age', direction: -1, nulls: 'first' },
        { field: 'name', direction: 1, nulls: 'last' },
        { field: 'id', direction: 1 },
      ],
      limit: 3,
    })
    expect(payloadOf(schema, { limit: 5000 })).toEqual({ limit: 7 })
  })

  it.each<[string, NonNullable<Subset['orderBy']>, RegExp]>([
    [
      'by the rules of a language',
      orderBy([name, { stringSort: 'locale' }]),
      /stringSort: 'lexical'/,
    ],
    ['that is computed', orderBy([lower(name) as never]), /is computed/],
    ['of a field that is not sortable', orderBy([ref('meta', 'rank')]), /not sortable.*id, name/],
  ])('refuses an order %s', (_, terms, message) => {
    const refuse = () => payloadOf(schema, { orderBy: terms })
    expect(refuse).toThrow(message)
    expect(refuse).toThrow(UntranslatableError)
  })

  it('refuses an enumeration that is not in the order of its texts, and texts without case', () => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        email: string({ insensitive: true, sortable: true }),
        size: enumeration(['small', 'large'], { sortable: true }),
      },
    })
    const email = ref('email')
    expect(() => payloadOf(own, { orderBy: orderBy([ref('size')]) })).toThrow(/as the schema lists/)
    // What is refused by a hint of another refusal would lead in a circle.
    for (const where of [eq(email, 'a'), like(email, 'a%'), eq(lower(email), 'a')]) {
      expect(() => payloadOf(own, { where })).toThrow(/fn\.where, or set overfetch/)
      expect(() => payloadOf(own, { where })).not.toThrow(/insensitive|Use eq/)
    }
    expect(() => payloadOf(own, { where: eq(email, 'a') })).toThrow(/ignores case/)
    expect(() => payloadOf(own, { orderBy: orderBy([email]) })).toThrow(/without case/)
  })

  it('refuses paths through relations', () => {
    const { orders } = relate(
      {
        orders: defineSchema({ fields: { id: string({ required: true }), customerId: string() } }),
        customers: defineSchema({ fields: { id: string({ required: true }), country: string() } }),
      },
      { orders: { customer: one('customers', { from: 'customerId', to: 'id' }) } },
    )
    for (const path of [['customer'], ['customer', 'country']]) {
      const refuse = () => payloadOf(orders, { where: eq(ref(...path), 'DE') })
      expect(refuse).toThrow(/eq: "customer.*" leads through a relation.*join it/)
      const sort = () => payloadOf(orders, { orderBy: orderBy([ref(...path)]) })
      expect(sort).toThrow(/orderBy: "customer.*" leads through a relation/)
    }
  })

  it('says what is missing', () => {
    const options = { schema, load: async () => ({ items: [] }) }
    expect(() => payloadOf(undefined as never, {})).toThrow(/^tamis\/tanstack: schema must be/)
    for (const name of ['schema', 'load']) {
      const made = () => tamisCollectionOptions({ ...options, [name]: undefined } as never)
      expect(made).toThrow(TypeError)
      expect(made).toThrow(new RegExp(`^tamis/tanstack: ${name} must be`))
    }
  })

  it('throws a FilterError for what the schema refuses', () => {
    const deep = Array.from({ length: 14 }).reduce<NonNullable<Subset['where']>>(
      (inner, _, i) => (i % 2 === 0 ? or(inner, eq(name, `a${i}`)) : and(inner, eq(name, `a${i}`))),
      eq(id, 'a'),
    )
    expect(() => payloadOf(schema, { where: deep })).toThrow(FilterError)
  })

  it('takes what a client has of the schema', () => {
    expect(payloadOf(clientSchema(schema), { where: eq(name, 'a') })).toEqual({
      filter_conditions: { name: { $eq: 'a' } },
    })
  })
})
