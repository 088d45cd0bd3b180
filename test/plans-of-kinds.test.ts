/** Indexes that serve UUIDs and enumerations, in createTable's columns and in others. */

import {
  compileFilter,
  defineSchema,
  enumeration,
  integer,
  type Mapping,
  parseFilter,
  parseQuery,
  uuid,
} from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import type { Connection, SomeStatement } from './support/engines/engine.ts'
import {
  createLarge,
  type Explain,
  explainMysql,
  explainPostgres,
  explainSqlite,
} from './support/plans.ts'
import { Table } from './support/table.ts'

const ROWS = 20_000
const LEVELS = ['low', 'medium', 'high', 'critical'] as const

const schema = defineSchema({
  fields: {
    id: uuid({ required: true, sortable: true }),
    level: enumeration(LEVELS, { sortable: true, required: true }),
    rank: integer(),
  },
})

const idOf = (i: number): string => {
  const hex = ((i * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')
  return `${hex}-0000-4000-8000-${String(i).padStart(12, '0')}`
}
const rows = Array.from({ length: ROWS }, (_, i) => ({
  id: idOf(i),
  // The first is rare, and last in the order of the list.
  level: i % 1000 === 7 ? 'critical' : LEVELS[i % 3],
  rank: i,
}))

/** A table that createTable did not make. */
interface Other {
  readonly create: readonly string[]
  readonly mapping: Mapping
}

interface Database {
  readonly explain: Explain
  readonly analyze: string
  readonly others: Readonly<Record<string, Other>>
}

const copied = (level: string) =>
  `INSERT INTO other SELECT id, ${level}, "rank" FROM t`.replaceAll('"', '')

const postgres = (type: string, before: readonly string[] = []): Other => ({
  create: [
    ...before,
    `CREATE TABLE other (id varchar(36) COLLATE "C" PRIMARY KEY, level ${type} NOT NULL, rank bigint)`,
    'INSERT INTO other SELECT id::text, level::level, rank FROM t',
    'CREATE INDEX other_level ON other (level)',
    'ANALYZE other',
  ],
  mapping: { id: { type: 'varchar(36)' }, level: { type } },
})

const POSTGRES: Database = {
  explain: explainPostgres,
  analyze: 'ANALYZE t',
  others: {
    'an enumerated type': postgres('level', [
      "CREATE TYPE level AS ENUM ('critical', 'high', 'medium', 'low')",
    ]),
  },
}

const BIN_TO_UUID =
  "LOWER(INSERT(INSERT(INSERT(INSERT(HEX(id), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'))"

const MYSQL: Database = {
  explain: explainMysql,
  analyze: 'ANALYZE TABLE t',
  others: {
    'an ENUM and a char(36)': {
      create: [
        "CREATE TABLE other (id char(36) COLLATE utf8mb4_general_ci PRIMARY KEY, level ENUM('critical', 'high', 'medium', 'low') NOT NULL, `rank` bigint, INDEX other_level (level))",
        `INSERT INTO other SELECT ${BIN_TO_UUID}, CONCAT(level), \`rank\` FROM t`,
        'ANALYZE TABLE other',
      ],
      mapping: {
        id: { type: 'char(36)', collation: 'utf8mb4_general_ci' },
        level: { type: "enum('critical','high','medium','low')" },
      },
    },
  },
}

const DATABASES: Readonly<Record<string, Database>> = {
  SQLite: {
    explain: explainSqlite,
    analyze: 'ANALYZE',
    others: {
      'a column of another collation': {
        create: [
          'CREATE TABLE other (id CHAR(36) PRIMARY KEY, level VARCHAR(20) COLLATE NOCASE NOT NULL, rank INT)',
          copied('level'),
          'CREATE INDEX other_level ON other (level)',
          'ANALYZE',
        ],
        mapping: {
          id: { type: 'CHAR(36)' },
          level: { type: 'VARCHAR(20)', collation: 'NOCASE' },
        },
      },
    },
  },
  PostgreSQL: POSTGRES,
  MariaDB: MYSQL,
  MySQL: MYSQL,
}

const [first = '', second = ''] = rows.map(({ id }) => id)

/** Filters, and the index by which each finds its rows. */
const FILTERS: readonly (readonly [filter: object, index: string])[] = [
  [{ id: first }, 'pkey'],
  [{ id: { $in: [first, second.toUpperCase()] } }, 'pkey'],
  [{ level: 'critical' }, 'level'],
  [{ level: { $gt: 'high' } }, 'level'],
]

/** Payloads, and the index by which a page is found. */
const PAGES: readonly (readonly [payload: object, index: string])[] = [
  [{ filter_conditions: { id: { $gt: 'f0000000-0000-4000-8000-000000000000' } } }, 'pkey'],
  [{ sort: { id: -1 }, limit: 10 }, 'pkey'],
  [{ sort: { level: 1 }, limit: 10 }, 'level'],
  [{ sort: { level: -1, id: -1 }, limit: 10 }, 'level'],
]

for (const engine of available) {
  const database = DATABASES[engine.name]
  if (database === undefined) continue
  describe(engine.name, () => {
    const { explain, analyze, others } = database
    // An ENUM itself is in the order of the list.
    const hasOrderIndex = explain !== explainMysql
    let connection: Connection

    beforeAll(async () => {
      connection = await engine.connect()
      await createLarge(connection, schema, { dialect: engine.dialect, table: 't' }, rows)
      await connection.exec(analyze)
      for (const { create } of Object.values(others)) {
        for (const statement of create) await connection.exec(statement)
      }
    })
    afterAll(() => connection?.close())

    /** With the parameters known: without, a rare value is not told from others. */
    async function check(statement: SomeStatement, index: string) {
      const [plan] = await explain(connection, statement)
      expect(plan?.scanned, plan?.text).toEqual([])
      expect([...(plan?.entered ?? []), ...(plan?.walked ?? [])], plan?.text).toContain(index)
    }

    const counting = (filter: object, name: string, mapping: Mapping): SomeStatement => {
      const { dialect } = engine
      const { text, params } = compileFilter(parseFilter(schema, filter), { dialect, mapping })
      return { text: `SELECT count(*) FROM ${name} WHERE ${text}`, params }
    }

    it.each(FILTERS)("createTable's columns: %j", async (filter, index) => {
      await check(counting(filter, 't', {}), `t_${index}`)
    })

    it.each(PAGES)("createTable's columns: pages of %j", async (payload, index) => {
      const table = Table.existing(engine, connection, schema, {})
      const [plan] = await explain(connection, table.compile(parseQuery(schema, payload)))
      expect(plan?.sorted, plan?.text).toEqual([])
      const expected = index === 'level' && hasOrderIndex ? 'level_order' : index
      await check(table.compile(parseQuery(schema, payload)), `t_${expected}`)
    })

    it.each(
      Object.entries(others).flatMap(([name, { mapping }]) =>
        FILTERS.map(([filter, index]) => [name, filter, index, mapping] as const),
      ),
    )('%s: %j', async (_, filter, index, mapping) => {
      await check(counting(filter, 'other', mapping), `other_${index}`)
    })
  })
}
