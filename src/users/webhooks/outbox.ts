// Longer than most files here: all that reads and writes the queues and the dead letters.

import type { Kysely, Transaction } from 'kysely'
import { inStatements } from '../storage/packets.ts'
import type { Store } from '../storage/store.ts'
import type { Tables } from '../storage/tables.ts'
import { MOST_DEAD_LETTERS } from './webhook.ts'

/** How many rows one statement writes or removes. */
const BATCH = 200

/** An event of a webhook, in memory. */
export interface QueuedEvent {
  readonly id: string
  readonly seq: number
  readonly user_id: string
  readonly type: string
  readonly body: string
  /** When the user changed, in ms since 1970. */
  readonly at: number
  /** How many attempts have failed. */
  readonly attempts: number
}

type Row = Tables['webhook_deliveries'] | Tables['webhook_dead_letters']

const COLUMNS = ['id', 'seq', 'user_id', 'type', 'body', 'at', 'attempts'] as const

const eventOf = ({ seq, at, attempts, ...row }: Pick<Row, (typeof COLUMNS)[number]>) => ({
  ...row,
  seq: Number(seq),
  at: Number(at),
  attempts: Number(attempts),
})

/**
 * The queues of events to send, and the dead letters. Of each user only the earliest event has a time
 * at which it is due; the next one gets it when that is sent or given up. Whoever writes a queue holds
 * the lock of its webhook.
 */
export class Outbox {
  readonly #store: Store
  readonly #deliveries: 'webhook_deliveries'
  readonly #letters: 'webhook_dead_letters'

  constructor(store: Store) {
    this.#store = store
    this.#deliveries = store.name('webhook_deliveries')
    this.#letters = store.name('webhook_dead_letters')
  }

