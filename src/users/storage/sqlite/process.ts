// Longer than most files here: one process, from its start to its end, and what it answers meanwhile.

import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import type { QueryResult } from 'kysely'
import { ConnectionClosed, type Stopped } from '../failures.ts'
import { type Orders, serveEngine } from './child.ts'
import { openEngine, type Reply, requireFrom } from './engine.ts'

/** A statement, and what to do with its result. */
export interface Job {
  readonly text: string
  readonly params: readonly unknown[]
  readonly signal: AbortSignal | undefined
  /** Runs the statement once for each of these, in place of `params`. */
  readonly lists?: readonly (readonly unknown[])[]
  /** When it was requested, by `performance.now()`. */
  readonly since: number
  resolve(result: QueryResult<never>): void
  reject(error: unknown): void
}

/**
 * The program of a child process. It is text, because bundlers move and rename files. `__name` is a
 * function that some tools that run TypeScript insert into others.
 */
const program = (orders: Orders): string =>
  `var __name = (value) => value;
(${serveEngine})({
  openEngine: ${openEngine},
  requireFrom: ${requireFrom},
  createRequire: require('node:module').createRequire,
  Worker: require('node:worker_threads').Worker,
}, ${JSON.stringify(orders)})`

/** How much of the end of a process's standard error is kept for its error, in characters. */
const MOST_STDERR = 2000

/** A process that runs SQLite. Unlike a thread, it can be stopped in the middle of a statement. */
export class SqliteProcess {
  readonly #child: ChildProcessWithoutNullStreams
  /** The statements that were sent, in order; undefined for one that was moved to another process. */
  readonly #jobs: (Job | undefined)[] = []
  readonly #onAnswer: () => void
  readonly #onEnd: (left: readonly Job[]) => void
  readonly ended: Promise<void>
  #pieces: Buffer[] = []
  #stderr = ''
  #isOpen = false
  #isEnded = false
  #reason: unknown
  #startedAt = performance.now()
  #opened: { resolve(): void; reject(error: unknown): void } | undefined
  readonly opened: Promise<void>

