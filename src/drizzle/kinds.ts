/** Which field each type of Drizzle's columns makes: read by the program, and by the type checker. */

/** A kind of fields; of texts with an `enum`, and of a `list`, the column says more. */
type Kind =
  | 'text'
  | 'enumeration'
  | 'uuid'
  | 'integer'
  | 'bigint'
  | 'number'
  | 'decimal'
  | 'boolean'
  | 'timestamp'
  | 'date'
  | 'document'
  | 'list'
  | 'custom'

/** By `columnType`. Those that are not here hold what no field does: `time`, `bytea`, `interval`. */
export const KINDS = {
  PgText: 'text',
  PgVarchar: 'text',
  PgChar: 'text',
  PgEnumColumn: 'enumeration',
  PgEnumObjectColumn: 'enumeration',
  PgUUID: 'uuid',
  PgSmallInt: 'integer',
  PgSmallSerial: 'integer',
  PgInteger: 'integer',
  PgSerial: 'integer',
  PgBigInt53: 'integer',
  PgBigSerial53: 'integer',
  PgBigInt64: 'bigint',
  PgBigSerial64: 'bigint',
  PgReal: 'number',
  PgDoublePrecision: 'number',
  PgNumeric: 'decimal',
  PgNumericNumber: 'decimal',
  PgNumericBigInt: 'decimal',
  PgBoolean: 'boolean',
  PgTimestamp: 'timestamp',
  PgTimestampString: 'timestamp',
  PgDate: 'date',
  PgDateString: 'date',
  PgJson: 'document',
  PgJsonb: 'document',
  PgArray: 'list',
  PgCustomColumn: 'custom',

  MySqlText: 'text',
  MySqlVarChar: 'text',
  MySqlChar: 'text',
  MySqlEnumColumn: 'enumeration',
  MySqlEnumObjectColumn: 'enumeration',
  MySqlTinyInt: 'integer',
  MySqlSmallInt: 'integer',
  MySqlMediumInt: 'integer',
  MySqlInt: 'integer',
  MySqlSerial: 'integer',
  MySqlBigInt53: 'integer',
  MySqlBigInt64: 'bigint',
  MySqlFloat: 'number',
  MySqlDouble: 'number',
  MySqlReal: 'number',
  MySqlDecimal: 'decimal',
  MySqlDecimalNumber: 'decimal',
  MySqlDecimalBigInt: 'decimal',
  MySqlBoolean: 'boolean',
  MySqlTimestamp: 'timestamp',
  MySqlTimestampString: 'timestamp',
  MySqlDateTime: 'timestamp',
  MySqlDateTimeString: 'timestamp',
  MySqlDate: 'date',
  MySqlDateString: 'date',
  MySqlJson: 'document',
  MySqlCustomColumn: 'custom',

  SQLiteText: 'text',
  SQLiteInteger: 'integer',
  SQLiteReal: 'number',
  SQLiteNumeric: 'number',
  SQLiteNumericNumber: 'number',
  SQLiteNumericBigInt: 'number',
  SQLiteBoolean: 'boolean',
  SQLiteTimestamp: 'timestamp',
  SQLiteTextJson: 'document',
  SQLiteCustomColumn: 'custom',
} as const satisfies Readonly<Record<string, Kind>>

export type KindOf<ColumnType extends string> = ColumnType extends keyof typeof KINDS
  ? (typeof KINDS)[ColumnType]
  : never

const kinds: ReadonlyMap<string, Kind> = new Map(Object.entries(KINDS))

export const kindOf = (columnType: string): Kind | undefined => kinds.get(columnType)
