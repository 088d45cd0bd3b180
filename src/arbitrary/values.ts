// Longer than most files here: the edge cases of all kinds are listed one by one.

import fc from 'fast-check'
import { fromUnits } from '../kinds/decimals.ts'
import { membersOf } from '../kinds/dynamic.ts'
import type { Kind, KindName } from '../kinds/kind.ts'
import type { FieldType } from '../operators/operator.ts'

/**
 * Edge cases that databases and languages treat differently. Rows and operands come from the same
 * small pools, so that filters match rows.
 */

/** Code points around the surrogates, trailing spaces, case, accents, folding, quotes, patterns. */
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

export const texts: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...COMMON) },
  { weight: 6, arbitrary: fc.constantFrom(...EDGES) },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'grapheme', maxLength: 6 })
      .filter((value) => !value.includes('\0')),
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

const twoDigits = (value: number) => String(value).padStart(2, '0')

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
    const date = `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`
    return `${date}${letter}${twoDigits(hour)}:${twoDigits(minute)}:${twoDigits(second)}${fraction}${zone}`
  })
  // In the years 0001–9999 UTC with any offset.
  .filter((text) => text >= '0001-01-03' && text <= '9999-12-30')

export const instants = fc.oneof(
  fc.constantFrom(...COMMON_INSTANTS),
  fc.constantFrom(...EDGE_INSTANTS),
  anyInstant,
)

const instantDates = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
})

const days = fc.oneof(
  fc.constantFrom('2024-05-01', '2024-05-02', '2024-02-29'),
  fc.constantFrom(
    '0001-01-01',
    '0099-12-31',
    '1582-10-10',
    '1900-03-01',
    '1969-12-31',
    '9999-12-31',
  ),
  anyInstant.map((text) => text.slice(0, 10)),
)

/** Decimals in several notations, near each other and at the ends of grids. */
const COMMON_DECIMALS = [0, 1, '1', '1.0', '1.5', '1.50', '15e-1', 1.5, '-1.5', '0.5', 0.1, '10']
const EDGE_DECIMALS = [
  '-0',
  -0,
  '.5',
  '5.',
  '+7',
  '007',
  '1e2',
  '-1E+2',
  '1e-3',
  '1.505',
  '-1.505',
  '-0.001',
  '0.30000000000000004',
  0.1 + 0.2,
  '99999999.99',
  '100000000',
  '-99999999.995',
  '9007199254740993',
  2n ** 53n + 1n,
  -(2n ** 63n),
  '1e1000',
  '-1e-1000',
  '123456789012345678901234567890.12345678',
  1e21,
  5e-324,
]

/** Decimals, most of them of the kind's own precision and scale. */
function decimalsOf(kind: Kind): fc.Arbitrary<unknown> {
  // The greatest value says how many digits there are.
  const most = String(kind.position('9'.repeat(100)).value)
  const [, fraction = ''] = most.split('.')
  const units = BigInt(most.replace('.', ''))
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...COMMON_DECIMALS) },
    { weight: 2, arbitrary: fc.constantFrom<(typeof EDGE_DECIMALS)[number]>(...EDGE_DECIMALS) },
    { weight: 1, arbitrary: fc.constantFrom(most, `-${most}`, `${most}5`) },
    {
      weight: 2,
      arbitrary: fc
        .bigInt({ min: -units, max: units })
        .map((each) => fromUnits(each, fraction.length)),
    },
    { weight: 1, arbitrary: fc.integer({ min: -300, max: 300 }).map((each) => each / 100) },
  )
}

const COMMON_UUIDS = [
  '018f3a5c-7c1e-7f00-8000-000000000001',
  '018f3a5c-7c1e-7f00-8000-0000000000ff',
  '018F3A5C-7C1E-7F00-8000-0000000000FF',
]

/** Bytes that types of UUID swap, signs of integers, and what Danish and Welsh collations sort otherwise. */
const uuids = fc.oneof(
  fc.constantFrom(...COMMON_UUIDS),
  fc.constantFrom(
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '7fffffff-0000-1000-8000-000000000000',
    '80000000-0000-1000-8000-000000000000',
    'aabbccdd-0000-4000-8000-00000000000a',
    'ab000000-0000-4000-8000-00000000000a',
    'dd000000-0001-4000-7fff-ffffffffffff',
    'DE000000-0001-4000-7fff-ffffffffffff',
    '12345678-9012-3456-7890-123456789012',
  ),
  fc.uuid(),
  fc.uuid().map((text) => text.toUpperCase()),
)

const ofKinds: Readonly<
  Record<KindName, fc.Arbitrary<unknown> | ((kind: Kind) => fc.Arbitrary<unknown>)>
> = {
  string: texts,
  boolean: fc.boolean(),
  integer: integers,
  number: fc.oneof({ weight: 4, arbitrary: doubles }, { weight: 1, arbitrary: integers }),
  numeric: fc.oneof(doubles, integers),
  timestamp: fc.oneof({ weight: 5, arbitrary: instants }, { weight: 1, arbitrary: instantDates }),
  date: days,
  decimal: decimalsOf,
  uuid: uuids,
  enumeration: ({ values = [] }) => fc.constantFrom(...values),
}

/** Operands of a kind; rows can hold those that are not too large. */
export function valueOfKind(kind: Kind): fc.Arbitrary<unknown> {
  const values = ofKinds[kind.name]
  return typeof values === 'function' ? values(kind) : values
}

/** Values of any of a field's kinds. */
export const valueOfType = ({ kind }: FieldType): fc.Arbitrary<unknown> =>
  fc.oneof(...membersOf(kind).map(valueOfKind))

/** Values of all kinds that can be stored in JSON; no Dates. */
export const json: fc.Arbitrary<unknown> = fc.oneof(
  texts,
  fc.constantFrom('\0', 'a\0', '\uD83D', 'a\uDE00', '\uDE00\uD83D'),
  fc.boolean(),
  integers,
  doubles,
  instants,
  days,
  uuids,
  fc.constantFrom(
    '1.50',
    '1.5',
    '-0.00',
    '01.50',
    '1.50\n',
    '--1.50',
    '1..50',
    '018f3a5c7c1e7f008000000000000001',
    '{018f3a5c-7c1e-7f00-8000-000000000001}',
    '018f3a5c-7c1e-7f00-8000-00000000000g',
    '018f3a5c-7c1e-7f00-8000-000000000001\n',
    '018f3a5c-7c1e-7f00-8000-000000000001\0',
    '2024-02-30',
    '2023-02-29',
    '0000-01-01',
    '2024-13-01',
    '2024-00-10',
    '2024-5-1',
    '12024-05-01',
    '2024-05-01\n',
    '2024-05-01\0',
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

/** The same, and values that cannot be stored in JSON. */
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

/** Keys of a wildcard: plain ones, and ones that are special in some engine's paths or quotes. */
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

/** Operands of `$autocomplete`. */
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
