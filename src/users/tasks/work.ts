import type {
  DeactivateOptions,
  DeleteOptions,
  HookCall,
  Hooks,
  ReactivateOptions,
} from '../settings.ts'
import type { Change } from '../storage/change.ts'
import { deactivated, pruned, reactivated } from '../transitions.ts'
import { type StoredUser, shown, type User } from '../user.ts'
import type { Outcome } from './queue.ts'
import type { TaskType } from './task.ts'

/** What one type of task does with each of its users. */
interface Work {
  /** Tells the server around, before the user changes. */
  tell?(hooks: Hooks, call: HookCall<object>, user: StoredUser): void | Promise<void>
  /** What becomes of the user in the database, and what is noted of it. */
  apply(
    user: StoredUser | undefined,
    options: object,
    now: string,
  ): Outcome & { readonly change?: Change }
  result?(outcomes: readonly Outcome[]): unknown
}

const isThere = <U extends User>(user: U | undefined): user is U =>
  user !== undefined && user.deleted_at === undefined

const changed = (before: StoredUser, after: StoredUser): { readonly change?: Change } =>
  before === after ? {} : { change: { before, after } }

/**
 * Whether a user is deleted as a task has it: restored before its turn came, or made anew, nothing of
 * it is; deleted harder meanwhile, another task does it.
 */
function isDue({ deleted_at, deletion }: StoredUser, options: object): boolean {
  const { user: how = 'soft' } = options as DeleteOptions
  return deleted_at !== undefined && (how === 'soft' || deletion === how)
}

/** The users were checked when the task was made; meanwhile one may have been deleted. */
const GONE: Outcome = { error: 'the user was deleted meanwhile' }

export const WORK: Readonly<Record<TaskType, Work>> = {
  deactivate: {
    tell: (hooks, call) =>
      isThere(call.user) ? hooks.onDeactivate?.(call as HookCall<DeactivateOptions>) : undefined,
    apply(user, _, now) {
      return isThere(user) ? changed(user, deactivated(user, now)) : GONE
    },
  },
  reactivate: {
    tell: (hooks, call) =>
      isThere(call.user) ? hooks.onReactivate?.(call as HookCall<ReactivateOptions>) : undefined,
    apply(user, options, now) {
      return isThere(user) ? changed(user, reactivated(user, options, now)) : GONE
    },
  },
  delete: {
    tell(hooks, call, user) {
      if (!isDue(user, call.options)) return
      return hooks.onDelete?.(call as HookCall<DeleteOptions>)
    },
    apply(user, options, now) {
      if (user === undefined || !isDue(user, options)) return {}
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
