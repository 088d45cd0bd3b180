import fc from 'fast-check'
import {
  clientSchema,
  compileCount,
  condition,
  countRows,
  defineSchema,
  integer,
  pageOf,
  parseQuery,
  type Query,
  restrict,
  runQuery,
  safeParseQuery,
  string,
} from 'tamis'
import { rowArbitrary } from 'tamis/fast-check'
import { postgres } from 'tamis/postgres'
import { parseQueryString } from 'tamis/text'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'
import { available } from '../support/engines/available.ts'
import { Table } from '../support/table.ts'

const definition = {
  fields: {
    id: integer({ required: true, sortable: true }),
    rank: integer({ sortable: true }),
    tenant: string({ hidden: true }),
  },
}
const plain = defineSchema(definition)
const exact = defineSchema({ ...definition, counts: {} })
const bounded = defineSchema({ ...definition, counts: { max: 7 } })

const rows = Array.from({ length: 20 }, (_, id) => ({
  id,
  ...(id % 5 === 0 ? {} : { rank: id % 3 }),
  tenant: id % 2 === 0 ? 'a' : 'b',
}))

const at = (schema: typeof bounded, payload: object) =>
  parseQuery(schema, { sort: { rank: -1 }, count: true, ...payload })

describe('the total of a page in memory', () => {
  it('is there only where the payload asks for it', () => {
    expect(runQuery(parseQuery(exact, {}), rows)).not.toHaveProperty('total')
    expect(runQuery(parseQuery(exact, { count: false }), rows)).not.toHaveProperty('total')
    expect(runQuery(at(exact, {}), rows)).toMatchObject({ total: 20, totalIsExact: true })
  })

  it('stops at the maximum', () => {
    expect(runQuery(at(bounded, {}), rows)).toMatchObject({ total: 7, totalIsExact: false })
    const seven = at(bounded, { id_lt: 7 })
    expect(runQuery(seven, rows)).toMatchObject({ total: 7, totalIsExact: true })
    expect(countRows(at(bounded, {}), rows)).toBe(20)
  })

  it('ignores offset, cursor and limit, and neither key ranges nor what the server joined', () => {
    const restricted = (payload: object) =>
      restrict(at(exact, { limit: 3, ...payload }), condition(exact, { tenant: 'a' }))
    const expected = { total: 10, totalIsExact: true }
    const first = runQuery(restricted({}), rows)
    expect(first).toMatchObject(expected)
    expect(runQuery(restricted({ offset: 4 }), rows)).toMatchObject(expected)
    expect(runQuery(restricted({ limit: 0 }), rows)).toEqual({ items: [], ...expected })
    const second = runQuery(restricted({ next: first.next }), rows)
    expect(second).toMatchObject(expected)
    expect(runQuery(restricted({ prev: second.prev }), new Set(rows))).toMatchObject(expected)
    expect(runQuery(restricted({ id_gte: 10 }), rows)).toMatchObject({ total: 5 })
    const unbound = restrict(restricted({}), condition(exact, { id: { $lt: 4 } }), { bind: false })
    expect(runQuery(unbound, rows)).toMatchObject({ total: 2 })
  })

  it('leaves the pages as they are, of any rows', () => {
    const payload = fc.record({
      limit: fc.integer({ min: 0, max: 5 }),
      filter_conditions: fc.constantFrom({}, { rank: { $gt: 0 } }, { $nor: [{}] }),
    })
    const some = fc.uniqueArray(rowArbitrary(plain), { selector: ({ id }) => id, maxLength: 30 })
    fc.assert(
      fc.property(some, payload, (own, options) => {
        const sorted = { sort: { rank: 1 }, ...options }
        let next: string | undefined
        do {
          const page: { next?: string } = next === undefined ? {} : { next }
          const without = runQuery(parseQuery(plain, { ...sorted, ...page }), own)
          const query = parseQuery(exact, { ...sorted, ...page, count: true })
          const { total, totalIsExact, ...rest } = runQuery(query, own)
          expect(rest).toEqual(without)
          expect([total, totalIsExact]).toEqual([countRows(query.condition, own), true])
          expect(runQuery(query, new Set(own))).toEqual({ ...rest, total, totalIsExact })
          next = without.next
        } while (next !== undefined)
      }),
      { numRuns: budget(71, 300) },
    )
  })
})

