import type { DynamicKind } from '../kinds/dynamic.ts'
import type { Kind, Scalar } from '../kinds/kind.ts'
import type { EpochUnit } from '../kinds/timestamp.ts'
import { type Fragment, type Parameter, sql } from './fragment.ts'

/** How a column holds timestamps: canonical text, or ticks of a unit since 1970. */
export type TimestampStorage = 'text' | { readonly epoch: EpochUnit }

/** Where the values of one field stand in a table: what a schema and a mapping say of it. */
export interface Place {
  /** The field's name, for messages. */
  readonly field: string
  readonly kind: Kind | DynamicKind
  readonly list: boolean
  readonly column: string
  /** The table to name before the column, where the column alone would mean something else. */
  readonly table?: string | undefined
  /** Whether that is a JSON column, which holds more than this field. */
  readonly json: boolean
  /** The keys into a JSON column; none for the column as a whole. */
  readonly path: readonly string[]
  /** Whether a row may be without a value: the column is not NOT NULL. */
  readonly nullable: boolean
  /** The digits of the second and the storage, for timestamps. */
  readonly digits: number
  readonly storage: TimestampStorage
  /** The column of folded words, `native` for none of the kind, undefined where there is neither. */
  readonly search: string | 'native' | undefined
  /** A table of (owner, value) rows that membership is asked of, and the column that owns them. */
  readonly sideTable: { readonly table: string; readonly owner: string } | undefined
}

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

/**
 * The values of one kind in a column, as SQL. Every fragment means "is true of the row" and may be
 * NULL where it is not.
 */
export interface Values {
  /** False where every row has a value, so that a complement needs no second look. */
  readonly nullable: boolean
  readonly present: Fragment
  readonly absent: Fragment
  /** The condition, which is one on this value, or the absence of the value. */
  orAbsent(condition: Fragment): Fragment
  /** True of rows whose value is present and compares so. */
  compare(comparison: Comparison, constant: Scalar): Fragment
  /** The constants are not empty. */
  isIn(constants: readonly Scalar[]): Fragment
  isNotIn(constants: readonly Scalar[]): Fragment
}

/** A field as SQL: what the operators' records speak to. */
export interface Column extends Pick<Values, 'nullable' | 'present' | 'absent' | 'orAbsent'> {
  readonly field: string
  /** The values of one of the field's kinds; those of its other kinds count as absent there. */
  of(kind: Kind): Values
  /** Lists: the row's holds one, each, or none but these. Never NULL where the list is present. */
  holdsAny(constants: readonly Scalar[]): Fragment
  holdsAll(constants: readonly Scalar[]): Fragment
  holdsOnly(constants: readonly Scalar[]): Fragment
  /** Folded words: the value has each of the words and one that begins with the prefix. */
  hasWords(words: readonly string[], prefix: string): Fragment
  /** What ORDER BY sorts by. */
  readonly order: Fragment
}

/** One database's SQL. A dialect says only what is its own; the rest is in `compile`. */
export interface Dialect {
  readonly name: string
  placeholder(index: number): string
  /** A name as the database reads it, whatever it is made of. */
  identifier(name: string): Fragment
  /** A field for WHERE and ORDER BY. Throws a TypeError for what the engine cannot reach exactly. */
  column(place: Place): Column
  limit(limit: number, offset: number): Fragment

  /** A canonical value, or a list of them, as the parameter that a column of its own stores. */
  encode(place: Place, value: Scalar): Parameter
  encodeList(place: Place, values: readonly Scalar[]): Parameter
  /** What a driver gave for a column, as a row holds it; undefined for NULL. */
  decode(place: Place, stored: unknown): unknown

  /** A column's type and the constraints under which the promise holds. */
  define(place: Place, isKey: boolean): Fragment
  /** The type of a column of folded words, or of the JSON of them. */
  readonly wordsType: Fragment
  /** What follows the columns in CREATE TABLE. */
  readonly tableOptions: Fragment
  /** What an index that serves the place is on: one a kind, none where none can. */
  indexed(place: Place): readonly { readonly kind: string; readonly on: Fragment }[]
  /** The table that membership of a list is asked of. */
  sideTable(place: Place, owner: { readonly table: string; readonly key: Place }): Fragment[]
  /** Fills it for one row; `owner` is the row's encoded key. */
  insertSide(place: Place, owner: Parameter, values: readonly Scalar[]): Fragment
}

/** SQL's constants of truth. */
export const TRUE = sql`TRUE`
export const FALSE = sql`FALSE`
