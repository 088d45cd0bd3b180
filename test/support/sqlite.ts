import Database from 'libsql'
import {
  type Condition,
  compileFilter,
  compileQuery,
  createTable,
  insertRow,
  type Mapping,
  type Query,
  readRow,
  type Schema,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'

type Record = { readonly [column: string]: unknown }

/** A real table of an in-memory SQLite database, and what tamis asks of it. */
export class SqliteTable {
  readonly db = new Database(':memory:')
  readonly #schema: Schema
  readonly #mapping: Mapping | undefined
  readonly #read: (record: unknown) => unknown

  constructor(schema: Schema, mapping?: Mapping) {
    this.#schema = schema
    this.#mapping = mapping
    this.#read = readRow(schema, { dialect: sqlite, mapping })
    const target = { dialect: sqlite, table: 't', mapping }
    for (const statement of createTable(schema, target)) this.db.exec(statement)
  }

  insert(rows: Iterable<unknown>): void {
    const target = { dialect: sqlite, table: 't', mapping: this.#mapping }
    const insert = insertRow(this.#schema, target)
    this.db.exec('BEGIN')
    for (const row of rows) {
      for (const { text, params } of [insert(row)].flat()) this.db.prepare(text).run(...params)
    }
    this.db.exec('COMMIT')
  }

  clear(): void {
    this.db.exec('PRAGMA foreign_keys = ON')
    this.db.exec('DELETE FROM t')
  }

  /** The keys of a query's page, in its order. */
  keys(query: Query): unknown[] {
    return this.rows(query).map((row) => (row as Record)[this.#schema.key.name])
  }

  rows(query: Query): unknown[] {
    const { text, params } = compileQuery(query, {
      dialect: sqlite,
      table: 't',
      mapping: this.#mapping,
    })
    const records: unknown[] = this.db
      .prepare(text)
      .safeIntegers(true)
      .all(...params)
    return records.map(this.#read)
  }

  /** The keys of the rows that a condition is true of, in the order of the keys. */
  matching(condition: Condition): unknown[] {
    const { text, params } = compileFilter(condition, { dialect: sqlite, mapping: this.#mapping })
    const key = `"${this.#schema.key.name}"`
    return this.db
      .prepare(`SELECT ${key} AS k FROM t WHERE ${text} ORDER BY ${key}`)
      .all(...params)
      .map((record) => (record as Record).k)
  }
}
