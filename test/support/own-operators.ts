/** Operators of one's own, and their table of cases: see `cases.ts`. */

import {
  boolean,
  date,
  decimal,
  defineOperator,
  defineSchema,
  dynamic,
  enumeration,
  integer,
  list,
  number,
  object,
  sql,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { type Fragment, join } from 'tamis/dialect'
import type { FieldCases } from './cases.ts'

/** The same SQL for every database. */
const everywhere = <F>(make: F) => ({
  sqlite: make,
  postgres: make,
  mariadb: make,
  mysql: make,
  duckdb: make,
  clickhouse: make,
})

/** More code points than the operand. */
const longer = defineOperator({
  name: '$longer',
  types: ['string', 'list', 'dynamic'],
  operand: 'count',
  test: (length) => (value) => [...value].length > length,
  sql: {
    ...everywhere((value: Fragment, length: Fragment) => sql`char_length(${value}) > ${length}`),
    sqlite: (value, length) => sql`length(${value}) > ${length}`,
    duckdb: (value, length) => sql`length(${value}) > ${length}`,
    clickhouse: (value, length) => sql`lengthUTF8(${value}) > ${length}`,
  },
  examples: [0, 1, 3],
})

/** A multiple of the operand. The function takes numbers and texts, and returns bigints. */
const multiple = defineOperator({
  name: '$multiple',
  types: ['integer', 'list', 'dynamic'],
  operand(input: unknown) {
    const given = typeof input === 'string' && /^\d{1,9}$/.test(input) ? BigInt(input) : input
    const of = typeof given === 'number' && Number.isInteger(given) ? BigInt(given) : given
    return typeof of === 'bigint' && of > 0n ? of : new TypeError('a whole number above 0')
  },
  test: (of) => (value) => BigInt(value) % of === 0n,
  sql: everywhere((value: Fragment, of: Fragment) => sql`${value} % ${of} = 0`),
  examples: [1, 2, 7n, '3'],
})

const isNumber = (value: unknown): value is number => typeof value === 'number'

/** At most so far from a number. */
const near = defineOperator({
  name: '$near',
  types: ['number', 'list'],
  operand(input: unknown) {
    if (typeof input !== 'object' || input === null) throw new Error('expected {of, within}')
    const { of, within = 1, ...others } = input as Record<string, unknown>
    if (!isNumber(of) || !isNumber(within) || Object.keys(others).length > 0) {
      throw new Error('expected {of, within}, both numbers')
    }
    return { of, within }
  },
  test:
    ({ of, within }) =>
    (value) =>
      Math.abs(value - of) <= within,
  sql: {
    ...everywhere(
      (value: Fragment, { of, within }: { of: Fragment; within: Fragment }) =>
        sql`abs(${value} - ${of}) <= ${within}`,
    ),
    postgres: (value, { of, within }) =>
      sql`abs(${value} - ${of}::double precision) <= ${within}::double precision`,
    duckdb: (value, { of, within }) =>
      sql`abs(${value} - CAST(${of} AS DOUBLE)) <= CAST(${within} AS DOUBLE)`,
  },
  phrase: {
    en: { is: '{field} is within {within} of {of}', not: '{field} is not within {within} of {of}' },
    de: { is: '{field} höchstens {within} von {of}', not: '{field} mehr als {within} von {of}' },
  },
  examples: [{ of: 0 }, { of: 1.5, within: 0.25 }, { of: -3, within: 1000 }],
})

/** A number that is not less. */
const atLeast = defineOperator({
  name: '$atLeast',
  types: ['integer', 'number', 'dynamic'],
  operand: (input: unknown) => (isNumber(input) ? input : new Error('expected a number')),
  test: (least) => (value) => value >= least,
  sql: {
    ...everywhere((value: Fragment, least: Fragment) => sql`${value} >= ${least}`),
    postgres: (value, least) => sql`${value} >= ${least}::double precision`,
    duckdb: (value, least) => sql`${value} >= CAST(${least} AS DOUBLE)`,
  },
  examples: [0, -2.5, 1e6],
})

/** One of some values, of any kind. */
const among = defineOperator({
  name: '$among',
  types: [
    ...(['string', 'boolean', 'integer', 'number', 'timestamp', 'date'] as const),
    ...(['decimal', 'uuid', 'enumeration', 'list'] as const),
  ],
  operand: 'elements',
  test: (operand) => (value) => operand.some((each) => each === value),
  sql: everywhere((value: Fragment, operand: readonly Fragment[]) =>
    operand.length === 0 ? sql`1 = 0` : sql`${value} IN (${join(operand, sql`, `)})`,
  ),
})

const LEVELS = ['low', 'high', "it's"] as const

export const ownSchema = defineSchema({
  operators: [longer, multiple, near, atLeast, among],
  fields: {
    id: string({ required: true, sortable: true }),
    text: string(),
    whole: integer(),
    real: number(),
    flag: boolean(),
    at: timestamp(),
    day: date(),
    exact: decimal({ precision: 9, scale: 2 }),
    ref: uuid(),
    level: enumeration(LEVELS),
    texts: list(string()),
    wholes: list(integer()),
    reals: list(number()),
    days: list(date()),
    exacts: list(decimal({ precision: 9, scale: 2 })),
    needed: list(string(), { required: true }),
    items: list(object({ name: string(), counts: list(integer()) })),
    'custom.text': string(),
    'custom.whole': integer(),
    'custom.real': number(),
    'custom.at': timestamp(),
    'custom.texts': list(string()),
    'custom.wholes': list(integer()),
    'custom.*': dynamic(['string', 'integer', 'boolean']),
    'other.*': dynamic(['integer', 'number', 'string']),
    'few.*': dynamic(['boolean']),
  },
})

const REF = '0188a5eb-5d3f-7000-8000-00000000000a'

export const ownCases: readonly FieldCases[] = [
  {
    field: 'text',
    values: {
      empty: '',
      a: 'a',
      abc: 'abc',
      emoji: '😀😀',
      null: null,
      other: 5,
      missing: undefined,
    },
    filters: [
      [{ $longer: 0 }, 'a abc emoji'],
      [{ $longer: 1 }, 'abc emoji'],
      [{ $longer: 2 }, 'abc'],
      [{ $not: { $longer: 2 } }, 'empty a emoji null other missing'],
      [{ $longer: 0, $ne: 'a' }, 'abc emoji'],
      [{ $among: ['a', 'abc'] }, 'a abc'],
      [{ $among: [] }, ''],
      [{ $among: ["'; DROP TABLE t; --"] }, ''],
    ],
  },
  {
    field: 'whole',
    values: { zero: 0, two: 2, seven: -7, big: 9007199254740994n, null: null, missing: undefined },
    filters: [
      [{ $multiple: 1 }, 'zero two seven big'],
      [{ $multiple: '2' }, 'zero two big'],
      [{ $multiple: 7n }, 'zero seven'],
      [{ $among: [2, 9007199254740994n] }, 'two big'],
    ],
  },
  {
    field: 'real',
    values: { zero: 0, half: 0.5, far: 1e300, minus: -1.25, null: null, missing: undefined },
    filters: [
      [{ $near: { of: 0 } }, 'zero half'],
      [{ $near: { of: -1, within: 0.25 } }, 'minus'],
      [{ $near: { of: 0, within: 2 } }, 'zero half minus'],
      [{ $among: [0.5, -1.25] }, 'half minus'],
    ],
  },
  {
    field: 'flag',
    values: { yes: true, no: false, null: null, missing: undefined },
    filters: [
      [{ $among: [true] }, 'yes'],
      [{ $among: [false, true] }, 'yes no'],
    ],
  },
  {
    field: 'at',
    values: { a: '2024-02-29T12:00:00Z', b: '2024-02-29T12:00:00.000001Z', missing: undefined },
    filters: [[{ $among: ['2024-02-29T14:00:00+02:00'] }, 'a']],
  },
  {
    field: 'day',
    values: { a: '2024-02-29', b: '0001-01-01', missing: undefined },
    filters: [[{ $among: ['2024-02-29', '2023-01-01'] }, 'a']],
  },
  {
    field: 'exact',
    values: { a: '1.50', b: '-3', missing: undefined },
    filters: [[{ $among: [1.5, '7'] }, 'a']],
  },
  {
    field: 'ref',
    values: { a: REF, b: REF.replace('a', 'b'), missing: undefined },
    filters: [[{ $among: [REF.toUpperCase()] }, 'a']],
  },
  {
    field: 'level',
    values: { a: 'low', b: "it's", c: 'high', none: 'other', missing: undefined },
    filters: [[{ $among: ["it's", 'low'] }, 'a b']],
  },
  {
    field: 'texts',
    values: {
      empty: [],
      a: ['a'],
      b: ['a', 'bcd'],
      odd: [5, null],
      no: 'abcd',
      missing: undefined,
    },
    filters: [
      [{ $longer: 0 }, 'a b'],
      [{ $longer: 2 }, 'b'],
      [{ $among: ['bcd'] }, 'b'],
      [{ $among: [] }, ''],
    ],
  },
  {
    field: 'wholes',
    values: { empty: [], a: [3, 5], b: [4, 9007199254740993n], missing: undefined },
    filters: [
      [{ $multiple: 2 }, 'b'],
      [{ $multiple: 5 }, 'a'],
      [{ $among: [9007199254740993n] }, 'b'],
    ],
  },
  {
    field: 'reals',
    values: { a: [3.5, 5], b: [-1e10], missing: undefined },
    filters: [
      [{ $near: { of: 3.25, within: 0.25 } }, 'a'],
      [{ $among: [5, 7.5] }, 'a'],
    ],
  },
  {
    field: 'days',
    values: { a: ['2024-02-29'], b: ['0001-01-01', '2024-03-01'], missing: undefined },
    filters: [[{ $among: ['2024-03-01'] }, 'b']],
  },
  {
    field: 'exacts',
    values: { a: ['1.5'], b: ['-2', '1.25'], missing: undefined },
    filters: [[{ $among: ['1.50'] }, 'a']],
  },
  {
    field: 'needed',
    values: { a: ['ab'], b: [], c: ['a', 'b'] },
    filters: [[{ $longer: 1 }, 'a']],
  },
  {
    field: 'items',
    values: {
      a: [{ name: 'abc' }],
      b: [{ name: 'a', counts: [3, 4] }, 7],
      c: [{ name: 5, counts: 6 }],
      empty: [],
      missing: undefined,
    },
    filters: [
      [{ $elemMatch: { name: { $longer: 1 } } }, 'a'],
      [{ $elemMatch: { counts: { $multiple: 4 } } }, 'b'],
      [{ $elemMatch: { name: { $not: { $longer: 1 } } } }, 'b c'],
    ],
  },
  {
    field: 'custom.text',
    values: { a: 'a', abc: 'abc', number: 5, null: null, list: ['abcd'], missing: undefined },
    filters: [
      [{ $longer: 1 }, 'abc'],
      [{ $not: { $longer: 1 } }, 'a number null list missing'],
      [{ $among: ['a', 'é'] }, 'a'],
    ],
  },
  {
    field: 'custom.whole',
    values: { four: 4, five: 5, big: 9007199254740994n, text: '4', half: 4.5, missing: undefined },
    filters: [
      [{ $multiple: 2 }, 'four big'],
      [{ $among: [5, 4] }, 'four five'],
    ],
  },
  {
    field: 'custom.real',
    values: { four: 4, half: 4.5, text: '4', missing: undefined },
    filters: [
      [{ $near: { of: 4.25, within: 0.25 } }, 'four half'],
      [{ $among: [4.5] }, 'half'],
    ],
  },
  {
    field: 'custom.at',
    values: { a: '2024-02-29T14:00:00+02:00', no: '2024-02-30T00:00:00Z', missing: undefined },
    filters: [[{ $among: ['2024-02-29T12:00:00Z'] }, 'a']],
  },
  {
    field: 'custom.texts',
    values: { a: ['a', 5], b: ['abc', true], none: 'abc', missing: undefined },
    filters: [
      [{ $longer: 0 }, 'a b'],
      [{ $longer: 1 }, 'b'],
      [{ $among: ['abc', '5'] }, 'b'],
    ],
  },
  {
    field: 'custom.wholes',
    values: { a: [1, '4'], b: [4, 4.5], none: 4, missing: undefined },
    filters: [[{ $multiple: 2 }, 'b']],
  },
  {
    field: 'custom.any',
    values: { a: 'ab', b: 4, c: true, d: 5, null: null, missing: undefined },
    filters: [
      [{ $longer: 1 }, 'a'],
      [{ $multiple: 2 }, 'b'],
      [{ $not: { $multiple: 2 } }, 'a c d null missing'],
      [{ $longer: 0, $ne: 'x' }, 'a'],
    ],
  },
  {
    field: 'other.n',
    values: { a: 4, b: 4.5, c: 9007199254740993n, d: '5', e: true, f: [5], missing: undefined },
    filters: [
      [{ $atLeast: 4.25 }, 'b c'],
      [{ $atLeast: 4 }, 'a b c'],
      [{ $not: { $atLeast: 4.5 } }, 'a d e f missing'],
      [{ $atLeast: 1e300 }, ''],
    ],
  },
  {
    field: `other.it's "odd"`,
    values: { a: 'ab', b: 4, missing: undefined },
    filters: [[{ $longer: 1 }, 'a']],
  },
]
