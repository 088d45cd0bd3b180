/** `$startsWith`, `$endsWith` and `$includes`, as far as dialects share them. */

import { chain } from './balance.ts'
import type { Values } from './dialect.ts'
import type { Fragment } from './fragment.ts'
import { AND, OR } from './values.ts'

/** Where a text has another one. */
export type TextPart = 'start' | 'end' | 'anywhere'

const LAST = 0x10ffff
const [FIRST_SURROGATE, LAST_SURROGATE] = [0xd800, 0xdfff]

/**
 * The least text that is greater than every text with a prefix, in the order of code points;
 * undefined if there is none.
 */
export function successor(prefix: string): string | undefined {
  let start = prefix.length
  while (start > 0) {
    // The last code point of the prefix that has a greater one; what follows it is left out.
    const last = Array.from(prefix.slice(Math.max(0, start - 2), start)).at(-1) as string
    start -= last.length
    const point = last.codePointAt(0) as number
    if (point === LAST) continue
    const greater = point + 1 === FIRST_SURROGATE ? LAST_SURROGATE + 1 : point + 1
    return prefix.slice(0, start) + String.fromCodePoint(greater)
  }
  return undefined
}

/** The texts with a prefix, as a range of the order of code points, which an index serves. */
export function startsWith(values: Values, prefix: string, negated: boolean): Fragment {
  const end = successor(prefix)
  const from = values.compare('>=', prefix, negated)
  if (end === undefined) return from
  return chain([from, values.compare('<', end, negated)], negated ? OR : AND)
}

/** The characters of LIKE's patterns, each after the one that escapes it. */
export const likeLiteral = (text: string, escapeBy: '\\' | '|'): string =>
  text.replace(/[\\%_|]/g, (each) =>
    each === '%' || each === '_' || each === escapeBy ? escapeBy + each : each,
  )
