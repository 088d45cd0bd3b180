import {
  add,
  and,
  caseWhen,
  coalesce,
  concat,
  eq,
  gt,
  gte,
  ilike,
  inArray,
  isNull,
  isUndefined,
  length,
  like,
  lower,
  lt,
  lte,
  multiply,
  not,
  or,
  subtract,
  upper,
} from '@tanstack/db'
import fc from 'fast-check'
import type { Stored } from './server.ts'

/** An expression over a row's references, as callbacks of `where` make it. */
// biome-ignore lint/suspicious/noExplicitAny: references of TanStack DB are typed by rows, which are arbitrary here
export type Build = (row: any) => any

const NAMES = [
  '',
  'a',
  'ab',
  'aba',
  'abab',
  'A',
  'ba',
  'b%',
  'ba_',
  'é',
  '\uff21',
  '\u{1f600}',
  'zz',
]
const DATES = [
  '2024-01-01T00:00:00Z',
  '2024-01-01T00:00:00.5Z',
  '2024-01-01T00:00:00.500499Z',
  '2024-01-01T00:00:00.500500Z',
  '2024-01-01T01:00:00.501+01:00',
  '1969-12-31T23:59:59.9999Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999Z',
]
const CODES = ['00000000-0000-4000-8000-00000000000a', '0f000000-0000-4000-8000-000000000000']
const DAYS = ['0999-12-31', '2024-02-29', '2024-03-01']
const INTEGERS = [-1, 0, 1, 2, Number.MAX_SAFE_INTEGER]
const NUMBERS = [-1.5, 0, 0.1, 1, 1e300]
const TAGS = ['a', 'b', 'c']

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values)

/** A value, null, or nothing at all. */
const optional = <T>(name: string, values: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 4, arbitrary: values.map((value) => ({ [name]: value as unknown })) },
    { weight: 1, arbitrary: fc.constantFrom<Record<string, unknown>>({}, { [name]: null }) },
  )

const rowArbitrary = fc
  .tuple(
    optional('name', pick(...NAMES)),
    optional('level', pick('low', 'mid', 'top')),
    optional('age', pick(...INTEGERS)),
    optional('score', pick(...NUMBERS)),
    optional('active', fc.boolean()),
    optional('at', pick(...DATES)),
    optional('born', pick(...DAYS)),
    optional('code', pick(...CODES)),
    optional('tags', fc.subarray(TAGS)),
    optional('marks', fc.subarray(INTEGERS.slice(0, 3))),
    optional('meta', optional('rank', pick(...INTEGERS))),
    optional(
      'custom',
      fc.tuple(optional('n', pick(...INTEGERS)), optional('s', pick(...NAMES))).map(([n, s]) => ({
        ...n,
        ...s,
      })),
    ),
  )
  .map((parts): Record<string, unknown> => Object.assign({}, ...parts))

/** Rows with the keys `r00`, `r01`, … */
export const rowsArbitrary = fc
  .array(rowArbitrary, { minLength: 20, maxLength: 40 })
  .map((rows): readonly Stored[] =>
    rows.map((row, i) => ({ ...row, id: `r${String(i).padStart(2, '0')}` })),
  )

interface Property {
  readonly read: Build
  readonly values: readonly unknown[]
  /** Operands of other types, where not any. */
  readonly others?: readonly unknown[]
}

const instants = [
  ...DATES.map((text) => new Date(text)),
  new Date(Date.parse('2024-01-01T00:00:00.5Z') - 1),
  new Date(Date.UTC(12_000, 0)),
]

const PROPERTIES: readonly Property[] = [
  { read: (row) => row.id, values: ['r00', 'r10', 'r2', ''] },
  { read: (row) => row.name, values: NAMES },
  { read: (row) => row.level, values: ['low', 'mid', 'top'] },
  {
    read: (row) => row.age,
    values: [...INTEGERS, 0.5, -0, Number.POSITIVE_INFINITY, -1e300, 2 ** 53],
  },
  { read: (row) => row.score, values: [...NUMBERS, Number.NEGATIVE_INFINITY, -0] },
  { read: (row) => row.active, values: [true, false] },
  { read: (row) => row.at, values: instants },
  { read: (row) => row.born, values: DAYS },
  { read: (row) => row.code, values: CODES },
  { read: (row) => row.meta.rank, values: INTEGERS },
  // The option oneKindPerKey promises that their ranges are of the key's kind.
  { read: (row) => row.custom.n, values: INTEGERS, others: [7, 0.5] },
  { read: (row) => row.custom.s, values: NAMES, others: ['x'] },
]

const LISTS: readonly Property[] = [
  { read: (row) => row.tags, values: [...TAGS, 'd'] },
  { read: (row) => row.marks, values: [...INTEGERS, 0.5] },
]

