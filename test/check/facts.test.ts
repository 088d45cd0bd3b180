/** Tables made by hand, in the variants that each database has. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ColumnFacts,
  readFacts,
  type TableFacts,
  type TableName,
} from '../../src/check/index.ts'
import { available } from '../support/engines/available.ts'
import type { Connection, Params } from '../support/engines/engine.ts'

/** A connection to an engine, for tables that the tests make; skipped where it is not there. */
function on(name: string, suite: (database: Database) => void): void {
  const engine = available.find((each) => each.name === name)
  describe.skipIf(engine === undefined)(`in ${name}`, () => {
    let connection: Connection | undefined
    beforeAll(async () => {
      connection = await engine?.connect()
    })
    afterAll(() => connection?.close())
    const opened = (): Connection => {
      if (connection === undefined) throw new Error('the connection is made in beforeAll')
      return connection
    }
    suite({
      async exec(...statements) {
        for (const statement of statements) await opened().exec(statement)
      },
      facts: (table) =>
        readFacts((text: string, params: Params) => opened().all({ text, params }), { table }),
    })
  })
}

interface Database {
  exec(...statements: readonly string[]): Promise<void>
  facts(table: string | TableName): Promise<TableFacts>
}

const columnOf = ({ columns }: TableFacts, name: string): ColumnFacts => {
  const column = columns.find((each) => each.name === name)
  if (column === undefined) throw new Error(`there is no column ${name}`)
  return column
}

/** What is said of each column under one of the names of its facts. */
const byColumn = <K extends keyof ColumnFacts>({ columns }: TableFacts, name: K) =>
  Object.fromEntries(columns.map((column) => [column.name, column[name]]))

const nullable = ({ columns }: TableFacts): readonly string[] =>
  columns.filter((column) => column.nullable).map(({ name }) => name)

/** Without what every key says. */
const keysOf = ({ indexes }: TableFacts, name: string) =>
  indexes.find((index) => index.name === name)?.keys

