import type { Condition, Schema } from '../../index.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

type Field = Extract<Condition, { kind: 'leaf' }>['field']
type OperatorName = Extract<Condition, { kind: 'leaf' }>['operator']

const STRING: JsonSchema = { type: 'string' }
const TIMESTAMP: JsonSchema = { type: 'string', format: 'date-time' }

const SCALARS = {
  string: STRING,
  boolean: { type: 'boolean' },
  // JSON's numbers are doubles, of which greater ones are not told apart.
  integer: {
    type: 'integer',
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
  },
  number: { type: 'number' },
  numeric: { type: 'number' },
  timestamp: TIMESTAMP,
} as const satisfies Record<string, JsonSchema>

const either = (schemas: readonly JsonSchema[]): JsonSchema =>
  schemas.length === 1 ? (schemas[0] as JsonSchema) : { anyOf: schemas }

const orNull = (schema: JsonSchema): JsonSchema => either([schema, { type: 'null' }])

/** What one value of a field is. */
function scalarOf({ type: { kind } }: Field): JsonSchema {
  const members = kind.name === 'dynamic' ? kind.members : [kind]
  return either(members.map(({ name }) => SCALARS[name]))
}

/** What an operator takes of a field. */
function operandOf(field: Field, operator: OperatorName): JsonSchema {
  const scalar = scalarOf(field)
  switch (operator) {
    case '$eq':
    case '$ne': {
      const list = { type: 'array', items: scalar }
      return orNull(field.type.list ? either([scalar, list]) : scalar)
    }
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
    case '$contains':
      return scalar
    case '$in':
    case '$nin':
      return { type: 'array', items: orNull(scalar) }
    case '$all':
      return { type: 'array', items: scalar }
    case '$exists':
      return { type: 'boolean' }
    case '$autocomplete':
      return { type: 'string', minLength: 1 }
    default:
      return operator satisfies never
  }
}

/** The operators of a field, which `$not` takes too. */
function operatorsOf(field: Field, self: JsonSchema): JsonSchema {
  const properties = Object.fromEntries(
    [...field.operators].map((operator) => [operator, operandOf(field, operator)]),
  )
  return {
    type: 'object',
    minProperties: 1,
    properties: { ...properties, $not: self },
    additionalProperties: false,
  }
}

const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

/**
 * The filters of a schema as JSON Schema, by the names of components: `Filter`, and for each field
 * that clients may ask of its operators.
 */
export function filterSchemasOf(schema: Schema): Readonly<Record<string, JsonSchema>> {
  const components: Record<string, JsonSchema> = {}
  const asked = ({ hidden, operators }: Field) => !hidden && operators.size > 0
  const conditionOf = (name: string, field: Field): JsonSchema => {
    const own = reference(`Filter.${name}`)
    components[`Filter.${name}`] = operatorsOf(field, own)
    return field.operators.has('$eq') ? either([operandOf(field, '$eq'), own]) : own
  }
  const literal = [...schema.fields.values()].filter(asked)
  const wild = [...schema.wildcards].filter(([, field]) => asked(field))
  const filters = { type: 'array', minItems: 1, items: reference('Filter') }
  components.Filter = {
    type: 'object',
    properties: {
      ...Object.fromEntries(literal.map((field) => [field.name, conditionOf(field.name, field)])),
      $and: filters,
      $or: filters,
      $nor: filters,
    },
    patternProperties: Object.fromEntries(
      wild.map(([prefix, field]) => [`^${prefix}\\.[^.]+(\\.[^.]+)*$`, conditionOf(prefix, field)]),
    ),
    additionalProperties: false,
  }
  return components
}
