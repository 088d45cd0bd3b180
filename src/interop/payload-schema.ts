import { NULLS } from '../kinds/nulls.ts'
import { COUNT, FIELDS, KEY_RANGES, type PAYLOAD, type Schema } from '../parse/schema.ts'
import { relationsOf } from '../parse/scopes.ts'
import type { Field } from '../schema/field.ts'
import {
  closed,
  Definitions,
  either,
  type JsonSchema,
  type JsonSchemaDocument,
  type JsonSchemaOptions,
  orNull,
} from './definition.ts'
import { addFilter, patternOf } from './filter-schema.ts'
import { scalarOf } from './operands.ts'

const DIRECTION: JsonSchema = { type: 'integer', enum: [1, -1] }

/** What a sort is where the paths through relations are too many to list. */
const ANY_SORT: JsonSchema = { type: ['object', 'array'] }

/** The shapes of a sort: `{created_at: -1}`, a list of such objects, or of terms. */
function sortOf(schema: Schema): JsonSchema {
  const relations = relationsOf(schema)
  const paths = relations === undefined ? [] : relations.sortPaths()
  if (paths === undefined) return ANY_SORT
  const names = [...schema.sortable.map(({ name }) => name), ...paths]
  const directions = Object.fromEntries(names.map((name) => [name, DIRECTION]))
  if (names.length === 0) return either([closed({}), { type: 'array', maxItems: 0 }])
  const term = closed(
    {
      field: { type: 'string', enum: names },
      direction: DIRECTION,
      nulls: { type: 'string', enum: NULLS },
    },
    {},
    { required: ['field'] },
  )
  const named = closed(directions, {}, { minProperties: 1 })
  return either([
    closed(directions),
    { type: 'array', maxItems: names.length, items: either([term, named]) },
  ])
}

/** The names of fields that a page's items can have: fields, wildcards, and keys of wildcards. */
function fieldNamesOf({ schema, limits }: Definitions): JsonSchema {
  const shown = ([, { hidden }]: readonly [string, Field]) => !hidden
  const wildcards = [...schema.wildcards].filter(shown)
  const names = [...schema.fields, ...wildcards].filter(shown).map(([name]) => name)
  const items = either([
    { type: 'string', enum: names },
    ...wildcards.map(([prefix]) => ({
      type: 'string',
      pattern: patternOf(prefix, schema, limits),
    })),
  ])
  return orNull({ type: 'array', minItems: 1, maxItems: limits.list, items })
}

const count = (maximum: number, preset: number): JsonSchema => ({
  type: ['integer', 'null'],
  minimum: 0,
  maximum,
  default: preset,
})

const cursor = (description: string): JsonSchema => ({ type: ['string', 'null'], description })

/** What the payload's own keys hold. */
const OWN: Readonly<Record<keyof typeof PAYLOAD, (definitions: Definitions) => JsonSchema>> = {
  filter_conditions: addFilter,
  sort: ({ schema }) => orNull(sortOf(schema)),
  limit: ({ limits }) => count(limits.limit.max, limits.limit.default),
  offset: ({ limits }) => count(limits.offset.max, 0),
  next: () => cursor('The cursor `next` of a page: the page after it.'),
  prev: () => cursor('The cursor `prev` of a page: the page before it.'),
}

/** Two of next, prev and an offset beyond 0 at once. */
const TWO_PLACES: JsonSchema = either(
  [
    { next: { type: 'string' }, prev: { type: 'string' } },
    { next: { type: 'string' }, offset: { type: 'integer', minimum: 1 } },
    { prev: { type: 'string' }, offset: { type: 'integer', minimum: 1 } },
  ].map((properties) => ({ type: 'object', required: Object.keys(properties), properties })),
)

/**
 * The payloads that `parseQuery` accepts, as JSON Schema (draft 2020-12): `Payload`, and the
 * definitions of `filterJsonSchema`. Which cursors are valid, and that a sort has each field once, it
 * does not say.
 */
export function payloadJsonSchema(schema: Schema, options?: JsonSchemaOptions): JsonSchemaDocument {
  const definitions = new Definitions(schema, options)
  const key = scalarOf(schema.key, definitions)
  const own = Object.entries(OWN).map(([name, make]) => [name, make(definitions)])
  const ranges = KEY_RANGES.map(([suffix]) => [`${schema.key.name}_${suffix}`, key])
  const switches = [...schema.options].map(([name, option]) => [
    name,
    { type: 'boolean', default: option.default },
  ])
  const total = schema.counts === undefined ? [] : [[COUNT, { type: 'boolean', default: false }]]
  const properties = Object.fromEntries([
    ...own,
    ...ranges,
    ...switches,
    ...total,
    [FIELDS, fieldNamesOf(definitions)],
  ])
  definitions.add('Payload', closed(properties, {}, { not: TWO_PLACES }))
  return definitions.document('Payload')
}
