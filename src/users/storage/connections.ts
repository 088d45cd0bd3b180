import type { Kysely, Transaction } from 'kysely'
import { disconnected } from '../connect.ts'
import type { LeaseEnd } from './ahead-leases.ts'
import { isUniqueViolation } from './failures.ts'
import type { Store } from './store.ts'
import type { Tables } from './tables.ts'
import { Conflict } from './transaction.ts'

/** Stands in for the process in the row of a user who is online until a time. */
const NO_PROCESS = ''

/** A seized lease: its process cannot renew it any more. */
const SEIZED = 0

type Db = Kysely<Tables>

/**
 * Who is online, and why: a user has a row for each process that has streams of it, which counts while
 * the process renews its lease; and a row without a process, which counts until a time. Processes have
 * one lease each, so that a stream costs no writes while it is open. Times in ms since 1970.
 */
export class Connections {
  readonly #store: Store
  readonly #connections: 'connections'
  readonly #processes: 'processes'

  constructor(store: Store) {
    this.#store = store
    this.#connections = store.name('connections')
    this.#processes = store.name('processes')
  }

  /** Until when a user is online without a stream; 0 if it is not. */
  async onlineUntil(db: Db, user_id: string): Promise<number> {
    const row = await db
      .selectFrom(this.#connections)
      .select('online_until')
      .where('user_id', '=', user_id)
      .where('process', '=', NO_PROCESS)
      .executeTakeFirst()
    return Number(row?.online_until ?? 0)
  }

  /** Those of some users who are online because they have connected. */
  async connected(ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set()
    const rows = await this.#store.db
      .selectFrom(this.#connections)
      .select('user_id')
      .where('user_id', 'in', ids)
      .execute()
    return new Set(rows.map(({ user_id }) => user_id))
  }

  /** Keeps a user online until a time. */
  async extend(transaction: Transaction<Tables>, user_id: string, until: number): Promise<void> {
    await this.#put(transaction, user_id, NO_PROCESS, until)
  }

  /** Keeps a user online for as long as a process has its lease. */
  async hold(transaction: Transaction<Tables>, user_id: string, process: string): Promise<void> {
    await this.#put(transaction, user_id, process, 0)
  }

  async #put(db: Db, user_id: string, process: string, online_until: number): Promise<void> {
    const { numUpdatedRows } = await db
      .updateTable(this.#connections)
      .set({ online_until })
      .where('user_id', '=', user_id)
      .where('process', '=', process)
      .executeTakeFirst()
    if (numUpdatedRows > 0n) return
    try {
      await db.insertInto(this.#connections).values({ user_id, process, online_until }).execute()
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new Conflict('the connection was stored concurrently', { cause: error })
    }
  }

  /** The streams of users in a process have ended; each user stays online until a time. */
  async release(
    process: string,
    users: readonly { readonly user_id: string; readonly until: number }[],
  ): Promise<void> {
    await this.#store.transaction(async (transaction) => {
      await transaction
        .deleteFrom(this.#connections)
        .where('process', '=', process)
        .where(
          'user_id',
          'in',
          users.map(({ user_id }) => user_id),
        )
        .execute()
      for (const { user_id, until } of users) {
        const current = await this.onlineUntil(transaction, user_id)
        if (current < until) await this.extend(transaction, user_id, until)
      }
    })
  }

  /** A new process with a lease until a time. */
  async register(process: string, lease_until: number): Promise<void> {
    await this.#store.db.insertInto(this.#processes).values({ id: process, lease_until }).execute()
  }

  /** Extends the lease of a process; false if another process has seized it. */
  async renew(db: Db, process: string, lease_until: number): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable(this.#processes)
      .set({ lease_until })
      .where('id', '=', process)
      .where('lease_until', '>', SEIZED)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async removeProcess(process: string): Promise<void> {
    await this.#store.db.deleteFrom(this.#processes).where('id', '=', process).execute()
  }

  /** The processes whose leases have ended. */
  async deadProcesses(now: number): Promise<readonly LeaseEnd[]> {
    return this.#store.db
      .selectFrom(this.#processes)
      .select(['id', 'lease_until'])
      .where('lease_until', '<=', now)
      .execute()
  }

  /** The processes whose leases end after a time. */
  async leasedBeyond(after: number): Promise<readonly LeaseEnd[]> {
    return this.#store.db
      .selectFrom(this.#processes)
      .select(['id', 'lease_until'])
      .where('lease_until', '>', after)
      .execute()
  }

  /**
   * Makes sure that a process whose lease has ended does not renew it: it would not notice that its
   * users' connections are ended. False if it has renewed it.
   */
  async seize({ id, lease_until }: LeaseEnd): Promise<boolean> {
    const { numUpdatedRows } = await this.#store.db
      .updateTable(this.#processes)
      .set({ lease_until: SEIZED })
      .where('id', '=', id)
      .where('lease_until', '=', lease_until)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /** Some users with streams in a process. */
  async heldBy(process: string, most: number): Promise<readonly string[]> {
    const rows = await this.#store.db
      .selectFrom(this.#connections)
      .select('user_id')
      .where('process', '=', process)
      .limit(most)
      .execute()
    return rows.map(({ user_id }) => user_id)
  }

  /** Some users who were online without a stream until a time that has come. */
  async expired(now: number, most: number): Promise<readonly string[]> {
    const rows = await this.#store.db
      .selectFrom(this.#connections)
      .select('user_id')
      .where('process', '=', NO_PROCESS)
      .where('online_until', '<=', now)
      .orderBy('online_until')
      .limit(most)
      .execute()
    return rows.map(({ user_id }) => user_id)
  }

  /** Some users who are online without a stream until after a time. */
  async onlineBeyond(after: number, most: number): Promise<readonly string[]> {
    const rows = await this.#store.db
      .selectFrom(this.#connections)
      .select('user_id')
      .where('process', '=', NO_PROCESS)
      .where('online_until', '>', after)
      .limit(most)
      .execute()
    return rows.map(({ user_id }) => user_id)
  }

  /** Keeps users who are online without a stream online until a time that is earlier than it was. */
  async shorten(ids: readonly string[], until: number): Promise<void> {
    await this.#store.db
      .updateTable(this.#connections)
      .set({ online_until: until })
      .where('user_id', 'in', ids)
      .where('process', '=', NO_PROCESS)
      .where('online_until', '>', until)
      .execute()
  }

  /**
   * Ends connections of users: those with a process, or those whose time has come. Users without any
   * other are offline. Their rows are locked first, as by those who connect.
   */
  async end(ids: readonly string[], now: number, process = NO_PROCESS): Promise<void> {
    const store = this.#store
    await store.transaction(async (transaction) => {
      const users = await store.lock(transaction, ids)
      await this.#remove(transaction, ids, now, process)
      const rows = await transaction
        .selectFrom(this.#connections)
        .select('user_id')
        .where('user_id', 'in', ids)
        .execute()
      const connected = new Set(rows.map(({ user_id }) => user_id))
      const changes = [...users.values()]
        .filter(({ id }) => !connected.has(id))
        .map((before) => ({ before, after: disconnected(before) }))
        .filter(({ before, after }) => before !== after)
      await store.write(transaction, changes)
    })
  }

  /** Removes connections of users whose rows cannot be read. */
  async forget(ids: readonly string[], now: number, process = NO_PROCESS): Promise<void> {
    await this.#remove(this.#store.db, ids, now, process)
  }

  async #remove(db: Db, ids: readonly string[], now: number, process: string): Promise<void> {
    await db
      .deleteFrom(this.#connections)
      .where('user_id', 'in', ids)
      .where('process', '=', process)
      .where('online_until', '<=', now)
      .execute()
  }
}
