import { UsersError } from './error.ts'
import type { KeptAnswer, KeyedRequest, Reservation } from './storage/public.ts'
import type { Store } from './storage/store.ts'

/** What a request with an idempotency key does, and how its errors are answered. */
export interface OnceWork {
  /** Does the write, and passes the reservation to its operation. */
  perform(reservation: Reservation): Promise<object>
  /** The answer to keep for an error; undefined if the request may succeed when it is repeated. */
  failureOf(error: unknown): KeptAnswer | undefined
  /** Gets the errors that no caller gets. */
  report(error: unknown): void
}

/**
 * Performs a request, or answers what was kept of an earlier one with the same key.
 *
 * @throws what `perform` throws; UsersError `idempotency_key_reused`, `idempotency_key_in_use`.
 */
export async function answerOnce(
  { answers, configuration }: Store,
  request: KeyedRequest,
  { perform, failureOf, report }: OnceWork,
): Promise<KeptAnswer & { readonly isRepeated: boolean }> {
  const reserved = await answers.reserve(request)
  if ('body' in reserved) return { ...reserved, isRepeated: true }
  // A hook may take longer than the lease.
  const renewal = setInterval(() => answers.renew(reserved).catch(report), configuration.lease / 3)
  try {
    const answer = await perform(reserved)
    const kept = { status: 200, body: JSON.stringify(answer) }
    // An operation that changes nothing may have had no transaction.
    if (!reserved.isStored) await answers.keep(reserved, kept).catch(report)
    return { ...kept, isRepeated: false }
  } catch (error) {
    const failure = isTakenOver(error) ? undefined : failureOf(error)
    const end = failure === undefined ? answers.release(reserved) : answers.keep(reserved, failure)
    // If this fails, the reservation ends with its lease.
    await end.catch(report)
    throw error
  } finally {
    clearInterval(renewal)
  }
}

const isTakenOver = (error: unknown): boolean =>
  error instanceof UsersError && error.code === 'idempotency_key_in_use'
