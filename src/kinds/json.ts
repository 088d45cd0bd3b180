/**
 * Parses and prints JSON without loss: integers beyond 2^53, which JSON.parse rounds, and doubles
 * with enough digits for every engine.
 */

import { MAX_INT64, MIN_INT64 } from './numbers.ts'
import { isPlainObject } from './objects.ts'
import { isText } from './string.ts'

/** The nesting limit of stored JSON. Most engines read a little more; see `Dialect.jsonDepth`. */
export const JSON_DEPTH = 500

// Also matches an unterminated string; otherwise the search would restart inside it (quadratic time).
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs
// What may follow a value. A number before a colon is an invalid key, which JSON.parse rejects.
const END_OF_VALUE = /\s*(?:[,\]}]|$)/y
const BEFORE_VALUE = /\s*:/y
const LONG_INTEGER = /\d{16}/
const INTEGER = /^-?(?:0|[1-9]\d*)$/

/** A number as JSON writes one. */
export const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** Longer than the digits of any number that a kind can hold. */
export const LONGEST_NUMBER = 400

/** The strings and the numbers of JSON text, in their order. */
export const tokensOf = (text: string): readonly { token: string; isKey: boolean }[] =>
  Array.from(text.matchAll(STRING_OR_NUMBER), ({ 0: token, index }) => {
    BEFORE_VALUE.lastIndex = index + token.length
    return { token, isKey: token.startsWith('"') && BEFORE_VALUE.test(text) }
  })

/** The value of a {@link JSON_NUMBER}: a bigint for an integer that a double would round. */
export function exactNumber(text: string): number | bigint {
  const near = Number(text)
  return INTEGER.test(text) && !Number.isSafeInteger(near) ? BigInt(text) : near
}

/** A marker that does not occur in the text: `bigint` and one more colon than any in the text. */
export function freshMark(text: string): string {
  let longest = 0
  for (const [match] of text.matchAll(/bigint:+/g)) longest = Math.max(longest, match.length)
  return 'bigint'.padEnd(Math.max(longest, 6) + 1, ':')
}

/**
 * JSON.parse, except that integers beyond ±(2^53 − 1) become bigints. Only digits without a fraction
 * or an exponent are an integer: 9007199254740993.0 and 1e20 are doubles. An integer that is greater
 * than every double becomes Infinity.
 *
 * @throws SyntaxError where JSON.parse throws one.
 */
export function parseJson(text: string): unknown {
  // An integer of fewer than 16 digits needs no bigint.
  if (!LONG_INTEGER.test(text)) return JSON.parse(text)
  // Long integers become strings with a prefix that no other string of the text has.
  const unescaped = text.replace(/\\u([\da-fA-F]{4})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
  const mark = freshMark(unescaped)
  const marked = text.replace(STRING_OR_NUMBER, (token, at: number) => {
    // Greater than every double: JSON.parse makes it Infinity, which fields read as absent. Parsing
    // a bigint takes superlinear time.
    if (token.length > LONGEST_NUMBER) return token
    if (!INTEGER.test(token) || Number.isSafeInteger(Number(token))) return token
    END_OF_VALUE.lastIndex = at + token.length
    return END_OF_VALUE.test(text) ? `"${mark}${token}"` : token
  })
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  )
}

/**
 * A double as JSON text that every engine reads back as the same double. Whole numbers in the range
 * of int64, and 2^63, are printed with all their digits: some engines parse decimals, for which the
 * shortest form of 2^62 is another number. Other doubles have 17 digits: the shortest form can lie
 * close to the midpoint of two doubles, where SQLite's parser rounds to the wrong one (3.45: 1 in
 * 10,000 random doubles; none with 17 digits).
 */
export function printDouble(value: number): string {
  if (Number.isInteger(value)) {
    if (value >= -(2 ** 63) && value < 2 ** 63) return String(BigInt(value))
    return value.toExponential(value === 2 ** 63 ? 18 : 16)
  }
  const text = value.toPrecision(17)
  return text.includes('e') ? text : text.replace(/0+$/, '')
}

