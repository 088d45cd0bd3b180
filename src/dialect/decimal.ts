/** Columns of decimals, as far as dialects share them. */

import { canonicalDecimal, fromUnits, type Grid, positionOnGrid } from '../kinds/decimals.ts'
import { amongIntegers } from '../kinds/floats.ts'
import type { Position, Scalar } from '../kinds/kind.ts'
import { MAX_INT64, MIN_INT64 } from '../kinds/numbers.ts'
import { argumentOf } from './declared-type.ts'
import { type Fragment, type Parameter, sql } from './fragment.ts'
import { integerLiteral, mostDecimal } from './literal.ts'
import type { Refuse } from './names.ts'
import { type ColumnPlace, plainOf, type Stored } from './place.ts'
import { type ColumnType, integerReader } from './types.ts'

/** Reads a decimal that is stored as units of the scale: an integer, or the text of one. */
export const unitReader =
  (refuse: Refuse, how: string) =>
  (stored: unknown, place: ColumnPlace): unknown => {
    // In lists, decimals are text.
    if (place.list) return place.kind.read(stored)
    if (typeof stored === 'number' && !Number.isSafeInteger(stored)) {
      return refuse(place, `the driver returned an integer without all its digits; ${how}`)
    }
    return place.kind.read(fromUnits(BigInt(String(stored)), place.scale))
  }

/** The dialect's part of columns of other precisions and scales. */
interface Decimals {
  /** The column that createTable writes. */
  readonly base: ColumnType
  /** The digits of a column whose type does not say them; undefined if it holds any number. */
  readonly byDefault: Grid | undefined
  /** Whether parameters need a cast, because the database takes them for another type. */
  readonly isCast: boolean
  readonly refuse: Refuse
}

/** The columns of decimals of a precision and a scale, as each kind of numbers reads them. */
export interface DecimalColumns {
  readonly decimal: ColumnType
  readonly number: ColumnType
  readonly integer: ColumnType
}

/** Doubles tell all decimals of so many digits apart. */
const MOST_OF_DOUBLES = 15
/** 64 bits hold all integers of so many digits. */
const MOST_OF_INTEGERS = 18

const wholeDigits = ({ precision, scale }: Grid): number => precision - scale

/** Whether a column holds numbers that a field of decimals does not. */
const isWider = (column: Grid, field: Grid): boolean =>
  column.scale > field.scale || wholeDigits(column) > wholeDigits(field)

