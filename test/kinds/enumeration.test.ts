import {
  compilePredicate,
  createTable,
  defineSchema,
  dynamic,
  enumeration,
  list,
  parseFilter,
  string,
} from 'tamis'
import { clickhouse } from 'tamis/clickhouse'
import { duckdb } from 'tamis/duckdb'
import { filterJsonSchema } from 'tamis/json-schema'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { sqlite } from 'tamis/sqlite'
import { completionsAt } from 'tamis/text'
import { describe, expect, it } from 'vitest'

const LEVELS = ['low', 'medium', 'high', 'critical'] as const
const id = string({ required: true })
const schema = defineSchema({
  fields: { id, level: enumeration(LEVELS, { sortable: true }), seen: list(enumeration(LEVELS)) },
})

const refused = (fields: Parameters<typeof defineSchema>[0]['fields']) => () =>
  defineSchema({ fields: { id, ...fields } })

describe('an enumeration', () => {
  it('refuses other operands with the list and the near value', () => {
    expect(() => parseFilter(schema, { level: 'hihg' })).toThrow(
      '/level: level: expected "low", "medium", "high" or "critical", received "hihg" (did you mean "high"?)',
    )
    expect(() => parseFilter(schema, { level: { $in: ['low', 'LOW'] } })).toThrow(
      'received "LOW" (did you mean "low"?)',
    )
    expect(() => parseFilter(schema, { level: { $gt: 5 } })).toThrow('received 5')
    const many = Array.from({ length: 1000 }, (_, i) => `v${i}`)
    const long = defineSchema({ fields: { id, many: enumeration(many) } })
    expect(() => parseFilter(long, { many: 'x' })).toThrow(/expected one of 1000 values: "v0", /)
  })

  it('is in the order of the list, and other values are absent', () => {
    const above = compilePredicate(parseFilter(schema, { level: { $gt: 'medium' } }))
    expect(['low', 'medium', 'high', 'critical', 'z', 5].map((level) => above({ level }))).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
    ])
    expect(compilePredicate(parseFilter(schema, { level: null }))({ level: 'z' })).toBe(true)
  })

  it('has at least one value, each once and text', () => {
    expect(refused({ e: enumeration([]) })).toThrow('field "e": values: expected at least one text')
    expect(refused({ e: enumeration(['a', 'b', 'a']) })).toThrow('values: duplicate "a"')
    for (const value of ['a\0', '\uD800', 5 as never]) {
      expect(refused({ e: enumeration([value]) })).toThrow('values: expected text without U+0000')
    }
    expect(refused({ e: list(enumeration([])) })).toThrow('values: expected at least one text')
  })

  it('is told from other kinds of text in a dynamic field', () => {
    const values = ['a', 'b'] as const
    expect(refused({ 'e.*': dynamic(['enumeration', 'date'], { values }) })).toThrow(
      'enumeration and date together cannot be told apart; choose one',
    )
    expect(refused({ 'e.*': dynamic(['string', 'enumeration'], { values }) })).toThrow(
      'string and enumeration together cannot be told apart; choose one',
    )
    expect(refused({ 'e.*': dynamic(['enumeration']) })).toThrow('values: expected at least one')
    expect(refused({ 'e.*': dynamic(['integer'], { values }) })).toThrow(
      'values is a setting of the kind enumeration',
    )
    expect(refused({ e: { ...string(), values } as never })).toThrow(
      'values is a setting of enumeration or dynamic',
    )
  })

  it('is completed in text', () => {
    const at = (text: string) => completionsAt(schema, text, text.length).map((each) => each.text)
    expect(at('{"level": ')).toEqual(['"low"', '"medium"', '"high"', '"critical"', 'null'])
    expect(at('{"level": "')).toEqual(['"low"', '"medium"', '"high"', '"critical"'])
    expect(at('{"level": {"$in": ["low", "m')).toEqual(['"medium"'])
    expect(at('{"seen": {"$all": [')).toEqual(['"low"', '"medium"', '"high"', '"critical"'])
    expect(at('{"level": {"$exists": ')).toEqual(['true', 'false'])
  })

  it('is an enum in JSON Schema', () => {
    const { 'Filter.level': filter } = filterJsonSchema(schema as never).$defs
    expect(filter).toMatchObject({ properties: { $gt: { enum: LEVELS } } })
  })

  it.each([
    [sqlite, `"level" TEXT CHECK ("level" IN ('low', 'medium', 'high', 'critical'))`],
    [postgres, `"level" text COLLATE "C" CHECK ("level" IN ('low', 'medium', 'high', 'critical'))`],
    [mariadb, "`level` ENUM('low', 'medium', 'high', 'critical') CHARACTER SET utf8mb4"],
    [mysql, "`level` ENUM('low', 'medium', 'high', 'critical') CHARACTER SET utf8mb4"],
    [duckdb, `"level" VARCHAR CHECK ("level" IN ('low', 'medium', 'high', 'critical'))`],
    [clickhouse, '`level` Nullable(String)'],
  ])('has a column that refuses other values: %#', (dialect, column) => {
    const [create] = createTable(schema, { dialect, table: 't' })
    expect(create).toContain(column)
  })

  it('is stored as a type that the mapping names', () => {
    const types = { level: '"level"', 'App.Level': '"app"."level"', '"App"."x.y"': '"App"."x.y"' }
    for (const [type, printed] of Object.entries(types)) {
      const target = { dialect: postgres, table: 't', mapping: { level: { type } } }
      expect(createTable(schema, target)[0]).toContain(`"level" ${printed},`)
    }
    for (const type of ['a.b.c', 'a b', '"a', 'a;--', 'level(5)', '']) {
      const target = { dialect: postgres, table: 't', mapping: { level: { type } } }
      expect(() => createTable(schema, target), type).toThrow(/is not the name of a type|type must/)
    }
    const wrong = { dialect: postgres, table: 't', mapping: { level: { type: 'uuid' } } }
    expect(() => createTable(schema, wrong)).toThrow('a column of type "uuid" holds no enumeration')
  })
})
