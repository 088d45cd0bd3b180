import { type Inputs, read } from '../input.ts'
import { inputError } from '../input-error.ts'
import { LONGEST_NAME } from '../shapes.ts'
import type { Users } from '../users.ts'
import type { Exchange } from './route.ts'

/** Creates a guest, and shows it as clients see users. */
export async function createGuest(
  { users, secret, caller, clientView, reservation }: Exchange,
  input: Inputs['createGuest'],
): Promise<object> {
  const guest = caller?.server ? input : withGeneratedId(input)
  const view = ({ user, ...others }: Created) => ({ user: clientView.show(user), ...others })
  if (reservation !== undefined) reservation.view = (answer) => view(answer as Created)
  return view(await users.createGuest(guest, secret, reservation))
}

type Created = Awaited<ReturnType<Users['createGuest']>>

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
