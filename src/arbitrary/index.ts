/**
 * fast-check arbitraries from a schema, for property tests of what is built on it (`tamis/fast-check`).
 *
 * @packageDocumentation
 */

export type { Payload } from '../parse/payload.ts'
export { type FilterOptions, filterArbitrary, type ScopeOptions } from './filters.ts'
export { invalidFilterArbitrary } from './invalid.ts'
export { type QueryArbitraryOptions, queryArbitrary } from './queries.ts'
export { type RowOptions, rowArbitrary } from './rows.ts'
