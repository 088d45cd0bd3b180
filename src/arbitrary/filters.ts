// Longer than most files here: one generator for each shape of operand, and what puts them together.

import fc from 'fast-check'
import { accessor } from '../compile/accessor.ts'
import { operatorOf } from '../condition/condition.ts'
import type { Scopes } from '../condition/relation.ts'
import { timeKindOf } from '../condition/relative.ts'
import { checkOptions, optionChecks } from '../error/options.ts'
import { hasProperties, isPlainObject } from '../kinds/objects.ts'
import type { AnyOperatorName } from '../operators/index.ts'
import { safeParseFilter } from '../parse/index.ts'
import type { Filter, Schema } from '../parse/schema.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { findField } from '../schema/schema.ts'
import { keys, texts, valueOfType, words } from './values.ts'

export interface FilterOptions extends ScopeOptions {
  /**
   * Rows to take operands and keys from, so that more filters match one of them; those of relations from
   * the related rows that are loaded in them.
   */
  readonly rows?: readonly unknown[]
}

/** What parsing needs of the server. */
export interface ScopeOptions {
  /** The scopes of schemas with `scope: true`, as `parseFilter` takes them. */
  readonly scopes?: Scopes | undefined
}

const FILTER_OPTIONS = /* @__PURE__ */ optionChecks<FilterOptions>({
  rows: ['a list of rows', Array.isArray],
  scopes: ['an object of conditions', isPlainObject],
})

/** What filters are made from. */
interface Around {
  readonly rows: readonly unknown[]
  readonly segments: number
  /** How many relations may still be entered. */
  readonly relations: number
  /** Whether operands may be relative to now. */
  readonly isRelative: boolean
}

/** The values of a field in the rows that are valid operands. */
function operandsIn(field: Field, rows: readonly unknown[]): readonly unknown[] {
  const read = accessor(field)
  const values = rows.flatMap((row) => {
    const value = read(row)
    return field.type.list && Array.isArray(value) ? value : [value]
  })
  return values.filter((value) => field.type.kind.operand(value) !== undefined)
}

/** Shifts whose instants are within the years that values have. */
const shifts = fc
  .tuple(
    fc.constantFrom('+', '-'),
    fc.integer({ min: 0, max: 400 }),
    fc.constantFrom(...'smhdwMy'),
    fc.constantFrom('', ...[...'smhdwMy'].map((unit) => `/${unit}`)),
  )
  .map((parts) => ({ $now: parts.join('') }))

function operandOf(field: Field, { rows, isRelative }: Around): fc.Arbitrary<unknown> {
  const isTime = isRelative && timeKindOf(field.type.kind) !== undefined
  const found = operandsIn(field, rows)
  const values = field.type.kind.isFolded
    ? found.flatMap((value) => CASES.map((inCase) => inCase(String(value))))
    : found
  const pool = isTime
    ? fc.oneof({ weight: 3, arbitrary: valueOfType(field.type) }, { weight: 1, arbitrary: shifts })
    : valueOfType(field.type)
  if (values.length === 0) return pool
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...values) },
    { weight: 2, arbitrary: pool },
  )
}

/** Words, and prefixes of the rows' values. */
function wordsOf(field: Field, { rows }: Around): fc.Arbitrary<unknown> {
  const prefixes = operandsIn(field, rows)
    .filter((value) => typeof value === 'string')
    .map((value) => value.slice(0, 3))
  return prefixes.length === 0 ? words : fc.oneof(words, fc.constantFrom(...prefixes))
}

/** The objects of a list, or the related rows, of all rows. */
const inside = (field: Field, rows: readonly unknown[]): readonly unknown[] => {
  const read = accessor(field)
  return rows.flatMap((row) => [read(row)].flat()).filter((each) => hasProperties(each))
}

/** What filters of the objects of a list, or of related rows, are made from. */
const aroundIn = (field: Field, around: Around): Around => ({
  ...around,
  rows: inside(field, around.rows),
  relations: around.relations - (field.relation === undefined ? 0 : 1),
})

/** A filter over the objects of a list, or over related rows. */
function filterOf(field: Field, around: Around): fc.Arbitrary<unknown> {
  return field.elements === undefined
    ? fc.constant({})
    : filtersOf(field.elements, aroundIn(field, around))
}

/** Pieces of the rows' values, also in other cases, and of texts that are in none of them. */
function partsOf(field: Field, { rows }: Around): fc.Arbitrary<string> {
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

function operandsOf(name: AnyOperatorName, field: Field, around: Around): fc.Arbitrary<unknown> {
  const { shape, own } = operatorOf(field.type, name)
  if (shape === 'filter') return filterOf(field, around)
  const any = operandOf(field, around)
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
      return wordsOf(field, around)
    case 'count':
      return fc.integer({ min: 0, max: 4 })
    case 'text':
      return partsOf(field, around)
    case 'textOrNull':
      return fc.oneof(
        { weight: 8, arbitrary: partsOf(field, around) },
        { weight: 1, arbitrary: fc.constant(null) },
      )
    case 'texts':
      return fc.array(fc.oneof(partsOf(field, around), fc.constant(null)), { maxLength: 5 })
    default:
      return shape satisfies never
  }
}

