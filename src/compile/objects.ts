import { describe } from '../error/describe.ts'
import { membersOf } from '../kinds/dynamic.ts'
import { isPlainObject } from '../kinds/objects.ts'
import type { Field, FieldSet } from '../schema/field.ts'
import { accessor } from './accessor.ts'
import { put } from './put.ts'

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

/**
 * A list of objects as a client's schema shows it: without what is not among its fields, where some of
 * them are hidden. Undefined if it is shown whole.
 */
export function shownList(elements: FieldSet): ((list: unknown) => unknown) | undefined {
  const all = [...elements.fields.values()].map((field) => {
    const { path, elements: inner } = field
    return { path, read: accessor(field), shown: inner && shownList(inner) }
  })
  if (!elements.isPartial && all.every(({ shown }) => shown === undefined)) return undefined
  const shownObject = (object: unknown): unknown => {
    const visible: Record<string, unknown> = elements.isPartial ? {} : { ...(object as object) }
    for (const { path, read, shown } of all) {
      const value = read(object)
      if (value === undefined) continue
      if (shown !== undefined) put(visible, path, shown(value))
      else if (elements.isPartial) put(visible, path, value)
    }
    return visible
  }
  // Nothing but a list of objects has their fields.
  return (list) =>
    Array.isArray(list) ? list.filter((each) => isPlainObject(each)).map(shownObject) : null
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
