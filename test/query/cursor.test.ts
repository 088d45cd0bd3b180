import fc from 'fast-check'
import {
  boolean,
  compileQuery,
  condition,
  defineSchema,
  dynamic,
  FilterError,
  integer,
  type Page,
  pageOf,
  parseQuery,
  restrict,
  runQuery,
  safeParseQuery,
  string,
  timestamp,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    rank: integer({ sortable: true }),
    seen: timestamp({ sortable: true }),
    active: boolean({ sortable: true }),
    tenant: string({ hidden: true }),
    'custom.level': integer({ sortable: true }),
    'custom.*': dynamic(['string']),
  },
})

const rows = Array.from({ length: 10 }, (_, i) => ({
  id: `r${i}`,
  rank: i % 3 === 0 ? null : 2n ** 53n + BigInt(i % 2),
  seen: i % 4 === 0 ? undefined : `2024-05-01T12:00:0${i % 3}.000001Z`,
  active: i % 2 === 0,
  tenant: i < 5 ? 't1' : 't2',
  custom: { level: i % 2 },
}))

const page = (payload: object, options?: { cursorKey?: string }): Page<{ id: string }> =>
  runQuery(parseQuery(schema, payload, options), rows)
const ids = ({ items }: Page<{ id: string }>) => items.map(({ id }) => id).join(' ')
const whole = (sort: object) => ids(page({ sort, limit: 1000 }))

const SORTS = [
  {},
  { id: -1 },
  { rank: 1 },
  { rank: -1 },
  { seen: 1, rank: -1 },
  { active: -1, seen: -1, id: 1 },
  { 'custom.level': -1, rank: 1 },
]

describe('pages by cursor', () => {
  it.each(SORTS)('%j: next gives every row once, in order, and prev the way back', (sort) => {
    for (const limit of [1, 3, 4, 10]) {
      const forth = [page({ sort, limit })]
      for (let { next } = forth[0] as Page; next !== undefined; ) {
        const one = page({ sort, limit, next })
        forth.push(one)
        next = one.next
      }
      expect(forth.map(ids).join(' ')).toBe(whole(sort))

      const back = [forth.at(-1) as Page<{ id: string }>]
      for (let { prev } = back[0] as Page; prev !== undefined; ) {
        const one = page({ sort, limit, prev })
        back.unshift(one)
        prev = one.prev
      }
      expect(back.map(ids).join(' ')).toBe(whole(sort))
    }
  })

  it('have cursors only where there is a page', () => {
    expect(page({ limit: 10 })).toEqual({ items: rows })
    expect(Object.keys(page({ limit: 9 }))).toEqual(['items', 'next'])
    expect(Object.keys(page({ limit: 3, offset: 3 }))).toEqual(['items', 'next', 'prev'])
    expect(Object.keys(page({ limit: 3, offset: 8 }))).toEqual(['items', 'prev'])
    expect(page({ limit: 0 })).toEqual({ items: [] })
    expect(page({ limit: 3, filter_conditions: { rank: 1 } })).toEqual({ items: [] })
  })

  it('go on from where a row stood that is gone, and see rows that came', () => {
    const { next } = page({ limit: 3 })
    const changed = [...rows.filter(({ id }) => id !== 'r2'), { ...rows[0], id: 'r22' }]
    const query = parseQuery(schema, { limit: 2, next })
    expect(runQuery(query, changed).items.map(({ id }) => id)).toEqual(['r22', 'r3'])
  })

  it('may change their limit on the way', () => {
    const { next } = page({ limit: 3 })
    expect(ids(page({ limit: 1, next }))).toBe('r3')
  })
})

const invalid = (payload: object, options?: { cursorKey?: string }) => {
  const result = safeParseQuery(schema, payload, options)
  return result.ok ? 'valid' : result.issues.map(({ code, path }) => `${code} ${path}`).join()
}

