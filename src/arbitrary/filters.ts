import fc from 'fast-check'
import { accessor } from '../compile/accessor.ts'
import { operatorOf } from '../condition/condition.ts'
import { checkOptions, optionChecks } from '../error/options.ts'
import { isPlainObject } from '../kinds/json.ts'
import type { AnyOperatorName } from '../operators/index.ts'
import { safeParseFilter } from '../parse/index.ts'
import type { Filter, Schema } from '../parse/schema.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { findField } from '../schema/schema.ts'
import { keys, texts, valueOfType, words } from './values.ts'

export interface FilterOptions {
  /** Rows to take operands and keys from, so that more filters match one of them. */
  readonly rows?: readonly unknown[]
}

const FILTER_OPTIONS = /* @__PURE__ */ optionChecks<FilterOptions>({
  rows: ['a list of rows', Array.isArray],
})

/** The values of a field in the rows that are valid operands. */
function operandsIn(field: Field, rows: readonly unknown[]): readonly unknown[] {
  const read = accessor(field)
  const values = rows.flatMap((row) => {
    const value = read(row)
    return field.type.list && Array.isArray(value) ? value : [value]
  })
  return values.filter((value) => field.type.kind.operand(value) !== undefined)
}

function operandOf(field: Field, rows: readonly unknown[]): fc.Arbitrary<unknown> {
  const pool = valueOfType(field.type)
  const values = operandsIn(field, rows)
  if (values.length === 0) return pool
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...values) },
    { weight: 2, arbitrary: pool },
  )
}

/** Words, and prefixes of the rows' values. */
function wordsOf(field: Field, rows: readonly unknown[]): fc.Arbitrary<unknown> {
  const prefixes = operandsIn(field, rows)
    .filter((value) => typeof value === 'string')
    .map((value) => value.slice(0, 3))
  return prefixes.length === 0 ? words : fc.oneof(words, fc.constantFrom(...prefixes))
}

/** A filter over the objects of a list. */
function filterOf(field: Field, rows: readonly unknown[]): fc.Arbitrary<unknown> {
  const read = accessor(field)
  const objects = rows.flatMap((row) => [read(row)].flat()).filter((each) => isPlainObject(each))
  return field.elements === undefined ? fc.constant({}) : filtersOf(field.elements, objects, 8)
}

/** Pieces of the rows' values, also in other cases, and of texts that are in none of them. */
function partsOf(field: Field, rows: readonly unknown[]): fc.Arbitrary<string> {
  const values = operandsIn(field, rows).filter(
    (value): value is string => typeof value === 'string',
  )
  const whole = fc.oneof(
    ...(values.length === 0 ? [] : [{ weight: 3, arbitrary: fc.constantFrom(...values) }]),
    { weight: 1, arbitrary: texts },
    { weight: 1, arbitrary: words },
  )
  return fc
    .tuple(whole, fc.nat(), fc.nat(), fc.constantFrom(...CASES))
    .map(([text, from, to, inCase]) => {
      const points = [...text]
      const start = from % (points.length + 1)
      const end = start + (to % (points.length - start + 1))
      const [a, b] = to % 3 === 0 ? [0, end] : to % 3 === 1 ? [start, points.length] : [start, end]
      return inCase(points.slice(a, b).join(''))
    })
    .filter((text) => text !== '')
}

const CASES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toLowerCase(),
  (text) => text.toUpperCase(),
  (text) => text.normalize('NFD'),
]

function isHeld({ type: { kind } }: Field, value: unknown): boolean {
  const canonical = kind.operand(value)
  return canonical !== undefined && kind.position(canonical).side === 0
}

function operandsOf(
  name: AnyOperatorName,
  field: Field,
  rows: readonly unknown[],
): fc.Arbitrary<unknown> {
  const { shape, own } = operatorOf(field.type, name)
  const any = operandOf(field, rows)
  // Operators of one's own take no operand between two values of the field.
  const one = own === undefined ? any : any.filter((value) => isHeld(field, value))
  const orNull = fc.oneof(
    { weight: 8, arbitrary: one },
    { weight: 1, arbitrary: fc.constant(null) },
  )
  switch (shape) {
    case 'equal':
      return field.type.list ? fc.oneof(orNull, fc.array(one, { maxLength: 3 })) : orNull
    case 'scalar':
      return one
    case 'members':
      // Dialects write a long list in another way than a short one.
      return fc.oneof(
        { weight: 15, arbitrary: fc.array(orNull, { maxLength: 5 }) },
        { weight: 1, arbitrary: fc.array(orNull, { minLength: 65, maxLength: 80 }) },
      )
    case 'elements':
      return fc.array(one, { maxLength: 3 })
    case 'own':
      return fc.constantFrom(...(own?.examples ?? []))
    case 'boolean':
      return fc.boolean()
    case 'words':
      return wordsOf(field, rows)
    case 'count':
      return fc.integer({ min: 0, max: 4 })
    case 'filter':
      return filterOf(field, rows)
    case 'text':
      return partsOf(field, rows)
    case 'textOrNull':
      return fc.oneof(
        { weight: 8, arbitrary: partsOf(field, rows) },
        { weight: 1, arbitrary: fc.constant(null) },
      )
    case 'texts':
      return fc.array(fc.oneof(partsOf(field, rows), fc.constant(null)), { maxLength: 5 })
    default:
      return shape satisfies never
  }
}

