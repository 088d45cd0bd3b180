import { type Condition, TRUE } from '../condition/condition.ts'
import type { Scopes } from '../condition/relation.ts'
import type { Relations } from '../schema/field.ts'
import type { Structure } from '../schema/schema.ts'

/** The relations of a schema, as `relate` makes them. */
export interface ScopedRelations extends Relations {
  /** The scope of the schema's own rows; throws where one that a filter can reach is missing. */
  scopeOf(scopes: Scopes | undefined): Condition
}

/**
 * The scope of a query's rows.
 *
 * @throws TypeError where a scope that a filter can reach is missing.
 */
export function rootScope(structure: Structure, scopes: Scopes | undefined): Condition {
  const relations = structure.relations as ScopedRelations | undefined
  if (relations !== undefined) return relations.scopeOf(scopes)
  if (structure.scope) {
    throw new TypeError(
      'tamis: scopes: a schema with `scope: true` needs a name: relate({ people }, {}).people',
    )
  }
  return TRUE
}