  /** Events of different users that are due, without some that are being sent. */
  async due(
    webhook_id: string,
    without: readonly string[],
    most: number,
  ): Promise<readonly QueuedEvent[]> {
    const due = this.#store.db
      .selectFrom(this.#deliveries)
      .select(COLUMNS)
      .where('webhook_id', '=', webhook_id)
      .where('due_at', '<=', this.#now())
      .orderBy('due_at')
      .limit(most)
    const rows = await (without.length === 0 ? due : due.where('id', 'not in', without)).execute()
    return rows.map(eventOf)
  }

  /** How many events are queued, and the age of the oldest in seconds. */
  async undelivered(): Promise<{ readonly count: number; readonly oldest: number }> {
    const row = await this.#store.db
      .selectFrom(this.#deliveries)
      .select(({ fn }) => [fn.countAll().as('count'), fn.min('at').as('first')])
      .executeTakeFirst()
    const count = Number(row?.count ?? 0)
    const oldest = count === 0 ? 0 : (this.#now() - Number(row?.first)) / 1000
    return { count, oldest: Math.max(0, oldest) }
  }

  /** Whether a queue has at least so many events. */
  async isFull(webhook_id: string, most: number): Promise<boolean> {
    const row = await this.#store.db
      .selectFrom(this.#deliveries)
      .select('seq')
      .where('webhook_id', '=', webhook_id)
      .orderBy('user_id')
      .orderBy('seq')
      .offset(most - 1)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  /** Adds events, in the order of `seq`; each waits for the earlier ones of its user. */
  async add(
    transaction: Transaction<Tables>,
    webhook_id: string,
    events: readonly QueuedEvent[],
  ): Promise<void> {
    if (events.length === 0) return
    const now = this.#now()
    const waiting = await this.#usersOf(transaction, webhook_id, events)
    const rows = events.map((event) => {
      const due_at = waiting.has(event.user_id) ? null : now
      waiting.add(event.user_id)
      return { ...event, webhook_id, due_at }
    })
    for (let i = 0; i < rows.length; i += BATCH) {
      for (const group of inStatements(this.#store.packet, rows.slice(i, i + BATCH))) {
        await transaction.insertInto(this.#deliveries).values(group).execute()
      }
    }
  }

  /** The users of some events who have events in the queue. */
  async #usersOf(
    db: Kysely<Tables>,
    webhook_id: string,
    events: readonly QueuedEvent[],
  ): Promise<Set<string>> {
    const ids = [...new Set(events.map(({ user_id }) => user_id))]
    const rows = await db
      .selectFrom(this.#deliveries)
      .select('user_id')
      .distinct()
      .where('webhook_id', '=', webhook_id)
      .where('user_id', 'in', ids)
      .execute()
    return new Set(rows.map(({ user_id }) => user_id))
  }

  /** Takes an event from the queue, so that the next one of its user is due. */
  async remove(
    transaction: Transaction<Tables>,
    webhook_id: string,
    { id, user_id }: QueuedEvent,
  ): Promise<void> {
    await transaction.deleteFrom(this.#deliveries).where('id', '=', id).execute()
    const next = await transaction
      .selectFrom(this.#deliveries)
      .select('id')
      .where('webhook_id', '=', webhook_id)
      .where('user_id', '=', user_id)
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst()
    if (next === undefined) return
    await transaction
      .updateTable(this.#deliveries)
      .set({ due_at: this.#now() })
      .where('id', '=', next.id)
      .execute()
  }

  /** Notes a failed attempt; the event is due again at a time. */
  async postpone(
    transaction: Transaction<Tables>,
    { id, attempts }: QueuedEvent,
    due_at: number,
  ): Promise<void> {
    await transaction
      .updateTable(this.#deliveries)
      .set({ attempts, due_at: Math.ceil(due_at) })
      .where('id', '=', id)
      .execute()
  }

  /** Makes a dead letter of an event. */
  async giveUp(
    transaction: Transaction<Tables>,
    webhook_id: string,
    event: QueuedEvent,
    error: string,
  ): Promise<void> {
    await transaction
      .insertInto(this.#letters)
      .values({ ...event, webhook_id, error, failed_at: this.#now() })
      .execute()
    await this.remove(transaction, webhook_id, event)
  }

  /** Lets every event that waits for its next attempt be due now. */
  async hurry(transaction: Transaction<Tables>, webhook_id: string): Promise<void> {
    const now = this.#now()
    await transaction
      .updateTable(this.#deliveries)
      .set({ due_at: now })
      .where('webhook_id', '=', webhook_id)
      .where('due_at', '>', now)
      .execute()
  }

  /** How many events are queued and given up, by their webhooks. */
  async counts(
    db: Kysely<Tables>,
  ): Promise<ReadonlyMap<string, { readonly pending: number; readonly dead_letters: number }>> {
    const countOf = async (table: 'webhook_deliveries' | 'webhook_dead_letters') => {
      const rows = await db
        .selectFrom(table)
        .select('webhook_id')
        .select(({ fn }) => fn.countAll<number | string | bigint>().as('count'))
        .groupBy('webhook_id')
        .execute()
      return new Map(rows.map(({ webhook_id, count }) => [webhook_id, Number(count)]))
    }
    const pending = await countOf(this.#deliveries)
    const dead = await countOf(this.#letters)
    return new Map(
      [...new Set([...pending.keys(), ...dead.keys()])].map((id) => [
        id,
        { pending: pending.get(id) ?? 0, dead_letters: dead.get(id) ?? 0 },
      ]),
    )
  }

  /** Dead letters in the order of their changes, after one of them. */
  async letters(webhook_id: string, after: number, most: number) {
    const rows = await this.#store.db
      .selectFrom(this.#letters)
      .select(['id', 'seq', 'user_id', 'type', 'at', 'attempts', 'error', 'failed_at'])
      .where('webhook_id', '=', webhook_id)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(most)
      .execute()
    return rows.map((row) => ({
      ...row,
      seq: Number(row.seq),
      at: Number(row.at),
      attempts: Number(row.attempts),
      failed_at: Number(row.failed_at),
    }))
  }

  /** Queues dead letters again: the ones with some ids, or the earliest. Answers their ids. */
  async redeliver(
    transaction: Transaction<Tables>,
    webhook_id: string,
    ids: readonly string[] | undefined,
    most: number,
  ): Promise<readonly string[]> {
    const letters = transaction
      .selectFrom(this.#letters)
      .select(COLUMNS)
      .where('webhook_id', '=', webhook_id)
      .orderBy('seq')
      .limit(most)
    const rows = await (ids === undefined ? letters : letters.where('id', 'in', ids)).execute()
    if (rows.length === 0) return []
    const found = rows.map(({ id }) => id)
    await transaction.deleteFrom(this.#letters).where('id', 'in', found).execute()
    await this.add(
      transaction,
      webhook_id,
      rows.map((row) => ({ ...eventOf(row), attempts: 0 })),
    )
    return found
  }

  /**
   * Removes the events of webhooks that are deleted or have long been disabled, and dead letters that
   * are old, or too many.
   */
  async removeOld(): Promise<void> {
    const { db, configuration } = this.#store
    const webhooks = db.selectFrom(this.#store.name('webhooks')).select('id')
    const deliveries = db.selectFrom(this.#deliveries).select('id')
    const letters = db.selectFrom(this.#letters).select('id')
    await this.#removeAll(this.#deliveries, deliveries.where('webhook_id', 'not in', webhooks))
    await this.#removeAll(this.#letters, letters.where('webhook_id', 'not in', webhooks))
    const all = await webhooks.execute()
    if (all.length === 0) return
    const before = this.#now() - configuration.keepTasks
    const disabled = webhooks
      .where('enabled', '=', 0)
      .where('updated_at', '<', new Date(before).toISOString())
    // The latest first: the earliest event of a user is the one that is due.
    const unsent = deliveries.where('webhook_id', 'in', disabled).orderBy('seq', 'desc')
    await this.#removeAll(this.#deliveries, unsent)
    await this.#removeAll(this.#letters, letters.where('failed_at', '<', before))
    for (const { id } of all) {
      const excess = letters.where('webhook_id', '=', id).orderBy('seq', 'desc')
      await this.#removeAll(this.#letters, excess.offset(MOST_DEAD_LETTERS))
    }
  }

  /** In small statements, so that other writers never wait for long. */
  async #removeAll(
    table: 'webhook_deliveries' | 'webhook_dead_letters',
    some: { limit(most: number): { execute(): Promise<{ readonly id: string }[]> } },
  ): Promise<void> {
    for (;;) {
      const rows = await some.limit(BATCH).execute()
      if (rows.length === 0) return
      const ids = rows.map(({ id }) => id)
      await this.#store.db.deleteFrom(table).where('id', 'in', ids).execute()
      if (rows.length < BATCH) return
    }
  }

  #now(): number {
    return this.#store.configuration.clock().getTime()
  }
}
