import { compileSortKey } from '../compile/ordering.ts'
import { compilePredicate, type Predicate } from '../compile/predicate.ts'
import { scanOf } from '../compile/scan.ts'
import { type Condition, conjunction, not } from '../condition/condition.ts'
import { keyset, type SortKey } from '../condition/keyset.ts'
import type { Ordering } from '../condition/ordering.ts'
import type { Clock } from '../condition/timed.ts'
import type { Query } from '../parse/query.ts'
import { queryAt } from '../parse/query-at.ts'
import { type Page, pageOfFound } from './page.ts'
import { scanRows } from './rows.ts'

interface Candidate<T> {
  readonly row: T
  readonly key: SortKey
  /** The row's place in the input, which decides between rows that the ordering holds equal. */
  readonly index: number
}

/** Takes rows, one by one or an array of them, and keeps those that can still be among the first. */
export interface RowCollector<T> {
  add(row: T): void
  addAll(rows: readonly T[]): void
  /** The first rows in their order. It is the last call. */
  rows(): T[]
  /** How many rows the condition is true of, also before the place. */
  readonly total: number
}

/** What a collector keeps: the first rows of an order that a condition is true of, behind a place. */
export interface Collecting {
  readonly condition: Condition
  readonly ordering: Ordering
  /** The place that the rows stand behind; undefined for the beginning. */
  readonly key: SortKey | undefined
  readonly need: number
  readonly isCounted?: boolean
}

/** Takes the rows of a query, and makes its page of them. */
export interface PageCollector<T> extends Pick<RowCollector<T>, 'add' | 'addAll'> {
  finish(): Page<T>
}

/** After this number of rows, the last row of the page serves as a bound for further rows. */
const REFRESH = 1024

/**
 * Collects the first rows from rows in any order. Only as many as are needed are held, in a heap whose
 * root is the last of them, so that neither a large input nor a stream is ever sorted whole.
 */
export function collectRows<T>({
  condition,
  ordering,
  key,
  need: capacity,
  isCounted = false,
}: Collecting): RowCollector<T> {
  const behind = key === undefined ? undefined : keyset(ordering, key)
  // Rows before the place count, too.
  const isAfter = isCounted && behind !== undefined ? compilePredicate(behind) : undefined
  const counted = isCounted || behind === undefined ? condition : conjunction([condition, behind])
  const { keyOf, compare } = compileSortKey(ordering)
  const order = (a: Candidate<T>, b: Candidate<T>) => compare(a.key, b.key) || a.index - b.index
  const heap: Candidate<T>[] = []
  let count = 0
  let total = 0
  let matches: Predicate | undefined
  /**
   * False of rows that the first term alone puts behind the root: they need no key. The root only
   * ever moves forward, so that what an earlier one says stays right.
   */
  let mayEnter: Predicate = () => true
  let isStale = false

  /** Puts a candidate in the place of the root and lets it sink to its own. */
  function replaceRoot(candidate: Candidate<T>): void {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && order(heap[child + 1]!, heap[child]!) > 0) child++
      if (order(heap[child]!, candidate) <= 0) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = candidate
  }

  /** Adds a candidate at the end and lets it rise to its own place. */
  function push(candidate: Candidate<T>): void {
    let at = heap.push(candidate) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (order(heap[parent]!, candidate) >= 0) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = candidate
  }

  function add(row: T, index: number): void {
    total++
    if (capacity === 0 || (isAfter !== undefined && !isAfter(row))) return
    if (heap.length === capacity && !mayEnter(row)) return
    const candidate = { row, key: keyOf(row), index }
    if (heap.length < capacity) push(candidate)
    else if (order(candidate, heap[0]!) < 0) replaceRoot(candidate)
    else return
    isStale = true
  }

  function refresh(): void {
    if (!isStale || heap.length < capacity) return
    mayEnter = compilePredicate(not(keyset(ordering.slice(0, 1), heap[0]!.key)))
    isStale = false
  }

  return {
    add(row) {
      if (capacity === 0 && !isCounted) return
      matches ??= compilePredicate(counted)
      if (matches(row)) add(row, count)
      if (++count % REFRESH === 0) refresh()
    },
    addAll(rows) {
      if (capacity === 0 && !isCounted) return
      scanRows(counted, rows, (indices, found) => {
        for (let i = 0; i < found; i++) {
          const index = indices[i]!
          add(rows[index] as T, count + index)
        }
        refresh()
      })
      count += rows.length
    },
    rows: () => heap.sort(order).map(({ row }) => row),
    get total() {
      return total
    },
  }
}

/**
 * Collects a query's page from rows in any order.
 *
 * @throws FilterError (`invalid_cursor`) where the query's cursor is of one to which the server had
 * joined something else.
 */
export function collectPage<T>(asked: Query, { now }: Clock = {}): PageCollector<T> {
  const query = queryAt(asked, now)
  const { offset, limit, count: isCounted } = query
  const { base: condition, key, ordering, isReversed } = scanOf(query)
  const need = limit === 0 ? 0 : offset + limit + 1
  const collected = collectRows<T>({ condition, key, ordering, need, isCounted })
  return {
    add: collected.add,
    addAll: collected.addAll,
    finish() {
      const found = collected.rows().slice(offset)
      if (isReversed) found.reverse()
      return pageOfFound(query, found, isCounted ? collected.total : undefined, false)
    },
  }
}

/**
 * A query over rows in memory: the rows that its condition is true of, in its order, from its offset
 * or its cursor, `limit` of them at most. The same rows in the same order as `compileQuery` gives
 * from a table, and the same cursors as `pageOf` gives for them.
 *
 * @throws TypeError where a cursor would be made of a row without its key, or without a required value
 * of a field that the query sorts by.
 */
export function runQuery<T>(query: Query, rows: Iterable<T>, clock?: Clock): Page<T> {
  const page = collectPage<T>(query, clock)
  if (Array.isArray(rows)) page.addAll(rows)
  else for (const row of rows) page.add(row)
  return page.finish()
}
