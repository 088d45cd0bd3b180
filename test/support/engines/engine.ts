import type { CompiledQuery, Dialect, Parameter, Statement } from 'tamis'

/** Parameters as a dialect makes them: a list, or for ClickHouse an object. */
export type Params = readonly Parameter[] | Readonly<Record<string, Parameter>>

export type SomeStatement = Statement<Params>
export type SomeQuery = CompiledQuery<Params>

/** A connection to a real database, with nothing of its own in it. */
export interface Connection {
  /** Runs statements without parameters. */
  exec(text: string): Promise<void>
  run(statement: SomeStatement): Promise<void>
  all(statement: SomeStatement): Promise<Record<string, unknown>[]>
  /** The same with the parameters as literals in the text, where a driver or the database writes these. */
  allInlined?(statement: SomeStatement): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

/** A database that the tests know how to reach. */
export interface Engine {
  readonly name: string
  readonly dialect: Dialect<Params>
  /** What installs or starts it, for the message that says that it did not run. */
  readonly needs: string
  /** Whether a mapping may have side tables, columns of other storages, and what else it may not. */
  readonly features: Features
  /** Throws if it cannot be reached. */
  connect(): Promise<Connection>
  /** The text of the version. */
  version(connection: Connection): Promise<string>
}

export interface Features {
  readonly sideTables: boolean
  readonly storages: readonly string[]
  /** Whether a name can be any text that is not empty. */
  readonly anyName: boolean
  /** Whether a key of a JSON column can have an index. */
  readonly jsonIndexes: boolean
  /** How long a text may be that is sorted by. */
  readonly longestSorted?: number
  /** Whether a key of a JSON column, by its path, is refused when it is compiled. */
  readonly refuses?: (path: string) => boolean
  /** Whether text in JSON can be sorted by. */
  readonly sortsJsonText?: false
}

/** A name of its own for each process, so that test files can run at once. */
export const scratchName = `tamis_${process.pid}`
