// Longer than most files here: the types of filters, rows and sorts follow from those of definitions.

import type { ScalarTypeName } from '../kinds/kind.ts'
import type { Nulls } from '../kinds/nulls.ts'
import type { EpochUnit } from '../kinds/timestamp.ts'
import type {
  AnyOperatorName,
  DefaultOperatorOf,
  OperatorName,
  ShapeOf,
} from '../operators/index.ts'
import type { GivenOf, OwnName, PlainName } from '../operators/names.ts'
import type { FieldType, OperandShapes, TypeName } from '../operators/operator.ts'
import type { GivenOperand, OwnOperator, OwnType } from '../operators/own-definition.ts'
import type { FieldSet } from './field.ts'

/**
 * Field definitions, as the builders (`string()`, `list()`, …) return them, and the types of filters
 * and rows that are inferred from them.
 */

declare const types: unique symbol

/** How `readRow` gives integers: as numbers, which beyond 2^53 is an error, or as bigints. */
export type IntegerForm = 'number' | 'bigint'

/** The definition of a field. Its type parameters carry the types of filters and rows. */
export interface FieldDefinition<
  T extends TypeName = TypeName,
  Ops extends AnyOperatorName = AnyOperatorName,
  Operand = unknown,
  Value = unknown,
  Required extends boolean = boolean,
  Read = Value,
  Hidden extends boolean = boolean,
  Sortable extends boolean = boolean,
> {
  readonly type: T
  /**
   * Checks the settings of this type and makes it: its kind and its operators. A function of the
   * builder, so that bundles contain only the kinds and operators that a program imports.
   */
  readonly resolve: (subject: string, definition: FieldDefinition) => FieldType
  readonly operators?: readonly AnyOperatorName[] | undefined
  readonly sortable: Sortable
  readonly required: Required
  readonly hidden: Hidden
  readonly facet?: boolean | undefined
  /** For timestamps: the fractional digits, and the unit of numbers in rows. */
  readonly digits?: number | undefined
  readonly unit?: EpochUnit | undefined
  /** For decimals: the digits that a column holds, and how many of them stand after the point. */
  readonly precision?: number | undefined
  readonly scale?: number | undefined
  /** For strings: whether all operators and orders ignore case. */
  readonly insensitive?: boolean | undefined
  /** The values of an enumeration, in their order. */
  readonly values?: readonly string[] | undefined
  /** For integers: how `readRow` gives them. */
  readonly as?: IntegerForm | undefined
  /** The element of a list. */
  readonly element?: FieldDefinition | undefined
  /** For the objects of a list: checks their fields. A function, as `resolve` is. */
  readonly elements?: ((subject: string, own: readonly OwnOperator[]) => FieldSet) | undefined
  /** For the objects of a list: the type of a list of them. */
  readonly listType?: FieldType | undefined
  /** The kinds of a dynamic field. */
  readonly kinds?: readonly ScalarTypeName[] | undefined
  /** For the type checker alone. */
  readonly [types]?: { operators: Ops; operand: Operand; value: Value; read: Read }
}

/** The options of every builder. */
export interface FieldOptions<
  Op extends AnyOperatorName,
  Required extends boolean,
  Hidden extends boolean = boolean,
  Sortable extends boolean = boolean,
> {
  /** The operators that a client may use; by default the default operators of the type. */
  readonly operators?: readonly Op[]
  /** Whether a client may sort by it. */
  readonly sortable?: Sortable
  /** The server guarantees that every row has a value: NOT NULL. */
  readonly required?: Required
  /** For the server only: a client that names it gets `unknown_field`. */
  readonly hidden?: Hidden
  /** Whether clients may see how many matches each of its values has: `facetRows`, `compileFacet`. */
  readonly facet?: boolean
}

/** The options of lists and dynamic fields, which have no total order. */
export type Unsortable<O> = Omit<O, 'sortable'>

