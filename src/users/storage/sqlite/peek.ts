import { type Engine, openEngine, type Require } from './engine.ts'

/**
 * A connection to an SQLite file in this process, for what takes microseconds: a round trip to the
 * process of SQLite takes a hundred. It runs no statement that could take long, because nothing here
 * could stop it.
 *
 * Only for a process in which nothing else opens the file: where another copy of SQLite does, either
 * of them would drop the other's POSIX locks (sqlite.org/howtocorrupt.html, 2.2.1).
 */
export class Peek {
  readonly #engine: Engine

  constructor(load: Require, file: string) {
    this.#engine = openEngine(load, file, 'read')
  }

  /**
   * A number that changes when any other connection commits; undefined if the file does not answer
   * at once.
   */
  version(): number | undefined {
    try {
      return Number(this.#engine.first('PRAGMA data_version', [])?.data_version)
    } catch {
      return undefined
    }
  }

  /** The rows of a SELECT that reads one row by its key; undefined if they cannot be read at once. */
  read({
    text,
    params,
  }: {
    readonly text: string
    readonly params: readonly unknown[]
  }): readonly unknown[] | undefined {
    try {
      const row = this.#engine.first(text, params)
      return row === undefined ? [] : [row]
    } catch {
      // The other connection reports what is wrong.
      return undefined
    }
  }

  close(): void {
    this.#engine.close()
  }
}
