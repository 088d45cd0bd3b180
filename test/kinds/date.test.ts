import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { date } from '../../src/kinds/date.ts'
import type { Range } from '../../src/kinds/kind.ts'

/** Whether JavaScript's own reader takes a text for that day. */
function isDay(text: string): boolean {
  const instant = new Date(`${text}T00:00:00Z`)
  return (
    text >= '0001' &&
    !Number.isNaN(instant.getTime()) &&
    instant.toISOString().slice(0, 10) === text
  )
}

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`))
const texts = fc.oneof(
  fc.tuple(digits(4), digits(2), digits(2)).map((parts) => parts.join('-')),
  fc
    .tuple(
      fc.integer({ min: 0, max: 9999 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
    )
    .map(([y, m, d]) =>
      [String(y).padStart(4, '0'), String(m).padStart(2, '0'), String(d).padStart(2, '0')].join(
        '-',
      ),
    ),
)
const days = texts.filter(isDay)

describe('a date', () => {
  it.each([
    '2023-02-29',
    '1900-02-29',
    '0000-01-01',
    '10000-01-01',
    '-001-01-01',
    '2024-5-01',
    '2024-05-1',
    '2024/05/01',
    '2024/05-01',
    '2024-05/01',
    Object('2024-05-01'),
    '20240501',
    '2024-05-01T00:00:00Z',
    '2024-05-01 ',
    '2024-05-01\n',
    '2024-05-01\0',
    '２024-05-01',
    '',
    20240501,
    new Date(2024, 4, 1),
    null,
    undefined,
  ])('is not %j', (value) => {
    expect(date.operand(value)).toBeUndefined()
    expect(date.read(value)).toBeUndefined()
    expect(date.range('>=', '0001-01-01')(value)).toBe(false)
  })

  it('is each day of the calendar, and no other', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(date.read(text)).toBe(isDay(text) ? text : undefined)
      }),
      { numRuns: 2000, seed: 1 },
    )
  })

  it('is compared as its instants are', () => {
    const comparisons = fc.constantFrom<Range[]>('<', '<=', '>', '>=')
    const holds = (comparison: Range, order: number) =>
      (order === 0 && comparison.length === 2) ||
      (comparison.startsWith('<') ? order < 0 : order > 0)
    fc.assert(
      fc.property(days, days, days, comparisons, comparisons, (value, a, b, one, other) => {
        const order = (constant: string) => Date.parse(value) - Date.parse(constant)
        expect(Math.sign(date.compare(value, a))).toBe(Math.sign(order(a)))
        expect(date.equals(a)(value)).toBe(order(a) === 0)
        expect(date.range(one, a)(value)).toBe(holds(one, order(a)))
        const both = date.within?.([
          { comparison: one, constant: a },
          { comparison: other, constant: b },
        ])
        expect(both?.(value)).toBe(holds(one, order(a)) && holds(other, order(b)))
      }),
      { numRuns: 1000, seed: 1 },
    )
  })
})
