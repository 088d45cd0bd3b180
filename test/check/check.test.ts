/** Tables of createTable have no findings; those that people make have the ones that are due. */

import fc from 'fast-check'
import {
  boolean,
  createTable,
  date,
  decimal,
  defineSchema,
  dynamic,
  enumeration,
  type FieldDefinition,
  integer,
  list,
  type Mapping,
  number,
  parseQuery,
  type Schema,
  string,
  tableOf,
  timestamp,
  uuid,
} from 'tamis'
import { checkTable, type Finding, introspect, readFacts } from 'tamis/check'
import { postgres } from 'tamis/postgres'
import { usersSchema } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planArbitrary } from '../support/arbitrary.ts'
import { budget } from '../support/budget.ts'
import { caseSchema } from '../support/cases.ts'
import { available } from '../support/engines/available.ts'
import type { Connection, Engine } from '../support/engines/engine.ts'
import { askingOf } from '../support/promise.ts'
import { Table } from '../support/table.ts'

const everyKind = defineSchema({
  fields: {
    id: string({ required: true }),
    text: string({ sortable: true }),
    whole: integer({ sortable: true }),
    real: number({ sortable: true }),
    flag: boolean(),
    price: decimal({ precision: 10, scale: 2, sortable: true }),
    at: timestamp({ sortable: true }),
    ms: timestamp({ digits: 3 }),
    ns: timestamp({ digits: 9 }),
    epoch: timestamp({ digits: 0 }),
    day: date({ sortable: true }),
    token: uuid(),
    mood: enumeration(['sad', 'ok', "it's"]),
    texts: list(string()),
    wholes: list(integer()),
    days: list(date()),
    'custom.*': dynamic(['string', 'integer']),
  },
}) as unknown as Schema

describe.each(available)('a table of createTable in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection?.close())

  async function findingsOf(schema: Schema, mapping: Mapping = {}): Promise<readonly Finding[]> {
    const { dialect } = engine
    const target = { dialect, table: 'c', mapping }
    const sides = tableOf(schema, target).sideTables.map(({ name }) => name)
    for (const statement of createTable(schema, target)) await connection.exec(statement)
    try {
      const ask = askingOf(connection)
      const facts = await readFacts(ask, { table: 'c' })
      const sideTables = await Promise.all(sides.map((table) => readFacts(ask, { table })))
      return checkTable(schema, target, facts, { sideTables })
    } finally {
      for (const name of [...sides, 'c']) {
        await connection.exec(`DROP TABLE ${dialect.identifier(name).texts.join('')}`)
      }
    }
  }

  it('has no findings for any kind and storage', async () => {
    expect(await findingsOf(everyKind, { epoch: { storage: { epoch: 'ms' } } })).toEqual([])
  })

  it('has no findings for an enumeration of long texts, which an index could not hold', async () => {
    const schema = defineSchema({
      fields: {
        id: string({ required: true }),
        text: enumeration(['a', 'b'.repeat(1000)], { sortable: true }),
        other: enumeration(['a', 'b'.repeat(700)], { operators: ['$eq', '$gt'] }),
      },
    }) as unknown as Schema
    expect(await findingsOf(schema)).toEqual([])
  })

  it.each([
    ['the cases', caseSchema],
    ['the users', usersSchema],
  ])('has no findings for the schema of %s', async (_, schema) => {
    expect(await findingsOf(schema as unknown as Schema)).toEqual([])
  })

  it('has no findings for any schema and mapping', async () => {
    await fc.assert(
      fc.asyncProperty(planArbitrary(engine.features), async ({ schema, mapping }) => {
        expect(await findingsOf(schema, mapping)).toEqual([])
      }),
      { seed: 20_240_501, numRuns: budget(2, 40) },
    )
  })
})

