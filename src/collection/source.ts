import {
  addDifference,
  type Bits,
  bitsFor,
  countShared,
  eachBit,
  keepShared,
  setBit,
} from './bits.ts'
import type { OrderIndex, Place } from './order-index.ts'
import type { Posting } from './posting.ts'
import type { Slots } from './slots.ts'
import type { TermIndex } from './term-index.ts'

/** The slots that indexes find for a condition: no fewer than those of the rows that it is true of. */
export interface Source {
  /** How many there are at most. */
  readonly most: number
  /** Whether there are exactly `most`. */
  readonly isCounted: boolean
  /** Whether there are no others than those of the rows that the condition is true of. */
  readonly isExact: boolean
  /** As a bitmap, if there is one; it must not be changed. */
  readonly bits: Bits | undefined
  has(slot: number): boolean
  /** Exactly how many there are. */
  count(): number
  /** Adds them to a bitmap with room for every slot. */
  addTo(bits: Bits): void
  /** Visits each of them once. */
  each(visit: (slot: number) => void): void
}

/** The rows of one term. */
export const ofPosting = (posting: Posting, isExact: boolean): Source => ({
  most: posting.count,
  isCounted: true,
  isExact,
  bits: posting.bits,
  count: () => posting.count,
  has: (slot) => posting.has(slot),
  addTo: (bits) => posting.addTo(bits),
  each: (visit) => posting.each(visit),
})

export const NOTHING: Source = {
  most: 0,
  isCounted: true,
  isExact: true,
  bits: undefined,
  count: () => 0,
  has: () => false,
  addTo: () => {},
  each: () => {},
}

/** The rows of some of the terms of an index in which a row has one. */
export function ofCodes(index: TermIndex, codes: readonly number[]): Source {
  const [only] = codes
  if (only === undefined) return NOTHING
  if (codes.length === 1) return ofPosting(index.postingOf(only), true)
  const accepted = new Uint8Array(index.codes)
  let most = 0
  for (const code of codes) {
    accepted[code] = 1
    most += index.postingOf(code).count
  }
  const { column } = index
  return {
    most,
    isCounted: true,
    isExact: true,
    bits: undefined,
    count: () => most,
    has: (slot) => accepted[column[slot]!] === 1,
    addTo(bits) {
      for (const code of codes) index.postingOf(code).addTo(bits)
    },
    each(visit) {
      for (const code of codes) index.postingOf(code).each(visit)
    },
  }
}

/** The rows from one place of an order to another. */
export function ofRange(order: OrderIndex, from: Place, to: Place): Source {
  const each = (visit: (slot: number) => void) => {
    for (let at = from.chunk; at <= to.chunk && at < order.chunks.length; at++) {
      const { slots, length } = order.chunks[at]!
      const end = at === to.chunk ? to.index : length
      for (let i = at === from.chunk ? from.index : 0; i < end; i++) visit(slots[i]!)
    }
  }
  const most = Math.max(0, order.rankOf(to) - order.rankOf(from))
  return {
    most,
    isCounted: true,
    isExact: true,
    bits: undefined,
    count: () => most,
    has: (slot) => order.isBehind(slot, from) && !order.isBehind(slot, to),
    addTo: (bits) => each((slot) => setBit(bits, slot)),
    each,
  }
}

/** These slots, each once. */
export function ofSlots(slots: ReadonlySet<number>): Source {
  return {
    most: slots.size,
    isCounted: true,
    isExact: true,
    bits: undefined,
    count: () => slots.size,
    has: (slot) => slots.has(slot),
    addTo: (bits) => {
      for (const slot of slots) setBit(bits, slot)
    },
    each: (visit) => {
      for (const slot of slots) visit(slot)
    },
  }
}

/** What is in at least one of them. They may overlap, so that a bitmap is made to visit each once. */
export function union<T>(sources: readonly Source[], { rows, size }: Slots<T>): Source {
  const [only] = sources
  if (only === undefined) return NOTHING
  if (sources.length === 1) return only
  const addTo = (bits: Bits) => {
    for (const source of sources) source.addTo(bits)
  }
  return {
    most: Math.min(
      size,
      sources.reduce((sum, { most }) => sum + most, 0),
    ),
    isCounted: false,
    isExact: sources.every(({ isExact }) => isExact),
    bits: undefined,
    count() {
      const bits = bitsFor(rows.length)
      addTo(bits)
      return countShared([bits])
    },
    has: (slot) => sources.some((source) => source.has(slot)),
    addTo,
    each(visit) {
      const bits = bitsFor(rows.length)
      addTo(bits)
      eachBit(bits, visit)
    },
  }
}

/** A set that is larger than one row in so many is put together from bitmaps, word by word. */
const WIDE = 64

/** What is in every one of them. */
export function shared<T>(sources: readonly Source[], { rows }: Slots<T>): Source {
  const [first, ...others] = [...sources].sort((a, b) => a.most - b.most)
  if (first === undefined || others.length === 0) return first ?? NOTHING
  const bitmaps = sources.flatMap(({ bits }) => bits ?? [])
  const isWide = first.most > rows.length / WIDE && bitmaps.length > 1
  const narrow = sources.filter(({ bits }) => bits === undefined)
  /** The bitmaps together, and each slot of them looked for in the rest. */
  const eachWide = (visit: (slot: number) => void) => {
    const bits = bitmaps[0]!.slice()
    for (let i = 1; i < bitmaps.length; i++) keepShared(bits, bitmaps[i]!)
    eachBit(bits, (slot) => {
      for (let i = 0; i < narrow.length; i++) if (!narrow[i]!.has(slot)) return
      visit(slot)
    })
  }
  const eachFew = (visit: (slot: number) => void) => {
    first.each((slot) => {
      for (let i = 0; i < others.length; i++) if (!others[i]!.has(slot)) return
      visit(slot)
    })
  }
  const each = isWide ? eachWide : eachFew
  return {
    most: first.most,
    isCounted: false,
    isExact: sources.every(({ isExact }) => isExact),
    bits: undefined,
    count() {
      if (isWide && narrow.length === 0) return countShared(bitmaps)
      let count = 0
      each(() => {
        count++
      })
      return count
    },
    has: (slot) => sources.every((source) => source.has(slot)),
    addTo: (bits) => each((slot) => setBit(bits, slot)),
    each,
  }
}

/** The rows that are not in an exact one. */
export function others<T>(source: Source, { live, rows, size }: Slots<T>): Source {
  const without = (): Bits => {
    if (source.bits !== undefined) return source.bits
    const bits = bitsFor(rows.length)
    source.addTo(bits)
    return bits
  }
  return {
    most: source.isCounted ? size - source.most : size,
    isCounted: source.isCounted,
    isExact: true,
    bits: undefined,
    count: () => size - source.count(),
    has: (slot) => !source.has(slot),
    addTo: (bits) => addDifference(bits, live, without()),
    each(visit) {
      const bits = bitsFor(rows.length)
      addDifference(bits, live, without())
      eachBit(bits, visit)
    },
  }
}
