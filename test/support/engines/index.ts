import { clickhouse } from './clickhouse.ts'
import { duckdb } from './duckdb.ts'
import type { Engine } from './engine.ts'
import { mariadb } from './mariadb.ts'
import { mysql } from './mysql.ts'
import { pglite, postgres } from './postgres.ts'
import { sqlite } from './sqlite.ts'

/** Every engine that the promise is held against. */
export const engines: readonly Engine[] = [
  sqlite,
  postgres,
  pglite,
  mariadb,
  mysql,
  duckdb,
  clickhouse,
]
