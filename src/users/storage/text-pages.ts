import { type Condition, compileQuery, type Query, type Statement } from '../../index.ts'
import { isPlainObject, isUserId } from '../shapes.ts'
import type { View } from '../view.ts'
import type { Connected } from './connect.ts'
import type { Narrowed, Narrowing } from './narrow.ts'
import { shorten } from './shorten.ts'
import type { UsersTarget } from './tables.ts'
import { canSelectJson, jsonOf, jsonSelection, textPageOf, type UserRecord } from './user-json.ts'

/** After so many uses a statement is made anew: which plan is faster depends on the rows. */
const REFRESH_AFTER = 100

/** The longest text of a page that is kept; a payload is kept only while its sender's text is. */
const LONGEST_KEPT = 64 * 1024

/** What is kept of a payload for one kind of caller. */
interface Plan {
  readonly query: Query
  /** Whether it finds one user at most, by the primary key. */
  readonly isOneUser: boolean
  statement: Statement | undefined
  uses: number
  /** The page as text, and the version of the database that it was read from. */
  page?: { readonly text: string; readonly version: number }
}

/** Stands for a user's id in a statement that is compiled once. */
const ANY_ID = 'any id'

const NOBODY = '{"users":[]}'

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
 * Pages of users as the text of a response. The database makes the JSON of each user.
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
  }

  /**
   * The page of a payload as JSON; undefined where a user is damaged, or where the database cannot
   * make the JSON.
   *
   * @param queryOf parses a payload, where the same object was not asked with before.
   */
  async text(
    payload: unknown,
    view: View,
    queryOf: (payload: unknown) => Query,
    signal: () => AbortSignal,
  ): Promise<string | undefined> {
    const id = idOf(payload)
    if (id !== undefined) {
      const text = this.#oneUser(id, view, queryOf)
      if (text !== undefined) return text
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
    if (version !== undefined && plan.page?.version === version) return plan.page.text
    const text = await this.#read(plan, view, signal())
    const isKept = version !== undefined && text !== undefined && text.length <= LONGEST_KEPT
    if (isKept) plan.page = { text, version }
    return text
  }

  /** The user with an id, by a statement that is made once; undefined if it cannot be read at once. */
  #oneUser(id: string, view: View, queryOf: (payload: unknown) => Query): string | undefined {
    const { peek } = this.#connected
    if (peek === undefined || !canSelectJson(view.fields)) return undefined
    let statement = this.#byId.get(view)
    if (statement === undefined) {
      statement = this.#statementOf(queryOf({ filter_conditions: { id: ANY_ID } }), view)
      this.#byId.set(view, statement)
    }
    const { text, params } = statement
    const found = peek.read({
      text,
      params: params.map((value) => (value === ANY_ID ? id : value)),
    })
    const [record] = (found ?? []) as readonly UserRecord[]
    if (record === undefined) return found && NOBODY
    const user = jsonOf(record, view.fields)
    return user && `{"users":[${user}]}`
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

  async #read(plan: Plan, view: View, signal?: AbortSignal): Promise<string | undefined> {
    const { query, isOneUser } = plan
    const isFresh = plan.statement !== undefined && plan.uses++ % REFRESH_AFTER !== 0
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
    return 'next' in cursors || 'prev' in cursors
      ? `${users},${JSON.stringify(cursors).slice(1)}`
      : `${users}}`
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

function planOf(query: Query): Plan {
  const { condition } = query
  const all = condition.kind === 'and' ? condition.conditions : [condition]
  return { query, isOneUser: all.some(isId), statement: undefined, uses: 0 }
}