describe('a cursor', () => {
  const { next = '' } = page({ limit: 3, sort: { rank: 1 } })
  const own = { limit: 3, sort: { rank: 1 }, next }

  it.each([
    ['of another order', { ...own, sort: { rank: -1 } }],
    ['of another field', { ...own, sort: { seen: 1 } }],
    ['of another filter', { ...own, filter_conditions: { rank: 1 } }],
    ['of another range', { ...own, id_gt: 'a' }],
    ['that is a number', { ...own, next: 5 }],
    ['that is empty', { ...own, next: '' }],
    ['that is padded', { ...own, next: `${next}=` }],
    ['that is far too long', { ...own, next: 'A'.repeat(5_000_000) }],
    ['with an offset', { ...own, offset: 1 }],
    ['beside its like', { ...own, prev: next }],
  ])('%s is invalid_cursor', (_, payload) => {
    expect(invalid(payload)).toBe('invalid_cursor /next')
  })

  it('is bound to its filter by meaning, not by how it was written', () => {
    const first = page({ limit: 2, filter_conditions: { rank: { $ne: 1 }, active: true } })
    const again = { limit: 2, next: first.next }
    expect(
      invalid({ ...again, filter_conditions: { $and: [{ rank: { $ne: 1 } }, { active: true }] } }),
    ).toBe('valid')
    expect(invalid({ ...again, filter_conditions: { rank: { $ne: 2 }, active: true } })).toBe(
      'invalid_cursor /next',
    )
  })

  it('is detected when one character of it is another', () => {
    fc.assert(
      fc.property(
        fc.nat(next.length - 1),
        fc.constantFrom(...'ABCxyz019-_~ é'),
        fc.constantFrom(undefined, 'key'),
        (at, character, cursorKey) => {
          const options = cursorKey === undefined ? {} : { cursorKey }
          const cursor = page({ limit: 3, sort: { rank: 1 } }, options).next as string
          const damaged = `${cursor.slice(0, at)}${character}${cursor.slice(at + 1)}`
          fc.pre(damaged !== cursor)
          expect(invalid({ ...own, next: damaged }, options)).toBe('invalid_cursor /next')
        },
      ),
      { numRuns: 300 },
    )
  })

  it('that was forged names a place in the same filter and order, or is refused', () => {
    const bytes = Buffer.from(next, 'base64url')
    const body = JSON.parse(bytes.subarray(17).toString()) as unknown[]
    const { createHash } = process.getBuiltinModule('node:crypto')
    const forge = (values: unknown[]) => {
      const text = Buffer.from(JSON.stringify([body[0], body[1], ...values]))
      const check = createHash('sha256').update(text).digest().subarray(0, 16)
      return Buffer.concat([Buffer.of(1), check, text]).toString('base64url')
    }
    expect(forge(body.slice(2))).toBe(next)
    expect(invalid({ ...own, next: forge([null, 'r5']) })).toBe('valid')
    for (const values of [
      [],
      [1],
      [1, 2],
      ['x', 'r5'],
      [1.5, 'r5'],
      [1, '\0'],
      [{}, 'r5'],
      [1, 'a', 'b'],
    ]) {
      expect(invalid({ ...own, next: forge(values) }), JSON.stringify(values)).toBe(
        'invalid_cursor /next',
      )
    }
  })

  it('keeps what the server joined to its query', () => {
    const of = (tenant: string) => condition(schema, { tenant })
    const mine = restrict(parseQuery(schema, { limit: 2 }), of('t1'))
    const first = runQuery(mine, rows)
    const payload = { limit: 2, next: first.next }
    const second = runQuery(restrict(parseQuery(schema, payload), of('t1')), rows)
    expect(second.items.map(({ id }) => id)).toEqual(['r2', 'r3'])

    const other = restrict(parseQuery(schema, payload), of('t2'))
    const refused = expect.objectContaining({ code: 'invalid_cursor', path: '/next' })
    expect(() => runQuery(other, rows)).toThrow(refused)
    expect(() => compileQuery(other, { dialect: sqlite, table: 't' })).toThrow(FilterError)
    expect(() => runQuery(parseQuery(schema, payload), rows)).toThrow(refused)
  })
})

