import type { Transaction } from 'kysely'
import type { Hooks } from '../settings.ts'
import type { Change } from '../storage/change.ts'
import { isCertain } from '../storage/failures.ts'
import type { Store } from '../storage/store.ts'
import type { Tables } from '../storage/tables.ts'
import { shown } from '../user.ts'
import { FIRST_PAUSE, pause, pauseAfter } from './backoff.ts'
import { type LeasedTask, LeaseLost, type Queue, type Step } from './queue.ts'
import type { TaskError } from './task.ts'
import { type Outcome, WORK } from './work.ts'

/** How often work is tried that a retry is not likely to help, for example a hook. */
const TRIES = 3
/** The longest pause before a retry, in ms. */
const LONGEST_PAUSE = 30_000

/** A driver's message is stored only for errors of the data: other messages may name the server. */
const reasonOf = (error: unknown): string =>
  isCertain(error) && error instanceof Error
    ? `the database failed: ${error.message}`
    : 'the database failed'

/** The call of a hook for one user, which is not repeated when the database fails afterwards. */
interface CalledHook {
  isCalled?: boolean
  failure?: string | undefined
}

interface RunOptions {
  readonly store: Store
  readonly queue: Queue
  readonly hooks: Hooks
  /** The name of the worker that has the lease. */
  readonly worker: string
  readonly task: LeasedTask
  /** Aborted when the worker is stopped or the lease is lost. */
  readonly signal: AbortSignal
  onCommit(): void
  afterStep(): Promise<void>
}

/** One worker's run through the users of a task. */
export class TaskRun {
  readonly #options: RunOptions

  constructor(options: RunOptions) {
    this.#options = options
  }

  /** Processes the remaining users, and ends the task; returns early when the signal is aborted. */
  async finish(): Promise<void> {
    const { queue, task, signal, afterStep } = this.#options
    let steps: readonly Step[] = []
    await this.#persist(async () => {
      steps = await queue.steps(task)
    })
    for (const step of steps) {
      await this.#try(step)
      if (signal.aborted) return
      await afterStep()
    }
    if (!signal.aborted) await this.#end()
  }

  /**
   * Retries work with exponential back-off while the database fails, for as long as the setting
   * `retryTasksFor` says; only a few times after errors that a retry cannot help. Then it throws.
   */
  async #persist(work: () => Promise<void>): Promise<void> {
    const { store, hooks, signal } = this.#options
    const end = performance.now() + store.configuration.retryTasksFor
    for (let tries = 1; ; tries++) {
      try {
        await work()
        return
      } catch (error) {
        if (error instanceof LeaseLost || signal.aborted) throw error
        hooks.onError?.(error)
        const isOver = isCertain(error) ? tries >= TRIES : performance.now() >= end
        if (isOver) throw error
        await pause(pauseAfter(tries, LONGEST_PAUSE), signal)
        if (signal.aborted) throw error
      }
    }
  }

  /** Runs work in a transaction that first makes sure of the lease. */
  #transaction<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    const { store, queue, task, worker } = this.#options
    return store.transaction(async (transaction) => {
      await queue.renew(transaction, task, worker)
      return work(transaction)
    })
  }

  /** Processes one user. A user that cannot be processed does not stop the others. */
  async #try(step: Step): Promise<void> {
    const { queue, task, signal } = this.#options
    const hook: CalledHook = {}
    try {
      await this.#persist(() => this.#process(step, hook))
    } catch (error) {
      if (error instanceof LeaseLost || signal.aborted) throw error
      await this.#persist(() =>
        this.#transaction((transaction) =>
          queue.done(transaction, task, step, { error: reasonOf(error) }),
        ),
      )
    }
  }

  /** Calls the hook first, while the user exists; then does all else in one transaction. */
  async #process(step: Step, hook: CalledHook): Promise<void> {
    const { store, queue, hooks, task, signal, onCommit } = this.#options
    const { user_id } = step
    const work = WORK[task.type]
    const user = (await store.find([user_id])).get(user_id)
    if (user !== undefined && hook.isCalled !== true) {
      const { options } = task
      const call = { key: `${task.id}:${user_id}`, user: shown(user), options, signal }
      hook.failure = await this.#callHook(() => work.callHook?.(hooks, call, user))
      hook.isCalled = true
    }
    const { failure } = hook
    if (signal.aborted && failure !== undefined) return
    await this.#transaction(async (transaction) => {
      const outcome =
        failure === undefined
          ? await this.#apply(transaction, step)
          : { error: `the hook failed: ${failure}` }
      await queue.done(transaction, task, step, outcome)
      if (outcome.change !== undefined) await store.write(transaction, [outcome.change])
    })
    onCommit()
  }

  async #apply(
    transaction: Transaction<Tables>,
    { user_id }: Step,
  ): Promise<Outcome & { readonly change?: Change }> {
    const { store, task } = this.#options
    const user = (await store.lock(transaction, [user_id])).get(user_id)
    return WORK[task.type].apply(user, task.options, store.now())
  }

  /** Calls a hook, and retries it a few times; returns the message of its last error. */
  async #callHook(call: () => void | Promise<void>): Promise<string | undefined> {
    const { hooks, signal } = this.#options
    for (let tries = 1; ; tries++) {
      try {
        await call()
        return undefined
      } catch (error) {
        hooks.onError?.(error)
        if (tries === TRIES || signal.aborted) {
          return error instanceof Error ? error.message : String(error)
        }
        await pause(FIRST_PAUSE * tries, signal)
      }
    }
  }

  /** Ends the task: as failed, with the reason, if that itself fails. */
  async #end(): Promise<void> {
    const { queue, task, signal } = this.#options
    try {
      await this.#persist(() => this.#complete())
    } catch (error) {
      if (error instanceof LeaseLost || signal.aborted) throw error
      const message = `The task could not be finished: ${reasonOf(error)}`
      await this.#transaction((transaction) =>
        queue.finish(transaction, task, { code: 'task_failed', message, details: { users: {} } }),
      )
    }
  }

  async #complete(): Promise<void> {
    const { queue, task } = this.#options
    await this.#transaction(async (transaction) => {
      const failed = await queue.failures(transaction, task)
      const size = failed.length === 0 ? 0 : await queue.size(transaction, task)
      const error: TaskError | undefined =
        failed.length === 0
          ? undefined
          : {
              code: 'users_failed',
              message: `${failed.length} of ${size} users could not be processed`,
              details: { users: Object.fromEntries(failed) },
            }
      await queue.finish(transaction, task, error)
    })
  }
}
