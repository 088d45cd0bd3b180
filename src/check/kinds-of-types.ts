/** Which field each type of a column makes: one line a type. */

import type { TimestampStorage } from '../dialect/place.ts'
import { partsOf } from '../dialect/timestamp-text.ts'
import type { ScalarTypeName } from '../kinds/kind.ts'
import { MOST_PRECISION } from '../schema/field.ts'
import { conjunctsOf } from './constraints.ts'
import { isMysqlFamily } from './engines.ts'
import type { ColumnFacts, EngineName, TableFacts, TypeFacts } from './facts.ts'
import { shapeOfCheck } from './own-checks.ts'
import { formOf, isTimeType } from './sqlite-times.ts'
import { typeNameOf } from './type-names.ts'

/** What the type says of the values. */
export interface Settings {
  readonly digits?: number | undefined
  readonly precision?: number | undefined
  readonly scale?: number | undefined
  /** The members of an enumeration, in its order. */
  readonly values?: readonly string[] | undefined
  /** Integers are read as bigints. */
  readonly as?: 'bigint' | undefined
}

/** The builder of a field. A document is a wildcard. */
export type Shape =
  | (Settings & {
      readonly of: Scalar
      readonly list?: true
      /** The type has another order than the kind, so that ranges and sorts are refused. */
      readonly equalityOnly?: true
      /** How timestamps are stored, if the type does not say it. */
      readonly storage?: TimestampStorage
    })
  | { readonly of: 'document' }

export type Scalar = ScalarTypeName

type Row = Scalar | 'document' | ((type: TypeFacts) => Shape | undefined)

const each = (row: Row, ...names: readonly string[]): Readonly<Record<string, Row>> =>
  Object.fromEntries(names.map((name) => [name, row]))

const instant = ({ digits }: TypeFacts): Shape => ({ of: 'timestamp', digits })

/** Types without a precision hold decimals of any, which no field does. */
const decimal = ({ precision, scale = 0 }: TypeFacts): Shape | undefined =>
  precision !== undefined && precision <= MOST_PRECISION && scale >= 0 && scale <= precision
    ? { of: 'decimal', precision, scale }
    : undefined

const enumeration = ({ members }: TypeFacts): Shape | undefined =>
  members && { of: 'enumeration', values: members }

/** One bit is true or false. */
const bit = ({ length = 1 }: TypeFacts): Shape | undefined =>
  length === 1 ? { of: 'boolean' } : undefined

/** What BOOLEAN is in MySQL and MariaDB. */
const tinyint = ({ length, unsigned }: TypeFacts): Shape => ({
  of: length === 1 && !unsigned ? 'boolean' : 'integer',
})

const unsigned = (...names: readonly string[]) =>
  names.flatMap((name) => [name, `${name} unsigned`])

/** UUIDs in another order than that of their bytes. */
const unorderedUuid = (): Shape => ({ of: 'uuid', equalityOnly: true })

/** A question mark stands for any letter beyond U+FFFF in the catalog: the members are unknown. */
const mysqlEnum = (type: TypeFacts): Shape | undefined =>
  type.members?.some((member) => member.includes('?')) ? { of: 'string' } : enumeration(type)

const MYSQL_FAMILY: Readonly<Record<string, Row>> = {
  ...each('string', 'varchar', 'char', 'tinytext', 'text', 'mediumtext', 'longtext'),
  enum: mysqlEnum,
  uuid: unorderedUuid,
  ...each(tinyint, ...unsigned('tinyint')),
  ...each('integer', ...unsigned('smallint', 'mediumint', 'int', 'bigint')),
  ...each('number', 'float', 'double'),
  decimal,
  bit,
  ...each(instant, 'datetime', 'timestamp'),
  date: 'date',
  json: 'document',
}

