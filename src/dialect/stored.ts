/** What the dialects have in common of values as they are stored. */

import type { Place } from './dialect.ts'
import type { Refuse } from './names.ts'

/** An integer as a driver gave it: text where it cannot be a number. */
export function integerFrom(place: Place, stored: unknown, refuse: Refuse, how: string): unknown {
  if (typeof stored === 'string') return place.kind.read(BigInt(stored))
  if (typeof stored === 'number' && !Number.isSafeInteger(stored)) {
    return refuse(place, `the driver gave an integer that lost digits; ${how}`)
  }
  return place.kind.read(stored)
}

/** The dates there are from 0001-01-01 on, in years of four digits (proleptic Gregorian). */
const DATE = (() => {
  const leap = '([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29'
  const month31 = '(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])'
  const month30 = '(0[469]|11)-(0[1-9]|[12][0-9]|30)'
  const february = '02-(0[1-9]|1[0-9]|2[0-8])'
  const year =
    '([0-9][0-9][0-9][1-9]|[0-9][0-9][1-9][0-9]|[0-9][1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])'
  return `(${leap}|${year}-(${month31}|${month30}|${february}))`
})()

/**
 * A regular expression, in the syntax that all engines share, of the canonical timestamps of so many
 * digits. A shape alone would let 2024-02-30 through.
 */
export function timestampPattern(digits: number): string {
  const fraction = digits === 0 ? '' : `[.]${'[0-9]'.repeat(digits)}`
  return `^${DATE}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]${fraction}Z$`
}

/** The first and the last instant, of which ticks are the bounds of a column. */
export const EPOCH_RANGE = ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z'] as const
