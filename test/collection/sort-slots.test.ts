import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareTerms, type OrderTerm } from '../../src/collection/order-index.ts'
import { sortSlots } from '../../src/collection/sort-slots.ts'
import type { Scalar } from '../../src/kinds/kind.ts'
import { number } from '../../src/kinds/numbers.ts'
import { compareCodePoints } from '../../src/kinds/string.ts'
import { budget } from '../support/budget.ts'

type Row = readonly [value: Scalar | undefined, key: number]

const texts = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    'ab',
    'b',
    'a\uffff',
    'a\ue000',
    'a\u{1f600}',
    'a\u{10ffff}',
    'a\0',
    'z',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
  // Longer than what a rank looks at, with a common beginning.
  fc.string({ maxLength: 3 }).map((end) => `${'x'.repeat(40)}${end}`),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
)

const numbers = fc.oneof(
  fc.constantFrom<number | bigint>(0, 1, -1, 2 ** 53, 5e-324, Number.MAX_VALUE, -Number.MAX_VALUE),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
)

describe('the order of slots', () => {
  it.each<[string, fc.Arbitrary<Scalar>, (a: never, b: never) => number]>([
    ['texts', texts, compareCodePoints],
    ['numbers', numbers, number.compare],
    ['booleans', fc.boolean(), (a: boolean, b: boolean) => Number(a) - Number(b)],
  ])('of %s is that of comparing all', (_, values, compare) => {
    const rowsOf = fc.array(fc.tuple(fc.option(values, { nil: undefined }), fc.nat(9)), {
      maxLength: 60,
    })
    const signs = fc.constantFrom<1 | -1>(1, -1)
    const property = fc.property(
      rowsOf,
      signs,
      signs,
      (rows: readonly Row[], direction, absent) => {
        const term = (at: 0 | 1): OrderTerm => ({
          read: (row) => (row as Row)[at],
          compare: (at === 0 ? compare : number.compare) as OrderTerm['compare'],
          direction,
          absent,
          isRanked: true,
        })
        const terms = [term(0), term(1)]
        const inOrder = (a: Row, b: Row) =>
          compareTerms(terms[0]!, a[0], b[0]) || compareTerms(terms[1]!, a[1], b[1])
        const { sorted } = sortSlots(Int32Array.from(rows.keys()), rows, terms)
        expect([...sorted].map((slot) => rows[slot])).toEqual([...rows].sort(inOrder))
      },
    )
    fc.assert(property, { numRuns: budget(300, 5000), seed: 3 })
  })
})
