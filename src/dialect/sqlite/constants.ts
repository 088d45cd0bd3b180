import type { KindName, Scalar } from '../../kinds/kind.ts'
import { printList } from '../json.ts'
import type { Stored } from '../place.ts'
import { typeAt } from './other-types.ts'

export const encode = (kind: KindName, value: Scalar, at: Stored): Scalar =>
  typeAt(kind, at).encode(value, at)

/** A list of constants as one parameter, for json_each. */
export function encodeAll(kind: KindName, values: readonly Scalar[], at: Stored): string {
  const type = typeAt(kind, at)
  return printList(values.map((value) => type.encode(value, at)))
}
