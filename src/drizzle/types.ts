/**
 * The types of the fields that a Drizzle table makes. Tables are described by their structure, so that
 * the declarations need no package.
 */

import type { ScalarTypeName, ValueTypes } from '../kinds/kind.ts'
import type { DefaultOperatorOf } from '../operators/index.ts'
import type { FieldDefinition } from '../schema/definition.ts'
import type { dynamic } from '../schema/dynamic.ts'
import type { KindOf } from './kinds.ts'

interface ColumnConfig {
  readonly columnType: string
  readonly data: unknown
  readonly notNull: boolean
}

/** A table of Drizzle, as far as types are read from it. */
export interface DrizzleTable {
  readonly _: { readonly columns: Readonly<Record<string, { readonly _: ColumnConfig }>> }
}

/** The names of a table's properties. */
export type PropertyOf<T extends DrizzleTable> = keyof T['_']['columns'] & string

type ConfigOf<T extends DrizzleTable, K extends PropertyOf<T>> = T['_']['columns'][K]['_']

/** The values of a kind that has no type parameters of its own. */
interface Plain<K extends ScalarTypeName> {
  of: K
  operand: ValueTypes[K]['operand']
  row: ValueTypes[K]['row']
  read: ValueTypes[K]['read']
}

interface Texts<Of extends ScalarTypeName, Value> {
  of: Of
  operand: Value
  row: Value
  read: Value
}

/** The values that `enum` names; `string` where it was not given. */
type Named<C> = C extends { readonly enumValues: readonly (infer V)[] } ? V : string

/** The texts of a column's data, which `$type` may narrow. */
type TextIn<C> = C extends { readonly data: infer D } ? Extract<D, string> : string

interface Bigints extends Omit<Plain<'integer'>, 'read'> {
  read: bigint
}

type Data = string | number | bigint | boolean

/** A custom type's kind is known when the program runs; its values are the data's. */
type Custom<D> = [D] extends [Data]
  ? { of: Exclude<ScalarTypeName, 'enumeration'>; operand: D; row: D; read: Data }
  : never

/** The values of a column that holds scalars. */
type Values<C extends ColumnConfig> = {
  text: string extends Named<C> ? Texts<'string', TextIn<C>> : Texts<'enumeration', Named<C>>
  enumeration: Texts<'enumeration', TextIn<C>>
  uuid: Texts<'uuid', string>
  integer: Plain<'integer'>
  bigint: Bigints
  number: Plain<'number'>
  decimal: Plain<'decimal'>
  boolean: Plain<'boolean'>
  timestamp: Plain<'timestamp'>
  date: Plain<'date'>
  document: never
  list: never
  custom: Custom<C['data']>
}[KindOf<C['columnType']>]

interface AnyValues {
  of: ScalarTypeName
  operand: unknown
  row: unknown
  read: unknown
}

type ScalarField<V, Required extends boolean> = V extends AnyValues
  ? FieldDefinition<
      V['of'],
      DefaultOperatorOf<V['of']>,
      V['operand'],
      V['row'],
      Required,
      V['read'],
      false
    >
  : never

/** The column of an array's elements. */
type ElementOf<C> = C extends {
  readonly baseBuilder: { readonly _: infer B extends ElementConfig }
}
  ? B
  : never

type ElementConfig = Omit<ColumnConfig, 'notNull'>

/** Lists of what a list can hold: drivers make Dates of the instants in one. */
type ListField<C, Required extends boolean> = [KindOf<ElementOf<C>['columnType']>] extends [
  'timestamp' | 'custom',
]
  ? never
  : Values<ElementOf<C> & { readonly notNull: true }> extends infer V extends AnyValues
    ? FieldDefinition<
        'list',
        DefaultOperatorOf<'list'>,
        readonly V['operand'][],
        readonly V['row'][],
        Required,
        readonly V['read'][],
        false
      >
    : never

type Document = ReturnType<typeof dynamic<'string' | 'boolean' | 'integer' | 'number'>>

type FieldOf<C extends ColumnConfig> = [KindOf<C['columnType']>] extends [never]
  ? never
  : KindOf<C['columnType']> extends 'document'
    ? Document
    : KindOf<C['columnType']> extends 'list'
      ? ListField<C, C['notNull']>
      : ScalarField<Values<C>, C['notNull']>

/** No field has such a name: dots lead into objects, and `$` is of operators. */
type IsName<K extends string> = K extends
  | ''
  | '*'
  | '__proto__'
  | `$${string}`
  | `${string}.${string}`
  ? false
  : true

type NameOf<K extends string, C extends ColumnConfig> =
  IsName<K> extends false
    ? never
    : [FieldOf<C>] extends [never]
      ? never
      : KindOf<C['columnType']> extends 'document'
        ? `${K}.*`
        : K

/** The fields of those columns of a table that tamis can hold; `custom.*` for a JSON column `custom`. */
export type DrizzleFields<T extends DrizzleTable, K extends PropertyOf<T> = PropertyOf<T>> = {
  readonly [P in K as NameOf<P, ConfigOf<T, P>>]: FieldOf<ConfigOf<T, P>>
}
