import packageJson from '../../../package.json' with { type: 'json' }
import { componentSchemas } from './components.ts'
import { LONGEST_KEY, REPEATED, takesKey } from './idempotency.ts'
import { type JsonSchema, json, reference, TEXT } from './json-schema.ts'
import type { Audience, Route } from './route.ts'

/** The statuses of errors that any operation may answer with. */
const ERRORS = {
  400: 'The input is invalid; `code` and `details` say how.',
  401: 'The token is missing or not valid.',
  403: 'The token does not permit this.',
  404: 'No such user, task, webhook or dead letter.',
  409: 'The user’s state does not permit this, or the username is taken.',
  413: 'The body is too large.',
  429: 'Too many requests.',
  500: 'The server or a hook failed.',
  503: 'The database is unreachable, locked, or too slow: retry after the seconds in Retry-After.',
}

/** The errors of a write with an idempotency key. */
const KEY_ERRORS = {
  409: `${ERRORS[409]} Or a request with the same Idempotency-Key is being processed: repeat it after the seconds in Retry-After.`,
  422: 'The Idempotency-Key belongs to a different request.',
}

const KEY_PARAMETER: JsonSchema = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'For a day, a request with the same key and token is answered as the first one was, and writes nothing. Needs a token.',
  schema: { type: 'string', minLength: 1, maxLength: LONGEST_KEY, pattern: '^[ -~]+$' },
}

const KEY_HEADER: JsonSchema = {
  description: '`true` in the answer to a request that was answered before.',
  schema: TEXT,
}

const SECURITY: Readonly<Record<Audience, readonly object[]>> = {
  server: [{ server: [] }],
  client: [{ client: [] }],
  connecting: [{ client: [] }],
  reader: [{ server: [] }, { client: [] }],
  anybody: [],
}

/** A body without a required property may be left out. */
const requestBody = (body: JsonSchema) => ({
  required: Array.isArray(body.required) && body.required.length > 0,
  content: json(body),
})

const TAG_PARAMETER: JsonSchema = {
  name: 'If-None-Match',
  in: 'header',
  description: 'The ETag of an earlier answer: if it is still current, the answer is 304.',
  schema: TEXT,
}

const TAG_HEADER: JsonSchema = {
  description: 'Changes with what the caller sees.',
  schema: TEXT,
}

/** The headers of a successful answer. */
function headersOf(hasKey: boolean, isConditional: boolean): object {
  if (hasKey)
    return { headers: { [REPEATED]: { $ref: '#/components/headers/IdempotencyReplayed' } } }
  return isConditional ? { headers: { ETag: { $ref: '#/components/headers/ETag' } } } : {}
}

function operation(route: Route) {
  const { operationId, summary, audience, input, answer, mediaType, isConditional = false } = route
  const body = input.body?.()
  const hasKey = takesKey(route)
  const key = hasKey ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []
  const tag = isConditional ? [{ $ref: '#/components/parameters/IfNoneMatch' }] : []
  const parameters = [...(input.parameters ?? []), ...key, ...tag]
  const errors = { ...ERRORS, ...(hasKey ? KEY_ERRORS : {}) }
  return {
    operationId,
    summary,
    security: SECURITY[audience],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    responses: {
      200: {
        description: 'Success.',
        ...headersOf(hasKey, isConditional),
        content: mediaType === undefined ? json(answer) : { [mediaType]: { schema: answer } },
      },
      ...(isConditional ? { 304: { description: 'The caller has the current answer.' } } : {}),
      ...Object.fromEntries(
        Object.entries(errors).map(([status, description]) => [
          status,
          { description, content: json(reference('Error')) },
        ]),
      ),
    },
  }
}

function pathsOf(routes: readonly Route[]): JsonSchema {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    paths[route.path] ??= {}
    Object.assign(paths[route.path] ?? {}, { [route.method]: operation(route) })
  }
  return paths
}

const bearer = (description: string) => ({
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description,
})

/**
 * The OpenAPI 3.1 document of the handler, made from its routes, and from the shapes and the schema
 * that requests are checked by.
 */
export function openApiOf(routes: readonly Route[], basePath: string): JsonSchema {
  return {
    openapi: '3.1.0',
    info: { title: 'Users', version: packageJson.version },
    ...(basePath === '/' ? {} : { servers: [{ url: basePath }] }),
    paths: pathsOf(routes),
    components: {
      schemas: componentSchemas(),
      parameters: { IdempotencyKey: KEY_PARAMETER, IfNoneMatch: TAG_PARAMETER },
      headers: { IdempotencyReplayed: KEY_HEADER, ETag: TAG_HEADER },
      securitySchemes: {
        server: bearer('HS256, with the claim `server: true`.'),
        client: bearer('HS256, with the claim `user_id`.'),
      },
    },
  }
}
