import type {
  DeactivateOptions,
  DeleteOptions,
  HookCall,
  Hooks,
  ReactivateOptions,
} from '../settings.ts'
import type { Change } from '../storage/change.ts'
import { deactivated, pruned, reactivated } from '../transitions.ts'
import { type StoredUser, shown } from '../user.ts'
import type { Outcome } from './queue.ts'
import type { TaskType } from './task.ts'

/** What one type of task does with each of its users. */
interface Work {
  /** Tells the server around, before the user changes. */
  tell?(hooks: Hooks, call: HookCall<object>): void | Promise<void>
  /** What becomes of the user in the database, and what is noted of it. */
  apply(
    user: StoredUser | undefined,
    options: object,
    now: string,
  ): Outcome & { readonly change?: Change }
  result?(outcomes: readonly Outcome[]): unknown
}

const isThere = (user: StoredUser | undefined): user is StoredUser =>
  user !== undefined && user.deleted_at === undefined

/** The users were checked when the task was made; meanwhile one may have been deleted. */
const GONE: Outcome = { error: 'the user was deleted meanwhile' }

export const WORK: Readonly<Record<TaskType, Work>> = {
  deactivate: {
    tell: (hooks, call) => hooks.onDeactivate?.(call as HookCall<DeactivateOptions>),
    apply(user, _, now) {
      if (!isThere(user)) return GONE
      return { change: { before: user, after: deactivated(user, now) } }
    },
  },
  reactivate: {
    tell: (hooks, call) => hooks.onReactivate?.(call as HookCall<ReactivateOptions>),
    apply(user, options, now) {
      if (!isThere(user)) return GONE
      return { change: { before: user, after: reactivated(user, options, now) } }
    },
  },
  delete: {
    tell(hooks, call) {
      // Restored before its turn came: nothing of it is deleted.
      if (call.user.deleted_at === undefined) return
      return hooks.onDelete?.(call as HookCall<DeleteOptions>)
    },
    apply(user, options, now) {
      if (user?.deleted_at === undefined) return {}
      switch ((options as DeleteOptions).user) {
        case 'hard':
          return { change: { before: user } }
        case 'pruning':
          return { change: { before: user, after: pruned(user, now) } }
        default:
          return {}
      }
    },
  },
  export: {
    apply: (user) => (isThere(user) ? { result: shown(user) } : GONE),
    result: (outcomes) => ({
      users: outcomes.flatMap(({ result }) => (result === undefined ? [] : [result])),
    }),
  },
}
