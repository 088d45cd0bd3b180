// Longer than most files here: a search, an insertion and a removal share the chunks' invariants.

import type { SortKey } from '../condition/keyset.ts'
import type { Scalar } from '../kinds/kind.ts'
import { sortSlots } from './sort-slots.ts'

/** One term of the order of an index. */
export interface OrderTerm {
  /** The canonical value; undefined where it is absent. */
  read(row: unknown): Scalar | undefined
  compare(a: Scalar, b: Scalar): number
  readonly direction: 1 | -1
  /** The order of an absent value and a present one. */
  readonly absent: 1 | -1
  /** Whether the order is that of numbers or booleans, or that of texts by code point. */
  readonly isRanked: boolean
}

/** How many slots a chunk holds: to insert into one moves half of 2 kB. */
export const CHUNK = 512

/** How full chunks are after all rows were sorted at once: a few can be added without a split. */
const FILLED = 480

/** Neighbours with fewer slots together become one. */
const MERGED = 256

export interface Chunk {
  readonly id: number
  /** Its place among the chunks. */
  at: number
  length: number
  readonly slots: Int32Array
  /**
   * Not behind the key of any row in the chunk, and behind those of the chunk before. It is kept
   * where the first row is removed.
   */
  first: SortKey
}

/** Between two rows: before the one with this index in a chunk. */
export interface Place {
  readonly chunk: number
  readonly index: number
}

/** The order of two values of a term. */
export function compareTerms(
  { compare, direction, absent }: OrderTerm,
  x: Scalar | undefined,
  y: Scalar | undefined,
): number {
  if (x === y) return 0
  if (x === undefined) return absent
  if (y === undefined) return -absent
  return compare(x, y) * direction
}

/**
 * All slots in an order, in chunks, so that a change moves few of them. Each slot's chunk is kept in
 * a column: a removal finds it without reading the row, and a set of slots is put into the order by
 * counting how many of them each chunk has. So are the values of the first term: to compare them
 * neither reads a row nor a text's kind again.
 */
export class OrderIndex {
  readonly terms: readonly OrderTerm[]
  readonly chunks: Chunk[] = []
  readonly #rows: readonly unknown[]
  /** The value of the first term of each slot. */
  #values: (Scalar | undefined)[] = []
  readonly #byId: Chunk[] = []
  readonly #unused: number[] = []
  #chunkOf = new Uint32Array(0)
  /** How many slots are before each chunk; undefined after a change. */
  #before: Int32Array | undefined

  constructor(terms: readonly OrderTerm[], rows: readonly unknown[]) {
    this.terms = terms
    this.#rows = rows
  }

  get bytes(): number {
    let bytes = this.#chunkOf.byteLength + 8 * this.#values.length
    for (const { slots, first } of this.chunks) bytes += slots.byteLength + 300 + 60 * first.length
    return bytes
  }

