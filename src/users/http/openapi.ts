import packageJson from '../../../package.json' with { type: 'json' }
import { componentSchemas } from './components.ts'
import { type JsonSchema, json, reference } from './json-schema.ts'
import type { Audience, Route } from './route.ts'

/** The statuses of errors that any operation may answer with. */
const ERRORS = {
  400: 'The input is invalid; `code` and `details` say how.',
  401: 'The token is missing or not valid.',
  403: 'The token does not permit this.',
  404: 'No such user or task.',
  409: 'The user’s state does not permit this, or the username is taken.',
  413: 'The body is too large.',
  429: 'Too many requests.',
  500: 'The server or a hook failed.',
  503: 'The database is unreachable, locked, or too slow: retry after the seconds in Retry-After.',
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

function operation({ operationId, summary, audience, input, answer, mediaType }: Route) {
  const body = input.body?.()
  return {
    operationId,
    summary,
    security: SECURITY[audience],
    ...(input.parameters === undefined ? {} : { parameters: input.parameters }),
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    responses: {
      200: {
        description: 'Success.',
        content: mediaType === undefined ? json(answer) : { [mediaType]: { schema: answer } },
      },
      ...Object.fromEntries(
        Object.entries(ERRORS).map(([status, description]) => [
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
      securitySchemes: {
        server: bearer('HS256, with the claim `server: true`.'),
        client: bearer('HS256, with the claim `user_id`.'),
      },
    },
  }
}
