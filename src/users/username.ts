import type { Settings } from './settings.ts'
import type { StoredUser } from './user.ts'

/** How many characters of a compared username a database's index holds. */
export const LONGEST_COMPARED = 255

/**
 * A username as it is compared: without white space and special characters, in lower case, so that
 * "John Doe", "john doe" and "john.doe" are one. Nothing is left of a name without letter or digit.
 */
export const compared = (username: string): string =>
  username
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[^\p{L}\p{M}\p{N}]/gu, '')

/** The compared username of a user, if it has one that can be compared. */
export function nameOf(user: StoredUser | undefined): string | undefined {
  if (user?.username === undefined) return undefined
  const name = compared(user.username)
  return name.length > 0 && name.length <= LONGEST_COMPARED ? name : undefined
}

/** What a user takes of the usernames that are to be unique, in which team; '' is the application. */
export function claimsOf(
  user: StoredUser | undefined,
  unique: Settings['uniqueUsernames'],
): readonly { readonly scope: string; readonly name: string }[] {
  const name = nameOf(user)
  if (user === undefined || name === undefined || unique === 'no') return []
  const scopes = unique === 'app' ? [''] : [...new Set(user.teams)]
  return scopes.map((scope) => ({ scope, name }))
}
