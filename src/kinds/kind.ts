/** A value as filters, orderings and cursors hold it, once a kind has made it canonical. */
export type Scalar = string | number | bigint | boolean

export type KindName = 'string' | 'boolean' | 'integer' | 'number' | 'numeric' | 'timestamp'

/**
 * Where an operand lies among the values that a row can hold: on `value` (0), between it and the
 * next greater one (1), or below it, where it is the least of all (-1). A timestamp finer than the
 * field's digits and an integer that no double equals lie beside.
 */
export interface Position<V extends Scalar = Scalar> {
  readonly value: V
  readonly side: -1 | 0 | 1
}

/**
 * One kind of value: what belongs to it, its canonical form, and the one comparison that operators,
 * orderings and cursors share. Two values of a kind are equal exactly when their canonical forms
 * are `===`.
 */
export interface Kind<V extends Scalar = Scalar> {
  readonly name: KindName
  /** What an operand must be, for messages: "an integer". */
  readonly expects: string
  /** The canonical form of an operand, or undefined where the input is none of this kind. */
  operand(input: unknown): V | undefined
  /** The canonical form of a row's value, or undefined: the row has none of this kind. */
  read(value: unknown): V | undefined
  /** Negative, zero or positive. Total on canonical forms. */
  compare(a: V, b: V): number
  position(operand: V): Position<V>
  /** Whether a row's value is there and compares so with a constant that a row can hold. */
  range(comparison: Range, constant: V): Test
  /** The same of several at once, where that is faster than one after the other. */
  within?(bounds: readonly Bound<V>[]): Test
  /** Whether it equals such a constant. */
  equals(constant: V): Test
  /** Whether it equals one of them. */
  among(constants: readonly V[]): Test
}

/** One end of a range. */
export interface Bound<V extends Scalar = Scalar> {
  readonly comparison: Range
  readonly constant: V
}

/** What is asked of each row's value; made once for an operand, called often. */
export interface Test {
  (value: unknown): boolean
  /** Where the test is being `===` to one of these two and nothing else: asked without a call. */
  readonly same?: { readonly one: Scalar; readonly other: Scalar }
}

/** The test of being the same as one of two values. */
export const isSame = (
  test: (value: unknown) => boolean,
  one: string | boolean,
  other = one,
): Test => Object.assign(test, { same: { one, other } })

/** A comparison that is a range. */
export type Range = '<' | '<=' | '>' | '>='

/** What a range becomes where the operand lies beside the value that stands in for it. */
export const beside = (range: Range, side: -1 | 0 | 1): Range => {
  if (side === 0) return range
  const isUpward = range === '>' || range === '>='
  if (side > 0) return isUpward ? '>' : '<='
  return isUpward ? '>=' : '<'
}

/** What a range says of the order of value and constant. */
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
    default:
      return comparison satisfies never
  }
}

/** A longer list is looked up rather than gone through. */
export const FEW = 8

export const exactly = <V extends Scalar>(value: V): Position<V> => ({
  value,
  side: 0,
})
