/**
 * tamis: filters from clients, checked against the server's schema, as predicates and as SQL.
 *
 * @packageDocumentation
 */

// Bundlers place modules in the order of their imports. The copies of leaves, 50 kB of text that repeats
// itself, come first: between other modules they would fill the 32 kB in which gzip looks for
// repetitions, and each bundle with a predicate would be 0.8 kB larger once it is compressed.

export { compilePredicate, type Predicate } from './compile/predicate.ts'

// The other exports, by their paths.

export { type CreateTablesTarget, createTables } from './compile/create-tables.ts'
export { type CompiledFacet, compileFacet } from './compile/facet.ts'
export type { TableTarget } from './compile/layout.ts'
export { compileOrdering } from './compile/ordering.ts'
export { type RecordTarget, readRow } from './compile/read-row.ts'
export {
  many,
  one,
  type PathFields,
  type RelatedSchemas,
  type RelationDefinition,
  type RelationFields,
  relate,
} from './compile/relate.ts'
export { type Insert, type InsertTarget, insertRow } from './compile/row.ts'
export {
  type CompiledFilter,
  type CompiledQuery,
  compileFilter,
  compileQuery,
  compileSql,
  type FilterTarget,
  type QueryTarget,
  type Target,
} from './compile/sql.ts'
export {
  addColumn,
  createIndex,
  createTable,
  type PrintTarget,
  printTable,
} from './compile/table.ts'
export type { TableName } from './compile/table-name.ts'
export { type CreateTarget, tableOf } from './compile/table-of.ts'
export { type CountTarget, compileCount } from './compile/total.ts'
export { canonical } from './condition/canonical.ts'
export { and, type Condition, not, operatorOf, or } from './condition/condition.ts'
export { costOf } from './condition/cost.ts'
export type { Ordering } from './condition/ordering.ts'
export { type PrintedFilter, printFilter } from './condition/print.ts'
export type { Clock, Now } from './condition/timed.ts'
export type { Column, Dialect } from './dialect/dialect.ts'
export { type Fragment, type Parameter, type Statement, sql } from './dialect/fragment.ts'
export type { TimestampStorage } from './dialect/place.ts'
export type {
  ColumnDefinition,
  ForeignKeyDefinition,
  IndexDefinition,
  SideTable,
  TableDefinition,
} from './dialect/table.ts'
export type { TimestampForm } from './dialect/timestamp-text.ts'
export { FilterError } from './error/filter-error.ts'
export type { Issue, IssueCode } from './error/issue.ts'
export { foldCase } from './kinds/case-fold.ts'
export type { Shift } from './kinds/kind.ts'
export { FOLD_VERSION, wordsOf } from './kinds/words.ts'
// Declarations of programs (`declaration: true`) name the types that are inferred for their schemas.
export type {
  AnyOperatorName,
  DefaultOperatorOf,
  OperatorName,
  OperatorOf,
} from './operators/index.ts'
export type { OwnBrand, OwnName } from './operators/names.ts'
export type { Operator, Phrase } from './operators/operator.ts'
export { servedBy } from './operators/operator.ts'
export type {
  OwnDefinition,
  OwnOperator,
  OwnReader,
  OwnShape,
  OwnType,
} from './operators/own-definition.ts'
export { defineOperator } from './operators/own-operator.ts'
export type { OwnSql, OwnValue } from './operators/own-sql.ts'
export { clientSchema } from './parse/client-schema.ts'
export type { FacetCount } from './parse/facet.ts'
export {
  condition,
  type FilterOptions,
  parseFilter,
  parseQuery,
  type RestrictOptions,
  restrict,
  safeParseFilter,
  safeParseQuery,
} from './parse/index.ts'
export type { Query, QueryOptions } from './parse/query.ts'
export { type RelativeTimeOptions, relativeTime } from './parse/relative-time.ts'
export type { Result } from './parse/report.ts'
export {
  type Counts,
  defineSchema,
  type Filter,
  type PayloadOption,
  type Row,
  type RowInput,
  type Schema,
  type SchemaDefinition,
  type Sort,
} from './parse/schema.ts'
export { facetRows } from './query/facet.ts'
export { type Page, type PageOptions, pageOf } from './query/page.ts'
export { countRows, filterRows } from './query/rows.ts'
export { runQuery } from './query/run.ts'
export type { Total } from './query/total.ts'
export { decimal } from './schema/decimal.ts'
export type {
  AddedOperators,
  FieldDefinition,
  Fields,
  FieldsFilter,
  OfFields,
  WithPaths,
} from './schema/definition.ts'
export { dynamic } from './schema/dynamic.ts'
export { enumeration } from './schema/enumeration.ts'
export { list } from './schema/list.ts'
export type { FieldMapping, Mapping } from './schema/mapping.ts'
export { object } from './schema/object.ts'
export type { RelativeTime } from './schema/relative-time.ts'
export { boolean, date, integer, number, string, uuid } from './schema/scalars.ts'
export { timestamp } from './schema/timestamp.ts'
