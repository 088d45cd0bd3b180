import type { Hooks } from './settings.ts'
import type { LogRecord } from './storage/change.ts'
import type { Store } from './storage/store.ts'
import { unref } from './timers.ts'

/** How many changes are read at once. */
const BATCH = 500

export interface FeedListener {
  /** Whether anybody follows the changes, or is about to. */
  hasListeners(): boolean
  /** Called with each change once, in order. Must not throw. */
  onChange(change: LogRecord): void
  /** Called where changes up to `seq` were missed, because the log does not reach back. Must not throw. */
  onGap(seq: number): void
}

/**
 * Reads the log of changes: those of this process as soon as they are committed, those of other
 * processes by polling.
 */
export class Feed {
  readonly #store: Store
  readonly #hooks: Hooks
  readonly #listener: FeedListener
  /** The number of the last change that was read; undefined while the feed is stopped. */
  #seq: number | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #reading: Promise<void> | undefined
  #again = false
  #isClosed = false

  constructor(store: Store, hooks: Hooks, listener: FeedListener) {
    this.#store = store
    this.#hooks = hooks
    this.#listener = listener
  }

  /** The number of the last change that was read; the first call starts the feed. */
  async position(): Promise<number> {
    if (this.#seq === undefined) {
      const last = await this.#store.log.last()
      // Of two first calls at once, only one starts it.
      if (this.#seq === undefined) {
        this.#seq = last
        this.#schedule()
      }
    } else {
      await this.nudge()
    }
    return this.#seq
  }

  /** Reads what is there now. */
  nudge(): Promise<void> {
    if (this.#seq === undefined || this.#isClosed) return Promise.resolve()
    if (this.#reading !== undefined) {
      // The query that is running may not see what was committed after it began.
      this.#again = true
      return this.#reading
    }
    this.#reading = this.#read(this.#seq)
    return this.#reading
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#reading
  }

  #schedule(): void {
    if (this.#isClosed) return
    this.#timer = setTimeout(async () => {
      if (this.#listener.hasListeners()) await this.nudge()
      else await this.#reading
      // Without listeners the feed stops, and the next `position` starts it anew.
      if (this.#listener.hasListeners()) this.#schedule()
      else this.#seq = undefined
    }, this.#store.configuration.pollInterval)
    // An open list does not keep the process alive.
    unref(this.#timer)
  }

  async #read(from: number): Promise<void> {
    let seq = from
    try {
      do {
        this.#again = false
        const changes = await this.#store.log.after(seq, BATCH)
        if (changes === undefined) {
          seq = await this.#store.log.last()
          this.#seq = seq
          this.#listener.onGap(seq)
          continue
        }
        for (const change of changes) {
          seq = change.seq
          this.#seq = seq
          this.#listener.onChange(change)
        }
        if (changes.length === BATCH) this.#again = true
      } while (this.#again && !this.#isClosed)
    } catch (error) {
      this.#hooks.onError?.(error)
    } finally {
      // At once, not when the promise is settled: a nudge in between would have no effect.
      this.#reading = undefined
    }
  }
}
