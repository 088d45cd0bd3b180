import fc from 'fast-check'
import {
  canonical,
  compileFacet,
  compileQuery,
  createTable,
  defineSchema,
  dynamic,
  facetRows,
  foldCase,
  insertRow,
  integer,
  list,
  object,
  one,
  parseFilter,
  parseQuery,
  printFilter,
  readRow,
  relate,
  runQuery,
  type Schema,
  string,
} from 'tamis'
import { checkTable, readFacts } from 'tamis/check'
import { filterArbitrary, queryArbitrary, rowArbitrary } from 'tamis/fast-check'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkAgreement } from './support/agreement.ts'
import { budget } from './support/budget.ts'
import { available } from './support/engines/available.ts'
import type { Connection, SomeStatement } from './support/engines/engine.ts'
import { askingOf } from './support/promise.ts'
import { Table } from './support/table.ts'

/** `string({ insensitive: true })`: all operators and orders without regard to case. */

const people = defineSchema({
  fields: {
    id: string({ required: true, sortable: true }),
    email: string({
      insensitive: true,
      sortable: true,
      facet: true,
      operators: [
        ...(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists'] as const),
        ...(['$startsWith', '$endsWith', '$includes', '$ieq', '$autocomplete'] as const),
      ],
    }),
    name: string({ insensitive: true, required: true, sortable: true }),
    plain: string({ insensitive: true }),
    age: integer({ as: 'bigint' }),
  },
  limits: { cost: 1_000_000 },
})
const schema = people as unknown as Schema

const ROWS = [
  { id: '1', email: 'Résumé', name: 'STRASSE' },
  { id: '2', email: 'RÉSUMÉ', name: 'Straße' },
  { id: '3', email: 'resume', name: 'strasse' },
  { id: '4', email: 'Re\u0301sume\u0301', name: 'B' },
  { id: '5', name: 'a' },
  { id: '6', email: '', name: 'A' },
  { id: '7', email: 5, name: 'C' },
]
const idsIn = (rows: readonly unknown[]) => rows.map((row) => (row as { id: string }).id)
const found = (filter_conditions: object) =>
  idsIn(runQuery(parseQuery(schema, { filter_conditions }), ROWS).items)

describe('in memory', () => {
  it.each([
    [{ email: 'RÉSUMé' }, ['1', '2', '4']],
    [{ email: { $ne: 'résumé' } }, ['3', '5', '6', '7']],
    [{ email: { $in: ['RESUME', null] } }, ['3', '5', '7']],
    [{ email: { $nin: ['RESUME', null] } }, ['1', '2', '4', '6']],
    [{ email: { $startsWith: 'RÉS' } }, ['1', '2', '4']],
    [{ email: { $endsWith: 'UMÉ' } }, ['1', '2', '4']],
    [{ email: { $includes: 'SUM' } }, ['1', '2', '3', '4']],
    [{ email: { $ieq: 'RESUME' } }, ['3']],
    [{ email: { $exists: true } }, ['1', '2', '3', '4', '6']],
    [{ email: '' }, ['6']],
    [{ email: { $autocomplete: 'resu' } }, ['1', '2', '3', '4']],
    [{ name: 'strasse' }, ['1', '2', '3']],
    [{ name: { $gt: 'A', $lte: 'c' } }, ['4', '7']],
    [{ name: { $not: { $gte: 'B' } } }, ['5', '6']],
  ])('%j', (filter, ids) => {
    expect(found(filter)).toEqual(ids)
  })

  it('operands that differ in case are one condition, so that cursors and caches agree', () => {
    const [a, b] = ['RÉSUMÉ', 'résumé'].map((email) => parseFilter(schema, { email }))
    expect(a).toEqual(b)
    expect(canonical(a as never)).toBe(canonical(b as never))
    expect(printFilter(a as never)).toEqual({ email: 'résumé' })
  })

  it('equal texts are ordered by the terms behind, and pages return each of them', () => {
    const payload = { sort: { name: 1 }, limit: 2 }
    const ids: string[] = []
    for (let cursor: object = {}; ; ) {
      const { items, next } = runQuery(parseQuery(schema, { ...payload, ...cursor }), ROWS)
      ids.push(...idsIn(items))
      if (next === undefined) break
      cursor = { next }
    }
    expect(ids).toEqual(['5', '6', '4', '7', '1', '2', '3'])
  })

  it('a facet counts the folded values', () => {
    expect(facetRows(parseQuery(schema, {}), 'email', ROWS)).toEqual([
      { value: 'résumé', count: 3 },
      { value: '', count: 1 },
      { value: 'resume', count: 1 },
    ])
  })
})

describe('a schema refuses', () => {
  const insensitive = string({ insensitive: true })
  const id = integer({ required: true })
  it.each<[string, () => unknown, RegExp]>([
    [
      'a key',
      () => defineSchema({ fields: { id: string({ insensitive: true, required: true }) } }),
      /"id" ignores case/,
    ],
    [
      'lists',
      () => defineSchema({ fields: { id, tags: list(insensitive) } }),
      /"tags": insensitive needs/,
    ],
    [
      'objects of lists',
      () => defineSchema({ fields: { id, items: list(object({ sku: insensitive })) } }),
      /"sku": insensitive needs/,
    ],
    [
      'JSON',
      () =>
        defineSchema({
          fields: { id, 'custom.*': dynamic(['string']), 'custom.name': insensitive },
        }),
      /"custom.name": insensitive needs a column/,
    ],
    [
      'other values than true and false',
      () => defineSchema({ fields: { id, name: string({ insensitive: 'yes' as never }) } }),
      /insensitive: expected true or false, received "yes"/,
    ],
    [
      'other types',
      () => defineSchema({ fields: { id, age: { ...integer(), insensitive: true } } }),
      /insensitive is a setting of string/,
    ],
    [
      'keys of relations',
      () =>
        relate(
          { a: defineSchema({ fields: { id: string({ required: true }), other: insensitive } }) },
          { a: { next: one('a', { from: 'other', to: 'id' }) } },
        ),
      /"other" ignores case/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message)
  })
})

describe('a statement', () => {
  it('compares and sorts the folded column, and selects the text', () => {
    const query = parseQuery(schema, { filter_conditions: { email: 'ROXY@X' }, sort: { email: 1 } })
    const { text, params } = compileQuery(query, { dialect: postgres, table: 'people' })
    expect(text).toContain('"email" AS "email"')
    expect(text).toContain('"email_folded" = $1')
    expect(text).toMatch(/ORDER BY "people"\."email_folded"/)
    expect(params[0]).toBe('roxy@x')
    const mapping = { email: { column: 'mail', folded: 'mail_lower' } }
    const mapped = compileQuery(query, {
      dialect: postgres,
      table: 'people',
      mapping: mapping as never,
    })
    expect(mapped.text).toContain('"mail_lower" = $1')
  })

  it('makes the column with an index, and none of the text', () => {
    const ddl = createTable(schema, { dialect: postgres, table: 'people' })
    expect(ddl.filter((text) => text.includes('("email"'))).toEqual([])
    expect(ddl.join('\n')).toMatch(
      /CREATE INDEX "people_email_folded" ON "people" \("email_folded"[^)]*, "id"\)/,
    )
    expect(ddl.join('\n')).toMatch(/CREATE INDEX "people_plain_folded\w*" ON "people"/)
  })

  it('refuses a text whose folded form the column does not hold', () => {
    const insert = insertRow(schema, { dialect: mysql, table: 'people' })
    const row = { id: '1', name: 'ß'.repeat(200) }
    expect(() => insert(row as never)).toThrow(/name: a text of more than \d+ characters/)
    expect(() => insert({ ...row, name: 'x'.repeat(200) } as never)).not.toThrow()
  })
})

