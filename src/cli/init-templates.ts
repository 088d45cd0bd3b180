/** The parts of the files that `tamis init` writes, in JavaScript or TypeScript. */

import type { Framework } from './init-project.ts'

/** How rows come from a database: the dialect, its driver's package, and the code that asks it. */
export interface Driver {
  readonly dialect: 'postgres' | 'mysql' | 'mariadb' | 'sqlite'
  readonly packageName: string
  /** The value of the connection's URL or file, as an expression. */
  readonly place: string
}

/** A count reads every row that matches, so that it ends somewhere. */
export const COUNTS = 'counts: { max: 10_000 }'

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
  ${COUNTS},
})
`

export const SAMPLE_ROWS = `/** Stands in for a database: tamis finds the same rows, in the same order, in a table. */
const rows = [
  { id: 'ana', name: 'Ana', role: 'admin', age: 34, teams: ['red'], created_at: '2024-05-01T12:00:00Z' },
  { id: 'bo', name: 'Bo', role: 'user', age: 17, created_at: '2024-05-02T12:00:00Z' },
  { id: 'cy', name: 'Cy', role: 'editor', custom: { plan: 'pro' }, created_at: '2024-05-03T12:00:00Z' },
]
`

function drizzleOptions(casing: string | undefined, omit: readonly string[]): string {
  const options = [
    ...(casing === undefined ? [] : [`casing: '${casing}'`]),
    ...(omit.length === 0
      ? []
      : [`omit: [${omit.map((each) => JSON.stringify(each)).join(', ')}]`]),
  ]
  return options.length === 0 ? '' : `, { ${options.join(', ')} }`
}

export const drizzleSchema = (
  from: string,
  table: string,
  casing: string | undefined,
  omit: readonly string[],
): string => `import { defineSchema } from 'tamis'
import { fromDrizzle } from 'tamis/drizzle'
import { ${table === 'table' ? 'table' : `${table} as table`} } from ${JSON.stringify(from)}

// With { columns: [...] }, clients may filter by these only.
const { schema: definition, rowOf, ...made } = fromDrizzle(table${drizzleOptions(casing, omit)})

/** What clients may filter and sort by. */
export const schema = defineSchema({ ...definition, ${COUNTS} })
/** The table, its columns and its database, for \`compileQuery\` and \`readRow\`. */
export const target = made
/** The row of one that Drizzle selected. */
export { rowOf }
`

/** The constant of a list that {@link DECLARED_URL} declares. */
export const DATABASE_URL = 'DATABASE_URL'

/** Without a URL, drivers look for a server on this machine, and their errors do not name the cause. */
const DECLARED_URL = `const { DATABASE_URL } = process.env
if (!DATABASE_URL) throw new Error('DATABASE_URL is not set: node --env-file=.env …')

`

const POOL_END = `
/** Ends the connections, so that the process can exit. */
export const close = () => pool.end()
`

/** Opens the database, and asks it. */
export function asking({ packageName, place }: Driver, isTyped: boolean): string {
  const types = isTyped
    ? `type Statement = { readonly text: string; readonly params: readonly unknown[] }
