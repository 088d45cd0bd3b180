/**
 * MySQL 8.0.22 or newer, by mysql2 and mariadb. What it shares with MariaDB is in `mysql-family`.
 *
 * Since 8.0.22 a parameter has the type of the expression that it is compared with: dev.mysql.com/doc/refman/8.0/en/prepare.html.
 * Before it had the driver's, and mysql2 sends long integers as text, which are compared as doubles.
 */

import type { Dialect } from '../dialect.ts'
import { sql } from '../fragment.ts'
import { mysqlFamily } from '../mysql-family/index.ts'
import { not } from '../syntax.ts'
import { AND } from '../values.ts'
import { isRead, json } from './json.ts'

const NO_TABLE = sql`/*+ NO_SEMIJOIN(MATERIALIZATION) */ `

/** The dialect of MySQL: `compileFilter(condition, { dialect: mysql })`. */
export const mysql: Dialect = mysqlFamily({
  name: 'mysql',
  collation: sql`utf8mb4_0900_bin`,
  document: sql`JSON`,
  // dev.mysql.com/doc/refman/8.0/en/json.html
  jsonDepth: 100,
  // dev.mysql.com/doc/refman/8.0/en/fixed-point-types.html
  mostScale: 30,
  json,
  isRead,
  ifNotExists: { index: false, column: false },
  element: (column) => column,
  doubleList: (double) => sql`CONCAT(JSON_ARRAY(${double}))`,
  unreachable: () => undefined,
  // As a comparison it is evaluated for each row. Where EXISTS stands alone, 9.7 may make a semijoin
  // of it and materialise it once, for it forgets that JSON_TABLE depends on the row: every row, or
  // none, is found then.
  exists: (query, negated) => sql`EXISTS (${query}) = ${negated ? sql`0` : sql`1`}`,
  // Of rows without such a related row, the one of each is looked up by its key: 9.7 would make a table
  // of all that there are first, 28,000 for a page of 30. Other programs read the hint as a comment:
  // dev.mysql.com/doc/refman/8.0/en/optimizer-hints.html
  hasRelated({ isMany, from, isRelated, condition }, negated) {
    const hint = negated && !isMany ? NO_TABLE : sql``
    return not(
      sql`EXISTS (SELECT ${hint}1 FROM ${from} WHERE ${isRelated}${AND}${condition})`,
      negated,
    )
  },
})
