/**
 * tamis: filters from clients, checked against the server's schema, as predicates and as SQL.
 *
 * @packageDocumentation
 */

export type { TableTarget } from './compile/layout.ts'
export { compileOrdering } from './compile/ordering.ts'
export { compilePredicate, type Predicate } from './compile/predicate.ts'
export { type RecordTarget, readRow } from './compile/read-row.ts'
export { type Insert, type InsertTarget, insertRow } from './compile/row.ts'
export {
  type CompiledFilter,
  type CompiledQuery,
  compileFilter,
  compileQuery,
  type FilterTarget,
  type QueryTarget,
  type Target,
} from './compile/sql.ts'
export { createTable } from './compile/table.ts'
export { and, type Condition, not, or } from './condition/condition.ts'
export type { Ordering } from './condition/ordering.ts'
export { type PrintedFilter, printFilter } from './condition/print.ts'
export type { Column, Dialect, TimestampStorage } from './dialect/dialect.ts'
export type { Parameter, Statement } from './dialect/fragment.ts'
export { FilterError } from './error/filter-error.ts'
export type { Issue, IssueCode } from './error/issue.ts'
export { FOLD_VERSION, wordsOf } from './kinds/words.ts'
export {
  condition,
  parseFilter,
  parseQuery,
  restrict,
  safeParseFilter,
  safeParseQuery,
} from './parse/index.ts'
export type { Query, QueryOptions } from './parse/query.ts'
export type { Result } from './parse/report.ts'
export {
  defineSchema,
  type Filter,
  type PayloadOption,
  type Row,
  type Schema,
  type SchemaDefinition,
} from './parse/schema.ts'
export { type Page, pageOf } from './query/page.ts'
export { countRows, filterRows } from './query/rows.ts'
export { runQuery } from './query/run.ts'
export {
  boolean,
  dynamic,
  type FieldDefinition,
  type Fields,
  integer,
  list,
  number,
  string,
  timestamp,
} from './schema/definition.ts'
export type { FieldMapping, Mapping } from './schema/mapping.ts'
