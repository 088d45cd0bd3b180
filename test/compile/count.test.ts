import {
  compileCount,
  compileFacet,
  compileFilter,
  compileQuery,
  condition,
  countRows,
  defineSchema,
  dynamic,
  facetRows,
  integer,
  list,
  parseQuery,
  restrict,
  runQuery,
  sql,
  string,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import { Table } from '../support/table.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    // The name that the count itself has.
    total: integer({ sortable: true, facet: true }),
    teams: list(string()),
    'custom.*': dynamic(['string', 'integer']),
  },
})

const rows = Array.from({ length: 25 }, (_, i) => ({
  id: `r${String(i).padStart(2, '0')}`,
  ...(i % 4 === 0 ? {} : { total: i % 5 }),
  teams: i % 3 === 0 ? ['red'] : ['blue', 'red'],
  custom: { level: i % 2 },
}))

const FILTERS = [
  {},
  { $nor: [{}] },
  { total: { $gt: 2 } },
  { total: { $ne: 2 } },
  { $or: [{ total: null }, { teams: ['red'] }] },
  { 'custom.level': 1, teams: 'blue' },
]

describe.each(available)('$name', (engine) => {
  it('counts the rows of a source, whose parameters come first', async () => {
    const connection = await engine.connect()
    try {
      const { dialect } = engine
      const table = await Table.create(engine, connection, schema)
      await table.insert(rows)
      const [from, id] = [dialect.identifier('t'), dialect.identifier('id')]
      const source = sql`SELECT * FROM ${from} WHERE ${id} < ${'r10'}`
      const own = condition(schema, { id: { $lt: 'r10' } })
      for (const filter_conditions of FILTERS) {
        const query = parseQuery(schema, { filter_conditions })
        const expected = countRows(restrict(query, own).condition, rows)
        for (const alias of [undefined, 'a']) {
          const target = { dialect, table: 't', source, ...(alias !== undefined && { alias }) }
          const [record] = await connection.all(compileCount(query, target))
          expect(Number(record?.total), JSON.stringify(filter_conditions)).toBe(expected)
          const facet = compileFacet(query, 'total', target)
          expect(facet.read(await connection.all(facet))).toEqual(
            facetRows(restrict(query, own), 'total', rows),
          )
        }
      }
    } finally {
      await connection.close()
    }
  })

  it('counts the rows of all pages', async () => {
    const connection = await engine.connect()
    try {
      const table = await Table.create(engine, connection, schema)
      await table.insert(rows)
      const target = { dialect: engine.dialect, table: 't' }
      const count = async (query: Parameters<typeof compileCount>[0], alias?: string) => {
        const own = alias === undefined ? target : { ...target, alias }
        const [record, ...others] = await connection.all(compileCount(query, own))
        expect(others).toEqual([])
        return Number(record?.total)
      }
      for (const filter_conditions of FILTERS) {
        const payload = { filter_conditions, sort: { total: 1 }, limit: 2 }
        const query = parseQuery(schema, payload)
        const expected = countRows(query.condition, rows)
        expect(await count(query), JSON.stringify(filter_conditions)).toBe(expected)
        expect(await count(query, 'a')).toBe(expected)
        // Neither an offset nor a cursor changes it, and what the server adds does.
        expect(await count(parseQuery(schema, { ...payload, offset: 3 }))).toBe(expected)
        const { next } = runQuery(query, rows)
        if (next !== undefined) {
          expect(await count(parseQuery(schema, { ...payload, next }))).toBe(expected)
        }
        const restricted = restrict(query, condition(schema, { id: { $lt: 'r10' } }))
        expect(await count(restricted)).toBe(countRows(restricted.condition, rows))
      }
    } finally {
      await connection.close()
    }
  })
})

describe('compileCount', () => {
  it('is one SELECT', () => {
    const query = parseQuery(schema, { filter_conditions: { total: { $gte: 2 } }, limit: 1 })
    const target = { dialect: sqlite, table: { schema: 'app', name: 't' } }
    expect(compileCount(query, target)).toMatchObject({
      text: 'SELECT count(*) AS "total" FROM "app"."t" WHERE ("total" >= ?)',
      params: [2n],
    })
  })

  it('refuses a mapping that names what the schema does not have', () => {
    const mapping: object = { totl: 'total' }
    const query = parseQuery(schema, {})
    expect(() => compileCount(query, { dialect: sqlite, table: 't', mapping })).toThrow(/"totl"/)
  })
})

describe('strings', () => {
  it('are the pieces of a whole statement around its parameters', () => {
    const query = parseQuery(schema, {
      filter_conditions: { total: { $in: [1, 2] }, 'custom.level': 'a' },
      sort: { total: -1 },
    })
    const target = { dialect: sqlite, table: 't' }
    for (const { strings, text, params } of [
      compileQuery(query, target),
      compileQuery(query, { ...target, lookAhead: true }),
      compileCount(query, target),
      compileFilter(query.condition, target),
    ]) {
      expect(strings.length).toBe(params.length + 1)
      expect(strings.join('?')).toBe(text)
      expect(strings.raw).toEqual([...strings])
    }
  })
})
