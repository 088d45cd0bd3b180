// Longer than most files here: the operations of the users system, each a few lines.

import type { Transaction } from 'kysely'
import { and, condition, parseFilter, parseQuery, type Query, restrict } from '../index.ts'
import { UsersError } from './error.ts'
import { Feed } from './feed.ts'
import { read } from './input.ts'
import { storedUsers } from './schema.ts'
import {
  type Configuration,
  configure,
  type DeactivateOptions,
  type DeleteOptions,
  type HookCall,
  type Hooks,
  type ReactivateOptions,
  type Settings,
} from './settings.ts'
import { agreed } from './storage/agreed.ts'
import { connect } from './storage/connect.ts'
import { migrate } from './storage/migrate.ts'
import type { DatabaseSource, ImportProgress, Standing } from './storage/public.ts'
import { Store } from './storage/store.ts'
import type { Tables } from './storage/tables.ts'
import { Queue } from './tasks/queue.ts'
import type { Task, TaskType } from './tasks/task.ts'
import { Worker } from './tasks/worker.ts'
import { signToken } from './tokens.ts'
import {
  deactivated,
  type ImportedUser,
  imported,
  markedDeleted,
  type Partially,
  partiallyUpdated,
  present,
  reactivated,
  restored,
  upserted,
} from './transitions.ts'
import { type StoredUser, shown, type User, type UserInput } from './user.ts'
import { compared, LONGEST_COMPARED } from './username.ts'
import { Watchers, type WatchListener } from './watch/watchers.ts'

type UsersById = Readonly<Record<string, User>>

/** What callers of one kind may see of users, and ask of. */
export interface View {
  readonly schema: typeof storedUsers
  /** What their cursors are encrypted with: these hold what users are sorted by. */
  readonly cursorKey: string | undefined
  show(user: User): Partial<User>
}

/** How a batch changes. */
interface Changing<T> {
  become(before: StoredUser | undefined, input: T, now: string, i: number): StoredUser
  /** Whether an input says what the username is to be: then it must be free. */
  names?(input: T): boolean
  also?: ((transaction: Transaction<Tables>) => Promise<void>) | undefined
}

const NOT_DELETED = condition(storedUsers, { deleted_at: null })
const NOT_DEACTIVATED = condition(storedUsers, { deactivated_at: null })

export interface UsersOptions {
  readonly db: DatabaseSource
  readonly settings?: Settings | undefined
  readonly hooks?: Hooks | undefined
}

/** Hooks whose `onError` stops nothing, whatever it does: there is nobody left to tell. */
const heard = (hooks: Hooks): Hooks => ({
  onDelete: hooks.onDelete?.bind(hooks),
  onDeactivate: hooks.onDeactivate?.bind(hooks),
  onReactivate: hooks.onReactivate?.bind(hooks),
  onError: (error) => void (async () => hooks.onError?.(error))().catch(() => {}),
})

/** The users of an application: see `createUsers`. */
export class Users {
  readonly configuration: Configuration
  readonly #store: Store
  readonly #hooks: Hooks
  readonly #queue: Queue
  readonly #worker: Worker
  readonly #watchers: Watchers
  readonly #feed: Feed
  readonly #closing = new AbortController()
  readonly #everything: View
  /** How many lists are about to be open. */
  #opening = 0

  /** Opens the database, whose tables are made or brought up to date first. */
  static async open({ db, settings, hooks: given = {} }: UsersOptions): Promise<Users> {
    const hooks = heard(given)
    const configuration = configure(settings)
    const connected = await connect(db, (error) => hooks.onError?.(error))
    let { uniqueUsernames } = configuration
    try {
      await migrate(connected, configuration)
      uniqueUsernames = await agreed(connected.db, configuration, settings?.uniqueUsernames)
    } catch (error) {
      await connected.db.destroy()
      throw error
    }
    const own = { ...configuration, uniqueUsernames }
    return new Users(new Store(connected, own), own, hooks)
  }

