import { type PlannedColumn, planOf } from '../compile/plan.ts'
import { type TableRef, tableFragment } from '../compile/table-name.ts'
import type { Dialect, Values } from '../dialect/dialect.ts'
import { type Fragment, join, sql } from '../dialect/fragment.ts'
import type { ColumnPlace } from '../dialect/place.ts'
import { render } from '../dialect/render.ts'
import { describe } from '../error/describe.ts'
import type { Kind, Scalar } from '../kinds/kind.ts'
import type { AnyMapping } from '../schema/mapping.ts'
import { placeOf } from '../schema/places.ts'
import type { Structure } from '../schema/schema.ts'
import type { Ask, Params } from './connection.ts'
import {
  type Correction,
  correcting,
  type SearchColumn,
  searchColumnsOf,
} from './search-columns.ts'

/** A value of the key, as rows are read. */
export type BackfillKey = Scalar

export interface SearchedTarget {
  readonly schema: Structure
  readonly dialect: Dialect<Params>
  readonly table: TableRef
  readonly mapping?: unknown
  /** Only rows that have a text but no words. */
  readonly missing?: boolean | undefined
}

/** A row of the table, its key and the columns that are wrong. */
export interface Row {
  readonly key: BackfillKey
  readonly canonical: Scalar
  readonly wrong: readonly Correction[]
}

/** So many rows are one UPDATE: of more, the database takes longer to find each row's WHEN. */
const MOST_ROWS = 50
/** The most characters in it: databases limit the length of a statement. */
const MOST_CHARACTERS = 1_000_000

/** How often words are written to rows that others change at the same time. */
const TRIES = 3

/** A table with search columns: its statements, and which rows have wrong words. */
export class SearchedTable {
  readonly #ask: Ask
  readonly #dialect: Dialect<Params>
  readonly #from: Fragment
  readonly #columns: readonly SearchColumn[]
  readonly #missing: boolean
  readonly #key: ColumnPlace
  readonly #kind: Kind
  readonly #planned: PlannedColumn
  readonly #values: Values

  constructor(ask: Ask, { schema, dialect, table, mapping: own, missing = false }: SearchedTarget) {
    if (dialect.name === 'clickhouse') {
      throw new TypeError(
        'tamis/check: clickhouse: backfill is not supported: each update rewrites whole parts of the table; insert the rows again, with insertRow',
      )
    }
    const mapping = (own ?? {}) as AnyMapping
    this.#ask = ask
    this.#dialect = dialect
    this.#from = tableFragment(dialect, table)
    this.#missing = missing
    this.#columns = searchColumnsOf(dialect, schema, mapping)
    if (this.#columns.length === 0) {
      throw new TypeError('tamis/check: no field of the schema has a search column')
    }
    const key = placeOf(schema.key, mapping)
    if (key.json) throw new TypeError('tamis/check: mapping: the key must have a column')
    this.#key = key
    this.#kind = key.kind
    this.#planned = planOf(dialect, mapping).of(schema.key)
    this.#values = this.#planned.column.of(this.#kind)
  }

  /** @throws TypeError for what is no value of the key. */
  canonical(key: unknown): Scalar {
    const value = this.#kind.read(key)
    if (value !== undefined) return value
    const { expects } = this.#kind
    throw new TypeError(`tamis/check: after: expected ${expects}, received ${describe(key)}`)
  }

