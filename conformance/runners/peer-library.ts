import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'
import type { FieldSpec, Row } from '../../test/conformance/suite.ts'
import { type Given, Unsupported } from './protocol.ts'

const require = createRequire(new URL('../peers/package.json', import.meta.url))

/** Loads a package of `conformance/peers`. */
// biome-ignore lint/suspicious/noExplicitAny: the libraries are not installed when types are checked.
export const load = async (name: string, entry = name): Promise<any> => {
  try {
    return require(name)
  } catch {
    return import(pathToFileURL(require.resolve(entry)).href)
  }
}

/** Finds the rows of a filter. */
export type Find = (filter: unknown) => readonly Row[] | Promise<readonly Row[]>

/** Loads a library; then, for each suite, gives what finds rows of it. */
export type Library = () => Promise<(suite: Given) => Find | Promise<Find>>

/** Gives fresh rows each time: some libraries write into them. */
export const copied = (rows: readonly Row[]): Row[] => structuredClone([...rows])

/** SQLite has no boolean type. */
export const stored = (value: unknown): unknown =>
  typeof value === 'boolean' ? Number(value) : value

/** The types of columns, by the kinds of fields. */
export const TYPES: Readonly<Record<string, string>> = {
  string: 'TEXT',
  boolean: 'INTEGER',
  integer: 'INTEGER',
  number: 'REAL',
}

/** Refuses fields that are in a document: for the libraries of tables, these are in a related table. */
export function requireColumns({ schema: { fields } }: Given): readonly string[] {
  const names = Object.keys(fields)
  if (names.some((name) => name.includes('.'))) {
    throw new Unsupported('a path is a column of a related table')
  }
  return names
}

/** The rows as a table has them: what is of another kind, or missing, is NULL. */
export const recordsOf = ({ rows, otherKind }: Given, names: readonly string[]): unknown[][] =>
  rows.map((row) => {
    const isOther = otherKind.includes(row.id)
    return names.map((name) => (isOther && name !== 'id' ? null : (row[name] ?? null)))
  })

/** A table `t` of the rows in SQLite, with a column for each field. */
export function fillTable(db: Database.Database, suite: Given): void {
  const names = requireColumns(suite)
  const columnOf = (name: string, { kind }: FieldSpec) => `"${name}" ${TYPES[kind]}`
  const columns = names.map((name) => columnOf(name, suite.schema.fields[name]!))
  db.exec(`CREATE TABLE t (${columns.join(', ')})`)
  const insert = db.prepare(`INSERT INTO t VALUES (${names.map(() => '?').join(', ')})`)
  for (const record of recordsOf(suite, names)) insert.run(...record.map(stored))
}

/** A database in memory with the table `t` of the rows. */
export function tableOf(suite: Given): Database.Database {
  const db = new Database(':memory:')
  fillTable(db, suite)
  return db
}

/** Refuses a filter with a word that a library does not document. */
export function refuseWords(filter: unknown, words: readonly string[]): void {
  if (typeof filter !== 'object' || filter === null) return
  for (const [key, value] of Object.entries(filter)) {
    if (words.includes(key)) throw new Unsupported(`no ${key}`)
    refuseWords(value, words)
  }
}
