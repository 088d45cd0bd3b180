// Longer than most files here: all that reads and writes the table of users.

import { type Kysely, sql, type Transaction } from 'kysely'
import {
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
import type { UniqueUsernames } from '../app.ts'
import { storedUsers } from '../schema.ts'
import type { Configuration } from '../settings.ts'
import { fromRow, type StoredUser, toRow } from '../user.ts'
import { Answers } from './answers.ts'
import { AppSettings } from './app-settings.ts'
import { type Change, idOf } from './change.ts'
import type { Connected } from './connect.ts'
import { damagedJson, damagedRow, tooLargeForIndex } from './damage.ts'
import { isMalformedJson, isUnfit, isUniqueViolation } from './failures.ts'
import { Imports } from './imports.ts'
import { ChangeLog } from './log.ts'
import { Narrowing } from './narrow.ts'
import type { Observers } from './observe.ts'
import { checkSizes } from './packets.ts'
import { stoppable } from './pool.ts'
import type { AccountState } from './public.ts'
import { runEach, type Work } from './run-each.ts'
import { shorten } from './shorten.ts'
import { tableName } from './table-name.ts'
import { type Tables, targetOf, type UsersTarget } from './tables.ts'
import { TextPages } from './text-pages.ts'
import { Conflict, runTransaction } from './transaction.ts'
import { Usernames } from './usernames.ts'
import { storeWords } from './words.ts'

/** Stands for the user's id in a statement that is compiled once. */
const ANY_ID = 'any id'

const ACCOUNT_FIELDS = [
  'role',
  'created_at',
  'deactivated_at',
  'deleted_at',
  'revoke_tokens_issued_before',
  'guest_nonce',
] as const satisfies readonly (keyof AccountState)[]

/** The table of the users and the tables beside it. */
export class Store {
  readonly db: Kysely<Tables>
  readonly configuration: Configuration
  readonly log: ChangeLog
  readonly imports: Imports
  readonly app: AppSettings
  readonly texts: TextPages
  readonly answers: Answers
  readonly #connected: Connected
  readonly #target: UsersTarget
  readonly #readRow: (record: unknown) => Row<typeof storedUsers>
  readonly #insert: (row: unknown) => readonly Statement[]
  readonly #replace: (row: unknown) => readonly Statement[]
  readonly #narrowing: Narrowing | undefined
  readonly #usernames: Usernames
  readonly #beginning: Parameters<typeof runTransaction>[1]
  #accountStatement: Statement | undefined
  readonly #all = parseQuery(storedUsers, {
    sort: [{ id: 1 }],
    limit: 1000,
    include_deactivated_users: true,
  })

  constructor(connected: Connected, configuration: Configuration) {
    this.#connected = connected
    this.configuration = configuration
    this.db = connected.db
    const target = targetOf(connected, configuration)
    this.#target = target
    if (connected.kind === 'sqlite') {
      this.#narrowing = new Narrowing(this.db, target, this.name('words'))
    }
    this.texts = new TextPages(connected, target, this.#narrowing, (statement, signal) =>
      this.#rows(this.db, statement, signal),
    )
    this.log = new ChangeLog(
      this.db,
      { clock: this.name('clock'), changes: this.name('changes') },
      configuration.clock,
      connected,
    )
    this.imports = new Imports(this.db, this.name('imports'), () => this.now())
    this.app = new AppSettings(this.db, this.name('settings'))
    this.answers = new Answers(this.db, this.name('answers'), {
      configuration,
      packet: connected.packet,
      transaction: (work) => this.transaction(work),
    })
    this.#usernames = new Usernames(
      { names: this.name('usernames'), claims: this.name('username_claims') },
      (transaction, ids, team) => this.#isInTeam(transaction, ids, team),
      connected,
    )
    const read = readRow(storedUsers, target)
    this.#readRow = (record) => {
      try {
        return read(record)
      } catch (error) {
        throw damagedRow(record, error)
      }
    }
    const insert = insertRow(storedUsers, target)
    const replace = insertRow(storedUsers, { ...target, replace: true })
    this.#insert = (row) => [insert(row)].flat()
    this.#replace = (row) => [replace(row)].flat()
    const { kind, locksAtBegin } = connected
    const isLockMissing = kind === 'sqlite' && !locksAtBegin
    // Any write takes the lock: this one changes nothing.
    const lock = isLockMissing
      ? (transaction: Transaction<Tables>) => this.log.advance(transaction, 0)
      : undefined
    this.#beginning = { kind, lock }
  }

  /** The current time, with as many digits as timestamps are stored with. */
  now(): string {
    return this.configuration.clock().toISOString().replace('Z', '000Z')
  }

  /** The page of users that a query selects. Aborting the signal stops the statement. */
  async page(query: Query, signal?: AbortSignal): Promise<Page<StoredUser>> {
    const narrowed = await this.#narrowing?.narrow(query, signal)
    const statement = compileQuery(query, { ...this.#target, lookAhead: true, ...narrowed })
    const page = shorten(query, await this.#rows(this.db, statement, signal))
    return pageOf(
      page.query,
      page.records.map((record) => this.#read(record)),
    )
  }

  /** The ids of the users that a query selects, without reading the users. */
  async ids(query: Query): Promise<readonly string[]> {
    const statement = compileQuery(query, { ...this.#target, select: ['id'] })
    const records = await this.#rows(this.db, statement)
    return records.map((record) => this.#readRow(record).id)
  }

  /** The users with some ids, deleted ones included; locked until the transaction ends. */
  async lock(
    transaction: Transaction<Tables>,
    ids: readonly string[],
  ): Promise<Map<string, StoredUser>> {
    // In SQLite the writer has locked the whole database.
    return this.#byIds(transaction, ids, this.#connected.kind !== 'sqlite')
  }

  /** The users with some ids, deleted ones included. */
  find(ids: readonly string[]): Promise<Map<string, StoredUser>> {
    return this.#byIds(this.db, ids, false)
  }

  /** The state of a user's account, which is read for each of its requests. */
  async accountState(id: string): Promise<AccountState | undefined> {
    this.#accountStatement ??= this.#compileAccountStatement()
    const { text, params } = this.#accountStatement
    const values = params.map((value) => (value === ANY_ID ? id : value))
    const statement = { text, params: values }
    const peeked = this.#connected.peek?.read(statement)
    const [record] = peeked ?? (await this.#rows(this.db, statement))
    return record === undefined ? undefined : (this.#readRow(record) as AccountState)
  }

  #compileAccountStatement(): Statement {
    const query = restrict(this.#all, condition(storedUsers, { id: ANY_ID }))
    return compileQuery(query, { ...this.#target, select: ACCOUNT_FIELDS })
  }

  async #byIds(
    db: Kysely<Tables>,
    ids: readonly string[],
    forUpdate: boolean,
  ): Promise<Map<string, StoredUser>> {
    const isOneOf = condition(storedUsers, { id: { $in: ids } })
    const statement = compileQuery(restrict(this.#all, isOneOf), { ...this.#target, forUpdate })
    const records = await this.#rows(db, statement)
    return new Map(records.map((record) => this.#read(record)).map((user) => [user.id, user]))
  }

  async #isInTeam(
    transaction: Transaction<Tables>,
    ids: readonly string[],
    team: string,
  ): Promise<boolean> {
    const isMember = condition(storedUsers, { id: { $in: ids }, teams: { $contains: team } })
    const query = { ...restrict(this.#all, isMember), limit: 1 }
    const target = { ...this.#target, select: ['id'] }
    const statement = compileQuery(query, target)
    return (await this.#rows(transaction, statement)).length > 0
  }

  async #rows(
    db: Kysely<Tables>,
    { text, params }: Statement,
    signal?: AbortSignal,
  ): Promise<unknown[]> {
    try {
      return (await db.executeQuery(stoppable(text, params, signal))).rows
    } catch (error) {
      signal?.throwIfAborted()
      throw isMalformedJson(error) ? damagedJson(error) : error
    }
  }

  /** Runs work in a transaction, and repeats it after conflicts: see `runTransaction`. */
  transaction<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    return runTransaction(this.db, this.#beginning, work)
  }

  /**
   * Writes changes of users, their usernames and the log. It must be the last step of a transaction,
   * because it locks the log's clock until the transaction ends. `unique` matters only for changes
   * that set a username.
   */
  async write(
    transaction: Transaction<Tables>,
    changes: readonly Change[],
    unique: UniqueUsernames = 'no',
  ): Promise<void> {
    if (changes.length === 0) return
    checkSizes(this.#connected.packet, changes)
    // In the order of the ids, so that two batches with the same new users do not deadlock.
    const inOrder = changes.toSorted((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
    await this.#put(transaction, inOrder)
    await this.#usernames.store(transaction, changes, unique)
    if (this.#narrowing !== undefined) await storeWords(transaction, this.name('words'), changes)
    await this.log.append(transaction, changes)
  }

  async #put(transaction: Transaction<Tables>, changes: readonly Change[]): Promise<void> {
    const work: Work<Change>[] = []
    for (const change of changes) {
      const { before, after } = change
      if (after !== undefined) {
        const put = before === undefined ? this.#insert : this.#replace
        work.push({ of: change, statements: put(toRow(after)) })
      } else if (before !== undefined) await this.#remove(transaction, before.id)
    }
    await runEach(this.#connected, transaction, work, (error, { before, after }) => {
      if (before === undefined && isUniqueViolation(error)) {
        return new Conflict('the user was created concurrently', { cause: error })
      }
      return after !== undefined && isUnfit(error) ? tooLargeForIndex(after.id, error) : error
    })
  }

  async #remove(transaction: Transaction<Tables>, id: string): Promise<void> {
    // A connection that the application passes in may not enforce SQLite's foreign keys.
    if (this.#connected.kind === 'sqlite') {
      await sql`DELETE FROM ${sql.table(`${this.configuration.tablePrefix}teams`)} WHERE owner = ${id}`.execute(
        transaction,
      )
    }
    await sql`DELETE FROM ${sql.table(this.#target.table)} WHERE id = ${id}`.execute(transaction)
  }

  /**
   * How many usernames are taken twice: in the application, or in one team. Softly deleted users keep
   * their names.
   */
  takenTwice(db: Kysely<Tables>, unique: UniqueUsernames): Promise<number> {
    const { table: users, mapping } = this.#target
    const { teams } = mapping
    const side = typeof teams === 'object' ? teams.sideTable : undefined
    return this.#usernames.takenTwice(db, unique, { users, teams: side })
  }

  /** Who is told of each statement. */
  get observers(): Observers {
    return this.#connected.observers
  }

  /** The name of the database, as OpenTelemetry's conventions have it. */
  get system(): string {
    const { name } = this.#target.dialect
    return name === 'postgres' ? 'postgresql' : name
  }

  /** Resolves if the database answers, even while all connections are busy. */
  ping(): Promise<void> {
    return this.#connected.ping()
  }

  /** The most bytes that a statement can have; undefined if the database takes any. */
  get packet(): number | undefined {
    return this.#connected.packet
  }

  /** A table's name in the database, with the prefix. */
  name<K extends keyof Tables>(table: K): K {
    return tableName(this.configuration.tablePrefix, table)
  }

  #read(record: unknown): StoredUser {
    return fromRow(this.#readRow(record))
  }
}
