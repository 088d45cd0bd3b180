import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Orders } from './process.ts'

type State = 'running' | 'stopped' | 'dead'

/** How long a process may take to start, in milliseconds; others use the machine, too. */
const START = 90_000

export interface ServerOptions {
  readonly name: string
  /** The bundled process.ts. */
  readonly program: string
  readonly folder: string
  readonly orders: Omit<Orders, 'clock'>
  /** Whom the process runs as; the campaign's own user where it is undefined. */
  readonly uid?: number | undefined
}

/** A server that faults happen to, and its process. */
export class Server {
  readonly name: string
  url = ''
  state: State = 'dead'
  /** How far its clock is shifted, in milliseconds. */
  shift = 0
  /** Counts what makes answers fail: an answer fails for a reason if this changed meanwhile. */
  disturbances = 0
  /** How processes ended that nobody had killed. */
  readonly deaths: string[] = []
  readonly #options: ServerOptions
  readonly #clock: string
  #child: ChildProcess | undefined
  #errors = ''
  #impatience = new AbortController()

  constructor(options: ServerOptions) {
    this.name = options.name
    this.#options = options
    this.#clock = join(options.folder, `${options.name}.clock`)
    this.setClock(0)
  }

  /** Aborted when the clients of a stopped process are tired of waiting. */
  get impatience(): AbortSignal {
    return this.#impatience.signal
  }

  /** Starts the process; answers what it said if it refused to start. */
  async start(): Promise<string | undefined> {
    const { program, orders, uid } = this.#options
    const args = [JSON.stringify({ ...orders, clock: this.#clock } satisfies Orders)]
    const child = spawn(process.execPath, ['--no-warnings', program, ...args], {
      stdio: 'pipe',
      ...(uid === undefined ? {} : { uid, gid: uid }),
    })
    this.#child = child
    this.#errors = ''
    this.#impatience = new AbortController()
    child.stdin.on('error', () => {})
    child.stderr.on('data', (text) => {
      this.#errors = `${this.#errors}${text}`.slice(-2000)
    })
    const line = once(createInterface({ input: child.stdout }), 'line')
    const ended = once(child, 'close')
    const late = AbortSignal.timeout(START)
    const first = await Promise.race([
      line.then(([port]) => String(port)),
      ended.then(() => undefined),
      once(late, 'abort').then(() => 'late'),
    ])
    if (first === undefined) return this.#errors || 'no reason'
    if (first === 'late') {
      child.kill('SIGKILL')
      await ended
      return `no answer in ${START} ms: ${this.#errors}`
    }
    this.url = `http://127.0.0.1:${first}`
    this.state = 'running'
    void ended.then(([code, signal]) => {
      if (this.#child !== child || this.state === 'dead') return
      this.state = 'dead'
      this.disturbances++
      this.deaths.push(`${this.name} ended by ${signal ?? code}: ${this.#errors.slice(-500)}`)
    })
    return undefined
  }

  /** Ends the process at once, whatever it is doing. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child === undefined || this.state === 'dead') return
    this.state = 'dead'
    this.disturbances++
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  /** Ends the process as nobody would expect; the campaign must notice that by itself. */
  betray(): void {
    this.#child?.kill('SIGKILL')
  }

  /** Stops the process; its clients wait for so long. */
  stop(patience: number): void {
    if (this.state !== 'running') return
    this.state = 'stopped'
    this.disturbances++
    this.#child?.kill('SIGSTOP')
    const { signal } = this.#impatience
    const timer = setTimeout(() => this.#impatience.abort(), patience)
    signal.addEventListener('abort', () => clearTimeout(timer))
  }

  /** Lets a stopped process go on. */
  goOn(): void {
    if (this.state !== 'stopped') return
    this.#impatience.abort()
    this.#impatience = new AbortController()
    this.#child?.kill('SIGCONT')
    this.state = 'running'
    this.disturbances++
  }

  setClock(shift: number): void {
    // Renamed, so that no process reads a part of it.
    const draft = `${this.#clock}.draft`
    writeFileSync(draft, String(shift))
    renameSync(draft, this.#clock)
    this.shift = shift
  }

  /** The processes in which it runs SQLite; none for other databases. */
  children(): readonly number[] {
    const { pid } = this.#child ?? {}
    if (pid === undefined || this.state !== 'running') return []
    try {
      const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      return text.split(' ').filter(Boolean).map(Number)
    } catch {
      // Another system, or the process has just ended.
      return []
    }
  }
}
