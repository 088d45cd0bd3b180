import type { UsersOperations } from './types.ts'

/** A method, a path as OpenAPI writes it, and whether what it asks for must not be asked for twice. */
export type Operation = readonly [method: string, path: string, isOnce?: true]

/**
 * The operations of the OpenAPI document, by its operationIds. All but those marked with `true` have
 * the same effect when they are done twice. A restored user cannot be restored again, nor one that was
 * deleted for good be deleted, and a second guest is another one.
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
  getTask: ['GET', '/tasks/{id}'],
  connectUser: ['POST', '/connect'],
  openConnection: ['GET', '/connect'],
  getApp: ['GET', '/app'],
  updateApp: ['PATCH', '/app'],
  createGuest: ['POST', '/guest', true],
}

/** The operations that take no input: their first argument is the options. */
export const WITHOUT_INPUT: readonly string[] = ['getMe', 'openConnection', 'getApp']

/** The operations that answer with a stream of events. */
export const STREAMS: readonly string[] = ['watchUsers', 'openConnection']
