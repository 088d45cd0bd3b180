// Longer than most files here: three kinds of numbers share the comparison of int64 with doubles.

import { exactly, FEW, isWithin, type Kind, type Position, type Range, type Test } from './kind.ts'

/** The range of integer fields: int64, as in databases. */
export const MIN_INT64 = -(2n ** 63n)
export const MAX_INT64 = 2n ** 63n - 1n

const isInt64 = (value: bigint): boolean => value >= MIN_INT64 && value <= MAX_INT64

type Numeric = number | bigint

// JavaScript compares a number with a bigint by value, without rounding.
const compare = (a: Numeric, b: Numeric): number => (a < b ? -1 : a > b ? 1 : 0)

/** Adding 0 turns -0 into 0, so that equal values have one canonical form. */
const finite = (value: number): number | undefined =>
  Number.isFinite(value) ? value + 0 : undefined

/** A safe integer as a number, any other int64 as a bigint. */
function fromBigInt(value: bigint): Numeric | undefined {
  if (!isInt64(value)) return undefined
  const near = Number(value)
  return Number.isSafeInteger(near) ? near : value
}

/** An unsafe number is refused: it may have been rounded before it came here. */
function integerOperand(input: unknown): Numeric | undefined {
  if (typeof input === 'number') return Number.isSafeInteger(input) ? input + 0 : undefined
  return typeof input === 'bigint' ? fromBigInt(input) : undefined
}

/** Unlike operands, unsafe numbers in rows are accepted: databases read them as the same integer. */
function readInteger(value: unknown): Numeric | undefined {
  if (Number.isSafeInteger(value)) return (value as number) + 0
  if (typeof value === 'bigint') return fromBigInt(value)
  return Number.isInteger(value) ? fromBigInt(BigInt(value as number)) : undefined
}

/** An integer as the double that equals it, or unchanged if none does. */
function toDouble(value: bigint): Numeric {
  const near = Number(value)
  return Number.isFinite(near) && BigInt(near) === value ? near : value
}

/** Which values belong to a kind of number, and their canonical form. */
interface Reading {
  /** Whether a double belongs to the kind. */
  holds(value: number): boolean
  read(value: unknown): Numeric | undefined
}

/** Every kind of number holds int32, so for these `holds` need not be called. */
const isInt32 = (value: number): boolean => (value | 0) === value

/**
 * A range over doubles. Values are compared first; only those in the range are checked to belong to
 * the kind. NaN fails any comparison.
 */
function rangeBy({ holds, read }: Reading) {
  return (comparison: Range, constant: Numeric): Test => {
    const isOther = (value: unknown): boolean => {
      const canonical = typeof value === 'bigint' ? read(value) : undefined
      return canonical !== undefined && isWithin(comparison, compare(canonical, constant))
    }
    switch (comparison) {
      case '>':
        return (value) =>
          typeof value === 'number'
            ? value > constant && (isInt32(value) || holds(value))
            : isOther(value)
      case '>=':
        return (value) =>
          typeof value === 'number'
            ? value >= constant && (isInt32(value) || holds(value))
            : isOther(value)
      case '<':
        return (value) =>
          typeof value === 'number'
            ? value < constant && (isInt32(value) || holds(value))
            : isOther(value)
      case '<=':
        return (value) =>
          typeof value === 'number'
            ? value <= constant && (isInt32(value) || holds(value))
            : isOther(value)
      /* v8 ignore next -- the type has no other values */
      default:
        return comparison satisfies never
    }
  }
}

const view = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8))

/** The next smaller double of a finite one that is not the least. */
function previousDouble(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n))
  return view.getFloat64(0)
}

/** A finite double as the fraction `numerator / 2 ** bits`. */
function fractionOf(value: number) {
  view.setFloat64(0, Math.abs(value))
  const word = view.getBigInt64(0)
  const exponent = Number(word >> 52n)
  const mantissa = (word & 0xfffffffffffffn) + (exponent === 0 ? 0n : 1n << 52n)
  const shift = Math.max(exponent, 1) - 1075
  const signed = value < 0 ? -mantissa : mantissa
  return shift >= 0
    ? { mantissa, numerator: signed << BigInt(shift), bits: 0 }
    : { mantissa, numerator: signed, bits: -shift }
}

