import { sql } from 'drizzle-orm'
import * as gel from 'drizzle-orm/gel-core'
import * as my from 'drizzle-orm/mysql-core'
import * as pg from 'drizzle-orm/pg-core'
import * as single from 'drizzle-orm/singlestore-core'
import * as lite from 'drizzle-orm/sqlite-core'
import {
  compileFilter,
  compilePredicate,
  compileQuery,
  condition,
  defineSchema,
  parseQuery,
  safeParseFilter,
} from 'tamis'
import { fromDrizzle } from 'tamis/drizzle'
import { describe, expect, it } from 'vitest'

const people = pg.pgTable('people', {
  id: pg.integer().primaryKey(),
  role: pg.text({ enum: ['user', 'admin'] }).notNull(),
  createdAt: pg.timestamp('created_at'),
  seen: pg.timestamp({ mode: 'string' }),
  custom: pg.jsonb(),
})

describe('fromDrizzle', () => {
  it('names fields by their properties, and maps them to the columns', () => {
    const { schema, ...target } = fromDrizzle(people)
    expect(Object.keys(schema.fields)).toEqual(['id', 'role', 'createdAt', 'seen', 'custom.*'])
    expect(target.table).toEqual({ name: 'people' })
    expect(target.mapping.createdAt).toEqual({
      column: 'created_at',
      type: 'timestamp without time zone',
    })
    const own = defineSchema(schema)
    const { text } = compileFilter(condition(own, { createdAt: null, role: 'user' }), {
      dialect: target.dialect,
      mapping: target.mapping,
    })
    expect(text).toBe('("created_at" IS NULL AND "role" = $1)')
    const isUser = compilePredicate(condition(own, { createdAt: { $exists: true }, role: 'user' }))
    expect(isUser({ id: 1, role: 'user', createdAt: new Date(0), seen: null, custom: null })).toBe(
      true,
    )
  })

  it('leaves out what omit names, and names what may be a secret', () => {
    const accounts = pg.pgTable('accounts', {
      id: pg.integer().primaryKey(),
      name: pg.text(),
      passwordHash: pg.text('password_hash'),
    })
    expect(fromDrizzle(accounts).warnings).toEqual([
      '"passwordHash" may be a secret, and clients see it: leave it out by omit',
    ])
    const { schema, mapping, rowOf, warnings } = fromDrizzle(accounts, { omit: ['passwordHash'] })
    expect(Object.keys(schema.fields)).toEqual(['id', 'name'])
    expect(mapping).not.toHaveProperty('passwordHash')
    expect(rowOf({ id: 1, name: 'Ana', passwordHash: 'x' })).toEqual({ id: 1, name: 'Ana' })
    expect(warnings).toEqual([])
    // Whoever names it wants it.
    expect(fromDrizzle(accounts, { columns: ['id', 'passwordHash'] }).warnings).toEqual([])
    const refused = [
      [{ omit: ['passwordHas' as 'name'] }, 'omit: unknown property "passwordHas"; did you mean'],
      [{ omit: ['id' as const] }, 'omit: "id" is the key'],
      [{ omit: ['name' as const], columns: ['id' as const] }, 'omit conflicts with columns'],
    ] as const
    for (const [options, message] of refused) {
      expect(() => fromDrizzle(accounts, options)).toThrow(`tamis/drizzle: ${message}`)
    }
  })

  it('makes fields of the properties that are named only, and says where one cannot be', () => {
    const { schema, mapping } = fromDrizzle(people, { columns: ['id', 'createdAt'] })
    expect(Object.keys(schema.fields)).toEqual(['id', 'createdAt'])
    expect(Object.keys(mapping)).toEqual(['id', 'createdAt'])
    expect(safeParseFilter(defineSchema(schema), { role: 'user' }).ok).toBe(false)
    expect(() => fromDrizzle(people, { columns: ['id', 'rol' as 'role'] })).toThrow(
      'tamis/drizzle: columns: unknown property "rol"; did you mean "role"?',
    )
    expect(() => fromDrizzle(people, { columns: ['role'] })).toThrow(
      'tamis/drizzle: columns: the key "id" must be among them',
    )
    const odd = pg.pgTable('odd', { id: pg.uuid().primaryKey(), any: pg.numeric(), at: pg.time() })
    expect(fromDrizzle(odd).warnings).toEqual([
      '"any" is left out: no kind is read from numeric',
      '"at" is left out: no kind is read from time',
    ])
    expect(() => fromDrizzle(odd, { columns: ['id', 'any'] })).toThrow(
      'tamis/drizzle: columns: "any": no kind is read from numeric',
    )
  })

  it('leaves out what no field can be named', () => {
    const odd = pg.pgTable('odd', {
      id: pg.uuid().primaryKey(),
      'a.b': pg.text(),
      $c: pg.text(),
      '*': pg.text(),
    })
    const { schema, warnings } = fromDrizzle(odd)
    expect(Object.keys(schema.fields)).toEqual(['id'])
    expect(warnings).toHaveLength(3)
    expect(warnings[0]).toBe('"a.b" is left out: no field can have its name')
  })

  it('takes the key that is named, where the primary key has several columns', () => {
    const pages = pg.pgTable('notes', { tenant: pg.text(), slug: pg.text() }, (t) => [
      pg.primaryKey({ columns: [t.tenant, t.slug] }),
    ])
    expect(() => fromDrizzle(pages)).toThrow(
      'tamis/drizzle: "notes" has no column that can be the key: its primary key has 2 columns; a schema needs one column that is unique and has a value in every row; say which with key',
    )
    const notes = pg.pgTable(
      'notes',
      {
        tenant: pg.text(),
        slug: pg.text().notNull().unique(),
        path: pg.text().notNull(),
        alias: pg.text().unique(),
        body: pg.jsonb(),
      },
      (t) => [pg.primaryKey({ columns: [t.tenant, t.slug] })],
    )
    const { schema } = fromDrizzle(notes, { key: 'slug' })
    expect(schema.key).toBe('slug')
    // Each is unique with the other only, and has rows of one key.
    for (const key of ['tenant', 'path'] as const) {
      expect(() => fromDrizzle(notes, { key })).toThrow(
        `tamis/drizzle: key: "${key}" is not unique; declare the column with .unique() or .primaryKey(), or a unique index of it alone`,
      )
    }
    expect(() => fromDrizzle(notes, { key: 'alias' })).toThrow('key: "alias" may be NULL')
    // NOT NULL by the primary key.
    expect(schema.fields.tenant.required).toBe(true)
    expect(() => fromDrizzle(notes, { key: 'body' })).toThrow('key: "body" is not a scalar')
    expect(() => fromDrizzle(notes, { key: 'slag' as 'slug' })).toThrow(
      'key: unknown property "slag"; did you mean "slug"?',
    )
  })

  it('takes a unique column where there is no primary key, and one of a constraint', () => {
    const own = lite.sqliteTable(
      't',
      { maybe: lite.text().unique(), sure: lite.text().notNull(), part: lite.text().notNull() },
      (t) => [
        lite.uniqueIndex('half').on(t.part).where(sql`1`),
        lite.uniqueIndex('whole').on(t.sure),
      ],
    )
    expect(fromDrizzle(own).schema.key).toBe('sure')
    const alone = my.mysqlTable('t', { a: my.int(), b: my.int() }, (t) => [
      my.primaryKey({ columns: [t.b] }),
    ])
    expect(fromDrizzle(alone).schema.key).toBe('b')
  })

  it('finds tables and enumerated types in schemas', () => {
    const app = pg.pgSchema('My App')
    const level = app.enum('Level', ['low', 'high'])
    const table = app.table('t', { id: pg.uuid().primaryKey(), level: level() })
    const { schema, ...target } = fromDrizzle(table)
    expect(target.table).toEqual({ schema: 'My App', name: 't' })
    const query = parseQuery(defineSchema(schema), { filter_conditions: { level: 'low' } })
    const { text } = compileQuery(query, target)
    expect(text).toContain('FROM "My App"."t"')
    expect(text).toContain('"level" = $1::"My App"."Level"')
  })

  it('reads the numbers of SQLite by their unit', () => {
    const table = lite.sqliteTable('t', {
      id: lite.integer().primaryKey(),
      s: lite.integer({ mode: 'timestamp' }),
      ms: lite.integer({ mode: 'timestamp_ms' }),
    })
    const { schema, ...target } = fromDrizzle(table)
    const at = '2024-05-01T12:00:00Z'
    const filter = condition(defineSchema(schema), { s: at, ms: at })
    expect(
      compileFilter(filter, { dialect: target.dialect, mapping: target.mapping }).params,
    ).toEqual([1714564800n, 1714564800000n])
    const row = { id: 1, s: new Date(at), ms: new Date(at) }
    expect(compilePredicate(filter)(row)).toBe(true)
    expect(target.rowOf(row)).toEqual({ id: 1, s: at, ms: '2024-05-01T12:00:00.000Z' })
  })

  it('follows the casing of the database', () => {
    const table = lite.sqliteTable(
      't',
      { id: lite.integer().primaryKey(), createdAt: lite.text(), Named: lite.text('Named') },
      (t) => [lite.index('i').on(t.createdAt)],
    )
    const { schema, mapping } = fromDrizzle(table, { casing: 'snake_case' })
    expect(mapping).toEqual({ createdAt: { column: 'created_at' } })
    expect(schema.fields.createdAt.sortable).toBe(true)
    expect(fromDrizzle(table).mapping).toEqual({})
  })

  it('refuses Dates that have lost digits, as rows of memory', () => {
    const { rowOf } = fromDrizzle(people)
    expect(() => rowOf({ id: 7, createdAt: new Date(0) })).toThrow(
      'tamis/drizzle: createdAt: the column "created_at" of the row "7" was given as a Date, which has 3 digits of the second where the field has 6; declare it with precision: 3, or with mode: \'string\'',
    )
    expect(rowOf({ id: 7, role: 'user', seen: '2024-05-01 12:00:00.5', createdAt: null })).toEqual({
      id: 7,
      role: 'user',
      seen: '2024-05-01T12:00:00.500000Z',
    })
  })

  it('refuses numbers of documents and lists that JSON.parse has rounded', () => {
    const { rowOf } = fromDrizzle(people)
    const custom = { a: [{ n: 2 ** 53 }] }
    expect(() => rowOf({ id: 7, role: 'user', custom })).toThrow(
      'tamis/drizzle: custom.*: the column "custom" of the row "7" holds the number 9007199254740992, beyond 2^53, of which JSON.parse loses digits; select the row with compileQuery, and read it with readRow',
    )
    const whole = { id: 7, role: 'user', custom: { n: 2 ** 53 - 1, x: 0.5, s: '9007199254740993' } }
    expect(rowOf(whole)).toEqual(whole)
    const lists = pg.pgTable('t', {
      id: pg.integer().primaryKey(),
      of: pg.bigint({ mode: 'number' }).array(),
    })
    expect(() => fromDrizzle(lists).rowOf({ id: 7, of: [1, 2 ** 53] })).toThrow(
      'of: the column "of" of the row "7" was given as the number 9007199254740992, which has lost digits',
    )
  })

  it('knows MariaDB by its option, and the collation', () => {
    const table = my.mysqlTable('t', { id: my.int().primaryKey(), name: my.varchar({ length: 9 }) })
    expect(fromDrizzle(table).dialect.name).toBe('mysql')
    const { dialect, mapping } = fromDrizzle(table, { dialect: 'mariadb' })
    expect(dialect.name).toBe('mariadb')
    expect(mapping.name).toEqual({ collation: 'utf8mb4_general_ci' })
    const exact = fromDrizzle(table, { collation: 'utf8mb4_0900_bin' })
    expect(exact.mapping.name).toBeUndefined()
    expect(() => fromDrizzle(people, { dialect: 'mariadb' })).toThrow(
      'tamis/drizzle: dialect: the table is of postgres; leave it out',
    )
  })

  it('refuses everything else', () => {
    const refused: readonly (readonly [unknown, string])[] = [
      [single.singlestoreTable('t', { id: single.int().primaryKey() }), 'a SingleStoreTable'],
      [gel.gelTable('t', { id: gel.uuid().primaryKey() }), 'a GelTable'],
      [pg.pgView('v', { id: pg.integer() }).as(sql`SELECT 1`), 'a PgView'],
      [undefined, 'undefined'],
    ]
    for (const [value, found] of refused) {
      expect(() => fromDrizzle(value as typeof people)).toThrow(
        `tamis/drizzle: expected a table of pgTable, mysqlTable or sqliteTable, received ${found}`,
      )
    }
    expect(() => fromDrizzle(pg.alias(people, 'p'))).toThrow('received an alias of one')
  })

  it('a misspelt option, which could let clients filter by every column', () => {
    const options = { colums: ['id'] } as object
    expect(() => fromDrizzle(people, options)).toThrow(
      'tamis/drizzle: unknown option "colums"; did you mean "columns"?',
    )
    expect(() => fromDrizzle(people, { casing: 'snake' } as object)).toThrow(
      'casing: expected snake_case or camelCase, received "snake"',
    )
    for (const wrong of [null, { columns: null }, { columns: 'id' }, { dialect: 'sqlite' }]) {
      expect(() => fromDrizzle(people, wrong as never)).toThrow(/tamis\/drizzle: .*expected/)
    }
  })
})
