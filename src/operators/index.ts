import { $autocomplete } from './autocomplete.ts'
import { $all, $contains } from './contains.ts'
import { $eq, $ne } from './equality.ts'
import { $exists } from './exists.ts'
import { $in, $nin } from './membership.ts'
import type { Operator, TypeName } from './operator.ts'
import { $gt, $gte, $lt, $lte } from './range.ts'

/** Every operator that a field can have, by its wire name. */
export const operators = {
  $eq,
  $ne,
  $gt,
  $gte,
  $lt,
  $lte,
  $in,
  $nin,
  $exists,
  $contains,
  $all,
  $autocomplete,
} as const satisfies Record<`$${string}`, Operator>

type Table = typeof operators

export type OperatorName = keyof Table

/** The operators that a type of field can have. */
export type OperatorOf<T extends TypeName> = {
  [N in OperatorName]: T extends Table[N]['types'][number]
    ? N
    : Table[N] extends { readonly onRequest: readonly (infer R)[] }
      ? T extends R
        ? N
        : never
      : never
}[OperatorName]

/** The operators that a type has where a field lists none. */
export type DefaultOperatorOf<T extends TypeName> = {
  [N in OperatorName]: T extends Table[N]['types'][number] ? N : never
}[OperatorName]

/** The shape of an operator's operand. */
export type ShapeOf<N extends OperatorName> = Table[N]['shape']

export const operatorNames = Object.keys(operators) as readonly OperatorName[]

const byName: ReadonlyMap<string, Operator> = new Map(Object.entries(operators))

/** The record behind a name that someone wrote; undefined where it is none's. */
export const findOperator = (name: string): Operator | undefined => byName.get(name)

export const isOperatorName = (name: string): name is OperatorName => byName.has(name)

/** The record behind a name. */
export const operatorOf = (name: OperatorName): Operator => byName.get(name) as Operator
