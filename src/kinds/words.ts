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

/** The folded words: longest runs of letters and digits. */
export const wordsOf = (text: string): readonly string[] => fold(text).match(WORDS) ?? []

/**
 * The words with one space before, between and after them, as a search column stores them; one
 * space where there are none. A whole word is found as " word ", the beginning of one as " wo".
 */
export function searchText(text: string): string {
  const words = wordsOf(text)
  return words.length === 0 ? ' ' : ` ${words.join(' ')} `
}
