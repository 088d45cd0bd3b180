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
  const points = Array.from(prefix, (each) => each.codePointAt(0) ?? LAST)
  const end = points.findLastIndex((point) => point < LAST)
  if (end === -1) return undefined
  const next = (points[end] ?? LAST) + 1
  const greater = next === FIRST_SURROGATE ? LAST_SURROGATE + 1 : next
  return String.fromCodePoint(...points.slice(0, end), greater)
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
