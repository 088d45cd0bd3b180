/** Tables that createTable makes are read back as what tableOf says of them. */

import fc from 'fast-check'
import {
  compileSql,
  type Fragment,
  printTable,
  type Schema,
  type TableDefinition,
  tableOf,
} from 'tamis'
import { usersSchema } from 'tamis/users'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ColumnFacts,
  readFacts,
  type TableFacts,
  type TypeFacts,
} from '../../src/check/index.ts'
import { tokensOf } from '../../src/check/tokens.ts'
import { planArbitrary } from '../support/arbitrary.ts'
import { budget } from '../support/budget.ts'
import { caseSchema } from '../support/cases.ts'
import { available } from '../support/engines/available.ts'
import type { Connection, Engine } from '../support/engines/engine.ts'

/** Short: `varchar(255) utf8mb4_0900_bin`, `text[] C`. */
function spell({ type, collation }: ColumnFacts, engine: string): string {
  const spellType = ({ name, length, digits, element, nullable }: TypeFacts): string => {
    if (element !== undefined) return `${spellType(element)}[]`
    const size = length ?? digits
    return `${name}${size === undefined ? '' : `(${size})`}${nullable ? '?' : ''}`
  }
  // Every column of SQLite has a collation, and every text of ClickHouse the same.
  const isSaid = collation !== undefined && !['SQLite', 'ClickHouse'].includes(engine)
  return isSaid ? `${spellType(type)} ${collation.name}` : spellType(type)
}

const POSTGRES = {
  'text COLLATE "C"': 'text C',
  'text[] COLLATE "C"': 'text[] C',
  boolean: 'bool',
  'boolean[]': 'bool[]',
  bigint: 'int8',
  'bigint[]': 'int8[]',
  'double precision': 'float8',
  'double precision[]': 'float8[]',
  timestamptz: 'timestamptz(6)',
  'timestamptz[]': 'timestamptz(6)[]',
  timestamp: 'timestamp(6)',
  jsonb: 'jsonb',
}
const MARIADB = 'utf8mb4_nopad_bin'
const MYSQL = 'utf8mb4_0900_bin'

/** What the types of createTable are called where they are read. */
const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  SQLite: { TEXT: 'text', INTEGER: 'integer', REAL: 'real' },
  PostgreSQL: POSTGRES,
  PGlite: POSTGRES,
  MariaDB: {
    [`VARCHAR(255) CHARACTER SET utf8mb4 COLLATE ${MARIADB}`]: `varchar(255) ${MARIADB}`,
    [`VARCHAR(32) CHARACTER SET utf8mb4 COLLATE ${MARIADB}`]: `varchar(32) ${MARIADB}`,
    [`LONGTEXT CHARACTER SET utf8mb4 COLLATE ${MARIADB}`]: `longtext ${MARIADB}`,
    [`LONGTEXT COLLATE ${MARIADB}`]: `longtext ${MARIADB}`,
    BOOLEAN: 'tinyint(1)',
    TINYINT: 'tinyint(4)',
    BIGINT: 'bigint(20)',
    DOUBLE: 'double',
    'DATETIME(6)': 'datetime(6)',
  },
  MySQL: {
    [`VARCHAR(255) CHARACTER SET utf8mb4 COLLATE ${MYSQL}`]: `varchar(255) ${MYSQL}`,
    [`VARCHAR(32) CHARACTER SET utf8mb4 COLLATE ${MYSQL}`]: `varchar(32) ${MYSQL}`,
    [`LONGTEXT CHARACTER SET utf8mb4 COLLATE ${MYSQL}`]: `longtext ${MYSQL}`,
    JSON: 'json',
    BOOLEAN: 'tinyint(1)',
    TINYINT: 'tinyint',
    BIGINT: 'bigint',
    DOUBLE: 'double',
    'DATETIME(6)': 'datetime(6)',
  },
  DuckDB: {
    VARCHAR: 'varchar binary',
    'VARCHAR[]': 'varchar[] binary',
    BOOLEAN: 'boolean',
    'BOOLEAN[]': 'boolean[]',
    BIGINT: 'bigint',
    'BIGINT[]': 'bigint[]',
    DOUBLE: 'double',
    'DOUBLE[]': 'double[]',
    TIMESTAMP: 'timestamp(6)',
    'TIMESTAMP[]': 'timestamp(6)[]',
    TIMESTAMPTZ: 'timestamp with time zone(6)',
    JSON: 'json',
  },
  ClickHouse: {
    String: 'string',
    'Nullable(String)': 'string?',
    'Array(String)': 'string[]',
    Bool: 'bool',
    'Nullable(Bool)': 'bool?',
    'Array(Bool)': 'bool[]',
    Int64: 'int64',
    'Nullable(Int64)': 'int64?',
    'Array(Int64)': 'int64[]',
    Float64: 'float64',
    'Nullable(Float64)': 'float64?',
    'Array(Float64)': 'float64[]',
  },
}

/** Types with parameters of the field: decimals, times of few digits, and the bytes of a UUID. */
function spellWritten(type: string, engine: string): string {
  const known = TYPES[engine]?.[type]
  if (known !== undefined) return known
  const wrapped = /^(Nullable|Array)\((.*)\)$/.exec(type)
  const isList = wrapped?.[1] === 'Array' || type.endsWith('[]')
  const bare = (wrapped?.[2] ?? type.replace(/\[\]$/, '')).toLowerCase()
  const [, text = bare, collation] = /^(.*\)) character set \w+ collate (\w+)$/.exec(bare) ?? []
  const name = text.replace(/^(numeric|decimal|enum)\(.*\)$/s, '$1')
  if (collation !== undefined) return `${name} ${collation}`
  return `${name}${isList ? '[]' : wrapped === null ? '' : '?'}`
}