on('SQLite', ({ exec, facts }) => {
  it('has checks without the name of the table', async () => {
    await exec(
      `CREATE TABLE people (
        a INTEGER, people TEXT, "t.x" TEXT,
        CHECK ("people"."a" > 1.5 AND People.a < 9 AND people."a" <> \`people\`.a),
        CHECK (people <> 'people.a' AND length(people.people) > length("t.x"))
      )`,
    )
    expect((await facts('people')).checks).toEqual([
      '"a" > 1.5 AND a < 9 AND "a" <> a',
      `people <> 'people.a' AND length(people) > length("t.x")`,
    ])
  })

  it('says in its text what pragmas do not', async () => {
    await exec(
      `CREATE TABLE "a ""t" (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        'na me' VARCHAR(20) COLLATE nocase NOT NULL DEFAULT 'x, CHECK (1)', /* , CHECK (2) */
        "check" TEXT CHECK ("check" <> ')'), [b c] DECIMAL(10, 2), -- , CHECK (3)
        g TEXT GENERATED ALWAYS AS (upper("check")) VIRTUAL COLLATE RTRIM,
        h AS (length(g)) STORED,
        p REFERENCES "a ""t",
        own TEXT COLLATE NOCASE COLLATE BINARY,
        CONSTRAINT x CHECK (id > 0) CHECK (h IN (1, 2)), UNIQUE ("na me", p)
      )`,
      'ALTER TABLE "a ""t" ADD COLUMN late TEXT CHECK (late <> \'\') COLLATE RTRIM',
    )
    const table = await facts('A "T')
    expect(table).toMatchObject({
      engine: 'sqlite',
      table: { schema: 'main', name: 'a "t' },
      kind: 'table',
      strict: false,
      zone: undefined,
      encoding: 'UTF-8',
      primaryKey: ['id'],
      uniques: [['na me', 'p']],
      checks: [`"check" <> ')'`, "late <> ''", 'id > 0', 'h IN (1, 2)'],
      foreignKeys: [
        { columns: ['p'], references: { schema: 'main', table: 'a "t', columns: ['id'] } },
      ],
    })
    expect(nullable(table)).toEqual(['check', 'b c', 'g', 'h', 'p', 'own', 'late'])
    expect(byColumn(table, 'generated')).toMatchObject({ g: 'upper("check")', h: 'length(g)' })
    expect(byColumn(table, 'identity')).toMatchObject({ id: true, 'na me': undefined })
    expect(columnOf(table, 'na me')).toEqual({
      name: 'na me',
      type: { text: 'VARCHAR(20)', name: 'varchar', length: 20, affinity: 'text' },
      nullable: false,
      default: "'x, CHECK (1)'",
      definition: "VARCHAR(20) COLLATE nocase NOT NULL DEFAULT 'x, CHECK (1)'",
      collation: {
        name: 'nocase',
        isBinary: false,
        isDeterministic: false,
        ignoresCase: true,
        ignoresAccents: false,
        padsSpace: false,
      },
    })
    expect(columnOf(table, 'b c').type).toMatchObject({ precision: 10, scale: 2 })
    expect(columnOf(table, 'g').collation).toMatchObject({ name: 'RTRIM', padsSpace: true })
    expect(columnOf(table, 'late').collation?.name).toBe('RTRIM')
    expect(columnOf(table, 'own').collation?.name).toBe('BINARY')
  })

  it.each([
    ['INT', 'integer'],
    ['unsigned big int', 'integer'],
    ['CHARINT', 'integer'],
    ['native character(70)', 'text'],
    ['clob', 'text'],
    ['', 'blob'],
    ['BLOB', 'blob'],
    ['double precision', 'real'],
    ['FLOATING POINT', 'integer'],
    ['boolean', 'numeric'],
    ['DATETIME', 'numeric'],
    ['STRING', 'numeric'],
  ])('has for the declared type %j the affinity %s', async (declared, affinity) => {
    await exec('DROP TABLE IF EXISTS typed', `CREATE TABLE typed (a ${declared})`)
    expect(columnOf(await facts('typed'), 'a').type.affinity).toBe(affinity)
  })

  it('lets primary keys be NULL, unless they are the rowid, or the table says otherwise', async () => {
    await exec(
      'CREATE TABLE loose (a TEXT PRIMARY KEY)',
      'CREATE TABLE descending (a INTEGER PRIMARY KEY DESC)',
      'CREATE TABLE numbers (a INT PRIMARY KEY)',
      'CREATE TABLE own (a INTEGER, PRIMARY KEY (a DESC))',
      'CREATE TABLE sorted (a TEXT, b INTEGER, PRIMARY KEY (b, a)) WITHOUT ROWID',
      'CREATE TABLE strict (a TEXT PRIMARY KEY, b ANY) STRICT',
    )
    expect(nullable(await facts('loose'))).toEqual(['a'])
    expect(nullable(await facts('descending'))).toEqual(['a'])
    expect(nullable(await facts('numbers'))).toEqual(['a'])
    const own = await facts('own')
    expect(nullable(own)).toEqual([])
    expect(own.indexes).toEqual([
      {
        name: '',
        keys: [{ column: 'a', direction: 'asc', nulls: 'first' }],
        unique: true,
        method: 'rowid',
      },
    ])
    expect(own.uniques).toEqual([])
    const sorted = await facts('sorted')
    expect(nullable(sorted)).toEqual([])
    expect(sorted.primaryKey).toEqual(['b', 'a'])
    const strict = await facts('strict')
    expect(nullable(strict)).toEqual(['b'])
    expect(strict.strict).toBe(true)
    expect(columnOf(strict, 'b').type.affinity).toBe('blob')
  })

  it('has indexes over expressions, parts and other collations', async () => {
    await exec(
      'CREATE TABLE indexed (id INTEGER PRIMARY KEY, a TEXT, b TEXT UNIQUE, c TEXT COLLATE NOCASE)',
      `CREATE UNIQUE INDEX i1 ON indexed (lower(a) || ',' DESC, b COLLATE nocase, id) WHERE a <> ' where '`,
      'CREATE INDEX i2 ON indexed (c COLLATE BINARY DESC)',
      'CREATE UNIQUE INDEX i3 ON indexed (a, c)',
      'CREATE UNIQUE INDEX i4 ON indexed (upper(b))',
    )
    const table = await facts('indexed')
    expect(table.indexes.find(({ name }) => name === 'i1')).toEqual({
      name: 'i1',
      keys: [
        {
          expression: "lower(a) || ','",
          collation: 'BINARY',
          direction: 'desc',
          nulls: 'last',
        },
        { column: 'b', collation: 'nocase', direction: 'asc', nulls: 'first' },
        { column: 'id', collation: 'BINARY', direction: 'asc', nulls: 'first' },
      ],
      unique: true,
      method: 'btree',
      where: "a <> ' where '",
    })
    expect(keysOf(table, 'i2')).toEqual([
      { column: 'c', collation: 'BINARY', direction: 'desc', nulls: 'last' },
    ])
    expect(table.uniques).toEqual([['b'], ['a', 'c']])
  })

  it('has views, virtual tables, temporary tables and other schemas', async () => {
    await exec(
      'CREATE TABLE hidden (a TEXT COLLATE NOCASE NOT NULL)',
      'CREATE VIEW seen AS SELECT a FROM hidden',
      'CREATE VIRTUAL TABLE searched USING fts5(title, body)',
      'CREATE TEMP TABLE hidden (id INTEGER PRIMARY KEY)',
      "ATTACH ':memory:' AS other",
      'CREATE TABLE other.hidden (b INT CHECK (b > 0))',
      'CREATE INDEX other.own ON hidden (b)',
      'CREATE TABLE other.alone (c INT)',
    )
    const view = await facts('seen')
    expect(view).toMatchObject({ kind: 'view', primaryKey: [], indexes: [], checks: [] })
    expect(columnOf(view, 'a')).toMatchObject({ nullable: true })
    expect(columnOf(view, 'a').collation).toBeUndefined()
    const searched = await facts('searched')
    expect(searched.kind).toBe('view')
    expect(searched.columns.map(({ name }) => name)).toEqual(['title', 'body'])
    expect((await facts('hidden')).table.schema).toBe('temp')
    const other = await facts({ schema: 'other', name: 'hidden' })
    expect(other.checks).toEqual(['b > 0'])
    expect(other.indexes.map(({ name }) => name)).toEqual(['own'])
    expect((await facts('alone')).table).toEqual({ schema: 'other', name: 'alone' })
    await expect(facts({ schema: 'main', name: 'alone' })).rejects.toThrow(
      'tamis/check: unknown table "alone" in "main"',
    )
  })
})

