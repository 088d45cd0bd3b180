// Longer than most files here: each kind has values of its own at its edges, and they shrink alike.

import fc from 'fast-check'
import { membersOf } from '../kinds/dynamic.ts'
import type { Kind, KindName } from '../kinds/kind.ts'
import type { FieldType } from '../operators/operator.ts'

/**
 * Values that stores and languages disagree on. Rows and operands draw from the same small pools, so
 * that filters hit rows. Longer than a page because the values stand here one by one.
 */

/** Code points at the surrogates' border, trailing spaces, case, accents, folding, quotes, patterns. */
const EDGES = [
  '',
  ' ',
  'b',
  'á',
  'a\u0301',
  'a ',
  'aB',
  'ß',
  'ẞ',
  'ss',
  'ς',
  'Σ',
  'İ',
  'i',
  '1',
  '1.0',
  'true',
  'null',
  '%',
  '_',
  '*',
  '[a]',
  '\\',
  '"',
  "'",
  '`',
  '--',
  ';',
  '?',
  '$1',
  '{p1:String}',
  '😁',
  '\u{10000}',
  '\uD7FF',
  '\uE000',
  '\uFFFD',
  '\uFFFF',
  '\u0001',
  '\n',
  '\t',
  '漢字',
  'हिन्दी',
  'ﬁ',
  '①',
  '\u200D',
  'O’Neil',
  'Curiosity Rover',
  'rover_curiosity',
  'Roxy',
  '2024-05-01T12:00:00Z',
  'x'.repeat(300),
]

const COMMON = ['a', 'A', 'á', 'a ', 'ab', '😀']

const text = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...COMMON) },
  { weight: 6, arbitrary: fc.constantFrom(...EDGES) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }).filter((own) => !own.includes('\0')),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...COMMON, ...EDGES), fc.constantFrom(...COMMON, ...EDGES))
      .map((two) => two.join(' ')),
  },
)

const LONG = 2n ** 53n

const integers = fc.oneof(
  fc.constantFrom<(number | bigint)[]>(0, 1, 2, LONG, LONG + 1n),
  fc.constantFrom<(number | bigint)[]>(
    -0,
    -1,
    1n,
    10,
    100,
    2 ** 31,
    -(2 ** 31),
    2 ** 53 - 1,
    1 - 2 ** 53,
    LONG + 2n,
    -LONG,
    -LONG - 1n,
    2n ** 62n,
    2n ** 63n - 1n,
    -(2n ** 63n),
  ),
  fc.integer({ min: -5, max: 5 }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
)

const doubles = fc.oneof(
  fc.constantFrom(0, 1, 0.3, 0.1 + 0.2, 2 ** 53),
  fc.constantFrom(
    -0,
    -1,
    0.1,
    0.2,
    0.5,
    1.5,
    -1.5,
    1e20,
    1e21,
    1e300,
    -1e300,
    5e-324,
    2 ** 53 + 2,
    2 ** 62,
    2 ** 63,
    -(2 ** 63),
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    2.2250738585072014e-308,
    23350.59544821083,
  ),
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }),
)

const COMMON_INSTANTS = [
  '2024-05-01T12:00:00Z',
  '2024-05-01T14:00:00+02:00',
  '2024-05-01T12:00:00.000001Z',
  '2024-05-01T12:00:00.0000005Z',
  '2024-05-01T12:00:00.5Z',
]
const EDGE_INSTANTS = [
  '2016-12-31T23:59:60Z',
  '2017-01-01T00:00:00Z',
  '2016-12-31T18:59:60.25-05:00',
  '2024-02-29T23:59:59.999999999Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '1970-01-01T00:00:00Z',
  '1969-12-31T23:59:59.9Z',
  '2024-05-01t12:00:00z',
]

const two = (value: number) => String(value).padStart(2, '0')

