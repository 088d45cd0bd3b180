import type { TableRef } from '../compile/table-name.ts'
import { TARGET } from '../compile/target.ts'
import type { Dialect } from '../dialect/dialect.ts'
import {
  ANY,
  BOOLEAN,
  checkOptions,
  type OptionCheck,
  type OptionChecks,
} from '../error/options.ts'
import type { Fields } from '../schema/definition.ts'
import type { Mapping } from '../schema/mapping.ts'
import type { Structure } from '../schema/schema.ts'
import { type Ask, askOf, type Params } from './connection.ts'
import { type BackfillKey, SearchedTable } from './searched-table.ts'

export interface BackfillProgress {
  /** How many rows were read, and how many of them had wrong words and have the right ones now. */
  readonly scanned: number
  readonly updated: number
  /** How many rows there were to read when it began. */
  readonly total: number
  /** The key of the last row that is done. */
  readonly last: BackfillKey
}

export interface BackfillOptions<F extends Fields = Fields> {
  readonly schema: Structure<F>
  readonly dialect: Dialect<Params>
  readonly table: TableRef
  readonly mapping?: Mapping<NoInfer<F>> | undefined
  /** How many rows are read at once; 1,000 by default. */
  readonly batch?: number | undefined
  /** Only rows that have a text but no words: it reads fewer rows, and does not see stale words. */
  readonly missing?: boolean | undefined
  /** The key to go on after, from `last` of an earlier run. */
  readonly after?: BackfillKey | undefined
  /** Stops it after a batch. */
  readonly signal?: { readonly aborted: boolean } | undefined
  /** Called after each batch; to know the total, the rows are counted before the first one. */
  readonly onProgress?: ((progress: BackfillProgress) => void) | undefined
}

export interface Backfilled {
  /** How many rows were read, and how many of them had wrong words and have the right ones now. */
  readonly scanned: number
  readonly updated: number
  /** How many rows changed each time their words were written; the next run finds them again. */
  readonly remaining: number
  /** Whether the signal stopped it before the end of the table. */
  readonly aborted: boolean
  /** The key of the last row that is done, or `after`. */
  readonly last?: BackfillKey
}

const BATCH = 1000
const MOST_BATCH = 100_000

const isBatch = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_BATCH

/** A target may hold the options of other functions, too. */
const BACKFILL_OPTIONS: OptionChecks = new Map<string, OptionCheck>([
  ...TARGET,
  ['batch', [`an integer between 1 and ${MOST_BATCH}`, isBatch]],
  ['missing', BOOLEAN],
  ['after', ANY],
  ['signal', ['an AbortSignal', (value) => typeof value === 'object' && value !== null]],
  ['onProgress', ['a function', (value) => typeof value === 'function']],
])

/**
 * Fills the search columns of a table that has them already, and corrects words that are stale. It
 * reads the table in the order of the key, and computes words as `insertRow` does. Words are written
 * only where the text is still the one that was read, so that other programs may write meanwhile.
 * What is done stays done: after an error or a crash, run it again, with `after` or from the start.
 * A second run changes nothing.
 *
 * Each statement is a transaction of its own: hand over a connection without one.
 *
 * @throws TypeError where the schema has no search column, where an option or the mapping is wrong,
 * where the key has no order in this table, where the database does not store the words as they were
 * written, and for ClickHouse, which rewrites whole parts of a table for each update.
 *
 * @example
 * ```ts
 * const { updated } = await backfill(pool, { schema: people, dialect: postgres, table: 'people' })
 * ```
 */
export async function backfill<F extends Fields>(
  connection: Ask | object,
  options: BackfillOptions<F>,
): Promise<Backfilled> {
  checkOptions('tamis/check', options, BACKFILL_OPTIONS)
  const { batch = BATCH, after, signal, onProgress } = options
  const table = new SearchedTable(askOf(connection), options)
  let place = after === undefined ? undefined : table.canonical(after)
  const total = onProgress === undefined ? 0 : await table.count(place)
  const counts = { scanned: 0, updated: 0, remaining: 0 }
  let last = after
  for (let isDone = false; !isDone; ) {
    await turn()
    if (signal?.aborted === true) return resultOf(counts, true, last)
    const rows = await table.page(place, batch)
    const wrong = rows.filter((row) => row.wrong.length > 0)
    const { updated, remaining } = await table.correct(wrong)
    counts.scanned += rows.length
    counts.updated += updated
    counts.remaining += remaining
    const end = rows.at(-1)
    if (end !== undefined) {
      last = end.key
      place = end.canonical
      onProgress?.({ scanned: counts.scanned, updated: counts.updated, total, last })
    }
    isDone = rows.length < batch
  }
  return resultOf(counts, false, last)
}

/**
 * A turn of the event loop, in which signals and other work are seen: SQLite's drivers answer without
 * one.
 */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))

const resultOf = (
  counts: Pick<Backfilled, 'scanned' | 'updated' | 'remaining'>,
  aborted: boolean,
  last: BackfillKey | undefined,
): Backfilled => ({ ...counts, aborted, ...(last === undefined ? {} : { last }) })
