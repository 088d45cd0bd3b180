/**
 * Filters of other libraries as conditions, and conditions in words (`tamis/interop`).
 *
 * @packageDocumentation
 */

export { type DescribeOptions, describeFilter } from './describe-filter.ts'
export { fromMongo, type MongoOptions, safeFromMongo } from './from-mongo.ts'
export { fromUcast, type UcastCondition } from './from-ucast.ts'
export { de } from './words/de.ts'
export { en } from './words/en.ts'
export { es } from './words/es.ts'
export { fr } from './words/fr.ts'
export type { FilterWords, Phrase } from './words/words.ts'