/** A column as people make it, and what a schema that knows only its kind promises of it. */
interface TableCase {
  readonly engine: string
  /** The row of the list of tables that were seen to go wrong, in words. */
  readonly about: string
  readonly ddl: string
  readonly before?: string
  /** Values of rows, as SQL. */
  readonly values: readonly string[]
  readonly naive: FieldDefinition
  readonly mapping?: Mapping
  /** The codes that the naive schema gives, but for warnings. */
  readonly codes: readonly string[]
  /** Those that become errors when rows are counted. */
  readonly counted?: readonly string[]
  /** The codes that stay when the table is introspected. */
  readonly left?: readonly string[]
  /** What the introspected rows hold; undefined where the column is left out. */
  readonly read: readonly unknown[]
}

const plain = {
  operators: ['$eq', '$ne', '$in', '$gt', '$gte', '$lt', '$lte'] as const,
  sortable: true,
}
const UUID = '018f3a5c-7c1e-7f00-8000-000000000001'

const CASES: readonly TableCase[] = [
  {
    engine: 'PostgreSQL',
    about: 'a uuid under string()',
    ddl: 'uuid',
    values: [`'${UUID}'`],
    naive: string(plain),
    codes: ['type_not_mapped'],
    read: [UUID],
  },
  {
    engine: 'MariaDB',
    about: 'a UUID under string()',
    ddl: 'uuid',
    values: [`'${UUID}'`],
    naive: string(plain),
    codes: ['type_not_mapped'],
    read: [UUID],
  },
  {
    engine: 'ClickHouse',
    about: 'a UUID under string()',
    ddl: 'UUID',
    values: [`'${UUID}'`],
    naive: string(plain),
    codes: ['type_not_mapped'],
    read: [UUID],
  },
  {
    engine: 'MariaDB',
    about: 'an ENUM under string()',
    ddl: "enum('low','medium','high')",
    values: ["'high'", "'low'"],
    naive: string(plain),
    codes: ['type_not_mapped'],
    left: ['enumeration_members'],
    read: ['high', 'low'],
  },
  {
    engine: 'DuckDB',
    about: 'an ENUM under string()',
    ddl: "ENUM ('low', 'medium', 'high')",
    values: ["'high'", "'low'"],
    naive: string(plain),
    codes: ['type_not_mapped'],
    read: ['high', 'low'],
  },
  {
    engine: 'PostgreSQL',
    about: 'members in another order than the type declares',
    before: "CREATE TYPE level AS ENUM ('low', 'medium', 'high')",
    ddl: 'level',
    values: ["'high'", "'low'"],
    naive: enumeration(['high', 'low', 'medium'], { sortable: true }),
    mapping: { c: { type: 'level' } },
    codes: ['enumeration_differs'],
    read: ['high', 'low'],
  },
  {
    engine: 'SQLite',
    about: 'the members of an enumeration in another order in a CHECK',
    ddl: `TEXT CHECK (c IN ('high', 'low', 'it''s'))`,
    values: ["'high'"],
    naive: enumeration(['low', "it's", 'high'], { sortable: true }),
    codes: ['loose_type'],
    left: ['loose_type'],
    read: ['high'],
  },
  {
    engine: 'PostgreSQL',
    about: 'the members of an enumeration in another order in a CHECK',
    ddl: `text COLLATE "C" CHECK (c IN ('high', 'low', 'it''s'))`,
    values: ["'high'"],
    naive: enumeration(['low', "it's", 'high'], { sortable: true }),
    codes: [],
    left: [],
    read: ['high'],
  },
  {
    engine: 'DuckDB',
    about: 'the members of an enumeration in another order in a CHECK',
    ddl: `VARCHAR CHECK (c IN ('high', 'low', 'it''s'))`,
    values: ["'high'"],
    naive: enumeration(['low', "it's", 'high'], { sortable: true }),
    codes: [],
    left: ['text_nul'],
    read: ['high'],
  },
  {
    engine: 'PostgreSQL',
    about: 'varchar(20)[] under list(string())',
    ddl: 'varchar(20)[]',
    values: ["ARRAY['a','b']"],
    naive: list(string()) as FieldDefinition,
    codes: ['type_not_mapped'],
    left: ['list_elements'],
    read: [['a', 'b']],
  },
  {
    engine: 'PostgreSQL',
    about: 'int[] under list(integer())',
    ddl: 'int[]',
    values: ['ARRAY[1,2]'],
    naive: list(integer()) as FieldDefinition,
    codes: ['type_not_mapped'],
    left: ['list_elements'],
    read: [[1, 2]],
  },
  {
    engine: 'MariaDB',
    about: 'texts in a collation that ignores case',
    ddl: 'varchar(100) COLLATE utf8mb4_general_ci',
    values: ["'Ana@x.com'"],
    naive: string(plain),
    codes: ['collation_not_mapped', 'text_nul'],
    left: ['text_nul'],
    read: ['Ana@x.com'],
  },
  {
    engine: 'PostgreSQL',
    about: 'citext under string()',
    before: 'CREATE EXTENSION IF NOT EXISTS citext',
    ddl: 'citext',
    values: ["'Ana'"],
    naive: string(plain),
    codes: ['type_not_mapped'],
    read: ['Ana'],
  },
  {
    engine: 'PostgreSQL',
    about: 'an integer of 32 bits',
    ddl: 'serial',
    values: ['7'],
    naive: integer({ sortable: true }),
    codes: ['type_not_mapped'],
    read: [7],
  },
  {
    engine: 'MariaDB',
    about: 'tinyint(1) that holds 2',
    ddl: 'tinyint(1)',
    values: ['0', '1', '2'],
    naive: boolean(),
    codes: ['boolean_values'],
    counted: ['boolean_values'],
    read: [false, true, true],
  },
  {
    engine: 'MariaDB',
    about: 'bit(1) under boolean()',
    ddl: 'bit(1)',
    values: ["b'1'", "b'0'"],
    naive: boolean(),
    codes: ['type_not_mapped'],
    read: [true, false],
  },
  {
    engine: 'PostgreSQL',
    about: 'a timestamp without time zone under the default storage',
    ddl: 'timestamp',
    values: ["'2024-05-01 12:00:00'"],
    naive: timestamp({ sortable: true }),
    codes: ['timestamp_without_zone'],
    left: ['timestamp_range'],
    read: ['2024-05-01T12:00:00.000000Z'],
  },
  {
    engine: 'PostgreSQL',
    about: 'infinity in a timestamp',
    ddl: 'timestamptz',
    values: ["'infinity'"],
    naive: timestamp({ sortable: true }),
    codes: ['timestamp_range'],
    counted: ['timestamp_range'],
    left: ['timestamp_range'],
    read: [],
  },
  {
    engine: 'PostgreSQL',
    about: 'more digits of the second than the field has',
    ddl: 'timestamptz',
    values: ["'2024-05-01 12:00:00.123456Z'"],
    naive: timestamp({ digits: 3, sortable: true }),
    codes: ['timestamp_range', 'digits_more'],
    counted: ['digits_more'],
    left: ['timestamp_range'],
    read: ['2024-05-01T12:00:00.123456Z'],
  },
  {
    engine: 'DuckDB',
    about: 'fewer digits of the second than the field has',
    ddl: 'TIMESTAMP_S',
    values: ["'2024-05-01 12:00:00'"],
    naive: timestamp({ sortable: true }),
    mapping: { c: { type: 'TIMESTAMP_S' } },
    codes: ['digits_fewer', 'timestamp_range'],
    left: ['timestamp_range'],
    read: ['2024-05-01T12:00:00Z'],
  },
  {
    engine: 'SQLite',
    about: 'integers beyond 2^53 in a column of decimals',
    ddl: 'decimal(20, 0)',
    values: ['9007199254740993', '-9223372036854775808', '2.5'],
    naive: number({ sortable: true }) as FieldDefinition,
    codes: ['loose_type', 'number_exact'],
    counted: ['number_exact'],
    left: ['loose_type', 'number_exact'],
    read: [],
  },
  {
    engine: 'SQLite',
    about: 'days as Django declares them',
    ddl: 'date',
    values: ["'2024-05-01'"],
    naive: date({ sortable: true }) as FieldDefinition,
    codes: ['loose_type', 'date_range'],
    left: ['loose_type', 'date_range'],
    read: ['2024-05-01'],
  },
  {
    engine: 'SQLite',
    about: 'integers as Django declares them',
    ddl: 'bigint unsigned CHECK (c >= 0)',
    values: ['7'],
    naive: integer({ sortable: true }) as FieldDefinition,
    codes: ['loose_type'],
    left: ['loose_type'],
    read: [7],
  },
  {
    engine: 'SQLite',
    about: 'what toISOString() wrote, under six digits',
    ddl: 'TEXT',
    values: ["'2024-05-01T12:00:00.000Z'"],
    naive: timestamp({ sortable: true }),
    codes: ['loose_type', 'timestamp_text'],
    counted: ['timestamp_text'],
    left: ['loose_type', 'text_nul'],
    read: ['2024-05-01T12:00:00.000Z'],
  },
  {
    engine: 'SQLite',
    about: 'what CURRENT_TIMESTAMP wrote',
    ddl: "TEXT DEFAULT '2024-05-01 12:00:00'",
    values: ["'2024-05-01 12:00:00'"],
    naive: timestamp({ digits: 0, sortable: true }),
    codes: ['loose_type', 'timestamp_text'],
    counted: ['timestamp_text'],
    left: ['loose_type', 'text_nul'],
    read: ['2024-05-01 12:00:00'],
  },
  {
    engine: 'SQLite',
    about: 'CURRENT_TIMESTAMP as the default of a text',
    ddl: 'TEXT DEFAULT CURRENT_TIMESTAMP',
    values: ["'2024-05-01 12:00:00'"],
    naive: timestamp({ digits: 0, sortable: true }),
    mapping: { c: { storage: { text: 'YYYY-MM-DD HH:MM:SS' } } },
    codes: ['loose_type', 'timestamp_text'],
    left: ['loose_type', 'timestamp_text'],
    read: ['2024-05-01T12:00:00Z'],
  },
  {
    engine: 'SQLite',
    about: 'CURRENT_TIMESTAMP as the default of a canonical text',
    ddl: 'TEXT DEFAULT CURRENT_TIMESTAMP',
    values: [],
    naive: timestamp({ digits: 0, sortable: true }),
    codes: ['timestamp_default', 'loose_type', 'timestamp_text'],
    left: ['loose_type', 'timestamp_text'],
    read: [],
  },
  {
    engine: 'SQLite',
    about: 'milliseconds as the default under a form without them',
    ddl: "TEXT DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))",
    values: [],
    naive: timestamp({ digits: 0, sortable: true }),
    mapping: { c: { storage: { text: 'YYYY-MM-DD HH:MM:SS' } } },
    codes: ['timestamp_default', 'loose_type', 'timestamp_text'],
    left: ['loose_type', 'timestamp_text'],
    read: [],
  },
  {
    engine: 'SQLite',
    about: 'CURRENT_TIMESTAMP where any form is read',
    ddl: 'TEXT DEFAULT CURRENT_TIMESTAMP',
    values: ["'2024-05-01 12:00:00'"],
    naive: timestamp({ sortable: true }),
    mapping: { c: { storage: { text: 'any' } } },
    codes: ['loose_type', 'timestamp_text'],
    left: ['loose_type', 'timestamp_text'],
    read: ['2024-05-01T12:00:00Z'],
  },
  {
    engine: 'SQLite',
    about: 'a row of another form than the default writes',
    ddl: "DATETIME DEFAULT (datetime('now'))",
    values: ["'2024-05-01 12:00:00'", "'2024-05-01T12:00:00Z'"],
    naive: timestamp({ digits: 0, sortable: true }),
    mapping: { c: { storage: { text: 'YYYY-MM-DD HH:MM:SS' } } },
    codes: ['loose_type', 'timestamp_text'],
    counted: ['timestamp_text'],
    left: ['loose_type', 'timestamp_text'],
    read: ['2024-05-01T12:00:00Z', undefined],
  },
  {
    engine: 'SQLite',
    about: 'milliseconds as the default of a TIMESTAMP',
    ddl: "TIMESTAMP DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
    values: ["'2024-05-01T12:00:00.500Z'"],
    naive: timestamp({ digits: 3, sortable: true }),
    codes: ['type_not_mapped'],
    left: ['loose_type', 'timestamp_text'],
    read: ['2024-05-01T12:00:00.500Z'],
  },
  {
    engine: 'SQLite',
    about: 'a DATETIME without a default',
    ddl: 'DATETIME',
    values: ["'2024-05-01 12:00:00'", "'2024-05-01T12:00:00.5+02:00'"],
    naive: timestamp({ sortable: true }),
    codes: ['type_not_mapped'],
    left: ['loose_type', 'timestamp_text'],
    read: ['2024-05-01T12:00:00.000000Z', '2024-05-01T10:00:00.500000Z'],
  },
  {
    engine: 'SQLite',
    about: 'a row of no form where any is read',
    ddl: 'DATETIME',
    values: ["'yesterday'"],
    naive: timestamp({ sortable: true }),
    mapping: { c: { storage: { text: 'any' } } },
    codes: ['loose_type', 'timestamp_text'],
    counted: ['timestamp_text'],
    left: ['loose_type', 'timestamp_text'],
    read: [undefined],
  },
  {
    engine: 'SQLite',
    about: 'values of other types than the column declares',
    ddl: 'INTEGER',
    values: ["'seven'"],
    naive: integer({ sortable: true }),
    codes: ['loose_type'],
    counted: ['loose_type'],
    left: ['loose_type'],
    read: [],
  },
  {
    engine: 'PostgreSQL',
    about: 'numeric(10,2) under number()',
    ddl: 'numeric(10,2)',
    values: ['5', '6'],
    naive: number({ sortable: true }),
    codes: ['type_not_mapped'],
    left: ['decimal_range'],
    read: ['5.00', '6.00'],
  },
  {
    engine: 'PostgreSQL',
    about: 'decimals of another scale',
    ddl: 'numeric(10,4)',
    values: ['5.1234'],
    naive: decimal({ precision: 10, scale: 2, sortable: true }),
    codes: ['decimal_digits', 'decimal_range'],
    left: ['decimal_range'],
    read: ['5.1234'],
  },
  {
    engine: 'PostgreSQL',
    about: 'a numeric without a precision, under a mapping',
    ddl: 'numeric',
    values: ["'NaN'", '5.1234567890123', '7.5'],
    naive: decimal({ precision: 38, scale: 10, sortable: true }),
    mapping: { c: { type: 'numeric' } },
    codes: [],
    read: [undefined, undefined, undefined],
  },
  {
    engine: 'PostgreSQL',
    about: 'a numeric without a precision, without a mapping',
    ddl: 'numeric',
    values: ['7.5'],
    naive: decimal({ precision: 38, scale: 10, sortable: true }),
    codes: ['decimal_digits', 'decimal_range'],
    read: [undefined],
  },
  {
    engine: 'PostgreSQL',
    about: 'more digits than any field holds, under a mapping',
    ddl: 'numeric(65,30)',
    values: ['5.5'],
    naive: decimal({ precision: 38, scale: 10, sortable: true }),
    mapping: { c: { type: 'numeric(65,30)' } },
    codes: [],
    read: [undefined],
  },
  {
    engine: 'MySQL',
    about: 'more digits than any field holds, under a mapping',
    ddl: 'decimal(65,30)',
    values: ['5.5'],
    naive: decimal({ precision: 38, scale: 10, sortable: true }),
    mapping: { c: { type: 'decimal(65,30)' } },
    codes: [],
    read: [undefined],
  },
  {
    engine: 'PostgreSQL',
    about: 'a nullable column under required: true',
    ddl: 'bigint',
    values: ['1', 'NULL'],
    naive: integer({ required: true }),
    codes: ['nullable'],
    counted: ['nullable'],
    read: [1, undefined],
  },
  {
    engine: 'MySQL',
    about: 'days that do not exist',
    before: "SET SESSION sql_mode = ''",
    ddl: 'date',
    values: ["'0000-00-00'"],
    naive: date(),
    codes: ['date_range'],
    counted: ['date_range'],
    left: ['date_range'],
    read: [],
  },
  {
    engine: 'MySQL',
    about: 'texts of another character set',
    ddl: 'varchar(20) CHARACTER SET latin1',
    values: ["'é'"],
    naive: string(plain),
    codes: ['collation_not_mapped', 'text_nul'],
    left: ['text_nul'],
    read: ['é'],
  },
  {
    engine: 'DuckDB',
    about: 'JSON that is no object',
    ddl: 'JSON',
    values: ["'[1]'"],
    naive: string(plain),
    codes: ['type_unreadable'],
    counted: ['type_unreadable'],
    left: ['json_object'],
    read: [],
  },
  {
    engine: 'DuckDB',
    about: 'NaN in a double',
    ddl: 'DOUBLE',
    values: ["'nan'"],
    naive: number(),
    codes: ['number_not_finite'],
    counted: ['number_not_finite'],
    left: ['number_not_finite'],
    read: [],
  },
  {
    engine: 'PostgreSQL',
    about: 'a type that no kind reads',
    ddl: 'bytea',
    values: ["'\\x00'"],
    naive: string(plain),
    codes: ['type_unreadable'],
    read: [undefined],
  },
]

