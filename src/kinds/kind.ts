/** A canonical value, as filters, orderings and cursors hold it. */
export type Scalar = string | number | bigint | boolean

/** A time that is so far from now, where a schema allows it: `{ $now: '-7d' }`, `{ $now: '-1M/M' }`. */
export interface Shift {
  readonly $now: string
}

/** The values of each scalar kind: as operands, as rows may hold them, and as rows are read. */
export interface ValueTypes {
  string: { operand: string; row: string; read: string }
  boolean: { operand: boolean; row: boolean; read: boolean }
  integer: { operand: number | bigint; row: number | bigint; read: number }
  number: { operand: number | bigint; row: number | bigint; read: number }
  timestamp: { operand: string | Date | Shift; row: string | Date | number | bigint; read: string }
  date: { operand: string | Shift; row: string; read: string }
  decimal: {
    operand: string | number | bigint
    row: string | number | bigint | { toString(): string }
    read: string
  }
  uuid: { operand: string; row: string; read: string }
  enumeration: { operand: string; row: string; read: string }
}

/** The kinds that a schema can name. */
export type ScalarTypeName = keyof ValueTypes

/** `numeric` is what a dynamic field of both integers and numbers holds. */
export type KindName = ScalarTypeName | 'numeric'

/** What JSON Schema calls the texts of kinds that have one form. */
export type Format = 'date-time' | 'date' | 'uuid'

/** How JavaScript tells the values of kinds apart. */
export type Family = 'text' | 'numeric' | 'boolean'

/**
 * Where an operand lies among the values that a row can hold: equal to `value` (side 0), between it
 * and the next greater one (1), or below the least of all (-1). Operands between two values are
 * timestamps with more digits than the field's, and integers that no double equals.
 */
export interface Position<V extends Scalar = Scalar> {
  readonly value: V
  readonly side: -1 | 0 | 1
}

/**
 * One kind of value: which values belong to it, their canonical form, and the one comparison that
 * operators, orderings and cursors share. Two values of a kind are equal exactly if their canonical
 * forms are `===`.
 */
export interface Kind<V extends Scalar = Scalar> {
  readonly name: KindName
  /** Of a dynamic field's members at most one is numeric, and at most one of booleans. */
  readonly family: Family
  /** Whether a kind of text reads numbers, too. */
  readonly takesNumbers?: true
  /** What an operand must be, for messages: "an integer". */
  readonly expects: string
  /** How to write a text of this kind, for messages, if `expects` does not say it. */
  readonly hint?: string
  /**
   * Set if one value can be written as several texts: documents store the canonical form, so that SQL
   * can compare them as text.
   */
  readonly isRewritten?: true
  /** Set if values are compared by their folded text, which in SQL is another column. */
  readonly isFolded?: true
  /** All values in their order, if the schema lists them. */
  readonly values?: readonly string[]
  /** The format of a text in terms of JSON Schema. */
  readonly format?: Format
  /** The values in terms of JSON Schema, if family and format do not say them. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>
  /** The canonical form of an operand; undefined if it is not of this kind. */
  operand(input: unknown): V | undefined
  /** What an operand may be at most, if it is one of the kind that is too long. */
  tooLong?(input: unknown): string | undefined
  /** The canonical form of a row's value; undefined if it is absent. */
  read(value: unknown): V | undefined
  /** What a value must be to be stored, if it is one of the kind that is too large: it is absent. */
  tooLarge?(value: unknown): string | undefined
  /** Negative, zero or positive. Total on canonical forms. */
  compare(a: V, b: V): number
  position(operand: V): Position<V>

  // Tests of a row's value, false if it is absent. The constants are values that a row can hold.

  range(comparison: Range, constant: V): Test
  /** Several ranges at once, for kinds where that is faster than one after the other. */
  within?(bounds: readonly Bound<V>[]): Test
  equals(constant: V): Test
  among(constants: readonly V[]): Test
}

/** Whether the kind holds texts of one form, which are told from others by a pattern. */
export const hasPattern = ({ family, name }: Pick<Kind, 'family' | 'name'>): boolean =>
  family === 'text' && name !== 'string'

/** One end of a range. */
export interface Bound<V extends Scalar = Scalar> {
  readonly comparison: Range
  readonly constant: V
}

/** A test of a row's value, made once for an operand and called for each row. */
export interface Test {
  (value: unknown): boolean
  /** Set if the test is only `=== one || === other`, so that callers can inline it. */
  readonly same?: { readonly one: Scalar; readonly other: Scalar }
}

/** Marks a test that is only `===` with one of two values. */
export const isSame = (
  test: (value: unknown) => boolean,
  one: string | boolean,
  other = one,
): Test => Object.assign(test, { same: { one, other } })

/** A comparison that is a range. */
export type Range = '<' | '<=' | '>' | '>='

/** The comparison with a {@link Position}'s value that means the same as the one with its operand. */
export const rangeAt = (range: Range, side: Position['side']): Range => {
  if (side === 0) return range
  const isUpward = range === '>' || range === '>='
  if (side > 0) return isUpward ? '>' : '<='
  return isUpward ? '>=' : '<'
}

/** Whether `order`, the sign of value − constant, satisfies the comparison. */
export function isWithin(comparison: Range, order: number): boolean {
  switch (comparison) {
    case '>':
      return order > 0
    case '>=':
      return order >= 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    /* v8 ignore next -- the type has no other values */
    default:
      return comparison satisfies never
  }
}

/** Up to this length, a loop over a list is faster than a Set. */
export const FEW = 8

export const exactly = <V extends Scalar>(value: V): Position<V> => ({
  value,
  side: 0,
})
