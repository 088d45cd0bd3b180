import {
  type Condition,
  compileFilter,
  compileQuery,
  compileSql,
  type Fragment,
  type Query,
  type Statement,
  sql,
  tableOf,
} from '../../../index.ts'
import { storedUsers } from '../../schema.ts'
import type { View } from '../../view.ts'
import { newestOfRole, type UsersTarget } from '../tables.ts'
import { wholeUser } from '../user-json.ts'
import { type Peek, utf8Of } from './peek.ts'

/** The longest page that is read in this process. */
const MOST_USERS = 100

/**
 * How many entries of the index are looked at for one user of a page: most pages are full after a few
 * more than they have users.
 */
const ENTRIES_PER_USER = 3

/** Columns of more bytes in all are left to another process, so that a page is read in a millisecond. */
const LARGEST_USER = 64 * 1024

/** After a page that was not found so, so many others are not looked for (see `NearPages`). */
const PAUSE = 50

/** Stands between users: JSON has it nowhere. */
export const SEPARATOR = 0x1e

/** The users of a page and the one after it, as JSON with separators. */
export interface FoundUsers {
  readonly count: number
  readonly json: Uint8Array
}

type Leaf = Extract<Condition, { kind: 'leaf' }>

/** The index that has the users of a page next to each other, and the part of the filter that it serves. */
interface Walk {
  readonly index: string
  readonly leaves: readonly Leaf[]
}

const RANGES: ReadonlySet<string> = new Set(['$lt', '$lte', '$gt', '$gte'])

/** Conditions that few users do not match: that they are not deleted, and not deactivated. */
const isUsual = ({ field, operator, operand, negated }: Leaf): boolean =>
  (field.name === 'deleted_at' || field.name === 'deactivated_at') &&
  operator === '$eq' &&
  operand === null &&
  !negated

/**
 * Pages of an SQLite file that are read in this process, where a round trip to the process of SQLite
 * would take as long as the page: the newest users, all or those of one role. The statement takes a
 * limited number of entries from an index that has them in the page's order, so that it ends after
 * fractions of a millisecond whatever is stored. Where these entries do not fill the page, the page
 * is read by the process, and the next ones for a while too.
 */
export class NearPages {
  readonly #peek: Peek
  readonly #target: UsersTarget
  readonly #newestOfRole: string
  readonly #newest: string | undefined
  readonly #users = new WeakMap<View, Fragment>()
  #pause = 0

  constructor(peek: Peek, target: UsersTarget) {
    this.#peek = peek
    this.#target = target
    this.#newestOfRole = newestOfRole(target).name
    const { indexes } = tableOf(storedUsers, target)
    this.#newest = indexes.find(({ field }) => field === 'created_at')?.name
  }

  /** The users of a query, and one more if there are more; undefined if they are not found at once. */
  read(query: Query, view: View): FoundUsers | undefined {
    if (this.#pause > 0) {
      this.#pause--
      return undefined
    }
    const walk = this.#walkOf(query)
    if (walk === undefined) return undefined
    const found = this.#find(query, walk, view)
    if (found === undefined) this.#pause = PAUSE
    return found
  }

