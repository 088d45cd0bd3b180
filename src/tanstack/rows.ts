import { accessor } from '../compile/accessor.ts'
import { hasProperties } from '../kinds/objects.ts'
import type { AnyOperatorName } from '../operators/index.ts'
import type { FieldsOf, Schema } from '../parse/schema.ts'
import type { FieldDefinition, Fields, FieldsRow } from '../schema/definition.ts'
import type { Field } from '../schema/field.ts'

/** Fields whose timestamps are read as Dates. */
type WithDates<F extends Fields> = {
  readonly [N in keyof F]: F[N] extends FieldDefinition<
    'timestamp',
    infer Ops extends AnyOperatorName,
    infer Operand,
    unknown,
    infer Required
  >
    ? FieldDefinition<'timestamp', Ops, Operand, Date, Required, Date>
    : F[N]
}

/** Rows hold null where an optional field has no value. */
type WithNulls<R> = {
  -readonly [K in keyof R]: undefined extends R[K] ? R[K] | null : R[K]
}

/** A row of a collection: timestamps are Dates, and fields without a value null. */
export type CollectionRow<S extends Schema> = WithNulls<FieldsRow<WithDates<FieldsOf<S>>>>

/** How a value of a field is held; undefined where it is held as it comes. */
function holderOf({ type, path }: Field): ((value: unknown) => unknown) | undefined {
  if (type.list)
    return path.length > 1 ? undefined : (value) => (Array.isArray(value) ? value : null)
  const { kind } = type
  if (kind.name === 'timestamp') {
    return (value) => {
      const text = kind.read(value)
      // Dates hold milliseconds. Digits behind them are cut, which is towards the past.
      return typeof text === 'string' ? new Date(text.replace(/(\.\d{3})\d+/, '$1')) : null
    }
  }
  if (kind.name === 'uuid') return (value) => kind.read(value) ?? null
  if (path.length > 1) return undefined
  return (value) => (kind.read(value) === undefined ? null : value)
}

/** An object with another value at the end of a path; where the path ends before, the same object. */
function replaced(object: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (!hasProperties(object) || key === undefined) return object
  const inner = rest.length === 0 ? value : replaced(object[key], rest, value)
  return inner === object[key] ? object : { ...object, [key]: inner }
}

/**
 * Makes rows of a server such as the conditions of a collection are exact for: timestamps as Dates
 * (cut to the millisecond), UUIDs in lower case, and null in each field of its own without a value.
 */
export function rowReader(schema: Schema): (row: object) => object {
  const fields = [...schema.fields.values()].flatMap((field) => {
    const hold = holderOf(field)
    return hold === undefined ? [] : [{ path: field.path, read: accessor(field), hold }]
  })
  return (row) => {
    const held: Record<string, unknown> = { ...row }
    for (const { path, read, hold } of fields) {
      const [first = ''] = path
      const before = read(row)
      const value = hold(before)
      if (path.length === 1) held[first] = value
      else if (before !== undefined) held[first] = replaced(held[first], path.slice(1), value)
    }
    return held
  }
}
