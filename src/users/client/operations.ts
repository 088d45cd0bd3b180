import type { UsersOperations } from './types.ts'

/** A method, a path as OpenAPI writes it, and whether what it asks for must not be asked for twice. */
export type Operation = readonly [method: string, path: string, isOnce?: true]

/**
 * The operations of the OpenAPI document, by its operationIds. All but those marked with `true` have
 * the same effect when they are done twice. A restored user cannot be restored again, nor one that was
 * deleted for good be deleted; a second guest or webhook is another one; and dead letters that are sent
 * again are none any more.
 */
export const OPERATIONS: Readonly<Record<keyof UsersOperations, Operation>> = {
  queryUsers: ['GET', '/users'],
  queryUsersByBody: ['POST', '/users/query'],
  watchUsers: ['GET', '/users/watch'],
  upsertUsers: ['POST', '/users'],
  updateUsersPartial: ['PATCH', '/users'],
  getMe: ['GET', '/users/me'],
  updateMe: ['PATCH', '/users/me'],
  deactivateUsers: ['POST', '/users/deactivate'],
  reactivateUsers: ['POST', '/users/reactivate'],
  deleteUsers: ['POST', '/users/delete', true],
  restoreUsers: ['POST', '/users/restore', true],
  deactivateUser: ['POST', '/users/{id}/deactivate'],
  reactivateUser: ['POST', '/users/{id}/reactivate'],
  exportUsers: ['POST', '/export/users'],
  getTasks: ['GET', '/tasks'],
  getTask: ['GET', '/tasks/{id}'],
  connectUser: ['POST', '/connect'],
  openConnection: ['GET', '/connect'],
  getApp: ['GET', '/app'],
  updateApp: ['PATCH', '/app'],
  getWebhooks: ['GET', '/webhooks'],
  createWebhook: ['POST', '/webhooks', true],
  updateWebhook: ['PATCH', '/webhooks/{id}'],
  deleteWebhook: ['POST', '/webhooks/{id}/delete', true],
  getDeadLetters: ['GET', '/webhooks/{id}/dead-letters'],
  redeliver: ['POST', '/webhooks/{id}/redeliver', true],
  createGuest: ['POST', '/guest', true],
}

/** The operations that take no input: their first argument is the options. */
export const WITHOUT_INPUT: readonly string[] = ['getMe', 'openConnection', 'getApp', 'getWebhooks']

/** The operations that answer with a stream of events. */
export const STREAMS: readonly string[] = ['watchUsers', 'openConnection']
