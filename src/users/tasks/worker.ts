import type { Hooks } from '../settings.ts'
import type { Store } from '../storage/store.ts'
import { WebhookLeases } from '../webhooks/leases.ts'
import { Outbox } from '../webhooks/outbox.ts'
import { TaskArchive } from './archive.ts'
import { pause, pauseAfter } from './backoff.ts'
import { type LeasedTask, LeaseLost, type Queue } from './queue.ts'
import { TaskRun } from './run.ts'

/** The longest pause of a worker that cannot reach the database, in ms. */
const LONGEST_PAUSE = 5000

const HOUR = 60 * 60 * 1000

/**
 * How far the log reaches back, in ms: a process that is behind by more resets its lists. What a
 * webhook has not read is kept for longer.
 */
const KEEP_CHANGES = 60_000

/** Runs tasks, one at a time, until it is stopped. */
export class Worker {
  readonly #name = crypto.randomUUID()
  readonly #store: Store
  readonly #queue: Queue
  readonly #archive: TaskArchive
  readonly #hooks: Hooks
  readonly #onCommit: () => void
  readonly #stopped = new AbortController()
  #wake: (() => void) | undefined
  #isAwake = false
  /** When old changes and old tasks were removed last. */
  #changesRemovedAt = 0
  #tasksRemovedAt = 0
  #loop: Promise<void> | undefined

  constructor(store: Store, queue: Queue, hooks: Hooks, onCommit: () => void) {
    this.#store = store
    this.#queue = queue
    this.#archive = new TaskArchive(store)
    this.#hooks = hooks
    this.#onCommit = onCommit
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** Looks for tasks now. */
  nudge(): void {
    this.#isAwake = true
    this.#wake?.()
  }

  /** Ends after the user that is being processed; the task goes on elsewhere, or after a restart. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.nudge()
    await this.#loop
  }

  /** Removes changes that no process follows any more, and old tasks, if it is time to. */
  async removeOld(): Promise<void> {
    const now = this.#store.configuration.clock().getTime()
    if (Math.abs(now - this.#changesRemovedAt) < KEEP_CHANGES / 2) return
    await this.#store.log.remove(now - KEEP_CHANGES, await new WebhookLeases(this.#store).read())
    this.#changesRemovedAt = now
    if (Math.abs(now - this.#tasksRemovedAt) < HOUR) return
    await this.#archive.removeOld()
    await this.#store.answers.removeOld()
    await new Outbox(this.#store).removeOld()
    this.#tasksRemovedAt = now
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    let failures = 0
    while (!signal.aborted) {
      this.#isAwake = false
      try {
        await this.removeOld()
        const task = await this.#queue.lease(this.#name)
        if (task === undefined) await this.#sleep(this.#store.configuration.pollInterval)
        else await this.#work(task)
        failures = 0
      } catch (error) {
        this.#hooks.onError?.(error)
        failures++
        await pause(pauseAfter(failures, LONGEST_PAUSE), signal)
      }
    }
  }

  /** Until the next nudge, or the next poll for tasks of other processes and for ended leases. */
  #sleep(ms: number): Promise<void> {
    if (this.#isAwake) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async #work(task: LeasedTask): Promise<void> {
    const lost = new AbortController()
    const signal = AbortSignal.any([lost.signal, this.#stopped.signal])
    // A hook may take longer than a lease.
    const renewal = setInterval(() => {
      this.#queue.renew(this.#store.db, task, this.#name).catch((error: unknown) => {
        if (error instanceof LeaseLost) lost.abort()
        else this.#hooks.onError?.(error)
      })
    }, this.#store.configuration.lease / 3)
    const run = new TaskRun({
      store: this.#store,
      queue: this.#queue,
      hooks: this.#hooks,
      worker: this.#name,
      task,
      signal,
      onCommit: this.#onCommit,
      afterStep: () => this.removeOld().catch((error) => this.#hooks.onError?.(error)),
    })
    try {
      await run.finish()
    } catch (error) {
      if (error instanceof LeaseLost || signal.aborted) return
      throw error
    } finally {
      clearInterval(renewal)
      if (this.#stopped.signal.aborted) {
        // If this fails, the task goes on when its lease ends.
        await this.#queue.release(task, this.#name).catch((error) => this.#hooks.onError?.(error))
      }
    }
  }
}
