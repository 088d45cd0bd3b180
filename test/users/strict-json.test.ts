import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStrictJson } from '../../src/users/http/strict-json.ts'
import { budget } from '../support/budget.ts'

/** What JSON.parse says, for the texts without duplicate keys. */
function expected(text: string) {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { problem: 'syntax', path: '' }
  }
}

const VALID = [
  '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}',
  '{"a":"b","b":"a","c":["a","b","c","c"]}',
  '{"a":{"b":1},"b":{"a":{"b":1}}}',
  '{"":1," ":2}',
  '{"a":1,"A":2,"\u0061\u0301":3,"\u00e1":4}',
  '{"a\\"":1,"a\\\\":2,"a\\\\\\"":3,"a":4,"a\\\\\\\\":"\\"a\\":"}',
  '{"a":"\\"a\\":1,\\"a\\":2"}',
  '{"a":"{\\"a\\":1","b":"]","c":"[{"}',
  '{"__proto__":1,"constructor":2,"toString":3,"hasOwnProperty":4}',
  '{"\\u005c":1,"\\u0022":2,"u005c":3}',
  '{"\\ud800":1,"\\ud801":2}',
  ' {\t"a"\n:\r1 , "b" : 2 } ',
  '"a"',
  '12',
  'null',
  '[]',
  '{"a":9007199254740992,"b":-9007199254740994,"c":123456789012345680000,"d":1}',
  '[1234567890123456.7,0.12345678901234567,12345678901234567e5,"9007199254740993"]',
]

const INVALID = [
  '',
  ' ',
  '{',
  '{"a":1,"a"',
  '{"a":1,}',
  '{a:1}',
  '[1,]',
  '"a',
  '{"a":1}}',
  '\ufeff{}',
]

const DUPLICATES: readonly (readonly [text: string, path: string])[] = [
  ['{"a":1,"a":2}', '/a'],
  ['{"a":1,"a":1}', '/a'],
  ['{"a":1,"\\u0061":2}', '/a'],
  ['{"\\u0061":1,"a":2}', '/a'],
  ['{"a" : 1 ,\n"a"\t: 2}', '/a'],
  ['{"":1,"":2}', '/'],
  ['{"__proto__":1,"__proto__":2}', '/__proto__'],
  ['{"__proto__":{},"\\u005f_proto__":{}}', '/__proto__'],
  ['{"a":{"b":[0,{"c":1,"d":2,"c":3}]}}', '/a/b/1/c'],
  ['[[],[{"a":1},{"a":1,"a":{}}]]', '/1/1/a'],
  ['{"a":1,"b":{"b":1},"b":2}', '/b'],
  ['{"a":{"x":1},"b":{"x":1},"a":{"y":1}}', '/a'],
  ['{"a\\"b":1,"a\\u0022b":2}', '/a"b'],
  ['{"\\\\":1,"\\u005c":2}', '/\\'],
  ['{"\\/":1,"/":2}', '/~1'],
  ['{"~":1,"~":2}', '/~0'],
  ['{"\\ud83d\\ude00":1,"\u{1f600}":2}', '/\u{1f600}'],
  ['{"a":"}","a":"{"}', '/a'],
  ['{"a":"\\\\","a":"\\\\\\""}', '/a'],
]

