import { UsersError } from '../error.ts'
import type { Store } from '../storage/store.ts'
import { statusOf, type Task, type TaskType, typeOf } from './task.ts'
import { WORK } from './work.ts'

/** How many tasks one transaction removes. */
const BATCH = 100

const UUID = /^[0-9a-f-]{36}$/

/** Tasks as their callers see them, until they are removed. */
export class TaskArchive {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  /** @throws UsersError `task_not_found` */
  async get(id: string): Promise<Task> {
    // An id that no task has is not looked up: some databases refuse such text.
    const row = UUID.test(id)
      ? await this.#store.db
          .selectFrom(this.#store.name('tasks'))
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirst()
      : undefined
    if (row === undefined) throw new UsersError('task_not_found', `Task ${id} does not exist`)
    const { type, created_at, updated_at, error } = row
    const status = statusOf(row.status)
    const hasEnded = status === 'completed' || status === 'failed'
    const result = hasEnded ? await this.#result(id, typeOf(type), row.result) : undefined
    return {
      task_id: id,
      status,
      created_at,
      updated_at,
      ...(result === undefined ? {} : { result }),
      ...(error === null ? {} : { error: JSON.parse(error) }),
    }
  }

  /** The result of a task that has ended. It is stored in pieces: one for each user. */
  async #result(id: string, type: TaskType, whole: string | null): Promise<unknown> {
    // Earlier versions stored a result as a whole.
    if (whole !== null) return JSON.parse(whole)
    const { result: make } = WORK[type]
    if (make === undefined) return undefined
    const rows = await this.#store.db
      .selectFrom(this.#store.name('task_users'))
      .select(['result', 'error'])
      .where('task_id', '=', id)
      .orderBy('place')
      .execute()
    return make(
      rows.map(({ result, error }) => ({
        result: result === null ? undefined : JSON.parse(result),
        error: error ?? undefined,
      })),
    )
  }

  /** Removes tasks that ended longer ago than `keepTasks`, and their results. */
  async removeOld(): Promise<void> {
    const { clock, keepTasks } = this.#store.configuration
    const before = new Date(clock().getTime() - keepTasks).toISOString()
    const tasks = this.#store.name('tasks')
    const old = await this.#store.db
      .selectFrom(tasks)
      .select('id')
      .where('status', 'in', ['completed', 'failed'])
      .where('updated_at', '<', before)
      .execute()
    // In batches, so that no statement takes long.
    for (let i = 0; i < old.length; i += BATCH) {
      const ids = old.slice(i, i + BATCH).map(({ id }) => id)
      await this.#store.transaction(async (transaction) => {
        await transaction
          .deleteFrom(this.#store.name('task_users'))
          .where('task_id', 'in', ids)
          .execute()
        await transaction.deleteFrom(tasks).where('id', 'in', ids).execute()
      })
    }
  }
}
