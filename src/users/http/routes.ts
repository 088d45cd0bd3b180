/** Every endpoint. A new one is a record here, its operation in users.ts, and its shape in input.ts. */

import { CONSOLE_PATH } from '../console/files.ts'
import {
  APP,
  CONNECTED,
  GUEST,
  ONE_USER,
  PAGE,
  TASK_ID,
  UPDATED_APP,
  USERS_BY_ID,
} from './components.ts'
import { connect } from './connect.ts'
import { createGuest } from './guest.ts'
import { reference, TEXT } from './json-schema.ts'
import { queryUsers } from './query-users.ts'
import {
  body,
  bodyOfClient,
  bodyOfUser,
  clientId,
  connectBody,
  noInput,
  payloadBody,
  payloadParameter,
  taskId,
  watchedFilter,
} from './request-inputs.ts'
import { type Route, route } from './route.ts'

export const ROUTES: readonly Route[] = [
  route({
    method: 'get',
    path: '/users',
    operationId: 'queryUsers',
    summary: 'One page of the users that match a filter',
    audience: 'reader',
    input: payloadParameter,
    answer: PAGE,
    run: queryUsers,
  }),
  route({
    method: 'post',
    path: '/users/query',
    operationId: 'queryUsersByBody',
    summary: 'GET /users with the payload in the body',
    isRepeatable: true,
    audience: 'reader',
    input: payloadBody,
    answer: PAGE,
    run: queryUsers,
  }),
  route({
    method: 'get',
    path: '/users/watch',
    operationId: 'watchUsers',
    summary: 'Changes of the users that match a filter, as server-sent events',
    audience: 'reader',
    input: watchedFilter,
    answer: TEXT,
    mediaType: 'text/event-stream',
    run: (exchange, filter) => exchange.lists.open(exchange, filter),
  }),
  route({
    method: 'post',
    path: '/users',
    operationId: 'upsertUsers',
    summary: 'Creates users or replaces whole ones',
    audience: 'server',
    input: body('upsertUsers'),
    answer: USERS_BY_ID,
    run: ({ users, reservation }, input) => users.upsertUsers(input, reservation),
  }),
  route({
    method: 'patch',
    path: '/users',
    operationId: 'updateUsersPartial',
    summary: 'Sets and unsets fields of users',
    audience: 'server',
    input: body('updateUsersPartial'),
    answer: USERS_BY_ID,
    run: ({ users, reservation }, input) => users.updateUsersPartial(input, reservation),
  }),
  route({
    method: 'get',
    path: '/users/me',
    operationId: 'getMe',
    summary: 'The client’s own user',
    audience: 'client',
    input: clientId,
    answer: ONE_USER,
    run: ({ users }, user_id) => users.getMe({ user_id }),
  }),
  route({
    method: 'patch',
    path: '/users/me',
    operationId: 'updateMe',
    summary:
      'Sets and unsets fields of the client’s own user, as the setting client_may_update lets it',
    audience: 'client',
    input: bodyOfClient('updateMe'),
    answer: ONE_USER,
    run: ({ users, reservation }, input) => users.updateMe(input, reservation),
  }),
  route({
    method: 'post',
    path: '/users/deactivate',
    operationId: 'deactivateUsers',
    summary: 'Deactivates users in a task',
    audience: 'server',
    input: body('deactivateUsers'),
    answer: TASK_ID,
    run: ({ users, reservation }, input) => users.deactivateUsers(input, reservation),
  }),
  route({
    method: 'post',
    path: '/users/reactivate',
    operationId: 'reactivateUsers',
    summary: 'Reactivates users in a task',
    audience: 'server',
    input: body('reactivateUsers'),
    answer: TASK_ID,
    run: ({ users, reservation }, input) => users.reactivateUsers(input, reservation),
  }),
  route({
    method: 'post',
    path: '/users/delete',
    operationId: 'deleteUsers',
    summary: 'Marks users as deleted, and finishes the deletion in a task',
    audience: 'server',
    input: body('deleteUsers'),
    answer: TASK_ID,
    run: ({ users, reservation }, input) => users.deleteUsers(input, reservation),
  }),
  route({
    method: 'post',
    path: '/users/restore',
    operationId: 'restoreUsers',
    summary: 'Restores softly deleted users',
    audience: 'server',
    input: body('restoreUsers'),
    answer: USERS_BY_ID,
    run: ({ users, reservation }, input) => users.restoreUsers(input, reservation),
  }),
  route({
    method: 'post',
    path: '/users/{id}/deactivate',
    operationId: 'deactivateUser',
    summary: 'Deactivates a user',
    audience: 'server',
    input: bodyOfUser('deactivateUser'),
    answer: ONE_USER,
    run: ({ users, reservation }, input) => users.deactivateUser(input, reservation),
  }),
  route({
    method: 'post',
    path: '/users/{id}/reactivate',
    operationId: 'reactivateUser',
    summary: 'Reactivates a user',
    audience: 'server',
    input: bodyOfUser('reactivateUser'),
    answer: ONE_USER,
    run: ({ users, reservation }, input) => users.reactivateUser(input, reservation),
  }),
  route({
    method: 'post',
    path: '/export/users',
    operationId: 'exportUsers',
    summary: 'Exports users in a task',
    audience: 'server',
    input: body('exportUsers'),
    answer: TASK_ID,
    run: ({ users, reservation }, input) => users.exportUsers(input, reservation),
  }),
  route({
    method: 'get',
    path: '/tasks/{id}',
    operationId: 'getTask',
    summary: 'The progress of a task, and its result',
    audience: 'server',
    input: taskId,
    answer: reference('Task'),
    run: ({ users }, id) => users.getTask({ id }),
  }),
  route({
    method: 'post',
    path: '/connect',
    operationId: 'connectUser',
    summary: 'Connects the client: creates or updates its user, and sets it online',
    isRepeatable: true,
    audience: 'connecting',
    input: connectBody,
    answer: CONNECTED,
    run: connect,
  }),
  route({
    method: 'get',
    path: '/connect',
    operationId: 'openConnection',
    summary:
      'Connects the client, and keeps it online while the stream of server-sent events is open',
    audience: 'connecting',
    input: noInput,
    answer: TEXT,
    mediaType: 'text/event-stream',
    run: (exchange) => exchange.connections.open(exchange),
  }),
  route({
    method: 'get',
    path: '/app',
    operationId: 'getApp',
    summary: 'The settings of the application',
    audience: 'server',
    input: noInput,
    answer: APP,
    run: ({ users }) => users.getApp(),
  }),
  route({
    method: 'patch',
    path: '/app',
    operationId: 'updateApp',
    summary: 'Changes settings of the application',
    audience: 'server',
    input: body('updateApp'),
    answer: UPDATED_APP,
    run: ({ users, reservation }, input) => users.updateApp(input, reservation),
  }),
  route({
    method: 'post',
    path: '/guest',
    operationId: 'createGuest',
    summary: 'Creates a guest; without a server’s token its id is guest-<uuid>-<id>',
    audience: 'anybody',
    input: body('createGuest'),
    answer: GUEST,
    run: createGuest,
  }),
]

/** Where the OpenAPI document of these routes is. */
export const OPENAPI_PATH = '/openapi.json'

const literal = new Set([OPENAPI_PATH, CONSOLE_PATH, ...ROUTES.map(({ path }) => path)])
const patterns = ROUTES.filter(({ path }) => path.includes('{')).map(({ path }) => ({
  path,
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
}))

/**
 * The path of the route that a request's path belongs to, for metrics and logs: ids would make a time
 * series for each user, and may be personal data. `other` where there is no such route.
 */
export function routeLabel(requested: string, basePath = '/'): string {
  const path = basePath === '/' ? requested : requested.slice(basePath.length)
  if (basePath !== '/' && !requested.startsWith(basePath)) return 'other'
  if (literal.has(path)) return path
  return patterns.find(({ pattern }) => pattern.test(path))?.path ?? 'other'
}
