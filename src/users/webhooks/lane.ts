import type { LogRecord } from '../storage/change.ts'
import type { Store } from '../storage/store.ts'
import { LeaseLost } from '../tasks/queue.ts'
import { eventOf } from './event.ts'
import type { LeasedWebhook, Progress, WebhookLeases } from './leases.ts'
import type { Outbox, QueuedEvent } from './outbox.ts'
import { type Outcome, send } from './send.ts'
import { Settler } from './settler.ts'
import { CONCURRENCY, MOST_PENDING } from './webhook.ts'

/** How many changes are read at once. */
const BATCH = 100

/** How long a webhook rests whose queue is full and waits for later attempts, in ms. */
const FULL_PAUSE = 1000

/** The longest time between two attempts, in ms. */
const LONGEST_PAUSE = 6 * 60 * 60 * 1000

/** How long every attempt may fail until the webhook is disabled, in ms. */
const FAILING_FOR = 5 * 24 * 60 * 60 * 1000

/** How long requests may take that were sent before the process is closed, in ms. */
const CLOSING_TIME = 2000

/**
 * The time until the next attempt after so many have failed, in ms: three times as long after each,
 * less up to a half at random, so that events that failed together do not return together.
 */
export const attemptPause = (attempts: number, first: number): number =>
  Math.min(first * 3 ** Math.min(attempts - 1, 20), LONGEST_PAUSE) * (1 - Math.random() / 2)

interface LaneOptions {
  readonly store: Store
  readonly leases: WebhookLeases
  readonly outbox: Outbox
  /** The name of the process that has the lease. */
  readonly worker: string
  readonly id: string
  /** Aborted when the process is closed. */
  readonly stopped: AbortSignal
  onError(error: unknown): void
  /** Called with the outcome of each attempt, once it is stored. */
  onAttempt(outcome: AttemptOutcome): void
}

/** What became of an event: sent, to be tried again, or given up as a dead letter. */
export type AttemptOutcome = 'delivered' | 'retried' | 'dead'

/**
 * The work of one process on one webhook, for as long as it has the lease: it queues the events of
 * the changes that the webhook has not read, and sends what is due, some events at once, each of
 * another user. A lane waits for nothing but its own endpoint.
 */
export class Lane {
  readonly #options: LaneOptions
  readonly #settler: Settler
  readonly #inFlight = new Set<string>()
  /** Aborts requests: the lease is lost, or the process is closed. */
  readonly #cut = new AbortController()
  #isEnded = false
  #isFull = false
  #isAwake = false
  #wake: (() => void) | undefined

  constructor(options: LaneOptions) {
    const { store, leases, id, worker } = options
    this.#options = options
    this.#settler = new Settler(store, leases, id, worker)
  }

