import { type Condition, conjunction } from '../condition/condition.ts'
import type { Now } from '../condition/timed.ts'
import { oneOf, quote } from '../error/describe.ts'
import type { Scalar } from '../kinds/kind.ts'
import type { Field } from '../schema/field.ts'
import { findField } from '../schema/schema.ts'
import type { Query } from './query.ts'
import { queryAt } from './query-at.ts'
import { collect, orThrow } from './report.ts'
import { unknownField } from './unknown-field.ts'

/** A value of a field, and how many rows have it. */
export interface FacetCount {
  /** As rows hold it in JSON; integers beyond ±(2^53 − 1) are bigints. */
  readonly value: Scalar
  readonly count: number
}

/** A field, and the condition of the rows that its values are counted in. */
export interface Facet {
  readonly field: Field
  readonly condition: Condition
}

/**
 * The facet of a field that a client named: without the client's own conditions on that field alone,
 * at the top of its filter, so that its other values are counted, too.
 *
 * @throws FilterError where there is no such field, or where it is not declared a facet.
 */
export function facetOf(query: Query, name: string, now: Now | undefined): Facet {
  const { schema, parts } = query
  const { facets, limits } = schema
  const field = orThrow(
    collect((report): Field | undefined => {
      const found = findField(schema, name, limits.segments)
      if (found === 'too_deep' || found === 'unknown' || found.hidden) {
        return unknownField(report, schema, name, false)
      }
      if (found.facet) return found
      const expected = facets.length === 0 ? undefined : oneOf(facets.map((each) => each.name))
      return report.add('not_a_facet', { subject: quote(name), expected })
    }),
  ) as Field
  const client = parts?.client.filter((part) => part.field !== name) ?? []
  const condition =
    parts === undefined
      ? query.condition
      : conjunction([...client.map((part) => part.condition), parts.others])
  return { field, condition: queryAt({ ...query, condition }, now).condition }
}
