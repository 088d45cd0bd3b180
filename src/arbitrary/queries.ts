import fc from 'fast-check'
import { NULLS } from '../kinds/nulls.ts'
import { safeParseQuery } from '../parse/index.ts'
import type { Payload } from '../parse/payload.ts'
import { COUNT, type Schema } from '../parse/schema.ts'
import type { Fields } from '../schema/definition.ts'
import { type FilterOptions, filterArbitrary } from './filters.ts'
import { valueOfType } from './values.ts'

/** A sort in one of the forms that clients may send. */
function sortOf(schema: Schema): fc.Arbitrary<unknown> {
  const sortable = [...schema.fields.values()].filter((field) => field.sortable && !field.hidden)
  if (sortable.length === 0) return fc.constant([])
  const term = fc.record(
    {
      field: fc.constantFrom(...sortable.map(({ name }) => name)),
      direction: fc.constantFrom(1, -1),
      nulls: fc.constantFrom(...NULLS),
    },
    { requiredKeys: ['field', 'direction'] },
  )
  const terms = fc.uniqueArray(term, { maxLength: 3, selector: ({ field }) => field })
  return fc.oneof(
    terms,
    terms.map((all) => all.map(({ field, direction }) => Object.fromEntries([[field, direction]]))),
  )
}

/**
 * Query payloads that the schema accepts: a filter, a sort, a page, a range over the key and the
 * schema's switches, all optional.
 */
export function queryArbitrary<F extends Fields>(
  schema: Schema<F>,
  options: FilterOptions = {},
): fc.Arbitrary<Payload<F>> {
  const { limits, key } = schema
  const within = (max: number, few: number) =>
    fc.oneof(fc.integer({ min: 0, max: Math.min(few, max) }), fc.constant(max))
  const range = fc.tuple(
    fc.constantFrom('gt', 'gte', 'lt', 'lte').map((suffix) => `${key.name}_${suffix}`),
    valueOfType(key.type),
  )
  const names = [...schema.options.keys(), ...(schema.counts === undefined ? [] : [COUNT])]
  const switches = names.map((name) => [name, fc.boolean()] as const)
  return fc
    .record(
      {
        filter_conditions: filterArbitrary(schema, options),
        sort: sortOf(schema as Schema),
        limit: within(limits.limit.max, 8),
        offset: fc.integer({ min: 0, max: Math.min(3, limits.offset.max) }),
        range: fc.oneof(
          { weight: 5, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: range },
        ),
        ...Object.fromEntries(switches),
      },
      { requiredKeys: [] },
    )
    .map(({ range: entry, ...payload }) => {
      const ranges = entry === undefined ? [] : [entry as [string, unknown]]
      return Object.fromEntries([...Object.entries(payload), ...ranges]) as Payload<F>
    })
    .filter((payload) => safeParseQuery(schema as Schema, payload).ok)
}
