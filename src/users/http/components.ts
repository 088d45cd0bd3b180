/** The schemas that the OpenAPI document's operations refer to, and the answers made of them. */

import { z } from 'zod'
import { user } from '../input.ts'
import { usersSchema } from '../schema.ts'
import { USER_FIELDS } from '../user.ts'
import { filterSchemasOf } from './filter-schema.ts'
import { type JsonSchema, object, reference, TEXT, TIME } from './json-schema.ts'

export const USERS_BY_ID = object(
  { users: { type: 'object', additionalProperties: reference('User') } },
  'users',
)
export const ONE_USER = object({ user: reference('User') }, 'user')
export const GUEST = object({ user: reference('User'), access_token: TEXT }, 'user', 'access_token')
export const TASK_ID = object({ task_id: TEXT }, 'task_id')
export const PAGE = object(
  { users: { type: 'array', items: reference('User') }, next: TEXT, prev: TEXT },
  'users',
)

const TASK = object(
  {
    task_id: TEXT,
    status: { enum: ['pending', 'running', 'completed', 'failed'] },
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

const DIRECTION = { enum: [1, -1] }

/** The payload of a query. */
function payloadSchema(): JsonSchema {
  const sortable = usersSchema.sortable.map(({ name }) => name)
  const byName = {
    type: 'object',
    properties: Object.fromEntries(sortable.map((name) => [name, DIRECTION])),
    additionalProperties: false,
  }
  const term = {
    type: 'object',
    properties: {
      field: { enum: sortable },
      direction: DIRECTION,
      nulls: { enum: ['first', 'last'] },
    },
    required: ['field'],
    additionalProperties: false,
  }
  const { limit, offset } = usersSchema.limits
  const count = (maximum: number, preset?: number) => ({
    type: 'integer',
    minimum: 0,
    maximum,
    ...(preset === undefined ? {} : { default: preset }),
  })
  return {
    type: 'object',
    properties: {
      filter_conditions: reference('Filter'),
      sort: { anyOf: [byName, { type: 'array', items: { anyOf: [term, byName] } }] },
      limit: count(limit.max, limit.default),
      offset: count(offset.max, 0),
      id_gt: TEXT,
      id_gte: TEXT,
      id_lt: TEXT,
      id_lte: TEXT,
      next: { type: 'string', description: 'The cursor `next` of a page: the page after it.' },
      prev: { type: 'string', description: 'The cursor `prev` of a page: the page before it.' },
      include_deactivated_users: { type: 'boolean', default: false },
    },
    additionalProperties: false,
  }
}

/** All components, made from what requests are checked by. */
export const componentSchemas = (): Readonly<Record<string, JsonSchema>> => ({
  User: userSchema(),
  Payload: payloadSchema(),
  Task: TASK,
  Error: ERROR,
  ...filterSchemasOf(usersSchema),
})
