/** The statements that cure findings keep what they do not concern, and cure what they say. */

import {
  boolean,
  decimal,
  defineSchema,
  type FieldDefinition,
  integer,
  type Mapping,
  type Schema,
  string,
  timestamp,
} from 'tamis'
import { checkTable, type Finding, readFacts } from 'tamis/check'
import { describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import type { Connection, Engine } from '../support/engines/engine.ts'
import { askingOf } from '../support/promise.ts'

interface RemedyCase {
  readonly about: string
  readonly column: string
  readonly field: FieldDefinition
  readonly mapping?: Mapping
  /** What the definition keeps. */
  readonly keeps: readonly string[]
  readonly loses?: readonly string[]
}

const plain = { operators: ['$eq'] as const }

const OF_SQLITE: readonly RemedyCase[] = [
  {
    about: 'a default and a declared type, under a required field',
    column: `c VARCHAR(20) DEFAULT 'it''s, NOT NULL' /* kept */ CHECK (length(c) > 1)`,
    field: string({ ...plain, required: true }),
    keeps: [
      '"c" VARCHAR(20) ',
      " DEFAULT 'it''s, NOT NULL'",
      ' NOT NULL',
      'CHECK (length(c) > 1)',
      'typeof("c")',
      'char(0)',
    ],
  },
  {
    about: 'a reference, UNIQUE and a named constraint',
    column: 'c INT NULL CONSTRAINT one UNIQUE REFERENCES w (id) ON DELETE SET NULL NOT DEFERRABLE',
    field: integer({ required: true }),
    keeps: [
      '"c" INT CONSTRAINT one UNIQUE REFERENCES w (id) ON DELETE SET NULL NOT DEFERRABLE NOT NULL',
    ],
    loses: ['INT NULL'],
  },
  {
    about: 'a default of another form, which the new type would refuse',
    column: 'c DATETIME DEFAULT CURRENT_TIMESTAMP',
    field: timestamp({ digits: 6, required: true }),
    keeps: [`DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))`, '"c" TEXT '],
    loses: ['CURRENT_TIMESTAMP'],
  },
  {
    about: 'a default of two digits of the second',
    column: `c TIMESTAMP NOT NULL DEFAULT (datetime('now'))`,
    field: timestamp({ digits: 2, required: true }),
    keeps: [`DEFAULT (substr(strftime('%Y-%m-%dT%H:%M:%f', 'now'), 1, 22) || 'Z')`],
    loses: ['NOT NULL NOT NULL', 'datetime('],
  },
  {
    about: 'a text, with a default in the form that is promised',
    column: 'c TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP',
    field: timestamp({ digits: 3, required: true }),
    keeps: [`"c" TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) CHECK (`],
    loses: ['CURRENT_TIMESTAMP'],
  },
  {
    about: 'the collation that the mapping says',
    column: `c TEXT DEFAULT '' COLLATE NOCASE`,
    field: string({ ...plain, required: true }),
    mapping: { c: { collation: 'NOCASE' } },
    keeps: [`"c" TEXT DEFAULT '' COLLATE NOCASE NOT NULL`],
  },
  {
    about: 'a default beside a type that is not mapped',
    column: 'c BOOLEAN DEFAULT 0',
    field: boolean({ required: true }),
    keeps: ['"c" INTEGER DEFAULT 0 NOT NULL'],
  },
]

async function findingsOf(
  engine: Engine,
  connection: Connection,
  { field, mapping = {} }: RemedyCase,
): Promise<readonly Finding[]> {
  const schema = defineSchema({
    fields: { id: integer({ required: true }), c: field },
  }) as unknown as Schema
  const facts = await readFacts(askingOf(connection), { table: 'w' })
  const found = checkTable(schema, { dialect: engine.dialect, table: 'w', mapping }, facts)
  return found.filter(({ column, severity }) => column === 'c' && severity !== 'warning')
}

const engineNamed = (name: string): Engine | undefined =>
  available.find((engine) => engine.name === name)

describe('remedies in SQLite', () => {
  const engine = engineNamed('SQLite') as Engine

  it.each(OF_SQLITE.map((each) => [each.about, each] as const))('keep %s', async (_, own) => {
    const connection = await engine.connect()
    try {
      await connection.exec(`CREATE TABLE w (id INTEGER PRIMARY KEY, ${own.column})`)
      const findings = await findingsOf(engine, connection, own)
      const statements = findings.map(({ remedy }) => remedy.ddl ?? '')
      expect(findings.length).toBeGreaterThan(0)
      // One definition cures all findings of the column.
      expect(new Set(statements).size).toBe(1)
      const [statement = ''] = statements
      for (const text of own.keeps) expect(statement).toContain(text)
      for (const text of own.loses ?? []) expect(statement).not.toContain(text)
      await connection.exec('DROP TABLE w')
      await connection.exec(`CREATE TABLE w (id INTEGER PRIMARY KEY, ${statement})`)
      await connection.exec('INSERT INTO w (id) SELECT 1 WHERE 0')
      const left = await findingsOf(engine, connection, own)
      // Of a column of another type, more is checked once it has the right one.
      expect(left.filter(({ code }) => code !== 'loose_type')).toEqual([])
    } finally {
      await connection.close()
    }
  })

  it('writes a default that the new definition takes', async () => {
    const connection = await engine.connect()
    try {
      for (const digits of [0, 1, 3, 7]) {
        const own = { about: '', column: '', keeps: [], field: timestamp({ digits }) }
        await connection.exec(
          'CREATE TABLE w (id INTEGER PRIMARY KEY, c DATETIME DEFAULT CURRENT_TIMESTAMP)',
        )
        const [finding] = await findingsOf(engine, connection, own)
        await connection.exec('DROP TABLE w')
        await connection.exec(`CREATE TABLE w (id INTEGER PRIMARY KEY, ${finding?.remedy.ddl})`)
        await connection.exec('INSERT INTO w (id) VALUES (1)')
        const [row] = await connection.all({ text: 'SELECT c FROM w', params: [] })
        expect(String(row?.c)).toMatch(
          new RegExp(
            `^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d${digits === 0 ? '' : `\\.\\d{${digits}}`}Z$`,
          ),
        )
        await connection.exec('DROP TABLE w')
      }
    } finally {
      await connection.close()
    }
  })

  it('leaves a waived finding out of the others', async () => {
    const connection = await engine.connect()
    try {
      await connection.exec('CREATE TABLE w (id INTEGER PRIMARY KEY, c TEXT)')
      const own = {
        about: '',
        column: '',
        keeps: [],
        field: string({ ...plain, required: true }),
        mapping: { c: { waive: ['loose_type'] } },
      }
      const findings = await findingsOf(engine, connection, own)
      const nullable = findings.find(({ code }) => code === 'nullable')
      expect(nullable?.remedy.ddl).not.toContain('typeof')
      expect(nullable?.remedy.ddl).toContain('NOT NULL')
    } finally {
      await connection.close()
    }
  })
})

describe.each(available.filter(({ name }) => ['MariaDB', 'MySQL'].includes(name)))(
  'remedies in $name',
  (engine) => {
    it.each([
      [
        'a default, a comment and the type',
        "c varchar(30) CHARACTER SET latin1 DEFAULT 'it''s' COMMENT 'a ''b'''",
        string({ ...plain, required: true }),
        { c: { collation: 'latin1_bin', type: 'varchar(30)' } },
      ],
      [
        'the time of a change',
        'c datetime NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP',
        timestamp({ digits: 3, required: true }),
        {},
      ],
      [
        'the default of a decimal',
        'c decimal(10,4) DEFAULT 1.5',
        decimal({ precision: 10, scale: 2, required: true }),
        {},
      ],
      ['a check of the column', 'c bigint CHECK (c > 2)', integer({ required: true }), {}],
    ] as const)('keep %s', async (_, column, field, mapping) => {
      const connection = await engine.connect()
      try {
        await connection.exec(`CREATE TABLE w (id bigint PRIMARY KEY, ${column})`)
        const own: RemedyCase = {
          about: '',
          column,
          field: field as FieldDefinition,
          mapping: mapping as Mapping,
          keeps: [],
        }
        const ask = askingOf(connection)
        const before = await readFacts(ask, { table: 'w' })
        const findings = await findingsOf(engine, connection, own)
        const changes = findings.filter(({ remedy }) => remedy.ddl?.includes('MODIFY'))
        expect(new Set(changes.map(({ remedy }) => remedy.ddl)).size).toBe(1)
        await connection.exec(changes[0]?.remedy.ddl ?? '')
        const after = await readFacts(ask, { table: 'w' })
        const [was, is] = [before, after].map((facts) =>
          facts.columns.find(({ name }) => name === 'c'),
        )
        expect(is?.nullable).toBe(false)
        const digitless = (text: string | undefined) =>
          text?.replaceAll(/\(\d*\)|0+$|_latin1|_utf8mb4|\\+'(?=')/g, '').replaceAll(/\\+'/g, "''")
        expect(digitless(is?.default)).toBe(digitless(was?.default))
        for (const part of ['COMMENT', 'ON UPDATE']) {
          expect(is?.definition?.toUpperCase().includes(part)).toBe(
            was?.definition?.toUpperCase().includes(part),
          )
        }
        expect(after.checks.length).toBe(before.checks.length)
        const left = await findingsOf(engine, connection, own)
        const codes = left.map(({ code }) => code)
        for (const { code } of changes) expect(codes).not.toContain(code)
      } finally {
        await connection.exec('DROP TABLE w')
        await connection.close()
      }
    })
  },
)

describe('remedies in DuckDB', () => {
  it('keep the default beside a check', async () => {
    const engine = engineNamed('DuckDB') as Engine
    const connection = await engine.connect()
    await connection.exec(`CREATE TABLE w (id bigint PRIMARY KEY, c VARCHAR DEFAULT 'x')`)
    const own = { about: '', column: '', keeps: [], field: string({ ...plain }) }
    const [finding] = await findingsOf(engine, connection, own)
    expect(finding?.code).toBe('text_nul')
    expect(finding?.remedy.ddl).toContain(`"c" VARCHAR DEFAULT('x') CHECK (`)
    await connection.close()
  })
})
