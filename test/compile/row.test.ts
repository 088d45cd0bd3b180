import fc from 'fast-check'
import {
  createTable,
  defineSchema,
  dynamic,
  insertRow,
  integer,
  list,
  parseQuery,
  readRow,
  string,
  timestamp,
} from 'tamis'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { accessor } from '../../src/compile/accessor.ts'
import { isPlainObject } from '../../src/kinds/json.ts'
import { type Plan, planArbitrary, rowsArbitrary } from '../support/arbitrary.ts'
import { sqlite as engine } from '../support/engines/sqlite.ts'
import { SqliteTable } from '../support/sqlite.ts'
import { Table } from '../support/table.ts'

/** A row as its schema reads it: canonical values of the literal fields, and documents. */
function seen({ schema }: Plan, row: unknown): unknown {
  const values = [...schema.fields.values()].map(({ name, path, type }) => {
    const value = accessor(path)(row)
    const read = type.list
      ? Array.isArray(value) &&
        value.map((each) => type.kind.read(each)).filter((each) => each !== undefined)
      : type.kind.read(value)
    return [name, read || undefined]
  })
  return Object.fromEntries(values)
}

const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0')

/** A document without what is absent everywhere: undefined, unstorable strings and keys, -0. */
function kept(value: unknown): unknown {
  if (typeof value === 'number') {
    return Number.isInteger(value) ? kept(BigInt(value)) : value
  }
  if (Array.isArray(value)) return value.map(kept).filter((each) => each !== undefined)
  if (typeof value === 'string') return isStorable(value) ? value : undefined
  if (typeof value === 'bigint') {
    const isInt64 = BigInt.asIntN(64, value) === value
    return Number.isSafeInteger(Number(value)) || !isInt64 ? Number(value) : value
  }
  if (!isPlainObject(value)) return value
  const entries = Object.entries(value).map(([key, own]) => [key, kept(own)] as const)
  return Object.fromEntries(entries.filter(([key, own]) => own !== undefined && isStorable(key)))
}

describe('a row', () => {
  it('comes back from SQLite as it went in, absent values dropped', async () => {
    const planAndRows = planArbitrary(engine.features).chain((plan) =>
      fc.tuple(fc.constant(plan), rowsArbitrary(plan, engine.features, 8)),
    )
    await fc.assert(
      fc.asyncProperty(planAndRows, async ([plan, rows]) => {
        const connection = await engine.connect()
        const table = await Table.create(engine, connection, plan.schema, plan.mapping)
        await table.insert(rows)
        const back = await table.rows(parseQuery(plan.schema, { limit: 1000, sort: [{ id: 1 }] }))
        const keyOf = (row: unknown) => String((seen(plan, row) as { id: unknown }).id)
        const byKey = new Map(back.map((row) => [keyOf(row), row]))
        expect(byKey.size).toBe(rows.length)
        for (const row of rows) {
          const again = byKey.get(keyOf(row))
          expect(seen(plan, again)).toEqual(seen(plan, row))
          for (const { path, type } of plan.schema.wildcards.values()) {
            // Timestamps in a document are stored in canonical form.
            if (type.kind.expects.includes('RFC')) continue
            const stored = accessor([path[0] as string])(again)
            const own = accessor([path[0] as string])(row)
            const since = plan.schema.fields.get(`${path[0]}.lit`)
            if (since?.type.kind.name === 'timestamp') continue
            if (since?.type.list) continue
            expect(kept(stored)).toEqual(isPlainObject(own) ? kept(own) : undefined)
          }
        }
        await connection.close()
      }),
      { seed: 11, numRuns: 150 },
    )
  })

  const schema = defineSchema({
    fields: {
      id: string({ required: true }),
      count: integer({ required: true }),
      'custom.*': dynamic(['string']),
    },
  })
  const insert = insertRow(schema, { dialect: sqlite, table: 't' })

  it('is refused where a required value is absent', () => {
    expect(() => insert({ id: 'a' })).toThrow(
      'count: required, expected an integer, received undefined',
    )
    expect(() => insert({ id: 'a', count: '1' })).toThrow(
      'count: required, expected an integer, received "1"',
    )
    expect(() => insert({ id: 'a\0', count: 1 })).toThrow('id: required')
    expect(() => insert(null)).toThrow('id: required')
  })

  it('is refused where a wildcard holds what is not JSON', () => {
    expect(() => insert({ id: 'a', count: 1, custom: { at: new Date() } })).toThrow(
      'custom.at: an instance of a class is not JSON',
    )
  })

  it('is refused where a required key of a wildcard is absent', () => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        'custom.*': dynamic(['string']),
        'custom.age': integer({ required: true }),
      },
    })
    const put = insertRow(own, { dialect: sqlite, table: 't' })
    expect(() => put({ id: 'a', custom: {} })).toThrow('custom.age: required')
    expect(() => put({ id: 'a' })).toThrow('custom.age: required')
    expect(put({ id: 'a', custom: { age: 1 } }).params).toContain('{"age":1}')
  })

  it('keeps a Date of a field that has a column of its own', () => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        'custom.at': timestamp(),
        'custom.*': dynamic(['string']),
      },
    })
    const put = insertRow(own, { dialect: sqlite, table: 't', mapping: { 'custom.at': 'at' } })
    expect([put({ id: 'a', custom: { at: new Date(0) } })].flat()[0]?.params).toEqual([
      'a',
      '1970-01-01T00:00:00.000000Z',
      '{"at":"1970-01-01T00:00:00.000000Z"}',
      ' a ',
    ])
  })

  it('has the same statement for every row', () => {
    expect(insert({ id: 'a', count: 1 }).text).toBe(
      insert({ id: 'b', count: 2n, custom: { a: 'b' } }).text,
    )
  })

  it('is not read from an integer that lost digits', () => {
    const read = readRow(schema, { dialect: sqlite })
    expect(() => read({ id: 'a', count: 2 ** 53 })).toThrow(/safeIntegers/)
    expect(read({ id: 'a', count: 2n ** 53n })).toEqual({ id: 'a', count: 2n ** 53n })
  })
})

