import { sql } from '../dialect/fragment.ts'
import { didYouMean } from '../error/nearest.ts'
import type { EngineName, TableName } from './facts.ts'
import { MissingTable, type Question } from './records.ts'

/** Databases may have many more: a hint is not worth reading them all. */
const MOST_NAMES = sql`5000`

/** The tables of the database that are not its own. */
const NAMES = {
  sqlite: sql`SELECT schema AS schema_of, name AS table_of FROM pragma_table_list
    WHERE substr(name, 1, 7) <> 'sqlite_' LIMIT ${MOST_NAMES}`,
  others: sql`SELECT table_schema AS schema_of, table_name AS table_of FROM information_schema.tables
    WHERE lower(table_schema) NOT IN
      ('information_schema', 'pg_catalog', 'mysql', 'performance_schema', 'sys', 'system')
    LIMIT ${MOST_NAMES}`,
} as const

/** Adds to the error the table that was probably meant: one of that name elsewhere, or a near name. */
export async function withHint(
  error: MissingTable,
  question: Question,
  engine: EngineName,
  { schema, name }: TableName,
): Promise<MissingTable> {
  // Without a hint, the error says what is wrong.
  const rows = await question(engine === 'sqlite' ? NAMES.sqlite : NAMES.others).catch(() => [])
  const tables = rows.map((row) => ({ schema: row.text('schema_of'), name: row.text('table_of') }))
  const elsewhere = tables.find((table) => table.name === name && table.schema !== schema)
  if (elsewhere !== undefined) {
    const hint = `there is ${elsewhere.schema}.${name}`
    return new MissingTable(`${error.message} (${hint})`, elsewhere)
  }
  const near = tables.filter((table) => schema === undefined || table.schema === schema)
  const hint = didYouMean(
    name,
    near.map((table) => table.name),
  )
  return hint === undefined ? error : new MissingTable(`${error.message} (${hint})`)
}
