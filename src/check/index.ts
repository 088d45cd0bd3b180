/**
 * Tables that are there already: their facts, a schema made from them, and a check of a schema against
 * them (`tamis/check`).
 *
 * @packageDocumentation
 */

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