  async count(after: Scalar | undefined): Promise<number> {
    const [row] = await this.#run(
      sql`SELECT count(*) AS n FROM ${this.#from} WHERE ${this.#behind(after)}`,
    )
    return Number(row?.n)
  }

  /** The rows after a key, in the order of the key. */
  page(after: Scalar | undefined, rows: number): Promise<readonly Row[]> {
    const order = this.#planned.order(1, undefined)
    const limit = this.#dialect.limit(rows, 0)
    return this.#rows(sql`${this.#behind(after)} ORDER BY ${order} ${limit}`)
  }

  /** Corrects rows, and reads them again: how many are right now, and how many changed each time. */
  async correct(rows: readonly Row[]): Promise<{ updated: number; remaining: number }> {
    let updated = 0
    let wrong = rows
    for (let tries = 1; wrong.length > 0 && tries <= TRIES; tries++) {
      const left: Row[] = []
      for (const group of groupsOf(wrong)) {
        const isAmong = this.#values.isIn(
          group.map(({ canonical }) => canonical),
          false,
        )
        const corrected = group.map((row) => ({
          isKey: this.#values.compare('=', row.canonical, false),
          corrections: row.wrong,
        }))
        await this.#run(correcting(this.#from, corrected, isAmong))
        const now = await this.#rows(isAmong)
        const still = now.filter((row) => row.wrong.length > 0)
        updated += now.length - still.length
        left.push(...still)
      }
      if (tries === TRIES) this.#checkStored(wrong, left)
      wrong = left
    }
    return { updated, remaining: wrong.length }
  }

  /** Throws where the words of a row that did not change are not those that were written. */
  #checkStored(before: readonly Row[], left: readonly Row[]): void {
    const sources = new Map(before.map(({ canonical, wrong }) => [canonical, wrong]))
    for (const { key, canonical, wrong } of left) {
      for (const { column, source } of wrong) {
        const own = sources.get(canonical)?.find((each) => each.column === column)
        if (own === undefined || own.source !== source) continue
        throw new TypeError(
          `tamis/check: ${column.name}: the words of the row ${describe(key)} are not stored as they were written; is its type that of createTable, and does no trigger change it?`,
        )
      }
    }
  }

  /** True of the rows that are to be read, after a key. */
  #behind(after: Scalar | undefined): Fragment {
    const behind =
      after === undefined
        ? this.#planned.column.present(false)
        : this.#values.compare('>', after, false)
    if (!this.#missing) return behind
    const unfilled = this.#columns.map(({ isUnfilled }) => isUnfilled)
    return sql`${behind} AND (${join(unfilled, sql` OR `)})`
  }

  /** The rows that a condition is true of. */
  async #rows(condition: Fragment): Promise<readonly Row[]> {
    const selected = this.#columns.flatMap(({ selected: [source, stored] }, i) => [
      sql`${source} AS ${this.#dialect.identifier(`tamis_source_${i}`)}`,
      sql`${stored} AS ${this.#dialect.identifier(`tamis_stored_${i}`)}`,
    ])
    const key = sql`${this.#dialect.select(this.#key)} AS ${this.#dialect.identifier('tamis_key')}`
    const records = await this.#run(
      sql`SELECT ${join([key, ...selected], sql`, `)} FROM ${this.#from} WHERE ${condition}`,
    )
    return records.map((record) => this.#row(record))
  }

  #row(record: Readonly<Record<string, unknown>>): Row {
    const stored = record.tamis_key
    const key = this.#dialect.decode(this.#key, stored)
    const canonical = this.#kind.read(key)
    if (canonical === undefined || !isScalar(key)) {
      const { expects } = this.#kind
      throw new TypeError(`tamis/check: the key: expected ${expects}, received ${describe(stored)}`)
    }
    const wrong = this.#columns.flatMap((column, i): readonly Correction[] => {
      const source = record[`tamis_source_${i}`]
      const words = column.wordsOf(source)
      const isRight = column.isStored(words, record[`tamis_stored_${i}`])
      return isRight ? [] : [{ column, source, words }]
    })
    return { key, canonical, wrong }
  }

  async #run(statement: Fragment): ReturnType<Ask> {
    const { text, params } = render(statement, this.#dialect)
    return this.#ask(text, params)
  }
}

const isScalar = (value: unknown): value is Scalar =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value)

/** Rows in groups of one UPDATE each. */
function groupsOf(rows: readonly Row[]): readonly (readonly Row[])[] {
  const groups: Row[][] = []
  let size = 0
  for (const row of rows) {
    const own = row.wrong.reduce(
      (sum, { source, words }) => sum + String(source).length + (words?.length ?? 0),
      0,
    )
    size += own
    const group = groups.at(-1)
    if (group !== undefined && group.length < MOST_ROWS && size <= MOST_CHARACTERS) group.push(row)
    else {
      groups.push([row])
      size = own
    }
  }
  return groups
}