const isNoWarning = ({ severity }: Finding): boolean => severity !== 'warning'
const codesOf = (findings: readonly Finding[]) =>
  findings.filter((each) => isNoWarning(each) && each.column === 'c').map(({ code }) => code)

for (const engine of available) {
  const own = CASES.filter((each) => each.engine === engine.name)
  describe.skipIf(own.length === 0)(`in ${engine.name}`, () => {
    let connection: Connection
    beforeAll(async () => {
      connection = await engine.connect()
    })
    afterAll(() => connection?.close())

    it.each(own.map((each) => [each.about, each] as const))('%s', (_, each) =>
      expectCase(engine, connection, each),
    )
  })
}

async function expectCase(engine: Engine, connection: Connection, own: TableCase): Promise<void> {
  const { dialect } = engine
  const ask = askingOf(connection)
  if (own.before !== undefined) await connection.exec(own.before)
  const key = engine.name === 'SQLite' ? 'INTEGER PRIMARY KEY' : 'bigint PRIMARY KEY'
  await connection.exec(`CREATE TABLE w (id ${key}, c ${own.ddl})`)
  try {
    for (const [i, value] of own.values.entries()) {
      await connection.exec(`INSERT INTO w (id, c) VALUES (${i}, ${value})`)
    }
    const naive = defineSchema({
      fields: { id: integer({ required: true }), c: own.naive },
    }) as unknown as Schema
    const facts = await readFacts(ask, { table: 'w' })
    const target = { dialect, table: 'w', mapping: own.mapping ?? {} }
    const findings = checkTable(naive, target, facts)
    expect(codesOf(findings)).toEqual(own.codes)
    for (const { remedy, column } of findings) {
      if (column === 'c') expect(remedy).not.toEqual({})
    }

    const counted = await checkTable(naive, target, facts, { rows: ask })
    const errors = counted.filter(({ severity }) => severity === 'error')
    const always = findings.filter(
      ({ severity, code }) => severity === 'error' && code !== 'nullable',
    )
    expect(new Set(codesOf(errors))).toEqual(new Set([...codesOf(always), ...(own.counted ?? [])]))

    const made = await introspect(ask, { table: 'w' })
    const mapping = made.mapping as Mapping
    const schema = defineSchema(made.schema) as unknown as Schema
    const left = checkTable(schema, { dialect, table: 'w', mapping }, made.facts)
    expect(codesOf(left)).toEqual(own.left ?? [])
    expect(left.filter(({ severity }) => severity === 'error')).toEqual([])
    if (own.read.length === 0) return
    const table = Table.existing(engine, connection, schema, mapping, 'w')
    const rows = await table.rows(parseQuery(schema, { sort: { id: 1 } }))
    expect(rows.map((row) => (row as Record<string, unknown>).c)).toEqual(own.read)
  } finally {
    await connection.exec('DROP TABLE w')
  }
}

