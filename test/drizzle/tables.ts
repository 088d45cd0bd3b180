/** A table of every type of column, for each of Drizzle's dialects; the DDL is written by hand. */

import * as my from 'drizzle-orm/mysql-core'
import * as pg from 'drizzle-orm/pg-core'
import * as lite from 'drizzle-orm/sqlite-core'

type Values = Readonly<Record<string, readonly unknown[]>>

const TEXTS = ['', 'a', 'A', 'á', 'b', 'ana', 'Ana', 'ß', '😀', '\uE000']
const UUIDS = [1, 2, 3, 255].map(
  (n) => `018f3a5c-7c1e-7f00-8000-0000000000${n.toString(16).padStart(2, '0')}`,
)
const SECONDS = ['2024-05-01T12:00:00Z', '2024-05-01T12:00:01Z', '1999-12-31T23:59:59Z'].map(
  (text) => new Date(text),
)
const INSTANTS = [
  ...SECONDS,
  new Date('2024-05-01T12:00:00.123Z'),
  new Date('2001-01-01T00:00:00.5Z'),
]
const DAYS = ['2024-02-29', '2024-05-01', '1999-12-31']
const DOCUMENTS = [{}, { k: 'a' }, { k: 1, b: { c: true } }, { k: 1.5 }, { k: [1, 'a'] }]
const DECIMALS = ['0.00', '1.50', '-1.50', '99999999.99', '0.01']
const INTEGERS = [-32768, 32767, 0, 7]
const DOUBLES = [0, 1, -1.5, 2.5, 0.25]

/** Rows of the values, each at another pace, so that they meet in many ways; some are NULL. */
export function rowsOf(values: Values, required: readonly string[]): Record<string, unknown>[] {
  return Array.from({ length: 60 }, (_, i) => {
    const entries = Object.entries(values).map(([name, own], j) => {
      const at = (i * (j + 1) + j) % (own.length + 1)
      return [name, at < own.length ? own[at] : required.includes(name) ? own[0] : null]
    })
    return Object.fromEntries(entries)
  })
}

// PostgreSQL

export const POSTGRES_DDL = (schema: string, loose: string) => [
  `CREATE TYPE ${schema}.level AS ENUM ('low', 'high', 'Highest')`,
  `CREATE TYPE ${schema}."Mood" AS ENUM ('sad', 'ok')`,
  `CREATE TABLE ${schema}."People" (
    id serial PRIMARY KEY, "fullName" text NOT NULL, code varchar(20) UNIQUE, initials char(3),
    role text, level ${schema}.level NOT NULL, mood ${schema}."Mood", levels ${schema}.level[],
    ref uuid, small smallint, whole integer, created_by bigint, big bigint, ratio real,
    score double precision, price numeric(10, 2) NOT NULL, cost numeric(12, 4), units numeric(8),
    any_number numeric, active boolean, created_at timestamp(3), seen timestamp(6) with time zone,
    started timestamp(0) with time zone, printed timestamp(6), born date, died date, custom jsonb,
    plain json, tags text[] NOT NULL, sizes integer[], refs uuid[], loose ${loose}, lunch time,
    raw bytea)`,
  `CREATE INDEX ON ${schema}."People" (big)`,
  `CREATE INDEX ON ${schema}."People" (created_at DESC)`,
]

export function postgresTable(schema: string, type: string) {
  const own = pg.pgSchema(schema)
  const level = own.enum('level', ['low', 'high', 'Highest'])
  const mood = own.enum('Mood', ['sad', 'ok'])
  const loose = pg.customType<{ data: string }>({ dataType: () => type })
  const bytea = pg.customType<{ data: Uint8Array }>({ dataType: () => 'bytea' })
  return own.table(
    'People',
    {
      id: pg.serial().primaryKey(),
      fullName: pg.text().notNull(),
      code: pg.varchar({ length: 20 }).unique(),
      initials: pg.char({ length: 3 }),
      role: pg.text({ enum: ['user', 'admin'] }),
      level: level().notNull(),
      mood: mood(),
      levels: level().array(),
      ref: pg.uuid(),
      small: pg.smallint(),
      whole: pg.integer(),
      createdBy: pg.bigint('created_by', { mode: 'number' }),
      big: pg.bigint({ mode: 'bigint' }),
      ratio: pg.real(),
      score: pg.doublePrecision(),
      price: pg.numeric({ precision: 10, scale: 2 }).notNull(),
      cost: pg.numeric({ precision: 12, scale: 4, mode: 'number' }),
      units: pg.numeric({ precision: 8, mode: 'bigint' }),
      anyNumber: pg.numeric('any_number'),
      active: pg.boolean(),
      createdAt: pg.timestamp('created_at', { precision: 3 }),
      seen: pg.timestamp({ precision: 6, withTimezone: true, mode: 'string' }),
      started: pg.timestamp({ precision: 0, withTimezone: true }),
      printed: pg.timestamp({ precision: 6, mode: 'string' }),
      born: pg.date(),
      died: pg.date({ mode: 'date' }),
      custom: pg.jsonb(),
      plain: pg.json(),
      tags: pg.text().array().notNull(),
      sizes: pg.integer().array(),
      refs: pg.uuid().array(),
      loose: loose(),
      lunch: pg.time(),
      raw: bytea(),
    },
    (t) => [pg.index().on(t.big), pg.index().on(t.createdAt.desc())],
  )
}

