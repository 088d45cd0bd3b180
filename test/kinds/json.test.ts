import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactNumber, parseJson, printDouble, printJson, tokensOf } from '../../src/kinds/json.ts'
import { budget } from '../support/budget.ts'

describe('parseJson', () => {
  it.each<[string, unknown]>([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740993', -9007199254740993n],
    ['9007199254740993.0', 9007199254740992],
    ['1e20', 1e20],
    ['[1e400]', [Number.POSITIVE_INFINITY]],
    [`[-${'9'.repeat(400)}, 9007199254740993]`, [Number.NEGATIVE_INFINITY, 9007199254740993n]],
    ['"9007199254740993"', '9007199254740993'],
    ['"bigint:9007199254740993"', 'bigint:9007199254740993'],
    [
      '{"9007199254740993": "\\"9007199254740993", "b": 9007199254740993}',
      { '9007199254740993': '"9007199254740993', b: 9007199254740993n },
    ],
    ['["\\u0062igint:5", 9007199254740993]', ['bigint:5', 9007199254740993n]],
    ['{"a": ["\\\\", 9007199254740993]}', { a: ['\\', 9007199254740993n] }],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual(value)
  })

  it.each([
    '',
    '{',
    '[1,]',
    '01234567890123456789',
    '{12345678901234567890: 1}',
    `1234567890123456 "${'\\"'.repeat(50_000)}`,
    '{"a": 9007199254740993',
    '9007199254740993 1',
  ])('refuses %s', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError)
  })
})

describe('parseJson of adversarial input', () => {
  // Each took seconds to minutes when the work grew with the square; a hang fails by the time limit.
  it.each([
    [
      'marks',
      JSON.stringify([`bigint:${':'.repeat(500_000)}`]).replace(']', ',9007199254740993]'),
      true,
    ],
    ['digits', `[${'1'.repeat(500_000)}x]`, false],
    ['spaces', `[9007199254740993${' '.repeat(500_000)}x]`, false],
    ['quotes', `[9007199254740993,"${'\\"'.repeat(500_000)}`, false],
  ])('%s', { timeout: 5_000 }, (_, text, isJson) => {
    if (isJson) expect(parseJson(text)).toHaveLength(2)
    else expect(() => parseJson(text)).toThrow(SyntaxError)
  })
})

describe('printJson', () => {
  it('is read back exactly, integers of any size and doubles to the last bit', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc
          .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
          .map((own) => (own > -(2n ** 53n) && own < 2n ** 53n ? Number(own) : own)),
        // A whole double within 64 bits is read back as the integer that it equals.
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((own) => own + 0)
          .filter((own) => Math.abs(own) < 2 ** 53 || Math.abs(own) > 2 ** 63),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.string({ unit: 'grapheme' }).filter((key) => !key.includes('\0')),
          tie('value'),
          { maxKeys: 3, noNullPrototype: true },
        ),
      ),
    })).value
    fc.assert(
      fc.property(json, (value) => {
        if (
          JSON.stringify(value, (_, own) => (typeof own === 'bigint' ? 0 : own)).includes('\\u0000')
        )
          return
        expect(parseJson(printJson(value, []) as string)).toEqual(value)
      }),
      { numRuns: budget(83, 500) },
    )
  })

  it('prints doubles that every engine reads exactly', () => {
    expect(printDouble(2 ** 53)).toBe('9007199254740992')
    expect(printDouble(2 ** 62)).toBe('4611686018427387904')
    expect(printDouble(2 ** 63)).toBe('9.223372036854775808e+18')
    expect(printDouble(1e21)).toBe('1.0000000000000000e+21')
    expect(printDouble(5)).toBe('5')
    expect(printDouble(-0)).toBe('0')
    expect(printDouble(0.1)).toBe('0.10000000000000001')
    expect(printDouble(0.5)).toBe('0.5')
  })

  it('prints a bigint beyond 64 bits as the double that fields read', () => {
    expect(printJson([2n ** 64n + 1n], [])).toBe('[1.8446744073709552e+19]')
    expect(printJson([10n ** 400n], [])).toBe('[]')
  })

  it('omits values that engines would store differently', () => {
    expect(printJson({ a: 'x\0', b: undefined, '\uD800': 1, c: ['\uDC00', 'y'] }, [])).toBe(
      '{"c":["y"]}',
    )
  })

  it.each([
    [() => 1],
    [Symbol('s')],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [new Date()],
    [new Map()],
  ])('refuses %s, naming its place', (value) => {
    expect(() => printJson({ a: { b: value } }, ['custom'])).toThrow(/custom\.a\.b: .* is not JSON/)
  })

  // Copies of the path and of the text for each level took minutes.
  it('prints nested long keys and many deep values', { timeout: 10_000 }, () => {
    let deep: unknown = Array.from({ length: 20_000 }, (_, i) => ({ i }))
    for (let i = 0; i < 400; i++) deep = { ['k'.repeat(1000)]: deep }
    expect(JSON.parse(printJson(deep, []) as string)).toEqual(deep)
  })

  it('refuses cycles and values over the nesting limit', () => {
    const cycle: Record<string, unknown> = {}
    cycle.a = cycle
    cycle.b = cycle
    expect(() => printJson(cycle, [])).toThrow(/deeper than 500/)
  })
})

it('what is omitted has no JSON', () => {
  for (const value of [undefined, 'a\0', '\ud800', 10n ** 400n]) {
    expect(printJson(value, ['a'])).toBeUndefined()
  }
  expect(printJson([undefined, 1], ['a'])).toBe('[1]')
})

describe('the tokens of JSON text', () => {
  it('are its strings and numbers, in their order', () => {
    expect(tokensOf('{"a" : 1, "b": ["x:", -2.5e3, true], "\\"": "1"}')).toEqual([
      { token: '"a"', isKey: true },
      { token: '1', isKey: false },
      { token: '"b"', isKey: true },
      { token: '"x:"', isKey: false },
      { token: '-2.5e3', isKey: false },
      { token: '"\\""', isKey: true },
      { token: '"1"', isKey: false },
    ])
  })

  it.each<[string, number | bigint]>([
    ['1', 1],
    ['-0.5', -0.5],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['9007199254740993.0', 9007199254740992],
    ['1e20', 1e20],
  ])('%s is exact', (text, value) => {
    expect(exactNumber(text)).toBe(value)
  })
})
