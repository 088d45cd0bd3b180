/** Sets of slots as bitmaps: bit `slot & 31` of word `slot >>> 5`. */

export type Bits = Uint32Array

/** Room for the bits of so many slots. */
export const bitsFor = (slots: number): Bits => new Uint32Array((slots + 31) >>> 5)

export const hasBit = (bits: Bits, slot: number): boolean =>
  ((bits[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0

export const setBit = (bits: Bits, slot: number): void => {
  bits[slot >>> 5]! |= 1 << (slot & 31)
}

export const clearBit = (bits: Bits, slot: number): void => {
  bits[slot >>> 5]! &= ~(1 << (slot & 31))
}

/** How many bits of a word are set: sums of pairs, of fours and of bytes (Hacker's Delight, 5-1). */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** How many slots every one of the sets has; bits behind the end of a shorter one are not set. */
export function countShared(sets: readonly Bits[]): number {
  const [a, b, c] = sets as readonly [Bits, ...Bits[]]
  const length = Math.min(...sets.map((bits) => bits.length))
  let count = 0
  if (b === undefined) {
    for (let i = 0; i < length; i++) count += ones(a[i]!)
  } else if (c === undefined) {
    for (let i = 0; i < length; i++) count += ones(a[i]! & b[i]!)
  } else if (sets.length === 3) {
    for (let i = 0; i < length; i++) count += ones(a[i]! & b[i]! & c[i]!)
  } else {
    for (let i = 0; i < length; i++) {
      let word = a[i]!
      for (let at = 1; at < sets.length; at++) word &= sets[at]![i]!
      count += ones(word)
    }
  }
  return count
}

/** Keeps the slots that another set has, too. */
export function keepShared(bits: Bits, other: Bits): void {
  const shared = Math.min(bits.length, other.length)
  for (let i = 0; i < shared; i++) bits[i]! &= other[i]!
  bits.fill(0, shared)
}

/** Adds the slots of another set; there is room for them, though not for all of its words. */
export function addAll(bits: Bits, other: Bits): void {
  const length = Math.min(bits.length, other.length)
  for (let i = 0; i < length; i++) bits[i]! |= other[i]!
}

/** Adds the slots of one set that another does not have. */
export function addDifference(bits: Bits, of: Bits, without: Bits): void {
  const length = Math.min(bits.length, of.length)
  for (let i = 0; i < length; i++) {
    bits[i]! |= i < without.length ? of[i]! & ~without[i]! : of[i]!
  }
}

/** Calls `visit` with each slot, in ascending order. */
export function eachBit(bits: Bits, visit: (slot: number) => void): void {
  for (let i = 0; i < bits.length; i++) {
    let word = bits[i]!
    while (word !== 0) {
      const lowest = word & -word
      visit((i << 5) + 31 - Math.clz32(lowest))
      word ^= lowest
    }
  }
}

/** The same set with room for more slots. */
export function grown(bits: Bits, slots: number): Bits {
  const more = bitsFor(slots)
  more.set(bits)
  return more
}
