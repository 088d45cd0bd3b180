import fc from 'fast-check'
import { ANY, BOOLEAN, checkOptions, optionChecks } from '../error/options.ts'
import { NULLS } from '../kinds/nulls.ts'
import { safeParseQuery } from '../parse/index.ts'
import type { Payload } from '../parse/payload.ts'
import { COUNT, FIELDS, type Schema } from '../parse/schema.ts'
import { relationsOf } from '../parse/scopes.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import { type FilterOptions, filterArbitrary } from './filters.ts'
import { keys, valueOfType } from './values.ts'

/** A sort in one of the forms that clients may send. */
function sortOf(schema: Schema): fc.Arbitrary<unknown> {
  const paths = relationsOf(schema)?.sortPaths() ?? []
  const sortable = [...schema.sortable.map(({ name }) => name), ...paths]
  if (sortable.length === 0) return fc.constant([])
  const term = fc.record(
    {
      field: fc.constantFrom(...sortable),
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

export interface QueryArbitraryOptions extends FilterOptions {
  /** Whether payloads may name the `fields` of their items; left out, items have all. */
  readonly fields?: boolean
}

const OPTIONS = /* @__PURE__ */ optionChecks<QueryArbitraryOptions>({
  rows: ANY,
  scopes: ANY,
  fields: BOOLEAN,
})

/** Names of fields that clients see: literal fields, wildcards, and keys of wildcards. */
function fieldsOf({ fields, wildcards }: Schema): fc.Arbitrary<readonly string[]> {
  const visible = ([, { hidden }]: readonly [string, Field]) => !hidden
  const prefixes = [...wildcards].filter(visible).map(([prefix]) => prefix)
  const names = [...[...fields].filter(visible).map(([name]) => name), ...prefixes]
  const inside = prefixes.map((prefix) => keys.map((key) => `${prefix}.${key}`))
  return fc.array(fc.oneof(fc.constantFrom(...names), ...inside), { minLength: 1, maxLength: 4 })
}

/**
 * Query payloads that the schema accepts: a filter, a sort, a page, a range over the key and the
 * schema's switches, all optional. Sorts go by fields of related rows, too.
 *
 * @throws TypeError for an unknown option.
 */
export function queryArbitrary<F extends Fields>(
  schema: Schema<F>,
  options: QueryArbitraryOptions = {},
): fc.Arbitrary<Payload<F>> {
  checkOptions('tamis/fast-check', options, OPTIONS)
  const { fields = false, rows = [], scopes } = options
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
        filter_conditions: filterArbitrary(schema, { rows, scopes }),
        sort: sortOf(schema as Schema),
        limit: within(limits.limit.max, 8),
        offset: fc.integer({ min: 0, max: Math.min(3, limits.offset.max) }),
        range: fc.oneof(
          { weight: 5, arbitrary: fc.constant(undefined) },
          { weight: 1, arbitrary: range },
        ),
        ...Object.fromEntries(switches),
        ...(fields ? { [FIELDS]: fieldsOf(schema as Schema) } : {}),
      },
      { requiredKeys: [] },
    )
    .map(({ range: entry, ...payload }) => {
      const ranges = entry === undefined ? [] : [entry as [string, unknown]]
      return Object.fromEntries([...Object.entries(payload), ...ranges]) as Payload<F>
    })
    .filter((payload) => safeParseQuery(schema as Schema, payload, { scopes }).ok)
}
