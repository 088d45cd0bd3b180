import type { Kysely } from 'kysely'
import { type Configuration, UNIQUE_USERNAMES, type UniqueUsernames } from '../settings.ts'
import { tableName } from './table-name.ts'
import type { Tables } from './tables.ts'

const NAME = 'unique_usernames'

/**
 * Whether usernames are unique, a setting that is stored in the database so that all processes
 * agree. An explicit value is stored, and applies to all processes that start later; without one,
 * the stored value applies, for example to an import.
 */
export async function storedUniqueUsernames(
  db: Kysely<Tables>,
  { tablePrefix, uniqueUsernames }: Configuration,
  explicit: UniqueUsernames | undefined,
): Promise<UniqueUsernames> {
  const settings = tableName(tablePrefix, 'settings')
  if (explicit === undefined) {
    const row = await db
      .selectFrom(settings)
      .select('value')
      .where('name', '=', NAME)
      .executeTakeFirst()
    return UNIQUE_USERNAMES.find((value) => value === row?.value) ?? uniqueUsernames
  }
  const { numUpdatedRows } = await db
    .updateTable(settings)
    .set({ value: explicit })
    .where('name', '=', NAME)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) return explicit
  // Where two processes start at once, the second finds the row of the first.
  await db
    .insertInto(settings)
    .values({ name: NAME, value: explicit })
    .execute()
    .catch(() => undefined)
  return explicit
}
