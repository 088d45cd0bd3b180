/** The inputs of the operations. They are checked by these shapes, and documented by them. */

import { z } from 'zod'
import { printFilter, safeParseFilter } from '../index.ts'
import { asError, inputError } from './input-error.ts'
import { usersSchema } from './schema.ts'
import type { DeactivateOptions, DeleteOptions, ReactivateOptions } from './settings.ts'
import type { JsonObject, UserInput } from './user.ts'

export const MOST_USERS = 100
export const MOST_EXPORTED = 25

const LONGEST_NAME = 255
const LONGEST_TEXT = 4096
const MOST_TEAMS = 250
/** How deep JSON of a user may be: deeper is no data, and databases have bounds of their own. */
const DEEPEST = 32
/** How long JSON of a user may be, as text: a page of a thousand users is read at once. */
const LONGEST_JSON = 64 * 1024
const MOST_DEVICES = 100
const MOST_BLOCKED = 10_000
/** How much one partial update sets, and takes away. */
const MOST_PATHS = 200

/** What every database stores. */
const isText = (value: string): boolean => value.isWellFormed() && !value.includes('\0')

const text = (most: number) =>
  z.string().max(most).refine(isText, 'expected well-formed Unicode without U+0000')

const name = text(LONGEST_NAME).min(1)

/** Read by the one reader of timestamps, so that what is accepted is what is stored and shown. */
const timestamp = z
  .string()
  .transform((value, context) => {
    const filter = safeParseFilter(usersSchema, { last_active: value })
    if (filter.ok) return printFilter(filter.value).last_active as string
    context.addIssue('expected a timestamp as RFC 3339 has it, 2024-05-01T12:00:00Z')
    return z.NEVER
  })
  .meta({ format: 'date-time' })

/** Why a value is not JSON that can be stored; undefined where it is. */
function problemOf(value: unknown, depth = 0): string | undefined {
  switch (typeof value) {
    case 'string':
      return isText(value) ? undefined : 'holds text that is not well-formed, or U+0000'
    case 'number':
      return Number.isFinite(value) ? undefined : 'holds a number that JSON does not have'
    case 'boolean':
      return undefined
    case 'object': {
      if (value === null) return undefined
      if (depth >= DEEPEST) return `is more than ${DEEPEST} levels deep`
      if (!Array.isArray(value) && !isPlain(value)) return 'holds what is not JSON'
      for (const [key, each] of Object.entries(value)) {
        if (!isText(key)) return 'holds a key that is not well-formed, or has U+0000'
        const problem = problemOf(each, depth + 1)
        if (problem !== undefined) return problem
      }
      return undefined
    }
    default:
      return 'holds what is not JSON'
  }
}

