import type { QueryResult } from 'kysely'
import { ConnectionClosed, Stopped } from './failures.ts'
import { CANCEL_TIMEOUT, type Client, type Control, noConnection, within } from './pool.ts'

/** Servers stop a statement at its timeout. If one does not, we do, so much later (ms). */
const MARGIN = 500
/** How long a statement may go on after it was cancelled, before its connection is cut (ms). */
const GRACE = 1000

/** The operations of a driver's connection that `ServerClient` needs. */
export interface Wire {
  send<R>(text: string, params: readonly unknown[]): Promise<QueryResult<R>>
  /** Cancels the statement that runs, over another connection. */
  cancel(): Promise<void>
  /** Cuts the connection. */
  destroy(): void
  /** Returns it to the pool; a broken one is removed. */
  release(isBroken: boolean): void
}

/** A connection to a server. Its statements are stopped by a cancellation. */
export class ServerClient implements Client {
  readonly #wire: Wire
  readonly #control: Control
  #isBroken = false

  constructor(wire: Wire, control: Control) {
    this.#wire = wire
    this.#control = control
  }

  run<R>(
    text: string,
    params: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<QueryResult<R>> {
    if (signal?.aborted) return Promise.reject(new Stopped('abandoned'))
    return new Promise((resolve, reject) => {
      const { timeout } = this.#control
      let why: Stopped['why'] | undefined
      let cut: ReturnType<typeof setTimeout> | undefined
      const stop = (reason: Stopped['why']) => {
        if (why !== undefined) return
        why = reason
        // The connection is not used again: a late cancellation would hit its next statement.
        this.#isBroken = true
        this.#wire.cancel().catch(() => {})
        cut = setTimeout(() => {
          this.#wire.destroy()
          // Some drivers do not reject the statement of a connection that is cut.
          reject(new Stopped(reason))
        }, GRACE)
      }
      const late = timeout > 0 ? setTimeout(stop, timeout + MARGIN, 'timeout') : undefined
      const abandon = () => stop('abandoned')
      signal?.addEventListener('abort', abandon, { once: true })
      const { signal: closed } = this.#control.closed
      const close = () => {
        settle()
        reject(new ConnectionClosed('the database is closed'))
        // Cancelled too, because a server goes on with the statement of a connection that is cut.
        this.#control.cancellations.add(
          within(CANCEL_TIMEOUT, this.#wire.cancel(), noConnection)
            .catch(() => {})
            .then(() => this.#wire.destroy()),
        )
      }
      closed.addEventListener('abort', close, { once: true })
      const settle = () => {
        closed.removeEventListener('abort', close)
        clearTimeout(late)
        clearTimeout(cut)
        signal?.removeEventListener('abort', abandon)
      }
      this.#wire.send<R>(text, params).then(
        (result) => {
          settle()
          resolve(result)
        },
        (error: unknown) => {
          settle()
          reject(why === undefined ? error : new Stopped(why, { cause: error }))
        },
      )
    })
  }

  release(isBroken: boolean): void {
    this.#wire.release(isBroken || this.#isBroken)
  }
}
