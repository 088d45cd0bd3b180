// Longer than most files here: the shape of every input of the operations.

/** The inputs of the operations. These shapes check them, and the OpenAPI document is made of them. */

import { z } from 'zod'
import { type AppChanges, UNIQUE_USERNAMES, UPDATABLE } from './app.ts'
import { asUsersError, inputError } from './input-error.ts'
import type { DeactivateOptions, DeleteOptions, ReactivateOptions } from './settings.ts'
import {
  DEEPEST_JSON,
  jsonObject,
  LONGEST_JSON,
  LONGEST_NAME,
  LONGEST_TEXT,
  name,
  newId,
  roles,
  searchedText,
  text,
  timestamp,
} from './shapes.ts'
import { MOST_TASKS, STATUSES, TASK_CURSOR } from './tasks/task.ts'
import type { UserInput } from './user.ts'
import { isWebhookSecret, SECRET_PATTERN, WEBHOOK_SECRET_EXPECTED } from './webhooks/signature.ts'
import {
  EVENT_TYPES,
  isWebhookUrl,
  LONGEST_URL,
  MOST_LETTERS,
  MOST_SECRETS,
  type WebhookChanges,
  type WebhookInput,
} from './webhooks/webhook.ts'

const MOST_USERS = 100
const MOST_EXPORTED = 25
const MOST_TEAMS = 250
const MOST_DEVICES = 100
const MOST_BLOCKED = 10_000
/** How many paths one partial update sets, and how many it unsets. */
const MOST_PATHS = 200

/** One of the objects of the column `details`, which has them by their names. */
const detail = jsonObject(DEEPEST_JSON - 1)

const profile = {
  role: name.optional(),
  name: searchedText.optional(),
  image: text(LONGEST_TEXT).optional(),
  username: name.optional(),
  custom: jsonObject(DEEPEST_JSON).optional(),
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
  // Two levels are around each device: the list, and the column `details`.
  devices: z
    .array(jsonObject(DEEPEST_JSON - 2))
    .max(MOST_DEVICES)
    .optional(),
  privacy_settings: detail.optional(),
  push_notifications: detail.optional(),
}

export const user = z.strictObject({ id: newId, ...profile }) satisfies z.ZodType<UserInput>

/** A user of another system, with the timestamps that it had there. */
const imported = z.strictObject({
  id: newId,
  ...profile,
  created_at: timestamp.optional(),
  updated_at: timestamp.optional(),
  deactivated_at: timestamp.optional(),
})

/** A user as it was exported, with what else is stored of it. */
const exported = z.strictObject({
  ...imported.shape,
  deleted_at: timestamp.optional(),
  guest_nonce: name.optional(),
})

/** The fields of a user that an import may set. */
export const IMPORTED_FIELDS: readonly string[] = Object.keys(imported.shape)

/** The fields that an export has, and only a restored user may have. */
export const RESTORED_FIELDS: readonly string[] = Object.keys(exported.shape).filter(
  (field) => !IMPORTED_FIELDS.includes(field),
)

const fieldChanges = {
  // One level is around the fields. Each field is checked by its own shape later.
  set: jsonObject(DEEPEST_JSON + 1, 4 * LONGEST_JSON)
    .refine(
      (value) => Object.keys(value).length <= MOST_PATHS,
      `too many paths: expected at most ${MOST_PATHS}`,
    )
    .optional(),
  unset: z.array(z.string()).max(MOST_PATHS).optional(),
}

const partial = z.strictObject({ id: name, ...fieldChanges })

/** A user without its id: what a partial update must result in. */
export const userProfile = z.strictObject(profile)

const ids = (most: number) => z.array(name).min(1).max(most)

const deactivation = {
  mark_messages_deleted: z.boolean().optional(),
  created_by_id: name.optional(),
} satisfies Record<keyof DeactivateOptions, z.ZodType>

const reactivation = {
  restore_messages: z.boolean().optional(),
  name: searchedText.optional(),
  created_by_id: name.optional(),
} satisfies Record<keyof ReactivateOptions, z.ZodType>

const deletion = {
  user: z.enum(['soft', 'pruning', 'hard']).optional(),
  conversations: z.enum(['soft', 'hard']).optional(),
  messages: z.enum(['soft', 'pruning', 'hard']).optional(),
  calls: z.enum(['soft', 'hard']).optional(),
  new_channel_owner_id: name.optional(),
} satisfies Record<keyof DeleteOptions, z.ZodType>

const webhookUrl = text(LONGEST_URL, 1)
  .refine(isWebhookUrl, 'expected a URL of https or http, without a user name and a password')
  .meta({ maxLength: LONGEST_URL, format: 'uri' })

const webhookSecret = z
  .string()
  .refine(isWebhookSecret, WEBHOOK_SECRET_EXPECTED)
  .meta({ pattern: SECRET_PATTERN.source })

const webhook = {
  description: text(LONGEST_NAME).optional(),
  event_types: z.array(z.enum(EVENT_TYPES)).min(1).max(EVENT_TYPES.length).optional(),
  secrets: z.array(webhookSecret).min(1).max(MOST_SECRETS).optional(),
  enabled: z.boolean().optional(),
}