const anyInstant = fc
  .record({
    year: fc.oneof(
      fc.constantFrom(1, 4, 100, 400, 1582, 1900, 1969, 1970, 2000, 2024, 9999),
      fc.integer({ min: 1, max: 9999 }),
    ),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
    fraction: fc.oneof(
      fc.constantFrom('', '.0', '.5', '.123456', '.1234564', '.1234569', '.9999999', '.1234567899'),
      fc.nat(999).map((n) => `.${n}`),
    ),
    zone: fc.constantFrom('Z', 'Z', 'Z', 'z', '+00:00', '-00:00', '+05:30', '-23:59', '+23:59'),
    letter: fc.constantFrom('T', 'T', 'T', 't'),
  })
  .map(({ year, month, day, hour, minute, second, fraction, zone, letter }) => {
    const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
    return `${date}${letter}${two(hour)}:${two(minute)}:${two(second)}${fraction}${zone}`
  })
  // Within the years 0001–9999 whatever the offset.
  .filter((own) => own >= '0001-01-03' && own <= '9999-12-30')

export const instants = fc.oneof(
  fc.constantFrom(...COMMON_INSTANTS),
  fc.constantFrom(...EDGE_INSTANTS),
  anyInstant,
)

const dates = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
})

const ofKinds: Readonly<Record<KindName, fc.Arbitrary<unknown>>> = {
  string: text,
  boolean: fc.boolean(),
  integer: integers,
  number: fc.oneof({ weight: 4, arbitrary: doubles }, { weight: 1, arbitrary: integers }),
  numeric: fc.oneof(doubles, integers),
  timestamp: fc.oneof({ weight: 5, arbitrary: instants }, { weight: 1, arbitrary: dates }),
}

/** Values of a kind: what is an operand of it, and what a row can hold. */
export const valueOfKind = (kind: Kind): fc.Arbitrary<unknown> => ofKinds[kind.name]

/** The same of one of a field's kinds. */
export const valueOfType = ({ kind }: FieldType): fc.Arbitrary<unknown> =>
  fc.oneof(...membersOf(kind).map(valueOfKind))

/** Values that JSON can hold, of whatever kind; a Date is none. */
export const json: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.constantFrom('\0', 'a\0', '\uD83D', 'a\uDE00', '\uDE00\uD83D'),
  fc.boolean(),
  integers,
  doubles,
  instants,
  fc.constantFrom(
    '2024-02-30T00:00:00.000000Z',
    '2024-13-01T00:00:00.000000Z',
    '2024-05-01T24:00:00.000000Z',
    '2024-05-01 12:00:00Z',
    '0000-01-01T00:00:00.000000Z',
    '2024-05-01T12:00:60Z',
  ),
  fc.constantFrom(undefined, null),
  fc.constantFrom<unknown[]>([], [1, 'a', null], {}, { a: 1 }, { b: { c: 'a' } }, 2n ** 70n),
)

/** Values that are of no kind that a field has, and what JSON cannot hold. */
export const foreign: fc.Arbitrary<unknown> = fc.oneof(
  json,
  fc.constantFrom<unknown[]>(
    Number.NaN,
    Number.POSITIVE_INFINITY,
    new Date(Number.NaN),
    1714564800,
    -1.5,
  ),
)

/** Keys of a wildcard: mostly plain, and those that paths and quotes of some engine stumble over. */
export const keys: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('k', 'k', 'q"x', 'b.c'),
  fc.constantFrom(
    'a',
    'K',
    "it's",
    '0',
    'a.0',
    '-1',
    '*',
    '*.k',
    '__proto__',
    'constructor',
    'é',
    '$x',
    'a b',
    '"',
    '\\',
    'o".p',
    '_',
    'x-y',
    '`',
    '[0]',
    '#',
    '/~1',
  ),
)

/** What people type, as words. */
export const words: fc.Arbitrary<string> = fc.constantFrom(
  'a',
  'A',
  'ss',
  'ro',
  'Curiosity ro',
  'rover',
  'é',
  'σ',
  '1',
  'x',
  '漢',
  'i',
  'true',
  'a b',
  'हि',
  'fi',
)
