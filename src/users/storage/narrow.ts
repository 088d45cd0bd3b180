/**
 * SQLite plans a statement before it knows the values in it, so that a page of the newest users of a
 * role is found either by the role, which is slow where many have it, or along the newest, which is
 * slow where few have. Here it is looked first whether few users match a part of the filter: then
 * these few are the rows that the statement is asked of, and otherwise the order's index is named.
 * What is selected is the whole statement's business either way.
 */

import type { Kysely } from 'kysely'
import {
  type Condition,
  compileFilter,
  compileSql,
  type Fragment,
  type Query,
  type QueryTarget,
  type Statement,
  servedBy,
  sql,
  tableOf,
  wordsOf,
} from '../../index.ts'
import { storedUsers } from '../schema.ts'
import { stoppable } from './pool.ts'
import type { Tables, UsersTarget } from './tables.ts'
import { storedWord, WORDS } from './words.ts'

type Leaf = Extract<Condition, { kind: 'leaf' }>

/** What a query is compiled with: the few rows that it is asked of, or the index that it goes along. */
export type Narrowed = Pick<QueryTarget, 'source' | 'index'>

/** A SELECT that finds users by an index: their rows, or their ids. */
interface Probe {
  readonly by: Fragment
  readonly found: Fragment
}

const WORDS_BY_FIELD: ReadonlyMap<string, string> = new Map(Object.entries(WORDS))

const ROWID = sql`rowid`
const ID = sql`id`

/** No word holds it, and every character that one holds is before it. */
const LAST = '\u{10ffff}'

/**
 * The break-even between two plans, for a table of so many users: below it, to read the rows that a
 * probe of an index finds one by one is faster than to walk the index of the order until a page is
 * full.
 */
const maxRowsOf = (users: number): number => Math.max(200, Math.ceil(Math.sqrt(17 * users)))

/** Longer parts of filters are rare, and whoever sends them gains nothing. */
const LONGEST_KNOWN = 1000

/** How many parts of filters are remembered. */
const MOST_KNOWN = 2000

/** How many parts of a filter are counted: each is a statement. */
const MOST_PROBES = 8

/** How long what was counted is taken for what it is, in statements. */
const REFRESH_AFTER = 1000

export class Narrowing {
  readonly #db: Kysely<Tables>
  readonly #target: UsersTarget
  readonly #table: Fragment
  readonly #words: Fragment
  /** The fields that an index or a side table finds. */
  readonly #indexed: ReadonlySet<string>
  /** The index in the order of a field, by the field. */
  readonly #orders: ReadonlyMap<string, string>
  /** The names of the indexes that are there. */
  readonly #indexes = new Set<string>()
  /** Which parts of filters are true of few users. */
  readonly #known = new Map<string, boolean>()
  #maxRows = 0
  #count = 0
  #looked: Promise<void> = Promise.resolve()

