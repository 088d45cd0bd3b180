import { type Fragment, sql } from '../fragment.ts'
import type { Place } from '../place.ts'
import { STANDARD } from '../syntax.ts'
import { hasEach, needlesOf, searchedIn } from '../words.ts'
import type { Types } from './constants.ts'
import type { JsonColumns } from './json.ts'
import type { Names } from './names.ts'

/** To look for words one by one takes less than a table made for each row, as long as they are few. */
export const hasWordsOf =
  ({ nameOf, refuse }: Names, { text, types }: Types, { reach }: JsonColumns) =>
  (place: Place, words: readonly string[], prefix: string): Fragment => {
    const at = searchedIn(place, refuse)
    const stored = place.json ? types.string.json(reach(at, place.path), place) : nameOf(at)
    // Without stored words: ASCII letters are folded, all else that is not an ASCII letter or digit
    // parts words.
    const searched = at.isNative
      ? sql`CONCAT(' ', REGEXP_REPLACE(LOWER(${stored}), '[^0-9a-z]+', ' '), ' ')`
      : stored
    const needles = needlesOf(words, prefix)
    if (needles.length <= STANDARD.fewWords) {
      return hasEach(needles, (needle) => sql`LOCATE(${needle}, ${searched}) > 0`)
    }
    const table = sql`JSON_TABLE(${JSON.stringify(needles)}, '$[*]' COLUMNS (n LONGTEXT ${text} PATH '$')) AS w`
    return sql`(${searched} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${table} WHERE LOCATE(w.n, ${searched}) = 0))`
  }
