import type { Kysely, Transaction } from 'kysely'
import { UsersError } from '../error.ts'
import type { Inputs } from '../input.ts'
import type { Reservation } from '../storage/public.ts'
import type { Store } from '../storage/store.ts'
import type { Tables } from '../storage/tables.ts'
import { eventTypesOf } from './leases.ts'
import { Outbox } from './outbox.ts'
import { newWebhookSecret } from './signature.ts'
import {
  type DeadLetter,
  type DisabledReason,
  EVENT_TYPES,
  eventTypeOf,
  MOST_LETTERS,
  MOST_WEBHOOKS,
  type Webhook,
} from './webhook.ts'

type Row = Tables['webhooks']

/** What is queued and given up of a new webhook. */
const NOTHING = { pending: 0, dead_letters: 0 }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const isLetterId = (id: string): boolean => id.startsWith('msg_') && UUID.test(id.slice(4))

const instant = (ms: number): string => new Date(ms).toISOString()

const notFound = (id: string) => new UsersError('webhook_not_found', `Webhook ${id} does not exist`)

/** The webhooks of an application, as callers configure them. */
export class WebhookRegistry {
  readonly #store: Store
  readonly #outbox: Outbox
  readonly #webhooks: 'webhooks'

  constructor(store: Store) {
    this.#store = store
    this.#outbox = new Outbox(store)
    this.#webhooks = store.name('webhooks')
  }

