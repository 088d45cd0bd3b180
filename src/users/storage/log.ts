import { type Kysely, sql, type Transaction } from 'kysely'
import type { StoredUser } from '../user.ts'
import { type Change, idOf, type LoggedChange } from './change.ts'
import type { Tables } from './tables.ts'

/** How many changes are forgotten at once. */
const BATCH = 500

interface LogTables {
  readonly clock: 'clock'
  readonly changes: 'changes'
}

/**
 * The log of changes, that every process of an application reads. Whoever counts a change on holds
 * the clock until the transaction ends, so that the order of the numbers is the order of the commits
 * and no number comes after a higher one was read.
 */
export class ChangeLog {
  readonly #db: Kysely<Tables>
  readonly #tables: LogTables
  readonly #clock: () => Date

  constructor(db: Kysely<Tables>, tables: LogTables, clock: () => Date) {
    this.#db = db
    this.#tables = tables
    this.#clock = clock
  }

  /** The last thing that a transaction does. */
  async append(transaction: Transaction<Tables>, changes: readonly Change[]): Promise<void> {
    const last = await this.count(transaction, changes.length)
    const at = this.#clock().getTime()
    const rows = changes.map((change, i) => ({
      seq: last - changes.length + i + 1,
      user_id: idOf(change),
      old_user: change.before === undefined ? null : JSON.stringify(change.before),
      new_user: change.after === undefined ? null : JSON.stringify(change.after),
      at,
    }))
    await transaction.insertInto(this.#tables.changes).values(rows).execute()
  }

  /** Counts changes on, and answers the number of the last; nobody else does until it ends. */
  async count(transaction: Transaction<Tables>, changes: number): Promise<number> {
    await transaction
      .updateTable(this.#tables.clock)
      .set({ seq: sql`seq + ${changes}` })
      .where('id', '=', 1)
      .execute()
    return this.last(transaction)
  }

  /** The number of the last change. */
  async last(db: Kysely<Tables> = this.#db): Promise<number> {
    const { seq } = await db
      .selectFrom(this.#tables.clock)
      .select('seq')
      .where('id', '=', 1)
      .executeTakeFirstOrThrow()
    return Number(seq)
  }

  /** The changes after one, in their order; undefined where the log does not reach back to it. */
  async after(seq: number, most: number): Promise<readonly LoggedChange[] | undefined> {
    const rows = await this.#db
      .selectFrom(this.#tables.changes)
      .select(['seq', 'old_user', 'new_user'])
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(most)
      .execute()
    // Clocks of several processes differ, so that what is forgotten need not be the beginning.
    if (rows.some((row, i) => Number(row.seq) !== seq + 1 + i)) return undefined
    if (rows.length === 0 && (await this.last()) !== seq) {
      // Written between the two questions, or forgotten already.
      const again = await this.#db
        .selectFrom(this.#tables.changes)
        .select('seq')
        .where('seq', '=', seq + 1)
        .executeTakeFirst()
      return again === undefined ? undefined : []
    }
    return rows.map((row) => ({
      seq: Number(row.seq),
      before: row.old_user === null ? undefined : (JSON.parse(row.old_user) as StoredUser),
      after: row.new_user === null ? undefined : (JSON.parse(row.new_user) as StoredUser),
    }))
  }

  /** Forgets changes that are older; with them goes what they held of users who are gone for good. */
  async forget(before: number): Promise<void> {
    const { changes } = this.#tables
    const row = await this.#db
      .selectFrom(changes)
      .select(({ fn }) => [fn.min('seq').as('first'), fn.max('seq').as('last')])
      .where('at', '<', before)
      .executeTakeFirst()
    if (row === undefined || row.last === null) return
    // Few at once: whoever writes waits no longer than for these.
    for (let seq = Number(row.first); seq <= Number(row.last); seq += BATCH) {
      await this.#db
        .deleteFrom(changes)
        .where('seq', '>=', seq)
        .where('seq', '<', seq + BATCH)
        .where('at', '<', before)
        .execute()
    }
  }
}
