import fc from 'fast-check'
import {
  defineSchema,
  integer,
  many,
  one,
  relate,
  relativeTime,
  type Schema,
  string,
  timestamp,
} from 'tamis'
import { completionsAt } from 'tamis/text'
import { usersSchema } from 'tamis/users'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'

/** What is offered at the bar in a text. */
function at(marked: string, relaxed = false) {
  const offset = marked.indexOf('|')
  const text = marked.replace('|', '')
  return completionsAt(usersSchema, text, offset, { relaxed }).map(
    ({ text: own, range }) => `${text.slice(0, range.start)}${own}${text.slice(range.end)}`,
  )
}

describe('completions', () => {
  it.each([
    ['{"ro|', ['{"role"']],
    ['{"ro|"}', ['{"role"}']],
    ['{"role": {"$i|', ['{"role": {"$in"']],
    ['{"role": {"$g|": "a"}}', ['{"role": {"$gt": "a"}}', '{"role": {"$gte": "a"}}']],
    ['{"banned": |}', ['{"banned": true}', '{"banned": false}', '{"banned": null}']],
    ['{"banned": t|', ['{"banned": true']],
    [
      '{"last_active": {"$exists": |',
      ['{"last_active": {"$exists": true', '{"last_active": {"$exists": false'],
    ],
    ['{"$or": [{"crea|', ['{"$or": [{"created_at"']],
    ['{"role": "a", "$n|', ['{"role": "a", "$nor"']],
    ['{"role": {"$not": {"$e|', ['{"role": {"$not": {"$eq"']],
    ['{"role": "a" "na|', []],
    ['{"cus|', ['{"custom."']],
    ['{"custom.flag": {"$in": [t|', ['{"custom.flag": {"$in": [true']],
    ['{"rol": {"|', []],
    ['{"role": "|', []],
    ['// ro|', []],
    ['{"deleted|', []],
    ['|', []],
    ['"ro|', []],
    ['[{"ro|', []],
    ['{"role": {"$in": ["a", {"|', []],
  ])('%s', (marked, expected) => expect(at(marked)).toEqual(expected))

  it('offer each key once, and no hidden field', () => {
    const fields = completionsAt(usersSchema, '{"role": 1, ', 12).map(({ label }) => label)
    expect(fields).toContain('id')
    expect(fields).not.toContain('role')
    expect(fields).not.toContain('deleted_at')
    const operators = completionsAt(usersSchema, '{"name": {"$eq": "a", ', 22).map(
      ({ label }) => label,
    )
    expect(operators).toEqual(['$autocomplete', '$not'])
  })

  it('have no quotes in the relaxed form, unless a name needs them', () => {
    expect(at('{ro|', true)).toEqual(['{role'])
    expect(at('{"ro|', true)).toEqual(['{"role"'])
    expect(at('{cus|', true)).toEqual(['{"custom."'])
    expect(at('{role: {$i|', true)).toEqual(['{role: {$in'])
  })

  it('of related rows: relations, quantifiers and the fields of their schemas', () => {
    const { orders } = relate(
      {
        orders: defineSchema({
          fields: { id: integer({ required: true }), customer_id: integer(), at: timestamp() },
          relativeTime: relativeTime(),
        }),
        customers: defineSchema({
          fields: {
            id: integer({ required: true }),
            country: string(),
            secret: string({ hidden: true }),
          },
        }),
      },
      {
        orders: { customer: one('customers', { from: 'customer_id', to: 'id' }) },
        customers: { orders: many('orders', { from: 'id', to: 'customer_id' }) },
      },
    )
    const labels = (text: string) =>
      completionsAt(orders as unknown as Schema, text, text.length).map(({ label }) => label)
    expect(labels('{"cust')).toEqual(['customer_id', 'customer', 'customer.'])
    expect(labels('{"customer": {"')).toEqual(['$is', '$not'])
    expect(labels('{"customer": {"$is": {"')).toEqual(
      expect.arrayContaining(['id', 'country', 'orders', '$or']),
    )
    expect(labels('{"customer": {"$is": {"')).not.toContain('secret')
    expect(labels('{"customer.c')).toEqual(['customer.country'])
    expect(labels('{"customer.s')).toEqual([])
    expect(labels('{"customer.country": {"$st')).toEqual(['$startsWith'])
    expect(labels('{"customer": {"$is": {"orders": {"$')).toEqual([
      '$some',
      '$every',
      '$none',
      '$not',
    ])
    expect(labels('{"customer": {"$is": {"orders": {"$some": {"at": {"$g')).toEqual(['$gt', '$gte'])
    expect(labels('{"at": {"$n')).toEqual(['$ne', '$nin', '$not', '$now'])
    expect(labels('{"at": {"$now": "-7')).toEqual(['-7d'])
    expect(labels('{"at": {"$gt": {"')).toEqual(['$now'])
    expect(labels('{"at": {"$in": [{"$now": "')).toContain('-1M')
    expect(labels('{"at": {"$gt": ')).toEqual(['{"$now": "-1d"}'])
    expect(labels('{"id": {"$n')).not.toContain('$now')
  })

  it('exist for any text at any position', () => {
    const unit = fc.constantFrom(
      ...'{}[]():,"\'\\/ \n',
      'role',
      '"$or"',
      '$in',
      '"custom.a"',
      'true',
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30 }), fc.nat({ max: 200 }), (units, offset) => {
        const text = units.join('')
        for (const { range } of completionsAt(usersSchema, text, offset)) {
          expect(range.start).toBeLessThanOrEqual(Math.min(offset, text.length))
          expect(range.end).toBeLessThanOrEqual(text.length)
        }
      }),
      { numRuns: budget(750, 3000) },
    )
  })
})
