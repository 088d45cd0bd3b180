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
import type { TaskType } from './task.ts'

/** What is stored of a user of a task, once it is done. */
export interface Outcome {
  readonly result?: unknown
  readonly error?: string | undefined
}

/** What one type of task does with each of its users. */
interface Work<Options> {
  /** Calls the server's hook, before the user changes. */
  callHook?(hooks: Hooks, call: HookCall<Options>, user: StoredUser): void | Promise<void>
  /** The change of the user, and the outcome to store. */
  apply(
    user: StoredUser | undefined,
    options: Options,
    now: string,
  ): Outcome & { readonly change?: Change }
  /**
   * The result of the task, made of the stored outcomes: the results of all users together would be
   * too large for one statement.
   */
  result?(outcomes: readonly Outcome[]): unknown
}

const isPresent = <U extends User>(user: U | undefined): user is U =>
  user !== undefined && user.deleted_at === undefined

const changed = (before: StoredUser, after: StoredUser): { readonly change?: Change } =>
  before === after ? {} : { change: { before, after } }

/** The users were present when the task was added. */
const DELETED_SINCE: Outcome = { error: 'the user was deleted meanwhile' }

const deactivation: Work<DeactivateOptions> = {
  callHook: (hooks, call) => (isPresent(call.user) ? hooks.onDeactivate?.(call) : undefined),
  apply: (user, _, now) =>
    isPresent(user) ? changed(user, deactivated(user, now)) : DELETED_SINCE,
}

const reactivation: Work<ReactivateOptions> = {
  callHook: (hooks, call) => (isPresent(call.user) ? hooks.onReactivate?.(call) : undefined),
  apply: (user, options, now) =>
    isPresent(user) ? changed(user, reactivated(user, options, now)) : DELETED_SINCE,
}

/**
 * Whether a user is still to be deleted as the task says. Not if it was restored or created anew; if
 * it was meanwhile marked for a stronger deletion, that task does it.
 */
const isDue = ({ deleted_at, deletion }: StoredUser, { user: how = 'soft' }: DeleteOptions) =>
  deleted_at !== undefined && (how === 'soft' || deletion === how)

const deletion: Work<DeleteOptions> = {
  callHook: (hooks, call, user) => (isDue(user, call.options) ? hooks.onDelete?.(call) : undefined),
  apply(user, options, now) {
    if (user === undefined || !isDue(user, options)) return {}
    switch (options.user) {
      case 'hard':
        return { change: { before: user } }
      case 'pruning':
        return { change: { before: user, after: pruned(user, now) } }
      default:
        return {}
    }
  },
}

const exporting: Work<object> = {
  apply: (user) => (isPresent(user) ? { result: shown(user) } : DELETED_SINCE),
  result: (outcomes) => ({
    users: outcomes.flatMap(({ result }) => (result === undefined ? [] : [result])),
  }),
}

/** The work by the type of task. A task's options were checked by its operation. */
export const WORK: Readonly<Record<TaskType, Work<object>>> = {
  deactivate: deactivation,
  reactivate: reactivation,
  delete: deletion,
  export: exporting,
}
