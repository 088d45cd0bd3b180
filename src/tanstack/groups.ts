import type { LoadSubsetOptions } from '@tanstack/db'
import { abortable, type Life, lifeOf } from '../users/client/time.ts'
import { type Plan, rowsOf, type Source } from './load.ts'
import type { Part } from './part.ts'
import type { Subscribe } from './subscription.ts'

type Key = string | number

/** What a collection of TanStack DB is written with. */
export interface Writer {
  begin(): void
  write(message: { type: 'insert' | 'update'; value: object } | { type: 'delete'; key: Key }): void
  commit(): true | Promise<void>
  /** Says that ordered rows were loaded again, and may have moved between pages. */
  invalidate(): void
}

/** The subsets of one filter, which share a stream of changes. */
interface Group {
  readonly id: string
  readonly filter: Part
  readonly life: Life
  /** Loads that end with the group. Many listeners of one signal would make Node print a warning. */
  readonly running: Set<Life>
  readonly subsets: Map<LoadSubsetOptions, Plan>
  readonly keys: Set<Key>
  /** The loads that run now. */
  readonly loads: Set<Load>
  ready: Promise<void>
}

interface Load {
  /** The keys that it must leave alone: a change came after it had begun. */
  readonly touched: Set<Key>
  /** Whether all rows were loaded again since it began: what it read may be older, and is not written. */
  isSuperseded: boolean
}

interface GroupsOptions<T> extends Source<T> {
  readonly keyOf: (row: object) => Key
  readonly subscribe: Subscribe<T> | undefined
  readonly onError: (error: unknown) => void
}

function end(group: Group): void {
  group.life.end()
  for (const life of group.running) life.end()
}

/**
 * The rows of a collection by the filters that they were loaded for. A row is in the collection while
 * a filter that somebody needs has it: nobody would tell of its changes later.
 */
export class Groups<T> {
  readonly #options: GroupsOptions<T>
  readonly #writer: Writer
  #isOver = false
  readonly #groups = new Map<string, Group>()
  /** Groups by their subsets; a subset has several where its keys are loaded in parts. */
  readonly #groupsOf = new Map<LoadSubsetOptions, Set<Group>>()
  /** How many groups have a row. */
  readonly #uses = new Map<Key, number>()

  constructor(options: GroupsOptions<T>, writer: Writer) {
    this.#options = options
    this.#writer = writer
  }

