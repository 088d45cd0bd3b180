import { pauseAfter } from './tasks/backoff.ts'
import { unref } from './timers.ts'

/** The longest pause after failures, in ms. */
const LONGEST_PAUSE = 5000

/** Repeats work with a pause in between, a longer one while it fails. It does not keep the process alive. */
export class Poll {
  readonly #work: () => Promise<void>
  readonly #interval: number
  readonly #onError: (error: unknown) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<void> | undefined
  #failures = 0
  #isStopped = false

  constructor(work: () => Promise<void>, interval: number, onError: (error: unknown) => void) {
    this.#work = work
    this.#interval = interval
    this.#onError = onError
  }

  start(): void {
    this.#schedule(this.#interval)
  }

  /** Resolves when the work that is running has ended; none is begun after it. */
  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  #schedule(ms: number): void {
    if (this.#isStopped) return
    this.#timer = setTimeout(() => {
      this.#running = this.#run()
    }, ms)
    unref(this.#timer)
  }

  async #run(): Promise<void> {
    try {
      await this.#work()
      this.#failures = 0
    } catch (error) {
      this.#failures++
      this.#onError(error)
    }
    const pause = this.#failures === 0 ? 0 : pauseAfter(this.#failures, LONGEST_PAUSE)
    this.#schedule(Math.max(this.#interval, pause))
  }
}
