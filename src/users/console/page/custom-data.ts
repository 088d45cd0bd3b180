/** Changes of a user's custom data, as a partial update. */

import type { FieldChanges, JsonObject } from '../../client/index.ts'

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws Error that says why a text is no custom data. */
export function readCustom(text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`This is not JSON: ${error instanceof Error ? error.message : error}`)
  }
  if (!isObject(value)) throw new Error('Custom data is an object, such as {"color": "red"}.')
  return value
}

/**
 * The keys that differ, so that other keys which somebody else changed meanwhile stay changed.
 * Undefined if nothing differs. A key with a dot would be read as a path: then the whole is replaced.
 */
export function customChanges(before: JsonObject, after: JsonObject): FieldChanges | undefined {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  const differs = (key: string) => JSON.stringify(before[key]) !== JSON.stringify(after[key])
  const different = [...keys].filter((key) => !Object.hasOwn(after, key) || differs(key))
  if (different.length === 0) return undefined
  if (different.some((key) => key === '' || key.includes('.'))) return { set: { custom: after } }
  const set = different.filter((key) => Object.hasOwn(after, key))
  const unset = different.filter((key) => !Object.hasOwn(after, key))
  return {
    ...(set.length === 0
      ? {}
      : { set: Object.fromEntries(set.map((key) => [`custom.${key}`, after[key] ?? null])) }),
    ...(unset.length === 0 ? {} : { unset: unset.map((key) => `custom.${key}`) }),
  }
}
