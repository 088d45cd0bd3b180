import type { Kysely, Transaction } from 'kysely'
import { UsersError } from '../error.ts'
import type { Store } from '../storage/store.ts'
import type { Tables } from '../storage/tables.ts'
import type { Task, TaskError, TaskStatus, TaskType } from './task.ts'

/** A task that this worker holds. */
export interface HeldTask {
  readonly id: string
  readonly type: TaskType
  readonly options: object
}

/** A user of a task who is not done yet. */
export interface Step {
  readonly place: number
  readonly user_id: string
}

/** What became of one user. */
export interface Outcome {
  readonly result?: unknown
  readonly error?: string | undefined
}

/** Somebody else has the task, since this worker was silent for too long. */
export class LeaseLost extends Error {}

const UUID = /^[0-9a-f-]{36}$/

/** The tasks in their tables. A task is of one worker at a time, for as long as its lease. */
export class Queue {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
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

  async get(id: string): Promise<Task> {
    // No database is asked for what some do not take as text.
    const row = UUID.test(id)
      ? await this.#store.db
          .selectFrom(this.#store.name('tasks'))
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirst()
      : undefined
    if (row === undefined) throw new UsersError('task_not_found', `there is no task ${id}`)
    const { status, created_at, updated_at, result, error } = row
    return {
      task_id: id,
      status: status as TaskStatus,
      created_at,
      updated_at,
      ...(result === null ? {} : { result: JSON.parse(result) as unknown }),
      ...(error === null ? {} : { error: JSON.parse(error) as TaskError }),
    }
  }

  /** Takes a task that waits, or whose worker has been silent for longer than its lease. */
  async claim(worker: string): Promise<HeldTask | undefined> {
    const { db } = this.#store
    const tasks = this.#store.name('tasks')
    const now = this.#now()
    const due = await db
      .selectFrom(tasks)
      .select(['id', 'type', 'options', 'lease_until'])
      .where('status', 'in', ['pending', 'running'])
      .where('lease_until', '<=', now)
      .orderBy('created_at')
      .orderBy('id')
      .limit(10)
      .execute()
    for (const { id, type, options, lease_until } of due) {
      const { numUpdatedRows } = await db
        .updateTable(tasks)
        .set({ status: 'running', worker, lease_until: this.#end(), updated_at: this.#store.now() })
        .where('id', '=', id)
        .where('status', 'in', ['pending', 'running'])
        // Whoever was faster has set another end.
        .where('lease_until', '=', lease_until)
        .executeTakeFirst()
      if (numUpdatedRows === 1n) {
        return { id, type: type as TaskType, options: JSON.parse(options) as object }
      }
    }
    return undefined
  }

  /** The users that are still to be done, in their order. */
  steps({ id }: HeldTask): Promise<Step[]> {
    return this.#store.db
      .selectFrom(this.#store.name('task_users'))
      .select(['place', 'user_id'])
      .where('task_id', '=', id)
      .where('done', '=', 0)
      .orderBy('place')
      .execute()
      .then((rows) => rows.map(({ place, user_id }) => ({ place: Number(place), user_id })))
  }

  /**
   * Goes on holding a task.
   *
   * @throws LeaseLost where another worker holds it now.
   */
  async renew(db: Kysely<Tables>, { id }: HeldTask, worker: string): Promise<void> {
    const { numUpdatedRows } = await db
      .updateTable(this.#store.name('tasks'))
      .set({ lease_until: this.#end() })
      .where('id', '=', id)
      .where('worker', '=', worker)
      .where('status', '=', 'running')
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new LeaseLost(`task ${id} has another worker`)
  }

  /** Notes, in the transaction that does it, that a user is done. */
  async done(
    transaction: Transaction<Tables>,
    { id }: HeldTask,
    { place }: Step,
    { result, error }: Outcome,
  ): Promise<void> {
    await transaction
      .updateTable(this.#store.name('task_users'))
      .set({
        done: 1,
        result: result === undefined ? null : JSON.stringify(result),
        error: error ?? null,
      })
      .where('task_id', '=', id)
      .where('place', '=', place)
      .execute()
  }

  /** What became of each user, in their order. */
  async outcomes(
    transaction: Transaction<Tables>,
    { id }: HeldTask,
  ): Promise<readonly (Outcome & { readonly user_id: string })[]> {
    const rows = await transaction
      .selectFrom(this.#store.name('task_users'))
      .select(['user_id', 'result', 'error'])
      .where('task_id', '=', id)
      .orderBy('place')
      .execute()
    return rows.map(({ user_id, result, error }) => ({
      user_id,
      result: result === null ? undefined : (JSON.parse(result) as unknown),
      error: error ?? undefined,
    }))
  }

  /** Ends a task; what it noted of each user is in its result. */
  async finish(
    transaction: Transaction<Tables>,
    { id }: HeldTask,
    { result, error }: Pick<Task, 'result' | 'error'>,
  ): Promise<void> {
    await transaction
      .updateTable(this.#store.name('tasks'))
      .set({
        status: error === undefined ? 'completed' : 'failed',
        result: result === undefined ? null : JSON.stringify(result),
        error: error === undefined ? null : JSON.stringify(error),
        worker: null,
        lease_until: 0,
        updated_at: this.#store.now(),
      })
      .where('id', '=', id)
      .execute()
    await transaction.deleteFrom(this.#store.name('task_users')).where('task_id', '=', id).execute()
  }

  /** Lets go of a task, so that another worker need not wait for the end of its lease. */
  async release({ id }: HeldTask, worker: string): Promise<void> {
    await this.#store.db
      .updateTable(this.#store.name('tasks'))
      .set({ status: 'pending', worker: null, lease_until: 0 })
      .where('id', '=', id)
      .where('worker', '=', worker)
      .execute()
  }

  /** Forgets tasks that ended long ago, and what they had for a result. */
  async forget(): Promise<void> {
    const { clock, keepTasks } = this.#store.configuration
    const before = new Date(clock().getTime() - keepTasks).toISOString()
    await this.#store.db
      .deleteFrom(this.#store.name('tasks'))
      .where('status', 'in', ['completed', 'failed'])
      .where('updated_at', '<', before)
      .execute()
  }

  #now(): number {
    return this.#store.configuration.clock().getTime()
  }

  #end(): number {
    return this.#now() + this.#store.configuration.lease
  }
}
