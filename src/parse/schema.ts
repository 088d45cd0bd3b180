import { type Ordering, totalOrdering } from '../condition/ordering.ts'
import { quote } from '../error/describe.ts'
import { isPlainObject } from '../kinds/objects.ts'
import { isLogicalName, type OperatorName } from '../operators/names.ts'
import type { OwnOperator } from '../operators/own-definition.ts'
import type {
  Fields,
  FieldsFilter,
  FieldsRow,
  FieldsSort,
  LiteralName,
  WithOwn,
} from '../schema/definition.ts'
import { UNLIMITED } from '../schema/limits.ts'
import { onlyKeys, refuse, refuseName, refuseValue } from '../schema/refuse.ts'
import {
  buildStructure,
  findField,
  type Structure,
  type StructureDefinition,
} from '../schema/schema.ts'

/** A switch of the query payload: while it is off, `unless` is joined to the filter. */
export interface PayloadOption<F extends Fields> {
  readonly default: boolean
  readonly unless: FieldsFilter<F>
}

/** A switch of a schema: the filter is read when a query first needs it (`switches.ts`). */
export interface PayloadSwitch {
  readonly default: boolean
  readonly unless: unknown
}

/** A schema without `key` needs the field `id`. */
type KeyOf<F extends Fields> = 'id' extends keyof F ? unknown : { readonly key: LiteralName<F> }

/** How the rows of a query may be counted for clients. */
export interface Counts {
  /** Counting stops there: "more than 10,000". Without one, every row that matches is counted. */
  readonly max?: number
}

export interface SchemaDefinition<F extends Fields, O extends readonly OwnOperator[] = readonly []>
  extends StructureDefinition<F> {
  readonly operators?: O
  /** Allows `count: true` in a payload: the page says how many rows the query finds. */
  readonly counts?: Counts
  readonly options?: Readonly<Record<string, PayloadOption<WithOwn<NoInfer<F>, NoInfer<O>>>>>
}

/** A checked schema: the fields and their operators, the options and the limits. */
export interface Schema<F extends Fields = Fields> extends Structure<F> {
  /** The payload switches, by name, each with the filter that holds while it is off. */
  readonly options: ReadonlyMap<string, PayloadSwitch>
  /** Undefined where a payload may not ask for a count. */
  readonly counts: Counts | undefined
  /**
   * The keys that a payload may have, each with its number: the payload's own, then the options, then
   * `count` where the schema allows it, and `fields`.
   */
  readonly payload: ReadonlyMap<string, number>
  /** The order of a query that asks for none. */
  readonly defaultOrdering: Ordering
}

export type FieldsOf<S> = S extends Structure<infer F> ? F : never

/** A filter of a schema, as typed code writes it. */
export type Filter<S extends Structure> = FieldsFilter<FieldsOf<S>>

/**
 * A sort of a schema's payloads, as typed code writes it: `{ created_at: -1 }`, or a list of such
 * objects and of terms; `'customer.country'` for a field of a related row.
 */
export type Sort<S extends Structure> = FieldsSort<FieldsOf<S>>

/**
 * A row of a schema as `readRow` gives it, and JSON holds it: strings for timestamps, numbers for
 * integers (bigints where the field says so); absent values are left out.
 */
export type Row<S extends Structure> = FieldsRow<FieldsOf<S>>

/** What a row may hold for predicates, `runQuery` and `insertRow`: also Dates, bigints and null. */
export type RowInput<S extends Structure> = FieldsRow<FieldsOf<S>, 'value'>

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

/** The key of a payload that asks for the total, and the one that names the fields to return. */
export const COUNT = 'count'
export const FIELDS = 'fields'

const KEYS = [
  'fields',
  'operators',
  'key',
  'defaultSort',
  'options',
  'limits',
  'counts',
  'scope',
  'relativeTime',
]

/**
 * Checks a schema and prepares it for parsing.
 *
 * @throws TypeError that names the invalid field or setting.
 * @example
 * const people = defineSchema({
 *   fields: {
 *     id: string({ required: true, sortable: true }),
 *     role: string({ operators: ['$eq', '$in'] }),
 *     'custom.*': dynamic(['string', 'boolean', 'integer']),
 *   },
 * })
 */
export function defineSchema<
  const F extends Fields,
  const O extends readonly OwnOperator[] = readonly [],
>(definition: SchemaDefinition<F, O> & KeyOf<NoInfer<F>>): Schema<WithOwn<F, O>> {
  onlyKeys('definition', definition, KEYS)
  const structure = buildStructure(definition)
  const counts = countsOf(definition.counts)
  const own = payloadKeys(structure.key.name)
  const last = counts === undefined ? [FIELDS] : [COUNT, FIELDS]
  const taken = [...own, ...last]
  const options = new Map<string, PayloadSwitch>()
  const given: unknown = definition.options ?? {}
  if (!isPlainObject(given)) refuseValue('options', 'an object', given)
  for (const [name, option] of Object.entries(definition.options ?? {})) {
    const subject = `option ${quote(name)}`
    if (taken.includes(name)) refuse(subject, 'conflicts with the payload key of the same name')
    onlyKeys(subject, option, ['default', 'unless'])
    if (typeof option.default !== 'boolean') {
      refuseValue(`${subject}: default`, 'true or false', option.default)
    }
    checkNames(structure, subject, option.unless)
    options.set(name, {
      default: option.default,
      unless: option.unless,
    })
  }
  const payload = new Map([...own, ...options.keys(), ...last].map((name, i) => [name, i]))
  const defaultOrdering = totalOrdering(structure, structure.defaultSort)
  return { ...structure, options, counts, payload, defaultOrdering }
}

function countsOf(given: Counts | undefined): Counts | undefined {
  if (given === undefined) return undefined
  onlyKeys('counts', given, ['max'])
  const { max } = given
  if (max === undefined) return {}
  if (!Number.isSafeInteger(max) || max < 1) {
    refuseValue('counts.max', 'an integer of at least 1', max)
  }
  return { max }
}

/** Checks the fields that an author's filter names; operators and operands are read with the filter. */
function checkNames(structure: Structure, subject: string, filter: unknown): void {
  if (!isPlainObject(filter)) {
    refuseValue(`${subject}: unless`, 'a filter', filter)
  }
  for (const [name, value] of Object.entries(filter)) {
    if (isLogicalName(name) && Array.isArray(value)) {
      for (const each of value) checkNames(structure, subject, each)
    } else if (typeof findField(structure, name, UNLIMITED) === 'string') {
      refuseName(subject, 'field of unless', name, [...structure.fields.keys()])
    }
  }
}
