/** What each operation makes of one user: pure, and the one place where it is said. */

import { UsersError } from './error.ts'
import { profileShape, user as shape } from './input.ts'
import { inputError, READ_ONLY } from './input-error.ts'
import type { ReactivateOptions } from './settings.ts'
import {
  complete,
  type Deletion,
  type JsonObject,
  type StoredUser,
  type UserInput,
} from './user.ts'

/** The stronger includes the weaker. */
const STRENGTH: Readonly<Record<Deletion, number>> = { soft: 0, pruning: 1, hard: 2 }

const refused = (code: 'user_deactivated' | 'user_deleted', id: string, what: string) =>
  new UsersError(code, `the user ${id} is ${what}`, { user_id: id })

/** The user of an id, who is there and not deleted. */
export function present(user: StoredUser | undefined, id: string): StoredUser {
  if (user === undefined) {
    throw new UsersError('user_not_found', `there is no user ${id}`, { user_id: id })
  }
  if (user.deleted_at !== undefined) throw refused('user_deleted', id, 'deleted')
  return user
}

/** A new user, or the whole of an existing one anew. */
export function upserted(
  before: StoredUser | undefined,
  input: UserInput,
  now: string,
): StoredUser {
  if (before?.deleted_at !== undefined) {
    const way = before.deletion === 'soft' ? 'deleted; restore it first' : 'deleted'
    throw refused('user_deleted', input.id, way)
  }
  if (before?.deactivated_at !== undefined) {
    throw refused('user_deactivated', input.id, 'deactivated; reactivate it first')
  }
  // What was revoked stays so: whoever describes a user anew says nothing of old tokens.
  const revoke_tokens_issued_before =
    input.revoke_tokens_issued_before ?? before?.revoke_tokens_issued_before
  const kept = { created_at: before?.created_at ?? now, updated_at: now }
  return complete({ ...input, revoke_tokens_issued_before }, kept)
}

export interface ImportedUser extends UserInput {
  readonly created_at?: string | undefined
  readonly updated_at?: string | undefined
  readonly deactivated_at?: string | undefined
}

/** A user of another system, with the times that it had there. */
export function imported(
  before: StoredUser | undefined,
  input: ImportedUser,
  now: string,
): StoredUser {
  const { created_at, updated_at, deactivated_at, ...own } = input
  // Nobody is revived who stays deactivated.
  const active = deactivated_at === undefined ? before : withoutEnd(before)
  const user = upserted(active, own, now)
  return {
    ...user,
    created_at: created_at ?? user.created_at,
    updated_at: updated_at ?? user.updated_at,
    ...(deactivated_at === undefined ? {} : { deactivated_at }),
  }
}

function withoutEnd(user: StoredUser | undefined): StoredUser | undefined {
  if (user === undefined) return undefined
  const { deactivated_at, ...own } = user
  return own
}

/** What a partial update says of one user. */
export interface Partially {
  readonly id: string
  readonly set?: JsonObject | undefined
  readonly unset?: readonly string[] | undefined
}

type Refuse = (key: string, message: string) => never

