// Longer than most files here: one document, whose paths are read side by side.

import { z } from 'zod'
import packageJson from '../../../package.json' with { type: 'json' }
import { inputs, user } from '../input.ts'
import { usersSchema } from '../schema.ts'
import { USER_FIELDS } from '../user.ts'
import { filterSchemasOf, type JsonSchema } from './filter-schema.ts'

const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

/** The shapes that inputs are checked by, as JSON Schema; what a path says, no body does. */
function shapeOf(name: keyof typeof inputs, ...without: readonly string[]): JsonSchema {
  const { $schema, ...own } = z.toJSONSchema(inputs[name], {
    io: 'input',
    unrepresentable: 'any',
  })
  const { properties = {}, required = [] } = own
  return {
    ...own,
    properties: Object.fromEntries(
      Object.entries(properties).filter(([key]) => !without.includes(key)),
    ),
    required: required.filter((key) => !without.includes(key)),
  }
}

const TEXT = { type: 'string' }
const TIME = { type: 'string', format: 'date-time' }
const OBJECT = { type: 'object', additionalProperties: true }

/** A user as answers have it: what can be said of one, and the times that the system keeps. */
function userShape(): JsonSchema {
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
    description: 'A user. A client’s token sees the fields alone that the server shows to clients.',
    properties: Object.fromEntries(USER_FIELDS.map((name) => [name, all[name]])),
    required: ['id'],
  }
}

const DIRECTION = { enum: [1, -1] }

function payload(): JsonSchema {
  const sortable = usersSchema.sortable.map(({ name }) => name)
  const byName = {
    type: 'object',
    properties: Object.fromEntries(sortable.map((name) => [name, DIRECTION])),
    additionalProperties: false,
  }
  const term = {
    type: 'object',
    properties: { field: { enum: sortable }, direction: DIRECTION },
    required: ['field'],
    additionalProperties: false,
  }
  const { limit, offset } = usersSchema.limits
  const count = (most: number, own?: number) => ({
    type: 'integer',
    minimum: 0,
    maximum: most,
    ...(own === undefined ? {} : { default: own }),
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
      next: { type: 'string', description: 'The cursor of the page after another.' },
      prev: { type: 'string', description: 'The cursor of the page before another.' },
      include_deactivated_users: { type: 'boolean', default: false },
    },
    additionalProperties: false,
  }
}

const object = (properties: JsonSchema, ...required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
})

const json = (schema: JsonSchema) => ({ 'application/json': { schema } })

const USERS_BY_ID = object(
  { users: { type: 'object', additionalProperties: reference('User') } },
  'users',
)
const ONE_USER = object({ user: reference('User') }, 'user')
const TASK_ID = object({ task_id: TEXT }, 'task_id')
const PAGE = object(
  { users: { type: 'array', items: reference('User') }, next: TEXT, prev: TEXT },
  'users',
)

