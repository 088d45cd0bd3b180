import fc from 'fast-check'
import { accessor } from '../compile/accessor.ts'
import { isPlainObject } from '../kinds/json.ts'
import { type OperatorName, operatorOf } from '../operators/index.ts'
import { safeParseFilter } from '../parse/index.ts'
import type { Filter, Schema } from '../parse/schema.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import { findField } from '../schema/schema.ts'
import { keys, valueOfType, words } from './values.ts'

export interface FilterOptions {
  /** Rows to draw operands and keys from, so that more of the filters are true of one of them. */
  readonly rows?: readonly unknown[]
}

/** What the rows hold of a field: whatever of it is an operand. */
function held({ path, type }: Field, rows: readonly unknown[]): readonly unknown[] {
  const read = accessor(path)
  const values = rows.flatMap((row) => {
    const value = read(row)
    return type.list && Array.isArray(value) ? value : [value]
  })
  return values.filter((value) => type.kind.operand(value) !== undefined)
}

function operandOf(field: Field, rows: readonly unknown[]): fc.Arbitrary<unknown> {
  const pool = valueOfType(field.type)
  const own = held(field, rows)
  if (own.length === 0) return pool
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...own) }, { weight: 2, arbitrary: pool })
}

/** What the words of the rows' values begin with. */
function wordsOf(field: Field, rows: readonly unknown[]): fc.Arbitrary<unknown> {
  const begun = held(field, rows)
    .filter((value) => typeof value === 'string')
    .map((value) => value.slice(0, 3))
  return begun.length === 0 ? words : fc.oneof(words, fc.constantFrom(...begun))
}

function operandsOf(name: OperatorName, field: Field, rows: readonly unknown[]) {
  const one = operandOf(field, rows)
  const orNull = fc.oneof(
    { weight: 8, arbitrary: one },
    { weight: 1, arbitrary: fc.constant(null) },
  )
  const { shape } = operatorOf(name)
  switch (shape) {
    case 'equal':
      return field.type.list ? fc.oneof(orNull, fc.array(one, { maxLength: 3 })) : orNull
    case 'scalar':
      return one
    case 'members':
      // Dialects say a long list otherwise than a short one.
      return fc.oneof(
        { weight: 15, arbitrary: fc.array(orNull, { maxLength: 5 }) },
        { weight: 1, arbitrary: fc.array(orNull, { minLength: 65, maxLength: 80 }) },
      )
    case 'elements':
      return fc.array(one, { maxLength: 3 })
    case 'boolean':
      return fc.boolean()
    case 'words':
      return wordsOf(field, rows)
    default:
      return shape satisfies never
  }
}

/** What may stand behind a field's name. */
function conditionsOf(field: Field, rows: readonly unknown[]): fc.Arbitrary<unknown> {
  const names = [...field.operators]
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
    { weight: 1, arbitrary: several.map((own) => ({ $not: own })) },
  )
}

/** Every path that leads to something in a document, as a field's name says it. */
function pathsOf(value: unknown): readonly string[] {
  if (!isPlainObject(value)) return []
  return Object.keys(value).flatMap((key) => [
    key,
    ...pathsOf(value[key]).map((rest) => `${key}.${rest}`),
  ])
}

/** The names that a client may ask of: literal fields, and keys of the wildcards. */
function namesOf(schema: Schema, rows: readonly unknown[]): fc.Arbitrary<string> {
  const isAsked = (field: Field) => !field.hidden && field.operators.size > 0
  const literal = [...schema.fields.values()].filter(isAsked).map(({ name }) => fc.constant(name))
  const wild = [...schema.wildcards].filter(([, field]) => isAsked(field))
  const keysIn = wild.map(([prefix, field]) => {
    const known = new Set(rows.flatMap((row) => pathsOf(accessor(field.path)(row))))
    const own = known.size === 0 ? keys : fc.oneof(keys, fc.constantFrom(...known))
    return own.map((key) => `${prefix}.${key}`)
  })
  return fc.oneof(...literal, ...keysIn.flatMap((each) => [each, each]))
}

function leafOf(schema: Schema, rows: readonly unknown[]): fc.Arbitrary<Record<string, unknown>> {
  // Making an arbitrary costs more than drawing from one.
  const made = new Map<string, fc.Arbitrary<Record<string, unknown>>>()
  const of = (name: string): fc.Arbitrary<Record<string, unknown>> => {
    const field = findField(schema, name, schema.limits.segments)
    if (typeof field === 'string' || field.hidden || field.operators.size === 0) {
      return fc.constant({})
    }
    return conditionsOf(field, rows).map((own) => Object.fromEntries([[name, own]]))
  }
  return namesOf(schema, rows).chain((name) => {
    const own = made.get(name) ?? of(name)
    made.set(name, own)
    return own
  })
}

/**
 * Filters that the schema accepts, of every operator that it allows, nested. Made to be true of some
 * rows: operands come from the same pools as `rowArbitrary`'s values and, with `rows`, from these.
 */
export function filterArbitrary<F extends Fields>(
  schema: Schema<F>,
  { rows = [] }: FilterOptions = {},
): fc.Arbitrary<Filter<Schema<F>>> {
  const leaf = leafOf(schema as Schema, rows)
  const filters = fc.letrec<{ filter: unknown; filters: unknown[] }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: leaf },
      { weight: 1, arbitrary: tie('filters').map((own) => ({ $and: own })) },
      { weight: 1, arbitrary: tie('filters').map((own) => ({ $or: own })) },
      { weight: 1, arbitrary: tie('filters').map((own) => ({ $nor: own })) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(leaf, leaf)
          .map((both) => Object.fromEntries(both.flatMap((each) => Object.entries(each)))),
      },
    ),
    filters: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
  }))
  // What a schema's own caps refuse is not asked for.
  return filters.filter.filter((own) => safeParseFilter(schema as Schema, own).ok) as fc.Arbitrary<
    Filter<Schema<F>>
  >
}
