import type { Dialect } from '../dialect/dialect.ts'
import type { Fragment } from '../dialect/fragment.ts'
import type { AnyOperatorName } from '../operators/names.ts'
import type { Field } from '../schema/field.ts'
import type { AnyMapping, FieldMapping } from '../schema/mapping.ts'
import type { Condition } from './condition.ts'

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
  /**
   * The condition of an operator with a filter; without one, of a path: the value is absent where no
   * row is there. `trusted` is of the server, from which no scope hides rows.
   */
  apply(
    operator: AnyOperatorName | undefined,
    condition: Condition,
    scopes: Scopes | undefined,
    trusted: boolean,
  ): Condition
  /** Whether the value of the row under the relation's name has a row of which the test is true. */
  test(matches: (row: unknown) => boolean): (value: unknown) => boolean
  sql(outer: Outer, inside: (related: RelatedTable) => Fragment, negated: boolean): Fragment
}

/** What is said of a relation; undefined of any other field. */
export const relationOf = ({ relation }: Field): Relation | undefined =>
  relation as Relation | undefined
