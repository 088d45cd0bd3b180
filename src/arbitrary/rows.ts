import fc from 'fast-check'
import { membersOf } from '../kinds/dynamic.ts'
import { isPlainObject } from '../kinds/json.ts'
import type { Kind } from '../kinds/kind.ts'
import type { Row, Schema } from '../parse/schema.ts'
import type { Fields } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'
import { foreign, json, keys, valueOfKind, valueOfType } from './values.ts'

export interface RowOptions {
  /**
   * Whether fields may hold what is none of their kind, as rows in memory and JSON by other writers
   * do; to the fields it is absent. Off by default: a field has a value, or null, or is missing.
   */
  readonly foreign?: boolean
}

/** Puts a value at a path, as own properties whatever the keys are. */
function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path as [string, ...string[]]
  const define = (own: unknown) =>
    Object.defineProperty(target, key, {
      value: own,
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

/** Inside JSON there are no Dates: what other writers leave there is text. */
const isJson = (value: unknown): boolean => !(value instanceof Date)

function fieldValue(field: Field, options: RowOptions): fc.Arbitrary<unknown> {
  const { type, required, wildcard } = field
  const inside = (own: fc.Arbitrary<unknown>) => (wildcard === undefined ? own : own.filter(isJson))
  const odd = wildcard === undefined ? foreign : json
  const [kind] = membersOf(type.kind) as [Kind]
  const value = type.list
    ? fc.array(
        options.foreign === true
          ? fc.oneof({ weight: 6, arbitrary: valueOfKind(kind) }, { weight: 1, arbitrary: json })
          : valueOfKind(kind),
        { maxLength: 4 },
      )
    : valueOfType(type)
  if (required) return inside(value)
  return inside(
    fc.oneof(
      { weight: 8, arbitrary: value },
      { weight: 1, arbitrary: fc.constantFrom(NOTHING, null) },
      { weight: options.foreign === true ? 1 : 0, arbitrary: odd },
    ),
  )
}

/** The keys of a wildcard's document, and what stands there. */
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
 * those that stores disagree on, which `filterArbitrary` draws from, too, so that filters do hit.
 * A key is as good as unique in few rows; make sure by
 * `fc.uniqueArray(rowArbitrary(schema), { selector: (row) => row.id })`.
 *
 * @example
 * fc.assert(fc.property(rowArbitrary(people), filterArbitrary(people), (row, filter) => { … }))
 */
export function rowArbitrary<F extends Fields>(
  schema: Schema<F>,
  options: RowOptions = {},
): fc.Arbitrary<Row<Schema<F>>> {
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
      return row as Row<Schema<F>>
    })
}

/** Whether a literal field stands at a name, above it or below it: its values are its own. */
const isTaken = (schema: Schema, name: string): boolean =>
  [...schema.fields.keys()].some(
    (own) => own === name || own.startsWith(`${name}.`) || name.startsWith(`${own}.`),
  )
