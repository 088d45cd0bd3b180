import { compileQuery, parseQuery, runQuery } from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { differenceOf, sentenceOf } from '../../docs/playground/compare.ts'
import { EXAMPLES } from '../../docs/playground/examples.ts'
import { guessSchema } from '../../docs/playground/guess-schema.ts'
import { lineAt } from '../../docs/playground/problems.ts'
import { readQuery } from '../../docs/playground/query-text.ts'
import { readRows } from '../../docs/playground/rows-text.ts'
import { readSchema } from '../../docs/playground/schema-text.ts'
import { fragmentOf, LinkError, stateOf } from '../../docs/playground/share.ts'
import { sqlLines } from '../../docs/playground/sql-lines.ts'
import { jsonText, treeOf } from '../../docs/playground/tree.ts'

const NOW = Date.parse('2024-06-01T00:00:00Z')

function made(text: string) {
  const reading = readSchema(text)
  if ('problems' in reading) throw new Error(reading.problems[0]?.message)
  return reading.schema
}

const refusalOf = (schema: unknown): string | undefined => {
  const reading = readSchema(typeof schema === 'string' ? schema : JSON.stringify(schema))
  return 'problems' in reading ? reading.problems[0]?.message : undefined
}

const ID = { kind: 'string', required: true, sortable: true }
const small = made(JSON.stringify({ fields: { id: ID, n: { kind: 'integer', sortable: true } } }))

/** The lines of the mistakes in rows, and what they say. */
const mistakesIn = (text: string) =>
  readRows(text, small).problems.map(
    ({ from, message }) => `${lineAt(text, from)}: ${message.slice(0, 30)}`,
  )

describe('the examples', () => {
  it.each(EXAMPLES)('$title finds some of its rows and leaves some out', (example) => {
    const schema = made(example.schema)
    const { rows, problems } = readRows(example.rows, schema)
    expect(problems).toEqual([])
    const reading = readQuery(schema, example, NOW)
    if ('wrong' in reading) throw new Error(JSON.stringify(reading.wrong))
    const found = runQuery(reading.query, rows).items
    expect(found.length).toBeGreaterThan(1)
    expect(found.length).toBeLessThan(rows.length)
  })
})

describe('a schema as JSON', () => {
  it('is refused with the reason', () => {
    expect(refusalOf('{"fields": {')).toMatch(/^This is not JSON/)
    expect(refusalOf([])).toMatch(/expected an object/)
    expect(refusalOf({ fields: { id: { kind: 'strin' } } })).toMatch(/unknown kind "strin"/)
    expect(refusalOf({ fields: { id: ID }, limits: {} })).toMatch(/unknown setting "limits"/)
    expect(refusalOf({ fields: { id: { ...ID, requird: true } } })).toMatch(/"requird"/)
    expect(refusalOf({ fields: { id: { kind: 'string' } } })).toMatch(/must be required/)
    expect(refusalOf({ fields: { id: ID, x: { kind: 'object' } } })).toMatch(/"list": true/)
    expect(refusalOf({ fields: { id: ID, x: { kind: 'decimal' } } })).toMatch(/precision/)
    expect(refusalOf({ fields: { id: ID, x: { kind: 'dynamic', kinds: 5 } } })).toBeDefined()
    expect(refusalOf({ fields: { id: ID, x: { kind: 'enumeration', values: {} } } })).toBeDefined()
    expect(refusalOf({ fields: { id: ID, x: null } })).toMatch(/field "x"/)
    expect(refusalOf({ fields: { id: { ...ID, operators: [1] } } })).toBeDefined()
    expect(refusalOf({ fields: { id: ID }, defaultSort: 5 })).toBeDefined()
    expect(refusalOf(' '.repeat(50_000))).toMatch(/at most/)
  })

  it('is not misled by names of JavaScript', () => {
    expect(refusalOf('{"fields": {"id": {"kind": "__proto__"}}}')).toMatch(/unknown kind/)
    expect(refusalOf('{"fields": {"id": {"kind": "constructor"}}}')).toMatch(/unknown kind/)
    expect(refusalOf('{"__proto__": {"fields": {}}}')).toMatch(/unknown setting "__proto__"/)
  })

  it('is made of rows', () => {
    const text = guessSchema([
      {
        key: 'a',
        n: 1,
        x: 1,
        on: '2024-05-01',
        at: '2024-05-01T00:00:00Z',
        tags: ['a'],
        o: { p: 1 },
      },
      { key: 'b', n: 1, x: 1.5, on: '2024-05-02', tags: [] },
    ])
    const { fields, wildcards, key } = made(text ?? '')
    expect(key.name).toBe('key')
    expect([...fields].map(([name, { type }]) => `${name} ${type.name}`)).toEqual([
      ...['key string', 'n integer', 'x number', 'on date', 'at timestamp', 'tags list'],
    ])
    expect([...wildcards.keys()]).toEqual(['o'])
    expect(guessSchema([{ a: 1 }, { a: 1 }])).toBeUndefined()
    expect(made(guessSchema([JSON.parse('{"id": 1, "__proto__": 2}')]) ?? '').fields.size).toBe(2)
  })
})

