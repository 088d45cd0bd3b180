import fc from 'fast-check'
import {
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
import { SqliteTable } from '../support/sqlite.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    name: string(),
    rank: integer({ sortable: true }),
    teams: list(string()),
    'custom.level': integer({ sortable: true }),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
  },
})

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
      texts([{ 'custom.a-b': 'x' }, { 'custom."; DROP TABLE t; --': "' OR 1=1" }]),
    ).toHaveLength(1)
    expect(texts([{ name: 'x' }, { name: "'; DROP TABLE t; --" }])).toHaveLength(1)
  })

  it('quotes the names of a schema, whatever they are', () => {
    const odd = defineSchema({ fields: { id: string({ required: true }), 'a"b; --': string() } })
    expect(compileFilter(parseFilter(odd, { 'a"b; --': 'x' }), { dialect: sqlite }).text).toBe(
      '("a""b; --" = ?)',
    )
  })

  it('takes filters wider than SQLite takes chains', () => {
    const table = new SqliteTable(schema)
    table.insert([{ id: 'a', rank: 4999 }, { id: 'b' }])
    const wide = or(...Array.from({ length: 5000 }, (_, rank) => condition(schema, { rank })))
    expect(table.matching(wide)).toEqual(['a'])
    expect(table.matching(not(wide))).toEqual(['b'])
  })

  /** A key that stands as a parameter, of eight segments: the longest SQL that one condition has. */
  const odd = (i: number) =>
    `custom.${Array.from({ length: 8 }, (_, n) => `k-${i}-${n}`).join('.')}`
  const word = (i: number) => `custom.${'k'.repeat(190)}${i}`

  it('takes filters as deep as the cap can be', () => {
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
  ])('takes the largest filter that a client may send, %s', (_, key) => {
    const widest = Object.fromEntries(
      Array.from({ length: 200 }, (_, i) => [key(i), { $nin: [1, 'a', true] }]),
    )
    const table = new SqliteTable(schema)
    table.insert([{ id: 'a', custom: { k: 1 } }])
    expect(table.matching(parseFilter(schema, widest))).toEqual(['a'])
  })

  it('takes the longest texts to complete', () => {
    const table = new SqliteTable(schema)
    const words = Array.from({ length: 1300 }, (_, i) => i.toString(36))
      .join(' ')
      .slice(0, 4096)
    table.insert([
      { id: 'a', name: words },
      { id: 'b', name: 'b' },
    ])
    const own = parseFilter(schema, {
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
  ])('takes columns named %s, as json_each has them', (name) => {
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

  it('takes a document in a column that json_each has too', () => {
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

  it('refuses what it cannot say, naming field and dialect', () => {
    const plain = defineSchema({
      fields: { id: string({ required: true }), note: string({ operators: ['$eq'] }) },
    })
    const completes = condition(plain, { note: { $autocomplete: 'a' } } as never)
    expect(() => compileFilter(completes, { dialect: sqlite })).toThrow(
      'tamis: sqlite: note: $autocomplete needs a search column',
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

  it('is a whole SELECT, and its parts', () => {
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

  it('selects a wildcard once, and what lives in it with it', () => {
    const { text } = compileQuery(query, {
      dialect: sqlite,
      table: 'p',
      select: ['id', 'custom', 'custom.level'],
    })
    expect(text).toMatch(/^SELECT "id" AS "id", "custom" AS "custom" FROM/)
  })

  it('refuses a field that there is not', () => {
    expect(() => compileQuery(query, { dialect: sqlite, table: 'p', select: [] })).toThrow(
      /at least one field/,
    )
    expect(() => compileQuery(query, { dialect: sqlite, table: 'p', select: ['nmae'] })).toThrow(
      /no field nmae/,
    )
    expect(() =>
      compileQuery(query, { dialect: sqlite, table: 'p', mapping: { nmae: 'x' } }),
    ).toThrow(/did you mean "name"/)
  })
})

describe('an order', () => {
  it('is by the column, though a selected field has its name', () => {
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

describe('an order by names that differ in case alone', () => {
  it('is by the column', () => {
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
  it('skips what OFFSET says, and keeps SQLite 3.51 to 3.53.0 from making a join of it', () => {
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

describe('what is no condition', () => {
  it('is refused by everything that takes one', () => {
    const wrong = { role: 'x' } as never
    for (const use of [
      () => compilePredicate(wrong),
      () => compileFilter(wrong, { dialect: sqlite }),
      () => not(wrong),
      () => or(wrong),
    ]) {
      expect(use).toThrow('tamis: expected a condition, made by parseFilter or condition')
    }
  })
})

describe('a literal field inside a wildcard', () => {
  it('can have a column of its own', () => {
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
      { numRuns: 200 },
    )
  })

  it('is of strings alone, whatever else the field holds', () => {
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
