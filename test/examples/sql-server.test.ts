/** The dialect of docs/examples/sql-server: its SQL as text, for there is no server to run it on. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  boolean,
  compileCount,
  compileFilter,
  compileQuery,
  createTable,
  date,
  decimal,
  defineOperator,
  defineSchema,
  dynamic,
  enumeration,
  insertRow,
  integer,
  list,
  number,
  parseFilter,
  parseQuery,
  readRow,
  runQuery,
  sql,
  string,
  timestamp,
  uuid,
} from 'tamis'
import { describe, expect, it } from 'vitest'
import { sqlserver } from '../../docs/examples/sql-server/sqlserver.ts'

const longer = defineOperator({
  name: '$longer',
  types: ['string'],
  operand: 'count',
  test: (length) => (value) => value.length > length,
  sql: { sqlserver: (value, length) => sql`DATALENGTH(${value}) > ${length}` },
})

const schema = defineSchema({
  operators: [longer],
  fields: {
    id: integer({ required: true, sortable: true }),
    name: string({ sortable: true }),
    note: string({ operators: ['$endsWith', '$includes', '$autocomplete', longer.name] }),
    role: enumeration(['user', 'admin'], { sortable: true }),
    flag: boolean(),
    score: number({ sortable: true }),
    price: decimal({ precision: 9, scale: 2 }),
    at: timestamp({ sortable: true }),
    day: date(),
    ref: uuid(),
    tags: list(string()),
    'custom.*': dynamic(['string']),
  },
})
const plain = defineSchema({
  fields: { id: integer({ required: true, sortable: true }), name: string({ sortable: true }) },
})
const target = { dialect: sqlserver, table: 'people' } as const

const whereOf = (filter: object) =>
  compileFilter(parseFilter(schema, filter), { dialect: sqlserver })

/** As the tests write them: the parameters of texts without their casts. */
const C = 'COLLATE Latin1_General_100_BIN2_UTF8'
const short = (text: string) =>
  text
    .replaceAll(
      /CAST\((@p\d+|v) COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR\(MAX\)\)/g,
      '$1:text',
    )
    .replaceAll(/CAST\(("\w+"|"\w+"\."\w+"|[@\w]+:text) AS VARBINARY\(MAX\)\)/g, '$1:bytes')
    .replaceAll(/CAST\((@p\d+) AS BIGINT\)/g, '$1:long')

