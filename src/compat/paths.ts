import { hasProperties } from '../kinds/objects.ts'

type Test = (value: unknown) => boolean

/** What an object has under a key, and nothing that every object inherits. */
const own = (object: Readonly<Record<string, unknown>>, key: string): unknown =>
  key in Object.prototype && !Object.hasOwn(object, key) ? undefined : object[key]

/**
 * Whether a value at a path passes a test. As in MongoDB, a path leads through the objects of lists:
 * it is enough that one of them passes. Elsewhere the path has no value, so that null is equal. A list
 * at its end is given to the test as it is.
 */
export function anyAt(path: readonly string[], test: Test): Test {
  return path.reduceRight<Test>((below, key) => {
    const inside = (value: unknown) => below(hasProperties(value) ? own(value, key) : undefined)
    return (value) =>
      Array.isArray(value) && value.length > 0 ? value.some(inside) : inside(value)
  }, test)
}
