import { quote } from '../error/describe.ts'
import type { Kind } from '../kinds/kind.ts'
import { string } from '../kinds/string.ts'
import { objectsOperators } from '../operators/objects-operators.ts'
import { type FieldType, servedBy } from '../operators/operator.ts'
import {
  define,
  type FieldDefinition,
  type Fields,
  type FieldsFilter,
  type FieldsRow,
} from './definition.ts'
import type { Field, FieldSet } from './field.ts'
import { refuse } from './refuse.ts'
import { fieldSetOf } from './schema.ts'

/** No value is an operand, and none of a row's is one value: the fields of the objects have kinds. */
const NO_VALUES: Kind = {
  ...(string as Kind),
  expects: 'a filter under $elemMatch',
  operand: () => undefined,
  read: () => undefined,
}

const listType: FieldType = {
  name: 'objects',
  kind: NO_VALUES,
  list: true,
  operators: objectsOperators,
  defaultOperators: objectsOperators,
}

const resolve: FieldDefinition['resolve'] = (subject) =>
  refuse(
    subject,
    "an object is the element of a list: list(object({ … })); the fields of one object are named by their paths: 'address.city'",
  )

/** A field of the objects of a list, which are JSON as a whole. */
function elementField(subject: string, field: Field, siblings: Map<string, Field>): Field {
  const refuseElement = (what: string) => refuse(`${subject}: field ${quote(field.name)}`, what)
  if (field.name.endsWith('.*')) refuseElement('objects of a list have no wildcards')
  if (field.sortable) refuseElement('objects of a list are not sorted by; leave out sortable')
  // Their texts have no column of folded words beside them.
  const isServedByWords = (name: Parameters<typeof servedBy>[1]) =>
    servedBy(field.type, name) === 'words'
  const operators = [...field.operators].filter((name) => !isServedByWords(name))
  const own = { ...field, operators: new Set(operators), wildcard: '', siblings }
  siblings.set(field.name, own)
  return own
}

const elementsOf =
  (definitions: Fields) =>
  (subject: string): FieldSet => {
    const { fields, wildcards, wildcardFields } = fieldSetOf(definitions, '')
    const siblings = new Map<string, Field>()
    for (const field of [...fields.values(), ...wildcards.values()]) {
      for (const name of definitions[field.name]?.operators ?? []) {
        if (servedBy(field.type, name) !== 'words') continue
        const where = `${subject}: field ${quote(field.name)}`
        refuse(where, `${name} needs a column of folded words, which objects of a list do not have`)
      }
      elementField(subject, field, siblings)
    }
    return { fields: siblings, wildcards, wildcardFields }
  }

/**
 * The objects of a list, stored as JSON: `list(object({ sku: string(), quantity: integer() }))`. They
 * are asked by `$elemMatch`. Their fields take operators, `required` and `hidden`; they are not
 * sorted by.
 */
export const object = <const F extends Fields>(
  fields: F,
): FieldDefinition<'object', never, FieldsFilter<F>, FieldsRow<F, 'value'>, false, FieldsRow<F>> =>
  define('object', {}, { resolve, elements: elementsOf(fields), listType })
