import { condition, parseQuery, type Query, restrict } from '../index.ts'
import { UsersError } from './error.ts'
import { storedUsers } from './schema.ts'
import { Connections } from './storage/connections.ts'
import type { Store } from './storage/store.ts'
import type { ExportedUser } from './transitions.ts'
import type { StoredUser } from './user.ts'

/** How many users one statement reads: a page of the largest users has tens of megabytes. */
const PAGE = 250

const ALL = parseQuery(storedUsers, {
  sort: [{ id: 1 }],
  limit: PAGE,
  include_deactivated_users: true,
})

/** Users of an export, in the order of their ids. */
export interface ExportPage {
  readonly users: readonly ExportedUser[]
  readonly damaged: readonly string[]
  readonly last: string | undefined
}

/** Whether an import can make a user what it is: not if its data is removed, or is to be. */
const isWhole = ({ deletion }: StoredUser): boolean => deletion === undefined || deletion === 'soft'

const isDamage = (error: unknown): boolean =>
  error instanceof UsersError && error.code === 'user_damaged'

/** The users after an id: see `Users.exportPage`. */
export async function exportPage(
  store: Store,
  after: string | undefined,
  signal?: AbortSignal,
): Promise<ExportPage> {
  const query =
    after === undefined ? ALL : restrict(ALL, condition(storedUsers, { id: { $gt: after } }))
  const { found, damaged, last } = await readable(store, query, signal)
  const users = found.filter(isWhole)
  const connected = await new Connections(store).connected(
    users.filter(({ online }) => online).map(({ id }) => id),
  )
  return {
    // Connections are not exported, so nothing would end that a connected user is online.
    users: users.map(({ deletion, ...user }) =>
      connected.has(user.id) ? { ...user, online: false } : user,
    ),
    damaged,
    last,
  }
}

/** A page of users, and which of them cannot be read. */
async function readable(store: Store, query: Query, signal: AbortSignal | undefined) {
  try {
    const { items } = await store.page(query, signal)
    return { found: items, damaged: [], last: items.at(-1)?.id }
  } catch (error) {
    if (!isDamage(error)) throw error
  }
  const ids = await store.ids(query)
  const found: StoredUser[] = []
  const damaged: string[] = []
  for (const id of ids) {
    try {
      const user = (await store.find([id])).get(id)
      if (user !== undefined) found.push(user)
    } catch (error) {
      if (!isDamage(error)) throw error
      damaged.push(id)
    }
  }
  return { found, damaged, last: ids.at(-1) }
}
