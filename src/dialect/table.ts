/** Definitions of tables as data, and the parts of CREATE TABLE that dialects share. */

import { type Fragment, join, sql } from './fragment.ts'

export interface ColumnDefinition {
  readonly name: string
  /** The field that it stores or is derived from; for a wildcard, its name `custom.*`. */
  readonly field: string
  /**
   * The content: a `value`, the `document` of a wildcard, a column `generated` from a key of one, the
   * `presence` of a list, or the folded `words` or the `folded` text of a search column.
   */
  readonly holds: 'value' | 'document' | 'generated' | 'presence' | 'words' | 'folded'
  /** The type, with its collation. */
  readonly type: Fragment
  readonly nullable: boolean
  readonly isKey: boolean
  /** The CHECK constraint under which filters find the same rows here as in memory. */
  readonly check: Fragment | undefined
  /** The expression of a generated column. */
  readonly generatedAs: Fragment | undefined
}

export interface IndexDefinition {
  readonly name: string
  readonly table: string
  readonly field: string
  /** The indexed columns and expressions, with direction and order of NULLs. */
  readonly terms: readonly Fragment[]
  /** PostgreSQL's index method, if it is not the default: `hash`, `spgist` or `gin`. */
  readonly method: string | undefined
  /** ClickHouse's `minmax` and `bloom_filter`. */
  readonly type: string | undefined
}

/** A table of (owner, value) rows with the values of a list. */
export interface SideTable {
  readonly name: string
  readonly field: string
  readonly ownerType: Fragment
  readonly valueType: Fragment
  /** The key of the table that owns the rows. */
  readonly references: { readonly table: string; readonly column: string }
}

/** The columns of a to-one relation, and those of the related table that they equal. */
export interface ForeignKeyDefinition {
  readonly relation: string
  readonly columns: readonly string[]
  readonly references: {
    readonly table: string | { readonly schema?: string | undefined; readonly name: string }
    readonly columns: readonly string[]
  }
}

/** The table of a schema and a mapping. */
export interface TableDefinition {
  readonly name: string
  readonly key: string
  readonly columns: readonly ColumnDefinition[]
  /** The columns that to-one relations lead to, beside the key: of each list, together unique. */
  readonly uniques: readonly (readonly string[])[]
  /** Those of `foreignKeys: true`. */
  readonly foreignKeys: readonly ForeignKeyDefinition[]
  readonly sideTables: readonly SideTable[]
  readonly indexes: readonly IndexDefinition[]
  readonly extensions: readonly string[]
}

/** An index that a dialect suggests. */
export interface Index {
  /** Distinguishes the indexes of one field. */
  readonly label: string
  readonly on: Fragment
  /** See {@link IndexDefinition}; an index with a method or a type does not include the key. */
  readonly method?: 'gin' | 'hash' | 'spgist'
  readonly type?: 'minmax' | 'bloom_filter'
}

/** The maximal length of a value. */
export interface Bound {
  readonly most: number
  readonly unit: 'bytes' | 'characters'
}

/** A column in addition to those that store values. */
export interface Companion extends Pick<ColumnDefinition, 'type'> {
  readonly column: string
  readonly generatedAs?: Fragment
}

const NOTHING = sql``

/** Prints the type and constraints of a column; `key` is the clause of a primary key. */
export const columnPrinter =
  (key: Fragment) =>
  ({ type, nullable, isKey, check, generatedAs }: ColumnDefinition): Fragment => {
    const required = isKey ? key : nullable ? NOTHING : sql` NOT NULL`
    const generated =
      generatedAs === undefined ? NOTHING : sql` GENERATED ALWAYS AS (${generatedAs}) VIRTUAL`
    const checked = check === undefined ? NOTHING : sql` CHECK (${check})`
    return sql`${type}${required}${generated}${checked}`
  }

/** The upsert clause of SQLite, PostgreSQL and DuckDB. */
export const replaceBy =
  (identifier: (name: string) => Fragment) =>
  (key: string, others: readonly string[]): Fragment => {
    if (others.length === 0) return sql` ON CONFLICT (${identifier(key)}) DO NOTHING`
    const sets = others.map((name) => sql`${identifier(name)} = excluded.${identifier(name)}`)
    return sql` ON CONFLICT (${identifier(key)}) DO UPDATE SET ${join(sets, sql`, `)}`
  }
