import { type Condition, compilePredicate, type Predicate } from '../../index.ts'
import type { LoggedChange } from '../storage/change.ts'
import { type StoredUser, shown, toRow, type User } from '../user.ts'
import { type Requirement, requirementsOf } from './requirements.ts'

/** What a change means to one list. A list that missed changes must be asked for anew. */
export type WatchEvent =
  | { readonly type: 'added' | 'updated'; readonly user: User; readonly seq: number }
  | { readonly type: 'removed'; readonly user: Pick<User, 'id'>; readonly seq: number }
  | { readonly type: 'reset' }

export type WatchListener = (event: WatchEvent) => void

interface Watcher {
  readonly matches: Predicate
  readonly listener: WatchListener
}

/** Watchers by the value that they require, of one field. */
interface FieldIndex {
  readonly path: readonly string[]
  readonly watchers: Map<unknown, Set<Watcher>>
}

/**
 * The open lists, by what their conditions require of a user: a change is judged for those alone
 * that it may concern.
 */
export class Watchers {
  readonly #everything = new Set<Watcher>()
  readonly #fields = new Map<string, FieldIndex>()
  readonly #all = new Set<Watcher>()
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  get size(): number {
    return this.#all.size
  }

  /** Answers the function that takes it away. */
  add(condition: Condition, listener: WatchListener): () => void {
    const watcher: Watcher = { matches: compilePredicate(condition), listener }
    const requirements = requirementsOf(condition)
    this.#all.add(watcher)
    if (requirements === undefined) this.#everything.add(watcher)
    else for (const each of requirements) this.#enter(each, watcher)
    return () => {
      this.#all.delete(watcher)
      this.#everything.delete(watcher)
      for (const each of requirements ?? []) this.#leave(each, watcher)
    }
  }

  #enter({ path, value }: Requirement, watcher: Watcher): void {
    const name = path.join('.')
    const index = this.#fields.get(name) ?? { path, watchers: new Map() }
    this.#fields.set(name, index)
    const own = index.watchers.get(value) ?? new Set()
    index.watchers.set(value, own)
    own.add(watcher)
  }

  #leave({ path, value }: Requirement, watcher: Watcher): void {
    const name = path.join('.')
    const index = this.#fields.get(name)
    const own = index?.watchers.get(value)
    if (index === undefined || own === undefined) return
    own.delete(watcher)
    if (own.size === 0) index.watchers.delete(value)
    if (index.watchers.size === 0) this.#fields.delete(name)
  }

  /** Tells a change to the lists that it concerns. */
  tell({ before, after, seq }: LoggedChange): void {
    const old = before === undefined ? undefined : toRow(before)
    const fresh = after === undefined ? undefined : toRow(after)
    const user = after === undefined ? undefined : shown(after)
    for (const watcher of this.#concerned(before, after)) {
      const was = old !== undefined && watcher.matches(old)
      const is = fresh !== undefined && watcher.matches(fresh)
      if (is) this.#call(watcher, { type: was ? 'updated' : 'added', user: user as User, seq })
      else if (was) {
        this.#call(watcher, { type: 'removed', user: { id: (before as User).id }, seq })
      }
    }
  }

  /** Tells every list that it is to be asked for anew. */
  reset(): void {
    for (const watcher of this.#all) this.#call(watcher, { type: 'reset' })
  }

  #call(watcher: Watcher, event: WatchEvent): void {
    // Another listener, told of the same change before it, may have taken it away.
    if (!this.#all.has(watcher)) return
    try {
      const told: unknown = watcher.listener(event)
      if (told instanceof Promise) told.catch(this.#onError)
    } catch (error) {
      // One listener's fault is not another's.
      this.#onError(error)
    }
  }

  /** The watchers whose condition may be true of a user as it was or is. */
  #concerned(before: StoredUser | undefined, after: StoredUser | undefined): Set<Watcher> {
    const found = new Set(this.#everything)
    for (const { path, watchers } of this.#fields.values()) {
      for (const user of [before, after]) {
        const value = valueAt(user, path)
        for (const each of Array.isArray(value) ? value : [value]) {
          for (const watcher of watchers.get(each) ?? []) found.add(watcher)
        }
      }
    }
    return found
  }
}

function valueAt(user: StoredUser | undefined, path: readonly string[]): unknown {
  let own: unknown = user
  for (const key of path) {
    if (typeof own !== 'object' || own === null || !Object.hasOwn(own, key)) return undefined
    own = (own as Readonly<Record<string, unknown>>)[key]
  }
  return own
}
