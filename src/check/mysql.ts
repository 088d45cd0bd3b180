import { sql } from '../dialect/fragment.ts'
import { mysql } from '../dialect/mysql/index.ts'
import type { Ask } from './connection.ts'
import type { TableFacts, TableName, TypeFacts } from './facts.ts'
import { readWith, type Server } from './mysql-family.ts'
import type { Fact } from './records.ts'

const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', '0': '\0', Z: '\x1a' }

/** The catalog escapes quotes and backslashes of an expression, and prints it in brackets. */
const unescaped = (text: string): string =>
  text.replace(/\\([\s\S])/g, (_, letter: string) => ESCAPED[letter] ?? letter)

/** The catalog prints a constant without quotes. */
function defaultOf(text: string, column: Fact, type: TypeFacts): string {
  if (column.text('extra').includes('DEFAULT_GENERATED')) return unescaped(text)
  // A bit's is printed as one: b'1'.
  if (type.name === 'bit' || NUMBERS.has(type.name)) return text
  return `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
}

const NUMBERS = new Set([
  ...['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year'],
  ...['decimal', 'float', 'double'],
])

const server: Server = {
  engine: 'mysql',
  dialect: mysql,
  checks: (schema, table) => sql`
    SELECT t.TABLE_NAME AS table_of, c.CHECK_CLAUSE AS text
    FROM information_schema.CHECK_CONSTRAINTS c
    JOIN information_schema.TABLE_CONSTRAINTS t
      ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME
    WHERE t.TABLE_SCHEMA = ${schema} AND t.TABLE_NAME = ${table} AND t.CONSTRAINT_TYPE = 'CHECK'
      AND t.ENFORCED = 'YES'
    ORDER BY c.CONSTRAINT_NAME`,
  expression: unescaped,
  default: defaultOf,
  async padding(question) {
    const rows = await question(sql`SELECT COLLATION_NAME AS name FROM information_schema.COLLATIONS
      WHERE PAD_ATTRIBUTE = 'NO PAD'`)
    const without = new Set(rows.map((row) => row.text('name')))
    return (collation) => !without.has(collation)
  },
}

/** What a MySQL server, 8.0.16 or newer, says of a table. */
export const read = (ask: Ask, table: TableName): Promise<TableFacts> =>
  readWith(ask, table, server)