  constructor(db: Kysely<Tables>, target: UsersTarget, words: string) {
    this.#db = db
    this.#target = target
    this.#table = target.dialect.identifier(target.table)
    this.#words = target.dialect.identifier(words)
    const { name, key, indexes, sideTables } = tableOf(storedUsers, target)
    this.#indexed = new Set([...indexes, ...sideTables].map(({ field }) => field))
    this.#orders = new Map([
      // SQLite's own, of the primary key.
      [key, `sqlite_autoindex_${name}_1`],
      ...indexes.map((index) => [index.field, index.name] as const),
    ])
  }

  /** How a query is best asked; undefined for the table as it is. */
  async narrow(
    { condition, ordering, limit }: Query,
    signal?: AbortSignal,
  ): Promise<Narrowed | undefined> {
    if (limit === 0) return undefined
    const leaves = condition.kind === 'and' ? condition.conditions : [condition]
    const probes = leaves.flatMap((each) => (each.kind === 'leaf' ? this.#probeOf(each) : []))
    if (probes.length === 0) return undefined
    await this.#look()
    for (const { by, found } of probes.slice(0, MOST_PROBES)) {
      if (!(await this.#isSelective(found, signal))) continue
      return { source: sql`SELECT * FROM ${this.#table} WHERE ${by} IN (${found})` }
    }
    const [first] = ordering
    // An index holds the newest of each role, and of each value of the keys that have one.
    if (first?.field.name === 'created_at' && leaves.some((each) => this.#hasNewest(each)))
      return undefined
    const index = this.#orders.get(first?.field.name ?? '')
    return index !== undefined && this.#indexes.has(index) ? { index } : undefined
  }

  /** Whether an index finds few users; what was found lately is taken to be so still. */
  async #isSelective(found: Fragment, signal: AbortSignal | undefined): Promise<boolean> {
    const { text, params } = this.#compile(found)
    const key = `${text} ${params.map((each) => `${typeof each} ${each}`).join('\0')}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const most = this.#maxRows
    const few = sql`SELECT count(*) AS found FROM (${found} LIMIT ${BigInt(most) + 1n})`
    const [row] = await this.#run(few, signal)
    const isSelective = Number(row?.found) <= most
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    if (key.length <= LONGEST_KNOWN) this.#known.set(key, isSelective)
    return isSelective
  }

  #hasNewest(each: Condition): boolean {
    if (each.kind !== 'leaf' || each.operator !== '$eq' || each.negated) return false
    const { name, wildcard } = each.field
    const isOf = name === 'role' || (wildcard === 'custom' && this.#indexed.has(name))
    return isOf && each.operand !== null
  }

  /** The rows that one part of the filter is true of, as an index finds them. */
  #probeOf(leaf: Leaf): readonly Probe[] {
    const { field, operator, operand, negated } = leaf
    if (servedBy(field.type, operator) === 'words') {
      const stored = WORDS_BY_FIELD.get(field.name)
      if (stored === undefined || negated) return []
      const words = wordsOf(String(operand))
      return words.map((word, i) => this.#contains(stored, word, i === words.length - 1))
    }
    if (!this.#indexed.has(field.name)) return []
    const isAbsent = operator === '$exists' ? operand === negated : operand === null && !negated
    const isServed = !negated && servedBy(field.type, operator) === 'index'
    if (!isAbsent && !isServed) return []
    const { strings, params } = compileFilter(leaf, this.#target)
    const found = sql`SELECT rowid FROM ${this.#table} WHERE ${sql(strings, ...params)}`
    return [{ by: ROWID, found }]
  }

  #contains(field: string, word: string, isPrefix: boolean): Probe {
    const first = storedWord(word)
    const last = isPrefix ? `${first}${LAST}` : first
    const found = sql`SELECT user_id FROM ${this.#words} WHERE field = ${field} AND word BETWEEN ${first} AND ${last}`
    return { by: ID, found }
  }

  /** Looks at the table now and then. Every query waits for the first look. */
  #look(): Promise<void> {
    if (this.#count++ % REFRESH_AFTER === 0) {
      this.#looked = this.#lookNow()
      // The next query looks again.
      this.#looked.catch(() => {
        this.#count = 0
      })
    }
    return this.#looked
  }

  /** Which indexes there are, and how many users. */
  async #lookNow(): Promise<void> {
    this.#known.clear()
    const [last] = await this.#run(sql`SELECT max(rowid) AS rowid FROM ${this.#table}`)
    this.#maxRows = maxRowsOf(Number(last?.rowid ?? 0))
    const { table } = this.#target
    const indexes = await this.#run(sql`SELECT name FROM pragma_index_list(${table})`)
    this.#indexes.clear()
    for (const { name } of indexes) this.#indexes.add(String(name))
  }

  #compile(fragment: Fragment): Statement {
    return compileSql(fragment, this.#target)
  }

  async #run(fragment: Fragment, signal?: AbortSignal): Promise<Record<string, unknown>[]> {
    const { text, params } = this.#compile(fragment)
    const { rows } = await this.#db.executeQuery(stoppable(text, params, signal))
    return rows as Record<string, unknown>[]
  }
}
