import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nfkc } from '../../src/users/nfkc.ts'
import { compared } from '../../src/users/username.ts'
import { budget } from '../support/budget.ts'

const marks: string[] = []
for (let code = 0; code <= 0x10ffff; code++) {
  const character = String.fromCodePoint(code)
  if (/^[\p{M}\uff9e\uff9f]$/u.test(character)) marks.push(character)
}

describe('NFKC in linear time', () => {
  it('equals normalize() for runs of any marks', () => {
    const text = fc
      .tuple(
        fc.constantFrom('', 'a', 'é', 'ᾂ', '\uac00', '\u09c7'),
        fc.uniqueArray(fc.constantFrom(...marks), { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat(), { minLength: 40, maxLength: 120 }),
        fc.array(fc.constantFrom(...marks), { maxLength: 60 }),
        fc.constantFrom('', 'e\u0301', '\u0301x'),
      )
      .map(([base, few, order, others, end]) => {
        const run = order.map((each, i) => `${few[each % few.length]}${others[i] ?? ''}`)
        return `${base}${run.join('')}${end}`
      })
    fc.assert(
      fc.property(text, (own) => nfkc(own) === own.normalize('NFKC')),
      { numRuns: budget(333, 2000) },
    )
    const all = marks.join('')
    expect(nfkc(all)).toBe(all.normalize('NFKC'))
    expect(marks.length).toBeGreaterThan(2000)
  })

  it('compares usernames like normalize()', () => {
    const before = (username: string) =>
      username
        .normalize('NFKC')
        .toLowerCase()
        .normalize('NFKC')
        .replace(/[^\p{L}\p{M}\p{N}]/gu, '')
    const run = '\u0301\u0316\u0345\u0334'.repeat(20)
    for (let code = 0; code <= 0x1ffff; code++) {
      const character = String.fromCodePoint(code)
      const isPlain = character.normalize('NFKC').toLowerCase() === character
      if (isPlain && !/^[\p{M}\uff9e\uff9f]/u.test(character)) continue
      const name = `A ${character}${run}${character}.`
      if (compared(name) !== before(name)) expect.fail(`U+${code.toString(16)}`)
    }
  })

  // Quadratic, each of these takes minutes; a hang fails by the time limit.
  it.each([
    '\u0301\u0316',
    '\u0316\u0301\u0334',
    '\u0f73\u0f71',
    '\uff9e\u0301',
    '\u0345\u0301\u3099',
  ])('is fast for 200,000 characters of %j', { timeout: 10_000 }, (fragment) => {
    const name = `x${fragment.repeat(200_000 / fragment.length)}`
    expect(compared(name).length).toBeGreaterThan(100_000)
  })
})
