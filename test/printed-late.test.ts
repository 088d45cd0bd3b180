import { compileQuery, date, defineSchema, parseQuery, runQuery, string, timestamp } from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { Table } from './support/table.ts'

/** PostgreSQL computes what is selected of all rows that it sorts: a page's values are printed outside. */

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    name: string({ required: true, sortable: true }),
    seen: timestamp({ sortable: true }),
    made: timestamp({ required: true }),
    born: date(),
  },
})
const target = { table: 't', mapping: { made: { column: 'seen_first' }, seen: { column: 'made' } } }
const rows = Array.from({ length: 500 }, (_, i) => ({
  id: `r${i}`,
  name: `n${(i * 7) % 100}`,
  made: new Date(1.7e12 + i * 1000).toISOString(),
  born: '2024-02-29',
  ...(i % 3 === 0 ? {} : { seen: new Date(1.7e12 - i * 1000).toISOString() }),
}))

const PAGES = [
  { sort: { name: 1 }, limit: 10 },
  { sort: { name: -1 }, limit: 10, offset: 20 },
  { sort: { seen: -1 }, limit: 10 },
  { filter_conditions: { seen: { $ne: null } }, sort: { seen: 1 }, limit: 10 },
  { filter_conditions: { seen: null }, sort: { seen: 1 }, limit: 10 },
]

const isPostgres = ({ name }: { readonly name: string }) => ['PostgreSQL', 'PGlite'].includes(name)

describe.each(available.filter(isPostgres))('$name', (engine) => {
  let connection: Connection
  let table: Table
  beforeAll(async () => {
    connection = await engine.connect()
    table = await Table.create(engine, connection, schema, target.mapping)
    await table.insert(rows)
    // Without the indexes that createTable makes, rows are sorted.
    for (const { indexname } of await connection.all({
      text: "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 't' AND indexname <> 't_pkey'",
      params: [],
    })) {
      await connection.exec(`DROP INDEX "${indexname}"`)
    }
    await connection.exec('ANALYZE t')
  })
  afterAll(() => connection?.close())

  it.each(PAGES)('prints the rows of the page alone: %j', async (payload) => {
    const query = parseQuery(schema, payload)
    const { text, params } = compileQuery(query, { dialect: engine.dialect, ...target })
    const explain = { text: `EXPLAIN (VERBOSE, COSTS OFF) ${text}`, params }
    const plan = (await connection.all(explain)).map((row) => String(row['QUERY PLAN']))
    const cut = plan.findIndex((line) => /^\W*Limit/.test(line))
    expect(plan.slice(0, cut).join('\n')).toContain('to_char')
    expect(plan.slice(cut).join('\n')).not.toContain('to_char')
  })

  it('pages forth and back as memory does', async () => {
    const all = compileQuery(parseQuery(schema, { limit: 1000 }), {
      dialect: engine.dialect,
      ...target,
    })
    const stored = table.read(await connection.all(all))
    expect(stored.length).toBe(rows.length)
    for (const payload of PAGES) {
      let asked: object = { ...payload, offset: 0 }
      for (const direction of ['next', 'next', 'prev'] as const) {
        const query = parseQuery(schema, asked)
        const page = await table.page(query)
        expect(page).toEqual(runQuery(query, stored))
        if (page[direction] === undefined) break
        asked = { ...payload, offset: 0, [direction]: page[direction] }
      }
    }
  })
})
