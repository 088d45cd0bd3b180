import type { DynamicKind } from '../kinds/dynamic.ts'
import type { Kind, Range, Scalar } from '../kinds/kind.ts'
import type { EpochUnit } from '../kinds/timestamp.ts'
import { type Fragment, type Parameter, sql } from './fragment.ts'

/**
 * How a column holds timestamps: a type of the database's own, whose digits of the second are six,
 * canonical text, or ticks of a unit since 1970.
 */
export type TimestampStorage =
  | 'timestamptz'
  | 'timestamp'
  | 'datetime'
  | 'text'
  | { readonly epoch: EpochUnit }

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
  /** The digits of the second, for timestamps, and how the mapping says that they are stored. */
  readonly digits: number
  readonly storage: TimestampStorage | undefined
  /** The column of folded words, `native` for none of the kind, undefined where there is neither. */
  readonly search: string | 'native' | undefined
  /** A table of (owner, value) rows that membership is asked of, and the column that owns them. */
  readonly sideTable: { readonly table: string; readonly owner: string } | undefined
  /** Whether it is sorted by, or is the key. */
  readonly isSorted: boolean
  /** Whether the mapping names a key of a JSON column as worth an index. */
  readonly indexed: boolean
  /** Whether the database compares strings in JSON by code point, as the mapping says. */
  readonly jsonCollation: 'C' | undefined
}

export type Comparison = '=' | Range

/**
 * The values of one kind in a column, as SQL. Each method answers a condition that is true of
 * exactly those rows or, `negated`, of exactly the others; where it is not true it may be NULL.
 */
export interface Values {
  /** The value is present and compares so with the constant. */
  compare(comparison: Comparison, constant: Scalar, negated: boolean): Fragment
  /** The value equals one of the constants, which are not none. */
  isIn(constants: readonly Scalar[], negated: boolean): Fragment
}

/** A field as SQL: what the operators' records speak to. Its methods answer as those of `Values`. */
export interface Column {
  present(negated: boolean): Fragment
  /** The values of one of the field's kinds; those of its other kinds count as absent there. */
  of(kind: Kind): Values
  /** Lists: the row's is present and holds one of the constants, which are not none. */
  holdsAny(constants: readonly Scalar[], negated: boolean): Fragment
  /** Every one of the constants, which are not none. */
  holdsAll(constants: readonly Scalar[], negated: boolean): Fragment
  /** Every one of the constants, and of its own kind nothing else. */
  holdsExactly(constants: readonly Scalar[], negated: boolean): Fragment
  /** Folded words: the value has each of the words and one that begins with the prefix. */
  hasWords(words: readonly string[], prefix: string, negated: boolean): Fragment
  /** What ORDER BY sorts by, NULL where the value is absent. */
  readonly order: Fragment
}

/** An index that createTable suggests: what it is of, and its kind where it is not the ordinary. */
export interface Index {
  /** What tells it from another index of the same field. */
  readonly label: string
  readonly on: Fragment
  /** What stands before it, `USING gin` say: then it is of this alone, without the key. */
  readonly using?: Fragment | undefined
  /** What stands after it, `TYPE minmax` say, and likewise. */
  readonly as?: Fragment | undefined
}

/** A column beside those that hold values. */
export interface Companion {
  readonly column: string
  readonly definition: Fragment
}

/** One database's SQL. A dialect says only what is its own; the rest is in `compile`. */
export interface Dialect<Params = readonly Parameter[]> {
  readonly name: string
  /** Whether the names that SELECT gives hide columns of the same names, in WHERE as well. */
  readonly aliasesHide?: true
  /** Whether a placeholder says the type of its parameter, so that the text depends on it. */
  readonly typed?: true
  /** What stands in the text for the parameter of a number. */
  placeholder(index: number, value: Parameter): string
  /** The parameters as the usual driver takes them, the first of that number. */
  params(values: readonly Parameter[], first: number): Params
  /** A name as the database reads it, whatever it is made of. */
  identifier(name: string): Fragment
  /** A field for WHERE and ORDER BY. Throws a TypeError for what the engine cannot reach exactly. */
  column(place: Place): Column
  /** A column for SELECT, so that a driver hands it over without loss. */
  select(place: Place): Fragment
  /** A term of ORDER BY, absent values the smallest. */
  order(value: Fragment, direction: 1 | -1, nullable: boolean): Fragment
  limit(limit: number, offset: number): Fragment

  /** A canonical value, or a list of them, as the parameter that a column of its own stores. */
  encode(place: Place, value: Scalar): Parameter
  encodeList(place: Place, values: readonly Scalar[]): Parameter
  /** That parameter as INSERT takes it, where it is more than itself. */
  store?(place: Place, parameter: Parameter): Fragment
  /** What a driver gave for a column, as a row holds it; undefined for NULL. */
  decode(place: Place, stored: unknown): unknown

  /** What follows INSERT so that it replaces the row of the same key, where there is such a thing. */
  replace?(key: string, others: readonly string[]): Fragment

  /** A column's type and the constraints under which the promise holds. */
  define(place: Place, isKey: boolean): Fragment
  /** Beside a list's column, whether the list is there, where the database has no NULL for one. */
  companion?(place: Place): Companion | undefined
  /** What the database computes from a key of a JSON column, where an index can be of nothing else. */
  generated?(place: Place): readonly Companion[]
  /** The type of a column of folded words, and of the JSON of those of a document. */
  words(json: boolean): Fragment
  /** What follows the columns in CREATE TABLE. */
  tableOptions(key: Place): Fragment
  /** What an index that serves the place is on: none where none can. */
  indexed(place: Place): readonly Index[]
  /** What must be there before the table, for extensions that were asked for by name. */
  extensions?(names: readonly string[]): Fragment[]
  /** An index of a column of folded words, where the extensions have one. */
  indexedWords?(column: string, extensions: readonly string[]): readonly Index[]
  /** The table that membership of a list is asked of. */
  sideTable?(place: Place, owner: { readonly table: string; readonly key: Place }): Fragment[]
  /** Fills it for one row; `owner` is the row's encoded key. */
  insertSide?(place: Place, owner: Parameter, values: readonly Scalar[]): Fragment
}

/** SQL's constants of truth. */
export const TRUE = sql`TRUE`
export const FALSE = sql`FALSE`
