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
  readRow,
  restrict,
  type Statement,
} from '../../index.ts'
import { UsersError } from '../error.ts'
import { storedUsers } from '../schema.ts'
import type { Configuration } from '../settings.ts'
import { fromRow, type StoredUser, toRow } from '../user.ts'
import { claimsOf, nameOf } from '../username.ts'
import type { Change, LoggedChange } from './change.ts'
import type { Connected } from './connect.ts'
import { isTransient, isUniqueViolation } from './failures.ts'
import { Narrowing, type Source, type WordOf, wordsIn } from './narrow.ts'
import type { ImportProgress } from './public.ts'
import { type Tables, targetOf, type UsersTarget } from './tables.ts'

/** How often a transaction that another one stood in the way of is tried. */
const TRIES = 20

/** Another transaction wrote the same user first. */
class Conflict extends Error {}

const idOf = ({ before, after }: Change): string => (after ?? before)?.id as string
const byId = (one: Change, other: Change): number => (idOf(one) < idOf(other) ? -1 : 1)

const taken = ({ id, username }: StoredUser, team: string, cause?: unknown): UsersError =>
  new UsersError(
    'username_taken',
    `the username ${username} of the user ${id} is taken${team === '' ? '' : ` in the team ${team}`}`,
    { user_id: id, field: 'username' },
    { cause },
  )