const TASK: JsonSchema = object(
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

const ERROR: JsonSchema = object(
  { code: TEXT, message: TEXT, details: OBJECT },
  'code',
  'message',
  'details',
)

interface Operation {
  readonly id: string
  readonly summary: string
  /** Who may: whoever has a server's token, any token, or anybody. */
  readonly by: 'server' | 'client' | 'anybody'
  readonly body?: JsonSchema
  readonly parameters?: readonly JsonSchema[]
  readonly answer: JsonSchema
  readonly media?: string
}

const ERRORS = {
  400: 'The input is wrong; `code` and `details` say how.',
  401: 'There is no valid token.',
  403: 'The token is of somebody who may not.',
  404: 'There is no such user or task.',
  409: 'The user is in another state, or the username is taken.',
  413: 'The body is too large.',
  429: 'Too many requests.',
  500: 'Something failed at the server, or a hook did.',
}

const SECURITY = { server: [{ server: [] }], client: [{ server: [] }, { client: [] }], anybody: [] }

/** A body that may be an empty object may be left out. */
const requestBody = (body: JsonSchema) => ({
  required: ((body.required as readonly string[] | undefined) ?? []).length > 0,
  content: json(body),
})

const operation = ({ id, summary, by, body, parameters, answer, media }: Operation) => ({
  operationId: id,
  summary,
  security: SECURITY[by],
  ...(parameters === undefined ? {} : { parameters }),
  ...(body === undefined ? {} : { requestBody: requestBody(body) }),
  responses: {
    200: {
      description: 'Done.',
      content: media === undefined ? json(answer) : { [media]: { schema: answer } },
    },
    ...Object.fromEntries(
      Object.entries(ERRORS).map(([status, description]) => [
        status,
        { description, content: json(reference('Error')) },
      ]),
    ),
  },
})

const ID = { name: 'id', in: 'path', required: true, schema: TEXT }
const PAYLOAD = { name: 'payload', in: 'query', content: json(reference('Payload')) }
const WATCHED = {
  name: 'payload',
  in: 'query',
  content: json({
    type: 'object',
    properties: { filter_conditions: reference('Filter') },
    additionalProperties: false,
  }),
}

function post(
  id: keyof typeof inputs,
  summary: string,
  answer: JsonSchema,
  by: Operation['by'] = 'server',
) {
  return { post: operation({ id, summary, by, body: shapeOf(id), answer }) }
}

function postOf(id: 'deactivateUser' | 'reactivateUser', summary: string) {
  const body = shapeOf(id, 'user_id')
  return {
    post: operation({ id, summary, by: 'server', parameters: [ID], body, answer: ONE_USER }),
  }
}

const paths = () => ({
  '/users': {
    get: operation({
      id: 'queryUsers',
      summary: 'Users that a filter is true of, a page of them',
      by: 'client',
      parameters: [PAYLOAD],
      answer: PAGE,
    }),
    ...post('upsertUsers', 'Creates users, or replaces whole ones', USERS_BY_ID),
    patch: operation({
      id: 'updateUsersPartial',
      summary: 'Sets and unsets fields of users',
      by: 'server',
      body: shapeOf('updateUsersPartial'),
      answer: USERS_BY_ID,
    }),
  },
  '/users/query': {
    post: operation({
      id: 'queryUsersByBody',
      summary: 'As GET /users, the payload as the body',
      by: 'client',
      body: reference('Payload'),
      answer: PAGE,
    }),
  },
  '/users/watch': {
    get: operation({
      id: 'watchUsers',
      summary: 'What becomes of the users that a filter is true of, as server-sent events',
      by: 'client',
      parameters: [WATCHED],
      answer: TEXT,
      media: 'text/event-stream',
    }),
  },
  '/users/{id}/deactivate': postOf('deactivateUser', 'Deactivates a user'),
  '/users/{id}/reactivate': postOf('reactivateUser', 'Reactivates a user'),
  '/users/deactivate': post('deactivateUsers', 'Deactivates users, by a task', TASK_ID),
  '/users/reactivate': post('reactivateUsers', 'Reactivates users, by a task', TASK_ID),
  '/users/delete': post('deleteUsers', 'Deletes users, the rest by a task', TASK_ID),
  '/users/restore': post('restoreUsers', 'Restores users that were deleted softly', USERS_BY_ID),
  '/export/users': post('exportUsers', 'Exports users, by a task', TASK_ID),
  '/tasks/{id}': {
    get: operation({
      id: 'getTask',
      summary: 'How far a task is, and what came of it',
      by: 'server',
      parameters: [ID],
      answer: reference('Task'),
    }),
  },
  '/guest': post(
    'createGuest',
    'Creates a guest',
    object({ user: reference('User'), access_token: TEXT }, 'user', 'access_token'),
    'anybody',
  ),
})

/** The handler as an OpenAPI 3.1 document: made of the shapes and the schema that requests are checked by. */
export function openApiOf(basePath: string): JsonSchema {
  return {
    openapi: '3.1.0',
    info: { title: 'Users', version: packageJson.version },
    ...(basePath === '/' ? {} : { servers: [{ url: basePath }] }),
    paths: paths(),
    components: {
      schemas: {
        User: userShape(),
        Payload: payload(),
        Task: TASK,
        Error: ERROR,
        ...filterSchemasOf(usersSchema),
      },
      securitySchemes: {
        server: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'HS256, with the claim `server: true`.',
        },
        client: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'HS256, with the claim `user_id`.',
        },
      },
    },
  }
}
