/**
 * SQLite by any of its three drivers, for the users system and for the command. Child processes get
 * these functions as text, so they use nothing but their parameters, JavaScript and Node, and import
 * nothing.
 */

/** What the three drivers have in common. */
interface Driver {
  prepare(text: string): DriverStatement
  exec(text: string): unknown
  close(): void
}

type DriverConstructor = new (file: string, options: object) => Driver

interface DriverStatement {
  /** Whether it returns rows; in node:sqlite a statement has columns then. */
  readonly reader?: boolean
  columns?(): readonly { readonly name: string }[]
  /** Returns rows as arrays from now on, which drivers make in half the time. */
  raw?(on: true): RawStatement
  all(...params: readonly unknown[]): Record<string, unknown>[]
  get(...params: readonly unknown[]): Record<string, unknown> | undefined
  run(...params: readonly unknown[]): { changes: number | bigint }
  safeIntegers?(on: boolean): unknown
  setReadBigInts?(on: boolean): unknown
}

interface RawStatement {
  all(...params: readonly unknown[]): unknown[][]
  get(...params: readonly unknown[]): unknown[] | undefined
}

/** The result of a statement. */
export interface Reply {
  readonly columns?: readonly string[]
  readonly rows?: readonly (readonly unknown[])[]
  /** The number of rows that it wrote, if it returns none. */
  readonly changes?: number
}

export interface Engine {
  /** The names of the columns that a statement gives. */
  columns(text: string): readonly string[]
  /** Integers come as bigints. */
  run(text: string, params: readonly unknown[]): Reply
  /** The first row alone, in half the time of `run`; undefined if there is none. */
  first(text: string, params: readonly unknown[]): Record<string, unknown> | undefined
  /**
   * Runs a statement that returns no rows once for each list of parameters.
   *
   * @throws the first error, with the index of its list as `at`.
   */
  runEach(text: string, lists: readonly (readonly unknown[])[]): Reply
  close(): void
}

/** Loads a module, as `require` does. */
export type Require = (name: string) => unknown

/** A `require` that looks for modules from several files, in their order. */
export function requireFrom(
  createRequire: (from: string) => Require,
  files: readonly string[],
): Require {
  return (name) => {
    let failure: unknown
    for (const file of files) {
      try {
        return createRequire(file)(name)
      } catch (error) {
        failure ??= error
      }
    }
    throw failure
  }
}

/**
 * Opens an SQLite file, or `:memory:`, with the first driver that is installed. To read, the file
 * must exist. `update` writes to a file of another program, and leaves its settings as they are.
 *
 * @throws TypeError if no driver is installed.
 */