/** The users in their table, and the tables beside it. Nothing else speaks to the database. */
export class Store {
  readonly db: Kysely<Tables>
  readonly #connected: Connected
  readonly #configuration: Configuration
  readonly #target: UsersTarget
  readonly #read: (record: unknown) => StoredUser
  readonly #insert: (row: unknown) => readonly Statement[]
  readonly #replace: (row: unknown) => readonly Statement[]
  readonly #narrowing: Narrowing | undefined
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
    const read = readRow(storedUsers, target as never)
    this.#read = (record) => fromRow(read(record))
    const insert = insertRow(storedUsers, target as never)
    const replace = insertRow(storedUsers, { ...(target as object), replace: true } as never)
    this.#insert = (row) => [insert(row)].flat() as readonly Statement[]
    this.#replace = (row) => [replace(row)].flat() as readonly Statement[]
  }

  /** The time, with the digits that timestamps are kept to. */
  now(): string {
    return this.#configuration.clock().toISOString().replace('Z', '000Z')
  }

  /** A page of users that a query selects. */
  async page(query: Query): Promise<Page<StoredUser>> {
    const target = { ...this.#target, lookAhead: true }
    const statement = compileQuery(query, target as never) as Statement
    const source = await this.#narrowing?.sourceOf(query)
    const records = await this.#rows(
      this.db,
      source === undefined ? statement : askedOf(statement, this.#target.table, source),
    )
    return pageOf(query, records.map(this.#read) as never) as never
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

  async #byIds(
    db: Kysely<Tables>,
    ids: readonly string[],
    suffix: string,
  ): Promise<Map<string, StoredUser>> {
    const own: Condition = condition(storedUsers, { id: { $in: ids } })
    const { text, params } = compileQuery(restrict(this.#all, own), this.#target as never)
    const records = await this.#rows(db, { text: `${text}${suffix}`, params } as Statement)
    return new Map(records.map((record) => this.#read(record)).map((user) => [user.id, user]))
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
          if (kind === 'sqlite') await this.#number(transaction, 0)
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
    for (const { before, after } of changes.toSorted(byId)) {
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
    await this.#takeUsernames(transaction, changes)
    if (this.#narrowing !== undefined) await this.#keepWords(transaction, changes)
    await this.#log(transaction, changes)
  }

  async #remove(transaction: Transaction<Tables>, id: string): Promise<void> {
    await sql`DELETE FROM ${sql.table(this.#target.table)} WHERE id = ${id}`.execute(transaction)
  }

  /**
   * Keeps who has which name, and takes the names that are to be unique: by a key, which of two that
   * write at once holds off one, after a look at the names from before they had to be.
   */
  async #takeUsernames(
    transaction: Transaction<Tables>,
    changes: readonly Change[],
  ): Promise<void> {
    await this.#keepNames(transaction, changes)
    const freed = changes.flatMap(({ before, after, names }) =>
      before?.username !== undefined && (names || after?.username === undefined) ? [before.id] : [],
    )
    const claims = this.name('username_claims')
    if (freed.length > 0) {
      await transaction.deleteFrom(claims).where('user_id', 'in', freed).execute()
    }
    const { uniqueUsernames } = this.#configuration
    const claiming = changes.filter(({ names }) => names)
    // Those of the batch are told apart by the key, the second of two as the one too many.
    const ids = claiming.map(idOf)
    for (const { before, after } of claiming) {
      if (after === undefined) continue
      const had = claimsOf(before, uniqueUsernames)
      for (const { scope, name } of claimsOf(after, uniqueUsernames)) {
        const isKept = had.some((own) => own.scope === scope && own.name === name)
        if (!isKept && (await this.#isHeld(transaction, scope, name, ids))) {
          throw taken(after, scope)
        }
        try {
          await transaction.insertInto(claims).values({ scope, name, user_id: after.id }).execute()
        } catch (error) {
          throw isUniqueViolation(error) ? taken(after, scope, error) : error
        }
      }
    }
  }

  async #keepNames(transaction: Transaction<Tables>, changes: readonly Change[]): Promise<void> {
    const names = this.name('usernames')
    const moved = changes.filter(({ before, after }) => nameOf(before) !== nameOf(after))
    const old = moved.flatMap(({ before }) => (nameOf(before) === undefined ? [] : [before?.id]))
    const fresh = moved.flatMap(({ after }) => {
      const name = nameOf(after)
      return name === undefined ? [] : [{ name, user_id: after?.id as string }]
    })
    if (old.length > 0) {
      await transaction
        .deleteFrom(names)
        .where('user_id', 'in', old as string[])
        .execute()
    }
    if (fresh.length > 0) await transaction.insertInto(names).values(fresh).execute()
  }

  /** Whether another user has a name: anybody, or somebody in a team. */
  async #isHeld(
    transaction: Transaction<Tables>,
    team: string,
    name: string,
    except: readonly string[],
  ): Promise<boolean> {
    const holders = await transaction
      .selectFrom(this.name('usernames'))
      .select('user_id')
      .where('name', '=', name)
      .where('user_id', 'not in', except)
      .limit(1000)
      .execute()
    if (team === '' || holders.length === 0) return holders.length > 0
    const users = await this.#byIds(
      transaction,
      holders.map(({ user_id }) => user_id),
      '',
    )
    return [...users.values()].some(({ teams }) => teams.includes(team))
  }

  /** The words of names, as far as they change. */
  async #keepWords(transaction: Transaction<Tables>, changes: readonly Change[]): Promise<void> {
    const old: WordOf[] = []
    const fresh: WordOf[] = []
    for (const { before, after } of changes) {
      const had = new Map(wordsIn(before).map((each) => [each.join(' '), each]))
      const has = new Map(wordsIn(after).map((each) => [each.join(' '), each]))
      for (const [key, each] of had) if (!has.has(key)) old.push(each)
      for (const [key, each] of has) if (!had.has(key)) fresh.push(each)
    }
    const words = sql.table(this.name('words'))
    const rows = (all: readonly WordOf[]) =>
      sql`SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(${JSON.stringify(all)})`
    if (old.length > 0) {
      await sql`DELETE FROM ${words} WHERE (field, word, user_id) IN (${rows(old)})`.execute(
        transaction,
      )
    }
    if (fresh.length > 0) {
      await sql`INSERT INTO ${words} (field, word, user_id) ${rows(fresh)}`.execute(transaction)
    }
  }

  async #log(transaction: Transaction<Tables>, changes: readonly Change[]): Promise<void> {
    const last = await this.#number(transaction, changes.length)
    const at = this.#configuration.clock().getTime()
    const rows = changes.map((change, i) => ({
      seq: last - changes.length + i + 1,
      user_id: idOf(change),
      old_user: change.before === undefined ? null : JSON.stringify(change.before),
      new_user: change.after === undefined ? null : JSON.stringify(change.after),
      at,
    }))
    await transaction.insertInto(this.name('changes')).values(rows).execute()
  }

  /** Counts changes on, and answers the number of the last. */
  async #number(transaction: Transaction<Tables>, changes: number): Promise<number> {
    await transaction
      .updateTable(this.name('clock'))
      .set({ seq: sql`seq + ${changes}` })
      .where('id', '=', 1)
      .execute()
    return this.lastChange(transaction)
  }

  /** The number of the last change. */
  async lastChange(db: Kysely<Tables> = this.db): Promise<number> {
    const { seq } = await db
      .selectFrom(this.name('clock'))
      .select('seq')
      .where('id', '=', 1)
      .executeTakeFirstOrThrow()
    return Number(seq)
  }

  /** The changes after one, in their order; undefined where the log does not reach back to it. */
  async changesAfter(seq: number, most: number): Promise<readonly LoggedChange[] | undefined> {
    const rows = await this.db
      .selectFrom(this.name('changes'))
      .select(['seq', 'old_user', 'new_user'])
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(most)
      .execute()
    // Clocks of several processes differ, so that what is forgotten need not be the beginning.
    if (rows.some((row, i) => Number(row.seq) !== seq + 1 + i)) return undefined
    if (rows.length === 0 && (await this.lastChange()) !== seq) {
      // Written between the two questions, or forgotten already.
      const again = await this.db
        .selectFrom(this.name('changes'))
        .select('seq')
        .where('seq', '=', seq + 1)
        .executeTakeFirst()
      return again === undefined ? undefined : []
    }
    return rows.map((row) => ({
      seq: Number(row.seq),
      before: row.old_user === null ? undefined : (JSON.parse(row.old_user) as StoredUser),
      after: row.new_user === null ? undefined : (JSON.parse(row.new_user) as StoredUser),
    }))
  }

  /** Forgets changes that are older, and what the log holds of a user who is gone for good. */
  async forgetChanges(before: number): Promise<void> {
    await this.db.deleteFrom(this.name('changes')).where('at', '<', before).execute()
  }

  async progress(id: string): Promise<ImportProgress | undefined> {
    const row = await this.db
      .selectFrom(this.name('imports'))
      .select(['bytes', 'lines', 'users', 'bad'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const { bytes, lines, users, bad } = row
    return {
      id,
      bytes: Number(bytes),
      lines: Number(lines),
      users: Number(users),
      bad: Number(bad),
    }
  }

  async saveProgress(progress: ImportProgress, db: Kysely<Tables> = this.db): Promise<void> {
    const imports = this.name('imports')
    await db.deleteFrom(imports).where('id', '=', progress.id).execute()
    await db
      .insertInto(imports)
      .values({ ...progress, updated_at: this.now() })
      .execute()
  }

  /** A table's name in the database. The prefix is a setting, which types cannot know. */
  name<K extends keyof Tables>(table: K): K {
    return `${this.#configuration.tablePrefix}${table}` as K
  }

  get configuration(): Configuration {
    return this.#configuration
  }
}

/** A statement with another source than the table as it is, whose name it keeps. */
function askedOf({ text, params }: Statement, table: string, source: Source): Statement {
  const from = `FROM "${table}"`
  const at = text.indexOf(from)
  // No parameter stands before the first FROM, which is that of the users.
  return {
    text: `${text.slice(0, at)}FROM ${source.text}${text.slice(at + from.length)}`,
    params: [...source.params, ...params],
  }
}
