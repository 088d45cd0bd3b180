import type { Kysely, Transaction } from 'kysely'
import { AheadLeases } from '../storage/ahead-leases.ts'
import type { Store } from '../storage/store.ts'
import type { Tables } from '../storage/tables.ts'
import { type TaskError, type TaskType, typeOf } from './task.ts'
import { type Outcome, WORK } from './work.ts'

/** A task that a worker has leased. */
export interface LeasedTask {
  readonly id: string
  readonly type: TaskType
  readonly options: object
}

/** A user of a task that is not processed yet. */
export interface Step {
  readonly place: number
  readonly user_id: string
}

/** The lease ended before it was renewed, and another worker has the task. */
export class LeaseLost extends Error {}

/** The longest reason of a failure that is stored, in characters. */
const LONGEST_REASON = 1000

/** How many tasks a worker looks at to lease one. */
const CANDIDATES = 10

/** The queue of tasks in its tables. One worker at a time has a task, until its lease ends. */
export class Queue {
  readonly #store: Store
  readonly #ahead: AheadLeases

  constructor(store: Store) {
    this.#store = store
    this.#ahead = new AheadLeases(store.configuration.lease)
  }

  /** How many tasks are pending or running, and the age of the oldest in seconds. */
  async unfinished(): Promise<{ readonly count: number; readonly oldest: number }> {
    const row = await this.#store.db
      .selectFrom(this.#store.name('tasks'))
      .select(({ fn }) => [fn.countAll().as('count'), fn.min('created_at').as('first')])
      .where('status', 'in', ['pending', 'running'])
      .executeTakeFirst()
    const count = Number(row?.count ?? 0)
    if (count === 0 || row === undefined) return { count: 0, oldest: 0 }
    const age = this.#store.configuration.clock().getTime() - Date.parse(row.first)
    return { count, oldest: Math.max(0, age / 1000) }
  }

  async add(
    transaction: Transaction<Tables>,
    type: TaskType,
    ids: readonly string[],
    options: object,
  ): Promise<string> {
    const id = crypto.randomUUID()
    const now = this.#store.now()
    await transaction
      .insertInto(this.#store.name('tasks'))
      .values({
        id,
        type,
        status: 'pending',
        options: JSON.stringify(options),
        result: null,
        error: null,
        worker: null,
        lease_until: 0,
        created_at: now,
        updated_at: now,
      })
      .execute()
    const rows = ids.map((user_id, place) => ({
      task_id: id,
      place,
      user_id,
      done: 0,
      result: null,
      error: null,
    }))
    await transaction.insertInto(this.#store.name('task_users')).values(rows).execute()
    return id
  }

  /** Leases a task that is pending, or whose lease has ended. */
  async lease(worker: string): Promise<LeasedTask | undefined> {
    const { db } = this.#store
    const tasks = this.#store.name('tasks')
    const now = this.#now()
    const unfinished = db
      .selectFrom(tasks)
      .select(['id', 'type', 'options', 'lease_until'])
      .where('status', 'in', ['pending', 'running'])
      .orderBy('created_at')
      .orderBy('id')
      .limit(CANDIDATES)
    const due = await unfinished.where('lease_until', '<=', now).execute()
    const abandoned = await this.#ahead.abandoned(now, (after) =>
      unfinished.where('lease_until', '>', after).execute(),
    )
    for (const { id, type, options, lease_until } of [...due, ...abandoned]) {
      const { numUpdatedRows } = await db
        .updateTable(tasks)
        .set({ status: 'running', worker, lease_until: this.#end(), updated_at: this.#store.now() })
        .where('id', '=', id)
        .where('status', 'in', ['pending', 'running'])
        // Another worker that was faster has set another end.
        .where('lease_until', '=', lease_until)
        .executeTakeFirst()
      if (numUpdatedRows === 1n) {
        return { id, type: typeOf(type), options: JSON.parse(options) }
      }
    }
    return undefined
  }

  /** The users that are not processed yet, in the order of the task. */
  async steps({ id }: LeasedTask): Promise<readonly Step[]> {
    const rows = await this.#store.db
      .selectFrom(this.#store.name('task_users'))
      .select(['place', 'user_id'])
      .where('task_id', '=', id)
      .where('done', '=', 0)
      .orderBy('place')
      .execute()
    return rows.map(({ place, user_id }) => ({ place: Number(place), user_id }))
  }

  /**
   * Extends the lease of a task.
   *
   * @throws LeaseLost if another worker has it now.
   */
  async renew(db: Kysely<Tables>, { id }: LeasedTask, worker: string): Promise<void> {
    const { numUpdatedRows } = await db
      .updateTable(this.#store.name('tasks'))
      .set({ lease_until: this.#end() })
      .where('id', '=', id)
      .where('worker', '=', worker)
      .where('status', '=', 'running')
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new LeaseLost(`Task ${id} is leased by another worker`)
  }

  /** Stores the outcome of a user, in the transaction that changes the user. */
  async done(
    transaction: Transaction<Tables>,
    { id }: LeasedTask,
    { place }: Step,
    { result, error }: Outcome,
  ): Promise<void> {
    await transaction
      .updateTable(this.#store.name('task_users'))
      .set({
        done: 1,
        result: result === undefined ? null : JSON.stringify(result),
        error: error?.slice(0, LONGEST_REASON).toWellFormed().replaceAll('\0', '') ?? null,
      })
      .where('task_id', '=', id)
      .where('place', '=', place)
      .execute()
  }

  /** The reasons for the users that could not be processed. */
  async failures(
    db: Kysely<Tables>,
    { id }: LeasedTask,
  ): Promise<readonly (readonly [user_id: string, error: string])[]> {
    const rows = await db
      .selectFrom(this.#store.name('task_users'))
      .select(['user_id', 'error'])
      .where('task_id', '=', id)
      .where('error', 'is not', null)
      .orderBy('place')
      .execute()
    return rows.map(({ user_id, error }) => [user_id, error ?? ''])
  }

  /** The number of users of a task. */
  async size(db: Kysely<Tables>, { id }: LeasedTask): Promise<number> {
    const { count } = await db
      .selectFrom(this.#store.name('task_users'))
      .select(({ fn }) => fn.countAll<number | string | bigint>().as('count'))
      .where('task_id', '=', id)
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** Ends a task. The outcomes of its users stay if its result is made of them. */
  async finish(
    transaction: Transaction<Tables>,
    { id, type }: LeasedTask,
    error: TaskError | undefined,
  ): Promise<void> {
    await transaction
      .updateTable(this.#store.name('tasks'))
      .set({
        status: error === undefined ? 'completed' : 'failed',
        error: error === undefined ? null : JSON.stringify(error),
        worker: null,
        lease_until: 0,
        updated_at: this.#store.now(),
      })
      .where('id', '=', id)
      .execute()
    if (WORK[type].result !== undefined && error?.code !== 'task_failed') return
    await transaction.deleteFrom(this.#store.name('task_users')).where('task_id', '=', id).execute()
  }

  /** Ends the lease of a task early, so that another worker can take it. */
  async release({ id }: LeasedTask, worker: string): Promise<void> {
    await this.#store.db
      .updateTable(this.#store.name('tasks'))
      .set({ status: 'pending', worker: null, lease_until: 0 })
      .where('id', '=', id)
      .where('worker', '=', worker)
      .execute()
  }

  #now(): number {
    return this.#store.configuration.clock().getTime()
  }

  #end(): number {
    return this.#now() + this.#store.configuration.lease
  }
}
