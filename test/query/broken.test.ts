import {
  compileQuery,
  date,
  defineSchema,
  dynamic,
  integer,
  pageOf,
  parseQuery,
  readRow,
  runQuery,
  string,
  timestamp,
} from 'tamis'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { SqliteTable } from '../support/sqlite.ts'

const schema = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    created_at: timestamp({ required: true, sortable: true }),
    rank: integer({ sortable: true }),
    last_seen: timestamp({ sortable: true }),
    due: date({ sortable: true }),
    'address.city': string({ sortable: true }),
    'custom.level': integer({ sortable: true }),
    'custom.*': dynamic(['string', 'integer']),
  },
})
const AT = '2024-05-01T12:00:00.123456Z'
const good = { id: 'a', created_at: AT }

/** A page of one row, with the sort by which it was found. */
const pageBy = (sort: object, ...rows: unknown[]) => pageOf(parseQuery(schema, { sort }), rows)

describe('pageOf refuses', () => {
  it.each<[what: string, sort: object, row: object, message: string]>([
    [
      'a required value under another name',
      { created_at: 1 },
      { id: 'a', createdAt: AT },
      'tamis: created_at: required, expected an RFC 3339 date-time, received undefined in the row "a"; did you mean "createdAt"? Map the column, or select it as "created_at"',
    ],
    [
      'a required value under a misspelt name',
      { created_at: 1 },
      { id: 'a', creatd_at: AT },
      'did you mean "creatd_at"?',
    ],
    [
      'a required value that was not selected',
      { created_at: 1 },
      { id: 'a', last_seen: AT },
      'received undefined in the row "a"; cursors are made of it: select the field',
    ],
    [
      'NULL in a required column',
      { created_at: 1 },
      { id: 'a', created_at: null },
      'received null in the row "a"; forbid NULL in the column, or declare the field without "required"',
    ],
    ['a missing key', {}, { created_at: AT }, 'tamis: id: required, expected a string'],
    ['a key under another name', {}, { ID: 'a' }, 'did you mean "ID"?'],
    [
      'a nullable value under another name',
      { last_seen: 1 },
      { ...good, lastSeen: AT },
      'tamis: last_seen: the property is missing in the row "a"; did you mean "lastSeen"? Map the column, or select it as "last_seen"',
    ],
    [
      'a column of a path that was not read',
      { 'address.city': 1 },
      { ...good, 'address.city': 'Paris' },
      'read the records with readRow',
    ],
    [
      'a number that lost digits',
      { rank: 1 },
      { ...good, rank: 2 ** 53 },
      'tamis: rank: received the number 9007199254740992, which has lost digits in the row "a"; select what compileQuery does, as text',
    ],
    [
      'a Date with fewer digits than the field',
      { created_at: 1 },
      { id: 'a', created_at: new Date(AT) },
      'tamis: created_at: received a Date, which has 3 digits of the second where the field has 6 in the row "a"; select what compileQuery does, as text',
    ],
    [
      'an integer as text',
      { rank: 1 },
      { ...good, rank: '5' },
      'tamis: rank: expected an integer, received "5" in the row "a"; read the records with readRow',
    ],
    ['a local midnight', { due: 1 }, { ...good, due: new Date(2024, 4, 1) }, 'received a Date'],
  ])('%s', (_, sort, row, message) => {
    expect(() => pageBy(sort, row)).toThrow(TypeError)
    expect(() => pageBy(sort, row)).toThrow(message)
    // One such row among others is found, wherever it stands.
    const whole = { ...good, rank: 1, last_seen: AT, due: '2024-05-01', address: { city: 'x' } }
    expect(() => pageBy(sort, whole, whole, row)).toThrow(message)
  })

  it('no row that was read, and none in memory whose fields are absent', () => {
    const bare = { ...good, last_seen: null }
    for (const sort of [{ rank: 1 }, { last_seen: -1 }, { due: 1 }, { 'address.city': 1 }]) {
      expect(pageBy(sort, good, bare).items).toEqual([good, bare])
    }
    // A document holds what was written into it.
    for (const level of ['high', 1e20, 2 ** 60, null]) {
      expect(pageBy({ 'custom.level': 1 }, { ...good, custom: { level } }).items).toHaveLength(1)
    }
    const cut = defineSchema({
      fields: {
        id: string({ required: true }),
        at: timestamp({ digits: 3, required: true, sortable: true }),
      },
    })
    const rows = [{ id: 'a', at: new Date(AT) }]
    expect(pageOf(parseQuery(cut, { sort: { at: 1 } }), rows).items).toEqual(rows)
  })
})

