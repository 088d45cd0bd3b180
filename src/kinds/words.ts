/**
 * Folds text into words, for `$autocomplete`. For SQL the words are stored in a search column, so a
 * change to the folding changes stored data.
 */

import { mapCase } from './case-fold.ts'

/** Incremented when the same text may fold into other words, or another text, than before. */
export const FOLD_VERSION = 1

const MARKS = /\p{M}+/gu
const WORDS = /[\p{L}\p{N}]+/gu

/** Up to this length, removing marks before normalization does not pay. */
const SHORT = 32

/** Removes case and accents; ß and ẞ become ss, ς becomes σ. */
function fold(text: string): string {
  // `normalize` sorts each run of marks in quadratic time, so marks of long texts are removed before.
  // The result is the same: normalization reorders marks only, and marks decompose into marks only.
  // Two other characters, U+FF9E and U+FF9F, decompose into marks of the same class, which keep
  // their order.
  const sparse = text.length > SHORT ? text.replace(MARKS, '') : text
  const bare = sparse.normalize('NFKD').replace(MARKS, '')
  return mapCase(bare)
}

const BEYOND_ASCII = /[^\0-\x7f]/
const ASCII_WORDS = /[a-z\d]+/g

/**
 * The folded words of a text: its maximal runs of letters and digits, without case and accents. Most
 * texts are ASCII, of which only the case changes: a fourth of the time.
 */
export const wordsOf = (text: string): readonly string[] =>
  (BEYOND_ASCII.test(text) ? fold(text).match(WORDS) : text.toLowerCase().match(ASCII_WORDS)) ?? []

/**
 * The words with one space before, between and after them, as a search column stores them; a single
 * space if there are none. " word " finds a whole word, " wo" a prefix.
 */
export function searchText(text: string): string {
  const words = wordsOf(text)
  return words.length === 0 ? ' ' : ` ${words.join(' ')} `
}

/** The folded form of each ASCII character: the code of a letter or digit, or 0. */
const ASCII = /* @__PURE__ */ Uint8Array.from({ length: 128 }, (_, unit) => {
  const [word = ''] = wordsOf(String.fromCharCode(unit))
  return word === '' ? 0 : word.charCodeAt(0)
})

/**
 * Whether a text has a word that equals the needle or, unless `whole`, begins with it. Undefined if
 * a character beyond ASCII comes before the match, or anywhere in a text without a match: then the
 * caller must fold the text. Later characters do not change how ASCII characters before them fold.
 */
export function findAscii(text: string, needle: string, whole: boolean): boolean | undefined {
  const { length } = text
  const first = needle.charCodeAt(0)
  // The OR of all units so far: above 127 if one of them is not ASCII.
  let units = 0
  let before = 0
  for (let at = 0; at < length; at++) {
    const unit = text.charCodeAt(at)
    units |= unit
    const folded = ASCII[unit & 127]!
    if (before === 0 && folded === first && isWordAt(text, at, needle, whole)) {
      return units <= 127 ? true : undefined
    }
    before = folded
  }
  return units <= 127 ? false : undefined
}

/** Whether the needle, whose first letter matches, is at this place. Only ASCII can match. */
function isWordAt(text: string, at: number, needle: string, whole: boolean): boolean {
  const end = at + needle.length
  if (end > text.length) return false
  for (let i = 1; i < needle.length; i++) {
    const unit = text.charCodeAt(at + i)
    if (unit > 127 || ASCII[unit] !== needle.charCodeAt(i)) return false
  }
  if (!whole || end === text.length) return true
  const next = text.charCodeAt(end)
  return next <= 127 && ASCII[next] === 0
}
