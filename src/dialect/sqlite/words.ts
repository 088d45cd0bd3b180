import { string } from '../../kinds/string.ts'
import { chain } from '../balance.ts'
import { type Fragment, sql } from '../fragment.ts'
import type { Place } from '../place.ts'
import { STANDARD, type Syntax } from '../syntax.ts'
import { AND } from '../values.ts'
import { hasEach, needlesOf, searchedIn } from '../words.ts'
import { expression, ofKinds, outside, reach } from './json.ts'
import { nameOf, refuse } from './names.ts'

/** Separate conditions for words take a tenth of the time of json_each. */
export const syntax: Syntax = { ...STANDARD, fewWords: 16 }

/** SQLite refuses a longer pattern (sqlite.org/limits.html#max_like_pattern_length). */
const LONGEST_PATTERN = 50_000

export function hasWords(place: Place, words: readonly string[], prefix: string): Fragment {
  const at = searchedIn(place, refuse)
  if (at.isNative) return hasWordsInText(expression(place, [string]), words, prefix)
  // A document's words stand in objects like its own: only at a string's place is there text.
  const text = place.json ? reach(at, place.path, ofKinds([string], place)) : nameOf(at)
  const needles = needlesOf(words, prefix)
  if (needles.length <= syntax.fewWords) {
    return hasEach(needles, (each) => sql`instr(${text}, ${each}) > 0`)
  }
  // The longest first, for they are the rarest, and the search ends with the first that is missing.
  const list = JSON.stringify(needles.toSorted((a, b) => b.length - a.length))
  const { from, value } = outside(at, text)
  return sql`(${text} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${from}json_each(${list}) AS n WHERE instr(${value}, n.value) = 0))`
}

/**
 * Without stored words: ASCII letters are folded, all else that is not an ASCII letter or digit parts
 * words. A needle is letters and digits alone, so it holds nothing that GLOB reads as a pattern.
 */
function hasWordsInText(value: Fragment, words: readonly string[], prefix: string): Fragment {
  const text = sql`lower(' ' || ${value} || ' ')`
  const patterns = [...words.map((each) => `*[^0-9a-z]${each}[^0-9a-z]*`), `*[^0-9a-z]${prefix}*`]
  if (patterns.some((pattern) => pattern.length * 3 > LONGEST_PATTERN)) return syntax.truth(false)
  return chain(
    patterns.map((pattern) => sql`${text} GLOB ${pattern}`),
    AND,
  )
}
