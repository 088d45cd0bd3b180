/** MariaDB 10.6 or newer, by mysql2 and mariadb. What it shares with MySQL is in `mysql-family`. */

import type { Dialect } from '../dialect.ts'
import { sql } from '../fragment.ts'
import { mysqlFamily } from '../mysql-family/index.ts'
import { isRead, json, shortcuts } from './json.ts'

/** The dialect of MariaDB: `compileFilter(condition, { dialect: mariadb })`. */
export const mariadb: Dialect = mysqlFamily({
  name: 'mariadb',
  collation: sql`utf8mb4_nopad_bin`,
  document: sql`LONGTEXT COLLATE utf8mb4_nopad_bin`,
  // mariadb.com/kb/en/json-functions
  jsonDepth: 31,
  // mariadb.com/kb/en/decimal
  mostScale: 38,
  json,
  ifNotExists: { index: true, column: true },
  element: (column) => sql`JSON_EXTRACT(${column}, '$')`,
  exists: (query, negated) => (negated ? sql`NOT EXISTS (${query})` : sql`EXISTS (${query})`),
  unreachable: (key) =>
    key.startsWith('-') ? 'MariaDB reaches no key that begins with a hyphen' : undefined,
  isRead,
  shortcuts,
  // Nothing is less than NULL. Without the OR, rows are looked up by NULL alone, and all of them sorted;
  // with it, the index is read as a range, in the order of the primary key behind the column.
  nullAsRange: (value, condition) => sql`((${condition}) OR ${value} < NULL)`,
})
