/**
 * SQLite plans a statement before it knows the values in it, so that a page of the newest users of a
 * role is found either by the role, which is slow where many have it, or along the newest, which is
 * slow where few have. Here it is looked first whether few users match a part of the filter: then
 * these few are the rows that the statement is asked of, and otherwise the order's index is named.
 * What is selected is the whole statement's business either way.
 */

import { CompiledQuery, type Kysely } from 'kysely'
import {
  type Condition,
  compileFilter,
  type Parameter,
  type Query,
  type Statement,
  wordsOf,
} from '../../index.ts'
import type { Tables, UsersTarget } from './tables.ts'
import { storedWord, WORDS } from './words.ts'

type Leaf = Extract<Condition, { kind: 'leaf' }>

/** What stands in a statement for the table of the users. */
export interface Source {
  readonly text: string
  readonly params: readonly Parameter[]
}

/** A statement that finds users by an index: their rows, or their ids. */
interface Probe extends Source {
  readonly by: 'rowid' | 'id'
}

/** The fields that an index finds, beside the keys of `custom` that the settings name. */
const INDEXED = ['role', 'name', 'username', 'teams', 'created_at', 'updated_at', 'last_active']

/** No word holds it, and every character that one holds is before it. */
const LAST = '\u{10ffff}'

/**
 * How many users are few, of so many: as many as it takes longer to look at one by one than to go
 * along an index until a page of those that there are then at least is full.
 */
const fewOf = (users: number): number => Math.max(200, Math.ceil(Math.sqrt(17 * users)))

/** Longer parts of filters are rare, and whoever sends them gains nothing. */
const LONGEST_KNOWN = 1000

/** How long what was counted is taken for what it is, in statements. */
const COUNTED_FOR = 1000

export class Narrowing {
  readonly #db: Kysely<Tables>
  readonly #target: UsersTarget
  readonly #words: string
  readonly #indexed: ReadonlySet<string>
  readonly #indexes = new Set<string>()
  /** Which parts of filters are true of few users. */
  readonly #verdicts = new Map<string, boolean>()
  #few = 0
  #count = 0

  constructor(
    db: Kysely<Tables>,
    target: UsersTarget,
    words: string,
    indexedCustom: readonly string[],
  ) {
    this.#db = db
    this.#target = target
    this.#words = words
    this.#indexed = new Set([...INDEXED, ...indexedCustom.map((key) => `custom.${key}`)])
  }

  /** What a query is best asked of; undefined for the table as it is. */
  async sourceOf({ condition, ordering, limit }: Query): Promise<Source | undefined> {
    if (limit === 0) return undefined
    const leaves = condition.kind === 'and' ? condition.conditions : [condition]
    const probes = leaves.flatMap((each) => (each.kind === 'leaf' ? this.#probeOf(each) : []))
    if (probes.length === 0) return undefined
    await this.#look()
    for (const { by, text, params } of probes) {
      if (!(await this.#areFew(text, params))) continue
      return {
        text: `(SELECT * FROM "${this.#target.table}" WHERE ${by} IN (${text})) AS "${this.#target.table}"`,
        params,
      }
    }
    const [first] = ordering
    // An index holds the newest of each role, and of each value of the keys that have one.
    if (first?.field.name === 'created_at' && leaves.some((each) => this.#hasNewest(each)))
      return undefined
    return this.#along(first?.field.name ?? '')
  }

  /** Whether an index finds few users; what was found lately is taken to be so still. */
  async #areFew(text: string, params: readonly Parameter[]): Promise<boolean> {
    const key = `${text} ${params.map((each) => `${typeof each} ${each}`).join('\0')}`
    const known = this.#verdicts.get(key)
    if (known !== undefined) return known
    const few = `SELECT count(*) AS found FROM (${text} LIMIT ${this.#few + 1})`
    const [row] = await this.#run(few, params)
    const verdict = Number(row?.found) <= this.#few
    if (key.length <= LONGEST_KNOWN) this.#verdicts.set(key, verdict)
    return verdict
  }

  #hasNewest(each: Condition): boolean {
    if (each.kind !== 'leaf' || each.operator !== '$eq' || each.negated) return false
    const { name, wildcard } = each.field
    const isOf = name === 'role' || (wildcard === 'custom' && this.#indexed.has(name))
    return isOf && each.operand !== null
  }

  /** In the order of a field, if an index of it is there. */
  #along(field: string): Source | undefined {
    const { table } = this.#target
    const index = field === 'id' ? `sqlite_autoindex_${table}_1` : `${table}_${field}`
    return this.#indexes.has(index)
      ? { text: `"${table}" INDEXED BY "${index}"`, params: [] }
      : undefined
  }

  /** The rows that one part of the filter is true of, as an index finds them. */
  #probeOf(leaf: Leaf): readonly Probe[] {
    const { field, operator, operand, negated } = leaf
    const { table } = this.#target
    if (operator === '$autocomplete') {
      const own = WORDS[field.name as keyof typeof WORDS]
      if (own === undefined || negated) return []
      const words = wordsOf(operand as string)
      return words.map((word, i) => this.#holding(own, word, i === words.length - 1))
    }
    if (!this.#indexed.has(field.name)) return []
    const isAbsent = operator === '$exists' ? operand === negated : operand === null && !negated
    const isPlain =
      !negated && ['$eq', '$in', '$contains', '$gt', '$gte', '$lt', '$lte'].includes(operator)
    if (!isAbsent && !isPlain) return []
    const { text, params } = compileFilter(leaf, this.#target)
    const rows = `SELECT rowid FROM "${table}" WHERE ${text}`
    return [{ by: 'rowid', text: rows, params }]
  }

  #holding(field: string, word: string, isBegun: boolean): Probe {
    const stored = storedWord(word)
    const end = isBegun ? `${stored}${LAST}` : stored
    return {
      by: 'id',
      text: `SELECT user_id FROM "${this.#words}" WHERE field = ? AND word BETWEEN ? AND ?`,
      params: [field, stored, end],
    }
  }

  /** Which indexes there are, and how many users. */
  async #look(): Promise<void> {
    if (this.#count++ % COUNTED_FOR !== 0) return
    const { table } = this.#target
    this.#verdicts.clear()
    const [last] = await this.#run(`SELECT max(rowid) AS rowid FROM "${table}"`, [])
    this.#few = fewOf(Number(last?.rowid ?? 0))
    const indexes = await this.#run(`SELECT name FROM pragma_index_list('${table}')`, [])
    this.#indexes.clear()
    for (const { name } of indexes) this.#indexes.add(String(name))
  }

  async #run(text: string, params: readonly Parameter[]): Promise<Record<string, unknown>[]> {
    const { rows } = await this.#db.executeQuery(CompiledQuery.raw(text, [...params]))
    return rows as Record<string, unknown>[]
  }
}

/** A statement with another source than the table as it is, whose name it keeps. */
export function askedOf({ text, params }: Statement, table: string, source: Source): Statement {
  const from = `FROM "${table}"`
  const at = text.indexOf(from)
  // No parameter stands before the first FROM, which is that of the users.
  return {
    text: `${text.slice(0, at)}FROM ${source.text}${text.slice(at + from.length)}`,
    params: [...source.params, ...params],
  }
}
