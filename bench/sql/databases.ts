/**
 * The table `people` in four databases, as teams have it who wrote its DDL themselves: the types and
 * the collation that the database gives by default, and ordinary indexes of single columns.
 */

import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import type { Dialect, Mapping } from 'tamis'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import type { Connection } from '../../test/support/engines/engine.ts'
import { mariadb as mariadbServer } from '../../test/support/engines/mariadb.ts'
import { mysql as mysqlServer } from '../../test/support/engines/mysql.ts'
import { postgres as postgresServer } from '../../test/support/engines/postgres.ts'
import {
  type Explain,
  explainMysql,
  explainPostgres,
  explainSqlite,
} from '../../test/support/plans.ts'

/** How an expert writes what differs between the databases. */
export interface Spelling {
  /** `$1` or `?`. */
  placeholder(index: number): string
  readonly true: string
  readonly false: string
  /** A parameter as an instant: `2024-05-01T12:00:00Z`. */
  instant(text: string): string
  /** Whether `(a, b) < (?, ?)` is read from an index. */
  readonly comparesRows: boolean
  /** The list `teams` contains a parameter. */
  contains(parameter: string): string
  /** A key of the document `custom` is a text. */
  hasText(key: string, text: string): string
  /** A text contains `?`. */
  includes(column: string): string
}

/** The integers from 1 on, as `i`. */
export interface Numbers {
  readonly before: readonly string[]
  /** What stands before SELECT. */
  readonly with: string
  readonly from: string
}

export interface SqlDatabase {
  readonly name: string
  readonly dialect: Dialect
  readonly mapping: Mapping
  readonly explain: Explain
  readonly spelling: Spelling
  connect(): Promise<Connection>
  readonly version: string
  /** Statements that make the table `people`, with so many rows. */
  fill(rows: number): readonly string[]
  numbers(count: number): Numbers
  /** Statements that count what the planner goes by. */
  analyze(tables: readonly string[]): readonly string[]
}

/** The first instant of `created_at`; each row is half a minute younger. */
export const FIRST = Date.UTC(2020, 0, 1)

const INDEXED = [
  'name',
  'role',
  'status',
  'active',
  'age',
  'price',
  'created_at',
  'last_active',
] as const
const indexes = INDEXED.map((column) => `CREATE INDEX people_${column} ON people (${column})`)

/** What the columns of row `i` hold, but for the types that differ. */
const values = {
  email: `concat('user', i, '@example.com')`,
  // 17,576 beginnings of three letters.
  name: `concat(substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ', i * 17 % 26 + 1, 1), substr('abcdefghijklmnopqrstuvwxyz', (i - i % 26) / 26 % 26 + 1, 1), substr('abcdefghijklmnopqrstuvwxyz', (i - i % 676) / 676 % 26 + 1, 1), ' ', i)`,
  // One in a thousand is an owner.
  role: `CASE WHEN i % 1000 = 7 THEN 'owner' WHEN i % 4 = 0 THEN 'user' WHEN i % 4 = 1 THEN 'admin' WHEN i % 4 = 2 THEN 'guest' ELSE 'editor' END`,
  // The oldest rows alone are archived.
  status: `CASE WHEN i <= 5000 THEN 'archived' WHEN i % 3 = 0 THEN 'closed' ELSE 'open' END`,
  // Two in a hundred are not.
  active: 'i % 50 <> 0',
  age: '18 + i * 7 % 60',
  // In no order.
  scattered: 'i * 7919 % 1000000',
  custom: `concat('{"plan":"', CASE WHEN i % 10 = 0 THEN 'pro' ELSE 'free' END, '","color":"', CASE WHEN i % 500 = 3 THEN 'mauve' ELSE 'red' END, '","rank":', i % 1000, '}')`,
  team: `CASE i % 3 WHEN 0 THEN 'red' WHEN 1 THEN 'green' ELSE 'blue' END`,
}

const teams = `concat('["', ${values.team}, '"', CASE WHEN i % 1000 = 11 THEN ',"night"' ELSE '' END, ']')`

