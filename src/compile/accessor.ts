import { isPlainObject } from '../kinds/json.ts'
import { documentDepth, type Field } from '../schema/field.ts'

type Reader = (value: unknown) => unknown

/**
 * Whether an object on a literal path can have properties that count: a plain object, an entity of a
 * class. A list and the built-in containers are values.
 */
export const hasProperties = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !(value instanceof Map) &&
  !(value instanceof Set)

/**
 * Reads a field's value in a row. On a literal path, rows and objects can be of any class, and
 * inherited properties count, as those with getters do. In a wildcard's document only own properties
 * of plain objects count: what JSON can store.
 */
export function accessor({ path, wildcard }: Pick<Field, 'path' | 'wildcard'>): Reader {
  const document = documentDepth({ path, wildcard })
  const [first, second, ...rest] = path.map((key, i) =>
    i < document ? propertyReader(key) : memberReader(key),
  ) as [Reader, ...Reader[]]
  if (second === undefined) return first
  if (rest.length === 0) return (row) => second(first(row))
  return (row) => {
    let value = second(first(row))
    for (const read of rest) value = read(value)
    return value
  }
}

/** Reads a property of an object of any class, but nothing that every object inherits. */
function propertyReader(key: string): Reader {
  if (key in Object.prototype) {
    return (value) => (hasProperties(value) && Object.hasOwn(value, key) ? value[key] : undefined)
  }
  return (value) => (hasProperties(value) ? value[key] : undefined)
}

/** Reads an own property of a plain object. Other keys than Object.prototype's are not inherited. */
function memberReader(key: string): Reader {
  if (key in Object.prototype) {
    return (value) => (isPlainObject(value) && Object.hasOwn(value, key) ? value[key] : undefined)
  }
  return (value) => (isPlainObject(value) ? value[key] : undefined)
}

/**
 * The key by which code that is called for each row asks for an object's prototype: V8 answers it
 * with the shape, which Object.getPrototypeOf waits for. Node's `--disable-proto=throw` takes it
 * away; then the empty key finds nothing, and the slow way is gone.
 */
export const PROTOTYPE = ((): string => {
  const key = '__proto__'
  try {
    return ({} as Record<string, unknown>)[key] === Object.prototype ? key : ''
  } catch {
    return ''
  }
})()
