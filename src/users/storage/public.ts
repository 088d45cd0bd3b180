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

/** A request with an idempotency key. */
export interface KeyedRequest {
  /** A digest of the caller and the key. */
  readonly id: string
  /** A digest of what the request asks for. */
  readonly fingerprint: string
}

/** An answer that is kept for repeated requests: a status of HTTP, and JSON. */
export interface KeptAnswer {
  readonly status: number
  readonly body: string
}

/** An idempotency key that is reserved for one request. */
export interface Reservation {
  readonly id: string
  readonly owner: string
  /** Whether the answer was stored in the transaction of a write. */
  isStored: boolean
  /** Makes the answer that is kept of what the operation answers; by default it is the same. */
  view?(answer: object): object
}

/** The progress of an import: the bytes and lines that were read, the users and the bad lines in them. */
export interface ImportProgress {
  readonly id: string
  readonly bytes: number
  readonly lines: number
  readonly users: number
  readonly bad: number
}
