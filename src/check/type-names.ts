/** The names of types, as facts, mappings and createTable spell them, compared as one. */

import { type DeclaredType, readType } from '../dialect/declared-type.ts'
import type { Fragment } from '../dialect/fragment.ts'
import { namesIn } from '../dialect/postgres/enum-type.ts'
import type { EngineName, TypeFacts } from './facts.ts'

export interface TypeName {
  readonly name: string
  readonly list: boolean
}

const all = (to: string, ...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, to]))

const MYSQL_FAMILY = {
  integer: 'int',
  'integer unsigned': 'int unsigned',
  ...all('tinyint', 'boolean', 'bool'),
  ...all('decimal', 'numeric', 'decimal unsigned'),
}

/** Other names of the types, by how their facts are called. */
const ALIASES: Readonly<Record<EngineName, Readonly<Record<string, string>>>> = {
  // Only what a declared type makes of values counts.
  sqlite: {
    ...all('text', 'varchar', 'character varying', 'nvarchar', 'char', 'character', 'clob'),
    ...all('integer', 'int', 'bigint', 'smallint', 'tinyint', 'mediumint', 'int2', 'int8'),
    ...all('integer', 'integer unsigned', 'int unsigned', 'bigint unsigned'),
    ...all('integer', 'smallint unsigned', 'tinyint unsigned', 'mediumint unsigned'),
    ...all('real', 'double', 'double precision', 'float'),
    bool: 'boolean',
    decimal: 'numeric',
  },
  postgres: {
    ...all('varchar', 'character varying'),
    ...all('bpchar', 'character', 'char'),
    ...all('int2', 'smallint', 'smallserial'),
    ...all('int4', 'integer', 'int', 'serial'),
    ...all('int8', 'bigint', 'bigserial'),
    ...all('float4', 'real'),
    ...all('float8', 'double precision', 'float'),
    ...all('timestamptz', 'timestamp with time zone'),
    ...all('timestamp', 'timestamp without time zone'),
    boolean: 'bool',
    decimal: 'numeric',
  },
  mariadb: MYSQL_FAMILY,
  mysql: MYSQL_FAMILY,
  duckdb: {
    ...all('varchar', 'text', 'string', 'char', 'bpchar'),
    ...all('tinyint', 'int1'),
    ...all('smallint', 'int2', 'short'),
    ...all('integer', 'int', 'int4', 'signed'),
    ...all('bigint', 'int8', 'long'),
    ...all('float', 'float4', 'real'),
    ...all('double', 'float8'),
    ...all('timestamp with time zone', 'timestamptz'),
    datetime: 'timestamp',
    bool: 'boolean',
    numeric: 'decimal',
  },
  clickhouse: {},
}

const aliasOf = (engine: EngineName, name: string): string => ALIASES[engine][name] ?? name

/** The type of a column. */
export function typeNameOf(engine: EngineName, { element, name, unsigned }: TypeFacts): TypeName {
  if (element !== undefined) return { name: typeNameOf(engine, element).name, list: true }
  // PostgreSQL's "char" is another type than what one declares as char.
  if (engine === 'postgres') return { name: name === 'char' ? '"char"' : name, list: false }
  const isUnsigned = unsigned === true && engine !== 'clickhouse'
  return { name: aliasOf(engine, isUnsigned ? `${name} unsigned` : name), list: false }
}

export const declaredName = (engine: EngineName, { name, list }: DeclaredType): TypeName => ({
  name: aliasOf(engine, name),
  list,
})

/** The type in what createTable writes, without its collation. */
export const writtenName = (engine: EngineName, type: Fragment): TypeName =>
  declaredName(engine, readType(type.texts.join('').replace(/ (CHARACTER SET|COLLATE) .*$/, '')))

export const isSameType = (a: TypeName, b: TypeName): boolean =>
  a.name === b.name && a.list === b.list

/** PostgreSQL: whether that is the name of the enumerated type, with its schema or without. */
export function isEnumNamed({ text, list }: DeclaredType, type: TypeFacts): boolean {
  const { members, name, schema } = type.element ?? type
  if (members === undefined || list !== (type.element !== undefined)) return false
  const parts = namesIn(text)
  return parts?.at(-1) === name && (parts.length === 1 || parts[0] === schema)
}

/**
 * How a mapping says the type: an enumerated one as the database prints it, with a schema that the
 * search path does not have; of a domain its base, of an extension's type its name alone.
 */
export function mappedType({ text, name, schema, domain, element, members }: TypeFacts): string {
  if (element !== undefined && (domain ?? element.schema ?? element.domain) !== undefined) {
    return `${mappedType(element)}[]`
  }
  if (domain !== undefined) return name
  return schema === undefined || members !== undefined ? text : name
}