/** The SELECT of all rows. */
const select = (own: {
  readonly instant: (seconds: string) => string
  readonly teams: string
  readonly custom: string
  readonly from: string
}): string => `SELECT i, ${values.email}, ${values.name}, ${values.role}, ${values.status},
  ${values.active}, ${values.age}, (${values.scattered}) / 100.0, ${own.instant('i * 30')},
  CASE WHEN i % 5 = 0 THEN NULL ELSE ${own.instant(`${values.scattered} * 60`)} END,
  ${own.teams}, ${own.custom} FROM ${own.from}`

const recursive = (count: number): Numbers => ({
  before: [],
  with: `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) `,
  from: 'n',
})

const analyzeMysql = (tables: readonly string[]) => [`ANALYZE TABLE ${tables.join(', ')}`]

const mysqlSpelling = {
  placeholder: () => '?',
  true: '1',
  false: '0',
  instant: (text: string) => text.replace('T', ' ').replace('Z', ''),
  comparesRows: false,
  includes: (column: string) => `LOCATE(?, ${column}) > 0`,
}

const mysqlFill = (rows: string): readonly string[] => [
  `CREATE TABLE people (id BIGINT PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE,
    name VARCHAR(255) NOT NULL, role VARCHAR(20) NOT NULL, status VARCHAR(20) NOT NULL,
    active TINYINT(1) NOT NULL, age INT NOT NULL, price DECIMAL(10,2) NOT NULL,
    created_at DATETIME NOT NULL, last_active DATETIME, teams JSON NOT NULL, custom JSON NOT NULL)`,
  `INSERT INTO people ${rows}`,
  ...indexes,
  'ANALYZE TABLE people',
]

const mysqlInstant = (seconds: string) => `TIMESTAMPADD(SECOND, ${seconds}, '2020-01-01 00:00:00')`

const MYSQL_MAPPING = {
  active: { type: 'tinyint(1)' },
  age: { type: 'int' },
  price: { type: 'decimal(10,2)' },
} as const

