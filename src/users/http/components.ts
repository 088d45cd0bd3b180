/** The schemas that the OpenAPI document's operations refer to, and the answers made of them. */

import { z } from 'zod'
import { payloadJsonSchema } from '../../interop/json-schema.ts'
import { type App, DEFAULT_APP, UNIQUE_USERNAMES, UPDATABLE } from '../app.ts'
import { user } from '../input.ts'
import { usersSchema } from '../schema.ts'
import { STATUSES } from '../tasks/task.ts'
import { USER_FIELDS } from '../user.ts'
import { EVENT_TYPES } from '../webhooks/webhook.ts'
import { COMPONENTS, type JsonSchema, object, reference, TEXT, TIME } from './json-schema.ts'

export const USERS_BY_ID = object(
  { users: { type: 'object', additionalProperties: reference('User') } },
  'users',
)
export const ONE_USER = object({ user: reference('User') }, 'user')
export const CONNECTED = object({ user: reference('User') })
export const GUEST = object({ user: reference('User'), access_token: TEXT }, 'user', 'access_token')
export const TASK_ID = object({ task_id: TEXT }, 'task_id')
export const TASKS = object(
  { tasks: { type: 'array', items: reference('Task') }, next: TEXT },
  'tasks',
)
export const PAGE = object(
  { users: { type: 'array', items: reference('User') }, next: TEXT, prev: TEXT },
  'users',
)

const APP_SETTINGS = object(
  {
    enforce_unique_usernames: { enum: UNIQUE_USERNAMES },
    guests: { type: 'boolean' },
    anonymous: { type: 'boolean' },
    uses_teams: { type: 'boolean' },
    client_may_update: { type: 'array', items: { enum: UPDATABLE } },
  } satisfies Readonly<Record<keyof App, JsonSchema>>,
  ...Object.keys(DEFAULT_APP),
)
export const APP = object({ app: reference('App') }, 'app')
export const UPDATED_APP = object(
  { app: reference('App'), usernames_taken_twice: { type: 'integer', minimum: 0 } },
  'app',
)

const COUNT: JsonSchema = { type: 'integer', minimum: 0 }
const EVENT_TYPE: JsonSchema = { enum: EVENT_TYPES }

export const WEBHOOKS = object(
  { webhooks: { type: 'array', items: reference('Webhook') } },
  'webhooks',
)
export const ONE_WEBHOOK = object({ webhook: reference('Webhook') }, 'webhook')
export const NEW_WEBHOOK = object(
  { webhook: reference('Webhook'), secrets: { type: 'array', items: TEXT } },
  'webhook',
  'secrets',
)
export const DEAD_LETTERS = object(
  { dead_letters: { type: 'array', items: reference('DeadLetter') }, next: TEXT },
  'dead_letters',
)
export const REDELIVERED = object({ redelivered: { type: 'array', items: TEXT } }, 'redelivered')

const WEBHOOK = object(
  {
    id: TEXT,
    url: TEXT,
    description: TEXT,
    event_types: { type: 'array', items: EVENT_TYPE },
    enabled: { type: 'boolean' },
    disabled_reason: { enum: ['gone', 'failing'] },
    last_error: TEXT,
    last_error_at: TIME,
    pending: COUNT,
    dead_letters: COUNT,
    created_at: TIME,
    updated_at: TIME,
  },
  'id',
  'url',
  'event_types',
  'enabled',
  'pending',
  'dead_letters',
  'created_at',
  'updated_at',
)

const LETTER = {
  id: TEXT,
  type: EVENT_TYPE,
  user_id: TEXT,
  attempts: COUNT,
  error: TEXT,
  created_at: TIME,
  failed_at: TIME,
}
const DEAD_LETTER = object(LETTER, ...Object.keys(LETTER))

const TASK = object(
  {
    task_id: TEXT,
    status: { enum: STATUSES },
    created_at: TIME,
    updated_at: TIME,
    result: object({ users: { type: 'array', items: reference('User') } }),
    error: reference('Error'),
  },
  'task_id',
  'status',
  'created_at',
  'updated_at',
)

const ERROR = object(
  { code: TEXT, message: TEXT, details: { type: 'object', additionalProperties: true } },
  'code',
  'message',
  'details',
)

/** A user in a response: the fields of an input, and the timestamps that the system sets. */
function userSchema(): JsonSchema {
  const { properties = {} } = z.toJSONSchema(user, { io: 'input', unrepresentable: 'any' })
  const all: Readonly<Record<string, unknown>> = {
    ...properties,
    created_at: TIME,
    updated_at: TIME,
    deactivated_at: TIME,
    deleted_at: TIME,
  }
  return {
    type: 'object',
    description:
      'A user. A client’s token sees only the fields of the server’s setting clientFields.',
    properties: Object.fromEntries(USER_FIELDS.map((name) => [name, all[name]])),
    required: ['id'],
  }
}

/** All components, made from what requests are checked by. */
export const componentSchemas = (): Readonly<Record<string, JsonSchema>> => ({
  User: userSchema(),
  Task: TASK,
  App: APP_SETTINGS,
  Webhook: WEBHOOK,
  DeadLetter: DEAD_LETTER,
  Error: ERROR,
  ...payloadJsonSchema(usersSchema, { definitionsAt: COMPONENTS }).$defs,
})
