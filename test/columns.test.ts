import {
  compilePredicate,
  defineSchema,
  integer,
  type Mapping,
  parseFilter,
  parseQuery,
  runQuery,
} from 'tamis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isFull } from './support/budget.ts'
import { COLUMNS, type ColumnCase } from './support/columns.ts'
import { available } from './support/engines/available.ts'
import type { Connection, Engine } from './support/engines/engine.ts'
import { SCALAR_OPERATORS } from './support/operators.ts'
import { Table } from './support/table.ts'

/** Columns of types and collations that createTable does not write, as people have them. */

type Row = Readonly<Record<string, unknown>>

/** A field of strings with the operators of parts, too. */
function withParts(field: ColumnCase['field']): ColumnCase['field'] {
  if (field.type !== 'string') return field
  const operators = field.operators ?? [...SCALAR_OPERATORS]
  return { ...field, operators: [...new Set([...operators, ...PARTS])] }
}

const PARTS = ['$startsWith', '$endsWith', '$includes'] as const

/** Parts of a text, and of those around it. */
function partsOf(one: unknown): readonly object[] {
  if (typeof one !== 'string') return []
  const points = [...one]
  const pieces = [one, ...[1, 2].flatMap((n) => [points.slice(0, n), points.slice(-n)])]
  const texts = new Set(pieces.map((each) => (typeof each === 'string' ? each : each.join(''))))
  return [...texts]
    .filter((each) => each !== '')
    .flatMap((each) =>
      PARTS.flatMap((name) => [{ c: { [name]: each } }, { $nor: [{ c: { [name]: each } }] }]),
    )
}

function schemaOf({ field }: ColumnCase) {
  return defineSchema({
    fields: { id: integer({ required: true, sortable: true }), c: withParts(field) },
    limits: { cost: Number.MAX_SAFE_INTEGER },
  })
}

/** Every operator with every operand, and lists of few and of many. */
function filtersOf({ field, stored, operands = [], refusesOrder }: ColumnCase): readonly unknown[] {
  const values = [...stored.flatMap(([, value]) => value), ...operands]
  const scalars = [...new Set(values)].filter((each) => each !== undefined)
  const presence = [{ c: null }, { c: { $ne: null } }, { c: { $exists: true } }]
  const many = (one: unknown) => [...Array(70).fill(one), ...scalars]
  const few = (i: number) => [scalars[i], scalars[(i + 1) % scalars.length]]
  if (field.type === 'list') {
    const each = scalars.flatMap((one, i) => [
      ...[{ c: one }, { c: { $ne: one } }, { c: { $contains: one } }, { c: { $in: [one] } }],
      ...[{ c: { $all: few(i) } }, { c: { $nin: few(i) } }, { c: { $eq: few(i) } }],
      { $nor: [{ c: { $all: few(i) } }] },
    ])
    return [...presence, ...each, { c: { $eq: [] } }, { c: { $all: [] } }]
  }
  const ranges = (one: unknown) =>
    refusesOrder || (field.type === 'boolean' && one === undefined)
      ? []
      : ['$gt', '$gte', '$lt', '$lte'].flatMap((name) => [
          { c: { [name]: one } },
          { $nor: [{ c: { [name]: one } }] },
        ])
  return [
    ...presence,
    ...scalars.flatMap((one, i) => [
      { c: one },
      { c: { $ne: one } },
      { c: { $in: few(i) } },
      { c: { $nin: [...few(i), null] } },
      { c: { $in: many(one).slice(0, 70) } },
      ...ranges(one),
      ...(field.type === 'string' ? partsOf(one) : []),
    ]),
    { c: { $in: many(scalars[0]) } },
    { c: { $nin: many(scalars[0]) } },
  ]
}

async function fill(engine: Engine, connection: Connection, own: ColumnCase): Promise<Table> {
  const { ddl, stored, before = [], mapping } = own
  for (const statement of before) await connection.exec(statement)
  const isSerial = ddl === 'serial'
  const options = engine.name === 'ClickHouse' ? 'ENGINE = MergeTree' : ''
  await connection.exec(`CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, c ${ddl}) ${options}`)
  if (isSerial) await connection.exec('ALTER TABLE t ALTER COLUMN c DROP NOT NULL')
  const values = [...stored, ...stored, ['NULL', undefined], ['NULL', undefined]]
  for (const [i, [sql]] of values.entries()) {
    await connection.exec(`INSERT INTO t (id, c) VALUES (${i + 1}, ${sql})`)
  }
  const target: Mapping = mapping === undefined ? {} : { c: mapping }
  return Table.existing(engine, connection, schemaOf(own), target)
}