describe('records of a query builder', () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => ({
    id: `r${String(i).padStart(5, '0')}`,
    createdAt: new Date(1_700_000_000_000 + i * 1000).toISOString(),
  }))

  it('whose properties are named otherwise are an error at the first page, not 100 rows', () => {
    const query = parseQuery(schema, { sort: { created_at: 1 }, limit: 100 })
    const message = 'did you mean "createdAt"?'
    expect(() => pageOf(query, rows.slice(0, 101))).toThrow(message)
    expect(() => runQuery(query, rows)).toThrow(message)
  })

  it('without a column of select are refused, where select says that there is one', () => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        rank: integer({ required: true, sortable: true }),
        note: string(),
      },
    })
    const read = readRow(own, { dialect: sqlite, select: ['id', 'rank'] })
    expect(read({ id: 'a', rank: 1 })).toEqual({ id: 'a', rank: 1 })
    expect(() => read({ id: 'a' })).toThrow(
      'tamis: rank: the column "rank" is missing in the row "a"; select it as "rank", or leave it out of select',
    )
    expect(() => read({ id: 'a', Rank: 1 })).toThrow('did you mean "Rank"?')
    expect(() => read({ rank: 1 })).toThrow('tamis: id: the column "id" is missing; select it')
    // Nothing says what was selected.
    expect(readRow(own, { dialect: sqlite })({ id: 'a' })).toEqual({ id: 'a' })
    expect(() => readRow(own, { dialect: sqlite, select: ['rang'] })).toThrow(
      'tamis: select: unknown field "rang"',
    )
  })

  it('of a nullable column under a required field are an error at the first NULL', () => {
    const own = defineSchema({
      fields: { id: string({ required: true }), rank: integer({ required: true, sortable: true }) },
    })
    const table = new SqliteTable(own)
    table.db.exec('DROP TABLE t')
    table.db.exec('CREATE TABLE t (id TEXT PRIMARY KEY, rank INTEGER, id_words TEXT)')
    for (let i = 0; i < 50; i++) {
      table.db.prepare('INSERT INTO t (id, rank) VALUES (?, ?)').run(`r${i}`, i % 2 ? i : null)
    }
    const target = { dialect: sqlite, table: 't' }
    const query = parseQuery(own, { sort: { rank: 1 }, limit: 10 })
    const { text, params } = compileQuery(query, { ...target, lookAhead: true })
    const records: unknown[] = table.db.prepare(text).all(...(params as unknown[]))
    expect(() => pageOf(query, records)).toThrow(/^tamis: rank: required.* received null/)
    expect(() => records.map(readRow(own, target))).toThrow(
      'tamis: rank: the column "rank" of the row "r0" is NULL; forbid NULL there, or declare the field without "required"',
    )
  })
})

describe('runQuery', () => {
  const asked = parseQuery(schema, { sort: { created_at: 1 }, limit: 2 })

  it('refuses a cursor of a row without its key or a required value of the sort', () => {
    const rows = [good, { ...good, id: 'b' }, { id: 'c', created_at: '2025-01-01T00:00:00Z' }]
    expect(runQuery(asked, rows).items).toHaveLength(2)
    expect(() => runQuery(asked, [{ id: 'x' }, { id: 'y' }, ...rows])).toThrow(
      'tamis: created_at: required, expected an RFC 3339 date-time, received undefined in the row "y"',
    )
    expect(() => runQuery(asked, [{ created_at: AT }, { created_at: AT }, ...rows])).toThrow(
      'tamis: id: required, expected a string, received undefined; cursors are made of it',
    )
  })

  it('reads what is missing as absent where no cursor depends on it', () => {
    expect(runQuery(asked, [{ id: 'x' }, good]).items).toEqual([{ id: 'x' }, good])
    expect(runQuery(asked, [{ id: 'x' }, good, { ...good, id: 'b' }]).items).toHaveLength(2)
    // Rows that do not match, or that are on no page, are not looked at.
    const some = parseQuery(schema, { filter_conditions: { rank: 1 }, limit: 1, sort: { rank: 1 } })
    const matching = [{ id: 'a', rank: 1 }, { id: 'b', rank: 1 }, { rank: 2 }, {}, null]
    expect(runQuery(some, matching).items).toEqual([{ id: 'a', rank: 1 }])
  })

  it('takes numbers, Dates and values of another kind as memory reads them', () => {
    const rows = [
      { id: 'a', created_at: new Date(AT), rank: 2 ** 53 },
      { id: 'b', created_at: AT, rank: '5' },
      { id: 'c', created_at: AT, rank: 1 },
    ]
    expect(runQuery(asked, rows).next).toBeTypeOf('string')
    expect(runQuery(parseQuery(schema, { sort: { rank: -1 }, limit: 1 }), rows).next).toBeTypeOf(
      'string',
    )
  })
})

describe('readRow refuses', () => {
  const mapping = { created_at: 'created', custom: 'data' }
  const read = readRow(schema, { dialect: postgres, mapping })

  it.each<[what: string, record: unknown, message: string]>([
    [
      'a column under the name that it has in the table',
      { id: 'a', created: AT },
      'tamis: created_at: the property is missing in the row "a"; did you mean "created"? Map the column, or select it as "created_at"',
    ],
    ['a column spelt otherwise', { id: 'a', createdAt: AT }, 'did you mean "createdAt"?'],
    ['a document under the name of its column', { ...good, data: '{}' }, 'select it as "custom"'],
    ['NULL in a required column', { id: 'a', created_at: null }, 'of the row "a" is NULL'],
    [
      'a Date with fewer digits than the field',
      { ...good, last_seen: new Date(AT) },
      'tamis: last_seen: the column "last_seen" of the row "a" was given as a Date, which has 3 digits of the second where the field has 6; select what compileQuery does, as text',
    ],
    [
      'a document that is no text',
      { ...good, custom: { level: 1 } },
      'tamis: custom.*: the column "data" of the row "a" was not given as text; select what compileQuery does, as text',
    ],
    [
      'a number that lost digits',
      { ...good, rank: 2 ** 53 },
      'without all its digits (9007199254740992); read int8 as text or bigint in the row "a"',
    ],
    ['no record', undefined, 'expected a record with a key for each column, received undefined'],
  ])('%s', (_, record, message) => {
    expect(() => read(record)).toThrow(TypeError)
    expect(() => read(record)).toThrow(message)
  })

  it('no record of fewer columns, or of more', () => {
    expect(read({ id: 'a' })).toEqual({ id: 'a' })
    expect(read({ ...good, total: 5, name: 'x' })).toEqual(good)
  })
})