describe('a check', () => {
  const engine = available.find(({ name }) => name === 'SQLite') as Engine
  const schema = defineSchema({
    fields: {
      id: string({ required: true, operators: ['$eq', '$ieq', '$autocomplete'] }),
      role: string({ operators: ['$eq'] }),
      teams: list(string()),
      'custom.*': dynamic(['string']),
    },
  }) as unknown as Schema
  const target = { dialect: engine.dialect, table: 'w' }
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
    await connection.exec(
      `CREATE TABLE w (id TEXT PRIMARY KEY, Role TEXT COLLATE NOCASE NOT NULL, teams TEXT)`,
    )
  })
  afterAll(() => connection?.close())

  const check = async (mapping: Mapping = {}) =>
    checkTable(
      schema,
      { ...target, mapping },
      await readFacts(askingOf(connection), { table: 'w' }),
    )

  it('names what is missing, by the place that the mapping gives it', async () => {
    const findings = await check({ teams: { sideTable: 'w_teams' } })
    const found = findings.map(({ code, field, column }) => [code, field, column])
    expect(found).toContainEqual(['column_missing', 'custom.*', 'custom'])
    expect(found).toContainEqual(['nullable', 'id', 'id'])
    expect(found).toContainEqual(['collation_not_mapped', 'role', 'role'])
    expect(found).toContainEqual(['search_column_missing', 'id', 'id_words'])
    expect(found).toContainEqual(['search_column_missing', 'id', 'id_folded'])
    expect(found).toContainEqual(['side_table_unread', 'teams', 'teams'])
    expect(found).toContainEqual(['index_missing', 'role', 'role'])
    const facts = await readFacts(askingOf(connection), { table: 'w' })
    const elsewhere = { ...facts, engine: 'postgres', table: { schema: 'app', name: 'w' } } as const
    expect(
      checkTable(schema, { dialect: postgres, table: 'w' }, elsewhere).flatMap(
        ({ code, field, remedy }) =>
          code === 'index_missing' && field === 'role' ? [remedy.ddl] : [],
      ),
    ).toEqual(['CREATE INDEX "w_role" ON "app"."w" USING hash ("role")'])
    const mapping: Mapping = { teams: { sideTable: 'w_teams' } }
    const without = checkTable(schema, { ...target, mapping }, facts, { sideTables: [] })
    expect(without.map(({ code }) => code)).toContain('side_table_missing')
  })

  it('keeps what is waived, as an exception that the mapping documents', async () => {
    const waive = ['collation_not_mapped']
    const found = (await check({ role: { waive } })).filter(({ field }) => field === 'role')
    expect(found.find(({ code }) => code === 'collation_not_mapped')).toMatchObject({
      severity: 'error',
      waived: true,
    })
    expect(found.find(({ code }) => code === 'loose_type')?.waived).toBeUndefined()
    await expect(check({ role: { waive: ['collation_not_maped'] } })).rejects.toThrow(
      'unknown finding "collation_not_maped"; did you mean "collation_not_mapped"?',
    )
  })

  it('says where a mapping says otherwise than the table', async () => {
    const unread = await check({ id: { type: 'INTEGER' } })
    expect(unread.find(({ code }) => code === 'type_unreadable')?.remedy).toEqual({
      mapping: { type: 'TEXT' },
    })
    const differing = await check({ role: { collation: 'RTRIM' } })
    expect(differing.find(({ code }) => code === 'collation_differs')?.remedy).toEqual({
      mapping: { collation: 'NOCASE' },
    })
  })

  it('refuses facts of another database or table', async () => {
    const facts = await readFacts(askingOf(connection), { table: 'w' })
    expect(() => checkTable(schema, { ...target, table: 'x' }, facts)).toThrow('not "x"')
    expect(() => checkTable(schema, target, { ...facts, engine: 'mysql' })).toThrow(
      'the facts are of mysql, the dialect is sqlite',
    )
  })

  it('of a table without a key says why there is no schema', async () => {
    await connection.exec('CREATE TABLE pair (a TEXT, b TEXT, PRIMARY KEY (a, b))')
    await connection.exec('CREATE TABLE bare (a TEXT UNIQUE)')
    const ask = askingOf(connection)
    await expect(introspect(ask, { table: 'pair' })).rejects.toThrow(
      'its primary key has 2 columns',
    )
    await expect(introspect(ask, { table: 'bare' })).rejects.toThrow(
      '"a" is unique, but may be NULL',
    )
  })
})

