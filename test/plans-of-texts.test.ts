/**
 * Texts with a beginning in columns of other collations than createTable's: an index finds them, and
 * it finds every one of them, whatever the collation takes for equal or leaves out.
 */

import {
  compileFilter,
  compilePredicate,
  defineSchema,
  integer,
  type Mapping,
  parseFilter,
  string,
} from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { type Explain, explainMysql, explainPostgres, explainSqlite } from './support/plans.ts'
import { Table } from './support/table.ts'

const ROWS = 5000

const schema = defineSchema({
  fields: { id: integer({ required: true }), c: string() },
  limits: { cost: Number.MAX_SAFE_INTEGER },
})

/** Contractions and expansions of languages, what is ignored, and what patterns escape. */
const PIECES = [
  ...['a', 'A', 'á', 'a\u0301', 'ch', 'CH', 'c', 'h', 'ß', 'ss', 'ﬁ', 'æ', 'aa', 'å', 'ij', 'dž'],
  ...[
    ' ',
    '\u0001',
    '\u00ad',
    '\u200d',
    '\t',
    '-',
    '%',
    '_',
    '|',
    '\\',
    "'",
    '\u0301',
    '\u{10ffff}',
  ],
  ...['😀', '\uffff', '\ud7ff', 'ก', 'เก', '가', '\u1100'],
]

const HOSTILE = PIECES.flatMap((one) => PIECES.map((other) => one + other))

const rows = [
  ...HOSTILE.flatMap((text, i) => [
    { id: 4 * i, c: text },
    { id: 4 * i + 1, c: `${text}b` },
    { id: 4 * i + 2, c: `${text}\u0301x` },
    { id: 4 * i + 3, c: `${text} ` },
  ]),
  ...Array.from({ length: ROWS }, (_, i) => ({ id: 1_000_000 + i, c: `Name_${i}` })),
]

interface Other {
  readonly type: string
  readonly collation: string
  readonly index: string
}

/** Only of general_ci has the range of LIKE every text with a beginning. */
const isScanned = (collation: string): boolean =>
  collation.startsWith('utf8mb4_') && !/_general_ci$/.test(collation)

const mysqls = (collations: readonly string[]): readonly Other[] =>
  collations.map((collation) => ({
    type: `varchar(100) CHARACTER SET utf8mb4 COLLATE ${collation}`,
    collation,
    index: 'c',
  }))

const OTHERS: Readonly<Record<string, { explain: Explain; others: readonly Other[] }>> = {
  SQLite: {
    explain: explainSqlite,
    others: [{ type: 'TEXT COLLATE NOCASE', collation: 'NOCASE', index: 'c' }],
  },
  PostgreSQL: {
    explain: explainPostgres,
    others: [
      { type: 'text COLLATE "und-x-icu"', collation: 'und-x-icu', index: '(c::text) COLLATE "C"' },
    ],
  },
  MariaDB: {
    explain: explainMysql,
    others: mysqls([
      'utf8mb4_general_ci',
      'utf8mb4_unicode_ci',
      'utf8mb4_unicode_nopad_ci',
      'utf8mb4_czech_ci',
      'utf8mb4_danish_ci',
      'utf8mb4_thai_520_w2',
      'utf8mb4_bin',
    ]),
  },
  MySQL: {
    explain: explainMysql,
    others: mysqls([
      'utf8mb4_general_ci',
      'utf8mb4_unicode_ci',
      'utf8mb4_0900_ai_ci',
      'utf8mb4_0900_as_cs',
      'utf8mb4_cs_0900_ai_ci',
      'utf8mb4_da_0900_ai_ci',
      'utf8mb4_hu_0900_ai_ci',
      'utf8mb4_bin',
    ]),
  },
}

const cases = available.flatMap((engine) => {
  const { explain, others = [] } = OTHERS[engine.name] ?? {}
  return others.map(
    (other) => [`${engine.name}, ${other.collation}`, engine, explain, other] as const,
  )
})

describe.each(cases)('texts with a beginning in %s', (_, engine, explain, other) => {
  const { type, collation, index } = other
  const mapping: Mapping = { c: { column: 'c', collation } }
  const { dialect } = engine
  let connection: Connection
  let table: Table

  beforeAll(async () => {
    connection = await engine.connect()
    await connection.exec(`CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c ${type})`)
    table = Table.existing(engine, connection, schema, mapping)
    await table.insert(rows)
    await connection.exec(`CREATE INDEX t_c ON t (${index})`)
    const analyze = { SQLite: 'ANALYZE', PostgreSQL: 'ANALYZE t' }[engine.name]
    await connection.exec(analyze ?? 'ANALYZE TABLE t')
  }, 60_000)
  afterAll(() => connection?.close())

  it.skipIf(isScanned(collation))('are found by the index', async () => {
    const asked = parseFilter(schema, { c: { $startsWith: 'Name_424' } })
    const { text, params } = compileFilter(asked, { dialect, mapping })
    const [plan] =
      (await explain?.(connection, { text: `SELECT id FROM t WHERE ${text}`, params })) ?? []
    expect(plan?.scanned, plan?.text).toEqual([])
    expect(plan?.entered, plan?.text).toHaveLength(1)
    expect(plan?.found, plan?.text).toBe(11)
  })

  it('are all found', { timeout: 60_000 }, async () => {
    const filters = [...PIECES, ...HOSTILE.filter((_, i) => i % 7 === 0)].map((text) =>
      parseFilter(schema, { c: { $startsWith: text } }),
    )
    const hint = explain === explainMysql ? ' FORCE INDEX (t_c)' : ''
    for (const filter of filters) {
      const { text, params } = compileFilter(filter, { dialect, mapping })
      const found = await connection.all({
        text: `SELECT id FROM t${hint} WHERE ${text}`,
        params: params as never,
      })
      const holds = compilePredicate(filter)
      const expected = rows.filter(holds).map(({ id }) => id)
      expect(
        found.map(({ id }) => Number(id)).sort((a, b) => a - b),
        JSON.stringify(filter.kind === 'leaf' ? filter.operand : ''),
      ).toEqual(expected.sort((a, b) => a - b))
    }
  })
})
