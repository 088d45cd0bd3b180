import {
  compileFilter,
  compileQuery,
  createTable,
  type Dialect,
  defineSchema,
  dynamic,
  insertRow,
  integer,
  list,
  number,
  pageOf,
  parseFilter,
  parseQuery,
  string,
  timestamp,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { show } from '../support/agreement.ts'
import { JSON_TEXT_OPERATORS, TEXT_OPERATORS } from '../support/text-cases.ts'

/** Every dialect's SQL side by side, in files that are read by people; the engines' tests run it. */
const DIALECTS: readonly Dialect<unknown>[] = [sqlite, postgres, mariadb, mysql, duckdb, clickhouse]

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    name: string({ operators: TEXT_OPERATORS }),
    title: string({ sortable: true }),
    rank: integer({ sortable: true }),
    score: number(),
    created_at: timestamp({ required: true, sortable: true }),
    teams: list(string()),
    'custom.*': dynamic(['string', 'boolean', 'integer'], {
      operators: JSON_TEXT_OPERATORS,
    }),
    'ratio.*': dynamic(['number', 'integer']),
  },
})

const FILTERS: readonly object[] = [
  {},
  { $nor: [{}] },
  { name: 'a' },
  { name: { $ne: 'a' } },
  { name: null },
  { id: { $gt: 'a' } },
  { rank: { $gte: 18 } },
  { rank: { $not: { $gte: 18 } } },
  { score: { $lt: 0.1 } },
  { created_at: { $gte: '2024-05-01T12:00:00+02:00' } },
  { id: { $in: ['a', 'b'] } },
  { rank: { $nin: [1, 2, null] } },
  { teams: 'red' },
  { teams: { $in: ['red', 'blue'] } },
  { teams: { $all: ['red', 'blue'] } },
  { teams: ['red'] },
  { teams: { $not: { $contains: 'red' } } },
  { name: { $autocomplete: 'curiosity ro' } },
  { name: { $not: { $autocomplete: 'ro' } } },
  { name: { $startsWith: '100%' } },
  { name: { $not: { $startsWith: 'a' } } },
  { title: { $startsWith: '\u{10ffff}' } },
  { name: { $endsWith: '_b\\' } },
  { name: { $includes: '%|' } },
  { name: { $not: { $includes: 'a' } } },
  { name: { $ieq: 'Straße' } },
  { name: { $iin: ['A', 'b', null] } },
  { name: { $istartsWith: 'É' } },
  { name: { $not: { $iincludes: 'A' } } },
  { $or: [{ name: 'a' }, { rank: 1 }] },
  { 'custom.color': 'red' },
  { 'custom.color': { $gt: 'red' } },
  { 'custom.age': { $gte: 18 } },
  { 'custom.age': { $ne: 18 } },
  { 'custom.on': true },
  { 'custom.any': { $in: [1, 'a', true, null] } },
  { 'custom.any': null },
  { 'custom.a.b': 1 },
  { 'custom.a.0': 1 },
  { 'custom.a"b': 1 },
  { 'custom.bio': { $autocomplete: 'ro' } },
  { 'custom.bio': { $startsWith: 'ro' } },
  { 'custom.bio': { $endsWith: 'ro' } },
  { 'custom.bio': { $not: { $includes: '%' } } },
  { 'ratio.x': 0.1 },
  { 'ratio.x': { $gt: 2n ** 53n + 1n } },
]

const shown = ({ text, params }: { text: string; params: unknown }): string =>
  `${text}\n-- ${show(params)}`

describe('the SQL of every dialect', () => {
  it('of filters', async () => {
    const page = FILTERS.map((filter) => {
      const parsed = parseFilter(schema, filter)
      const each = DIALECTS.map((dialect) => {
        const statement = compileFilter(parsed, { dialect })
        return `-- ${dialect.name}\n${shown(statement as { text: string; params: unknown })}`
      })
      return `## ${show(filter)}\n\n\`\`\`sql\n${each.join('\n')}\n\`\`\`\n`
    })
    await expect(`# Filters\n\n${page.join('\n')}`).toMatchFileSnapshot('filters.md')
  })

  it('of pages', async () => {
    const rows = [
      { id: 'a', rank: 1, created_at: '2024-05-01T12:00:00Z' },
      { id: 'b', rank: 2, created_at: '2024-05-02T12:00:00Z' },
      { id: 'c', rank: 3, created_at: '2024-05-03T12:00:00Z' },
    ]
    const sort = { rank: -1, created_at: 1 }
    const own = { limit: 2, sort, filter_conditions: { name: 'a' } }
    const next = pageOf(parseQuery(schema, own), rows).next as string
    const payloads = [own, { ...own, next }, { ...own, prev: next }]
    const page = DIALECTS.map((dialect) => {
      const each = payloads.map((payload) => {
        const target = {
          dialect,
          table: 't',
          select: ['id', 'rank', 'created_at'],
          lookAhead: true,
        }
        return shown(compileQuery(parseQuery(schema, payload), target) as never)
      })
      return `## ${dialect.name}\n\n\`\`\`sql\n${each.join('\n\n')}\n\`\`\`\n`
    })
    await expect(
      `# Pages: the first, after it, before it\n\n${page.join('\n')}`,
    ).toMatchFileSnapshot('pages.md')
  })

  it('of tables', async () => {
    const row = {
      id: 'a',
      name: 'Curiosity Rover',
      score: 0.1,
      created_at: '2024-05-01T12:00:00Z',
      teams: ['red'],
      custom: { age: 2n ** 53n + 1n },
    }
    const page = DIALECTS.map((dialect) => {
      const isPostgres = dialect.name === 'postgres'
      const target = { dialect, table: 't', mapping: mappingFor(dialect) } as const
      const extensions = isPostgres ? ['pg_trgm'] : []
      const statements = createTable(schema, { ...target, extensions })
      const inserts = [false, dialect.replace !== undefined].flatMap((replace, i) =>
        i === 1 && !replace ? [] : [insertRow(schema, { ...target, replace })(row)].flat(),
      ) as { text: string; params: unknown }[]
      return `## ${dialect.name}\n\n\`\`\`sql\n${statements.join(';\n\n')};\n\n${inserts.map(shown).join('\n')}\n\`\`\`\n`
    })
    await expect(`# Tables and a row\n\n${page.join('\n')}`).toMatchFileSnapshot('tables.md')
  })
})

