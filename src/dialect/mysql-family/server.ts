import type { Dialect } from '../dialect.ts'
import type { Fragment } from '../fragment.ts'
import type { JsonValue } from '../json.ts'
import type { Prefilter } from '../values.ts'

/** A JSON value as SQL has it, and what it is of each kind, NULL where it is of another. */
export interface Json extends Pick<JsonValue, 'isList' | 'int64' | 'rest'> {
  readonly isObject: Fragment
  readonly string: Fragment
  readonly integer: Fragment
  readonly number: Fragment
}

/** What MariaDB and MySQL differ in. */
export interface Server {
  /** Whether long lists are one parameter each, because a statement had too many. */
  readonly isDense?: true
  readonly name: 'mariadb' | 'mysql'
  /** The collation that compares by code point and does not ignore blanks at the end. */
  readonly collation: Fragment
  /** The type of a JSON column. */
  readonly document: Fragment
  /** How many levels JSON has at most. */
  readonly jsonDepth: number
  /** How many digits a DECIMAL has after the point at most. */
  readonly mostScale: number
  json(value: Fragment): Json
  /** A column of the type JSON that JSON_TABLE makes of an element, as a JSON value. */
  element(column: Fragment): Fragment
  /** The text of a list of one double with all digits, where a CAST of an expression cuts some. */
  doubleList?(double: Fragment): Fragment
  /** Whether a query that reads a list of the row's with JSON_TABLE has rows, or has none. */
  exists(query: Fragment, negated: boolean): Fragment
  /** Whether there is a related row, if EXISTS alone is slow. */
  hasRelated?: Dialect['hasRelated']
  /** The statements that have IF NOT EXISTS. */
  readonly ifNotExists: { readonly index: boolean; readonly column: boolean }
  /** Why no path reaches a key, or undefined where one does. */
  unreachable(key: string): string | undefined
  /**
   * That texts of a document have no U+0000, which memory takes for absent, for no database stores all
   * of them; and that paths reach its keys, where that depends on how these are written.
   */
  isRead(document: Fragment): Fragment
  /** The same condition, which holds only where a column is NULL, so that it is a range of its index. */
  nullAsRange?(value: Fragment, condition: Fragment): Fragment
  /** Cheap conditions on a value before it is read exactly; from a document, a path and the value. */
  shortcuts?(document: Fragment, at: Fragment, value: Fragment): Shortcuts
}

/** How values of a kind stand in JSON: as the text that they are compared as, or as numbers. */
export type JsonForm = 'text' | 'number'

interface Shortcuts extends Required<Pick<JsonValue, 'isOf'>> {
  prefilter(form: JsonForm): Prefilter
}

/**
 * How long a text is that can be sorted by: databases sort by the first 1,024 bytes of one
 * (`max_sort_length`), and a wider column could hold two that differ behind them.
 */
export const LONGEST_SORTED = 255

/** The most characters of a VARCHAR: rows have at most 65,535 bytes, and a character four. */
export const LONGEST_VARCHAR = 16_383

/** One letter more than a column that is sorted by holds: enough to differ from all that it holds. */
export const LONGEST_CONSTANT = LONGEST_SORTED + 1

/** How many constants are written out. */
export const MOST_WRITTEN = 64

/** How many are in statements that would have too many parameters otherwise. */
export const DENSE_WRITTEN = 8

/** The parameters that a prepared statement has at most. */
export const MOST_PARAMETERS = 65_535

/** The character set of a collation: what is before its first underscore. */
export const charsetOf = (collation: string): string => collation.split('_', 1)[0] ?? ''
