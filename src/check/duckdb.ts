import { duckdb } from '../dialect/duckdb/index.ts'
import { sql } from '../dialect/fragment.ts'
import type { Ask } from './connection.ts'
import { readIndexText, readTableText, type TextOfColumn } from './create-text.ts'
import type {
  CollationFacts,
  ColumnFacts,
  IndexFacts,
  IndexKey,
  TableFacts,
  TableName,
  TypeFacts,
} from './facts.ts'
import { uniquesOf } from './indexes.ts'
import {
  type Fact,
  noTable,
  one,
  present,
  type Question,
  questionOf,
  settingsOf,
} from './records.ts'
import { bracketed, isSign, outer, split, type Token, tokensOf, written } from './tokens.ts'

// Statements say ASC: the setting default_order may say otherwise.

/** A name is found in the temporary tables first, then along the search path. */
async function find(question: Question, table: TableName): Promise<Fact> {
  const schema =
    table.schema === undefined
      ? sql`list_contains(current_schemas(true), schema_name)`
      : sql`lower(schema_name) = lower(${table.schema})`
  const [found] = await question(sql`
    FROM (
      SELECT database_name, schema_name, table_name AS name, sql AS text, TRUE AS is_table
      FROM duckdb_tables()
      UNION ALL
      SELECT database_name, schema_name, view_name, NULL, FALSE FROM duckdb_views()
    )
    SELECT *
    WHERE lower(name) = lower(${table.name}) AND ${schema}
      AND database_name IN ('temp', current_database())
    ORDER BY database_name <> 'temp' ASC, list_position(current_schemas(true), schema_name) ASC`)
  return found ?? noTable(table)
}

/** The digits of the second of each type of times. */
const DIGITS: Readonly<Record<string, number>> = {
  time: 6,
  time_ns: 9,
  'time with time zone': 6,
  timestamp: 6,
  timestamp_s: 0,
  timestamp_ms: 3,
  timestamp_ns: 9,
  'timestamp with time zone': 6,
}

/** `DECIMAL(10,2)`, `VARCHAR[]`, `ENUM('a', 'b')`, `TIMESTAMP WITH TIME ZONE`. */
function typeOf(text: string, tokens: readonly Token[] = tokensOf(text)): TypeFacts {
  const own = written(text, tokens)
  const last = outer(tokens).at(-1) ?? 0
  if (isSign(tokens[last], '[')) {
    return { text: own, name: 'array', element: typeOf(text, tokens.slice(0, last)) }
  }
  const open = tokens.findIndex((token) => isSign(token, '('))
  const words = open === -1 ? tokens : tokens.slice(0, open)
  const name = words.map(({ value }) => value.toLowerCase()).join(' ')
  const given = open === -1 ? [] : split(bracketed(tokens, open).inside)
  const values = given.map((each) => each[0]?.value ?? '')
  switch (name) {
    case 'enum':
      return { text: own, name, members: values }
    case 'decimal':
      return { text: own, name, precision: Number(values[0]), scale: Number(values[1]) }
    default:
      return present<TypeFacts>({ text: own, name, digits: DIGITS[name] })
  }
}

/** duckdb.org/docs/stable/sql/expressions/collations: names are combined with dots. */
function collationOf(name: string): CollationFacts {
  const parts = name.toLowerCase().split('.')
  const isBinary = parts.every((part) => ['', 'binary', 'c', 'posix'].includes(part))
  return {
    name: name === '' ? 'binary' : name,
    isBinary,
    isDeterministic: isBinary,
    ignoresCase: parts.includes('nocase'),
    ignoresAccents: parts.includes('noaccent'),
    padsSpace: false,
  }
}

const isText = ({ name, element }: TypeFacts): boolean =>
  element === undefined ? name === 'varchar' : isText(element)

interface Column {
  readonly row: Fact
  readonly text: TextOfColumn | undefined
  /** The collation of columns that name none. */
  readonly collation: string
  readonly isTable: boolean
}