const POSTGRES_TABLES = [
  `CREATE TYPE "Level" AS ENUM ('low', 'high')`,
  `ALTER TYPE "Level" ADD VALUE 'it''s' BEFORE 'high'`,
  'CREATE DOMAIN age AS integer NOT NULL CHECK (VALUE > 0)',
  'CREATE DOMAIN adult AS age CHECK (VALUE >= 18)',
  'CREATE DOMAIN labels AS varchar(20)[]',
  'CREATE TABLE parent (a integer, b text, PRIMARY KEY (b, a))',
  `CREATE TABLE "T t" (
    id serial PRIMARY KEY,
    big bigint GENERATED BY DEFAULT AS IDENTITY,
    short varchar(20) DEFAULT 'x''y',
    long text NOT NULL,
    price numeric(10,2), tiny numeric(3,-2), any_number numeric,
    at timestamp(3), moment timestamptz,
    level "Level", levels "Level"[],
    adult adult, labels labels,
    fixed char(5), bytes text COLLATE "C", pg name, bits bit(3),
    ref uuid, refs uuid[], tags varchar(20)[], doc jsonb,
    twice integer GENERATED ALWAYS AS (1 + 1) STORED,
    FOREIGN KEY (long, id) REFERENCES parent (b, a),
    CHECK (id > 0), UNIQUE (long) INCLUDE (short), CONSTRAINT last CHECK (short <> '')
  )`,
  'ALTER TABLE "T t" DROP COLUMN bits',
  'ALTER TABLE "T t" ADD CONSTRAINT nv CHECK (id > 10) NOT VALID',
  `CREATE UNIQUE INDEX part ON "T t" (short) WHERE long <> ''`,
  'CREATE UNIQUE INDEX terms ON "T t" (lower(short), (id + 1) DESC NULLS LAST)',
  'CREATE INDEX members ON "T t" USING gin (tags)',
  'CREATE INDEX blocks ON "T t" USING brin (id)',
  'CREATE INDEX patterns ON "T t" (long text_pattern_ops, short COLLATE "C" DESC)',
]