/** Beyond int64, fields read a bigint as the nearest double, if it is finite. */
function printBigInt(value: bigint): string | undefined {
  if (value >= MIN_INT64 && value <= MAX_INT64) return String(value)
  const near = Number(value)
  return Number.isFinite(near) ? printDouble(near) : undefined
}

function fail(path: readonly string[], what: string): never {
  throw new TypeError(`tamis: ${path.join('.')}: ${what} is not JSON`)
}

function tooDeep(path: readonly string[], depth: number): never {
  const place = path.slice(0, 8).join('.')
  throw new TypeError(
    `tamis: ${place}: JSON nests deeper than ${depth} levels, which cannot be stored`,
  )
}

/** Replaces a value before it is printed. `path` holds the keys to it and is valid until it returns. */
export type JsonReplacer = (value: unknown, path: readonly string[]) => unknown

/**
 * A value as JSON text for storage. Members and elements that engines would store differently are
 * omitted: `undefined`, strings and keys with U+0000 or a lone surrogate, and bigints greater than
 * every double. Every field reads them as absent.
 *
 * @throws TypeError for what is not JSON (a function, a symbol, NaN, a Date, an instance of a
 * class) and for nesting deeper than `depth`, counted from the first key of `path`.
 */
export function printJson(
  value: unknown,
  path: readonly string[],
  replace?: JsonReplacer,
  depth = JSON_DEPTH,
): string | undefined {
  const printer = new Printer(path, depth)
  return printer.print(value, replace) ? printer.toString() : undefined
}

/** All levels share one list of parts and one path, so that deep nesting copies neither. */
class Printer {
  readonly #parts: string[] = []
  readonly #path: string[]
  readonly #depth: number

  constructor(path: readonly string[], depth: number) {
    this.#path = [...path]
    this.#depth = depth
  }

  toString(): string {
    return this.#parts.join('')
  }

  /** False if the value is to be omitted. */
  print(input: unknown, replace: JsonReplacer | undefined): boolean {
    const value = replace === undefined ? input : replace(input, this.#path)
    if (typeof value !== 'object' || value === null) return this.#scalar(value)
    if (this.#path.length > this.#depth) tooDeep(this.#path, this.#depth)
    let count = 0
    if (Array.isArray(value)) {
      this.#parts.push('[')
      for (let i = 0; i < value.length; i++) {
        // Paths do not lead into lists, so an element is never a field's value: nothing to replace.
        if (this.#member(String(i), count > 0 ? ',' : '', value[i], undefined)) count++
      }
      this.#parts.push(']')
      return true
    }
    if (!isPlainObject(value)) return fail(this.#path, 'an instance of a class')
    this.#parts.push('{')
    for (const key of Object.keys(value)) {
      if (!isText(key)) continue
      const before = `${count > 0 ? ',' : ''}${JSON.stringify(key)}:`
      if (this.#member(key, before, value[key], replace)) count++
    }
    this.#parts.push('}')
    return true
  }

  #scalar(value: unknown): boolean {
    const text = scalarText(value, this.#path)
    if (text !== undefined) this.#parts.push(text)
    return text !== undefined
  }

  /** Prints a member or an element after `before`: a comma and a member's key. */
  #member(key: string, before: string, value: unknown, replace: JsonReplacer | undefined): boolean {
    const { length } = this.#parts
    this.#parts.push(before)
    this.#path.push(key)
    const isPrinted = this.print(value, replace)
    this.#path.pop()
    if (!isPrinted) this.#parts.length = length
    return isPrinted
  }
}

function scalarText(value: unknown, path: readonly string[]): string | undefined {
  switch (typeof value) {
    case 'undefined':
      return undefined
    case 'string':
      return isText(value) ? JSON.stringify(value) : undefined
    case 'boolean':
      return String(value)
    case 'number':
      return Number.isFinite(value) ? printDouble(value) : fail(path, String(value))
    case 'bigint':
      return printBigInt(value)
    case 'object':
      return 'null'
    default:
      return fail(path, `a ${typeof value}`)
  }
}
