/** The table that the cost of filters is measured on: 100,000 rows of about 1 kB, as `createTable` makes it. */

import {
  boolean,
  createTable,
  defineSchema,
  dynamic,
  insertRow,
  integer,
  list,
  number,
  type Schema,
  string,
  timestamp,
} from 'tamis'
import type { Connection, Engine, SomeStatement } from '../../support/engines/engine.ts'
import { SCALAR_OPERATORS } from '../../support/operators.ts'
import { insertMany } from '../../support/plans.ts'

export const ROWS = 100_000

const words = [...SCALAR_OPERATORS, '$autocomplete'] as const

/** Every kind of place that a field can have: columns, JSON, lists in each storage. */
export const fields = {
  id: string({ required: true, sortable: true }),
  role: string(),
  name: string({ operators: words }),
  bio: string({ operators: words }),
  age: integer({ sortable: true }),
  score: number(),
  active: boolean(),
  created_at: timestamp({ required: true, sortable: true }),
  teams: list(string()),
  tags: list(string()),
  sizes: list(integer()),
  'custom.*': dynamic(['string', 'boolean', 'integer'], { operators: words }),
  'measured.*': dynamic(['number', 'timestamp']),
} as const

/** No cost limit, to measure filters that it would refuse. */
export const schema = (limits: object): Schema =>
  defineSchema({ fields, defaultSort: [{ field: 'created_at', direction: -1 }], limits }) as never

export const mappingFor = (engine: Engine) =>
  engine.features.sideTables ? { teams: { sideTable: 'cost_teams' } } : {}

const COLORS = ['red', 'green', 'blue', 'amber', 'violet']
const FIRST = [
  'Ana',
  'Boris',
  'Chloé',
  'Dmitri',
  'Élise',
  'Farid',
  'Grace',
  'Hugo',
  'İpek',
  'Jürgen',
]
const LAST = ['Álvarez', 'Baker', 'Çelik', 'Durand', 'Eriksson', 'Fischer', 'García', 'Hansen']

/** A sequence of numbers that look random and are the same each time. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function text(random: () => number, words: number): string {
  const all: string[] = []
  for (let i = 0; i < words; i++) all.push(Math.floor(random() * 36 ** 4).toString(36))
  return all.join(' ')
}

export function* rows(count = ROWS): Generator<Record<string, unknown>> {
  const random = seeded(1)
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
  for (let i = 0; i < count; i++) {
    const at = new Date(Date.UTC(2020, 0, 1) + Math.floor(random() * 1.5e11)).toISOString()
    yield {
      id: `user-${i.toString(36).padStart(6, '0')}`,
      role: pick(['user', 'admin', 'moderator', 'guest']),
      name: `${pick(FIRST)} ${pick(LAST)} ${i.toString(36)}`,
      ...(i % 3 === 0 ? {} : { bio: text(random, 8) }),
      ...(i % 5 === 0 ? {} : { age: Math.floor(random() * 90) }),
      score: random() * 1000,
      active: random() < 0.9,
      created_at: at,
      teams: [pick(COLORS), `team-${Math.floor(random() * 500)}`],
      ...(i % 4 === 0 ? {} : { tags: [pick(COLORS), pick(COLORS), text(random, 1)] }),
      sizes: [Math.floor(random() * 9), Math.floor(random() * 9)],
      custom: {
        note: text(random, 12),
        address: {
          street: text(random, 2),
          city: pick(LAST),
          at: { lat: random(), lon: random() },
        },
        a: { b: { c: { d: { e: { f: { g: { h: Math.floor(random() * 9) } } } } } } },
        plan: pick(['free', 'pro', 'team']),
        'last seen': text(random, 1),
        color: pick(COLORS),
        age: Math.floor(random() * 90),
        vip: random() < 0.1,
      },
      measured: { height: random() * 2, at, weight: Math.floor(random() * 100) },
    }
  }
}

/** Makes the table and fills it; side tables are filled by their own statements. */
export async function createCostTable(engine: Engine, connection: Connection): Promise<void> {
  const target = { dialect: engine.dialect, table: 'cost', mapping: mappingFor(engine) }
  const own = schema({}) as never
  const statements = createTable(own, target)
  const isIndex = (each: string) => each.startsWith('CREATE INDEX')
  for (const each of statements) if (!isIndex(each)) await connection.exec(each)
  const insert = insertRow(own, target)
  let batch: (readonly SomeStatement[])[] = []
  const flush = async () => {
    if (batch.length === 0) return
    await insertMany(
      connection,
      batch[0]?.[0]?.text ?? '',
      batch.map(([first]) => first?.params as never),
    )
    const isSided = batch.some((each) => each.length > 1)
    if (isSided) {
      await connection.exec('BEGIN')
      for (const each of batch) for (const side of each.slice(1)) await connection.run(side)
      await connection.exec('COMMIT')
    }
    batch = []
  }
  for (const row of rows()) {
    batch.push([insert(row)].flat() as SomeStatement[])
    if (batch.length === 5000) await flush()
  }
  await flush()
  for (const each of statements) if (isIndex(each)) await connection.exec(each)
  if (engine.name === 'PostgreSQL') await connection.exec('ANALYZE cost')
  if (engine.name === 'MariaDB' || engine.name === 'MySQL') {
    await connection.exec('ANALYZE TABLE cost')
  }
}
