import fc from 'fast-check'
import {
  boolean,
  defineSchema,
  dynamic,
  type FieldDefinition,
  type FieldMapping,
  integer,
  list,
  type Mapping,
  number,
  type Schema,
  string,
  timestamp,
} from 'tamis'

/**
 * Arbitrary schemas, mappings, rows, filters and queries. Rows and operands are drawn from the same
 * small pools of awkward values, so that filters do hit rows.
 */

type Scalar = 'string' | 'boolean' | 'integer' | 'number' | 'timestamp'

const oneIn = (n: number) => fc.integer({ min: 1, max: n }).map((roll) => roll === 1)

// Values

const STRINGS = [
  '',
  ' ',
  'a',
  'A',
  'á',
  'a\u0301',
  'a ',
  'ab',
  'aB',
  'b',
  'ß',
  'ẞ',
  'ss',
  'ς',
  'σ',
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
  '😀',
  '😁',
  '\u{10000}',
  '\uD7FF',
  '\uE000',
  '\uFFFD',
  '\uFFFF',
  '\u0001',
  '\n',
  '漢字',
  'हिन्दी',
  'Curiosity Rover',
  'rover_curiosity',
  'Roxy',
  '2024-05-01T12:00:00Z',
  'ﬁ',
  '①',
  '\u200D',
  'O’Neil',
  'x'.repeat(300),
]
// Most of what is drawn is from a handful, so that what is asked for is there.
const text = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'A', 'á', 'a ', 'ab', '😀') },
  { weight: 6, arbitrary: fc.constantFrom(...STRINGS) },
  {
    weight: 1,
    arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }).filter((own) => !own.includes('\0')),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...STRINGS), fc.constantFrom(...STRINGS))
      .map((two) => two.join(' ')),
  },
)
const illFormed = fc.constantFrom('\0', 'a\0', '\uD83D', 'a\uDE00', '\uDE00\uD83D')

const LONG = 2n ** 53n
const integers = fc.oneof(
  fc.constantFrom<(number | bigint)[]>(0, 1, 2, LONG, LONG + 1n),
  fc.constantFrom<(number | bigint)[]>(
    0,
    -0,
    1,
    -1,
    1n,
    2,
    10,
    100,
    2 ** 31,
    -(2 ** 31),
    2 ** 53 - 1,
    1 - 2 ** 53,
    LONG,
    LONG + 1n,
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
    0,
    -0,
    1,
    -1,
    0.1,
    0.2,
    0.3,
    0.1 + 0.2,
    0.5,
    1.5,
    -1.5,
    2.5,
    1e21,
    1e20,
    1e300,
    -1e300,
    5e-324,
    2 ** 53,
    2 ** 53 + 2,
    2 ** 62,
    2 ** 63,
    -(2 ** 63),
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    Number.MIN_VALUE,
    2.2250738585072014e-308,
    23350.59544821083,
  ),
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }),
)

const two = (value: number) => String(value).padStart(2, '0')
const instants = fc
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
      fc.constantFrom(
        '',
        '.0',
        '.5',
        '.123456',
        '.1234564',
        '.1234569',
        '.999999',
        '.9999999',
        '.123456789',
        '.1234567899',
      ),
      fc.nat(999).map((n) => `.${n}`),
    ),
    zone: fc.constantFrom('Z', 'Z', 'Z', 'z', '+00:00', '-00:00', '+05:30', '-23:59', '+23:59'),
    letter: fc.constantFrom('T', 'T', 'T', 't'),
  })
  .map(({ year, month, day, hour, minute, second, fraction, zone, letter }) => {
    const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
    return `${date}${letter}${two(hour)}:${two(minute)}:${two(second)}${fraction}${zone}`
  })
