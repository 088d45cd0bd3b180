/** What each operation makes of one user: pure functions, the only place where it is defined. */

import { UsersError } from './error.ts'
import type { ReactivateOptions } from './settings.ts'
import { complete, type Deletion, type StoredUser, type UserInput } from './user.ts'

/** A stronger deletion includes the weaker ones. */
const STRENGTH: Readonly<Record<Deletion, number>> = { soft: 0, pruning: 1, hard: 2 }

const refused = (code: 'user_deactivated' | 'user_deleted', id: string, what: string) =>
  new UsersError(code, `User ${id} is ${what}`, { user_id: id })

/** The user with an id, if it exists and is not deleted; otherwise throws. */
export function present(user: StoredUser | undefined, id: string): StoredUser {
  if (user === undefined) {
    throw new UsersError('user_not_found', `User ${id} does not exist`, { user_id: id })
  }
  if (user.deleted_at !== undefined) throw refused('user_deleted', id, 'deleted')
  return user
}

/** A new user, or an existing one replaced as a whole. */
export function upserted(
  before: StoredUser | undefined,
  input: UserInput,
  now: string,
): StoredUser {
  if (before?.deleted_at !== undefined) {
    const what = before.deletion === 'soft' ? 'deleted; restore it first' : 'deleted'
    throw refused('user_deleted', input.id, what)
  }
  if (before?.deactivated_at !== undefined) {
    throw refused('user_deactivated', input.id, 'deactivated; reactivate it first')
  }
  // Tokens stay revoked, and connections open, when the user is replaced by an input that does not
  // mention them.
  const state = {
    revoke_tokens_issued_before:
      input.revoke_tokens_issued_before ?? before?.revoke_tokens_issued_before,
    online: input.online ?? before?.online,
    last_active: input.last_active ?? before?.last_active,
  }
  const kept = { created_at: before?.created_at ?? now, updated_at: now }
  return withGuestNonce(before, complete({ ...input, ...state }, kept))
}

/** A guest's tokens stay valid for as long as the user is a guest. */
export function withGuestNonce(before: StoredUser | undefined, after: StoredUser): StoredUser {
  const { guest_nonce } = before ?? {}
  return guest_nonce === undefined || after.role !== 'guest' ? after : { ...after, guest_nonce }
}

export interface ImportedUser extends UserInput {
  readonly created_at?: string | undefined
  readonly updated_at?: string | undefined
  readonly deactivated_at?: string | undefined
}

/** A user of another system, with the timestamps that it had there. */
export function imported(
  before: StoredUser | undefined,
  input: ImportedUser,
  now: string,
): StoredUser {
  const { created_at, updated_at, deactivated_at, ...profile } = input
  // Replacing a deactivated user is refused, unless it stays deactivated.
  const active = deactivated_at === undefined ? before : withoutDeactivation(before)
  const user = upserted(active, profile, now)
  return {
    ...user,
    created_at: created_at ?? user.created_at,
    updated_at: updated_at ?? user.updated_at,
    ...(deactivated_at === undefined ? {} : { deactivated_at }),
  }
}

/** A user as `exportPage` gives it: all that is stored, without what only this database needs. */
export interface ExportedUser extends ImportedUser {
  readonly deleted_at?: string | undefined
  /** Of a guest, whose tokens stay valid. */
  readonly guest_nonce?: string | undefined
}

/**
 * A user as it was exported, whatever it is now: active, deactivated or deleted softly.
 *
 * @throws UsersError `user_deleted` for one whose data was to be removed.
 */
export function reinstated(
  before: StoredUser | undefined,
  input: ExportedUser,
  now: string,
): StoredUser {
  if (before?.deletion !== undefined && before.deletion !== 'soft') {
    throw refused('user_deleted', input.id, 'deleted for good')
  }
  const { created_at = before?.created_at ?? now, updated_at = now, ...rest } = input
  const { deactivated_at, deleted_at, guest_nonce, ...profile } = rest
  const user = complete(profile, { created_at, updated_at, deactivated_at, deleted_at })
  return {
    ...user,
    ...(deleted_at === undefined ? {} : { deletion: 'soft' }),
    ...(guest_nonce === undefined || user.role !== 'guest' ? {} : { guest_nonce }),
  }
}

function withoutDeactivation(user: StoredUser | undefined): StoredUser | undefined {
  if (user === undefined) return undefined
  const { deactivated_at, ...active } = user
  return active
}

/** A deactivated user, who is not online; one who is deactivated already keeps its timestamp. */
export const deactivated = (before: StoredUser, now: string): StoredUser =>
  before.deactivated_at === undefined
    ? { ...before, online: false, deactivated_at: now, updated_at: now }
    : before

export function reactivated(
  before: StoredUser,
  { name }: ReactivateOptions,
  now: string,
): StoredUser {
  const { deactivated_at, ...active } = before
  if (deactivated_at === undefined && name === undefined) return before
  return { ...active, ...(name === undefined ? {} : { name }), updated_at: now }
}

/** A user who is marked as deleted, so that no query returns it. */
export function markedDeleted(before: StoredUser, how: Deletion, now: string): StoredUser {
  const { deletion, deleted_at } = before
  const isStronger = deletion === undefined || STRENGTH[how] > STRENGTH[deletion]
  if (!isStronger) return before
  const state = { online: false, deletion: how, deleted_at: deleted_at ?? now }
  return { ...before, ...state, updated_at: now }
}

/** A user whose information is removed. */
export function pruned({ id, ...before }: StoredUser, now: string): StoredUser {
  const { created_at, deleted_at, deletion } = before
  return { ...complete({ id }, { created_at, updated_at: now, deleted_at }), deletion }
}

export function restored(user: StoredUser | undefined, id: string, now: string): StoredUser {
  if (user === undefined) return present(user, id)
  const { deletion, deleted_at, ...kept } = user
  if (deleted_at === undefined) {
    throw new UsersError('user_not_deleted', `User ${id} is not deleted`, { user_id: id })
  }
  if (deletion !== 'soft') {
    throw new UsersError(
      'user_deleted',
      `User ${id} cannot be restored: it was not deleted softly`,
      { user_id: id },
    )
  }
  return { ...kept, updated_at: now }
}
