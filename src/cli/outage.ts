/**
 * Codes of errors that are not about the users being written: of sockets and files, of drivers,
 * SQLSTATE classes of PostgreSQL (connections, resources, operator intervention, system errors;
 * deadlocks), and of SQLite.
 */
const OUTAGE =
  /^(E[A-Z]{3,}|PROTOCOL_\w+|(08|53|57|58)\w{3}|40001|40P01|SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN)\w*|unavailable|timeout)$/
/** MySQL's codes begin with an E too, as those of sockets do; they have an underscore after ER. */
const MYSQL_OUTAGE =
  /^ER_(CON_COUNT_ERROR|SERVER_SHUTDOWN|LOCK_WAIT_TIMEOUT|LOCK_DEADLOCK|CHECKREAD|QUERY_INTERRUPTED|DISK_FULL|RECORD_FILE_FULL|TOO_MANY_USER_CONNECTIONS|CONNECTION_KILLED)$/

/** The pauses before retries, in ms; undefined after the last try. */
export const PAUSES = [200, 400, 800, 1600, 3200, undefined]

/** Whether an error says that the database is unreachable or busy, so that a retry may succeed. */
export function isOutage(error: unknown): boolean {
  const { code, cause }: { code?: unknown; cause?: unknown } = Object(error)
  if (typeof code === 'string' && (OUTAGE.test(code) || MYSQL_OUTAGE.test(code))) return true
  const isLost =
    error instanceof Error && /connection (terminated|lost)|closed state/i.test(error.message)
  return isLost || (cause !== undefined && isOutage(cause))
}

/** Does work again for a while if the database is unreachable or busy; then throws what `stopped` gives. */
export async function retried<T>(
  work: () => Promise<T>,
  stopped: (error: unknown) => Error,
): Promise<T> {
  for (const pause of PAUSES) {
    try {
      return await work()
    } catch (error) {
      if (!isOutage(error)) throw error
      if (pause === undefined) throw stopped(error)
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
  throw new Error('unreachable')
}
