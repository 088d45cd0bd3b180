// Longer than most files here: three kinds of numbers share one arithmetic between integers of 64 bits
// and doubles.

import { exactly, FEW, isWithin, type Kind, type Position, type Range, type Test } from './kind.ts'

/** What an integer field holds beyond the safe integers: signed 64 bits, as databases do. */
export const MIN_INT64 = -(2n ** 63n)
export const MAX_INT64 = 2n ** 63n - 1n

const isInt64 = (value: bigint): boolean => value >= MIN_INT64 && value <= MAX_INT64

type Numeric = number | bigint

// JavaScript compares a number with a bigint by value, exactly, whatever their sizes.
const compare = (a: Numeric, b: Numeric): number => (a < b ? -1 : a > b ? 1 : 0)

/** Adding 0 turns -0 into 0, so that equal values have one form. */
const finite = (value: number): number | undefined =>
  Number.isFinite(value) ? value + 0 : undefined

/** A safe integer as a number, any other of 64 bits as a bigint. */
function fromBigInt(value: bigint): Numeric | undefined {
  if (!isInt64(value)) return undefined
  const near = Number(value)
  return Number.isSafeInteger(near) ? near : value
}

/** An unsafe number is no operand: whatever was meant, it has lost digits on its way. */
function integerOperand(input: unknown): Numeric | undefined {
  if (typeof input === 'number') return Number.isSafeInteger(input) ? input + 0 : undefined
  return typeof input === 'bigint' ? fromBigInt(input) : undefined
}

/**
 * What a row holds is taken at its value: JSON and databases know one number 2^53, however it is
 * written.
 */
function readInteger(value: unknown): Numeric | undefined {
  if (Number.isSafeInteger(value)) return (value as number) + 0
  if (typeof value === 'bigint') return fromBigInt(value)
  return Number.isInteger(value) ? fromBigInt(BigInt(value as number)) : undefined
}

/** An integer as a double where one equals it, else as the bigint that it came as. */
function toDouble(value: bigint): Numeric {
  const near = Number(value)
  return Number.isFinite(near) && BigInt(near) === value ? near : value
}

/** How values of a kind are told from the others, and what rows and constants are compared as. */
interface Reading {
  /** Whether a double is one that the kind holds. */
  holds(value: number): boolean
  read(value: unknown): Numeric | undefined
}

/** An integer of 32 bits, which every kind of number holds: asked without a call. */
const isShort = (value: number): boolean => (value | 0) === value

/**
 * A range over doubles. They are compared as they come, and what is no number of the kind (NaN
 * fails any comparison) is told afterwards, among those that are within.
 */
function rangeBy({ holds, read }: Reading) {
  return (comparison: Range, constant: Numeric): Test => {
    const isOther = (value: unknown): boolean => {
      const own = typeof value === 'bigint' ? read(value) : undefined
      return own !== undefined && isWithin(comparison, compare(own, constant))
    }
    switch (comparison) {
      case '>':
        return (value) =>
          typeof value === 'number'
            ? value > constant && (isShort(value) || holds(value))
            : isOther(value)
      case '>=':
        return (value) =>
          typeof value === 'number'
            ? value >= constant && (isShort(value) || holds(value))
            : isOther(value)
      case '<':
        return (value) =>
          typeof value === 'number'
            ? value < constant && (isShort(value) || holds(value))
            : isOther(value)
      case '<=':
        return (value) =>
          typeof value === 'number'
            ? value <= constant && (isShort(value) || holds(value))
            : isOther(value)
      default:
        return comparison satisfies never
    }
  }
}

const view = new DataView(new ArrayBuffer(8))

/** The double before a finite one, which is not the least. */
function previousDouble(value: number): number {
  if (value === 0) return -Number.MIN_VALUE
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? -1n : 1n))
  return view.getFloat64(0)
}

/** A finite double as a fraction, whose denominator is a power of two. */
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

