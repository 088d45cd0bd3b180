import { compileQuery, parseQuery, runQuery } from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { differenceOf, sentenceOf } from '../../docs/playground/compare.ts'
import { EXAMPLES } from '../../docs/playground/examples.ts'
import { guessSchema } from '../../docs/playground/guess-schema.ts'
import { leftOutOf, linesOf } from '../../docs/playground/left-out.ts'
import { placeName } from '../../docs/playground/problems.ts'
import { readQuery } from '../../docs/playground/query-text.ts'
import { readRows } from '../../docs/playground/rows-text.ts'
import { readSchema } from '../../docs/playground/schema-text.ts'
import { fragmentOf, LinkError, stateOf } from '../../docs/playground/share.ts'
import { sqlLines } from '../../docs/playground/sql-lines.ts'
import { jsonText, treeOf } from '../../docs/playground/tree.ts'
import { inferredModule } from '../../src/cli/infer.ts'
import { Budget, ObjectFacts } from '../../src/cli/value-facts.ts'

const NOW = Date.parse('2024-06-01T00:00:00Z')

function made(text: string) {
  const reading = readSchema(text)
  if ('problems' in reading) throw new Error(reading.problems[0]?.message)
  return reading.schema
}

/** The schema that is made of rows. */
function guessed(rows: Parameters<typeof guessSchema>[0]) {
  const guess = guessSchema(rows)
  if (typeof guess === 'string') throw new Error(guess)
  return guess
}

const refusalOf = (schema: unknown): string | undefined => {
  const reading = readSchema(typeof schema === 'string' ? schema : JSON.stringify(schema))
  return 'problems' in reading ? reading.problems[0]?.message : undefined
}

const ID = { kind: 'string', required: true, sortable: true }
const small = made(JSON.stringify({ fields: { id: ID, n: { kind: 'integer', sortable: true } } }))

/** The places of the mistakes in rows, and what they say. */
const mistakesIn = (text: string, schema = small) =>
  readRows(text, schema).problems.map(
    (problem) => `${placeName(text, problem)}: ${problem.message.slice(0, 30)}`,
  )

const keys = (count: number) => Array.from({ length: count }, (_, i) => `k${i}`)

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
    expect(refusalOf(' \n')).toMatch(/^The schema is empty/)
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
    const { text } = guessed([
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
    const { fields, wildcards, key } = made(text)
    expect(key.name).toBe('key')
    expect([...fields].map(([name, { type }]) => `${name} ${type.name}`)).toEqual([
      ...['key string', 'n integer', 'x number', 'on date', 'at timestamp', 'tags list'],
      'o.p integer',
    ])
    expect(wildcards.size).toBe(0)
    expect(guessSchema([])).toBe('there are no rows to infer a schema from')
    expect(guessSchema([{ a: 1 }, { a: 1 }])).toMatch(/^no field can be the key: /)
    expect(guessSchema([Object.fromEntries(keys(501).map((key) => [key, 1]))])).toMatch(
      /^the rows have more than 500 keys: /,
    )
    expect(made(guessed([JSON.parse('{"id": 1, "__proto__": 2}')]).text).fields.size).toBe(1)
  })

  it('is made with the kinds that `tamis infer` finds', () => {
    const lines = [{ item: 'a', price: '1.50' }]
    const rows = ['12.50', '7.00', '100.10'].map((price, i) => ({
      ...{ id: i, price, state: 'open', lines, big: 2n ** 60n, data: {} },
    }))
    const { text } = guessed(rows)
    expect(JSON.parse(text).fields).toEqual({
      id: { kind: 'integer', required: true, sortable: true },
      price: { kind: 'decimal', precision: 18, scale: 2, required: true, sortable: true },
      state: { kind: 'string', required: true },
      lines: {
        kind: 'object',
        list: true,
        fields: {
          item: { kind: 'string', required: true },
          price: { kind: 'decimal', precision: 18, scale: 2, required: true },
        },
        required: true,
      },
      big: { kind: 'integer', as: 'bigint', required: true, sortable: true },
    })
    // Not every version of Node reads all digits of `big`.
    const texts = rows.map(({ big, ...row }) => JSON.stringify({ ...row, big: 1 }))
    expect(readRows(texts.join('\n'), made(text)).problems).toEqual([])
  })
})

