/** The parts of the files that `tamis init` writes, as JavaScript; `init-files.ts` adds the types. */

import type { Framework } from './init-project.ts'

/** How rows come from a database: the dialect, its driver's package, and the code that asks it. */
export interface Driver {
  readonly dialect: 'postgres' | 'mysql' | 'mariadb' | 'sqlite'
  readonly packageName: string
  /** The value of the connection's URL or file, as an expression. */
  readonly place: string
}

export const SAMPLE_SCHEMA = `import { defineSchema, dynamic, enumeration, integer, list, string, timestamp } from 'tamis'

/** What clients may filter and sort by. */
export const people = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    name: string({ required: true, sortable: true }),
    role: enumeration(['admin', 'editor', 'user'], { required: true }),
    age: integer({ sortable: true }),
    teams: list(string()),
    created_at: timestamp({ required: true, sortable: true }),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
  },
  defaultSort: [{ field: 'created_at', direction: -1 }],
})
`

export const SAMPLE_ROWS = `/** Stands in for a database: tamis finds the same rows, in the same order, in a table. */
const rows = [
  { id: 'ana', name: 'Ana', role: 'admin', age: 34, teams: ['red'], created_at: '2024-05-01T12:00:00Z' },
  { id: 'bo', name: 'Bo', role: 'user', age: 17, created_at: '2024-05-02T12:00:00Z' },
  { id: 'cy', name: 'Cy', role: 'editor', custom: { plan: 'pro' }, created_at: '2024-05-03T12:00:00Z' },
]
`

export const drizzleSchema = (
  from: string,
  table: string,
): string => `import { defineSchema } from 'tamis'
import { fromDrizzle } from 'tamis/drizzle'
import { ${table} } from ${JSON.stringify(from)}

// With { columns: [...] }, clients may filter by these only.
const { schema: definition, rowOf, ...made } = fromDrizzle(${table})

/** What clients may filter and sort by. */
export const schema = defineSchema(definition)
/** The table, its columns and its database, for \`compileQuery\` and \`readRow\`. */
export const target = made
/** The row of one that Drizzle selected. */
export { rowOf }
`

/** Opens the database, and asks it. */
export function asking({ packageName, place }: Driver): string {
  if (packageName === 'pg') {
    return `const pool = new pg.Pool({ connectionString: ${place} })

const recordsOf = async ({ text, params }) => (await pool.query(text, [...params])).rows

/** Ends the connections, so that the process can exit. */
export const close = () => pool.end()
`
  }
  if (packageName === 'mysql2') {
    return `const pool = createPool({ uri: ${place}, supportBigNumbers: true, bigNumberStrings: true })

const recordsOf = async ({ text, params }) => (await pool.query(text, [...params]))[0]

/** Ends the connections, so that the process can exit. */
export const close = () => pool.end()
`
  }
  return `const db = new Database(${place})

const recordsOf = async ({ text, params }) => db.prepare(text).all(...params)

/** Closes the file. */
export const close = async () => db.close()
`
}

export const IMPORTS: Readonly<Record<string, string>> = {
  pg: "import pg from 'pg'",
  mysql2: "import { createPool } from 'mysql2/promise'",
  'better-sqlite3': "import Database from 'better-sqlite3'",
  libsql: "import Database from 'libsql'",
}

export const ANSWER = `/**
 * Answers GET /list?filter={"role":"admin"}&sort=-created_at&limit=20&next=…
 * \`search\` is the query string of the request.
 */`

export const EXACT = `/** JSON of an answer: integers beyond 2^53 as texts. */
export const toJson = (body) =>
  JSON.stringify(body, (_, value) => (typeof value === 'bigint' ? String(value) : value))
`

export const ENDPOINTS: Readonly<
  Record<Framework | 'none', (from: string, isTyped: boolean) => string>
> = {
  express: (from) => `import { Router } from 'express'
import { list, toJson } from '${from}'

/** app.use(router): GET /list */
export const router = Router()
router.get('/list', async (request, response) => {
  const { search } = new URL(request.originalUrl, 'http://localhost')
  const { status, body } = await list(search)
  response.status(status).type('json').send(toJson(body))
})
`,
  fastify: (
    from,
    isTyped,
  ) => `${isTyped ? "import type { FastifyPluginAsync } from 'fastify'\n" : ''}import { list, toJson } from '${from}'

/** app.register(plugin): GET /list */
export const plugin${isTyped ? ': FastifyPluginAsync' : ''} = async (app) => {
  app.get('/list', async (request, reply) => {
    const { search } = new URL(request.url, 'http://localhost')
    const { status, body } = await list(search)
    return reply.code(status).type('application/json').send(toJson(body))
  })
}
`,
  hono: (from) => `import { Hono } from 'hono'
import { list, toJson } from '${from}'

/** app.route('/', routes): GET /list */
export const routes = new Hono().get('/list', async (c) => {
  const { search } = new URL(c.req.url)
  const { status, body } = await list(search)
  return c.body(toJson(body), status === 200 ? 200 : 400, { 'content-type': 'application/json' })
})
`,
  none: (from) => `import { list, toJson } from '${from}'

/** A handler of the Fetch API, as Next.js, SvelteKit, Bun, Deno and Workers take it. */
export async function GET(request) {
  const { search } = new URL(request.url)
  const { status, body } = await list(search)
  return new Response(toJson(body), { status, headers: { 'content-type': 'application/json' } })
}
`,
}

/** How a test asks the endpoint: `get(search)` answers its status and body. */
export const ASKING: Readonly<Record<Framework | 'none', (from: string) => string>> = {
  express: (from) => `import express from 'express'
import { router } from '${from}'

const server = express().use(router).listen(0)
await once(server, 'listening')
const address = server.address()
const port = typeof address === 'object' ? address?.port : undefined
const get = (search) => fetch(\`http://127.0.0.1:\${port}/list\${search}\`)
const end = () => server.close()
`,
  fastify: (from) => `import Fastify from 'fastify'
import { plugin } from '${from}'

const app = Fastify()
app.register(plugin)
const url = await app.listen({ port: 0 })
const get = (search) => fetch(\`\${url}/list\${search}\`)
const end = () => app.close()
`,
  hono: (from) => `import { routes } from '${from}'

const get = async (search) => routes.request(\`/list\${search}\`)
const end = () => {}
`,
  none: (from) => `import { GET } from '${from}'

const get = (search) => GET(new Request(\`http://localhost/list\${search}\`))
const end = () => {}
`,
}
