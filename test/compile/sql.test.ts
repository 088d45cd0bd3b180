import fc from 'fast-check'
import {
  type Condition,
  compileFilter,
  compilePredicate,
  compileQuery,
  condition,
  defineSchema,
  dynamic,
  integer,
  list,
  not,
  or,
  parseFilter,
  parseQuery,
  string,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { budget } from '../support/budget.ts'
import { SqliteTable } from '../support/sqlite.ts'

const fields = {
  id: string({ required: true, sortable: true }),
  name: string({ operators: ['$eq', '$ne', '$gt', '$in', '$autocomplete'] }),
  rank: integer({ sortable: true }),
  teams: list(string()),
  'custom.level': integer({ sortable: true }),
  'custom.*': dynamic(['string', 'boolean', 'integer']),
} as const

const schema = defineSchema({ fields })

/** For the largest filters that the other caps let through. */
const unlimited = defineSchema({ fields, limits: { cost: Number.MAX_SAFE_INTEGER } })

const where = (filter: unknown) => compileFilter(parseFilter(schema, filter), { dialect: sqlite })

describe('compileFilter', () => {
  it.each<[unknown, string, unknown[]]>([
    [{}, '(TRUE)', []],
    [{ $nor: [{}] }, '(FALSE)', []],
    [{ name: 'a' }, '("name" = ?)', ['a']],
    [{ id: { $ne: 'a' } }, '("id" <> ?)', ['a']],
    [{ name: { $ne: 'a' } }, '(("name" <> ? OR "name" IS NULL))', ['a']],
    [{ name: { $not: { $gt: 'a' } } }, '(("name" <= ? OR "name" IS NULL))', ['a']],
    [{ name: null, rank: { $exists: true } }, '("name" IS NULL AND "rank" IS NOT NULL)', []],
    [{ rank: { $in: [1, 2] } }, '("rank" IN (SELECT value FROM json_each(?)))', ['[1,2]']],
    [{ rank: { $in: [1] } }, '("rank" = ?)', [1n]],
    [
      { rank: { $nin: [1, 2, null] } },
      '((("rank" NOT IN (SELECT value FROM json_each(?)) OR "rank" IS NULL) AND "rank" IS NOT NULL))',
      ['[1,2]'],
    ],
    [
      { $or: [{ rank: 1 }, { name: 'a', rank: 2 }] },
      '("rank" = ? OR ("name" = ? AND "rank" = ?))',
      [1n, 'a', 2n],
    ],
    [
      { 'custom.color': 'red' },
      `(CASE json_type("custom", '$."color"') WHEN 'text' THEN json_extract("custom", '$."color"') END = ?)`,
      ['red'],
    ],
    [
      { 'custom.a"b': true },
      `((SELECT CASE k0.type WHEN 'true' THEN 1 WHEN 'false' THEN 0 END FROM json_each("custom") AS k0 WHERE k0.key = ?) = ?)`,
      ['a"b', 1n],
    ],
  ])('%j', (filter, text, params) => {
    expect(where(filter)).toMatchObject({ text, params })
  })

  it('has the same text for filters of the same shape', () => {
    const texts = (filters: unknown[]) => new Set(filters.map((filter) => where(filter).text))
    expect(texts([{ rank: { $in: [1, 2] } }, { rank: { $in: [3, 4, 5, 6] } }])).toHaveLength(1)
    expect(
      texts([{ 'custom.a-b': 'x' }, { "custom.'; DROP TABLE t; --": "' OR 1=1" }]),
    ).toHaveLength(1)
    expect(
      texts([{ 'custom.a"b': 'x' }, { 'custom."; DROP TABLE t; --': "' OR 1=1" }]),
    ).toHaveLength(1)
    expect(texts([{ name: 'x' }, { name: "'; DROP TABLE t; --" }])).toHaveLength(1)
  })

  it('quotes any name of a schema', () => {
    const odd = defineSchema({ fields: { id: string({ required: true }), 'a"b; --': string() } })
    expect(compileFilter(parseFilter(odd, { 'a"b; --': 'x' }), { dialect: sqlite }).text).toBe(
      '("a""b; --" = ?)',
    )
  })

  it("compiles filters that are wider than SQLite's expression depth", () => {
    const table = new SqliteTable(schema)
    table.insert([{ id: 'a', rank: 4999 }, { id: 'b' }])
    const wide = or(...Array.from({ length: 5000 }, (_, rank) => condition(schema, { rank })))
    expect(table.matching(wide)).toEqual(['a'])
    expect(table.matching(not(wide))).toEqual(['b'])
  })

  /** A key of eight segments that becomes a parameter: the longest SQL of one condition. */
  const odd = (i: number) =>
    `custom.${Array.from({ length: 8 }, (_, n) => `k-${i}-${n}`).join('.')}`
  const word = (i: number) => `custom.${'k'.repeat(190)}${i}`

  it('compiles filters of the greatest depth', () => {
    const deep = Array.from({ length: 20 }).reduce<object>(
      (inner, _, i) =>
        i % 2 === 0 ? { $and: [{ rank: 1 }, inner] } : { $or: [{ name: 'a' }, inner] },
      { id: 'a', [odd(0)]: { $nin: [1, 'a', true] }, teams: { $ne: ['a'] } },
    )
    const table = new SqliteTable(schema)
    table.insert([
      { id: 'a', rank: 1 },
      { id: 'b', rank: 2 },
    ])
    expect(table.matching(condition(schema, deep))).toEqual(['a'])
    expect(() => condition(schema, { $and: [deep] })).toThrow(/nesting of at most 20/)
  })

  it.each([
    ['with keys as parameters', odd],
    ['with keys in the text', word],
  ])('compiles the largest filter that a client may send: %s', (_, key) => {
    const widest = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [key(i), { $nin: [1, 'a', true] }]),
    )
    const table = new SqliteTable(schema)
    table.insert([{ id: 'a', custom: { k: 1 } }])
    expect(table.matching(parseFilter(unlimited, widest))).toEqual(['a'])
  })

  it('compiles the longest operands of $autocomplete', () => {
    const table = new SqliteTable(schema)
    const words = Array.from({ length: 1300 }, (_, i) => i.toString(36))
      .join(' ')
      .slice(0, 4096)
    table.insert([
      { id: 'a', name: words },
      { id: 'b', name: 'b' },
    ])
    const own = parseFilter(unlimited, {
      $and: Array.from({ length: 199 }, () => ({ name: { $autocomplete: words } })),
    })
    expect(table.matching(own)).toEqual(['a'])
    expect(table.matching(not(own))).toEqual(['b'])
  })

  it.each([
    'key',
    'value',
    'type',
    'atom',
    'parent',
    'fullkey',
    'path',
    'JSON',
    'root',
    'rowid',
    'oid',
    '_rowid_',
  ])('distinguishes columns named %s from those of json_each', (name) => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        [name]: list(string()),
        [`x${name}.*`]: dynamic(['string']),
        [`x${name}.tags`]: list(string()),
      },
    })
    const table = new SqliteTable(own)
    table.insert([
      { id: 'a', [name]: ['p', 'q'], [`x${name}`]: { 'a-b': 'x', tags: ['t'] } },
      { id: 'b', [name]: ['p'] },
    ])
    const ask = (filter: unknown) => table.matching(parseFilter(own, filter))
    expect(ask({ [name]: 'q' })).toEqual(['a'])
    expect(ask({ [name]: { $all: ['q', 'p'] } })).toEqual(['a'])
    expect(ask({ [name]: { $eq: ['p'] } })).toEqual(['b'])
    expect(ask({ [`x${name}.a-b`]: 'x' })).toEqual(['a'])
    expect(ask({ [`x${name}.tags`]: { $all: ['t'] } })).toEqual(['a'])
  })

  it('reads a document from a column with the name of a json_each column', () => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        'value.*': dynamic(['string'], { operators: ['$eq', '$autocomplete'] }),
        'value.tags': list(string()),
      },
    })
    const table = new SqliteTable(own, { value: { column: 'value', search: 'json' } })
    table.insert([{ id: 'a', value: { 'a-b': 'one two', tags: ['t', 'u'] } }, { id: 'b' }])
    const ask = (filter: unknown) => table.matching(parseFilter(own, filter))
    expect(ask({ 'value.a-b': 'one two' })).toEqual(['a'])
    expect(ask({ 'value.a-b': { $autocomplete: 'one tw' } })).toEqual(['a'])
    expect(ask({ 'value.tags': { $all: ['t', 'u'] } })).toEqual(['a'])
    expect(ask({ 'value.tags': { $eq: ['u', 't'] } })).toEqual(['a'])
  })

  it('refuses what the dialect cannot express, naming field and dialect', () => {
    const plain = defineSchema({
      fields: { id: string({ required: true }), note: string({ operators: ['$eq'] }) },
    })
    const completes = condition(plain, { note: { $autocomplete: 'a' } } as never)
    expect(() => compileFilter(completes, { dialect: sqlite })).toThrow(
      'tamis: sqlite: note: $autocomplete needs a search column',
    )
    const folds = condition(plain, { note: { $ieq: 'a' } } as never)
    expect(() => compileFilter(folds, { dialect: sqlite })).toThrow(
      'tamis: sqlite: note: $ieq and its family need a column of the folded text',
    )
  })
})