/** `numerator / 2 ** bits` as a decimal, exactly. */
function decimalOf(numerator: bigint, bits: number): string {
  // n / 2^k is n × 5^k / 10^k.
  const digits = String((numerator < 0n ? -numerator : numerator) * 5n ** BigInt(bits))
  const padded = digits.padStart(bits + 1, '0')
  const whole = padded.slice(0, padded.length - bits)
  const fraction = padded.slice(padded.length - bits).replace(/0+$/, '')
  return `${numerator < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** An interval of decimals, each end included or not. */
export interface DecimalRange {
  readonly low: string
  readonly hasLow: boolean
  readonly high: string
  readonly hasHigh: boolean
}

/**
 * The decimals that round to a double: between the midpoints to its neighbours, the ends included if
 * its last bit is 0 (IEEE 754, ties to even). For the kind `numeric`, which keeps int64 exact, the
 * interval excludes int64.
 */
export function roundingRange(value: number, { name }: Pick<Kind, 'name'>): DecimalRange {
  const before = value === -Number.MAX_VALUE ? undefined : previousDouble(value)
  const after = value === Number.MAX_VALUE ? undefined : -previousDouble(-value)
  const isEven = (fractionOf(value).mantissa & 1n) === 0n
  const range = {
    low: midpoint(value, before),
    hasLow: isEven,
    high: midpoint(value, after),
    hasHigh: isEven,
  }
  if (name !== 'numeric') return range
  if (value === 2 ** 63) return { ...range, low: String(MAX_INT64), hasLow: false }
  if (value === -(2 ** 63)) return { ...range, high: String(MIN_INT64), hasHigh: true }
  return range
}

/** The midpoint to a neighbour; the greatest double has the neighbour 2^1024, as in IEEE 754. */
function midpoint(value: number, neighbour: number | undefined): string {
  const fraction = fractionOf(value)
  if (neighbour === undefined) {
    const half = 1n << 970n
    return decimalOf(fraction.numerator + (value < 0 ? -half : half), 0)
  }
  const other = fractionOf(neighbour)
  const bits = Math.max(fraction.bits, other.bits)
  const scaled = (each: typeof fraction) => each.numerator << BigInt(bits - each.bits)
  return decimalOf(scaled(fraction) + scaled(other), bits + 1)
}

/** Where a number lies among int64. */
export function positionAmongIntegers(operand: Numeric): Position<bigint> {
  const whole = typeof operand === 'bigint' ? operand : BigInt(Math.floor(operand))
  if (whole < MIN_INT64) return { value: MIN_INT64, side: -1 }
  if (whole > MAX_INT64) return { value: MAX_INT64, side: 1 }
  return { value: whole, side: Number.isInteger(operand) || typeof operand === 'bigint' ? 0 : 1 }
}

/** Where a number lies among the doubles. Its canonical form is a bigint only if no double equals it. */
export function positionAmongDoubles(operand: Numeric): Position<Numeric> {
  if (typeof operand === 'number') return exactly(operand)
  const near = Number(operand)
  if (near === Number.NEGATIVE_INFINITY) return { value: -Number.MAX_VALUE, side: -1 }
  if (near === Number.POSITIVE_INFINITY) return { value: Number.MAX_VALUE, side: 1 }
  return {
    value: BigInt(near) < operand ? near : previousDouble(near),
    side: 1,
  }
}

/** A bigint is read as the nearest double, as a column of doubles would store it. */
const readNumber = (value: unknown): number | undefined =>
  typeof value === 'number' || typeof value === 'bigint' ? finite(Number(value)) : undefined

/** An int64 keeps its value; any other bigint is read as the nearest double. */
const readNumeric = (value: unknown): Numeric | undefined =>
  typeof value === 'bigint' && isInt64(value) ? toDouble(value) : readNumber(value)

const numberOperand = (input: unknown): Numeric | undefined =>
  typeof input === 'bigint' ? toDouble(input) : readNumber(input)

function equalsBy({ read }: Reading) {
  return (constant: Numeric): Test => {
    if (typeof constant === 'bigint') return (value) => read(value) === constant
    return (value) =>
      typeof value === 'number' ? value === constant : isBigInt(value) && read(value) === constant
  }
}

const isBigInt = (value: unknown): value is bigint => typeof value === 'bigint'

function amongBy({ read }: Reading) {
  return (constants: readonly Numeric[]): Test => {
    // Unsafe doubles of rows may have a bigint as their canonical form.
    const isRead = constants.some(isBigInt)
    if (constants.length <= FEW) {
      return (value) => {
        const canonical = typeof value === 'number' && !isRead ? value : read(value)
        for (let i = 0; i < constants.length; i++) if (canonical === constants[i]) return true
        return false
      }
    }
    const set = new Set<unknown>(constants)
    return (value) => set.has(typeof value === 'number' && !isRead ? value : read(value))
  }
}

const LEAST = -(2 ** 63)
const BEYOND = 2 ** 63

const integers: Reading = {
  holds: (value) => Number.isInteger(value) && value >= LEAST && value < BEYOND,
  read: readInteger,
}

export const integer: Kind<Numeric> = {
  name: 'integer',
  family: 'numeric',
  expects: 'an integer',
  operand: integerOperand,
  read: readInteger,
  compare,
  position: exactly,
  range: /* @__PURE__ */ rangeBy(integers),
  equals: /* @__PURE__ */ equalsBy(integers),
  among: /* @__PURE__ */ amongBy(integers),
}

const doubles: Reading = { holds: (value) => Number.isFinite(value), read: readNumber }

export const number: Kind<Numeric> = {
  name: 'number',
  family: 'numeric',
  expects: 'a finite number',
  operand: numberOperand,
  read: readNumber,
  compare,
  position: positionAmongDoubles,
  range: /* @__PURE__ */ rangeBy(doubles),
  equals: /* @__PURE__ */ equalsBy(doubles),
  among: /* @__PURE__ */ amongBy(doubles),
}

const both: Reading = { holds: (value) => Number.isFinite(value), read: readNumeric }

/** The kind of dynamic fields with both `integer` and `number`: int64 and finite doubles. */
export const numeric: Kind<Numeric> = {
  name: 'numeric',
  family: 'numeric',
  expects: 'a finite number',
  operand: numberOperand,
  read: readNumeric,
  compare,
  position: (operand) =>
    typeof operand === 'bigint' && isInt64(operand)
      ? exactly(operand)
      : positionAmongDoubles(operand),
  range: /* @__PURE__ */ rangeBy(both),
  equals: /* @__PURE__ */ equalsBy(both),
  among: /* @__PURE__ */ amongBy(both),
}
