import { sql } from 'drizzle-orm'
import type { LibSQLDatabase } from 'drizzle-orm/libsql'
import fastify, { type FastifyInstance } from 'fastify'
import {
  type CompiledFilter,
  compileCount,
  compileQuery,
  FilterError,
  pageOf,
  readRow,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { parseQueryString } from 'tamis/text'
import { mapping, people } from './people.ts'

const target = { dialect: sqlite, table: 'people', mapping }
const read = readRow(people, target)

/** A statement of tamis for Drizzle, which makes a list of an array that is no `param`. */
const toDrizzle = ({ strings, params }: CompiledFilter) =>
  sql(strings, ...params.map((value) => sql.param(value)))

/** GET /people?filter={"role":"admin"}&sort=-created_at&limit=20&next=… */
export function createApp(db: LibSQLDatabase): FastifyInstance {
  const app = fastify()
  // An integer beyond 2^53 in `settings` is a bigint, which JSON.stringify refuses.
  app.setReplySerializer((payload) =>
    JSON.stringify(payload, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  )

  app.get('/people', async (request) => {
    const { search } = new URL(request.url, 'http://localhost')
    const query = parseQueryString(people, search, { relaxed: true })
    const page = compileQuery(query, { ...target, lookAhead: true })
    const [records, counted] = await Promise.all([
      db.all<Record<string, unknown>>(toDrizzle(page)),
      db.get<{ total: number }>(toDrizzle(compileCount(query, target))),
    ])
    return { ...pageOf(query, records.map(read)), total: counted.total }
  })

  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof FilterError) return reply.code(400).send(error.toJSON())
    throw error
  })
  return app
}
