/** What MariaDB and MySQL say of a table: their catalogs differ in little. */

import type { Dialect } from '../dialect/dialect.ts'
import { type Fragment, sql } from '../dialect/fragment.ts'
import type { Ask } from './connection.ts'
import type {
  CollationFacts,
  ColumnFacts,
  ForeignKeyFacts,
  IndexFacts,
  IndexKey,
  TableFacts,
  TableName,
  TypeFacts,
} from './facts.ts'
import { nullsSmallest, uniquesOf } from './indexes.ts'
import { definitionOf } from './mysql-definition.ts'
import {
  type Fact,
  groupBy,
  noTable,
  one,
  present,
  type Question,
  questionOf,
  settingsOf,
} from './records.ts'
import { bracketed, isSign, isWord, split, tokensOf } from './tokens.ts'

/** What the two servers differ in. */
export interface Server {
  readonly engine: 'mariadb' | 'mysql'
  readonly dialect: Dialect
  /** The checks of a table that are enforced, as rows of `table_of` and `text`; in MariaDB also `column_of`. */
  checks(schema: string, table: string): Fragment
  /** An expression, of what a catalog says. */
  expression(text: string): string
  /** The default of a column, as an expression; `text` is what the catalog says. */
  default(text: string, column: Fact, type: TypeFacts): string | undefined
  /** Which collations ignore blanks at the end. */
  padding(question: Question): Promise<(collation: string) => boolean>
}

/** What statements here are told. */
interface Site {
  readonly question: Question
  readonly server: Server
  readonly schema: string
  readonly name: string
}

/** Catalogs of some servers compare names without regard to case, where tables do not. */
const ofTable =
  (name: string) =>
  (row: Fact): boolean =>
    row.text('table_of') === name

async function find(question: Question, table: TableName): Promise<Fact> {
  const schema = table.schema === undefined ? sql`DATABASE()` : sql`${table.schema}`
  const rows = await question(sql`
    SELECT TABLE_SCHEMA AS schema_of, TABLE_NAME AS table_of, TABLE_TYPE AS type, ENGINE AS storage,
      @@lower_case_table_names AS folding
    FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${schema} AND TABLE_NAME = ${table.name}`)
  const [first] = rows
  const exact = rows.find(ofTable(table.name))
  return exact ?? (first && first.number('folding') > 0 ? first : noTable(table))
}

/** `varchar(20)`, `decimal(10,2) unsigned`, `enum('a','b')`. */
export function typeOf(name: string, text: string): TypeFacts {
  const tokens = tokensOf(text, { backslash: true })
  const open = tokens.findIndex((token) => isSign(token, '('))
  const given = open === -1 ? [] : split(bracketed(tokens, open).inside)
  const values = given.map((each) => each[0]?.value ?? '')
  const [first, second] = values.map(Number)
  const own = present<TypeFacts>({
    text,
    // Drivers return its values as texts with the zeros, which no kind reads.
    name: tokens.some((token) => isWord(token, 'zerofill')) ? `${name} zerofill` : name,
    unsigned: tokens.some((token) => isWord(token, 'unsigned')) ? true : undefined,
  })
  switch (name) {
    case 'enum':
    case 'set':
      return { ...own, members: values }
    case 'decimal':
    case 'float':
    case 'double':
      return present<TypeFacts>({ ...own, precision: first, scale: second })
    case 'time':
    case 'datetime':
    case 'timestamp':
      return { ...own, digits: first ?? 0 }
    default:
      return present<TypeFacts>({ ...own, length: first })
  }
}

/** The parts of a collation's name say it: dev.mysql.com/doc/refman/8.4/en/charset-collation-names.html */
export function collationOf(name: string, padsSpace: boolean): CollationFacts {
  const parts = name.split('_')
  const says = (part: string) => parts.includes(part)
  const isBinary = name === 'binary' || says('bin')
  const ignoresCase = isBinary || says('cs') ? false : says('ci') ? true : undefined
  // Where the name does not say whether accents count, they count where case does.
  const ignoresAccents = isBinary || says('as') ? false : says('ai') || ignoresCase
  return present<CollationFacts>({
    name,
    isBinary,
    isDeterministic: isBinary,
    ignoresCase,
    ignoresAccents,
    padsSpace,
  })
}

async function columnsOf(
  { question, server, schema, name }: Site,
  isTable: boolean,
  checks: readonly Fact[],
) {
  const rows = await question(sql`
    SELECT TABLE_NAME AS table_of, COLUMN_NAME AS name, COLUMN_DEFAULT AS default_text,
      IS_NULLABLE AS nullable, DATA_TYPE AS data_type, COLUMN_TYPE AS type_text,
      CHARACTER_SET_NAME AS charset_name, COLLATION_NAME AS collation_name, EXTRA AS extra,
      GENERATION_EXPRESSION AS generated_as, COLUMN_COMMENT AS comment
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${schema} AND TABLE_NAME = ${name}
    ORDER BY ORDINAL_POSITION`)
  const padsSpace = await server.padding(question)
  return rows.filter(ofTable(name)).map((row): ColumnFacts => {
    const type = typeOf(row.text('data_type').toLowerCase(), row.text('type_text'))
    const collation = row.maybe('collation_name')
    const written = row.maybe('default_text')
    const generated = row.maybe('generated_as')
    const facts = present<ColumnFacts>({
      name: row.text('name'),
      type,
      nullable: !isTable || row.is('nullable'),
      default: written === undefined ? undefined : server.default(written, row, type),
      generated: generated ? server.expression(generated) : undefined,
      identity: row.text('extra').includes('auto_increment') ? true : undefined,
      collation: collation === undefined ? undefined : collationOf(collation, padsSpace(collation)),
      charset: row.maybe('charset_name'),
    })
    if (!isTable) return facts
    const own = checks.filter((check) => check.maybe('column_of') === facts.name)
    const texts = own.map((check) => server.expression(check.text('text')))
    return { ...facts, definition: definitionOf(row, facts, texts) }
  })
}

