import {
  compileFilter,
  compilePredicate,
  date,
  defineOperator,
  defineSchema,
  dynamic,
  integer,
  list,
  number,
  type OwnOperator,
  parseFilter,
  safeParseFilter,
  sql,
  string,
  timestamp,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { type Dialect, join } from 'tamis/dialect'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { textOf } from '../../src/operators/own-operand.ts'
import { show } from '../support/agreement.ts'

const DIALECTS: readonly Dialect<unknown>[] = [sqlite, postgres, mariadb, mysql, duckdb, clickhouse]

const id = integer({ required: true })

const seen: unknown[] = []

/** Takes anything; `seen` is what its test gets. */
const any = defineOperator({
  name: '$any',
  types: ['string', 'integer', 'number', 'list', 'dynamic'],
  operand: (input: unknown) => input as string,
  test: (operand, kind) => {
    seen.push([operand, kind])
    return () => true
  },
  sql: {},
})

const message = (input: unknown, limits = {}): string => {
  const schema = defineSchema({ operators: [any], fields: { id, a: string() }, limits })
  const result = safeParseFilter(schema, { a: { $any: input } })
  return result.ok ? 'is taken' : result.issues.map((issue) => issue.message).join()
}

const nested = (depth: number): unknown =>
  Array.from({ length: depth }).reduce<unknown>((inner) => ({ a: inner }), 1)

describe('the operand of an operator of one’s own', () => {
  it.each<[unknown, object, string]>([
    [[1, 2, 3, 4], { list: 5 }, 'is taken'],
    [[1, 2, 3, 4, 5], { list: 5 }, 'at most 5 values'],
    [{ a: 1, b: 2, c: 3, d: 4 }, { list: 5 }, 'is taken'],
    [{ a: 1, b: 2, c: 3, d: 4, e: 5 }, { list: 5 }, 'at most 5 values'],
    [[[1], [2]], { list: 5 }, 'is taken'],
    [[[1], [2], 3], { list: 5 }, 'at most 5 values'],
    ['abcde', { string: 5 }, 'is taken'],
    ['abcdef', { string: 5 }, 'strings of at most 5 characters'],
    [{ abcdef: 1 }, { string: 5 }, 'strings of at most 5 characters'],
    [nested(5), {}, 'is taken'],
    [nested(100), {}, 'nesting of at most'],
    ['a\0', {}, 'strings without U+0000 and lone surrogates'],
    [Number.NaN, {}, 'finite numbers'],
    [new Date(0), {}, 'plain values: lists, objects, strings, numbers, booleans and null'],
    [null, {}, 'an operand of $any'],
  ])('%# is taken, or refused with what it may be', (input, limits, expected) => {
    expect(message(input, limits)).toContain(expected)
  })

  it('is the canonical value', () => {
    const schema = defineSchema({ operators: [any], fields: { id, a: string() } })
    seen.length = 0
    compilePredicate(parseFilter(schema, { a: { $any: { b: -0, a: [1n] } } }))
    expect(seen).toEqual([[{ a: [1n], b: 0 }, 'string']])
  })

  it.each<[unknown, string]>([
    [1, '1'],
    [1n, '1n'],
    ['1', '"1"'],
    [null, 'null'],
    [true, 'true'],
    [[], '[]'],
    [[1, 'a'], '[1,"a"]'],
    [{}, '{}'],
    [{ a: [1n], 'b:"': null }, '{"a":[1n],"b:\\"":null}'],
  ])('%# has a text of its own', (operand, text) => {
    expect(textOf(operand as never)).toBe(text)
  })
})

describe('the fields that have an operator of one’s own', () => {
  const fields = {
    id,
    whole: integer(),
    real: number(),
    wholes: list(integer()),
    'custom.*': dynamic(['integer']),
    'numbers.*': dynamic(['integer', 'number']),
  }
  const names = { 'custom.x': 'custom', 'numbers.x': 'numbers' }

  it.each<[readonly string[], readonly string[]]>([
    [['integer'], ['whole']],
    [
      ['integer', 'list'],
      ['whole', 'wholes'],
    ],
    [['number', 'list'], ['real']],
    [
      ['integer', 'dynamic'],
      ['whole', 'custom.x'],
    ],
    [
      ['integer', 'number', 'dynamic'],
      ['whole', 'real', 'custom.x', 'numbers.x'],
    ],
    [['string', 'list', 'dynamic'], []],
  ])('of %j are %j', (types, expected) => {
    const own = defineOperator({
      name: '$own',
      types: types as ['integer'],
      operand: 'boolean',
      test: (_, kind) => (value) => (kind as string) === 'number' || value === 1,
      sql: {},
    })
    const schema = defineSchema({ operators: [own], fields })
    const all = ['whole', 'real', 'wholes', ...Object.keys(names)]
    const accepted = all.filter((name) => safeParseFilter(schema, { [name]: { $own: true } }).ok)
    expect(accepted).toEqual(expected)
    if (expected.includes('numbers.x')) {
      const matches = compilePredicate(parseFilter(schema, { 'numbers.x': { $own: true } }))
      expect([2, 2.5, 'a'].map((x) => matches({ numbers: { x } }))).toEqual([true, true, false])
    }
  })
})

describe('a definition', () => {
  const own = (change: object): OwnOperator =>
    defineOperator({
      name: '$own',
      types: ['string'],
      operand: 'text',
      test: () => () => true,
      sql: {},
      ...change,
    } as never)
  const recordOf = (change: object) =>
    defineSchema({ operators: [own(change)], fields: { id, a: string() } }).fields.get('a')!.type
      .operators['$own' as never]!

  it('has defaults', () => {
    const record = recordOf({})
    expect(record.own?.examples).toEqual([])
    expect(record.own?.jsonSchema).toBeUndefined()
    expect(record.own?.phraseIn('de')).toBeUndefined()
    expect(record.cost(undefined as never, 'a' as never)).toEqual({ passes: 1, comparing: 8 })
  })

  it('has phrases by language, or one for all', () => {
    const phrase = { is: '{field} is', not: '{field} is not' }
    expect(recordOf({ phrase }).own?.phraseIn('de')).toEqual(phrase)
    expect(recordOf({ phrase: { de: phrase } }).own?.phraseIn('de')).toEqual(phrase)
    expect(recordOf({ phrase: { de: phrase } }).own?.phraseIn('en')).toBeUndefined()
    expect(recordOf({ phrase: { de: phrase } }).own?.phraseIn(undefined)).toBeUndefined()
  })

  it.each([0, 1e6])('may cost %s', (cost) => {
    expect(recordOf({ cost }).cost(undefined as never, 'a' as never).comparing).toBe(cost)
  })

  it.each<[object, string]>([
    [{ cost: 1e6 + 1 }, 'cost: expected a number from 0 to 1000000'],
    [{ cost: '8' }, 'cost: expected a number from 0 to 1000000, received "8"'],
    [{ phrase: { is: 1, not: 'x' } }, 'phrase: is: expected { is, not }'],
    [{ phrase: { de: { is: 'x', not: 1 } } }, 'phrase: de: expected { is, not }'],
    [{ phrase: 5 }, 'phrase: expected { is, not }, or these by language'],
    [{ more: 1 }, 'expected name, types, operand, test, sql, cost, phrase, jsonSchema, examples'],
    [
      { types: ['x'] },
      'types: expected string, boolean, integer, number, timestamp, date, decimal',
    ],
    [{ operand: 'x' }, 'operand: expected scalar, elements, boolean, count, text, words or a func'],
    [{ name: 'x$own' }, 'name: expected $ and letters'],
    [{ name: { toString: () => '$own' } }, 'name: expected $ and letters'],
  ])('%# is refused with what is expected', (change, expected) => {
    expect(() => own(change)).toThrow(expected)
  })
})

describe('the SQL of an operator of one’s own', () => {
  const near = defineOperator({
    name: '$near',
    types: ['string', 'integer', 'number', 'date', 'timestamp', 'list', 'dynamic'],
    operand: (input: unknown) => input as { readonly all: readonly string[] },
    test: () => () => true,
    sql: Object.fromEntries(
      DIALECTS.map(({ name }) => [
        name,
        (value: never, { all }: { all: readonly never[] }, of: { kind: string }) =>
          sql`near(${value}, ${join(all, sql`, `)}, ${of.kind})`,
      ]),
    ) as never,
  })
  const above = defineOperator({
    name: '$above',
    types: ['string', 'integer', 'number', 'date', 'timestamp'],
    operand: 'scalar',
    test: () => () => true,
    sql: Object.fromEntries(
      DIALECTS.map(({ name }) => [
        name,
        (value: never, operand: never) => sql`${value} > ${operand}`,
      ]),
    ) as never,
  })
  const schema = defineSchema({
    operators: [near, above],
    fields: {
      id,
      text: string(),
      there: string({ required: true }),
      whole: integer(),
      real: number(),
      day: date(),
      at: timestamp(),
      texts: list(string()),
      'custom.*': dynamic(['string', 'integer', 'number']),
      'custom.lit': integer(),
    },
  })
  const all = ['a', 1, 2n ** 53n, 0.5, true, null]
  const filters: readonly object[] = [
    ...['text', 'there', 'whole', 'real', 'day', 'at', 'texts', 'custom.x', 'custom.lit'].map(
      (name) => ({ [name]: { $near: { all } } }),
    ),
    { text: { $not: { $near: { all: ['a'] } } } },
    { text: { $above: 'a' } },
    { whole: { $above: 5 } },
    { real: { $above: 0.5 } },
    { day: { $above: '2024-05-01' } },
    { at: { $above: '2024-05-01T12:00:00Z' } },
  ]

  it('is what its page shows', async () => {
    const page = filters.map((filter) => {
      const parsed = parseFilter(schema, filter)
      const each = DIALECTS.map((dialect) => {
        const { text, params } = compileFilter(parsed, { dialect })
        return `-- ${dialect.name}\n${text}\n-- ${show(params)}`
      })
      return `## ${show(filter)}\n\n\`\`\`sql\n${each.join('\n')}\n\`\`\`\n`
    })
    await expect(`# Operators of one's own\n\n${page.join('\n')}`).toMatchFileSnapshot('own.md')
  })

  it.each([
    [{}, 'its definition has: none'],
    [{ postgres: () => sql`TRUE` }, 'has: postgres'],
  ])('of another database is missing, %#', (statements, expected) => {
    const bare = defineOperator({
      name: '$bare',
      types: ['string'],
      operand: 'text',
      test: () => () => true,
      sql: statements,
    })
    const own = defineSchema({ operators: [bare], fields: { id, a: string() } })
    const filter = parseFilter(own, { a: { $bare: 'x' } })
    expect(() => compileFilter(filter, { dialect: sqlite })).toThrow(expected)
  })
})
