import {
  compileFilter,
  compilePredicate,
  defineSchema,
  dynamic,
  integer,
  list,
  number,
  object,
  parseFilter,
  string,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import type { OperatorName } from '../../src/operators/names.ts'
import { isFolded, type Operand, type Operator, servedBy } from '../../src/operators/operator.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true }),
    text: string({
      operators: ['$in', '$iin', '$ieq', '$startsWith', '$endsWith', '$includes', '$iincludes'],
    }),
    words: string({ operators: ['$autocomplete'] }),
    real: number(),
    reals: list(number()),
    whole: integer(),
    objects: list(object({ a: integer() })),
    'custom.*': dynamic(['string', 'integer'], {
      operators: ['$eq', '$exists', '$autocomplete', '$startsWith'],
    }),
  },
})

/** No double equals it. */
const BETWEEN = 2n ** 53n + 1n

function recordOf(name: string, operator: OperatorName) {
  const field = schema.fields.get(name) ?? schema.wildcards.get(name)
  const record = field?.type.operators[operator]
  if (field === undefined || record === undefined) throw new Error(`${name} has no ${operator}`)
  return { type: field.type, record: record as Operator<never> }
}

const five = ['a', 'b', 'c', 'd', 'e']
const hundred = Array.from({ length: 100 }, (_, i) => `n${i}`)

describe('what an index is asked for', () => {
  it.each<[string, OperatorName, unknown, object | undefined]>([
    ['real', '$eq', 1, { any: [1] }],
    ['real', '$eq', null, { any: [null] }],
    ['real', '$eq', BETWEEN, { any: [] }],
    ['real', '$in', [1, null, BETWEEN], { any: [1, null] }],
    ['real', '$gt', BETWEEN, { bound: { comparison: '>', constant: 2 ** 53 } }],
    ['real', '$lt', BETWEEN, { bound: { comparison: '<=', constant: 2 ** 53 } }],
    ['real', '$exists', true, { any: [null], isOthers: true }],
    ['real', '$exists', false, { any: [null], isOthers: false }],
    ['reals', '$eq', 1, { any: [1] }],
    ['reals', '$eq', null, { any: [null] }],
    ['reals', '$eq', [1, 2], { all: [1, 2], isSuperset: true }],
    ['reals', '$eq', [], undefined],
    ['reals', '$eq', [1, BETWEEN], { any: [], isSuperset: true }],
    ['reals', '$in', [1, null], { any: [1, null] }],
    ['reals', '$contains', 1, { any: [1] }],
    ['reals', '$contains', BETWEEN, { any: [] }],
    ['reals', '$all', [1, 2], { all: [1, 2] }],
    ['reals', '$all', [1, BETWEEN], { any: [] }],
    ['reals', '$all', [], undefined],
    ['text', '$ieq', 'A', { any: ['a'] }],
    ['text', '$ieq', null, { any: [null] }],
    ['text', '$iin', ['A', null], { any: ['a', null] }],
    ['text', '$startsWith', 'A', { prefix: 'A' }],
    ['text', '$endsWith', 'A', undefined],
    ['text', '$includes', 'A', undefined],
    ['text', '$iincludes', 'A', undefined],
    ['words', '$autocomplete', 'Big Re', { all: ['big'], prefix: 're' }],
  ])('%s %s, %#', (field, operator, operand, expected) => {
    const { type, record } = recordOf(field, operator)
    expect(record.lookup?.(type, operand as never)).toEqual(expected)
  })

  it('is nothing for a complement', () => {
    const { type } = recordOf('real', '$ne')
    expect(servedBy(type, '$eq')).toBe('index')
    expect(servedBy(type, '$ne')).toBeUndefined()
    expect(servedBy(recordOf('text', '$ieq').type, '$ieq')).toBe('folded')
    expect(servedBy(type, '$nothing' as never)).toBeUndefined()
    expect(isFolded(type, '$nothing' as never)).toBe(false)
    expect(isFolded(recordOf('text', '$iin').type, '$iin')).toBe(true)
  })
})

describe('the cost', () => {
  it.each<[string, OperatorName, unknown, number, number]>([
    ['real', '$eq', 1, 1, 0],
    ['real', '$gt', 1, 1, 0],
    ['real', '$exists', true, 1, 0],
    ['custom', '$exists', true, 1.5, 0],
    ['text', '$in', five, 1, 10.1],
    ['text', '$in', hundred, 1, 22],
    ['text', '$iin', five, 1, 10.1],
    ['text', '$iin', hundred, 1, 22],
    ['text', '$ieq', 'a', 1, 0],
    ['text', '$startsWith', 'a', 2, 0],
    ['text', '$endsWith', 'a', 1, 4],
    ['text', '$includes', 'a', 1, 8],
    ['text', '$iincludes', 'a', 1, 8],
    ['words', '$autocomplete', 'a b', 1, 12],
    ['custom', '$autocomplete', 'a b', 1, 54],
    ['reals', '$contains', 1, 1, 0],
    ['reals', '$eq', 1, 1, 0],
    ['reals', '$eq', [1, 2, 3], 1.5, 12],
    ['reals', '$in', [1, 2, 3], 1, 6],
    ['reals', '$all', [1, 2, 3], 1.2, 6],
    ['reals', '$size', 3, 2, 0],
    ['objects', '$size', 3, 1, 0],
    ['objects', '$elemMatch', {}, 1, 0],
  ])('of %s %s, %#', (field, operator, operand, passes, comparing) => {
    const { type, record } = recordOf(field, operator)
    const cost = record.cost(type, operand as Operand as never)
    expect(cost.passes).toBe(passes)
    expect(cost.comparing).toBeCloseTo(comparing)
  })
})

describe('an operand that no value equals', () => {
  it.each<[object, string, unknown[]]>([
    [{ real: BETWEEN }, '(FALSE)', []],
    [{ real: { $ne: BETWEEN } }, '(TRUE)', []],
    [{ real: { $in: [1, BETWEEN] } }, '("real" = ?)', [1]],
    [{ reals: { $contains: BETWEEN } }, '(FALSE)', []],
    [{ reals: { $not: { $contains: BETWEEN } } }, '(TRUE)', []],
    [{ reals: { $all: [1, BETWEEN] } }, '(FALSE)', []],
    [{ reals: [1, BETWEEN] }, '(FALSE)', []],
    [{ reals: { $ne: [1, BETWEEN] } }, '(TRUE)', []],
    [{ reals: { $all: [] } }, '("reals" IS NOT NULL)', []],
  ])('%# is not asked of the database', (filter, text, params) => {
    const compiled = compileFilter(parseFilter(schema, filter), { dialect: sqlite })
    expect([compiled.text, compiled.params]).toEqual([text, params])
  })
})

describe('$autocomplete', () => {
  const long = `${'é'.repeat(70)} rover`

  it.each<[string, string, boolean]>([
    ['x ro', 'rover é x', true],
    ['x ro', 'rover é y', false],
    ['x ro', 'rover x', true],
    ['x ro', 'x é rover', true],
    ['x ro', 'x', false],
    ['ro', 'rover\0', false],
    ['ro', 'é rover\ud800', false],
    ['ro', long, true],
    ['x ro', long, false],
  ])('%s, %#', (operand, words, expected) => {
    const matches = compilePredicate(parseFilter(schema, { words: { $autocomplete: operand } }))
    // The second time the folded text is in the cache.
    expect([matches({ words }), matches({ words })]).toEqual([expected, expected])
  })
})
