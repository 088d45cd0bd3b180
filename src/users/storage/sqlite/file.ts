// Longer than most files here: the processes of one file, and which of them gets the next statement.

import type { QueryResult } from 'kysely'
import { unref } from '../../timers.ts'
import { ConnectionClosed, isReadOnly, Stopped } from '../failures.ts'
import { ACQUIRE_TIMEOUT, type Control, noConnection } from '../pool.ts'
import type { Backend } from './backend.ts'
import { type Job, SqliteProcess } from './process.ts'

/** The most processes that read. */
const READERS = 4
/** The most statements that are sent to one of them before it has answered the first. */
const DEPTH = 4
/** After so long a statement is slow: those queued behind it move to another process (ms). */
const SLOW = 100
/** After so long in the queue, a statement gets another process started (ms). */
const WAITING = 250
/** After so long a statement whose signal is aborted is stopped (ms). */
const ABANDONED = 1000
/** How long a process may take to open the file, in milliseconds. */
const OPENING = 30_000
/** How long an idle process is kept, in milliseconds. */
const IDLE = 30_000
/** How long processes may take to end when the database is closed, in milliseconds. */
const CLOSING = 1000
/** How often running statements are looked after, in milliseconds. */
const CHECK_INTERVAL = 10

/** A file, with one process that writes and some that read. */
export class FileBackend implements Backend {
  readonly hasReaders = true
  generation = 0
  readonly #spawn: typeof import('node:child_process').spawn
  readonly #file: string
  readonly #requireFrom: readonly string[]
  readonly #control: Control
  #writer: SqliteProcess | undefined
  #readers: SqliteProcess[] = []
  readonly #startedAt = new WeakMap<SqliteProcess, number>()
  readonly #idleSince = new WeakMap<SqliteProcess, number>()
  /** When a process last answered a read. */
  #answeredAt = 0
  /** Reads that are not sent to a process yet. */
  #queue: Job[] = []
  #timer: ReturnType<typeof setInterval> | undefined
  #reaper: ReturnType<typeof setInterval> | undefined
  #isClosed = false

  constructor(
    spawn: typeof import('node:child_process').spawn,
    file: string,
    requireFrom: readonly string[],
    control: Control,
  ) {
    this.#spawn = spawn
    this.#file = file
    this.#requireFrom = requireFrom
    this.#control = control
  }

  /** Opens the file for writing, and creates it if it does not exist. */
  async open(): Promise<void> {
    await this.#writerProcess().opened
    // Started now, so that it is ready when the tables are.
    this.#addReader()
  }

