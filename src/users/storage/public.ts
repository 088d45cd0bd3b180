/** What users of the package see of the storage: types alone, that name no other package's. */

import type { StoredUser } from '../user.ts'

/**
 * Where the users are: an SQLite file or `:memory:`, a URL (`postgres:`, `mysql:`, `mariadb:`), or a
 * dialect of Kysely's with a connection of the application's own.
 */
export type DatabaseSource = string | DialectOfKysely

/** Kysely's `Dialect`, whose types not everybody has. */
export interface DialectOfKysely {
  createAdapter(): object
  createDriver(): object
  createQueryCompiler(): object
  createIntrospector(db: never): object
}

/** What decides whether a user may call. */
export type Standing = Pick<
  StoredUser,
  'role' | 'created_at' | 'deactivated_at' | 'deleted_at' | 'revoke_tokens_issued_before'
>

/** How far an import has come: in the file's bytes and lines, and what became of them. */
export interface ImportProgress {
  readonly id: string
  readonly bytes: number
  readonly lines: number
  readonly users: number
  readonly bad: number
}
