// Longer than most files here: the streams of this process share one state, by which they open and close.

import { changeUsers } from '../batch.ts'
import { connected, stillActive } from '../connect.ts'
import { UsersError } from '../error.ts'
import { Poll } from '../poll.ts'
import type { Hooks } from '../settings.ts'
import { Connections } from '../storage/connections.ts'
import type { Store } from '../storage/store.ts'
import type { Client } from '../token-validity.ts'
import { type StoredUser, shown, type User, type UserInput } from '../user.ts'
import { BATCH } from './batch-size.ts'
import { Sweeper } from './sweeper.ts'

/** How often a stream is opened again for which another process has seized the lease. */
const TRIES = 5

/** Another process took this one for dead. */
class LeaseSeized extends Error {}

/** A user with streams in this process. */
interface Held {
  streams: number
  /** Whether the database knows of it, or no more since another process seized the lease. */
  state: 'opening' | 'stored' | 'lost'
  /** `last_active`, as far as this process knows, in ms since 1970. */
  activeAt: number
}

/** The users who connect to this process, and whom it keeps online. */
export class Presence {
  readonly #store: Store
  readonly #hooks: Hooks
  readonly #onCommit: () => void
  readonly #connections: Connections
  readonly #poll: Poll
  readonly #sweeper: Sweeper
  #process: string = crypto.randomUUID()
  #closed: Promise<void> | undefined
  #registration: Promise<void> | undefined
  /** When the lease was last extended. */
  #renewedAt = 0
  readonly #held = new Map<string, Held>()
  /** Users whose last stream has ended, and until when they stay online. */
  readonly #left = new Map<string, number>()
  /** Those of them whom a transaction releases now. */
  #releasing: { readonly ids: ReadonlySet<string>; readonly done: Promise<void> } | undefined