type Params = Parameters<Connection['all']>[0]['params']
const asking = (connection: Connection) => (text: string, params: Params) =>
  connection.all({ text, params })

/** The names in a text of SQL. */
const namesIn = (text: string, engine: string): readonly string[] =>
  tokensOf(
    text,
    ['ClickHouse', 'MariaDB', 'MySQL'].includes(engine) ? { backslash: true } : {},
  ).map(({ value }) => value)

/** The index's keys as its definition says them. */
function expectIndexes(definition: TableDefinition, facts: TableFacts, engine: Engine): void {
  const print = (fragment: Fragment) => compileSql(fragment, { dialect: engine.dialect }).text
  const columns = new Map(
    definition.columns.map(({ name }) => [print(engine.dialect.identifier(name)), name]),
  )
  for (const { name, terms, method, type } of definition.indexes) {
    const found = facts.indexes.find((index) => index.name === name)
    expect(found?.unique, name).toBe(false)
    if (method ?? type) expect(found?.method, name).toBe(method ?? type)
    expect(found?.keys.length, name).toBe(terms.length)
    terms.map(print).forEach((term, at) => {
      const key = found?.keys[at]
      const bare = term.replace(/ NULLS FIRST$| jsonb_path_ops$|\(191\)$/, '')
      expect(key?.column, term).toBe(columns.get(bare))
      if (!columns.has(bare)) expect(key?.expression, term).toBeTypeOf('string')
      if (term.endsWith(' NULLS FIRST')) expect(key?.nulls, term).toBe('first')
      expect(key?.length, term).toBe(term.endsWith('(191)') ? 191 : undefined)
      expect(key?.direction, term).toBe('asc')
    })
  }
  const own = new Set(definition.indexes.map(({ name }) => name))
  const others = facts.indexes.filter(({ name }) => !own.has(name))
  expect(others.map(({ keys }) => keys.map(({ column }) => column))).toEqual([[definition.key]])
}

function expectTable(definition: TableDefinition, facts: TableFacts, engine: Engine): void {
  const print = (fragment: Fragment) => compileSql(fragment, { dialect: engine.dialect }).text
  expect(facts.engine).toBe(engine.dialect.name)
  expect(facts.kind).toBe('table')
  expect(facts.table.name).toBe(definition.name)
  expect(facts.columns.map(({ name }) => name)).toEqual(definition.columns.map(({ name }) => name))
  const isClickhouse = facts.engine === 'clickhouse'
  definition.columns.forEach(({ name, type, nullable, isKey, generatedAs }, at) => {
    const column = facts.columns[at] as ColumnFacts
    expect(spell(column, engine.name), name).toBe(spellWritten(print(type), engine.name))
    // ClickHouse has no NULL of a list, nor of what its type does not say.
    const isNullable = isClickhouse ? print(type).startsWith('Nullable(') : nullable && !isKey
    expect(column.nullable, name).toBe(isNullable)
    expect(column.generated !== undefined, name).toBe(generatedAs !== undefined)
    expect(column.collation?.isBinary ?? true, name).toBe(true)
    expect(column.collation?.padsSpace ?? false, name).toBe(false)
  })
  expect(facts.primaryKey).toEqual(isClickhouse ? [] : [definition.key])
  expect(facts.uniques).toEqual([])
  expectIndexes(definition, facts, engine)
  const checks = definition.columns.filter(({ check }) => check !== undefined)
  expect(facts.checks.length).toBe(checks.length)
  for (const { name } of checks) {
    const own = facts.checks.filter((text) => namesIn(text, engine.name).includes(name))
    expect(own, name).not.toEqual([])
  }
  if (facts.engine === 'sqlite') {
    expect(facts.checks).toEqual(checks.map(({ check }) => print(check as Fragment)))
    expect(facts.strict).toBe(true)
  }
}

async function expectReadBack(
  engine: Engine,
  connection: Connection,
  schema: Schema,
  mapping = {},
): Promise<void> {
  const { dialect } = engine
  const definition = tableOf(schema, { dialect, table: 't "of" its', mapping })
  for (const statement of printTable(definition, { dialect })) await connection.exec(statement)
  try {
    const read = (table: string) => readFacts(asking(connection), { table })
    expectTable(definition, await read(definition.name), engine)
    for (const { name, references } of definition.sideTables) {
      const side = await read(name)
      expect(side.columns.map((column) => [column.name, column.nullable])).toEqual([
        ['owner', false],
        ['value', false],
      ])
      expect(side.primaryKey).toEqual(['value', 'owner'])
      const { table, column } = references
      expect(side.foreignKeys).toEqual([
        { columns: ['owner'], references: { schema: side.table.schema, table, columns: [column] } },
      ])
    }
  } finally {
    const names = [...definition.sideTables.map(({ name }) => name), definition.name]
    for (const name of names) {
      await connection.exec(`DROP TABLE ${dialect.identifier(name).texts.join('')}`)
    }
  }
}

describe.each(available)('a table of createTable in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection.close())

  it('of the cases is read back', () =>
    expectReadBack(engine, connection, caseSchema as unknown as Schema))

  it('of the users is read back', () =>
    expectReadBack(engine, connection, usersSchema as unknown as Schema))

  it('of any schema and mapping is read back', async () => {
    await fc.assert(
      fc.asyncProperty(planArbitrary(engine.features), ({ schema, mapping }) =>
        expectReadBack(engine, connection, schema, mapping),
      ),
      { seed: 20_240_501, numRuns: budget(5, 40) },
    )
  })
})
