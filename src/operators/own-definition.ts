/** What is said of an operator of one's own, and the types that follow from it. */

import type { Scalar, ScalarTypeName, Shift } from '../kinds/kind.ts'
import type { OwnName } from './names.ts'
import type { FieldType, OperandShapes, Phrase } from './operator.ts'
import type { OwnSql } from './own-sql.ts'

/** The types of field that can have an operator of one's own: of values, of lists and of several kinds. */
export type OwnType = ScalarTypeName | 'list' | 'dynamic'

/** The shapes of operands that say enough of them. `null` is none: it means absent. */
export type OwnShape = 'scalar' | 'elements' | 'boolean' | 'count' | 'text' | 'words'

/** How an operand is read: by its shape, or by a function that returns it in its canonical form. */
export type OwnReader = OwnShape | ((input: unknown) => unknown)

/** The canonical values of a kind. */
interface Canonical extends Record<ScalarTypeName, Scalar> {
  string: string
  boolean: boolean
  integer: number | bigint
  number: number
  timestamp: string
  date: string
  decimal: string
  uuid: string
  enumeration: string
}

export type CanonicalOf<T> = Canonical[Extract<T, ScalarTypeName>]

/** A canonical operand, as the definition's functions get it. */
export type OwnOperandOf<T, Given> = Given extends (input: unknown) => infer R
  ? Exclude<R, Error>
  : Given extends 'scalar'
    ? CanonicalOf<T>
    : Given extends 'elements'
      ? readonly CanonicalOf<T>[]
      : Given extends 'boolean'
        ? boolean
        : Given extends 'count'
          ? number
          : string

/** An operand as a filter has it, for a field of values `V`. */
export type GivenOperand<Given, V> = Given extends (input: unknown) => infer R
  ? Exclude<R, Error>
  : Given extends 'scalar'
    ? ElementOf<V>
    : Given extends 'elements'
      ? readonly ElementOf<V>[]
      : Given extends OwnShape
        ? OperandShapes<V>[Given]
        : never

type ElementOf<V> = Exclude<V extends readonly (infer E)[] ? E : V, Shift>

/** What `defineOperator` takes. */
export interface OwnDefinition<N extends string, T extends OwnType, Given extends OwnReader> {
  /** `$` and letters, digits or underscores. No operator of tamis has it. */
  readonly name: N
  /**
   * The types of field that have it. `list` and `dynamic` are beside the kinds of their values:
   * `['string', 'list']` are strings and lists of strings. Of a list it is true if it is of one of the
   * elements.
   */
  readonly types: readonly T[]
  /**
   * A shape, or a function that checks an operand and returns its canonical form: plain data that it
   * takes and returns again. An `Error` that it throws or returns says why it does not take one, and
   * clients read the message as a hint; what JavaScript throws, a TypeError say, has none.
   */
  readonly operand: Given
  /**
   * Called once with the operand for each kind of value; what it returns is called with the canonical
   * values of rows. An absent value is never asked: the operator is false of it.
   */
  test(
    operand: OwnOperandOf<NoInfer<T>, NoInfer<Given>>,
    kind: Extract<NoInfer<T>, ScalarTypeName>,
  ): (value: CanonicalOf<NoInfer<T>>) => boolean
  /** The same as SQL of each database, by the dialect's name. */
  readonly sql: Readonly<Record<string, OwnSql<OwnOperandOf<NoInfer<T>, NoInfer<Given>>>>>
  /** What a comparison costs beside reading the value, in the units of `costOf`; by default 8. */
  readonly cost?: number
  /** What `describeFilter` says, in every language or by language, with `{field}` and `{value}`. */
  readonly phrase?: Phrase | Readonly<Record<string, Phrase>>
  /** The operands in terms of JSON Schema, where a function reads them; it must allow all of them. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>
  /** Some operands: for JSON Schema, completions and the filters that `tamis/fast-check` makes. */
  readonly examples?: readonly unknown[]
}

/** An operator for the `operators` of schemas. */
export interface OwnOperator<
  N extends string = string,
  T extends OwnType = OwnType,
  Given extends OwnReader = OwnReader,
> {
  /** For the operators that a field lists: `string({ operators: ['$eq', near.name] })`. */
  readonly name: OwnName<N, T, Given>
  /** A type of field with the operator; the same one, if it is none that can have it. */
  addTo(type: FieldType): FieldType
}
