/**
 * Schemas and mappings of the tables of Drizzle (`tamis/drizzle`).
 *
 * @packageDocumentation
 */

export { type DrizzleOptions, type FromDrizzle, fromDrizzle } from './from-drizzle.ts'
export type { DrizzleFields, DrizzleTable, PropertyOf } from './types.ts'
