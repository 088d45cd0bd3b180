import { operatorOf } from '../condition/condition.ts'
import type { AnyOperatorName } from '../operators/names.ts'
import type { Schema } from '../parse/schema.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import type { Limits } from '../schema/limits.ts'
import {
  closed,
  Definitions,
  either,
  type JsonSchema,
  type JsonSchemaDocument,
  type JsonSchemaOptions,
} from './definition.ts'
import { operandOf } from './operands.ts'

const isAsked = ({ hidden, operators }: Field): boolean => !hidden && operators.size > 0

/** The operand of an operator; that of `$elemMatch`, say, is a filter, which is defined as `component.elements`. */
function operandAt(
  field: Field,
  operator: AnyOperatorName,
  definitions: Definitions,
  component: string,
): JsonSchema {
  const { shape, own } = operatorOf(field.type, operator)
  if (shape !== 'filter') {
    const { jsonSchema = operandOf(field, shape, definitions), examples = [] } = own ?? {}
    return examples.length === 0 ? jsonSchema : { ...jsonSchema, examples }
  }
  const { elements } = field
  if (elements === undefined)
    throw new TypeError(`tamis: the objects of ${field.name} have no fields`)
  return addFields(definitions, elements, `${component}.elements`)
}

/** The schema of an object of operators, which is also the operand of `$not`. */
function operatorsOf(
  field: Field,
  self: JsonSchema,
  definitions: Definitions,
  component: string,
): JsonSchema {
  const operators = [...field.operators].map(
    (operator) => [operator, operandAt(field, operator, definitions, component)] as const,
  )
  const properties = { ...Object.fromEntries(operators), $not: self }
  return closed(properties, {}, { minProperties: 1, maxProperties: definitions.limits.conditions })
}

/** A field's condition: operators, or a bare operand. */
function conditionOf(definitions: Definitions, component: string, field: Field): JsonSchema {
  const operators = definitions.reference(component)
  definitions.add(component, operatorsOf(field, operators, definitions, component))
  if (!field.operators.has('$eq')) return operators
  return either([operandAt(field, '$eq', definitions, component), operators])
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/**
 * The names of a wildcard's keys. Those that are fields of their own are excluded; hidden ones are
 * not, for a pattern would tell them.
 */
export function patternOf(prefix: string, { fields }: FieldSet, limits: Limits): string {
  const own = [...fields.values()]
    .filter(({ name, hidden }) => !hidden && name.startsWith(`${prefix}.`))
    .map(({ name }) => escaped(name))
  const others = own.length === 0 ? '' : `(?!(?:${own.join('|')})$)`
  const more = limits.segments === 1 ? '' : `(?:\\.[^.]+){0,${limits.segments - 1}}`
  return `^${others}${escaped(prefix)}\\.[^.]+${more}$`
}

/** Adds `Filter`, and `Filter.<field>` for each field that clients may ask for. */
export const addFilter = (definitions: Definitions): JsonSchema =>
  addFields(definitions, definitions.schema, 'Filter')

/** Adds the filters over some fields as `component`, and `component.<field>` for each of them. */
function addFields(definitions: Definitions, fieldSet: FieldSet, component: string): JsonSchema {
  const { limits, componentOf } = definitions
  const known = componentOf.get(fieldSet)
  if (known !== undefined) return definitions.reference(known)
  componentOf.set(fieldSet, component)
  const relations = [...(fieldSet.relations?.named.values() ?? [])]
  const literal = [...fieldSet.fields.values(), ...relations].filter(isAsked)
  const wild = [...fieldSet.wildcards].filter(([, field]) => isAsked(field))
  const filters = {
    type: 'array',
    minItems: 1,
    maxItems: limits.list,
    items: definitions.reference(component),
  }
  const fields = literal.map(
    (field) => [field.name, conditionOf(definitions, `${component}.${field.name}`, field)] as const,
  )
  const keys = wild.map(
    ([prefix, field]) =>
      [
        patternOf(prefix, fieldSet, limits),
        conditionOf(definitions, `${component}.${prefix}`, field),
      ] as const,
  )
  // A value of a related row: which fields there are, parsing says.
  const paths = relations
    .filter(({ type }) => type.name === 'one')
    .map(({ name }) => [`^${escaped(name)}\\.`, {}] as const)
  return definitions.add(
    component,
    closed(
      { ...Object.fromEntries(fields), $and: filters, $or: filters, $nor: filters },
      Object.fromEntries([...keys, ...paths]),
      { maxProperties: limits.conditions },
    ),
  )
}

/**
 * The filters that `parseFilter` accepts of clients, as JSON Schema (draft 2020-12): `Filter`, which
 * refers to itself, `Filter.<field>`, the operators of each field, and `Value.<kind>`, the texts of kinds
 * that have a format.
 *
 * JSON Schema cannot say everything; `docs/frameworks.md` lists what only `parseFilter` refuses. No
 * filter that `parseFilter` accepts is refused by the JSON Schema, if it is JSON.
 *
 * @example
 * const validate = new Ajv2020().compile(filterJsonSchema(people))
 */
export function filterJsonSchema(schema: Schema, options?: JsonSchemaOptions): JsonSchemaDocument {
  const definitions = new Definitions(schema, options)
  addFilter(definitions)
  return definitions.document('Filter')
}
