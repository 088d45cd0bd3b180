// Longer than most files here: what is kept of a page, and each way to read one, follow one another.

import {
  type Condition,
  compileFilter,
  compileQuery,
  compileSql,
  pageOf,
  type Query,
  type Statement,
  sql,
} from '../../index.ts'
import { isPlainObject, isUserId } from '../shapes.ts'
import type { View } from '../view.ts'
import type { Connected } from './connect.ts'
import type { Narrowed, Narrowing } from './narrow.ts'
import { shorten } from './shorten.ts'
import { type FoundUsers, NearPages, SEPARATOR } from './sqlite/near-pages.ts'
import { utf8Of } from './sqlite/peek.ts'
import type { UsersTarget } from './tables.ts'
import {
  canSelectJson,
  jsonSelection,
  textPageOf,
  type UserRecord,
  wholeUser,
} from './user-json.ts'

/** After so many uses a statement is made anew: which plan is faster depends on the rows. */
const REFRESH_AFTER = 100

/** The longest text of a page that is kept; a payload is kept only while its sender's text is. */
const LONGEST_KEPT = 64 * 1024

/** A page as JSON in UTF-8. */
export type PageJson = Uint8Array<ArrayBuffer>

/** What is kept of a payload for one kind of caller. */
interface Plan {
  readonly query: Query
  /** Whether it finds one user at most, by the primary key. */
  readonly isOneUser: boolean
  statement: Statement | undefined
  uses: number
  /** The page as JSON, and the version of the database that it was read from. */
  page?: { readonly json: PageJson; readonly version: number }
}

/** Stands for a user's id in a statement that is compiled once. */
const ANY_ID = 'any id'

const NOBODY = '{"users":[]}'

const UTF8 = new TextEncoder()

/** The id, if a payload asks for the user with an id and says nothing else. */
function idOf(payload: unknown): string | undefined {
  const filter = onlyValue(payload, 'filter_conditions')
  const id = onlyValue(filter, 'id')
  return isUserId(id) ? id : undefined
}

/** The value of an object's one property; undefined if it has another or more. */
function onlyValue(value: unknown, name: string): unknown {
  if (!isPlainObject(value)) return undefined
  const keys = Object.keys(value)
  return keys.length === 1 && keys[0] === name ? value[name] : undefined
}

const isId = (each: Condition): boolean =>
  each.kind === 'leaf' && each.field.name === 'id' && each.operator === '$eq' && !each.negated

/**
 * Pages of users as the bytes of a response. The database makes the JSON of each user.
 *
 * Two caches, as large as that of the payloads by whose objects they are kept: statements, which take
 * 80 µs to make, and for an SQLite file the pages themselves. A page is used again only while no other
 * connection has committed anything, so that it is what the query would give.
 */
export class TextPages {
  readonly #connected: Connected
  readonly #target: UsersTarget
  readonly #narrowing: Narrowing | undefined
  readonly #rows: (statement: Statement, signal?: AbortSignal) => Promise<readonly unknown[]>
  readonly #near: NearPages | undefined
  readonly #plans = new WeakMap<object, Map<View, Plan>>()
  /** The statement that finds a user by its id, for each view. */
  readonly #byId = new WeakMap<View, Statement>()
  readonly #selections = new WeakMap<View, (users: Statement) => Statement>()

  constructor(
    connected: Connected,
    target: UsersTarget,
    narrowing: Narrowing | undefined,
    rows: (statement: Statement, signal?: AbortSignal) => Promise<readonly unknown[]>,
  ) {
    this.#connected = connected
    this.#target = target
    this.#narrowing = narrowing
    this.#rows = rows
    const { peek } = connected
    this.#near = peek && new NearPages(peek, target)
  }

  /**
   * The page of a payload as JSON; undefined where a user is damaged, or where the database cannot
   * make the JSON.
   *
   * @param queryOf parses a payload, where the same object was not asked with before.
   */
  async json(
    payload: unknown,
    view: View,
    queryOf: (payload: unknown) => Query,
    signal: () => AbortSignal,
  ): Promise<PageJson | undefined> {
    const id = idOf(payload)
    if (id !== undefined) {
      const json = this.#oneUser(id, view, queryOf)
      if (json !== undefined) return json
    }
    const plan = this.#planOf(payload, view, queryOf)
    const names: readonly string[] = view.fields
    // Cursors are made of the values in the JSON.
    const hasKeys = plan.query.ordering.every(({ field }) => names.includes(field.name))
    // A page before a cursor is turned around in SQL, and databases may drop the order of a subquery
    // without a limit.
    const { from, count, fields } = plan.query
    const isPlain = from?.name !== 'prev' && !count && fields === undefined
    if (!canSelectJson(view.fields) || !hasKeys || !isPlain) return undefined
    const version = this.#connected.peek?.version()
    if (version !== undefined && plan.page?.version === version) return plan.page.json
    const near = this.#near?.read(plan.query, view)
    const json =
      near === undefined ? await this.#read(plan, view, signal()) : nearPageOf(plan.query, near)
    const isKept = version !== undefined && json !== undefined && json.length <= LONGEST_KEPT
    if (isKept) plan.page = { json, version }
    return json
  }