describe('what the schema leaves out of rows', () => {
  it('is said in the words of `tamis infer` when the schema is made', () => {
    const rows = [
      { id: 'a', mixed: 1, size: '1.5', step: '1.50', lines: [{ a: 1, b: [1] }] },
      { id: 'b', mixed: 'x', size: '2.25', step: '2.125', lines: [] },
    ]
    const { text, notes } = guessed(rows)
    const facts = new ObjectFacts(new Budget(), true)
    for (const row of rows) facts.add(row)
    const { warnings, source } = inferredModule(facts, { name: 'rows' })
    const asJson = '{"kind": "decimal", "precision": 18, "scale": 3}'
    const asCall = 'decimal({ precision: 18, scale: 3 })'
    expect(notes.map((note) => note.text.replace(asJson, asCall))).toEqual(warnings)
    expect(warnings).toEqual([
      '"mixed" is left out: it holds values of several kinds: string, integer',
      'The numbers of "step" stay texts: they have 2 to 3 digits after the point, some of them zeros at the end: 1.5 and 1.50 are different texts, and one decimal; if they are amounts, declare decimal({ precision: 18, scale: 3 })',
      '"lines.b" is left out: the fields of objects in a list have one kind of value',
    ])
    expect(source).toContain(
      'size: decimal({ precision: 18, scale: 2, required: true, sortable: true })',
    )
    expect(JSON.parse(text).fields.size).toEqual({
      ...{ kind: 'decimal', precision: 18, scale: 2, required: true, sortable: true },
    })
    // A name that has a reason is not said again, nor is the object that it is in.
    expect(linesOf(notes, leftOutOf(rows, made(text)))).toEqual(notes.map((note) => note.text))
    const nested = [{ id: 'a', deep: { list: [[1]] } }]
    const of = guessed(nested)
    expect(linesOf(of.notes, leftOutOf(nested, made(of.text)))).toEqual([
      '"deep.list" is left out: it holds lists of lists',
    ])
  })

  it('is the keys that it has no field for, and values of another kind', () => {
    const schema = made(
      JSON.stringify({
        fields: {
          id: ID,
          n: { kind: 'integer' },
          'address.city': { kind: 'string' },
          'address.homes': { kind: 'object', list: true, fields: { no: { kind: 'integer' } } },
          'custom.*': { kind: 'dynamic', kinds: ['string'] },
          'custom.a.b': { kind: 'string' },
          secret: { kind: 'string', hidden: true },
          tags: { kind: 'string', list: true },
          lines: { kind: 'object', list: true, fields: { sku: { kind: 'string' } } },
        },
      }),
    )
    const rows = [
      {
        id: 'a',
        n: 'x',
        address: { city: 'c', zip: 'z', homes: [{ no: 'x', street: 's' }] },
        custom: { x: 1, a: { b: 'x', c: 1 } },
        secret: 's',
        tags: ['a', 1, null],
        lines: [{ sku: 's', count: 1 }, 5],
        none: null,
        toString: 1,
      },
      { id: 'b', n: 1.5, size: 1, tags: 'x', lines: [{ count: 2 }] },
      JSON.parse('{"id": "c", "n": 1, "address": 5, "size": 2, "__proto__": 1}'),
    ]
    expect(leftOutOf(rows, schema).map(({ text }) => text)).toEqual([
      '"address.zip" is left out: the schema has no such field',
      '"address.homes.street" is left out: the schema has no such field',
      '"lines.count" is left out: the schema has no such field',
      '"toString" is left out: the schema has no such field',
      '"size" is left out: the schema has no such field',
      '"__proto__" is left out: the schema has no such field',
      '2 values of "n" are absent: the field holds an integer',
      '1 value of "address.homes.no" is absent: the field holds an integer',
      '2 values of "tags" are absent: the field holds a list, each element a string',
      '1 value of "lines" is absent: the field holds a list of objects',
    ])
  })

  it('is said up to a number of lines', () => {
    const row = { id: 'a', ...Object.fromEntries(keys(50).map((key) => [key, 1])) }
    const lines = linesOf([], leftOutOf([row], small))
    expect(lines).toHaveLength(21)
    expect(lines.at(-1)).toBe('30 more such lines')
    const wide = guessed([{ ...Object.fromEntries(keys(150).map((key) => [key, 1])), id: 'a' }])
    expect(Object.keys(JSON.parse(wide.text).fields)).toHaveLength(100)
    expect(wide.notes.map(({ text }) => text)).toEqual([
      '51 more fields are left out: a schema has at most 100 in this page',
    ])
  })

  it('is nothing in the examples', () => {
    for (const { rows, schema: text } of EXAMPLES) {
      const schema = made(text)
      expect(leftOutOf(readRows(rows, schema).rows, schema)).toEqual([])
    }
  })
})

const NONE = { rows: [], problems: [], leftOut: 0, misfits: 0 }