describe.each(available.filter(({ name }) => ['MariaDB', 'ClickHouse'].includes(name)))(
  'a native UUID of $name',
  (engine) => {
    it('is a field of equality, and a text where it is the key', async () => {
      const connection = await engine.connect()
      const ask = askingOf(connection)
      await connection.exec('CREATE TABLE w (id UUID PRIMARY KEY, c UUID)')
      try {
        const { schema, source } = await introspect(ask, { table: 'w' })
        expect(source).toContain(
          "const equality = ['$eq', '$ne', '$in', '$nin', '$exists'] as const",
        )
        expect(source).toContain('c: uuid({ operators: equality')
        expect(source).toContain('id: string({ required: true, sortable: true })')
        const made = defineSchema(schema) as unknown as Schema
        expect(() => parseQuery(made, { filter_conditions: { c: { $gt: UUID } } })).toThrow(
          /not allowed/,
        )
        expect(() => parseQuery(made, { sort: { c: 1 } })).toThrow(/sort/)
        if (engine.name !== 'MariaDB') return
        const { mapping, facts } = await introspect(ask, { table: 'w' })
        const target = { dialect: engine.dialect, table: 'w', mapping: mapping as Mapping }
        const ofKey = checkTable(made, target, facts).filter(({ field }) => field === 'id')
        expect(ofKey.map(({ code, severity }) => [code, severity])).toEqual([
          ['index_missing', 'warning'],
        ])
      } finally {
        await connection.exec('DROP TABLE w')
        await connection.close()
      }
    })
  },
)

describe.skipIf(available.every(({ name }) => name !== 'DuckDB'))('an index of DuckDB', () => {
  it('makes no field sortable: no order is read off it', async () => {
    const engine = available.find(({ name }) => name === 'DuckDB') as Engine
    const connection = await engine.connect()
    await connection.exec('CREATE TABLE w (id bigint PRIMARY KEY, c integer)')
    await connection.exec('CREATE INDEX w_c ON w (c)')
    const { source } = await introspect(askingOf(connection), { table: 'w' })
    expect(source).toContain('c: integer()')
    await connection.close()
  })
})