describe.each(available)('in $name', (engine) => {
  let connection: Connection
  beforeAll(async () => {
    connection = await engine.connect()
  })
  afterAll(() => connection.close())

  it('any query selects the same rows in the same order, on the same pages', async () => {
    const { longestSorted = Number.POSITIVE_INFINITY } = engine.features
    // The folded text has the limit of a sorted column.
    const fits = (value: unknown) =>
      typeof value !== 'string' || foldCase(value).length <= longestSorted
    const rows = fc
      .uniqueArray(rowArbitrary(people), { maxLength: 12, selector: ({ id }) => id })
      .map((generated) => {
        const all = generated.filter((row) => Object.values(row).every(fits))
        const others = ROWS.filter(({ email }) => email !== 5)
        return [...others.map((row) => ({ ...row, id: `own ${row.id}` })), ...all]
      })
    const situations = rows.chain((all) => {
      const payload = fc
        .tuple(filterArbitrary(people, { rows: all }), queryArbitrary(people, { rows: all }))
        .map(([filter_conditions, own]) => ({ ...own, filter_conditions }))
      return fc.record({
        plan: fc.constant({ schema, mapping: {} } as never),
        rows: fc.constant(all as Record<string, unknown>[]),
        asked: fc.array(payload, { minLength: 25, maxLength: 25 }),
      })
    })
    await fc.assert(
      fc.asyncProperty(situations, (situation) => checkAgreement(engine, connection, situation)),
      {
        seed: 3,
        numRuns: engine.name === 'ClickHouse' ? budget(1, 4) : budget(3, 20),
        endOnFailure: true,
        interruptAfterTimeLimit: 100_000,
      },
    )
  }, 120_000)

  it('texts are read as they were stored, facets agree, and checkTable finds nothing', async () => {
    const { dialect } = engine
    const table = await Table.create(engine, connection, schema, {})
    const rows = ROWS.filter(({ email }) => email !== 5)
    try {
      await table.insert(rows)
      const query = parseQuery(schema, { sort: { id: 1 } })
      const statement = compileQuery(query, { dialect, table: 't' })
      const records = await connection.all(statement as SomeStatement)
      expect(records.map(readRow(schema, { dialect }))).toEqual(rows)
      const facet = compileFacet(query, 'email', { dialect, table: 't' })
      expect(facet.read(await connection.all(facet as SomeStatement))).toEqual(
        facetRows(query, 'email', rows),
      )
      const facts = await readFacts(askingOf(connection), { table: 't' })
      const findings = checkTable(schema, { dialect, table: 't' }, facts)
      expect(findings.filter(({ field }) => field !== 'id')).toEqual([])
    } finally {
      await table.drop()
    }
  })
})