  async list(): Promise<{ webhooks: Webhook[] }> {
    const { db } = this.#store
    const rows = await db
      .selectFrom(this.#webhooks)
      .selectAll()
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    const counts = rows.length === 0 ? undefined : await this.#outbox.counts(db)
    return { webhooks: rows.map((row) => webhookOf(row, counts?.get(row.id))) }
  }

  /** @throws UsersError `too_many_webhooks` */
  create(
    {
      url,
      description,
      event_types,
      secrets = [newWebhookSecret()],
      enabled = true,
    }: Inputs['createWebhook'],
    reservation: Reservation | undefined,
  ): Promise<{ webhook: Webhook; secrets: string[] }> {
    return this.#store.transaction(async (transaction) => {
      // The lock of the log: a later change has a later number, and there is one creation at a time.
      const seq = await this.#store.log.advance(transaction, 0)
      const { count } = await transaction
        .selectFrom(this.#webhooks)
        .select(({ fn }) => fn.countAll<number | string | bigint>().as('count'))
        .executeTakeFirstOrThrow()
      if (Number(count) >= MOST_WEBHOOKS) {
        throw new UsersError('too_many_webhooks', `There are ${MOST_WEBHOOKS} webhooks already`)
      }
      const now = this.#store.now()
      const row: Row = {
        id: crypto.randomUUID(),
        url,
        description: description === '' ? null : (description ?? null),
        event_types: JSON.stringify(event_types ?? EVENT_TYPES),
        secrets: JSON.stringify(secrets),
        enabled: enabled ? 1 : 0,
        disabled_reason: null,
        seq,
        paused_until: 0,
        failing_since: null,
        last_error: null,
        last_error_at: null,
        worker: null,
        lease_until: 0,
        created_at: now,
        updated_at: now,
      }
      await transaction.insertInto(this.#webhooks).values(row).execute()
      const answer = { webhook: webhookOf(row), secrets }
      await this.#store.answers.record(transaction, reservation, answer)
      return answer
    })
  }

  /** @throws UsersError `webhook_not_found` */
  update(
    { id, url, description, event_types, secrets, enabled }: Inputs['updateWebhook'],
    reservation: Reservation | undefined,
  ): Promise<{ webhook: Webhook }> {
    return this.#store.transaction(async (transaction) => {
      // Changes while it was disabled are not sent later.
      const seq = enabled === true ? await this.#store.log.advance(transaction, 0) : 0
      const before = await this.#locked(transaction, id)
      const isEnabled = enabled === true && Number(before.enabled) === 0
      const isAnew = isEnabled || (url !== undefined && url !== before.url)
      const changes: Partial<Row> = {
        updated_at: this.#store.now(),
        ...(url === undefined ? {} : { url }),
        ...(description === undefined ? {} : { description: description || null }),
        ...(event_types === undefined ? {} : { event_types: JSON.stringify(event_types) }),
        ...(secrets === undefined ? {} : { secrets: JSON.stringify(secrets) }),
        ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0, disabled_reason: null }),
        ...(isEnabled ? { seq } : {}),
        // What failed until now is tried again at once.
        ...(isAnew ? { paused_until: 0, failing_since: null } : {}),
      }
      await transaction.updateTable(this.#webhooks).set(changes).where('id', '=', id).execute()
      if (isAnew) await this.#outbox.hurry(transaction, id)
      const counts = await this.#outbox.counts(transaction)
      const answer = { webhook: webhookOf({ ...before, ...changes }, counts.get(id)) }
      await this.#store.answers.record(transaction, reservation, answer)
      return answer
    })
  }

  /** @throws UsersError `webhook_not_found` */
  remove(
    { id }: Inputs['deleteWebhook'],
    reservation: Reservation | undefined,
  ): Promise<{ webhook: Webhook }> {
    return this.#store.transaction(async (transaction) => {
      const before = await this.#locked(transaction, id)
      const counts = await this.#outbox.counts(transaction)
      await transaction.deleteFrom(this.#webhooks).where('id', '=', id).execute()
      const answer = { webhook: webhookOf(before, counts.get(id)) }
      await this.#store.answers.record(transaction, reservation, answer)
      return answer
    })
  }

  /** Removes events that nobody will be sent: see `Outbox.removeOld`. */
  removeOld(): Promise<void> {
    return this.#outbox.removeOld()
  }

  /** @throws UsersError `webhook_not_found` */
  async letters({
    id,
    limit = MOST_LETTERS,
    next,
  }: Inputs['getDeadLetters']): Promise<{ dead_letters: DeadLetter[]; next?: string }> {
    await this.#found(this.#store.db, id)
    const rows = await this.#outbox.letters(id, Number(next ?? 0), limit + 1)
    const page = rows.slice(0, limit)
    const last = rows.length > limit ? page.at(-1) : undefined
    return {
      dead_letters: page.map(({ seq, at, failed_at, type, ...letter }) => ({
        ...letter,
        type: eventTypeOf(type),
        created_at: instant(at),
        failed_at: instant(failed_at),
      })),
      ...(last === undefined ? {} : { next: String(last.seq) }),
    }
  }

  /** @throws UsersError `webhook_not_found`, `dead_letter_not_found` */
  redeliver(
    { id, dead_letter_ids }: Inputs['redeliver'],
    reservation: Reservation | undefined,
  ): Promise<{ redelivered: string[] }> {
    const ids = dead_letter_ids === undefined ? undefined : [...new Set(dead_letter_ids)]
    return this.#store.transaction(async (transaction) => {
      await this.#locked(transaction, id)
      const asked = ids?.filter(isLetterId)
      const found =
        asked?.length === 0
          ? []
          : await this.#outbox.redeliver(transaction, id, asked, MOST_LETTERS)
      const missing = ids?.find((each) => !found.includes(each))
      if (missing !== undefined) {
        throw new UsersError('dead_letter_not_found', `Webhook ${id} has no dead letter ${missing}`)
      }
      const answer = { redelivered: [...found] }
      await this.#store.answers.record(transaction, reservation, answer)
      return answer
    })
  }

  /** A webhook, locked until the transaction ends: its lane writes the queue under the same lock. */
  async #locked(transaction: Transaction<Tables>, id: string): Promise<Row> {
    if (UUID.test(id)) {
      await transaction
        .updateTable(this.#webhooks)
        .set(({ ref }) => ({ lease_until: ref('lease_until') }))
        .where('id', '=', id)
        .execute()
    }
    return this.#found(transaction, id)
  }

  async #found(db: Kysely<Tables>, id: string): Promise<Row> {
    // An id that no webhook has is not looked up: some databases refuse such text.
    const row = UUID.test(id)
      ? await db.selectFrom(this.#webhooks).selectAll().where('id', '=', id).executeTakeFirst()
      : undefined
    if (row === undefined) throw notFound(id)
    return row
  }
}

/** A webhook as callers see it: its secrets are shown once, when it is created. */
function webhookOf(row: Row, counts = NOTHING): Webhook {
  const { id, url, description, last_error, last_error_at, created_at, updated_at } = row
  const reason = row.disabled_reason
  return {
    id,
    url,
    ...(description === null ? {} : { description }),
    event_types: eventTypesOf(row.event_types),
    enabled: Number(row.enabled) === 1,
    ...(isReason(reason) ? { disabled_reason: reason } : {}),
    ...(last_error === null ? {} : { last_error }),
    ...(last_error_at === null ? {} : { last_error_at: instant(Number(last_error_at)) }),
    ...counts,
    created_at,
    updated_at,
  }
}

const isReason = (stored: string | null): stored is DisabledReason =>
  stored === 'gone' || stored === 'failing'
