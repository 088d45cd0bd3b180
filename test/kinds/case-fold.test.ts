import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { FOLD_VERSION, foldCase } from 'tamis'
import { describe, expect, it } from 'vitest'
import { budget, isFull } from '../support/budget.ts'

const LAST = 0x10ffff

/** Every character but surrogates. */
function* characters(): Generator<readonly [number, string]> {
  for (let code = 0; code <= LAST; code++) {
    if (code < 0xd800 || code > 0xdfff) yield [code, String.fromCodePoint(code)]
  }
}

/** What has case, or is composed, since Unicode 16 and 17 only: older runtimes do not know it. */
const NEWER: readonly (readonly [first: number, last: number])[] = [
  [0x1c89, 0x1c8a],
  [0xa7cb, 0xa7cf],
  [0xa7d2, 0xa7d2],
  [0xa7d4, 0xa7d4],
  [0xa7da, 0xa7dc],
  [0x105c9, 0x105e4],
  [0x10d50, 0x10d85],
  [0x11380, 0x113d8],
  [0x16121, 0x16128],
  [0x16d63, 0x16d6a],
  [0x16ea0, 0x16ed3],
]

describe('folding case', () => {
  it.each([
    ['Straße', 'STRASSE', 'STRAẞE', 'strasse'],
    ['Όσος', 'ΌΣΟΣ', 'ΌΣΟς'],
    ['Résumé', 'RÉSUMÉ', 're\u0301sume\u0301'],
    ['ﬁne', 'FINE', 'fine'],
    ['ΐ', 'Ϊ\u0301', '\u0399\u0308\u0301'],
    ['ᾳ', 'ΑΙ', 'αι', 'ᾼ'],
    ['K', 'k', '\u212a'],
    ['ı', 'I', 'i'],
    ['\u{10400}', '\u{10428}'],
  ])('makes %s and others one', (...texts) => {
    expect(new Set(texts.map(foldCase)).size).toBe(1)
  })

  it.each([
    ['Résumé', 'resume'],
    ['İ', 'i'],
    ['ä', 'a'],
    ['①', '1'],
    ['Ａ', 'A'],
    ['a ', 'a'],
    ['हिन्दी', 'हनद'],
  ])('keeps %s and %s apart', (one, other) => {
    expect(foldCase(one)).not.toBe(foldCase(other))
  })

  it('is the same of every case and every form of each character', () => {
    const different: string[] = []
    for (const [code, own] of characters()) {
      // Every character at full length, else each fifth, and all of the alphabets with case.
      if (!isFull && code > 0x2fff && code % 5 !== 0) continue
      const folded = foldCase(own)
      const cases = [own.toUpperCase(), own.toLowerCase(), folded]
      const forms = cases.flatMap((each) => [each, each.normalize('NFC'), each.normalize('NFD')])
      if (forms.some((each) => foldCase(each) !== folded)) different.push(code.toString(16))
    }
    expect(different).toEqual([])
  })

  it('folds as its version says', () => {
    // Every character that folds to another text, those that are new in a runtime's Unicode left
    // out. Whoever changes this raises FOLD_VERSION, for stored texts must be written again.
    const hash = createHash('sha256')
    let count = 0
    for (const [code, own] of characters()) {
      const folded = foldCase(own)
      if (folded === own || NEWER.some(([first, last]) => first <= code && code <= last)) continue
      hash.update(`${code}:${folded}\n`)
      count++
    }
    expect([FOLD_VERSION, count, hash.digest('hex').slice(0, 16)]).toMatchInlineSnapshot(`
      [
        1,
        2617,
        "de6ae40784c05dd4",
      ]
    `)
  })

  const odd = fc.array(
    fc.oneof(
      fc.constantFrom('\u0301', '\u0323', '\u0345', '\u0334', '\u0344', '\u093e', '\u0f73', 'Σ'),
      fc.constantFrom('a', 'A', 'ß', 'İ', 'ΐ', 'ᾳ', 'ς', '\u1100', '\u1161', '가', '\u0e33'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    { maxLength: 100 },
  )

  it('a folded text folds to itself, and marks are put in canonical order', () => {
    fc.assert(
      fc.property(odd, fc.nat({ max: 3 }), (parts, times) => {
        const text = parts.join('').repeat(times + 1)
        const folded = foldCase(text)
        expect(foldCase(folded)).toBe(folded)
        expect(foldCase(text.normalize('NFD'))).toBe(folded)
      }),
      { numRuns: budget(1250, 5000) },
    )
    const marks = fc.array(
      fc.constantFrom('\u0301', '\u0323', '\u0345', '\u0334', '\u0344', '\u093e'),
    )
    fc.assert(
      fc.property(marks, (parts) => {
        const text = `a${parts.join('').repeat(70)}`
        const usual = text.normalize('NFC').toLowerCase().toUpperCase().toLowerCase()
        expect(foldCase(text)).toBe(usual.normalize('NFC'))
      }),
      { numRuns: 300 },
    )
  })

  // Quadratic, each of these takes minutes; a hang fails by the time limit.
  it.each([
    ['marks of two classes', '\u0301\u0316'],
    ['marks that decompose', '\u0f73\u0f71'],
    ['letters and marks', 'a\u0301\u0316'],
    ['sigmas', "Σ'"],
  ])('is linear in %s', { timeout: 10_000 }, (_, fragment) => {
    const text = fragment.repeat(200_000 / fragment.length)
    expect(foldCase(`x${text}`)).not.toHaveLength(0)
  })
})
