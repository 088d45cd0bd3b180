import { describe } from '../error/describe.ts'
import { didYouMean } from '../error/nearest.ts'
import { isPlainObject } from '../kinds/objects.ts'

/** Throws for a mistake in a schema. */
export function refuse(subject: string, why: string): never {
  throw new TypeError(`tamis: schema: ${subject}: ${why}`)
}

/** Refuses a value that is not what was expected. */
export function refuseValue(subject: string, expected: string, value: unknown): never {
  refuse(subject, `expected ${expected}, received ${describe(value)}`)
}

/** Refuses an unknown name and suggests the nearest known one. */
export function refuseName(
  subject: string,
  what: string,
  name: unknown,
  known: readonly string[],
): never {
  const near = typeof name === 'string' ? didYouMean(name, known) : undefined
  const hint = near ?? `expected one of ${known.join(', ')}`
  refuse(subject, `unknown ${what} ${describe(name)}; ${hint}`)
}

/** Refuses unknown keys, so that a misspelt setting is not ignored. */
export function onlyKeys(subject: string, object: unknown, keys: readonly string[]): void {
  if (!isPlainObject(object)) refuseValue(subject, 'an object', object)
  for (const key of Object.keys(object)) {
    if (!keys.includes(key)) refuseName(subject, 'setting', key, keys)
  }
}
