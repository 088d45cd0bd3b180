import { sql } from '../dialect/fragment.ts'
import { didYouMean } from '../error/nearest.ts'
import type { EngineName, TableName } from './facts.ts'
import { MissingTable, type Question } from './records.ts'

/** Databases may have many more: a hint is not worth reading them all. */
const MOST_NAMES = sql`5000`

/** How many tables a message names. */
const MOST_NAMED = 10

/** The tables of the database that are not its own. */
const NAMES = {
  sqlite: sql`SELECT schema AS schema_of, name AS table_of FROM pragma_table_list
    WHERE substr(name, 1, 7) <> 'sqlite_' LIMIT ${MOST_NAMES}`,
  others: sql`SELECT table_schema AS schema_of, table_name AS table_of FROM information_schema.tables
    WHERE lower(table_schema) NOT IN
      ('information_schema', 'pg_catalog', 'mysql', 'performance_schema', 'sys', 'system')
    LIMIT ${MOST_NAMES}`,
} as const

/**
 * Adds to the error the table that was probably meant: one of that name elsewhere, or a near name. If
 * there is neither, it says which tables there are.
 */
export async function withHint(
  error: MissingTable,
  question: Question,
  engine: EngineName,
  { schema, name }: TableName,
): Promise<MissingTable> {
  // Without a hint, the error says what is wrong.
  const tables = await tablesOf(question, engine).catch(() => undefined)
  if (tables === undefined) return error
  const elsewhere = tables.find((table) => table.name === name && table.schema !== schema)
  if (elsewhere !== undefined) {
    const hint = `there is ${elsewhere.schema}.${name}`
    return new MissingTable(`${error.message} (${hint})`, elsewhere)
  }
  const near = tables.filter((table) => schema === undefined || table.schema === schema)
  const meant = didYouMean(
    name,
    near.map((table) => table.name),
  )
  return new MissingTable(`${error.message} (${meant ?? thereAre(tables, engine, MOST_NAMED)})`)
}

async function tablesOf(question: Question, engine: EngineName) {
  const rows = await question(engine === 'sqlite' ? NAMES.sqlite : NAMES.others)
  return rows.map((row) => ({ schema: row.text('schema_of'), name: row.text('table_of') }))
}

function thereAre(tables: readonly TableName[], engine: EngineName, most: number): string {
  if (tables.length === 0) return 'there are no tables'
  const names = tables.map(({ schema, name }) =>
    // What is not attached needs no schema in SQLite.
    schema === 'main' && engine === 'sqlite' ? name : `${schema}.${name}`,
  )
  const named = names.sort().slice(0, most)
  return `there ${names.length === 1 ? 'is' : 'are'} ${named.join(', ')}${names.length > most ? ', …' : ''}`
}

/** More of them are no help to choose one. */
const MOST_LISTED = 100

/** Which tables there are, as words: `there are app.people, app.orders`. */
export const listed = async (question: Question, engine: EngineName): Promise<string> =>
  thereAre(await tablesOf(question, engine), engine, MOST_LISTED)
