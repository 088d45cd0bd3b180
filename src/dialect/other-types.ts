/** The types of columns that createTable does not write, as far as dialects share them. */

import { oneOf, quote } from '../error/describe.ts'
import type { KindName } from '../kinds/kind.ts'
import type { Refuse } from './names.ts'
import type { Stored, TimestampStorage } from './place.ts'
import type { ColumnType, KindTypes, TypeAt } from './types.ts'

/**
 * The other column types that a kind can be read from, by their names in lower case; a text says why
 * one is refused.
 */
export type OtherTypes = {
  readonly [K in KindName]?: Readonly<Record<string, ColumnType | string>>
}

/** One type under several names. */
export const named = (
  names: readonly string[],
  type: ColumnType,
): Readonly<Record<string, ColumnType>> => Object.fromEntries(names.map((name) => [name, type]))

/** The types of integers, each as a field of numbers reads it. */
export const asNumbers = (
  types: Readonly<Record<string, ColumnType>>,
): Readonly<Record<string, ColumnType>> =>
  Object.fromEntries(
    Object.entries(types).map(([name, type]) => [name, { ...type, decode: Number }]),
  )

/** A way to store a kind as the type of a column that the mapping names. */
export const withStorage = (kind: ColumnType, storage: TimestampStorage): ColumnType => {
  const stored = <P extends Stored>(at: P): P => ({ ...at, storage, type: undefined })
  return {
    type: (at) => kind.type(stored(at)),
    constantType: (at) => (kind.constantType ?? kind.type)(stored(at)),
    representation: (at) => kind.representation(stored(at)),
    encode: (value, at) => kind.encode(value, stored(at)),
    decode: (value, place) => kind.decode(value, stored(place)),
    check: (column, at) => kind.check?.(column, stored(at)),
    checkDigits: (column, at) => kind.checkDigits?.(column, stored(at)),
    select: (column, at) => kind.select?.(column, stored(at)) ?? column,
    exact: (column, at) => kind.exact?.(column, stored(at)),
    prefilter: (column, at) => kind.prefilter?.(column, stored(at)),
    ...(kind.isPartial && { isPartial: true }),
  }
}

/** The same type without CHECK constraints, for a column that holds nothing that they would refuse. */
export function unchecked({ check: _, checkElements: __, ...type }: ColumnType): ColumnType {
  return type
}

/** Finds the type of a column among a dialect's. */
export const typeFinder =
  (
    types: KindTypes,
    others: OtherTypes,
    refuse: Refuse,
    /** For types that users make. */
    ownType?: (kind: KindName, at: Stored) => ColumnType | undefined,
  ): TypeAt =>
  (kind, at) => {
    const { type, collation } = at
    if (type === undefined && collation === undefined) return types[kind]
    // A collation alone is one of the usual type of text.
    const name = type?.name ?? 'text'
    const ofKind = others[kind] ?? {}
    const found = Object.hasOwn(ofKind, name) ? ofKind[name] : undefined
    if (typeof found === 'string') {
      return refuse(at, `a column of type ${quote(type?.text ?? name)} holds no ${kind}: ${found}`)
    }
    const made = found ?? ownType?.(kind, at)
    if (made !== undefined) return made
    const known = Object.keys(ofKind).filter((each) => typeof ofKind[each] !== 'string')
    return refuse(
      at,
      `a column of type ${quote(type?.text ?? name)} holds no ${kind}; ${known.length === 0 ? 'leave out the type' : `expected ${oneOf(known)}`}`,
    )
  }
