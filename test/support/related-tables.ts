/** The rows of `related-rows.ts` in three tables of an engine, and others like them. */

import { equal } from 'node:assert/strict'
import fc from 'fast-check'
import {
  type Condition,
  compileCount,
  compileFilter,
  compileQuery,
  createTable,
  insertRow,
  pageOf,
  parseQuery,
  readRow,
  type Schema,
} from 'tamis'
import type { Connection, Engine, SomeStatement } from './engines/engine.ts'
import { type Data, idsOf, type Name, type Row, SCHEMAS } from './related-rows.ts'

/** Three tables of an engine. */
export class Tables {
  readonly #engine: Engine
  readonly #connection: Connection

  constructor(engine: Engine, connection: Connection) {
    this.#engine = engine
    this.#connection = connection
  }

  async fill(data: Data): Promise<void> {
    const { dialect } = this.#engine
    for (const [table, schema] of Object.entries(SCHEMAS)) {
      const target = { dialect, table }
      for (const text of createTable(schema, target)) await this.#connection.exec(text)
      const insert = insertRow(schema, target)
      for (const row of data[table as Name]) {
        for (const one of [insert(row)].flat()) await this.#connection.run(one)
      }
    }
  }

  async drop(): Promise<void> {
    for (const table of Object.keys(SCHEMAS)) await this.#connection.exec(`DROP TABLE ${table}`)
  }

  async ids(name: Name, own: Condition): Promise<number[]> {
    const { dialect } = this.#engine
    const schema = SCHEMAS[name] as Schema
    const { text, params } = compileFilter(own, { dialect, alias: name })
    const rows = await this.#connection.all({
      text: `SELECT ${dialect.identifier('id').texts.join('')} AS id FROM ${name} WHERE ${text}`,
      params,
    } as SomeStatement)
    equal(schema.key.name, 'id')
    return idsOf(rows)
  }

  async page(name: Name, payload: object, options: object) {
    const { dialect } = this.#engine
    const schema = SCHEMAS[name] as Schema
    const query = parseQuery(schema, payload, options)
    const statement = compileQuery(query, { dialect, table: name, lookAhead: true })
    const records = await this.#connection.all(statement as SomeStatement)
    const [count] = await this.#connection.all(
      compileCount(query, { dialect, table: name }) as SomeStatement,
    )
    return {
      page: pageOf(query, records.map(readRow(schema, { dialect }))),
      total: Number(count?.total),
    }
  }
}

export const rowsArbitrary: fc.Arbitrary<Data> = fc.record({
  regions: rows({ name: ['north', 'south'] }),
  customers: rows({
    region_id: [1, 2, 3, 9],
    shop: ['a', 'b'],
    country: ['FR', 'DE'],
    archived: ['yes'],
  }).map(
    // The composite key is unique.
    (all) => all.map((row) => ({ ...row, code: `${row.id}` })),
  ),
  orders: rows({
    customer_id: [1, 2, 3, 4, 9],
    shop: ['a', 'b'],
    code: ['1', '2', '3'],
    status: ['open', 'paid'],
  }),
})

function rows(fields: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<Row[]> {
  const values = fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([name, pool]) => [name, fc.constantFrom(...pool, null)]),
    ),
  )
  return fc
    .array(values, { maxLength: 8 })
    .map((all) => all.map((row, i) => ({ ...row, id: i + 1 })))
}
