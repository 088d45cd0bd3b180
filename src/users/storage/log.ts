import { type Kysely, sql, type Transaction } from 'kysely'
import { type Change, idOf, LogRecord } from './change.ts'
import type { Connected } from './connect.ts'
import { inStatements } from './packets.ts'
import { insertAll } from './run-each.ts'
import type { Tables } from './tables.ts'

/** How many changes one statement removes. */
const BATCH = 500

interface LogTables {
  readonly clock: 'clock'
  readonly changes: 'changes'
}

/**
 * The log of changes, which every process of an application reads. A transaction that numbers its
 * changes locks the clock until it ends, so that numbers are in the order of the commits, and no
 * reader sees a number appear below one that it has read.
 */
export class ChangeLog {
  readonly #db: Kysely<Tables>
  readonly #tables: LogTables
  readonly #clock: () => Date
  readonly #connected: Pick<Connected, 'packet' | 'runsEach'>

  constructor(
    db: Kysely<Tables>,
    tables: LogTables,
    clock: () => Date,
    connected: Pick<Connected, 'packet' | 'runsEach'>,
  ) {
    this.#db = db
    this.#tables = tables
    this.#clock = clock
    this.#connected = connected
  }

  /** Must be the last step of a transaction. */
  async append(transaction: Transaction<Tables>, changes: readonly Change[]): Promise<void> {
    const last = await this.advance(transaction, changes.length)
    const at = this.#clock().getTime()
    const rows = changes.map((change, i) => ({
      seq: last - changes.length + i + 1,
      user_id: idOf(change),
      old_user: change.before === undefined ? null : JSON.stringify(change.before),
      new_user: change.after === undefined ? null : JSON.stringify(change.after),
      at,
    }))
    for (const group of inStatements(this.#connected.packet, rows)) {
      await insertAll(this.#connected, transaction, this.#tables.changes, group)
    }
  }

  /** Numbers some changes, and returns the last number. Locks the clock until the transaction ends. */
  async advance(transaction: Transaction<Tables>, changes: number): Promise<number> {
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

  /** The changes after one, in order; undefined if the log does not reach back to it. */
  async after(seq: number, most: number): Promise<readonly LogRecord[] | undefined> {
    const rows = await this.#db
      .selectFrom(this.#tables.changes)
      .select(['seq', 'user_id', 'old_user', 'new_user', 'at'])
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(most)
      .execute()
    // The clocks of processes differ, so removed changes may leave a gap instead of a later beginning.
    if (rows.some((row, i) => Number(row.seq) !== seq + 1 + i)) return undefined
    if (rows.length === 0 && (await this.last()) !== seq) {
      // It was written between the two queries, or is removed already.
      const again = await this.#db
        .selectFrom(this.#tables.changes)
        .select('seq')
        .where('seq', '=', seq + 1)
        .executeTakeFirst()
      return again === undefined ? undefined : []
    }
    return rows.map(
      ({ seq, user_id, old_user, new_user, at }) =>
        new LogRecord(Number(seq), user_id, old_user, new_user, Number(at)),
    )
  }

  /**
   * Removes changes from before a time, and with them the data of hard-deleted users; none after the
   * number `upTo`, which somebody has still to read.
   */
  async remove(before: number, upTo = Number.MAX_SAFE_INTEGER): Promise<void> {
    const { changes } = this.#tables
    const row = await this.#db
      .selectFrom(changes)
      .select(({ fn }) => [fn.min('seq').as('first'), fn.max('seq').as('last')])
      .where('at', '<', before)
      .where('seq', '<=', upTo)
      .executeTakeFirst()
    if (row === undefined || row.last === null) return
    // In small statements, so that other writers never wait for long.
    for (let seq = Number(row.first); seq <= Number(row.last); seq += BATCH) {
      await this.#db
        .deleteFrom(changes)
        .where('seq', '>=', seq)
        .where('seq', '<', seq + BATCH)
        .where('seq', '<=', upTo)
        .where('at', '<', before)
        .execute()
    }
  }
}
