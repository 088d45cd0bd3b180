export type TaskType = 'deactivate' | 'reactivate' | 'delete' | 'export'
export type TaskStatus = 'pending' | 'running' | 'completed' | 'failed'

/** What became of a task: of the users that could not be done, why. */
export interface TaskError {
  readonly code: 'users_failed'
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
