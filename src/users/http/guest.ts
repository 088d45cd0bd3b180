import { type Inputs, read } from '../input.ts'
import { inputError } from '../input-error.ts'
import { LONGEST_NAME } from '../shapes.ts'
import type { Exchange } from './route.ts'

/** Creates a guest, and shows it as clients see users. */
export async function createGuest(
  { users, secret, caller, clientView }: Exchange,
  input: Inputs['createGuest'],
): Promise<object> {
  const guest = caller?.server ? input : withGeneratedId(input)
  const { user, access_token } = await users.createGuest(guest, secret)
  return { user: clientView.show(user), access_token }
}

/**
 * Without a server's token, a guest's id is always generated, with the requested id as its end: if
 * the answer depended on whether the id is taken, anybody could find out which users exist.
 */
function withGeneratedId(input: Inputs['createGuest']): Inputs['createGuest'] {
  const { user } = read('createGuest', input)
  const id = `guest-${crypto.randomUUID()}-${user.id}`
  const excess = [...id].length - LONGEST_NAME
  if (excess > 0) {
    const message = `too long by ${excess} characters: a guest’s id is guest-<uuid>-<id>`
    throw inputError('invalid_input', input, ['user', 'id'], message)
  }
  return { user: { ...user, id } }
}
