import type { Filter } from '../../index.ts'
// Of the package's entry, not of its files: their declarations would become a chunk of the same name.
import type { OwnUser, Task, User, Users, usersSchema } from '../index.ts'

/** A filter of users: see docs/filters.md. */
export type UsersFilter = Filter<typeof usersSchema>

/** The fields that users are sorted by. */
export type UsersSort =
  | { readonly [field: string]: 1 | -1 }
  | readonly {
      readonly field: string
      readonly direction: 1 | -1
      readonly nulls?: 'first' | 'last'
    }[]

/** A query of users. */
export interface UsersPayload {
  readonly filter_conditions?: UsersFilter | undefined
  /** The newest come first by default. */
  readonly sort?: UsersSort | undefined
  /** The most users of a page: 30 by default, at most 1,000. */
  readonly limit?: number | undefined
  readonly offset?: number | undefined
  /** The cursor of a page that came before. */
  readonly next?: string | undefined
  readonly prev?: string | undefined
  readonly include_deactivated_users?: boolean | undefined
  readonly id_gt?: string | undefined
  readonly id_gte?: string | undefined
  readonly id_lt?: string | undefined
  readonly id_lte?: string | undefined
}

/** What all pages of a list have in common. */
export interface UsersList
  extends Omit<UsersPayload, 'filter_conditions' | 'offset' | 'next' | 'prev'> {
  readonly filter?: UsersFilter | undefined
}

export interface CallOptions {
  /** Aborts the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** The milliseconds that the call may take, repetitions and waiting included. */
  readonly timeout?: number | undefined
  /** How often a call that may be repeated is repeated. */
  readonly retries?: number | undefined
}

export interface UsersClientOptions {
  /** Where the server or the handler is, its `basePath` included. In browsers it may be relative. */
  readonly url: string
  /**
   * The token, or a function that gives one. The function is called for the first request, and once
   * more when the server answers 401; what it throws, the call throws.
   */
  readonly token?: string | (() => string | Promise<string>) | undefined
  /** The global one by default. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** The milliseconds that each call may take: 30,000 by default. */
  readonly timeout?: number | undefined
  /** How often a call that may be repeated is repeated: 3 times by default. */
  readonly retries?: number | undefined
  /**
   * The milliseconds after which a stream that sends nothing counts as lost: 45,000 by default. The
   * server sends something every 15,000.
   */
  readonly silence?: number | undefined
}

/** An event of one stream of changes. The list must be queried after `ready` and after `reset`. */
export type UsersEvent =
  | { readonly type: 'ready' }
  | { readonly type: 'reset' }
  | { readonly type: 'added' | 'updated'; readonly user: User }
  | { readonly type: 'removed'; readonly user: Pick<User, 'id'> }

/** The event of a stream that keeps its client online; without a user if it is anonymous. */
export interface ConnectionEvent {
  readonly type: 'connected'
  readonly user?: OwnUser
}

/** The connection was lost, and is opened again. */
interface Disconnected {
  readonly type: 'disconnected'
  /** Undefined if the server has ended the stream. */
  readonly error: unknown
}

/** It has ended for good: the server refuses it. */
interface Closed {
  readonly type: 'closed'
  readonly error: unknown
}

/**
 * What a watched list tells: `list` is all of it, and the events after it are its changes. A change
 * may be in the list already: `added` and `updated` set the user with that id, `removed` removes it.
 */
export type ListEvent =
  | { readonly type: 'list'; readonly users: readonly User[] }
  | Extract<UsersEvent, { readonly user: object }>
  | Disconnected
  | Closed

export type PresenceEvent = ConnectionEvent | Disconnected | Closed

type Named = keyof Users & keyof UsersOperations
type Input<K extends Named> = Parameters<Users[K]>[0]
type Answer<K extends Named> = ReturnType<Users[K]>

/**
 * The operations of the server, by their names in its OpenAPI document. Inputs and answers are those
 * of `Users` in `tamis/users`.
 */
