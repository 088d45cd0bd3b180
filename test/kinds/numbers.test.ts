import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { amongFloats, amongIntegers, signed, unsigned } from '../../src/kinds/floats.ts'
import {
  MAX_INT64,
  MIN_INT64,
  number,
  numeric,
  positionAmongIntegers,
  roundingRange,
} from '../../src/kinds/numbers.ts'

const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map((own) => own + 0)
const floats = fc.float({ noNaN: true, noDefaultInfinity: true }).map((own) => own + 0)
const MAX_FLOAT = (2 - 2 ** -23) * 2 ** 127
const LEAST_FLOAT = 2 ** -149

/** The next greater float, by its bits. */
function nextFloat(value: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value)
  if (value === 0) return LEAST_FLOAT
  view.setInt32(0, view.getInt32(0) + (value > 0 ? 1 : -1))
  return view.getFloat32(0)
}

describe('a number among floats', () => {
  const widened = amongFloats('widened')
  const shortest = amongFloats('shortest')

  it.each<[number | bigint, number, -1 | 0 | 1]>([
    [0, 0, 0],
    [0.5, 0.5, 0],
    [0.1, 0.09999999403953552, 1],
    [-0.1, -0.10000000149011612, 1],
    [1e300, MAX_FLOAT, 1],
    [-1e300, -MAX_FLOAT, -1],
    [MAX_FLOAT, MAX_FLOAT, 0],
    [-MAX_FLOAT, -MAX_FLOAT, 0],
    [-MAX_FLOAT * (1 + 2 ** -30), -MAX_FLOAT, -1],
    [-1e-60, -LEAST_FLOAT, 1],
    [1e-60, 0, 1],
    [2n ** 24n, 2 ** 24, 0],
    [2n ** 24n + 1n, 2 ** 24, 1],
    [-(2n ** 24n) - 1n, -(2 ** 24) - 2, 1],
    [2n ** 64n + 1n, 2 ** 64, 1],
    [2n ** 64n - 1n, 2 ** 64 - 2 ** 40, 1],
  ])('%s is at %s, side %s', (operand, value, side) => {
    expect(widened(operand)).toEqual({ value, side })
  })

  it('is at a float, or between it and the next', () => {
    fc.assert(
      fc.property(fc.oneof(doubles, floats), (operand) => {
        const { value, side } = widened(operand)
        expect(Math.fround(Number(value))).toBe(value)
        if (side === 0) expect(value).toBe(operand)
        else if (side === 1) {
          expect(Number(value)).toBeLessThan(operand)
          if (value !== MAX_FLOAT) expect(nextFloat(Number(value))).toBeGreaterThan(operand)
        } else expect([value, operand < -MAX_FLOAT]).toEqual([-MAX_FLOAT, true])
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it.each([0.1, 0.3, 16777216, 3.4028235e38, -3.4028235e38, 1e-45, 1.1754944e-38])(
    '%s is the shortest text of a float',
    (operand) => expect(shortest(operand)).toEqual({ value: operand, side: 0 }),
  )

  it('is between shortest texts', () => {
    expect(shortest(0.10000000149011612)).toEqual({ value: 0.1, side: 1 })
    expect(shortest(0.09999999999)).toEqual({ value: 0.099999994, side: 1 })
    expect(shortest(1e300)).toEqual({ value: 3.4028235e38, side: 1 })
    expect(shortest(-1e300)).toEqual({ value: -3.4028235e38, side: -1 })
  })
})

describe('a number among integers', () => {
  const [least, most] = signed(16n)
  const among = amongIntegers(least, most)

  it.each<[number | bigint, bigint, -1 | 0 | 1]>([
    [-32768, -32768n, 0],
    [-32769, -32768n, -1],
    [-32768.5, -32768n, -1],
    [32767, 32767n, 0],
    [32767.5, 32767n, 1],
    [32768n, 32767n, 1],
    [0.5, 0n, 1],
    [-0.5, -1n, 1],
  ])('%s is at %s of 16 bits, side %s', (operand, value, side) => {
    expect(among(operand)).toEqual({ value, side })
  })

  it('has the ends of int64', () => {
    expect(positionAmongIntegers(MIN_INT64 - 1n)).toEqual({ value: MIN_INT64, side: -1 })
    expect(positionAmongIntegers(MAX_INT64 + 1n)).toEqual({ value: MAX_INT64, side: 1 })
    expect(positionAmongIntegers(1e300)).toEqual({ value: MAX_INT64, side: 1 })
    expect(positionAmongIntegers(-1e300)).toEqual({ value: MIN_INT64, side: -1 })
    expect(unsigned(8n)).toEqual([0n, 255n])
  })
})

describe('the decimals that round to a double', () => {
  it('have ends that are read as JavaScript reads them', () => {
    const ends = fc.constantFrom(
      0,
      Number.MIN_VALUE,
      -Number.MIN_VALUE,
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      2 ** -1022,
      1,
      -1,
      2 ** 53,
    )
    fc.assert(
      fc.property(fc.oneof(doubles, ends), (value) => {
        const { low, hasLow, high, hasHigh } = roundingRange(value, number)
        expect([value, Number(low) + 0 === value]).toEqual([value, hasLow])
        expect([value, Number(high) + 0 === value]).toEqual([value, hasHigh])
        expect(Number(low)).toBeLessThanOrEqual(value)
        expect(Number(high)).toBeGreaterThanOrEqual(value)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it.each([
    [0.5, '0.499999999999999972244424384371086489409208297729492187500', '0.5000000000000000555'],
    [1, '0.99999999999999994448884876874217297881841659546', '1.00000000000000011102230246251565'],
    [0, '-0.0000', '0.00000'],
  ])('of %s begin at %s… and end at %s…', (value, low, high) => {
    const range = roundingRange(value, number)
    expect(range.low.slice(0, 5)).toBe(low.slice(0, 5))
    expect(range.high.slice(0, 5)).toBe(high.slice(0, 5))
    expect(range.low).not.toMatch(/\.\d*0$/)
  })

  it('leave out int64 where it is kept exact', () => {
    expect(roundingRange(2 ** 63, numeric)).toMatchObject({ low: String(MAX_INT64), hasLow: false })
    expect(roundingRange(2 ** 63, number).low).not.toBe(String(MAX_INT64))
    expect(roundingRange(-(2 ** 63), numeric)).toMatchObject({
      high: String(MIN_INT64),
      hasHigh: true,
    })
    expect(roundingRange(1.5, numeric)).toEqual(roundingRange(1.5, number))
  })
})

describe('the place of an integer that no double equals', () => {
  it.each<[bigint, number, -1 | 0 | 1]>([
    [2n ** 53n + 1n, 2 ** 53, 1],
    [2n ** 53n + 3n, 2 ** 53 + 2, 1],
    [-(2n ** 53n) - 1n, -(2 ** 53) - 2, 1],
    [10n ** 400n, Number.MAX_VALUE, 1],
    [-(10n ** 400n), -Number.MAX_VALUE, -1],
  ])('%s is at %s, side %s', (operand, value, side) => {
    expect(number.position(operand)).toEqual({ value, side })
    if (operand > 2n ** 63n) expect(numeric.position(operand)).toEqual({ value, side })
  })

  it('is its own where int64 is kept exact', () => {
    expect(numeric.position(2n ** 53n + 1n)).toEqual({ value: 2n ** 53n + 1n, side: 0 })
  })
})
