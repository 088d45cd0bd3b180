import { type OrderingTerm, reversedTerm } from '../schema/ordering-term.ts'
import type { Structure } from '../schema/schema.ts'

/** A total order of rows: its last term is the key, or one of them is. */
export type Ordering = readonly OrderingTerm[]

/** The terms with the key appended, in the direction of the last one, unless it is among them. */
export function totalOrdering(structure: Structure, terms: readonly OrderingTerm[]): Ordering {
  const { key } = structure
  if (terms.some(({ field }) => field === key)) return terms
  return [...terms, { field: key, direction: terms.at(-1)?.direction ?? 1 }]
}

/** The ordering from its other end. */
export const reversed = (ordering: Ordering): Ordering => ordering.map(reversedTerm)