/** The indexes, and whether the optimizer may use each. */
async function indexesOf({ question, server, schema, name }: Site) {
  // The two have columns of their own: EXPRESSION and IS_VISIBLE, or IGNORED.
  const rows = await question(sql`
    SELECT s.*, s.TABLE_NAME AS table_of, s.INDEX_NAME AS index_of FROM information_schema.STATISTICS s
    WHERE s.TABLE_SCHEMA = ${schema} AND s.TABLE_NAME = ${name}
    ORDER BY s.INDEX_NAME <> 'PRIMARY', s.INDEX_NAME, s.SEQ_IN_INDEX`)
  return [...groupBy(rows.filter(ofTable(name)), 'index_of')].map(([own, keys]) => {
    const method = keys[0]?.text('INDEX_TYPE').toLowerCase() ?? ''
    const index: IndexFacts = {
      name: own,
      keys: keys.map((row) => keyOf(row, method, server)),
      unique: keys[0]?.number('NON_UNIQUE') === 0,
      method,
    }
    const isHidden = keys[0]?.maybe('IS_VISIBLE') === 'NO' || keys[0]?.is('IGNORED') === true
    return { index, isHidden }
  })
}

function keyOf(row: Fact, method: string, server: Server): IndexKey {
  const direction = row.maybe('COLLATION') === 'D' ? 'desc' : 'asc'
  const expression = row.maybe('EXPRESSION')
  const length = row.maybe('SUB_PART')
  return present<IndexKey>({
    column: row.maybe('COLUMN_NAME'),
    expression: expression === undefined ? undefined : server.expression(expression),
    direction,
    ...(method === 'btree' ? nullsSmallest(direction) : {}),
    length: length === undefined ? undefined : Number(length),
  })
}

async function foreignKeysOf({ question, schema, name }: Site): Promise<ForeignKeyFacts[]> {
  const rows = await question(sql`
    SELECT TABLE_NAME AS table_of, CONSTRAINT_NAME AS constraint_of, COLUMN_NAME AS own,
      REFERENCED_TABLE_SCHEMA AS other_schema, REFERENCED_TABLE_NAME AS other,
      REFERENCED_COLUMN_NAME AS target
    FROM information_schema.KEY_COLUMN_USAGE
    WHERE TABLE_SCHEMA = ${schema} AND TABLE_NAME = ${name} AND REFERENCED_TABLE_NAME IS NOT NULL
    ORDER BY CONSTRAINT_NAME, ORDINAL_POSITION`)
  return [...groupBy(rows.filter(ofTable(name)), 'constraint_of').values()].map((keys) => ({
    columns: keys.map((row) => row.text('own')),
    references: {
      schema: keys[0]?.text('other_schema') ?? schema,
      table: keys[0]?.text('other') ?? '',
      columns: keys.map((row) => row.text('target')),
    },
  }))
}

const SETTINGS = sql`SHOW VARIABLES WHERE Variable_name IN (
  'check_constraint_checks', 'character_set_connection', 'collation_connection', 'div_precision_increment',
  'foreign_key_checks', 'lower_case_table_names', 'max_allowed_packet', 'max_sort_length',
  'sql_auto_is_null', 'sql_mode', 'time_zone')`

/** What a server says of a table. */
export async function readWith(
  ask: Ask,
  { schema: named, name: given }: TableName,
  server: Server,
): Promise<TableFacts> {
  const question = questionOf(ask, server.dialect)
  const found = await find(question, { schema: named, name: given })
  const schema = found.text('schema_of')
  const name = found.text('table_of')
  const site: Site = { question, server, schema, name }
  const isTable = !found.text('type').includes('VIEW')
  const indexes = await indexesOf(site)
  const all = indexes.map(({ index }) => index)
  const primary = all.find((index) => index.name === 'PRIMARY')
  const checks = isTable ? await question(server.checks(schema, name)) : []
  const session = await one(
    question,
    sql`SELECT version() AS version, @@session.time_zone AS zone, @@system_time_zone AS system_zone,
      (SELECT DEFAULT_CHARACTER_SET_NAME FROM information_schema.SCHEMATA
        WHERE SCHEMA_NAME = ${schema}) AS encoding`,
  )
  const zone = session.text('zone')
  return present<TableFacts>({
    engine: server.engine,
    version: session.text('version'),
    table: { schema, name },
    kind: isTable ? 'table' : 'view',
    columns: await columnsOf(site, isTable, checks),
    primaryKey: primary?.keys.flatMap(({ column }) => column ?? []) ?? [],
    // An index that is hidden from the optimizer refuses doubles all the same.
    uniques: uniquesOf(all, primary?.name),
    indexes: indexes.filter(({ isHidden }) => !isHidden).map(({ index }) => index),
    checks: checks.filter(ofTable(name)).map((row) => server.expression(row.text('text'))),
    foreignKeys: isTable ? await foreignKeysOf(site) : [],
    zone: zone === 'SYSTEM' ? session.text('system_zone') : zone,
    storage: found.maybe('storage'),
    encoding: session.text('encoding'),
    settings: settingsOf(await question(SETTINGS), 'Variable_name', 'Value'),
  })
}
