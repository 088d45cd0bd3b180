// Longer than most files here: the error codes of three databases and their drivers, side by side.

/** What the databases and their drivers say in an error, and what it means for the caller. */

import { UsersError } from '../error.ts'

interface Failure {
  /** PostgreSQL's SQLSTATE; SQLite's name; Node's name of a system error; a name of mysql2's. */
  readonly code?: unknown
  /** MySQL's number; node:sqlite's. */
  readonly errno?: unknown
  readonly errcode?: unknown
  /** mysql2 sets it on errors that end the connection. */
  readonly fatal?: unknown
  readonly message?: unknown
}

const failureIn = (error: unknown): Failure => (error ?? {}) as Failure

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
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_TOOBIG = 18
const SQLITE_CONSTRAINT = 19
const SQLITE_MISMATCH = 20
const SQLITE_CONSTRAINT_PRIMARYKEY = 1555
const SQLITE_CONSTRAINT_UNIQUE = 2067

/**
 * SQLSTATEs of a server that ends the connection or takes no more: admin_shutdown, crash_shutdown,
 * cannot_connect_now, database_dropped, idle_in_transaction_session_timeout, idle_session_timeout,
 * too_many_connections. Class 08 is added to them.
 */
const POSTGRES_LOST = new Set(['57P01', '57P02', '57P03', '57P04', '25P03', '57P05', '53300'])
/**
 * Too many connections (1040, 1203, 1226), shutdown in progress (1053, 1077, 1079), host or handshake
 * (1042, 1043), packets (1158 to 1161), aborted connection (1152, 1184), gone away and lost (2002,
 * 2003, 2006, 2013, 2055), connection killed (1927 in MariaDB, 3169 in MySQL), MySQL's offline mode
 * (3032), server not available (3168), disconnected for inactivity (4031).
 */
const MYSQL_LOST = new Set([
  1040, 1203, 1226, 1053, 1077, 1079, 1042, 1043, 1158, 1159, 1160, 1161, 1152, 1184, 2002, 2003,
  2006, 2013, 2055, 1927, 3169, 3032, 3168, 4031,
])
const SYSTEM_LOST = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  // A server's socket file that is not there while it restarts.
  'ENOENT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
])
/** Errors of pg and mysql2 that have a message alone. */
const LOST_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed|Can't (add new command|write) |Connection lost|The server closed|Cannot use a pool after calling end|Pool is closed|This socket has been ended|write after end|driver has already been destroyed)/

/** PostgreSQL's query_canceled. */
const QUERY_CANCELED = '57014'
/** ER_QUERY_INTERRUPTED; MariaDB's ER_STATEMENT_TIMEOUT; MySQL's ER_QUERY_TIMEOUT. */
const MYSQL_INTERRUPTED = new Set([1317, 1969, 3024])

/** disk_full; ER_DISK_FULL, ER_RECORD_FILE_FULL. ENOSPC (28) comes as its number in messages. */
const MYSQL_FULL = new Set([1021, 1114])
/** read_only_sql_transaction; ER_OPTION_PREVENTS_STATEMENT, ER_READ_ONLY_MODE, read-only transaction. */
const MYSQL_READ_ONLY = new Set([1290, 1836, 1792])

/** The primary result code of an SQLite error, or undefined. */
function sqliteCode({ code, errcode }: Failure): string | number | undefined {
  if (typeof errcode === 'number') return errcode & 0xff
  if (typeof code === 'string' && code.startsWith('SQLITE_')) return code
  return undefined
}

const isSqlite = (failure: Failure, name: string, primary: number): boolean => {
  const code = sqliteCode(failure)
  return code === primary || String(code).startsWith(name)
}

export const isLocked = (error: unknown): boolean =>
  isSqlite(failureIn(error), 'SQLITE_BUSY', SQLITE_BUSY)

/** Whether another transaction stood in the way, so that the same may succeed now. */
export function isTransient(error: unknown): boolean {
  const { code, errno } = failureIn(error)
  return POSTGRES_AGAIN.has(code as string) || MYSQL_AGAIN.has(errno as number) || isLocked(error)
}

/**
 * Whether a table was dropped while PostgreSQL was asked which there are, as Kysely does, in every
 * schema: another application's.
 */
export const isGone = (error: unknown): boolean =>
  POSTGRES_GONE.has(failureIn(error).code as string)

/** program_limit_exceeded: an entry of an index is too large. */
const POSTGRES_TOO_LARGE = '54000'
const ER_DATA_TOO_LONG = 1406

/** Whether a value is larger than its column or an index of it holds. */
export function isUnfit(error: unknown): boolean {
  const { code, errno } = (error ?? {}) as Failure
  return code === POSTGRES_TOO_LARGE || errno === ER_DATA_TOO_LONG
}

export function isUniqueViolation(error: unknown): boolean {
  const { code, errno, errcode } = failureIn(error)
  return (
    code === UNIQUE_VIOLATION ||
    errno === ER_DUP_ENTRY ||
    code === 'SQLITE_CONSTRAINT_PRIMARYKEY' ||
    code === 'SQLITE_CONSTRAINT_UNIQUE' ||
    errcode === SQLITE_CONSTRAINT_PRIMARYKEY ||
    errcode === SQLITE_CONSTRAINT_UNIQUE
  )
}

