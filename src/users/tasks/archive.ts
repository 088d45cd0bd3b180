import { UsersError } from '../error.ts'
import type { Inputs } from '../input.ts'
import type { Store } from '../storage/store.ts'
import type { Tables } from '../storage/tables.ts'
import {
  type ListedTask,
  MOST_TASKS,
  statusOf,
  TASK_CURSOR,
  type Task,
  type TaskType,
  typeOf,
} from './task.ts'
import { WORK } from './work.ts'

/** How many tasks one transaction removes. */
const BATCH = 100

const UUID = /^[0-9a-f-]{36}$/

type Row = Pick<Tables['tasks'], 'id' | 'status' | 'created_at' | 'updated_at' | 'error'>

const listed = ({ id, status, created_at, updated_at, error }: Row): ListedTask => ({
  task_id: id,
  status: statusOf(status),
  created_at,
  updated_at,
  ...(error === null ? {} : { error: JSON.parse(error) }),
})

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
    const { error, ...task } = listed(row)
    const hasEnded = task.status === 'completed' || task.status === 'failed'
    const result = hasEnded ? await this.#result(id, typeOf(row.type), row.result) : undefined
    return {
      ...task,
      ...(result === undefined ? {} : { result }),
      ...(error === undefined ? {} : { error }),
    }
  }

  /** Tasks without their results, the newest first; `next` is the cursor of the next page. */
  async list({
    status,
    limit = MOST_TASKS,
    next,
  }: Inputs['getTasks']): Promise<{ tasks: ListedTask[]; next?: string }> {
    const [, created_at, id] = TASK_CURSOR.exec(next ?? '') ?? []
    let query = this.#store.db
      .selectFrom(this.#store.name('tasks'))
      .select(['id', 'status', 'created_at', 'updated_at', 'error'])
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
    if (status !== undefined) query = query.where('status', '=', status)
    if (created_at !== undefined && id !== undefined) {
      query = query.where(({ eb, or, and }) =>
        or([
          eb('created_at', '<', created_at),
          and([eb('created_at', '=', created_at), eb('id', '<', id)]),
        ]),
      )
    }
    const rows = await query.execute()
    const page = rows.slice(0, limit)
    const last = rows.length > limit ? page.at(-1) : undefined
    return {
      tasks: page.map(listed),
      ...(last === undefined ? {} : { next: `${last.created_at}_${last.id}` }),
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
