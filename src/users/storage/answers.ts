import type { Kysely, Transaction } from 'kysely'
import { UsersError } from '../error.ts'
import type { Configuration } from '../settings.ts'
import { isUniqueViolation } from './failures.ts'
import { fitsStatement } from './packets.ts'
import type { KeptAnswer, KeyedRequest, Reservation } from './public.ts'
import type { Tables } from './tables.ts'
import { Conflict } from './transaction.ts'

/** How long an answer is kept, in ms. */
const DAY = 24 * 60 * 60 * 1000

/** How many answers one statement removes. */
const BATCH = 500

type Work<T> = (transaction: Transaction<Tables>) => Promise<T>

interface Options {
  readonly configuration: Configuration
  readonly packet: number | undefined
  transaction<T>(work: Work<T>): Promise<T>
}

const inUse = () =>
  new UsersError(
    'idempotency_key_in_use',
    'A request with this Idempotency-Key is being processed: repeat it later',
  )

/**
 * The table of the answers to requests with an idempotency key. A request reserves its key first; its
 * answer is stored in the transaction of its write, which fails if another request has taken over the
 * reservation. So a write is done once, whenever the process ends.
 */
export class Answers {
  readonly #db: Kysely<Tables>
  readonly #table: 'answers'
  readonly #options: Options

  constructor(db: Kysely<Tables>, table: 'answers', options: Options) {
    this.#db = db
    this.#table = table
    this.#options = options
  }

  /**
   * Reserves a key for a request until the lease ends, or answers what is kept for it.
   *
   * @throws UsersError `idempotency_key_reused` if the key belongs to a different request;
   * `idempotency_key_in_use` while the same request is being processed.
   */
  reserve({ id, fingerprint }: KeyedRequest): Promise<Reservation | KeptAnswer> {
    const owner = crypto.randomUUID()
    return this.#options.transaction(async (transaction) => {
      const now = this.#now()
      const fresh = { fingerprint, owner, lease_until: this.#end(), status: null, body: null }
      const row = await transaction
        .selectFrom(this.#table)
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      if (row === undefined) {
        await this.#insert(transaction, { id, ...fresh, at: now })
        return { id, owner, isStored: false }
      }
      if (Number(row.at) > now - DAY) {
        if (row.fingerprint !== fingerprint) {
          throw new UsersError(
            'idempotency_key_reused',
            'This Idempotency-Key belongs to a different request: use a new key',
          )
        }
        if (row.status !== null) return { status: Number(row.status), body: row.body ?? '' }
        // One that ends later than any that is given now is of a clock that was ahead. If its request is
        // still being processed after all, it cannot store its answer any more.
        const end = Number(row.lease_until)
        if (end > now && end <= this.#end() + this.#options.configuration.lease) throw inUse()
      }
      // The answer is too old, or the process that had the key has ended.
      const { numUpdatedRows } = await transaction
        .updateTable(this.#table)
        .set({ ...fresh, at: now })
        .where('id', '=', id)
        .where('owner', '=', row.owner)
        .where('at', '=', row.at)
        .where('status', row.status === null ? 'is' : '=', row.status)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) throw new Conflict('the key was taken over concurrently')
      return { id, owner, isStored: false }
    })
  }

  async #insert(transaction: Transaction<Tables>, row: Tables['answers']): Promise<void> {
    try {
      await transaction.insertInto(this.#table).values(row).execute()
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new Conflict('the key was reserved concurrently', { cause: error })
    }
  }

  /**
   * Stores the answer of an operation in the transaction of its write, before the log is written.
   *
   * @throws UsersError `idempotency_key_in_use` if another request has taken over the reservation.
   */
  async record(
    transaction: Transaction<Tables>,
    reservation: Reservation | undefined,
    answer: object,
  ): Promise<void> {
    if (reservation === undefined) return
    const body = JSON.stringify(reservation.view?.(answer) ?? answer)
    if (!fitsStatement(this.#options.packet, body)) {
      throw new UsersError(
        'invalid_input',
        'The answer is too large to be kept for the Idempotency-Key: send fewer users',
      )
    }
    if (!(await this.#store(transaction, reservation, { status: 200, body }))) throw inUse()
    reservation.isStored = true
  }

  /** Stores the answer of a request that has written nothing. */
  async keep(reservation: Reservation, answer: KeptAnswer): Promise<void> {
    if (!fitsStatement(this.#options.packet, answer.body)) return this.release(reservation)
    await this.#store(this.#db, reservation, answer)
  }

  /** @returns whether the reservation was still held. */
  async #store(
    db: Kysely<Tables>,
    { id, owner }: Reservation,
    { status, body }: KeptAnswer,
  ): Promise<boolean> {
    const { numUpdatedRows } = await db
      .updateTable(this.#table)
      .set({ status, body })
      .where('id', '=', id)
      .where('owner', '=', owner)
      .where('status', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** Extends a reservation, for an operation whose hook takes long. */
  async renew({ id, owner }: Reservation): Promise<void> {
    await this.#db
      .updateTable(this.#table)
      .set({ lease_until: this.#end() })
      .where('id', '=', id)
      .where('owner', '=', owner)
      .where('status', 'is', null)
      .execute()
  }

  /** Ends a reservation without an answer. What a commit of unknown outcome has stored stays. */
  async release({ id, owner }: Reservation): Promise<void> {
    await this.#db
      .deleteFrom(this.#table)
      .where('id', '=', id)
      .where('owner', '=', owner)
      .where('status', 'is', null)
      .execute()
  }

  /** Removes answers that are older than a day, in small statements, so that no writer waits long. */
  async removeOld(): Promise<void> {
    const before = this.#now() - DAY
    for (;;) {
      const old = await this.#db
        .selectFrom(this.#table)
        .select('id')
        .where('at', '<=', before)
        .orderBy('at')
        .limit(BATCH)
        .execute()
      if (old.length === 0) return
      await this.#db
        .deleteFrom(this.#table)
        .where(
          'id',
          'in',
          old.map(({ id }) => id),
        )
        .where('at', '<=', before)
        .execute()
      if (old.length < BATCH) return
    }
  }

  #now(): number {
    return this.#options.configuration.clock().getTime()
  }

  #end(): number {
    return this.#now() + this.#options.configuration.lease
  }
}