const COMMON_INSTANTS = [
  '2024-05-01T12:00:00Z',
  '2024-05-01T14:00:00+02:00',
  '2024-05-01T12:00:00.000001Z',
  '2024-05-01T12:00:00.0000005Z',
  '2024-05-01T12:00:00.5Z',
  '2016-12-31T23:59:60Z',
  '2017-01-01T00:00:00Z',
  '2016-12-31T18:59:60.25-05:00',
  '2024-02-29T23:59:59.999999999Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '1970-01-01T00:00:00Z',
  '1969-12-31T23:59:59.9Z',
  '2024-05-01T12:00:00Z',
]
// Within the years 0001–9999 whatever the offset: an operand outside them is refused.
const inRange = (own: string) => own >= '0001-01-03' && own <= '9999-12-30'
const validInstants = fc.oneof(
  fc.constantFrom(...COMMON_INSTANTS.slice(0, 5)),
  fc.constantFrom(...COMMON_INSTANTS),
  instants.filter(inRange),
)
const brokenInstants = fc.oneof(
  instants,
  fc.constantFrom(
    '2024-02-30T00:00:00.000000Z',
    '2024-13-01T00:00:00.000000Z',
    '2024-05-01T24:00:00.000000Z',
    '2024-05-01 12:00:00Z',
    '2024-05-01',
    '0000-01-01T00:00:00.000000Z',
    '2023-02-29T12:00:00.000000Z',
    '2024-05-01T12:00:60Z',
  ),
)

/** Operands of a kind, and what rows of it hold when they hold a value. */
const operands: Record<Scalar, fc.Arbitrary<unknown>> = {
  string: text,
  boolean: fc.boolean(),
  integer: integers,
  number: fc.oneof(
    { weight: 4, arbitrary: doubles },
    {
      weight: 1,
      arbitrary: fc.oneof(integers, fc.constantFrom(10n ** 400n, -(10n ** 400n), 2n ** 64n + 1n)),
    },
  ),
  timestamp: fc.oneof(
    { weight: 5, arbitrary: validInstants },
    {
      weight: 1,
      arbitrary: fc.date({
        min: new Date('0001-01-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59Z'),
        noInvalidDate: true,
      }),
    },
  ),
}

const stored: Record<Scalar, fc.Arbitrary<unknown>> = {
  ...operands,
  string: fc.oneof({ weight: 12, arbitrary: text }, { weight: 1, arbitrary: illFormed }),
  number: fc.oneof({ weight: 6, arbitrary: doubles }, { weight: 1, arbitrary: integers }),
  timestamp: fc.oneof(
    { weight: 6, arbitrary: operands.timestamp },
    { weight: 1, arbitrary: brokenInstants },
    { weight: 1, arbitrary: fc.constantFrom(1714564800, 1714564800123, 0, -1.5) },
  ),
}

const nothing = fc.constantFrom(undefined, null)

/** Values that JSON can hold, of whatever kind. */
const json = fc.oneof(
  stored.string,
  stored.boolean,
  stored.integer,
  doubles,
  validInstants,
  nothing,
  fc.constantFrom<unknown[]>([], [1, 'a', null], {}, { a: 1 }, { b: { c: 'a' } }, 2n ** 70n),
)

const foreign = fc.oneof(json, fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Symbol('s')))

const value = (kind: Scalar, absent: boolean): fc.Arbitrary<unknown> =>
  absent
    ? fc.oneof(
        { weight: 8, arbitrary: stored[kind] },
        { weight: 1, arbitrary: nothing },
        { weight: 1, arbitrary: foreign },
      )
    : kind === 'string'
      ? text
      : kind === 'timestamp'
        ? validInstants
        : kind === 'number'
          ? doubles
          : operands[kind]

// Schemas

/** What is known of a generated field beside its definition. */
interface FieldPlan {
  readonly name: string
  readonly shape: 'scalar' | 'list' | 'wildcard' | 'nested'
  readonly kinds: readonly Scalar[]
  readonly definition: FieldDefinition
  readonly mapping: FieldMapping | undefined
}

export interface Plan {
  readonly fields: readonly FieldPlan[]
  readonly schema: Schema
  readonly mapping: Mapping
}

const NAMES = [
  'role',
  'order',
  'select',
  'a b',
  'x"y',
  "it's",
  'naïve',
  'Ünï',
  '0',
  'a-b',
  'constructor',
  '__proto__.x',
  'value',
  'key',
  'type',
  'Path',
  'atom',
  'toString',
  'group',
  'deep.er',
  'deep.est.x',
  'q?',
  ':p',
  '$n'.slice(1),
]
const KEYS = [
  'k',
  'a',
  'b.c',
  'K',
  'q"x',
  "it's",
  '0',
  '-1',
  '*',
  '__proto__',
  'constructor',
  'é',
  '$x',
  'a b',
  '"',
  '\\',
  'o".p',
  '_',
] as const
const key = fc.oneof(fc.constantFrom('k', 'k', 'q"x', 'b.c'), fc.constantFrom(...KEYS))

