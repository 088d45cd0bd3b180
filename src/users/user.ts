import type { Row } from '../index.ts'
import type { storedUsers } from './schema.ts'

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** A user as an application describes it; only the id is required. */
export interface UserInput {
  /** 1 to 255 characters; it never changes. */
  readonly id: string
  /** Determines permissions; `user` by default. */
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

/** The fields that the system sets. Timestamps are RFC 3339 in UTC. */
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

/** A user in responses. */
export type User = Omit<UserInput, Always> &
  Kept & { readonly [K in Always]-?: NonNullable<UserInput[K]> }

/** A user as its owner sees it, with the fields that the settings show to owners. */
export type OwnUser = Pick<User, 'id'> & Partial<User>

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

/** A user in the database, with the fields that only the system knows. */
export interface StoredUser extends User {
  readonly deletion?: Deletion | undefined
  /** Only of a guest: its tokens carry the same. */
  readonly guest_nonce?: string | undefined
}

type FieldValues = { readonly [K in keyof StoredUser]?: unknown }

const INTERNAL = ['deletion', 'guest_nonce'] as const satisfies readonly (keyof StoredUser)[]

const defaults = () =>
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

/** A user from an input: with defaults, its fields in the order of responses, none undefined. */
export function complete(input: UserInput, kept: Kept): StoredUser {
  const fields: FieldValues = { ...input, ...kept }
  const byDefault: FieldValues = defaults()
  const user: Record<string, unknown> = {}
  for (const name of [...USER_FIELDS, ...INTERNAL]) {
    const value = fields[name] ?? byDefault[name]
    if (value !== undefined) user[name] = value
  }
  return user as unknown as StoredUser
}

/** A user as a row of the table, which the predicates of `storedUsers` read too. */
export function toRow(user: StoredUser): Row<typeof storedUsers> {
  const { blocked_user_ids, teams_role, devices, privacy_settings, push_notifications, ...row } =
    user
  const details = {
    ...(blocked_user_ids.length === 0 ? {} : { blocked_user_ids }),
    ...(teams_role === undefined ? {} : { teams_role }),
    ...(devices === undefined ? {} : { devices }),
    ...(privacy_settings === undefined ? {} : { privacy_settings }),
    ...(push_notifications === undefined ? {} : { push_notifications }),
  }
  // Most users have no details, and NULL is read faster than an empty document.
  return Object.keys(details).length === 0 ? row : { ...row, details }
}

/** The user that a row of the table holds. */
export function fromRow({ id, details, ...row }: Row<typeof storedUsers>): StoredUser {
  replaceBigints(details)
  replaceBigints(row.custom)
  return { id, ...defaults(), ...row, ...details } as StoredUser
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/**
 * The table returns integers beyond 2^53 as bigints. Users come and go as JSON, whose numbers are
 * doubles.
 */
function replaceBigints(value: unknown): void {
  if (!isObject(value)) return
  for (const key of Object.keys(value)) {
    const each = value[key]
    // Redefines a property that exists, so that the key __proto__ is a key like any other.
    if (typeof each === 'bigint') Object.defineProperty(value, key, { value: Number(each) })
    else if (typeof each === 'object') replaceBigints(each)
  }
}

/** A user without the fields that only the system knows. */
export function shown(user: StoredUser): User {
  if (user.deletion === undefined && user.guest_nonce === undefined) return user
  const { deletion, guest_nonce, ...visible } = user
  return visible
}
