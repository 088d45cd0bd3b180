import {
  type Condition,
  compileFacet,
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
  restrict,
  type Schema,
} from 'tamis'
import type { Connection, Engine, Params, SomeQuery, SomeStatement } from './engines/engine.ts'
import { joined, together } from './rows.ts'

/** So many SELECTs are one statement; SQLite takes 500. */
const SELECTS = 50

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
    isMade: (statement: string) => boolean = () => true,
  ): Promise<Table> {
    const table = new Table(engine, connection, schema, mapping, name)
    for (const statement of createTable(schema, table.#target)) {
      if (isMade(statement)) await connection.exec(statement)
    }
    return table
  }

  /** One that somebody else made. */
  static existing(
    engine: Engine,
    connection: Connection,
    schema: Schema,
    mapping: Mapping,
    name = 't',
  ): Table {
    return new Table(engine, connection, schema, mapping, name)
  }

  async insert(rows: Iterable<unknown>, replace = false): Promise<void> {
    const insert = insertRow(this.#schema, { ...this.#target, replace })
    const all = Array.from(rows, (row) => [insert(row)].flat())
    const inserts = replace
      ? all.flat()
      : [...together(all.flatMap(([own]) => own ?? [])), ...all.flatMap(([, ...sides]) => sides)]
    for (const statement of inserts) await this.connection.run(statement)
  }

  /** Without side tables. */
  async clear(): Promise<void> {
    const { dialect, table } = this.#target
    const name = dialect.identifier(table).texts.join('')
    // SQLite has no TRUNCATE, and for ClickHouse a DELETE is much work.
    const verb = dialect.name === 'sqlite' ? 'DELETE FROM' : 'TRUNCATE TABLE'
    await this.connection.exec(`${verb} ${name}`)
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
   * For each of many conditions, the keys of the rows that it is true of, sorted. Some statements
   * with many SELECTs: most of what one for each costs is on the way.
   */
  async matchingEach(conditions: readonly Condition[]): Promise<string[][]> {
    const { dialect, mapping, table } = this.#target
    const key = dialect.identifier(this.#schema.key.name).texts.join('')
    const name = dialect.identifier(table).texts.join('')
    const found: string[][] = conditions.map(() => [])
    for (let start = 0; start < conditions.length; start += SELECTS) {
      const texts: string[] = []
      const params: Params[] = []
      let firstParameter = 1
      for (const [i, condition] of conditions.slice(start, start + SELECTS).entries()) {
        const filter = compileFilter(condition, { dialect, mapping, firstParameter })
        firstParameter += Object.keys(filter.params).length
        texts.push(`SELECT ${start + i} AS n, ${key} AS own FROM ${name} WHERE ${filter.text}`)
        params.push(filter.params)
      }
      const text = texts.join(' UNION ALL ')
      for (const { n, own } of await this.connection.all({ text, params: joined(params) })) {
        found[Number(n)]?.push(String(own))
      }
    }
    return found.map((keys) => keys.sort())
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
    const text = `SELECT ${texts.join(', ')}`
    const [row] = await this.connection.all({ text, params: joined(params) })
    return texts.map((_, i) => Number(row?.[`n${i}`]))
  }

  /** A statement of the keys of the rows that a condition is true of. */
  keysOf(condition: Condition): SomeStatement {
    const { dialect, mapping, table } = this.#target
    const { text, params } = compileFilter(condition, { dialect, mapping })
    const quoted = (name: string) => dialect.identifier(name).texts.join('')
    const key = quoted(this.#schema.key.name)
    return { text: `SELECT ${key} AS own FROM ${quoted(table)} WHERE ${text}`, params }
  }

  /** How many rows that a condition is true of have each value of a field; the condition is the server's. */
  async facet(name: string, condition: Condition): Promise<ReadonlyMap<string, number>> {
    const query = restrict(parseQuery(this.#schema, {}), condition)
    const { text, params, read } = compileFacet(query, name, this.#target)
    const counts = read(await this.connection.all({ text, params }))
    return new Map(counts.map(({ value, count }) => [`${typeof value} ${value}`, count]))
  }

  get engine(): Engine {
    return this.#engine
  }
}
