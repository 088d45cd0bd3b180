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
  let at = 0
  while (at < length) {
    let unit = text.charCodeAt(at)
    if (unit > 127) return undefined
    if (ASCII[unit] === 0) {
      at++
      continue
    }
    let matched = 0
    while (unit <= 127 && matched < needle.length && ASCII[unit] === needle.charCodeAt(matched)) {
      matched++
      // NaN at the end, which is not over 127 and of which ASCII has nothing.
      unit = text.charCodeAt(++at)
    }
    if (matched === needle.length) {
      if (!whole || at === length) return true
      if (unit <= 127 && ASCII[unit] === 0) return true
    }
    while (at < length && unit <= 127 && ASCII[unit] !== 0) unit = text.charCodeAt(++at)
  }
  return false
}
