/** An engine's worker, from the side of the page. */

import { FILL_TIME, QUERY_TIME } from '../limits.ts'
import type { Answer, Asking, Filled, Filling, Found, Progress } from './messages.ts'

export type EngineState =
  | { readonly is: 'off' }
  | { readonly is: 'busy'; readonly doing: string }
  | { readonly is: 'failed'; readonly message: string }
  | { readonly is: 'done'; readonly filled: Filled; readonly found: Found; readonly wanted: Wanted }

/** What an engine is to have in its table, and what it is asked; compared by identity. */
export interface Wanted {
  readonly filling: Filling
  readonly asking: Asking
}

type Waiting = (answer: Answer) => void

/**
 * Keeps one worker at what the page wants last: while it is busy, wishes in between are skipped. A
 * worker that takes too long is ended, and started anew when something else is wanted.
 */
export class EngineHandle {
  state: EngineState = { is: 'off' }
  readonly #start: () => Worker
  readonly #changed: () => void
  #worker: Worker | undefined
  #waiting: Waiting | undefined
  #wanted: Wanted | undefined
  #isWorking = false
  #filled: { readonly by: Filling; readonly told: Filled } | undefined
  #ids = 0

  constructor(start: () => Worker, changed: () => void) {
    this.#start = start
    this.#changed = changed
  }

  /** Asks for something; the state changes when it is there. */
  want(wanted: Wanted): void {
    this.#wanted = wanted
    if (!this.#isWorking) void this.#work()
  }

  /** Ends the worker. */
  stop(): void {
    this.#wanted = undefined
    this.#end()
    this.#set({ is: 'off' })
  }

  #end(): void {
    this.#worker?.terminate()
    this.#worker = undefined
    this.#filled = undefined
    this.#waiting?.({ id: 0, error: 'It was stopped.' })
    this.#waiting = undefined
  }

  #set(state: EngineState): void {
    this.state = state
    this.#changed()
  }

  async #work(): Promise<void> {
    this.#isWorking = true
    for (;;) {
      const wanted = this.#wanted
      if (wanted === undefined) break
      const state = await this.#reach(wanted)
      // It may have been stopped, or something else may be wanted by now.
      if (this.#wanted !== wanted) continue
      this.#set(state)
      break
    }
    this.#isWorking = false
  }

  /** Fills the table if it holds other rows, and asks. */
  async #reach(wanted: Wanted): Promise<EngineState> {
    const { filling, asking } = wanted
    if (this.#filled?.by !== filling) {
      const doing = this.#worker === undefined ? 'starting' : `writing ${filling.rows.length} rows`
      if (this.state.is !== 'busy' || this.state.doing !== doing) this.#set({ is: 'busy', doing })
      this.#filled = undefined
      const answer = await this.#send({ fill: filling }, FILL_TIME)
      if (!('filled' in answer)) return failure(answer)
      this.#filled = { by: filling, told: answer.filled }
    }
    const { told } = this.#filled
    const answer = await this.#send({ ask: asking }, QUERY_TIME)
    if (!('found' in answer)) return failure(answer)
    return { is: 'done', filled: told, found: answer.found, wanted }
  }

  #send(message: { readonly fill: Filling } | { readonly ask: Asking }, time: number) {
    this.#worker ??= this.#open()
    const worker = this.#worker
    this.#ids += 1
    const id = this.#ids
    return new Promise<Answer>((resolve) => {
      const timer = setTimeout(() => {
        resolve({ id, error: `It took more than ${time / 1000} seconds and was stopped.` })
        this.#end()
      }, time)
      this.#waiting = (answer) => {
        if (answer.id !== id && answer.id !== 0) return
        clearTimeout(timer)
        resolve(answer)
      }
      worker.postMessage({ id, ...message })
    })
  }

  #open(): Worker {
    const worker = this.#start()
    worker.onmessage = ({ data }: MessageEvent<Answer | { readonly progress: Progress }>) => {
      if (!('progress' in data)) this.#waiting?.(data)
      else if (this.state.is === 'busy')
        this.#set({ is: 'busy', doing: progressText(data.progress) })
    }
    worker.onerror = (event) => {
      event.preventDefault()
      const error = event.message || 'Its files could not be loaded.'
      this.#waiting?.({ id: 0, error })
      this.#end()
    }
    return worker
  }
}

const megabytes = (bytes: number): string => (bytes / 1_000_000).toFixed(1)

function progressText({ loaded, total, isDone }: Progress): string {
  if (isDone) return 'starting'
  return total === undefined
    ? `downloading, ${megabytes(loaded)} MB so far`
    : `downloading, ${megabytes(loaded)} of ${megabytes(total)} MB`
}

const failure = (answer: Answer): EngineState => ({
  is: 'failed',
  message: 'error' in answer ? answer.error : 'It answered something else.',
})