export const POSTGRES_ROWS = rowsOf(
  {
    fullName: TEXTS,
    initials: ['a', 'abc', 'A b'],
    role: ['user', 'admin'],
    level: ['low', 'high', 'Highest'],
    mood: ['sad', 'ok'],
    levels: [[], ['low'], ['high', 'Highest']],
    ref: UUIDS,
    small: INTEGERS,
    whole: [-(2 ** 31), 2 ** 31 - 1, 0, 7],
    createdBy: [-(2 ** 53) + 1, 2 ** 53 - 1, 0],
    big: [2n ** 63n - 1n, 2n ** 53n + 1n, -7n],
    ratio: DOUBLES,
    score: [...DOUBLES, 1e30, 0.1],
    price: DECIMALS,
    cost: [0, 1.25, -1.5, 0.0001],
    units: [0n, 7n, -99_999_999n],
    active: [true, false],
    createdAt: INSTANTS,
    seen: ['2024-05-01 12:00:00.123456+00', '2024-05-01 12:00:00+02', '1999-12-31 23:59:59+00'],
    started: SECONDS,
    printed: ['2024-05-01 12:00:00.123456', '2024-05-01 12:00:00', '1999-12-31 23:59:59.5'],
    born: DAYS,
    died: DAYS.map((day) => new Date(day)),
    custom: DOCUMENTS,
    plain: DOCUMENTS,
    tags: [[], ['a', 'A'], ['b', 'b'], ['a,b{}"']],
    sizes: [[], [1, 2], [2, 2, 3]],
    refs: [[], UUIDS.slice(0, 2)],
    loose: TEXTS,
    lunch: ['12:00:00'],
  },
  ['fullName', 'level', 'price', 'tags'],
).map((row, i) => ({ ...row, code: i % 5 === 0 ? null : `c${i % 2 === 0 ? 'A' : 'a'}${i}` }))

// MySQL and MariaDB

export const MYSQL_DDL = [
  `CREATE TABLE \`people of all\` (
    id serial PRIMARY KEY, \`fullName\` varchar(100) NOT NULL, code varchar(20) UNIQUE, initials char(3),
    role varchar(10), notes text, level enum('low', 'high', 'it''s?') NOT NULL, tiny tinyint, small smallint,
    medium mediumint, whole int, counted int unsigned, created_by bigint, big bigint,
    ratio float, score double, measured double, price decimal(10, 2) NOT NULL, cost decimal(12, 4),
    units decimal(8), round decimal, active boolean, created_at datetime(3), seen datetime(6), started datetime,
    touched timestamp(3) NULL, printed timestamp NULL, born date, died date, custom json,
    exact varchar(20) COLLATE utf8mb4_bin, lunch time, raw varbinary(20), vintage year)`,
  'CREATE INDEX by_big ON `people of all` (big)',
]

const exact = my.customType<{ data: string }>({ dataType: () => 'varchar(20) collate utf8mb4_bin' })

