import { sql } from '../dialect/fragment.ts'
import { mariadb } from '../dialect/mariadb/index.ts'
import type { Ask } from './connection.ts'
import type { TableFacts, TableName } from './facts.ts'
import { readWith, type Server } from './mysql-family.ts'

const server: Server = {
  engine: 'mariadb',
  dialect: mariadb,
  checks: (schema, table) => sql`
    SELECT TABLE_NAME AS table_of, CHECK_CLAUSE AS text,
      IF(LEVEL = 'Column', CONSTRAINT_NAME, NULL) AS column_of
    FROM information_schema.CHECK_CONSTRAINTS
    WHERE CONSTRAINT_SCHEMA = ${schema} AND TABLE_NAME = ${table} ORDER BY CONSTRAINT_NAME`,
  expression: (text) => text,
  // It is an expression already, and NULL where a column may have none.
  default: (text) => (text === 'NULL' ? undefined : text),
  // No catalog says it but by the name: mariadb.com/docs/server/reference/data-types/string-data-types/character-sets/supported-character-sets-and-collations
  padding: async () => (collation) => collation !== 'binary' && !collation.includes('nopad'),
}

/** What a MariaDB server, 10.6 or newer, says of a table. */
export const read = (ask: Ask, table: TableName): Promise<TableFacts> =>
  readWith(ask, table, server)
