/** The words of names, by which SQLite finds the few users whose name begins as it is typed. */

import { sql, type Transaction } from 'kysely'
import { wordsOf } from '../../index.ts'
import type { StoredUser } from '../user.ts'
import type { Change } from './change.ts'
import type { Tables } from './tables.ts'

/** The fields whose words are in a table of their own, as they are called there. */
export const WORDS = { id: 'i', name: 'n', username: 'u' } as const

/** Longer words are found by their beginning. */
const LONGEST_WORD = 64

/** A word of a field of a user. */
type WordOf = readonly [field: string, word: string, user_id: string]

export const storedWord = (word: string): string => word.slice(0, LONGEST_WORD).toWellFormed()

/** What the table of words has of a user. */
function wordsIn(user: StoredUser | undefined): readonly WordOf[] {
  if (user === undefined) return []
  return (['id', 'name', 'username'] as const).flatMap((field) =>
    wordsOf(user[field] ?? '').map((word) => [WORDS[field], storedWord(word), user.id] as const),
  )
}

/** Writes the words of users, as far as they change. */
export async function keepWords(
  transaction: Transaction<Tables>,
  table: string,
  changes: readonly Change[],
): Promise<void> {
  const old: WordOf[] = []
  const fresh: WordOf[] = []
  for (const { before, after } of changes) {
    const had = new Map(wordsIn(before).map((each) => [each.join(' '), each]))
    const has = new Map(wordsIn(after).map((each) => [each.join(' '), each]))
    for (const [key, each] of had) if (!has.has(key)) old.push(each)
    for (const [key, each] of has) if (!had.has(key)) fresh.push(each)
  }
  const words = sql.table(table)
  const rows = (all: readonly WordOf[]) =>
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
