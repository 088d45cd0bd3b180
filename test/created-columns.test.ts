import fc from 'fast-check'
import {
  compilePredicate,
  createTable,
  defineSchema,
  enumeration,
  insertRow,
  integer,
  type Mapping,
  parseFilter,
  parseQuery,
  string,
} from 'tamis'
import { filterArbitrary, rowArbitrary } from 'tamis/fast-check'
import { mariadb } from 'tamis/mariadb'
import { mysql } from 'tamis/mysql'
import { postgres } from 'tamis/postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COLUMNS, type ColumnCase } from './support/columns.ts'
import { available } from './support/engines/available.ts'
import type { Connection } from './support/engines/engine.ts'
import { Table } from './support/table.ts'

/** Columns of types and collations that the mapping names, as createTable makes them. */

type Row = Readonly<Record<string, unknown>>

const schemaOf = ({ field }: ColumnCase) =>
  defineSchema({
    fields: { id: integer({ required: true, sortable: true }), c: field },
    limits: { cost: Number.MAX_SAFE_INTEGER },
  })

const ROWS = 30
const FILTERS = 12
const SEED = 20

/** Values that the column holds: those that others store in such a column, and random ones. */
function valuesOf(own: ColumnCase): readonly unknown[] {
  const random = fc.sample(rowArbitrary(schemaOf(own)), { numRuns: ROWS, seed: SEED })
  const values = [...own.stored.map(([, value]) => value), ...random.map(({ c }) => c as unknown)]
  // `readRow` gives those beyond only where the field says so.
  const isRead = own.field.type === 'integer' && own.field.as !== 'bigint'
  return isRead
    ? values.filter((each) => each == null || Number.isSafeInteger(Number(each)))
    : values
}

/** Whether `insertRow` takes a row; what it does not, it refuses by name. */
async function isStored(table: Table, row: Row): Promise<boolean> {
  try {
    await table.insert([row])
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toMatch(
      /^TypeError: tamis: (\w+: )?c: .*(does not hold|longer than|at most)/,
    )
    return false
  }
}

/** Each value that is stored, operands that no value equals, and random filters. */
function filtersOf(own: ColumnCase, stored: readonly Row[]): readonly object[] {
  const schema = schemaOf(own)
  const values = stored.map(({ c }) => c).filter((c) => c !== undefined && c !== null)
  const operands = own.operands ?? []
  return [
    ...values.map((c) => ({ c: { $eq: c } })),
    ...operands.map((c) => ({ c: own.field.type === 'list' ? { $contains: c } : { $ne: c } })),
    ...fc.sample(filterArbitrary(schema), { numRuns: FILTERS, seed: SEED }),
  ]
}

it.each([
  ['PostgreSQL', postgres],
  ['MariaDB', mariadb],
  ['MySQL', mysql],
] as const)('%s: texts have the length that the mapping declares', (_name, dialect) => {
  const schema = defineSchema({
    fields: {
      id: integer({ required: true }),
      plain: string(),
      sorted: string({ sortable: true }),
      long: string(),
      level: enumeration(['low', 'high']),
    },
  })
  const mapping: Mapping = {
    plain: { type: 'varchar(100)' },
    sorted: { type: 'varchar(80)' },
    long: { type: 'varchar(300)' },
    level: { type: 'varchar(20)' },
  }
  const target = { dialect, table: 't', mapping }
  const [create = ''] = createTable(schema, target)
  const lengths = [...create.matchAll(/varchar\((\d+)\)/gi)].map(([, length]) => Number(length))
  expect(lengths).toEqual([100, 80, 300, 20])
  const insert = insertRow(schema, target)
  expect(() => insert({ id: 1, plain: '😀'.repeat(100) })).not.toThrow()
  expect(() => insert({ id: 1, plain: 'x'.repeat(101) })).toThrow(
    /plain: a column of varchar\(100\) does not hold/,
  )
})

for (const engine of available.filter(({ name }) => COLUMNS[name] !== undefined)) {
  describe(engine.name, () => {
    let connection: Connection
    let count = 0
    beforeAll(async () => {
      connection = await engine.connect()
    })
    afterAll(() => connection?.close())

    for (const own of COLUMNS[engine.name] ?? []) {
      const as = `${own.ddl} as ${own.field.type} ${JSON.stringify(own.mapping ?? {})}`
      it(`createTable makes ${as}`, async () => {
        for (const statement of own.before ?? []) {
          await connection.exec(statement).catch(() => undefined)
        }
        const schema = schemaOf(own)
        const mapping: Mapping = own.mapping === undefined ? {} : { c: own.mapping }
        count += 1
        const table = await Table.create(engine, connection, schema, mapping, `made_${count}`)
        const stored: Row[] = []
        for (const c of valuesOf(own)) {
          const row = { id: stored.length, c }
          if (await isStored(table, row)) stored.push(row)
        }
        expect(stored.some(({ c }) => c !== undefined && c !== null)).toBe(true)
        const read = (await table.rows(
          parseQuery(schema, { sort: { id: 1 }, limit: 1000 }),
        )) as readonly Row[]
        for (const filter of filtersOf(own, stored)) {
          const condition = parseFilter(schema, filter)
          const matches = compilePredicate(condition)
          const idsOf = (rows: readonly Row[]) => rows.filter(matches).map(({ id }) => id)
          const expected = idsOf(stored)
          const text = JSON.stringify(filter, (_, each) =>
            typeof each === 'bigint' ? `${each}n` : each,
          )
          expect(idsOf(read), text).toEqual(expected)
          if (own.refusesOrder && /\$[gl]te?"/.test(text)) continue
          expect(await table.matching(condition), text).toEqual(expected)
        }
        await table.drop()
      })
    }
  })
}