/** Conditions on one field. */
function conditionsOf(field: Field, rows: readonly unknown[]): fc.Arbitrary<unknown> {
  const names = askable(field)
  const single = fc.oneof(
    ...names.map((name) =>
      operandsOf(name, field, rows).map((operand) => Object.fromEntries([[name, operand]])),
    ),
  )
  const several = fc
    .array(single, { minLength: 1, maxLength: 2 })
    .map((all) => Object.fromEntries(all.flatMap((each) => Object.entries(each))))
  const bare = names.includes('$eq') ? [operandsOf('$eq', field, rows)] : []
  return fc.oneof(
    { weight: 5, arbitrary: fc.oneof(single, ...bare) },
    { weight: 1, arbitrary: several },
    { weight: 1, arbitrary: several.map((operators) => ({ $not: operators })) },
  )
}

/** Every path in a document, with dots. */
function pathsOf(value: unknown): readonly string[] {
  if (!isPlainObject(value)) return []
  return Object.keys(value).flatMap((key) => [
    key,
    ...pathsOf(value[key]).map((rest) => `${key}.${rest}`),
  ])
}

/** The operators of a field whose operands are known: those of a function are its examples. */
const askable = ({ type, operators }: Field): readonly AnyOperatorName[] =>
  [...operators].filter((name) => {
    const { shape, own } = operatorOf(type, name)
    return shape !== 'own' || (own !== undefined && own.examples.length > 0)
  })

const isFilterable = (field: Field): boolean => !field.hidden && askable(field).length > 0

/** The names that a client may use: literal fields, and keys of the wildcards. */
function namesOf(schema: FieldSet, rows: readonly unknown[]): fc.Arbitrary<string> {
  const literal = [...schema.fields.values()]
    .filter(isFilterable)
    .map(({ name }) => fc.constant(name))
  const wild = [...schema.wildcards].filter(([, field]) => isFilterable(field))
  const keysIn = wild.map(([prefix, field]) => {
    const paths = new Set(rows.flatMap((row) => pathsOf(accessor(field)(row))))
    const key = paths.size === 0 ? keys : fc.oneof(keys, fc.constantFrom(...paths))
    return key.map((path) => `${prefix}.${path}`)
  })
  return fc.oneof(...literal, ...keysIn.flatMap((each) => [each, each]))
}

function leafOf(
  schema: FieldSet,
  rows: readonly unknown[],
  segments: number,
): fc.Arbitrary<Record<string, unknown>> {
  // A memo, because an arbitrary costs more to make than to use.
  const leaves = new Map<string, fc.Arbitrary<Record<string, unknown>>>()
  const of = (name: string): fc.Arbitrary<Record<string, unknown>> => {
    const field = findField(schema, name, segments)
    if (typeof field === 'string' || !isFilterable(field)) return fc.constant({})
    return conditionsOf(field, rows).map((condition) => Object.fromEntries([[name, condition]]))
  }
  return namesOf(schema, rows).chain((name) => {
    const leaf = leaves.get(name) ?? of(name)
    leaves.set(name, leaf)
    return leaf
  })
}

/**
 * Nested filters that the schema accepts, with every operator that it allows. Operands come from the
 * pools that `rowArbitrary` uses, and from `rows`, so that filters match some rows.
 *
 * @throws TypeError for an unknown option.
 */
export function filterArbitrary<F extends Fields>(
  schema: Schema<F>,
  options: FilterOptions = {},
): fc.Arbitrary<Filter<Schema<F>>> {
  checkOptions('tamis/fast-check', options, FILTER_OPTIONS)
  const { rows = [] } = options
  const { limits } = schema
  // The schema's limits may refuse some.
  const isAccepted = (filter: unknown) => safeParseFilter(schema as Schema, filter).ok
  const filters = filtersOf(schema, rows, limits.segments).filter(isAccepted)
  return filters as fc.Arbitrary<Filter<Schema<F>>>
}

/** Nested filters over some fields. */
function filtersOf(
  fields: FieldSet,
  rows: readonly unknown[],
  segments: number,
): fc.Arbitrary<unknown> {
  const leaf = leafOf(fields, rows, segments)
  const { filter } = fc.letrec<{ filter: unknown; filters: unknown[] }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: leaf },
      { weight: 1, arbitrary: tie('filters').map(($and) => ({ $and })) },
      { weight: 1, arbitrary: tie('filters').map(($or) => ({ $or })) },
      { weight: 1, arbitrary: tie('filters').map(($nor) => ({ $nor })) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(leaf, leaf)
          .map((both) => Object.fromEntries(both.flatMap((each) => Object.entries(each)))),
      },
    ),
    filters: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
  }))
  return filter
}
