import { exactly, FEW, isSame, isWithin, type Kind, type Range, type Test } from './kind.ts'

/** Whether a string can be stored everywhere: well-formed Unicode without U+0000. */
export const isText = (value: string): boolean => value.isWellFormed() && !value.includes('\0')

/** Moves surrogates after all other code units: they encode the greatest code points. */
const rank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x2800 : unit)

/**
 * Orders strings by code point, as UTF-8 bytes and so every database's binary collation do.
 * JavaScript's `<` orders by code unit: it sorts surrogates before U+E000–U+FFFF.
 */
export function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return rank(x) - rank(y)
  }
  return a.length - b.length
}

/** Orders texts in which no surrogates are, such as those of ASCII. */
export const compareUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const HIGH = /[\ud800-\uffff]/

/**
 * A range over strings. If all units of the constant are below the surrogates, `<` orders as code
 * points do: of two units that differ, one is below. `isText`, the slower test, comes last.
 */
function range(comparison: Range, constant: string): Test {
  if (HIGH.test(constant)) {
    return (value) =>
      typeof value === 'string' &&
      isWithin(comparison, compareCodePoints(value, constant)) &&
      isText(value)
  }
  switch (comparison) {
    case '>':
      return (value) => typeof value === 'string' && value > constant && isText(value)
    case '>=':
      return (value) => typeof value === 'string' && value >= constant && isText(value)
    case '<':
      return (value) => typeof value === 'string' && value < constant && isText(value)
    case '<=':
      return (value) => typeof value === 'string' && value <= constant && isText(value)
    /* v8 ignore next -- the type has no other values */
    default:
      return comparison satisfies never
  }
}

// A constant passed `isText`, and so does what equals it. The `typeof` test is for speed: V8's `===`
// is faster where it has seen strings only.

export const isString = (constant: string): Test =>
  isSame((value) => typeof value === 'string' && value === constant, constant)

/** Lists of one or two, the most common ones, need no loop. */
export function isOneOf(constants: readonly string[]): Test {
  const [a, b] = constants
  if (constants.length === 1) return isString(a as string)
  if (constants.length === 2) {
    const test = (value: unknown) => typeof value === 'string' && (value === a || value === b)
    return isSame(test, a as string, b)
  }
  if (constants.length > FEW) {
    const set = new Set<unknown>(constants)
    return (value) => set.has(value)
  }
  return (value) => {
    if (typeof value !== 'string') return false
    for (let i = 0; i < constants.length; i++) if (value === constants[i]) return true
    return false
  }
}

export const string: Kind<string> = {
  name: 'string',
  family: 'text',
  expects: 'a string',
  operand: (input) => (typeof input === 'string' && isText(input) ? input : undefined),
  read: (value) => (typeof value === 'string' && isText(value) ? value : undefined),
  compare: compareCodePoints,
  position: exactly,
  range,
  equals: isString,
  among: isOneOf,
}
