import fc from 'fast-check'
import {
  createTable,
  defineSchema,
  dynamic,
  insertRow,
  integer,
  list,
  number,
  parseQuery,
  readRow,
  string,
  timestamp,
} from 'tamis'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { describe, expect, it } from 'vitest'
import { accessor } from '../../src/compile/accessor.ts'
import { rowMistakes } from '../../src/compile/row.ts'
import { membersOf } from '../../src/kinds/dynamic.ts'
import { isPlainObject } from '../../src/kinds/objects.ts'
import { type Plan, planArbitrary, rowsArbitrary } from '../support/arbitrary.ts'
import { budget } from '../support/budget.ts'
import { sqlite as engine } from '../support/engines/sqlite.ts'
import { SqliteTable } from '../support/sqlite.ts'
import { Table } from '../support/table.ts'

/** A row as its schema reads it: canonical values of the literal fields, and documents. */
function seen({ schema }: Plan, row: unknown): unknown {
  const values = [...schema.fields.values()].map((field) => {
    const { name, type } = field
    const value = accessor(field)(row)
    const read = type.list
      ? Array.isArray(value) &&
        value.map((each) => type.kind.read(each)).filter((each) => each !== undefined)
      : type.kind.read(value)
    return [name, read || undefined]
  })
  return Object.fromEntries(values)
}

const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0')

