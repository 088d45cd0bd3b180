import { compileQuery } from '../compile/sql.ts'
import { clickhouse } from '../dialect/clickhouse/index.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { duckdb } from '../dialect/duckdb/index.ts'
import { mariadb } from '../dialect/mariadb/index.ts'
import { mysql } from '../dialect/mysql/index.ts'
import { postgres } from '../dialect/postgres/index.ts'
import { sqlite } from '../dialect/sqlite/index.ts'
import { Mistake } from './mistake.ts'
import { toJson } from './output.ts'
import { type QueryOptions, queryOf } from './query-options.ts'
import { write } from './sink.ts'

const DIALECTS: ReadonlyMap<string, Dialect<unknown>> = new Map(
  Object.entries({ sqlite, postgres, mariadb, mysql, duckdb, clickhouse }),
)

/** For help and messages. */
export const DIALECT_NAMES = [...DIALECTS.keys()].join(', ')

/** Prints the SQL of a query, and its parameters. */
export async function printSql(
  options: QueryOptions & { dialect: string; table: string; json?: true },
): Promise<void> {
  const { query, mapping } = await queryOf(options)
  const dialect = DIALECTS.get(options.dialect)
  if (dialect === undefined) {
    throw new Mistake(`--dialect: expected one of ${DIALECT_NAMES}, received ${options.dialect}`)
  }
  const { text, params } = compileQuery(query, { dialect, table: options.table, mapping })
  await write(options.json ? `${toJson({ text, params })}\n` : `${text}\n-- ${toJson(params)}\n`)
}