/** The input of each operation, by its name. */
export const inputs = {
  upsertUsers: z.strictObject({ users: z.array(user).min(1).max(MOST_USERS) }),
  importUsers: z.strictObject({ users: z.array(imported).min(1).max(MOST_USERS) }),
  updateUsersPartial: z.strictObject({ users: z.array(partial).min(1).max(MOST_USERS) }),
  deactivateUser: z.strictObject({ user_id: name, ...deactivation }),
  deactivateUsers: z.strictObject({ user_ids: ids(MOST_USERS), ...deactivation }),
  reactivateUser: z.strictObject({ user_id: name, ...reactivation }),
  reactivateUsers: z.strictObject({ user_ids: ids(MOST_USERS), ...reactivation }),
  deleteUsers: z.strictObject({ user_ids: ids(MOST_USERS), ...deletion }).check((context) => {
    const { user: how, messages, conversations } = context.value
    if (how !== 'hard' || (messages === 'hard' && conversations === 'hard')) return
    context.issues.push({
      code: 'custom',
      message: 'hard requires messages: hard and conversations: hard',
      path: ['user'],
      input: how,
    })
  }),
  restoreUsers: z.strictObject({ user_ids: ids(MOST_USERS) }),
  exportUsers: z.strictObject({ user_ids: ids(MOST_EXPORTED) }),
  getTask: z.strictObject({ id: z.string() }),
  getTasks: z.strictObject({
    status: z.enum(STATUSES).optional(),
    limit: z.int().min(1).max(MOST_TASKS).optional(),
    next: z.string().regex(TASK_CURSOR, 'expected the cursor of an earlier page').optional(),
  }),
  connectUser: z.strictObject({ user, token: z.string().optional() }),
  getMe: z.strictObject({ user_id: name }),
  updateMe: z.strictObject({ user_id: name, ...fieldChanges }),
  updateApp: z.strictObject({
    enforce_unique_usernames: z.enum(UNIQUE_USERNAMES).optional(),
    guests: z.boolean().optional(),
    anonymous: z.boolean().optional(),
    uses_teams: z.boolean().optional(),
    client_may_update: z
      .array(z.enum(UPDATABLE))
      .max(UPDATABLE.length)
      .refine((all) => new Set(all).size === all.length, 'expected each field once')
      .optional(),
  }) satisfies z.ZodType<AppChanges>,
  createGuest: z.strictObject({ user: user.pick({ id: true, name: true }) }),
  createWebhook: z.strictObject({
    url: webhookUrl,
    ...webhook,
  }) satisfies z.ZodType<WebhookInput>,
  updateWebhook: z.strictObject({
    id: z.string(),
    url: webhookUrl.optional(),
    ...webhook,
  }) satisfies z.ZodType<WebhookChanges>,
  deleteWebhook: z.strictObject({ id: z.string() }),
  getDeadLetters: z.strictObject({
    id: z.string(),
    limit: z.int().min(1).max(MOST_LETTERS).optional(),
    next: z
      .string()
      .regex(/^\d{1,15}$/, 'expected the cursor of an earlier page')
      .optional(),
  }),
  redeliver: z.strictObject({
    id: z.string(),
    dead_letter_ids: z.array(z.string()).min(1).max(MOST_LETTERS).optional(),
  }),
} as const

export type Inputs = { readonly [K in keyof typeof inputs]: z.infer<(typeof inputs)[K]> }

/** The same shapes, each with the type that it infers, so that `read` needs no cast. */
const shapes: { readonly [K in keyof Inputs]: z.ZodType<Inputs[K]> } = inputs

/**
 * The input of an operation, checked.
 *
 * @throws UsersError `invalid_input`, `unknown_field`, `read_only_field` or `duplicate_user` for the
 * first problem.
 */
export function read<K extends keyof Inputs>(operation: K, input: unknown): Inputs[K] {
  const shape = shapes[operation]
  const result = shape.safeParse(input)
  if (!result.success) throw asUsersError(input, result.error, shape)
  refuseDuplicates(result.data)
  return result.data
}

/**
 * One user of an import, checked. A field that is null is absent, as exports of databases write it;
 * within `custom`, null is a value.
 *
 * @throws UsersError for the first problem; its path begins with the field.
 */
export const importedUser = (input: object): z.infer<typeof imported> => checked(imported, input)

/** One user of an export that is restored, checked as `importedUser` does. */
export const exportedUser = (input: object): z.infer<typeof exported> => checked(exported, input)

function checked<T>(shape: z.ZodType<T>, input: object): T {
  const user = withoutNulls(input)
  const result = shape.safeParse(user)
  if (result.success) return result.data
  throw asUsersError({ user }, within(result.error), z.strictObject({ user: shape }))
}

/** The same error for a value that is the `user` of an input, so that its message names the user. */
const within = ({ issues }: z.ZodError): z.ZodError =>
  new z.ZodError(issues.map((issue) => ({ ...issue, path: ['user', ...issue.path] })))

const EXPORTED_FIELDS: readonly string[] = Object.keys(exported.shape)

function withoutNulls(input: object): object {
  const values = Object.entries(input)
  const isAbsent = ([name, value]: [string, unknown]) =>
    value === null && name !== 'id' && EXPORTED_FIELDS.includes(name)
  return values.some(isAbsent)
    ? Object.fromEntries(values.filter((entry) => !isAbsent(entry)))
    : input
}

/** What the inputs of batches have. */
interface Batch {
  readonly users?: readonly { readonly id: string }[]
  readonly user_ids?: readonly string[]
  readonly [other: string]: unknown
}

/** A batch has each user once. */
function refuseDuplicates(input: Batch): void {
  const { users, user_ids = [] } = input
  const all = users?.map(({ id }) => id) ?? user_ids
  const seen = new Set<string>()
  for (const [i, id] of all.entries()) {
    const path = users === undefined ? ['user_ids', i] : ['users', i, 'id']
    if (seen.has(id)) throw inputError('duplicate_user', input, path, 'duplicate user')
    seen.add(id)
  }
}
