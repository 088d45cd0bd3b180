import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { FOLD_VERSION } from 'tamis'
import { describe, expect, it } from 'vitest'
import { findAscii, searchText, wordsOf } from '../../src/kinds/words.ts'

describe('folding into words', () => {
  it.each<[string, string[]]>([
    ['Curiosity Rover', ['curiosity', 'rover']],
    ['rover_curiosity', ['rover', 'curiosity']],
    ['Straße STRASSE ẞ', ['strasse', 'strasse', 'ss']],
    ['Σίσυφος ΣΊΣΥΦΟΣ', ['σισυφοσ', 'σισυφοσ']],
    ['İpek ipek IPEK', ['ipek', 'ipek', 'ipek']],
    ['Zoë Zoe\u0308 ZOË', ['zoe', 'zoe', 'zoe']],
    ['ﬁne ① ²', ['fine', '1', '2']],
    ['O’Neil', ['o', 'neil']],
    ['漢字 ｶﾅ', ['漢字', 'カナ']],
    ['a\u200Db', ['a', 'b']],
    ['!?', []],
    ['', []],
  ])('%s', (text, words) => {
    expect(wordsOf(text)).toEqual(words)
  })

  it('stores one space before, between and after', () => {
    expect(searchText('Curiosity Rover')).toBe(' curiosity rover ')
    expect(searchText('!')).toBe(' ')
  })

  it('folds as its version says', () => {
    // Every letter and digit up to U+FFFF, those that are new in a runtime's Unicode left out: what
    // was assigned by Unicode 12 folds as it always has. Whoever changes this raises FOLD_VERSION,
    // for stored words must be written again.
    const assigned = /\p{L}|\p{N}/u
    const hash = createHash('sha256')
    for (let code = 0x20; code < 0x3000; code++) {
      const character = String.fromCharCode(code)
      if (assigned.test(character)) hash.update(`${code}:${wordsOf(`x${character}`).join(' ')}\n`)
    }
    expect([FOLD_VERSION, hash.digest('hex').slice(0, 16)]).toMatchInlineSnapshot(`
      [
        1,
        "f6ff814a382c80cd",
      ]
    `)
  })

  it('finds in ASCII what folding finds, or says that it cannot tell', () => {
    const unit = fc.constantFrom(...'abAB1 _-.', 'é', 'e\u0301', 'ß', '\u0301', '\u0000', '\ud800')
    const text = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''))
    let told = 0
    fc.assert(
      fc.property(text, text, fc.boolean(), (value, operand, whole) => {
        const [needle] = wordsOf(operand)
        fc.pre(needle !== undefined)
        const found = findAscii(value, needle, whole)
        if (found === undefined) return
        told++
        const expected = searchText(value).includes(whole ? ` ${needle} ` : ` ${needle}`)
        expect(found).toBe(expected)
      }),
      { numRuns: 5000 },
    )
    expect(told).toBeGreaterThan(1000)
  })
})
