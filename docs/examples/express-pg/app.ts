import express, { type ErrorRequestHandler, type Express } from 'express'
import type { Pool } from 'pg'
import { compileCount, compileQuery, FilterError, pageOf, readRow } from 'tamis'
import { postgres } from 'tamis/postgres'
import { parseQueryString } from 'tamis/text'
import { mapping, person } from './people.ts'

const target = { dialect: postgres, table: 'Person', mapping }
const read = readRow(person, target)

/** GET /people?filter={"role":"ADMIN"}&sort=-createdAt&limit=20&next=… */
export function createApp(pool: Pool): Express {
  const app = express()
  // An integer beyond 2^53 in `settings` is a bigint, which JSON.stringify refuses.
  app.set('json replacer', (_: string, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )

  app.get('/people', async (request, response) => {
    const { search } = new URL(request.originalUrl, 'http://localhost')
    const query = parseQueryString(person, search, { relaxed: true })
    const page = compileQuery(query, { ...target, lookAhead: true })
    const count = compileCount(query, target)
    const [found, counted] = await Promise.all([
      pool.query(page.text, [...page.params]),
      pool.query<{ total: string }>(count.text, [...count.params]),
    ])
    const total = Number(counted.rows[0]?.total)
    response.json({ ...pageOf(query, found.rows.map(read)), total })
  })

  const refuse: ErrorRequestHandler = (error, _request, response, next) => {
    if (error instanceof FilterError) response.status(400).json(error)
    else next(error)
  }
  return app.use(refuse)
}
