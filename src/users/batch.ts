import type { Transaction } from 'kysely'
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
  /** More work for the same transaction. */
  also?: ((transaction: Transaction<Tables>) => Promise<void>) | undefined
}

/** Changes the users of a batch in one transaction: all of them or none. */
export async function changeUsers<T extends { readonly id: string }>(
  store: Store,
  inputs: readonly T[],
  { apply, setsUsername, pathOf = (i) => ['users', i], also }: BatchChange<T>,
): Promise<UsersById> {
  const { indexedCustom } = store.configuration
  const now = store.now()
  const ids = inputs.map(({ id }) => id)
  return store.transaction(async (transaction) => {
    const stored = await store.lock(transaction, ids)
    const namesAny = inputs.some((input) => setsUsername?.(input) ?? false)
    const unique = namesAny ? await store.app.uniqueUsernames(transaction) : 'no'
    const changes = inputs.map((input, i) => {
      const before = stored.get(input.id)
      const after = apply(before, input, now, i)
      if (before?.custom !== after.custom)
        checkIndexedCustom(after, indexedCustom, input, pathOf(i))
      const isNamed = setsUsername?.(input) ?? false
      if (isNamed && unique !== 'no') checkUsername(after)
      return { before, after, setsUsername: isNamed }
    })
    await also?.(transaction)
    await store.write(
      transaction,
      changes.filter(({ before, after }) => before !== after),
      unique,
    )
    return Object.fromEntries(changes.map(({ after }) => [after.id, shown(after)]))
  })
}