/** A fraction as decimal digits, all of them. */
function decimalOf(numerator: bigint, bits: number): string {
  // n / 2^k is n × 5^k / 10^k.
  const digits = String((numerator < 0n ? -numerator : numerator) * 5n ** BigInt(bits))
  const padded = digits.padStart(bits + 1, '0')
  const whole = padded.slice(0, padded.length - bits)
  const fraction = padded.slice(padded.length - bits).replace(/0+$/, '')
  return `${numerator < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
}

/** A range of decimals, each end in it or not. */
export interface DecimalRange {
  readonly low: string
  readonly hasLow: boolean
  readonly high: string
  readonly hasHigh: boolean
}

/**
 * The decimals that are read as a double: from midway between it and the one before to midway
 * between it and the one after, ends included where its last bit is 0 (IEEE 754, ties to even). Where
 * integers of 64 bits are themselves, they are none of these.
 */
export function roundingRange(value: number, { name }: Pick<Kind, 'name'>): DecimalRange {
  const before = value === -Number.MAX_VALUE ? undefined : previousDouble(value)
  const after = value === Number.MAX_VALUE ? undefined : -previousDouble(-value)
  const isEven = (fractionOf(value).mantissa & 1n) === 0n
  const own = {
    low: midway(value, before),
    hasLow: isEven,
    high: midway(value, after),
    hasHigh: isEven,
  }
  if (name !== 'numeric') return own
  if (value === 2 ** 63) return { ...own, low: String(MAX_INT64), hasLow: false }
  if (value === -(2 ** 63)) return { ...own, high: String(MIN_INT64), hasHigh: true }
  return own
}

/** Midway between two neighbours; behind the last double, as if there were one more. */
function midway(value: number, neighbour: number | undefined): string {
  const own = fractionOf(value)
  if (neighbour === undefined) {
    const half = 1n << 970n
    return decimalOf(own.numerator + (value < 0 ? -half : half), 0)
  }
  const other = fractionOf(neighbour)
  const bits = Math.max(own.bits, other.bits)
  const scaled = (each: typeof own) => each.numerator << BigInt(bits - each.bits)
  return decimalOf(scaled(own) + scaled(other), bits + 1)
}

/** Where a number lies among the integers of 64 bits. */
export function positionAmongIntegers(operand: Numeric): Position<bigint> {
  const whole = typeof operand === 'bigint' ? operand : BigInt(Math.floor(operand))
  if (whole < MIN_INT64) return { value: MIN_INT64, side: -1 }
  if (whole > MAX_INT64) return { value: MAX_INT64, side: 1 }
  return { value: whole, side: Number.isInteger(operand) || typeof operand === 'bigint' ? 0 : 1 }
}

/** Where no double equals an operand, it stays a bigint: that is how it is told. */
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

/** A finite double, or the one nearest to a bigint: what a column of doubles makes of it. */
const readNumber = (value: unknown): number | undefined =>
  typeof value === 'number' || typeof value === 'bigint' ? finite(Number(value)) : undefined

/** A bigint of 64 bits as itself; anything else as the double that it is, or is nearest to. */
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
    // A double in a row can be what a bigint says, and is then read as one.
    const isRead = constants.some(isBigInt)
    if (constants.length <= FEW) {
      return (value) => {
        const own = typeof value === 'number' && !isRead ? value : read(value)
        for (let i = 0; i < constants.length; i++) if (own === constants[i]) return true
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
  expects: 'an integer',
  operand: integerOperand,
  read: readInteger,
  compare,
  position: exactly,
  range: rangeBy(integers),
  equals: equalsBy(integers),
  among: amongBy(integers),
}

const doubles: Reading = { holds: Number.isFinite, read: readNumber }

export const number: Kind<Numeric> = {
  name: 'number',
  expects: 'a finite number',
  operand: numberOperand,
  read: readNumber,
  compare,
  position: positionAmongDoubles,
  range: rangeBy(doubles),
  equals: equalsBy(doubles),
  among: amongBy(doubles),
}

const both: Reading = { holds: Number.isFinite, read: readNumeric }

/** What a dynamic field holds that admits both integers and numbers: finite doubles and int64. */
export const numeric: Kind<Numeric> = {
  name: 'numeric',
  expects: 'a finite number',
  operand: numberOperand,
  read: readNumeric,
  compare,
  position: (operand) =>
    typeof operand === 'bigint' && isInt64(operand)
      ? exactly(operand)
      : positionAmongDoubles(operand),
  range: rangeBy(both),
  equals: equalsBy(both),
  among: amongBy(both),
}