export const DATABASES: readonly SqlDatabase[] = [
  {
    name: 'PostgreSQL',
    dialect: postgres,
    mapping: {
      age: { type: 'integer' },
      price: { type: 'numeric(10,2)' },
      custom: { jsonIndex: 'gin' },
    },
    explain: explainPostgres,
    spelling: {
      placeholder: (index) => `$${index}`,
      true: 'true',
      false: 'false',
      instant: (text) => text,
      comparesRows: true,
      contains: (parameter) => `teams @> ARRAY[${parameter}]`,
      hasText: (key, text) => `custom @> '{"${key}":"${text}"}'`,
      includes: (column) => `${column} LIKE '%' || ? || '%'`,
    },
    connect: () => postgresServer.connect(),
    numbers: (count) => ({
      before: [],
      with: '',
      from: `generate_series(1::bigint, ${count}) AS i`,
    }),
    analyze: (tables) => [`VACUUM ANALYZE ${tables.join(', ')}`],
    version: 'SHOW server_version',
    fill: (rows) => [
      `CREATE TABLE people (id bigint PRIMARY KEY, email text NOT NULL UNIQUE,
        name text NOT NULL, role text NOT NULL, status text NOT NULL, active boolean NOT NULL,
        age integer NOT NULL, price numeric(10,2) NOT NULL, created_at timestamptz NOT NULL,
        last_active timestamptz, teams text[] NOT NULL, custom jsonb NOT NULL)`,
      `INSERT INTO people ${select({
        instant: (seconds) =>
          `timestamptz '2020-01-01 00:00:00Z' + ${seconds} * interval '1 second'`,
        teams: `CASE WHEN i % 1000 = 11 THEN ARRAY[${values.team}, 'night'] ELSE ARRAY[${values.team}] END`,
        custom: `${values.custom}::jsonb`,
        from: `generate_series(1, ${rows}) AS i`,
      })
        .replaceAll('i * 7919', 'i::bigint * 7919')
        .replaceAll(/substr\(('\w+'), (.*?) \+ 1, 1\)/g, 'substr($1, ($2)::integer + 1, 1)')}`,
      ...indexes,
      'CREATE INDEX people_teams ON people USING gin (teams)',
      'CREATE INDEX people_custom ON people USING gin (custom)',
      'VACUUM ANALYZE people',
    ],
  },
  {
    name: 'MariaDB',
    dialect: mariadb,
    mapping: {
      ...MYSQL_MAPPING,
      ...collated('utf8mb4_general_ci'),
    },
    explain: explainMysql,
    spelling: {
      ...mysqlSpelling,
      contains: (parameter) => `JSON_CONTAINS(teams, JSON_QUOTE(${parameter}))`,
      hasText: (key, text) => `JSON_VALUE(custom, '$.${key}') = '${text}'`,
    },
    connect: () => mariadbServer.connect(),
    numbers: (count) => ({
      before: [],
      with: '',
      from: `(SELECT seq AS i FROM seq_1_to_${count}) AS numbers`,
    }),
    analyze: analyzeMysql,
    version: 'SELECT version()',
    fill: (rows) =>
      mysqlFill(
        select({
          instant: mysqlInstant,
          teams,
          custom: values.custom,
          from: `(SELECT seq AS i FROM seq_1_to_${rows}) AS numbers`,
        }),
      ),
  },
  {
    name: 'MySQL',
    dialect: mysql,
    mapping: {
      ...MYSQL_MAPPING,
      ...collated('utf8mb4_0900_ai_ci'),
    },
    explain: explainMysql,
    spelling: {
      ...mysqlSpelling,
      contains: (parameter) => `${parameter} MEMBER OF (teams)`,
      hasText: (key, text) => `custom->>'$.${key}' = '${text}'`,
    },
    connect: () => mysqlServer.connect(),
    numbers: (count) => ({
      ...recursive(count),
      before: [`SET SESSION cte_max_recursion_depth = ${count + 1}`],
    }),
    analyze: analyzeMysql,
    version: 'SELECT version()',
    fill: (rows) => [
      `SET SESSION cte_max_recursion_depth = ${rows + 1}`,
      ...mysqlFill(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) ${select(
          {
            instant: mysqlInstant,
            teams,
            custom: values.custom,
            from: 'n',
          },
        )}`,
      ),
    ],
  },
  {
    name: 'SQLite',
    dialect: sqlite,
    mapping: {},
    explain: explainSqlite,
    spelling: {
      placeholder: () => '?',
      true: '1',
      false: '0',
      instant: (text) => text,
      comparesRows: true,
      contains: (parameter) =>
        `EXISTS (SELECT 1 FROM json_each(teams) AS team WHERE team.value = ${parameter})`,
      hasText: (key, text) => `custom->>'$.${key}' = '${text}'`,
      includes: (column) => `instr(${column}, ?) > 0`,
    },
    connect: openSqlite,
    numbers: recursive,
    analyze: () => ['ANALYZE'],
    version: 'SELECT sqlite_version()',
    fill: (rows) => [
      `CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        role TEXT NOT NULL, status TEXT NOT NULL, active INTEGER NOT NULL, age INTEGER NOT NULL,
        price REAL NOT NULL, created_at TEXT NOT NULL, last_active TEXT, teams TEXT NOT NULL,
        custom TEXT NOT NULL)`,
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
       INSERT INTO people ${select({
         instant: (seconds) =>
           `strftime('%Y-%m-%dT%H:%M:%SZ', ${FIRST / 1000} + ${seconds}, 'unixepoch')`,
         teams,
         custom: values.custom,
         from: 'n',
       })}`,
      ...indexes,
      'ANALYZE',
    ],
  },
]

/** The collation that the server gives to texts. */
function collated(collation: string): Mapping {
  const texts = ['email', 'name', 'role', 'status']
  return Object.fromEntries(texts.map((name) => [name, { collation }]))
}

/** A file, as people have it, and not memory. */
async function openSqlite(): Promise<Connection> {
  const file = join(tmpdir(), `tamis-bench-${process.pid}.db`)
  const db = new Database(file)
  // As drivers of servers do, which have several megabytes.
  db.exec('PRAGMA journal_mode = WAL')
  db.exec('PRAGMA cache_size = -65536')
  return {
    exec: async (text) => void db.exec(text),
    run: async ({ text, params }) => void db.prepare(text).run(...(params as unknown[])),
    all: async ({ text, params }) =>
      db
        .prepare(text)
        .safeIntegers(true)
        .all(...(params as unknown[])) as Record<string, unknown>[],
    async close() {
      db.close()
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
    },
  }
}
