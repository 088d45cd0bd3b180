import type { FieldColumn } from '../dialect/dialect.ts'
import type { Fragment } from '../dialect/fragment.ts'
import type { Document } from '../dialect/place.ts'
import type { AnyKind } from '../kinds/dynamic.ts'
import type { Bound, Range, Scalar, ScalarTypeName, Test } from '../kinds/kind.ts'
import type { AnyOperatorName } from './names.ts'

/** What a schema calls the type of a field. */
export type TypeName = ScalarTypeName | 'list' | 'objects' | 'object' | 'dynamic' | 'one' | 'many'

/** What a field holds: values of a kind, or lists of them. */
export interface FieldType {
  readonly name: TypeName
  readonly kind: AnyKind
  readonly list: boolean
  /** What holds the fields that are inside of it, and how they are asked: no path leads to them. */
  readonly inside?: { readonly what: string; readonly operator: AnyOperatorName }
  /** The operators that a field of the type can have, by name. */
  readonly operators: Operators
  /** Those that it has where it lists none. */
  readonly defaultOperators: Operators
}

/** Operators by their wire names. */
export type Operators = { readonly [N in AnyOperatorName]?: Operator }

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
  /** An integer of at least 0. */
  count: number
  /** A filter over the fields of the elements, whose type the field's is. */
  filter: V
  /** Text with a letter or a digit in it. */
  words: string
  /** Text that is not empty. */
  text: string
  textOrNull: string | null
  texts: readonly (string | null)[]
  /** What a function of the operator's definition says. */
  own: unknown
}

export type Shape = keyof OperandShapes<unknown>

/** The canonical operands, by shape. */
interface CanonicalOperands {
  equal: Scalar | null | readonly Scalar[]
  scalar: Scalar
  members: readonly (Scalar | null)[]
  elements: readonly Scalar[]
  boolean: boolean
  count: number
  filter: Inside
  words: string
  text: string
  textOrNull: string | null
  texts: readonly (string | null)[]
  own: OwnOperand
}

/** The canonical operand of an operator whose definition reads it: plain data, frozen. */
export type OwnOperand =
  | Scalar
  | null
  | readonly OwnOperand[]
  | { readonly [key: string]: OwnOperand }

/** A condition on an object that is inside of a row, once it is compiled: on an element of a list. */
export interface Inside {
  test(object: unknown): boolean
  /** The condition, of the JSON of the object. */
  sql(document: Document): Fragment
}

/** An operand once it has been checked: canonical. */
export type Operand<S extends Shape = Exclude<Shape, 'filter'>> = CanonicalOperands[S]

/**
 * What an operator costs a database for each row, in the units of `condition/cost.ts`: how many times
 * the field's value is read, and what comparing it with the operand costs beside.
 */
export interface Cost {
  readonly passes: number
  readonly comparing: number
}

/** What a table has for an operator: `folded` is an index of the column of folded text. */
export type Service = 'index' | 'words' | 'folded'

/**
 * What an index in memory is asked for to find the rows that an operator is true of: an index of the
 * field's values, of the elements of its lists, or of what `servedBy` names, its words or its folded
 * text. Of several, each must be there.
 */
export interface Lookup {
  /** One of these; null stands for an absent value. */
  readonly any?: readonly (Scalar | null)[]
  readonly all?: readonly Scalar[]
  /** The beginning of a text. */
  readonly prefix?: string
  readonly bound?: Bound
  /** Set if the operator is true of the other rows, before any complement. */
  readonly isOthers?: boolean
  /** Set if rows are found that the operator is not true of. */
  readonly isSuperset?: true
}

/** What finds the rows of an operator without reading the table, where anything does. */
export function servedBy({ operators }: FieldType, name: AnyOperatorName): Service | undefined {
  const { complement, servedBy } = operators[name] ?? {}
  return complement ? undefined : servedBy
}

/** Whether an operator of a field asks for its folded text. */
export const isFolded = ({ operators }: FieldType, name: AnyOperatorName): boolean =>
  operators[name]?.isFolded === true

/** The value is read once and compared with one other. */
export const ONE_COMPARISON: Cost = { passes: 1, comparing: 0 }

/** What is said of a field, and of its complement, with `{field}` and `{value}` for what they are about. */
export interface Phrase {
  readonly is: string
  readonly not: string
}

/** The parts that the record of an operator of one's own has beside: `own-operator.ts`. */
export interface OwnParts {
  /** Reads an operand of the shape `own`; undefined where it was refused. */
  read(
    input: unknown,
    limits: { readonly list: number; readonly string: number },
    refuse: (expected: string, hint?: string) => undefined,
  ): OwnOperand | undefined
  /** Values of the field's kind as rows hold them; undefined if no row can hold one of them. */
  held(type: FieldType, operand: Operand): Operand | undefined
  /** The same text for equal operands, and for no others. */
  textOf(operand: Operand): string
  /** What is said of it in a language. */
  phraseIn(language: string | undefined): Phrase | undefined
  /** The operands in terms of JSON Schema, if the shape does not say them. */
  readonly jsonSchema: Readonly<Record<string, unknown>> | undefined
  /** Some operands that the operator takes. */
  readonly examples: readonly unknown[]
}

/**
 * One operator, whole: with what operand, and what it is true of, in memory and in SQL side by side.
 * The types of field that have it list it in
 * `scalar-operators.ts`, `list-operators.ts` and `objects-operators.ts`. The operand's shape is the type
 * parameter: `parse/operand.ts` checks it before any of these functions is called.
 */
export interface Operator<S extends Shape = Shape> {
  readonly shape: S
  /** Whether the operator is the complement of `test` and `sql`, which both back ends negate. */
  readonly complement?: true
  /** The result if it depends on the operand only (before any complement). */
  fold?(operand: Operand<S>): boolean | undefined
  /** Works once on the operand; the function that it returns is called with each row's value. */
  test(type: FieldType, operand: Operand<S>): Test
  /**
   * The test of two operands of this operator and another of its family at once, where that is
   * faster than one after the other.
   */
  testBoth?(
    type: FieldType,
    operand: Operand<S>,
    other: Operator,
    otherOperand: Operand<S>,
  ): Test | undefined
  /**
   * What finds the rows that it is true of without reading the table: an `index` of the field, its
   * column of folded `words`, or an index of its `folded` text. Nothing finds those of a complement.
   */
  readonly servedBy?: Service
  /** What an index in memory finds the rows by; the complement's are the others. */
  lookup?(type: FieldType, operand: Operand<S>): Lookup | undefined
  /** Whether SQL asks for the text without its case, which is stored in a column of its own. */
  readonly isFolded?: true
  /** The maximal cost for a database for one row. */
  cost(type: FieldType, operand: Operand<S>): Cost
  /** Set of an operator of one's own. */
  readonly own?: OwnParts
  /** What distinguishes a member from the others of its family. */
  readonly range?: Range
  /** The same as SQL, or exactly the rows that it is not true of. */
  sql(column: FieldColumn, type: FieldType, operand: Operand<S>, negated: boolean): Fragment
}
