import type { FilterObject } from './part.ts'

/** What a stream of the server tells of the rows of one filter. */
export interface RowChanges<T> {
  /** Undefined for all rows. */
  readonly filter: FilterObject | undefined
  /** Aborted when nobody needs the rows any more: the stream must end. */
  readonly signal: AbortSignal
  /** A row that matches the filter, new or changed. */
  changed(row: T): void
  /** The key of a row that is gone, or does not match any more. */
  removed(key: string | number): void
  /** Changes may have been missed: what was loaded is loaded again. Rejects where that fails. */
  reset(): Promise<void>
  /** The stream has ended for good. */
  failed(error: unknown): void
}

/**
 * Follows the changes of the rows of a filter until the signal is aborted. A promise must resolve
 * when every later change will be told: rows are loaded after it. If it rejects, the load fails.
 */
export type Subscribe<T> = (changes: RowChanges<T>) => void | Promise<void>
