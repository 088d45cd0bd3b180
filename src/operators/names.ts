/** The wire names of every operator, in the order in which messages list them. */
export const operatorNames = [
  '$eq',
  '$ne',
  '$gt',
  '$gte',
  '$lt',
  '$lte',
  '$in',
  '$nin',
  '$exists',
  '$contains',
  '$all',
  '$size',
  '$elemMatch',
  '$is',
  '$some',
  '$every',
  '$none',
  '$startsWith',
  '$endsWith',
  '$includes',
  '$ieq',
  '$iin',
  '$istartsWith',
  '$iendsWith',
  '$iincludes',
  '$autocomplete',
] as const

export type OperatorName = (typeof operatorNames)[number]

declare const own: unique symbol

/** What the type of such a name carries, for the type checker alone. */
export interface OwnBrand<N extends string, T, Given> {
  readonly [own]: { readonly name: N; readonly types: T; readonly given: Given }
}

/** The name of an operator that `defineOperator` made. Its type says what the operator takes. */
export type OwnName<N extends string = string, T = unknown, Given = unknown> = N &
  OwnBrand<N, T, Given>

/** What the type of such a name says: the name, `never` of any; and how the operand is given. */
export type PlainName<N> = N extends { readonly [own]: { readonly name: infer P extends string } }
  ? string extends P
    ? never
    : P
  : never
export type GivenOf<N> = N extends { readonly [own]: { readonly given: infer Given } }
  ? Given
  : never

/** The name of an operator of any schema. */
export type AnyOperatorName = OperatorName | OwnName

export const isOperatorName = (name: string): name is OperatorName =>
  (operatorNames as readonly string[]).includes(name)

/** The logical lists, which join filters and belong to no field. */
export const logicalNames = ['$and', '$or', '$nor'] as const

export type LogicalName = (typeof logicalNames)[number]

export const isLogicalName = (name: string): name is LogicalName =>
  (logicalNames as readonly string[]).includes(name)
