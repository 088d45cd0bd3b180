import {
  type Condition,
  compileFilter,
  compileQuery,
  createTable,
  insertRow,
  type Mapping,
  not,
  type Page,
  pageOf,
  parseQuery,
  type Query,
  readRow,
  type Schema,
} from 'tamis'
import type { Connection, Engine, Params, SomeQuery } from './engines/engine.ts'

/** A real table for a schema, and what tamis asks of it. */
export class Table {
  readonly connection: Connection
  readonly #engine: Engine
  readonly #schema: Schema
  readonly #target: { dialect: Engine['dialect']; table: string; mapping: Mapping | undefined }

  private constructor(
    engine: Engine,
    connection: Connection,
    schema: Schema,
    mapping: Mapping | undefined,
    name: string,
  ) {
    this.#engine = engine
    this.connection = connection
    this.#schema = schema
    this.#target = { dialect: engine.dialect, table: name, mapping }
  }

  static async create(
    engine: Engine,
    connection: Connection,
    schema: Schema,
    mapping?: Mapping,
    name = 't',
  ): Promise<Table> {
    const table = new Table(engine, connection, schema, mapping, name)
    for (const statement of createTable(schema, table.#target)) await connection.exec(statement)
    return table
  }

  async insert(rows: Iterable<unknown>, replace = false): Promise<void> {
    const insert = insertRow(this.#schema, { ...this.#target, replace })
    for (const row of rows) {
      for (const statement of [insert(row)].flat()) await this.connection.run(statement)
    }
  }

  async drop(): Promise<void> {
    const { dialect, table, mapping } = this.#target
    const quoted = (name: string) => dialect.identifier(name).texts.join('')
    const sides = Object.values(mapping ?? {}).flatMap((own) =>
      typeof own === 'object' && own.sideTable !== undefined ? [own.sideTable] : [],
    )
    for (const name of [...sides, table]) await this.connection.exec(`DROP TABLE ${quoted(name)}`)
  }

  read(records: readonly unknown[]): unknown[] {
    return records.map(readRow(this.#schema, this.#target))
  }

  async rows(query: Query): Promise<unknown[]> {
    return this.read(await this.connection.all(compileQuery(query, this.#target)))
  }

  compile(query: Query): SomeQuery {
    return compileQuery(query, { ...this.#target, lookAhead: true })
  }

  async page(query: Query): Promise<Page<unknown>> {
    const statement = this.compile(query)
    return pageOf(query, this.read(await this.connection.all(statement)))
  }

  /** The keys of the rows that a condition is true of, in the order of the keys. */
  async matching(condition: Condition): Promise<unknown[]> {
    const everything = parseQuery(this.#schema, { limit: 1000, sort: [] })
    const key = this.#schema.key
    const query = { ...everything, condition, ordering: [{ field: key, direction: 1 as const }] }
    return (await this.rows(query)).map((row) => (row as Record<string, unknown>)[key.name])
  }

  /**
   * How many rows the condition is true of, and its negation, as WHERE and as a value in SELECT. One
   * statement: most of what these cost is on the way.
   */
  async counts(condition: Condition): Promise<readonly number[]> {
    const { dialect, mapping, table } = this.#target
    const name = dialect.identifier(table).texts.join('')
    const texts: string[] = []
    const params: Params[] = []
    let firstParameter = 1
    const add = (own: Condition, query: (filter: string) => string) => {
      const filter = compileFilter(own, { dialect, mapping, firstParameter })
      firstParameter += Object.keys(filter.params).length
      texts.push(`(${query(filter.text)}) AS n${texts.length}`)
      params.push(filter.params)
    }
    for (const own of [condition, not(condition)]) {
      add(own, (filter) => `SELECT count(*) FROM ${name} WHERE ${filter}`)
      add(own, (filter) => {
        return `SELECT coalesce(sum(CASE WHEN ${filter} THEN 1 ELSE 0 END), 0) FROM ${name}`
      })
    }
    const all = params.every(Array.isArray) ? params.flat() : Object.assign({}, ...params)
    const [row] = await this.connection.all({ text: `SELECT ${texts.join(', ')}`, params: all })
    return texts.map((_, i) => Number(row?.[`n${i}`]))
  }

  get engine(): Engine {
    return this.#engine
  }
}
