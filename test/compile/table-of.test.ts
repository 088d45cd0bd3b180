import Database from 'libsql'
import {
  addColumn,
  compileQuery,
  compileSql,
  createIndex,
  createTable,
  type Dialect,
  defineSchema,
  dynamic,
  insertRow,
  integer,
  list,
  parseQuery,
  printTable,
  readRow,
  sql,
  string,
  type TableDefinition,
  tableOf,
  timestamp,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { duckdb } from 'tamis/duckdb'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'

const DIALECTS: readonly Dialect<unknown>[] = [sqlite, postgres, mariadb, mysql, duckdb, clickhouse]

const fields = {
  id: string({ required: true, sortable: true }),
  rank: integer({ sortable: true }),
  teams: list(string()),
  'custom.*': dynamic(['string', 'integer']),
} as const
const before = defineSchema({ fields })
const after = defineSchema({
  fields: {
    ...fields,
    seen: timestamp({ sortable: true }),
    note: string({ operators: ['$eq', '$iin', '$autocomplete'] }),
  },
})

const namesOf = ({ columns, indexes }: TableDefinition) => ({
  columns: columns.map(({ name }) => name),
  indexes: indexes.map(({ name }) => name),
})

/** The columns that only the second table has. */
function added(one: TableDefinition, other: TableDefinition) {
  const { columns, indexes } = namesOf(one)
  return {
    columns: other.columns.filter(({ name }) => !columns.includes(name)),
    indexes: other.indexes.filter(({ name }) => !indexes.includes(name)),
  }
}

describe.each(DIALECTS)('the table of a schema in $name, as data', (dialect) => {
  const target = { dialect, table: 't' }

  it('is printed as createTable does, and is equal for equal schemas', () => {
    const table = tableOf(after, target)
    expect(printTable(table, target)).toEqual(createTable(after, target))
    expect(tableOf(after, target)).toEqual(table)
    expect(tableOf(before, target)).not.toEqual(table)
  })

  it('names each column by its field and what it holds', () => {
    const { columns, key } = tableOf(before, target)
    expect(key).toBe('id')
    expect(columns.filter(({ isKey }) => isKey).map(({ name }) => name)).toEqual(['id'])
    expect(columns.map(({ field, holds }) => `${field}: ${holds}`)).toEqual([
      'id: value',
      'rank: value',
      'teams: value',
      'custom.*: document',
      ...(dialect.name === 'clickhouse' ? ['teams: presence'] : []),
    ])
    const text = (name: string) => {
      const type = columns.find((column) => column.name === name)?.type
      return type && compileSql(type, target).text
    }
    expect(createTable(before, target).join('\n')).toContain(
      `${compileSql(dialect.identifier('rank'), target).text} ${text('rank')}`,
    )
  })

  it('shows which columns a new version of the schema adds', () => {
    const { columns, indexes } = added(tableOf(before, target), tableOf(after, target))
    expect(columns.map(({ name }) => name)).toEqual(['seen', 'note', 'note_words', 'note_folded'])
    expect(columns.map(({ holds }) => holds)).toEqual(['value', 'value', 'words', 'folded'])
    expect(indexes.map(({ field }) => field)).toEqual(['seen', 'note', 'note'])
    expect(columns.every((column) => addColumn(column, target).startsWith('ALTER TABLE '))).toBe(
      true,
    )
    const whole = createTable(after, target)
    expect(whole).toEqual(expect.arrayContaining(indexes.map((each) => createIndex(each, target))))
  })
})

describe('a SQLite table', () => {
  const target = { dialect: sqlite, table: 'people' }

  function open(statements: readonly string[]): Database.Database {
    const database = new Database(':memory:')
    for (const statement of statements) database.exec(statement)
    return database
  }

  function insert(database: Database.Database, rows: readonly object[]): void {
    for (const row of rows) {
      const { text, params } = insertRow(after, target)(row)
      database.prepare(text).run(...params)
    }
  }

  const rows = [
    { id: 'a', rank: 3, note: 'red' },
    { id: 'b', rank: 1, seen: '2024-05-01T12:00:00.000000Z' },
    { id: 'c', rank: 2, teams: ['x'] },
  ]

  it('stores the rows of a new version of its schema after addColumn', () => {
    const { columns, indexes } = added(tableOf(before, target), tableOf(after, target))
    const database = open([
      ...createTable(before, target),
      ...columns.map((column) => addColumn(column, target)),
      ...indexes.map((index) => createIndex(index, { ...target, ifNotExists: true })),
      ...indexes.map((index) => createIndex(index, { ...target, ifNotExists: true })),
    ])
    insert(database, rows)
    const { text, params } = compileQuery(parseQuery(after, { sort: { id: 1 } }), target)
    const found = database.prepare(text).all(...params)
    expect(found.map(readRow(after, target))).toEqual(rows)
    expect(() => insert(database, [{ id: 'd', note: 'a\0b' }])).not.toThrow()
  })

  it('is read from a source or with an index; parameters of the source come first', () => {
    const database = open(createTable(after, target))
    insert(database, rows)
    const query = parseQuery(after, { filter_conditions: { rank: { $lt: 3 } }, sort: { rank: -1 } })
    const ids = (options: object) => {
      const { text, params } = compileQuery(query, { ...target, ...options })
      const found = database.prepare(text).all(...params) as { id: string }[]
      return found.map(({ id }) => id)
    }
    expect(ids({})).toEqual(['c', 'b'])
    const people = sqlite.identifier('people')
    expect(ids({ source: sql`SELECT * FROM ${people} WHERE id IN (${'a'}, ${'b'})` })).toEqual([
      'b',
    ])
    expect(ids({ index: 'people_rank' })).toEqual(['c', 'b'])
    const prev = { ...query, ...{ limit: 1 } }
    expect(compileQuery(prev, { ...target, index: 'people_rank' }).text).toContain(
      'FROM "people" INDEXED BY "people_rank" WHERE',
    )
    expect(() => ids({ index: 'nothing' })).toThrow(/no such index/)
  })
})

describe('compileQuery refuses unsupported clauses', () => {
  const query = parseQuery(before, {})
  const having = (option: object) =>
    DIALECTS.filter((dialect) => {
      try {
        compileQuery(query, { dialect, table: 't', ...option })
        return true
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
        expect(String(error)).toContain(dialect.name)
        return false
      }
    }).map(({ name }) => name)

  it('index and forUpdate', () => {
    expect(having({ index: 'i' })).toEqual(['sqlite', 'mariadb', 'mysql'])
    expect(having({ forUpdate: true })).toEqual(['postgres', 'mariadb', 'mysql'])
  })

  it('both a source and an index', () => {
    const both = { dialect: sqlite, table: 't', source: sql`SELECT * FROM t`, index: 'i' }
    expect(() => compileQuery(query, both)).toThrow('index conflicts with source')
  })
})