  /** Loads the rows of plans, and follows the changes of their filters from then on. */
  async load(options: LoadSubsetOptions, plans: readonly Plan[]): Promise<void> {
    const life = lifeOf(options.signal)
    // All of them at first, so that `unload` finds them.
    const joined = plans.map((plan) => ({ plan, group: this.#join(options, plan) }))
    for (const { group } of joined) {
      group.running.add(life)
      if (group.life.signal.aborted) life.end()
    }
    try {
      for (const { plan, group } of joined) {
        await abortable(group.ready, life.signal)
        await this.#collect(group, [plan], life.signal, false)
      }
    } finally {
      for (const { group } of joined) group.running.delete(life)
      life.end()
    }
  }

  /** Ends a subset. With the last one of a filter, its stream ends and its rows go. */
  unload(options: LoadSubsetOptions): void {
    const groups = this.#groupsOf.get(options) ?? []
    this.#groupsOf.delete(options)
    for (const group of groups) {
      group.subsets.delete(options)
      if (group.subsets.size > 0) continue
      end(group)
      this.#forget(group)
      if (group.keys.size > 0) this.#transact(() => this.#drop(group, [...group.keys]))
    }
  }

  end(): void {
    this.#isOver = true
    for (const groups of this.#groupsOf.values()) for (const group of groups) end(group)
    this.#groups.clear()
    this.#groupsOf.clear()
  }

  #join(options: LoadSubsetOptions, plan: Plan): Group {
    const id = JSON.stringify(plan.filter)
    let group = this.#groups.get(id)
    if (group === undefined) {
      group = this.#open(id, plan.filter)
      this.#groups.set(id, group)
    }
    group.subsets.set(options, plan)
    const groups = this.#groupsOf.get(options) ?? new Set()
    this.#groupsOf.set(options, groups.add(group))
    return group
  }

  #forget(group: Group): void {
    if (this.#groups.get(group.id) === group) this.#groups.delete(group.id)
  }

  #open(id: string, filter: Part): Group {
    const life = lifeOf(undefined)
    if (this.#isOver) life.end()
    const group: Group = {
      id,
      filter,
      life,
      running: new Set(),
      subsets: new Map(),
      keys: new Set(),
      loads: new Set(),
      ready: Promise.resolve(),
    }
    const { subscribe, read, keyOf, onError } = this.#options
    const isOver = () => life.signal.aborted
    const touch = (key: Key) => {
      for (const { touched } of group.loads) touched.add(key)
    }
    if (subscribe === undefined || filter === false) return group
    group.ready = Promise.resolve(
      subscribe({
        filter: filter === true ? undefined : filter,
        signal: life.signal,
        changed: (row) => {
          if (isOver()) return
          const held = read(row)
          touch(keyOf(held))
          this.#transact(() => this.#put(group, held))
        },
        removed: (key) => {
          if (isOver()) return
          touch(key)
          if (group.keys.has(key)) this.#transact(() => this.#drop(group, [key]))
        },
        reset: () => this.#collect(group, [...group.subsets.values()], life.signal, true),
        failed: (error) => {
          // The next load opens another stream.
          this.#forget(group)
          if (!isOver()) onError(error)
        },
      }),
    )
    // The next load tries again.
    group.ready.catch(() => this.#forget(group))
    return group
  }

  /** Loads rows and writes them at once; with `isAll`, rows that the group had before go. */
  async #collect(
    group: Group,
    plans: readonly Plan[],
    signal: AbortSignal,
    isAll: boolean,
  ): Promise<void> {
    const { keyOf } = this.#options
    const touched = new Set<Key>()
    const load: Load = { touched, isSuperseded: false }
    // A load of everything has their plans, too.
    const older = isAll ? [...group.loads] : []
    group.loads.add(load)
    try {
      const rows = new Map<Key, object>()
      for (const plan of plans) {
        for await (const row of rowsOf(this.#options, plan, signal)) rows.set(keyOf(row), row)
      }
      signal.throwIfAborted()
      if (load.isSuperseded) return
      for (const each of older) each.isSuperseded = true
      const gone = isAll ? [...group.keys].filter((key) => !rows.has(key) && !touched.has(key)) : []
      const written = this.#transact(() => {
        for (const [key, row] of rows) {
          if (touched.has(key)) continue
          this.#put(group, row)
          for (const other of group.loads) if (other !== load) other.touched.add(key)
        }
        this.#drop(group, gone)
      })
      if (isAll) this.#writer.invalidate()
      await written
    } finally {
      group.loads.delete(load)
    }
  }

  #transact(change: () => void): true | Promise<void> {
    this.#writer.begin()
    change()
    return this.#writer.commit()
  }

  #put(group: Group, row: object): void {
    const key = this.#options.keyOf(row)
    const uses = this.#uses.get(key) ?? 0
    this.#writer.write({ type: uses > 0 ? 'update' : 'insert', value: row })
    if (group.keys.has(key)) return
    group.keys.add(key)
    this.#uses.set(key, uses + 1)
  }

  #drop(group: Group, keys: readonly Key[]): void {
    for (const key of keys) {
      group.keys.delete(key)
      const uses = (this.#uses.get(key) ?? 1) - 1
      if (uses > 0) this.#uses.set(key, uses)
      else {
        this.#uses.delete(key)
        this.#writer.write({ type: 'delete', key })
      }
    }
  }
}
