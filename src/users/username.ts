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

/** What a user takes of the usernames that are to be unique. */
export function keysOf(
  { username, teams }: StoredUser,
  unique: Settings['uniqueUsernames'],
): readonly { readonly scope: string; readonly name: string }[] {
  if (username === undefined || unique === 'no') return []
  const name = compared(username)
  const scopes = unique === 'app' ? [''] : [...new Set(teams)]
  return scopes.map((scope) => ({ scope, name }))
}
