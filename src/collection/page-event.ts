import type { Total } from '../query/total.ts'
import { sameValue } from './same-value.ts'

/**
 * One step from a page to the next one. An index is that of the page's items after the steps before:
 * `added` is inserted at it, `updated` takes the place of the row there, `removed` was there. `moved`
 * is taken out at `from` and then inserted at `to`; the row may have been updated, too.
 */
export type PageChange<T> =
  | { readonly type: 'added' | 'updated' | 'removed'; readonly row: T; readonly index: number }
  | { readonly type: 'moved'; readonly row: T; readonly from: number; readonly to: number }

/**
 * What changed in a page that is watched, by one operation of its collection: its changes one after
 * the other make the new page of the one before. `total` and `totalIsExact` are those after the
 * operation, where they were asked for; an event that has no changes has another total.
 */
export interface PageEvent<T> extends Partial<Total> {
  readonly changes: readonly PageChange<T>[]
  /** Set if these are the changes of an empty page: those since `after` are not known. */
  readonly isReset?: true
}

/**
 * The items of a page after the changes of an event; the array that is given stays as it is.
 *
 * @example
 * let items = live.page.items
 * collection.watch(query, ({ changes }) => { items = applyChanges(items, changes) })
 */
export function applyChanges<T>(items: readonly T[], changes: readonly PageChange<T>[]): T[] {
  const next = [...items]
  for (const change of changes) {
    const { type, row } = change
    if (type === 'moved') {
      next.splice(change.from, 1)
      next.splice(change.to, 0, row)
    } else if (type === 'removed') next.splice(change.index, 1)
    else next.splice(change.index, type === 'added' ? 0 : 1, row)
  }
  return next
}

export const isSameTotal = (a: Total | undefined, b: Total | undefined): boolean =>
  a?.total === b?.total && a?.totalIsExact === b?.totalIsExact

/** A row of a page. */
export interface Shown<T> {
  /** The canonical key of the row. */
  readonly id: unknown
  readonly row: T
  /** What the page has of the row: itself, or an object with the fields that were asked for. */
  readonly item: T
}

/** Whether the page says the same of both. Rows are not compared: another object is an update. */
export const isSameItem = <T>(a: Shown<T>, b: Shown<T>): boolean =>
  a.row === b.row || (a.item !== a.row && b.item !== b.row && sameValue(a.item, b.item))

/**
 * The changes that make one page of another: one for each row that was added, removed or updated.
 * Rows that were not updated are never moved, since they keep their order.
 */
export function pageChanges<T>(
  before: readonly Shown<T>[],
  after: readonly Shown<T>[],
): readonly PageChange<T>[] {
  const changes: PageChange<T>[] = []
  const remaining = new Set(after.map(({ id }) => id))
  const ids = before.map(({ id }) => id)
  // From the end, so that no removal moves what is removed later.
  for (let index = before.length - 1; index >= 0; index--) {
    if (remaining.has(ids[index])) continue
    changes.push({ type: 'removed', row: before[index]!.item, index })
    ids.splice(index, 1)
  }
  const former = new Map(before.map((each, at) => [each.id, { each, at }]))
  const staying = stayingOf(after, former)
  /** Behind the last row that is where it belongs. */
  let index = 0
  for (const each of after) {
    const { id, item: row } = each
    const known = former.get(id)
    if (known === undefined) {
      ids.splice(index, 0, id)
      changes.push({ type: 'added', row, index })
    } else if (staying.has(id)) {
      index = ids.indexOf(id, index)
      if (!isSameItem(known.each, each)) changes.push({ type: 'updated', row, index })
    } else {
      const from = ids.indexOf(id)
      ids.splice(from, 1)
      if (from < index) index--
      ids.splice(index, 0, id)
      changes.push({ type: 'moved', row, from, to: index })
    }
    index++
  }
  return changes
}

/** The rows of a page that need not be moved: those that stand in the order of the page before. */
function stayingOf<T>(
  after: readonly Shown<T>[],
  former: ReadonlyMap<unknown, { readonly each: Shown<T>; readonly at: number }>,
): ReadonlySet<unknown> {
  const known = after.flatMap(({ id, row }) => {
    const was = former.get(id)
    return was === undefined ? [] : [{ id, at: was.at, isUpdated: was.each.row !== row }]
  })
  // An updated row stays if that forces no row to move that was not updated: if it was before the next
  // of those.
  const bounds: number[] = []
  let bound = Number.POSITIVE_INFINITY
  for (let i = known.length - 1; i >= 0; i--) {
    bounds[i] = bound
    if (!known[i]!.isUpdated) bound = known[i]!.at
  }
  const staying = new Set<unknown>()
  let last = -1
  known.forEach(({ id, at, isUpdated }, i) => {
    if (at <= last || (isUpdated && at > bounds[i]!)) return
    staying.add(id)
    last = at
  })
  return staying
}