/** Conditions on one field. */
function conditionsOf(field: Field, around: Around): fc.Arbitrary<unknown> {
  const names = askable(field)
  const single = fc.oneof(
    ...names.map((name) =>
      operandsOf(name, field, around).map((operand) => Object.fromEntries([[name, operand]])),
    ),
  )
  const several = fc
    .array(single, { minLength: 1, maxLength: 2 })
    .map((all) => Object.fromEntries(all.flatMap((each) => Object.entries(each))))
  const bare = names.includes('$eq') ? [operandsOf('$eq', field, around)] : []
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

/** The names that a client may use: literal fields, keys of the wildcards, relations, and paths. */
function namesOf(schema: FieldSet, around: Around): fc.Arbitrary<string> {
  const { rows } = around
  const literal = [...schema.fields.values()]
    .filter(isFilterable)
    .map(({ name }) => fc.constant(name))
  const wild = [...schema.wildcards].filter(([, field]) => isFilterable(field))
  const keysIn = wild.map(([prefix, field]) => {
    const paths = new Set(rows.flatMap((row) => pathsOf(accessor(field)(row))))
    const key = paths.size === 0 ? keys : fc.oneof(keys, fc.constantFrom(...paths))
    return key.map((path) => `${prefix}.${path}`)
  })
  const relations = around.relations === 0 ? [] : [...(schema.relations?.named.values() ?? [])]
  const related = relations.map(({ name }) => fc.constant(name))
  const paths = relations.flatMap((field) =>
    field.type.name === 'one' && field.elements !== undefined
      ? [namesOf(field.elements, aroundIn(field, around)).map((name) => `${field.name}.${name}`)]
      : [],
  )
  return fc.oneof(...literal, ...keysIn.flatMap((each) => [each, each]), ...related, ...paths)
}

/** The field that a name leads to, through to-one relations, and what its operands are made from. */
function fieldAt(
  schema: FieldSet,
  name: string,
  around: Around,
): { readonly field: Field; readonly around: Around } | undefined {
  const through = schema.relations?.through(name)
  if (through?.relation.elements !== undefined) {
    const { relation, rest } = through
    return fieldAt(relation.elements as FieldSet, rest, aroundIn(relation, around))
  }
  const field = findField(schema, name, around.segments)
  return typeof field === 'string' || !isFilterable(field) ? undefined : { field, around }
}

function leafOf(schema: FieldSet, around: Around): fc.Arbitrary<Record<string, unknown>> {
  // A memo, because an arbitrary costs more to make than to use.
  const leaves = new Map<string, fc.Arbitrary<Record<string, unknown>>>()
  const of = (name: string): fc.Arbitrary<Record<string, unknown>> => {
    const found = fieldAt(schema, name, around)
    if (found === undefined) return fc.constant({})
    return conditionsOf(found.field, found.around).map((condition) =>
      Object.fromEntries([[name, condition]]),
    )
  }
  return namesOf(schema, around).chain((name) => {
    const leaf = leaves.get(name) ?? of(name)
    leaves.set(name, leaf)
    return leaf
  })
}

/**
 * Nested filters that the schema accepts, with every operator that it allows, of related rows too, and
 * with times relative to now where the schema has `relativeTime`. Operands come from the pools that
 * `rowArbitrary` uses, and from `rows`, so that filters match some rows.
 *
 * @throws TypeError for an unknown option.
 */
export function filterArbitrary<F extends Fields>(
  schema: Schema<F>,
  options: FilterOptions = {},
): fc.Arbitrary<Filter<Schema<F>>> {
  checkOptions('tamis/fast-check', options, FILTER_OPTIONS)
  const { rows = [], scopes } = options
  const { limits, relativeTime } = schema
  const { segments, relations } = limits
  // The schema's limits may refuse some.
  const isAccepted = (filter: unknown) => safeParseFilter(schema as Schema, filter, { scopes }).ok
  const isRelative = relativeTime !== undefined
  const filters = filtersOf(schema, { rows, segments, relations, isRelative }).filter(isAccepted)
  return filters as fc.Arbitrary<Filter<Schema<F>>>
}

/** Nested filters over some fields. */
function filtersOf(fields: FieldSet, around: Around): fc.Arbitrary<unknown> {
  const leaf = leafOf(fields, around)
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
