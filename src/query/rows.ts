import { compileSelection } from '../compile/selection.ts'
import type { Condition } from '../condition/condition.ts'
import { atNow, type Clock } from '../condition/timed.ts'
import type { Query } from '../parse/query.ts'
import { queryAt } from '../parse/query-at.ts'

/** The number of rows in a batch, small enough that their indices stay in the processor's cache. */
const BATCH = 1024

/** The first batches are smaller, so that a page's search soon has a bound for its rows. */
const FIRST_BATCH = 128

/** Room for a batch's indices, kept from one scan to the next: it takes longer to make than to fill. */
let unused: Int32Array | undefined

/**
 * Calls `visit` with the indices of the rows that a condition is true of, in batches; the first
 * `count` of `indices` are set, and are others' after the call.
 */
export function scanRows(
  condition: Condition,
  rows: readonly unknown[],
  visit: (indices: Int32Array, count: number) => void,
): void {
  const select = compileSelection(condition)
  // A row can have a getter that scans other rows: it finds no unused room, and makes its own.
  const indices = unused ?? new Int32Array(BATCH)
  unused = undefined
  let size = FIRST_BATCH
  for (let from = 0; from < rows.length; ) {
    const to = Math.min(from + size, rows.length)
    const count = select(rows, from, to, indices)
    if (count > 0) visit(indices, count)
    from = to
    if (size < BATCH) size *= 2
  }
  unused = indices
}

/** The rows that a condition is true of, in their order: `rows.filter(compilePredicate(c))`, faster. */
export function filterRows<T>(condition: Condition, rows: readonly T[], { now }: Clock = {}): T[] {
  const found: T[] = []
  scanRows(atNow(condition, now), rows, (indices, count) => {
    for (let i = 0; i < count; i++) found.push(rows[indices[i]!] as T)
  })
  return found
}

/**
 * How many rows a condition is true of, or a query finds on all of its pages together: cursor, offset
 * and limit play no part in it. All of them are counted, whatever maximum the schema has.
 */
export function countRows(
  of: Condition | Query,
  rows: readonly unknown[],
  { now }: Clock = {},
): number {
  let total = 0
  const condition = 'schema' in of ? queryAt(of, now).condition : atNow(of, now)
  scanRows(condition, rows, (_, count) => {
    total += count
  })
  return total
}