export interface UsersOperations {
  /** One page of users. The payload is in the URL, which servers and proxies limit to some kilobytes. */
  queryUsers(
    input?: { readonly payload?: UsersPayload },
    options?: CallOptions,
  ): Answer<'queryUsers'>
  /** The same, with the payload in the body. */
  queryUsersByBody(
    input?: { readonly payload?: UsersPayload },
    options?: CallOptions,
  ): Answer<'queryUsers'>
  /** The events of one stream, until the server ends it; `watch` opens it again. */
  watchUsers(
    input?: { readonly filter?: UsersFilter },
    options?: CallOptions,
  ): AsyncGenerator<UsersEvent, void, void>
  /** At most 100, all or none; `bulk.upsertUsers` takes more. */
  upsertUsers(input: Input<'upsertUsers'>, options?: CallOptions): Answer<'upsertUsers'>
  /** At most 100, all or none; `bulk.updateUsersPartial` takes more. */
  updateUsersPartial(
    input: Input<'updateUsersPartial'>,
    options?: CallOptions,
  ): Answer<'updateUsersPartial'>
  /** The user of a client's token. */
  getMe(options?: CallOptions): Answer<'getMe'>
  updateMe(input: Omit<Input<'updateMe'>, 'user_id'>, options?: CallOptions): Answer<'updateMe'>
  deactivateUsers(input: Input<'deactivateUsers'>, options?: CallOptions): Answer<'deactivateUsers'>
  reactivateUsers(input: Input<'reactivateUsers'>, options?: CallOptions): Answer<'reactivateUsers'>
  deleteUsers(input: Input<'deleteUsers'>, options?: CallOptions): Answer<'deleteUsers'>
  restoreUsers(input: Input<'restoreUsers'>, options?: CallOptions): Answer<'restoreUsers'>
  deactivateUser(input: Input<'deactivateUser'>, options?: CallOptions): Answer<'deactivateUser'>
  reactivateUser(input: Input<'reactivateUser'>, options?: CallOptions): Answer<'reactivateUser'>
  /** At most 25; `bulk.exportUsers` takes more, and waits for the users. */
  exportUsers(input: Input<'exportUsers'>, options?: CallOptions): Answer<'exportUsers'>
  /** The newest first, without their results: at most 100. */
  getTasks(input: Input<'getTasks'>, options?: CallOptions): Answer<'getTasks'>
  getTask(input: Input<'getTask'>, options?: CallOptions): Answer<'getTask'>
  /** Without a user if the connection is anonymous. */
  connectUser(
    input?: { readonly user?: Partial<Input<'connectUser'>['user']> },
    options?: CallOptions,
  ): Promise<{ user?: OwnUser }>
  /** Keeps the client online while its stream is read; `stayOnline` opens it again. */
  openConnection(options?: CallOptions): AsyncGenerator<ConnectionEvent, void, void>
  getApp(options?: CallOptions): Answer<'getApp'>
  updateApp(input: Input<'updateApp'>, options?: CallOptions): Answer<'updateApp'>
  getWebhooks(options?: CallOptions): Answer<'getWebhooks'>
  createWebhook(input: Input<'createWebhook'>, options?: CallOptions): Answer<'createWebhook'>
  updateWebhook(input: Input<'updateWebhook'>, options?: CallOptions): Answer<'updateWebhook'>
  deleteWebhook(input: Input<'deleteWebhook'>, options?: CallOptions): Answer<'deleteWebhook'>
  getDeadLetters(input: Input<'getDeadLetters'>, options?: CallOptions): Answer<'getDeadLetters'>
  /** At most 100; without ids the first ones. */
  redeliver(input: Input<'redeliver'>, options?: CallOptions): Answer<'redeliver'>
  createGuest(input: Input<'createGuest'>, options?: CallOptions): Answer<'createGuest'>
}

export interface BulkOptions extends CallOptions {
  /** Called after each batch, with the number of users that are done. */
  readonly onProgress?:
    | ((progress: { readonly done: number; readonly total: number }) => void)
    | undefined
}

/**
 * Operations on any number of users: batch after batch, each all or none, as large as the server takes
 * them. `timeout` and `retries` are those of each request. A batch that fails ends it: the batches
 * before are done, as `onProgress` told. Tasks are waited for.
 */
export interface BulkOperations {
  upsertUsers(input: Input<'upsertUsers'>, options?: BulkOptions): Answer<'upsertUsers'>
  updateUsersPartial(
    input: Input<'updateUsersPartial'>,
    options?: BulkOptions,
  ): Answer<'updateUsersPartial'>
  restoreUsers(input: Input<'restoreUsers'>, options?: BulkOptions): Answer<'restoreUsers'>
  deactivateUsers(input: Input<'deactivateUsers'>, options?: BulkOptions): Promise<void>
  reactivateUsers(input: Input<'reactivateUsers'>, options?: BulkOptions): Promise<void>
  deleteUsers(input: Input<'deleteUsers'>, options?: BulkOptions): Promise<void>
  exportUsers(input: Input<'exportUsers'>, options?: BulkOptions): Promise<{ users: User[] }>
}

export interface WatchOptions extends Omit<CallOptions, 'retries'> {
  readonly sort?: UsersSort | undefined
}

export interface UsersClient extends UsersOperations {
  /** The users of a list, page after page. `limit` is the size of a page: 100 by default. */
  users(list?: UsersList, options?: CallOptions): AsyncGenerator<User, void, void>
  /** The same, a page at a time. */
  pages(list?: UsersList, options?: CallOptions): AsyncGenerator<User[], void, void>
  /**
   * Resolves with the task when it is completed. `timeout` is that of each request: to give up after
   * a time, abort the signal.
   *
   * @throws UsersClientError `users_failed` or `task_failed` if it has failed; its details say why.
   */
  waitForTask(id: string, options?: CallOptions): Promise<Task>
  /**
   * Keeps a list up to date: the listener gets the whole list, and then its changes. When the stream
   * is lost, or changes were missed, it gets the whole list again.
   *
   * What a listener throws is an uncaught error; it does not end the watch.
   *
   * @returns the function that ends it; aborting the signal does the same.
   */
  watch(
    filter: UsersFilter,
    listener: (event: ListEvent) => void,
    options?: WatchOptions,
  ): () => void
  /**
   * Keeps the user of a client's token online, with a stream that is opened again when it is lost.
   *
   * @returns the function that ends it.
   */
  stayOnline(
    listener?: (event: PresenceEvent) => void,
    options?: Omit<CallOptions, 'retries'>,
  ): () => void
  readonly bulk: BulkOperations
}
