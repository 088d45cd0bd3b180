import type { KindName, Scalar } from '../../kinds/kind.ts'
import { type Fragment, sql } from '../fragment.ts'
import { printList } from '../json.ts'
import type { Stored } from '../place.ts'
import type { Expression } from '../values.ts'
import { typeAt } from './other-types.ts'

export const encode = (kind: KindName, value: Scalar, at: Stored): Scalar =>
  typeAt(kind, at).encode(value, at)

/** A list as JSON, with numbers as such. */
export const encodeList = (kind: KindName, values: readonly Scalar[], at: Stored): string =>
  printList(values.map((value) => (typeof value === 'number' ? value : encode(kind, value, at))))

/** A list from one parameter. What from_json reads is checked already: it is not strict. */
export function listFrom(kind: KindName, json: string | null, at: Stored): Fragment {
  const { type, representation } = typeAt(kind, at)
  // What JSON does not have is read from text.
  const isText = ['time', 'decimal'].includes(representation(at))
  const element = type(at)
  const list = sql`from_json(CAST(${json} AS JSON), '["${isText ? sql`VARCHAR` : element}"]')`
  return isText ? sql`CAST(${list} AS ${element}[])` : list
}

export const listOf = (kind: KindName, constants: readonly Scalar[], at: Stored): Fragment =>
  listFrom(kind, encodeList(kind, constants, at), at)

/** How an expression of a kind is compared. */
export const expressionOf = (
  kind: KindName,
  at: Stored & { readonly nullable: boolean },
  value: Fragment,
): Expression => {
  const { type, encode } = typeAt(kind, at)
  return {
    value,
    nullable: at.nullable,
    constant: (constant) => sql`CAST(${encode(constant, at)} AS ${type(at)})`,
    members: (constants) => sql`(SELECT unnest(${listOf(kind, constants, at)}))`,
  }
}