describe('the dialect of SQL Server', () => {
  it('imports what the package exports, and has at most 200 lines', () => {
    const path = fileURLToPath(
      new URL('../../docs/examples/sql-server/sqlserver.ts', import.meta.url),
    )
    const source = readFileSync(path, 'utf8')
    const imports = [...source.matchAll(/from '([^']+)'/g)].map((match) => match[1])
    expect(imports).toEqual(['tamis/dialect'])
    expect(source.split('\n').length).toBeLessThanOrEqual(200)
  })

  it.each<[object, string, readonly unknown[]]>([
    [{}, '(1 = 1)', []],
    [{ $nor: [{}] }, '(1 = 0)', []],
    [{ id: 1 }, '("id" = @p1:long)', ['1']],
    [{ id: { $ne: 1 } }, '("id" <> @p1:long)', ['1']],
    [{ id: { $gt: 9007199254740993n } }, '("id" > @p1:long)', ['9007199254740993']],
    [{ name: 'é' }, '(("name" = @p1:text AND "name":bytes = @p2:text:bytes))', ['é', 'é']],
    [{ name: { $ne: 'a' } }, '(("name":bytes <> @p1:text:bytes OR "name":bytes IS NULL))', ['a']],
    [{ name: null }, '("name" IS NULL)', []],
    [{ name: { $exists: true } }, '("name" IS NOT NULL)', []],
    [
      { name: { $in: ['a', 'b'] } },
      `(("name" IN (SELECT v:text FROM OPENJSON(@p1) WITH (v NVARCHAR(MAX) '$')) AND "name":bytes IN (SELECT v:text:bytes FROM OPENJSON(@p2) WITH (v NVARCHAR(MAX) '$'))))`,
      ['["a","b"]', '["a","b"]'],
    ],
    [
      { name: { $startsWith: 'ab' } },
      '(("name":bytes >= @p1:text:bytes AND "name":bytes < @p2:text:bytes))',
      ['ab', 'ac'],
    ],
    [{ note: { $includes: 'b' } }, '(CHARINDEX(@p1:text, "note") > 0)', ['b']],
    [
      { note: { $not: { $includes: 'b' } } },
      '((CASE WHEN CHARINDEX(@p1:text, "note") > 0 THEN 0 ELSE 1 END = 1))',
      ['b'],
    ],
    [
      { note: { $autocomplete: 'ab c' } },
      '((CHARINDEX(@p1:text, "note_words") > 0 AND CHARINDEX(@p2:text, "note_words") > 0))',
      [' ab ', ' c'],
    ],
    [
      { note: { $endsWith: 'b' } },
      '(SUBSTRING("note":bytes, DATALENGTH("note":bytes) - DATALENGTH(@p1:text:bytes) + 1, DATALENGTH(@p2:text:bytes)) = @p3:text:bytes)',
      ['b', 'b', 'b'],
    ],
    [
      { note: { $not: { $longer: 3 } } },
      '((CASE WHEN ("note":bytes IS NOT NULL AND (DATALENGTH("note":bytes) > @p1:long)) THEN 0 ELSE 1 END = 1))',
      ['3'],
    ],
    [{ flag: { $ne: true } }, '(("flag" <> CAST(@p1 AS BIT) OR "flag" IS NULL))', [1]],
    [{ score: { $lt: 1.5 } }, '("score" < CAST(@p1 AS FLOAT(53)))', [1.5]],
    [{ price: '1.5' }, '("price" = CAST(@p1 AS DECIMAL(9, 2)))', ['1.50']],
    [
      { at: { $gte: '2024-01-01T02:00:00+02:00' } },
      '("at" >= CAST(@p1 AS DATETIME2(6)))',
      ['2024-01-01T00:00:00.000000'],
    ],
    [{ day: '2024-02-29' }, '("day" = CAST(@p1 AS DATE))', ['2024-02-29']],
    [
      { $or: [{ id: 1 }, { $nor: [{ name: 'a' }, { flag: true }] }] },
      '("id" = @p1:long OR (("name":bytes <> @p2:text:bytes OR "name":bytes IS NULL) AND ("flag" <> CAST(@p3 AS BIT) OR "flag" IS NULL)))',
      ['1', 'a', 1],
    ],
  ])('%o', (filter, text, values) => {
    const where = whereOf(filter)
    expect(short(where.text)).toBe(text)
    expect(where.params).toEqual(Object.fromEntries(values.map((each, i) => [`p${i + 1}`, each])))
  })

  it('asks of an enumeration by its values, and for UUIDs as texts', () => {
    const { params } = whereOf({
      role: { $gte: 'admin' },
      ref: '0188A5EB-5D3F-7000-8000-00000000000A',
    })
    expect(Object.values(params)).toEqual([
      '["admin"]',
      '["admin"]',
      '0188a5eb-5d3f-7000-8000-00000000000a',
      '0188a5eb-5d3f-7000-8000-00000000000a',
    ])
  })

  const pageOf = (payload: object) =>
    compileQuery(parseQuery(plain, payload), target).text.replace(/^SELECT .* FROM "people"/, '…')

  it('has pages by OFFSET and FETCH, and orders with NULL where it is asked for', () => {
    expect(pageOf({ limit: 2, offset: 4 })).toBe(
      '… ORDER BY "people"."id" ASC OFFSET @p1 ROWS FETCH NEXT @p2 ROWS ONLY',
    )
    expect(pageOf({ limit: 0 })).toBe(
      '… ORDER BY "people"."id" ASC OFFSET 9223372036854775807 ROWS',
    )
    expect(short(pageOf({ sort: [{ field: 'name', direction: -1 }] }))).toBe(
      '… ORDER BY "people"."name":bytes DESC, "people"."id" DESC OFFSET @p1 ROWS FETCH NEXT @p2 ROWS ONLY',
    )
    expect(short(pageOf({ sort: [{ field: 'name', direction: -1, nulls: 'first' }] }))).toBe(
      '… ORDER BY CASE WHEN "people"."name":bytes IS NULL THEN 1 ELSE 0 END DESC, "people"."name":bytes DESC, "people"."id" DESC OFFSET @p1 ROWS FETCH NEXT @p2 ROWS ONLY',
    )
    const { params } = compileQuery(parseQuery(plain, { limit: 2, offset: 4 }), target)
    expect(params).toEqual({ p1: 4, p2: 2 })
  })

  it('has pages after and before a cursor', () => {
    const rows = [{ id: 1, name: 'a' }, { id: 2, name: 'b' }, { id: 3, name: 'c' }, { id: 4 }]
    const payload = { sort: { name: 1 }, limit: 1 }
    const first = runQuery(parseQuery(plain, { ...payload, offset: 1 }), rows)
    const after = compileQuery(parseQuery(plain, { ...payload, next: first.next }), target)
    expect(short(after.text)).toBe(
      'SELECT CAST("id" AS VARCHAR(20)) AS "id", "name" AS "name" FROM "people" WHERE ("name":bytes >= @p1:text:bytes AND ("name":bytes > @p2:text:bytes OR "id" > @p3:long)) ORDER BY "people"."name":bytes ASC, "people"."id" ASC OFFSET @p4 ROWS FETCH NEXT @p5 ROWS ONLY',
    )
    expect(after.params).toEqual({ p1: 'a', p2: 'a', p3: '1', p4: 0, p5: 1 })
    const before = compileQuery(parseQuery(plain, { ...payload, prev: first.prev }), target)
    expect(short(before.text)).toContain(
      'ORDER BY "people"."name":bytes DESC, "people"."id" DESC OFFSET @p4 ROWS FETCH NEXT @p5 ROWS ONLY) AS found ORDER BY "order_0" ASC, "order_1" ASC',
    )
  })

  it('counts, makes tables and stores rows', () => {
    const query = parseQuery(plain, { filter_conditions: { id: 1 } })
    expect(short(compileCount(query, target).text)).toBe(
      'SELECT count(*) AS "total" FROM "people" WHERE ("id" = @p1:long)',
    )
    expect(createTable(plain, target)).toEqual([
      `CREATE TABLE "people" (\n  "id" BIGINT NOT NULL PRIMARY KEY,\n  "name" VARCHAR(900) ${C}\n)`,
      'CREATE INDEX "people_name" ON "people" ("name", "id")',
    ])
    const { text, params } = insertRow(plain, target)({ id: 1, name: 'é' })
    expect(short(text)).toBe('INSERT INTO "people" ("id", "name") VALUES (@p1:long, @p2:text)')
    expect(params).toEqual({ p1: '1', p2: 'é' })
    expect(() => insertRow(plain, target)({ id: 1, name: 'é'.repeat(451) })).toThrow(/900 bytes/)
    expect(() => insertRow(plain, { ...target, replace: true })).toThrow(
      'tamis: sqlserver: replacing rows is not supported',
    )
    expect(readRow(plain, target)({ id: '9007199254740991', name: 'a' })).toEqual({
      id: 9007199254740991,
      name: 'a',
    })
  })

  it('refuses lists and JSON, and a mapping to a type that it does not know', () => {
    const refusal = (name: string) =>
      `tamis: sqlserver: ${name}: lists and JSON are not supported; give the field a column of its own`
    expect(() => whereOf({ tags: 'a' })).toThrow(refusal('tags'))
    expect(() => whereOf({ 'custom.a': 'a' })).toThrow(refusal('custom.a'))
    expect(() => createTable(schema, target)).toThrow(/sqlserver: .*lists and JSON/)
    expect(() =>
      compileFilter(parseFilter(plain, { name: 'a' }), {
        dialect: sqlserver,
        mapping: { name: { type: 'xml' } },
      } as never),
    ).toThrow(/a column of type "xml" holds no string/)
  })
})
