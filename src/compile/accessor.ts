import { hasProperties, isPlainObject } from '../kinds/objects.ts'
import { documentDepth, type Field } from '../schema/field.ts'

type Reader = (value: unknown) => unknown

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
