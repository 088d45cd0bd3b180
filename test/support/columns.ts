import {
  boolean,
  decimal,
  enumeration,
  type FieldDefinition,
  type FieldMapping,
  integer,
  list,
  number,
  string,
  type TimestampForm,
  timestamp,
  uuid,
} from 'tamis'

/** A column as people make it, in a table that createTable did not make. */
export interface ColumnCase {
  /** What follows the column's name in CREATE TABLE. */
  readonly ddl: string
  readonly field: FieldDefinition
  readonly mapping?: Pick<FieldMapping, 'type' | 'collation' | 'storage'>
  /** What is stored, as SQL, and what a row holds then. */
  readonly stored: readonly (readonly [sql: string, value: unknown])[]
  /** Operands beside the values that are stored. */
  readonly operands?: readonly unknown[]
  /** Whether ranges and sorts are refused. */
  readonly refusesOrder?: true
  /** Statements to run before. */
  readonly before?: readonly string[]
}

const UUIDS = [
  '018f3a5c-7c1e-7f00-8000-000000000001',
  '018f3a5c-7c1e-7f00-8000-0000000000ff',
  'f0000000-0000-4000-8000-000000000000',
  '00000000-0000-0000-0000-000000000000',
] as const

const REFS = [
  ...UUIDS,
  '7fffffff-ffff-4fff-bfff-ffffffffffff',
  '80000000-0000-4000-8000-000000000000',
  'aab00000-0000-4000-8000-000000000000',
  'ab000000-0000-4000-8000-000000000000',
] as const

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const texts = (...all: readonly string[]) => all.map((each) => [quoted(each), each] as const)
const plain = (...all: readonly (number | bigint | boolean)[]) =>
  all.map((each) => [String(each), each] as const)

/** Texts that collations take for one, or order otherwise than by code point. */
const WORDS = [
  ...['Ana@x.com', 'ana@x.com', 'ANA', 'ana', 'aná', 'b', 'B', 'Ångström', 'z', 'ß', 'ss'],
  ...['cha', 'cz', '%a', 'a_b', 'a|b', 'a%b'],
]
const OTHERS = ['aNA@x.com', 'ana ', '', 'nope', '😀', 'Ａ']

const inText = (
  ddl: string,
  mapping: ColumnCase['mapping'] = {},
  stored: readonly string[] = WORDS,
): ColumnCase => ({
  ddl,
  field: string({ sortable: true }),
  mapping,
  stored: texts(...stored),
  operands: OTHERS,
})

/** MariaDB's type UUID refuses it. */
const UNSTORED = '018f3a5c-7c1e-8f00-8000-0000000000fe'

const ids = (ddl: string, type: string): ColumnCase => ({
  ddl,
  field: string({ sortable: true }),
  mapping: { type },
  stored: texts(...UUIDS),
  operands: ['nope', UUIDS[0].toUpperCase(), '018f', '', UNSTORED],
})

/** A column of UUIDs in which text that is none is not found either. */
const uuids = (
  ddl: string,
  mapping: NonNullable<ColumnCase['mapping']>,
  stored: ColumnCase['stored'] = texts(...REFS),
): ColumnCase => ({
  ddl,
  field: uuid({ sortable: true }),
  mapping,
  stored,
  operands: [REFS[0].toUpperCase(), '018f3a5c-7c1e-7f00-8000-0000000000fe', UNSTORED],
})

/** Without ranges and sorts. */
const unordered = (ddl: string, type: string): ColumnCase => ({
  ...uuids(ddl, { type }),
  refusesOrder: true,
})

const uuidLists = (ddl: string, type: string, write: (texts: string) => string): ColumnCase => ({
  ddl,
  field: list(uuid()),
  mapping: { type },
  stored: [[write(`'${REFS[0]}','${REFS[1]}'`), [REFS[0], REFS[1]]]],
  operands: [REFS[0].toUpperCase(), REFS[2]],
})

/** As listed: neither in the order of the texts nor in that of any type below. */
const LEVELS = ['low', 'medium', 'high', 'critical'] as const
const IN_REVERSE = "'critical','high','medium','low'"