describe('rows as text', () => {
  it('are an array, or objects on lines', () => {
    const expected = [{ id: 'a', n: 1 }, { id: 'b' }]
    for (const text of [
      '{"id": "a", "n": 1}\n{"id": "b"}\n',
      '[{"id": "a", "n": 1}, {"id": "b"}]',
      '[\n  {\n    "id": "a",\n    "n": 1\n  },\n  {"id": "b"}\n]\n',
      '{\n  "id": "a",\n  "n": 1\n}\n{"id": "b"}',
    ]) {
      expect(readRows(text, small)).toEqual({ rows: expected, problems: [] })
    }
    expect(readRows(' \n', small)).toEqual({ rows: [], problems: [] })
    expect(readRows('{"id": "],}\\"{", "n": 1}', small).rows).toHaveLength(1)
  })

  it('are told with the line of each mistake, and the others are kept', () => {
    expect(mistakesIn('{"id": "a"}\n{"id": "b"\n{"id": "c"}\n5')).toEqual([
      expect.stringMatching(/^2: This is not JSON/),
      expect.stringMatching(/^4: A row is an object/),
    ])
    expect(readRows('{"id": "a"}\n{"id": "b"\n{"id": "c"}', small).rows).toHaveLength(2)
    expect(mistakesIn('[\n{"id": "a"},\n{"id": "a"},\n{"n": 1},\n{"id": tru}\n]')).toEqual([
      '3: id: "a" is there already',
      expect.stringMatching(/^4: id: required/),
      expect.stringMatching(/^5: This is not JSON/),
    ])
    expect(mistakesIn('{"id": "a}\n{"id": "b"}')).toHaveLength(1)
    const many = Array.from({ length: 50 }, () => '{}').join('\n')
    expect(mistakesIn(many)).toHaveLength(21)
    expect(mistakesIn(Array.from({ length: 10_001 }, () => '{}').join('\n'))).toEqual([
      '1: Expected at most 10000 rows, r',
    ])
  })
})

describe('a query as it is typed', () => {
  const typed = { filter: '', sort: '', limit: '' }
  const read = (part: Partial<typeof typed>) => readQuery(small, { ...typed, ...part }, NOW)

  it('is the payload that a client would send', () => {
    const reading = read({ filter: '{n: {$gt: 1}}', sort: '-n,id', limit: '5' })
    expect('payload' in reading && reading.payload).toEqual({
      filter_conditions: { n: { $gt: 1 } },
      sort: [
        { field: 'n', direction: -1 },
        { field: 'id', direction: 1 },
      ],
      limit: 5,
    })
    expect('payload' in read({}) && Object.keys(read({}))).toContain('query')
  })

  it('has its mistakes where they were typed', () => {
    const reading = read({ filter: '{m: 1}', sort: 'm', limit: 'many' })
    if (!('wrong' in reading)) throw new Error('It was accepted.')
    expect(reading.wrong.filter).toMatchObject([{ from: 1, to: 2 }])
    expect(reading.wrong.sort).toHaveLength(1)
    expect(reading.wrong.limit).toHaveLength(1)
    const long = read({ filter: `{id: "${'a'.repeat(30_000)}"}` })
    expect('wrong' in long && long.wrong.filter[0]?.message).toMatch(/at most 20000/)
    expect('wrong' in read({ sort: 'n,'.repeat(1000) })).toBe(true)
    // What would end the parameter does not.
    expect('wrong' in read({ sort: 'n&limit=1' })).toBe(true)
  })

  it('is shown as a tree', () => {
    const reading = read({ filter: '{$or: [{n: 1}, {n: {$not: {$in: [2, null]}}}]}' })
    expect('condition' in reading && treeOf(reading.condition)).toEqual({
      label: 'any of',
      branches: [
        { label: 'n $eq', operand: '1', note: 'integer', branches: [] },
        { label: 'not n $in', operand: '[2,null]', note: 'integer', branches: [] },
      ],
    })
    expect(jsonText({ n: 9223372036854775807n, t: '"\u0000' })).toBe(
      '{"n":9223372036854775807,"t":"\\"\\u0000"}',
    )
  })
})

it('breaks SQL without changing it', () => {
  const query = parseQuery(small, { filter_conditions: { n: { $gt: 1 }, id: ' AND ' } })
  const { text } = compileQuery(query, { dialect: sqlite, table: 'a WHERE b' })
  const lines = sqlLines(text)
  expect(lines.split('\n').length).toBeGreaterThan(3)
  expect(lines).toContain('"a WHERE b"')
  expect(lines.replaceAll(/\n */g, ' ')).toBe(text)
})

it('says how two results differ', () => {
  const said = (a: readonly string[], b: readonly string[]) => {
    const difference = differenceOf(a, b)
    return difference && sentenceOf('SQLite', difference)
  }
  expect(said(['a', 'b'], ['a', 'b'])).toBeUndefined()
  expect(said(['a', 'b'], ['b', 'a'])).toBe(
    'SQLite has the same rows in another order, from row 1.',
  )
  expect(said(['a', 'b'], ['b', 'c'])).toBe('SQLite lacks a, and has c besides.')
  expect(said(['a'], ['a', 'a'])).toMatch(/more than once|another order/)
  expect(said([], ['a'])).toBe('SQLite has a besides.')
})

describe('a link', () => {
  const state = { schema: '{}', rows: 'ü🦓', filter: '{a: 1}', sort: '-a', limit: '5' }

  it('holds the state', async () => {
    const fragment = await fragmentOf(state)
    expect(fragment).toMatch(/^#play=[\w-]+$/)
    expect(await stateOf(fragment)).toEqual(state)
    expect(await stateOf('#filters')).toBeUndefined()
  })

  it('is refused if it is too long, damaged or unpacks to too much', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => Math.sin(i)).join('\n')
    await expect(fragmentOf({ ...state, rows })).rejects.toThrow(LinkError)
    const fragment = await fragmentOf(state)
    for (const damaged of [
      '#play=',
      '#play=%%',
      fragment.slice(0, -8),
      `${fragment}x${fragment}`,
    ]) {
      await expect(stateOf(damaged)).rejects.toThrow(LinkError)
    }
    const bomb = await fragmentOf({ ...state, rows: ' '.repeat(9_000_000) })
    await expect(stateOf(bomb)).rejects.toThrow('more than this page takes')
  })
})