/** Whether one of two dotted paths leads to or into the other. */
const overlap = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`)

export function partiallyUpdated(
  before: StoredUser,
  { id, set = {}, unset = [] }: Partially,
  now: string,
  input: unknown,
  at: number,
): StoredUser {
  const paths = [
    ...Object.keys(set).map((path) => ({ path, place: ['set', path] })),
    ...unset.map((path, i) => ({ path, place: ['unset', i] })),
  ]
  const refuseAt =
    (place: readonly PropertyKey[]) =>
    (code: 'invalid_input' | 'unknown_field' | 'read_only_field', message: string): never => {
      throw inputError(code, input, ['users', at, ...place], message)
    }
  for (const [i, { path, place }] of paths.entries()) {
    const refuse = refuseAt(place)
    const [field = '', ...rest] = path.split('.')
    if (READ_ONLY.includes(field) || field === 'id') {
      refuse('read_only_field', 'the system sets it, no request does')
    }
    if (!Object.hasOwn(profileShape, field)) {
      refuse('unknown_field', `unknown; there are ${Object.keys(profileShape).join(', ')}`)
    }
    if (rest.length > 0 && field !== 'custom')
      refuse('invalid_input', 'only custom is reached into')
    if (rest.includes('')) refuse('invalid_input', 'a path has no empty key')
    const other = paths.slice(0, i).find((each) => overlap(each.path, path))
    if (other !== undefined) refuse('invalid_input', `said already by ${other.path}`)
  }
  const { created_at, updated_at, deactivated_at, deleted_at, deletion, ...profile } = before
  let own: JsonObject = profile as unknown as JsonObject
  for (const { path, place } of paths) {
    const refuse: Refuse = (key, message) => refuseAt(place)('invalid_input', `${key} ${message}`)
    const isSet = place[0] === 'set'
    own = put(own, path.split('.'), isSet ? set[path] : undefined, refuse)
  }
  const result = shape.safeParse(own)
  const [first] = result.error?.issues ?? []
  if (first !== undefined) {
    // The whole is checked, so that parts that are right alone make no user that is not.
    throw inputError('invalid_input', input, ['users', at, 'set', ...first.path], first.message)
  }
  const kept = { created_at, updated_at: now, deactivated_at, deleted_at }
  return complete({ ...(result.data as UserInput), id }, kept)
}

/** A copy with a value at a path; undefined takes away what is there. */
function put(
  object: JsonObject,
  [key = '', ...rest]: readonly string[],
  value: JsonObject[string] | undefined,
  refuse: Refuse,
): JsonObject {
  if (rest.length === 0) {
    if (value !== undefined) return with_(object, key, value)
    return Object.fromEntries(Object.entries(object).filter(([own]) => own !== key))
  }
  const inner = Object.hasOwn(object, key) ? object[key] : undefined
  // There is nothing to take away where no path leads.
  if (value === undefined && !isObject(inner)) return object
  if (inner !== undefined && !isObject(inner)) refuse(key, 'is no object to reach into')
  return with_(object, key, put((inner ?? {}) as JsonObject, rest, value, refuse))
}

/** A copy in which a key, __proto__ like any other, has a value. */
const with_ = (object: JsonObject, key: string, value: JsonObject[string]): JsonObject =>
  Object.fromEntries([...Object.entries(object).filter(([own]) => own !== key), [key, value]])

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A user who may not connect; one who is already stays as of then. */
export const deactivated = (before: StoredUser, now: string): StoredUser =>
  before.deactivated_at === undefined ? { ...before, deactivated_at: now, updated_at: now } : before

export function reactivated(
  { deactivated_at, ...before }: StoredUser,
  { name }: ReactivateOptions,
  now: string,
): StoredUser {
  if (deactivated_at === undefined && name === undefined) return before
  return { ...before, ...(name === undefined ? {} : { name }), updated_at: now }
}

/** A user who is marked deleted: no query returns it. */
export function markedDeleted(before: StoredUser, how: Deletion, now: string): StoredUser {
  const { deletion, deleted_at } = before
  const isStronger = deletion === undefined || STRENGTH[how] > STRENGTH[deletion]
  if (!isStronger) return before
  return { ...before, deletion: how, deleted_at: deleted_at ?? now, updated_at: now }
}

/** What is left of a user whose information is nulled. */
export function pruned({ id, ...before }: StoredUser, now: string): StoredUser {
  const { created_at, deleted_at, deletion } = before
  return { ...complete({ id }, { created_at, updated_at: now, deleted_at }), deletion }
}

export function restored(user: StoredUser | undefined, id: string, now: string): StoredUser {
  if (user === undefined) return present(user, id)
  const { deletion, deleted_at, ...own } = user
  if (deleted_at === undefined) {
    throw new UsersError('user_not_deleted', `the user ${id} is not deleted`, { user_id: id })
  }
  if (deletion !== 'soft') {
    throw refused('user_deleted', id, 'not deleted softly: there is nothing to restore')
  }
  return { ...own, updated_at: now }
}
