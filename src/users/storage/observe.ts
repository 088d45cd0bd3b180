import type {
  CompiledQuery,
  DatabaseConnection,
  Driver,
  Dialect as KyselyDialect,
  QueryResult,
} from 'kysely'

/** What a statement does; `connect` is the wait for a connection. */
export type StatementKind =
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'begin'
  | 'commit'
  | 'rollback'
  | 'connect'
  | 'other'

/** Called when a statement begins; the function that it gives, when the statement has ended. */
export type StatementObserver = (
  kind: StatementKind,
) => ((end: { readonly seconds: number; readonly error?: unknown }) => void) | undefined

const FIRST_WORD = /^\s*(select|with|insert|replace|update|delete)\b/i

function kindOf(text: string): StatementKind {
  const word = FIRST_WORD.exec(text)?.[1]?.toLowerCase()
  switch (word) {
    case 'with':
      return 'select'
    case 'replace':
      return 'insert'
    case 'select':
    case 'insert':
    case 'update':
    case 'delete':
      return word
    default:
      return 'other'
  }
}

/** The observers of the statements of one database. */
export class Observers {
  readonly #all = new Set<StatementObserver>()

  /** @returns the function that removes it. */
  add(observer: StatementObserver): () => void {
    this.#all.add(observer)
    return () => void this.#all.delete(observer)
  }

  /** Runs a statement and tells the observers. */
  async observe<T>(kind: () => StatementKind, run: () => Promise<T>): Promise<T> {
    if (this.#all.size === 0) return run()
    const what = kind()
    const ends = [...this.#all].flatMap((begin) => begin(what) ?? [])
    const start = performance.now()
    const seconds = () => (performance.now() - start) / 1000
    try {
      const result = await run()
      const end = { seconds: seconds() }
      for (const each of ends) each(end)
      return result
    } catch (error) {
      const end = { seconds: seconds(), error }
      for (const each of ends) each(end)
      throw error
    }
  }
}

/** A dialect whose statements are observed. */
export const observedDialect = (dialect: KyselyDialect, observers: Observers): KyselyDialect => ({
  createAdapter: () => dialect.createAdapter(),
  createIntrospector: (db) => dialect.createIntrospector(db),
  createQueryCompiler: () => dialect.createQueryCompiler(),
  createDriver: () => new ObservedDriver(dialect.createDriver(), observers),
})

class ObservedDriver implements Driver {
  readonly #driver: Driver
  readonly #observers: Observers
  readonly #wrapped = new WeakMap<DatabaseConnection, DatabaseConnection>()

  constructor(driver: Driver, observers: Observers) {
    this.#driver = driver
    this.#observers = observers
  }

  init: Driver['init'] = () => this.#driver.init()

  async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await this.#observers.observe(
      () => 'connect',
      () => this.#driver.acquireConnection(),
    )
    const wrapper: DatabaseConnection = {
      executeQuery: <R>(query: CompiledQuery): Promise<QueryResult<R>> =>
        this.#observers.observe(
          () => kindOf(query.sql),
          () => connection.executeQuery<R>(query),
        ),
      streamQuery: <R>(query: CompiledQuery, size: number) =>
        connection.streamQuery<R>(query, size),
    }
    this.#wrapped.set(wrapper, connection)
    return wrapper
  }

  #inner(wrapper: DatabaseConnection): DatabaseConnection {
    return this.#wrapped.get(wrapper) as DatabaseConnection
  }

  beginTransaction: Driver['beginTransaction'] = (wrapper, settings) =>
    this.#observers.observe(
      () => 'begin',
      () => this.#driver.beginTransaction(this.#inner(wrapper), settings),
    )

  commitTransaction: Driver['commitTransaction'] = (wrapper) =>
    this.#observers.observe(
      () => 'commit',
      () => this.#driver.commitTransaction(this.#inner(wrapper)),
    )

  rollbackTransaction: Driver['rollbackTransaction'] = (wrapper) =>
    this.#observers.observe(
      () => 'rollback',
      () => this.#driver.rollbackTransaction(this.#inner(wrapper)),
    )

  releaseConnection: Driver['releaseConnection'] = (wrapper) =>
    this.#driver.releaseConnection(this.#inner(wrapper))

  destroy: Driver['destroy'] = () => this.#driver.destroy()
}
