import { type Engine, openEngine, type Require } from './engine.ts'

const STRICT = new TextDecoder('utf-8', { fatal: true })

/**
 * The bytes of a text that a statement gives as a BLOB; undefined where they are not UTF-8. libsql
 * aborts the process when it makes a string of such a TEXT, which this process must survive.
 */
export function utf8Of(blob: unknown): Uint8Array | undefined {
  if (!(blob instanceof Uint8Array)) return undefined
  try {
    STRICT.decode(blob)
    return blob
  } catch {
    return undefined
  }
}

/** The most statements whose form with BLOBs is kept. */
const MOST_TEXTS = 200

interface PeekedStatement {
  readonly text: string
  readonly params: readonly unknown[]
}

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
  readonly #texts = new Map<string, string>()

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

  /**
   * The rows of a SELECT that reads one row by its key, its texts as strings; undefined if they cannot be
   * read at once, or are not UTF-8.
   */
  read({ text, params }: PeekedStatement): readonly unknown[] | undefined {
    const rows = this.readBytes({ text: this.#withBytes(text), params })
    const [row] = rows ?? []
    if (row === undefined) return rows
    const record: Record<string, unknown> = {}
    for (const [name, value] of Object.entries(row)) {
      const bytes = value instanceof Uint8Array ? utf8Of(value) : undefined
      if (value instanceof Uint8Array && bytes === undefined) return undefined
      record[name] = bytes === undefined ? value : STRICT.decode(bytes)
    }
    return [record]
  }

  /** The same for a SELECT whose texts are BLOBs already. */
  readBytes({ text, params }: PeekedStatement): readonly object[] | undefined {
    try {
      const row = this.#engine.first(text, params)
      return row === undefined ? [] : [row]
    } catch {
      // The other connection reports what is wrong.
      return undefined
    }
  }

  /** The statement with its texts as BLOBs; made once for each statement. */
  #withBytes(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    const columns = this.#engine.columns(text).map((name) => {
      const quoted = `"${name.replaceAll('"', '""')}"`
      return `CASE typeof(${quoted}) WHEN 'text' THEN CAST(${quoted} AS BLOB) ELSE ${quoted} END AS ${quoted}`
    })
    const made = `SELECT ${columns.join(', ')} FROM (${text})`
    if (this.#texts.size >= MOST_TEXTS) this.#texts.clear()
    this.#texts.set(text, made)
    return made
  }

  /** The first row of a SELECT that reads little; undefined if there is none, or not at once. */
  first(statement: PeekedStatement): Readonly<Record<string, unknown>> | undefined {
    try {
      return this.#engine.first(statement.text, statement.params)
    } catch {
      return undefined
    }
  }

  close(): void {
    this.#engine.close()
  }
}
