/** Limits of the database's indexes, which the user that results from a change must keep. */

import { UsersError } from './error.ts'
import { type Path, pointer } from './input-error.ts'
import { isPlainObject } from './shapes.ts'
import type { JsonObject, StoredUser } from './user.ts'
import { compared, LONGEST_COMPARED } from './username.ts'

/** The longest value of an indexed key of `custom`: of a text in bytes, of an object or list as JSON. */
const LONGEST_INDEXED = 2048
const LONGEST_INDEXED_JSON = 400

/** The value at a path of keys. */
const valueAt = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (isPlainObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  )

/**
 * Why the index of a key of `custom` cannot hold its value: in PostgreSQL an entry has at most 2,704
 * bytes. The limit is the same in every database, so that users can move from one to another.
 */
function indexProblem(custom: JsonObject, key: string): string | undefined {
  const value = valueAt(custom, key.split('.'))
  if (typeof value === 'string') {
    const isTooLong = new TextEncoder().encode(value).length > LONGEST_INDEXED
    return isTooLong
      ? `too long for its index: expected at most ${LONGEST_INDEXED} bytes`
      : undefined
  }
  if (typeof value !== 'object' || JSON.stringify(value).length <= LONGEST_INDEXED_JSON) {
    return undefined
  }
  return `too long for its index: expected at most ${LONGEST_INDEXED_JSON} characters as JSON`
}

/** @throws UsersError where an index of a key of `custom` cannot hold the value of a user. */
export function checkIndexedCustom(
  { id, custom }: StoredUser,
  indexedCustom: readonly string[],
  input: object,
  path: Path,
): void {
  for (const key of indexedCustom) {
    const problem = indexProblem(custom, key)
    if (problem === undefined) continue
    // A partial update can set the key by any path that leads to it.
    const place = 'custom' in input ? ['custom', ...key.split('.')] : ['set']
    throw new UsersError(
      'invalid_input',
      `${[...path, 'custom', key].map(String).join('.')}: ${problem}`,
      {
        user_id: id,
        field: `custom.${key}`,
        path: pointer([...path, ...place]),
      },
    )
  }
}

/** @throws UsersError where nothing of a username is left to compare, or too much for the index. */
export function checkUsername({ id, username }: StoredUser): void {
  if (username === undefined) return
  const { length } = compared(username)
  if (length > 0 && length <= LONGEST_COMPARED) return
  const problem = length === 0 ? 'has no letter or digit' : 'is too long'
  throw new UsersError('invalid_input', `The username of user ${id} ${problem}`, {
    user_id: id,
    field: 'username',
  })
}
