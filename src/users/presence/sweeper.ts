import { UsersError } from '../error.ts'
import type { Connections } from '../storage/connections.ts'
import { BATCH } from './batch-size.ts'

/** Ends the connections of processes that died, and those whose time has come. */
export class Sweeper {
  readonly #connections: Connections
  readonly #now: () => number
  readonly #onCommit: () => void
  readonly #onError: (error: unknown) => void

  constructor(
    connections: Connections,
    now: () => number,
    onCommit: () => void,
    onError: (error: unknown) => void,
  ) {
    this.#connections = connections
    this.#now = now
    this.#onCommit = onCommit
    this.#onError = onError
  }

  /** `own` is the process that sweeps: it lives, even if it was suspended for longer than its lease. */
  async sweep(own: string): Promise<void> {
    const now = this.#now()
    for (const process of await this.#connections.deadProcesses(now)) {
      if (process === own) continue
      if (!(await this.#connections.seize(process, now))) continue
      await this.#endAll(() => this.#connections.heldBy(process, BATCH), now, process)
      await this.#connections.removeProcess(process)
    }
    await this.#endAll(() => this.#connections.expired(now, BATCH), now)
  }

  /** Ends connections until none is found. */
  async #endAll(find: () => Promise<readonly string[]>, now: number, process?: string) {
    for (let ids = await find(); ids.length > 0; ids = await find()) {
      await this.#end(ids, now, process)
      this.#onCommit()
    }
  }

  async #end(ids: readonly string[], now: number, process: string | undefined): Promise<void> {
    try {
      await this.#connections.end(ids, now, process)
    } catch (error) {
      if (!(error instanceof UsersError) || error.code !== 'user_damaged') throw error
      if (ids.length > 1) {
        // Only the user who cannot be read stays as it is.
        for (const id of ids) await this.#end([id], now, process)
        return
      }
      this.#onError(error)
      await this.#connections.forget(ids, now, process)
    }
  }
}
