import {
  canonicalDecimal,
  compareDecimals,
  compareOnGrid,
  DECIMAL_CAPS,
  DECIMAL_PATTERN,
  type Grid,
  isOnGrid,
  isOverCaps,
  positionOnGrid,
} from './decimals.ts'
import { isWithin, type Kind } from './kind.ts'
import { isPlainObject } from './objects.ts'
import { isOneOf, isString } from './string.ts'

/** The text that an object of a class for decimals gives; lists, bytes and plain objects are none. */
function printed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value) || ArrayBuffer.isView(value) || isPlainObject(value)) return undefined
  return typeof value.toString === 'function' ? value.toString() : undefined
}

/**
 * Decimals of a precision and a scale. The canonical form is plain text with as many fraction digits
 * as the scale. Operands with more digits keep them.
 */
export function decimal(grid: Grid): Kind<string> {
  const { precision, scale } = grid
  const isCanonical = (value: unknown): value is string =>
    typeof value === 'string' && isOnGrid(value, grid)

  function read(value: unknown): string | undefined {
    if (isCanonical(value)) return value
    const text = canonicalDecimal(printed(value), scale)
    return text !== undefined && isOnGrid(text, grid) ? text : undefined
  }

  return {
    name: 'decimal',
    family: 'text',
    takesNumbers: true,
    expects: 'a decimal number',
    hint: 'write it as 12.50 or 1.25e1',
    isRewritten: true,
    jsonSchema: { anyOf: [{ type: 'number' }, { type: 'string', pattern: DECIMAL_PATTERN }] },
    operand: (input) => canonicalDecimal(input, scale),
    tooLong: (input) => (isOverCaps(input) ? `at most ${DECIMAL_CAPS}` : undefined),
    read,
    tooLarge(value) {
      const text = canonicalDecimal(printed(value), scale)
      return text === undefined || isOnGrid(text, grid)
        ? undefined
        : `a decimal of at most ${precision} digits, ${scale} of them after the point`
    },
    compare: compareDecimals,
    position: (operand) => positionOnGrid(operand, grid),
    range(comparison, constant) {
      // Rounding keeps the order, so most numbers are decided without their text.
      const near = Number(constant)
      return (value) => {
        if (typeof value === 'number' && value !== near && !isWithin(comparison, value - near))
          return false
        const text = read(value)
        return text !== undefined && isWithin(comparison, compareOnGrid(text, constant))
      }
    },
    equals(constant) {
      const isThat = isString(constant)
      return (value) => isThat(value) || (!isCanonical(value) && isThat(read(value)))
    },
    among(constants) {
      const isOne = isOneOf(constants)
      return (value) => isOne(value) || (!isCanonical(value) && isOne(read(value)))
    },
  }
}
