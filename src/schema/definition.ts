import type { EpochUnit } from '../kinds/timestamp.ts'
import type { DefaultOperatorOf, OperatorName, OperatorOf, ShapeOf } from '../operators/index.ts'
import type { OperandShapes, TypeName } from '../operators/operator.ts'

/**
 * What a schema's author writes of a field, and the types that follow from it. The builders are
 * plain data; `defineSchema` checks it.
 */

declare const types: unique symbol

/** The values of a type, as operands and as rows hold them. */
interface ValueTypes {
  string: { operand: string; row: string }
  boolean: { operand: boolean; row: boolean }
  integer: { operand: number | bigint; row: number | bigint }
  number: { operand: number | bigint; row: number }
  timestamp: { operand: string | Date; row: string | Date | number | bigint }
}

export type ScalarTypeName = keyof ValueTypes

/** A field as its author describes it: data, and in its type parameters what a filter may hold. */
export interface FieldDefinition<
  T extends TypeName = TypeName,
  Ops extends OperatorName = OperatorName,
  Operand = unknown,
  Value = unknown,
  Required extends boolean = boolean,
> {
  readonly type: T
  readonly operators?: readonly OperatorName[] | undefined
  readonly sortable: boolean
  readonly required: Required
  readonly hidden: boolean
  /** Timestamps, and what holds them: digits of the second, and the unit of rows' numbers. */
  readonly digits?: number | undefined
  readonly unit?: EpochUnit | undefined
  /** The element of a list. */
  readonly element?: FieldDefinition | undefined
  /** The kinds of a dynamic field. */
  readonly kinds?: readonly ScalarTypeName[] | undefined
  /** For the type checker alone. */
  readonly [types]?: { operators: Ops; operand: Operand; value: Value }
}

/** What every builder takes. */
export interface FieldOptions<Op extends OperatorName, Required extends boolean> {
  /** The operators that a client may use; without a list, every one of the type. */
  readonly operators?: readonly Op[]
  /** Whether a client may sort by it. */
  readonly sortable?: boolean
  /** The server's promise that every row has a value: NOT NULL. */
  readonly required?: Required
  /** The server's alone: to a client it is `unknown_field`. */
  readonly hidden?: boolean
}

export interface TimestampFieldOptions<Op extends OperatorName, Required extends boolean>
  extends FieldOptions<Op, Required> {
  /** Digits of the second that a row's value keeps, 0–9; 6 where it is left out. */
  readonly digits?: number
  /** The unit of rows that hold numbers since 1970; without one, a number is absent. */
  readonly unit?: EpochUnit
}

type Unsortable<O> = Omit<O, 'sortable'>

function scalar<T extends ScalarTypeName>(type: T) {
  return <
    const Op extends OperatorOf<T> = DefaultOperatorOf<T>,
    const Required extends boolean = false,
  >(
    options: FieldOptions<Op, Required> = {},
  ): FieldDefinition<T, Op, ValueTypes[T]['operand'], ValueTypes[T]['row'], Required> =>
    define(type, options)
}

function define<
  T extends TypeName,
  Op extends OperatorName,
  Operand,
  Value,
  Required extends boolean,
>(
  type: T,
  options: FieldOptions<Op, Required>,
  more: Omit<Partial<FieldDefinition>, typeof types> = {},
): FieldDefinition<T, Op, Operand, Value, Required> {
  const { operators, sortable = false, required = false as Required, hidden = false } = options
  // Settings that are none are kept, so that defineSchema refuses them by name.
  return { ...options, ...more, type, operators, sortable, required, hidden }
}

/** A field of well-formed Unicode text, compared by code point. */
export const string = scalar('string')

export const boolean = scalar('boolean')

/** A field of integers: safe JavaScript integers, and bigints of signed 64 bits. */
export const integer = scalar('integer')

/** A field of finite doubles. */
export const number = scalar('number')

/** A field of instants: RFC 3339 strings, Dates, or numbers of the unit. */
export function timestamp<
  const Op extends OperatorOf<'timestamp'> = DefaultOperatorOf<'timestamp'>,
  const Required extends boolean = false,
>(
  options: TimestampFieldOptions<Op, Required> = {},
): FieldDefinition<'timestamp', Op, string | Date, string | Date | number | bigint, Required> {
  const { digits, unit } = options
  return define('timestamp', options, { digits, unit })
}

