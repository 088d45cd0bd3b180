import fc from 'fast-check'
import {
  defineSchema,
  dynamic,
  FilterError,
  integer,
  list,
  number,
  parseFilter,
  printFilter,
  string,
  timestamp,
} from 'tamis'
import { filterArbitrary } from 'tamis/fast-check'
import { completionsAt, formatFilter, parseFilterText, safeParseFilterText } from 'tamis/text'
import { describe, expect, it } from 'vitest'
import { sourceOf } from '../../src/error/source.ts'
import { budget } from '../support/budget.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    name: string(),
    points: number(),
    level: integer(),
    seen: timestamp(),
    teams: list(string()),
    'custom.*': dynamic(['string', 'boolean', 'integer']),
  },
})

/** JSON text that keeps what JSON.stringify refuses or loses: bigints, and dates as they are sent. */
function print(value: unknown, relaxed: boolean, next: () => number): string {
  const blank = () => {
    const blanks = relaxed
      ? ['', ' ', '\n', '\t', ' // x\n', '/* y */', '\u00a0']
      : ['', ' ', '\n', '\t', '\r\n']
    return blanks[next() % blanks.length] as string
  }
  const key = (name: string) =>
    relaxed && /^[A-Za-z_$][\w$]*$/.test(name) && next() % 2 === 0 ? name : text(name)
  const text = (own: string) => {
    if (!relaxed || next() % 2 === 0) return JSON.stringify(own)
    return `'${JSON.stringify(own).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  }
  const comma = (own: readonly string[]) =>
    own.length > 0 && relaxed && next() % 3 === 0 ? `${own.join(',')},` : own.join(',')
  const go = (own: unknown): string => {
    if (typeof own === 'string') return text(own)
    if (typeof own === 'bigint')
      return relaxed && own >= 0n && next() % 2 ? `0x${own.toString(16)}` : String(own)
    if (own instanceof Date) return JSON.stringify(own)
    if (Array.isArray(own))
      return `[${comma(own.map((each) => `${blank()}${go(each)}${blank()}`))}]`
    if (typeof own === 'object' && own !== null) {
      const members = Object.entries(own).map(
        ([name, each]) => `${blank()}${key(name)}${blank()}:${blank()}${go(each)}${blank()}`,
      )
      return `{${comma(members)}}`
    }
    // JSON.stringify writes other digits than a large double has.
    const isLarge = typeof own === 'number' && Number.isInteger(own) && !Number.isSafeInteger(own)
    return isLarge && Math.abs(own) < 1e21 ? String(BigInt(own)) : JSON.stringify(own)
  }
  return `${blank()}${go(value)}${blank()}`
}

/** A source of small numbers that shrinks with the filter. */
const dice = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 40 }).map((numbers) => () => {
  let at = 0
  return () => numbers[at++ % numbers.length] as number
})

describe('a filter as text', () => {
  it.each([
    ['strict', false],
    ['relaxed', true],
  ])('is equivalent to the object in any notation (%s)', (_, relaxed) => {
    fc.assert(
      fc.property(filterArbitrary(schema), dice, (filter, roll) => {
        const text = print(filter, relaxed, roll())
        const expected = parseFilter(schema, filter)
        expect(parseFilterText(schema, text, { relaxed })).toEqual(expected)
      }),
      { numRuns: budget(250, 1000) },
    )
  })

  it('is refused with a range, or valid, if any character is changed', () => {
    const damage = fc.constantFrom(
      '',
      ' ',
      '"',
      "'",
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '\\',
      '$',
      '1',
      'x',
      '\0',
      '\n',
      '/',
      '\ud800',
    )
    let refused = 0
    let slowest = 0
    fc.assert(
      fc.property(
        filterArbitrary(schema),
        dice,
        fc.nat(),
        damage,
        fc.boolean(),
        (filter, roll, at, own, relaxed) => {
          const text = print(filter, false, roll())
          const place = at % text.length
          const damaged = `${text.slice(0, place)}${own}${text.slice(place + 1)}`
          const start = performance.now()
          const result = safeParseFilterText(schema, damaged, { relaxed })
          slowest = Math.max(slowest, performance.now() - start)
          if (result.ok) return
          refused++
          for (const { range } of result.issues) {
            expect(range?.start).toBeGreaterThanOrEqual(0)
            expect(range?.end).toBeLessThanOrEqual(damaged.length)
            expect(range?.line).toBeGreaterThanOrEqual(1)
          }
          expect(String(new FilterError(result.issues, sourceOf(damaged)))).toContain('FilterError')
        },
      ),
      { numRuns: budget(750, 3000) },
    )
    expect(refused).toBeGreaterThan(budget(250, 1000))
    // A hundred times the usual time, to distinguish an endless loop from a slow machine.
    expect(slowest).toBeLessThan(1000)
  })

  it('hostile text is refused quickly', () => {
    const texts = [
      '{"a":'.repeat(100_000),
      `{${'"a":1,'.repeat(100_000)}`,
      '"'.repeat(100_001),
      '\\'.repeat(100_000),
      `{"points":${'9'.repeat(200_000)}}`,
      `{"points":0x${'f'.repeat(100_000)}}`,
      '/*'.repeat(100_000),
      `{"id":"${'\\u0000'.repeat(50_000)}"}`,
      '-'.repeat(100_000),
      `{${'\u00a0'.repeat(100_000)}}x`,
    ]
    for (const text of texts) {
      for (const relaxed of [false, true]) {
        const result = safeParseFilterText(schema, text, { relaxed })
        expect(result.ok, text.slice(0, 20)).toBe(false)
      }
    }
  })
})

describe('formatting', () => {
  it('keeps the meaning and is idempotent', () => {
    fc.assert(
      fc.property(filterArbitrary(schema), dice, (filter, roll) => {
        const text = print(filter, true, roll())
        const formatted = formatFilter(text)
        const printed = (own: string) =>
          printFilter(parseFilterText(schema, own, { relaxed: true }))
        expect(printed(formatted)).toEqual(printed(text))
        expect(formatFilter(formatted)).toBe(formatted)
      }),
      { numRuns: budget(250, 1000) },
    )
  })

  it('prints JSON if there are no comments', () => {
    const text =
      "{id: 'a', custom.age: {$gte: +0x1F,}, seen: {$gt: ISODate('2024-05-01T12:00:00Z')}}"
    expect(formatFilter(text)).toBe(
      '{\n  "id": "a",\n  "custom.age": { "$gte": 31 },\n  "seen": { "$gt": "2024-05-01T12:00:00Z" }\n}',
    )
    expect(() => JSON.parse(formatFilter(text))).not.toThrow()
  })

  it('keeps comments in their places', () => {
    expect(formatFilter('// staff\n{a: 1, // one\n/* two */ b: [2, // three\n3]} // end')).toBe(
      '// staff\n{\n  "a": 1, // one\n  /* two */\n  "b": [\n    2, // three\n    3\n  ]\n} // end',
    )
  })

  it.each([
    '',
    '{',
    '{"a": [1, {"b" ',
    '}}',
    '"a',
    '{a b c}',
    '[1 2,,3',
    '/* open',
    '@ # !',
    '{"a": "b',
  ])('keeps every token of invalid text: %j', (text) => {
    const pieces = (own: string) => own.replaceAll(/[\s"',]/g, '')
    const formatted = formatFilter(text)
    expect(pieces(formatted)).toBe(pieces(text))
    expect(formatFilter(formatted)).toBe(formatted)
  })

  it('of a large text is fast', () => {
    for (const text of [
      `[${'1,'.repeat(100_000)}]`,
      '['.repeat(100_000),
      `0x${'f'.repeat(100_000)}`,
      `{${'// x\n'.repeat(50_000)}}`,
      `"${'\\'.repeat(100_000)}`,
      `[1,${'/**/'.repeat(50_000)}]`,
      `[${'{} '.repeat(50_000)}]`,
      `{"a": ${'x '.repeat(50_000)}}`,
      '('.repeat(100_000),
    ]) {
      expect(formatFilter(text).length).toBeGreaterThan(1000)
      expect(completionsAt(schema, text, text.length - 1)).toEqual(expect.any(Array))
    }
  })

  it('terminates for any text and keeps its tokens', () => {
    const unit = fc.constantFrom(...'{}[]():,"\'\\/*$a1.-+ \n@', '//', '/*', '*/', 'ISODate(', '0x')
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (units) => {
        const text = units.join('')
        const formatted = formatFilter(text)
        for (const letter of ['@', '$']) {
          expect(formatted.split(letter).length).toBe(text.split(letter).length)
        }
      }),
      { numRuns: budget(750, 3000) },
    )
  })
})
