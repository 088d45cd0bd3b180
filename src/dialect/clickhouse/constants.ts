import type { KindName, Scalar } from '../../kinds/kind.ts'
import { type Fragment, type Parameter, sql } from '../fragment.ts'
import type { Stored } from '../place.ts'
import type { Expression } from '../values.ts'
import { typeAt } from './other-types.ts'

/** The type of a parameter, by its value. */
export function parameterType(value: Parameter): string {
  if (value === null) return 'Nullable(String)'
  if (Array.isArray(value)) return `Array(${parameterType(value[0] ?? '')})`
  return typeof value === 'string' ? 'String' : typeof value === 'boolean' ? 'Bool' : 'Int64'
}

export const encodeList = (
  kind: KindName,
  values: readonly Scalar[],
  at: Stored,
): readonly Scalar[] => values.map((value) => typeAt(kind, at).encode(value, at))

/** An encoded parameter as a value of the column. */
export const valueFrom = (kind: KindName, parameter: Parameter, at: Stored): Fragment =>
  typeAt(kind, at).convert?.(parameter, at) ?? sql`${parameter}`

/** A parameter that is a list, as a list of such values. */
export function arrayFrom(kind: KindName, parameter: Parameter, at: Stored): Fragment {
  const { convert } = typeAt(kind, at)
  if (convert === undefined) return sql`${parameter}`
  return sql`arrayMap(x -> ${convert(sql`x`, at)}, ${parameter})`
}

export function constantOf(kind: KindName, constant: Scalar, at: Stored): Fragment {
  const { encode, cast } = typeAt(kind, at)
  const encoded = encode(constant, at)
  return cast?.(encoded, at) ?? valueFrom(kind, encoded, at)
}

export function arrayOf(kind: KindName, constants: readonly Scalar[], at: Stored): Fragment {
  const { cast } = typeAt(kind, at)
  const encoded = encodeList(kind, constants, at)
  return cast === undefined
    ? arrayFrom(kind, encoded, at)
    : sql`arrayMap(x -> ${cast(sql`x`, at)}, ${encoded})`
}

export const expressionOf = (
  kind: KindName,
  at: Stored & { readonly nullable: boolean },
  value: Fragment,
): Expression => ({
  value,
  nullable: at.nullable,
  constant: (constant) => constantOf(kind, constant, at),
  members: (constants) => sql`(${arrayOf(kind, constants, at)})`,
})
