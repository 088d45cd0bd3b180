import type { Dialect, RelatedRows } from '../dialect/dialect.ts'
import type { Fragment } from '../dialect/fragment.ts'
import type { AnyOperatorName } from '../operators/names.ts'
import type { Field } from '../schema/field.ts'
import type { AnyMapping, FieldMapping } from '../schema/mapping.ts'
import type { Condition } from './condition.ts'
import type { Times } from './timed.ts'

/** The conditions that the server gives with a query, by the names of schemas in `relate`. */
export type Scopes = Readonly<Record<string, Condition>>

/** The rows of a table that a part of a statement goes through. */
export interface RelatedTable {
  readonly mapping: AnyMapping
  readonly table: NonNullable<FieldMapping['table']>
  readonly alias: string
}

/** The statement around a relation: how columns of the row are named. */
export interface Outer {
  readonly dialect: Dialect<unknown>
  readonly mapping?: AnyMapping
  readonly table?: { readonly qualifier: string } | undefined
}

/**
 * A relation of a schema. `relate` makes it, with what it means in memory and in SQL, so that a
 * program without relations does not pay for them.
 */
export interface Relation {
  readonly isMany: boolean
  /** The name of the related schema, and the fields that are equal in related rows. */
  readonly target: string
  readonly from: readonly Field[]
  readonly to: readonly Field[]
  /** What selects the related rows first: the schema's scope, and what its switches say by default. */
  scope(scopes: Scopes | undefined): Condition
  /**
   * The condition of an operator with a filter, of the rows in a scope; without an operator, of a path:
   * the value is absent where no row is there.
   */
  apply(operator: AnyOperatorName | undefined, condition: Condition, scope: Condition): Condition
  /** Whether the value of the row under the relation's name has a row of which the test is true. */
  test(matches: (row: unknown) => boolean): (value: unknown) => boolean
  /** The one related row under the relation's name; undefined where there is none. */
  read(value: unknown): unknown
  /** The related rows of a row, and the table that they are in. */
  rows(outer: Outer): {
    readonly rows: Omit<RelatedRows, 'condition'>
    readonly related: RelatedTable
  }
  sql(outer: Outer, inside: (related: RelatedTable) => Fragment, negated: boolean): Fragment
}

/** What is said of a relation; undefined of any other field. */
export const relationOf = ({ relation }: Field): Relation | undefined =>
  relation as Relation | undefined

/** A field of a related row that rows are sorted by: how it is reached from them. */
export interface Through {
  /** The field of the related row itself. */
  readonly end: Field
  /** What tells its scopes from others, for cursors. */
  readonly scopes: string
  readonly isTimed: boolean
  /** The same at a time. */
  at(times: Times): Field
  /** The same in a statement that joins the related tables, in databases that find values so. */
  joined(): Field
  /** A condition on the value: absent where no related row is visible. */
  condition(on: (end: Field) => Condition): Condition
  /** Reads the value in a row; in one that a database found, what it was sorted by. */
  reader(isFound: boolean): (row: unknown) => unknown
  sql(outer: Outer, tools: RelatedSql): SortedValue
}

/** How conditions and values of related rows become SQL. */
export interface RelatedSql {
  where(condition: Condition, related: RelatedTable): Fragment
  value(field: Field, related: RelatedTable): Pick<SortedValue, 'order' | 'select'>
}

/** The value of a related row in a statement of the rows; NULL where it is absent. */
export interface SortedValue {
  /** What to sort by. */
  readonly order: Fragment
  /** As drivers return it without loss. */
  readonly select: Fragment
  /** What follows the table in FROM, if the value is joined; else it is a query of its own. */
  readonly join: Fragment | undefined
}

/** How a field is reached through relations; undefined of the rows' own. */
export const throughOf = ({ through }: Field): Through | undefined => through as Through | undefined
