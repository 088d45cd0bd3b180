import type { UniqueUsernames } from './app.ts'
import { nfkc } from './nfkc.ts'
import type { StoredUser } from './user.ts'

/** The longest compared username, in characters: databases index it. */
export const LONGEST_COMPARED = 255

/**
 * The form of a username that is compared: lower case, without white space and special characters, so
 * that "John Doe", "john doe" and "john.doe" are equal. Empty without any letter or digit.
 */
export const compared = (username: string): string =>
  nfkc(nfkc(username).toLowerCase()).replace(/[^\p{L}\p{M}\p{N}]/gu, '')

/** The compared username of a user; undefined if there is none, or none that can be indexed. */
export function nameOf(user: StoredUser | undefined): string | undefined {
  if (user?.username === undefined) return undefined
  const name = compared(user.username)
  return name.length > 0 && name.length <= LONGEST_COMPARED ? name : undefined
}

/** The names that a user holds exclusively, each with its team; '' stands for the application. */
export function claimsOf(
  user: StoredUser | undefined,
  unique: UniqueUsernames,
): readonly { readonly scope: string; readonly name: string }[] {
  const name = nameOf(user)
  if (user === undefined || name === undefined || unique === 'no') return []
  const scopes = unique === 'app' ? [''] : [...new Set(user.teams)]
  return scopes.map((scope) => ({ scope, name }))
}
