import { Poll } from '../poll.ts'
import type { Hooks } from '../settings.ts'
import type { Store } from '../storage/store.ts'
import { type AttemptOutcome, Lane } from './lane.ts'
import { WebhookLeases } from './leases.ts'
import { Outbox } from './outbox.ts'

type AttemptObserver = (outcome: AttemptOutcome) => void

/** Looks for webhooks with work, and gives each a lane of its own. */
export class Dispatcher {
  readonly #worker = crypto.randomUUID()
  readonly #store: Store
  readonly #leases: WebhookLeases
  readonly #outbox: Outbox
  readonly #poll: Poll
  readonly #onError: (error: unknown) => void
  readonly #lanes = new Map<string, Promise<void>>()
  readonly #stopped = new AbortController()
  readonly #observers = new Set<AttemptObserver>()

  constructor(store: Store, hooks: Hooks) {
    this.#store = store
    this.#leases = new WebhookLeases(store)
    this.#outbox = new Outbox(store)
    this.#onError = (error) => hooks.onError?.(error)
    this.#poll = new Poll(
      () => this.#look(),
      store.configuration.pollInterval,
      (error) => this.#onError(error),
    )
  }

  start(): void {
    this.#poll.start()
  }

  /** Calls an observer with the outcome of each attempt. @returns the function that ends it. */
  onAttempt(observer: AttemptObserver): () => void {
    this.#observers.add(observer)
    return () => void this.#observers.delete(observer)
  }

  /** How many events are queued, and the age of the oldest of them in seconds. */
  undelivered(): Promise<{ readonly count: number; readonly oldest: number }> {
    return this.#outbox.undelivered()
  }

  /** Ends after the requests that were sent, at the latest after two seconds. */
  async stop(): Promise<void> {
    await this.#poll.stop()
    this.#stopped.abort()
    await Promise.all(this.#lanes.values())
  }

  async #look(): Promise<void> {
    for (const free of await this.#leases.withWork()) {
      const { id } = free
      if (this.#lanes.has(id) || !(await this.#leases.lease(free, this.#worker))) continue
      const lane = new Lane({
        store: this.#store,
        leases: this.#leases,
        outbox: this.#outbox,
        worker: this.#worker,
        id,
        stopped: this.#stopped.signal,
        onError: this.#onError,
        onAttempt: (outcome) => {
          for (const observer of this.#observers) observer(outcome)
        },
      })
      const running = lane.run().finally(() => this.#lanes.delete(id))
      this.#lanes.set(id, running)
    }
  }
}
