import { describe, expect, it } from 'vitest'
import { boolean } from '../../src/kinds/boolean.ts'
import { date } from '../../src/kinds/date.ts'
import { decimal } from '../../src/kinds/decimal.ts'
import { dynamic } from '../../src/kinds/dynamic.ts'
import { enumeration } from '../../src/kinds/enumeration.ts'
import { insensitive } from '../../src/kinds/insensitive.ts'
import type { Kind, Range, Scalar } from '../../src/kinds/kind.ts'
import { integer, number, numeric } from '../../src/kinds/numbers.ts'
import { string } from '../../src/kinds/string.ts'
import { timestamp } from '../../src/kinds/timestamp.ts'
import { uuid } from '../../src/kinds/uuid.ts'

/** What messages, JSON Schema and documents say of a kind. */
type Described = Pick<
  Kind,
  'name' | 'family' | 'expects' | 'hint' | 'format' | 'isRewritten' | 'isFolded' | 'takesNumbers'
>

interface Case {
  readonly kind: Kind
  /** Canonical values, each less than the next. */
  readonly values: readonly Scalar[]
  readonly described: Described
}

const one = <V extends Scalar>(
  kind: Kind<V>,
  values: readonly V[],
  described: Described,
): Case => ({
  kind: kind as unknown as Kind,
  values,
  described,
})

const LEVELS = ['low', 'medium', 'high', 'b', 'a', 'é', 'x', 'y', 'z', 'é ']

const days = Array.from({ length: 10 }, (_, i) => `2024-05-${String(i + 10)}`)

const CASES: readonly Case[] = [
  one(boolean, [false, true], { name: 'boolean', family: 'boolean', expects: 'a boolean' }),
  one(integer, [-(2n ** 63n), -5, 0, 1, 2, 3, 4, 7, 2 ** 31, 2n ** 53n], {
    name: 'integer',
    family: 'numeric',
    expects: 'an integer',
  }),
  one(number, [-Number.MAX_VALUE, -0.5, 0, 5e-324, 0.5, 1, 2, 3, 4.5, 2 ** 53], {
    name: 'number',
    family: 'numeric',
    expects: 'a finite number',
  }),
  one(numeric, [-(2 ** 63), -0.5, 0, 0.5, 1, 2, 3, 4, 2n ** 53n + 1n, 1e300], {
    name: 'numeric',
    family: 'numeric',
    expects: 'a finite number',
  }),
  one(string, ['', 'A', 'a', 'a ', 'ab', 'b', 'é', '\ud7ff', '\ue000', '😀'], {
    name: 'string',
    family: 'text',
    expects: 'a string',
  }),
  one(insensitive, ['', 'a', 'a ', 'ab', 'b', 'c', 'd', 'é', 'ü', '😀'], {
    name: 'string',
    family: 'text',
    expects: 'a string',
    isFolded: true,
  }),
  one(
    timestamp({ digits: 3 }),
    days.map((day) => `${day}T12:00:00.500Z`),
    {
      name: 'timestamp',
      family: 'text',
      expects: 'an RFC 3339 date-time',
      hint: 'write it as 2024-05-01T12:00:00Z, within the years 0001 to 9999',
      isRewritten: true,
      format: 'date-time',
    },
  ),
  one(date, days, {
    name: 'date',
    family: 'text',
    expects: 'a date',
    hint: 'write it as 2024-05-01, within the years 0001 to 9999',
    format: 'date',
  }),
  one(
    uuid,
    Array.from({ length: 10 }, (_, i) => `018f3a5c-7c1e-7f00-8000-00000000000${i}`),
    {
      name: 'uuid',
      family: 'text',
      expects: 'a UUID',
      hint: 'write it as 018f3a5c-7c1e-7f00-8000-000000000001',
      isRewritten: true,
      format: 'uuid',
    },
  ),
  one(
    decimal({ precision: 6, scale: 2 }),
    ['-9999.99', '-1.50', '-0.01', '0.00', '0.01', '1.50', '2.00', '9.99', '10.00', '9999.99'],
    {
      name: 'decimal',
      family: 'text',
      takesNumbers: true,
      expects: 'a decimal number',
      hint: 'write it as 12.50 or 1.25e1',
      isRewritten: true,
    },
  ),
  one(enumeration(LEVELS), LEVELS, {
    name: 'enumeration',
    family: 'text',
    expects: 'one',
  }),
]

