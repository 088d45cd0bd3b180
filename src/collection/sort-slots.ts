import type { Scalar } from '../kinds/kind.ts'
import { compareTerms, type OrderTerm } from './order-index.ts'

/**
 * Sorts slots by the terms of their rows. The values of the first term are read once each.
 *
 * Each value has a rank of 32 bits, which is not greater than those of the values behind it. Ranks and
 * slots together are integers of 64 bits, which the platform sorts without calls; only slots of one
 * rank are compared. Measured with 200,000 rows: a third of the time for timestamps, half for names.
 */
export function sortSlots(
  slots: Int32Array,
  rows: readonly unknown[],
  terms: readonly OrderTerm[],
): { readonly sorted: Int32Array; readonly values: (Scalar | undefined)[] } {
  const [first, ...rest] = terms as readonly [OrderTerm, ...OrderTerm[]]
  const values: (Scalar | undefined)[] = new Array(rows.length)
  for (let i = 0; i < slots.length; i++) values[slots[i]!] = first.read(rows[slots[i]!])
  const compareSlots = (a: number, b: number): number => {
    const order = compareTerms(first, values[a], values[b])
    if (order !== 0) return order
    for (let i = 0; i < rest.length; i++) {
      const term = rest[i]!
      const next = compareTerms(term, term.read(rows[a]), term.read(rows[b]))
      if (next !== 0) return next
    }
    return 0
  }
  const ranks = LITTLE_ENDIAN && first.isRanked ? ranksOf(slots, values, first) : undefined
  if (ranks === undefined) return { sorted: slots.sort(compareSlots), values }
  const pairs = new Uint32Array(2 * slots.length)
  for (let i = 0; i < slots.length; i++) {
    pairs[2 * i] = slots[i]!
    pairs[2 * i + 1] = ranks[i]!
  }
  new BigUint64Array(pairs.buffer).sort()
  for (let i = 0; i < slots.length; i++) slots[i] = pairs[2 * i]!
  for (let from = 0; from < slots.length; ) {
    const rank = pairs[2 * from + 1]
    let to = from + 1
    while (to < slots.length && pairs[2 * to + 1] === rank) to++
    if (to - from > 1) slots.subarray(from, to).sort(compareSlots)
    from = to
  }
  return { sorted: slots, values }
}

/** In a pair of words the second is the greater part of the integer. */
const LITTLE_ENDIAN =
  /* @__PURE__ */ new Uint8Array(/* @__PURE__ */ Uint16Array.of(1).buffer)[0] === 1

/** The ranks of present values are between those of absent ones, 0 and this. */
const LAST = 2 ** 32 - 1

function ranksOf(
  slots: Int32Array,
  values: readonly (Scalar | undefined)[],
  { direction, absent }: OrderTerm,
): Uint32Array | undefined {
  const some = slots.find((slot) => values[slot] !== undefined)
  const rankOf =
    some !== undefined && typeof values[some] === 'string'
      ? textRank(slots, values as (string | undefined)[])
      : numberRank(slots, values)
  if (rankOf === undefined) return undefined
  const ranks = new Uint32Array(slots.length)
  for (let i = 0; i < slots.length; i++) {
    const value = values[slots[i]!]
    if (value === undefined) ranks[i] = absent === -1 ? 0 : LAST
    else ranks[i] = direction === 1 ? rankOf(value) : LAST - rankOf(value)
  }
  return ranks
}

/** By the place between the least and the greatest. */
function numberRank(
  slots: Int32Array,
  values: readonly (Scalar | undefined)[],
): ((value: Scalar) => number) | undefined {
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (let i = 0; i < slots.length; i++) {
    const value = values[slots[i]!]
    if (value === undefined) continue
    const number = Number(value)
    if (number < least) least = number
    if (number > greatest) greatest = number
  }
  const step = (LAST - 2) / (greatest - least)
  if (!Number.isFinite(step) || step === 0) return undefined
  return (value) => 1 + Math.floor((Number(value) - least) * step)
}

/** How many units of texts are looked at. */
const UNITS = 32

/** Code units in the order of code points: surrogates come last. The end of a text is 0. */
const unitRank = (text: string, at: number): number => {
  const unit = at < text.length ? text.charCodeAt(at) + 1 : 0
  return unit <= 0xd800 ? unit : unit <= 0xe000 ? unit + 0x2000 : unit - 0x800
}

/**
 * By the first units: each is a digit of a number, in a base that has the units which texts have
 * there. Timestamps differ in the ten digits, and not at all in what is between these.
 */
function textRank(
  slots: Int32Array,
  values: readonly (string | undefined)[],
): ((value: Scalar) => number) | undefined {
  const least = new Uint32Array(UNITS).fill(LAST)
  const greatest = new Uint32Array(UNITS)
  for (let i = 0; i < slots.length; i++) {
    const text = values[slots[i]!]
    if (text === undefined) continue
    const length = Math.min(text.length + 1, UNITS)
    for (let at = 0; at < length; at++) {
      const rank = unitRank(text, at)
      if (rank < least[at]!) least[at] = rank
      if (rank > greatest[at]!) greatest[at] = rank
    }
  }
  const bases: number[] = []
  let size = 1
  for (let at = 0; at < UNITS; at++) {
    // Behind the end of a text, others may have units.
    if (at > 0 && least[at - 1] === 0) least[at] = 0
    const base = Math.max(greatest[at]! - least[at]!, 0) + 1
    if (size * base > LAST - 2) break
    size *= base
    bases.push(base)
  }
  if (size === 1) return undefined
  return (value) => {
    const text = value as string
    let rank = 0
    for (let at = 0; at < bases.length; at++) {
      const base = bases[at]!
      if (base > 1) rank = rank * base + unitRank(text, at) - least[at]!
    }
    return 1 + rank
  }
}