export function openEngine(load: Require, file: string, mode: 'read' | 'write' | 'update'): Engine {
  /** Modules, and which of their exports is the constructor, if it is not the module itself. */
  const DRIVERS: readonly (readonly [module: string, member?: string])[] = [
    ['better-sqlite3'],
    ['libsql'],
    ['node:sqlite', 'DatabaseSync'],
  ]

  /**
   * A cache of prepared statements: preparing takes longer than many statements. A prepared statement
   * takes up to 2 MB, so the cache is small and has none with a long text. Dropped statements are
   * freed by the garbage collector, which does not know of SQLite's memory: it is run, where that is
   * possible, each time so many characters were dropped.
   */
  const MOST_PREPARED = 50
  const LONGEST_PREPARED = 8000
  const DROPPED_TEXT = 1_000_000

  /**
   * A commit is on disk before it is answered. Users are in a dozen indexes: with SQLite's own
   * settings, a cache of 2 MB and a checkpoint for each 4 MB of log, an import takes twice as long.
   * Those that read have as large a cache, for pages of different users.
   * Only opening waits for other connections:
   * statements do not wait in SQLite, because they could not be stopped.
   */
  const PRAGMAS =
    mode === 'read'
      ? 'PRAGMA busy_timeout = 5000; PRAGMA query_only = ON; PRAGMA cache_size = -32768; PRAGMA busy_timeout = 0'
      : mode === 'update'
        ? 'PRAGMA busy_timeout = 5000'
        : `PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000;
         PRAGMA busy_timeout = 0`

  /** The drivers that take a list of parameters as it is; spread over arguments, it is copied twice. */
  const TAKE_LISTS: readonly string[] = ['better-sqlite3', 'libsql']
  let takesLists = false

  const isConstructor = (value: unknown): value is DriverConstructor => typeof value === 'function'

  const open = (): Driver => {
    for (const [module, member] of DRIVERS) {
      let loaded: unknown
      try {
        loaded = load(module)
      } catch {
        continue
      }
      const exported: unknown = member === undefined ? loaded : Object(loaded)[member]
      // The drivers spell the option in two ways, and better-sqlite3 refuses that of node:sqlite.
      const readOnly = module === 'node:sqlite' ? { readOnly: true } : { readonly: true }
      const options = mode === 'read' ? readOnly : {}
      if (!isConstructor(exported)) continue
      takesLists = TAKE_LISTS.includes(module)
      return new exported(file, options)
    }
    throw new TypeError('tamis/users: SQLite needs a driver: npm install libsql')
  }

  interface Prepared {
    readonly statement: DriverStatement
    readonly columns: readonly string[] | undefined
    readonly raw: RawStatement | undefined
  }

  const driver = open()
  driver.exec(PRAGMAS)
  const cache = new Map<string, Prepared>()
  let dropped = 0

  const drop = (text: string) => {
    dropped += text.length
    if (dropped < DROPPED_TEXT) return
    dropped = 0
    globalThis.gc?.()
  }

  const prepare = (text: string): Prepared => {
    const cached = cache.get(text)
    if (cached !== undefined) {
      // Moved to the end, so that the least recently used is dropped first.
      cache.delete(text)
      cache.set(text, cached)
      return cached
    }
    const statement = driver.prepare(text)
    // better-sqlite3 throws where there are none.
    const names =
      statement.reader === false ? [] : (statement.columns?.().map(({ name }) => name) ?? [])
    const returnsRows = statement.reader ?? names.length > 0
    if (returnsRows) {
      statement.safeIntegers?.(true)
      statement.setReadBigInts?.(true)
    }
    const raw = returnsRows && names.length > 0 ? statement.raw?.(true) : undefined
    const prepared = { statement, columns: returnsRows ? names : undefined, raw }
    if (text.length > LONGEST_PREPARED) {
      drop(text)
      return prepared
    }
    if (cache.size >= MOST_PREPARED) {
      const [oldest = ''] = cache.keys()
      cache.delete(oldest)
      drop(oldest)
    }
    cache.set(text, prepared)
    return prepared
  }

  return {
    columns: (text) => prepare(text).columns ?? [],
    run(text, params) {
      const { statement, columns, raw } = prepare(text)
      if (columns === undefined) return { changes: Number(statement.run(...params).changes) }
      const rows =
        raw === undefined
          ? statement.all(...params).map((row) => columns.map((name) => row[name]))
          : raw.all(...params)
      return { columns, rows }
    },
    first(text, params) {
      const { statement, columns = [], raw } = prepare(text)
      if (raw === undefined) return statement.get(...params)
      const values = raw.get(...params)
      if (values === undefined) return undefined
      const record: Record<string, unknown> = {}
      for (const [i, name] of columns.entries()) record[name] = values[i]
      return record
    },
    runEach(text, lists) {
      const { statement } = prepare(text)
      let changes = 0
      let at = 0
      try {
        for (; at < lists.length; at++) {
          const params = lists[at] ?? []
          const result = takesLists ? statement.run(params) : statement.run(...params)
          changes += Number(result.changes)
        }
      } catch (error) {
        throw Object.assign(Object(error), { at })
      }
      return { changes }
    },
    close() {
      try {
        // Drivers that cache statements leave the write-ahead log beside the file, and a copy of the
        // file alone would lack what is in the log.
        if (mode === 'write') driver.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      } catch {
        // The file is locked, or its disk is full: the log stays, and nothing is lost.
      }
      driver.close()
    },
  }
}
