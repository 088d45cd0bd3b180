import type { QueryResult } from 'kysely'
import { ConnectionClosed, isLocked, lockedOut, Stopped } from '../failures.ts'
import { ACQUIRE_TIMEOUT, type Client, type Control, noConnection } from '../pool.ts'
import type { Backend } from './backend.ts'

/** How long a statement waits for other connections to unlock the file, in all (ms). */
const BUSY_TIMEOUT = 5000
/** While tables are made, many processes may start at once. */
const BUSY_TIMEOUT_AT_START = 30_000
/** The longest pause before a retry, in milliseconds. */
const PAUSE = 20

/** Retries while another connection has the file locked: SQLite's own waiting would block its process. */
async function retryWhileBusy<T>(timeout: number, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + timeout
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isLocked(error)) throw error
      if (performance.now() > end) throw lockedOut(error)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE))
    }
  }
}

/** The lock of the one connection that writes. Waiting transactions get it in order. */
export class Lock {
  #isHeld = false
  readonly #waiting: (() => void)[] = []

  /** Resolves to the function that releases the lock, to be called once. */
  acquire(): Promise<() => void> {
    if (!this.#isHeld) {
      this.#isHeld = true
      return Promise.resolve(this.#release)
    }
    return new Promise((resolve, reject) => {
      const take = () => {
        clearTimeout(timer)
        resolve(this.#release)
      }
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1)
        reject(noConnection())
      }, ACQUIRE_TIMEOUT)
      this.#waiting.push(take)
    })
  }

  readonly #release = () => {
    const next = this.#waiting.shift()
    if (next === undefined) this.#isHeld = false
    else next()
  }
}

const wordOf = (text: string): string => /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? ''

/** An open transaction, which has the lock. */
interface OpenTransaction {
  release(): void
  readonly generation: number
}

/**
 * A connection of the pool. A transaction holds the lock of the connection that writes until it ends;
 * a single statement that writes holds it while it runs.
 */
export class SqliteClient implements Client {
  readonly #backend: Backend
  readonly #lock: Lock
  readonly #control: Control
  #transaction: OpenTransaction | undefined

  constructor(backend: Backend, lock: Lock, control: Control) {
    this.#backend = backend
    this.#lock = lock
    this.#control = control
  }

  async run<R>(
    text: string,
    params: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<QueryResult<R>> {
    if (signal?.aborted) throw new Stopped('abandoned')
    const timeout = this.#control.timeout === 0 ? BUSY_TIMEOUT_AT_START : BUSY_TIMEOUT
    const backend = this.#backend
    const word = wordOf(text)
    if (this.#transaction !== undefined) {
      return this.#inTransaction(this.#transaction, word, text, params, signal)
    }
    if (word === 'select' && backend.hasReaders) {
      return retryWhileBusy(timeout, () => backend.read<R>(text, params, signal))
    }
    const since = performance.now()
    const release = await this.#lock.acquire()
    let isHeld = false
    try {
      // The time spent waiting for the lock counts too.
      const left = timeout - (performance.now() - since)
      const result = await retryWhileBusy(left, () => backend.write<R>(text, params, signal))
      if (word === 'begin') {
        isHeld = true
        this.#transaction = { release, generation: backend.generation }
      }
      return result
    } finally {
      if (!isHeld) release()
    }
  }

  async runEach(text: string, lists: readonly (readonly unknown[])[]): Promise<QueryResult<never>> {
    if (this.#transaction?.generation !== this.#backend.generation) {
      throw new ConnectionClosed('the SQLite process exited during a transaction')
    }
    return this.#backend.writeEach(text, lists)
  }

  async #inTransaction<R>(
    transaction: OpenTransaction,
    word: string,
    text: string,
    params: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<QueryResult<R>> {
    const isRollback = word === 'rollback'
    if (transaction.generation !== this.#backend.generation) {
      // The transaction ended with its process.
      if (isRollback) this.#unlock()
      throw new ConnectionClosed('the SQLite process exited during a transaction')
    }
    try {
      const result = await this.#backend.write<R>(text, params, signal)
      if (word === 'commit' || isRollback) this.#unlock()
      return result
    } catch (error) {
      // SQLite has rolled back by itself, for example because the disk is full.
      if (isRollback && /no transaction is active/.test(String(error))) {
        this.#unlock()
        return { rows: [] }
      }
      throw error
    }
  }

  #unlock(): void {
    this.#transaction?.release()
    this.#transaction = undefined
  }

  release(): void {
    if (this.#transaction === undefined) return
    if (this.#transaction.generation === this.#backend.generation) this.#backend.reset()
    this.#unlock()
  }
}
