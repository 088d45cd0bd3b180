import type { LogRecord } from '../storage/change.ts'
import type { AccountState } from '../storage/public.ts'

/**
 * Gets the state that a change left an account in; `account` is undefined for a user who is deleted.
 * Gets `undefined` where the state is not known, so that it must be read.
 */
export type AccountListener = (
  change: { readonly account: AccountState | undefined } | undefined,
) => void

/** Listeners to the account state of single users, as the log tells it. */
export class AccountListeners {
  readonly #listeners = new Map<string, Set<AccountListener>>()

  /** The number of users who are followed. */
  get size(): number {
    return this.#listeners.size
  }

  /** @returns the function that removes the listener. */
  follow(user_id: string, listener: AccountListener): () => void {
    const listeners = this.#listeners.get(user_id) ?? new Set()
    this.#listeners.set(user_id, listeners)
    listeners.add(listener)
    return () => {
      if (listeners.delete(listener) && listeners.size === 0) this.#listeners.delete(user_id)
    }
  }

  notify(record: LogRecord): void {
    const listeners = this.#listeners.get(record.user_id)
    if (listeners === undefined) return
    const change = accountIn(record)
    for (const listener of [...listeners]) listener(change)
  }

  /** Changes were missed, so that no state is known. */
  notifyGap(): void {
    for (const listeners of [...this.#listeners.values()]) {
      for (const listener of [...listeners]) listener(undefined)
    }
  }
}

function accountIn(record: LogRecord): { readonly account: AccountState | undefined } | undefined {
  try {
    const { after } = record.read()
    return { account: after?.deleted_at === undefined ? after : undefined }
  } catch {
    // The row is damaged, which is reported where it is tested against the lists.
    return undefined
  }
}