${packageName === 'mysql2' ? 'type Value = string | number | bigint | boolean | null' : 'type Row = Record<string, unknown>'}
`
    : ''
  const recordsOf = `${types}const recordsOf = async ({ text, params }${isTyped ? ': Statement): Promise<Row[]>' : ')'} =>`
  if (packageName === 'pg') {
    return `${DECLARED_URL}const pool = new pg.Pool({ connectionString: ${place} })

${recordsOf} (await pool.query(text, [...params])).rows
${POOL_END}`
  }
  if (packageName === 'mysql2') {
    return `${DECLARED_URL}const pool = createPool({ uri: ${place}, supportBigNumbers: true, bigNumberStrings: true })
// A TIMESTAMP is printed in the zone of the session.
pool.on('connection', (connection) => void connection.query("SET time_zone = '+00:00'"))

// \`query\` would write the values into the text.
${recordsOf} (await pool.execute${isTyped ? '<Row[]>' : ''}(text, [...params]${isTyped ? ' as Value[]' : ''}))[0]
${POOL_END}`
  }
  return `${DECLARED_URL}const db = new Database(${place})

${recordsOf} db.prepare(text).all(...params)${isTyped ? ' as Row[]' : ''}

/** Closes the file. */
export const close = async () => db.close()
`
}

export function driverImport({ packageName }: Driver, isTyped: boolean): string {
  if (packageName === 'pg') return "import pg from 'pg'\n"
  if (packageName === 'mysql2') {
    // mysql2 has a type for rows.
    const row = isTyped ? ', type RowDataPacket as Row' : ''
    return `import { createPool${row} } from 'mysql2/promise'\n`
  }
  return `import Database from '${packageName}'\n`
}

/** What the list answers. `filter` and `sort` are examples: `{"role":"admin"}` and `-created_at`. */
export const answers = (route: string, filter: string, sort: string): string => `/**
 * Answers GET ${route}?filter=${filter}&sort=${sort}&limit=20&count=true&next=…
 * \`search\` is the query string of the request.
 */`

export const exact = (
  isTyped: boolean,
): string => `/** JSON of an answer: integers beyond 2^53 as texts. */
export const toJson = (body${isTyped ? ': unknown' : ''}) =>
  JSON.stringify(body, (_, value) => (typeof value === 'bigint' ? String(value) : value))
`

export const ENDPOINTS: Readonly<
  Record<Framework | 'none', (from: string, isTyped: boolean, route: string) => string>
> = {
  express: (from, _, route) => `import { Router } from 'express'
import { list, toJson } from '${from}'

/** app.use(router): GET ${route} */
export const router = Router()
router.get('${route}', async (request, response) => {
  const { search } = new URL(request.originalUrl, 'http://localhost')
  const { status, body } = await list(search)
  response.status(status).type('json').send(toJson(body))
})
`,
  fastify: (
    from,
    isTyped,
    route,
  ) => `${isTyped ? "import type { FastifyPluginAsync } from 'fastify'\n" : ''}import { list, toJson } from '${from}'

/** app.register(plugin): GET ${route} */
export const plugin${isTyped ? ': FastifyPluginAsync' : ''} = async (app) => {
  app.get('${route}', async (request, reply) => {
    const { search } = new URL(request.url, 'http://localhost')
    const { status, body } = await list(search)
    return reply.code(status).type('application/json').send(toJson(body))
  })
}
`,
  hono: (from, _, route) => `import { Hono } from 'hono'
import { list, toJson } from '${from}'

/** app.route('/', routes): GET ${route} */
export const routes = new Hono().get('${route}', async (c) => {
  const { search } = new URL(c.req.url)
  const { status, body } = await list(search)
  return new Response(toJson(body), { status, headers: { 'content-type': 'application/json' } })
})
`,
  none: (from, isTyped) => `import { list, toJson } from '${from}'

/** A handler of the Fetch API, as Next.js, SvelteKit, Bun, Deno and Workers take it. */
export async function GET(request${isTyped ? ': Request' : ''}) {
  const { search } = new URL(request.url)
  const { status, body } = await list(search)
  return new Response(toJson(body), { status, headers: { 'content-type': 'application/json' } })
}
`,
}

/**
 * How a test asks the endpoint: `get(search)` answers its status and body. Servers start in `before`,
 * because CommonJS, which is what `npm init` makes, has no await outside functions.
 */
export const ASKING: Readonly<
  Record<Framework | 'none', (from: string, isTyped: boolean, route: string) => string>
> = {
  express: (from, isTyped, route) => `import { once } from 'node:events'
import { createServer } from 'node:http'
import express from 'express'
import { router } from '${from}'

const server = createServer(express().use(router))
before(async () => {
  await once(server.listen(0), 'listening')
})
const get = (search${isTyped ? ': string' : ''}) => {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return fetch(\`http://127.0.0.1:\${port}${route}\${search}\`)
}
const end = () => server.close()
`,
  fastify: (from, isTyped, route) => `import Fastify from 'fastify'
import { plugin } from '${from}'

const app = Fastify()
app.register(plugin)
let url = ''
before(async () => {
  url = await app.listen({ port: 0 })
})
const get = (search${isTyped ? ': string' : ''}) => fetch(\`\${url}${route}\${search}\`)
const end = () => app.close()
`,
  hono: (from, isTyped, route) => `import { routes } from '${from}'

const get = async (search${isTyped ? ': string' : ''}) => routes.request(\`${route}\${search}\`)
const end = () => {}
`,
  none: (from, isTyped, route) => `import { GET } from '${from}'

const get = (search${isTyped ? ': string' : ''}) => GET(new Request(\`http://localhost${route}\${search}\`))
const end = () => {}
`,
}