  read<R>(
    text: string,
    params: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<QueryResult<R>> {
    return new Promise((resolve, reject) => {
      const since = performance.now()
      this.#queue.push({ text, params, signal, since, resolve, reject })
      this.#dispatch()
    })
  }

  write<R>(
    text: string,
    params: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<QueryResult<R>> {
    return this.#write(text, params, signal)
  }

  #write<R>(
    text: string,
    params: readonly unknown[],
    signal: AbortSignal | undefined,
    lists?: Job['lists'],
  ): Promise<QueryResult<R>> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(new ConnectionClosed('the database is closed'))
        return
      }
      const writer = this.#writerProcess()
      const failed = (error: unknown) => {
        reject(error)
        // SQLite decides when it opens a file whether it may write it: only another process can write
        // it once that is allowed again, or once the file was replaced.
        if (isReadOnly(error)) writer.kill()
      }
      const since = performance.now()
      const job = { text, params, signal, since, resolve, ...(lists ? { lists } : {}) }
      writer.send({ ...job, reject: failed })
      this.#watch()
    })
  }

  writeEach(text: string, lists: readonly (readonly unknown[])[]): Promise<QueryResult<never>> {
    return this.#write(text, [], undefined, lists)
  }

  reset(): void {
    this.#writer?.kill()
  }

  async end(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#timer)
    clearInterval(this.#reaper)
    const closed = () => new ConnectionClosed('the database is closed')
    for (const job of this.#queue.splice(0)) job.reject(closed())
    const writer = this.#writer
    const readers = this.#readers
    const late = setTimeout(() => {
      for (const each of [...readers, ...(writer ? [writer] : [])]) each.kill()
    }, CLOSING)
    // Readers first: the last connection to close truncates the write-ahead log, and must be a writer.
    for (const each of readers) each.close()
    await Promise.all(readers.map((each) => each.ended))
    writer?.close()
    await writer?.ended
    clearTimeout(late)
  }

  #writerProcess(): SqliteProcess {
    if (this.#writer !== undefined) return this.#writer
    const writer: SqliteProcess = this.#start(
      'write',
      () => {},
      (left) => {
        if (this.#writer === writer) this.#writer = undefined
        this.generation++
        // They belong to a transaction that no longer exists.
        for (const job of left) job.reject(new ConnectionClosed('the SQLite process exited'))
      },
    )
    this.#writer = writer
    return writer
  }

  #addReader(): void {
    const reader: SqliteProcess = this.#start(
      'read',
      () => {
        this.#answeredAt = performance.now()
        if (reader.load === 0) this.#idleSince.set(reader, performance.now())
        this.#dispatch()
      },
      (left) => {
        this.#readers = this.#readers.filter((each) => each !== reader)
        // Reads can be repeated.
        this.#queue.unshift(...left)
        this.#dispatch()
      },
    )
    this.#readers.push(reader)
    if (this.#reaper === undefined) {
      this.#reaper = setInterval(() => this.#reap(), IDLE / 3)
      unref(this.#reaper)
    }
  }

  #start(
    mode: 'read' | 'write',
    onAnswer: () => void,
    onEnd: (left: readonly Job[]) => void,
  ): SqliteProcess {
    const orders = { file: this.#file, mode, requireFrom: this.#requireFrom }
    const started = new SqliteProcess(this.#spawn, orders, onAnswer, onEnd)
    this.#startedAt.set(started, performance.now())
    return started
  }

  /** Sends reads to the processes that have the fewest, and starts another if all are slow. */
  #dispatch(): void {
    if (this.#isClosed) {
      for (const job of this.#queue.splice(0))
        job.reject(new ConnectionClosed('the database is closed'))
      return
    }
    while (this.#queue.length > 0) {
      let best: SqliteProcess | undefined
      let areAllSlow = true
      for (const each of this.#readers) {
        if ((each.running?.ms ?? 0) >= SLOW) continue
        areAllSlow = false
        if (each.load < DEPTH && each.load < (best?.load ?? DEPTH)) best = each
      }
      if (best === undefined) {
        const waited = performance.now() - (this.#queue[0]?.since ?? 0)
        if (this.#readers.length < READERS && (areAllSlow || waited > WAITING)) {
          const isStarting = this.#readers.some((each) => each.running === undefined)
          if (!isStarting) {
            this.#addReader()
            continue
          }
        }
        break
      }
      const job = this.#queue.shift()
      if (job === undefined) break
      if (job.signal?.aborted) job.reject(new Stopped('abandoned'))
      else best.send(job)
    }
    this.#watch()
  }

  /** Starts to check running statements, until none runs. */
  #watch(): void {
    if (this.#timer !== undefined || this.#isClosed) return
    this.#timer = setInterval(() => this.#check(), CHECK_INTERVAL)
  }

  #check(): void {
    const now = performance.now()
    const processes = [...this.#readers, ...(this.#writer === undefined ? [] : [this.#writer])]
    for (const each of processes) {
      const { running } = each
      if (running === undefined) {
        const isStuck = each.load > 0 && now - (this.#startedAt.get(each) ?? now) > OPENING
        if (isStuck) each.kill(new ConnectionClosed('the file of SQLite was not opened in time'))
        continue
      }
      const { job, ms } = running
      const { timeout } = this.#control
      if (timeout > 0 && ms > timeout) each.kill(new Stopped('timeout'))
      else if (job?.signal?.aborted && ms > ABANDONED) each.kill(new Stopped('abandoned'))
      else if (ms > SLOW && each !== this.#writer) this.#queue.unshift(...each.takePending())
    }
    this.#queue = this.#queue.filter((job) => {
      const isAbandoned = job.signal?.aborted
      const isLate = now - job.since > ACQUIRE_TIMEOUT
      if (isAbandoned) job.reject(new Stopped('abandoned'))
      else if (isLate) job.reject(noConnection())
      return !isAbandoned && !isLate
    })
    if (this.#queue.length > 0) this.#dispatch()
    else if (processes.every((each) => each.load === 0)) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  /** Resolves if reads are answered. A reader counts as alive while it runs a statement in its time. */
  async ping(): Promise<void> {
    const isBusy = this.#readers.some((each) => (each.running?.ms ?? 0) > 0)
    const hasFree = this.#readers.some((each) => each.load === 0)
    if (isBusy && !hasFree) return
    // The ping would only wait in the queue, and recent answers tell as much.
    if (this.#queue.length > 0 && performance.now() - this.#answeredAt < SLOW * 10) return
    await this.read('SELECT 1', [], undefined)
  }

  #reap(): void {
    const now = performance.now()
    for (const each of this.#readers.slice(1)) {
      if (each.load > 0 || now - (this.#idleSince.get(each) ?? now) < IDLE) continue
      this.#readers = this.#readers.filter((other) => other !== each)
      each.close()
    }
  }
}