export function decimalColumns({ base, byDefault, isCast, refuse }: Decimals): DecimalColumns {
  function gridOf(at: Stored): Grid | undefined {
    const precision = at.type && argumentOf(at.type, 0)
    if (at.type === undefined || precision === undefined) return byDefault
    const scale = argumentOf(at.type, 1) ?? 0
    if (scale < 0 || scale > precision) {
      refuse(at, 'expected a scale from 0 to the precision of the column')
    }
    return { precision, scale }
  }
  /** The place with the precision and scale of its column. */
  const gridded = (at: Stored): Stored => ({ ...at, ...gridOf(at) })
  const type = (at: Stored): Fragment => base.type(gridded(at))
  const position = (value: Scalar, at: Stored): Position => {
    const grid = gridOf(at)
    const text = canonicalDecimal(value, grid?.scale ?? 0) ?? String(value)
    return grid === undefined ? { value: text, side: 0 } : positionOnGrid(text, grid)
  }
  const { check, checkElements, convert } = base
  const shared = {
    ...base,
    type,
    ...(check && { check: (column: Fragment, at: Stored) => check(column, gridded(at)) }),
    ...(checkElements && {
      checkElements: (list: Fragment, at: Stored) => checkElements(list, gridded(at)),
    }),
    ...(convert && {
      convert: (parameter: Fragment | Parameter, at: Stored) => convert(parameter, gridded(at)),
    }),
    encode(value: Scalar, at: Stored) {
      const { value: text, side } = position(value, at)
      // The database would round it.
      return side === 0 ? text : refuse(at, `a column of ${at.type?.text} does not hold ${value}`)
    },
    position,
    ...(isCast && {
      cast: (parameter: Scalar | Fragment, at: Stored) => sql`CAST(${parameter} AS ${type(at)})`,
    }),
  }
  return {
    decimal: {
      ...shared,
      isPartial: true,
      isOrdered: true,
      exact(column, at) {
        const grid = gridOf(at)
        if (grid !== undefined && !isWider(grid, at)) return undefined
        if (at.list) refuse(at, 'the elements have more digits than the field; widen the field')
        const bound = (text: Fragment) => sql`CAST('${text}' AS ${base.type(plainOf(at))})`
        const most = mostDecimal(at)
        return sql`(CASE WHEN ${column} = ROUND(${column}, ${integerLiteral(at.scale)}) AND ${column} >= ${bound(sql`-${most}`)} AND ${column} <= ${bound(most)} THEN ${column} END)`
      },
    },
    number: {
      ...shared,
      decode: Number,
      exact(_column, at) {
        const grid = gridOf(at)
        if (grid !== undefined && grid.precision <= MOST_OF_DOUBLES) return undefined
        return refuse(
          at,
          `a number has ${MOST_OF_DOUBLES} digits, the column more; declare the field decimal({ precision, scale })`,
        )
      },
    },
    integer: {
      ...shared,
      decode: integerReader(refuse, 'select what compileQuery does, as text'),
      position(value, at) {
        const { precision = MOST_OF_INTEGERS } = gridOf(at) ?? {}
        const most = 10n ** BigInt(precision) - 1n
        return amongIntegers(-most, most)(value)
      },
      exact(_column, at) {
        const grid = gridOf(at)
        if (grid?.scale === 0 && grid.precision <= MOST_OF_INTEGERS) return undefined
        return refuse(
          at,
          `an integer column has a scale of 0 and at most ${MOST_OF_INTEGERS} digits; declare the field decimal({ precision, scale })`,
        )
      },
    },
  }
}

const amongInt64 = /* @__PURE__ */ amongIntegers(MIN_INT64, MAX_INT64)
const INT64: Grid = { precision: 19, scale: 0 }

/** A column of integers, as a field of decimals reads it. */
function wholeDecimals(
  integers: ColumnType,
  toDecimal: (column: Fragment) => Fragment,
): ColumnType {
  const { position: among = amongInt64 } = integers
  const mostAt = (at: Stored): bigint => BigInt(String(among(MAX_INT64, at).value))
  return {
    ...integers,
    encode(value, at) {
      const { value: whole, side } = positionOnGrid(String(value), INT64)
      if (side === 0) return integers.encode(BigInt(whole), at)
      throw new TypeError(`tamis: ${at.field}: a column of integers does not hold ${value}`)
    },
    position(value, at) {
      const floor = positionOnGrid(String(value), INT64)
      const { value: whole, side } = among(BigInt(floor.value), at)
      return { value: String(whole), side: side === 0 ? floor.side : side }
    },
    isPartial: true,
    isOrdered: true,
    exact(column, at) {
      const beyond = 10n ** BigInt(wholeDigits(at))
      if (mostAt(at) < beyond) return undefined
      const bound = integerLiteral(beyond)
      return sql`(CASE WHEN ${column} > -${bound} AND ${column} < ${bound} THEN ${toDecimal(column)} END)`
    },
  }
}

/**
 * The types of integers, each as a field of decimals reads it; `toDecimal` where parameters take the
 * type of what they are compared with.
 */
export const allWhole = (
  types: Readonly<Record<string, ColumnType>>,
  toDecimal = (column: Fragment): Fragment => column,
): Readonly<Record<string, ColumnType>> =>
  Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, wholeDecimals(type, toDecimal)]),
  )

/** The types of doubles and floats, refused. */
export const noDecimals = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, 'doubles round decimals']))
