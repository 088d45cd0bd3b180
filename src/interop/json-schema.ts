/**
 * Schemas for other tools (`tamis/json-schema`): JSON Schema of the filters and payloads that clients
 * may send, and Standard Schema, which the validators of frameworks take.
 *
 * @packageDocumentation
 */

export type { Payload } from '../parse/payload.ts'
export type { JsonSchema, JsonSchemaDocument, JsonSchemaOptions } from './definition.ts'
export { filterJsonSchema } from './filter-schema.ts'
export { payloadJsonSchema } from './payload-schema.ts'
export {
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  type StandardSchemaOptions,
  standardSchema,
} from './standard-schema.ts'
