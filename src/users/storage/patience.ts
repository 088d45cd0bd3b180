import {
  CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
  SqliteDialect,
  SqliteDriver,
} from 'kysely'
import { isTransient } from './failures.ts'

/** How long a writer waits for the others, and at most between two tries, in milliseconds. */
const LONGEST = 10_000
const PAUSE = 20

/**
 * Tries again while another connection writes to the file. SQLite’s own way of waiting stands the
 * whole process still, and with it the connection of the same process that may be waited for.
 */
export async function patiently<T>(work: () => T | Promise<T>): Promise<T> {
  const end = performance.now() + LONGEST
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isTransient(error) || performance.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE))
    }
  }
}

/** Kysely’s dialect, whose writers wait for each other while the process goes on. */
export class PatientSqlite extends SqliteDialect {
  readonly #config: ConstructorParameters<typeof SqliteDialect>[0]

  constructor(config: ConstructorParameters<typeof SqliteDialect>[0]) {
    super(config)
    this.#config = config
  }

  override createDriver(): SqliteDriver {
    return new PatientDriver(this.#config)
  }
}

class PatientDriver extends SqliteDriver {
  override async acquireConnection(): Promise<DatabaseConnection> {
    return new PatientConnection(await super.acquireConnection())
  }

  /** The lock of writers is taken at once: no statement after it has to wait, or comes too late. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }
}

class PatientConnection implements DatabaseConnection {
  readonly #connection: DatabaseConnection

  constructor(connection: DatabaseConnection) {
    this.#connection = connection
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return patiently(() => this.#connection.executeQuery<R>(query))
  }

  streamQuery<R>(query: CompiledQuery, size: number): AsyncIterableIterator<QueryResult<R>> {
    return this.#connection.streamQuery<R>(query, size)
  }
}