const HOLDS: Readonly<Record<Range, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}
const RANGES = Object.keys(HOLDS) as Range[]

/** Of no kind, though some look like a value once they are converted. */
const ABSENT = [
  undefined,
  null,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Symbol('x'),
  () => 'a',
  {},
  [],
]

describe.each(CASES)('the kind $described.name', ({ kind, values, described }) => {
  const others = [...ABSENT, ...values.map((value) => [value])]
  // A decimal may be an object with a text.
  if (kind.name !== 'decimal') others.push(...values.map(Object))
  if (kind.family !== 'text') others.push(...values.map(String))
  const tests = (constant: Scalar) => [
    kind.equals(constant),
    ...[1, 2, 3, 10].map((length) =>
      kind.among([constant, ...values.filter((each) => each !== constant)].slice(0, length)),
    ),
    ...RANGES.map((range) => kind.range(range, constant)),
  ]

  it('is described', () => {
    const { expects, ...rest } = described
    expect(kind).toMatchObject(rest)
    if (kind.name !== 'enumeration') expect(kind.expects).toBe(expects)
    for (const key of ['hint', 'format', 'isRewritten', 'isFolded', 'takesNumbers'] as const) {
      expect(kind[key]).toBe(described[key])
    }
  })

  it('takes its canonical values as they are', () => {
    for (const value of values) {
      expect(kind.operand(value)).toBe(value)
      expect(kind.read(value)).toBe(value)
      expect(kind.position(value)).toEqual({ value, side: 0 })
    }
  })

  it('has one order in comparisons, ranges and equality', () => {
    for (const [i, value] of values.entries()) {
      for (const [j, constant] of values.entries()) {
        // Adding 0 makes 0 of -0.
        expect(Math.sign(kind.compare(value, constant)) + 0).toBe(Math.sign(i - j))
        expect(kind.equals(constant)(value)).toBe(i === j)
        for (const range of RANGES) {
          expect([range, value, constant, kind.range(range, constant)(value)]).toEqual([
            range,
            value,
            constant,
            HOLDS[range](i - j),
          ])
        }
        for (const length of [0, 1, 2, 3, 8, 9, 10]) {
          expect(kind.among(values.slice(0, length))(value)).toBe(i < length)
        }
      }
    }
  })

  it('finds values of other types in no test', () => {
    for (const value of others) {
      expect([value, kind.read(value)]).toEqual([value, undefined])
      for (const constant of values) {
        for (const test of tests(constant)) expect(test(value)).toBe(false)
      }
    }
  })

  it('refuses operands of other types', () => {
    for (const value of [...ABSENT, ...values.map((each) => [each])]) {
      expect(kind.operand(value)).toBeUndefined()
    }
  })
})

describe('a dynamic kind', () => {
  const kind = dynamic([integer, boolean, string] as unknown as readonly Kind[])

  it('answers by the member of each value', () => {
    expect(kind.among([1, 'a', true])(1)).toBe(true)
    expect(kind.among([1, 'a', true])('a')).toBe(true)
    expect(kind.among([1, 'a', true])('b')).toBe(false)
    expect(kind.among([1, 'a'])(true)).toBe(false)
    expect(kind.equals(1)('1')).toBe(false)
    expect(kind.range('>', 1)('2')).toBe(false)
    expect(kind.range('>', 1)(2)).toBe(true)
    expect(kind.compare('a', 'b')).toBeLessThan(0)
    expect(kind.read(1.5)).toBeUndefined()
    expect(kind.operand({})).toBeUndefined()
    expect(kind.expects).toBe('an integer, a boolean or a string')
  })

  it('has no member for a value of none', () => {
    expect(() => dynamic([integer] as unknown as readonly Kind[]).memberOf('a')).toThrow(
      'tamis: expected an integer, received "a"',
    )
  })
})