for (const name of ['PostgreSQL', 'PGlite']) {
  on(name, ({ exec, facts }) => {
    beforeAll(() => exec(...POSTGRES_TABLES))

    it('has types of its own, domains, arrays and enumerations', async () => {
      const table = await facts('T t')
      const level = { text: '"Level"', name: 'Level', members: ['low', "it's", 'high'] }
      expect(byColumn(table, 'type')).toMatchObject({
        id: { text: 'integer', name: 'int4' },
        big: { text: 'bigint', name: 'int8' },
        short: { text: 'character varying(20)', name: 'varchar', length: 20 },
        long: { text: 'text', name: 'text' },
        price: { text: 'numeric(10,2)', name: 'numeric', precision: 10, scale: 2 },
        tiny: { precision: 3, scale: -2 },
        at: { text: 'timestamp(3) without time zone', name: 'timestamp', digits: 3 },
        moment: { name: 'timestamptz', digits: 6 },
        level: { ...level, schema: table.table.schema },
        levels: { text: '"Level"[]', name: 'array', element: level },
        adult: { text: 'adult', name: 'int4', domain: { name: 'adult' } },
        labels: { text: 'labels', name: 'array', element: { name: 'varchar', length: 20 } },
        fixed: { text: 'character(5)', name: 'bpchar', length: 5 },
        ref: { name: 'uuid' },
        refs: { text: 'uuid[]', name: 'array', element: { name: 'uuid' } },
        tags: { text: 'character varying(20)[]', element: { name: 'varchar', length: 20 } },
        doc: { name: 'jsonb' },
      })
      expect(columnOf(table, 'any_number').type).toEqual({ text: 'numeric', name: 'numeric' })
      expect(columnOf(table, 'adult').type.domain?.checks).toEqual([
        '(VALUE > 0)',
        '((VALUE)::integer >= 18)',
      ])
      // A domain's NOT NULL lets NULLs by.
      expect(columnOf(table, 'adult').nullable).toBe(true)
      expect(table.columns.map((column) => column.name)).not.toContain('bits')
    })

    it('has keys, checks that hold, and what is computed', async () => {
      const table = await facts('T t')
      const { schema } = table.table
      expect(table).toMatchObject({
        engine: 'postgres',
        kind: 'table',
        encoding: 'UTF8',
        primaryKey: ['id'],
        uniques: [['long']],
        checks: ['(id > 0)', "((short)::text <> ''::text)"],
        foreignKeys: [
          { columns: ['long', 'id'], references: { schema, table: 'parent', columns: ['b', 'a'] } },
        ],
      })
      expect(columnOf(table, 'id')).toMatchObject({ identity: true, nullable: false })
      expect(columnOf(table, 'big')).toMatchObject({ identity: true, nullable: false })
      expect(columnOf(table, 'short').default).toBe("'x''y'::character varying")
      expect(columnOf(table, 'twice')).toMatchObject({ generated: '(1 + 1)' })
      expect(columnOf(table, 'twice').default).toBeUndefined()
      expect(columnOf(table, 'bytes').collation).toMatchObject({ name: 'C', isBinary: true })
      expect(columnOf(table, 'fixed').collation).toMatchObject({ padsSpace: true })
      expect(columnOf(table, 'tags').collation).toMatchObject({ isDeterministic: true })
      expect(columnOf(table, 'id').collation).toBeUndefined()
      const isByCodePoint = /^(C|POSIX|C\.UTF-?8)$/i.test(table.settings.lc_collate ?? '')
      expect(columnOf(table, 'long').collation).toMatchObject({
        name: 'default',
        isBinary: isByCodePoint,
      })
    })

    it('has indexes over expressions, parts, other collations and of other methods', async () => {
      const table = await facts('T t')
      expect(table.indexes.map(({ name: own, method }) => `${own} ${method}`)).toEqual([
        'T t_pkey btree',
        'T t_long_short_key btree',
        'blocks brin',
        'members gin',
        'part btree',
        'patterns btree',
        'terms btree',
      ])
      expect(keysOf(table, 'T t_long_short_key')?.map(({ column }) => column)).toEqual(['long'])
      expect(table.indexes.find((index) => index.name === 'part')?.where).toBe("(long <> ''::text)")
      expect(keysOf(table, 'patterns')).toEqual([
        {
          column: 'long',
          direction: 'asc',
          nulls: 'last',
          collation: 'default',
          operators: 'text_pattern_ops',
        },
        { column: 'short', direction: 'desc', nulls: 'first', collation: 'C' },
      ])
      expect(keysOf(table, 'terms')).toEqual([
        { expression: 'lower(short::text)', direction: 'asc', nulls: 'last', collation: 'default' },
        { expression: '(id + 1)', direction: 'desc', nulls: 'last' },
      ])
    })

    it('has partitioned and inherited tables, views and other schemas', async () => {
      await exec(
        'CREATE TABLE parts (id integer PRIMARY KEY, up integer REFERENCES parts) PARTITION BY RANGE (id)',
        'CREATE TABLE part_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)',
        'CREATE TABLE root (id integer PRIMARY KEY, a integer NOT NULL, b text UNIQUE, CHECK (a > 0), CHECK (a > 1) NO INHERIT)',
        'CREATE TABLE child () INHERITS (root)',
        'CREATE VIEW seen AS SELECT id, long FROM "T t"',
        'CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one',
        'CREATE UNIQUE INDEX one ON kept (one)',
        'CREATE TEMPORARY TABLE parent (x integer)',
      )
      for (const part of ['parts', 'part_1']) {
        const table = await facts(part)
        expect(table).toMatchObject({ kind: 'table', primaryKey: ['id'] })
        expect(table.foreignKeys.map(({ references }) => references.table)).toEqual(['parts'])
        expect(table.inherited).toBeUndefined()
      }
      const root = await facts('root')
      expect(root).toMatchObject({ inherited: true, primaryKey: [], uniques: [] })
      expect(root.checks).toEqual(['(a > 0)'])
      expect(columnOf(root, 'a').nullable).toBe(false)
      const view = await facts('seen')
      expect(view).toMatchObject({ kind: 'view', primaryKey: [], indexes: [] })
      expect(nullable(view)).toEqual(['id', 'long'])
      expect(await facts('kept')).toMatchObject({ kind: 'view', uniques: [['one']] })
      // What is temporary hides the others, as in a statement.
      const hiding = await facts('parent')
      expect(hiding.columns.map((column) => column.name)).toEqual(['x'])
      const { schema } = (await facts('T t')).table
      const hidden = await facts({ schema: schema as string, name: 'parent' })
      expect(hidden.primaryKey).toEqual(['b', 'a'])
      await expect(facts('t T')).rejects.toThrow('tamis/check: unknown table "t T"')
      await expect(facts('T t_pkey')).rejects.toThrow(TypeError)
    })
  })
}

