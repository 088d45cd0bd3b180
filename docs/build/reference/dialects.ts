import { type Condition, compileFilter, createTable, FilterError, not, type Schema } from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import type { Dialect } from 'tamis/dialect'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { show } from './values.ts'

interface Database {
  readonly name: string
  /** The SQL of a condition, its parameters in a comment; or why the dialect refuses it. */
  sql(condition: Condition, alias: string | undefined): string
  /** The lines of `CREATE TABLE` that define the columns of a field. */
  columns(schema: Schema, field: string): string
}

function orRefusal(compile: () => string): string {
  try {
    return compile()
  } catch (error) {
    if (error instanceof FilterError)
      return `-- refused: ${error.issues[0]?.message ?? error.message}`
    throw error
  }
}

const database = <Params>(name: string, dialect: Dialect<Params>): Database => ({
  name,
  sql: (condition, alias) =>
    orRefusal(() => {
      const { text, params } = compileFilter(condition, { dialect, ...(alias && { alias }) })
      return `${text}\n-- parameters: ${show(params)}`
    }),
  columns(schema, field) {
    const [create = ''] = createTable(schema, { dialect, table: 't' })
    const lines = create
      .split('\n')
      .filter((line) => /^\W*/.exec(line)?.[0].length && line.replace(/^\W*/, '').startsWith(field))
    return lines.map((line) => line.trim().replace(/,$/, '')).join('\n')
  },
})

const DATABASES: readonly Database[] = [
  database('SQLite', sqlite),
  database('PostgreSQL', postgres),
  database('MariaDB', mariadb),
  database('MySQL', mysql),
  database('DuckDB', duckdb),
  database('ClickHouse', clickhouse),
]

const tabs = (source: (database: Database) => string): string =>
  [
    '::: code-group',
    ...DATABASES.map((each) => `\`\`\`sql [${each.name}]\n${source(each)}\n\`\`\``),
    ':::',
  ].join('\n\n')

/**
 * A condition and its complement in the SQL of every dialect.
 *
 * @param alias - The table's name, which filters of related rows need.
 */
export const sqlOf = (condition: Condition, alias?: string): string =>
  tabs((each) =>
    [each.sql(condition, alias), `-- the other rows\n${each.sql(not(condition), alias)}`].join(
      '\n\n',
    ),
  )

/** The column of a field as `createTable` defines it in every dialect. */
export const columnsOf = (schema: Schema, field: string): string =>
  tabs((each) => each.columns(schema, field))
