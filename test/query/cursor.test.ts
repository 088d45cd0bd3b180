import fc from 'fast-check'
import {
  boolean,
  compilePredicate,
  compileQuery,
  condition,
  defineSchema,
  dynamic,
  FilterError,
  integer,
  type Page,
  pageOf,
  parseFilter,
  parseQuery,
  restrict,
  runQuery,
  safeParseQuery,
  string,
  timestamp,
} from 'tamis'
import { filterArbitrary } from 'tamis/fast-check'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'

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
  [{ field: 'rank', nulls: 'last' }],
  [{ field: 'rank', direction: -1, nulls: 'first' }],
  [
    { field: 'active', nulls: 'last' },
    { field: 'seen', direction: -1, nulls: 'first' },
    { field: 'rank', nulls: 'last' },
  ],
]

describe('pages by cursor', () => {
  it.each(SORTS)('%j: next returns every row once in order, prev the same backwards', (sort) => {
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

  it('have a cursor only if there is another page', () => {
    expect(page({ limit: 10 })).toEqual({ items: rows })
    expect(Object.keys(page({ limit: 9 }))).toEqual(['items', 'next'])
    expect(Object.keys(page({ limit: 3, offset: 3 }))).toEqual(['items', 'next', 'prev'])
    expect(Object.keys(page({ limit: 3, offset: 8 }))).toEqual(['items', 'prev'])
    expect(page({ limit: 0 })).toEqual({ items: [] })
    expect(page({ limit: 3, filter_conditions: { rank: 1 } })).toEqual({ items: [] })
  })

  it('continue after a deleted row and include new rows', () => {
    const { next } = page({ limit: 3 })
    const changed = [...rows.filter(({ id }) => id !== 'r2'), { ...rows[0], id: 'r22' }]
    const query = parseQuery(schema, { limit: 2, next })
    expect(runQuery(query, changed).items.map(({ id }) => id)).toEqual(['r22', 'r3'])
  })

  it('may change their limit between pages', () => {
    const { next } = page({ limit: 3 })
    expect(ids(page({ limit: 1, next }))).toBe('r3')
  })
})

const invalid = (payload: object, options?: { cursorKey?: string }) => {
  const result = safeParseQuery(schema, payload, options)
  return result.ok ? 'valid' : result.issues.map(({ code, path }) => `${code} ${path}`).join()
}

/** The same filter with its keys and lists in another order, all the way down. */
function rotated(value: unknown, by: number): unknown {
  const turn = <T>(list: readonly T[]): T[] => {
    const at = by % (list.length || 1)
    return [...list.slice(at), ...list.slice(0, at)]
  }
  if (Array.isArray(value)) return turn(value.map((each) => rotated(each, by)))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    turn(Object.entries(value)).map(([key, each]) => [key, rotated(each, by)]),
  )
}

describe('a cursor', () => {
  const { next = '' } = page({ limit: 3, sort: { rank: 1 } })
  const own = { limit: 3, sort: { rank: 1 }, next }

  it.each([
    ['of another sort', { ...own, sort: { rank: -1 } }],
    ['of another field', { ...own, sort: { seen: 1 } }],
    ['of another filter', { ...own, filter_conditions: { rank: 1 } }],
    ['of another range', { ...own, id_gt: 'a' }],
    ['that is a number', { ...own, next: 5 }],
    ['that is empty', { ...own, next: '' }],
    ['that is no base64', { ...own, next: 'A' }],
    ['that is padded', { ...own, next: `${next}=` }],
    ['that is far too long', { ...own, next: 'A'.repeat(5_000_000) }],
    ['with an offset', { ...own, offset: 1 }],
    ['together with prev', { ...own, prev: next }],
  ])('%s is invalid_cursor', (_, payload) => {
    expect(invalid(payload)).toBe('invalid_cursor /next')
  })

  it('is bound to the meaning of its filter, not to its form', () => {
    const first = page({ limit: 2, filter_conditions: { rank: { $ne: 1 }, active: true } })
    const again = { limit: 2, next: first.next }
    expect(
      invalid({ ...again, filter_conditions: { $and: [{ rank: { $ne: 1 } }, { active: true }] } }),
    ).toBe('valid')
    expect(invalid({ ...again, filter_conditions: { rank: { $ne: 2 }, active: true } })).toBe(
      'invalid_cursor /next',
    )
  })

  it('goes on with the same filter in another order of keys, members and lists', () => {
    const rank = { $in: [2n ** 53n, null, 2n ** 53n + 1n] }
    const filter = { rank, active: { $in: [true, false] } }
    const first = page({ limit: 2, filter_conditions: filter })
    const again = (own: object) => invalid({ limit: 2, next: first.next, filter_conditions: own })
    const turned = { $in: [2n ** 53n + 1n, 2n ** 53n, null, 2n ** 53n] }
    const active = { $in: [false, true] }
    expect(again({ active, rank: turned })).toBe('valid')
    expect(again({ $and: [{ active }, { rank: turned }, { active }] })).toBe('valid')
    expect(again({ active })).toBe('invalid_cursor /next')
    expect(again({ rank, active: { $in: [true] } })).toBe('invalid_cursor /next')
    expect(again({ $or: [{ active }, { rank }] })).toBe('invalid_cursor /next')
    expect(again({ rank, active: { $nin: [true, false] } })).toBe('invalid_cursor /next')
  })

  it('is of a value and its kind', () => {
    const ofKey = (value: unknown) => ({ limit: 1, filter_conditions: { $nor: [{ id: value }] } })
    const { next: digits } = page(ofKey({ $in: ['5', 'null', 'x,y'] }))
    expect(invalid({ ...ofKey({ $in: ['5', 'x,y', 'null'] }), next: digits })).toBe('valid')
    expect(invalid({ ...ofKey({ $in: ['5', null, 'x,y'] }), next: digits })).toBe(
      'invalid_cursor /next',
    )
    expect(invalid({ ...ofKey({ $in: ['5', 'null', 'x', 'y'] }), next: digits })).toBe(
      'invalid_cursor /next',
    )
  })

  it('goes on with any permutation of its filter, and with none that selects other rows', () => {
    const drawn = fc.tuple(filterArbitrary(schema), filterArbitrary(schema), fc.nat(9))
    let others = 0
    fc.assert(
      fc.property(drawn, ([filter, other, by]) => {
        const next = pageOf(parseQuery(schema, { limit: 1, filter_conditions: filter }), rows).next
        const own = { limit: 1, next }
        expect(invalid({ ...own, filter_conditions: rotated(filter, by) })).toBe('valid')
        const found = (each: unknown) => rows.filter(compilePredicate(parseFilter(schema, each)))
        if (found(filter).length === found(other).length) return
        others++
        expect(invalid({ ...own, filter_conditions: other })).toBe('invalid_cursor /next')
      }),
      { numRuns: budget(200, 2000), seed: 1 },
    )
    expect(others).toBeGreaterThan(20)
  })

  it('is one of both spellings of an order, and of no other', () => {
    const first = (sort: object) => page({ limit: 3, sort }).next
    const rank = { field: 'rank', direction: 1 }
    expect(first([{ ...rank, nulls: 'first' }])).toBe(first([rank]))
    expect(invalid({ ...own, sort: [{ ...rank, nulls: 'first' }] })).toBe('valid')
    expect(invalid({ ...own, sort: [{ ...rank, nulls: 'last' }] })).toBe('invalid_cursor /next')
    // A required field has no nulls to be anywhere.
    const byId = [{ field: 'id', direction: 1, nulls: 'last' }]
    expect(first(byId)).toBe(first({ id: 1 }))
  })

  it('is rejected if one character was changed', () => {
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
      { numRuns: budget(50, 300) },
    )
  })

  it('that was forged is a place of the same filter and sort, or is refused', () => {
    const bytes = Buffer.from(next, 'base64url')
    const body = JSON.parse(bytes.subarray(17).toString()) as unknown[]
    const { createHash } = process.getBuiltinModule('node:crypto')
    const forge = (values: unknown[]) => {
      const text = Buffer.from(JSON.stringify([body[0], body[1], ...values]))
      const check = createHash('sha256').update(text).digest().subarray(0, 16)
      return Buffer.concat([Buffer.of(3), check, text]).toString('base64url')
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

  it("is bound to the server's restriction of its query", () => {
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

  it('is kept where the server joins what changes from page to page', () => {
    const at = (now: string, options?: { bind?: boolean }, payload: object = {}) =>
      restrict(
        restrict(
          parseQuery(schema, { limit: 2, ...payload }),
          condition(schema, { $or: [{ seen: null }, { seen: { $gt: now } }] }),
          options,
        ),
        condition(schema, { tenant: { $in: ['t1', 't2'] } }),
      )
    const earlier = '2024-05-01T12:00:00Z'
    const later = '2024-05-01T12:00:01.5Z'
    const unbound = { bind: false }
    const { next } = runQuery(at(earlier, unbound), rows)
    const second = runQuery(at(later, unbound, { next }), rows)
    // r2 is seen later; r3 and r1 were seen before.
    expect(second.items.map(({ id }) => id)).toEqual(['r2', 'r4'])
    expect(() => runQuery(at(later, { bind: true }, { next }), rows)).toThrow(FilterError)
    const bound = runQuery(at(earlier), rows)
    expect(() => runQuery(at(later, {}, { next: bound.next }), rows)).toThrow(FilterError)
    const { where } = compileQuery(at(later, unbound, { next }), { dialect: sqlite, table: 't' })
    expect(where.text).toContain('"seen" >')
  })
})

describe('a cursor with a key', () => {
  it('is required if the default sort uses a hidden field, whose values would be readable', () => {
    const fields = { id: string({ required: true }), rank: integer({ hidden: true }) }
    const sorted = defineSchema({ fields, defaultSort: [{ field: 'rank', direction: -1 }] })
    expect(() => parseQuery(sorted, {})).toThrow(/^tamis: defaultSort: "rank" is hidden.*cursorKey/)
    expect(() => safeParseQuery(sorted, { limit: 1 })).toThrow(TypeError)
    const query = parseQuery(sorted, { limit: 1 }, { cursorKey: 'a key' })
    const rows = [
      { id: 'a', rank: 41 },
      { id: 'b', rank: 42 },
    ]
    const { items, next = '' } = runQuery(query, rows)
    expect(items).toEqual([{ id: 'b', rank: 42 }])
    expect(Buffer.from(next, 'base64url').toString('latin1')).not.toContain('42')
    // Another sort is the client's, by fields that it may see.
    const byRange = parseQuery(sorted, { id_gt: 'a' })
    expect(runQuery(byRange, rows).items).toEqual([{ id: 'b', rank: 42 }])
  })

  const options = { cursorKey: 'a secret of the server' }
  const asked = { limit: 3, sort: { seen: 1 } }
  const { next = '' } = page(asked, options)

  it('works, and is the same each time', () => {
    expect(page(asked, options).next).toBe(next)
    expect(ids(page({ ...asked, next }, options)).split(' ')).toHaveLength(3)
  })

  it('does not reveal values', () => {
    const open = page(asked).next as string
    expect(Buffer.from(open, 'base64url').toString('latin1')).toContain('"r')
    expect(Buffer.from(next, 'base64url').toString('latin1')).not.toMatch(/r\d|2024|null/)
  })

  it('is refused without the key and with another; cursors without a key are refused with one', () => {
    expect(invalid({ ...asked, next })).toBe('invalid_cursor /next')
    expect(invalid({ ...asked, next }, { cursorKey: 'another' })).toBe('invalid_cursor /next')
    expect(invalid({ ...asked, next: page(asked).next }, options)).toBe('invalid_cursor /next')
  })

  it('does not appear in the query', () => {
    const query = parseQuery(schema, asked, options)
    expect(JSON.stringify(query)).not.toContain('secret')
    expect(process.getBuiltinModule('node:util').inspect(query, { depth: 9 })).not.toContain(
      'secret',
    )
  })

  it('the key is a string or bytes, not empty', () => {
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

  it('seeks in an index', () => {
    expect(compile({ next }).where).toMatchObject({
      text: '(("rank" <= ? OR "rank" IS NULL) AND (("rank" < ? OR "rank" IS NULL) OR "id" < ?))',
      params: [9007199254740993n, 9007199254740993n, 'r1'],
    })
  })

  it('returns the previous page in the requested order', () => {
    expect(compile({ prev }).text).toBe(
      'SELECT "id", "rank" FROM (SELECT "id" AS "id", "rank" AS "rank", "t"."rank" AS "order_0", "t"."id" AS "order_1" FROM "t" WHERE ("rank" >= ? AND ("rank" > ? OR "id" > ?)) ORDER BY "t"."rank" ASC, "t"."id" ASC LIMIT ? OFFSET ?) AS found ORDER BY "order_0" DESC, "order_1" DESC',
    )
    expect(compile({ prev }).orderBy.text).toBe('"rank" ASC, "id" ASC')
  })

  it('selects one more row with lookAhead, unless the limit is 0', () => {
    expect(compile({}, { lookAhead: true })).toMatchObject({ limit: 4 })
    expect(compile({}, { lookAhead: true }).params.slice(-2)).toEqual([4n, 0n])
    expect(compile({ limit: 0 }, { lookAhead: true })).toMatchObject({ limit: 0 })
  })

  it('refuses lookAhead if the sort field is not selected', () => {
    expect(() => compile({}, { lookAhead: true, select: ['id'] })).toThrow(
      'tamis: select: lookAhead requires the sort field rank',
    )
  })
})

describe('pageOf', () => {
  it('removes the extra row at the correct end', () => {
    const query = parseQuery(schema, { limit: 2 })
    const [a, b, c] = rows
    expect(pageOf(query, [a, b, c]).items).toEqual([a, b])
    expect(pageOf(query, [a, b])).toEqual({ items: [a, b] })
    const { prev } = page({ limit: 2, offset: 5 })
    expect(pageOf(parseQuery(schema, { limit: 2, prev }), [a, b, c]).items).toEqual([b, c])
  })
})
