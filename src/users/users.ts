// Longer than most files here: the public operations, a few lines each.

import { condition, parseFilter, parseQuery, type Query, restrict } from '../index.ts'
import type { App, AppChanges } from './app.ts'
import { type BatchChange, changeUsers, type UsersById } from './batch.ts'
import { requireConnectable } from './connect.ts'
import { UsersError } from './error.ts'
import { type ExportPage, exportPage } from './export-page.ts'
import { callHook } from './hooks.ts'
import { read } from './input.ts'
import { inputError, notAllowed } from './input-error.ts'
import { answerOnce, type OnceWork } from './once.ts'
import {
  changesAny,
  type FieldChanges,
  type PartialUser,
  partiallyUpdated,
} from './partial-update.ts'
import { Poll } from './poll.ts'
import { Presence } from './presence/presence.ts'
import { storedUsers } from './schema.ts'
import { isSecret, SECRET_EXPECTED } from './secret.ts'
import type {
  Configuration,
  DeactivateOptions,
  DeleteOptions,
  Hooks,
  ReactivateOptions,
} from './settings.ts'
import type { StatementObserver } from './storage/observe.ts'
import type {
  AccountState,
  ImportProgress,
  KeptAnswer,
  KeyedRequest,
  Reservation,
} from './storage/public.ts'
import type { Store } from './storage/store.ts'
import type { PageJson } from './storage/text-pages.ts'
import { TaskArchive } from './tasks/archive.ts'
import { Queue } from './tasks/queue.ts'
import { startDeletion, startTask } from './tasks/start.ts'
import type { ListedTask, Task, TaskStatus, TaskType } from './tasks/task.ts'
import { Worker } from './tasks/worker.ts'
import type { Telemetry } from './telemetry.ts'
import type { Client } from './token-validity.ts'
import { signToken, TokenReader } from './tokens.ts'
import {
  deactivated,
  type ExportedUser,
  type ImportedUser,
  imported,
  present,
  reactivated,
  reinstated,
  restored,
  upserted,
} from './transitions.ts'
import { type OwnUser, type StoredUser, shown, type User, type UserInput } from './user.ts'
import { serverView, shownToOwner, type View } from './view.ts'
import type { AccountListener } from './watch/account-listeners.ts'
import { LiveLists } from './watch/live-lists.ts'
import type { WatchListener } from './watch/watchers.ts'
import { Dispatcher } from './webhooks/dispatcher.ts'
import { WebhookRegistry } from './webhooks/registry.ts'
import type { DeadLetter, Webhook, WebhookChanges, WebhookInput } from './webhooks/webhook.ts'

const NOT_DELETED = condition(storedUsers, { deleted_at: null })
const NOT_DEACTIVATED = condition(storedUsers, { deactivated_at: null })

/** Settings of the application are followed within a second, whatever the setting `pollInterval` is. */
const LONGEST_APP_POLL = 500

/** What operations on several users take and give. */
interface Ids {
  readonly user_ids: readonly string[]
}
interface StartedTask {
  readonly task_id: string
}

/** A user that connects, and the token of its client. */
export interface ConnectInput {
  readonly user: UserInput
  readonly token?: string | undefined
}

/** The users of an application: see `createUsers`. */
export class Users {
  readonly configuration: Configuration
  /** Traces and metrics of OpenTelemetry; undefined where its package is not installed. */
  readonly telemetry: Telemetry | undefined
  readonly #store: Store
  readonly #hooks: Hooks
  readonly #queue: Queue
  readonly #worker: Worker
  readonly #lists: LiveLists
  readonly #appPoll: Poll
  readonly #presence: Presence
  readonly #webhooks: WebhookRegistry
  readonly #dispatcher: Dispatcher
  #tokens: TokenReader | undefined
  readonly #view: View
  readonly #closing = new AbortController()
  readonly #closeCallbacks = new Set<() => void>()

