import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareCodePoints, string } from '../../src/kinds/string.ts'
import { budget } from '../support/budget.ts'

// Code units around the borders where code unit order and code point order differ.
const unit = fc.constantFrom(
  'a',
  'b',
  '\uD7FF',
  '\uD800\uDC00',
  '😀',
  '\u{10FFFF}',
  '\uE000',
  '\uF7FF',
  '\uF800',
  '\uFFFF',
  '\0',
)
const text = fc.array(unit, { maxLength: 5 }).map((units) => units.join(''))

describe('strings', () => {
  it('are ordered like their UTF-8 bytes', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(
          Buffer.compare(Buffer.from(a), Buffer.from(b)),
        )
      }),
      { numRuns: budget(333, 2000) },
    )
  })

  it('are compared with constants in the same order', () => {
    fc.assert(
      fc.property(
        text,
        text.filter((own) => !own.includes('\0')),
        (value, constant) => {
          const order = compareCodePoints(value, constant)
          const isThere = !value.includes('\0')
          expect(string.range('>', constant)(value)).toBe(isThere && order > 0)
          expect(string.range('>=', constant)(value)).toBe(isThere && order >= 0)
          expect(string.range('<', constant)(value)).toBe(isThere && order < 0)
          expect(string.range('<=', constant)(value)).toBe(isThere && order <= 0)
        },
      ),
      { numRuns: budget(333, 2000) },
    )
  })
})