const scalarKind = fc.constantFrom<Scalar[]>('string', 'boolean', 'integer', 'number', 'timestamp')

const digits = fc.constantFrom(0, 3, 6, 6, 9)

const build: Record<Scalar, (options?: object) => FieldDefinition> = {
  string,
  boolean,
  integer,
  number,
  timestamp,
}

const storageFor = (kind: Scalar, own: number) =>
  kind !== 'timestamp'
    ? fc.constant(undefined)
    : fc.constantFrom(
        undefined,
        'text' as const,
        ...(own === 0 ? [{ epoch: 's' as const }] : []),
        ...(own <= 3 ? [{ epoch: 'ms' as const }] : []),
        ...(own <= 6 ? [{ epoch: 'us' as const }] : []),
      )

const fieldPlan = (name: string, at: number): fc.Arbitrary<FieldPlan> =>
  fc
    .record({
      kind: scalarKind,
      list: oneIn(4),
      required: oneIn(4),
      digits,
      unit: fc.constantFrom(undefined, 's' as const, 'ms' as const),
    })
    .chain((own) => {
      const { kind } = own
      const options =
        kind === 'timestamp'
          ? { digits: own.digits, ...(own.unit === undefined ? {} : { unit: own.unit }) }
          : {}
      const scalar = build[kind](options as never) as FieldDefinition
      if (own.list) {
        return fc.boolean().map(
          (side): FieldPlan => ({
            name,
            shape: 'list',
            kinds: [kind],
            definition: list(scalar as never) as FieldDefinition,
            mapping: side ? { column: `list ${at}`, sideTable: `side "${at}` } : undefined,
          }),
        )
      }
      const definition = build[kind]({
        ...options,
        sortable: true,
        required: own.required,
      } as never) as FieldDefinition
      return storageFor(kind, own.digits).map(
        (storage): FieldPlan => ({
          name,
          shape: 'scalar',
          kinds: [kind],
          definition,
          mapping: storage === undefined ? undefined : { column: `col ${at}`, storage },
        }),
      )
    })

const wildcardPlan = (prefix: string): fc.Arbitrary<FieldPlan[]> =>
  fc
    .record({
      kinds: fc.oneof(
        fc.constantFrom<Scalar[][]>(
          ['string', 'boolean', 'integer'],
          ['string', 'number'],
          ['timestamp', 'number', 'integer'],
          ['string', 'boolean', 'integer', 'number'],
        ),
        fc
          .uniqueArray(scalarKind, { minLength: 1 })
          .filter((kinds) => !(kinds.includes('string') && kinds.includes('timestamp'))),
      ),
      complete: fc.boolean(),
      nested: fc.option(scalarKind, { nil: undefined }),
      nestedList: oneIn(4),
    })
    .map(({ kinds, complete, nested, nestedList }) => {
      const operators = [
        '$eq',
        '$ne',
        '$gt',
        '$gte',
        '$lt',
        '$lte',
        '$in',
        '$nin',
        '$exists',
        '$autocomplete',
      ] as const
      const own: FieldPlan = {
        name: `${prefix}.*`,
        shape: 'wildcard',
        kinds,
        definition: dynamic(
          kinds,
          complete && kinds.includes('string') ? { operators } : {},
        ) as FieldDefinition,
        mapping: { index: ['k', 'b.c'] },
      }
      if (nested === undefined) return [own]
      const definition = nestedList
        ? list(build[nested]() as never)
        : build[nested]({ sortable: true })
      return [
        own,
        {
          name: `${prefix}.lit`,
          shape: 'nested',
          kinds: [nested],
          definition: definition as FieldDefinition,
          mapping: undefined,
        },
      ]
    })