const levels = (ddl: string, mapping: NonNullable<ColumnCase['mapping']>): ColumnCase => ({
  ddl,
  field: enumeration(LEVELS, { sortable: true }),
  mapping,
  stored: texts('high', 'low', 'critical'),
  operands: ['medium'],
})

const levelLists = (ddl: string, type: string, write: (texts: string) => string): ColumnCase => ({
  ddl,
  field: list(enumeration(LEVELS)),
  mapping: { type },
  stored: [
    [write("'high','low'"), ['high', 'low']],
    [write("'high'"), ['high']],
  ],
  operands: ['high', 'medium'],
})

const isLong = (stored: readonly (number | bigint)[]): boolean =>
  stored.some((each) => typeof each === 'bigint')

/** A column of integers, read as numbers, or as bigints if it holds any that no number is. */
const whole = (ddl: string, type: string, ...stored: readonly (number | bigint)[]): ColumnCase => ({
  ddl,
  field: integer({ sortable: true, as: isLong(stored) ? 'bigint' : 'number' }),
  mapping: { type },
  stored: plain(...(isLong(stored) ? stored.map(BigInt) : stored)),
  operands: [3_000_000_000, -3_000_000_000, 2n ** 62n, -(2n ** 62n), 0, 70_000, -200],
})

const numbers = (
  ddl: string,
  type: string,
  stored: readonly (readonly [string, number])[],
): ColumnCase => ({
  ddl,
  field: number({ sortable: true }),
  mapping: { type },
  stored,
  operands: [0.1, 0.2, 0.30000000000000004, 1e300, -1e300, 1e-300, 5, 2.5, 2n ** 61n],
})

const flags = (
  ddl: string,
  type: string,
  stored: readonly (readonly [string, boolean])[],
): ColumnCase => ({ ddl, field: boolean({ sortable: true }), mapping: { type }, stored })