  private constructor(store: Store, configuration: Configuration, hooks: Hooks) {
    this.configuration = configuration
    this.#store = store
    this.#hooks = hooks
    this.#everything = {
      schema: storedUsers,
      cursorKey: configuration.cursorKey,
      show: (user) => user,
    }
    this.#queue = new Queue(store)
    this.#watchers = new Watchers((error) => hooks.onError?.(error))
    this.#feed = new Feed(store, hooks, {
      isHeard: () => this.#watchers.size + this.#opening > 0,
      onChange: (change) => this.#watchers.tell(change),
      onGap: () => this.#watchers.reset(),
    })
    this.#worker = new Worker(store, this.#queue, hooks, () => void this.#feed.nudge())
    if (configuration.worker) this.#worker.start()
  }

  /**
   * Creates users, or replaces whole ones that there are: at most 100, all or none.
   *
   * @throws UsersError with the first that is wrong; `user_deactivated`, `user_deleted` or
   * `username_taken` where it cannot be.
   */
  async upsertUsers(input: {
    readonly users: readonly UserInput[]
  }): Promise<{ users: UsersById }> {
    const { users } = read('upsertUsers', input)
    return this.#change(users, { become: upserted, names: () => true })
  }

  /**
   * As `upsertUsers`, of users whom another system kept: with the times that it gave them. How far
   * an import has come is kept in the same transaction, so that it can be resumed.
   */
  async importUsers(
    input: { readonly users: readonly ImportedUser[] },
    progress?: ImportProgress,
  ): Promise<{ users: UsersById }> {
    const { users } = read('importUsers', input)
    return this.#change(users, {
      become: imported,
      names: () => true,
      also: async (transaction) => {
        if (progress !== undefined) await this.#store.imports.save(progress, transaction)
      },
    })
  }

  /** How far an import has come, by its id. */
  async importProgress(id: string): Promise<ImportProgress | undefined> {
    return this.#store.imports.find(id)
  }

  async saveImportProgress(progress: ImportProgress): Promise<void> {
    await this.#store.transaction((own) => this.#store.imports.save(progress, own))
  }

  /** Forgets changes that nobody follows any more, which a process with a worker does by itself. */
  async tidy(): Promise<void> {
    await this.#worker.tidy()
  }

  /** Sets and unsets fields of users, and by dotted path of their `custom`: at most 100, all or none. */
  async updateUsersPartial(input: {
    readonly users: readonly Partially[]
  }): Promise<{ users: UsersById }> {
    const { users } = read('updateUsersPartial', input)
    return this.#change(users, {
      become: (before, own, now, i) =>
        partiallyUpdated(present(before, own.id), own, now, input, i),
      names: ({ set = {}, unset = [] }) =>
        [...Object.keys(set), ...unset].some((key) => key === 'username' || key === 'teams'),
    })
  }

  /** Turns each of a batch into what becomes of it, in one transaction. */
  async #change<T extends { readonly id: string }>(
    inputs: readonly T[],
    { become, names, also }: Changing<T>,
  ): Promise<{ users: UsersById }> {
    const now = this.#store.now()
    const ids = inputs.map(({ id }) => id)
    const users = await this.#store.transaction(async (transaction) => {
      const there = await this.#store.lock(transaction, ids)
      const changes = inputs.map((input, i) => {
        const before = there.get(input.id)
        const after = become(before, input, now, i)
        const own = names?.(input) ?? false
        if (own) this.#checkUsername(after)
        return { before, after, names: own }
      })
      await also?.(transaction)
      await this.#store.write(
        transaction,
        changes.filter(({ before, after }) => before !== after),
      )
      return changes.map(({ after }) => shown(after))
    })
    this.#committed()
    return { users: Object.fromEntries(users.map((user) => [user.id, user])) }
  }

  async #changeOne(
    id: string,
    become: (before: StoredUser, now: string) => StoredUser,
  ): Promise<User> {
    const { users } = await this.#change([{ id }], {
      become: (before, _, now) => become(present(before, id), now),
    })
    return users[id] as User
  }

  /** Whoever waits for changes or tasks of this process need not wait until they look again. */
  #committed(): void {
    void this.#feed.nudge()
    this.#worker.nudge()
  }

  /** A name that is compared must have something to compare, which an index can hold. */
  #checkUsername({ id, username }: StoredUser): void {
    if (this.configuration.uniqueUsernames === 'no' || username === undefined) return
    const { length } = compared(username)
    if (length > 0 && length <= LONGEST_COMPARED) return
    const what = length === 0 ? 'has no letter or digit' : 'is too long'
    throw new UsersError('invalid_input', `the username of the user ${id} ${what}`, {
      user_id: id,
      field: 'username',
    })
  }

  /**
   * Users that a client's payload asks for. With a page before or after there is a cursor.
   *
   * @throws FilterError that says what is wrong with the payload.
   */
  async queryUsers(
    input: { readonly payload?: unknown } = {},
    view?: View,
  ): Promise<{
    users: User[]
    next?: string
    prev?: string
  }> {
    const { schema, cursorKey, show } = view ?? this.#everything
    const options = cursorKey === undefined ? {} : { cursorKey }
    const { payload = {} } = input
    const query = parseQuery(schema, payload, options)
    const { items, next, prev } = await this.#store.page(this.#visible(query, schema))
    return {
      users: items.map((user) => show(shown(user)) as User),
      ...(next === undefined ? {} : { next }),
      ...(prev === undefined ? {} : { prev }),
    }
  }

  /** Deleted users are nobody's; deactivated ones are where no switch lets them in. */
  #visible(query: Query, schema: typeof storedUsers): Query {
    const alive = restrict(query, NOT_DELETED)
    return schema.options.size > 0 ? alive : restrict(alive, NOT_DEACTIVATED)
  }

  /** Makes a task of users who are all there. */
  async #start(
    type: TaskType,
    ids: readonly string[],
    options: object,
  ): Promise<{ task_id: string }> {
    const task_id = await this.#store.transaction(async (transaction) => {
      const there = await this.#store.lock(transaction, ids)
      for (const id of ids) present(there.get(id), id)
      return this.#queue.add(transaction, type, ids, options)
    })
    this.#committed()
    return { task_id }
  }

  /**
   * Tells the server around what is to become of a user. First, so that whoever asks again after a
   * crash is heard again; by the state from before, so that the key is the same then.
   */
  async #tell<Options>(
    hook: ((call: HookCall<Options>) => void | Promise<void>) | undefined,
    operation: string,
    user_id: string,
    options: Options,
  ): Promise<void> {
    if (hook === undefined) return
    const user = present((await this.#store.find([user_id])).get(user_id), user_id)
    const key = `${operation}:${user_id}:${user.updated_at}`
    try {
      await hook({ key, user: shown(user), options, signal: this.#closing.signal })
    } catch (error) {
      throw new UsersError(
        'hook_failed',
        `the hook failed, and the user ${user_id} is as before: ask again`,
        { user_id },
        { cause: error },
      )
    }
  }

  /** What decides whether a user may call; undefined of one who is not there, or deleted. */
  async standingOf(id: string): Promise<Standing | undefined> {
    const standing = await this.#store.standingOf(id)
    return standing?.deleted_at === undefined ? standing : undefined
  }

  /** Some users by their ids, deleted ones not among them. */
  async findUsers(ids: readonly string[]): Promise<Map<string, User>> {
    const all = await this.#store.find(ids)
    return new Map(
      [...all].flatMap(([id, user]) =>
        user.deleted_at === undefined ? [[id, shown(user)] as const] : [],
      ),
    )
  }

  /** The user may not connect until reactivated; all its data stays. */
  async deactivateUser(
    input: { readonly user_id: string } & DeactivateOptions,
  ): Promise<{ user: User }> {
    const { user_id, ...options } = read('deactivateUser', input)
    await this.#tell(this.#hooks.onDeactivate, 'deactivate', user_id, options)
    return { user: await this.#changeOne(user_id, deactivated) }
  }

  /** As `deactivateUser`, of at most 100, by a task. */
  async deactivateUsers(
    input: { readonly user_ids: readonly string[] } & DeactivateOptions,
  ): Promise<{ task_id: string }> {
    const { user_ids, ...options } = read('deactivateUsers', input)
    return this.#start('deactivate', user_ids, options)
  }

  async reactivateUser(
    input: { readonly user_id: string } & ReactivateOptions,
  ): Promise<{ user: User }> {
    const { user_id, ...options } = read('reactivateUser', input)
    await this.#tell(this.#hooks.onReactivate, 'reactivate', user_id, options)
    const user = await this.#changeOne(user_id, (before, now) => reactivated(before, options, now))
    return { user }
  }

  async reactivateUsers(
    input: { readonly user_ids: readonly string[] } & ReactivateOptions,
  ): Promise<{ task_id: string }> {
    const { user_ids, ...options } = read('reactivateUsers', input)
    return this.#start('reactivate', user_ids, options)
  }

  /** Marks users deleted, at most 100; what else the options ask for is done by a task. */
  async deleteUsers(
    input: { readonly user_ids: readonly string[] } & DeleteOptions,
  ): Promise<{ task_id: string }> {
    const { user_ids, ...options } = read('deleteUsers', input)
    const { user: how = 'soft' } = options
    const generated =
      how === 'hard' && options.new_channel_owner_id === undefined
        ? { new_channel_owner_id: `delete-user-${crypto.randomUUID()}` }
        : {}
    const now = this.#store.now()
    const task_id = await this.#store.transaction(async (transaction) => {
      const there = await this.#store.lock(transaction, user_ids)
      const changes = user_ids.flatMap((id) => {
        const before = there.get(id)
        if (before === undefined) return []
        const after = markedDeleted(before, how, now)
        return after === before ? [] : [{ before, after }]
      })
      for (const id of user_ids) if (!there.has(id)) present(undefined, id)
      const task = { ...options, ...generated, user: how }
      const own = await this.#queue.add(transaction, 'delete', user_ids, task)
      await this.#store.write(transaction, changes)
      return own
    })
    this.#committed()
    return { task_id }
  }

  /** Brings back users that were deleted softly, and their own data alone. */
  async restoreUsers(input: { readonly user_ids: readonly string[] }): Promise<{
    users: UsersById
  }> {
    const { user_ids } = read('restoreUsers', input)
    return this.#change(
      user_ids.map((id) => ({ id })),
      { become: (before, { id }, now) => restored(before, id, now) },
    )
  }

  /** Exports users, at most 25, by a task whose result holds them. */
  async exportUsers(input: { readonly user_ids: readonly string[] }): Promise<{ task_id: string }> {
    const { user_ids } = read('exportUsers', input)
    return this.#start('export', user_ids, {})
  }

  /** @throws UsersError `task_not_found`, also of one that ended long ago. */
  async getTask(input: { readonly id: string }): Promise<Task> {
    return this.#queue.get(read('getTask', input).id)
  }

  /**
   * Creates a guest, of an id that nobody has, and a token for it.
   *
   * @throws UsersError `guests_not_allowed` by the settings, `user_exists`.
   * @throws TypeError without a secret to sign with, in the settings or here.
   */
  async createGuest(
    input: {
      readonly user: Pick<UserInput, 'id' | 'name'>
    },
    secret: string | undefined = this.configuration.secret,
  ): Promise<{ user: User; access_token: string }> {
    const { guests, usesTeams } = this.configuration
    if (!guests || usesTeams) {
      const why = usesTeams ? 'an application that uses teams has none' : 'they are turned off'
      throw new UsersError('guests_not_allowed', `there are no guests: ${why}`)
    }
    if (secret === undefined) throw new TypeError('tamis/users: a guest’s token needs a secret')
    const { user } = read('createGuest', input)
    const { users } = await this.#change([user], {
      become(before, own, now) {
        // A token for it would be a token for that user.
        if (before !== undefined) {
          throw new UsersError('user_exists', `there is a user ${own.id}`, { user_id: own.id })
        }
        return upserted(before, { ...own, role: 'guest' }, now)
      },
    })
    const claims = { user_id: user.id, guest: true } as const
    const access_token = await signToken(secret, claims, this.configuration.clock())
    return { user: users[user.id] as User, access_token }
  }

  /**
   * Tells a listener what becomes of the users that a filter is true of, from now on: a list that is
   * queried after this has resolved, and kept by these events, is what a fresh query would give.
   * Deactivated and deleted users are in no list.
   *
   * @returns the function that ends it.
   * @throws FilterError that says what is wrong with the filter.
   */
  async watch(filter: unknown, listener: WatchListener, view?: View): Promise<() => void> {
    const { schema, show } = view ?? this.#everything
    const own = parseFilter(schema, filter)
    this.#opening++
    try {
      await this.#feed.position()
      return this.#watchers.add(and(own, NOT_DELETED, NOT_DEACTIVATED), (event) => {
        const isUser = event.type === 'added' || event.type === 'updated'
        // What it answers is handed on: where it is a promise, it may be rejected.
        return listener(isUser ? { ...event, user: show(event.user) as User } : event)
      })
    } finally {
      this.#opening--
    }
  }

  /** How many lists are watched. */
  get watching(): number {
    return this.#watchers.size
  }

  /** Tells the hook for errors of one that nobody waits for. */
  report(error: unknown): void {
    this.#hooks.onError?.(error)
  }

  /** Calls back when the users are closed, or are already; answers the function that takes it back. */
  onClose(callback: () => void): () => void {
    const { signal } = this.#closing
    if (signal.aborted) callback()
    signal.addEventListener('abort', callback, { once: true })
    return () => signal.removeEventListener('abort', callback)
  }

  /** Answers where the database does; throws where it does not. */
  async ping(): Promise<void> {
    await this.#store.log.last()
  }

  /** Ends every open list, before the server around closes its connections. */
  endWatches(): void {
    this.#closing.abort()
  }

  /** Stops the worker after the user that it is at, and closes the database. */
  async close(): Promise<void> {
    this.endWatches()
    await Promise.all([this.#worker.stop(), this.#feed.close()])
    await this.#store.db.destroy()
  }
}