  /** Works until there is nothing to do now. */
  async run(): Promise<void> {
    const { store, leases, worker, id, stopped, onError } = this.#options
    const renewal = setInterval(() => {
      leases.renew(store.db, id, worker).catch((error: unknown) => this.#fail(error))
    }, store.configuration.lease / 3)
    let closing: ReturnType<typeof setTimeout> | undefined
    const stop = () => {
      closing = setTimeout(() => this.#cut.abort(), CLOSING_TIME)
      this.#end()
    }
    if (stopped.aborted) stop()
    stopped.addEventListener('abort', stop)
    try {
      await this.#loop()
    } catch (error) {
      this.#fail(error)
    } finally {
      while (this.#inFlight.size > 0) await this.#sleep(store.configuration.lease)
      clearInterval(renewal)
      clearTimeout(closing)
      stopped.removeEventListener('abort', stop)
      // If this fails, the lease ends by itself.
      await leases.release(id, worker, this.#isFull ? FULL_PAUSE : 0).catch(onError)
    }
  }

  async #loop(): Promise<void> {
    const { store, leases, outbox, worker, id } = this.#options
    while (!this.#isEnded) {
      this.#isAwake = false
      const webhook = await leases.current(id, worker)
      if (webhook === undefined) return
      const free = CONCURRENCY - this.#inFlight.size
      const maySend = free > 0 && webhook.paused_until <= this.#now()
      const due = maySend ? await outbox.due(id, [...this.#inFlight], free) : []
      if (this.#isEnded) return
      for (const event of due) this.#start(webhook, event)
      // Only what is sent soon is read, so that the queue stays short.
      if (due.length < free && (await this.#read(webhook))) continue
      if (this.#inFlight.size === 0) return
      await this.#sleep(store.configuration.pollInterval)
    }
  }

  #now(): number {
    return this.#options.store.configuration.clock().getTime()
  }

  #end(): void {
    this.#isEnded = true
    this.#isAwake = true
    this.#wake?.()
  }

  /** Ends the lane after an error; one that has lost its lease leaves the webhook to another. */
  #fail(error: unknown): void {
    if (error instanceof LeaseLost) this.#cut.abort()
    else this.#options.onError(error)
    this.#end()
  }

  /** Until a request has ended, or so many milliseconds have passed. */
  #sleep(ms: number): Promise<void> {
    if (this.#isAwake) {
      this.#isAwake = false
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Queues the events of the next changes. @returns whether there were any. */
  async #read({ seq, event_types }: LeasedWebhook): Promise<boolean> {
    const { store, outbox, id, onError } = this.#options
    const records = await store.log.after(seq, BATCH)
    if (records === undefined) {
      const last = await store.log.last()
      const missed = `changes ${seq + 1} to ${last} are not in the log any more`
      onError(new Error(`tamis/users: webhook ${id} was not sent all: ${missed}`))
      await this.#settler.settle({ seq: last }, async () => {})
      return true
    }
    const last = records.at(-1)
    if (last === undefined) return false
    if (await outbox.isFull(id, MOST_PENDING)) {
      this.#isFull = true
      return false
    }
    this.#isFull = false
    const events = records.flatMap((record) => this.#eventOf(record) ?? [])
    const asked = events.filter(({ type }) => event_types.has(type))
    await this.#settler.settle({ seq: last.seq }, (transaction) =>
      outbox.add(transaction, id, asked),
    )
    return true
  }

  #eventOf(record: LogRecord) {
    try {
      const event = eventOf(record.read())
      if (event === undefined) return undefined
      const { seq, user_id, at } = record
      const { type, data } = event
      const timestamp = new Date(at).toISOString()
      const body = JSON.stringify({ type, timestamp, data })
      return { id: `msg_${crypto.randomUUID()}`, seq, user_id, type, body, at, attempts: 0 }
    } catch (error) {
      // A damaged change concerns its own user only.
      this.#options.onError(error)
      return undefined
    }
  }

  #start(webhook: LeasedWebhook, event: QueuedEvent): void {
    this.#inFlight.add(event.id)
    this.#deliver(webhook, event)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#inFlight.delete(event.id)
        this.#isAwake = true
        this.#wake?.()
      })
  }

  async #deliver({ url, secrets, failing_since }: LeasedWebhook, event: QueuedEvent) {
    const { store, outbox, id } = this.#options
    const { clock, webhookTimeout: timeout } = store.configuration
    const outcome = await send(
      { id: event.id, url, secrets, body: event.body },
      { now: clock(), timeout, signal: this.#cut.signal },
    )
    if (outcome === undefined) return
    if (outcome.type === 'delivered') {
      const progress = { hasSucceeded: failing_since !== undefined }
      await this.#settler.settle(progress, (transaction) => outbox.remove(transaction, id, event))
      this.#options.onAttempt('delivered')
      return
    }
    await this.#failed(event, outcome, failing_since)
  }

  async #failed(
    event: QueuedEvent,
    outcome: Exclude<Outcome, { readonly type: 'delivered' }>,
    failingSince: number | undefined,
  ): Promise<void> {
    const { store, outbox, id } = this.#options
    const { webhookAttempts, webhookRetryPause } = store.configuration
    const { type, error } = outcome
    const now = this.#now()
    const { retryAfter, isBusy = false } = type === 'gone' ? {} : outcome
    const isDisabled = type === 'gone' || now - (failingSince ?? now) >= FAILING_FOR
    const progress: Progress = {
      failed: { error, at: now },
      ...(isBusy && retryAfter !== undefined ? { paused_until: now + retryAfter } : {}),
      ...(isDisabled ? { disabled: type === 'gone' ? 'gone' : 'failing' } : {}),
    }
    const tried = { ...event, attempts: event.attempts + 1 }
    const pause = Math.max(attemptPause(tried.attempts, webhookRetryPause), retryAfter ?? 0)
    // What a disabled webhook has queued is sent when it is enabled again.
    const isDead = !isDisabled && tried.attempts >= webhookAttempts
    await this.#settler.settle(progress, (transaction) =>
      isDead
        ? outbox.giveUp(transaction, id, tried, error)
        : outbox.postpone(transaction, tried, now + pause),
    )
    this.#options.onAttempt(isDead ? 'dead' : 'retried')
  }
}
