// Longer than most files here: every change of a page keeps the same rows sorted.

import { compileSortKey } from '../compile/ordering.ts'
import { compilePredicate, type Predicate } from '../compile/predicate.ts'
import { type Scan, scanOf } from '../compile/scan.ts'
import type { SortKey } from '../condition/keyset.ts'
import type { Scalar } from '../kinds/kind.ts'
import type { Query } from '../parse/query.ts'
import { type Page, pageOfFound } from '../query/page.ts'
import { projection } from '../query/project.ts'
import { type Total, totalOf } from '../query/total.ts'
import { countOf } from './count.ts'
import { isSameItem, type PageChange, pageChanges, type Shown } from './page-event.ts'
import { findRows } from './search.ts'
import type { Space } from './select.ts'

/** A row that the query finds, with what it is sorted by. */
interface Entry<T> extends Shown<T> {
  readonly key: SortKey
}

/**
 * How many rows behind the page are kept, at first and at most: so many rows can leave the page before
 * rows are looked for again. Each time that happens, twice as many are.
 */
const SPARE = { first: 32, most: 1024 }

const NONE: readonly never[] = []

/**
 * The page of a query, kept as rows change. It holds the first rows that the query finds, in the order
 * in which they are scanned: those before the page, the page, and some behind it. All others stand
 * behind these, so that a changed row is compared with the last of them alone.
 */
export class LivePage<T> {
  readonly query: Query
  readonly #space: Space<T>
  readonly #scan: Scan
  readonly #matches: Predicate
  readonly #keyOf: (row: unknown) => SortKey
  readonly #compare: (a: SortKey, b: SortKey) => number
  readonly #show: (row: T) => T
  /** Which term of the order is the key of the rows. */
  readonly #idAt: number
  /** How many rows tell the page, and whether there are others behind it. */
  readonly #need: number
  #spare = SPARE.first
  #entries: Entry<T>[] = []
  /** Whether these are all rows that the query finds. */
  #isWhole = false
  #count: number | undefined

  /** @throws FilterError where the query's cursor is of one to which the server joined something else. */
  constructor(space: Space<T>, query: Query, isCounted: boolean) {
    const { offset, limit, schema } = query
    this.query = query
    this.#space = space
    this.#scan = scanOf(query)
    const { base, ordering } = this.#scan
    const { keyOf, compare } = compileSortKey(ordering)
    this.#matches = compilePredicate(base)
    this.#keyOf = keyOf
    this.#compare = compare
    this.#show = projection<T>(query)
    this.#idAt = ordering.findIndex(({ field }) => field.name === schema.key.name)
    this.#need = limit === 0 ? 0 : offset + limit + 1
    if (isCounted) this.#count = 0
    this.refresh()
  }

  /** How many rows the query finds on all pages, if that is asked for. */
  get total(): Total | undefined {
    return this.#count === undefined ? undefined : totalOf(this.query, this.#count)
  }

  /** The rows of the page. */
  get shown(): readonly Shown<T>[] {
    const { offset, limit } = this.query
    const shown = this.#entries.slice(offset, offset + limit)
    return this.#scan.isReversed ? shown.reverse() : shown
  }

