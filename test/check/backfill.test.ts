import {
  addColumn,
  compilePredicate,
  condition,
  defineSchema,
  dynamic,
  integer,
  type Mapping,
  not,
  type Schema,
  string,
  tableOf,
  timestamp,
  uuid,
} from 'tamis'
import { type Ask, type BackfillOptions, backfill, checkTable, readFacts } from 'tamis/check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { available } from '../support/engines/available.ts'
import type { Connection, Engine } from '../support/engines/engine.ts'
import { askingOf } from '../support/promise.ts'
import { Table } from '../support/table.ts'

const fields = {
  id: integer({ required: true }),
  name: string({ operators: ['$eq', '$ieq', '$iincludes', '$autocomplete'] }),
  motto: string({ operators: ['$eq', '$autocomplete'] }),
  'custom.born': timestamp(),
  'custom.nick': string({ operators: ['$eq', '$autocomplete'] }),
  'custom.*': dynamic(['string', 'integer', 'boolean']),
}
const people = defineSchema({ fields }) as unknown as Schema

/** The same without search columns. */
const before = defineSchema({
  fields: {
    ...fields,
    name: string({ operators: ['$eq'] }),
    motto: string({ operators: ['$eq'] }),
    'custom.nick': string({ operators: ['$eq'] }),
  },
}) as unknown as Schema

const mapping: Mapping = { name: { column: 'full name' } }

interface Person {
  readonly id: number
  readonly name?: string
  readonly motto?: string
  readonly custom?: object
}

const NAMES = [
  'Zoë Müller',
  'ANA-MARÍA',
  'Straße 7',
  '!?',
  '',
  'O\'Brien \\ "x"',
  '李 小龍',
  'Ὀδυσσεύς',
]

const personOf = (id: number): Person => ({
  id,
  ...(id % 9 === 0 ? {} : { name: `${NAMES[id % NAMES.length]} ${id % 100}` }),
  ...(id % 3 === 0 ? { motto: `Nº ${id % 7}: ﬁne` } : {}),
  ...(id % 5 === 0
    ? {
        custom: {
          born: '2020-01-01T00:00:00+02:00',
          nick: `Żółw ${id % 4}`,
          deep: { 'a.b': 'ÇA va', n: 5, list: ['x'], __proto__: null },
          age: id,
        },
      }
    : {}),
})

const FILTERS = [
  { name: { $autocomplete: 'zoe mul' } },
  { name: { $autocomplete: 'strasse 7' } },
  { name: { $autocomplete: 'ana maria 1' } },
  { name: { $autocomplete: '小' } },
  { name: { $autocomplete: 'οδυσσευσ' } },
  { name: { $ieq: 'STRASSE 7 10' } },
  { name: { $iincludes: 'ÜLLER' } },
  { name: { $iincludes: 'Σ' } },
  { motto: { $autocomplete: 'fine' } },
  { motto: { $autocomplete: '5 fi' } },
  { 'custom.nick': { $autocomplete: 'zo' } },
  { 'custom.nick': { $autocomplete: '3' } },
].map((filter) => condition(people, filter))

/** ClickHouse has no cheap UPDATE. */
const updating = available.filter(({ name }) => name !== 'ClickHouse')