  constructor(store: Store, hooks: Hooks, telemetry?: Telemetry) {
    const { configuration } = store
    this.configuration = configuration
    this.telemetry = telemetry
    if (telemetry !== undefined) store.observers.add(telemetry.observerOf(store.system))
    this.#store = store
    this.#hooks = hooks
    this.#view = serverView(configuration.cursorKey, configuration.filterCost)
    this.#queue = new Queue(store)
    this.#lists = new LiveLists(store, hooks)
    this.#worker = new Worker(store, this.#queue, hooks, () => this.#lists.nudge())
    const interval = Math.min(configuration.pollInterval, LONGEST_APP_POLL)
    this.#appPoll = new Poll(
      () => store.app.refresh(),
      interval,
      (error) => this.report(error),
    )
    this.#appPoll.start()
    this.#presence = new Presence(store, hooks, () => this.#lists.nudge())
    this.#presence.start()
    this.#webhooks = new WebhookRegistry(store)
    this.#dispatcher = new Dispatcher(store, hooks)
    if (configuration.worker) {
      this.#worker.start()
      this.#dispatcher.start()
    }
  }

  /**
   * Creates users or replaces whole existing ones: at most 100, all or none.
   *
   * @throws UsersError for the first user that is invalid; `user_deactivated`, `user_deleted` or
   * `username_taken` for the first that cannot be written.
   */
  async upsertUsers(
    input: { readonly users: readonly UserInput[] },
    reservation?: Reservation,
  ): Promise<{ users: UsersById }> {
    const { users } = read('upsertUsers', input)
    return this.#change(users, { apply: upserted, setsUsername: () => true }, reservation)
  }

  /**
   * Like `upsertUsers`, for users of another system: with the timestamps that they had there. The
   * progress of an import is saved in the same transaction, so that the import can be resumed.
   */
  async importUsers(
    input: { readonly users: readonly ImportedUser[] },
    progress?: ImportProgress,
  ): Promise<{ users: UsersById }> {
    const { users } = read('importUsers', input)
    const result = await this.#change(users, {
      apply: imported,
      setsUsername: () => true,
      also: async (transaction) => {
        if (progress !== undefined) await this.#store.imports.save(progress, transaction)
      },
    })
    // A long import may be the only process, so that no worker removes old changes from the log.
    if (progress !== undefined) await this.#worker.removeOld().catch((error) => this.report(error))
    return result
  }

  /**
   * Imports users that `importedUser` has checked, no id twice, and leaves out those that cannot be
   * written. `settle` gets their errors, by index, and gives the progress, which is saved in the same
   * transaction; it may be called again if the transaction is repeated. With `restores`, users become
   * what they were when they were exported.
   */
  async importChecked(
    users: readonly ExportedUser[],
    settle: (refused: ReadonlyMap<number, UsersError>) => Promise<ImportProgress>,
    restores = false,
  ): Promise<void> {
    await this.#change(users, {
      apply: restores ? reinstated : imported,
      setsUsername: () => true,
      skipsRefused: true,
      also: async (transaction, _users, refused) =>
        this.#store.imports.save(await settle(refused), transaction),
    })
    await this.#worker.removeOld().catch((error) => this.report(error))
  }

  /**
   * The users after an id, in the order of ids, for an export of all: as they are stored, with those
   * who are deactivated or were deleted softly. `last` is the id to continue after; undefined at the
   * end. `damaged` are the ids of users that cannot be read.
   */
  exportPage(after: string | undefined, signal?: AbortSignal): Promise<ExportPage> {
    return exportPage(this.#store, after, signal)
  }

  /** The progress of an import, by its id. */
  async importProgress(id: string): Promise<ImportProgress | undefined> {
    return this.#store.imports.find(id)
  }

  async saveImportProgress(progress: ImportProgress): Promise<void> {
    await this.#store.transaction((transaction) => this.#store.imports.save(progress, transaction))
  }

  /** Sets and unsets fields of users, in `custom` by dotted paths: at most 100 users, all or none. */
  async updateUsersPartial(
    input: { readonly users: readonly PartialUser[] },
    reservation?: Reservation,
  ): Promise<{ users: UsersById }> {
    const { users } = read('updateUsersPartial', input)
    const change: BatchChange<PartialUser> = {
      apply: (before, update, now, i) =>
        partiallyUpdated(present(before, update.id), update, now, { input, path: ['users', i] }),
      setsUsername: (update) => changesAny(update, 'username', 'teams'),
    }
    return this.#change(users, change, reservation)
  }

  /**
   * Connects a user: creates it where there is none, updates what it brings (`name`, `image`,
   * `custom` and what the setting `client_may_update` lists), and sets `online` and `last_active`.
   * The user stays online for the setting `onlineGrace` at least. Answers it as its owner sees it.
   *
   * Without a token, the application vouches for the user.
   *
   * @throws UsersError `user_deactivated`, `user_deleted`; `token_revoked` for a token that is not
   * the user's; `not_allowed` for a field that clients may not update.
   */
  async connectUser(
    input: ConnectInput,
    client?: Client,
    reservation?: Reservation,
  ): Promise<{ user: OwnUser }> {
    const { user, token } = read('connectUser', input)
    const bearer = client ?? (await this.#clientOf(user.id, token))
    const connected = await this.#presence.connect(user, bearer, (transaction, users) => {
      const answer = { user: this.#own(present(users[user.id], user.id)) }
      return this.#store.answers.record(transaction, reservation, answer)
    })
    return { user: this.#own(connected) }
  }

  /**
   * Connects a user as `connectUser` does, and keeps it online until `close` is called, or this
   * process dies and its lease ends; and then for the setting `onlineGrace`. `close` resolves when
   * that is stored. Whoever opens a connection closes it when the account is deactivated or deleted,
   * or its tokens are revoked: see `onAccountChange`.
   */
  async openConnection(
    input: ConnectInput,
    client?: Client,
  ): Promise<{ user: OwnUser; close(): Promise<void> }> {
    const { user, token } = read('connectUser', input)
    const bearer = client ?? (await this.#clientOf(user.id, token))
    const { user: opened, close } = await this.#presence.open(user, bearer)
    return { user: this.#own(opened), close }
  }

  /** The bearer of a token that a client connects with, which must be that of the user. */
  async #clientOf(id: string, token: string | undefined): Promise<Client | undefined> {
    if (token === undefined) return undefined
    const { secret, clock } = this.configuration
    if (!isSecret(secret)) {
      throw new TypeError(`tamis/users: connectUser: secret: expected ${SECRET_EXPECTED}`)
    }
    this.#tokens ??= new TokenReader(secret, clock)
    const bearer = await this.#tokens.read(token)
    if (bearer !== undefined && !bearer.server && bearer.user_id === id) return bearer
    throw new UsersError('token_revoked', `The token is not one of user ${id}`, { user_id: id })
  }

  /** A user as its owner sees it: see `shownToOwner`. */
  async getMe(input: { readonly user_id: string }): Promise<{ user: OwnUser }> {
    const { user_id } = read('getMe', input)
    const user = present((await this.#store.find([user_id])).get(user_id), user_id)
    return { user: this.#own(user) }
  }

  /**
   * Sets and unsets fields of a user for its owner: those of the application's setting
   * `client_may_update`.
   *
   * @throws UsersError `not_allowed` for another field.
   */
  async updateMe(
    input: { readonly user_id: string } & FieldChanges,
    reservation?: Reservation,
  ): Promise<{ user: OwnUser }> {
    const { user_id, ...update } = read('updateMe', input)
    const { client_may_update: allowed } = this.app
    if (allowed.length === 0) throw inputError('not_allowed', input, [], notAllowed(allowed))
    const own = (users: UsersById) => ({ user: this.#own(present(users[user_id], user_id)) })
    const { users } = await this.#change([{ id: user_id }], {
      apply: (before, _, now) =>
        partiallyUpdated(present(before, user_id), update, now, { input, path: [], allowed }),
      setsUsername: () => changesAny(update, 'username'),
      pathOf: () => [],
      also: (transaction, users) =>
        this.#store.answers.record(transaction, reservation, own(users)),
    })
    return own(users)
  }

  #own(user: User): OwnUser {
    const { clientFields } = this.configuration
    return shownToOwner(shown(user), clientFields, this.app.client_may_update) as OwnUser
  }

  /**
   * One page of the users that match a client's payload; `next` and `prev` are the cursors of the
   * pages after and before it, if there are any. Aborting the signal stops the database's statement.
   *
   * @throws FilterError for an invalid payload.
   */
  async queryUsers(
    input: { readonly payload?: unknown } = {},
    view: View = this.#view,
    signal?: AbortSignal,
  ): Promise<{
    users: User[]
    next?: string
    prev?: string
  }> {
    const { items, next, prev } = await this.#store.page(queryOf(input, view), signal)
    return {
      users: items.map((user) => view.show(shown(user)) as User),
      ...(next === undefined ? {} : { next }),
      ...(prev === undefined ? {} : { prev }),
    }
  }

  /** What `queryUsers` gives, as JSON in UTF-8: the users are mostly made into text by the database. */
  async queryUsersJson(
    input: { readonly payload?: unknown },
    view: View,
    signal: () => AbortSignal,
  ): Promise<PageJson> {
    const { payload } = input
    const json = await this.#store.texts.json(
      payload,
      view,
      (each) => queryOf({ payload: each }, view),
      signal,
    )
    if (json !== undefined) return json
    return new TextEncoder().encode(JSON.stringify(await this.queryUsers(input, view, signal())))
  }

  /** The state of an account that decides whether its user may call; undefined if there is none. */
  async accountState(id: string): Promise<AccountState | undefined> {
    const account = await this.#store.accountState(id)
    return account?.deleted_at === undefined ? account : undefined
  }

  /** Throws as `openConnection` does where a client may not connect, and connects nobody. */
  async requireConnectable(client: Client): Promise<void> {
    const { user_id } = client
    requireConnectable(await this.#store.accountState(user_id), user_id, client)
  }

  /** The user may not connect until it is reactivated; all its data stays. */
  async deactivateUser(
    input: { readonly user_id: string } & DeactivateOptions,
    reservation?: Reservation,
  ): Promise<{ user: User }> {
    const { user_id, ...options } = read('deactivateUser', input)
    const { signal } = this.#closing
    const reason = { operation: 'deactivate', user_id, options, signal }
    await callHook(this.#store, this.#hooks.onDeactivate, reason)
    return { user: await this.#changeOne(user_id, deactivated, reservation) }
  }

  /** Like `deactivateUser`, for at most 100 users, in a task. */
  async deactivateUsers(
    input: Ids & DeactivateOptions,
    reservation?: Reservation,
  ): Promise<StartedTask> {
    const { user_ids, ...options } = read('deactivateUsers', input)
    return this.#start('deactivate', user_ids, options, reservation)
  }

  async reactivateUser(
    input: { readonly user_id: string } & ReactivateOptions,
    reservation?: Reservation,
  ): Promise<{ user: User }> {
    const { user_id, ...options } = read('reactivateUser', input)
    const { signal } = this.#closing
    const reason = { operation: 'reactivate', user_id, options, signal }
    await callHook(this.#store, this.#hooks.onReactivate, reason)
    const user = await this.#changeOne(
      user_id,
      (before, now) => reactivated(before, options, now),
      reservation,
    )
    return { user }
  }

  /** Like `reactivateUser`, for at most 100 users, in a task. */
  async reactivateUsers(
    input: Ids & ReactivateOptions,
    reservation?: Reservation,
  ): Promise<StartedTask> {
    const { user_ids, ...options } = read('reactivateUsers', input)
    return this.#start('reactivate', user_ids, options, reservation)
  }

  /** Marks at most 100 users as deleted; a task does what else the options ask for. */
  async deleteUsers(input: Ids & DeleteOptions, reservation?: Reservation): Promise<StartedTask> {
    const { user_ids, ...options } = read('deleteUsers', input)
    const task_id = await startDeletion(this.#store, this.#queue, user_ids, options, reservation)
    this.#committed()
    return { task_id }
  }

  /** Restores softly deleted users: their own data, not that of other systems. */
  async restoreUsers(input: Ids, reservation?: Reservation): Promise<{ users: UsersById }> {
    const { user_ids } = read('restoreUsers', input)
    return this.#change(
      user_ids.map((id) => ({ id })),
      { apply: (before, { id }, now) => restored(before, id, now) },
      reservation,
    )
  }

  /** Exports at most 25 users, in a task whose result holds them. */
  async exportUsers(input: Ids, reservation?: Reservation): Promise<StartedTask> {
    const { user_ids } = read('exportUsers', input)
    return this.#start('export', user_ids, {}, reservation)
  }

  /** @throws UsersError `task_not_found`, also for a task that ended longer ago than `keepTasks`. */
  async getTask(input: { readonly id: string }): Promise<Task> {
    return new TaskArchive(this.#store).get(read('getTask', input).id)
  }

  /**
   * The tasks that are kept, the newest first, without their results: at most 100; `next` is the cursor
   * of the next page.
   */
  async getTasks(
    input: {
      readonly status?: TaskStatus | undefined
      readonly limit?: number | undefined
      readonly next?: string | undefined
    } = {},
  ): Promise<{ tasks: ListedTask[]; next?: string }> {
    return new TaskArchive(this.#store).list(read('getTasks', input))
  }

  /**
   * Creates a guest with an id that is not taken, and a token for it.
   *
   * @throws UsersError `guests_not_allowed` by the settings, `user_exists`.
   * @throws TypeError without a secret to sign with, in the settings or here.
   */
  async createGuest(
    input: {
      readonly user: Pick<UserInput, 'id' | 'name'>
    },
    secret: string | undefined = this.configuration.secret,
    reservation?: Reservation,
  ): Promise<{ user: User; access_token: string }> {
    const { guests, uses_teams } = this.#store.app.current
    if (!guests || uses_teams) {
      const why = uses_teams ? 'the application uses teams' : 'they are turned off'
      throw new UsersError('guests_not_allowed', `Guests are not allowed: ${why}`)
    }
    if (!isSecret(secret)) {
      throw new TypeError(`tamis/users: createGuest: secret: expected ${SECRET_EXPECTED}`)
    }
    const { user } = read('createGuest', input)
    const { id } = user
    const nonce = crypto.randomUUID()
    const access_token = await signToken(
      secret,
      { user_id: id, guest: true, nonce },
      this.configuration.clock(),
    )
    const answer = (users: UsersById) => ({ user: present(users[id], id), access_token })
    const { users } = await this.#change([user], {
      also: (transaction, users) =>
        this.#store.answers.record(transaction, reservation, answer(users)),
      apply(before, guest, now) {
        // A guest's token for an existing user would be that user's token.
        if (before !== undefined) {
          throw new UsersError('user_exists', `User ${id} already exists`, { user_id: id })
        }
        return { ...upserted(before, { ...guest, role: 'guest' }, now), guest_nonce: nonce }
      },
    })
    return answer(users)
  }

  /** The settings of the application, as they are stored now. */
  async getApp(): Promise<{ app: App }> {
    const app = await this.#store.app.read()
    return { app }
  }

  /**
   * Changes settings of the application, for every process within a second. Where usernames become
   * unique, only later writes are validated: the answer tells how many names are taken twice.
   */
  async updateApp(
    input: AppChanges,
    reservation?: Reservation,
  ): Promise<{ app: App; usernames_taken_twice?: number }> {
    const changes = read('updateApp', input)
    const { enforce_unique_usernames: unique = 'no' } = changes
    const result = await this.#store.transaction(async (transaction) => {
      const twice = unique === 'no' ? undefined : await this.#store.takenTwice(transaction, unique)
      await this.#store.app.write(transaction, changes)
      const app = await this.#store.app.read(transaction)
      const answer = { app, ...(twice === undefined ? {} : { usernames_taken_twice: twice }) }
      await this.#store.answers.record(transaction, reservation, answer)
      return answer
    })
    this.#store.app.adopt(result.app)
    return result
  }

  /** The webhooks, the oldest first. Their secrets are not shown again. */
  async getWebhooks(): Promise<{ webhooks: Webhook[] }> {
    return this.#webhooks.list()
  }

  /**
   * Adds a webhook: changes of users from now on are sent to its URL, signed by the Standard Webhooks
   * specification. The answer holds its secrets, one that is generated if none is given.
   *
   * @throws UsersError `too_many_webhooks`
   */
  async createWebhook(
    input: WebhookInput,
    reservation?: Reservation,
  ): Promise<{ webhook: Webhook; secrets: string[] }> {
    return this.#webhooks.create(read('createWebhook', input), reservation)
  }

  /**
   * Changes what is given of a webhook. While it is disabled, changes of users are not recorded for
   * it; what was queued before is sent when it is enabled again.
   *
   * @throws UsersError `webhook_not_found`
   */
  async updateWebhook(
    input: { readonly id: string } & WebhookChanges,
    reservation?: Reservation,
  ): Promise<{ webhook: Webhook }> {
    return this.#webhooks.update(read('updateWebhook', input), reservation)
  }

  /** Deletes a webhook with its queue and its dead letters. @throws UsersError `webhook_not_found` */
  async deleteWebhook(
    input: { readonly id: string },
    reservation?: Reservation,
  ): Promise<{ webhook: Webhook }> {
    const answer = await this.#webhooks.remove(read('deleteWebhook', input), reservation)
    // Not in the transaction, which would take long. What this leaves, a worker removes later.
    await this.#webhooks.removeOld().catch((error) => this.report(error))
    return answer
  }

  /**
   * Events that were given up, in the order of their changes: at most 100; `next` is the cursor of
   * the next page.
   *
   * @throws UsersError `webhook_not_found`
   */
  async getDeadLetters(input: {
    readonly id: string
    readonly limit?: number | undefined
    readonly next?: string | undefined
  }): Promise<{ dead_letters: DeadLetter[]; next?: string }> {
    return this.#webhooks.letters(read('getDeadLetters', input))
  }

  /**
   * Sends dead letters again, with the same `webhook-id`: at most 100 with these ids, all or none; or
   * without ids, the first 100.
   *
   * @throws UsersError `webhook_not_found`, `dead_letter_not_found`
   */
  async redeliver(
    input: { readonly id: string; readonly dead_letter_ids?: readonly string[] | undefined },
    reservation?: Reservation,
  ): Promise<{ redelivered: string[] }> {
    return this.#webhooks.redeliver(read('redeliver', input), reservation)
  }

  /** The settings of the application that this process follows: at most a second old. */
  get app(): App {
    return this.#store.app.current
  }

  /**
   * Calls a listener for each change of the users that match a filter, from now on: a list that is
   * queried after this resolves, and then updated by the events, is what a fresh query would give.
   * Deactivated and deleted users are in no list.
   *
   * @returns the function that ends it.
   * @throws FilterError for an invalid filter.
   */
  async watch(
    filter: unknown,
    listener: WatchListener,
    view: View = this.#view,
  ): Promise<() => void> {
    return this.#lists.watch(parseFilter(view.schema, filter), listener, view.show)
  }

  /**
   * Calls a listener with each change to the account state of a user, once any list is watched or
   * `followAccounts` has resolved. It is called before the lists get events of later changes.
   *
   * @returns the function that ends it.
   */
  onAccountChange(user_id: string, listener: AccountListener): () => void {
    return this.#lists.onAccountChange(user_id, listener)
  }

  /** Resolves when the listeners of `onAccountChange` get the changes from now on. */
  async followAccounts(): Promise<void> {
    await this.#lists.follow()
  }

  /** The number of lists that are watched. */
  get watching(): number {
    return this.#lists.size
  }

  /**
   * Performs a write of a request with an idempotency key once: see `answerOnce`. Operations get the
   * reservation, and store their answer in the transaction of their write.
   */
  answerOnce(
    request: KeyedRequest,
    work: OnceWork,
  ): Promise<KeptAnswer & { readonly isRepeated: boolean }> {
    return answerOnce(this.#store, request, work)
  }

  /** How many tasks are not finished, and since when the oldest of them waits, in seconds. */
  unfinishedTasks(): Promise<{ readonly count: number; readonly oldest: number }> {
    return this.#queue.unfinished()
  }

  /** How many events of webhooks are queued, and since when the oldest of them waits, in seconds. */
  undeliveredEvents(): Promise<{ readonly count: number; readonly oldest: number }> {
    return this.#dispatcher.undelivered()
  }

  /**
   * Calls an observer with the outcome of each attempt of this process to deliver an event of a
   * webhook, for metrics: it was delivered, will be tried again, or was given up.
   *
   * @returns the function that ends it.
   */
  onDelivery(observer: (outcome: 'delivered' | 'retried' | 'dead') => void): () => void {
    return this.#dispatcher.onAttempt(observer)
  }

  /**
   * Calls an observer with each statement of the database, for metrics.
   *
   * @returns the function that ends it.
   */
  onStatement(observer: StatementObserver): () => void {
    return this.#store.observers.add(observer)
  }

  /** Calls the hook `onError`, for an error that no caller gets. */
  report(error: unknown): void {
    this.#hooks.onError?.(error)
  }

  /**
   * Calls back when the users are closed, at once if they are already.
   *
   * @returns the function that cancels it.
   */
  onClose(callback: () => void): () => void {
    if (this.#closing.signal.aborted) {
      callback()
      return () => {}
    }
    // Wrapped, so that the same callback can be added more than once.
    const entry = () => callback()
    this.#closeCallbacks.add(entry)
    return () => void this.#closeCallbacks.delete(entry)
  }

  /** Resolves if the database answers; rejects otherwise. */
  async ping(): Promise<void> {
    await this.#store.ping()
  }

  /** Ends every watched list, before the server around closes its connections. */
  endWatches(): void {
    this.#closing.abort()
    for (const callback of [...this.#closeCallbacks]) {
      this.#closeCallbacks.delete(callback)
      callback()
    }
  }

  /**
   * Stops the worker after its current user and the webhooks after the requests that were sent, and
   * closes the database.
   */
  async close(): Promise<void> {
    this.endWatches()
    await Promise.all([
      this.#worker.stop(),
      this.#lists.close(),
      this.#appPoll.stop(),
      this.#presence.close(),
      this.#dispatcher.stop(),
    ])
    await this.#store.db.destroy()
  }

  async #change<T extends { readonly id: string }>(
    inputs: readonly T[],
    change: BatchChange<T>,
    reservation?: Reservation,
  ): Promise<{ users: UsersById }> {
    const { answers } = this.#store
    const users = await changeUsers(this.#store, inputs, {
      ...change,
      async also(transaction, users, refused) {
        await change.also?.(transaction, users, refused)
        await answers.record(transaction, reservation, { users })
      },
    })
    this.#committed()
    return { users }
  }

  async #changeOne(
    id: string,
    apply: (before: StoredUser, now: string) => StoredUser,
    reservation: Reservation | undefined,
  ): Promise<User> {
    const { users } = await this.#change([{ id }], {
      apply: (before, _, now) => apply(present(before, id), now),
      also: (transaction, users) =>
        this.#store.answers.record(transaction, reservation, { user: present(users[id], id) }),
    })
    return present(users[id], id)
  }

  async #start(
    type: TaskType,
    ids: readonly string[],
    options: object,
    reservation: Reservation | undefined,
  ): Promise<StartedTask> {
    const task_id = await startTask(this.#store, this.#queue, type, ids, options, reservation)
    this.#committed()
    return { task_id }
  }

  /** Lets this process see its own changes and tasks now, without waiting for the next poll. */
  #committed(): void {
    this.#lists.nudge()
    this.#worker.nudge()
  }
}

/** The query of a payload, for the users that a view may see. */
function queryOf({ payload = {} }: { readonly payload?: unknown }, view: View): Query {
  const { schema, cursorKey } = view
  const query = parseQuery(schema, payload, cursorKey === undefined ? {} : { cursorKey })
  return visible(query, schema)
}

/** Deleted users are in no page, deactivated ones only where a switch of the schema lets them in. */
function visible(query: Query, schema: typeof storedUsers): Query {
  const existing = restrict(query, NOT_DELETED)
  return schema.options.size > 0 ? existing : restrict(existing, NOT_DEACTIVATED)
}