on('PostgreSQL', ({ exec, facts }) => {
  it('has collations that are not deterministic, and others that are not by code point', async () => {
    await exec(
      "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
      "CREATE COLLATION ai (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
      "CREATE COLLATION ac (provider = icu, locale = 'und-u-kc-ks-level1', deterministic = false)",
      "CREATE COLLATION german (provider = icu, locale = 'de')",
      `CREATE TABLE collated (ci text COLLATE ci UNIQUE, ai text COLLATE ai, ac text COLLATE ac,
        german text COLLATE german, basic text COLLATE ucs_basic, posix text COLLATE "POSIX",
        lists text[] COLLATE german)`,
    )
    const table = await facts('collated')
    const exact = { isDeterministic: true, ignoresCase: false, ignoresAccents: false }
    const loose = { isBinary: false, isDeterministic: false }
    expect(byColumn(table, 'collation')).toMatchObject({
      ci: { name: 'ci', ...loose, ignoresCase: true, ignoresAccents: false },
      ai: { ...loose, ignoresCase: true, ignoresAccents: true },
      ac: { ...loose, ignoresCase: false, ignoresAccents: true },
      german: { isBinary: false, ...exact },
      basic: { isBinary: true, ...exact },
      posix: { isBinary: true, ...exact },
      lists: { name: 'german', isBinary: false },
    })
    expect(table.uniques).toEqual([['ci']])
  })

  it('has types of extensions', async ({ skip }) => {
    try {
      await exec('CREATE EXTENSION IF NOT EXISTS citext SCHEMA public')
    } catch {
      skip()
    }
    await exec('CREATE TABLE mails (mail citext, others citext[])')
    const table = await facts('mails')
    expect(columnOf(table, 'mail').type).toMatchObject({ text: 'citext', name: 'citext' })
    expect(columnOf(table, 'mail').type.schema).toBeTypeOf('string')
    expect(columnOf(table, 'others').type.element?.name).toBe('citext')
  })
})

on('PGlite', ({ exec, facts }) => {
  it('has constraints that are not enforced, or not of all rows', async () => {
    await exec(
      `CREATE TABLE later (a integer, b integer, CHECK (a > 0) NOT ENFORCED, CHECK (b > 0),
        twice integer GENERATED ALWAYS AS (a * 2) VIRTUAL)`,
      'ALTER TABLE later ADD CONSTRAINT set_a NOT NULL a NOT VALID',
      'ALTER TABLE later ALTER b SET NOT NULL',
    )
    const table = await facts('later')
    expect(table.checks).toEqual(['(b > 0)'])
    expect(nullable(table)).toEqual(['a', 'twice'])
    expect(columnOf(table, 'twice').generated).toBe('(a * 2)')
  })
})

const ENUM = `ENUM('a', 'it''s', 'b\\\\c', 'q"x', 'l\\nm', 'ü', 'x,y)')`
const MEMBERS = ['a', "it's", 'b\\c', 'q"x', 'l\nm', 'ü', 'x,y)']