/** A document without values that are never stored: undefined, unstorable strings and keys, -0. */
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
  it('is read from SQLite as it was stored, without absent values', async () => {
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
            // What can be written in several ways is stored in canonical form.
            if (membersOf(type.kind).some(({ isRewritten }) => isRewritten)) continue
            const stored = accessor({ path: path.slice(0, 1), wildcard: undefined })(again)
            const own = accessor({ path: path.slice(0, 1), wildcard: undefined })(row)
            const since = plan.schema.fields.get(`${path[0]}.lit`)
            if (since !== undefined && membersOf(since.type.kind).some((kind) => kind.isRewritten))
              continue
            if (since?.type.list || since?.type.kind.name === 'number') continue
            expect(kept(stored)).toEqual(isPlainObject(own) ? kept(own) : undefined)
          }
        }
        await connection.close()
      }),
      { seed: 11, numRuns: budget(40, 150) },
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

  it('is refused if a required value is absent', () => {
    expect(() => insert({ id: 'a' })).toThrow(
      'count: required, expected an integer, received undefined',
    )
    expect(() => insert({ id: 'a', count: '1' })).toThrow(
      'count: required, expected an integer, received "1"',
    )
    expect(() => insert({ id: 'a\0', count: 1 })).toThrow('id: required')
    expect(() => insert(null)).toThrow('id: required')
  })

  it('is refused if a wildcard holds a value that is not JSON', () => {
    expect(() => insert({ id: 'a', count: 1, custom: { at: new Date() } })).toThrow(
      'custom.at: an instance of a class is not JSON',
    )
  })

  it('is refused if a required key of a wildcard is absent', () => {
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

  it('stores a Date of a field under a wildcard that is mapped to a column', () => {
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
    ])
  })

  it('has all of its mistakes listed, of which a refused insert says the first', () => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        count: integer({ required: true }),
        tags: list(string(), { required: true }),
        'custom.*': dynamic(['string']),
        'custom.a': integer({ required: true }),
        'custom.b': integer({ required: true }),
      },
    })
    const put = insertRow(own, { dialect: sqlite, table: 't' })
    const mistakesOf = rowMistakes(own, { dialect: sqlite })
    const right = { id: 'a', count: 1, tags: [], custom: { a: 1, b: 2 } }
    expect(mistakesOf(right)).toEqual([])
    expect(mistakesOf({ custom: { b: 'x' } }).map((each) => each.split(',')[0])).toEqual([
      ...['id', 'count', 'tags', 'custom.a', 'custom.b'].map((name) => `tamis: ${name}: required`),
    ])
    const at = new Date()
    for (const wrong of [{ ...right, count: 'x' }, { ...right, custom: { a: 1, at } }, null, {}]) {
      const [first = '', ...others] = mistakesOf(wrong)
      expect(() => put(wrong)).toThrow(first)
      expect(others).not.toContain(first)
    }
  })

  it('is inserted by the same statement as every other', () => {
    expect(insert({ id: 'a', count: 1 }).text).toBe(
      insert({ id: 'b', count: 2n, custom: { a: 'b' } }).text,
    )
  })

  it('is refused if a driver returned an unsafe integer', () => {
    const read = readRow(schema, { dialect: sqlite })
    expect(() => read({ id: 'a', count: 2 ** 53 })).toThrow(/safeIntegers/)
  })

  describe('is read with', () => {
    const numbers = defineSchema({
      fields: {
        id: string({ required: true }),
        n: integer(),
        big: integer({ as: 'bigint' }),
        ns: list(integer()),
        bigs: list(integer({ as: 'bigint' })),
        real: number(),
        'custom.n': integer(),
        'custom.big': integer({ as: 'bigint' }),
        'custom.bigs': list(integer({ as: 'bigint' })),
        'custom.real': number(),
        'custom.reals': list(number()),
        'custom.*': dynamic(['string', 'integer']),
      },
    })
    const read = readRow(numbers, { dialect: sqlite })
    const LONG = 2n ** 60n

    it('numbers for integers, which JSON holds', () => {
      const row = read({
        id: 'a',
        n: 5n,
        ns: '[1,2]',
        custom: '{"n":7,"real":1152921504606846976,"reals":[1152921504606846976,0.5]}',
      })
      expect(row).toEqual({
        id: 'a',
        n: 5,
        ns: [1, 2],
        custom: { n: 7, real: 2 ** 60, reals: [2 ** 60, 0.5] },
      })
      expect(JSON.parse(JSON.stringify(row))).toEqual(row)
      expect(read({ id: 'a', n: -(2n ** 53n) + 1n }).n).toBe(Number.MIN_SAFE_INTEGER)
    })

    it('bigints where the field says so', () => {
      const custom = `{"big":5,"bigs":[1,${LONG}]}`
      const row = read({ id: 'a', big: 5n, bigs: `[1,${LONG}]`, custom })
      expect(row).toEqual({
        id: 'a',
        big: 5n,
        bigs: [1n, LONG],
        custom: { big: 5n, bigs: [1n, LONG] },
      })
      expect(readRow(numbers, { dialect: postgres })({ id: 'a', big: '5' }).big).toBe(5n)
    })

    it('an error for an integer that is no number', () => {
      const remedy = "beyond 2^53; declare the field as integer({ as: 'bigint' })"
      expect(() => read({ id: 'a', n: LONG })).toThrow(
        `tamis: n: the column "n" of the row "a" holds ${LONG}, ${remedy}`,
      )
      expect(() => read({ id: 'a', ns: `[1,${LONG}]` })).toThrow(remedy)
      expect(() => read({ id: 'a', custom: `{"n":${LONG}}` })).toThrow(
        `tamis: custom.n: the column "custom" of the row "a" holds ${LONG}, ${remedy}`,
      )
    })

    it('what a document holds of another kind, and its long integers as bigints', () => {
      const custom = { n: [1], big: 'x', bigs: 5, real: null, own: LONG }
      expect(
        read({ id: 'a', custom: `{"n":[1],"big":"x","bigs":5,"real":null,"own":${LONG}}` }),
      ).toEqual({ id: 'a', custom })
      // Beyond 64 bits it is no integer.
      expect(read({ id: 'a', custom: `{"n":${LONG ** 2n}}` }).custom?.n).toBe(LONG ** 2n)
    })

    it('an option that is none refused', () => {
      expect(() =>
        defineSchema({ fields: { id: integer({ required: true, as: 'text' as 'number' }) } }),
      ).toThrow('as: expected "number" or "bigint", received "text"')
      expect(() =>
        defineSchema({ fields: { id: string({ required: true, as: 'bigint' } as object) } }),
      ).toThrow('as is a setting of integer')
    })
  })
})

