import fc from 'fast-check'
import {
  and,
  type Condition,
  condition,
  defineSchema,
  integer,
  not,
  or,
  parseFilter,
  printFilter,
  string,
} from 'tamis'
import { filterArbitrary } from 'tamis/fast-check'
import { describe, expect, it } from 'vitest'
import { planArbitrary } from '../support/arbitrary.ts'
import { budget } from '../support/budget.ts'
import { sqlite } from '../support/engines/sqlite.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true }),
    age: integer({ operators: ['$ne', '$gte'] }),
    name: string(),
  },
})

/** A condition with names in place of fields, for a comparison that shows something. */
const plain = (own: Condition): unknown =>
  own.kind === 'leaf'
    ? { ...own, field: own.field.name }
    : own.kind === 'some'
      ? { ...own, field: own.field.name, condition: plain(own.condition) }
      : { ...own, conditions: own.conditions.map(plain) }

describe('printFilter', () => {
  it.each<[unknown, unknown]>([
    [{}, {}],
    [{ name: 'a' }, { name: 'a' }],
    [{ name: { $eq: null } }, { name: null }],
    [
      { name: 'a', age: { $gte: 1 } },
      { name: 'a', age: { $gte: 1 } },
    ],
    [{ name: { $gt: 'a', $lt: 'b' } }, { $and: [{ name: { $gt: 'a' } }, { name: { $lt: 'b' } }] }],
    [{ $nor: [{ name: 'a' }] }, { $nor: [{ name: 'a' }] }],
    [{ age: { $not: { $ne: 1 } } }, { $nor: [{ age: { $ne: 1 } }] }],
    [{ $nor: [{}] }, { $nor: [{}] }],
    [{ name: { $in: [] } }, { $nor: [{}] }],
    [{ name: { $nin: [] } }, {}],
    [
      { $or: [{ name: 'a' }, { $or: [{ name: 'b' }, { age: { $gte: 1 } }] }] },
      { $or: [{ name: 'a' }, { name: 'b' }, { age: { $gte: 1 } }] },
    ],
    [{ $and: [{ name: { $in: [] } }, { age: { $gte: 1 } }] }, { $nor: [{}] }],
    [{ $or: [{}, { name: 'a' }] }, {}],
    [
      { $nor: [{ name: 'a' }, { age: { $gte: 1 } }] },
      { $and: [{ $nor: [{ name: 'a' }] }, { $nor: [{ age: { $gte: 1 } }] }] },
    ],
  ])('%j', (filter, printed) => {
    expect(printFilter(parseFilter(schema, filter))).toEqual(printed)
  })

  it('is the inverse of parsing without limits', () => {
    fc.assert(
      fc.property(
        planArbitrary(sqlite.features).chain((plan) =>
          fc.tuple(fc.constant(plan), filterArbitrary(plan.schema)),
        ),
        fc.boolean(),
        ([plan, filter], negated) => {
          const parsed = parseFilter(plan.schema, filter)
          const own = negated ? not(parsed) : parsed
          const again = condition(plan.schema, printFilter(own) as never)
          expect(plain(again)).toEqual(plain(own))
        },
      ),
      { seed: 7, numRuns: budget(83, 500) },
    )
  })
})

describe('constructors', () => {
  const a = parseFilter(schema, { name: 'a' })
  const b = parseFilter(schema, { name: 'b' })
  it('keep conditions in normal form', () => {
    expect(and()).toEqual({ kind: 'and', conditions: [] })
    expect(or()).toEqual({ kind: 'or', conditions: [] })
    expect(and(a)).toBe(a)
    expect(and(and(a, b), a)).toEqual({ kind: 'and', conditions: [a, b, a] })
    expect(and(a, or())).toEqual(or())
    expect(or(a, and())).toEqual(and())
    expect(not(not(a))).toEqual(a)
    expect(not(and(a, b))).toEqual(or(not(a), not(b)))
    expect(not(and())).toEqual(or())
  })
})
