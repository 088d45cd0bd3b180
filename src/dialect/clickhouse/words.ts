import { type Fragment, sql } from '../fragment.ts'
import type { Place } from '../place.ts'
import { needlesOf, searchedIn } from '../words.ts'
import { atOf, jsonOf } from './json.ts'
import { nameOf, refuse } from './names.ts'

export function hasWords(place: Place, words: readonly string[], prefix: string): Fragment {
  const at = searchedIn(place, refuse)
  const stored = place.json ? jsonOf(atOf(at, place.path), place).ofKind('string') : nameOf(at)
  // Without stored words: ASCII letters are folded, all else that is not an ASCII letter or digit
  // parts words.
  const text = at.isNative
    ? sql`concat(' ', replaceRegexpAll(lower(${stored}), '[^0-9a-z]+', ' '), ' ')`
    : stored
  const needles = needlesOf(words, prefix)
  const [needle] = needles
  if (needle !== undefined && needles.length === 1) return sql`(position(${text}, ${needle}) > 0)`
  return sql`(arrayAll(n -> position(assumeNotNull(${text}), n) > 0, ${needles}) AND ${text} IS NOT NULL)`
}
