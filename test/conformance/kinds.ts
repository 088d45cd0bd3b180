import {
  among,
  and,
  both,
  type Comparison,
  compare,
  exists,
  isNull,
  nor,
  not,
  type Operand,
  or,
  type Test,
  type Value,
} from './condition.ts'
import type { FieldSpec, Profile, Row, Suite } from './suite.ts'
import { caseOf, type Table } from './write-case.ts'

const SCALAR = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists'] as const

interface Kind {
  readonly name: string
  readonly spec: Omit<FieldSpec, 'operators'>
  readonly profiles: readonly Profile[]
  /** Values in ascending order, each in one or more notations. */
  readonly ascending: readonly (readonly unknown[])[]
  /** Operands between the values: the place, and how it is written. */
  readonly between?: readonly (readonly [rank: number, json: unknown])[]
  /** Values of other kinds, which count as absent. */
  readonly others: Readonly<Record<string, unknown>>
}

const ALL = ['tamis', 'sql', 'mongodb'] as const
const OBJECTS = { object: { a: 1 }, list: [1, 'a'] }

const KINDS: readonly Kind[] = [
  {
    name: 'string',
    spec: { kind: 'string' },
    profiles: ALL,
    // By code point: capitals before small letters, and U+FFFD before U+1F600.
    ascending: [[''], ['A'], ['a'], ['a '], ['ab'], ['b'], ['é'], ['\u{FFFD}'], ['\u{1F600}']],
    between: [
      [0.5, '\u0001'],
      [3.5, 'aa'],
    ],
    others: { ...OBJECTS, five: 5, yes: true },
  },
  {
    name: 'boolean',
    spec: { kind: 'boolean' },
    profiles: ALL,
    ascending: [[false], [true]],
    others: { ...OBJECTS, one: 1, zero: 0, word: 'true' },
  },
  {
    name: 'integer',
    spec: { kind: 'integer' },
    profiles: ALL,
    ascending: [[-9007199254740991], [-10], [-9], [-1], [0], [1], [2], [10], [9007199254740991]],
    between: [[6.5, 5]],
    others: { ...OBJECTS, half: 1.5, text: '1', yes: true, huge: 1e300 },
  },
  {
    name: 'number',
    spec: { kind: 'number' },
    profiles: ALL,
    ascending: [[-1e300], [-10], [-9.5], [-0.1], [0], [0.1], [0.30000000000000004], [1], [1e300]],
    between: [[5.5, 0.3]],
    others: { ...OBJECTS, text: '1', yes: true },
  },
  {
    name: 'timestamp',
    spec: { kind: 'timestamp', unit: 'ms' },
    profiles: ['tamis'],
    ascending: [
      ['0001-01-01T00:00:00Z'],
      ['1969-12-31T23:59:59.999999Z', '1970-01-01T00:59:59.999999+01:00'],
      ['1970-01-01T00:00:00Z', '1969-12-31T19:00:00-05:00', 0],
      ['2024-02-29T12:00:00Z', '2024-02-29t12:00:00.0z', '2024-02-29T17:30:00+05:30'],
      ['2024-02-29T12:00:00.000001Z'],
      ['2024-02-29T12:00:00.001Z', 1709208000001],
      ['9999-12-31T23:59:59.999999Z'],
    ],
    // An operand keeps the digits that a stored value does not have.
    between: [[3.5, '2024-02-29T12:00:00.0000005Z']],
    others: {
      ...OBJECTS,
      yes: true,
      word: 'yesterday',
      date: '2024-02-29',
      local: '2024-02-29T12:00:00',
      space: '2024-02-29 12:00:00Z',
      noday: '2023-02-29T12:00:00Z',
      hour: '2024-02-29T24:00:00Z',
      years: '10000-01-01T00:00:00Z',
    },
  },
  {
    name: 'date',
    spec: { kind: 'date' },
    profiles: ['tamis'],
    ascending: [
      ['0001-01-01'],
      ['1899-12-31'],
      ['1970-01-01'],
      ['2024-02-29'],
      ['2024-03-01'],
      ['9999-12-31'],
    ],
    between: [[1.5, '1900-01-01']],
    others: {
      ...OBJECTS,
      days: 19782,
      noday: '2023-02-29',
      short: '2024-2-29',
      instant: '2024-02-29T00:00:00Z',
      years: '10000-01-01',
    },
  },
  {
    name: 'uuid',
    spec: { kind: 'uuid' },
    profiles: ['tamis'],
    ascending: [
      ['00000000-0000-0000-0000-000000000000'],
      ['00000001-0000-4000-ffff-000000000000', '00000001-0000-4000-FFFF-000000000000'],
      ['018f3a5c-7c1e-7f00-8000-000000000001'],
      ['11000000-0000-1000-8000-000000000000'],
      ['80000000-0000-4000-8000-000000000000'],
      ['ab000000-0000-4000-8000-000000000000', 'AB000000-0000-4000-8000-000000000000'],
    ],
    between: [[2.5, '018F3A5C-7C1E-7F00-8000-000000000002']],
    others: {
      ...OBJECTS,
      number: 1,
      word: 'nil',
      bare: '018f3a5c7c1e7f008000000000000001',
      braces: '{018f3a5c-7c1e-7f00-8000-000000000001}',
    },
  },
  {
    name: 'decimal',
    spec: { kind: 'decimal', precision: 6, scale: 2 },
    profiles: ['tamis'],
    ascending: [
      ['-9999.99', -9999.99],
      ['-10.50', '-10.5', '-105e-1'],
      ['-0.01'],
      ['0', '-0.00', 0],
      ['0.30', 0.3, '+0.3'],
      ['9.00', 9],
      ['10', '1E+1'],
      ['9999.99'],
    ],
    between: [
      [4.5, '0.305'],
      [7.5, '1e30'],
      [-0.5, -1000000],
    ],
    others: {
      ...OBJECTS,
      yes: true,
      word: 'x',
      fine: '0.301',
      wide: '10000',
      comma: '0,30',
      blank: '',
    },
  },
  {
    name: 'enumeration',
    spec: { kind: 'enumeration', values: ['low', 'medium', 'high', 'Low', 'é'] },
    profiles: ['tamis'],
    ascending: [['low'], ['medium'], ['high'], ['Low'], ['é']],
    others: { ...OBJECTS, upper: 'HIGH', space: 'low ', blank: '', number: 0 },
  },
]