  /** Puts all slots in order; the index was empty. */
  fill(slots: Int32Array): void {
    const { sorted, values } = sortSlots(slots, this.#rows, this.terms)
    this.#values = values
    this.#chunkOf = new Uint32Array(this.#rows.length)
    for (let from = 0; from < sorted.length; from += FILLED) {
      const part = sorted.subarray(from, from + FILLED)
      const chunk = this.#newChunk(this.chunks.length, this.keyOf(part[0]!))
      chunk.slots.set(part)
      chunk.length = part.length
      for (const slot of part) this.#chunkOf[slot] = chunk.id
    }
  }

  keyOf(slot: number): SortKey {
    const row = this.#rows[slot]
    return this.terms.map((term, i) => (i === 0 ? this.#values[slot] : term.read(row)))
  }

  add(slot: number): void {
    this.#values[slot] = this.terms[0]!.read(this.#rows[slot])
    const key = this.keyOf(slot)
    let { chunk: at, index } = this.placeOf(key, true)
    if (this.chunks.length === 0) this.#newChunk(0, key)
    // Between two chunks, the end of the first one is taken, unless the second begins with the key.
    if (at > 0 && index === 0 && !this.#startsBy(at, key)) {
      at--
      index = this.chunks[at]!.length
    }
    let chunk = this.chunks[at]!
    if (chunk.length === CHUNK) {
      const rest = this.#split(chunk, index, key)
      if (index > chunk.length || chunk.length === CHUNK) {
        index -= chunk.length
        chunk = rest
      }
    }
    if (at === 0 && index === 0) chunk.first = key
    chunk.slots.copyWithin(index + 1, index, chunk.length)
    chunk.slots[index] = slot
    chunk.length++
    this.#setChunk(slot, chunk.id)
    this.#before = undefined
  }

  #startsBy(at: number, key: SortKey): boolean {
    const chunk = this.chunks[at]
    return chunk !== undefined && this.#compareKeys(chunk.first, key) <= 0
  }

  remove(slot: number): void {
    const chunk = this.#byId[this.#chunkOf[slot]!]!
    const { slots, at } = chunk
    const index = slots.subarray(0, chunk.length).indexOf(slot)
    slots.copyWithin(index, index + 1, chunk.length)
    chunk.length--
    this.#values[slot] = undefined
    this.#before = undefined
    const next = this.chunks[at + 1]
    if (chunk.length === 0) this.#drop(chunk)
    else if (next !== undefined && chunk.length + next.length < MERGED) {
      for (let i = 0; i < next.length; i++) this.#chunkOf[next.slots[i]!] = chunk.id
      slots.set(next.slots.subarray(0, next.length), chunk.length)
      chunk.length += next.length
      this.#drop(next)
    }
  }

  /** Moves a slot whose row is another, and which had the row `before`. */
  replace(slot: number, before: unknown, after: unknown): void {
    // The same object may have been changed in place: what it was is not known.
    if (before !== after && this.#isEqual(slot, before, after)) return
    this.remove(slot)
    this.add(slot)
  }

  #isEqual(slot: number, before: unknown, after: unknown): boolean {
    return this.terms.every(
      ({ read }, i) => (i === 0 ? this.#values[slot] : read(before)) === read(after),
    )
  }

  /** The place of the chunk in the order that a slot is in. */
  chunkAt(slot: number): number {
    return this.#byId[this.#chunkOf[slot]!]!.at
  }

  /** The place before the first row that is not before a key; or before the first one behind it. */
  placeOf(key: SortKey, isBehind: boolean): Place {
    const least = isBehind ? 1 : 0
    return this.#search(
      (first) => this.#compareKeys(first, key) >= least,
      (slot) => this.#compareSlot(slot, key) >= least,
    )
  }

  /** The place before the first row whose value of the first term a test is true of, and of all behind. */
  placeWhere(isBehind: (value: Scalar | undefined) => boolean): Place {
    return this.#search(
      (first) => isBehind(first[0]),
      (slot) => isBehind(this.#values[slot]),
    )
  }

  get end(): Place {
    return { chunk: this.chunks.length, index: 0 }
  }

  /** How many rows are before a place. */
  rankOf({ chunk, index }: Place): number {
    const before = this.#counted()
    return before[chunk]! + index
  }

  /** Whether a slot is at a place or behind it. */
  isBehind(slot: number, { chunk, index }: Place): boolean {
    const own = this.chunkAt(slot)
    if (own !== chunk || index === 0) return own >= chunk
    const { slots, length } = this.chunks[own]!
    return slots.subarray(index, length).includes(slot)
  }

  #counted(): Int32Array {
    if (this.#before !== undefined) return this.#before
    const before = new Int32Array(this.chunks.length + 1)
    for (let i = 0; i < this.chunks.length; i++) before[i + 1] = before[i]! + this.chunks[i]!.length
    this.#before = before
    return before
  }

  #search(isFirst: (first: SortKey) => boolean, isSlot: (slot: number) => boolean): Place {
    let low = 0
    let high = this.chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isFirst(this.chunks[middle]!.first)) high = middle
      else low = middle + 1
    }
    // The place may be inside of the chunk before the first one that begins behind it.
    if (low === 0) return { chunk: 0, index: 0 }
    const { slots, length } = this.chunks[low - 1]!
    let from = 0
    let to = length
    while (from < to) {
      const middle = (from + to) >>> 1
      if (isSlot(slots[middle]!)) to = middle
      else from = middle + 1
    }
    return from === length ? { chunk: low, index: 0 } : { chunk: low - 1, index: from }
  }

  #compareKeys(a: SortKey, b: SortKey): number {
    for (let i = 0; i < this.terms.length; i++) {
      const order = compareTerms(this.terms[i]!, a[i], b[i])
      if (order !== 0) return order
    }
    return 0
  }

  #compareSlot(slot: number, key: SortKey): number {
    const order = compareTerms(this.terms[0]!, this.#values[slot], key[0])
    if (order !== 0) return order
    const row = this.#rows[slot]
    for (let i = 1; i < this.terms.length; i++) {
      const term = this.terms[i]!
      const next = compareTerms(term, term.read(row), key[i])
      if (next !== 0) return next
    }
    return 0
  }

  #newChunk(at: number, first: SortKey): Chunk {
    const id = this.#unused.pop() ?? this.#byId.length
    const chunk: Chunk = { id, at, length: 0, slots: new Int32Array(CHUNK), first }
    this.#byId[id] = chunk
    this.chunks.splice(at, 0, chunk)
    for (let i = at + 1; i < this.chunks.length; i++) this.chunks[i]!.at = i
    return chunk
  }

  /** Makes room in a full chunk: its second half moves, or nothing where the last of all is added. */
  #split(chunk: Chunk, index: number, key: SortKey): Chunk {
    const isLast = index === CHUNK && chunk.at === this.chunks.length - 1
    const from = isLast ? CHUNK : CHUNK / 2
    const first = isLast ? key : this.keyOf(chunk.slots[from]!)
    const rest = this.#newChunk(chunk.at + 1, first)
    rest.slots.set(chunk.slots.subarray(from))
    rest.length = CHUNK - from
    chunk.length = from
    for (let i = 0; i < rest.length; i++) this.#chunkOf[rest.slots[i]!] = rest.id
    return rest
  }

  #drop(chunk: Chunk): void {
    this.chunks.splice(chunk.at, 1)
    for (let i = chunk.at; i < this.chunks.length; i++) this.chunks[i]!.at = i
    this.#unused.push(chunk.id)
  }

  #setChunk(slot: number, id: number): void {
    if (slot >= this.#chunkOf.length) {
      const more = new Uint32Array(Math.ceil(Math.max(slot + 1, this.#rows.length, 64) * 1.25))
      more.set(this.#chunkOf)
      this.#chunkOf = more
    }
    this.#chunkOf[slot] = id
  }
}
