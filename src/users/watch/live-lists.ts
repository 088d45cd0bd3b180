import { and, type Condition, condition } from '../../index.ts'
import { Feed } from '../feed.ts'
import { storedUsers } from '../schema.ts'
import type { Hooks } from '../settings.ts'
import type { Store } from '../storage/store.ts'
import { type AccountListener, AccountListeners } from './account-listeners.ts'
import { ChangeMatcher } from './change-matcher.ts'
import { type Show, Watchers, type WatchListener } from './watchers.ts'

/** Which users are in lists, whatever their filters are. */
const IN_LISTS = condition(storedUsers, { deleted_at: null, deactivated_at: null })

/** The lists that are watched in this process, and the feed of changes that they follow. */
export class LiveLists {
  readonly #watchers: Watchers
  readonly #matcher: ChangeMatcher
  readonly #accounts = new AccountListeners()
  readonly #feed: Feed
  /** The number of lists that are being opened. */
  #opening = 0

  constructor(store: Store, hooks: Hooks) {
    const onError = (error: unknown) => hooks.onError?.(error)
    this.#watchers = new Watchers(onError)
    this.#matcher = new ChangeMatcher(this.#watchers, onError)
    this.#feed = new Feed(store, hooks, {
      hasListeners: () => this.#watchers.size + this.#accounts.size + this.#opening > 0,
      onChange: (record) => {
        // First, so that a caller who may no longer read gets nothing more, earlier changes included.
        this.#accounts.notify(record)
        this.#matcher.add(record)
      },
      onGap: (seq) => {
        this.#accounts.notifyGap()
        this.#matcher.reset(seq)
      },
    })
  }

  /** The number of lists that are watched. */
  get size(): number {
    return this.#watchers.size
  }

  /** Adds a list, whose events begin when this resolves. */
  async watch(filter: Condition, listener: WatchListener, show: Show): Promise<() => void> {
    this.#opening++
    try {
      // Earlier changes are in what the list queries later, so they are not events of this list.
      await this.#matcher.settled(await this.#feed.position())
      return this.#watchers.add(and(filter, IN_LISTS), listener, show)
    } finally {
      this.#opening--
    }
  }

  /** Follows the account state of one user: see `Users.onAccountChange`. */
  onAccountChange(user_id: string, listener: AccountListener): () => void {
    return this.#accounts.follow(user_id, listener)
  }

  /** Starts to follow the changes, for the accounts that are followed. */
  async follow(): Promise<void> {
    this.#opening++
    try {
      await this.#feed.position()
    } finally {
      this.#opening--
    }
  }

  /** Reads the changes that were committed now, without waiting for the next poll. */
  nudge(): void {
    void this.#feed.nudge()
  }

  async close(): Promise<void> {
    await this.#feed.close()
    this.#matcher.clear()
  }
}
