import type { Standing } from '../storage/public.ts'
import type { Bearer, TokenReader } from '../tokens.ts'
import type { Users } from '../users.ts'
import { RequestError } from './failure.ts'

/** Who calls: the application's server, one of its users, or without a token nobody. */
export type Caller = Bearer | undefined

const unauthorized = () =>
  new RequestError('unauthorized', 'a valid token is needed: Authorization: Bearer <token>')

/**
 * Whose token a request carries. The token of a user who is deleted, or whose tokens were revoked, is
 * none; one who is deactivated may not call.
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
  const user = await users.standingOf(bearer.user_id)
  if (user === undefined || !isGood(bearer, user)) throw unauthorized()
  if (user.deactivated_at !== undefined) {
    throw new RequestError('forbidden', 'the user of this token is deactivated')
  }
  return bearer
}

/** The start of an instant's second: tokens say no more of when they were issued. */
const secondOf = (instant: string): number => Math.floor(Date.parse(instant) / 1000) * 1000

/**
 * Whether a token still is the user's. Whoever became a guest by an id got a token for it, which is
 * none for the user whom the application, or another guest, later makes of that id.
 */
function isGood({ guest, issuedAt }: Exclude<Bearer, { server: true }>, user: Standing): boolean {
  const { revoke_tokens_issued_before: revoked, role, created_at } = user
  if (revoked !== undefined && issuedAt < Date.parse(revoked)) return false
  return !guest || (role === 'guest' && issuedAt >= secondOf(created_at))
}

export function requireServer(caller: Caller): void {
  if (caller === undefined) throw unauthorized()
  if (!caller.server) throw new RequestError('forbidden', 'a server’s token is needed for this')
}

/** Whoever has no token is let in where the settings let anonymous users read. */
export function requireReader(caller: Caller, anonymous: boolean): void {
  if (caller === undefined && !anonymous) throw unauthorized()
}
