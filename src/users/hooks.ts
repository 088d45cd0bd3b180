import { UsersError } from './error.ts'
import type { HookCall, Hooks } from './settings.ts'
import type { Store } from './storage/store.ts'
import { present } from './transitions.ts'
import { shown } from './user.ts'

/** The hooks as methods of their object. An `onError` that fails is ignored: nobody is left to tell. */
export const boundHooks = (hooks: Hooks): Hooks => ({
  onDelete: hooks.onDelete?.bind(hooks),
  onDeactivate: hooks.onDeactivate?.bind(hooks),
  onReactivate: hooks.onReactivate?.bind(hooks),
  onError: (error) => void (async () => hooks.onError?.(error))().catch(() => {}),
})

/** What a hook is called for, before it is done. */
interface HookReason<Options> {
  /** The operation's name, for the key of the call. */
  readonly operation: string
  readonly user_id: string
  readonly options: Options
  readonly signal: AbortSignal
}

/**
 * Calls the hook of an operation on one user. It is called before the user changes, so that a caller
 * who repeats the request after a crash causes the call again; the key is made of the user's state
 * before the change, so that both calls have the same key.
 *
 * @throws UsersError `hook_failed`
 */
export async function callHook<Options>(
  store: Store,
  hook: ((call: HookCall<Options>) => void | Promise<void>) | undefined,
  { operation, user_id, options, signal }: HookReason<Options>,
): Promise<void> {
  if (hook === undefined) return
  const user = present((await store.find([user_id])).get(user_id), user_id)
  const key = `${operation}:${user_id}:${user.updated_at}`
  try {
    await hook({ key, user: shown(user), options, signal })
  } catch (error) {
    throw new UsersError(
      'hook_failed',
      `The hook failed and user ${user_id} is unchanged: try again`,
      { user_id },
      { cause: error },
    )
  }
}
