/** Errors of stored users that cannot be read or written. Their causes are the databases' errors. */

import { UsersError } from '../error.ts'

/**
 * A value is too large for an index. Inputs are limited so that they fit the indexes of this process,
 * but another process may index other keys by its settings, or an index was created by hand.
 */
export const tooLargeForIndex = (id: string, cause: unknown): UsersError =>
  new UsersError(
    'invalid_input',
    `User ${id} has a value that is too large for an index of the database`,
    { user_id: id },
    { cause },
  )

/** The error for a row that could not be read: `user_damaged`, or the error itself. */
export function damagedRow(record: unknown, cause: unknown): unknown {
  const id = typeof record === 'object' && record !== null && 'id' in record ? record.id : undefined
  const [, field] = (cause instanceof TypeError && /^tamis: ([\w.*]+): /.exec(cause.message)) || []
  if (typeof id !== 'string' || field === undefined) return cause
  return new UsersError(
    'user_damaged',
    `User ${id} cannot be read: ${field} is damaged in the database`,
    { user_id: id, field },
    { cause },
  )
}

/** A filter read damaged JSON. SQLite does not say in which row. */
export const damagedJson = (cause: unknown): UsersError =>
  new UsersError(
    'user_damaged',
    'A user cannot be read: JSON in one of its columns is damaged in the database',
    {},
    { cause },
  )
