import { compileSelection } from '../compile/predicate.ts'
import type { Condition } from '../condition/condition.ts'

/** So many rows are gone through at once: their indices stay in the cache. */
const BATCH = 1024

/**
 * Calls `visit` with the indices of the rows that a condition is true of, in batches; the first
 * `count` of `indices` are set, and are others' after the call.
 */
export function scanRows(
  condition: Condition,
  rows: readonly unknown[],
  visit: (indices: Uint32Array, count: number) => void,
): void {
  const select = compileSelection(condition)
  const indices = new Uint32Array(Math.min(BATCH, rows.length))
  for (let from = 0; from < rows.length; from += BATCH) {
    const count = select(rows, from, Math.min(from + BATCH, rows.length), indices)
    if (count > 0) visit(indices, count)
  }
}

/** The rows that a condition is true of, in their order: `rows.filter(compilePredicate(c))`, faster. */
export function filterRows<T>(condition: Condition, rows: readonly T[]): T[] {
  const found: T[] = []
  scanRows(condition, rows, (indices, count) => {
    for (let i = 0; i < count; i++) found.push(rows[indices[i]!] as T)
  })
  return found
}

/** How many rows a condition is true of. */
export function countRows(condition: Condition, rows: readonly unknown[]): number {
  let total = 0
  scanRows(condition, rows, (_, count) => {
    total += count
  })
  return total
}
