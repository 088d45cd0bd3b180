/** The values of a field by which GROUP BY counts rows, as far as dialects share it. */

import type { Kind, KindName } from '../kinds/kind.ts'
import type { Fragment } from './fragment.ts'
import { type ColumnPlace, type JsonPlace, type Place, plainOf } from './place.ts'

/** What is selected of a value, and how it is read. */
export interface Shown {
  readonly value: Fragment
  read(stored: unknown): unknown
}

/** A value that may be of several kinds, as each of them. */
export interface GroupedValue {
  /** The value where it is of the kind, else NULL; two of them are equal where the values are. */
  ofKind(kind: Kind): Fragment
  /**
   * The two parts of numbers of any kind, for `numeric`: as int64, and as doubles that no int64
   * equals. Undefined where one expression holds both.
   */
  readonly halves?: { readonly int64: Fragment; readonly rest: Fragment } | undefined
  /** What to select of such a value, and how to read it, if not as of the type of its kind. */
  shown?(kind: Kind, value: Fragment): Shown | undefined
}

/** The elements of a list, each as a row. */
export interface GroupedList {
  /** The list as an expression of the row. */
  readonly list: Fragment
  /** What follows a SELECT of that expression as `l`, named `c`, to have a row for each element. */
  readonly from: Fragment
  readonly element: GroupedValue
  /** Whether a condition on `element` is true of one, where EXISTS of a query of `from` does not do. */
  exists?(condition: Fragment): Fragment
  /** How the elements are stored. */
  at(kind: Kind): ColumnPlace
}

export interface Grouped {
  /** A value inside a document. */
  json(place: JsonPlace): GroupedValue
  list(place: Place): GroupedList
}

/** The place of a value that was read from a document, as of a column of its kind. */
export function ofDocument(place: Place, kind: Kind): ColumnPlace {
  const { field, column, table, nullable, digits, precision, scale, values, isSorted } = place
  return plainOf({
    field,
    column,
    table,
    nullable,
    digits,
    precision,
    scale,
    values,
    isSorted,
    list: false,
    json: false,
    kind,
    search: undefined,
    sideTable: undefined,
    storage: 'text',
    type: undefined,
    collation: undefined,
    folded: undefined,
    isPrefixed: false,
  })
}

/** A kind under another name, by which types are found. */
export const named = (kind: Kind, name: KindName): Kind => ({ ...kind, name })
