import { createMatcher, type Matcher } from '../../collection/index.ts'
import {
  type Condition,
  canonical,
  compilePredicate,
  type Predicate,
  type RowInput,
} from '../../index.ts'
import { storedUsers } from '../schema.ts'
import type { LoggedChange } from '../storage/change.ts'
import { shown, toRow, type User } from '../user.ts'
import { testCostOf } from './cost.ts'

/** The effect of a change on one list. After `reset` the list must be queried again. */
export type WatchEvent =
  | { readonly type: 'added' | 'updated'; readonly user: User; readonly seq: number }
  | { readonly type: 'removed'; readonly user: Pick<User, 'id'>; readonly seq: number }
  | { readonly type: 'reset' }

export type WatchListener = (event: WatchEvent) => void

/** The visible part of a user. Lists with the same function share their events. */
export type Show = (user: User) => Partial<User>

interface Watcher {
  readonly listener: WatchListener
}

/** The lists with the same filter and the same view: a change is matched once for all of them. */
interface Group {
  readonly key: string
  /** Its id in the matcher; groups are numbered in the order in which they were opened. */
  readonly number: number
  readonly matches: Predicate
  readonly show: Show
  readonly cost: number
  readonly watchers: Set<Watcher>
  /** Changes up to this one cause no events: the lists were reset after it was written. */
  resetAt: number
}

const everything: Show = (user) => user

type StoredRow = RowInput<typeof storedUsers>

/**
 * The open lists: a change is matched only with those that it may concern, which a matcher finds, and
 * once for all lists with the same filter and view.
 */
export class Watchers {
  readonly #groups = new Map<Show, Map<string, Group>>()
  readonly #byNumber = new Map<number, Group>()
  readonly #matcher: Matcher<StoredRow, number> = createMatcher(storedUsers)
  readonly #all = new Set<Watcher>()
  readonly #onError: (error: unknown) => void
  #opened = 0

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  get size(): number {
    return this.#all.size
  }

  /** @returns the function that removes the list. */
  add(condition: Condition, listener: WatchListener, show: Show = everything): () => void {
    const watcher: Watcher = { listener }
    const group = this.#groupOf(condition, show)
    this.#all.add(watcher)
    group.watchers.add(watcher)
    return () => {
      this.#all.delete(watcher)
      if (group.watchers.delete(watcher) && group.watchers.size === 0) this.#close(group)
    }
  }

  #groupOf(condition: Condition, show: Show): Group {
    const groups = this.#groups.get(show) ?? new Map<string, Group>()
    this.#groups.set(show, groups)
    const key = canonical(condition)
    const known = groups.get(key)
    if (known !== undefined) return known
    const group: Group = {
      key,
      number: this.#opened++,
      matches: compilePredicate(condition),
      show,
      cost: 1 + testCostOf(condition),
      watchers: new Set(),
      resetAt: Number.NEGATIVE_INFINITY,
    }
    groups.set(key, group)
    this.#byNumber.set(group.number, group)
    this.#matcher.add(group.number, condition)
    return group
  }

  #close(group: Group): void {
    const groups = this.#groups.get(group.show)
    groups?.delete(group.key)
    if (groups?.size === 0) this.#groups.delete(group.show)
    this.#byNumber.delete(group.number)
    this.#matcher.remove(group.number)
  }

  /** Sends a change to the lists that it concerns. */
  notify(change: LoggedChange): void {
    for (const _ of this.steps(change)) {
      // Each step is done when the next one is requested.
    }
  }

  /** Does the same as `notify`, in steps of at most one predicate or one listener each. */
  *steps(change: LoggedChange): Generator<void> {
    const events = new Events(change)
    const found = this.#matcher.candidates(events.rowBefore, events.rowAfter)
    // Lists are told in the order in which they were opened. Some may be closed between two steps.
    for (const number of found.sort((a, b) => a - b)) {
      yield
      const group = this.#byNumber.get(number)
      if (group === undefined || change.seq <= group.resetAt) continue
      const event = events.eventFor(group)
      if (event === undefined) continue
      for (const watcher of group.watchers) {
        yield
        if (change.seq > group.resetAt) this.#call(watcher, event)
      }
    }
  }

  /** Sends `reset` to every list; changes up to `seq` cause no more events. */
  reset(seq: number = Number.NEGATIVE_INFINITY): void {
    const event: WatchEvent = { type: 'reset' }
    for (const groups of this.#groups.values()) {
      for (const group of groups.values()) this.#reset(group, seq, event)
    }
  }

  /**
   * Resets the lists with the most expensive filters, so that the others catch up: half of the cost
   * of all those for which changes since `oldest` are waiting.
   */
  resetExpensive(oldest: number, last: number): void {
    const lagging = [...this.#groups.values()]
      .flatMap((groups) => [...groups.values()])
      .filter(({ resetAt }) => resetAt < oldest)
      .sort((one, other) => other.cost - one.cost)
    let left = lagging.reduce((sum, { cost }) => sum + cost, 0) / 2
    const event: WatchEvent = { type: 'reset' }
    for (const group of lagging) {
      if (left <= 0) break
      left -= group.cost
      this.#reset(group, last, event)
    }
  }

  #reset(group: Group, seq: number, event: WatchEvent): void {
    group.resetAt = Math.max(group.resetAt, seq)
    for (const watcher of group.watchers) this.#call(watcher, event)
  }

  #call(watcher: Watcher, event: WatchEvent): void {
    // A listener that was called before may have removed this one.
    if (!this.#all.has(watcher)) return
    try {
      const result: unknown = watcher.listener(event)
      if (result instanceof Promise) result.catch(this.#onError)
    } catch (error) {
      // The other listeners still get the event.
      this.#onError(error)
    }
  }
}

/** The events of one change, which are made once for all lists. */
class Events {
  readonly change: LoggedChange
  readonly rowBefore: StoredRow | undefined
  readonly rowAfter: StoredRow | undefined
  readonly #events = new Map<Show, { added?: WatchEvent; updated?: WatchEvent }>()
  #removed: WatchEvent | undefined

  constructor(change: LoggedChange) {
    const { before, after } = change
    this.change = change
    this.rowBefore = before === undefined ? undefined : toRow(before)
    this.rowAfter = after === undefined ? undefined : toRow(after)
  }

  /** The event for the lists of a group; undefined if the change does not concern them. */
  eventFor({ matches, show }: Group): WatchEvent | undefined {
    const matchedBefore = this.rowBefore !== undefined && matches(this.rowBefore)
    const isIn = this.rowAfter !== undefined && matches(this.rowAfter)
    const { before, after, seq } = this.change
    if (isIn && after !== undefined) {
      const type = matchedBefore ? 'updated' : 'added'
      const events = this.#events.get(show) ?? {}
      this.#events.set(show, events)
      events[type] ??= { type, user: show(shown(after)) as User, seq }
      return events[type]
    }
    if (!matchedBefore || before === undefined) return undefined
    this.#removed ??= { type: 'removed', user: { id: before.id }, seq }
    return this.#removed
  }
}
