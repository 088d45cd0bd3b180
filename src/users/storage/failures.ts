/** What databases say where another transaction stood in the way, or two of a key were written. */

interface Failure {
  /** PostgreSQL's SQLSTATE; SQLite's name. */
  readonly code?: unknown
  /** MySQL's number; node:sqlite's. */
  readonly errno?: unknown
  readonly errcode?: unknown
}

/** postgresql.org/docs/current/errcodes-appendix: serialization_failure, deadlock_detected. */
const POSTGRES_AGAIN = new Set(['40001', '40P01'])
/** mariadb.com/kb/en/mariadb-error-codes: lock wait timeout, deadlock, changed since it was read. */
const MYSQL_AGAIN = new Set([1205, 1213, 1020])
/** invalid_schema_name, undefined_table, undefined_column. */
const POSTGRES_GONE = new Set(['3F000', '42P01', '42703'])
const UNIQUE_VIOLATION = '23505'
const ER_DUP_ENTRY = 1062
/** sqlite.org/rescode.html */
const SQLITE_BUSY = 5
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555
const SQLITE_CONSTRAINT_UNIQUE = 2067

export function isTransient(error: unknown): boolean {
  const { code, errno, errcode } = (error ?? {}) as Failure
  return (
    POSTGRES_AGAIN.has(code as string) ||
    MYSQL_AGAIN.has(errno as number) ||
    String(code).startsWith('SQLITE_BUSY') ||
    (typeof errcode === 'number' && (errcode & 0xff) === SQLITE_BUSY)
  )
}

/**
 * Whether a table was dropped while PostgreSQL was asked which there are, as Kysely does, in every
 * schema: another application's.
 */
export const isGone = (error: unknown): boolean =>
  POSTGRES_GONE.has(((error ?? {}) as Failure).code as string)

export function isUniqueViolation(error: unknown): boolean {
  const { code, errno, errcode } = (error ?? {}) as Failure
  return (
    code === UNIQUE_VIOLATION ||
    errno === ER_DUP_ENTRY ||
    code === 'SQLITE_CONSTRAINT_PRIMARYKEY' ||
    code === 'SQLITE_CONSTRAINT_UNIQUE' ||
    errcode === SQLITE_CONSTRAINT_PRIMARYKEY ||
    errcode === SQLITE_CONSTRAINT_UNIQUE
  )
}