/** The settings that depend on the type. */
type TypeSettings = Pick<FieldDefinition, 'resolve'> &
  Partial<
    Pick<
      FieldDefinition,
      | 'digits'
      | 'unit'
      | 'as'
      | 'precision'
      | 'scale'
      | 'values'
      | 'element'
      | 'elements'
      | 'listType'
      | 'kinds'
    >
  >

/** Makes a definition. Unknown options are kept, so that `defineSchema` can report them. */
export function define<
  T extends TypeName,
  Op extends AnyOperatorName,
  Operand,
  Value,
  Required extends boolean,
  Read = Value,
  Hidden extends boolean = boolean,
  Sortable extends boolean = boolean,
>(
  type: T,
  options: FieldOptions<Op, Required, Hidden, Sortable>,
  settings: TypeSettings,
): FieldDefinition<T, Op, Operand, Value, Required, Read, Hidden, Sortable> {
  const { operators, sortable = false as Sortable } = options
  const { required = false as Required, hidden = false as Hidden } = options
  return { ...options, ...settings, type, operators, sortable, required, hidden }
}

declare const added: unique symbol

/** What a schema's own operators add to a field, for the type checker alone. */
export interface AddedOperators<Op> {
  readonly [added]?: Op
}

/** The names of a schema's own operators that a field has which lists no operators. */
type AddedTo<D, O extends OwnOperator> =
  D extends FieldDefinition<infer T, infer Op>
    ? [DefaultOperatorOf<T>] extends [Op]
      ? NameFor<T, O['name']>
      : never
    : never

type NameFor<T, N extends OwnName> =
  N extends OwnName<string, infer Types>
    ? T extends OwnType
      ? [T] extends [Types]
        ? N
        : never
      : never
    : never

/** Fields with the operators of a schema's own. */
export type WithOwn<F extends Fields, O extends readonly OwnOperator[]> = [O[number]] extends [
  never,
]
  ? F
  : { readonly [N in keyof F]: F[N] & AddedOperators<AddedTo<F[N], O[number]>> }

type OperatorsOf<D> =
  | (D extends FieldDefinition<TypeName, infer Op> ? Op : never)
  | (D extends AddedOperators<infer Op> ? Extract<Op, OwnName> : never)
type OperandOf<D> =
  D extends FieldDefinition<TypeName, AnyOperatorName, infer Operand> ? Operand : never

/** The value of a field in a row: as rows may hold it (`value`), or as `readRow` gives it (`read`). */
type ValueOf<D, As extends 'value' | 'read'> = D extends { readonly [types]?: infer T }
  ? Extract<T, { readonly [A in As]: unknown }>[As]
  : never

/** The schema's own operators. Without one, no object at all: an empty one takes any key. */
type OwnFilter<D, N extends OwnName> = [PlainName<N>] extends [never]
  ? unknown
  : { readonly [E in N as PlainName<E>]?: GivenOperand<GivenOf<E>, OperandOf<D>> }

/** Operators on one field, joined by AND. */
export type OperatorsFilter<D> = {
  readonly [N in Extract<OperatorsOf<D>, OperatorName>]?: OperandShapes<OperandOf<D>>[ShapeOf<N>]
} & OwnFilter<D, Extract<OperatorsOf<D>, OwnName>> & { readonly $not?: OperatorsFilter<D> }

/** The condition on one field: operators, or a bare operand, which means `$eq`. */
export type FieldFilter<D> = [D] extends [never]
  ? never
  :
      | OperatorsFilter<D>
      | ('$eq' extends OperatorsOf<D> ? OperandShapes<OperandOf<D>>['equal'] : never)

export type Fields = Readonly<Record<string, FieldDefinition>>

declare const fields: unique symbol

/** Says whose fields a schema, a condition or a query is about, for the type checker alone. */
export interface OfFields<F extends Fields> {
  readonly [fields]?: F
}

/** The fields that clients see. */
export type VisibleFields<F extends Fields> = {
  readonly [N in keyof F as F[N] extends { readonly hidden: true } ? never : N]: F[N]
}