  #find(query: Query, walk: Walk, view: View): FoundUsers | undefined {
    const { limit, offset } = query
    const most = ENTRIES_PER_USER * (limit + 1 + offset)
    const near = this.#entries(query, walk, most)
    const row = this.#peek.first(this.#pageOf(query, near, view))
    if (row === undefined) return undefined
    const [count, sound, json] = [Number(row.count), Number(row.sound), row.users]
    // One of the users is damaged, or too large.
    if (sound !== count) return undefined
    if (count <= limit) {
      const seen = this.#peek.first(this.#compile(sql`SELECT count(*) AS count FROM (${near})`))
      if (seen === undefined || Number(seen.count) === most) return undefined
    }
    if (json === null) return { count: 0, json: new Uint8Array() }
    const text = utf8Of(json)
    return text && { count, json: text }
  }

  /** The rows of some entries of the index, in their order. */
  #entries({ ordering, from }: Query, { index, leaves }: Walk, most: number): Fragment {
    const { dialect, table } = this.#target
    const isAscending = ordering[0]?.direction === 1
    const within = leaves.map((leaf) => {
      const { strings, params } = compileFilter(leaf, this.#target)
      return sql(strings, ...params)
    })
    // A page after a cursor begins at its instant, with those users of the instant that it leaves out.
    const start = from?.place.key[0]
    if (typeof start === 'string') {
      within.push(isAscending ? sql`created_at >= ${start}` : sql`created_at <= ${start}`)
    }
    const where =
      within.length === 0
        ? sql``
        : sql` WHERE ${within.reduce((one, each) => sql`${one} AND ${each}`)}`
    const order = isAscending ? sql`created_at, id` : sql`created_at DESC, id DESC`
    return sql`SELECT rowid AS place FROM ${dialect.identifier(table)} INDEXED BY ${dialect.identifier(index)}${where} ORDER BY ${order} LIMIT ${BigInt(most)}`
  }

  /**
   * The users of a page in one value. A CROSS JOIN is done in the order in which it is written
   * (sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join).
   */
  #pageOf(query: Query, near: Fragment, view: View): Statement {
    const table = this.#target.dialect.identifier(this.#target.table)
    const { strings, params } =
      query.from === undefined
        ? compileFilter(query.condition, this.#target)
        : compileQuery(query, this.#target).where
    const where = sql(strings, ...params)
    const rows = sql`SELECT ${this.#userOf(view)} AS user FROM (${near}) AS near CROSS JOIN ${table} ON ${table}.rowid = near.place WHERE ${where} LIMIT ${BigInt(query.limit + 1)} OFFSET ${BigInt(query.offset)}`
    return this.#compile(
      sql`SELECT count(*) AS count, count(user) AS sound, CAST(group_concat(user, char(30)) AS BLOB) AS users FROM (${rows})`,
    )
  }

  #userOf(view: View): Fragment {
    const known = this.#users.get(view)
    if (known !== undefined) return known
    const large = ['custom', 'teams', 'details'].reduce(
      (sum, name) =>
        sql`${sum} + coalesce(octet_length(${this.#target.dialect.identifier(name)}), 0)`,
      sql`0`,
    )
    const user = wholeUser(this.#target.dialect, view.fields)
    const limited = sql`CASE WHEN ${large} <= ${BigInt(LARGEST_USER)} THEN ${user} END`
    // In one piece, which is rendered in a tenth of the time.
    const { texts, parameters } = limited
    const whole = sql(Object.assign([...texts], { raw: texts }), ...parameters)
    this.#users.set(view, whole)
    return whole
  }

  #walkOf({ condition, ordering, limit, count, fields, from }: Query): Walk | undefined {
    if (limit === 0 || limit > MOST_USERS || count || fields !== undefined) return undefined
    if (from?.name === 'prev') return undefined
    const [first, second, ...more] = ordering
    const isNewest =
      first?.field.name === 'created_at' &&
      second?.field.name === 'id' &&
      first.direction === second.direction &&
      more.length === 0
    if (!isNewest) return undefined
    const served: Leaf[] = []
    let hasRole = false
    for (const each of condition.kind === 'and' ? condition.conditions : [condition]) {
      if (each.kind !== 'leaf') return undefined
      const { field, operator, operand, negated } = each
      if (isUsual(each)) continue
      const isRole = field.name === 'role' && operator === '$eq'
      const isRange = field.name === 'created_at' && RANGES.has(operator)
      if (negated || operand === null || !(isRole || isRange)) return undefined
      hasRole ||= isRole
      served.push(each)
    }
    const index = hasRole ? this.#newestOfRole : this.#newest
    return index === undefined ? undefined : { index, leaves: served }
  }

  #compile(fragment: Fragment): Statement {
    return compileSql(fragment, this.#target)
  }
}
