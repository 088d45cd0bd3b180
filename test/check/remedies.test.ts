/** Remedies are statements that databases take, and that cure what they are for. */

import {
  compileFacet,
  defineSchema,
  integer,
  list,
  type Mapping,
  number,
  parseQuery,
  type Schema,
  string,
} from 'tamis'
import { checkTable, type Finding, introspect, readFacts } from 'tamis/check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import type { Connection, Engine } from '../support/engines/engine.ts'
import { askingOf } from '../support/promise.ts'

/** The engines of these names that are there. */
const those = (...names: readonly string[]) => available.filter(({ name }) => names.includes(name))

/** What `introspect` makes of a table, and what a check of it finds. */
async function seen(engine: Engine, connection: Connection, table = 'w') {
  const ask = askingOf(connection)
  const made = await introspect(ask, { table })
  const schema = defineSchema(made.schema) as unknown as Schema
  const mapping = made.mapping as Mapping
  return {
    ...made,
    findings: checkTable(schema, { dialect: engine.dialect, table, mapping }, made.facts),
  }
}

const of = (findings: readonly Finding[], code: Finding['code'], column: string) =>
  findings.find((each) => each.code === code && each.column === column)

describe.each(those('MariaDB', 'MySQL'))('remedies in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
    await connection.exec(`CREATE TABLE w (id bigint unsigned AUTO_INCREMENT PRIMARY KEY,
      v varchar(20) CHARACTER SET latin1, t text CHARACTER SET utf8mb4, z int(8) unsigned zerofill)`)
    await connection.exec("INSERT INTO w (v, t) VALUES ('é', 'a'), ('E', 'b')")
  })
  afterAll(async () => {
    await connection?.exec('DROP TABLE w')
    await connection?.close()
  })

  it('give a numbered key the type of the field, since no CHECK may name it', async () => {
    const { findings } = await seen(engine, connection)
    const { remedy } = of(findings, 'integer_range', 'id') ?? {}
    expect(remedy?.ddl).toContain('MODIFY COLUMN `id` BIGINT')
    await connection.exec(remedy?.ddl ?? '')
    const after = await seen(engine, connection)
    expect(of(after.findings, 'integer_range', 'id')).toBeUndefined()
    expect(after.facts.columns[0]?.identity).toBe(true)
  })

  it('of a character set leave the length of the column', async () => {
    const { findings } = await seen(engine, connection)
    const ddl = of(findings, 'charset', 'v')?.remedy.ddl ?? ''
    expect(ddl).toContain('MODIFY COLUMN `v` varchar(20) ')
    await connection.exec(ddl)
    const after = await seen(engine, connection)
    expect(of(after.findings, 'charset', 'v')).toBeUndefined()
    expect(after.facts.columns[1]?.type.text).toBe('varchar(20)')
  })

  it('of U+0000 are recognised once they are there', async () => {
    const { findings } = await seen(engine, connection)
    await connection.exec(of(findings, 'text_nul', 't')?.remedy.ddl ?? '')
    const after = await seen(engine, connection)
    expect(of(after.findings, 'text_nul', 't')).toBeUndefined()
    expect(of(after.findings, 'text_nul', 'v')).toBeDefined()
  })

  it('of an order by long texts name no index, which cannot hold them', async () => {
    const facts = await readFacts(askingOf(connection), { table: 'w' })
    const fields = { id: integer({ required: true }), t: string({ sortable: true }) }
    const target = { dialect: engine.dialect, table: 'w' }
    const findings = checkTable(defineSchema({ fields }), target, facts)
    expect(of(findings, 'index_missing', 't')?.remedy).toEqual({
      schema: 'leave out sortable, or make the column VARCHAR(255)',
    })
  })

  it('leave out columns with leading zeros, which drivers return as texts', async () => {
    const { warnings, schema } = await seen(engine, connection)
    expect(warnings.join()).toMatch(
      /"z" is left out: no kind is read from int\(8\) unsigned zerofill/,
    )
    expect(schema.fields).not.toHaveProperty('z')
  })

  it('of a session name the modes in which SQL means something else', async () => {
    const [row] = await connection.all({ text: 'SELECT @@SESSION.sql_mode AS mode', params: [] })
    const before = String(row?.mode)
    const modes = [
      'HIGH_NOT_PRECEDENCE',
      ...(engine.name === 'MariaDB' ? ['EMPTY_STRING_IS_NULL'] : []),
    ]
    try {
      await connection.exec(`SET SESSION sql_mode = '${[before, ...modes].join(',')}'`)
      const { findings } = await seen(engine, connection)
      const found = findings.filter(({ code }) => code === 'session_setting')
      expect(found.map(({ severity }) => severity)).toEqual(modes.map(() => 'error'))
      for (const mode of modes) {
        const own = found.find((each) => each.found === `the session's sql_mode has ${mode}`)
        expect(own?.remedy.ddl?.split(/[',]/)).not.toContain(mode)
        expect(own?.remedy.ddl).toMatch(/^SET SESSION sql_mode = '/)
      }
    } finally {
      await connection.exec(`SET SESSION sql_mode = '${before}'`)
    }
    const { findings } = await seen(engine, connection)
    expect(findings.map(({ code }) => code)).not.toContain('session_setting')
  })
})

describe.each(those('DuckDB'))('a session of $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
    await connection.exec(`CREATE TABLE w (id BIGINT PRIMARY KEY, a VARCHAR COLLATE NOCASE, b DATE,
      three INTEGER[3])`)
    await connection.exec("INSERT INTO w VALUES (1, 'x', NULL, [1, 2, 2]), (2, 'X', NULL, NULL)")
  })
  afterAll(() => connection?.close())

  it('is read in one order, whatever its default is', async () => {
    const plain = await seen(engine, connection)
    await connection.exec("SET default_order = 'desc'")
    try {
      const { facts, source } = await seen(engine, connection)
      expect(facts.columns).toEqual(plain.facts.columns)
      expect(source).toBe(plain.source)
    } finally {
      await connection.exec('RESET default_order')
    }
  })

  it('with a default collation is an error, since texts in JSON have it', async () => {
    await connection.exec("SET default_collation = 'nocase'")
    try {
      const { findings } = await seen(engine, connection)
      expect(findings.find(({ code }) => code === 'session_setting')).toMatchObject({
        severity: 'error',
        found: "the session's default_collation is nocase",
        remedy: { ddl: 'RESET default_collation' },
      })
    } finally {
      await connection.exec('RESET default_collation')
    }
  })

  it('counts the elements of arrays of a fixed length', async () => {
    const { mapping } = await seen(engine, connection)
    expect(mapping).toMatchObject({ three: { type: 'INTEGER[3]' } })
    const fields = { id: integer({ required: true }), three: list(integer(), { facet: true }) }
    const schema = defineSchema({ fields }) as unknown as Schema
    const own: Mapping = { three: { type: 'INTEGER[3]' } }
    const target = { dialect: engine.dialect, table: 'w', mapping: own }
    const { read, ...statement } = compileFacet(parseQuery(schema, {}), 'three', target)
    expect(read(await connection.all(statement))).toEqual([
      { value: 1, count: 1 },
      { value: 2, count: 1 },
    ])
  })
})

