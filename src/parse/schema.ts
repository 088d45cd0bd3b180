import type { Condition } from '../condition/condition.ts'
import { type Ordering, totalOrdering } from '../condition/ordering.ts'
import { describe, quote } from '../error/describe.ts'
import { FilterError } from '../error/filter-error.ts'
import { isPlainObject } from '../kinds/json.ts'
import type { OperatorName } from '../operators/index.ts'
import type { Fields, FieldsFilter, FieldsRow } from '../schema/definition.ts'
import { onlyKeys, refuse } from '../schema/refuse.ts'
import { buildStructure, type Structure, type StructureDefinition } from '../schema/schema.ts'
import { FilterReader } from './filter.ts'
import { collect, orThrow } from './report.ts'

/** A switch of the query payload: while it is off, `unless` is joined to the filter. */
export interface PayloadOption<F extends Fields> {
  readonly default: boolean
  readonly unless: FieldsFilter<F>
}

export interface SchemaDefinition<F extends Fields> extends StructureDefinition<F> {
  readonly options?: Readonly<Record<string, PayloadOption<NoInfer<F>>>>
}

/** What clients may ask, checked: the fields and their operators, the options and the caps. */
export interface Schema<F extends Fields = Fields> extends Structure<F> {
  /** The payload switches, by name, each with the condition that holds while it is off. */
  readonly options: ReadonlyMap<string, { readonly default: boolean; readonly unless: Condition }>
  /** The keys that a payload may have, each with its number: the payload's own, then the options. */
  readonly payload: ReadonlyMap<string, number>
  /** The order of a query that asks for none. */
  readonly defaultOrdering: Ordering
}

type FieldsOf<S> = S extends Structure<infer F> ? F : never

/** A filter of a schema, as typed code writes it. */
export type Filter<S extends Structure> = FieldsFilter<FieldsOf<S>>

/** A row of a schema, as a table or memory holds it. */
export type Row<S extends Structure> = FieldsRow<FieldsOf<S>>

/** The ranges over the key that a payload may name, by the suffix of their names. */
export const KEY_RANGES = [
  ['gt', '$gt'],
  ['gte', '$gte'],
  ['lt', '$lt'],
  ['lte', '$lte'],
] as const satisfies readonly (readonly [string, OperatorName])[]

/** The numbers of the payload's own keys; those of the ranges and of the options follow. */
export const PAYLOAD = { filter_conditions: 0, sort: 1, limit: 2, offset: 3, next: 4, prev: 5 }
export const FIRST_RANGE = Object.keys(PAYLOAD).length
export const FIRST_OPTION = FIRST_RANGE + KEY_RANGES.length

/** The payload's own keys in the order of their numbers, for a key field of this name. */
const payloadKeys = (key: string): readonly string[] => [
  ...Object.keys(PAYLOAD),
  ...KEY_RANGES.map(([suffix]) => `${key}_${suffix}`),
]

const KEYS = ['fields', 'key', 'defaultSort', 'options', 'limits']

/**
 * Checks a schema and prepares it for parsing.
 *
 * @throws TypeError that names the field or setting and says what is wrong with it.
 * @example
 * const people = defineSchema({
 *   fields: {
 *     id: string({ required: true, sortable: true }),
 *     role: string({ operators: ['$eq', '$in'] }),
 *     'custom.*': dynamic(['string', 'boolean', 'integer']),
 *   },
 * })
 */
export function defineSchema<const F extends Fields>(definition: SchemaDefinition<F>): Schema<F> {
  onlyKeys('definition', definition, KEYS)
  const structure = buildStructure(definition)
  const taken = payloadKeys(structure.key.name)
  const options = new Map<string, { default: boolean; unless: Condition }>()
  const given: unknown = definition.options ?? {}
  if (!isPlainObject(given)) refuse('options', `expected an object, received ${describe(given)}`)
  for (const [name, option] of Object.entries(definition.options ?? {})) {
    const subject = `option ${quote(name)}`
    if (taken.includes(name)) refuse(subject, 'the payload has a key of this name already')
    onlyKeys(subject, option, ['default', 'unless'])
    if (typeof option.default !== 'boolean') {
      refuse(subject, `default must be true or false, not ${describe(option.default)}`)
    }
    options.set(name, {
      default: option.default,
      unless: unlessOf(structure, subject, option.unless),
    })
  }
  const payload = new Map([...taken, ...options.keys()].map((name, i) => [name, i]))
  const defaultOrdering = totalOrdering(structure, structure.defaultSort)
  return { ...structure, options, payload, defaultOrdering }
}

function unlessOf(structure: Structure, subject: string, filter: unknown): Condition {
  try {
    return readTrusted(structure, filter)
  } catch (error) {
    if (error instanceof FilterError) refuse(subject, `unless: ${error.message}`)
    throw error
  }
}

/** A filter that the server itself wrote. */
export function readTrusted(structure: Structure, filter: unknown): Condition {
  return orThrow(
    collect((report) => new FilterReader({ structure, report, trusted: true }).filter(filter)),
  )
}