for (const name of ['MariaDB', 'MySQL']) {
  on(name, ({ exec, facts }) => {
    beforeAll(() =>
      exec(
        'CREATE TABLE parent (a BIGINT, b VARCHAR(20), PRIMARY KEY (b, a))',
        `CREATE TABLE \`T t\` (
          id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, level ${ENUM}, flags SET('a', 'it''s'),
          flag BIT(1) DEFAULT b'1', yes TINYINT(1) DEFAULT 1, at DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3),
          moment TIMESTAMP NULL, price DECIMAL(10,2) UNSIGNED DEFAULT 1.50,
          v VARCHAR(20) DEFAULT 'it''s \\\\ x', unset VARCHAR(5) DEFAULT NULL, word VARCHAR(10) DEFAULT 'NULL',
          bytes VARBINARY(16), twice INT AS (yes + 1) STORED, real_number FLOAT(7,3),
          latin CHAR(3) CHARACTER SET latin1 COLLATE latin1_general_cs NOT NULL,
          bin VARCHAR(10) COLLATE utf8mb4_bin, ref BIGINT, named VARCHAR(20),
          CHECK (price > 0), KEY k (v(5), yes), UNIQUE KEY u (v(7)), UNIQUE KEY pair (latin, id),
          FULLTEXT KEY words (v), FOREIGN KEY (named, ref) REFERENCES parent (b, a)
        ) CHARACTER SET utf8mb4`,
        'CREATE VIEW seen AS SELECT id, latin FROM `T t`',
      ),
    )

    it('has types with their parameters and members', async () => {
      const table = await facts('T t')
      expect(byColumn(table, 'type')).toMatchObject({
        id: { name: 'int', unsigned: true },
        level: { name: 'enum', members: MEMBERS },
        flags: { name: 'set', members: ['a', "it's"] },
        flag: { text: 'bit(1)', name: 'bit', length: 1 },
        yes: { text: 'tinyint(1)', name: 'tinyint', length: 1 },
        at: { name: 'datetime', digits: 3 },
        moment: { name: 'timestamp', digits: 0 },
        price: { name: 'decimal', precision: 10, scale: 2, unsigned: true },
        v: { name: 'varchar', length: 20 },
        bytes: { name: 'varbinary', length: 16 },
        real_number: { name: 'float', precision: 7, scale: 3 },
        latin: { name: 'char', length: 3 },
      })
      expect(nullable(table)).not.toContain('latin')
      expect(nullable(table)).not.toContain('id')
      expect(nullable(table)).toContain('v')
      expect(columnOf(table, 'id').identity).toBe(true)
    })

    it('has the members of an enumeration in any sql_mode', async () => {
      await exec(
        "SET @mode = @@sql_mode, sql_mode = 'NO_BACKSLASH_ESCAPES'",
        `CREATE TABLE plain (level ENUM('b\\c', 'it''s'))`,
      )
      const table = await facts('plain')
      expect(columnOf(table, 'level').type.members).toEqual(['b\\c', "it's"])
      expect(table.settings.sql_mode).toContain('NO_BACKSLASH_ESCAPES')
      await exec('SET sql_mode = @mode')
    })

    it('has defaults as expressions', async () => {
      const table = await facts('T t')
      expect(columnOf(table, 'v').default).toBe("'it''s \\\\ x'")
      expect(columnOf(table, 'word').default).toBe("'NULL'")
      expect(columnOf(table, 'unset').default).toBeUndefined()
      expect(columnOf(table, 'price').default).toBe('1.50')
      expect(columnOf(table, 'flag').default).toBe("b'1'")
      expect(columnOf(table, 'at').default?.toLowerCase()).toBe('current_timestamp(3)')
      expect(columnOf(table, 'twice').generated).toMatch(/^\(?`yes` \+ 1\)?$/)
    })

    it('has collations that ignore case, accents and blanks at the end', async () => {
      const table = await facts('T t')
      expect(columnOf(table, 'v').charset).toBe('utf8mb4')
      expect(columnOf(table, 'v').collation).toMatchObject({
        isBinary: false,
        isDeterministic: false,
        ignoresCase: true,
        ignoresAccents: true,
      })
      expect(columnOf(table, 'latin')).toMatchObject({
        charset: 'latin1',
        collation: { name: 'latin1_general_cs', ignoresCase: false, padsSpace: true },
      })
      expect(columnOf(table, 'bin').collation).toEqual({
        name: 'utf8mb4_bin',
        isBinary: true,
        isDeterministic: true,
        ignoresCase: false,
        ignoresAccents: false,
        padsSpace: true,
      })
      expect(columnOf(table, 'bytes').collation).toBeUndefined()
    })

    it('has keys and indexes, also of the beginnings of texts', async () => {
      const table = await facts('T t')
      const { schema } = table.table
      expect(table).toMatchObject({
        engine: name.toLowerCase(),
        kind: 'table',
        storage: 'InnoDB',
        encoding: 'utf8mb4',
        primaryKey: ['id'],
        uniques: [['latin', 'id'], ['v']],
        foreignKeys: [
          {
            columns: ['named', 'ref'],
            references: { schema, table: 'parent', columns: ['b', 'a'] },
          },
        ],
      })
      expect(table.checks.map((text) => text.replace(/^\((.*)\)$/, '$1'))).toEqual(['`price` > 0'])
      expect(keysOf(table, 'k')).toEqual([
        { column: 'v', direction: 'asc', nulls: 'first', length: 5 },
        { column: 'yes', direction: 'asc', nulls: 'first' },
      ])
      expect(table.indexes.find((index) => index.name === 'words')?.method).toBe('fulltext')
    })

    it('has views, and tables whose names differ in case', async () => {
      const view = await facts('seen')
      expect(view).toMatchObject({ kind: 'view', primaryKey: [], indexes: [] })
      expect(nullable(view)).toEqual(['id', 'latin'])
      if (view.settings.lower_case_table_names !== '0') return
      await expect(facts('SEEN')).rejects.toThrow('tamis/check: unknown table "SEEN"')
      await exec('CREATE TABLE cased (a INT)', 'CREATE TABLE Cased (b INT)')
      expect((await facts('Cased')).columns.map((column) => column.name)).toEqual(['b'])
    })
  })
}

on('MariaDB', ({ exec, facts }) => {
  it('has types and collations that MySQL does not have', async () => {
    await exec(
      `CREATE TABLE own (id UUID PRIMARY KEY, doc JSON, nopad VARCHAR(9) COLLATE utf8mb4_nopad_bin,
        uca VARCHAR(9) COLLATE utf8mb4_uca1400_as_cs, whole INT(5) ZEROFILL, KEY unused (nopad) IGNORED)`,
    )
    const table = await facts('own')
    expect(columnOf(table, 'id').type).toEqual({ text: 'uuid', name: 'uuid' })
    // JSON is a text with a check.
    expect(columnOf(table, 'doc').type.name).toBe('longtext')
    expect(table.checks).toEqual(['json_valid(`doc`)'])
    expect(columnOf(table, 'nopad').collation).toMatchObject({ isBinary: true, padsSpace: false })
    expect(columnOf(table, 'uca').collation).toMatchObject({
      isBinary: false,
      ignoresCase: false,
      ignoresAccents: false,
      padsSpace: true,
    })
    expect(columnOf(table, 'whole').type).toMatchObject({ length: 5, unsigned: true })
    expect(table.indexes.map(({ name }) => name)).toEqual(['PRIMARY'])
  })
})