  /** The rows that the page had when some rows were others, or were not there, by their keys. */
  shownBefore(former: ReadonlyMap<Scalar, T | undefined>): readonly Shown<T>[] {
    const { offset, limit } = this.query
    const { base: condition, ordering, key: start, isReversed } = this.#scan
    const search = { condition, ordering, key: start, need: offset + limit + former.size }
    const entries: Entry<T>[] = []
    for (const row of limit === 0 ? [] : findRows(this.#space, search)) {
      const entry = this.#entryOf(row, this.#keyOf(row))
      if (!former.has(entry.id as Scalar)) entries.push(entry)
    }
    for (const row of former.values()) {
      if (row === undefined || !this.#matches(row)) continue
      const key = this.#keyOf(row)
      if (start === undefined || this.#compare(key, start) > 0)
        entries.push(this.#entryOf(row, key))
    }
    entries.sort((a, b) => this.#compare(a.key, b.key))
    const shown = entries.slice(offset, offset + limit)
    return isReversed ? shown.reverse() : shown
  }

  /** Reads the page of a query that finds the same rows: its cursors are those of the query. */
  reader(query: Query): () => Page<T> {
    const rows = this.#entries.slice(query.offset, this.#need).map(({ row }) => row)
    if (this.#scan.isReversed) rows.reverse()
    const count = this.#count
    return () => pageOfFound(query, rows, count, false, true)
  }

  /** A row was added, replaced or removed. */
  change(before: T | undefined, after: T | undefined): readonly PageChange<T>[] {
    // The same object may have been changed in place: what it was is not known.
    if (before === after) return this.refresh()
    const wasIn = before !== undefined && this.#matches(before)
    const isIn = after !== undefined && this.#matches(after)
    if (!wasIn && !isIn) return NONE
    if (this.#count !== undefined) this.#count += Number(isIn) - Number(wasIn)
    const from = wasIn ? this.#keyIn(before) : undefined
    const to = isIn ? this.#keyIn(after) : undefined
    if (from === undefined && to === undefined) return NONE
    const at = from === undefined ? undefined : this.#indexOf(from)
    if (at !== undefined && this.#entries[at]?.row !== before) return this.refresh()
    return this.#replace(at, to && this.#entryOf(after as T, to))
  }

  /** Rows were added. */
  add(rows: readonly T[]): readonly PageChange<T>[] {
    const before = this.shown
    for (const row of rows) {
      if (!this.#matches(row)) continue
      if (this.#count !== undefined) this.#count++
      const key = this.#keyIn(row)
      if (key === undefined) continue
      this.#entries.splice(this.#indexOf(key), 0, this.#entryOf(row, key))
      this.#settle()
    }
    return pageChanges(before, this.shown)
  }

  /** Looks for the rows again. */
  refresh(): readonly PageChange<T>[] {
    const before = this.shown
    this.#entries = []
    this.#isWhole = false
    if (this.#need > 0) this.#find(this.#need + this.#spare)
    if (this.#count !== undefined) this.#count = countOf(this.#space, this.#scan.base)
    return pageChanges(before, this.shown)
  }

  /** What a row is sorted by, if it is one of the first rows. */
  #keyIn(row: T): SortKey | undefined {
    const { key: start } = this.#scan
    const last = this.#entries.at(-1)
    const key = this.#keyOf(row)
    if (start !== undefined && this.#compare(key, start) <= 0) return undefined
    const isIn = this.#isWhole || (last !== undefined && this.#compare(key, last.key) <= 0)
    return isIn ? key : undefined
  }

  #entryOf(row: T, key: SortKey): Entry<T> {
    return { id: key[this.#idAt], key, row, item: this.#show(row) }
  }

  /** The place of the first entry that is not before a key. */
  #indexOf(key: SortKey): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#compare(this.#entries[middle]!.key, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Adds so many rows behind those that are there. */
  #find(need: number): void {
    const { base, ordering, key } = this.#scan
    const search = { condition: base, ordering, key: this.#entries.at(-1)?.key ?? key, need }
    const rows = findRows(this.#space, search)
    for (const row of rows) this.#entries.push(this.#entryOf(row, this.#keyOf(row)))
    this.#isWhole = rows.length < need
  }

  /** Looks for more rows where there are too few, and drops some where there are too many. */
  #settle(): void {
    const entries = this.#entries
    if (entries.length > this.#need + 2 * this.#spare) {
      entries.length = this.#need + this.#spare
      this.#isWhole = false
    } else if (entries.length < this.#need && !this.#isWhole) {
      this.#spare = Math.min(this.#spare * 2, SPARE.most)
      this.#find(this.#need + this.#spare - entries.length)
    }
  }

  /** Takes an entry out, and puts one in. */
  #replace(at: number | undefined, entry: Entry<T> | undefined): readonly PageChange<T>[] {
    const { offset: start, limit } = this.query
    const end = start + limit
    const entries = this.#entries
    const first = entries[start]
    const last = entries[end - 1]
    const before = at === undefined ? undefined : entries.splice(at, 1)[0]
    const from = at ?? end
    const to = entry === undefined ? end : this.#indexOf(entry.key)
    if (entry !== undefined) entries.splice(to, 0, entry)
    this.#settle()
    if ((from < start && to < start) || (from >= end && to >= end)) return NONE
    const isFrom = from >= start && from < end
    const isTo = to >= start && to < end
    if (isFrom && isTo) {
      const { item: row } = entry!
      if (from !== to) return [this.#onPage({ type: 'moved', row, from, to })]
      return isSameItem(before!, entry!)
        ? NONE
        : [this.#onPage({ type: 'updated', row, index: to })]
    }
    // The row itself leaves the page, or the one that is pushed over its beginning or its end.
    const leaving = isFrom ? before : from < start ? first : last
    const entered = isTo ? to : to < start ? start : end - 1
    const entering = entries[entered]
    const changes: PageChange<T>[] = []
    if (leaving !== undefined) {
      const index = isFrom ? from : from < start ? start : end - 1
      // It is the page as it was that has this index.
      const more = entering === undefined ? 1 : 0
      changes.push(this.#onPage({ type: 'removed', row: leaving.item, index }, more))
    }
    if (entering !== undefined) {
      changes.push(this.#onPage({ type: 'added', row: entering.item, index: entered }))
    }
    return changes
  }

  /** A change by the indices of the page, which had so many rows more, instead of those of the scan. */
  #onPage(change: PageChange<T>, more = 0): PageChange<T> {
    const { offset, limit } = this.query
    const last = Math.min(this.#entries.length, limit) + more - 1
    const at = (index: number) => (this.#scan.isReversed ? last - index : index - offset)
    return change.type === 'moved'
      ? { ...change, from: at(change.from), to: at(change.to) }
      : { ...change, index: at(change.index) }
  }
}
