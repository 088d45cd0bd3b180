import { type Condition, canonical, compilePredicate, type Predicate } from '../../index.ts'
import type { LoggedChange } from '../storage/change.ts'
import { type StoredUser, shown, toRow, type User } from '../user.ts'
import { testCostOf } from './cost.ts'
import { type Requirement, requirementsOf } from './requirements.ts'

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
  readonly matches: Predicate
  readonly show: Show
  readonly cost: number
  readonly requirements: readonly Requirement[] | undefined
  readonly watchers: Set<Watcher>
  /** Changes up to this one cause no events: the lists were reset after it was written. */
  resetAt: number
}

/** The groups that require a value of one field, by that value. */
interface FieldIndex {
  readonly path: readonly string[]
  readonly groups: Map<unknown, Set<Group>>
}

const everything: Show = (user) => user

/**
 * The open lists, indexed by the values that their conditions require: a change is matched only with
 * the lists that it may concern, and once for all lists with the same filter and view.
 */
export class Watchers {
  readonly #groups = new Map<Show, Map<string, Group>>()
  /** The groups whose filters require no value, which every change may concern. */
  readonly #unindexed = new Set<Group>()
  readonly #fields = new Map<string, FieldIndex>()
  readonly #all = new Set<Watcher>()
  readonly #onError: (error: unknown) => void

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
    const requirements = requirementsOf(condition)
    const group: Group = {
      key,
      matches: compilePredicate(condition),
      show,
      cost: 1 + testCostOf(condition),
      requirements,
      watchers: new Set(),
      resetAt: Number.NEGATIVE_INFINITY,
    }
    groups.set(key, group)
    if (requirements === undefined) this.#unindexed.add(group)
    else for (const each of requirements) this.#enter(each, group)
    return group
  }

  #close(group: Group): void {
    const groups = this.#groups.get(group.show)
    groups?.delete(group.key)
    if (groups?.size === 0) this.#groups.delete(group.show)
    this.#unindexed.delete(group)
    for (const each of group.requirements ?? []) this.#leave(each, group)
  }

  #enter({ path, value }: Requirement, group: Group): void {
    const name = JSON.stringify(path)
    const index = this.#fields.get(name) ?? { path, groups: new Map() }
    this.#fields.set(name, index)
    const entries = index.groups.get(value) ?? new Set()
    index.groups.set(value, entries)
    entries.add(group)
  }

  #leave({ path, value }: Requirement, group: Group): void {
    const name = JSON.stringify(path)
    const index = this.#fields.get(name)
    const entries = index?.groups.get(value)
    if (index === undefined || entries === undefined) return
    entries.delete(group)
    if (entries.size === 0) index.groups.delete(value)
    if (index.groups.size === 0) this.#fields.delete(name)
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
    const found = new Set<Group>()
    for (const { path, groups } of this.#fields.values()) {
      yield
      for (const user of [change.before, change.after]) {
        const value = valueAt(user, path)
        for (const each of Array.isArray(value) ? value : [value]) {
          for (const group of groups.get(each) ?? []) found.add(group)
        }
      }
    }
    yield* this.#matchAll(found, events)
    yield* this.#matchAll(this.#unindexed, events)
  }

  // Lists may be opened and closed between two steps; a Set can change while it is iterated.
  *#matchAll(groups: Iterable<Group>, events: Events): Generator<void> {
    for (const group of groups) {
      yield
      if (events.change.seq <= group.resetAt || group.watchers.size === 0) continue
      const event = events.eventFor(group)
      if (event === undefined) continue
      for (const watcher of group.watchers) {
        yield
        if (events.change.seq > group.resetAt) this.#call(watcher, event)
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
  readonly #rowBefore: unknown
  readonly #rowAfter: unknown
  readonly #events = new Map<Show, { added?: WatchEvent; updated?: WatchEvent }>()
  #removed: WatchEvent | undefined

  constructor(change: LoggedChange) {
    const { before, after } = change
    this.change = change
    this.#rowBefore = before === undefined ? undefined : toRow(before)
    this.#rowAfter = after === undefined ? undefined : toRow(after)
  }

  /** The event for the lists of a group; undefined if the change does not concern them. */
  eventFor({ matches, show }: Group): WatchEvent | undefined {
    const matchedBefore = this.#rowBefore !== undefined && matches(this.#rowBefore)
    const isIn = this.#rowAfter !== undefined && matches(this.#rowAfter)
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

function valueAt(user: StoredUser | undefined, path: readonly string[]): unknown {
  let value: unknown = user
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
    value = value[key]
  }
  return value
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
