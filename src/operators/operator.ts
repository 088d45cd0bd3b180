import type { Column } from '../dialect/dialect.ts'
import type { Fragment } from '../dialect/fragment.ts'
import type { AnyKind } from '../kinds/dynamic.ts'
import type { Range, Scalar, Test } from '../kinds/kind.ts'

/** What a schema calls the type of a field. */
export type TypeName =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'number'
  | 'timestamp'
  | 'list'
  | 'dynamic'

/** What a field holds: values of a kind, or lists of them. */
export interface FieldType {
  readonly name: TypeName
  readonly kind: AnyKind
  readonly list: boolean
}

/** An operand once it has been checked: canonical. */
export type Operand = Scalar | null | readonly (Scalar | null)[]

/**
 * The shapes of operands, each with its type for a field of values `V`; `parse/operand.ts` checks
 * them.
 */
export interface OperandShapes<V> {
  /** What a field can equal: a value, null, or for a list field a list too. */
  equal: V extends readonly (infer E)[] ? E | V | null : V | null
  /** One value, of the element's kind for a list field. */
  scalar: V extends readonly (infer E)[] ? E : V
  /** A list of values and null. */
  members: readonly ((V extends readonly (infer E)[] ? E : V) | null)[]
  /** A list of values. */
  elements: V extends readonly unknown[] ? V : readonly V[]
  boolean: boolean
  /** Text with a letter or a digit in it. */
  words: string
}

/**
 * One operator, whole: on what fields, with what operand, and what it is true of, in memory and in
 * SQL side by side.
 */
export interface Operator {
  /** The types of field that have it where the field lists no operators. */
  readonly types: readonly TypeName[]
  /** The types that have it only where the field lists it. */
  readonly onRequest?: readonly TypeName[]
  readonly shape: keyof OperandShapes<unknown>
  /** Whether it is the complement of what `test` and `sql` say: both back ends negate them. */
  readonly complement?: true
  /** What the operand alone decides, whatever the row (before any complement). */
  fold?(operand: Operand): boolean | undefined
  /** Works once on the operand; the function that it returns is called with each row's value. */
  test(type: FieldType, operand: Operand): Test
  /**
   * The test of two operands of this operator and another of its family at once, where that is
   * faster than one after the other.
   */
  testBoth?(
    type: FieldType,
    operand: Operand,
    other: Operator,
    otherOperand: Operand,
  ): Test | undefined
  /** What a member of a family is told from the others by. */
  readonly range?: Range
  /** The same as SQL, or exactly the rows that it is not true of. */
  sql(column: Column, type: FieldType, operand: Operand, negated: boolean): Fragment
}
