import type { Kysely } from 'kysely'
import { AheadLeases, type LeaseEnd } from '../storage/ahead-leases.ts'
import type { Store } from '../storage/store.ts'
import type { Tables } from '../storage/tables.ts'
import { LeaseLost } from '../tasks/queue.ts'
import { type DisabledReason, EVENT_TYPES, type WebhookEventType } from './webhook.ts'

/** A webhook that a process has leased, as it is stored now. */
export interface LeasedWebhook {
  readonly id: string
  readonly url: string
  readonly event_types: ReadonlySet<WebhookEventType>
  readonly secrets: readonly string[]
  /** The last change that it has read. */
  readonly seq: number
  /** Until then its endpoint asks to be sent nothing, in ms since 1970. */
  readonly paused_until: number
  /** Since when every attempt has failed; undefined if the last one did not. */
  readonly failing_since: number | undefined
}

/** A change of a webhook's state by the process that has its lease. */
export interface Progress {
  readonly seq?: number
  readonly paused_until?: number
  readonly hasSucceeded?: boolean
  readonly failed?: { readonly error: string; readonly at: number }
  readonly disabled?: DisabledReason
}

export function eventTypesOf(stored: string): WebhookEventType[] {
  const names: readonly string[] = JSON.parse(stored)
  return EVENT_TYPES.filter((type) => names.includes(type))
}

/** The leases of webhooks: one process at a time sends the events of a webhook. */
export class WebhookLeases {
  readonly #store: Store
  readonly #webhooks: 'webhooks'
  readonly #ahead: AheadLeases

  constructor(store: Store) {
    this.#store = store
    this.#ahead = new AheadLeases(store.configuration.lease)
    this.#webhooks = store.name('webhooks')
  }

  /** The webhooks without a lease for which there are changes to read or events to send. */
  async withWork(): Promise<readonly LeaseEnd[]> {
    const rows = await this.#store.db
      .selectFrom(this.#webhooks)
      .select(['id', 'seq', 'paused_until', 'lease_until'])
      .where('enabled', '=', 1)
      .execute()
    if (rows.length === 0) return []
    const now = this.#now()
    const last = await this.#store.log.last()
    const abandoned = await this.#ahead.abandoned(now, async (after) =>
      rows.filter(({ lease_until }) => Number(lease_until) > after),
    )
    const found: LeaseEnd[] = []
    for (const row of rows) {
      const { id, seq, paused_until, lease_until } = row
      if (Number(lease_until) > now && !abandoned.includes(row)) continue
      const maySend = Number(paused_until) <= now
      if (Number(seq) < last || (maySend && (await this.#isDue(id, now)))) found.push(row)
    }
    return found
  }

  async #isDue(id: string, now: number): Promise<boolean> {
    const row = await this.#store.db
      .selectFrom(this.#store.name('webhook_deliveries'))
      .select('due_at')
      .where('webhook_id', '=', id)
      .where('due_at', '<=', now)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  /** @returns whether the worker has the lease now. */
  async lease({ id, lease_until }: LeaseEnd, worker: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#store.db
      .updateTable(this.#webhooks)
      .set({ worker, lease_until: this.#end() })
      .where('id', '=', id)
      .where('enabled', '=', 1)
      // Another process that was faster has set another end.
      .where('lease_until', '=', lease_until)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  /** A webhook as it is now; undefined if it is disabled or gone, or another worker has it. */
  async current(id: string, worker: string): Promise<LeasedWebhook | undefined> {
    const row = await this.#store.db
      .selectFrom(this.#webhooks)
      .select(['url', 'event_types', 'secrets', 'seq', 'paused_until', 'failing_since'])
      .where('id', '=', id)
      .where('worker', '=', worker)
      .where('enabled', '=', 1)
      .executeTakeFirst()
    if (row === undefined) return undefined
    return {
      id,
      url: row.url,
      event_types: new Set(eventTypesOf(row.event_types)),
      secrets: JSON.parse(row.secrets),
      seq: Number(row.seq),
      paused_until: Number(row.paused_until),
      failing_since: row.failing_since === null ? undefined : Number(row.failing_since),
    }
  }

  /**
   * Extends the lease, and stores progress. In a transaction it locks the webhook until its end, so
   * that no two transactions change the order of its events.
   *
   * @throws LeaseLost if another worker has it now, or the webhook was deleted.
   */
  async renew(
    db: Kysely<Tables>,
    id: string,
    worker: string,
    { hasSucceeded = false, failed, disabled, ...progress }: Progress = {},
  ): Promise<void> {
    const { numUpdatedRows } = await db
      .updateTable(this.#webhooks)
      .set(({ fn, val }) => ({
        lease_until: this.#end(),
        ...progress,
        ...(hasSucceeded ? { failing_since: null } : {}),
        ...(failed === undefined
          ? {}
          : {
              // As it is now: another request may have succeeded since this one was sent.
              failing_since: hasSucceeded
                ? failed.at
                : fn.coalesce('failing_since', val(failed.at)),
              last_error: failed.error,
              last_error_at: failed.at,
            }),
        ...(disabled === undefined
          ? {}
          : { enabled: 0, disabled_reason: disabled, updated_at: this.#store.now() }),
      }))
      .where('id', '=', id)
      .where('worker', '=', worker)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) throw new LeaseLost(`Webhook ${id} is leased by another worker`)
  }

  /** Ends a lease after some milliseconds, so that any process can take it then. */
  async release(id: string, worker: string, after = 0): Promise<void> {
    await this.#store.db
      .updateTable(this.#webhooks)
      .set({ worker: null, lease_until: after === 0 ? 0 : this.#now() + after })
      .where('id', '=', id)
      .where('worker', '=', worker)
      .execute()
  }

  /** The last change that every enabled webhook has read: the log keeps the changes after it. */
  async read(): Promise<number | undefined> {
    const row = await this.#store.db
      .selectFrom(this.#webhooks)
      .select(({ fn }) => fn.min('seq').as('seq'))
      .where('enabled', '=', 1)
      .executeTakeFirst()
    return row === undefined || row.seq === null ? undefined : Number(row.seq)
  }

  #now(): number {
    return this.#store.configuration.clock().getTime()
  }

  #end(): number {
    return this.#now() + this.#store.configuration.lease
  }
}
