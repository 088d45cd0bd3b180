/**
 * Tables that are there already: their facts, a schema made from them, a check of a schema against
 * them, and the words of their search columns (`tamis/check`).
 *
 * @packageDocumentation
 */

export {
  type Backfilled,
  type BackfillOptions,
  type BackfillProgress,
  backfill,
} from './backfill.ts'
export {
  type CheckOptions,
  type CheckTarget,
  type CountOptions,
  checkTable,
} from './check-table.ts'
export { type Ask, askOf } from './connection.ts'
export type * from './facts.ts'
export type { Finding, FindingCode, Remedy, Severity } from './finding.ts'
export {
  type Introspected,
  type IntrospectOptions,
  introspect,
  introspected,
} from './introspect.ts'
export { type FactsOptions, readFacts } from './read.ts'
export type { MadeRelations } from './relations.ts'
export type { BackfillKey } from './searched-table.ts'
