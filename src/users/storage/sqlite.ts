import type { SqliteDatabase, SqliteStatement } from 'kysely'
import type { Parameter } from '../../index.ts'
import { patiently } from './patience.ts'

/** What the three drivers of SQLite share. */
interface Driver {
  prepare(text: string): DriverStatement
  exec(text: string): unknown
  close(): void
}

interface DriverStatement {
  /** Whether it gives rows; node:sqlite says it by its columns. */
  readonly reader?: boolean
  columns?(): readonly { readonly name: string }[]
  /** Rows as lists of values, which drivers make in half the time. */
  raw?(on: boolean): unknown
  all(...params: readonly Parameter[]): unknown[]
  run(...params: readonly Parameter[]): {
    changes: number | bigint
    lastInsertRowid: number | bigint
  }
  iterate(...params: readonly Parameter[]): IterableIterator<unknown>
  safeIntegers?(on: boolean): unknown
  setReadBigInts?(on: boolean): unknown
}

type Open = (loaded: never, file: string) => Driver

const openDefault: Open = (
  { default: Database }: { default: new (file: string) => Driver },
  file,
) => new Database(file)

const openNode: Open = ({ DatabaseSync }: { DatabaseSync: new (file: string) => Driver }, file) =>
  new DatabaseSync(file)

/** Each driver, in the order in which they are tried, and how it opens a file. */
const DRIVERS: readonly (readonly [load: () => Promise<unknown>, open: Open])[] = [
  [() => import('better-sqlite3' as string), openDefault],
  [() => import('libsql' as string), openDefault],
  [() => import('node:sqlite' as string), openNode],
]

/** How many statements are kept prepared: the filters of one application are of few shapes. */
const MOST_PREPARED = 500

/**
 * Writers of several processes wait for each other, by `patiently`; readers wait for nobody. A
 * commit is on disk when it is answered.
 */
const PRAGMAS = `PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON`

/** An SQLite file, or `:memory:`, as Kysely takes one. */
export async function openSqlite(file: string): Promise<SqliteDatabase> {
  for (const [load, open] of DRIVERS) {
    let loaded: unknown
    try {
      loaded = await load()
    } catch {
      continue
    }
    const driver = open(loaded as never, file)
    await patiently(() => driver.exec(PRAGMAS))
    return new PreparedDatabase(driver)
  }
  throw new TypeError('tamis/users: SQLite needs a driver: npm install libsql')
}

/** Keeps statements prepared, and reads integers without loss. */
class PreparedDatabase implements SqliteDatabase {
  readonly #driver: Driver
  readonly #prepared = new Map<string, SqliteStatement>()

  constructor(driver: Driver) {
    this.#driver = driver
  }

  prepare(text: string): SqliteStatement {
    const known = this.#prepared.get(text)
    if (known !== undefined) return known
    const statement = this.#driver.prepare(text)
    const reader = statement.reader ?? (statement.columns?.().length ?? 0) > 0
    if (reader) {
      statement.safeIntegers?.(true)
      statement.setReadBigInts?.(true)
    }
    const all = reader ? rowsOf(statement) : statement.all.bind(statement)
    const own: SqliteStatement = {
      reader,
      all: (params) => all(...(params as readonly Parameter[])),
      run: (params) => statement.run(...(params as readonly Parameter[])),
      iterate: (params) => statement.iterate(...(params as readonly Parameter[])),
    }
    if (this.#prepared.size >= MOST_PREPARED) {
      this.#prepared.delete(this.#prepared.keys().next().value as string)
    }
    this.#prepared.set(text, own)
    return own
  }

  close(): void {
    this.#driver.close()
  }
}

/** The rows of a statement as objects, made here where the driver gives lists. */
function rowsOf(statement: DriverStatement): (...params: readonly Parameter[]) => unknown[] {
  if (statement.raw === undefined || statement.columns === undefined) {
    return statement.all.bind(statement)
  }
  statement.raw(true)
  const names = statement.columns().map(({ name }) => name)
  return (...params) =>
    (statement.all(...params) as readonly (readonly unknown[])[]).map((values) => {
      const row: Record<string, unknown> = {}
      for (let i = 0; i < names.length; i++) row[names[i] as string] = values[i]
      return row
    })
}
