import { describe } from '../error/describe.ts'
import { isPlainObject } from '../kinds/objects.ts'

/**
 * The only code that touches an object that a client sent. Everything is read once, into values of
 * our own, so that what was checked is what is used; whatever a getter, a proxy or a revoked one
 * does ends here. Nothing is listed before its size is known.
 */

/** The keys of a plain object, in its order, and their values, which are as many. */
export interface Entries {
  readonly keys: readonly string[]
  readonly values: readonly unknown[]
}

/** What was there in place of a plain object, for the message. */
export class Unreadable {
  readonly what: string

  constructor(what: string) {
    this.what = what
  }
}

const HOSTILE = new Unreadable('an object that cannot be read')

export function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

/** How many elements a list says that it has; undefined where it cannot be read. */
export function lengthOf(list: readonly unknown[]): number | undefined {
  try {
    const { length } = list
    return Number.isSafeInteger(length) && length >= 0 ? length : undefined
  } catch {
    return undefined
  }
}

/** Longer lists are not preallocated: a proxy can report any length. */
const LARGEST = 10_000

/** The elements, read once each; undefined where one cannot be read. */
export function elementsOf(list: readonly unknown[], length: number): unknown[] | undefined {
  try {
    const elements = new Array<unknown>(Math.min(length, LARGEST))
    for (let i = 0; i < length; i++) elements[i] = list[i]
    return elements
  } catch {
    return undefined
  }
}

/**
 * The entries of a plain object without symbol or accessor keys, its keys alone where there are more
 * than `max`, or why it is none.
 */
export function entriesOf(value: unknown, max: number): Entries | number | Unreadable {
  try {
    if (!isPlainObject(value)) {
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
      return new Unreadable(isObject ? 'an object that is not plain' : describe(value))
    }
    // Three calls are faster than Reflect.ownKeys: V8 has the names of most objects at hand.
    const keys = Object.getOwnPropertyNames(value)
    const count = keys.length
    if (count > max) return count
    const values: unknown[] = []
    for (let i = 0; i < count; i++) {
      const property = Object.getOwnPropertyDescriptor(value, keys[i]!)
      if (property === undefined || !('value' in property)) {
        return new Unreadable('an object with an accessor')
      }
      values.push(property.value)
    }
    if (Object.getOwnPropertySymbols(value).length > 0) {
      return new Unreadable('an object with a symbol key')
    }
    return { keys, values }
  } catch {
    return HOSTILE
  }
}