function isPlain(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Kept as it is: a copy would lose keys such as __proto__. */
const object = z
  .custom<JsonObject>(isPlain, 'expected an object')
  .superRefine((value, context) => {
    const problem = problemOf(value)
    if (problem !== undefined) context.addIssue(problem)
    else if (JSON.stringify(value).length > LONGEST_JSON) {
      context.addIssue(`is more than ${LONGEST_JSON} characters long, as JSON`)
    }
  })
  .meta({ type: 'object', additionalProperties: true })

const roles = z
  .custom<Readonly<Record<string, string>>>(isPlain, 'expected an object')
  .refine(
    (value) => Object.values(value).every((role) => name.safeParse(role).success),
    'expected a role for each team',
  )
  .refine((value) => Object.keys(value).every(isText), 'expected well-formed names of teams')
  .meta({ type: 'object', additionalProperties: { type: 'string' } })

const profile = {
  role: name.optional(),
  name: text(LONGEST_TEXT).optional(),
  image: text(LONGEST_TEXT).optional(),
  username: name.optional(),
  custom: object.optional(),
  teams: z.array(name).max(MOST_TEAMS).optional(),
  teams_role: roles.optional(),
  language: text(LONGEST_NAME).optional(),
  banned: z.boolean().optional(),
  shadow_banned: z.boolean().optional(),
  invisible: z.boolean().optional(),
  online: z.boolean().optional(),
  ban_expires: timestamp.optional(),
  last_active: timestamp.optional(),
  revoke_tokens_issued_before: timestamp.optional(),
  avg_response_time: z.int().min(0).optional(),
  blocked_user_ids: z.array(name).max(MOST_BLOCKED).optional(),
  devices: z.array(object).max(MOST_DEVICES).optional(),
  privacy_settings: object.optional(),
  push_notifications: object.optional(),
}

export const user = z.strictObject({ id: name, ...profile }) satisfies z.ZodType<UserInput>

/** What an import says of a user that another system kept: the times too. */
export const imported = z.strictObject({
  id: name,
  ...profile,
  created_at: timestamp.optional(),
  updated_at: timestamp.optional(),
  deactivated_at: timestamp.optional(),
})

const partial = z.strictObject({
  id: name,
  set: object
    .refine(
      (value) => Object.keys(value).length <= MOST_PATHS,
      `sets more than ${MOST_PATHS} paths`,
    )
    .optional(),
  unset: z.array(z.string()).max(MOST_PATHS).optional(),
})

/** The profile's shapes by field, for what a partial update sets. */
export const profileShape: Readonly<Record<string, z.ZodType>> = profile

const ids = (most: number) => z.array(name).min(1).max(most)

const deactivation = {
  mark_messages_deleted: z.boolean().optional(),
  created_by_id: name.optional(),
} satisfies Record<keyof DeactivateOptions, z.ZodType>

const reactivation = {
  restore_messages: z.boolean().optional(),
  name: text(LONGEST_TEXT).optional(),
  created_by_id: name.optional(),
} satisfies Record<keyof ReactivateOptions, z.ZodType>

const deletion = {
  user: z.enum(['soft', 'pruning', 'hard']).optional(),
  conversations: z.enum(['soft', 'hard']).optional(),
  messages: z.enum(['soft', 'pruning', 'hard']).optional(),
  calls: z.enum(['soft', 'hard']).optional(),
  new_channel_owner_id: name.optional(),
} satisfies Record<keyof DeleteOptions, z.ZodType>

/** The input of each operation, by its name. */
export const inputs = {
  upsertUsers: z.strictObject({ users: z.array(user).min(1).max(MOST_USERS) }),
  importUsers: z.strictObject({ users: z.array(imported).min(1).max(MOST_USERS) }),
  updateUsersPartial: z.strictObject({ users: z.array(partial).min(1).max(MOST_USERS) }),
  deactivateUser: z.strictObject({ user_id: name, ...deactivation }),
  deactivateUsers: z.strictObject({ user_ids: ids(MOST_USERS), ...deactivation }),
  reactivateUser: z.strictObject({ user_id: name, ...reactivation }),
  reactivateUsers: z.strictObject({
    user_ids: ids(MOST_USERS),
    ...reactivation,
  }),
  deleteUsers: z.strictObject({ user_ids: ids(MOST_USERS), ...deletion }).check((context) => {
    const { user: how, messages, conversations } = context.value
    if (how !== 'hard' || (messages === 'hard' && conversations === 'hard')) return
    context.issues.push({
      code: 'custom',
      message: 'hard removes a user for good: it requires messages: hard and conversations: hard',
      path: ['user'],
      input: how,
    })
  }),
  restoreUsers: z.strictObject({ user_ids: ids(MOST_USERS) }),
  exportUsers: z.strictObject({ user_ids: ids(MOST_EXPORTED) }),
  getTask: z.strictObject({ id: z.string() }),
  createGuest: z.strictObject({
    user: user.pick({ id: true, name: true }),
  }),
} as const

export type Inputs = { readonly [K in keyof typeof inputs]: z.infer<(typeof inputs)[K]> }

/**
 * The input of an operation, checked.
 *
 * @throws UsersError `invalid_input`, `unknown_field`, `read_only_field` or `duplicate_user` with the
 * first place that is wrong.
 */
export function read<K extends keyof typeof inputs>(operation: K, input: unknown): Inputs[K] {
  const shape: z.ZodType = inputs[operation]
  const result = shape.safeParse(input)
  const [first] = result.error?.issues ?? []
  if (first !== undefined) throw asError(input, first, shape)
  const value = result.data as Inputs[K]
  refuseDoubles(value)
  return value
}

/** A batch says of each user once what is to be. */
function refuseDoubles(input: object): void {
  const { users, user_ids } = input as {
    users?: readonly { readonly id: string }[]
    user_ids?: readonly string[]
  }
  const all = users?.map(({ id }) => id) ?? user_ids ?? []
  const seen = new Set<string>()
  for (const [i, id] of all.entries()) {
    const path = users === undefined ? ['user_ids', i] : ['users', i, 'id']
    if (seen.has(id)) throw inputError('duplicate_user', input, path, 'the user is in it twice')
    seen.add(id)
  }
}
