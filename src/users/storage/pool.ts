// Longer than most files here: one Kysely driver, whose connection and transaction share their state.

/**
 * The Kysely driver for all databases. A lost connection leaves its pool, a transaction's caller gets
 * its first error, and a statement is stopped when it takes too long or its signal is aborted.
 */

import {
  AbortedTransactionError,
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type Dialect as KyselyDialect,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import { asUnavailable, isLost, markRepeatable } from './failures.ts'
import type { Peek } from './sqlite/peek.ts'

/** How long to wait for a free connection, and for a new one, in milliseconds. */
export const ACQUIRE_TIMEOUT = 5000
export const CONNECT_TIMEOUT = 5000

/** How long connections may take to end when their pool is closed, in milliseconds. */
const CLOSE_TIMEOUT = 1000

/** How long a cancellation may take when a pool is closed, in milliseconds. */
export const CANCEL_TIMEOUT = 500

/** What all connections of a database share. */
export interface Control {
  /**
   * The longest time of a statement, in milliseconds; 0 while migrations run, which have no limit. It
   * is set once, after the migrations.
   */
  timeout: number
  /** Aborted when the database is closed while statements still run. */
  readonly closed: AbortController
  /** The cancellations of those statements. */
  readonly cancellations: Set<Promise<void>>
}

/** A connection that is taken from its pool. */
export interface Client {
  run<R>(
    text: string,
    params: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<QueryResult<R>>
  /** Runs a statement that writes once for each list of parameters, where `Connected.runsEach`. */
  runEach?(text: string, lists: readonly (readonly unknown[])[]): Promise<QueryResult<never>>
  /** Returns it to the pool; a broken one is closed, and the pool makes another. */
  release(isBroken: boolean): void
}

export interface ClientPool {
  /** A connection in this process for what takes microseconds. */
  readonly peek?: Peek | undefined
  /** @throws if no connection is free or can be made in time. */
  acquire(): Promise<Client>
  /** Resolves if the database answers, even while all connections are busy. */
  ping(): Promise<void>
  end(): Promise<void>
}

/** A statement that is stopped when a signal is aborted. */
export interface StoppableQuery extends CompiledQuery {
  readonly signal?: AbortSignal | undefined
  /** Runs it once for each of these lists of parameters. */
  readonly lists?: readonly (readonly unknown[])[] | undefined
}

/** A statement from text, which is stopped when the signal is aborted. */
export const stoppable = (
  text: string,
  params: readonly unknown[],
  signal: AbortSignal | undefined,
): StoppableQuery => ({ ...CompiledQuery.raw(text, [...params]), signal })

/** A statement that writes, to be run once for each list of parameters. */
export const repeated = (text: string, lists: readonly (readonly unknown[])[]): StoppableQuery => ({
  ...CompiledQuery.raw(text),
  lists,
})

const isRead = (text: string): boolean => /^\s*select\b/i.test(text)

class PooledConnection implements DatabaseConnection {
  readonly #pool: ClientPool
  readonly #control: Control
  #client: Client
  #isBroken = false
  #isInTransaction = false

  constructor(pool: ClientPool, client: Client, control: Control) {
    this.#pool = pool
    this.#client = client
    this.#control = control
  }

  async executeQuery<R>(query: StoppableQuery): Promise<QueryResult<R>> {
    try {
      return await this.#run<R>(query)
    } catch (error) {
      const failure = asUnavailable(error)
      // Nothing is committed before COMMIT is sent.
      if (this.#isInTransaction && isLost(error)) markRepeatable(failure)
      throw failure
    }
  }

  async #run<R>({ sql, parameters, signal, lists }: StoppableQuery): Promise<QueryResult<R>> {
    try {
      if (lists !== undefined && this.#client.runEach !== undefined) {
        return await this.#client.runEach(sql, lists)
      }
      return await this.#client.run<R>(sql, parameters, signal)
    } catch (error) {
      if (!isLost(error)) throw error
      this.#isBroken = true
      // Not during migrations, whose locks belong to the connection.
      const { timeout, closed } = this.#control
      const isOpen = timeout > 0 && !closed.signal.aborted
      const canBeRepeated = !this.#isInTransaction && isRead(sql) && isOpen
      if (!canBeRepeated) throw error
      this.#client.release(true)
      // In case no other can be acquired: this one must not be released twice.
      this.#client = RELEASED
      this.#client = await this.#pool.acquire()
      this.#isBroken = false
      return this.#client.run<R>(sql, parameters, signal)
    }
  }

  // biome-ignore lint/correctness/useYield: it only throws.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('tamis/users: statements are not streamed')
  }

  async begin(statements: readonly string[]): Promise<void> {
    this.#isInTransaction = true
    for (const text of statements) await this.executeQuery(CompiledQuery.raw(text))
  }

  async commit(): Promise<void> {
    // From here until the answer comes, it is unknown whether the transaction is committed.
    this.#isInTransaction = false
    const { rows } = await this.executeQuery<{ command?: string }>(CompiledQuery.raw('commit'))
    // PostgreSQL's answer if an earlier statement of the transaction failed.
    if (rows[0]?.command === 'ROLLBACK') {
      throw new AbortedTransactionError()
    }
  }

  /** Never throws: it would hide the error that the transaction is rolled back for. */
  async rollback(): Promise<void> {
    this.#isInTransaction = false
    if (this.#isBroken) return
    try {
      await this.#client.run('rollback', [], undefined)
    } catch {
      // The connection is closed, and the database rolls back then.
      this.#isBroken = true
    }
  }

  release(): void {
    this.#client.release(this.#isBroken)
  }
}

/** Stands for a client that was returned to the pool. */
const RELEASED: Client = {
  run: () => Promise.reject(new Error('Connection terminated')),
  release() {},
}

/** The statements that begin a transaction. */
export type Begin = (settings: TransactionSettings) => readonly string[]

class PooledDriver implements Driver {
  readonly #pool: ClientPool
  readonly #control: Control
  readonly #begin: Begin

  constructor(pool: ClientPool, control: Control, begin: Begin) {
    this.#pool = pool
    this.#control = control
    this.#begin = begin
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    try {
      return new PooledConnection(this.#pool, await this.#pool.acquire(), this.#control)
    } catch (error) {
      throw asUnavailable(error)
    }
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return pooled(connection).begin(this.#begin(settings))
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return pooled(connection).commit()
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return pooled(connection).rollback()
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    pooled(connection).release()
  }

  destroy(): Promise<void> {
    return this.#pool.end()
  }
}

/** Kysely passes a driver only connections that the driver made. */
function pooled(connection: DatabaseConnection): PooledConnection {
  if (connection instanceof PooledConnection) return connection
  throw new TypeError('tamis/users: the connection does not belong to this pool')
}

/** A Kysely dialect with the connections of a pool. */
export const pooledDialect = (
  base: KyselyDialect,
  pool: ClientPool,
  control: Control,
  begin: Begin,
): KyselyDialect => ({
  createAdapter: () => base.createAdapter(),
  createIntrospector: (db) => base.createIntrospector(db),
  createQueryCompiler: () => base.createQueryCompiler(),
  createDriver: () => new PooledDriver(pool, control, begin),
})

/** Rejects if a promise takes longer; `late` gets the value that it resolves to afterwards. */
export function within<T>(
  ms: number,
  promise: Promise<T>,
  failure: () => Error,
  late?: (value: T) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(failure())
    }, ms)
    promise.then(
      (value) => {
        clearTimeout(timer)
        if (isLate) late?.(value)
        else resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

/** The error if no connection was free or made in time. */
export const noConnection = (): Error =>
  Object.assign(new Error('no connection to the database was available in time'), {
    code: 'ETIMEDOUT',
  })

/**
 * Closes a pool. Statements that run for longer fail, and are cancelled over the side connection,
 * which is closed last.
 */
export async function closing(
  { closed, cancellations }: Control,
  end: Promise<unknown>,
  endSide: () => Promise<unknown>,
  destroy: () => void,
): Promise<void> {
  try {
    await within(CLOSE_TIMEOUT, end, noConnection)
  } catch {
    closed.abort()
    await Promise.all(cancellations)
  }
  closed.abort()
  await within(CANCEL_TIMEOUT, endSide(), noConnection).catch(() => {})
  destroy()
}
