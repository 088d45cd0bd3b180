import type { Transaction } from 'kysely'
import type { Store } from '../storage/store.ts'
import type { Tables } from '../storage/tables.ts'
import type { Progress, WebhookLeases } from './leases.ts'

type Work = (transaction: Transaction<Tables>) => Promise<void>

interface Outcome {
  readonly progress: Progress
  readonly work: Work
  resolve(): void
  reject(error: unknown): void
}

/** Outcomes of attempts that are stored together. The last failure is the one that is shown. */
function mergedOf(all: readonly Progress[]): Progress {
  const merged = Object.assign({}, ...all)
  const pauses = all.map(({ paused_until = 0 }) => paused_until)
  return {
    ...merged,
    ...('paused_until' in merged ? { paused_until: Math.max(...pauses) } : {}),
    hasSucceeded: all.some(({ hasSucceeded }) => hasSucceeded),
  }
}

/**
 * Stores the outcomes of attempts, each transaction those that came while the one before it ran: with
 * one for each, the database would take most of the time.
 */
export class Settler {
  readonly #store: Store
  readonly #leases: WebhookLeases
  readonly #id: string
  readonly #worker: string
  readonly #waiting: Outcome[] = []
  #isRunning = false

  constructor(store: Store, leases: WebhookLeases, id: string, worker: string) {
    this.#store = store
    this.#leases = leases
    this.#id = id
    this.#worker = worker
  }

  /** Resolves when an outcome is stored. @throws LeaseLost if another worker has the webhook. */
  settle(progress: Progress, work: Work): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ progress, work, resolve, reject })
      void this.#run()
    })
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    while (this.#waiting.length > 0) {
      const all = this.#waiting.splice(0)
      try {
        await this.#transaction(all)
        for (const { resolve } of all) resolve()
      } catch (error) {
        for (const { reject } of all) reject(error)
      }
    }
    this.#isRunning = false
  }

  #transaction(all: readonly Outcome[]): Promise<void> {
    const progress = mergedOf(all.map((each) => each.progress))
    return this.#store.transaction(async (transaction) => {
      // First of all, to make sure of the lease and to lock the queue.
      await this.#leases.renew(transaction, this.#id, this.#worker, progress)
      for (const { work } of all) await work(transaction)
    })
  }
}