describe('compileQuery', () => {
  const query = parseQuery(schema, {
    filter_conditions: { rank: { $gt: 1 } },
    sort: [{ rank: -1 }],
    limit: 5,
    offset: 2,
  })

  it('returns a SELECT and its parts', () => {
    const compiled = compileQuery(query, {
      dialect: sqlite,
      table: 'people',
      select: ['id', 'rank'],
    })
    expect(compiled).toMatchObject({
      text: 'SELECT "id" AS "id", "rank" AS "rank" FROM "people" WHERE ("rank" > ?) ORDER BY "people"."rank" DESC, "people"."id" DESC LIMIT ? OFFSET ?',
      params: [1n, 5n, 2n],
      where: { text: '("rank" > ?)', params: [1n] },
      orderBy: { text: '"rank" DESC, "id" DESC', params: [] },
      limit: 5,
      offset: 2,
    })
  })

  it('selects the column of a wildcard once, with the fields in it', () => {
    const { text } = compileQuery(query, {
      dialect: sqlite,
      table: 'p',
      select: ['id', 'custom', 'custom.level'],
    })
    expect(text).toMatch(/^SELECT "id" AS "id", "custom" AS "custom" FROM/)
  })

  it('refuses an unknown field', () => {
    expect(() => compileQuery(query, { dialect: sqlite, table: 'p', select: [] })).toThrow(
      /at least one field/,
    )
    expect(() => compileQuery(query, { dialect: sqlite, table: 'p', select: ['nmae'] })).toThrow(
      /unknown field "nmae"/,
    )
    expect(() =>
      // @ts-expect-error: misspelt
      compileQuery(query, { dialect: sqlite, table: 'p', mapping: { nmae: 'x' } }),
    ).toThrow(/did you mean "name"/)
  })

  it('refuses an unknown field in the mapping of a filter', () => {
    const own = defineSchema({
      fields: { id: string({ required: true }), title: string(), 'custom.*': dynamic(['string']) },
    })
    const compile = (filter: object, mapping: object) =>
      compileFilter(condition(own, filter), { dialect: sqlite, mapping })
    for (const filter of [{ title: 'x' }, { 'custom.color': 'red' }, { $nor: [{ id: 'a' }] }]) {
      expect(() => compile(filter, { titel: 'headline' })).toThrow(
        'tamis: mapping: "titel": unknown field; did you mean "title"?',
      )
      expect(() => compile(filter, { title: { colum: 'headline' } })).toThrow('mean "column"?')
      expect(compile(filter, { title: 'headline', custom: 'data' }).text).toBeTypeOf('string')
    }
    // A mapping is checked against the schema of each field, also in a condition of several.
    const other = defineSchema({ fields: { id: string({ required: true }), name: string() } })
    const mixed = or(condition(other, { name: 'x' }) as Condition, condition(own, { title: 'x' }))
    expect(() => compileFilter(mixed, { dialect: sqlite, mapping: { title: 'headline' } })).toThrow(
      'tamis: mapping: "title": unknown field',
    )
  })
})

