import type { KindName, Scalar } from '../../kinds/kind.ts'
import { type Fragment, type Parameter, sql } from '../fragment.ts'
import type { Stored } from '../place.ts'
import { typeAt } from './other-types.ts'

/** A constant as a column of its type is compared with it. */
export function constantOf(kind: KindName, constant: Scalar, at: Stored): Fragment | Parameter {
  const type = typeAt(kind, at)
  const encoded = type.encode(constant, at)
  return type.cast?.(encoded, at) ?? encoded
}

export function arrayOf(kind: KindName, constants: readonly Scalar[], at: Stored): Fragment {
  const { encode, type, constantType = type, array } = typeAt(kind, at)
  const encoded = constants.map((constant) => encode(constant, at))
  return array?.(encoded) ?? sql`${encoded}::${constantType(at)}[]`
}
