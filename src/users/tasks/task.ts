const TYPES = ['deactivate', 'reactivate', 'delete', 'export'] as const
const STATUSES = ['pending', 'running', 'completed', 'failed'] as const

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

/** The member of a union that a column holds. */
function memberOf<T extends string>(members: readonly T[], stored: string): T {
  const member = members.find((each) => each === stored)
  if (member === undefined) throw new TypeError(`tamis/users: unexpected ${stored} in a task`)
  return member
}

export const typeOf = (stored: string): TaskType => memberOf(TYPES, stored)
export const statusOf = (stored: string): TaskStatus => memberOf(STATUSES, stored)