describe('createTable', () => {
  const wide = defineSchema({
    fields: {
      id: string({ required: true, sortable: true }),
      name: string({ operators: ['$eq', '$startsWith', '$includes', '$ieq', '$autocomplete'] }),
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
        "teams" TEXT CHECK (json_valid("teams") AND json_type("teams") = 'array' AND instr(replace("teams", '\\\\', ''), '\\u0000') = 0 AND NOT (replace("teams", '\\\\', '') GLOB '*\\u[dD][89a-fA-F]*' AND ('     ' || replace("teams", '\\\\', '') GLOB '*\\u[dD][89abAB]??[^\\]*' OR '     ' || replace("teams", '\\\\', '') GLOB '*\\u[dD][89abAB]??\\[^u]*' OR '     ' || replace("teams", '\\\\', '') GLOB '*\\u[dD][89abAB]??\\u[^dD]*' OR '     ' || replace("teams", '\\\\', '') GLOB '*\\u[dD][89abAB]??\\u[dD][^c-fC-F]*' OR '     ' || replace("teams", '\\\\', '') GLOB '*[^\\]?????\\u[dD][c-fC-F]*' OR '     ' || replace("teams", '\\\\', '') GLOB '*\\[^u]????\\u[dD][c-fC-F]*' OR '     ' || replace("teams", '\\\\', '') GLOB '*\\u[^dD]???\\u[dD][c-fC-F]*' OR '     ' || replace("teams", '\\\\', '') GLOB '*\\u[dD][^89abAB]??\\u[dD][c-fC-F]*'))),
        "data" TEXT CHECK (json_valid("data") AND json_type("data") = 'object' AND instr(replace("data", '\\\\', ''), '\\u0000') = 0 AND NOT (replace("data", '\\\\', '') GLOB '*\\u[dD][89a-fA-F]*' AND ('     ' || replace("data", '\\\\', '') GLOB '*\\u[dD][89abAB]??[^\\]*' OR '     ' || replace("data", '\\\\', '') GLOB '*\\u[dD][89abAB]??\\[^u]*' OR '     ' || replace("data", '\\\\', '') GLOB '*\\u[dD][89abAB]??\\u[^dD]*' OR '     ' || replace("data", '\\\\', '') GLOB '*\\u[dD][89abAB]??\\u[dD][^c-fC-F]*' OR '     ' || replace("data", '\\\\', '') GLOB '*[^\\]?????\\u[dD][c-fC-F]*' OR '     ' || replace("data", '\\\\', '') GLOB '*\\[^u]????\\u[dD][c-fC-F]*' OR '     ' || replace("data", '\\\\', '') GLOB '*\\u[^dD]???\\u[dD][c-fC-F]*' OR '     ' || replace("data", '\\\\', '') GLOB '*\\u[dD][^89abAB]??\\u[dD][c-fC-F]*'))),
        "name_search" TEXT,
        "name_folded" TEXT
      ) STRICT
      CREATE TABLE "people_teams" ("owner" TEXT NOT NULL REFERENCES "people" ("id") ON DELETE CASCADE, "value" TEXT NOT NULL, PRIMARY KEY ("value", "owner")) STRICT, WITHOUT ROWID
      CREATE INDEX "people_teams_owner" ON "people_teams" ("owner")
      CREATE INDEX "people_name" ON "people" ("name")
      CREATE INDEX "people_born" ON "people" ("birth", "id")
      CREATE INDEX "people_custom_level_integer" ON "people" (CASE json_type("data", '$."level"') WHEN 'integer' THEN CASE typeof(json_extract("data", '$."level"')) WHEN 'integer' THEN json_extract("data", '$."level"') END WHEN 'real' THEN CASE WHEN json_extract("data", '$."level"') >= -9223372036854775808.0 AND json_extract("data", '$."level"') < 9223372036854775808.0 AND json_extract("data", '$."level"') = CAST(json_extract("data", '$."level"') AS INTEGER) THEN json_extract("data", '$."level"') END END, "id")
      CREATE INDEX "people_custom_age_string" ON "people" (CASE json_type("data", '$."age"') WHEN 'text' THEN json_extract("data", '$."age"') END)
      CREATE INDEX "people_custom_age_integer" ON "people" (CASE json_type("data", '$."age"') WHEN 'integer' THEN CASE typeof(json_extract("data", '$."age"')) WHEN 'integer' THEN json_extract("data", '$."age"') END WHEN 'real' THEN CASE WHEN json_extract("data", '$."age"') >= -9223372036854775808.0 AND json_extract("data", '$."age"') < 9223372036854775808.0 AND json_extract("data", '$."age"') = CAST(json_extract("data", '$."age"') AS INTEGER) THEN json_extract("data", '$."age"') END END)
      CREATE INDEX "people_name_folded" ON "people" ("name_folded")"
    `)
  })

  it.each<[string, object, RegExp]>([
    ['an unknown field', { nmae: 'x' }, /unknown field; did you mean "name"/],
    ['an unknown setting', { name: { colum: 'x' } }, /did you mean "column"/],
    ['a column for two fields', { name: 'ID' }, /duplicate column "ID"/],
    [
      'too few digits',
      { born: { storage: { epoch: 's' } } },
      /epoch s holds 0 fractional digits, the field has 3/,
    ],
    [
      'a form of text with too few digits',
      { born: { storage: { text: 'YYYY-MM-DD HH:MM:SS' } } },
      /YYYY-MM-DD HH:MM:SS holds 0 fractional digits, the field has 3/,
    ],
    [
      'a form of text that is none',
      { born: { storage: { text: 'YYYY-MM-DD' } } },
      /unknown storage .*; expected .*\{ text: form \}/,
    ],
    [
      'a storage without the whole range',
      { born: { storage: { epoch: 'ns' } } },
      /do not fit into 64 bits/,
    ],
    [
      'a storage of a field that is not a timestamp',
      { name: { storage: { epoch: 's' } } },
      /only a timestamp/,
    ],
    [
      'a setting of another field',
      { name: { sideTable: 'x' } },
      /only a list of scalars in a column has a side table/,
    ],
    [
      'an index of a field that is not a wildcard',
      { name: { index: ['x'] } },
      /only a wildcard has keys/,
    ],
    [
      'a search column of a field that is not text',
      { born: { search: 'x' } },
      /only a field of strings/,
    ],
    [
      'what is no search column',
      { name: { search: { native: false } } },
      /search must be a column/,
    ],
    ['an invalid column name', { name: { column: 5 } }, /column must be a name/],
    ['an invalid mapping', { name: 5 }, /expected a column or an object, received 5/],
    [
      'one search column for two',
      { id: { search: 'w' }, name: { search: 'w' } },
      /cannot share the search column "w"/,
    ],
    [
      'a side table named as the table',
      { teams: { sideTable: 'people' } },
      /duplicate table "people"/,
    ],
    ['a key that cannot be indexed', { custom: { index: ['a"b'] } }, /this key cannot be indexed/],
  ])('refuses %s', (_, mapping, message) => {
    expect(() => createTable(wide, { dialect: sqlite, table: 'people', mapping })).toThrow(message)
  })

  it('creates no index for a key that cannot be indexed', () => {
    const own = defineSchema({
      fields: {
        id: string({ required: true }),
        'custom.*': dynamic(['string']),
        'custom.a-b': string(),
      },
    })
    expect(createTable(own, { dialect: sqlite, table: 't' })).toHaveLength(1)
  })

  it('creates tables whose constraints refuse values that memory would read differently', () => {
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