describe('rows as text', () => {
  it('are an array, or objects on lines', () => {
    const expected = [{ id: 'a', n: 1 }, { id: 'b' }]
    for (const text of [
      '{"id": "a", "n": 1}\n{"id": "b"}\n',
      '[{"id": "a", "n": 1}, {"id": "b"}]',
      '[\n  {\n    "id": "a",\n    "n": 1\n  },\n  {"id": "b"}\n]\n',
      '{\n  "id": "a",\n  "n": 1\n}\n{"id": "b"}',
    ]) {
      expect(readRows(text, small)).toEqual({ ...NONE, rows: expected })
    }
    expect(readRows(' \n', small)).toEqual(NONE)
    expect(readRows('{"id": "],}\\"{", "n": 1}', small).rows).toHaveLength(1)
  })

  it('are told with the place of each mistake, and the others are kept', () => {
    expect(mistakesIn('{"id": "a"}\n{"id": "b"\n{"id": "c"}\n5')).toEqual([
      expect.stringMatching(/^Line 2: This is not JSON/),
      expect.stringMatching(/^Line 4: A row is an object/),
    ])
    expect(readRows('{"id": "a"}\n{"id": "b"\n{"id": "c"}', small).rows).toHaveLength(2)
    expect(mistakesIn('[\n{"id": "a"},\n{"id": "a"},\n{"n": 1},\n{"id": tru}\n]')).toEqual([
      'Row 2: id: "a" is there already',
      expect.stringMatching(/^Row 3: id: required/),
      expect.stringMatching(/^Row 4: This is not JSON/),
    ])
    expect(mistakesIn('[{"id": "a"}, {"id": "a"}, 5]')).toEqual([
      'Row 2: id: "a" is there already',
      expect.stringMatching(/^Row 3: A row is an object/),
    ])
    expect(mistakesIn('{"id": "a}\n{"id": "b"}')).toHaveLength(1)
    const many = Array.from({ length: 50 }, () => '{}').join('\n')
    expect(mistakesIn(many)).toHaveLength(21)
    expect(mistakesIn(many).at(-1)).toBe('Line 21: 30 more mistakes, from here on')
    expect(mistakesIn(Array.from({ length: 10_001 }, () => '{}').join('\n'))).toEqual([
      'Line 1: Expected at most 10000 rows, r',
    ])
  })

  it('are told with all of their mistakes', () => {
    const number = { kind: 'integer', required: true }
    const schema = made(
      JSON.stringify({
        fields: {
          id: ID,
          n: number,
          sum: { kind: 'decimal', precision: 4, scale: 2 },
          'custom.*': { kind: 'dynamic', kinds: ['string'] },
          'custom.a': number,
          'custom.b': number,
          tags: { kind: 'string', list: true, required: true },
        },
      }),
    )
    const right = '{"id": "a", "n": 1, "custom": {"a": 1, "b": 2}, "tags": []}'
    const wrong = '{"id": "a", "n": "x", "sum": "123.45", "custom": {"a": "x"}}'
    const text = `[${right}, ${wrong}, ${right.replace('"a"', '"b"')}]`
    const { rows, leftOut, misfits, problems } = readRows(text, schema)
    expect([rows.length, leftOut, misfits]).toEqual([2, 1, 1])
    expect(problems.map((problem) => [placeName(text, problem), problem.message])).toEqual(
      [
        'n: required, expected an integer, received "x"',
        'sum: expected a decimal of at most 4 digits, 2 of them after the point, received "123.45"',
        'tags: required, expected a list, received undefined',
        'custom.a: required, expected an integer, received "x"',
        'custom.b: required, expected an integer, received undefined',
        'id: "a" is there already',
      ].map((message) => ['Row 2', message]),
    )
    // 7 rows of 3 mistakes: the last of the 21 is shown, too.
    const seven = Array.from({ length: 7 }, (_, i) => `{"id": "${i}", "custom": {"a": 1, "b": 1}}`)
    expect(mistakesIn(seven.join('\n'), schema)).toHaveLength(14)
    const eight = Array.from({ length: 7 }, (_, i) => `{"id": "${i}", "n": 1}`)
    expect(mistakesIn(eight.join('\n'), schema)).toHaveLength(21)
    expect(mistakesIn(`${eight.join('\n')}\n{"id": "x"}`, schema).at(-1)).toBe(
      'Line 7: 5 more mistakes, from here on',
    )
  })

  it('are not left out because SQLite holds fewer digits of decimals', () => {
    const sum = { kind: 'decimal', precision: 38, scale: 2 }
    const schema = made(JSON.stringify({ fields: { id: ID, sum } }))
    const text = `{"id": "a", "sum": "${'9'.repeat(30)}.50"}`
    expect(readRows(text, schema)).toMatchObject({ leftOut: 0, problems: [] })
    expect(mistakesIn(`{"id": "a", "sum": "${'9'.repeat(40)}"}`, schema)).toHaveLength(1)
  })
})

it('says what is pasted in the place of rows', () => {
  const csv = 'id,n\n"a, b",1\nc,2\n'
  expect(mistakesIn(csv)).toEqual([expect.stringMatching(/^Line 1: This looks like CSV/)])
  expect(mistakesIn('id;n\na;1')).toEqual([expect.stringMatching(/CSV/)])
  expect(mistakesIn('{"total": 1, "data": [{"id": "a"}]}')).toEqual([
    expect.stringMatching(/^Line 1: The rows are under "data"/),
  ])
  // What only the schema refuses is counted: another schema would take it.
  expect(readRows('{"id": "a"}\n{"name": "b"}\n5\n', small)).toMatchObject({
    ...{ leftOut: 2, misfits: 1 },
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
    const all = { ...state, engines: 'sqlite,postgres' }
    expect(await stateOf(await fragmentOf(all))).toEqual(all)
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