for (const engine of available) {
  const columns = COLUMNS[engine.name] ?? []
  // Each has a database of its own: `npm test` makes every third, where there are several engines.
  const isEach = isFull || available.length === 1
  for (const own of columns.filter((_, i) => isEach || i % 3 === 0)) {
    const { collation, storage } = own.mapping ?? {}
    const as = `${collation === undefined ? '' : `, collation ${collation}`}${storage === undefined ? '' : `, storage ${JSON.stringify(storage)}`}`
    describe(`${engine.name}: ${own.ddl} as ${own.field.type}${as}`, () => {
      const schema = schemaOf(own)
      let connection: Connection
      let table: Table
      let rows: readonly Row[] = []

      beforeAll(async () => {
        connection = await engine.connect()
        table = await fill(engine, connection, own)
        rows = (await table.rows(
          parseQuery(schema, { sort: { id: 1 }, limit: 100 }),
        )) as readonly Row[]
      })
      afterAll(() => connection?.close())

      it('is read as it was stored', () => {
        const values = own.stored.map(([, value]) => value)
        const expected = [...values, ...values, undefined, undefined]
        expect(rows.map(({ c }) => c)).toEqual(expected)
      })

      it('every filter finds the rows that it finds in memory', async () => {
        const filters = filtersOf(own)
        const conditions = filters.map((filter) => parseFilter(schema, filter))
        const found = await table.matchingEach(conditions)
        const expected = conditions.map((condition) =>
          rows.filter(compilePredicate(condition)).map(({ id }) => String(id)),
        )
        const differing = filters.filter((_, i) => `${found[i]}` !== `${expected[i]?.sort()}`)
        expect(differing).toEqual([])
      })

      it.runIf(engine.dialect.name === 'postgres' && own.field.type === 'enumeration')(
        'createTable makes one like it, and the index of its order serves',
        async () => {
          const mapping: Mapping = own.mapping === undefined ? {} : { c: own.mapping }
          const made = await Table.create(engine, connection, schema, mapping, 'made')
          await made.insert(rows)
          expect(await made.rows(parseQuery(schema, { sort: { id: 1 } }))).toEqual(rows)
          await connection.exec('SET enable_seqscan = off')
          await connection.exec('SET enable_sort = off')
          const { text, params } = made.compile(parseQuery(schema, { sort: { c: 1 } }))
          const plan = await connection.all({ text: `EXPLAIN ${text}`, params })
          expect(JSON.stringify(plan)).toContain('made_c_order')
        },
      )

      it.runIf(own.refusesOrder)('ranges and sorts are refused by name', () => {
        const [, value] = own.stored[0] ?? []
        for (const payload of [{ filter_conditions: { c: { $gt: value } } }, { sort: { c: 1 } }]) {
          const message = /: c: a column of type UUID .* no ranges and sorts; change the column to/
          expect(() => table.compile(parseQuery(schema, payload))).toThrow(message)
        }
      })

      it.skipIf(own.field.type === 'list' || own.refusesOrder)(
        'pages hold every row once, in order',
        async () => {
          const orders = [1, -1].flatMap((direction) =>
            ['first', 'last']
              .filter((nulls) => isFull || (nulls === 'first') === (direction === 1))
              .map((nulls) => [{ field: 'c', direction, nulls }]),
          )
          for (const sort of orders) {
            const payload = { sort, limit: 2 }
            const ordered = runQuery(parseQuery(schema, { ...payload, limit: 1000 }), rows).items
            const found: unknown[] = []
            let next: string | undefined
            do {
              const page = await table.page(parseQuery(schema, { ...payload, next }))
              found.push(...page.items)
              next = page.next
            } while (next !== undefined && found.length <= rows.length)
            expect(found).toEqual(ordered)
          }
        },
      )
    })
  }
}
