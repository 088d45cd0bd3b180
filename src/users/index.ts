/**
 * The users of an application: storing, querying with filters, deactivating, deleting, restoring,
 * exporting.
 *
 * @packageDocumentation
 */

import type { HandlerOptions, UsersHandler } from './http/public.ts'
import { need } from './need.ts'
import type { UsersOptions } from './open.ts'
import type { Users } from './users.ts'

export type { App, AppChanges, UniqueUsernames, UpdatableField } from './app.ts'
export { UsersError, type UsersErrorCode, type UsersErrorDetails } from './error.ts'
export type { HandlerOptions, RateLimit, UsersHandler } from './http/public.ts'
export type { UsersOptions } from './open.ts'
export type { FieldChanges, PartialUser } from './partial-update.ts'
export { usersSchema } from './schema.ts'
export type {
  DeactivateOptions,
  DeleteOptions,
  HookCall,
  Hooks,
  ReactivateOptions,
  Settings,
} from './settings.ts'
export type { DatabaseSource, ImportProgress } from './storage/public.ts'
export type { Task, TaskError, TaskStatus } from './tasks/task.ts'
export type { ExportedUser, ImportedUser } from './transitions.ts'
export type { Json, JsonObject, OwnUser, User, UserInput } from './user.ts'
export type { ConnectInput, Users } from './users.ts'
export type { WatchEvent, WatchListener } from './watch/watchers.ts'
export type {
  DeadLetter,
  Webhook,
  WebhookChanges,
  WebhookEventType,
  WebhookInput,
} from './webhooks/webhook.ts'

/**
 * Opens the users of an application in its database, and first creates the tables or brings them up
 * to date. Needs `kysely`, `zod` and `jose`, and the driver of the database: `libsql` or
 * `better-sqlite3`, `pg`, `mysql2`.
 *
 * @throws TypeError that names a setting that is wrong, or the package that is missing.
 * @example
 * const users = await createUsers({ db: 'users.sqlite', settings: { uniqueUsernames: 'app' } })
 * await users.upsertUsers({ users: [{ id: 'ana', role: 'admin', custom: { age: 31 } }] })
 * const page = await users.queryUsers({ payload: { filter_conditions: { role: 'admin' } } })
 */
export async function createUsers(options: UsersOptions): Promise<Users> {
  const { openUsers } = await need(() => import('./open.ts'), 'kysely', 'zod', 'jose')
  return openUsers(options)
}

/**
 * A handler of Fetch requests for the users, which any server can mount. Needs `hono`, and with a
 * rate limit `rate-limiter-flexible`.
 *
 * Tokens are sent as `Authorization: Bearer`: JWTs (HS256) with the claim `server: true`, or `user_id`
 * for one of the users, who may query the fields of the setting `clientFields`.
 *
 * @throws TypeError without a secret, or if a package is missing.
 * @example
 * const handler = await createUsersHandler(users, { secret: process.env.SECRET })
 * const response = await handler(new Request('http://localhost/users'))
 */
export async function createUsersHandler(
  users: Users,
  options?: HandlerOptions,
): Promise<UsersHandler> {
  const { makeHandler } = await need(() => import('./http/handler.ts'), 'hono')
  return makeHandler(users, options)
}