const COMPARISONS: readonly Comparison[] = ['$eq', '$ne', '$gt', '$gte', '$lt', '$lte']

/** Every operator with every operand, each alone and in a complement. */
function testsOf(field: string, operands: readonly Operand[]): Test[] {
  const [first, second = first, third = second] = operands as [Operand, Operand?, Operand?]
  const last = operands.at(-1) as Operand
  const single = [
    ...operands.map((each) => compare(field, '$eq', each, true)),
    ...operands.flatMap((each) => COMPARISONS.map((name) => compare(field, name, each))),
    ...(['bare', '$eq', '$ne'] as const).map((form) => isNull(field, form)),
    exists(field, true),
    exists(field, false),
    ...[[], [first], [first, last], [second, third], [null], [null, second], operands].flatMap(
      (list) => [among(field, list, false), among(field, list, true)],
    ),
    both(field, compare(field, '$gt', first), compare(field, '$lte', last)),
    both(field, compare(field, '$gte', second), compare(field, '$ne', third)),
    both(field, exists(field, true), compare(field, '$lt', last)),
  ]
  return [
    ...single,
    ...single.map((each) => nor(each)),
    ...operands.flatMap((each) => [
      not(field, compare(field, '$gt', each)),
      not(field, compare(field, '$eq', each)),
      or(compare(field, '$lt', each), isNull(field, 'bare')),
      and(exists(field, true), nor(compare(field, '$gte', each))),
    ]),
  ]
}

const nested = (path: string, value: unknown): object =>
  path.split('.').reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object

/** How a field is named, and how its type is written there. */
interface Home {
  readonly suffix: string
  readonly field: string
  readonly about: string
  /** The document that the field is a key of. */
  readonly document?: Readonly<Record<string, FieldSpec>>
}

const HOMES: readonly Home[] = [
  { suffix: '', field: 'value', about: 'a field' },
  {
    suffix: '-in-document',
    field: 'custom.value',
    about: 'a key of a JSON document',
    document: { 'custom.*': { kind: 'dynamic', kinds: ['string'], operators: ['$eq'] } },
  },
]

function suiteOf(kind: Kind, home: Home): Suite {
  const { name, spec, profiles, ascending, between = [], others } = kind
  const rows: [Row, Value][] = [
    [{ id: 'missing' }, { place: undefined, isMissing: true }],
    [{ id: 'null', ...nested(home.field, null) } as Row, { place: undefined, isMissing: false }],
    ...Object.entries(others).map(
      ([id, value]) =>
        [
          { id: `other-${id}`, ...nested(home.field, value) } as Row,
          { place: undefined, isMissing: false },
        ] as [Row, Value],
    ),
    ...ascending.flatMap((notations, rank) =>
      notations.map(
        (value, i) =>
          [
            { id: `v${rank}${'abc'[i]}`, ...nested(home.field, value) } as Row,
            { place: { kind: name, rank }, isMissing: false },
          ] as [Row, Value],
      ),
    ),
  ]
  const table: Table = new Map(rows.map(([row, value]) => [row, { [home.field]: value }]))
  const otherKind = Object.keys(others).map((id) => `other-${id}`)
  const operands: Operand[] = [
    ...ascending.map((notations, rank) => ({ kind: name, rank, json: notations.at(-1) })),
    ...between.map(([rank, json]) => ({ kind: name, rank, json })),
  ].filter(({ json }) => name !== 'timestamp' || typeof json === 'string')
  const suite = `${name}${home.suffix}`
  return {
    name: suite,
    about: `Every scalar operator on ${home.about} of the kind ${name}, with values in several notations, and absent ones.`,
    profiles,
    schema: {
      key: 'id',
      fields: {
        id: { kind: 'string', operators: SCALAR },
        [home.field]: { ...spec, operators: SCALAR },
        ...home.document,
      },
    },
    rows: [...table.keys()],
    otherKind,
    cases: testsOf(home.field, operands).map((test, i) =>
      caseOf(`${suite}/${i + 1}`, test, table, otherKind),
    ),
  }
}

export const kindSuites = (): readonly Suite[] =>
  HOMES.flatMap((home) => KINDS.map((kind) => suiteOf(kind, home)))
