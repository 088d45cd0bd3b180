/** JSON Schema (draft 2020-12), which OpenAPI 3.1 is written in: shared pieces. */
export type JsonSchema = Readonly<Record<string, unknown>>

export const TEXT: JsonSchema = { type: 'string' }
export const TIME: JsonSchema = { type: 'string', format: 'date-time' }

/** Where the document has its components. */
export const COMPONENTS = '#/components/schemas/'

/** A schema of the document's components, by its name. */
export const reference = (name: string): JsonSchema => ({ $ref: COMPONENTS + name })

export const object = (properties: JsonSchema, ...required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
})

/** A body or a parameter that holds JSON. */
export const json = (schema: JsonSchema) => ({ 'application/json': { schema } })
