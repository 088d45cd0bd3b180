import { type Fragment, sql } from '../fragment.ts'
import type { Place } from '../place.ts'
import { needlesOf, searchedIn } from '../words.ts'
import { jsonOf, reach } from './json.ts'
import { nameOf, refuse } from './names.ts'

export function hasWords(place: Place, words: readonly string[], prefix: string): Fragment {
  const at = searchedIn(place, refuse)
  const stored = place.json ? jsonOf(reach(at, place.path), place).ofKind('string') : nameOf(at)
  // Without stored words: ASCII letters are folded, all else that is not an ASCII letter or digit
  // parts words.
  const text = at.isNative
    ? sql`(' ' || regexp_replace(lower(${stored}), '[^0-9a-z]+', ' ', 'g') || ' ')`
    : stored
  const needles = needlesOf(words, prefix)
  const [needle] = needles
  if (needle !== undefined && needles.length === 1) return sql`contains(${text}, ${needle})`
  const list = sql`from_json(CAST(${JSON.stringify(needles)} AS JSON), '["VARCHAR"]')`
  return sql`list_bool_and(list_transform(${list}, lambda n: contains(${text}, n)))`
}
