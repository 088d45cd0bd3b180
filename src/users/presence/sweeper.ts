import { UsersError } from '../error.ts'
import { AheadLeases } from '../storage/ahead-leases.ts'
import type { Connections } from '../storage/connections.ts'
import { BATCH } from './batch-size.ts'

/** A user without a stream is online for so many grace periods at most. */
const LONGEST = 3

/** Ends the connections of processes that died, and those whose time has come. */
export class Sweeper {
  readonly #connections: Connections
  readonly #now: () => number
  readonly #onCommit: () => void
  readonly #onError: (error: unknown) => void
  readonly #grace: number
  readonly #ahead: AheadLeases
  #shortenedAt = Number.NEGATIVE_INFINITY

  /** `lease` and `onlineGrace` are the settings. */
  constructor(
    { lease, onlineGrace }: { readonly lease: number; readonly onlineGrace: number },
    connections: Connections,
    now: () => number,
    onCommit: () => void,
    onError: (error: unknown) => void,
  ) {
    this.#connections = connections
    this.#now = now
    this.#onCommit = onCommit
    this.#onError = onError
    this.#grace = onlineGrace
    this.#ahead = new AheadLeases(lease)
  }

  /** `own` is the process that sweeps: it lives, even if it was suspended for longer than its lease. */
  async sweep(own: string): Promise<void> {
    const now = this.#now()
    const dead = await this.#connections.deadProcesses(now)
    const abandoned = await this.#ahead.abandoned(now, (after) =>
      this.#connections.leasedBeyond(after),
    )
    for (const process of [...dead, ...abandoned]) {
      const { id } = process
      if (id === own) continue
      if (!(await this.#connections.seize(process))) continue
      await this.#endAll(() => this.#connections.heldBy(id, BATCH), now, id)
      await this.#connections.removeProcess(id)
    }
    await this.#shorten(now)
    await this.#endAll(() => this.#connections.expired(now, BATCH), now)
  }

  /**
   * Shortens what a clock that was ahead, and was set back, has made last for hours; now and then,
   * because it is rare.
   */
  async #shorten(now: number): Promise<void> {
    if (performance.now() - this.#shortenedAt < this.#grace) return
    this.#shortenedAt = performance.now()
    const latest = now + LONGEST * this.#grace
    const find = () => this.#connections.onlineBeyond(latest, BATCH)
    for (let ids = await find(); ids.length > 0; ids = await find()) {
      await this.#connections.shorten(ids, now + this.#grace)
    }
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
