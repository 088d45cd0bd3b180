import type { AccountState } from '../storage/public.ts'
import { type Client, isValid } from '../token-validity.ts'
import type { Bearer, TokenReader } from '../tokens.ts'
import type { Users } from '../users.ts'
import { RequestError } from './failure.ts'
import type { Audience } from './route.ts'

/** Who calls: the application's server, one of its users, or, without a token, nobody. */
export type Caller = Bearer | undefined

const unauthorized = () =>
  new RequestError('unauthorized', 'Expected a valid token: Authorization: Bearer <token>')

/**
 * The caller that a request's token names. The operations of connecting check the account themselves,
 * because it need not exist.
 *
 * @throws RequestError `unauthorized` for an invalid or revoked token, or one of a deleted user;
 * `forbidden` for one of a deactivated user.
 */
export async function callerOf(
  users: Users,
  tokens: TokenReader,
  authorization: string | null,
  checksAccount: boolean,
): Promise<Caller> {
  if (authorization === null) return undefined
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
  const bearer = token === undefined ? undefined : await tokens.read(token)
  if (bearer === undefined) throw unauthorized()
  if (bearer.server || !checksAccount) return bearer
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

/** @throws RequestError where a caller may not use the endpoints of an audience. */
export function requireAudience(caller: Caller, audience: Audience, anonymous: boolean): void {
  switch (audience) {
    case 'anybody':
      return
    case 'reader':
      if (caller === undefined && !anonymous) throw unauthorized()
      return
    case 'connecting':
      if (caller === undefined && !anonymous) throw unauthorized()
      if (caller?.server) throw new RequestError('forbidden', 'Expected a client’s token')
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