  /**
   * @param onAnswer is called after it has answered statements.
   * @param onEnd is called once, with the statements that it was sent and has not begun.
   */
  constructor(
    spawn: typeof import('node:child_process').spawn,
    orders: Orders,
    onAnswer: () => void,
    onEnd: (left: readonly Job[]) => void,
  ) {
    this.#onAnswer = onAnswer
    this.#onEnd = onEnd
    this.opened = new Promise((resolve, reject) => {
      this.#opened = { resolve, reject }
    })
    this.opened.catch(() => {})
    const args = ['--no-warnings', '--expose-gc', '-e', program(orders)]
    this.#child = spawn(process.execPath, args, { stdio: 'pipe', windowsHide: true })
    this.ended = new Promise((resolve) => {
      this.#child.once('close', () => resolve())
      this.#child.once('error', () => resolve())
    })
    this.#child.once('error', (error) => this.#end(error))
    this.#child.once('close', () =>
      this.#end(new ConnectionClosed(`the SQLite process exited: ${this.#stderr}`)),
    )
    this.#child.stdout.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = `${this.#stderr}${chunk}`.slice(-MOST_STDERR)
    })
    // Writing to a process that has ended fails; `close` tells of its end.
    this.#child.stdin.on('error', () => {})
    this.#child.unref()
    this.#setAlive(true)
  }

  /** The number of statements that it has, those included that were moved to another process. */
  get load(): number {
    return this.#jobs.length
  }

  /** The statement that it runs, and for how long, in ms. */
  get running(): { readonly job: Job | undefined; readonly ms: number } | undefined {
    if (!this.#isOpen || this.#jobs.length === 0) return undefined
    return { job: this.#jobs[0], ms: performance.now() - this.#startedAt }
  }

  send(job: Job): void {
    if (this.#jobs.length === 0) {
      this.#startedAt = performance.now()
      this.#setAlive(true)
    }
    this.#jobs.push(job)
    const { stdin } = this.#child
    // All statements of one turn of the event loop go in one write.
    if (stdin.writableCorked === 0) {
      stdin.cork()
      process.nextTick(() => stdin.uncork())
    }
    const { text, params, lists } = job
    const sent = [
      text,
      params.map(encode),
      ...(lists ? [lists.map((each) => each.map(encode))] : []),
    ]
    stdin.write(`${JSON.stringify(sent)}\n`)
  }

  /** Takes back the statements that it has not begun. It still runs them; the results are ignored. */
  takePending(): readonly Job[] {
    const left = this.#jobs.slice(1).filter((job) => job !== undefined)
    for (let i = 1; i < this.#jobs.length; i++) this.#jobs[i] = undefined
    return left
  }

  /** Ends it now. The statement that it runs fails with the reason. */
  kill(reason?: Stopped | ConnectionClosed): void {
    this.#reason = reason
    this.#child.kill('SIGKILL')
    this.#end(new ConnectionClosed('the process of SQLite was ended'))
  }

  /** Lets it end after it has run what it was sent. */
  close(): void {
    this.#child.stdin.end()
  }

  #end(failure: unknown): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#opened?.reject(failure)
    const [running, ...left] = this.#jobs.splice(0)
    running?.reject(this.#reason ?? failure)
    this.#setAlive(false)
    this.#onEnd(left.filter((job) => job !== undefined))
  }

  /** Whether it keeps this process from ending. */
  #setAlive(isAlive: boolean): void {
    const { stdin, stdout, stderr } = this.#child
    for (const stream of [stdin, stdout, stderr]) {
      if (isPipe(stream)) {
        if (isAlive && stream === stdout) stream.ref()
        else stream.unref()
      }
    }
  }

  #read(chunk: Buffer): void {
    if (this.#isEnded) return
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = chunk.subarray(start, end)
      start = end + 1
      if (this.#pieces.length === 0) this.#take(line.toString())
      else {
        const pieces = [...this.#pieces, line]
        this.#pieces = []
        this.#take(Buffer.concat(pieces).toString())
      }
    }
    if (start < chunk.length) this.#pieces.push(chunk.subarray(start))
    if (this.#jobs.length === 0) this.#setAlive(false)
    this.#onAnswer()
  }

  #take(line: string): void {
    this.#startedAt = performance.now()
    const reply: Reply & { readonly error?: SentError } = JSON.parse(line)
    if (this.#isOpen) this.#settle(reply)
    else this.#open(reply.error)
  }

  #open(error: SentError | undefined): void {
    if (error === undefined) {
      this.#isOpen = true
      this.#opened?.resolve()
      return
    }
    const failure = errorOf(error)
    this.#opened?.reject(failure)
    // The file cannot be opened, so no other process could run these statements either.
    for (const job of this.#jobs.splice(0)) job?.reject(failure)
    this.kill()
  }

  #settle({ error, ...reply }: Reply & { readonly error?: SentError }): void {
    const job = this.#jobs.shift()
    if (job === undefined) return
    if (error === undefined) job.resolve(resultOf(reply, decode))
    else job.reject(errorOf(error))
  }
}

/** The pipes of a process are sockets, though their types do not say so. */
const isPipe = (stream: object): stream is { ref(): void; unref(): void } =>
  'ref' in stream && 'unref' in stream

/** An error as a process sends it. */
interface SentError {
  readonly message: string
  readonly code?: string
  readonly errcode?: number
  readonly at?: number
}

function errorOf({ message, ...codes }: SentError): Error {
  if (message.startsWith('tamis/users: ')) return new TypeError(message)
  return Object.assign(new Error(message), codes)
}

/** A parameter as JSON: `decode` in child.ts reads it. */
function encode(value: unknown): unknown {
  if (typeof value === 'bigint') return { n: String(value) }
  return typeof value === 'boolean' ? Number(value) : value
}

/** A value that JSON does not have, from `encode` in child.ts. */
interface Encoded {
  readonly n?: string
  readonly f?: string
  readonly b?: string
}

function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { n, f, b = '' }: Encoded = value
  if (n !== undefined) return BigInt(n)
  return f === undefined ? Buffer.from(b, 'base64') : Number(f)
}

/** A reply as Kysely takes it. Kysely's callers say what type its rows have. */
export function resultOf(
  { columns, rows, changes }: Reply,
  read: (value: unknown) => unknown,
): QueryResult<never> {
  if (columns === undefined || rows === undefined) {
    return { rows: [], numAffectedRows: BigInt(changes ?? 0) }
  }
  const records = rows.map((values) => {
    const record: Record<string, unknown> = {}
    for (let i = 0; i < columns.length; i++) record[columns[i] ?? ''] = read(values[i])
    return record
  })
  return { rows: records as never[] }
}
