import type { Predicate } from '../compile/predicate.ts'
import type { Bits } from './bits.ts'
import type { OrderIndex, Place } from './order-index.ts'

/** What reading a row and testing it costs, in units of looking a slot up in a bitmap. */
export const ROW = 16

/** Which slots a walk stops at. */
export interface Stops {
  /** Only these; undefined for every slot. */
  readonly bits: Bits | undefined
  /** Not 0 for the chunks that have one of these; undefined where it is not known. */
  readonly marks: Uint8Array | undefined
  /** What must be true of a row; undefined where nothing is left to be tested. */
  readonly fits: Predicate | undefined
}

/** Goes along an order and collects rows. It can pause, and go on with other stops. */
export class Walk<T> {
  readonly found: T[] = []
  readonly #order: OrderIndex
  readonly #rows: readonly (T | undefined)[]
  readonly #from: Place
  readonly #to: Place
  readonly #isReversed: boolean
  readonly #need: number
  #chunk: number
  /** The next index in the chunk; undefined at its beginning, or at its end in reverse. */
  #index: number | undefined
  /** How many rows were read. */
  read = 0

  constructor(
    order: OrderIndex,
    rows: readonly (T | undefined)[],
    span: { readonly from: Place; readonly to: Place },
    isReversed: boolean,
    need: number,
  ) {
    this.#order = order
    this.#rows = rows
    this.#from = span.from
    this.#to = span.to
    this.#isReversed = isReversed
    this.#need = need
    this.#chunk = isReversed ? span.to.chunk : span.from.chunk
  }

  /** Goes on until enough rows are found, or none are left (true), or the budget is spent (false). */
  run({ bits, marks, fits }: Stops, budget: number): boolean {
    const rows = this.#rows
    const { chunks } = this.#order
    const step = this.#isReversed ? -1 : 1
    const last = this.#isReversed ? this.#from.chunk : this.#to.chunk
    let left = budget
    for (; (last - this.#chunk) * step >= 0; this.#chunk += step) {
      const chunk = chunks[this.#chunk]
      if (chunk === undefined || (marks !== undefined && marks[this.#chunk] === 0)) {
        this.#index = undefined
        left--
        continue
      }
      const low = this.#chunk === this.#from.chunk ? this.#from.index : 0
      const high = this.#chunk === this.#to.chunk ? this.#to.index : chunk.length
      const { slots } = chunk
      const end = this.#isReversed ? low - 1 : high
      let index = this.#index ?? (this.#isReversed ? high - 1 : low)
      for (; (end - index) * step > 0; index += step) {
        if (left <= 0) {
          this.#index = index
          return false
        }
        const slot = slots[index]!
        if (bits !== undefined && ((bits[slot >>> 5] ?? 0) & (1 << (slot & 31))) === 0) {
          left--
          continue
        }
        left -= ROW
        this.read++
        const row = rows[slot] as T
        if (fits !== undefined && !fits(row)) continue
        this.found.push(row)
        if (this.found.length === this.#need) return true
      }
      this.#index = undefined
    }
    return true
  }
}