  /** The user with an id, by a statement that is made once; undefined if it cannot be read at once. */
  #oneUser(id: string, view: View, queryOf: (payload: unknown) => Query): PageJson | undefined {
    const { peek } = this.#connected
    if (peek === undefined || !canSelectJson(view.fields)) return undefined
    let statement = this.#byId.get(view)
    if (statement === undefined) {
      statement = this.#oneOf(queryOf({ filter_conditions: { id: ANY_ID } }), view)
      this.#byId.set(view, statement)
    }
    const { text, params } = statement
    const found = peek.readBytes({
      text,
      params: params.map((value) => (value === ANY_ID ? id : value)),
    })
    if (found === undefined) return undefined
    const [record] = found as readonly { readonly user: unknown }[]
    if (record === undefined) return UTF8.encode(NOBODY)
    // NULL where the user is damaged: the other connection reports how.
    const user = utf8Of(record.user)
    return user && Buffer.concat([HEAD, user, TAIL])
  }

  #oneOf({ condition }: Query, { fields }: View): Statement {
    const { dialect, table } = this.#target
    const { strings, params } = compileFilter(condition, this.#target)
    const user = sql`CAST(${wholeUser(dialect, fields)} AS BLOB) AS ${dialect.identifier('user')}`
    return compileSql(
      sql`SELECT ${user} FROM ${dialect.identifier(table)} WHERE ${sql(strings, ...params)}`,
      this.#target,
    )
  }

  #planOf(payload: unknown, view: View, queryOf: (payload: unknown) => Query): Plan {
    if (typeof payload !== 'object' || payload === null) return planOf(queryOf(payload))
    const known = this.#plans.get(payload)?.get(view)
    if (known !== undefined) return known
    const plan = planOf(queryOf(payload))
    // What is relative to now is another query each time.
    if (plan.query.now !== undefined) return plan
    const ofPayload = this.#plans.get(payload)
    if (ofPayload === undefined) this.#plans.set(payload, new Map([[view, plan]]))
    else ofPayload.set(view, plan)
    return plan
  }

  async #read(plan: Plan, view: View, signal?: AbortSignal): Promise<PageJson | undefined> {
    const { query, isOneUser } = plan
    const isFresh = plan.statement !== undefined && ++plan.uses % REFRESH_AFTER !== 0
    const statement = isFresh ? plan.statement : await this.#compile(plan, view, signal)
    if (statement === undefined) return undefined
    plan.statement = statement
    const peeked = isOneUser ? this.#connected.peek?.read(statement) : undefined
    const records = peeked ?? (await this.#rows(statement, signal))
    const short = shorten(query, records)
    const page = textPageOf(short.query, short.records as readonly UserRecord[], view.fields)
    if (page === undefined) return undefined
    const { items, ...cursors } = page
    const users = `{"users":[${items.join(',')}]`
    const isAlone = !('next' in cursors || 'prev' in cursors)
    return UTF8.encode(isAlone ? `${users}}` : `${users},${JSON.stringify(cursors).slice(1)}`)
  }

  async #compile({ query, isOneUser }: Plan, view: View, signal?: AbortSignal): Promise<Statement> {
    const narrowed = isOneUser ? undefined : await this.#narrowing?.narrow(query, signal)
    return this.#statementOf(query, view, narrowed)
  }

  #statementOf(query: Query, view: View, narrowed?: Narrowed): Statement {
    const target = {
      ...this.#target,
      lookAhead: true,
      ...narrowed,
    }
    return this.#selectionOf(view)(compileQuery(query, target))
  }

  #selectionOf(view: View): (users: Statement) => Statement {
    const known = this.#selections.get(view)
    if (known !== undefined) return known
    const selection = jsonSelection(this.#connected, view.fields)
    this.#selections.set(view, selection)
    return selection
  }
}

const HEAD = Buffer.from('{"users":[')
const TAIL = Buffer.from(']}')

/** The JSON of users that were found in this process, with the page's cursors. */
function nearPageOf(query: Query, { count, json }: FoundUsers): Uint8Array<ArrayBuffer> {
  const all = Buffer.from(json.buffer, json.byteOffset, json.byteLength)
  const isMore = count > query.limit
  const users = isMore ? all.subarray(0, all.lastIndexOf(SEPARATOR)) : all
  const isAlone = !isMore && query.from === undefined && query.offset === 0
  const cursors = isAlone || count === 0 ? '' : cursorsOf(query, count, users)
  for (let at = users.indexOf(SEPARATOR); at !== -1; at = users.indexOf(SEPARATOR, at)) {
    users[at] = COMMA
  }
  return Buffer.concat([HEAD, users, Buffer.from(`]${cursors}}`)])
}

const COMMA = 0x2c

/** The cursors of a page, as the end of its JSON. Only the first and the last user are parsed for them. */
function cursorsOf(query: Query, count: number, users: Buffer): string {
  const first = users.indexOf(SEPARATOR)
  const rows: unknown[] = Array(count).fill(
    JSON.parse(users.toString('utf8', users.lastIndexOf(SEPARATOR) + 1)),
  )
  if (first !== -1) rows[0] = JSON.parse(users.toString('utf8', 0, first))
  const { next, prev } = pageOf(query, rows)
  const cursors = {
    ...(next === undefined ? {} : { next }),
    ...(prev === undefined ? {} : { prev }),
  }
  const text = JSON.stringify(cursors)
  return text === '{}' ? '' : `,${text.slice(1, -1)}`
}

function planOf(query: Query): Plan {
  const { condition } = query
  const all = condition.kind === 'and' ? condition.conditions : [condition]
  return { query, isOneUser: all.some(isId), statement: undefined, uses: 0 }
}
