/**
 * JSON text that keeps every value exact, both ways: integers of any size, which JSON.parse rounds,
 * and the difference between an integer and a double that happens to be whole.
 */

import { MAX_INT64, MIN_INT64 } from './numbers.ts'
import { isText } from './string.ts'

/** How deep stored JSON may nest: what the engines read is somewhat more. */
export const JSON_DEPTH = 500

// A string that does not end matches too, so that no text is gone through twice.
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs
// What may follow a value. After a key there is a colon: that number is left for JSON.parse to refuse.
const END_OF_VALUE = /\s*(?:[,\]}]|$)/y
const LONG_INTEGER = /\d{16}/
const INTEGER = /^-?(?:0|[1-9]\d*)$/

/** A number as JSON writes one. */
export const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Longer than any number that a kind can hold, written out. */
export const LONGEST_NUMBER = 400

/** A {@link JSON_NUMBER} at its value: an integer that a double would round is a bigint. */
export function exactNumber(text: string): number | bigint {
  const near = Number(text)
  return INTEGER.test(text) && !Number.isSafeInteger(near) ? BigInt(text) : near
}

/** A text that does not occur in another: one colon longer than the longest of its like. */
export function freshMark(text: string): string {
  let longest = 0
  for (const [own] of text.matchAll(/bigint:+/g)) longest = Math.max(longest, own.length)
  return 'bigint'.padEnd(Math.max(longest, 6) + 1, ':')
}

/**
 * JSON.parse, but that an integer beyond ±(2^53 − 1) comes as a bigint. An integer is what is
 * written as one: 9007199254740993.0 and 1e20 are doubles.
 *
 * @throws SyntaxError where JSON.parse throws one.
 */
export function parseJson(text: string): unknown {
  // No integer that needs a bigint is shorter than 16 digits.
  if (!LONG_INTEGER.test(text)) return JSON.parse(text)
  // Long integers are wrapped in strings with a mark that begins no other string of the text.
  const unescaped = text.replace(/\\u([\da-fA-F]{4})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  const mark = freshMark(unescaped)
  const marked = text.replace(STRING_OR_NUMBER, (token, at: number) => {
    if (!INTEGER.test(token) || Number.isSafeInteger(Number(token))) return token
    END_OF_VALUE.lastIndex = at + token.length
    return END_OF_VALUE.test(text) ? `"${mark}${token}"` : token
  })
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  )
}

/**
 * A double as JSON text that every engine reads back as the same double. Whole numbers of 64 bits
 * are written digit by digit, 2^63 with all of its 19: some engines keep decimals, to which 2^62 in
 * its shortest form is another number, and 2^63 one of 64 bits. Others have 17 digits: the shortest form can lie near the middle between two
 * doubles, and SQLite's reader then takes the wrong one (seen on 3.45: 1 in 10,000 random doubles;
 * none with 17 digits).
 */
export function printDouble(value: number): string {
  if (Number.isInteger(value)) {
    if (value >= -(2 ** 63) && value < 2 ** 63) return String(BigInt(value))
    return value.toExponential(value === 2 ** 63 ? 18 : 16)
  }
  const text = value.toPrecision(17)
  return text.includes('e') ? text : text.replace(/0+$/, '')
}

/** Beyond 64 bits, fields read a bigint as the nearest double, if there is one. */
function printBigInt(value: bigint): string | undefined {
  if (value >= MIN_INT64 && value <= MAX_INT64) return String(value)
  const near = Number(value)
  return Number.isFinite(near) ? printDouble(near) : undefined
}

function fail(path: readonly string[], what: string): never {
  throw new TypeError(`tamis: ${path.join('.')}: ${what} is not JSON`)
}

/** Replaces a value on its way into JSON; `path` is the keys to it from the top. */
export type JsonReplacer = (value: unknown, path: readonly string[]) => unknown

/**
 * A value as JSON text for storage. Members and elements that no engine can hold alike are left
 * out: `undefined`, strings and keys with U+0000 or a lone surrogate, and bigints beyond every
 * double, all of which every field reads as absent.
 *
 * @throws TypeError for what is not JSON (a function, a symbol, NaN, a Date, an instance of a
 * class) and for nesting deeper than {@link JSON_DEPTH}.
 */
export function printJson(
  value: unknown,
  path: readonly string[],
  replace: JsonReplacer = (own) => own,
): string | undefined {
  const own = replace(value, path)
  switch (typeof own) {
    case 'undefined':
      return undefined
    case 'string':
      return isText(own) ? JSON.stringify(own) : undefined
    case 'boolean':
      return String(own)
    case 'number':
      return Number.isFinite(own) ? printDouble(own) : fail(path, String(own))
    case 'bigint':
      return printBigInt(own)
    case 'object':
      break
    default:
      return fail(path, `a ${typeof own}`)
  }
  if (own === null) return 'null'
  if (path.length > JSON_DEPTH) return fail(path.slice(0, 8), `nesting deeper than ${JSON_DEPTH}`)
  if (Array.isArray(own)) {
    // No path leads through a list, so nothing in one is a field's value.
    const elements = own.map((each, i) => printJson(each, [...path, String(i)]))
    return `[${elements.filter((each) => each !== undefined).join(',')}]`
  }
  if (!isPlainObject(own)) return fail(path, 'an instance of a class')
  const members: string[] = []
  for (const key of Object.keys(own)) {
    const text = isText(key) ? printJson(own[key], [...path, key], replace) : undefined
    if (text !== undefined) members.push(`${JSON.stringify(key)}:${text}`)
  }
  return `{${members.join(',')}}`
}

/** Whether an object is plain: its prototype is null, or Object.prototype of any realm. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: object | null = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf')
}
