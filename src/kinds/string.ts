import { exactly, type Kind } from './kind.ts'

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

export const string: Kind<string> = {
  name: 'string',
  expects: 'a string',
  operand: (input) => (typeof input === 'string' && isText(input) ? input : undefined),
  read: (value) => (typeof value === 'string' && isText(value) ? value : undefined),
  compare: compareCodePoints,
  position: exactly,
  against: (constant) =>
    HIGH.test(constant)
      ? (value) =>
          typeof value === 'string' && isText(value)
            ? compareCodePoints(value, constant)
            : Number.NaN
      : // A first difference from this constant is always against a unit below the surrogates.
        (value) =>
          typeof value !== 'string' || !isText(value)
            ? Number.NaN
            : value < constant
              ? -1
              : value === constant
                ? 0
                : 1,
  equals: (constant) => (value) => value === constant,
}