describe('a cursor with a key', () => {
  const options = { cursorKey: 'a secret of the server' }
  const asked = { limit: 3, sort: { seen: 1 } }
  const { next = '' } = page(asked, options)

  it('leads on, and is the same each time', () => {
    expect(page(asked, options).next).toBe(next)
    expect(ids(page({ ...asked, next }, options)).split(' ')).toHaveLength(3)
  })

  it('shows no value', () => {
    const open = page(asked).next as string
    expect(Buffer.from(open, 'base64url').toString('latin1')).toContain('"r')
    expect(Buffer.from(next, 'base64url').toString('latin1')).not.toMatch(/r\d|2024|null/)
  })

  it('is refused without it, with another, and one without a key where there is one', () => {
    expect(invalid({ ...asked, next })).toBe('invalid_cursor /next')
    expect(invalid({ ...asked, next }, { cursorKey: 'another' })).toBe('invalid_cursor /next')
    expect(invalid({ ...asked, next: page(asked).next }, options)).toBe('invalid_cursor /next')
  })

  it('is nowhere in the query', () => {
    const query = parseQuery(schema, asked, options)
    expect(JSON.stringify(query)).not.toContain('secret')
    expect(process.getBuiltinModule('node:util').inspect(query, { depth: 9 })).not.toContain(
      'secret',
    )
  })

  it('is text or bytes, and not empty', () => {
    for (const cursorKey of ['', new Uint8Array(), 5, {}]) {
      expect(() => parseQuery(schema, {}, { cursorKey } as never)).toThrow(/^tamis: cursorKey/)
    }
    expect(invalid({}, { cursorKey: new Uint8Array([1]) } as never)).toBe('valid')
  })
})

describe('compileQuery with a cursor', () => {
  const target = { dialect: sqlite, table: 't', select: ['id', 'rank'] } as const
  const { next } = page({ limit: 3, sort: { rank: -1 } })
  const { prev } = page({ limit: 3, sort: { rank: -1 }, next })
  const compile = (payload: object, more: object = {}) =>
    compileQuery(parseQuery(schema, { limit: 3, sort: { rank: -1 }, ...payload }), {
      ...target,
      ...more,
    })

  it('enters an index at the place', () => {
    expect(compile({ next }).where).toMatchObject({
      text: '(("rank" <= ? OR "rank" IS NULL) AND (("rank" < ? OR "rank" IS NULL) OR "id" < ?))',
      params: [9007199254740993n, 9007199254740993n, 'r1'],
    })
  })

  it('gives the page before it in the order that was asked for', () => {
    expect(compile({ prev }).text).toBe(
      'SELECT "id", "rank" FROM (SELECT "id" AS "id", "rank" AS "rank", "t"."rank" AS "order_0", "t"."id" AS "order_1" FROM "t" WHERE ("rank" >= ? AND ("rank" > ? OR "id" > ?)) ORDER BY "t"."rank" ASC, "t"."id" ASC LIMIT ? OFFSET ?) AS found ORDER BY "order_0" DESC, "order_1" DESC',
    )
    expect(compile({ prev }).orderBy.text).toBe('"rank" ASC, "id" ASC')
  })

  it('looks ahead by one row, if the page has any', () => {
    expect(compile({}, { lookAhead: true })).toMatchObject({ limit: 4, params: [4n, 0n] })
    expect(compile({ limit: 0 }, { lookAhead: true })).toMatchObject({ limit: 0 })
  })

  it('refuses to look ahead without what the order is by', () => {
    expect(() => compile({}, { lookAhead: true, select: ['id'] })).toThrow(
      'tamis: select: lookAhead needs what the query is sorted by: rank',
    )
  })
})

describe('pageOf', () => {
  it('takes the row more off, at the end that it was found from', () => {
    const query = parseQuery(schema, { limit: 2 })
    const [a, b, c] = rows
    expect(pageOf(query, [a, b, c]).items).toEqual([a, b])
    expect(pageOf(query, [a, b])).toEqual({ items: [a, b] })
    const { prev } = page({ limit: 2, offset: 5 })
    expect(pageOf(parseQuery(schema, { limit: 2, prev }), [a, b, c]).items).toEqual([b, c])
  })
})
