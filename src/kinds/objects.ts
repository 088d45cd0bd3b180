/** Which objects have properties that count. The copies of leaves import nothing but this. */

/** Whether an object is plain: its prototype is null, or Object.prototype of any realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}

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
 * The key by which code that is called for each row asks for an object's prototype: V8 answers it
 * with the shape, which Object.getPrototypeOf waits for. Node's `--disable-proto=throw` takes it
 * away; then the empty key finds nothing, and the slow way is gone.
 */
export const PROTOTYPE = /* @__PURE__ */ ((): string => {
  const key = '__proto__'
  /* v8 ignore next -- tests run in processes that have it */
  try {
    return ({} as Record<string, unknown>)[key] === Object.prototype ? key : ''
  } catch {
    return ''
  }
})()