/** By their names as `typeNameOf` spells them. */
const TYPES: Readonly<Record<EngineName, Readonly<Record<string, Row>>>> = {
  sqlite: {
    text: 'string',
    integer: 'integer',
    real: 'number',
    numeric: 'number',
    boolean: 'boolean',
    date: 'date',
    json: 'document',
  },
  postgres: {
    ...each('string', 'text', 'varchar', 'bpchar', 'name', 'citext'),
    uuid: 'uuid',
    ...each('integer', 'int2', 'int4', 'int8'),
    ...each('number', 'float4', 'float8'),
    numeric: decimal,
    bool: 'boolean',
    bit,
    ...each(instant, 'timestamptz', 'timestamp'),
    date: 'date',
    ...each('document', 'json', 'jsonb'),
  },
  mariadb: MYSQL_FAMILY,
  mysql: MYSQL_FAMILY,
  duckdb: {
    varchar: 'string',
    enum: enumeration,
    uuid: 'uuid',
    ...each('integer', 'tinyint', 'smallint', 'integer', 'bigint'),
    ...each('integer', 'utinyint', 'usmallint', 'uinteger', 'ubigint'),
    ...each('number', 'float', 'double'),
    decimal,
    boolean: 'boolean',
    ...each(instant, 'timestamp', 'timestamp with time zone', 'timestamp_s', 'timestamp_ms'),
    date: 'date',
    json: 'document',
  },
  clickhouse: {
    ...each('string', 'string', 'fixedstring'),
    ...each(enumeration, 'enum8', 'enum16'),
    uuid: unorderedUuid,
    ...each('integer', 'int8', 'int16', 'int32', 'int64'),
    ...each('integer', 'uint8', 'uint16', 'uint32', 'uint64'),
    ...each('number', 'float32', 'float64'),
    decimal,
    bool: 'boolean',
  },
}

/** Texts that the table checks to be JSON: objects, unless it says otherwise; lists of what, nothing says. */
function jsonOf({ name }: ColumnFacts, facts: TableFacts): 'document' | 'list' | undefined {
  const { engine, checks } = facts
  const said = checks.flatMap((text) => conjunctsOf(text, engine))
  const folded = isMysqlFamily(facts) || engine === 'sqlite' ? name.toLowerCase() : name
  if (said.some((text) => text.toLowerCase() === `json_type ${folded} = 'array'`)) return 'list'
  const isValid = `json_valid ${folded}`
  const isNull = `${folded} is null`
  // Django writes the second for a column that may be NULL.
  const forms = [isValid, `${isValid} or ${isNull}`, `${isNull} or ${isValid}`]
  return forms.some((form) => said.includes(form)) ? 'document' : undefined
}

/** Timestamps as text in SQLite: in the form of the column's default; without a default, in any form. */
function sqliteTime(column: ColumnFacts): Shape | undefined {
  const form = formOf(column)
  if (form !== undefined) {
    return { of: 'timestamp', digits: partsOf(form)?.digits, storage: { text: form } }
  }
  return isTimeType(column.type.name) ? { of: 'timestamp', storage: { text: 'any' } } : undefined
}

/** The field that a column makes; undefined where no kind reads its type. */
export function shapeOf(column: ColumnFacts, facts: TableFacts): Shape | undefined {
  const { engine } = facts
  const said = engine === 'sqlite' ? (sqliteTime(column) ?? shapeOfCheck(column, facts)) : undefined
  if (said !== undefined) return said
  const { element } = column.type
  const { name, list } = typeNameOf(engine, column.type)
  // A type that the user defined has any name.
  const isEnum = engine === 'postgres' && (element ?? column.type).members !== undefined
  const row = isEnum ? enumeration : TYPES[engine][name]
  const shape = typeof row === 'function' ? row(element ?? column.type) : row && { of: row }
  if (list) {
    // Drivers make Dates of the instants in a list, which have three digits.
    const isElement = shape !== undefined && shape.of !== 'document' && shape.of !== 'timestamp'
    return isElement && element?.element === undefined ? { ...shape, list: true } : undefined
  }
  if (shape?.of !== 'string') return shape
  const json = jsonOf(column, facts)
  if (json === 'list') return undefined
  return json === 'document' ? { of: 'document' } : shape
}
