import { describe } from '../error/describe.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { isPlainObject } from '../kinds/json.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { accessor } from './accessor.ts'

/** An object, with another value at a path if there is one: along it, objects are copied. */
function withValue(
  object: unknown,
  [key = '', ...rest]: readonly string[],
  change: (value: unknown) => unknown,
): unknown {
  if (!isPlainObject(object) || !Object.hasOwn(object, key)) return object
  const value = rest.length === 0 ? change(object[key]) : withValue(object[key], rest, change)
  return value === object[key] ? object : { ...object, [key]: value }
}

/** The value of a field as JSON stores it: canonical, so that SQL can compare it as text. */
function storedValue({ type, elements }: Field): ((value: unknown) => unknown) | undefined {
  if (elements !== undefined) {
    const stored = storedObject(elements)
    return (value) => (Array.isArray(value) ? value.map(stored) : value)
  }
  if (!membersOf(type.kind).some(({ isRewritten }) => isRewritten)) return undefined
  const one = (value: unknown) => type.kind.read(value) ?? (value instanceof Date ? null : value)
  if (!type.list) return one
  return (value) => (Array.isArray(value) ? value.map(one) : value)
}

/**
 * An object of a list as it is stored; what is no object stays as it is.
 *
 * @throws TypeError where a required value is absent, or one of the field's kind is too large.
 */
export function storedObject({ fields }: FieldSet): (object: unknown) => unknown {
  const all = [...fields.values()].map((field) => {
    return { field, read: accessor(field), change: storedValue(field) }
  })
  return (object) => {
    if (!isPlainObject(object)) return object
    let stored: unknown = object
    for (const { field, read, change } of all) {
      check(field, read(object))
      if (change !== undefined) stored = withValue(stored, field.path, change)
    }
    return stored
  }
}

function check({ name, type, required }: Field, value: unknown): void {
  for (const each of type.list && Array.isArray(value) ? value : [value]) {
    const most = type.kind.tooLarge?.(each)
    if (most === undefined) continue
    throw new TypeError(`tamis: ${name}: expected ${most}, received ${describe(each)}`)
  }
  if (!required) return
  if (type.list ? Array.isArray(value) : type.kind.read(value) !== undefined) return
  const what = type.list ? 'a list' : type.kind.expects
  throw new TypeError(`tamis: ${name}: required, expected ${what}, received ${describe(value)}`)
}
