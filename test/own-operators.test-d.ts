import {
  condition,
  defineOperator,
  defineSchema,
  dynamic,
  type Filter,
  type Fragment,
  integer,
  list,
  number,
  object,
  sql,
  string,
  timestamp,
} from 'tamis'
import { describe, expectTypeOf, it } from 'vitest'

const near = defineOperator({
  name: '$near',
  types: ['number', 'list'],
  operand: (input: unknown) => input as { readonly of: number; readonly within: number },
  test(operand, kind) {
    expectTypeOf(operand).toEqualTypeOf<{ readonly of: number; readonly within: number }>()
    expectTypeOf(kind).toEqualTypeOf<'number'>()
    return (value) => {
      expectTypeOf(value).toEqualTypeOf<number>()
      return Math.abs(value - operand.of) <= operand.within
    }
  },
  sql: {
    sqlite(value, operand, { representation }) {
      expectTypeOf(value).toEqualTypeOf<Fragment>()
      expectTypeOf(operand).toEqualTypeOf<{ readonly of: Fragment; readonly within: Fragment }>()
      expectTypeOf(representation).toExtend<string>()
      return sql`abs(${value} - ${operand.of}) <= ${operand.within}`
    },
  },
})

const among = defineOperator({
  name: '$among',
  types: ['string', 'integer', 'timestamp', 'list'],
  operand: 'elements',
  test(operand) {
    expectTypeOf(operand).toEqualTypeOf<readonly (string | number | bigint)[]>()
    return (value) => operand.includes(value)
  },
  sql: {
    sqlite(_, operand) {
      expectTypeOf(operand).toEqualTypeOf<readonly Fragment[]>()
      return sql`1 = 1`
    },
  },
})

const schema = defineSchema({
  operators: [near, among],
  fields: {
    id: integer({ required: true }),
    n: number(),
    plain: number({ operators: ['$eq'] }),
    listed: number({ operators: ['$eq', near.name] }),
    text: string(),
    at: timestamp(),
    ns: list(number()),
    items: list(object({ n: number({ operators: [near.name] }) })),
    'custom.*': dynamic(['string']),
  },
})
type Own = Filter<typeof schema>

describe('the filters of a schema with operators of its own', () => {
  it('know the operators and their operands', () => {
    const filters = [
      { n: { $near: { of: 1, within: 2 } } },
      { n: { $near: { of: 1, within: 2 }, $gt: 3, $not: { $near: { of: 1, within: 1 } } } },
      { listed: { $near: { of: 1, within: 2 } } },
      { ns: { $near: { of: 1, within: 2 } } },
      { text: { $among: ['a'] } },
      { id: { $among: [1, 2n] } },
      { at: { $among: ['2024-01-01T00:00:00Z', new Date()] } },
      { items: { $elemMatch: { n: { $near: { of: 1, within: 2 } } } } },
      { $or: [{ n: { $near: { of: 1, within: 2 } } }] },
    ] satisfies Own[]
    for (const filter of filters) condition(schema, filter)
    expectTypeOf(filters).toBeArray()
  })

  it('refuse them elsewhere, and other operands', () => {
    const refused: Own[] = [
      // @ts-expect-error: an operand of another form
      { n: { $near: 1 } },
      // @ts-expect-error: a part of the operand is missing
      { n: { $near: { of: 1 } } },
      // @ts-expect-error: not of numbers
      { n: { $among: [1] } },
      // @ts-expect-error: not listed by the field
      { plain: { $near: { of: 1, within: 2 } } },
      // @ts-expect-error: not of texts
      { text: { $near: { of: 1, within: 2 } } },
      // @ts-expect-error: not of texts
      { text: { $among: [1] } },
      // @ts-expect-error: no shift of time
      { at: { $among: [{ $now: '-7d' }] } },
      // @ts-expect-error: not of dynamic fields
      { 'custom.a': { $near: { of: 1, within: 2 } } },
      // @ts-expect-error: misspelt
      { n: { $neer: { of: 1, within: 2 } } },
    ]
    expectTypeOf(refused).toBeArray()
    // @ts-expect-error: a schema without the operator
    const other: Filter<typeof without> = { n: { $near: { of: 1, within: 2 } } }
    expectTypeOf(other).toBeObject()
  })

  it('list the names of defineOperator alone', () => {
    number({ operators: ['$eq', near.name] })
    // @ts-expect-error: no operator's name
    number({ operators: ['$neer'] })
    // @ts-expect-error: the name as text
    number({ operators: ['$near'] })
    // @ts-expect-error: an operator of texts
    number({ operators: ['$includes', near.name] })
  })

  it('are of definitions that say the same in memory and in SQL', () => {
    defineOperator({
      name: '$a',
      types: ['boolean'],
      operand: 'scalar',
      // @ts-expect-error: a boolean is no number
      test: (operand) => (value) => value > operand.toFixed(),
      sql: {},
    })
    const rest = { test: () => () => true, sql: {} }
    // @ts-expect-error: names begin with $
    defineOperator({ ...rest, name: 'a', types: ['boolean'], operand: 'scalar' })
    // @ts-expect-error: no type of field
    defineOperator({ ...rest, name: '$a', types: ['text'], operand: 'text' })
    // @ts-expect-error: no such shape
    defineOperator({ ...rest, name: '$a', types: ['string'], operand: 'filter' })
    defineOperator({
      name: '$a',
      types: ['string'],
      operand: 'text',
      test: () => () => true,
      // @ts-expect-error: SQL is a fragment
      sql: { sqlite: () => '1 = 1' },
    })
  })
})

const without = defineSchema({ fields: { id: integer({ required: true }), n: number() } })
