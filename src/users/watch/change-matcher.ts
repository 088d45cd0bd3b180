import type { LogRecord } from '../storage/change.ts'
import type { Watchers } from './watchers.ts'

/** How long changes are matched before other work of the event loop gets its turn, in ms. */
const SLICE = 5

/**
 * How long a slice waits for its turn of the event loop, in ms. A loop of writes to `:memory:` awaits
 * only settled promises, so that no turn comes: then the slice runs before the next write.
 */
const LONGEST_PAUSE = 10

/** How long a change may wait before the lists with the most expensive filters are reset, in ms. */
const MOST_LAG = 10_000

/** If more changes, or more characters of their JSON, are waiting, all lists are reset. */
const MOST_CHANGES = 20_000
const MOST_CHARACTERS = 64 * 1024 * 1024

interface Waiting {
  readonly record: LogRecord
  /** When it was read, by `performance.now()`. */
  readonly at: number
}

export interface ChangeMatcherLimits {
  readonly mostLag?: number
  readonly mostChanges?: number
  readonly mostCharacters?: number
}

/**
 * Matches changes with the open lists, one change after the other, in slices of a few milliseconds:
 * no write waits for it, and requests are answered in between.
 */
export class ChangeMatcher {
  readonly #watchers: Watchers
  readonly #onError: (error: unknown) => void
  readonly #limits: Required<ChangeMatcherLimits>
  #queue: Waiting[] = []
  /** The index of the queue's first element: `shift` takes time linear in an array's length. */
  #first = 0
  #characters = 0
  #current: Generator<void> | undefined
  #isScheduled = false
  /** When a slice last ran, or was scheduled. */
  #slicedAt = 0
  /** When lists were last reset for their cost. No more are until the effect can be seen. */
  #overloadedAt = Number.NEGATIVE_INFINITY
  #waiters: { readonly seq: number; readonly resolve: () => void }[] = []

  constructor(
    watchers: Watchers,
    onError: (error: unknown) => void,
    {
      mostLag = MOST_LAG,
      mostChanges = MOST_CHANGES,
      mostCharacters = MOST_CHARACTERS,
    }: ChangeMatcherLimits = {},
  ) {
    this.#watchers = watchers
    this.#onError = onError
    this.#limits = { mostLag, mostChanges, mostCharacters }
  }

  /** Adds the next change of the log. */
  add(record: LogRecord): void {
    if (this.#watchers.size === 0) {
      this.clear()
      return
    }
    this.#queue.push({ record, at: performance.now() })
    this.#characters += record.size
    const { mostChanges, mostCharacters } = this.#limits
    const isOver = this.#length > mostChanges || this.#characters > mostCharacters
    // A single change is matched, whatever its size.
    if (isOver && this.#length > 1) this.reset(record.seq)
    else if (!this.#isScheduled) this.#schedule()
    else if (performance.now() - this.#slicedAt > LONGEST_PAUSE) this.#slice()
  }

  /** Resolves once the events of all changes up to one were sent. */
  settled(seq: number): Promise<void> {
    const next = this.#queue[this.#first]
    if (next === undefined || next.record.seq > seq) return Promise.resolve()
    return new Promise((resolve) => this.#waiters.push({ seq, resolve }))
  }

  /** Resets all lists: changes up to one were missed, and those that are waiting are dropped. */
  reset(seq: number): void {
    this.clear()
    this.#watchers.reset(seq)
  }

  /** Drops the changes that are waiting. */
  clear(): void {
    this.#queue = []
    this.#first = 0
    this.#characters = 0
    this.#current = undefined
    this.#release(Number.POSITIVE_INFINITY)
  }

  get #length(): number {
    return this.#queue.length - this.#first
  }

  #schedule(): void {
    if (this.#isScheduled || this.#length === 0) return
    this.#isScheduled = true
    this.#slicedAt = performance.now()
    setImmediate(() => {
      this.#isScheduled = false
      this.#slice()
      this.#schedule()
    })
  }

  #slice(): void {
    const end = performance.now() + SLICE
    while (this.#length > 0 && performance.now() < end) this.#step()
    this.#slicedAt = performance.now()
    const next = this.#queue[this.#first]
    const last = this.#queue.at(-1)
    if (next === undefined || last === undefined) return
    const now = performance.now()
    if (now - Math.max(next.at, this.#overloadedAt) < this.#limits.mostLag) return
    this.#overloadedAt = now
    this.#watchers.resetExpensive(next.record.seq, last.record.seq)
  }

  #step(): void {
    const record = this.#queue[this.#first]?.record
    if (record === undefined) return
    try {
      this.#current ??= this.#watchers.steps(record.read())
      if (this.#current.next().done === true) this.#finish(record)
    } catch (error) {
      // The row is damaged. Its effect on the lists is not known, so they must be queried again.
      this.#onError(error)
      this.#finish(record)
      this.#watchers.reset()
    }
  }

  #finish(record: LogRecord): void {
    this.#current = undefined
    this.#characters -= record.size
    this.#first++
    if (this.#first === this.#queue.length || this.#first >= 1000) {
      this.#queue = this.#queue.slice(this.#first)
      this.#first = 0
    }
    this.#release(record.seq)
  }

  #release(seq: number): void {
    if (this.#waiters.length === 0) return
    const released = this.#waiters.filter((each) => each.seq <= seq)
    this.#waiters = this.#waiters.filter((each) => each.seq > seq)
    for (const { resolve } of released) resolve()
  }
}
