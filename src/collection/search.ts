import { collectRows } from '../query/run.ts'
import { eachBit } from './bits.ts'
import { findInOrder, type Note, type Search, wantFor } from './find.ts'
import { type Space, sourceOf } from './select.ts'

/** The first rows of a search in its order, whatever indexes there are. */
export function findRows<T>(space: Space<T>, search: Search, note?: Note): readonly T[] {
  const { condition, ordering } = search
  const order = space.indexes.order(ordering)
  if (order !== undefined) return findInOrder(space, search, order, note)
  // All rows that indexes select are read, and the first are kept.
  const { rows, live, isDense, size } = space.slots
  const source = sourceOf(condition, space)
  const read = source?.most ?? size
  note?.(
    source === undefined
      ? `no index has the order or selects rows: all ${size} are read`
      : `no index has the order: ${read} rows at most, which indexes select, are read`,
  )
  const found = collectRows<T>(search)
  const add = (slot: number) => found.add(rows[slot] as T)
  if (source !== undefined) source.each(add)
  else if (isDense) found.addAll(rows as T[])
  else eachBit(live, add)
  space.indexes.wantOrder(ordering, read)
  wantFor(condition, read, space)
  return found.rows()
}