describe.each(available)('$name', (engine) => {
  it('counts as far as the schema says', async () => {
    const connection = await engine.connect()
    try {
      const table = await Table.create(engine, connection, plain)
      await table.insert(rows)
      const target = { dialect: engine.dialect, table: 't' }
      const count = async (query: Query) => {
        const [record] = await connection.all(compileCount(query, target))
        return record?.total as number | bigint | string
      }
      for (const filter_conditions of [{}, { rank: { $ne: 1 } }, { rank: 1 }, { $nor: [{}] }]) {
        for (const schema of [exact, bounded]) {
          const query = at(schema, { filter_conditions, limit: 2 })
          const total = await count(query)
          const found = countRows(query, rows)
          expect(Number(total)).toBe(schema === exact ? found : Math.min(found, 8))
          const page = pageOf(query, table.read(await connection.all(table.compile(query))), {
            total,
          })
          expect(page).toEqual(runQuery(query, rows))
        }
      }
    } finally {
      await connection.close()
    }
  })
})

describe('a schema without counts', () => {
  it('refuses the option, and may have a switch of that name', () => {
    const refused = { ok: false, issues: [{ code: 'unknown_option', path: '/count' }] }
    expect(safeParseQuery(plain, { count: true })).toMatchObject(refused)
    const switched = defineSchema({
      ...definition,
      options: { count: { default: true, unless: { rank: 1 } } },
    })
    const query = parseQuery(switched, { count: false })
    expect(query.count).toBe(false)
    expect(runQuery(query, rows).items.every(({ rank }) => rank === 1)).toBe(true)
  })
})

describe('a mistake', () => {
  it('in a payload is named', () => {
    expect(safeParseQuery(exact, { count: 'yes' })).toMatchObject({
      issues: [{ code: 'invalid_operand', path: '/count', message: /true or false/ }],
    })
  })

  it.each<[unknown, RegExp]>([
    [{ max: 0 }, /counts\.max: expected an integer of at least 1/],
    [{ max: 1.5 }, /counts\.max/],
    [{ most: 3 }, /counts: unknown setting "most"/],
    [true, /counts: expected an object/],
  ])('in a schema is named: %j', (counts, message) => {
    expect(() => defineSchema({ ...definition, counts } as never)).toThrow(message)
  })

  it('is a switch of the same name', () => {
    const options = { count: { default: true, unless: { rank: 1 } } }
    expect(() => defineSchema({ ...definition, counts: {}, options })).toThrow(/option "count"/)
  })

  it('is a page without its total, and a total that is none', () => {
    expect(() => pageOf(at(exact, {}), [])).toThrow(/pageOf\(query, rows, \{ total \}\)/)
    for (const total of [-1, 1.5, Number.NaN, '1x', '']) {
      expect(() => pageOf(at(exact, {}), [], { total })).toThrow(/total: expected the count/)
    }
    for (const total of [3, 3n, '3']) {
      expect(pageOf(at(exact, {}), [], { total })).toEqual({
        items: [],
        total: 3,
        totalIsExact: true,
      })
    }
  })
})

it('is a bounded count in SQL', () => {
  const query = at(bounded, { filter_conditions: { rank: { $gte: 2 } } })
  expect(compileCount(query, { dialect: postgres, table: 't' })).toMatchObject({
    text: 'SELECT count(*) AS "total" FROM (SELECT 1 FROM "t" WHERE ("rank" >= $1) LIMIT $2 OFFSET $3) AS counted',
    params: [2, 8, 0],
  })
})

it('is an option of the schema for clients, and of a query string', () => {
  expect(parseQuery(clientSchema(bounded), { count: true }).count).toBe(true)
  expect(parseQueryString(bounded, '?count=true').count).toBe(true)
  expect(() => parseQueryString(bounded, '?count=1')).toThrow(/true or false/)
})