describe.each(updating)('backfill in $name', (engine) => {
  const { dialect } = engine
  const quoted = (name: string) => dialect.identifier(name).texts.join('')
  let connection: Connection
  let table: Table
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection?.close())
  afterEach(() => table?.drop())

  const target = { dialect, table: 't', mapping }
  const options: BackfillOptions = { ...target, schema: people }
  const ask: Ask = async (text, params) => {
    if (!text.startsWith('UPDATE')) return askingOf(connection)(text, params)
    await connection.run({ text, params })
    return []
  }
  const fill = (more: Partial<BackfillOptions> = {}, asking = ask) =>
    backfill(asking, { ...options, ...more })

  /** A table that was made without search columns, with rows, to which they were added. */
  async function make(rows: readonly Person[]): Promise<void> {
    table = await Table.create(engine, connection, before, mapping)
    await table.insert(rows)
    table = Table.existing(engine, connection, people, mapping)
    const search = tableOf(people, target).columns.filter(({ holds }) =>
      ['words', 'folded'].includes(holds),
    )
    expect(search).toHaveLength(4)
    for (const column of search) await connection.exec(addColumn(column, target))
  }

  const wordsOf = async (column: string): Promise<ReadonlyMap<number, unknown>> => {
    const text = `SELECT id, ${quoted(column)} AS words FROM t ORDER BY id`
    const rows = await connection.all({ text, params: [] })
    return new Map(rows.map(({ id, words }) => [Number(id), words]))
  }

  it('makes queries select the same rows as in memory, and then does nothing', async () => {
    const rows = Array.from({ length: 2500 }, (_, i) => personOf(i - 1200))
    await make(rows)
    const seen: unknown[] = []
    const result = await fill({ onProgress: (progress) => seen.push(progress) })
    const withText = rows.filter(({ name, motto, custom }) => name ?? motto ?? custom).length
    expect(result).toEqual({
      scanned: 2500,
      updated: withText,
      remaining: 0,
      aborted: false,
      last: 1299,
    })
    expect(seen).toHaveLength(3)
    expect(seen[0]).toMatchObject({ scanned: 1000, total: 2500, last: -201 })
    expect(seen[2]).toMatchObject({ scanned: 2500, updated: withText, last: 1299 })

    const filters = FILTERS.flatMap((own) => [own, not(own)])
    const found = await table.matchingEach(filters)
    for (const [i, filter] of filters.entries()) {
      const matches = compilePredicate(filter)
      const expected = rows.filter(matches).map(({ id }) => String(id))
      expect(expected.length).toBeGreaterThan(0)
      expect(found[i]?.toSorted()).toEqual(expected.toSorted())
    }
    expect(await fill()).toMatchObject({ scanned: 2500, updated: 0 })
    expect(await fill({ missing: true })).toMatchObject({ scanned: 0, updated: 0 })
  })

  it('leaves what insertRow wrote, and corrects what is stale', async () => {
    table = await Table.create(engine, connection, people, mapping)
    await table.insert(Array.from({ length: 60 }, (_, id) => personOf(id)))
    expect(await fill()).toMatchObject({ scanned: 60, updated: 0 })
    await connection.exec(`UPDATE t SET ${quoted('full name')} = 'Someone Else' WHERE id < 10`)
    await connection.exec(`UPDATE t SET ${quoted('full name')} = NULL WHERE id = 50`)
    await connection.exec('UPDATE t SET motto_words = NULL WHERE id IN (30, 31)')
    expect(await fill({ missing: true })).toMatchObject({ scanned: 3, updated: 3 })
    expect(await fill({ batch: 7 })).toMatchObject({ scanned: 60, updated: 9 })
    const words = await wordsOf('name_words')
    expect([words.get(3), words.get(50)]).toEqual([' someone else ', null])
  })

  it('goes on after a signal, and after an error', async () => {
    await make(Array.from({ length: 500 }, (_, id) => personOf(id)))
    const stop = new AbortController()
    const first = await fill({ batch: 100, signal: stop.signal, onProgress: () => stop.abort() })
    expect(first).toMatchObject({ scanned: 100, aborted: true, last: 99 })
    const words = await wordsOf('name_words')
    expect(words.get(98)).toBe(` ${NAMES[2]?.toLowerCase().replace('ß', 'ss')} 98 `)
    expect(words.get(100)).toBeNull()
    expect(await fill({ signal: stop.signal, after: 99 })).toEqual({
      scanned: 0,
      updated: 0,
      remaining: 0,
      aborted: true,
      last: 99,
    })

    let updates = 0
    const failing: Ask = (text, params) => {
      if (text.startsWith('UPDATE') && ++updates === 4) throw new Error('the connection is lost')
      return ask(text, params)
    }
    await expect(fill({ batch: 100, after: 99 }, failing)).rejects.toThrow('the connection is lost')
    const rest = await fill({ batch: 100, after: 99 })
    expect(rest).toMatchObject({ scanned: 400, aborted: false, last: 499 })
    expect(rest.updated).toBeLessThan(300)
    expect(rest.updated).toBeGreaterThan(100)
    expect(await fill()).toMatchObject({ updated: 0 })
  })

  it('does not give stale words to a row that changes meanwhile', async () => {
    await make(Array.from({ length: 40 }, (_, id) => personOf(id)))
    let updates = 0
    /** Another program, which writes between SELECT and UPDATE. */
    const racing =
      (most: number): Ask =>
      async (text, params) => {
        if (text.startsWith('UPDATE') && updates++ < most) {
          await connection.exec(
            `UPDATE t SET ${quoted('full name')} = 'New ${most}.${updates}' WHERE id = 5`,
          )
          await connection.exec(`UPDATE t SET motto = NULL WHERE id = 6`)
          const custom = dialect.name === 'postgres' ? `'{"nick": "N"}'::jsonb` : `'{"nick": "N"}'`
          await connection.exec(`UPDATE t SET custom = ${custom} WHERE id = 10`)
        }
        return ask(text, params)
      }
    expect(await fill({}, racing(1))).toMatchObject({ scanned: 40, remaining: 0 })
    expect((await wordsOf('name_words')).get(5)).toBe(' new 1 1 ')
    expect((await wordsOf('motto_words')).get(6)).toBeNull()
    const documents = await wordsOf('custom_words')
    const document = documents.get(10)
    expect(typeof document === 'string' ? JSON.parse(document) : document).toEqual({ nick: ' n ' })
    expect(updates).toBe(2)

    // One that changes each time is left to the next run.
    await connection.exec('UPDATE t SET name_words = NULL WHERE id IN (4, 5)')
    updates = 0
    const result = await fill({}, racing(9))
    expect(result).toMatchObject({ updated: 1, remaining: 1, last: 39 })
    expect(updates).toBe(3)
    const words = await wordsOf('name_words')
    expect([words.get(4) === null, words.get(5)]).toEqual([false, null])
    expect(await fill()).toMatchObject({ updated: 1, remaining: 0 })
  })

  it('says so where the words are not stored as they were written', async () => {
    await make([personOf(1), personOf(2)])
    const forgetful: Ask = async (text, params) =>
      text.startsWith('UPDATE') ? [] : ask(text, params)
    await expect(fill({}, forgetful)).rejects.toThrow(
      'tamis/check: name_words: the words of the row 1 are not stored as they were written',
    )
  })

  it('is what checkTable asks for, where rows are counted', async () => {
    await make(Array.from({ length: 20 }, (_, id) => personOf(id)))
    const facts = await readFacts(ask, { table: 't' })
    const unfilled = async () => {
      const findings = await checkTable(people, target, facts, { rows: ask })
      return findings.filter(({ code }) => code === 'search_column_unfilled')
    }
    expect(await unfilled()).toMatchObject([
      { severity: 'error', field: 'name', column: 'name_words', rows: 17 },
      { severity: 'error', field: 'motto', column: 'motto_words', rows: 7 },
      { severity: 'error', field: 'custom.*', column: 'custom_words', rows: 4 },
      { severity: 'error', field: 'name', column: 'name_folded', rows: 17 },
    ])
    expect((await unfilled())[0]?.remedy).toEqual({ command: 'tamis backfill' })
    await fill()
    expect(await unfilled()).toEqual([])
  })

  it('takes keys of any kind, in any schema of the database', async () => {
    const things = defineSchema({
      fields: {
        token: uuid({ required: true }),
        name: string({ operators: ['$eq', '$autocomplete'] }),
      },
      key: 'token',
    }) as unknown as Schema
    table = await Table.create(engine, connection, things)
    const rows = Array.from({ length: 25 }, (_, i) => ({
      token: `${String(i * 37).padStart(8, '0')}-0000-4000-8000-000000000000`,
      name: `Thing ${i}`,
    }))
    await table.insert(rows)
    await connection.exec('UPDATE t SET name_words = NULL')
    const own = { schema: things, mapping: undefined, batch: 10 }
    const result = await fill(own)
    expect(result).toMatchObject({ scanned: 25, updated: 25, last: rows[24]?.token })
    expect(await fill({ ...own, after: rows[9]?.token })).toMatchObject({ scanned: 15, updated: 0 })
    await expect(fill({ ...own, after: 'x' })).rejects.toThrow(
      'tamis/check: after: expected a UUID, received "x"',
    )
  })
})

describe('backfill', () => {
  const [engine] = updating as [Engine]
  const ask: Ask = async () => []
  const options = { schema: people, dialect: engine.dialect, table: 't' }

  it.each([0, -1, 1.5, Number.NaN, 100_001, '10' as never])(
    'refuses batches of %s',
    async (batch) => {
      await expect(backfill(ask, { ...options, batch })).rejects.toThrow(
        /^tamis\/check: batch: expected an integer between 1 and 100000, received/,
      )
    },
  )

  it('refuses a schema without search columns, and a wrong mapping', async () => {
    const plain = defineSchema({ fields: { id: integer({ required: true }) } })
    await expect(backfill(ask, { ...options, schema: plain })).rejects.toThrow(
      'tamis/check: no field of the schema has a search column',
    )
    await expect(backfill(ask, { ...options, mapping: { nam: 'x' } as never })).rejects.toThrow(
      TypeError,
    )
  })

  it('is refused for ClickHouse', async () => {
    const { clickhouse } = await import('tamis/clickhouse')
    await expect(backfill(ask, { ...options, dialect: clickhouse })).rejects.toThrow(
      /^tamis\/check: clickhouse: backfill is not supported: each update rewrites/,
    )
  })
})
