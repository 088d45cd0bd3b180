/**
 * Folding text into words, for `$autocomplete`. The words of a value are stored beside it for SQL,
 * so a change of what this file does is a change of stored data.
 */

/** Raised whenever the same text may fold into other words than before. */
export const FOLD_VERSION = 1

const MARKS = /\p{M}+/gu
const WORDS = /[\p{L}\p{N}]+/gu

/** Case and accents taken away; ß and ẞ are ss, ς is σ. */
function fold(text: string): string {
  const bare = text.normalize('NFKD').replace(MARKS, '')
  // Lower, upper, lower: what only an upper case tells apart (ß, SS) ends the same.
  return bare.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ')
}

/**
 * The words of a text, folded, as `$autocomplete` compares them: its longest runs of letters and
 * digits, without case and accents.
 */
export const wordsOf = (text: string): readonly string[] => fold(text).match(WORDS) ?? []

/**
 * The words with one space before, between and after them, as a search column stores them; one
 * space where there are none. A whole word is found as " word ", the beginning of one as " wo".
 */
export function searchText(text: string): string {
  const words = wordsOf(text)
  return words.length === 0 ? ' ' : ` ${words.join(' ')} `
}

/** What each unit of ASCII folds into: a letter's or a digit's code, 0 for all else. */
const ASCII = Uint8Array.from({ length: 128 }, (_, unit) => {
  const [word = ''] = wordsOf(String.fromCharCode(unit))
  return word === '' ? 0 : word.charCodeAt(0)
})

/**
 * Whether a text has a word that is the needle or, where it is no `whole` word that is looked for,
 * begins with it. Undefined where a unit beyond ASCII comes first: that text has to be folded. What
 * follows an ASCII letter changes nothing of it, so that a word that was found stands.
 */
export function findAscii(text: string, needle: string, whole: boolean): boolean | undefined {
  const { length } = text
  const first = needle.charCodeAt(0)
  // All units so far, of which one beyond ASCII leaves a bit: one look for it, and not one for each.
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

/** Whether the needle is at a place, whose first letter is; a unit beyond ASCII is in no needle. */
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
