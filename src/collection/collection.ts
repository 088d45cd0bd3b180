// Longer than most files here: every operation of a collection is a method.

import { compileSortKey } from '../compile/ordering.ts'
import { scanOf } from '../compile/scan.ts'
import type { Condition } from '../condition/condition.ts'
import type { SortKey } from '../condition/keyset.ts'
import { atNow, type Clock } from '../condition/timed.ts'
import { describe } from '../error/describe.ts'
import type { Scalar } from '../kinds/kind.ts'
import { type FacetCount, facetOf } from '../parse/facet.ts'
import type { Query } from '../parse/query.ts'
import { queryAt } from '../parse/query-at.ts'
import type { Schema } from '../parse/schema.ts'
import { facetCounts, facetRows } from '../query/facet.ts'
import { type Page, pageOfFound } from '../query/page.ts'
import { projection } from '../query/project.ts'
import type { Fields, FieldsRow } from '../schema/definition.ts'
import { eachBit } from './bits.ts'
import { countOf, countValues } from './count.ts'
import { exactBits, type Note } from './find.ts'
import { Indexes, type IndexStats } from './indexes.ts'
import { LivePages } from './live-pages.ts'
import { type CollectionOptions, readOptions } from './options.ts'
import type { PageEvent } from './page-event.ts'
import { findRows } from './search.ts'
import type { Space } from './select.ts'
import { Slots } from './slots.ts'
import {
  type EventsOptions,
  pageEvents,
  type Watch,
  type WatchOptions,
  watchPage,
} from './watch.ts'

/** What a collection has. */
export interface CollectionStats {
  readonly rows: number
  /** About how much memory all indexes take. */
  readonly bytes: number
  readonly indexes: readonly IndexStats[]
  /** How many pages are watched, by `watch` or `events`. */
  readonly watchers: number
}

/** What was done for a query, in the order in which it was done. */
export interface Explanation {
  readonly steps: readonly string[]
  /** How many rows the page has. */
  readonly found: number
}

/** How many rows `iterate` looks for at a time, at first and at most. */
const BATCH = { first: 32, most: 512 }

/**
 * Rows in memory with indexes. Queries, counts and facets answer what `runQuery`, `countRows` and
 * `facetRows` answer for an array of the same rows. Rows are kept as they are given: one that is in a
 * collection must not be changed in place, since the indexes would not know.
 */
export class Collection<T> {
  readonly #slots: Slots<T>
  readonly #indexes: Indexes<T>
  readonly #space: Space<T>
  readonly #pages: LivePages<T>

  /** @throws TypeError for options that are not valid, and where `load` throws. */
  constructor(schema: Schema, options: CollectionOptions<T>) {
    const { rows, fields, orders, maxBytes, changes, isAutomatic } = readOptions(schema, options)
    this.#slots = new Slots(schema)
    this.#indexes = new Indexes(this.#slots, schema.key, maxBytes, isAutomatic)
    this.#space = { slots: this.#slots, indexes: this.#indexes, key: schema.key }
    this.#pages = new LivePages(this.#space, changes)
    this.load(rows as Iterable<T>)
    this.#indexes.declare(fields, orders)
  }

  /** How many rows there are. */
  get size(): number {
    return this.#slots.size
  }

  /** @throws TypeError for a row without a key, or with the key of another. */
  insert(row: T): void {
    const key = this.#slots.keyOf(row)
    if (this.#slots.slotOf(key) !== undefined) this.#slots.refuseDuplicate(key)
    this.#add(key, row)
  }

  /**
   * Adds a row, or puts it in the place of the one with its key, which is returned.
   *
   * @throws TypeError for a row without a key.
   */
  upsert(row: T): T | undefined {
    const key = this.#slots.keyOf(row)
    const slot = this.#slots.slotOf(key)
    if (slot !== undefined) return this.#replace(slot, row)
    this.#add(key, row)
    return undefined
  }

  /**
   * Puts another row in the place of the one with a key: a copy of it with these properties, or what a
   * function makes of it. The new row is returned; undefined where there is none with the key.
   *
   * @throws TypeError where the new row has another key.
   */
  update(key: unknown, change: Partial<T> | ((row: T) => T)): T | undefined {
    const slot = this.#slots.find(key)
    if (slot === undefined) return undefined
    const before = this.#slots.rows[slot] as T
    const after = typeof change === 'function' ? change(before) : { ...before, ...change }
    if (this.#slots.slotOf(this.#slots.keyOf(after)) !== slot) {
      throw new TypeError(
        `tamis/collection: update: the key of ${describe(key)} cannot change; remove the row and insert the new one`,
      )
    }
    this.#replace(slot, after)
    return after
  }

  /** Removes the row with a key, which is returned; undefined if there is none. */
  remove(key: unknown): T | undefined {
    const slot = this.#slots.find(key)
    if (slot === undefined) return undefined
    const row = this.#slots.rows[slot] as T
    this.#guard(
      () => this.#indexes.remove(slot, row),
      () => {},
    )
    this.#slots.remove(this.#slots.canonical(key) as Scalar, slot)
    this.#pages.change(row, undefined)
    return row
  }

