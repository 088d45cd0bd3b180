import { accessor } from '../compile/accessor.ts'
import { describe, quote } from '../error/describe.ts'
import type { Scalar } from '../kinds/kind.ts'
import type { Schema } from '../parse/schema.ts'
import { type Bits, bitsFor, clearBit, grown, setBit } from './bits.ts'

/** The rows of a collection, each in a slot of its own until it is removed, and found by its key. */
export class Slots<T> {
  /** The rows by their slots; undefined in those that are free. */
  readonly rows: (T | undefined)[] = []
  /** Which slots have rows. */
  live: Bits = bitsFor(1024)
  readonly #byKey = new Map<Scalar, number>()
  readonly #free: number[] = []
  readonly #name: string
  readonly #readKey: (row: unknown) => Scalar | undefined
  readonly #kind: Schema['key']['type']['kind']

  constructor({ key }: Schema) {
    const read = accessor(key)
    const { kind } = key.type
    this.#name = key.name
    this.#kind = kind
    this.#readKey = (row) => kind.read(read(row))
  }

  get size(): number {
    return this.#byKey.size
  }

  /** Whether every slot has a row. */
  get isDense(): boolean {
    return this.#free.length === 0
  }

  /** @throws TypeError for a row without a key, which nothing could find again. */
  keyOf(row: unknown): Scalar {
    const key = this.#readKey(row)
    if (key !== undefined) return key
    throw new TypeError(
      `tamis/collection: ${quote(this.#name)}: expected ${this.#kind.expects} as the key, received a row without one (${describe(row)})`,
    )
  }

  /** A key as rows may hold it, or as it was read from one; undefined for what can be none. */
  canonical(key: unknown): Scalar | undefined {
    return this.#kind.read(key)
  }

  /** The slot of a key in any of its spellings. */
  find(key: unknown): number | undefined {
    const canonical = this.canonical(key)
    return canonical === undefined ? undefined : this.#byKey.get(canonical)
  }

  slotOf(key: Scalar): number | undefined {
    return this.#byKey.get(key)
  }

  refuseDuplicate(key: Scalar): never {
    throw new TypeError(
      `tamis/collection: ${quote(this.#name)}: a row with the key ${describe(key)} is there already; upsert takes its place`,
    )
  }

  add(key: Scalar, row: T): number {
    const slot = this.#free.pop() ?? this.rows.length
    this.rows[slot] = row
    if (slot >>> 5 >= this.live.length) this.live = grown(this.live, slot * 2)
    setBit(this.live, slot)
    this.#byKey.set(key, slot)
    return slot
  }

  remove(key: Scalar, slot: number): void {
    this.#byKey.delete(key)
    clearBit(this.live, slot)
    this.rows[slot] = undefined
    this.#free.push(slot)
  }
}