describe('createTable', () => {
  const wide = defineSchema({
    fields: {
      id: string({ required: true, sortable: true }),
      name: string(),
      born: timestamp({ digits: 3, sortable: true }),
      teams: list(string()),
      'custom.*': dynamic(['string', 'integer']),
      'custom.level': integer({ sortable: true }),
    },
  })

  it('makes columns, search columns, side tables and indexes', () => {
    const mapping = {
      born: { column: 'birth', storage: { epoch: 'ms' } },
      teams: { sideTable: 'people_teams' },
      custom: { column: 'data', index: ['age'] },
      name: { search: 'name_search' },
    } as const
    expect(
      createTable(wide, { dialect: sqlite, table: 'people', mapping }).join('\n'),
    ).toMatchInlineSnapshot(`
      "CREATE TABLE "people" (
        "id" TEXT NOT NULL PRIMARY KEY CHECK (instr("id", char(0)) = 0),
        "name" TEXT CHECK (instr("name", char(0)) = 0),
        "birth" INTEGER CHECK ("birth" BETWEEN -62135596800000 AND 253402300799999),
        "teams" TEXT CHECK (json_valid("teams") AND json_type("teams") = 'array'),
        "data" TEXT CHECK (json_valid("data") AND json_type("data") = 'object'),
        "id_words" TEXT,
        "name_search" TEXT
      ) STRICT
      CREATE TABLE "people_teams" ("owner" TEXT NOT NULL REFERENCES "people" ("id") ON DELETE CASCADE, "value" TEXT NOT NULL, PRIMARY KEY ("value", "owner")) STRICT, WITHOUT ROWID
      CREATE INDEX "people_teams_owner" ON "people_teams" ("owner")
      CREATE INDEX "people_name" ON "people" ("name")
      CREATE INDEX "people_born" ON "people" ("birth", "id")
      CREATE INDEX "people_custom_level_integer" ON "people" (CASE json_type("data", '$."level"') WHEN 'integer' THEN CASE typeof(json_extract("data", '$."level"')) WHEN 'integer' THEN json_extract("data", '$."level"') END WHEN 'real' THEN CASE WHEN json_extract("data", '$."level"') >= -9223372036854775808.0 AND json_extract("data", '$."level"') < 9223372036854775808.0 AND json_extract("data", '$."level"') = CAST(json_extract("data", '$."level"') AS INTEGER) THEN json_extract("data", '$."level"') END END, "id")
      CREATE INDEX "people_custom_age_string" ON "people" (CASE json_type("data", '$."age"') WHEN 'text' THEN json_extract("data", '$."age"') END)
      CREATE INDEX "people_custom_age_integer" ON "people" (CASE json_type("data", '$."age"') WHEN 'integer' THEN CASE typeof(json_extract("data", '$."age"')) WHEN 'integer' THEN json_extract("data", '$."age"') END WHEN 'real' THEN CASE WHEN json_extract("data", '$."age"') >= -9223372036854775808.0 AND json_extract("data", '$."age"') < 9223372036854775808.0 AND json_extract("data", '$."age"') = CAST(json_extract("data", '$."age"') AS INTEGER) THEN json_extract("data", '$."age"') END END)"
    `)
  })

  it.each<[string, object, RegExp]>([
    ['a field that there is not', { nmae: 'x' }, /no such field; did you mean "name"/],
    ['a setting that there is not', { name: { colum: 'x' } }, /did you mean "column"/],
    ['a column for two fields', { name: 'ID' }, /share the column "ID"/],
    [
      'too few digits',
      { born: { storage: { epoch: 's' } } },
      /epoch s holds 0 digits of the second, the field 3/,
    ],
    ['a range too short', { born: { storage: { epoch: 'ns' } } }, /do not reach the years/],
    ['storage of no timestamp', { name: { storage: { epoch: 's' } } }, /only a timestamp/],
    [
      'a setting of another field',
      { name: { sideTable: 'x' } },
      /only a list with a column of its own/,
    ],
    ['an index of what is no wildcard', { name: { index: ['x'] } }, /only a wildcard has keys/],
    ['a search column of no text', { born: { search: 'x' } }, /only a field of strings/],
    [
      'what is no search column',
      { name: { search: { native: false } } },
      /search must be a column/,
    ],
    ['what is no column', { name: { column: 5 } }, /column must be a name/],
    ['what is no mapping', { name: 5 }, /expected a column or an object, received 5/],
    [
      'one search column for two',
      { id: { search: 'w' }, name: { search: 'w' } },
      /cannot share the search column "w"/,
    ],
    [
      'a side table named as the table',
      { teams: { sideTable: 'people' } },
      /share the table "people"/,
    ],
    ['a key that no index reaches', { custom: { index: ['a"b'] } }, /no index reaches/],
  ])('refuses %s', (_, mapping, message) => {
    expect(() => createTable(wide, { dialect: sqlite, table: 'people', mapping })).toThrow(message)
  })

  it('suggests no index for a key that none reaches', () => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        'custom.*': dynamic(['string']),
        'custom.a-b': string(),
      },
    })
    expect(createTable(own, { dialect: sqlite, table: 't' })).toHaveLength(1)
  })

  it('makes tables that refuse what breaks the promise', () => {
    const table = new SqliteTable(wide)
    const put = (column: string, value: unknown) => () =>
      table.db.prepare(`INSERT INTO t (id, ${column}) VALUES ('${Math.random()}', ?)`).run(value)
    for (const [column, value] of [
      ['name', 'a\0b'],
      ['teams', '{}'],
      ['teams', 'x'],
      ['custom', '[]'],
      ['custom', '{'],
      ['born', '2024-02-30T00:00:00.000Z'],
      ['born', '2024-01-01T24:00:00.000Z'],
      ['born', '2024-01-01T00:00:00Z'],
      ['born', '0000-01-01T00:00:00.000Z'],
    ] as const) {
      expect(put(column, value), `${column} ${value}`).toThrow(/constraint/i)
    }
    for (const [column, value] of [
      ['name', '\uFFFF'],
      ['teams', '[]'],
      ['custom', '{"a":[]}'],
      ['born', '2024-02-29T23:59:59.999Z'],
    ] as const) {
      expect(put(column, value)).not.toThrow()
    }
  })
})