describe('strict JSON', () => {
  it.each(VALID)('accepts %j', (text) => {
    expect(parseStrictJson(text)).toEqual({ value: JSON.parse(text) })
  })

  it.each(INVALID)('refuses %j', (text) => {
    expect(parseStrictJson(text)).toEqual({ problem: 'syntax', path: '' })
  })

  it.each(DUPLICATES)('refuses %s at %s', (text, path) => {
    expect(parseStrictJson(text)).toEqual({ problem: 'duplicate_key', path })
  })

  it('keeps __proto__ as a member of its object', () => {
    const result = parseStrictJson('{"__proto__":{"admin":true}}')
    const { value } = result as { value: Record<string, unknown> }
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(value.admin).toBeUndefined()
  })

  it('finds duplicate members, and no others', () => {
    const key = fc.oneof(
      fc.constantFrom('a', 'b', '__proto__', '"', '\\', ':', '{', ',', '\u0000', '\ud800'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    )
    const json = fc.letrec<{ value: string; object: string }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        key.map((text) => JSON.stringify(text)),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
        fc.constantFrom('true', 'null', '[]', '{}'),
        fc.array(tie('value'), { maxLength: 3 }).map((values) => `[${values.join(' ,')}]`),
        tie('object'),
      ),
      object: fc
        .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 4, selector: ([name]) => name })
        .map((members) => {
          const texts = members.map(([name, value]) => `${JSON.stringify(name)}: ${value}`)
          return `{${texts.join(',')}}`
        }),
    }))
    const escaped = (text: string) =>
      [...text].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
    fc.assert(
      fc.property(
        json.value,
        json.object,
        fc.constantFrom('a', 'x', ':'),
        (value, object, name) => {
          expect(parseStrictJson(value)).toEqual({ value: JSON.parse(value) })
          const twice = `{"${name}":${value},"o":${object},"${escaped(name)}":${object}}`
          expect(parseStrictJson(`[1,${twice}]`)).toEqual({
            problem: 'duplicate_key',
            path: `/1/${name}`,
          })
        },
      ),
      { numRuns: budget(166, 1000) },
    )
  })

  // Each of these takes minutes if the time is quadratic; a hang fails by the time limit.
  it.each([
    ['open brackets', '['.repeat(500_000) + ']'.repeat(500_000)],
    ['objects in each other', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
    ['backslashes', JSON.stringify({ ['\\'.repeat(400_000)]: '\\"'.repeat(200_000) })],
    [
      'members',
      JSON.stringify(Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i]))),
    ],
    ['white space', `{${' '.repeat(500_000)}"a"${' '.repeat(500_000)}:1}`],
    ['strings before white space', `[${'"",'.repeat(1000)}""${' '.repeat(500_000)}]`],
  ])('is linear in %s', { timeout: 5_000 }, (_, text) => {
    const result = parseStrictJson(text)
    // Too deep texts are refused by one look at their brackets.
    const isDeep = /^(\[{100}|(\{"a":){100})/.test(text)
    expect(isDeep ? result : 'value' in result).toEqual(
      isDeep ? { problem: 'too_deep', path: '' } : true,
    )
  })

  it('truncates paths that are deep or have long keys', () => {
    const deep = `${'{"a":'.repeat(90)}{"b":1,"b":2}${'}'.repeat(90)}`
    const deeper = `${'{"a":'.repeat(5000)}{"b":1,"b":2}${'}'.repeat(5000)}`
    expect(parseStrictJson(deeper)).toEqual({ problem: 'too_deep', path: '' })
    expect(parseStrictJson(deep)).toEqual({ problem: 'duplicate_key', path: '/a'.repeat(64) })
    const long = 'x'.repeat(100_000)
    expect(parseStrictJson(`{"${long}":1,"${long}":2}`)).toEqual({
      problem: 'duplicate_key',
      path: `/${long.slice(0, 200)}`,
    })
  })
})

const suite = fileURLToPath(
  new URL('../../../shared/suites/JSONTestSuite/test_parsing', import.meta.url),
)
/** Those that nest deeper than any input. */
const DEEP = [
  'i_structure_500_nested_arrays.json',
  'n_structure_100000_opening_arrays.json',
  'n_structure_open_array_object.json',
]
const isThere = existsSync(suite)
if (!isThere) console.log('JSONTestSuite is not beside the repository: its 318 files are skipped.')

/** Integers of more digits than a number has, which a parser may refuse. */
const ROUNDED = ['i_number_too_big_neg_int.json', 'i_number_very_big_negative_int.json']

describe.skipIf(!isThere)('JSONTestSuite', () => {
  const files = isThere ? readdirSync(suite) : []

  it('is complete', () => expect(files).toHaveLength(318))

  it.each(files)('%s', (file) => {
    const text = readFileSync(join(suite, file), 'utf8')
    const result = parseStrictJson(text)
    if (DEEP.includes(file)) {
      expect(result).toEqual({ problem: 'too_deep', path: '' })
      return
    }
    if (file.includes('duplicated_key')) {
      expect(result).toMatchObject({ problem: 'duplicate_key' })
    } else if (ROUNDED.includes(file)) {
      expect(result).toEqual({ problem: 'rounded', path: '/0' })
    } else expect(result).toEqual(expected(text))
    if (file.startsWith('n_')) expect(result).toEqual({ problem: 'syntax', path: '' })
  })
})

describe('an integer that JSON.parse rounds', () => {
  it.each([
    ['{"a":9007199254740993}', '/a'],
    ['{"custom":{"x":[1,{"n":-9007199254740993}]}}', '/custom/x/1/n'],
    ['{"a":"9007199254740993","b":9007199254740993}', '/b'],
    ['9007199254740993', ''],
    [`[0,${'9'.repeat(400)}]`, '/1'],
    [`{"a":1${'0'.repeat(100_000)}}`, '/a'],
    ['{"a":12345678901234567890123}', '/a'],
  ])('is refused with its path: %.60s', (text, path) => {
    expect(parseStrictJson(text)).toEqual({ problem: 'rounded', path })
  })
})
