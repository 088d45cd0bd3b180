import { accessor } from '../compile/accessor.ts'
import type { Clock } from '../condition/timed.ts'
import { type AnyKind, memberOf, membersOf } from '../kinds/dynamic.ts'
import type { Scalar } from '../kinds/kind.ts'
import { type FacetCount, facetOf } from '../parse/facet.ts'
import type { Query } from '../parse/query.ts'
import type { Field } from '../schema/field.ts'
import { scanRows } from './rows.ts'

/** The order of values: that of their kinds in the field, then each kind's own. */
export function compareValues(kind: AnyKind): (a: Scalar, b: Scalar) => number {
  if (kind.name !== 'dynamic') return kind.compare
  const members = membersOf(kind)
  return (a, b) => {
    const [first, second] = [memberOf(kind, a), memberOf(kind, b)]
    return first === second ? first.compare(a, b) : members.indexOf(first) - members.indexOf(second)
  }
}

/**
 * How many rows that a query finds have each value of a field that says `facet: true`: the most
 * frequent values first, then in the order of the values. Rows are counted as if the client's filter
 * had no condition of its own on that field at its top; key ranges, the schema's switches and what the
 * server joined always hold. Cursor, offset and limit play no part in it. A list counts once for each
 * of its distinct elements, and rows without a value do not count. In a dynamic field, values of
 * different kinds are different values.
 *
 * `compileFacet` finds the same in a table.
 *
 * @returns at most as many values as the schema's limit `facet` says, 100 by default.
 * @throws FilterError where there is no such field (`unknown_field`), or where its values are not to
 * be counted (`not_a_facet`): the name may come from a client.
 * @example
 * facetRows(query, 'role', rows) // [{ value: 'admin', count: 12 }, { value: 'member', count: 7 }]
 */
export function facetRows(
  query: Query,
  name: string,
  rows: readonly unknown[],
  { now }: Clock = {},
): readonly FacetCount[] {
  const { field, condition } = facetOf(query, name, now)
  const { kind, list } = field.type
  const read = accessor(field)
  const counts = new Map<Scalar, number>()
  const add = (value: Scalar | undefined) => {
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  scanRows(condition, rows, (indices, found) => {
    for (let i = 0; i < found; i++) {
      const value = read(rows[indices[i]!])
      if (!list) add(kind.read(value))
      else if (Array.isArray(value)) new Set(value.map((each) => kind.read(each))).forEach(add)
    }
  })
  return facetCounts(query, field, counts)
}

/** The values that were counted as a facet: in its order, and no more than its limit. */
export function facetCounts(
  { schema }: Query,
  { type: { kind }, as }: Field,
  counts: Iterable<readonly [Scalar, number]>,
): readonly FacetCount[] {
  const compare = compareValues(kind)
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || compare(a, b))
    .slice(0, schema.limits.facet)
    .map(([value, count]) => ({ value: as === 'bigint' ? BigInt(value) : value, count }))
}
