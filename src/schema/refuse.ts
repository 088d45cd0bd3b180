import { describe, nearest, oneOf, quote } from '../error/describe.ts'
import { isPlainObject } from '../kinds/json.ts'

/** Throws what the author of a schema has to read. */
export function refuse(subject: string, why: string): never {
  throw new TypeError(`tamis: schema: ${subject}: ${why}`)
}

/** Refuses keys that mean nothing, so that a misspelt setting is not silently the default. */
export function onlyKeys(subject: string, object: unknown, keys: readonly string[]): void {
  if (!isPlainObject(object)) refuse(subject, `expected an object, received ${describe(object)}`)
  for (const key of Object.keys(object)) {
    if (keys.includes(key)) continue
    const near = nearest(key, keys)
    refuse(
      subject,
      `unknown setting ${quote(key)}${near === undefined ? `; known: ${oneOf(keys)}` : `; did you mean ${quote(near)}?`}`,
    )
  }
}