function columnOf({ row, text, collation, isTable }: Column): ColumnFacts {
  const type = typeOf(row.text('type'))
  const written = row.maybe('expression')
  const isGenerated = text?.generated !== undefined
  return present<ColumnFacts>({
    name: row.text('name'),
    type,
    nullable: !isTable || row.is('nullable'),
    default: isGenerated ? undefined : written,
    generated: text?.generated,
    identity: !isGenerated && written?.startsWith('nextval(') ? true : undefined,
    collation: isText(type) && text ? collationOf(text.collation ?? collation) : undefined,
    definition: text?.definition,
  })
}

/** An ART index gives no order. */
const keyOf = (key: Pick<IndexKey, 'column' | 'expression'>): IndexKey => ({
  ...key,
  direction: 'asc',
})

function indexOf(row: Fact): IndexFacts {
  const { terms } = readIndexText(row.text('text'), {})
  return {
    name: row.text('name'),
    keys: terms.map(({ column, expression }) =>
      keyOf(column === undefined ? { expression } : { column }),
    ),
    unique: row.is('is_unique'),
    method: 'art',
  }
}

/** A key is kept in an index, which only the catalog of constraints names. */
const indexOfKey = (row: Fact): IndexFacts => ({
  name: row.text('name'),
  keys: row.list('columns').map((column) => keyOf({ column })),
  unique: true,
  method: 'art',
})

const SETTINGS = sql`SELECT name, value FROM duckdb_settings() WHERE name IN (
  'Calendar', 'TimeZone', 'default_collation', 'default_null_order', 'default_order',
  'ieee_floating_point_ops', 'integer_division', 'old_implicit_casting')`

/** What a DuckDB database, 1.1 or newer, says of a table. */
export async function read(ask: Ask, table: TableName): Promise<TableFacts> {
  const question = questionOf(ask, duckdb)
  const found = await find(question, table)
  const schema = found.text('schema_name')
  const name = found.text('name')
  const isTable = found.is('is_table')
  const isIt = sql`database_name = ${found.text('database_name')} AND schema_name = ${schema}
    AND table_name = ${name}`
  const settings = settingsOf(await question(SETTINGS))
  const text = readTableText(found.maybe('text') ?? '', {})
  const columns = await question(sql`
    SELECT column_name AS name, data_type AS type, is_nullable AS nullable,
      column_default AS expression
    FROM duckdb_columns() WHERE ${isIt} ORDER BY column_index ASC`)
  const constraints = await question(sql`
    SELECT lower(constraint_type) AS type, constraint_name AS name, expression, referenced_table AS other,
      CAST(to_json(constraint_column_names) AS VARCHAR) AS columns,
      CAST(to_json(referenced_column_names) AS VARCHAR) AS targets
    FROM duckdb_constraints() WHERE ${isIt} ORDER BY constraint_index ASC`)
  const of = (type: string) => constraints.filter((row) => row.text('type') === type)
  const [primary] = of('primary key').map(indexOfKey)
  const indexes = [
    ...(primary === undefined ? [] : [primary]),
    ...of('unique').map(indexOfKey),
    ...(
      await question(sql`SELECT index_name AS name, is_unique, sql AS text FROM duckdb_indexes()
        WHERE ${isIt} ORDER BY index_name ASC`)
    ).map(indexOf),
  ]
  const version = await one(question, sql`SELECT version() AS version`)
  return {
    engine: 'duckdb',
    version: version.text('version'),
    table: { schema, name },
    kind: isTable ? 'table' : 'view',
    columns: columns.map((row, at) =>
      columnOf({
        row,
        text: isTable ? text.columns[at] : undefined,
        collation: settings.default_collation ?? '',
        isTable,
      }),
    ),
    primaryKey: primary?.keys.flatMap(({ column }) => column ?? []) ?? [],
    uniques: uniquesOf(indexes, primary?.name),
    indexes,
    checks: of('check').map((row) => row.text('expression')),
    foreignKeys: of('foreign key').map((row) => ({
      columns: row.list('columns'),
      references: { schema, table: row.text('other'), columns: row.list('targets') },
    })),
    // Only the extension icu has time zones, and a setting for them.
    zone: settings.TimeZone,
    encoding: 'UTF-8',
    settings,
  }
}
