import type { Hooks } from './settings.ts'
import type { LoggedChange } from './storage/change.ts'
import type { Store } from './storage/store.ts'

/** How many changes are read at once. */
const BATCH = 500

export interface FeedListener {
  /** Whether anybody follows, or is about to. */
  isHeard(): boolean
  /** Changes, in their order, each once. */
  onChange(change: LoggedChange): void
  /** Changes were missed: the log no longer reached back to them. */
  onGap(): void
}

/**
 * Reads the log of changes: those of this process as soon as they are committed, those of others
 * when it looks for them.
 */
export class Feed {
  readonly #store: Store
  readonly #hooks: Hooks
  readonly #listener: FeedListener
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

  /** The change up to which everything has been told; the first call starts the feed. */
  async position(): Promise<number> {
    if (this.#seq === undefined) {
      const last = await this.#store.log.last()
      // Two that ask first start it once.
      if (this.#seq === undefined) {
        this.#seq = last
        this.#schedule()
      }
    } else {
      await this.nudge()
    }
    return this.#seq
  }

  /** Reads what there is now. */
  nudge(): Promise<void> {
    if (this.#seq === undefined || this.#isClosed) return Promise.resolve()
    if (this.#reading !== undefined) {
      // What was committed meanwhile may not have been seen by the question that is under way.
      this.#again = true
      return this.#reading
    }
    this.#reading = this.#read()
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
      if (this.#listener.isHeard()) await this.nudge()
      else await this.#reading
      // Where nobody follows there is nothing to read, and the next one begins anew.
      if (this.#listener.isHeard()) this.#schedule()
      else this.#seq = undefined
    }, this.#store.configuration.pollInterval)
    // An open list keeps no process alive.
    ;(this.#timer as { unref?: () => void }).unref?.()
  }

  async #read(): Promise<void> {
    try {
      do {
        this.#again = false
        const seq = this.#seq as number
        const changes = await this.#store.log.after(seq, BATCH)
        if (changes === undefined) {
          this.#seq = await this.#store.log.last()
          this.#listener.onGap()
          continue
        }
        for (const change of changes) this.#listener.onChange(change)
        const last = changes.at(-1)
        if (last !== undefined) this.#seq = last.seq
        if (changes.length === BATCH) this.#again = true
      } while (this.#again && !this.#isClosed)
    } catch (error) {
      this.#hooks.onError?.(error)
    } finally {
      // At once, not when the promise is settled: whoever nudges in between would be forgotten.
      this.#reading = undefined
    }
  }
}
