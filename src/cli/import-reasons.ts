import { UsersError } from '../users/index.ts'
import { kindOfReason } from './bad-kinds.ts'
import { messageOf, printable } from './mistake.ts'

/** Codes of errors whose message names the user; of other errors, it names the field. */
const OF_USERS: readonly string[] = [
  'username_taken',
  'user_deactivated',
  'user_deleted',
  'user_damaged',
]

/** Why a line has no user, without its place in the input, which the line's number replaces. */
export const reasonOf = (error: unknown): string =>
  messageOf(error).replace(/^(users\.\d+|user)\.(?=\S)/, '')

/** The reason without what differs between lines: the same for all lines of a kind. */
export function kindOf(error: unknown): string {
  if (error instanceof UsersError && OF_USERS.includes(error.code)) return error.code
  return kindOfReason(printable(reasonOf(error)))
}
