/** What connecting makes of one user: pure functions, as in transitions.ts. */

import { UsersError } from './error.ts'
import { userProfile } from './input.ts'
import { inputError, notAllowed } from './input-error.ts'
import type { AccountState } from './storage/public.ts'
import { type Client, isValid } from './token-validity.ts'
import { complete, type Json, type JsonObject, type StoredUser, type UserInput } from './user.ts'

/** What a client may bring when it connects, whatever the setting `client_may_update` lists. */
const BROUGHT: readonly string[] = ['name', 'image', 'custom']

/** The rules that a client connects by. */
export interface ConnectRules {
  /** The setting `client_may_update`. */
  readonly mayUpdate: readonly string[]
  /** The interval at which `last_active` is written at most, in ms. */
  readonly interval: number
  /** The bearer of the client's token; undefined where the application vouches for the user. */
  readonly client: Client | undefined
}

/**
 * A user who connects: a new one where there is none, updated by what the client brings. The same
 * object if nothing changes. `custom` is merged by its keys, so that others stay.
 *
 * @throws UsersError `user_deleted`, `user_deactivated`, `token_revoked`; `not_allowed` for a field
 * that clients may not update.
 */
export function connected(
  before: StoredUser | undefined,
  input: UserInput,
  now: string,
  { mayUpdate, interval, client }: ConnectRules,
): StoredUser {
  const { id, ...brought } = input
  requireConnectable(before, id, client)
  const allowed = [...new Set([...BROUGHT, ...mayUpdate])]
  for (const [field, value] of Object.entries(brought)) {
    if (value === undefined || allowed.includes(field)) continue
    throw inputError('not_allowed', { user: input }, ['user', field], notAllowed(allowed))
  }
  const user = before ?? complete({ id }, { created_at: now, updated_at: now })
  const changes = changesOf(user, brought, input)
  const isDue = isActivityDue(user.last_active, now, interval)
  const hasChanges = Object.keys(changes).length > 0
  if (before?.online && !isDue && !hasChanges) return before
  return complete(
    { ...user, ...changes, online: true, last_active: isDue ? now : user.last_active },
    { created_at: user.created_at, updated_at: hasChanges ? now : user.updated_at },
  )
}

/** Throws where a user may not connect, or not with a token. */
export function requireConnectable(
  user: AccountState | undefined,
  id: string,
  client: Client | undefined,
): void {
  const refused = (code: 'user_deleted' | 'user_deactivated' | 'token_revoked', message: string) =>
    new UsersError(code, message, { user_id: id })
  if (user?.deleted_at !== undefined) throw refused('user_deleted', `User ${id} is deleted`)
  if (user?.deactivated_at !== undefined) {
    throw refused('user_deactivated', `User ${id} is deactivated`)
  }
  if (client === undefined) return
  // A guest's token is not valid for anybody else, and creates nobody.
  const isOfUser = user === undefined ? !client.guest : isValid(client, user)
  if (!isOfUser) throw refused('token_revoked', `The token of user ${id} was revoked`)
}

/** The fields that differ from those of a user. */
function changesOf(
  user: StoredUser,
  { custom, ...others }: Omit<UserInput, 'id'>,
  input: UserInput,
): Partial<UserInput> {
  const current: Readonly<Record<string, unknown>> = { ...user }
  const changed = Object.entries(others).filter(
    ([field, value]) => value !== undefined && !isEqual(value, current[field]),
  )
  const merged = { ...user.custom, ...custom }
  if (isEqual(merged, user.custom)) return Object.fromEntries(changed)
  // Many connections may make of small parts a whole that is too large.
  const [issue] = userProfile.shape.custom.safeParse(merged).error?.issues ?? []
  if (issue !== undefined) {
    throw inputError('invalid_input', { user: input }, ['user', 'custom'], issue.message)
  }
  return { ...Object.fromEntries(changed), custom: merged }
}

/** Whether `last_active` is to be written at a time. */
export const isActivityDue = (
  last_active: string | undefined,
  now: string,
  interval: number,
): boolean => last_active === undefined || Date.parse(now) - Date.parse(last_active) >= interval

/** A user whose last connection has ended. That is no update of the user: `updated_at` stays. */
export const disconnected = (user: StoredUser): StoredUser =>
  user.online ? { ...user, online: false } : user

/** A user with open connections, active at a time. */
export function stillActive(user: StoredUser, now: string, interval: number): StoredUser {
  if (user.deleted_at !== undefined || user.deactivated_at !== undefined) return user
  return isActivityDue(user.last_active, now, interval) ? { ...user, last_active: now } : user
}

/** Whether two JSON values are equal. Databases do not keep the order of an object's keys. */
function isEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other) || one === other) return true
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, i) => isEqual(each, other[i]))
  }
  if (!isObject(one) || !isObject(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
  )
}

const isObject = (value: unknown): value is Readonly<Record<string, Json | JsonObject>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
