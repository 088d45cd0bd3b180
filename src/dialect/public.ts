/**
 * What a dialect of one's own needs: the interface, and the parts that the dialects of tamis share.
 * SQL is made by the sql`` tag here, too: nothing makes a fragment of any text.
 *
 * @packageDocumentation
 */

export type { Kind, KindName, Range, Scalar } from '../kinds/kind.ts'
export { type Nulls, smallest } from '../kinds/nulls.ts'
export { type ColumnParts, columnOf, presence } from './column.ts'
export { dayReader } from './date.ts'
export type { DeclaredType } from './declared-type.ts'
export type {
  Apart,
  Column,
  Comparison,
  Dialect,
  FieldColumn,
  RelatedRows,
  Tables,
  Values,
} from './dialect.ts'
export { isListed, literals } from './enumeration.ts'
export { Fragment, isWord, join, type Parameter, type Statement, sql, word } from './fragment.ts'
export { type Grouped, type GroupedList, type GroupedValue, ofDocument } from './grouped.ts'
export { type JsonValue, printList } from './json.ts'
export type { ListColumn } from './lists.ts'
export { integerLiteral, textLiteral } from './literal.ts'
export { nameOf, quoteName, type Refuse, refuser } from './names.ts'
export { directed, withNulls } from './order.ts'
export { type OtherTypes, typeFinder, unchecked, withStorage } from './other-types.ts'
export {
  type ColumnPlace,
  type Document,
  type JsonPlace,
  kindOf,
  type Place,
  plainOf,
  type Stored,
  type TimestampStorage,
} from './place.ts'
export { type PlainDialect, plainDialect } from './plain-dialect.ts'
export { type Negate, STANDARD, type Syntax } from './syntax.ts'
export {
  type Bound,
  type ColumnDefinition,
  type Companion,
  columnPrinter,
  type Index,
  type IndexDefinition,
  replaceBy,
  type SideTable,
  type TableDefinition,
} from './table.ts'
export type { TextPart } from './text.ts'
export {
  arrayReader,
  asIs,
  type ColumnType,
  decoder,
  doubleText,
  fromBit,
  integerReader,
  type KindType,
  type KindTypes,
  type Representation,
  readCanonical,
  type TypeAt,
  toBigInt,
} from './types.ts'
export { type Expression, valuesOf } from './values.ts'
export { hasEach, needlesOf, searchedIn } from './words.ts'
