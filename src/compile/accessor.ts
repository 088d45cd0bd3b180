import { isPlainObject } from '../kinds/json.ts'

/**
 * Reads the value that a path leads to: own properties of plain objects only, never through a list.
 */
export function accessor(path: readonly string[]): (row: unknown) => unknown {
  const [first, second, ...rest] = path as [string, ...string[]]
  if (second === undefined) return own(first)
  if (rest.length === 0) {
    const outer = own(first)
    const inner = own(second)
    return (row) => inner(outer(row))
  }
  const steps = path.map(own)
  return (row) => {
    let value = row
    for (const step of steps) value = step(value)
    return value
  }
}

function own(key: string): (value: unknown) => unknown {
  // A key that Object.prototype has too must be told from it; any other cannot be inherited by a
  // plain object, so that reading it is enough.
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
