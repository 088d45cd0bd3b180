/** The table of the words of names, an index for `$autocomplete` in SQLite. */

import { sql, type Transaction } from 'kysely'
import { wordsOf } from '../../index.ts'
import type { StoredUser } from '../user.ts'
import type { Change } from './change.ts'
import type { Tables } from './tables.ts'

/** The fields whose words are stored, and the short names that the table has for them. */
export const WORDS = { id: 'i', name: 'n', username: 'u' } as const

/** Longer words are cut: they are found by their beginning. */
const LONGEST_WORD = 64

/** One row of the table. */
type WordRow = readonly [field: string, word: string, user_id: string]

export const storedWord = (word: string): string => word.slice(0, LONGEST_WORD).toWellFormed()

/** The rows of a user. */
function wordsIn(user: StoredUser | undefined): readonly WordRow[] {
  if (user === undefined) return []
  return (['id', 'name', 'username'] as const).flatMap((field) =>
    wordsOf(user[field] ?? '').map((word) => [WORDS[field], storedWord(word), user.id] as const),
  )
}

/** Stores the words of changed users, as far as they differ. */
export async function storeWords(
  transaction: Transaction<Tables>,
  table: string,
  changes: readonly Change[],
): Promise<void> {
  const old: WordRow[] = []
  const fresh: WordRow[] = []
  for (const { before, after } of changes) {
    const earlier = new Map(wordsIn(before).map((each) => [each.join(' '), each]))
    const later = new Map(wordsIn(after).map((each) => [each.join(' '), each]))
    for (const [key, each] of earlier) if (!later.has(key)) old.push(each)
    for (const [key, each] of later) if (!earlier.has(key)) fresh.push(each)
  }
  const words = sql.table(table)
  const rows = (all: readonly WordRow[]) =>
    sql`SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(${JSON.stringify(all)})`
  if (old.length > 0) {
    await sql`DELETE FROM ${words} WHERE (field, word, user_id) IN (${rows(old)})`.execute(
      transaction,
    )
  }
  if (fresh.length > 0) {
    await sql`INSERT INTO ${words} (field, word, user_id) ${rows(fresh)}`.execute(transaction)
  }
}
