import { exactly, FEW, isSame, isWithin, type Kind, type Range, type Test } from './kind.ts'

/** Whether a string can be stored everywhere: well-formed Unicode without U+0000. */
export const isText = (value: string): boolean => value.isWellFormed() && !value.includes('\0')

/** Surrogates moved behind every other code unit, where the characters are that they stand for. */
const rank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x2800 : unit)

/**
 * Orders strings by code point, which is the order of their UTF-8 bytes and so of every database's
 * binary collation. JavaScript's `<` orders by code unit and differs where a surrogate meets
 * U+E000–U+FFFF: there the surrogate stands for the greater character.
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

const HIGH = /[\ud800-\uffff]/

/**
 * A range over strings. Where the constant has no unit from the surrogates on, a first difference is
 * always against a unit below them, and `<` orders as code points do. Whether a value can be stored
 * at all is asked last, of the few that are within.
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
    default:
      return comparison satisfies never
  }
}

// A constant can be stored, and so can what is the same. That a value is a string at all is asked
// first: V8 compares two strings faster where it has seen nothing else.

export const isString = (constant: string): Test =>
  isSame((value) => typeof value === 'string' && value === constant, constant)

/** One and two have a closure of their own: it is what most lists hold. */
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
  expects: 'a string',
  operand: (input) => (typeof input === 'string' && isText(input) ? input : undefined),
  read: (value) => (typeof value === 'string' && isText(value) ? value : undefined),
  compare: compareCodePoints,
  position: exactly,
  range,
  equals: isString,
  among: isOneOf,
}
