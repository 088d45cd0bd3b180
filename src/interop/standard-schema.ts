import type { Issue } from '../error/issue.ts'
import { type ConditionOf, type QueryOf, safeParseFilter, safeParseQuery } from '../parse/index.ts'
import type { Payload } from '../parse/payload.ts'
import type { QueryOptions } from '../parse/query.ts'
import type { Result } from '../parse/report.ts'
import type { FieldsOf, Filter, Schema } from '../parse/schema.ts'
import type { VisibleFields } from '../schema/definition.ts'
import type { JsonSchemaDocument } from './definition.ts'
import { filterJsonSchema } from './filter-schema.ts'
import { payloadJsonSchema } from './payload-schema.ts'

/** One mistake, as Standard Schema has it: `path` holds keys, and `message` ends with the hint. */
export interface StandardIssue {
  readonly message: string
  readonly path: readonly PropertyKey[]
  readonly code: Issue['code']
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** A Standard Schema (version 1), which is a Standard JSON Schema too. */
export interface StandardSchema<Input, Output> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'tamis'
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    /** Never a promise. */
    readonly validate: (value: unknown) => StandardResult<Output>
    readonly jsonSchema: {
      readonly input: (options: { readonly target: string }) => Record<string, unknown>
      readonly output: (options: { readonly target: string }) => Record<string, unknown>
    }
  }
}

/** What clients may send in a payload, typed. */
type PayloadOf<S extends Schema> = Payload<VisibleFields<FieldsOf<S>>>

/** What clients may send as a filter, typed. */
type ClientFilter<S extends Schema> = Filter<Schema<VisibleFields<FieldsOf<S>>>>

export interface StandardSchemaOptions extends QueryOptions {
  /** What is validated: a query's payload, which is the default, or a filter alone. */
  readonly of?: 'payload' | 'filter'
}

const INDEX = /^(?:0|[1-9]\d*)$/

/** The keys of a JSON Pointer. No name of a field is an index alone but where a list could be. */
const keysOf = (path: string): readonly PropertyKey[] =>
  path
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((key) => (INDEX.test(key) ? Number(key) : key))

const standardIssue = ({ code, path, message, hint }: Issue): StandardIssue => ({
  message: hint === undefined ? message : `${message} (${hint})`,
  path: keysOf(path),
  code,
})

/** Drafts that have every keyword that the schemas use, and what `$schema` says of each. */
const DRAFTS: ReadonlyMap<string, string> = new Map([
  ['draft-2020-12', 'https://json-schema.org/draft/2020-12/schema'],
  ['draft-2019-09', 'https://json-schema.org/draft/2019-09/schema'],
  ['draft-07', 'http://json-schema.org/draft-07/schema#'],
])

/** Draft 7 ignores what stands beside `$ref`, so that it is put into a list there. */
function ofDraft(document: JsonSchemaDocument, target: string): Record<string, unknown> {
  const $schema = DRAFTS.get(target)
  if ($schema === undefined) {
    throw new TypeError(
      `tamis: target: expected ${[...DRAFTS.keys()].join(' or ')}, received ${JSON.stringify(target)}`,
    )
  }
  if (target !== 'draft-07') return { ...document, $schema }
  const { $ref, $defs } = document
  return { $schema, allOf: [{ $ref }], $defs }
}

/**
 * A Standard Schema (https://standardschema.dev) of a schema's payloads, or of its filters: what
 * tRPC, Hono's and NestJS's validators and others take. The output is what `parseQuery` or
 * `parseFilter` gives, the issues what they report. With `scopes` that depend on the caller, make one
 * for each request.
 *
 * @example
 * app.get('/people', sValidator('query', standardSchema(people)), (c) => list(c.req.valid('query')))
 */
export function standardSchema<const S extends Schema>(
  schema: S,
  options: StandardSchemaOptions & { readonly of: 'filter' },
): StandardSchema<ClientFilter<S>, ConditionOf<S>>
export function standardSchema<const S extends Schema>(
  schema: S,
  options?: StandardSchemaOptions & { readonly of?: 'payload' },
): StandardSchema<PayloadOf<S>, QueryOf<S>>
export function standardSchema(
  schema: Schema,
  { of = 'payload', ...options }: StandardSchemaOptions = {},
): StandardSchema<unknown, unknown> {
  if (of !== 'payload' && of !== 'filter') {
    throw new TypeError(`tamis: standardSchema: of: expected 'payload' or 'filter'`)
  }
  const isFilter = of === 'filter'
  const parse = (value: unknown): Result<unknown> =>
    isFilter
      ? safeParseFilter(schema, value, { scopes: options.scopes })
      : safeParseQuery(schema, value, options)
  return {
    '~standard': {
      version: 1,
      vendor: 'tamis',
      validate(value) {
        const result = parse(value)
        return result.ok ? { value: result.value } : { issues: result.issues.map(standardIssue) }
      },
      jsonSchema: {
        input: ({ target }) =>
          ofDraft(isFilter ? filterJsonSchema(schema) : payloadJsonSchema(schema), target),
        output() {
          throw new TypeError(
            `tamis: the output is a ${isFilter ? 'condition' : 'query'}, not JSON`,
          )
        },
      },
    },
  }
}
