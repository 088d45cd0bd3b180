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
  if (user === undefined) throw unauthorized()
  const revoked = user.revoke_tokens_issued_before
  if (revoked !== undefined && (bearer.issuedAt ?? 0) * 1000 < Date.parse(revoked)) {
    throw unauthorized()
  }
  if (user.deactivated_at !== undefined) {
    throw new RequestError('forbidden', 'the user of this token is deactivated')
  }
  return bearer
}

export function requireServer(caller: Caller): void {
  if (caller === undefined) throw unauthorized()
  if (!caller.server) throw new RequestError('forbidden', 'a server’s token is needed for this')
}

/** Whoever has no token is let in where the settings let anonymous users read. */
export function requireReader(caller: Caller, anonymous: boolean): void {
  if (caller === undefined && !anonymous) throw unauthorized()
}
