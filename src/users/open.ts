import { UsersError } from './error.ts'
import { boundHooks } from './hooks.ts'
import { configure, givenAppOf, type Hooks, type Settings } from './settings.ts'
import { connect } from './storage/connect.ts'
import { migrate } from './storage/migrate.ts'
import type { DatabaseSource } from './storage/public.ts'
import { Store } from './storage/store.ts'
import { loadTelemetry } from './telemetry.ts'
import { Users } from './users.ts'

export interface UsersOptions {
  readonly db: DatabaseSource
  readonly settings?: Settings | undefined
  readonly hooks?: Hooks | undefined
}

export interface OpenOptions {
  /** Whether nothing else in this process opens the file of an SQLite database. */
  readonly ownsProcess?: boolean
}

/** Opens a database, creates its tables or brings them up to date, and makes its users. */
export async function openUsers(
  { db, settings, hooks: given = {} }: UsersOptions,
  { ownsProcess = false }: OpenOptions = {},
): Promise<Users> {
  const hooks = boundHooks(given)
  const configuration = configure(settings)
  const connected = await connect(db, (error) => hooks.onError?.(error), ownsProcess).catch(
    throwCause,
  )
  try {
    await migrate(connected, configuration)
    const store = new Store(connected, configuration)
    await store.app.start(givenAppOf(settings))
    connected.limit(configuration.statementTimeout)
    return new Users(store, hooks, await loadTelemetry())
  } catch (error) {
    await connected.db.destroy()
    return throwCause(error)
  }
}

/** The application that opens a database gets the driver's error, which callers must not see. */
function throwCause(error: unknown): never {
  throw error instanceof UsersError && error.cause !== undefined ? error.cause : error
}