/** Whether the connection was lost, refused, or never made. Its transaction is rolled back. */
export function isLost(error: unknown): boolean {
  const { code, errno, fatal, message } = failureIn(error)
  if (error instanceof ConnectionClosed) return true
  return (
    (typeof code === 'string' &&
      (SYSTEM_LOST.has(code) || POSTGRES_LOST.has(code) || /^08[0-9A-Z]{3}$/.test(code))) ||
    MYSQL_LOST.has(errno as number) ||
    (fatal === true && code === undefined) ||
    LOST_MESSAGES.test(String(message))
  )
}

/** A connection was closed: the process that SQLite ran in ended, or the database was closed. */
export class ConnectionClosed extends Error {}

/** A statement was stopped: it took too long, or nobody waits for its answer any more. */
export class Stopped extends Error {
  readonly why: 'timeout' | 'abandoned'

  constructor(why: 'timeout' | 'abandoned', options?: ErrorOptions) {
    super(why === 'timeout' ? 'the statement took too long' : 'the caller has gone', options)
    this.why = why
  }
}

function isInterrupted(error: unknown): boolean {
  const { code, errno } = failureIn(error)
  return (
    error instanceof Stopped || code === QUERY_CANCELED || MYSQL_INTERRUPTED.has(errno as number)
  )
}

function isFull(error: unknown): boolean {
  const { code, errno, message } = failureIn(error)
  return (
    // disk_full
    code === '53100' ||
    code === 'ENOSPC' ||
    MYSQL_FULL.has(errno as number) ||
    isSqlite(failureIn(error), 'SQLITE_FULL', SQLITE_FULL) ||
    /No space left on device/.test(String(message))
  )
}

/** Whether the database, or this connection to it, takes no writes. */
export function isReadOnly(error: unknown): boolean {
  const { code, errno } = failureIn(error)
  return (
    // read_only_sql_transaction: a standby that was the primary, for one.
    code === '25006' ||
    MYSQL_READ_ONLY.has(errno as number) ||
    isSqlite(failureIn(error), 'SQLITE_READONLY', SQLITE_READONLY)
  )
}

/** SQLite's functions of JSON met text that is no JSON. Other databases do not store such text. */
export const isMalformedJson = (error: unknown): boolean =>
  /\bmalformed JSON\b/.test(String(failureIn(error).message))

const isUnreadable = (error: unknown): boolean =>
  isSqlite(failureIn(error), 'SQLITE_IOERR', SQLITE_IOERR) ||
  isSqlite(failureIn(error), 'SQLITE_CANTOPEN', SQLITE_CANTOPEN)

/** The server has no memory or no resource left: SQLSTATE class 53; ER_OUTOFMEMORY and its like. */
const isExhausted = (error: unknown): boolean =>
  /^53[0-9A-Z]{3}$/.test(String(failureIn(error).code)) ||
  [1037, 1038, 1041, 1135].includes(failureIn(error).errno as number)

/**
 * Whether the same statement would fail again for what is in it: a constraint, a value out of range or
 * too long (SQLSTATE classes 22, 23 and 42), a packet that is too large.
 */
export function isCertain(error: unknown): boolean {
  if (error instanceof UsersError) return error.code !== 'unavailable' && error.code !== 'timeout'
  const { code, errno, message } = failureIn(error)
  if (isTransient(error) || isLost(error)) return false
  // What is stored cannot be read.
  if (error instanceof SyntaxError || error instanceof RangeError) return true
  const sqlstate = (error as { sqlState?: unknown } | undefined)?.sqlState
  return (
    /^(22|23|42)[0-9A-Z]{3}$/.test(String(typeof errno === 'number' ? sqlstate : code)) ||
    // ER_NET_PACKET_TOO_LARGE; constraints, whose SQLSTATE may be HY000.
    [1153, 3819, 4025, 1364, 1366, 1406, 3140].includes(errno as number) ||
    /max_allowed_packet/.test(String(message)) ||
    isSqlite(failureIn(error), 'SQLITE_CONSTRAINT', SQLITE_CONSTRAINT) ||
    isSqlite(failureIn(error), 'SQLITE_TOOBIG', SQLITE_TOOBIG) ||
    isSqlite(failureIn(error), 'SQLITE_MISMATCH', SQLITE_MISMATCH)
  )
}

/**
 * The error that a caller gets for a database that cannot answer now: `unavailable` or `timeout`, with
 * the driver's error as its cause. Other errors are returned as they are.
 */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof UsersError) return error
  if (isInterrupted(error)) {
    const what = 'the database took longer to answer than the setting statementTimeout allows'
    return new UsersError('timeout', what, {}, { cause: error })
  }
  const because = (what: string) => new UsersError('unavailable', what, {}, { cause: error })
  if (isFull(error)) return because('the disk of the database is full')
  if (isReadOnly(error)) return because('the database is read-only')
  if (isLost(error)) return because('the database cannot be reached')
  if (isUnreadable(error)) return because('the file of the database cannot be read or written')
  if (isExhausted(error)) return because('the database is out of resources')
  return error
}

/** For a transaction or statement that other transactions kept waiting for too long. */
export const lockedOut = (cause: unknown): UsersError =>
  new UsersError('unavailable', 'the database is locked by another transaction', {}, { cause })

/** Errors after which the same work may be done again: none of it reached a COMMIT. */
const repeatable = new WeakSet<object>()

export function markRepeatable(error: unknown): void {
  if (typeof error === 'object' && error !== null) repeatable.add(error)
}

export const isRepeatable = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && repeatable.has(error)
