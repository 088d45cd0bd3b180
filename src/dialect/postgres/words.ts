import { type Fragment, sql } from '../fragment.ts'
import type { Place } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { needlesOf, searchedIn } from '../words.ts'
import { ROOT, reach, where } from './json.ts'
import { nameOf, refuse } from './names.ts'
import { types } from './types.ts'

/** A text has each of the needles. Words are letters and digits: a pattern has nothing to escape. */
function hasNeedles(text: Fragment, needles: readonly string[]): Fragment {
  // One of them is a separate condition, for a trigram index; the others are one parameter.
  const [longest, ...others] = needles.toSorted((a, b) => b.length - a.length)
  const first = sql`${text} LIKE ${`%${longest}%`}`
  if (others.length === 0) return first
  return sql`(${first} AND ${text} LIKE ALL(${others.map((each) => `%${each}%`)}::text[]))`
}

/**
 * The same of a JSON string, as a jsonpath: what is taken out of jsonb as text stays on the
 * coordinator. The flag makes no pattern of a needle.
 */
function hasNeedlesInJson(value: Fragment, needles: readonly string[]): Fragment {
  const each = needles.map((needle) => `$ like_regex ${JSON.stringify(needle)} flag "q"`)
  return sql`${value} @@ ${['strict $.type() == "string"', ...each].join(' && ')}::jsonpath`
}

/**
 * Words without a column that holds them: ASCII letters are folded, all else that is not an ASCII
 * letter or digit parts words.
 */
const nativeWords = (text: Fragment): Fragment =>
  sql`(' ' || regexp_replace(lower(${text} COLLATE "C"), '[^0-9a-z]+', ' ', 'g') || ' ')`

/** The text of a JSON string. */
export const textOf = (value: Fragment, place: Place): Fragment =>
  where(value, types.string.json(place).is(ROOT), sql`${value} #>> '{}'`)

export function hasWords(
  place: Place,
  words: readonly string[],
  prefix: string,
  negated: boolean,
): Fragment {
  const at = searchedIn(place, refuse)
  const needles = needlesOf(words, prefix)
  if (!place.json) {
    const stored = nameOf(at)
    const has = hasNeedles(at.isNative ? nativeWords(stored) : stored, needles)
    return negated ? sql`(NOT (${has}) OR ${stored} IS NULL)` : has
  }
  // A document's words stand in objects like its own: only at a string's place is there text.
  const stored = reach(at, place.path)
  if (at.isNative) {
    return STANDARD.negate(hasNeedles(nativeWords(textOf(stored, place)), needles), negated)
  }
  const has = hasNeedlesInJson(stored, needles)
  return negated ? sql`(NOT (${has}) OR ${stored} IS NULL)` : has
}