const times = (
  ddl: string,
  type: string,
  stored: readonly (readonly [string, string])[],
  digits = 6,
): ColumnCase => ({
  ddl,
  field: timestamp({ sortable: true, digits }),
  mapping: { type },
  stored,
  operands: ['2024-05-01T12:00:00.5Z', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
})

/** A column as a field of decimals of 8 digits, two of them after the point. */
const decimals = (
  ddl: string,
  type: string,
  stored: readonly (readonly [sql: string, value: string | undefined])[],
): ColumnCase => ({
  ddl,
  field: decimal({ precision: 8, scale: 2, sortable: true }),
  mapping: { type },
  stored,
  operands: [0, '0.005', '-0.005', '1.5', '1.505', '-1e3', '1e30', '-1e30', '999999.99', 2n ** 70n],
})

/** Decimals in a column of each kind of numbers that people have. */
const ofDecimals = (name: string, wrap = (type: string) => type): readonly ColumnCase[] => [
  decimals(wrap(`${name}(8,2)`), `${name}(8,2)`, [
    ['1.5', '1.50'],
    ['-0.01', '-0.01'],
    ['0', '0.00'],
    ['999999.99', '999999.99'],
  ]),
  decimals(wrap(`${name}(4,1)`), `${name}(4,1)`, [
    ['1.5', '1.50'],
    ['-999.9', '-999.90'],
    ['0', '0.00'],
  ]),
  // Values that the field does not have are absent.
  decimals(wrap(`${name}(20,4)`), `${name}(20,4)`, [
    ['1.5', '1.50'],
    ['1.5001', undefined],
    ['-1000000', undefined],
    ['-999999.99', '-999999.99'],
    ['0.0001', undefined],
  ]),
  numbers(wrap(`${name}(10,2)`), `${name}(10,2)`, [
    ['0.1', 0.1],
    ['5', 5],
    ['-7.25', -7.25],
    ['99999999.99', 99_999_999.99],
    ['0', 0],
  ]),
  numbers(wrap(`${name}(15,15)`), `${name}(15,15)`, [
    ['0.1', 0.1],
    ['0.300000000000001', 0.300000000000001],
    ['-0.999999999999999', -0.999999999999999],
  ]),
  whole(wrap(`${name}(5,0)`), `${name}(5,0)`, -99_999, 99_999, 0, 7),
  whole(wrap(`${name}(18,0)`), `${name}(18,0)`, -(10n ** 18n - 1n), 10n ** 18n - 1n, 0, 7),
]

const POSTGRES: readonly ColumnCase[] = [
  ...ofDecimals('numeric'),
  decimals('numeric', 'numeric', [
    ['1.500', '1.50'],
    ["'NaN'", undefined],
    ['1.001', undefined],
    ['1e30', undefined],
    ['-999999.99', '-999999.99'],
  ]),
  decimals('integer', 'integer', [
    ['5', '5.00'],
    ['-2147483648', undefined],
    ['999999', '999999.00'],
  ]),
  decimals('smallint', 'int2', [
    ['5', '5.00'],
    ['-32768', '-32768.00'],
  ]),
  {
    ddl: 'numeric(6,1)[]',
    field: list(decimal({ precision: 8, scale: 2 })),
    mapping: { type: 'numeric(6,1)[]' },
    stored: [
      ['ARRAY[1.5, 2]', ['1.50', '2.00']],
      ["'{}'", []],
    ],
    operands: ['1.5', '1.55', 2, '1e10'],
  },
  inText('varchar(100) COLLATE "C"', { type: 'varchar(100)' }),
  inText('text COLLATE "und-x-icu"', { collation: 'und-x-icu' }),
  inText('varchar(20) COLLATE "sv-x-icu"', { type: 'varchar(20)', collation: 'sv-x-icu' }),
  {
    ...inText('text COLLATE folding', { collation: 'folding' }),
    before: [
      `CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
    ],
  },
  inText('char(12)', { type: 'char(12)' }),
  {
    ...inText('citext', { type: 'citext' }),
    before: ['CREATE EXTENSION IF NOT EXISTS citext'],
  },
  ids('uuid', 'uuid'),
  uuids('uuid', { type: 'uuid' }),
  uuids('text COLLATE "C"', { type: 'text' }),
  uuids('varchar(36) COLLATE "da-x-icu"', { type: 'varchar(36)', collation: 'da-x-icu' }),
  uuids('char(36) COLLATE "C"', { type: 'char(36)' }),
  { ...levels('level', { type: 'level' }), before: [`CREATE TYPE level AS ENUM (${IN_REVERSE})`] },
  {
    ...levels('"My ""Level"', { type: '"My ""Level"' }),
    before: [`CREATE TYPE "My ""Level" AS ENUM (${IN_REVERSE})`],
  },
  {
    ...levelLists('level[]', 'level[]', (all) => `ARRAY[${all}]::level[]`),
    before: [`CREATE TYPE level AS ENUM (${IN_REVERSE})`],
  },
  levels('text COLLATE "C"', { type: 'text' }),
  levels('varchar(20) COLLATE "sv-x-icu"', { type: 'varchar(20)', collation: 'sv-x-icu' }),
  levels('char(12)', { type: 'character(12)' }),
  levelLists('varchar(20)[]', 'varchar(20)[]', (all) => `ARRAY[${all}]::varchar[]`),
  uuidLists('uuid[]', 'uuid[]', (all) => `ARRAY[${all}]::uuid[]`),
  uuidLists('char(36)[]', 'character(36)[]', (all) => `ARRAY[${all}]::char(36)[]`),
  uuidLists('varchar(36)[]', 'character varying(36)[]', (all) => `ARRAY[${all}]::varchar[]`),
  whole('smallint', 'smallint', -32768, 32767, 0, 1),
  whole('serial', 'int4', -(2 ** 31), 2 ** 31 - 1, 0, 7),
  whole('bigint', 'int8', -(2n ** 63n), 2n ** 63n - 1n, 0, 7),
  numbers('real', 'real', [
    ['0.1', 0.1],
    ['2.5', 2.5],
    ['16777217', 16_777_216],
    ['3e38', 3e38],
    ['-3e38', -3e38],
    ['0', 0],
  ]),
  numbers('integer', 'integer', [
    ['5', 5],
    ['-7', -7],
  ]),
  flags('bit(1)', 'bit', [
    ["B'1'", true],
    ["B'0'", false],
  ]),
  flags('integer', 'integer', [
    ['0', false],
    ['1', true],
    ['2', true],
  ]),
  times('timestamp', 'timestamp without time zone', [
    ["'2024-05-01 12:00:00'", '2024-05-01T12:00:00.000000Z'],
    ["'2024-05-01 12:00:00.5'", '2024-05-01T12:00:00.500000Z'],
  ]),
  times('timestamptz(3)', 'timestamp(3) with time zone', [
    ["'2024-05-01 12:00:00+02'", '2024-05-01T10:00:00.000000Z'],
    ["'2024-05-01 12:00:00.123Z'", '2024-05-01T12:00:00.123000Z'],
  ]),
  {
    ddl: 'varchar(20)[]',
    field: list(string()),
    mapping: { type: 'varchar(20)[]' },
    stored: [
      ["ARRAY['a','b']", ['a', 'b']],
      ["'{}'", []],
    ],
    operands: ['a', 'c', 'A'],
  },
  {
    ddl: 'citext[]',
    field: list(string()),
    mapping: { type: 'citext[]' },
    stored: [
      ["ARRAY['a','b']::citext[]", ['a', 'b']],
      ["ARRAY['A']::citext[]", ['A']],
    ],
    operands: ['a', 'c', 'B'],
    before: ['CREATE EXTENSION IF NOT EXISTS citext'],
  },
  {
    ddl: 'int[]',
    field: list(integer()),
    mapping: { type: 'int4[]' },
    stored: [
      ['ARRAY[1,2]', [1, 2]],
      ["'{}'", []],
    ],
    operands: [1, 3, 3_000_000_000],
  },
  {
    ddl: 'uuid[]',
    field: list(string()),
    mapping: { type: 'uuid[]' },
    stored: [[`ARRAY['${UUIDS[0]}','${UUIDS[1]}']::uuid[]`, [UUIDS[0], UUIDS[1]]]],
    operands: [UUIDS[0], UUIDS[2], 'nope'],
  },
]

const utf8mb4 = ['utf8mb4_general_ci', 'utf8mb4_unicode_ci', 'utf8mb4_bin']

const MYSQL_FAMILY: readonly ColumnCase[] = [
  ...ofDecimals('decimal'),
  decimals('decimal(8,2) unsigned', 'decimal(8,2) unsigned', [
    ['1.5', '1.50'],
    ['0', '0.00'],
  ]),
  decimals('int unsigned', 'int(10) unsigned', [
    ['5', '5.00'],
    ['4294967295', undefined],
  ]),
  ...utf8mb4.map((collation) =>
    inText(`varchar(100) COLLATE ${collation}`, { type: 'varchar(100)', collation }),
  ),
  inText('varchar(100) CHARACTER SET latin1', {
    type: 'varchar(100)',
    collation: 'latin1_swedish_ci',
  }),
  inText('char(12) COLLATE utf8mb4_general_ci', {
    type: 'char(12)',
    collation: 'utf8mb4_general_ci',
  }),
  inText('text COLLATE utf8mb4_general_ci', { type: 'text', collation: 'utf8mb4_general_ci' }),
  inText(
    "enum('low','medium','high') COLLATE utf8mb4_general_ci",
    { type: "enum('low','medium','high')" },
    ['high', 'low', 'medium'],
  ),
  levels(`enum(${IN_REVERSE}) COLLATE utf8mb4_general_ci`, { type: `enum(${IN_REVERSE})` }),
  levels(`enum(${IN_REVERSE}) CHARACTER SET latin1`, { type: `enum(${IN_REVERSE})` }),
  levels('varchar(20) COLLATE utf8mb4_general_ci', {
    type: 'varchar(20)',
    collation: 'utf8mb4_general_ci',
  }),
  ...['utf8mb4_general_ci', 'utf8mb4_unicode_ci', 'utf8mb4_bin', 'utf8mb4_danish_ci'].map(
    (collation) => uuids(`char(36) COLLATE ${collation}`, { type: 'char(36)', collation }),
  ),
  uuids('varchar(36) CHARACTER SET latin1', {
    type: 'varchar(36)',
    collation: 'latin1_swedish_ci',
  }),
  uuids(
    'binary(16)',
    { type: 'binary(16)' },
    REFS.map((each) => [`X'${each.replaceAll('-', '')}'`, each]),
  ),
  whole('tinyint', 'tinyint(4)', -128, 127, 0),
  whole('smallint unsigned', 'smallint(5) unsigned', 0, 65_535),
  whole('mediumint', 'mediumint', -(2 ** 23), 2 ** 23 - 1),
  whole('int', 'int(11)', -(2 ** 31), 2 ** 31 - 1, 0),
  whole('int unsigned', 'int(10) unsigned', 0, 2 ** 32 - 1),
  whole('bigint', 'bigint(20)', -(2n ** 63n), 2n ** 63n - 1n, 0),
  numbers('float', 'float', [
    ['0.1', Math.fround(0.1)],
    ['2.5', 2.5],
    ['16777217', 16_777_216],
    ['3e38', Math.fround(3e38)],
    ['0', 0],
  ]),
  flags('bit(1)', 'bit(1)', [
    ["b'1'", true],
    ["b'0'", false],
  ]),
  flags('tinyint(1)', 'tinyint(1)', [
    ['0', false],
    ['1', true],
    ['2', true],
  ]),
  // Sessions of the tests are in UTC.
  times('timestamp(3) NULL', 'timestamp(3)', [
    ["'2024-05-01 12:00:00'", '2024-05-01T12:00:00.000000Z'],
    ["'2024-05-01 12:00:00.5'", '2024-05-01T12:00:00.500000Z'],
  ]),
  times('datetime(3)', 'datetime(3)', [
    ["'2024-05-01 12:00:00'", '2024-05-01T12:00:00.000000Z'],
    ["'2024-05-01 12:00:00.5'", '2024-05-01T12:00:00.500000Z'],
  ]),
]

/** Text of timestamps in a form, or in any. */
const timeTexts = (
  ddl: string,
  text: TimestampForm | 'any',
  digits: number,
  stored: ColumnCase['stored'],
): ColumnCase => ({
  ddl,
  field: timestamp({ sortable: true, digits }),
  mapping: { storage: { text } },
  stored,
  operands: [
    '2024-05-01T12:00:00.5Z',
    '2024-05-01T12:00:00.500000001Z',
    '2024-05-01T14:00:00+02:00',
    '2024-05-01T11:59:59.999999999Z',
    '2024-05-02T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ],
})

/** What one column holds where several programs write. */
const MIXED = [
  ["'2024-05-01T12:00:00Z'", '2024-05-01T12:00:00.000000Z'],
  ["'2024-05-01T12:00:00.0Z'", '2024-05-01T12:00:00.000000Z'],
  ["'2024-05-01T12:00:00.5Z'", '2024-05-01T12:00:00.500000Z'],
  ["'2024-05-01 12:00:00'", '2024-05-01T12:00:00.000000Z'],
  ["'2024-05-01 12:00:00.123456789'", '2024-05-01T12:00:00.123456Z'],
  ["'2024-05-01 12:00:00.1234561234567'", '2024-05-01T12:00:00.123456Z'],
  ["'2024-05-01 12:00:00.50Z'", '2024-05-01T12:00:00.500000Z'],
  ["'2024-05-01T12:00:00.999999999'", '2024-05-01T12:00:00.999999Z'],
  ["'2024-05-01 14:00:00+02:00'", '2024-05-01T12:00:00.000000Z'],
  ["'2024-04-30T22:00:00.25-14:00'", '2024-05-01T12:00:00.250000Z'],
  ["'2024-05-02 01:59:59.75+14:00'", '2024-05-01T11:59:59.750000Z'],
  ["'2024-02-29 00:00:00'", '2024-02-29T00:00:00.000000Z'],
  ["'0001-01-01 00:00:00'", '0001-01-01T00:00:00.000000Z'],
  ["'9999-12-31T23:59:59.9Z'", '9999-12-31T23:59:59.900000Z'],
] as const

/** What is no timestamp of any form, and counts as absent. */
const NO_TIMES = [
  ["'0001-01-01T00:00:00+01:00'", undefined],
  ["'9999-12-31T23:59:59-01:00'", undefined],
  ["'0000-05-05 00:00:00'", undefined],
  ["'2023-02-29 00:00:00'", undefined],
  ["'2024-00-10 00:00:00'", undefined],
  ["'2024-05-01 24:00:00'", undefined],
  ["'2024-05-01 12:00:60'", undefined],
  ["'2024-05-01T12:00:00ZZ'", undefined],
  ["'2024-05-01T12:00:00.Z'", undefined],
  ["'2024-05-01T12:00:00.5.5Z'", undefined],
  ["'2024-05-01T12:00:005Z'", undefined],
  ["'2024-05-01T12:00:00+15:00'", undefined],
  ["'2024-05-01T12:00:00.5+1:00'", undefined],
  ["'2024-05-01t12:00:00z'", undefined],
  ["'2024-05-01'", undefined],
  ["'2024-05-01 12:00'", undefined],
  ["'x'", undefined],
  ["''", undefined],
] as const

const SQLITE: readonly ColumnCase[] = [
  timeTexts('TEXT DEFAULT CURRENT_TIMESTAMP', 'YYYY-MM-DD HH:MM:SS', 0, [
    ["'2024-05-01 12:00:00'", '2024-05-01T12:00:00Z'],
    ["'2024-05-01 12:00:01'", '2024-05-01T12:00:01Z'],
    ["'0001-01-01 00:00:00'", '0001-01-01T00:00:00Z'],
    ["'9999-12-31 23:59:59'", '9999-12-31T23:59:59Z'],
  ]),
  timeTexts('DATETIME', 'YYYY-MM-DD HH:MM:SS.SSSSSS', 6, [
    ["'2024-05-01 12:00:00.000000'", '2024-05-01T12:00:00.000000Z'],
    ["'2024-05-01 12:00:00.500000'", '2024-05-01T12:00:00.500000Z'],
    ["'2024-05-01 11:59:59.999999'", '2024-05-01T11:59:59.999999Z'],
  ]),
  // What `toISOString()` writes, whose digits are more than the field's, but zeros.
  timeTexts('VARCHAR(24)', 'YYYY-MM-DDTHH:MM:SS.SSSZ', 1, [
    ["'2024-05-01T12:00:00.000Z'", '2024-05-01T12:00:00.0Z'],
    ["'2024-05-01T12:00:00.500Z'", '2024-05-01T12:00:00.5Z'],
  ]),
  timeTexts('TIMESTAMP', 'YYYY-MM-DDTHH:MM:SS.SSSSSSSSS', 9, [
    ["'2024-05-01T12:00:00.500000001'", '2024-05-01T12:00:00.500000001Z'],
    ["'2024-05-01T12:00:00.500000000'", '2024-05-01T12:00:00.500000000Z'],
  ]),
  timeTexts('TEXT', 'any', 6, MIXED),
  timeTexts('DATETIME COLLATE NOCASE', 'any', 6, MIXED),
  timeTexts('TEXT', 'any', 6, [...MIXED.slice(0, 3), ...NO_TIMES.slice(0, 10)]),
  timeTexts('DATETIME', 'any', 6, [...MIXED.slice(0, 3), ...NO_TIMES.slice(10)]),
  timeTexts('TIMESTAMP', 'any', 0, [
    ["'2024-05-01T12:00:00.5Z'", '2024-05-01T12:00:00Z'],
    ["'2024-05-01 12:00:00'", '2024-05-01T12:00:00Z'],
    ["'2024-05-01 12:00:01'", '2024-05-01T12:00:01Z'],
    ['1714564800', undefined],
  ]),
  times('DATETIME', 'DATETIME', [
    ["'2024-05-01 12:00:00'", '2024-05-01T12:00:00.000000Z'],
    ["'2024-05-01T12:00:00.5Z'", '2024-05-01T12:00:00.500000Z'],
  ]),
  decimals('INTEGER', 'INTEGER', [
    ['150', '1.50'],
    ['-99999999', '-999999.99'],
    ['0', '0.00'],
  ]),
  decimals('TEXT', 'TEXT', [
    ["'1.50'", '1.50'],
    ["'1.5'", undefined],
    ["'01.50'", undefined],
    ["'-0.00'", undefined],
    ["'-0.01'", '-0.01'],
    ["'10.00'", '10.00'],
    ["'9.00'", '9.00'],
    ["'x'", undefined],
  ]),
  inText('TEXT COLLATE NOCASE', { collation: 'NOCASE' }),
  inText('VARCHAR(20) COLLATE RTRIM', { type: 'VARCHAR(20)', collation: 'RTRIM' }),
  uuids('TEXT COLLATE NOCASE', { collation: 'NOCASE' }),
  levels('VARCHAR(20) COLLATE NOCASE', { type: 'VARCHAR(20)', collation: 'NOCASE' }),
  uuids('CHAR(36)', { type: 'CHAR(36)' }),
  uuids('UUID', { type: 'UUID' }),
  whole('INT', 'INT', -5, 7, 0),
  flags('BOOLEAN', 'BOOLEAN', [
    ['0', false],
    ['1', true],
    ['2', true],
  ]),
  numbers('DOUBLE', 'DOUBLE', [
    ['0.1', 0.1],
    ['5', 5],
  ]),
  numbers('DECIMAL(10, 2)', 'DECIMAL(10, 2)', [
    ['0.1', 0.1],
    ['5', 5],
  ]),
]

const DUCKDB: readonly ColumnCase[] = [
  ...ofDecimals('DECIMAL'),
  decimals('DECIMAL', 'DECIMAL(18,3)', [
    ['1.5', '1.50'],
    ['1.001', undefined],
  ]),
  decimals('INTEGER', 'INTEGER', [
    ['5', '5.00'],
    ['-2147483648', undefined],
  ]),
  inText('VARCHAR COLLATE NOCASE', { collation: 'NOCASE' }),
  inText('VARCHAR COLLATE NOACCENT', { type: 'VARCHAR', collation: 'NOACCENT' }),
  ids('UUID', 'UUID'),
  uuids('UUID', { type: 'UUID' }),
  uuids('VARCHAR', { type: 'VARCHAR' }),
  uuids('VARCHAR COLLATE NOCASE', { type: 'VARCHAR', collation: 'NOCASE' }),
  levels(`ENUM (${IN_REVERSE})`, { type: `ENUM(${IN_REVERSE})` }),
  levels('VARCHAR COLLATE NOCASE', { type: 'VARCHAR', collation: 'NOCASE' }),
  levelLists(`ENUM (${IN_REVERSE})[]`, `ENUM(${IN_REVERSE})[]`, (all) => `[${all}]`),
  uuidLists('UUID[]', 'UUID[]', (all) => `[${all}]`),
  uuidLists('VARCHAR[]', 'VARCHAR[]', (all) => `[${all}]`),
  {
    ...inText("ENUM ('low', 'medium', 'high')", { type: "ENUM('low', 'medium', 'high')" }, [
      'high',
      'low',
      'medium',
    ]),
  },
  whole('TINYINT', 'TINYINT', -128, 127),
  whole('UINTEGER', 'UINTEGER', 0, 2 ** 32 - 1),
  whole('INTEGER', 'INTEGER', -(2 ** 31), 2 ** 31 - 1, 0),
  numbers('FLOAT', 'FLOAT', [
    ['0.1', Math.fround(0.1)],
    ['2.5', 2.5],
    ['3e38', Math.fround(3e38)],
  ]),
  times(
    'TIMESTAMP_S',
    'TIMESTAMP_S',
    [
      ["'2024-05-01 12:00:00'", '2024-05-01T12:00:00Z'],
      ["'2024-05-01 12:00:01'", '2024-05-01T12:00:01Z'],
    ],
    0,
  ),
  {
    ddl: 'UUID[]',
    field: list(string()),
    mapping: { type: 'UUID[]' },
    stored: [[`['${UUIDS[0]}','${UUIDS[1]}']`, [UUIDS[0], UUIDS[1]]]],
    operands: [UUIDS[0], UUIDS[2], 'nope'],
  },
]

const CLICKHOUSE: readonly ColumnCase[] = [
  ...ofDecimals('Decimal', (type) => `Nullable(${type})`),
  decimals('Nullable(Int32)', 'Nullable(Int32)', [
    ['5', '5.00'],
    ['-2147483648', undefined],
  ]),
  inText('LowCardinality(Nullable(String))', { type: 'LowCardinality(Nullable(String))' }),
  inText('Nullable(FixedString(12))', { type: 'FixedString(12)' }),
  ids('Nullable(UUID)', 'Nullable(UUID)'),
  unordered('Nullable(UUID)', 'Nullable(UUID)'),
  levels("Nullable(Enum8('critical' = 1, 'high' = 2, 'medium' = 3, 'low' = 4))", {
    type: "Nullable(Enum8('critical' = 1, 'high' = 2, 'medium' = 3, 'low' = 4))",
  }),
  levels("Nullable(Enum16('low' = -5, 'medium' = 7, 'high' = -9, 'critical' = 0))", {
    type: 'Enum16',
  }),
  levels('LowCardinality(Nullable(String))', { type: 'LowCardinality(Nullable(String))' }),
  uuids('Nullable(String)', { type: 'Nullable(String)' }),
  uuids('LowCardinality(Nullable(String))', { type: 'LowCardinality(Nullable(String))' }),
  uuids('Nullable(FixedString(36))', { type: 'Nullable(FixedString(36))' }),
  uuids(
    'Nullable(FixedString(16))',
    { type: 'FixedString(16)' },
    REFS.map((each) => [`UUIDStringToNum('${each}')`, each]),
  ),
  inText("Nullable(Enum8('low' = 1, 'medium' = 2, 'high' = 3))", { type: 'Enum8' }, [
    'high',
    'low',
    'medium',
  ]),
  whole('Nullable(Int8)', 'Nullable(Int8)', -128, 127),
  whole('Nullable(UInt32)', 'UInt32', 0, 2 ** 32 - 1),
  numbers('Nullable(Float32)', 'Float32', [
    ['0.1', Math.fround(0.1)],
    ['2.5', 2.5],
  ]),
  flags('Nullable(UInt8)', 'UInt8', [
    ['0', false],
    ['1', true],
    ['2', true],
  ]),
]

/** By the names of engines. */
export const COLUMNS: Readonly<Record<string, readonly ColumnCase[]>> = {
  SQLite: SQLITE,
  DuckDB: DUCKDB,
  ClickHouse: CLICKHOUSE,
  PostgreSQL: POSTGRES,
  MariaDB: [...MYSQL_FAMILY, ids('uuid', 'uuid'), unordered('uuid', 'uuid')],
  MySQL: [
    ...MYSQL_FAMILY,
    uuids('char(36) COLLATE utf8mb4_0900_ai_ci', {
      type: 'char(36)',
      collation: 'utf8mb4_0900_ai_ci',
    }),
    uuids('char(36) COLLATE utf8mb4_da_0900_ai_ci', {
      type: 'char(36)',
      collation: 'utf8mb4_da_0900_ai_ci',
    }),
    inText('varchar(100) COLLATE utf8mb4_0900_ai_ci', {
      type: 'varchar(100)',
      collation: 'utf8mb4_0900_ai_ci',
    }),
  ],
}