describe('ORDER BY', () => {
  it('sorts by the column even if a selected field has the same name', () => {
    const own = defineSchema({
      fields: { id: string({ required: true }), name: string({ sortable: true }), title: string() },
    })
    const mapping = { name: 'title', title: 'headline' }
    const table = new SqliteTable(own, mapping)
    table.insert([
      { id: '1', name: 'a', title: 'z' },
      { id: '2', name: 'b', title: 'y' },
    ])
    expect(table.keys(parseQuery(own, { sort: { name: 1 } }))).toEqual(['1', '2'])
    expect(table.keys(parseQuery(own, { sort: { name: -1 } }))).toEqual(['2', '1'])
  })
})

describe('ORDER BY with names that differ only in case', () => {
  it('sorts by the column', () => {
    const own = defineSchema({
      fields: { id: string({ required: true }), name: string({ sortable: true }), title: string() },
    })
    const table = new SqliteTable(own, { name: 'TITLE', title: 'headline' })
    table.insert([
      { id: '1', name: 'a', title: 'z' },
      { id: '2', name: 'b', title: 'y' },
    ])
    expect(table.keys(parseQuery(own, { sort: { name: 1 } }))).toEqual(['1', '2'])
  })
})

describe('a page of lists', () => {
  it('applies OFFSET, and prevents SQLite 3.51 to 3.53.0 from making it a join', () => {
    const table = new SqliteTable(schema)
    table.insert(['0', '1', '2'].map((id) => ({ id, teams: ['a', 'b'] })))
    const query = parseQuery(schema, {
      filter_conditions: { teams: { $in: ['a', 'b'] } },
      offset: 1,
    })
    expect(table.keys(query)).toEqual(['1', '2'])
    expect(compileFilter(query.condition, { dialect: sqlite }).text).toContain('+EXISTS')
  })
})

