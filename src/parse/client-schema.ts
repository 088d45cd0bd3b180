import { WildcardFields } from '../cache/wildcard-fields.ts'
import { totalOrdering } from '../condition/ordering.ts'
import { quote } from '../error/describe.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { isLogicalName } from '../operators/names.ts'
import type { Fields, VisibleFields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import { UNLIMITED } from '../schema/limits.ts'
import { refuse } from '../schema/refuse.ts'
import { findField, type Structure } from '../schema/schema.ts'
import type { PayloadSwitch, Schema } from './schema.ts'

/**
 * The schema as clients see it: without hidden fields, and without what is said of them. It parses
 * and types a client's filters, and runs them over the client's own rows.
 *
 * A switch of the payload keeps its name; of its condition, what asks for a hidden field is left out.
 * A default sort ends before its first hidden field. Cursors of the server are the server's alone.
 *
 * @throws TypeError where the key is hidden.
 * @example
 * export const clientPeople = clientSchema(people)
 * type ClientFilter = Filter<typeof clientPeople>
 */
export function clientSchema<F extends Fields>(schema: Schema<F>): Schema<VisibleFields<F>> {
  if (schema.key.hidden) {
    refuse('clientSchema', `the key ${quote(schema.key.name)} is hidden, and identifies every row`)
  }
  const siblings = new Map<string, Field>()
  for (const [name, field] of schema.key.siblings) {
    if (!field.hidden) siblings.set(name, { ...shownField(field), siblings })
  }
  const seen = (field: Field): Field => siblings.get(field.name) ?? field
  const visible = (all: ReadonlyMap<string, Field>): ReadonlyMap<string, Field> =>
    new Map([...siblings].filter(([name]) => all.has(name)))
  const firstHidden = schema.defaultSort.findIndex(({ field }) => field.hidden)
  const terms = firstHidden < 0 ? schema.defaultSort : schema.defaultSort.slice(0, firstHidden)
  const structure = {
    fields: visible(schema.fields),
    wildcards: visible(schema.wildcards),
    key: seen(schema.key),
    defaultSort: terms.map((term) => ({ ...term, field: seen(term.field) })),
    limits: schema.limits,
    scope: false,
    relativeTime: schema.relativeTime,
    sortable: schema.sortable.map(seen),
    facets: [...siblings.values()].filter((field) => field.facet),
    wildcardFields: new WildcardFields<Field>(),
  }
  return {
    ...structure,
    options: new Map([...schema.options].map(([name, option]) => [name, shown(schema, option)])),
    counts: schema.counts,
    payload: schema.payload,
    defaultOrdering: totalOrdering(structure, structure.defaultSort),
  }
}

/** A field without the hidden fields of its objects, if it is a list of these. */
function shownField(field: Field): Field {
  if (field.elements === undefined) return field
  const fields = new Map<string, Field>()
  for (const [name, each] of field.elements.fields) {
    if (!each.hidden) fields.set(name, { ...shownField(each), siblings: fields })
  }
  const isPartial = fields.size < field.elements.fields.size ? true : field.elements.isPartial
  return { ...field, elements: { ...field.elements, fields, isPartial } }
}

/** A switch without what its condition asks of hidden fields: the entries of a filter are joined by and. */
function shown(structure: Structure, option: PayloadSwitch): PayloadSwitch {
  const entries = isPlainObject(option.unless) ? Object.entries(option.unless) : []
  const unless = entries.filter(([name, value]) => !isOfHidden(structure, name, value))
  return { default: option.default, unless: Object.fromEntries(unless) }
}

/** Whether an entry of a filter asks for a hidden field, itself or in the filters of a list. */
function isOfHidden(structure: Structure, name: string, value: unknown): boolean {
  if (isLogicalName(name) && Array.isArray(value)) {
    return value.some(
      (each) =>
        isPlainObject(each) &&
        Object.entries(each).some(([inner, value]) => isOfHidden(structure, inner, value)),
    )
  }
  const field = findField(structure, name, UNLIMITED)
  return typeof field !== 'string' && field.hidden
}
