import type { AccountState } from '../storage/public.ts'
import { unref } from '../timers.ts'
import type { Client } from '../token-validity.ts'
import type { Users } from '../users.ts'
import { type Caller, requireActive } from './access.ts'

/** How often each caller with open streams is checked, in ms. Most changes come sooner, by the log. */
const HEARTBEAT = 15_000

/** How often anonymous streams look at the setting that allows them, in ms. */
const ANONYMOUS_CHECK = 500

/** How long a check may take, retries included, before the streams end, in ms. */
const RETRY_TIME = 5000
const PAUSE = 250

/** How many callers are checked at once, after changes were missed. */
const AT_ONCE = 8

/** The longest time that `setTimeout` takes. */
const LONGEST_TIMER = 2 ** 31 - 1

/** What the check of a caller does to one of its streams. */
export interface Stream {
  /** The caller may no longer read. */
  end(): void
  /** Stops sending until it is known whether the caller may still read. */
  hold(): void
  resume(): void
}

/** The open streams of one user. */
interface Reader {
  readonly user_id: string
  readonly streams: Map<Stream, Client>
  /** The number of running checks that hold the streams. */
  checks: number
  unfollow(): void
  timer: ReturnType<typeof setTimeout> | undefined
}

export interface ReadersOptions {
  readonly heartbeat?: number
  readonly retryTime?: number
}

/**
 * The callers with open streams. A stream ends when the log tells of a change that takes its
 * caller's right to read, and when its token expires. At each heartbeat, one check for all streams
 * of a user finds what the log did not tell.
 */
export class Readers {
  readonly #users: Users
  readonly #heartbeat: number
  readonly #retryTime: number
  readonly #readers = new Map<string, Reader>()
  readonly #queue: (() => void)[] = []
  #running = 0

  constructor(
    users: Users,
    { heartbeat = HEARTBEAT, retryTime = RETRY_TIME }: ReadersOptions = {},
  ) {
    this.#users = users
    this.#heartbeat = heartbeat
    this.#retryTime = retryTime
  }

  /**
   * Ends a stream when its caller may no longer read.
   *
   * @returns a function to call when the stream has ended.
   */
  enter(caller: Caller, stream: Stream): () => void {
    const cancelExpiry = this.#atExpiry(caller, () => stream.end())
    if (caller === undefined) return this.#whileAnonymous(stream)
    if (caller.server) return cancelExpiry
    const reader = this.#readerOf(caller.user_id)
    reader.streams.set(stream, caller)
    return () => {
      cancelExpiry()
      reader.streams.delete(stream)
      if (reader.streams.size > 0 || this.#readers.get(caller.user_id) !== reader) return
      this.#readers.delete(caller.user_id)
      clearTimeout(reader.timer)
      reader.unfollow()
    }
  }

  /**
   * Checks a caller once more, after its stream was entered and its list is watched: the log is
   * followed only from then on, and the account may have changed since the request was authorised.
   *
   * @throws RequestError where the caller may not read.
   */
  async check(caller: Caller): Promise<void> {
    if (caller === undefined || caller.server) return
    requireActive(caller, await this.#users.accountState(caller.user_id))
  }

  isExpired(caller: Caller): boolean {
    return caller?.expires !== undefined && caller.expires <= this.#now()
  }

  #now(): number {
    return this.#users.configuration.clock().getTime()
  }

  #atExpiry(caller: Caller, callback: () => void): () => void {
    const expires = caller?.expires
    if (expires === undefined) return () => {}
    let timer: ReturnType<typeof setTimeout> | undefined
    const arm = () => {
      if (this.isExpired(caller)) {
        callback()
        return
      }
      timer = setTimeout(arm, Math.min(expires - this.#now(), LONGEST_TIMER))
      unref(timer)
    }
    arm()
    return () => clearTimeout(timer)
  }

  /** Ends a stream without a caller when the setting no longer lets anonymous requests read. */
  #whileAnonymous(stream: Stream): () => void {
    const timer = setInterval(() => {
      if (!this.#users.app.anonymous) stream.end()
    }, ANONYMOUS_CHECK)
    unref(timer)
    return () => clearInterval(timer)
  }

  #readerOf(user_id: string): Reader {
    const known = this.#readers.get(user_id)
    if (known !== undefined) return known
    const unfollow = this.#users.onAccountChange(user_id, (change) => {
      if (change === undefined) void this.#recheck(reader)
      else endStreams(reader, change.account)
    })
    const reader: Reader = { user_id, streams: new Map(), checks: 0, unfollow, timer: undefined }
    this.#readers.set(user_id, reader)
    this.#schedule(reader)
    return reader
  }

  #schedule(reader: Reader): void {
    reader.timer = setTimeout(async () => {
      await this.#verify(reader)
      if (reader.streams.size > 0) this.#schedule(reader)
    }, this.#heartbeat)
    unref(reader.timer)
  }

  /** Changes may have been missed: holds the streams until the account is checked. */
  async #recheck(reader: Reader): Promise<void> {
    reader.checks++
    for (const stream of reader.streams.keys()) stream.hold()
    await this.#verify(reader)
    if (--reader.checks > 0) return
    for (const stream of reader.streams.keys()) stream.resume()
  }

  /** Ends the streams whose tokens are not valid any more, or all if that cannot be found out. */
  async #verify(reader: Reader): Promise<void> {
    const end = Date.now() + this.#retryTime
    try {
      const account = await within(this.#inTurn(reader.user_id, end), end)
      endStreams(reader, account)
    } catch (error) {
      this.#users.report(error)
      for (const stream of [...reader.streams.keys()]) stream.end()
    }
  }

  /** Reads a user's account state when fewer than `AT_ONCE` other reads run. */
  async #inTurn(user_id: string, end: number): Promise<AccountState | undefined> {
    if (this.#running < AT_ONCE) this.#running++
    else await new Promise<void>((resolve) => this.#queue.push(resolve))
    try {
      return await this.#accountState(user_id, end)
    } finally {
      // The next in the queue takes over this one's place.
      const next = this.#queue.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }

  /** Retries, because the next connection may be good; does not wait for a database that hangs. */
  async #accountState(user_id: string, end: number): Promise<AccountState | undefined> {
    for (;;) {
      try {
        return await within(this.#users.accountState(user_id), end)
      } catch (error) {
        if (Date.now() + PAUSE >= end) throw error
        await new Promise((resolve) => unref(setTimeout(resolve, PAUSE)))
      }
    }
  }
}

function endStreams(reader: Reader, account: AccountState | undefined): void {
  for (const [stream, caller] of [...reader.streams]) {
    try {
      requireActive(caller, account)
    } catch {
      // The client's next request is told the reason.
      stream.end()
    }
  }
}

/** Rejects when a promise is not settled by `end`, in ms since 1970. */
async function within<T>(promise: Promise<T>, end: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error('tamis/users: the database does not answer, so open streams end')
    timer = setTimeout(() => reject(error), end - Date.now())
    unref(timer)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