/** Keys that are indexed only if the mapping names them. */
function mappingFor({ name }: Dialect<unknown>) {
  const hasJsonIndex = ['sqlite', 'postgres', 'mariadb', 'mysql'].includes(name)
  const hasSideTable = ['sqlite', 'mariadb', 'mysql'].includes(name)
  return {
    ...(hasJsonIndex ? { custom: { index: ['age'] } } : {}),
    ...(hasSideTable ? { teams: { sideTable: 't_teams' } } : {}),
  }
}

describe('a dialect', () => {
  it.each([
    [sqlite, 'timestamptz', /sqlite: created_at: there is no timestamptz here/],
    [postgres, 'datetime', /postgres: created_at: there is no datetime here/],
    [mariadb, 'timestamptz', /mariadb: created_at: TIMESTAMP ends in 2038 here/],
    [duckdb, 'datetime', /duckdb: created_at: there is no datetime here/],
    [
      clickhouse,
      'timestamp',
      /clickhouse: created_at: DateTime64 holds only the years 1900 to 2299/,
    ],
    [postgres, { text: 'any' }, /postgres: created_at: text of other forms .* is not supported/],
    [mariadb, { text: 'YYYY-MM-DD HH:MM:SS.SSSSSS' }, /mariadb: created_at: text of other forms/],
  ] as const)('$name refuses an unsupported storage', (dialect, storage, message) => {
    const filter = parseFilter(schema, { created_at: '2024-05-01T12:00:00Z' })
    const mapping = { created_at: { storage } }
    expect(() => compileFilter(filter, { dialect, mapping } as never)).toThrow(message)
  })

  it.each([postgres, duckdb, clickhouse])('$name refuses a side table', (dialect) => {
    const filter = parseFilter(schema, { teams: 'red' })
    const mapping = { teams: { sideTable: 'x' } }
    expect(() => compileFilter(filter, { dialect, mapping } as never)).toThrow(
      /teams: side tables are not supported/,
    )
  })

  it('clickhouse refuses replace, which it does not support', () => {
    expect(() => insertRow(schema, { dialect: clickhouse, table: 't', replace: true })).toThrow(
      /clickhouse: replacing rows is not supported/,
    )
  })

  it('mariadb refuses keys that its JSON paths cannot express, and sorting by text in JSON', () => {
    const filter = parseFilter(schema, { 'custom.-1': 1 })
    expect(() => compileFilter(filter, { dialect: mariadb })).toThrow('Unknown field "custom.-1"')
    expect(compileFilter(filter, { dialect: mysql }).text).toContain('JSON_EXTRACT')
    const nested = defineSchema({
      fields: {
        id: string({ required: true }),
        'custom.*': dynamic(['string']),
        'custom.city': string({ sortable: true }),
      },
    })
    const query = parseQuery(nested, { sort: { 'custom.city': 1 } })
    expect(() => compileQuery(query, { dialect: mariadb, table: 't' })).toThrow(
      /mariadb: custom.city: text in JSON is sorted by its first 1,024 bytes/,
    )
  })

  it('clickhouse refuses a column with a dot, postgres a name that it would truncate', () => {
    const dotted = defineSchema({
      fields: { id: string({ required: true }), 'a.b': string() },
    })
    expect(() => createTable(dotted, { dialect: clickhouse, table: 't' })).toThrow(
      /clickhouse: a.b: in the column name "a.b", a dot means a nested column/,
    )
    const long = defineSchema({
      fields: { id: string({ required: true }), ['é'.repeat(32)]: string() },
    })
    expect(() => createTable(long, { dialect: postgres, table: 't' })).toThrow(
      /postgres: the name is longer than 63 bytes/,
    )
  })

  it('refuses an unknown extension', () => {
    const target = { table: 't', extensions: ['postgis'] }
    expect(() => createTable(schema, { ...target, dialect: postgres })).toThrow(
      'tamis: postgres: unknown extension postgis; expected pg_trgm',
    )
    expect(() => createTable(schema, { ...target, dialect: sqlite })).toThrow(
      'tamis: sqlite: extensions are not supported',
    )
  })
})
