import type { Kysely } from 'kysely'
import type { Configuration, Settings } from '../settings.ts'
import type { Tables } from './tables.ts'

const NAME = 'unique_usernames'

/**
 * Whether usernames are unique is said of a database, not of a process: one that says nothing, an
 * import say, keeps to what the others said, and one that says otherwise says it for all that start
 * after it.
 */
export async function agreed(
  db: Kysely<Tables>,
  { tablePrefix, uniqueUsernames }: Configuration,
  said: Settings['uniqueUsernames'],
): Promise<Configuration['uniqueUsernames']> {
  const settings = `${tablePrefix}settings` as 'settings'
  if (said === undefined) {
    const row = await db
      .selectFrom(settings)
      .select('value')
      .where('name', '=', NAME)
      .executeTakeFirst()
    return (row?.value as Configuration['uniqueUsernames'] | undefined) ?? uniqueUsernames
  }
  const { numUpdatedRows } = await db
    .updateTable(settings)
    .set({ value: said })
    .where('name', '=', NAME)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) return said
  // Of two that start at once, the second finds the first one's row.
  await db
    .insertInto(settings)
    .values({ name: NAME, value: said })
    .execute()
    .catch(() => undefined)
  return said
}