/** A field of lists; the element says of what: `list(string())`. Its own options are not used. */
export function list<
  T extends ScalarTypeName,
  Operand,
  Value,
  const Op extends OperatorOf<'list'> = DefaultOperatorOf<'list'>,
  const Required extends boolean = false,
>(
  element: FieldDefinition<T, OperatorName, Operand, Value>,
  options: Unsortable<FieldOptions<Op, Required>> = {},
): FieldDefinition<'list', Op, readonly Operand[], readonly Value[], Required> {
  return define('list', options, { element })
}

/** A field of values of several kinds, for a wildcard such as `custom.*`. */
export function dynamic<
  const K extends ScalarTypeName,
  const Op extends OperatorOf<'dynamic'> = DefaultOperatorOf<'dynamic'>,
>(
  kinds: readonly K[],
  options: Unsortable<FieldOptions<Op, false>> & {
    readonly digits?: number
  } = {},
): FieldDefinition<'dynamic', Op, ValueTypes[K]['operand'], ValueTypes[K]['row'], false> {
  return define('dynamic', options, { kinds, digits: options.digits })
}

type OperatorsOf<D> = D extends FieldDefinition<TypeName, infer Op> ? Op : never
type OperandOf<D> =
  D extends FieldDefinition<TypeName, OperatorName, infer Operand> ? Operand : never
type ValueOf<D> =
  D extends FieldDefinition<TypeName, OperatorName, unknown, infer Value> ? Value : never

/** Operators applied to one field, joined by and. */
export type OperatorsFilter<D> = {
  readonly [N in OperatorsOf<D>]?: OperandShapes<OperandOf<D>>[ShapeOf<N>]
} & { readonly $not?: OperatorsFilter<D> }

/** What stands behind a field's name: operators, or a bare operand, which means `$eq`. */
export type FieldFilter<D> =
  | OperatorsFilter<D>
  | ('$eq' extends OperatorsOf<D> ? OperandShapes<OperandOf<D>>['equal'] : never)

export type Fields = Readonly<Record<string, FieldDefinition>>

type WildcardKey<N> = N extends `${infer Prefix}.*` ? `${Prefix}.${string}` : never
type LiteralName<F extends Fields> = Exclude<keyof F & string, `${string}.*`>
type WildcardName<F extends Fields> = Extract<keyof F & string, `${string}.*`>
type LiteralUnder<F extends Fields, K extends string> = Extract<LiteralName<F>, K>

/** A filter over fields. */
export type FieldsFilter<F extends Fields> = {
  readonly [N in LiteralName<F>]?: FieldFilter<F[N]>
} & {
  // A key of the wildcard that a literal field has too must satisfy both signatures; the union
  // leaves its type to the literal one.
  readonly [N in WildcardName<F> as WildcardKey<N>]?:
    | FieldFilter<F[N]>
    | FieldFilter<F[LiteralUnder<F, WildcardKey<N>>]>
} & {
  readonly $and?: readonly FieldsFilter<F>[]
  readonly $or?: readonly FieldsFilter<F>[]
  readonly $nor?: readonly FieldsFilter<F>[]
}

type RowValue<D> =
  D extends FieldDefinition<TypeName, OperatorName, unknown, unknown, infer Required>
    ? Required extends true
      ? ValueOf<D>
      : ValueOf<D> | null | undefined
    : never

/** One field of a row, in the objects that its path leads through. */
type Nested<Name extends string, D> = Name extends `${infer Head}.${infer Rest}`
  ? Rest extends '*'
    ? { readonly [K in Head]?: { readonly [key: string]: unknown } }
    : D extends { readonly required: true }
      ? { readonly [K in Head]: Nested<Rest, D> }
      : { readonly [K in Head]?: Nested<Rest, D> }
  : D extends { readonly required: true }
    ? { readonly [K in Name]: RowValue<D> }
    : { readonly [K in Name]?: RowValue<D> }

type UnionToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never

/** A row with these fields. */
export type FieldsRow<F extends Fields> = UnionToIntersection<
  { [N in keyof F & string]: Nested<N, F[N]> }[keyof F & string]
>
