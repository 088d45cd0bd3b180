import { checkRows, missingValue } from '../compile/broken.ts'
import { compileSortKey } from '../compile/ordering.ts'
import { bindingOf } from '../condition/cursor.ts'
import { type Clock, isClientsTimed } from '../condition/timed.ts'
import type { Query } from '../parse/query.ts'
import { queryAt } from '../parse/query-at.ts'
import { projection } from './project.ts'
import { readTotal, type Total, totalOf } from './total.ts'

/**
 * A page of rows, and the cursors of the next and previous page; `total` and `totalIsExact` where the
 * payload asked for them by `count: true`.
 */
export interface Page<T = unknown> extends Partial<Total> {
  readonly items: readonly T[]
  /** What a payload's `next` asks the following page with; none where there is no more. */
  readonly next?: string
  /** What a payload's `prev` asks the page before with; none at the beginning. */
  readonly prev?: string
}

/** What a page says beside its rows. */
export interface PageOptions extends Clock {
  /** How many rows `compileCount` found: a number, a bigint or a text, as the driver gives it. */
  readonly total?: number | bigint | string | undefined
}

/**
 * The page of a query from the rows that were found for it: those of a statement that looked ahead
 * (`compileQuery` with `lookAhead`), each read by `readRow`. The row more than the page has says
 * that there is another page, and is taken off. Where the payload names `fields`, the items are new
 * objects with only these, whatever the type of the rows says. `now` is what `compileQuery` was given.
 *
 * @example
 * const { text, params } = compileQuery(query, { ...target, lookAhead: true })
 * const { items, next, prev } = pageOf(query, records.map(readRow(people, target)))
 *
 * @throws TypeError where the query asks for a total (`query.count`) and none is given, and where a
 * row's value of a field that the query sorts by is not what the database sorted by: a required
 * value is missing, a property has another name than the field, a number or a Date has lost digits.
 * It names the field, the value and the row's key.
 */
export function pageOf<T>(
  asked: Query,
  rows: readonly T[],
  { total, now }: PageOptions = {},
): Page<T> {
  const query = queryAt(asked, now)
  if (query.count && total === undefined) {
    throw new TypeError(
      'tamis: the query asks for a total: pageOf(query, rows, { total }) takes what compileCount finds',
    )
  }
  checkRows(query.schema, query.ordering, rows)
  return pageOfFound(query, rows, total === undefined ? undefined : readTotal(total), true)
}

/**
 * The page of rows that were found in their order. In memory a required value that is missing is
 * absent like any other, so that only the cursor of such a row is refused: it could stand for several.
 * With `isLazy` cursors are written when they are read: to write one takes longer than to find a page
 * in an index.
 */
export function pageOfFound<T>(
  query: Query,
  rows: readonly T[],
  counted: number | undefined,
  isFromDatabase: boolean,
  isLazy = false,
): Page<T> {
  const found = pageOfRows(query, rows, isFromDatabase, isLazy)
  const page =
    query.fields === undefined ? found : { ...found, items: found.items.map(projection(query)) }
  return counted === undefined ? page : { ...page, ...totalOf(query, counted) }
}

/** Calls a function when its result is asked for, and not again. */
function once(write: () => string): () => string {
  let written: string | undefined
  return () => {
    written ??= write()
    return written
  }
}

/** A page whose cursors are written when they are read. It has the same properties as another page. */
function lazyPage<T>(
  items: readonly T[],
  next: (() => string) | undefined,
  prev: (() => string) | undefined,
): Page<T> {
  // Object literals: `Object.defineProperty` takes longer than to find a page in an index.
  if (next === undefined) {
    if (prev === undefined) return { items }
    return {
      items,
      get prev() {
        return prev()
      },
    }
  }
  if (prev === undefined) {
    return {
      items,
      get next() {
        return next()
      },
    }
  }
  return {
    items,
    get next() {
      return next()
    },
    get prev() {
      return prev()
    },
  }
}

function pageOfRows<T>(
  query: Query,
  rows: readonly T[],
  isFromDatabase: boolean,
  isLazy: boolean,
): Page<T> {
  const { limit, offset, from } = query
  const isMore = rows.length > limit
  // A page before a cursor is found from its end, so that the row more comes first.
  const isBackward = from?.name === 'prev'
  const items = isMore ? (isBackward ? rows.slice(1) : rows.slice(0, limit)) : rows
  const [first] = items
  const last = items.at(-1)
  if (first === undefined || last === undefined) return { items }
  const hasNext = isBackward || isMore
  const hasPrev = isBackward ? isMore : from !== undefined || offset > 0
  if (!hasNext && !hasPrev) return { items }

  const { schema, ordering, bound, asked, seal } = query
  const { keyOf } = compileSortKey(ordering, isFromDatabase)
  const bindingsOf = () => ({
    asked: bindingOf(ordering, asked),
    whole: bindingOf(ordering, bound),
  })
  const now = isClientsTimed(asked) ? query.now : undefined
  const writerOf = (row: T): (() => string) => {
    const key = keyOf(row)
    const missing = ordering.find(({ field }, i) => field.required && key[i] === undefined)
    if (missing !== undefined) throw missingValue(schema, missing.field, row)
    return () => seal.write({ ...bindingsOf(), key, now })
  }
  const next = hasNext ? writerOf(last) : undefined
  const prev = hasPrev ? writerOf(first) : undefined
  if (isLazy) return lazyPage(items, next && once(next), prev && once(prev))
  return { items, ...(next && { next: next() }), ...(prev && { prev: prev() }) }
}
