import { CompiledQuery, type Kysely, sql, type Transaction } from 'kysely'
import {
  type Condition,
  compileQuery,
  condition,
  insertRow,
  type Page,
  pageOf,
  parseQuery,
  type Query,
  type Row,
  readRow,
  restrict,
  type Statement,
} from '../../index.ts'
import { storedUsers } from '../schema.ts'
import type { Configuration } from '../settings.ts'
import { fromRow, type StoredUser, toRow } from '../user.ts'
import { type Change, idOf } from './change.ts'
import type { Connected } from './connect.ts'
import { isTransient, isUniqueViolation } from './failures.ts'
import { Imports } from './imports.ts'
import { ChangeLog } from './log.ts'
import { askedOf, Narrowing } from './narrow.ts'
import type { Standing } from './public.ts'
import { type Tables, targetOf, type UsersTarget } from './tables.ts'
import { Usernames } from './usernames.ts'
import { keepWords } from './words.ts'

/** How often a transaction that another one stood in the way of is tried. */
const TRIES = 20

/** Another transaction wrote the same user first. */
class Conflict extends Error {}

/** Stands for a user's id in a statement that is compiled once. */
const SOMEBODY = 'somebody'

/** The users in their table, and the tables beside it. Nothing else speaks to the database. */
export class Store {
  readonly db: Kysely<Tables>
  readonly log: ChangeLog
  readonly imports: Imports
  readonly #connected: Connected
  readonly #configuration: Configuration
  readonly #target: UsersTarget
  readonly #readRow: (record: unknown) => Row<typeof storedUsers>
  readonly #read: (record: unknown) => StoredUser
  readonly #insert: (row: unknown) => readonly Statement[]
  readonly #replace: (row: unknown) => readonly Statement[]
  readonly #narrowing: Narrowing | undefined
  readonly #usernames: Usernames
  #standing: Statement | undefined
  readonly #all = parseQuery(storedUsers, {
    sort: [{ id: 1 }],
    limit: 1000,
    include_deactivated_users: true,
  })

  constructor(connected: Connected, configuration: Configuration) {
    this.#connected = connected
    this.#configuration = configuration
    this.db = connected.db
    const target = targetOf(connected, configuration)
    this.#target = target
    if (connected.kind === 'sqlite') {
      const { indexedCustom } = configuration
      this.#narrowing = new Narrowing(this.db, target, this.name('words'), indexedCustom)
    }
    this.log = new ChangeLog(
      this.db,
      { clock: this.name('clock'), changes: this.name('changes') },
      configuration.clock,
    )
    this.imports = new Imports(this.db, this.name('imports'), () => this.now())
    this.#usernames = new Usernames(
      { names: this.name('usernames'), claims: this.name('username_claims') },
      configuration.uniqueUsernames,
      (transaction, ids, team) => this.#isInTeam(transaction, ids, team),
    )
    this.#readRow = readRow(storedUsers, target)
    this.#read = (record) => fromRow(this.#readRow(record))
    const insert = insertRow(storedUsers, target)
    const replace = insertRow(storedUsers, { ...target, replace: true })
    this.#insert = (row) => [insert(row)].flat()
    this.#replace = (row) => [replace(row)].flat()
  }

  /** The time, with the digits that timestamps are kept to. */
  now(): string {
    return this.#configuration.clock().toISOString().replace('Z', '000Z')
  }

  /** A page of users that a query selects. */
  async page(query: Query): Promise<Page<StoredUser>> {
    const target = { ...this.#target, lookAhead: true }
    const statement = compileQuery(query, target)
    const source = await this.#narrowing?.sourceOf(query)
    const records = await this.#rows(
      this.db,
      source === undefined ? statement : askedOf(statement, this.#target.table, source),
    )
    return pageOf(query, records.map(this.#read))
  }

  /** The users of some ids that there are, deleted ones too; locked until the transaction ends. */
  async lock(
    transaction: Transaction<Tables>,
    ids: readonly string[],
  ): Promise<Map<string, StoredUser>> {
    const suffix = this.#connected.kind === 'sqlite' ? '' : ' FOR UPDATE'
    return this.#byIds(transaction, ids, suffix)
  }

  find(ids: readonly string[]): Promise<Map<string, StoredUser>> {
    return this.#byIds(this.db, ids, '')
  }

  /** What decides whether a user may call, which is asked with each of its requests. */
  async standingOf(id: string): Promise<Standing | undefined> {
    this.#standing ??= this.#compileStanding()
    const { text, params } = this.#standing
    const own = params.map((each) => (each === SOMEBODY ? id : each))
    const [record] = await this.#rows(this.db, { text, params: own })
    return record === undefined ? undefined : (this.#readRow(record) as Standing)
  }

  #compileStanding(): Statement {
    const query = restrict(this.#all, condition(storedUsers, { id: SOMEBODY }))
    const select: readonly (keyof Standing)[] = [
      'role',
      'created_at',
      'deactivated_at',
      'deleted_at',
      'revoke_tokens_issued_before',
    ]
    return compileQuery(query, { ...this.#target, select })
  }

  async #byIds(
    db: Kysely<Tables>,
    ids: readonly string[],
    suffix: string,
  ): Promise<Map<string, StoredUser>> {
    const own: Condition = condition(storedUsers, { id: { $in: ids } })
    const { text, params } = compileQuery(restrict(this.#all, own), this.#target)
    const records = await this.#rows(db, { text: `${text}${suffix}`, params })
    return new Map(records.map((record) => this.#read(record)).map((user) => [user.id, user]))
  }

  async #isInTeam(
    transaction: Transaction<Tables>,
    ids: readonly string[],
    team: string,
  ): Promise<boolean> {
    const own = condition(storedUsers, { id: { $in: ids }, teams: { $contains: team } })
    const query = { ...restrict(this.#all, own), limit: 1 }
    const target = { ...this.#target, select: ['id'] }
    const statement = compileQuery(query, target)
    return (await this.#rows(transaction, statement)).length > 0
  }

  async #rows(db: Kysely<Tables>, { text, params }: Statement): Promise<unknown[]> {
    const { rows } = await db.executeQuery(CompiledQuery.raw(text, [...params]))
    return rows
  }

  /**
   * Runs work in a transaction, and again where another transaction stood in its way: work must have
   * no effect but in the database.
   */
  async transaction<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    const { kind } = this.#connected
    for (let tries = 1; ; tries++) {
      const own = this.db.transaction()
      // In MariaDB's own level, two that look for a user who is not there yet lock each other out.
      const begun = kind === 'mysql' ? own.setIsolationLevel('read committed') : own
      try {
        return await begun.execute(async (transaction) => {
          // The lock of writers is taken first: a reader that turns writer may come too late for it.
          if (kind === 'sqlite') await this.log.count(transaction, 0)
          return work(transaction)
        })
      } catch (error) {
        const again = error instanceof Conflict || isTransient(error)
        if (!again || tries === TRIES) throw error instanceof Conflict ? error.cause : error
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * tries))
      }
    }
  }

  /**
   * Writes what becomes of users, their usernames and the log. The last thing of a transaction: the
   * log's clock is held until it ends.
   */
  async write(transaction: Transaction<Tables>, changes: readonly Change[]): Promise<void> {
    if (changes.length === 0) return
    // In one order, so that two batches with the same new users do not wait for each other.
    for (const { before, after } of changes.toSorted((one, other) =>
      idOf(one) < idOf(other) ? -1 : 1,
    )) {
      if (after === undefined) {
        if (before !== undefined) await this.#remove(transaction, before.id)
        continue
      }
      const put = before === undefined ? this.#insert : this.#replace
      for (const { text, params } of put(toRow(after))) {
        try {
          await transaction.executeQuery(CompiledQuery.raw(text, [...params]))
        } catch (error) {
          if (before === undefined && isUniqueViolation(error)) {
            throw new Conflict('the user was made meanwhile', { cause: error })
          }
          throw error
        }
      }
    }
    await this.#usernames.take(transaction, changes)
    if (this.#narrowing !== undefined) await keepWords(transaction, this.name('words'), changes)
    await this.log.append(transaction, changes)
  }

  async #remove(transaction: Transaction<Tables>, id: string): Promise<void> {
    // Not every connection that an application hands over keeps SQLite's foreign keys.
    if (this.#connected.kind === 'sqlite') {
      await sql`DELETE FROM ${sql.table(`${this.#configuration.tablePrefix}teams`)} WHERE owner = ${id}`.execute(
        transaction,
      )
    }
    await sql`DELETE FROM ${sql.table(this.#target.table)} WHERE id = ${id}`.execute(transaction)
  }

  /** A table's name in the database. The prefix is a setting, which types cannot know. */
  name<K extends keyof Tables>(table: K): K {
    return `${this.#configuration.tablePrefix}${table}` as K
  }

  get configuration(): Configuration {
    return this.#configuration
  }
}
