import type { Transaction } from 'kysely'
import type { Hooks } from '../settings.ts'
import type { Store } from '../storage/store.ts'
import type { Tables } from '../storage/tables.ts'
import { shown } from '../user.ts'
import { type HeldTask, LeaseLost, type Outcome, type Queue, type Step } from './queue.ts'
import type { TaskError } from './task.ts'
import { WORK } from './work.ts'

/** How often what fails is tried, and how long is waited before the second time, in ms. */
const TRIES = 3
const PAUSE = 100

const pause = (tries: number) => new Promise((resolve) => setTimeout(resolve, PAUSE * tries))

const HOUR = 60 * 60 * 1000

/** How many changes back the log reaches: whoever was away for longer asks anew. */
const KEEP_CHANGES = 60_000

/** Works off tasks, one at a time, until it is stopped. */
export class Worker {
  readonly #name = crypto.randomUUID()
  readonly #store: Store
  readonly #queue: Queue
  readonly #hooks: Hooks
  readonly #onCommit: () => void
  readonly #stopped = new AbortController()
  #wake: (() => void) | undefined
  #isAwake = false
  #tidied = 0
  #forgot = 0
  #loop: Promise<void> | undefined

  constructor(store: Store, queue: Queue, hooks: Hooks, onCommit: () => void) {
    this.#store = store
    this.#queue = queue
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

  /** Ends after the user that is being done; the task goes on elsewhere, or at the next start. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.nudge()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      this.#isAwake = false
      try {
        await this.tidy()
        const task = await this.#queue.claim(this.#name)
        if (task === undefined) await this.#sleep()
        else await this.#work(task)
      } catch (error) {
        this.#hooks.onError?.(error)
        await this.#sleep()
      }
    }
  }

  /** Until it is nudged, or it is time to look for what other processes and dead workers left. */
  #sleep(): Promise<void> {
    if (this.#isAwake) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#store.configuration.pollInterval)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Forgets what is old. */
  async tidy(): Promise<void> {
    const now = this.#store.configuration.clock().getTime()
    if (Math.abs(now - this.#tidied) < KEEP_CHANGES / 2) return
    await this.#store.log.forget(now - KEEP_CHANGES)
    this.#tidied = now
    if (Math.abs(now - this.#forgot) < HOUR) return
    await this.#queue.forget()
    this.#forgot = now
  }

  async #work(task: HeldTask): Promise<void> {
    const own = new AbortController()
    const signal = AbortSignal.any([own.signal, this.#stopped.signal])
    // A hook may work for longer than a lease.
    const renewal = setInterval(() => {
      this.#queue.renew(this.#store.db, task, this.#name).catch((error: unknown) => {
        if (error instanceof LeaseLost) own.abort()
        else this.#hooks.onError?.(error)
      })
    }, this.#store.configuration.lease / 3)
    try {
      for (const step of await this.#queue.steps(task)) {
        await this.#try(task, step, signal)
        if (signal.aborted) break
        await this.tidy()
      }
      if (!signal.aborted) await this.#finish(task)
    } catch (error) {
      if (error instanceof LeaseLost || signal.aborted) return
      throw error
    } finally {
      clearInterval(renewal)
      if (this.#stopped.signal.aborted) await this.#queue.release(task, this.#name)
    }
  }

  /** One user, tried again where the database fails; one who cannot be done holds up no others. */
  async #try(task: HeldTask, step: Step, signal: AbortSignal): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#do(task, step, signal)
        return
      } catch (error) {
        if (error instanceof LeaseLost || signal.aborted) throw error
        this.#hooks.onError?.(error)
        if (tries < TRIES) await pause(tries)
        else break
      }
    }
    await this.#store.transaction(async (transaction) => {
      await this.#queue.renew(transaction, task, this.#name)
      await this.#queue.done(transaction, task, step, { error: 'the database failed' })
    })
  }

  /** One user: the hook first, while the user is there; then all else in one transaction. */
  async #do(task: HeldTask, step: Step, signal: AbortSignal): Promise<void> {
    const work = WORK[task.type]
    const user = (await this.#store.find([step.user_id])).get(step.user_id)
    const failure =
      user === undefined
        ? undefined
        : await this.#tell(() =>
            work.tell?.(
              this.#hooks,
              {
                key: `${task.id}:${step.user_id}`,
                user: shown(user),
                options: task.options,
                signal,
              },
              user,
            ),
          )
    if (signal.aborted && failure !== undefined) return
    await this.#store.transaction(async (transaction) => {
      await this.#queue.renew(transaction, task, this.#name)
      const outcome =
        failure === undefined
          ? await this.#apply(transaction, task, step)
          : { error: `the hook failed: ${failure}` }
      await this.#queue.done(transaction, task, step, outcome)
      if (outcome.change !== undefined) await this.#store.write(transaction, [outcome.change])
    })
    this.#onCommit()
  }

  async #apply(
    transaction: Transaction<Tables>,
    { type, options }: HeldTask,
    { user_id }: Step,
  ): Promise<Outcome & { readonly change?: Parameters<Store['write']>[1][number] }> {
    const user = (await this.#store.lock(transaction, [user_id])).get(user_id)
    return WORK[type].apply(user, options, this.#store.now())
  }

  /** Calls a hook, some times if it must be; answers what it threw at last. */
  async #tell(call: () => void | Promise<void>): Promise<string | undefined> {
    for (let tries = 1; ; tries++) {
      try {
        await call()
        return undefined
      } catch (error) {
        this.#hooks.onError?.(error)
        if (tries === TRIES || this.#stopped.signal.aborted) {
          return error instanceof Error ? error.message : String(error)
        }
        await pause(tries)
      }
    }
  }

  async #finish(task: HeldTask): Promise<void> {
    await this.#store.transaction(async (transaction) => {
      await this.#queue.renew(transaction, task, this.#name)
      const outcomes = await this.#queue.outcomes(transaction, task)
      const failed = outcomes.flatMap(({ user_id, error }) =>
        error === undefined ? [] : [[user_id, error] as const],
      )
      const error: TaskError | undefined =
        failed.length === 0
          ? undefined
          : {
              code: 'users_failed',
              message: `${failed.length} of ${outcomes.length} users could not be done`,
              details: { users: Object.fromEntries(failed) },
            }
      const result = WORK[task.type].result?.(outcomes)
      await this.#queue.finish(transaction, task, {
        result,
        ...(error === undefined ? {} : { error }),
      })
    })
  }
}
