import { addAll, type Bits, bitsFor, clearBit, eachBit, grown, hasBit, setBit } from './bits.ts'

/** Up to this length a list is an array of JavaScript's, which has a smaller header than a typed one. */
const SHORT = 24

/** A list of more slots than one in so many is larger than half of a bitmap, and slower to change. */
const SPARSE = 64

/**
 * The slots of the rows that have one value: a sorted list while they are few, then a bitmap. It
 * becomes a list again at half the size, so that a row that comes and goes does not convert it each
 * time.
 */
export class Posting {
  count = 0
  #list: number[] | Int32Array = []
  #bits: Bits | undefined

  /** The bitmap, if it is one; it is shorter than the collection where the last slots are not in it. */
  get bits(): Bits | undefined {
    return this.#bits
  }

  get bytes(): number {
    if (this.#bits !== undefined) return 200 + this.#bits.byteLength
    const list = this.#list
    return Array.isArray(list) ? 80 + 8 * list.length : 200 + list.byteLength
  }

  has(slot: number): boolean {
    if (this.#bits !== undefined) return hasBit(this.#bits, slot)
    const at = this.#placeOf(slot)
    return at < this.count && this.#list[at] === slot
  }

  /** Adds a slot that is not in it, of a collection with so many slots. */
  add(slot: number, slots: number): void {
    if (this.#bits === undefined && this.count >= SHORT && this.count > slots / SPARSE) {
      const bits = bitsFor(Math.max(slots, slot + 1))
      for (let i = 0; i < this.count; i++) setBit(bits, this.#list[i]!)
      this.#bits = bits
      this.#list = []
    }
    if (this.#bits !== undefined) {
      if (slot >>> 5 >= this.#bits.length) {
        this.#bits = grown(this.#bits, Math.max(slot + 1, slots, this.#bits.length * 40))
      }
      setBit(this.#bits, slot)
    } else this.#insert(slot)
    this.count++
  }

  /** Removes a slot that is in it. */
  remove(slot: number, slots: number): void {
    this.count--
    if (this.#bits === undefined) {
      const at = this.#placeOf(slot)
      if (Array.isArray(this.#list)) this.#list.splice(at, 1)
      else this.#list.copyWithin(at, at + 1, this.count + 1)
      return
    }
    clearBit(this.#bits, slot)
    if (this.count > slots / (2 * SPARSE)) return
    const list = new Int32Array(Math.max(SHORT, this.count))
    let length = 0
    eachBit(this.#bits, (each) => {
      list[length++] = each
    })
    this.#bits = undefined
    this.#list = list
  }

  addTo(bits: Bits): void {
    if (this.#bits !== undefined) addAll(bits, this.#bits)
    else for (let i = 0; i < this.count; i++) setBit(bits, this.#list[i]!)
  }

  each(visit: (slot: number) => void): void {
    if (this.#bits !== undefined) eachBit(this.#bits, visit)
    else for (let i = 0; i < this.count; i++) visit(this.#list[i]!)
  }

  /** The first place whose slot is not below one. */
  #placeOf(slot: number): number {
    const list = this.#list
    let low = 0
    let high = this.count
    // Slots are added in ascending order more often than not.
    if (high > 0 && list[high - 1]! < slot) return high
    while (low < high) {
      const middle = (low + high) >>> 1
      if (list[middle]! < slot) low = middle + 1
      else high = middle
    }
    return low
  }

  #insert(slot: number): void {
    const at = this.#placeOf(slot)
    if (Array.isArray(this.#list)) {
      if (this.count < SHORT) {
        if (at === this.count) this.#list.push(slot)
        else this.#list.splice(at, 0, slot)
        return
      }
      const list = new Int32Array(2 * SHORT)
      list.set(this.#list)
      this.#list = list
    } else if (this.count === this.#list.length) {
      const list = new Int32Array(Math.ceil(this.count * 1.5))
      list.set(this.#list)
      this.#list = list
    }
    this.#list.copyWithin(at + 1, at, this.count)
    this.#list[at] = slot
  }
}
