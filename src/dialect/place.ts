import type { AnyKind } from '../kinds/dynamic.ts'
import type { Kind } from '../kinds/kind.ts'
import type { EpochUnit } from '../kinds/timestamp.ts'
import type { DeclaredType } from './declared-type.ts'
import { type Fragment, word } from './fragment.ts'
import type { TimestampForm } from './timestamp-text.ts'

/**
 * How a column stores timestamps: as a type of the database, with six fractional digits, as canonical
 * text, as a number of units since 1970, or in SQLite as text of another form: of one, which an index
 * orders, or of `any`.
 */
export type TimestampStorage =
  | 'timestamptz'
  | 'timestamp'
  | 'datetime'
  | 'text'
  | { readonly epoch: EpochUnit }
  | { readonly text: TimestampForm | 'any' }

/** The JSON of an object in a list, which a part of a statement goes through. */
export interface Document {
  /** The expression that stands for it, where a place has the name of a column. */
  readonly value: Fragment
  /** In how many lists it is. */
  readonly depth: number
}

interface AnyPlace {
  /** The field's name, for messages. */
  readonly field: string
  readonly list: boolean
  readonly column: string
  /** The table that qualifies the column, if an alias would hide it otherwise. */
  readonly table?: string | undefined
  /** The document that a path leads into, if that is no column. */
  readonly document?: Document | undefined
  readonly nullable: boolean
  /** The fractional digits of timestamps. */
  readonly digits: number
  /** The digits of decimals, and those after the point. */
  readonly precision: number
  readonly scale: number
  /** The values of an enumeration, in their order. */
  readonly values: readonly string[]
  /** The search column; `native` if `$autocomplete` matches the text itself. */
  readonly search: string | 'native' | undefined
  /** Whether the field is sortable, is the key, or is of a relation's. */
  readonly isSorted: boolean
  /** Whether texts are looked for by how they begin. */
  readonly isPrefixed: boolean
}

/** A column that holds one field. */
export interface ColumnPlace extends AnyPlace {
  readonly json: false
  readonly kind: Kind
  /** How timestamps are stored, by the mapping; in lists always as text. */
  readonly storage: TimestampStorage | undefined
  /** The column's type, or that of a list's elements, if it is not what createTable writes. */
  readonly type: DeclaredType | undefined
  /** The collation of a text column that does not compare by code point. */
  readonly collation: string | undefined
  /** The column of the text without its case, for `$ieq` and its family. */
  readonly folded: string | undefined
  /** The side table, and the column that its owners refer to. */
  readonly sideTable: { readonly table: string; readonly owner: string } | undefined
}

/** A path in a JSON column. */
export interface JsonPlace extends AnyPlace {
  readonly json: true
  readonly kind: AnyKind
  /** The keys that lead to the value; empty for the whole column. */
  readonly path: readonly string[]
  readonly storage: 'text'
  readonly type: undefined
  readonly collation: undefined
  /** The type of the JSON column, if it is not what createTable writes. */
  readonly documentType: DeclaredType | undefined
  /** Whether it is a list of objects. */
  readonly isOfObjects: boolean
  /** Whether the mapping requests an index. */
  readonly indexed: boolean
  /** `C` if the mapping declares that the database compares strings by code point. */
  readonly jsonCollation: 'C' | undefined
  /** `gin` if the mapping declares that the JSON column has such an index. */
  readonly jsonIndex: 'gin' | undefined
}

/** A field together with where it lives in a table. */
export type Place = ColumnPlace | JsonPlace

/** The name of what goes through the objects of a list, by how many lists are around it. */
export const elementName = ({ document }: Pick<Place, 'document'>): Fragment =>
  word(`element_${document?.depth ?? 0}`)

/** The document of an element of the list at a place. */
export const elementOf = ({ document }: Pick<Place, 'document'>, value: Fragment): Document => ({
  value,
  depth: (document?.depth ?? 0) + 1,
})

/** The kind of a field; of a dynamic one, the first member. */
export function kindOf({ kind }: Pick<Place, 'kind'>): Kind {
  if (kind.name !== 'dynamic') return kind
  const [first] = kind.members
  if (first === undefined) throw new TypeError('tamis: a dynamic field has at least one kind')
  return first
}

export type ColumnName = Pick<Place, 'column' | 'table' | 'document'>

/** The properties of a place that the encoding of values depends on. */
export type Stored = Pick<
  Place,
  'field' | 'digits' | 'precision' | 'scale' | 'values' | 'list' | 'isSorted'
> & {
  readonly storage: TimestampStorage | undefined
  readonly type: DeclaredType | undefined
  readonly collation: string | undefined
}

/** A place as an expression has it that another type is converted by: text stays text. */
export const plainOf = <P extends Stored>(at: P): P => ({
  ...at,
  storage: 'text',
  type: undefined,
  collation: undefined,
})
