import type { AccountState } from './storage/public.ts'
import type { Bearer } from './tokens.ts'

/** The bearer of a client's token, which is valid only while its user may call. */
export type Client = Exclude<Bearer, { server: true }>

/** An instant cut down to its second: tokens give the time of their issue in seconds. */
const secondOf = (instant: string): number => Math.floor(Date.parse(instant) / 1000) * 1000

/** The first millisecond that is not before an instant, which may have more digits than `Date` keeps. */
const millisecondFrom = (instant: string): number =>
  Date.parse(instant) + (/\.\d{3}\d*[1-9]/.test(instant) ? 1 : 0)

/**
 * Whether a token is still its user's. Tokens give the time of their issue in seconds: one that may
 * have been issued before its user's tokens were revoked counts as issued before. A guest's token
 * carries a nonce that is also in the guest's row, so it is not valid for a later user or guest with
 * the same id. Guests from before there were nonces have none, nor have their tokens.
 */
export function isValid(
  { guest, nonce, issuedAt }: Client,
  { revoke_tokens_issued_before: revoked, role, created_at, guest_nonce }: AccountState,
): boolean {
  if (revoked !== undefined && issuedAt < millisecondFrom(revoked)) return false
  if (!guest) return true
  if (role !== 'guest' || nonce !== guest_nonce) return false
  return guest_nonce !== undefined || issuedAt >= secondOf(created_at)
}
