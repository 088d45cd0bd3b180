/** The public types of the storage. They do not name types of other packages. */

import type { StoredUser } from '../user.ts'

/**
 * The database: an SQLite file or `:memory:`, a URL (`postgres:`, `mysql:`, `mariadb:`), or a Kysely
 * dialect with the application's own connections.
 */
export type DatabaseSource = string | DialectOfKysely

/** Kysely's `Dialect`, restated so that Kysely's types need not be installed. */
export interface DialectOfKysely {
  createAdapter(): object
  createDriver(): object
  createQueryCompiler(): object
  createIntrospector(db: never): object
}

/** The fields of a user that decide whether it may call. */
export type AccountState = Pick<
  StoredUser,
  | 'role'
  | 'created_at'
  | 'deactivated_at'
  | 'deleted_at'
  | 'revoke_tokens_issued_before'
  | 'guest_nonce'
>

/** The progress of an import: the bytes and lines that were read, the users and the bad lines in them. */
export interface ImportProgress {
  readonly id: string
  readonly bytes: number
  readonly lines: number
  readonly users: number
  readonly bad: number
}
