import type { Row } from '../index.ts'
import type { storedUsers } from './schema.ts'

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** What an application says of a user; all but the id may be left out. */
export interface UserInput {
  /** 1 to 255 characters; it stays the user's for good. */
  readonly id: string
  /** Determines permissions; `user` where none is given. */
  readonly role?: string | undefined
  readonly name?: string | undefined
  readonly image?: string | undefined
  readonly username?: string | undefined
  /** Whatever the application adds. */
  readonly custom?: JsonObject | undefined
  readonly teams?: readonly string[] | undefined
  readonly teams_role?: Readonly<Record<string, string>> | undefined
  readonly language?: string | undefined
  readonly banned?: boolean | undefined
  readonly shadow_banned?: boolean | undefined
  readonly invisible?: boolean | undefined
  readonly online?: boolean | undefined
  readonly ban_expires?: string | undefined
  readonly last_active?: string | undefined
  readonly revoke_tokens_issued_before?: string | undefined
  /** Seconds. */
  readonly avg_response_time?: number | undefined
  readonly blocked_user_ids?: readonly string[] | undefined
  readonly devices?: readonly JsonObject[] | undefined
  readonly privacy_settings?: JsonObject | undefined
  readonly push_notifications?: JsonObject | undefined
}

/** What the system says of a user. Timestamps are RFC 3339 in UTC. */
interface Kept {
  readonly created_at: string
  readonly updated_at: string
  readonly deactivated_at?: string | undefined
  readonly deleted_at?: string | undefined
}

type Always =
  | 'id'
  | 'role'
  | 'custom'
  | 'teams'
  | 'language'
  | 'banned'
  | 'shadow_banned'
  | 'invisible'
  | 'online'
  | 'blocked_user_ids'

/** A user as responses have it. */
export type User = Omit<UserInput, Always> &
  Kept & { readonly [K in Always]-?: NonNullable<UserInput[K]> }

/** Every field of a user. */
export const USER_FIELDS = [
  'id',
  'role',
  'name',
  'image',
  'username',
  'custom',
  'teams',
  'teams_role',
  'language',
  'banned',
  'shadow_banned',
  'invisible',
  'online',
  'ban_expires',
  'created_at',
  'updated_at',
  'deactivated_at',
  'deleted_at',
  'last_active',
  'revoke_tokens_issued_before',
  'avg_response_time',
  'blocked_user_ids',
  'devices',
  'privacy_settings',
  'push_notifications',
] as const satisfies readonly (keyof User)[]

/** How a deleted user is deleted. */
export type Deletion = 'soft' | 'pruning' | 'hard'

/** A user and what the system alone knows of it. */
export interface StoredUser extends User {
  readonly deletion?: Deletion | undefined
}

/** What a user has of whom nothing was said. */
const untold = () =>
  ({
    role: 'user',
    custom: {},
    teams: [],
    language: '',
    banned: false,
    shadow_banned: false,
    invisible: false,
    online: false,
    blocked_user_ids: [],
  }) satisfies Omit<Pick<User, Always>, 'id'>

/** A user with every field that a response must have, in their order, and none that is undefined. */
function whole(fields: Readonly<Record<string, unknown>>): StoredUser {
  const always: Readonly<Record<string, unknown>> = untold()
  const user: Record<string, unknown> = {}
  for (const name of [...USER_FIELDS, 'deletion']) {
    const value = fields[name] ?? always[name]
    if (value !== undefined) user[name] = value
  }
  return user as unknown as StoredUser
}

/** A user that an application described, with what the system keeps of it. */
export const complete = (input: UserInput, kept: Kept): StoredUser => whole({ ...input, ...kept })

/** A user as the table's row, which the predicates of `storedUsers` read alike. */
export function toRow(user: StoredUser): Row<typeof storedUsers> {
  const { blocked_user_ids, teams_role, devices, privacy_settings, push_notifications, ...own } =
    user
  const details = {
    ...(blocked_user_ids.length === 0 ? {} : { blocked_user_ids }),
    ...(teams_role === undefined ? {} : { teams_role }),
    ...(devices === undefined ? {} : { devices }),
    ...(privacy_settings === undefined ? {} : { privacy_settings }),
    ...(push_notifications === undefined ? {} : { push_notifications }),
  }
  // Most users have none, and no document is read sooner than an empty one.
  const isEmpty = Object.keys(details).length === 0
  return (isEmpty ? own : { ...own, details }) as Row<typeof storedUsers>
}

/** The user that a row is of. */
export function fromRow(row: Row<typeof storedUsers>): StoredUser {
  const { details, ...own } = row as unknown as Record<string, unknown>
  const user = { id: own.id, ...untold(), ...own, ...(plain(details) as object | undefined) }
  plain(user.custom)
  return user as unknown as StoredUser
}

/**
 * Integers beyond 2^53 come from the table as bigints; a user came as JSON, whose numbers are
 * doubles, and goes out as such.
 */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  const own = value as Record<string, unknown>
  for (const key of Object.keys(own)) {
    const each = own[key]
    // What is replaced is there already, so that no name, __proto__ neither, means anything else.
    if (typeof each === 'bigint') Object.defineProperty(own, key, { value: Number(each) })
    else if (typeof each === 'object') plain(each)
  }
  return value
}

/** A user as others see it: what the system alone knows stays here. */
export function shown(user: StoredUser): User {
  if (user.deletion === undefined) return user
  const { deletion, ...own } = user
  return own
}
