/**
 * A client of the users system's HTTP interface, for browsers and servers: over fetch, without
 * dependencies.
 *
 * @packageDocumentation
 */

import { bulkOf } from './bulk.ts'
import { UsersClientError } from './error.ts'
import { OPERATIONS, STREAMS, WITHOUT_INPUT } from './operations.ts'
import { lifeOf, pause } from './time.ts'
import { transportOf } from './transport.ts'
import type { CallOptions, UsersClient, UsersClientOptions, UsersOperations } from './types.ts'
import { onlineKeeperOf, watcherOf } from './watch.ts'

export type {
  App,
  AppChanges,
  DeactivateOptions,
  DeadLetter,
  DeleteOptions,
  FieldChanges,
  Json,
  JsonObject,
  OwnUser,
  PartialUser,
  ReactivateOptions,
  Task,
  TaskError,
  TaskStatus,
  User,
  UserInput,
  Webhook,
  WebhookChanges,
  WebhookEventType,
  WebhookInput,
} from '../index.ts'
export { UsersClientError, type UsersClientErrorCode } from './error.ts'
export type {
  BulkOperations,
  BulkOptions,
  CallOptions,
  ConnectionEvent,
  ListEvent,
  PresenceEvent,
  UsersClient,
  UsersClientOptions,
  UsersEvent,
  UsersFilter,
  UsersList,
  UsersOperations,
  UsersPayload,
  UsersSort,
  WatchOptions,
} from './types.ts'

type Arguments = [input?: unknown, options?: CallOptions]

/** The longest wait between two looks at a task, in ms. */
const LONGEST_POLL = 2000

/**
 * A client of `tamis serve`, or of a server with the users' handler.
 *
 * A call that failed is repeated with exponential back-off, after what `Retry-After` asks for: every
 * operation after 429, which the server answers before it does anything; after a lost connection,
 * 502, 503 and 504 every operation but `deleteUsers`, `restoreUsers`, `createGuest`, `createWebhook`,
 * `deleteWebhook` and `redeliver`, whose repetition would fail or do more. A repeated `upsertUsers` may replace what another
 * wrote in between; a repeated operation that starts a task may start two with the same effect.
 *
 * Calls throw `UsersClientError`; what the token's function throws; and the reason of an aborted
 * signal.
 *
 * @example
 * const client = createUsersClient({ url: 'https://users.example.com', token })
 * for await (const user of client.users({ filter: { role: 'admin' } })) console.log(user.name)
 */
export function createUsersClient(options: UsersClientOptions): UsersClient {
  const { call, stream } = transportOf(options)
  const operations = Object.fromEntries(
    Object.keys(OPERATIONS).map((key) => {
      const name = key as keyof UsersOperations
      const run = STREAMS.includes(name) ? stream : call
      const method = (...given: Arguments) => {
        const [input, own] = WITHOUT_INPUT.includes(name) ? [undefined, given[0]] : given
        return run(name, Object(input), Object(own))
      }
      return [name, method]
    }),
  ) as unknown as UsersOperations

  const pages: UsersClient['pages'] = async function* ({ filter, ...list } = {}, own) {
    let next: string | undefined
    do {
      const payload = { limit: 100, ...list, filter_conditions: filter, next }
      const page = await operations.queryUsersByBody({ payload }, own)
      yield page.users
      next = page.next
    } while (next !== undefined)
  }
  const waitForTask: UsersClient['waitForTask'] = async (id, own = {}) => {
    const life = lifeOf(own.signal)
    try {
      for (let wait = 50; ; wait = Math.min(wait * 1.5, LONGEST_POLL)) {
        const task = await operations.getTask({ id }, own)
        const { status, error } = task
        if (status === 'completed') return task
        if (status === 'failed') {
          const { code = 'task_failed', message = 'The task has failed', details } = error ?? {}
          throw new UsersClientError(code, message, { ...details, task_id: id })
        }
        await pause(wait, life.signal)
      }
    } finally {
      life.end()
    }
  }

  return {
    ...operations,
    pages,
    async *users(list, own) {
      for await (const page of pages(list, own)) yield* page
    },
    waitForTask,
    watch: watcherOf({ ...operations, pages }),
    stayOnline: onlineKeeperOf(operations),
    bulk: bulkOf(operations, waitForTask),
  }
}
