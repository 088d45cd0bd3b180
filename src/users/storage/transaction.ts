import type { Kysely, Transaction } from 'kysely'
import type { DatabaseKind } from './connect.ts'
import { isRepeatable, isTransient, lockedOut } from './failures.ts'
import type { Tables } from './tables.ts'

/** How often a transaction is tried that conflicts with others, and for how long (ms). */
const TRIES = 20
const PATIENCE = 5000

/** Another transaction wrote the same user first. */
export class Conflict extends Error {}

/** How transactions begin in a database. */
interface Beginning {
  readonly kind: DatabaseKind
  /** Takes SQLite's lock of writers; undefined if the transaction has it from its beginning. */
  readonly lock?: ((transaction: Transaction<Tables>) => Promise<unknown>) | undefined
}

/**
 * Runs work in a transaction, and again after a conflict with another transaction: work must have no
 * effects outside the database. If the connection is lost before COMMIT is sent, the work runs once
 * more. After it is sent nobody knows whether it is committed, and the work is not repeated.
 *
 * @throws UsersError `unavailable` after too many conflicts.
 */
export async function runTransaction<T>(
  db: Kysely<Tables>,
  { kind, lock }: Beginning,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  const end = performance.now() + PATIENCE
  let wasLost = false
  for (let tries = 1; ; tries++) {
    const builder = db.transaction()
    // In the default level of MySQL and MariaDB, two transactions that look for the same missing
    // user deadlock when they insert it.
    const isolated = kind === 'mysql' ? builder.setIsolationLevel('read committed') : builder
    try {
      return await isolated.execute(async (transaction) => {
        // First of all: SQLite does not let a transaction that has read become a writer once another
        // one has written.
        await lock?.(transaction)
        return work(transaction)
      })
    } catch (error) {
      if (isRepeatable(error) && !wasLost) {
        wasLost = true
        continue
      }
      if (!(error instanceof Conflict || isTransient(error))) throw error
      if (tries >= TRIES || performance.now() > end) throw lockedOut(error)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * tries))
    }
  }
}
