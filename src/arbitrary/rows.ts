import fc from 'fast-check'
import { BOOLEAN, checkOptions, optionChecks } from '../error/options.ts'
import { membersOf } from '../kinds/dynamic.ts'
import type { Kind } from '../kinds/kind.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { RowInput, Schema } from '../parse/schema.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { foreign, json, keys, valueOfKind, valueOfType } from './values.ts'

export interface RowOptions {
  /**
   * Whether fields may hold values of other kinds, which count as absent; rows in memory and JSON of
   * other writers can have them. By default a field has a value, or null, or is missing.
   */
  readonly foreign?: boolean
}

const ROW_OPTIONS = /* @__PURE__ */ optionChecks<RowOptions>({ foreign: BOOLEAN })

/** Sets the value at a path, as own properties even for keys such as `__proto__`. */
function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path as [string, ...string[]]
  const define = (property: unknown) =>
    Object.defineProperty(target, key, {
      value: property,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  if (rest.length === 0) {
    define(value)
    return
  }
  if (!Object.hasOwn(target, key) || !isPlainObject(target[key])) define({})
  put(target[key] as Record<string, unknown>, rest, value)
}

const NOTHING = Symbol('nothing')

/** Whether `insertRow` takes a value of a field: it refuses those that are too large. */
const isStorable =
  ({ tooLarge }: Field['type']['kind']) =>
  (value: unknown): boolean =>
    tooLarge === undefined ||
    (Array.isArray(value) ? value : [value]).every((each) => tooLarge(each) === undefined)

/** JSON has no Dates: a timestamp in a wildcard is text. */
const isJson = (value: unknown): boolean => !(value instanceof Date)

function fieldValue(field: Field, options: RowOptions): fc.Arbitrary<unknown> {
  const { type, required, wildcard } = field
  const storable = (values: fc.Arbitrary<unknown>) => {
    const sized = type.kind.tooLarge === undefined ? values : values.filter(isStorable(type.kind))
    return wildcard === undefined ? sized : sized.filter(isJson)
  }
  if (field.elements !== undefined) {
    const objects = objectsOf(field.elements, options)
    if (required) return objects
    const other = options.foreign === true ? json : fc.constant(null)
    return fc.oneof(
      { weight: 8, arbitrary: objects },
      { weight: 1, arbitrary: fc.constantFrom(NOTHING, null) },
      { weight: 1, arbitrary: other },
    )
  }
  const ofOtherKinds = wildcard === undefined ? foreign : json
  const [kind] = membersOf(type.kind) as [Kind]
  const value = type.list
    ? fc.array(
        options.foreign === true
          ? fc.oneof({ weight: 6, arbitrary: valueOfKind(kind) }, { weight: 1, arbitrary: json })
          : valueOfKind(kind),
        { maxLength: 4 },
      )
    : valueOfType(type)
  if (required) return storable(value)
  return storable(
    fc.oneof(
      { weight: 8, arbitrary: value },
      { weight: 1, arbitrary: fc.constantFrom(NOTHING, null) },
      { weight: options.foreign === true ? 1 : 0, arbitrary: ofOtherKinds },
    ),
  )
}

/** Lists of objects with these fields. */
function objectsOf({ fields }: FieldSet, options: RowOptions): fc.Arbitrary<unknown> {
  const own = [...fields.values()]
  const object = fc.tuple(...own.map((field) => fieldValue(field, options))).map((values) => {
    const made: Record<string, unknown> = {}
    own.forEach((field, i) => {
      if (values[i] !== NOTHING) put(made, field.path, values[i])
    })
    return made
  })
  const foreignly = { weight: options.foreign === true ? 1 : 0, arbitrary: json }
  return fc.array(fc.oneof({ weight: 6, arbitrary: object }, foreignly), { maxLength: 4 })
}

/** The keys and values of a wildcard's document. */
const documentOf = ({ type }: Field, options: RowOptions): fc.Arbitrary<[string, unknown][]> =>
  fc.array(
    fc.tuple(
      keys,
      fc.oneof(
        { weight: 6, arbitrary: valueOfType(type).filter(isJson) },
        { weight: options.foreign === true ? 2 : 0, arbitrary: json },
      ),
    ),
    { maxLength: 6 },
  )

/**
 * Rows of a schema: every field has a value, or null, or is missing. Values come from small pools of
 * edge cases that databases treat differently; `filterArbitrary` uses the same pools, so that filters
 * match rows. Keys can repeat. For unique ones, use
 * `fc.uniqueArray(rowArbitrary(schema), { selector: (row) => row.id })`.
 *
 * @example
 * fc.assert(fc.property(rowArbitrary(people), filterArbitrary(people), (row, filter) => { … }))
 */
export function rowArbitrary<F extends Fields>(
  schema: Schema<F>,
  options: RowOptions = {},
): fc.Arbitrary<RowInput<Schema<F>>> {
  checkOptions('tamis/fast-check', options, ROW_OPTIONS)
  const fields = [...schema.fields.values()]
  const wildcards = [...schema.wildcards.values()]
  return fc
    .tuple(
      fc.tuple(...fields.map((field) => fieldValue(field, options))),
      fc.tuple(...wildcards.map((field) => documentOf(field, options))),
    )
    .map(([values, documents]) => {
      const row: Record<string, unknown> = {}
      wildcards.forEach((field, i) => {
        for (const [key, value] of documents[i] ?? []) {
          if (!isTaken(schema, `${field.path.join('.')}.${key}`)) {
            put(row, [...field.path, ...key.split('.')], value)
          }
        }
      })
      fields.forEach((field, i) => {
        if (values[i] !== NOTHING) put(row, field.path, values[i])
      })
      return row as RowInput<Schema<F>>
    })
}

/** Whether the name, a parent or a child of it is a literal field, whose value is made separately. */
const isTaken = (schema: Schema, name: string): boolean =>
  [...schema.fields.keys()].some(
    (field) => field === name || field.startsWith(`${name}.`) || name.startsWith(`${field}.`),
  )
