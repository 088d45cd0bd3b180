/** The columns of a Drizzle table as `readFacts` says them of the one in the database. */

import type { Column } from 'drizzle-orm'
import type { CollationFacts, ColumnFacts, EngineName, TypeFacts } from '../check/facts.ts'
import { collationOf as mysqlCollation, typeOf as mysqlType } from '../check/mysql-family.ts'
import { present } from '../check/records.ts'
import { collationOf as sqliteCollation, typeOf as sqliteType } from '../check/sqlite.ts'
import { declaredName } from '../check/type-names.ts'
import { argumentOf, type DeclaredType, readType } from '../dialect/declared-type.ts'

/** The databases of Drizzle's dialects. */
export type Engine = Extract<EngineName, 'sqlite' | 'postgres' | 'mysql' | 'mariadb'>

export interface ColumnContext {
  readonly engine: Engine
  /** The collation of texts that name none. */
  readonly collation: string
}

/** What follows the type in the text of a custom one. */
const COLLATE = /\s+collate\s+["`]?([\w.-]+)["`]?\s*$/i
const CHARACTER_SET = /\s+(?:character set|charset)\s+\w+/i

/** PostgreSQL: the enumerated type of a column, or of an array's elements. */
interface EnumOf {
  readonly schema: string | undefined
  readonly name: string
  readonly members: readonly string[]
}

function enumOf(column: Column): EnumOf | undefined {
  const own: unknown = Reflect.get(column, 'enum')
  if (typeof own !== 'function') return undefined
  const name: unknown = Reflect.get(own, 'enumName')
  const schema: unknown = Reflect.get(own, 'schema')
  if (typeof name !== 'string') return undefined
  return {
    name,
    schema: typeof schema === 'string' ? schema : undefined,
    members: column.enumValues ?? [],
  }
}

/** Of an array, the column that its elements would have. */
export function elementOf(column: Column): Column | undefined {
  const base: unknown = Reflect.get(column, 'baseColumn')
  return isColumn(base) ? base : undefined
}

const isColumn = (value: unknown): value is Column =>
  typeof value === 'object' && value !== null && 'columnType' in value

const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`

/** How PostgreSQL prints types, by the names that it has for them itself. */
const PRINTED: Readonly<Record<string, string>> = {
  bool: 'boolean',
  bpchar: 'character',
  float4: 'real',
  float8: 'double precision',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  varchar: 'character varying',
}

/** `numeric(10, 2)` as the database prints it, without a space. */
function printedType(name: string, { args }: DeclaredType): string {
  const [first = '', ...rest] = (PRINTED[name] ?? name).split(' ')
  if (args.length === 0) return [first, ...rest].join(' ')
  const parameters = `(${args.join(',')})`
  return name.startsWith('timestamp')
    ? [`${first}${parameters}`, ...rest].join(' ')
    : `${[first, ...rest].join(' ')}${parameters}`
}

function postgresType(column: Column, text: string): TypeFacts {
  const element = elementOf(column)
  if (element !== undefined) {
    const own = postgresType(element, element.getSQLType())
    return { text: `${own.text}[]`, name: 'array', element: own }
  }
  const own = enumOf(column)
  if (own !== undefined) {
    const { schema, name, members } = own
    const printed = schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
    return present<TypeFacts>({ text: printed, name, schema, members })
  }
  const declared = readType(text)
  const { name } = declaredName('postgres', declared)
  const first = argumentOf(declared, 0)
  const shared = { text: printedType(name, declared), name }
  switch (name) {
    case 'numeric':
      return present<TypeFacts>({ ...shared, precision: first, scale: argumentOf(declared, 1) })
    case 'timestamp':
    case 'timestamptz':
      return { ...shared, digits: first ?? 6 }
    case 'bpchar':
      return { ...shared, text: `character(${first ?? 1})`, length: first ?? 1 }
    default:
      return present<TypeFacts>({ ...shared, length: first })
  }
}

/** Other names of types, for the one that the catalog has. */
const MYSQL_TYPES: Readonly<Record<string, string>> = {
  boolean: 'tinyint(1)',
  char: 'char(1)',
  decimal: 'decimal(10,0)',
  'decimal unsigned': 'decimal(10,0) unsigned',
  real: 'double',
  serial: 'bigint unsigned',
}

function mysqlFamilyType(engine: Engine, column: Column, text: string): TypeFacts {
  const members = column.columnType.startsWith('MySqlEnum') ? column.enumValues : undefined
  if (members !== undefined) return { text: 'enum', name: 'enum', members }
  const known = MYSQL_TYPES[text.toLowerCase()] ?? text.toLowerCase()
  // What MariaDB makes of JSON.
  const own = engine === 'mariadb' && known === 'json' ? 'longtext' : known
  const [name = ''] = /^[a-z]+/.exec(own) ?? []
  return mysqlType(name === 'real' ? 'double' : name, own)
}

/** The collations of PostgreSQL that order by code point. */
const BY_CODE_POINT = /^(C|POSIX|C\.UTF-?8|ucs_basic|pg_c_utf8)$/i

/** The types of texts whose collation counts, by the databases' own names. */
const TEXTS: Readonly<Record<Engine, readonly string[]>> = {
  sqlite: [],
  postgres: ['text', 'varchar', 'bpchar', 'citext'],
  mysql: ['varchar', 'char', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set'],
  mariadb: ['varchar', 'char', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set'],
}

function collationOf(
  { engine, collation: byDefault }: ColumnContext,
  type: TypeFacts,
  own: string | undefined,
): CollationFacts | undefined {
  if (engine === 'sqlite') return sqliteCollation(own)
  const { name } = type.element ?? type
  if (!TEXTS[engine].includes(name)) return undefined
  if (engine !== 'postgres') {
    const collation = own ?? byDefault
    return mysqlCollation(collation, !/nopad|_0900_|^binary$/.test(collation))
  }
  return {
    name: own ?? 'default',
    isBinary: BY_CODE_POINT.test(own ?? byDefault),
    isDeterministic: true,
    padsSpace: name === 'bpchar',
  }
}

/** Columns that are NOT NULL though Drizzle does not say so. */
const isSerial = ({ columnType }: Column): boolean => /Serial(53|64)?$/.test(columnType)

export function columnFacts(
  context: ColumnContext,
  { name, column }: { readonly name: string; readonly column: Column },
  isKey: boolean,
): ColumnFacts {
  const { engine } = context
  const written = column.getSQLType()
  const own = COLLATE.exec(written)?.[1]
  const text = written.replace(COLLATE, '').replace(CHARACTER_SET, '')
  const type =
    engine === 'sqlite'
      ? sqliteType(text, false)
      : engine === 'postgres'
        ? postgresType(column, text)
        : mysqlFamilyType(engine, column, text)
  const collation = collationOf(context, type, own)
  const isMysql = engine === 'mysql' || engine === 'mariadb'
  return present<ColumnFacts>({
    name,
    type,
    nullable: !(column.notNull || isKey || isSerial(column)),
    identity: isIdentity(column) ? true : undefined,
    collation,
    charset: isMysql ? collation?.name.split('_', 1)[0] : undefined,
  })
}

const isIdentity = (column: Column): boolean =>
  isSerial(column) ||
  column.generatedIdentity !== undefined ||
  Reflect.get(column, 'autoIncrement') === true