export const planArbitrary: fc.Arbitrary<Plan> = fc
  .record({
    names: fc.uniqueArray(fc.constantFrom(...NAMES), {
      minLength: 1,
      maxLength: 5,
      selector: (name) => name.toLowerCase().split('.').join(' '),
    }),
    wildcards: fc.uniqueArray(fc.constantFrom('custom', 'meta data', 'json'), { maxLength: 2 }),
    key: fc.constantFrom<Scalar[]>('string', 'integer', 'string', 'timestamp'),
  })
  .chain(({ names, wildcards, key }) =>
    fc
      .tuple(...names.map(fieldPlan), ...wildcards.map((prefix) => wildcardPlan(prefix)))
      .map((plans) => {
        const id: FieldPlan = {
          name: 'id',
          shape: 'scalar',
          kinds: [key],
          mapping: undefined,
          definition: build[key]({ required: true, sortable: true } as never) as FieldDefinition,
        }
        const fields = [id, ...plans.flat()]
        const schema = defineSchema({
          fields: Object.fromEntries(fields.map(({ name, definition }) => [name, definition])),
          limits: { segments: 16 },
        }) as Schema
        const mapping = Object.fromEntries(
          fields.flatMap(({ name, mapping: own }) =>
            own === undefined ? [] : [[name.replace(/\.\*$/, ''), own]],
          ),
        )
        const shown = fields.map((own) => `${own.name}: ${own.shape} of ${own.kinds.join('|')}`)
        return { fields, schema, mapping, [fc.toStringMethod]: () => `{ ${shown.join(', ')} }` }
      }),
  )

// Rows

/** Puts a value at a path, as own properties whatever the keys are. */
function put(target: Record<string, unknown>, path: readonly string[], own: unknown): void {
  const [key, ...rest] = path as [string, ...string[]]
  const define = (inner: unknown) =>
    Object.defineProperty(target, key, {
      value: inner,
      writable: true,
      enumerable: true,
      configurable: true,
    })
  if (rest.length === 0) {
    define(own)
    return
  }
  const inner = Object.hasOwn(target, key) ? target[key] : undefined
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) define({})
  put(target[key] as Record<string, unknown>, rest, own)
}

const documentOf = (kinds: readonly Scalar[]) =>
  fc.array(
    fc.tuple(
      key,
      fc.oneof(
        ...kinds.map((kind) => ({
          weight: 4,
          arbitrary:
            kind === 'timestamp'
              ? fc.oneof(validInstants, brokenInstants)
              : kind === 'number'
                ? doubles
                : stored[kind],
        })),
        { weight: 2, arbitrary: json },
      ),
    ),
    { maxLength: 6 },
  )

function fieldValue(plan: FieldPlan): fc.Arbitrary<unknown> {
  const [kind] = plan.kinds as [Scalar]
  switch (plan.shape) {
    case 'scalar':
      return value(kind, !plan.definition.required)
    case 'list':
      return fc.oneof(
        {
          weight: 5,
          arbitrary: fc.array(
            fc.oneof({ weight: 6, arbitrary: stored[kind] }, { weight: 1, arbitrary: json }),
            { maxLength: 4 },
          ),
        },
        { weight: 1, arbitrary: json },
      )
    case 'nested':
      return plan.definition.type === 'list'
        ? fc.array(
            fc.oneof(
              { weight: 6, arbitrary: kind === 'timestamp' ? validInstants : stored[kind] },
              json,
            ),
            { maxLength: 3 },
          )
        : fc.oneof(
            { weight: 6, arbitrary: kind === 'timestamp' ? operands.timestamp : stored[kind] },
            json,
          )
    case 'wildcard':
      return fc.oneof(
        { weight: 8, arbitrary: documentOf(plan.kinds) },
        { weight: 1, arbitrary: nothing },
      )
  }
}

const keyOf: Record<string, (index: number, salt: string) => unknown> = {
  string: (index, salt) => `${salt}${index}`,
  integer: (index) => (index % 7 === 0 ? 2n ** 60n + BigInt(index) : index - 3),
  timestamp: (index) => `2024-05-01T12:00:00.${String(index).padStart(6, '0')}Z`,
}

export const rowsArbitrary = (
  { fields }: Plan,
  maxLength = 30,
): fc.Arbitrary<Record<string, unknown>[]> =>
  fc
    .array(
      fc.tuple(
        fc.constantFrom('', 'a', 'A', 'é', '\uE000', '😀'),
        ...fields.slice(1).map(fieldValue),
      ),
      { minLength: 1, maxLength, size: 'max' },
    )
    .map((all) =>
      all.map(([salt, ...values], index) => {
        const row: Record<string, unknown> = {}
        put(
          row,
          ['id'],
          keyOf[(fields[0] as FieldPlan).kinds[0] as string]?.(index, salt as string),
        )
        fields.slice(1).forEach(({ name, shape }, i) => {
          const own = values[i]
          if (shape !== 'wildcard') {
            if (own !== undefined) put(row, name.split('.'), own)
            return
          }
          const prefix = name.slice(0, -2)
          if (!Array.isArray(own)) {
            put(row, [prefix], own)
            return
          }
          put(row, [prefix], {})
          for (const [key, inner] of own) put(row, [prefix, ...key.split('.')], inner)
        })
        return row
      }),
    )

