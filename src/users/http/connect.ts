import { UsersError } from '../error.ts'
import type { Users } from '../users.ts'
import { RequestError } from './failure.ts'
import type { Exchange } from './route.ts'

/** Connects the client of a request. An anonymous connection stores nothing, and has no user. */
export async function connect(
  { users, caller, reservation }: Exchange,
  input: unknown,
): Promise<object> {
  if (caller === undefined) {
    if (Object.keys(Object(input)).length === 0) return {}
    throw new RequestError('unauthorized', 'Expected a token of the user that connects')
  }
  if (caller.server) throw new RequestError('forbidden', 'Expected a client’s token')
  const connected = users.connectUser(withId(input, caller.user_id), caller, reservation)
  return connected.catch(refuse)
}

type ConnectInput = Parameters<Users['connectUser']>[0]

/** The input with the id of the token's user, which may be left out. The operation checks the rest. */
function withId(input: unknown, id: string): ConnectInput {
  if (!isObject(input)) return input as never
  if (Object.hasOwn(input, 'token')) {
    throw new RequestError('unknown_parameter', 'token: not allowed; Authorization has the token')
  }
  const user = Object.hasOwn(input, 'user') ? input.user : {}
  if (!isObject(user)) return { ...input, user } as never
  if (Object.hasOwn(user, 'id') && user.id !== id) {
    throw new RequestError('forbidden', 'The token is one of another user')
  }
  return { ...input, user: { ...user, id } } as never
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The refusals of an account or a token, as those of other requests with the token. */
const REFUSALS: Readonly<Record<string, string>> = {
  user_deactivated: 'The user of this token is deactivated',
  user_deleted: 'The user of this token is deleted',
  token_revoked: 'This token was revoked',
}

/** Throws what a client gets for an error of connecting. */
export function refuse(error: unknown): never {
  const message = error instanceof UsersError ? REFUSALS[error.code] : undefined
  throw message === undefined ? error : new RequestError('forbidden', message)
}