describe('a value that is not a condition', () => {
  it('is refused by every function that takes one', () => {
    const wrong = { role: 'x' } as never
    for (const use of [
      () => compilePredicate(wrong),
      () => compileFilter(wrong, { dialect: sqlite }),
      () => not(wrong),
      () => or(wrong),
    ]) {
      expect(use).toThrow('tamis: expected a condition from parseFilter() or condition()')
    }
  })
})

describe('a literal field inside a wildcard', () => {
  it('can be mapped to a column', () => {
    const mapping = { 'custom.level': 'level' }
    const table = new SqliteTable(schema, mapping)
    table.insert([
      { id: 'a', custom: { level: 5, x: 1 } },
      { id: 'b', custom: { level: 'five' } },
    ])
    expect(table.matching(condition(schema, { 'custom.level': 5 }))).toEqual(['a'])
    expect(table.matching(condition(schema, { 'custom.level': null }))).toEqual(['b'])
    expect(table.rows(parseQuery(schema, {}))).toEqual([
      { id: 'a', custom: { level: 5, x: 1 } },
      { id: 'b', custom: { level: 'five' } },
    ])
  })
})

describe('native completion', () => {
  const mapping = { name: { search: { native: true } } } as const
  const names = fc.string({
    unit: fc.constantFrom(
      'a',
      'b',
      'A',
      'B',
      '1',
      ' ',
      '_',
      '-',
      "'",
      '*',
      '[',
      ']',
      '?',
      '%',
      '\n',
    ),
    maxLength: 8,
  })

  it('agrees with memory on ASCII', () => {
    fc.assert(
      fc.property(
        fc.array(names, { minLength: 1, maxLength: 12 }),
        names.filter((own) => /[a-z0-9]/i.test(own)),
        (all, asked) => {
          const rows = all.map((name, i) => ({ id: String(i).padStart(2, '0'), name }))
          const table = new SqliteTable(schema, mapping)
          table.insert(rows)
          const own = parseFilter(schema, { name: { $autocomplete: asked } })
          const matches = compilePredicate(own)
          expect(table.matching(own)).toEqual(rows.filter(matches).map(({ id }) => id))
          expect(table.matching(not(own))).toEqual(
            rows.filter((row) => !matches(row)).map(({ id }) => id),
          )
          table.db.close()
        },
      ),
      { numRuns: budget(50, 200) },
    )
  })

  it('matches strings only, even if the field holds other values', () => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        'x.*': dynamic(['string', 'integer', 'boolean'], { operators: ['$autocomplete'] }),
      },
    })
    const table = new SqliteTable(own, { x: { search: { native: true } } })
    table.insert([
      { id: '1', x: { k: 123 } },
      { id: '2', x: { k: '123' } },
      { id: '3', x: { k: true } },
    ])
    const asked = parseFilter(own, { 'x.k': { $autocomplete: '1' } })
    expect(table.matching(asked)).toEqual(['2'])
    expect(table.matching(not(asked))).toEqual(['1', '3'])
  })

  it('does not fold what is not ASCII, as documented', () => {
    const table = new SqliteTable(schema, mapping)
    const row = { id: 'a', name: 'Zoë' }
    table.insert([row])
    const own = parseFilter(schema, { name: { $autocomplete: 'zoe' } })
    expect(compilePredicate(own)(row)).toBe(true)
    expect(table.matching(own)).toEqual([])
  })
})

describe('the strings of a filter', () => {
  it('are its text around the parameters', () => {
    const { strings, text, params } = where({ $or: [{ name: 'a' }, { rank: { $gt: 1 } }] })
    expect(strings).toHaveLength(params.length + 1)
    expect(strings.join('?')).toBe(text)
    expect(String.raw(strings, ...params.map(() => '?'))).toBe(text)
  })
})

it('a dialect or a table that is missing is named', () => {
  const filter = parseFilter(schema, { id: 'a' })
  for (const dialect of [undefined, 'sqlite']) {
    expect(() => compileFilter(filter, { dialect } as never)).toThrow(
      'tamis: dialect: expected a dialect, such as postgres of tamis/postgres, received',
    )
  }
  expect(() => compileQuery(parseQuery(schema, {}), { dialect: sqlite } as never)).toThrow(
    'tamis: table: expected the name of a table',
  )
})