const comparisons = [eq, gt, gte, lt, lte]

/** Now and then null, undefined, or a value of another type. */
const operandOf = ({ values, others = ['x', 7, true] }: Property) =>
  fc.oneof(
    { weight: 12, arbitrary: pick(...values) },
    { weight: 1, arbitrary: pick<unknown>(null, undefined, Number.NaN, ...others) },
  )

const comparisonOf = (property: Property): fc.Arbitrary<Build> =>
  fc
    .tuple(pick(...comparisons), operandOf(property), fc.boolean())
    .map(([compare, value, isTurned]) => (row) => {
      const field = property.read(row)
      return isTurned ? compare(value as never, field) : compare(field, value as never)
    })

const leafOf = (property: Property): fc.Arbitrary<Build> =>
  fc.oneof(
    { weight: 6, arbitrary: comparisonOf(property) },
    {
      weight: 2,
      arbitrary: fc.array(operandOf(property), { maxLength: 6 }).map(
        (values): Build =>
          (row) =>
            inArray(property.read(row), values),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(pick(...comparisons), operandOf(property), operandOf(property)).map(
        ([compare, other, value]): Build =>
          (row) =>
            compare(coalesce(property.read(row), other as never), value as never),
      ),
    },
    { weight: 1, arbitrary: pick<Build>((row) => isNull(property.read(row))) },
    { weight: 1, arbitrary: pick<Build>((row) => isUndefined(property.read(row))) },
    {
      weight: 2,
      arbitrary: pick<Build>((row) =>
        or(isNull(property.read(row)), isUndefined(property.read(row))),
      ),
    },
    {
      weight: 1,
      arbitrary: pick<Build>((row) =>
        and(not(isUndefined(property.read(row))), not(isNull(property.read(row)))),
      ),
    },
  )

const PATTERNS = [
  'a',
  '%',
  '',
  'a%',
  '%a',
  '%b%',
  'a%b',
  'ab%ba',
  'ab%ab',
  'a_',
  '%%',
  '%a%b%',
  '%\uff21%',
  '0%',
]

const patterns: fc.Arbitrary<Build> = fc
  .tuple(
    pick(like, ilike),
    pick<Build>(
      (row) => row.name,
      (row) => row.level,
    ),
    pick(...PATTERNS, '%o%', 'LOW'),
  )
  .map(
    ([test, read, pattern]) =>
      (row) =>
        test(read(row), pattern),
  )

const memberships: fc.Arbitrary<Build> = pick(...LISTS).chain((property) =>
  operandOf(property).map(
    (value): Build =>
      (row) =>
        inArray(value as never, property.read(row)),
  ),
)

/** What no filter says. */
const others: fc.Arbitrary<Build> = pick<Build>(
  (row) => eq(lower(row.name), 'a'),
  (row) => eq(upper(row.name), 'A'),
  (row) => gt(length(row.name), 1),
  (row) => eq(concat(row.name, row.id), 'ar00'),
  (row) => gt(add(row.age, 1), 1),
  (row) => lt(subtract(row.age, 1), 1),
  (row) => gt(multiply(row.score, 2), 1),
  (row) => eq(row.name, row.id),
  (row) => eq(caseWhen(gt(row.age, 0), 'old', 'young'), 'old'),
)

const leaves: fc.Arbitrary<Build> = fc.oneof(
  { weight: 12, arbitrary: pick(...PROPERTIES).chain(leafOf) },
  { weight: 2, arbitrary: patterns },
  { weight: 2, arbitrary: memberships },
  { weight: 1, arbitrary: pick<Build>((row) => row.active) },
  { weight: 1, arbitrary: others },
)

export const whereArbitrary: fc.Arbitrary<Build> = fc.letrec<{ where: Build }>((tie) => ({
  where: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: leaves },
    {
      weight: 1,
      arbitrary: tie('where').map(
        (inner): Build =>
          (row) =>
            not(inner(row)),
      ),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(pick(and, or), tie('where'), tie('where'), fc.array(tie('where'), { maxLength: 2 }))
        .map(
          ([join, one, other, more]): Build =>
            (row) =>
              join(one(row), other(row), ...more.map((each) => each(row))),
        ),
    },
  ),
})).where

const SORTED = ['id', 'name', 'level', 'age', 'score', 'active', 'at', 'born', 'code']

export const windowArbitrary = fc.record({
  terms: fc.uniqueArray(
    fc.record({
      field: pick(...SORTED),
      direction: pick('asc', 'desc'),
      nulls: pick('first', 'last'),
    }),
    { minLength: 1, maxLength: 2, selector: ({ field }) => field },
  ),
  limit: fc.integer({ min: 1, max: 12 }),
  offset: fc.constantFrom(0, 0, 3),
})
