import { type Condition, TRUE } from '../condition/condition.ts'
import type { Ordering } from '../condition/ordering.ts'
import type { Relation, Scopes } from '../condition/relation.ts'
import type { Dialect } from '../dialect/dialect.ts'
import type { Field, Relations } from '../schema/field.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'
import type { Report } from './report.ts'

/** The relations of a schema, as `relate` makes them. */
export interface ScopedRelations extends Relations {
  /** The scope of the schema's own rows; throws where one that a filter can reach is missing. */
  scopeOf(scopes: Scopes | undefined): Condition
  /** The field of a related row that a sort names by its path; mistakes are reported. */
  sortField(path: string, asked: SortAsked): Field | undefined
  /** What the relations of all schemas ask of the table. */
  links(): Links
  /** Reports a sort that costs more, together with the filter, than the schema allows. */
  checkSort(ordering: Ordering, filter: Condition, report: Report): void
  /** The paths that a sort may name; undefined where they are more than {@link MOST_PATHS}. */
  sortPaths(): readonly string[] | undefined
  /** What a database sorted by, in a record of `compileQuery`; undefined where it is nothing of them. */
  sortValues(target: RowTarget): (record: object) => object | undefined
}

/** So many paths are listed: their number is a power of that of the relations. */
export const MOST_PATHS = 1000

/** What relations ask of a table. */
export interface Links {
  /** Where its to-one relations lead. */
  readonly references: readonly (Pick<Relation, 'target' | 'from' | 'to'> & {
    readonly name: string
  })[]
  /** The fields that to-one relations lead to, beside the key: unique in its rows. */
  readonly uniques: readonly LinkedFields[]
  /** The fields by which rows of to-many relations are looked up. */
  readonly lookups: readonly LinkedFields[]
}

export interface LinkedFields {
  /** `orders.customer` */
  readonly relation: string
  readonly fields: readonly Field[]
}

interface SortAsked {
  readonly report: Report
  readonly scopes: Scopes | undefined
  /** Where it stands in the sort. */
  readonly position: number
}

interface RowTarget {
  readonly dialect: Dialect<unknown>
  readonly mapping: AnyMapping
}

export const relationsOf = ({ relations }: Structure): ScopedRelations | undefined =>
  relations as ScopedRelations | undefined

/**
 * The scope of a query's rows.
 *
 * @throws TypeError where a scope that a filter can reach is missing.
 */
export function rootScope(structure: Structure, scopes: Scopes | undefined): Condition {
  const relations = relationsOf(structure)
  if (relations !== undefined) return relations.scopeOf(scopes)
  if (structure.scope) {
    throw new TypeError(
      'tamis: scopes: a schema with `scope: true` needs a name: relate({ people }, {}).people',
    )
  }
  return TRUE
}