// Filters

/** Keys of several objects in one; own properties, __proto__ among them. */
const merged = (all: readonly object[]): object =>
  Object.fromEntries(all.flatMap((each) => Object.entries(each)))

const words = fc.constantFrom(
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

function operatorsOf(plan: FieldPlan): fc.Arbitrary<unknown> {
  const operand = fc.oneof(...plan.kinds.map((kind) => operands[kind]))
  const orNull = fc.oneof(
    { weight: 8, arbitrary: operand },
    { weight: 1, arbitrary: fc.constant(null) },
  )
  const members = fc.array(orNull, { maxLength: 5 })
  const isList = plan.definition.type === 'list'
  const elements = fc.array(operand, { maxLength: 3 })
  const allowed = plan.definition.operators as readonly string[] | undefined
  const equal = isList ? fc.oneof(orNull, elements) : orNull
  const single = (name: string, arbitrary: fc.Arbitrary<unknown>) =>
    arbitrary.map((own) => ({ [name]: own }))
  const choices = [
    equal,
    single('$eq', equal),
    single('$ne', equal),
    single('$in', members),
    single('$nin', members),
    single('$exists', fc.boolean()),
    ...(isList
      ? [single('$contains', operand), single('$all', elements)]
      : ['$gt', '$gte', '$lt', '$lte'].map((name) => single(name, operand))),
    ...((plan.kinds[0] === 'string' &&
      (plan.shape === 'scalar' || (plan.shape === 'nested' && !isList))) ||
    allowed?.includes('$autocomplete')
      ? [single('$autocomplete', words)]
      : []),
  ]
  const plain = fc.oneof(...choices)
  const objects = fc
    .array(
      plain.filter(
        (own) =>
          typeof own === 'object' && own !== null && Object.keys(own)[0]?.startsWith('$') === true,
      ),
      { minLength: 1, maxLength: 2 },
    )
    .map((all) => merged(all as object[]))
  return fc.oneof(
    { weight: 5, arbitrary: plain },
    { weight: 1, arbitrary: objects },
    { weight: 1, arbitrary: objects.map((own) => ({ $not: own })) },
  )
}

function leafOf(plan: FieldPlan): fc.Arbitrary<unknown> {
  const name =
    plan.shape === 'wildcard'
      ? key.map((own) => `${plan.name.slice(0, -1)}${own}`)
      : fc.constant(plan.name)
  return fc.tuple(name, operatorsOf(plan)).map((entry) => Object.fromEntries([entry]))
}

export function filterArbitrary({ fields }: Plan): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(...fields.map(leafOf))
  return fc.letrec<{ filter: unknown; lists: unknown[] }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: leaf },
      { weight: 1, arbitrary: tie('lists').map((own) => ({ $and: own })) },
      { weight: 1, arbitrary: tie('lists').map((own) => ({ $or: own })) },
      { weight: 1, arbitrary: tie('lists').map((own) => ({ $nor: own })) },
      { weight: 1, arbitrary: fc.tuple(leaf, leaf).map((both) => merged(both as object[])) },
    ),
    lists: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
  })).filter
}

/** A query payload without its filter: order, page and ranges over the key. */
export function payloadArbitrary({ fields }: Plan): fc.Arbitrary<Record<string, unknown>> {
  const sortable = fields.filter(({ definition }) => definition.sortable).map(({ name }) => name)
  const [key] = (fields[0] as FieldPlan).kinds as [Scalar]
  const term = fc.record({ field: fc.constantFrom(...sortable), direction: fc.constantFrom(1, -1) })
  const rarely = <T>(arbitrary: fc.Arbitrary<T>) =>
    fc.option(arbitrary, { freq: 1, nil: undefined })
  return fc
    .record({
      sort: fc.uniqueArray(term, { maxLength: 3, selector: ({ field }) => field }),
      limit: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.constant(1000), fc.constant(1000)),
      offset: fc.integer({ min: 0, max: 3 }),
      range: rarely(fc.tuple(fc.constantFrom('id_gt', 'id_gte', 'id_lt', 'id_lte'), operands[key])),
    })
    .map(({ range, ...payload }) =>
      range === undefined || range[1] instanceof Date
        ? payload
        : { ...payload, [range[0]]: range[1] },
    )
}
