/** `$autocomplete` on search columns, as far as dialects share it. */

import { chain } from './balance.ts'
import { type Fragment, sql } from './fragment.ts'
import type { Refuse } from './names.ts'
import type { ColumnName, Place } from './place.ts'

const AND = sql` AND `

/** All needles occur; `has` makes the condition for one. */
export const hasEach = (needles: readonly string[], has: (needle: string) => Fragment): Fragment =>
  chain(needles.map(has), AND)

/** The substrings of a search column: each distinct whole word, and the prefix of a word. */
export const needlesOf = (words: readonly string[], prefix: string): readonly string[] => [
  ...[...new Set(words)].map((word) => ` ${word} `),
  ` ${prefix}`,
]

/** The column to search: the search column or, with `native`, the text itself. */
export function searchedIn(
  place: Place,
  refuse: Refuse,
): Pick<Place, 'field'> & ColumnName & { readonly isNative: boolean } {
  const { field, column, table, search } = place
  if (search === undefined) {
    return refuse(place, '$autocomplete needs a search column: map one with `search`')
  }
  const isNative = search === 'native'
  return { field, table, column: isNative ? column : search, isNative }
}