on('MySQL', ({ exec, facts }) => {
  it('has indexes of expressions, hidden ones, and checks that are not enforced', async () => {
    await exec(
      `CREATE TABLE own (id BIGINT, v VARCHAR(10) COLLATE utf8mb4_0900_bin, doc JSON DEFAULT ('{"a": "it''s"}'),
        UNIQUE KEY hidden (id) INVISIBLE, UNIQUE KEY terms ((concat(v, '\\'')), id DESC),
        CHECK (v <> 'a''b\\\\'), CONSTRAINT ne CHECK (id > 3) NOT ENFORCED)`,
    )
    const table = await facts('own')
    expect(table.uniques).toEqual([['id']])
    expect(table.indexes).toEqual([
      {
        name: 'terms',
        keys: [
          {
            expression: expect.stringMatching(/^concat\(`v`,_utf8mb\d'\\''\)$/),
            direction: 'asc',
            nulls: 'first',
          },
          { column: 'id', direction: 'desc', nulls: 'last' },
        ],
        unique: true,
        method: 'btree',
      },
    ])
    expect(table.checks).toEqual([expect.stringMatching(/^\(`v` <> _utf8mb\d'a\\'b\\\\'\)$/)])
    expect(columnOf(table, 'doc').type.name).toBe('json')
    expect(columnOf(table, 'v').collation).toMatchObject({ isBinary: true, padsSpace: false })
  })
})

on('DuckDB', ({ exec, facts }) => {
  it('has types with their members and parameters', async () => {
    await exec(
      `CREATE TYPE level AS ENUM ('low', 'it''s', 'b\\c')`,
      'CREATE TYPE money AS DECIMAL(12,3)',
      'CREATE SEQUENCE ids',
      'CREATE TABLE parent (a INTEGER, b VARCHAR, PRIMARY KEY (b, a))',
      `CREATE TABLE "T t" (id INTEGER PRIMARY KEY DEFAULT nextval('ids'), level level, levels level[],
        v VARCHAR(20) COLLATE NOCASE NOT NULL DEFAULT 'x''y', n DECIMAL(10,2), m money,
        seen TIMESTAMP, moment TIMESTAMPTZ, ns TIMESTAMP_NS, ms TIMESTAMP_MS, s TIMESTAMP_S,
        twice INTEGER GENERATED ALWAYS AS (id + 1), tags VARCHAR[], deep VARCHAR[][], three INTEGER[3],
        struct STRUCT(a INTEGER, "b c" VARCHAR), loose VARCHAR COLLATE "NOCASE.NOACCENT",
        CHECK (id > 0), UNIQUE (v, n), CHECK (v <> ')'),
        FOREIGN KEY (v, id) REFERENCES parent (b, a))`,
      'CREATE UNIQUE INDEX terms ON "T t" ((id + 1), seen)',
      'CREATE INDEX "of n" ON "T t" (n)',
    )
    const table = await facts('t T')
    const level = { name: 'enum', members: ['low', "it's", 'b\\c'] }
    expect(byColumn(table, 'type')).toMatchObject({
      id: { text: 'INTEGER', name: 'integer' },
      level,
      levels: { name: 'array', element: level },
      v: { name: 'varchar' },
      n: { name: 'decimal', precision: 10, scale: 2 },
      m: { name: 'decimal', precision: 12, scale: 3 },
      seen: { name: 'timestamp', digits: 6 },
      moment: { name: 'timestamp with time zone', digits: 6 },
      ns: { name: 'timestamp_ns', digits: 9 },
      ms: { name: 'timestamp_ms', digits: 3 },
      s: { name: 'timestamp_s', digits: 0 },
      tags: { text: 'VARCHAR[]', name: 'array', element: { text: 'VARCHAR', name: 'varchar' } },
      deep: { element: { text: 'VARCHAR[]', element: { name: 'varchar' } } },
      three: { text: 'INTEGER[3]', element: { name: 'integer' } },
      struct: { name: 'struct' },
    })
    expect(table).toMatchObject({
      engine: 'duckdb',
      table: { schema: 'main', name: 'T t' },
      kind: 'table',
      primaryKey: ['id'],
      uniques: [['v', 'n']],
      checks: ['(id > 0)', "(v != ')')"],
      foreignKeys: [
        {
          columns: ['v', 'id'],
          references: { schema: 'main', table: 'parent', columns: ['b', 'a'] },
        },
      ],
    })
    expect(columnOf(table, 'id')).toMatchObject({ identity: true, nullable: false })
    expect(columnOf(table, 'v')).toMatchObject({ default: "'x''y'", nullable: false })
    expect(columnOf(table, 'twice')).toMatchObject({ generated: '(id + 1)', nullable: true })
    expect(columnOf(table, 'twice').default).toBeUndefined()
    expect(columnOf(table, 'v').collation).toMatchObject({ isBinary: false, ignoresCase: true })
    expect(columnOf(table, 'tags').collation).toMatchObject({ name: 'binary', isBinary: true })
    expect(columnOf(table, 'loose').collation).toMatchObject({ ignoresAccents: true })
    expect(keysOf(table, 'terms')).toEqual([
      { expression: '((id + 1))', direction: 'asc' },
      { column: 'seen', direction: 'asc' },
    ])
    expect(keysOf(table, 'of n')).toEqual([{ column: 'n', direction: 'asc' }])
    expect(table.indexes.map(({ method }) => method)).toEqual(['art', 'art', 'art', 'art'])
  })

  it('compares texts as the session says where a column does not', async () => {
    await exec('CREATE TABLE plain (a VARCHAR)', "SET default_collation = 'nocase'")
    expect(columnOf(await facts('plain'), 'a').collation).toMatchObject({ ignoresCase: true })
    await exec('RESET default_collation')
    expect(columnOf(await facts('plain'), 'a').collation).toMatchObject({ isBinary: true })
  })

  it('has views, temporary tables and other schemas', async () => {
    await exec(
      'CREATE SCHEMA app',
      'CREATE TABLE app.own (a INTEGER UNIQUE)',
      'CREATE TABLE main.own (b VARCHAR NOT NULL)',
      'CREATE VIEW seen AS SELECT b FROM own',
    )
    const view = await facts('seen')
    expect(view).toMatchObject({ kind: 'view', primaryKey: [], indexes: [], checks: [] })
    expect(nullable(view)).toEqual(['b'])
    expect(columnOf(view, 'b').collation).toBeUndefined()
    expect((await facts('own')).table.schema).toBe('main')
    expect((await facts({ schema: 'app', name: 'own' })).uniques).toEqual([['a']])
    await exec('CREATE TEMP TABLE own (c INTEGER)')
    expect((await facts('own')).columns.map(({ name }) => name)).toEqual(['c'])
  })
})

on('ClickHouse', ({ exec, facts }) => {
  it('has types around types, and no keys', async () => {
    await exec(
      `CREATE TABLE t (id UInt64, \`a b\` Nullable(String) DEFAULT 'x\\'y', low LowCardinality(Nullable(String)),
        level Enum8('b' = 2, 'a\\'q' = -1, 'c\\\\d' = 3), tags Array(Nullable(String)), price Decimal(10, 2),
        at DateTime64(3, 'Europe/Berlin'), second DateTime, fixed FixedString(16), ref UUID,
        twice Int64 MATERIALIZED id * 2, shown String ALIAS concat('a', toString(id)), gone Int8 EPHEMERAL,
        pair Tuple(a Int8, b String),
        CONSTRAINT \`c d\` CHECK id > 0 AND \`a b\` != ')', CONSTRAINT said ASSUME id > 1,
        INDEX ranges (id, price) TYPE minmax GRANULARITY 2,
        INDEX words lower(\`a b\`) TYPE bloom_filter(0.01)
      ) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(second) PRIMARY KEY id ORDER BY (id, cityHash64(ref))`,
    )
    const table = await facts('t')
    expect(byColumn(table, 'type')).toMatchObject({
      id: { text: 'UInt64', name: 'uint64', unsigned: true },
      'a b': { text: 'Nullable(String)', name: 'string', nullable: true },
      low: { text: 'LowCardinality(Nullable(String))', name: 'string', nullable: true },
      level: { name: 'enum8', members: ["a'q", 'b', 'c\\d'] },
      tags: { name: 'array', element: { name: 'string', nullable: true } },
      price: { name: 'decimal', precision: 10, scale: 2 },
      at: { name: 'datetime64', digits: 3, zone: 'Europe/Berlin' },
      second: { name: 'datetime', digits: 0 },
      fixed: { name: 'fixedstring', length: 16 },
      ref: { name: 'uuid' },
      pair: { text: 'Tuple(a Int8, b String)', name: 'tuple' },
    })
    expect(nullable(table)).toEqual(['a b', 'low'])
    expect(columnOf(table, 'a b').default).toBe("'x\\'y'")
    expect(byColumn(table, 'generated')).toMatchObject({
      twice: 'id * 2',
      shown: "concat('a', toString(id))",
    })
    expect(table.columns.map(({ name }) => name)).not.toContain('gone')
    expect(table).toMatchObject({
      engine: 'clickhouse',
      kind: 'table',
      storage: 'ReplacingMergeTree',
      primaryKey: [],
      uniques: [],
      checks: ["(id > 0) AND (`a b` != ')')"],
    })
    expect(table.indexes).toEqual([
      {
        name: '',
        keys: [
          { column: 'id', direction: 'asc', nulls: 'last' },
          { expression: 'cityHash64(ref)', direction: 'asc', nulls: 'last' },
        ],
        unique: false,
        method: 'sorting key',
      },
      {
        name: 'ranges',
        keys: [
          { column: 'id', direction: 'asc' },
          { column: 'price', direction: 'asc' },
        ],
        unique: false,
        method: 'minmax',
      },
      {
        name: 'words',
        keys: [{ expression: 'lower(`a b`)', direction: 'asc' }],
        unique: false,
        method: 'bloom_filter',
      },
    ])
  })

  it('has views, tables without a key and other databases', async () => {
    await exec(
      'CREATE TABLE heap (a Int8) ENGINE = MergeTree ORDER BY tuple()',
      'CREATE VIEW seen AS SELECT a FROM heap',
    )
    expect((await facts('heap')).indexes).toEqual([])
    expect(await facts('seen')).toMatchObject({ kind: 'view', indexes: [], checks: [] })
    expect((await facts({ schema: 'system', name: 'one' })).columns[0]?.name).toBe('dummy')
    await expect(facts('HEAP')).rejects.toThrow('tamis/check: unknown table "HEAP"')
  })
})