  constructor(store: Store, hooks: Hooks, onCommit: () => void) {
    this.#store = store
    this.#hooks = hooks
    this.#onCommit = onCommit
    this.#connections = new Connections(store)
    const onError = (error: unknown) => hooks.onError?.(error)
    const { configuration } = store
    this.#sweeper = new Sweeper(
      configuration,
      this.#connections,
      () => this.#now(),
      onCommit,
      onError,
    )
    this.#poll = new Poll(() => this.#tick(), store.configuration.pollInterval, onError)
  }

  start(): void {
    this.#poll.start()
  }

  /** Connects a user, who is then online for a grace period at least. */
  async connect(
    input: UserInput,
    client: Client | undefined,
    also?: NonNullable<Parameters<typeof changeUsers>[2]['also']>,
  ): Promise<User> {
    const { onlineGrace } = this.#store.configuration
    const until = this.#now() + onlineGrace
    const before = (await this.#store.find([input.id])).get(input.id)
    const isOnline = async (): Promise<boolean> =>
      (await this.#connections.onlineUntil(this.#store.db, input.id)) >= until
    // Most clients that connect often change nothing.
    if (before !== undefined && this.#connected(before, input, client) === before) {
      if (await isOnline()) return shown(before)
    }
    return this.#change(input, client, async (transaction, users, refused) => {
      const current = await this.#connections.onlineUntil(transaction, input.id)
      // Longer than the period, so that the next few connections write nothing.
      const longer = until + Math.floor(onlineGrace / 2)
      if (current < until) await this.#connections.extend(transaction, input.id, longer)
      await also?.(transaction, users, refused)
    })
  }

  /** Connects a user, who is then online until `close` is called and a grace period has passed. */
  async open(
    input: UserInput,
    client: Client | undefined,
  ): Promise<{ user: User; close(): Promise<void> }> {
    const { id } = input
    const held: Held = this.#held.get(id) ?? { streams: 0, state: 'opening', activeAt: 0 }
    this.#held.set(id, held)
    // Before anything is awaited, so that nobody else who leaves releases the user.
    held.streams++
    const leaving = this.#left.get(id) ?? 0
    this.#left.delete(id)
    try {
      while (this.#releasing?.ids.has(id)) await this.#releasing.done
      const user = await this.#opened(input, client, held)
      held.activeAt = Date.parse(user.last_active ?? '')
      let isOpen = true
      const close = async () => {
        if (!isOpen) return
        isOpen = false
        await this.#leave(id, held, this.#graceEnd())
      }
      return { user, close }
    } catch (error) {
      // The connection may be stored, if the database failed after that.
      await this.#leave(id, held, leaving)
      throw error
    }
  }

  /** Ends what this process holds: its users stay online for the grace period. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    await this.#poll.stop()
    for (const [id, held] of this.#held) {
      held.streams = 0
      this.#left.set(id, this.#graceEnd())
    }
    this.#held.clear()
    if (this.#left.size === 0 && this.#registration === undefined) return
    try {
      await this.#releasing?.done
      while (this.#left.size > 0) await this.#release()
      await this.#connections.removeProcess(this.#process)
    } catch (error) {
      // Another process ends the connections when the lease has ended.
      this.#hooks.onError?.(error)
    }
  }

  #now(): number {
    return this.#store.configuration.clock().getTime()
  }

  #graceEnd(): number {
    return this.#now() + this.#store.configuration.onlineGrace
  }

  #leaseEnd(): number {
    return this.#now() + this.#store.configuration.lease
  }

  #connected(before: StoredUser | undefined, input: UserInput, client: Client | undefined) {
    return connected(before, input, this.#store.now(), {
      mayUpdate: this.#store.app.current.client_may_update,
      interval: this.#store.configuration.lastActiveInterval,
      client,
    })
  }

  /** Changes a user who connects, and its connections, in one transaction. */
  async #change(
    input: UserInput,
    client: Client | undefined,
    also: NonNullable<Parameters<typeof changeUsers>[2]['also']>,
  ): Promise<User> {
    const users = await changeUsers(this.#store, [input], {
      apply: (before) => this.#connected(before, input, client),
      setsUsername: ({ username }) => username !== undefined,
      pathOf: () => ['user'],
      also,
    })
    this.#onCommit()
    return users[input.id] as User
  }

  async #opened(input: UserInput, client: Client | undefined, held: Held): Promise<User> {
    for (let tries = 1; ; tries++) {
      await this.#registered()
      const process = this.#process
      try {
        const user = await this.#change(input, client, async (transaction) => {
          await this.#connections.hold(transaction, input.id, process)
          await this.#renewIn(transaction, process)
        })
        if (process === this.#process) {
          held.state = 'stored'
          return user
        }
      } catch (error) {
        if (!(error instanceof LeaseSeized)) throw error
        this.#startAnew(process)
      }
      if (tries === TRIES) {
        const what =
          'the lease is too short, or the clocks of processes differ by more than a lease'
        throw new UsersError('unavailable', what)
      }
    }
  }

  /** Extends the lease in a transaction that stores a connection, so that no other ends it. */
  async #renewIn(transaction: Parameters<Connections['renew']>[0], process: string): Promise<void> {
    const isRenewed = await this.#connections.renew(transaction, process, this.#leaseEnd())
    if (!isRenewed) throw new LeaseSeized()
  }

  #registered(): Promise<void> {
    this.#registration ??= this.#connections
      .register(this.#process, this.#leaseEnd())
      .then(() => {
        this.#renewedAt = this.#now()
      })
      .catch((error: unknown) => {
        this.#registration = undefined
        throw error
      })
    return this.#registration
  }

  /** Goes on under another name, after a lease was seized. */
  #startAnew(process: string): void {
    if (process !== this.#process) return
    this.#process = crypto.randomUUID()
    this.#registration = undefined
    for (const held of this.#held.values()) {
      if (held.state === 'stored') held.state = 'lost'
    }
  }

  async #leave(id: string, held: Held, until: number): Promise<void> {
    if (held.streams === 0 || --held.streams > 0) return
    this.#held.delete(id)
    this.#left.set(id, until)
    // With others that leave now; if it fails, it is tried again until the lease ends.
    await this.#release().catch((error: unknown) => this.#hooks.onError?.(error))
  }

  /** Releases users who have left, one transaction at a time. */
  async #release(): Promise<void> {
    if (this.#releasing !== undefined) {
      const { done } = this.#releasing
      await done
      if (this.#releasing !== undefined) return this.#releasing.done
    }
    const entries = [...this.#left].slice(0, BATCH)
    if (entries.length === 0) return
    for (const [id] of entries) this.#left.delete(id)
    const users = entries.map(([user_id, until]) => ({ user_id, until }))
    const work = this.#connections.release(this.#process, users)
    const done = work
      .catch(() => {
        for (const [id, until] of entries) if (!this.#held.has(id)) this.#left.set(id, until)
      })
      .finally(() => {
        this.#releasing = undefined
      })
    this.#releasing = { ids: new Set(entries.map(([id]) => id)), done }
    await work
  }

  async #tick(): Promise<void> {
    while (this.#left.size > 0) await this.#release()
    if (this.#held.size > 0) await this.#keep()
    if (this.#store.configuration.worker) await this.#sweeper.sweep(this.#process)
  }

  /** Keeps the users with streams online. */
  async #keep(): Promise<void> {
    const { lease } = this.#store.configuration
    if (Math.abs(this.#now() - this.#renewedAt) >= lease / 3) {
      await this.#registered()
      const process = this.#process
      const now = this.#now()
      const isRenewed = await this.#connections.renew(this.#store.db, process, this.#leaseEnd())
      if (isRenewed) this.#renewedAt = now
      else this.#startAnew(process)
    }
    await this.#eachBatch(
      ({ state }) => state === 'lost',
      (ids) => this.#holdAgain(ids),
    )
    const now = this.#now()
    const { lastActiveInterval } = this.#store.configuration
    await this.#eachBatch(
      // A user whose stream is being opened may not be allowed to connect.
      ({ state, activeAt }) => state !== 'opening' && now - activeAt >= lastActiveInterval,
      (ids) => this.#refresh(ids, now),
    )
  }

  async #eachBatch(
    isIn: (held: Held) => boolean,
    work: (ids: readonly string[]) => Promise<void>,
  ): Promise<void> {
    const ids = [...this.#held].filter(([, held]) => isIn(held)).map(([id]) => id)
    for (let i = 0; i < ids.length; i += BATCH) await work(ids.slice(i, i + BATCH))
  }

  /** Stores connections again that were ended when the lease was seized. */
  async #holdAgain(ids: readonly string[]): Promise<void> {
    await this.#registered()
    const process = this.#process
    try {
      await this.#store.transaction(async (transaction) => {
        const users = await this.#store.lock(transaction, ids)
        // In one order, so that two processes do not deadlock.
        for (const id of ids.toSorted()) await this.#connections.hold(transaction, id, process)
        await this.#renewIn(transaction, process)
        const offline = [...users.values()].filter(
          ({ online, deleted_at, deactivated_at }) =>
            !online && deleted_at === undefined && deactivated_at === undefined,
        )
        await this.#store.write(
          transaction,
          offline.map((before) => ({ before, after: { ...before, online: true } })),
        )
      })
    } catch (error) {
      if (!(error instanceof LeaseSeized)) throw error
      this.#startAnew(process)
      return
    }
    if (process !== this.#process) return
    for (const id of ids) {
      const held = this.#held.get(id)
      if (held !== undefined) held.state = 'stored'
      // Its last stream has ended meanwhile.
      else if (!this.#left.has(id)) this.#left.set(id, this.#graceEnd())
    }
    this.#onCommit()
  }

  /** Writes `last_active` of users with streams, where it is due. */
  async #refresh(ids: readonly string[], now: number): Promise<void> {
    const { lastActiveInterval } = this.#store.configuration
    const at = this.#store.now()
    const users = await this.#store.transaction(async (transaction) => {
      const stored = await this.#store.lock(transaction, ids)
      const changes = [...stored.values()].map((before) => ({
        before,
        after: stillActive(before, at, lastActiveInterval),
      }))
      await this.#store.write(
        transaction,
        changes.filter(({ before, after }) => before !== after),
      )
      return new Map(changes.map(({ after }) => [after.id, after]))
    })
    this.#onCommit()
    for (const id of ids) {
      const held = this.#held.get(id)
      if (held === undefined) continue
      const written = Date.parse(users.get(id)?.last_active ?? '')
      // Of a user who is deleted or deactivated it is not written.
      held.activeAt = now - written < lastActiveInterval ? written : now
    }
  }
}