  /** The row with a key; undefined if there is none. */
  get(key: unknown): T | undefined {
    const slot = this.#slots.find(key)
    return slot === undefined ? undefined : this.#slots.rows[slot]
  }

  /**
   * Inserts many rows, all or none. Many at once are indexed faster than one by one.
   *
   * @throws TypeError as `insert` does; then nothing has changed.
   */
  load(rows: Iterable<T>): void {
    // What makes the rows may ask the collection, which has none of them yet.
    const added = Array.isArray(rows) ? (rows as readonly T[]) : [...rows]
    const isBulk = added.length > this.#slots.size / 4
    if (isBulk) this.#loadAnew(added)
    else this.#loadEach(added)
    this.#pages.add(added, isBulk)
  }

  /**
   * The page of a query: what `runQuery` gives for the same rows.
   *
   * @throws TypeError and FilterError as `runQuery` does.
   */
  query(query: Query, clock: Clock = {}): Page<T> {
    return this.#page(query, clock, undefined)
  }

  /**
   * How many rows a condition is true of, or a query finds on all of its pages: `countRows`.
   *
   * @throws TypeError as `countRows` does.
   */
  count(of: Condition | Query, { now }: Clock = {}): number {
    return countOf(this.#space, 'schema' in of ? queryAt(of, now).condition : atNow(of, now))
  }

  /**
   * The values of a field of the rows that a query finds: `facetRows`.
   *
   * @throws TypeError and FilterError as `facetRows` does.
   */
  facet(query: Query, name: string, { now }: Clock = {}): readonly FacetCount[] {
    const { field, condition } = facetOf(query, name, now)
    const index = this.#indexes.terms(field, 'index')
    if (index !== undefined) {
      return facetCounts(query, field, countValues(this.#space, condition, index))
    }
    const rows: T[] = []
    eachBit(exactBits(this.#space, condition), (slot) => {
      rows.push(this.#slots.rows[slot] as T)
    })
    this.#indexes.wantTerms(field, 'index', rows.length)
    return facetRows(query, name, rows, { now })
  }

  /**
   * The rows of a query one by one, from its offset or its cursor on, beyond its limit. With `prev`
   * they come in the other direction, away from the cursor. Rows that are added, changed or removed
   * meanwhile may be seen or not.
   *
   * @throws TypeError and FilterError as `runQuery` does, when the first row is asked for.
   */
  *iterate(asked: Query, { now }: Clock = {}): Generator<T, void, undefined> {
    const query = queryAt(asked, now)
    const { base, key: start, ordering } = scanOf(query)
    const show = projection<T>(query)
    const { keyOf } = compileSortKey(ordering)
    let key: SortKey | undefined = start
    let skipped = query.offset
    for (let need = BATCH.first + skipped; ; need = Math.min(need * 2, BATCH.most)) {
      // Without an index of the order, all rows are read for the first: they are found at once.
      if (this.#indexes.order(ordering) === undefined) need = Number.POSITIVE_INFINITY
      const rows = findRows(this.#space, { condition: base, ordering, key, need })
      for (const row of rows.slice(skipped)) yield show(row)
      if (rows.length < need) return
      skipped = 0
      key = keyOf(rows.at(-1))
    }
  }

  /**
   * Calls a listener with the changes of a query's page, each time an operation of the collection
   * changes the page: one event for `load` also. It is called before the operation returns. What it
   * changes itself is done at once; the events of that come after this event, to every listener.
   *
   * @throws TypeError for options that are not valid, and FilterError as `query` does.
   * @example
   * let items: readonly Person[] = []
   * const watch = collection.watch(query, ({ changes }) => {
   *   items = applyChanges(items, changes)
   * })
   * items = watch.page.items
   * watch.stop()
   */
  watch(
    query: Query,
    listener: (event: PageEvent<T>) => void,
    options: WatchOptions = {},
  ): Watch<T> {
    return watchPage(this.#pages, query, listener, options)
  }

  /**
   * The changes of a query's page for a loop that may take its time: what changes meanwhile is one
   * event, so that no more than the page is kept for it. The first event has the whole page, as
   * changes of an empty one. It begins when the first event is asked for, and ends with the loop, or
   * when `signal` is aborted.
   *
   * @throws TypeError for options that are not valid.
   * @example
   * let items: readonly Person[] = []
   * for await (const { changes } of collection.events(query)) items = applyChanges(items, changes)
   */
  events(
    query: Query,
    options: EventsOptions = {},
  ): AsyncIterableIterator<PageEvent<T>, undefined> {
    return pageEvents(this.#pages, query, options)
  }

  /** What the collection does to find the page of a query, and why: it is found once for that. */
  explain(query: Query, clock: Clock = {}): Explanation {
    const steps: string[] = []
    const { items } = this.#page(query, clock, (step) => steps.push(step))
    return { steps, found: items.length }
  }

  /** How many rows and which indexes there are. It visits every index: not for a hot path. */
  stats(): CollectionStats {
    const indexes = this.#indexes.stats()
    const bytes = indexes.reduce((sum, each) => sum + each.bytes, 0)
    return { rows: this.size, bytes, indexes, watchers: this.#pages.size }
  }

  /** Makes a change of the indexes, which throws where a row does when it is read: then of nothing. */
  #guard(change: () => void, undo: () => void): void {
    try {
      change()
    } catch (error) {
      undo()
      this.#indexes.restore()
      throw error
    }
  }

  /** Adds rows, and makes the indexes anew. */
  #loadAnew(rows: readonly T[]): void {
    const slots = this.#slots
    const keys: Scalar[] = []
    const taken: number[] = []
    const undo = () => {
      for (let i = taken.length - 1; i >= 0; i--) slots.remove(keys[i]!, taken[i]!)
    }
    try {
      for (const row of rows) {
        const key = slots.keyOf(row)
        if (slots.slotOf(key) !== undefined) slots.refuseDuplicate(key)
        keys.push(key)
        taken.push(slots.add(key, row))
      }
    } catch (error) {
      undo()
      throw error
    }
    this.#guard(() => this.#indexes.rebuild(), undo)
  }

  /** Adds rows one by one, if all of them have keys of their own. */
  #loadEach(rows: readonly T[]): void {
    const slots = this.#slots
    const added = new Map<Scalar, T>()
    for (const row of rows) {
      const key = slots.keyOf(row)
      if (added.has(key) || slots.slotOf(key) !== undefined) slots.refuseDuplicate(key)
      added.set(key, row)
    }
    const taken: (readonly [Scalar, number])[] = []
    const add = () => {
      for (const [key, row] of added) {
        const slot = slots.add(key, row)
        taken.push([key, slot])
        this.#indexes.add(slot, row)
      }
    }
    this.#guard(add, () => {
      for (const [key, slot] of taken) slots.remove(key, slot)
    })
  }

  #add(key: Scalar, row: T): void {
    const slot = this.#slots.add(key, row)
    this.#guard(
      () => this.#indexes.add(slot, row),
      () => this.#slots.remove(key, slot),
    )
    this.#pages.change(undefined, row)
  }

  #replace(slot: number, row: T): T {
    const { rows } = this.#slots
    const before = rows[slot] as T
    rows[slot] = row
    this.#guard(
      () => this.#indexes.replace(slot, before, row),
      () => {
        rows[slot] = before
      },
    )
    this.#pages.change(before, row)
    return before
  }

  #page(asked: Query, clock: Clock, note: Note): Page<T> {
    const query = queryAt(asked, clock.now)
    const { offset, limit, count } = query
    const { base, key, ordering, isReversed } = scanOf(query)
    const need = limit === 0 ? 0 : offset + limit + 1
    const search = { condition: base, ordering, key, need }
    const found = need === 0 ? [] : findRows(this.#space, search, note).slice(offset)
    if (isReversed) found.reverse()
    const total = count ? countOf(this.#space, base, note) : undefined
    return pageOfFound(query, found, total, false, true)
  }
}

/**
 * A collection of rows in memory, with indexes.
 *
 * @throws TypeError for an option that is not valid, and for a row without a key or with one of another.
 * @example
 * const users = createCollection(people, { rows })
 * users.query(parseQuery(people, payload)) // { items, next?, prev? }
 */
export function createCollection<F extends Fields, T = FieldsRow<F, 'value'>>(
  schema: Schema<F>,
  options: CollectionOptions<T> = {},
): Collection<T> {
  return new Collection<T>(schema as Schema, options)
}
