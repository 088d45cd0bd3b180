/** Tables as others make them: types, collations, nullability and digits that each database has. */

import fc from 'fast-check'
import type { Connection, Engine } from './engines/engine.ts'

/** What may follow the name of a column, and values for it, as SQL. */
interface ColumnKind {
  readonly ddl: string
  readonly values: readonly string[]
  /** Values that break a promise, and that a check with counts has to find. */
  readonly bad?: readonly string[]
  /** Whether values can be made unique, for a key. */
  readonly key?: (index: number) => string
  readonly before?: string
  /** Whether an index of it is refused. */
  readonly isBare?: true
}

const quoted = (value: string): string => `'${value.replaceAll("'", "''")}'`
const texts = [
  '',
  'a',
  'A',
  'á',
  'a ',
  'b',
  'B',
  'ana',
  'Ana',
  'ß',
  'ss',
  'Z',
  '1',
  '😀',
  '\uE000',
  'Ａ',
]
const latin = ['', 'a', 'A', 'á', 'b', 'B', 'ana', 'Ana', 'ß', 'Z', '1']
const words = texts.map(quoted)
const keyText = (index: number) => quoted(`${index % 3 === 0 ? 'K' : 'k'}${index}`)
const keyNumber = (index: number) => String(index * 3)

const text = (ddl: string, values = words): ColumnKind => ({ ddl, values, key: keyText })
const numbers = (ddl: string, ...values: readonly (number | bigint)[]): ColumnKind => ({
  ddl,
  values: values.map(String),
  key: keyNumber,
})
const doubles = (ddl: string, bad: readonly string[] = []): ColumnKind => ({
  ddl,
  values: ['0', '1', '-1.5', '0.1', '2.5', '16777217', '1e30'],
  bad,
})
const decimals = (ddl: string): ColumnKind => ({
  ddl,
  values: ['0', '1.5', '-1.50', '99999999.99', '0.01'],
})
const UUIDS = [1, 2, 3, 255].map(
  (n) => `018f3a5c-7c1e-7f00-8000-0000000000${n.toString(16).padStart(2, '0')}`,
)
const uuids = (ddl: string): ColumnKind => ({
  ddl,
  values: UUIDS.map(quoted),
  key: (index) => quoted(`f0000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
  isBare: true,
})
const INSTANTS = [
  '2024-05-01 12:00:00',
  '2024-05-01 12:00:01',
  '1999-12-31 23:59:59',
  '0001-01-01 00:00:00',
  '9999-12-31 23:59:59',
]
const fraction = (digits: number) => (digits === 0 ? '' : `.${'123456'.slice(0, digits)}`)
const instants = (
  ddl: string,
  digits: number,
  bad: readonly string[] = [],
  all = INSTANTS,
): ColumnKind => ({
  ddl,
  values: [...all, ...all.map((each) => `${each}${fraction(digits)}`)].map(quoted),
  bad,
})
const days = (ddl: string, bad: readonly string[] = []): ColumnKind => ({
  ddl,
  values: ['2024-02-29', '2024-05-01', '0001-01-01', '9999-12-31'].map(quoted),
  bad,
})
const flags = (ddl: string, ...values: readonly string[]): ColumnKind => ({
  ddl,
  values,
  isBare: true,
})
const documents = (ddl: string, bad: readonly string[] = ["'[1]'", "'1'"]): ColumnKind => ({
  ddl,
  values: [
    '{}',
    '{"k":"a"}',
    '{"k":"A"}',
    '{"k":"a "}',
    '{"k":1}',
    '{"k":1.5,"b":{"c":true}}',
    '{"k":true,"b":{"c":"x"}}',
    '{"k":null}',
    '{"k":[1,"a"]}',
    '{"k":9007199254740993}',
  ].map(quoted),
  bad,
  isBare: true,
})

const POSTGRES: readonly ColumnKind[] = [
  text('text'),
  text('text COLLATE "C"'),
  text('varchar(20)'),
  text('varchar(20) COLLATE "und-x-icu"'),
  text('char(12)'),
  { ...text('citext'), before: 'CREATE EXTENSION IF NOT EXISTS citext' },
  {
    ...text('text COLLATE folding'),
    before: `CREATE COLLATION IF NOT EXISTS folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
  },
  { ...text('short_text'), before: 'CREATE DOMAIN short_text AS varchar(40)' },
  text('name', latin.map(quoted)),
  uuids('uuid'),
  {
    ddl: 'mood',
    values: ["'sad'", "'Happy'", "'ok'"],
    before: "CREATE TYPE mood AS ENUM ('sad', 'ok', 'Happy')",
    isBare: true,
  },
  numbers('smallint', -32768, 32767, 0, 7),
  numbers('integer', -(2 ** 31), 2 ** 31 - 1, 0, 7),
  numbers('bigint', -(2 ** 53) + 1, 2 ** 53 - 1, 0, 7),
  doubles('real', ["'NaN'", "'Infinity'"]),
  doubles('double precision', ["'NaN'", "'-Infinity'"]),
  decimals('numeric(10,2)'),
  decimals('numeric(12,4)'),
  { ddl: 'numeric', values: ['1.5'], isBare: true },
  flags('boolean', 'TRUE', 'FALSE'),
  flags('bit(1)', "B'1'", "B'0'"),
  instants('timestamptz', 6, ["'infinity'", "'-infinity'"]),
  instants('timestamptz(3)', 3),
  instants('timestamp', 6, ["'infinity'"]),
  instants('timestamp(0)', 0),
  days('date', ["'infinity'"]),
  documents('jsonb'),
  documents('json'),
  {
    ddl: 'text[]',
    values: ["'{}'", "ARRAY['a','A']", "ARRAY['b','b']"],
    bad: ["'{{a},{b}}'", "'{NULL}'"],
    isBare: true,
  },
  { ddl: 'varchar(20)[]', values: ["'{}'", "ARRAY['a','A']", "ARRAY['b']"], isBare: true },
  { ddl: 'int[]', values: ["'{}'", 'ARRAY[1,2]', 'ARRAY[2,2,3]'], isBare: true },
  { ddl: 'smallint[]', values: ["'{}'", 'ARRAY[1,2]', 'ARRAY[2,2,3]'], isBare: true },
  { ddl: 'real[]', values: ["'{}'", 'ARRAY[1.5,2]', 'ARRAY[0.1]'], isBare: true },
  { ddl: 'boolean[]', values: ["'{}'", 'ARRAY[TRUE]', 'ARRAY[TRUE,FALSE]'], isBare: true },
  { ddl: 'date[]', values: ["'{}'", "ARRAY['2024-05-01'::date]"], isBare: true },
  { ddl: 'uuid[]', values: ["'{}'", `ARRAY['${UUIDS[0]}','${UUIDS[1]}']::uuid[]`], isBare: true },
  { ddl: 'bytea', values: ["'\\x00'"], isBare: true },
  { ddl: 'interval', values: ["'1 day'"], isBare: true },
]

const NUL = 'CONCAT(CHAR(97), CHAR(0))'
const MYSQL_FAMILY: readonly ColumnKind[] = [
  ...['utf8mb4_general_ci', 'utf8mb4_unicode_ci', 'utf8mb4_bin'].map((collation) => ({
    ...text(`varchar(100) COLLATE ${collation}`),
    bad: [NUL],
  })),
  text('varchar(100)'),
  text('varchar(30) CHARACTER SET latin1', latin.map(quoted)),
  text('varchar(30) CHARACTER SET utf8mb3', latin.map(quoted)),
  text('char(12) COLLATE utf8mb4_general_ci'),
  { ...text('text COLLATE utf8mb4_unicode_ci'), isBare: true },
  { ...text('mediumtext'), isBare: true },
  { ddl: "enum('low','Low2','high')", values: ["'low'", "'high'", "'Low2'"], isBare: true },
  numbers('tinyint', -128, 127, 0),
  numbers('smallint unsigned', 0, 65_535),
  numbers('mediumint', -(2 ** 23), 2 ** 23 - 1),
  numbers('int', -(2 ** 31), 2 ** 31 - 1, 0),
  numbers('int unsigned', 0, 2 ** 32 - 1),
  numbers('bigint', -(2 ** 53) + 1, 2 ** 53 - 1, 0),
  { ...numbers('bigint unsigned', 0, 7, 2 ** 53 - 1), bad: [String(2n ** 64n - 1n)] },
  doubles('float'),
  decimals('decimal(10,2)'),
  doubles('double'),
  flags('tinyint(1)', '0', '1', '2', '-1'),
  flags('bit(1)', "b'0'", "b'1'"),
  instants('datetime', 0),
  instants('datetime(3)', 3),
  instants('datetime(6)', 6),
  instants('timestamp NULL', 0, [], INSTANTS.slice(0, 3)),
  instants('timestamp(3) NULL', 3, [], INSTANTS.slice(0, 3)),
  days('date'),
  documents('json'),
  { ddl: 'varbinary(20)', values: ["'a'"], isBare: true },
  { ddl: 'time', values: ["'12:00:00'"], isBare: true },
]

const SQLITE: readonly ColumnKind[] = [
  { ...text('TEXT'), bad: ["x'61'", 'char(97, 0)'] },
  { ...text('VARCHAR(20)'), bad: ["x'61'"] },
  text('TEXT COLLATE NOCASE'),
  text('VARCHAR(20) COLLATE RTRIM'),
  { ...numbers('INTEGER', 0, 7, -5, 2 ** 53 - 1), bad: ['1.5', "'a'"] },
  { ...numbers('INT', 0, 7, -5), bad: ['1.5'] },
  numbers('BIGINT', 0, 7, -5),
  { ...flags('BOOLEAN', '0', '1', '2'), bad: ["''", "'true'"] },
  doubles('REAL', ['9e999', "'a'"]),
  doubles('DOUBLE'),
  doubles('NUMERIC'),
  doubles('DECIMAL(10, 2)'),
  documents('JSON', ["'[1]'", "'nope'"]),
  { ddl: 'BLOB', values: ["x'00'"], isBare: true },
  { ddl: 'DATETIME', values: ["'2024-05-01 12:00:00'"], isBare: true },
  { ddl: '', values: ["'a'", '1'], isBare: true },
]

const DUCKDB: readonly ColumnKind[] = [
  { ...text('VARCHAR'), bad: ['chr(0)'] },
  text('VARCHAR COLLATE NOCASE'),
  text('VARCHAR COLLATE NOACCENT'),
  uuids('UUID'),
  { ddl: "ENUM ('low', 'Low', 'high')", values: ["'low'", "'high'", "'Low'"], isBare: true },
  numbers('TINYINT', -128, 127),
  numbers('UINTEGER', 0, 2 ** 32 - 1),
  numbers('INTEGER', -(2 ** 31), 2 ** 31 - 1, 0),
  numbers('BIGINT', -(2 ** 53) + 1, 2 ** 53 - 1, 0),
  { ...numbers('UBIGINT', 0, 7), bad: [String(2n ** 64n - 1n)] },
  doubles('FLOAT', ["'nan'", "'inf'"]),
  doubles('DOUBLE', ["'nan'", "'inf'"]),
  decimals('DECIMAL(10, 2)'),
  flags('BOOLEAN', 'TRUE', 'FALSE'),
  instants('TIMESTAMP', 6, ["'infinity'"]),
  instants('TIMESTAMPTZ', 6),
  instants('TIMESTAMP_S', 0),
  instants('TIMESTAMP_MS', 3),
  days('DATE', ["'infinity'"]),
  documents('JSON'),
  { ddl: 'VARCHAR[]', values: ['[]', "['a','A']", "['b','b']"], bad: ['[NULL]'], isBare: true },
  { ddl: 'INTEGER[]', values: ['[]', '[1,2]', '[2,2,3]'], isBare: true },
  { ddl: 'UUID[]', values: ['[]', `['${UUIDS[0]}','${UUIDS[1]}']`], isBare: true },
  { ddl: 'BLOB', values: ["'a'"], isBare: true },
]

const CLICKHOUSE: readonly ColumnKind[] = [
  text('String'),
  text('Nullable(String)'),
  text('LowCardinality(Nullable(String))'),
  { ddl: 'Nullable(FixedString(8))', values: ["'a'", "'A'", "'b'"] },
  uuids('Nullable(UUID)'),
  { ddl: "Nullable(Enum8('low' = 1, 'high' = 2))", values: ["'low'", "'high'"] },
  numbers('Int8', -128, 127),
  numbers('Nullable(UInt32)', 0, 2 ** 32 - 1),
  numbers('Nullable(Int64)', -(2 ** 53) + 1, 2 ** 53 - 1, 0),
  doubles('Nullable(Float32)', ['nan']),
  doubles('Float64', ['inf']),
  decimals('Decimal(10, 2)'),
  flags('Nullable(Bool)', 'TRUE', 'FALSE'),
  { ddl: 'Array(String)', values: ['[]', "['a','A']"], isBare: true },
  { ddl: 'Array(Int32)', values: ['[]', '[1,2]'], isBare: true },
  { ddl: 'DateTime', values: ["'2024-05-01 12:00:00'"], isBare: true },
]

const KINDS: Readonly<Record<string, readonly ColumnKind[]>> = {
  SQLite: SQLITE,
  PostgreSQL: POSTGRES,
  PGlite: POSTGRES.filter(({ ddl }) => !/icu|folding|citext/.test(ddl)),
  MariaDB: [...MYSQL_FAMILY, uuids('uuid')],
  MySQL: [...MYSQL_FAMILY, text('varchar(100) COLLATE utf8mb4_0900_ai_ci')],
  DuckDB: DUCKDB,
  ClickHouse: CLICKHOUSE,
}

interface ColumnPlan {
  readonly name: string
  readonly kind: ColumnKind
  readonly required: boolean
  readonly isIndexed: boolean
}

/** A table, and the values of its rows as SQL. */
export interface ForeignTable {
  readonly columns: readonly ColumnPlan[]
  readonly rows: readonly (readonly string[])[]
  readonly isBroken: boolean
}

const NAMES = [
  'role',
  'Order',
  'a b',
  'x.y',
  '$z',
  'value',
  "it's",
  '__proto__',
  'constructor',
  'naïve',
]

const oneIn = (n: number) => fc.integer({ min: 1, max: n }).map((roll) => roll === 1)

/** In ClickHouse a dot is of a nested column. */
const namesOf = (engine: string): readonly string[] =>
  engine === 'ClickHouse' ? NAMES.filter((name) => !name.includes('.')) : NAMES

export const foreignTableArbitrary = ({ name: engine }: Engine): fc.Arbitrary<ForeignTable> => {
  const kinds = KINDS[engine] ?? []
  const isNullableType = (ddl: string) => engine !== 'ClickHouse' || ddl.includes('Nullable(')
  const key = fc.constantFrom(
    ...kinds.filter(
      ({ key, ddl }) =>
        key &&
        !/Nullable|text\b(?! COLLATE "C")|^name|TEXT COLLATE NOCASE/.test(ddl) &&
        !/^(medium)?text/.test(ddl),
    ),
  )
  const column = (name: string) =>
    fc.record({
      name: fc.constant(name),
      kind: fc.constantFrom(...kinds),
      required: oneIn(3),
      isIndexed: oneIn(3),
    })
  return fc
    .record({
      key,
      names: fc.uniqueArray(fc.constantFrom(...namesOf(engine)), { minLength: 1, maxLength: 5 }),
      isBroken: oneIn(5),
      length: fc.integer({ min: 1, max: 25 }),
    })
    .chain((own) =>
      fc.tuple(...own.names.map(column)).chain((columns) => {
        const valueIn = ({ kind, required }: ColumnPlan): fc.Arbitrary<string> => {
          const value = fc.constantFrom(...kind.values, ...(own.isBroken ? (kind.bad ?? []) : []))
          if (required || !isNullableType(kind.ddl)) return value
          return fc.oneof(
            { weight: 5, arbitrary: value },
            { weight: 1, arbitrary: fc.constant('NULL') },
          )
        }
        const row = fc.tuple(...columns.map(valueIn))
        return fc.array(row, { minLength: own.length, maxLength: own.length }).map((rows) => ({
          columns: [{ name: 'id', kind: own.key, required: true, isIndexed: false }, ...columns],
          rows: rows.map((values, i) => [own.key.key?.(i) ?? String(i), ...values]),
          isBroken: own.isBroken,
          [fc.toStringMethod]: () =>
            `{ ${columns.map(({ name, kind, required }) => `${name} ${kind.ddl}${required ? '!' : ''}`).join(', ')} } of ${rows.length}`,
        }))
      }),
    )
}

/** Makes the table `t`. */
export async function makeForeignTable(
  { dialect, name: engine }: Engine,
  connection: Connection,
  { columns, rows }: ForeignTable,
): Promise<void> {
  const quote = (name: string) => dialect.identifier(name).texts.join('')
  for (const { kind } of columns) {
    if (kind.before === undefined) continue
    await connection.exec(kind.before).catch((error: unknown) => {
      if (!/exists/.test(String(error))) throw error
    })
  }
  const isClickhouse = engine === 'ClickHouse'
  const defined = columns.map(({ name, kind, required }, i) => {
    const suffix = i === 0 ? ' PRIMARY KEY' : required ? ' NOT NULL' : ''
    const ddl = required ? kind.ddl.replace(/ NULL$/, '') : kind.ddl
    return `${quote(name)} ${ddl}${isClickhouse ? '' : suffix}`
  })
  const options = isClickhouse ? ' ENGINE = MergeTree ORDER BY id' : ''
  await connection.exec(`CREATE TABLE t (${defined.join(', ')})${options}`)
  for (const [i, { name, kind, isIndexed }] of columns.entries()) {
    if (isIndexed && !isClickhouse && kind.isBare === undefined) {
      await connection.exec(`CREATE INDEX ${quote(`t_${i}`)} ON t (${quote(name)})`)
    }
  }
  const names = columns.map(({ name }) => quote(name)).join(', ')
  const values = rows.map((row) => `(${row.join(', ')})`)
  await connection.exec(`INSERT INTO t (${names}) VALUES ${values.join(', ')}`)
}
