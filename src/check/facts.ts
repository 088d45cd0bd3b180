/** What a database says of a table, as data: what the engines differ in is spelt in one way. */

export type EngineName = 'sqlite' | 'postgres' | 'mariadb' | 'mysql' | 'duckdb' | 'clickhouse'

export interface TableName {
  /** The schema (PostgreSQL, DuckDB, SQLite's `main`) or database (MySQL, MariaDB, ClickHouse). */
  readonly schema?: string | undefined
  readonly name: string
}

/** What a database says of a table. */
export interface TableFacts {
  readonly engine: EngineName
  /** As the database prints it: `15.4`, `10.11.6-MariaDB`, `v1.2.0`. */
  readonly version: string
  /** As the database spells it, with the schema that an unqualified name was found in. */
  readonly table: TableName
  /**
   * A view is also a materialised view, a foreign table and a virtual one: the database enforces
   * nothing there, so that a view has no keys, checks or foreign keys (a materialised one may have
   * unique indexes), and its columns are nullable unless their type has no NULL, as in ClickHouse.
   */
  readonly kind: 'table' | 'view'
  readonly columns: readonly ColumnFacts[]
  readonly primaryKey: readonly string[]
  /**
   * The columns of each unique constraint and index beside the primary key: of whole rows, not those
   * with a condition or over expressions. One over the beginnings of texts is among them, because it
   * makes whole texts unique as well.
   */
  readonly uniques: readonly (readonly string[])[]
  /** The indexes a query may use, that of the primary key and ClickHouse's sorting key among them. */
  readonly indexes: readonly IndexFacts[]
  /**
   * The conditions of CHECKs that every row satisfies or is NULL for, as the database prints them: not
   * those that are NOT VALID or NOT ENFORCED. ClickHouse checks rows only when they are inserted.
   */
  readonly checks: readonly string[]
  readonly foreignKeys: readonly ForeignKeyFacts[]
  /** The session's time zone, where it changes what is read; undefined in SQLite. */
  readonly zone: string | undefined
  /** SQLite: values of another type than the column's are refused. */
  readonly strict?: boolean
  /** The storage engine: `InnoDB`, `MergeTree`. */
  readonly storage?: string
  /**
   * PostgreSQL: other tables inherit from it (they are no partitions). A query reads their rows too,
   * which its keys do not bind, so that there are none here.
   */
  readonly inherited?: true
  /** The encoding of the database's texts: `UTF8`, `UTF-8`; a column's own is its `charset`. */
  readonly encoding: string
  /** Settings that change what a statement means, by their names: `sql_mode`, `DateStyle`. */
  readonly settings: Readonly<Record<string, string>>
}

export interface ColumnFacts {
  readonly name: string
  readonly type: TypeFacts
  /** Whether a row may have NULL here. A domain's NOT NULL does not count: PostgreSQL lets NULLs by. */
  readonly nullable: boolean
  /** An expression. */
  readonly default?: string
  /** The expression of a generated column. */
  readonly generated?: string
  /** The database makes its values: serial, identity, AUTO_INCREMENT, SQLite's INTEGER PRIMARY KEY. */
  readonly identity?: true
  /**
   * How texts compare: of columns that hold texts or lists of them, where the database says it. It
   * does not of the columns of views in SQLite and DuckDB.
   */
  readonly collation?: CollationFacts
  /** MySQL, MariaDB: the character set of a text. */
  readonly charset?: string
  /**
   * SQLite, DuckDB, MySQL, MariaDB: the column as a statement defines it, without its name: its type,
   * its default and its constraints. Not of views.
   */
  readonly definition?: string
}

export interface TypeFacts {
  /** As the database prints it: `character varying(20)[]`, `bigint(20) unsigned`. */
  readonly text: string
  /**
   * In lower case and without parameters: PostgreSQL's `int4`, `varchar`, `timestamptz`; MySQL's
   * `bigint`, `enum`; DuckDB's `timestamp with time zone`; ClickHouse's `datetime64`. A type that the
   * user defined is spelt as defined, and has a `schema`. Of a domain it is the base type, of an array
   * `array`; empty where SQLite's column has no type.
   */
  readonly name: string
  /** The schema of a type that is not built in, an extension's among them (`citext`). */
  readonly schema?: string
  /** Characters, or bytes of a binary type, bits of `bit`; the width that an integer is shown in. */
  readonly length?: number
  /** The digits of a decimal. */
  readonly precision?: number
  /** Those of them behind the point. */
  readonly scale?: number
  /** The digits of the second that a type of times holds. */
  readonly digits?: number
  /** ClickHouse: the zone that a DateTime is printed in. */
  readonly zone?: string
  readonly unsigned?: true
  /** The members of an enumeration or a SET, in the order in which they compare. */
  readonly members?: readonly string[]
  /** The elements of an array or list. */
  readonly element?: TypeFacts
  /** ClickHouse: Nullable(…), which other engines say of columns alone. */
  readonly nullable?: true
  /** PostgreSQL: the column is of a domain over this type. */
  readonly domain?: DomainFacts
  /** SQLite: what the declared type makes of values. */
  readonly affinity?: Affinity
}

export type Affinity = 'text' | 'numeric' | 'integer' | 'real' | 'blob'

export interface DomainFacts {
  readonly schema: string
  readonly name: string
  /** Conditions of `VALUE`, those of domains that it is made from among them. */
  readonly checks: readonly string[]
}

export interface CollationFacts {
  readonly name: string
  /**
   * Texts are ordered by their bytes, which of UTF-8 is by code point. Blanks at the end are another
   * matter: see {@link padsSpace}.
   */
  readonly isBinary: boolean
  /** Texts are equal only where they are the same; but for blanks at the end, see {@link padsSpace}. */
  readonly isDeterministic: boolean
  /** Whether letters that differ in case are equal, where the engine says it. */
  readonly ignoresCase?: boolean
  /** Whether letters that differ in accents are equal, where the engine says it. */
  readonly ignoresAccents?: boolean
  /** Blanks at the end do not count: PAD SPACE, SQLite's RTRIM, PostgreSQL's `character(n)`. */
  readonly padsSpace: boolean
}

export interface IndexFacts {
  /** Empty where the table itself is sorted so: SQLite's rowid, ClickHouse's sorting key. */
  readonly name: string
  readonly keys: readonly IndexKey[]
  readonly unique: boolean
  /**
   * In lower case: `btree`, `hash`, `gin`, `brin`, `fulltext`, DuckDB's `art`, SQLite's `rowid`;
   * ClickHouse's `sorting key`, and the types of its skipping indexes (`minmax`, `bloom_filter`).
   */
  readonly method: string
  /** The condition of a partial index. */
  readonly where?: string
}

/** A column or an expression of an index; the one of the two that is there. */
export interface IndexKey {
  readonly column?: string
  readonly expression?: string
  readonly direction: 'asc' | 'desc'
  /** Where NULLs stand in it, where it has an order. */
  readonly nulls?: 'first' | 'last'
  /** By its name, where the engine says it. */
  readonly collation?: string
  /** PostgreSQL: the operator class, where it is not the type's default (`gin_trgm_ops`). */
  readonly operators?: string
  /** MySQL, MariaDB: only the first characters (of binary types, bytes) of the value. */
  readonly length?: number
}

export interface ForeignKeyFacts {
  readonly columns: readonly string[]
  readonly references: {
    readonly schema?: string
    readonly table: string
    readonly columns: readonly string[]
  }
}
