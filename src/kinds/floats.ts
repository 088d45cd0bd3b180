/** Doubles among the numbers that narrower columns hold. */

import type { Position, Scalar } from './kind.ts'
import { positionAmongIntegers } from './numbers.ts'

/** Where a number lies among the integers of a column. */
export const amongIntegers =
  (least: bigint, most: bigint) =>
  (operand: Scalar): Position => {
    const { value, side } = positionAmongIntegers(operand as number | bigint)
    if (value < least) return { value: least, side: -1 }
    if (value > most) return { value: most, side: 1 }
    return { value, side }
  }

/** The range of signed integers of so many bits, or of unsigned ones. */
export const signed = (bits: bigint): readonly [bigint, bigint] => [
  -(2n ** (bits - 1n)),
  2n ** (bits - 1n) - 1n,
]
export const unsigned = (bits: bigint): readonly [bigint, bigint] => [0n, 2n ** bits - 1n]

const view = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(4))

/** The float before another, which is not the least. */
function previousFloat(value: number): number {
  if (value === 0) return -(2 ** -149)
  view.setFloat32(0, value)
  view.setInt32(0, view.getInt32(0) + (value > 0 ? -1 : 1))
  return view.getFloat32(0)
}

/** The largest float. */
const MAX_FLOAT = (2 - 2 ** -23) * 2 ** 127

/** The double that a float is read as where it is printed with as few digits as tell it from others. */
function shortest(float: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const near = Number(float.toPrecision(digits))
    if (Math.fround(near) === float) return near
  }
  return Number(float.toPrecision(9))
}

/**
 * Where a number lies among the floats of 32 bits, each read as the double that it is, or as the one
 * that its shortest text says.
 */
export const amongFloats =
  (reading: 'widened' | 'shortest') =>
  (operand: Scalar): Position => {
    const read = reading === 'shortest' ? shortest : (float: number): number => float
    const value = Number(operand)
    const float = Math.fround(value)
    if (!Number.isFinite(float)) {
      const [end, side] = value < 0 ? ([-MAX_FLOAT, -1] as const) : ([MAX_FLOAT, 1] as const)
      return { value: read(end), side }
    }
    const near = read(float)
    // A bigint is compared with a double by value, exactly.
    if (near === value && !(typeof operand === 'bigint' && BigInt(near) !== operand)) {
      return { value: near, side: 0 }
    }
    const isBelow = typeof operand === 'bigint' ? near < operand : near < value
    if (isBelow) return { value: near, side: 1 }
    return float === -MAX_FLOAT
      ? { value: near, side: -1 }
      : { value: read(previousFloat(float)), side: 1 }
  }