type WildcardKey<N> = N extends `${infer Prefix}.*` ? `${Prefix}.${string}` : never
/** The names of fields that are no wildcards. */
export type LiteralName<F> = Exclude<keyof F & string, `${string}.*`>
type WildcardName<F> = Extract<keyof F & string, `${string}.*`>
type LiteralUnder<F, K extends string> = Extract<LiteralName<F>, K>

declare const paths: unique symbol

/**
 * The fields that paths through to-one relations lead to, for the type checker alone. They stand apart
 * from the fields of the rows, which mappings and rows have.
 */
export type WithPaths<P> = { readonly [paths]: P }

/** Conditions on fields, each by its name. What the fields are is not checked: related ones refer back. */
type NamedFilter<F> = {
  readonly [N in LiteralName<F>]?: FieldFilter<F[N]>
} & {
  // A literal field under a wildcard must satisfy this signature, too: the union allows its filter.
  readonly [N in WildcardName<F> as WildcardKey<N>]?:
    | FieldFilter<F[N]>
    | FieldFilter<F[LiteralUnder<F, WildcardKey<N>>]>
}

/** A filter over fields. */
export type FieldsFilter<F extends Fields> = NamedFilter<F> &
  (F extends WithPaths<infer P> ? NamedFilter<P> : unknown) & {
    readonly $and?: readonly FieldsFilter<F>[]
    readonly $or?: readonly FieldsFilter<F>[]
    readonly $nor?: readonly FieldsFilter<F>[]
  }

/** What has no order: lists, and what stands for several values or rows. */
type Unordered = { readonly type: 'list' | 'objects' | 'object' | 'dynamic' | 'one' | 'many' }

/** The names of sortable scalars that clients see, and paths through to-one relations. */
type SortName<F extends Fields> =
  | ScalarName<F>
  | (F extends WithPaths<infer P> ? ScalarName<P> : never)

type ScalarName<F> = {
  [N in keyof F & string]: F[N] extends { readonly type: 'one' }
    ? N extends `${string}.*`
      ? WildcardKey<N>
      : never
    : N extends `${string}.*`
      ? never
      : F[N] extends Unordered | { readonly hidden: true } | { readonly sortable: false }
        ? never
        : N
}[keyof F & string]

/** Directions by name. Without one, no key: an empty object takes any. */
type Directions<Name extends string> = [Name] extends [never]
  ? { readonly [key: string]: never }
  : { readonly [N in Name]?: 1 | -1 }

interface SortTerm<Name extends string> {
  readonly field: Name
  readonly direction?: 1 | -1
  readonly nulls?: Nulls
}

/** The sort of a payload over fields. */
export type FieldsSort<F extends Fields> =
  | Directions<SortName<F>>
  | readonly (Directions<SortName<F>> | SortTerm<SortName<F>>)[]

/** What a row has where a field is not required and the value is absent. */
interface Nothing {
  value: null | undefined
  read: undefined
}

type RowValue<D, As extends 'value' | 'read'> = D extends { readonly required: true }
  ? ValueOf<D, As>
  : ValueOf<D, As> | Nothing[As]

/** A field of a row, nested in the objects of its path. */
type Nested<Name extends string, D, As extends 'value' | 'read'> = D extends {
  readonly type: 'one' | 'many'
}
  ? // Related rows are loaded by the application.
    As extends 'value'
    ? { readonly [K in Name]?: unknown }
    : Record<never, never>
  : Name extends `${infer Head}.${infer Rest}`
    ? Rest extends '*'
      ? { readonly [K in Head]?: { readonly [key: string]: unknown } }
      : D extends { readonly required: true }
        ? { readonly [K in Head]: Nested<Rest, D, As> }
        : { readonly [K in Head]?: Nested<Rest, D, As> }
    : D extends { readonly required: true }
      ? { readonly [K in Name]: RowValue<D, As> }
      : { readonly [K in Name]?: RowValue<D, As> }

type UnionToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never

/** A row with these fields, as `readRow` gives it, or as memory and `insertRow` take it. */
export type FieldsRow<F extends Fields, As extends 'value' | 'read' = 'read'> = UnionToIntersection<
  { [N in keyof F & string]: Nested<N, F[N], As> }[keyof F & string]
>
