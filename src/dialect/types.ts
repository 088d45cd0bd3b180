/** How dialects store kinds, as far as they share it. */

import type { KindName, Position, Scalar } from '../kinds/kind.ts'
import type { Fragment, Parameter } from './fragment.ts'
import type { Refuse } from './names.ts'
import type { ColumnPlace, Stored } from './place.ts'
import type { Prefilter } from './values.ts'

/** The class of a type, independent of the database's name for it. */
export type Representation =
  | 'text'
  | 'boolean'
  | 'integer'
  | 'double'
  | 'decimal'
  | 'time'
  | 'uuid'
  | 'enum'

/** How the values of one kind are stored in a column of some type, read from it and compared in it. */
export interface ColumnType {
  /** The type of a column, or of an element of a list. */
  type(at: Stored): Fragment
  representation(at: Stored): Representation
  /** A canonical value as the parameter to store and to compare with. */
  encode(value: Scalar, at: Stored): Scalar
  /** Converts an encoded parameter to the column's type, if the database does not do so by itself. */
  convert?(parameter: Fragment | Parameter, at: Stored): Fragment
  /** Converts a driver's value, which is not NULL, to that of a row. */
  decode(stored: unknown, place: ColumnPlace): unknown
  /** The CHECK constraint under which filters find the same rows here as in memory. */
  check?(column: Fragment, at: Stored): Fragment | undefined
  /** The same for the elements of a list, in databases that have lists. */
  checkElements?(list: Fragment, at: Stored): Fragment | undefined
  /**
   * The condition that no value has more digits of the second than the field, whose rows are cut to
   * its digits; undefined if the type of createTable's column holds no more of them.
   */
  checkDigits?(column: Fragment, at: Stored): Fragment | undefined
  /** The expression to SELECT instead of the column, if drivers would lose digits. */
  select?(column: Fragment, at: Stored): Fragment
  /** The same for a list, in databases that have lists. */
  selectElements?(list: Fragment): Fragment

  /** The expression to sort by, NULL if the value is absent, if it is not the column. */
  order?(value: Fragment, at: Stored): Fragment | undefined
  /** The expression that a SELECT around this one sorts by, if the values change their order there. */
  innerOrder?(value: Fragment, at: Stored): Fragment | undefined

  // Columns that createTable did not make

  /** The type of a table of constants, if it differs from the column's. */
  constantType?(at: Stored): Fragment
  /** Encoded constants as an array, if they cannot be one parameter, in databases that have arrays. */
  array?(values: readonly Parameter[]): Fragment
  /** Casts a parameter, so that an index of the column serves the comparison. */
  cast?(parameter: Scalar | Fragment, at: Stored): Fragment
  /** The position of an operand among the values of the column, if these are fewer than the kind's. */
  position?(value: Scalar, at: Stored): Position
  /** Whether the column stores a value as it is; undefined if it does whenever it can equal it. */
  stores?(value: Scalar, at: Stored): boolean
  /** Whether a value of the column can equal an operand; `exact` compares the others. */
  canHold?(value: Scalar, at: Stored): boolean
  /**
   * The column as an expression that compares as the kind does, if the column itself does not. Values
   * that are equal by it must be equal in the column: equality tests both, so that an index serves.
   */
  exact?(column: Fragment, at: Stored): Fragment | undefined
  /** The same for the elements of a list. */
  exactElements?(list: Fragment, at: Stored): Fragment | undefined
  /** Whether `exact` is NULL for some values of the column, which count as absent. */
  readonly isPartial?: true
  /** Whether the other values are in the column's own order, so that an index serves ranges. */
  readonly isOrdered?: true
  /**
   * Conditions on the column itself that are true of every row for which those on `exact` are, so that
   * an index finds the rows that are tested.
   */
  prefilter?(column: Fragment, at: Stored): Prefilter | undefined
  /**
   * A condition on the column itself that is true of every text that begins with a prefix, so that an
   * index finds the rows that are tested; undefined if no index of such a column does.
   */
  beginsWith?(column: Fragment, prefix: string, at: Stored): Fragment | undefined
  /** Throws for a range or a sort, if the column has another order than the kind. */
  refuseOrder?(at: Pick<Stored, 'field'>): never
  /** An expression to compare instead of the column, if equal values can be unequal in the column. */
  instead?(column: Fragment, at: Stored): Fragment
}

/** How a dialect stores a kind in the tables of createTable, and reads it from JSON. */
export interface KindType<InJson = unknown> extends ColumnType {
  /** How the dialect reads this kind from JSON. */
  readonly json: InJson
}

/** The type of a column: the dialect's type for the kind, or the one that the mapping names. */
export type TypeAt = (kind: KindName, at: Stored) => ColumnType

/** One entry for each kind, so that a new kind does not compile until every dialect has it. */
export type KindTypes<InJson = unknown> = Readonly<Record<KindName, KindType<InJson>>>

// Encodings that several dialects use.

/** Stored and returned unchanged. */
export const asIs = {
  encode: (value: Scalar): Scalar => value,
  decode: (stored: unknown): unknown => stored,
}

/** Integers as bigints, for drivers that bind a JavaScript number as a double. */
export const toBigInt = (value: Scalar): Scalar =>
  typeof value === 'number' ? BigInt(value) : value

/** Doubles as text, for drivers that bind a whole JavaScript number as an integer. */
export const doubleText = (value: Scalar): Scalar =>
  typeof value === 'number' ? String(value) : value

/** Booleans that drivers return as 0 and 1. */
export const fromBit = (stored: unknown): boolean => Number(stored) === 1

/** Reads an integer that a driver returns as a number or, if that is not safe, as text. */
export const integerReader =
  (refuse: Refuse, how: string) =>
  (stored: unknown, place: ColumnPlace): unknown => {
    if (typeof stored === 'string') return place.kind.read(BigInt(stored))
    if (typeof stored === 'number' && !Number.isSafeInteger(stored)) {
      return refuse(
        place,
        `the driver returned an integer without all its digits (${stored}); ${how}`,
      )
    }
    return place.kind.read(stored)
  }

export const readCanonical = (stored: unknown, { kind }: ColumnPlace): unknown => kind.read(stored)

/** Makes `Dialect.decode`. */
export const decoder =
  (typeAt: TypeAt, readList: (stored: unknown, place: ColumnPlace) => unknown) =>
  (place: ColumnPlace, stored: unknown): unknown => {
    if (stored === null || stored === undefined) return undefined
    return place.list
      ? readList(stored, place)
      : typeAt(place.kind.name, place).decode(stored, place)
  }

/** Decodes a list that a driver returns as an array. */
export const arrayReader =
  (typeAt: TypeAt) =>
  (stored: unknown, place: ColumnPlace): unknown => {
    const { decode } = typeAt(place.kind.name, place)
    return (stored as readonly unknown[]).map((each) => decode(each, place))
  }
