import {
  type Condition,
  type Operator,
  type OperatorName,
  operatorOf,
  type Schema,
} from '../../index.ts'
import { type JsonSchema, reference, TEXT } from './json-schema.ts'

type Field = Extract<Condition, { kind: 'leaf' }>['field']
type Kind = Exclude<Field['type']['kind'], { name: 'dynamic' }>

/** Beyond these, doubles cannot distinguish all integers. */
const INTEGER: JsonSchema = {
  type: 'integer',
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
}

const FAMILIES = { text: TEXT, boolean: { type: 'boolean' }, numeric: { type: 'number' } } as const

/** The schema of the values of a kind. */
function schemaOf({ name, family, format, jsonSchema }: Kind): JsonSchema {
  if (jsonSchema !== undefined) return jsonSchema
  if (name === 'integer') return INTEGER
  return format === undefined ? FAMILIES[family] : { ...FAMILIES[family], format }
}

const either = (schemas: readonly JsonSchema[]): JsonSchema => {
  const [first, second] = schemas
  return first !== undefined && second === undefined ? first : { anyOf: schemas }
}

const orNull = (schema: JsonSchema): JsonSchema => either([schema, { type: 'null' }])

/** The schema of one value of a field. */
function scalarOf({ type: { kind } }: Field): JsonSchema {
  const members = kind.name === 'dynamic' ? kind.members : [kind]
  return either(members.map(schemaOf))
}

/** The schema of an operand, by the shape that the operator's record gives. */
const SHAPES: Readonly<
  Record<Operator['shape'], (scalar: JsonSchema, field: Field) => JsonSchema>
> = {
  equal: (scalar, { type }) =>
    orNull(type.list ? either([scalar, { type: 'array', items: scalar }]) : scalar),
  scalar: (scalar) => scalar,
  members: (scalar) => ({ type: 'array', items: orNull(scalar) }),
  elements: (scalar) => ({ type: 'array', items: scalar }),
  boolean: () => ({ type: 'boolean' }),
  words: () => ({ type: 'string', minLength: 1 }),
}

const operandOf = (field: Field, operator: OperatorName): JsonSchema =>
  SHAPES[operatorOf(field.type, operator).shape](scalarOf(field), field)

/** The schema of an object of operators, which is also the operand of `$not`. */
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

/**
 * The filters of a schema as JSON Schema, by the names of components: `Filter`, and for each field
 * that clients may ask of its operators.
 */
export function filterSchemasOf(schema: Schema): Readonly<Record<string, JsonSchema>> {
  const components: Record<string, JsonSchema> = {}
  const asked = ({ hidden, operators }: Field) => !hidden && operators.size > 0
  const conditionOf = (name: string, field: Field): JsonSchema => {
    const operators = reference(`Filter.${name}`)
    components[`Filter.${name}`] = operatorsOf(field, operators)
    return field.operators.has('$eq') ? either([operandOf(field, '$eq'), operators]) : operators
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