export const mysqlTable = my.mysqlTable(
  'people of all',
  {
    id: my.serial().primaryKey(),
    fullName: my.varchar({ length: 100 }).notNull(),
    code: my.varchar({ length: 20 }).unique(),
    initials: my.char({ length: 3 }),
    role: my.varchar({ length: 10, enum: ['user', 'admin'] }),
    notes: my.text(),
    level: my.mysqlEnum(['low', 'high', "it's?"]).notNull(),
    tiny: my.tinyint(),
    small: my.smallint(),
    medium: my.mediumint(),
    whole: my.int(),
    counted: my.int({ unsigned: true }),
    createdBy: my.bigint('created_by', { mode: 'number' }),
    big: my.bigint({ mode: 'bigint' }),
    ratio: my.float(),
    score: my.double(),
    measured: my.real(),
    price: my.decimal({ precision: 10, scale: 2 }).notNull(),
    cost: my.decimal({ precision: 12, scale: 4, mode: 'number' }),
    units: my.decimal({ precision: 8, mode: 'bigint' }),
    round: my.decimal(),
    active: my.boolean(),
    createdAt: my.datetime('created_at', { fsp: 3 }),
    seen: my.datetime({ fsp: 6, mode: 'string' }),
    started: my.datetime(),
    touched: my.timestamp({ fsp: 3 }),
    printed: my.timestamp({ mode: 'string' }),
    born: my.date({ mode: 'string' }),
    died: my.date(),
    custom: my.json(),
    exact: exact(),
    lunch: my.time(),
    raw: my.varbinary({ length: 20 }),
    vintage: my.year(),
  },
  (t) => [my.index('by_big').on(t.big)],
)

export const MYSQL_ROWS = rowsOf(
  {
    fullName: TEXTS,
    initials: ['a', 'abc', 'A b'],
    role: ['user', 'admin'],
    notes: TEXTS,
    level: ['low', 'high', "it's?"],
    tiny: [-128, 127, 0],
    small: INTEGERS,
    medium: INTEGERS,
    whole: [-(2 ** 31), 2 ** 31 - 1, 0, 7],
    counted: [0, 2 ** 32 - 1],
    createdBy: [-(2 ** 53) + 1, 2 ** 53 - 1, 0],
    big: [2n ** 63n - 1n, 2n ** 53n + 1n, -7n],
    ratio: DOUBLES,
    score: [...DOUBLES, 1e30, 0.1],
    measured: DOUBLES,
    price: DECIMALS,
    cost: [0, 1.25, -1.5, 0.0001],
    units: [0n, 7n, -99_999_999n],
    round: ['0', '7', '-5'],
    active: [true, false],
    createdAt: INSTANTS,
    seen: ['2024-05-01 12:00:00.123456', '2024-05-01 12:00:00.000000'],
    started: SECONDS,
    touched: INSTANTS,
    printed: ['2024-05-01 12:00:00', '2001-01-01 00:00:00'],
    born: DAYS,
    died: DAYS.map((day) => new Date(day)),
    custom: DOCUMENTS,
    exact: ['a', 'A', 'á'],
    lunch: ['12:00:00'],
    vintage: [2024],
  },
  ['fullName', 'level', 'price'],
).map((row, i) => ({ ...row, code: i % 5 === 0 ? null : `c${i}` }))

// SQLite

export const SQLITE_DDL = [
  `CREATE TABLE people (
    id integer PRIMARY KEY, full_name text NOT NULL, code text(20) UNIQUE, role text, folded text COLLATE NOCASE,
    whole integer, active integer, started integer NOT NULL, created_at integer, score real, price numeric,
    cost numeric, custom text, raw blob, blob_json blob)`,
  'CREATE INDEX by_start ON people (started)',
]

const folded = lite.customType<{ data: string }>({ dataType: () => 'text collate nocase' })

export const sqliteTable = lite.sqliteTable(
  'people',
  {
    id: lite.integer().primaryKey(),
    fullName: lite.text().notNull(),
    code: lite.text({ length: 20 }).unique(),
    role: lite.text({ enum: ['user', 'admin'] }),
    folded: folded(),
    whole: lite.integer(),
    active: lite.integer({ mode: 'boolean' }),
    started: lite.integer({ mode: 'timestamp' }).notNull(),
    createdAt: lite.integer({ mode: 'timestamp_ms' }),
    score: lite.real(),
    price: lite.numeric(),
    cost: lite.numeric({ mode: 'number' }),
    custom: lite.text({ mode: 'json' }),
    raw: lite.blob(),
    blobJson: lite.blob({ mode: 'json' }),
  },
  (t) => [lite.index('by_start').on(t.started)],
)

export const SQLITE_ROWS = rowsOf(
  {
    fullName: TEXTS,
    role: ['user', 'admin'],
    folded: TEXTS,
    whole: [...INTEGERS, 2 ** 53 - 1],
    active: [true, false],
    started: SECONDS,
    createdAt: INSTANTS,
    score: DOUBLES,
    price: ['0', '1.5', '-7'],
    cost: DOUBLES,
    custom: DOCUMENTS,
    blobJson: [{ k: 1 }],
  },
  ['fullName', 'started'],
).map((row, i) => ({ ...row, code: i % 5 === 0 ? null : `c${i}` }))
