const TYPES = ['deactivate', 'reactivate', 'delete', 'export'] as const
export const STATUSES = ['pending', 'running', 'completed', 'failed'] as const

export type TaskType = (typeof TYPES)[number]
export type TaskStatus = (typeof STATUSES)[number]

/**
 * Why a task failed: `users_failed` with the reason for each user that could not be processed, or
 * `task_failed` if the task as a whole could not be finished.
 */
export interface TaskError {
  readonly code: 'users_failed' | 'task_failed'
  readonly message: string
  readonly details: { readonly users: Readonly<Record<string, string>> }
}

/** An asynchronous operation, as `getTask` shows it. */
export interface Task {
  readonly task_id: string
  readonly status: TaskStatus
  readonly created_at: string
  readonly updated_at: string
  /** Of an export: the users. */
  readonly result?: unknown
  readonly error?: TaskError
}

/** A task in a list, which has no results: these may be long. */
export type ListedTask = Omit<Task, 'result'>

/** The most tasks of one page. */
export const MOST_TASKS = 100

/** The place of a task in the list of all: when it was made, and its id. */
export const TASK_CURSOR = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_([0-9a-f-]{36})$/

/** The member of a union that a column holds. */
function memberOf<T extends string>(members: readonly T[], stored: string): T {
  const member = members.find((each) => each === stored)
  if (member === undefined) throw new TypeError(`tamis/users: unexpected ${stored} in a task`)
  return member
}

export const typeOf = (stored: string): TaskType => memberOf(TYPES, stored)
export const statusOf = (stored: string): TaskStatus => memberOf(STATUSES, stored)
