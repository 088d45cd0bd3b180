import { quote } from '../error/describe.ts'
import { derived } from '../kinds/derived.ts'
import type { Kind } from '../kinds/kind.ts'
import { string } from '../kinds/string.ts'
import type { AnyOperatorName } from '../operators/names.ts'
import { objectsOperators } from '../operators/objects-operators.ts'
import { type FieldType, isFolded, servedBy } from '../operators/operator.ts'
import type { OwnOperator } from '../operators/own-definition.ts'
import {
  define,
  type FieldDefinition,
  type Fields,
  type FieldsFilter,
  type FieldsRow,
} from './definition.ts'
import { type Field, type FieldSet, NO_FOLDED_TEXT } from './field.ts'
import { refuse } from './refuse.ts'
import { fieldSetOf } from './schema.ts'

/** No value is an operand, and none of a row's is one value: the fields of the objects have kinds. */
export const NO_VALUES: Kind = /* @__PURE__ */ derived(string as Kind, {
  expects: 'a filter under $elemMatch',
  operand: () => undefined,
  read: () => undefined,
})

const listType: FieldType = {
  name: 'objects',
  kind: NO_VALUES,
  list: true,
  inside: { what: 'a list of objects', operator: '$elemMatch' },
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
  if (field.facet) refuseElement('values of objects in a list are not counted; leave out facet')
  if (field.type.kind.isFolded) refuseElement(NO_FOLDED_TEXT)
  if (field.sortable) refuseElement('objects of a list are not sorted by; leave out sortable')
  const element = { ...field, wildcard: '', siblings }
  siblings.set(field.name, element)
  return element
}

/** Whether an operator asks for a column beside the text's own, which texts in JSON have not. */
const asksForColumn = ({ type }: Field, name: AnyOperatorName): boolean =>
  servedBy(type, name) === 'words' || isFolded(type, name)

const elementsOf =
  (definitions: Fields) =>
  (subject: string, own: readonly OwnOperator[]): FieldSet => {
    const { fields, wildcards, wildcardFields } = fieldSetOf(definitions, '', own)
    const siblings = new Map<string, Field>()
    for (const field of [...fields.values(), ...wildcards.values()]) {
      for (const name of definitions[field.name]?.operators ?? []) {
        if (!asksForColumn(field, name)) continue
        const where = `${subject}: field ${quote(field.name)}`
        refuse(where, `${name} needs a column of folded text, which objects of a list do not have`)
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
