import { exactly, type Kind, type Position } from './kind.ts'

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
function toInteger(value: unknown): Numeric | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : undefined
  if (typeof value !== 'bigint' || !isInt64(value)) return undefined
  const near = Number(value)
  return Number.isSafeInteger(near) ? near : value
}

/** An integer as a double where one equals it, else as the bigint that it came as. */
function toDouble(value: bigint): Numeric {
  const near = Number(value)
  return Number.isFinite(near) && BigInt(near) === value ? near : value
}

function againstBy(read: (value: unknown) => Numeric | undefined) {
  return (constant: Numeric) =>
    (value: unknown): number => {
      if (typeof value === 'number' && typeof constant === 'number' && value === constant) return 0
      const own = read(value)
      return own === undefined ? Number.NaN : compare(own, constant)
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

/** Where no double equals an operand, it stays a bigint: that is how it is told. */
function positionAmongDoubles(operand: Numeric): Position<Numeric> {
  if (typeof operand === 'number') return exactly(operand)
  const near = Number(operand)
  if (near === Number.NEGATIVE_INFINITY) return { value: -Number.MAX_VALUE, side: -1 }
  if (near === Number.POSITIVE_INFINITY) return { value: Number.MAX_VALUE, side: 1 }
  return {
    value: BigInt(near) < operand ? near : previousDouble(near),
    side: 1,
  }
}

/** A finite double, or a bigint of 64 bits that one equals: drivers hand out integers so. */
function readNumber(value: unknown): Numeric | undefined {
  const own = readNumeric(value)
  return typeof own === 'number' ? own : undefined
}

const numberOperand = (input: unknown): Numeric | undefined =>
  typeof input === 'bigint' ? toDouble(input) : readNumeric(input)

function readNumeric(value: unknown): Numeric | undefined {
  if (typeof value === 'number') return finite(value)
  return typeof value === 'bigint' && isInt64(value) ? toDouble(value) : undefined
}

const equalsBy =
  (read: (value: unknown) => Numeric | undefined) =>
  (constant: Numeric) =>
  (value: unknown): boolean =>
    value === constant || (typeof value === 'bigint' && read(value) === constant)

export const integer: Kind<Numeric> = {
  name: 'integer',
  expects: 'an integer',
  operand: toInteger,
  read: toInteger,
  compare,
  position: exactly,
  against: againstBy(toInteger),
  equals: equalsBy(toInteger),
}

export const number: Kind<Numeric> = {
  name: 'number',
  expects: 'a finite number',
  operand: numberOperand,
  read: readNumber,
  compare,
  position: positionAmongDoubles,
  against: againstBy(readNumber),
  equals: equalsBy(readNumber),
}

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
  against: againstBy(readNumeric),
  equals: equalsBy(readNumeric),
}
