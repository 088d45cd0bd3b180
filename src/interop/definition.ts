/** JSON Schema, draft 2020-12: pieces that the schemas of filters and of payloads share. */

import type { Schema } from '../parse/schema.ts'
import type { Limits } from '../schema/limits.ts'

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>

export const DRAFT = 'https://json-schema.org/draft/2020-12/schema'

export interface JsonSchemaOptions {
  /**
   * Where the definitions will stand, if not under `#/$defs/` of the result: of the components of an
   * OpenAPI document, `#/components/schemas/`.
   */
  readonly definitionsAt?: string | undefined
}

/** A whole JSON Schema: one of its definitions, by reference, and all of them. */
export interface JsonSchemaDocument {
  readonly $schema: typeof DRAFT
  readonly $ref: string
  readonly $defs: Readonly<Record<string, JsonSchema>>
  readonly [keyword: string]: unknown
}

/** Collects definitions by name, and refers to them. */
export class Definitions {
  readonly schema: Schema
  readonly #prefix: string
  readonly #all = new Map<string, JsonSchema>()
  /** The definitions of the fields of each schema: relations lead back to it. */
  readonly componentOf = new Map<object, string>()

  constructor(schema: Schema, { definitionsAt = '#/$defs/' }: JsonSchemaOptions = {}) {
    this.schema = schema
    this.#prefix = definitionsAt
  }

  get limits(): Limits {
    return this.schema.limits
  }

  /** A pointer as a URI fragment has it: names of fields may hold any character. */
  #pointer(name: string): string {
    const token = name.replaceAll('~', '~0').replaceAll('/', '~1')
    return `${this.#prefix}${encodeURIComponent(token)}`
  }

  reference(name: string): JsonSchema {
    return { $ref: this.#pointer(name) }
  }

  add(name: string, definition: JsonSchema): JsonSchema {
    this.#all.set(name, definition)
    return this.reference(name)
  }

  /** The document that means the definition of this name. */
  document(name: string): JsonSchemaDocument {
    return { $schema: DRAFT, $ref: this.#pointer(name), $defs: Object.fromEntries(this.#all) }
  }
}

export const either = (schemas: readonly JsonSchema[]): JsonSchema => {
  const [first, second] = schemas
  return first !== undefined && second === undefined ? first : { anyOf: schemas }
}

export const orNull = (schema: JsonSchema): JsonSchema => either([schema, { type: 'null' }])

/**
 * An object of these keys and no others. `propertyNames` says the same as `additionalProperties`:
 * validators that are set to remove additional properties (Fastify's is by default) would make a
 * wider filter of one with a misspelt field, and what `propertyNames` refuses they do not remove.
 */
export const closed = (
  properties: JsonSchema,
  patterns: JsonSchema = {},
  more: JsonSchema = {},
): JsonSchema => {
  const names = Object.keys(properties)
  const known = [
    ...(names.length === 0 ? [] : [{ type: 'string', enum: names }]),
    ...Object.keys(patterns).map((pattern) => ({ type: 'string', pattern })),
  ]
  return {
    type: 'object',
    ...more,
    properties,
    ...(Object.keys(patterns).length === 0 ? {} : { patternProperties: patterns }),
    ...(known.length === 0 ? { maxProperties: 0 } : { propertyNames: either(known) }),
    additionalProperties: false,
  }
}
