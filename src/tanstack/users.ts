import { keepOpen } from '../users/client/keep-open.ts'
import type { UsersClient, UsersEvent, UsersFilter, UsersPayload } from '../users/client/types.ts'
import { usersSchema } from '../users/schema.ts'
import {
  type TamisCollectionConfig,
  type TamisCollectionOptions,
  tamisCollectionOptions,
} from './collection-options.ts'
import type { CollectionRow } from './rows.ts'
import type { Subscribe } from './subscription.ts'

/** A user as collections hold it: an answer of the server, with timestamps as Dates. */
export type CollectionUser = CollectionRow<typeof usersSchema> & {
  readonly [field: string]: unknown
}

/** What `usersCollectionOptions` takes: options of a collection of TanStack DB, and the client. */
export interface UsersCollectionOptions
  extends Omit<
    TamisCollectionOptions<typeof usersSchema, CollectionUser>,
    'schema' | 'load' | 'subscribe'
  > {
  /** What `createUsersClient` of `tamis/users/client` makes. */
  readonly client: Pick<UsersClient, 'queryUsersByBody' | 'watchUsers'>
}

/**
 * Options of a collection of users: those of a server of `tamis/users`, loaded by its client and
 * followed by its streams of changes. A stream that is lost is opened again, and what it may have
 * missed is loaded again.
 *
 * @example
 * const client = createUsersClient({ url: 'https://users.example.com', token })
 * const users = createCollection(usersCollectionOptions({ id: 'users', client }))
 */
export function usersCollectionOptions({
  client,
  ...options
}: UsersCollectionOptions): TamisCollectionConfig<CollectionUser> {
  return tamisCollectionOptions<typeof usersSchema, CollectionUser>({
    ...options,
    schema: usersSchema,
    async load(payload, { signal }) {
      // The payload was checked with the schema of users.
      const { users, next } = await client.queryUsersByBody(
        { payload: payload as UsersPayload },
        { signal },
      )
      return { items: users, next }
    },
    subscribe: subscriberOf(client),
  })
}

const subscriberOf =
  ({ watchUsers }: Pick<UsersClient, 'watchUsers'>): Subscribe<object> =>
  ({ filter, signal, changed, removed, reset, failed }) =>
    new Promise((resolve, reject) => {
      let isFirst = true
      void keepOpen<UsersEvent>(signal, {
        open: (stream) => watchUsers({ filter: (filter ?? {}) as UsersFilter }, { signal: stream }),
        take(event, fail) {
          switch (event.type) {
            case 'ready':
              if (isFirst) resolve()
              else reset().catch(fail)
              isFirst = false
              break
            case 'reset':
              reset().catch(fail)
              break
            case 'removed':
              removed(event.user.id)
              break
            default:
              changed(event.user)
          }
        },
        onLost(type, error) {
          if (type === 'closed') {
            if (isFirst) reject(error)
            else failed(error)
          }
          // What is loaded meanwhile says whether the server is there; `ready` loads it again.
          isFirst = false
          resolve()
        },
      })
    })
