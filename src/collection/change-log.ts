import type { Scalar } from '../kinds/kind.ts'

/** A row before a change, and after it. */
interface Entry<T> {
  readonly version: number
  readonly before: T | undefined
  readonly after: T | undefined
}

/**
 * The last changes of a collection, of which each operation is a version. From them the rows of an
 * earlier version are known: a page can be followed again from where its follower was.
 */
export class ChangeLog<T> {
  readonly #most: number
  readonly #keyOf: (row: T) => Scalar
  #entries: Entry<T>[] = []
  /**
   * The number of the last operation. They are counted from a random number on, so that a version of
   * another collection, such as that of a process before, is not taken for one of these.
   */
  version = Math.floor(Math.random() * 2 ** 31) * 2 ** 20
  /** The earliest version from which on all changes are known. */
  #oldest = this.version

  /** @param most how many changes of rows are kept at least, if there are as many. */
  constructor(most: number, keyOf: (row: T) => Scalar) {
    this.#most = most
    this.#keyOf = keyOf
  }

  /** A row was added, replaced or removed. */
  change(before: T | undefined, after: T | undefined): void {
    // The same object may have been changed in place: what it was is not known.
    if (before === after) this.#forget()
    else this.#add([{ version: ++this.version, before, after }])
  }

  /** Rows were added by one operation. */
  load(rows: readonly T[]): void {
    if (rows.length > this.#most) {
      this.#forget()
      return
    }
    const version = ++this.version
    this.#add(rows.map((after) => ({ version, before: undefined, after })))
  }

  /**
   * What the rows that were changed after a version were then, by their keys; undefined for those that
   * were not there. Undefined if that is not known: the version is too old, or of another collection.
   */
  since(version: number): ReadonlyMap<Scalar, T | undefined> | undefined {
    if (version < this.#oldest || version > this.version) return undefined
    const former = new Map<Scalar, T | undefined>()
    for (const { version: own, before, after } of this.#entries) {
      if (own <= version) continue
      const key = this.#keyOf((before ?? after) as T)
      if (!former.has(key)) former.set(key, before)
    }
    return former
  }

  #add(entries: readonly Entry<T>[]): void {
    // Not as arguments of one call: so many do not fit on the stack.
    for (const entry of entries) this.#entries.push(entry)
    // Dropped in bulk, once there are twice as many: a change costs the same however many are kept.
    const excess = this.#entries.length - this.#most
    if (excess <= this.#most) return
    this.#oldest = this.#entries[excess - 1]!.version
    this.#entries = this.#entries.slice(excess)
  }

  #forget(): void {
    this.#oldest = ++this.version
    this.#entries = []
  }
}
