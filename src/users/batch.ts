import type { Transaction } from 'kysely'
import { UsersError } from './error.ts'
import type { Path } from './input-error.ts'
import type { Store } from './storage/store.ts'
import type { Tables } from './storage/tables.ts'
import { checkIndexedCustom, checkUsername } from './stored-limits.ts'
import { type StoredUser, shown, type User } from './user.ts'

export type UsersById = Readonly<Record<string, User>>

/** What an operation does with each user of a batch. */
export interface BatchChange<T> {
  /** The user after the operation; the same object if nothing changes. */
  apply(before: StoredUser | undefined, input: T, now: string, index: number): StoredUser
  /** Whether an input sets the username or the teams, so that the username must be free. */
  setsUsername?(input: T): boolean
  /** The path of a user in the operation's input; `users.<index>` by default. */
  pathOf?(index: number): Path
  /** Whether users that the operation refuses are left out, in place of an error for all. */
  readonly skipsRefused?: boolean
  /**
   * More work for the same transaction, with the users after the operation, and with the errors of
   * those that are left out, by index.
   */
  also?:
    | ((
        transaction: Transaction<Tables>,
        users: UsersById,
        refused: ReadonlyMap<number, UsersError>,
      ) => Promise<void>)
    | undefined
}

/** Changes the users of a batch in one transaction: all of them or none. */
export async function changeUsers<T extends { readonly id: string }>(
  store: Store,
  inputs: readonly T[],
  { apply, setsUsername, pathOf = (i) => ['users', i], skipsRefused, also }: BatchChange<T>,
): Promise<UsersById> {
  const { indexedCustom } = store.configuration
  const now = store.now()
  const ids = inputs.map(({ id }) => id)
  return store.transaction(async (transaction) => {
    const stored = await store.lock(transaction, ids)
    const namesAny = inputs.some((input) => setsUsername?.(input) ?? false)
    const unique = namesAny ? await store.app.uniqueUsernames(transaction) : 'no'
    const refused = new Map<number, UsersError>()
    const changeOf = (input: T, i: number) => {
      const before = stored.get(input.id)
      const after = apply(before, input, now, i)
      if (before?.custom !== after.custom)
        checkIndexedCustom(after, indexedCustom, input, pathOf(i))
      const isNamed = setsUsername?.(input) ?? false
      if (isNamed && unique !== 'no') checkUsername(after)
      return { before, after, setsUsername: isNamed }
    }
    const changes = inputs.flatMap((input, i) => {
      try {
        return [changeOf(input, i)]
      } catch (error) {
        if (skipsRefused !== true || !(error instanceof UsersError)) throw error
        refused.set(i, error)
        return []
      }
    })
    const users = Object.fromEntries(changes.map(({ after }) => [after.id, shown(after)]))
    await also?.(transaction, users, refused)
    await store.write(
      transaction,
      changes.filter(({ before, after }) => before !== after),
      unique,
    )
    return users
  })
}
