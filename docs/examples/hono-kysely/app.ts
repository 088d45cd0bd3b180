import { Hono } from 'hono'
import { type Kysely, sql } from 'kysely'
import { compileCount, compileQuery, FilterError, pageOf, readRow } from 'tamis'
import { mariadb } from 'tamis/mariadb'
import { parseQueryString } from 'tamis/text'
import { mapping, people } from './people.ts'

const target = { dialect: mariadb, table: 'people', mapping }
const read = readRow(people, target)

/** An integer beyond 2^53 in `settings` is a bigint, which JSON.stringify refuses. */
const toJson = (body: object) =>
  JSON.stringify(body, (_, value) => (typeof value === 'bigint' ? String(value) : value))

/** GET /people?filter={"role":"admin"}&sort=-created_at&limit=20&next=… */
export function createApp<Tables>(db: Kysely<Tables>): Hono {
  const app = new Hono()

  app.get('/people', async (context) => {
    const { search } = new URL(context.req.url)
    const query = parseQueryString(people, search, { relaxed: true })
    const page = compileQuery(query, { ...target, lookAhead: true })
    const count = compileCount(query, target)
    const [found, counted] = await Promise.all([
      sql<Record<string, unknown>>(page.strings, ...page.params).execute(db),
      sql<{ total: number }>(count.strings, ...count.params).execute(db),
    ])
    const body = { ...pageOf(query, found.rows.map(read)), total: counted.rows[0]?.total }
    return context.body(toJson(body), 200, { 'content-type': 'application/json' })
  })

  app.onError((error, context) => {
    if (error instanceof FilterError) return context.json(error, 400)
    throw error
  })
  return app
}
