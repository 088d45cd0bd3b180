import { clickhouse } from '../dialect/clickhouse/index.ts'
import type { Dialect } from '../dialect/dialect.ts'
import { duckdb } from '../dialect/duckdb/index.ts'
import { mariadb } from '../dialect/mariadb/index.ts'
import { mysql } from '../dialect/mysql/index.ts'
import { postgres } from '../dialect/postgres/index.ts'
import { sqlite } from '../dialect/sqlite/index.ts'
import type { Params } from './connection.ts'
import type { EngineName, TableFacts } from './facts.ts'
import type { Quoting } from './tokens.ts'

/** The dialect that each database speaks. */
export const DIALECTS: Readonly<Record<EngineName, Dialect<Params>>> = {
  sqlite,
  postgres,
  mariadb,
  mysql,
  duckdb,
  clickhouse,
}

/** How each database quotes in the SQL text that its catalog holds. */
export const QUOTING: Readonly<Record<EngineName, Quoting>> = {
  sqlite: { brackets: true },
  postgres: {},
  mariadb: { backslash: true },
  mysql: { backslash: true },
  duckdb: {},
  clickhouse: { backslash: true },
}

/** Whether names that differ in case alone are one. */
const FOLDS: ReadonlySet<EngineName> = new Set(['sqlite', 'mariadb', 'mysql', 'duckdb'])

export const isSameName = (engine: EngineName, a: string, b: string): boolean =>
  a === b || (FOLDS.has(engine) && a.toLowerCase() === b.toLowerCase())

export const isMysqlFamily = ({ engine }: Pick<TableFacts, 'engine'>): boolean =>
  engine === 'mysql' || engine === 'mariadb'