describe.each(those('SQLite'))('tables of $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
    await connection.exec('CREATE TABLE w (id INTEGER PRIMARY KEY, "" TEXT, n NUMERIC)')
    await connection.exec('CREATE VIEW v AS SELECT id, n FROM w')
  })
  afterAll(() => connection?.close())

  it('with a column without a name leave it out', async () => {
    const { warnings } = await seen(engine, connection)
    expect(warnings).toContain('a column without a name is left out')
  })

  it('that are views have no statements to change them, and are written by hand', async () => {
    const ask = askingOf(connection)
    await expect(introspect(ask, { table: 'v' })).rejects.toThrow(
      'a view has no key, so that its schema is written by hand',
    )
    const facts = await readFacts(ask, { table: 'v' })
    const fields = {
      id: integer({ required: true, sortable: true }),
      n: number({ sortable: true }),
    }
    const findings = checkTable(
      defineSchema({ fields }),
      { dialect: engine.dialect, table: 'v' },
      facts,
    )
    expect(findings.map(({ code }) => code)).toContain('key_not_unique')
    for (const { remedy } of findings) expect(remedy).not.toHaveProperty('ddl')
  })
})

describe.each(those('PostgreSQL', 'PGlite'))(
  'a table that others inherit from in $name',
  (engine) => {
    it('has a key that binds none of their rows', async () => {
      const connection = await engine.connect()
      try {
        await connection.exec('CREATE TABLE parent (id bigint PRIMARY KEY)')
        await connection.exec('CREATE TABLE child () INHERITS (parent)')
        const ask = askingOf(connection)
        await expect(introspect(ask, { table: 'parent' })).rejects.toThrow(
          /other tables inherit from it/,
        )
        const facts = await readFacts(ask, { table: 'parent' })
        const schema = defineSchema({ fields: { id: integer({ required: true }) } })
        const findings = checkTable(schema, { dialect: engine.dialect, table: 'parent' }, facts)
        const found = findings.find(({ code }) => code === 'key_not_unique')
        expect(found?.found).toMatch(/^other tables inherit from it/)
        expect(found?.remedy).toEqual({})
      } finally {
        await connection.exec('DROP TABLE IF EXISTS parent CASCADE')
        await connection.close()
      }
    })
  },
)
