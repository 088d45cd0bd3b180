import type { AccountState } from '../storage/public.ts'
import type { Bearer, TokenReader } from '../tokens.ts'
import type { Users } from '../users.ts'
import { RequestError } from './failure.ts'
import type { Audience } from './route.ts'

/** Who calls: the application's server, one of its users, or, without a token, nobody. */
export type Caller = Bearer | undefined

/** The bearer of a client's token, which is valid only while its user may call. */
export type Client = Exclude<Bearer, { server: true }>

const unauthorized = () =>
  new RequestError('unauthorized', 'Expected a valid token: Authorization: Bearer <token>')

/**
 * The caller that a request's token names.
 *
 * @throws RequestError `unauthorized` for an invalid or revoked token, or one of a deleted user;
 * `forbidden` for one of a deactivated user.
 */
export async function callerOf(
  users: Users,
  tokens: TokenReader,
  authorization: string | null,
): Promise<Caller> {
  if (authorization === null) return undefined
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  const bearer = token === undefined ? undefined : await tokens.read(token)
  if (bearer === undefined) throw unauthorized()
  if (bearer.server) return bearer
  requireActive(bearer, await users.accountState(bearer.user_id))
  return bearer
}

/** Throws where a client's token is not valid any more, or its user may not call. */
export function requireActive(client: Client, account: AccountState | undefined): void {
  if (account === undefined || !isValid(client, account)) throw unauthorized()
  if (account.deactivated_at !== undefined) {
    throw new RequestError('forbidden', 'The user of this token is deactivated')
  }
}

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
function isValid(
  { guest, nonce, issuedAt }: Client,
  { revoke_tokens_issued_before: revoked, role, created_at, guest_nonce }: AccountState,
): boolean {
  if (revoked !== undefined && issuedAt < millisecondFrom(revoked)) return false
  if (!guest) return true
  if (role !== 'guest' || nonce !== guest_nonce) return false
  return guest_nonce !== undefined || issuedAt >= secondOf(created_at)
}

/** @throws RequestError where a caller may not use the endpoints of an audience. */
export function requireAudience(caller: Caller, audience: Audience, anonymous: boolean): void {
  switch (audience) {
    case 'anybody':
      return
    case 'reader':
      if (caller === undefined && !anonymous) throw unauthorized()
      return
    case 'client':
      if (caller === undefined) throw unauthorized()
      if (caller.server) throw new RequestError('forbidden', 'Expected a client’s token')
      return
    case 'server':
      if (caller === undefined) throw unauthorized()
      if (!caller.server) throw new RequestError('forbidden', 'Expected a server token')
      return
    default:
      audience satisfies never
  }
}
