import { compileSortKey } from '../compile/ordering.ts'
import { compilePredicate } from '../compile/predicate.ts'
import { type Condition, conjunction, isTrue, type Leaf } from '../condition/condition.ts'
import type { SortKey } from '../condition/keyset.ts'
import type { Ordering } from '../condition/ordering.ts'
import { scanRows } from '../query/rows.ts'
import type { Collecting } from '../query/run.ts'
import { type Bits, bitsFor, eachBit, setBit } from './bits.ts'
import { intervalOf, type Side, sideOfBound, sideOfPrefix, sideOfValue } from './interval.ts'
import type { OrderIndex, Place } from './order-index.ts'
import type { Posting } from './posting.ts'
import { lookupOf, postingOf, type Space, sourceOf } from './select.ts'
import type { Source } from './source.ts'
import { ROW, Walk } from './walk.ts'

/** Says what is done, and why, for `explain`. */
export type Note = ((step: string) => void) | undefined

/** What is looked for. */
export type Search = Omit<Collecting, 'isCounted'>

/** So few rows are read and sorted at once. */
const FEW = 64

/** What every walk may cost before anything else is weighed: most pages are full by then. */
const FIRST = 256 * ROW

/** What it costs to select one slot by indexes and put it into the order, in units of a walk. */
const SELECTED = 6

/** What it costs at least, beside: a bitmap is made, and every chunk is looked at. */
const wordsOf = (slots: number): number => 512 + slots / 32

/** The rows of a search along an index of its order. */
export function findInOrder<T>(
  space: Space<T>,
  { condition, ordering, key, need }: Search,
  { index, isReversed }: { readonly index: OrderIndex; readonly isReversed: boolean },
  note: Note,
): readonly T[] {
  const { slots } = space
  const { rows, size } = slots
  const narrowed = narrow(index, ordering, condition, behind(index, isReversed, key))
  const { rest, span } = narrowed
  if (narrowed.isNarrowed) note?.('the order starts and ends where the filter says')
  const best = fewest(rest, space)
  if (best !== undefined && best.posting.count <= FEW) {
    note?.(`${best.posting.count} rows by "${best.leaf.field.name}" are read and sorted`)
    const source = { each: (visit: (slot: number) => void) => best.posting.each(visit) }
    return sorted(space, source, { condition, ordering, key, need })
  }
  const walk = new Walk(index, rows, span, isReversed, need)
  const bits = best?.posting.bits
  const left = bits === undefined ? rest : rest.filter((each) => each !== best?.leaf)
  const stops = { bits, marks: undefined, fits: predicateOf(conjunction(left)) }
  // As if the filter and the order had nothing to do with each other.
  const walked = best === undefined ? 0 : Math.min((need * size) / best.posting.count, size)
  const expected = walked * (bits === undefined ? ROW : 1)
  const selecting = best === undefined ? 0 : best.posting.count * SELECTED + wordsOf(size)
  if (expected <= Math.max(selecting, FIRST)) {
    if (walk.run(stops, FIRST)) {
      note?.(`${walk.read} rows are read along the order, which ends early`)
      return walk.found
    }
    note?.(`${walk.found.length} rows of ${need} are found in the first ${walk.read} of the order`)
  }
  const whole = conjunction(rest)
  const source = isTrue(whole) ? undefined : sourceOf(whole, space)
  const budget =
    source === undefined ? (size / 4) * ROW : source.most * SELECTED + wordsOf(size) - FIRST
  const mayWalk = isTrue(whole) ? Number.POSITIVE_INFINITY : Math.max(budget, 0)
  if (expected <= mayWalk && walk.run(stops, mayWalk)) {
    if (!source?.isExact) wantFor(whole, walk.read, space)
    note?.(`${walk.read} rows are read along the order`)
    return walk.found
  }
  const selected = source === undefined ? scanned(space, whole) : bitsOf(source, rows.length)
  note?.(
    source === undefined
      ? `after ${walk.read} rows, all ${size} are scanned, and what is found is put in order`
      : `indexes select ${source.most} rows at most, which are put in order`,
  )
  const marks = new Uint8Array(index.chunks.length)
  eachBit(selected, (slot) => {
    marks[index.chunkAt(slot)] = 1
  })
  const fits = source === undefined || source.isExact ? undefined : predicateOf(whole)
  walk.run({ bits: selected, marks, fits }, Number.POSITIVE_INFINITY)
  if (!source?.isExact) wantFor(whole, walk.read + (source === undefined ? size : 0), space)
  return walk.found
}

/** The part of an order that is behind a place, in the direction that it is read in. */
function behind(index: OrderIndex, isReversed: boolean, key: SortKey | undefined): Span {
  const from = key === undefined || isReversed ? { chunk: 0, index: 0 } : index.placeOf(key, true)
  const to = key === undefined || !isReversed ? index.end : index.placeOf(key, false)
  return { from, to }
}

interface Span {
  readonly from: Place
  readonly to: Place
}

const isBefore = (a: Place, b: Place): boolean =>
  a.chunk < b.chunk || (a.chunk === b.chunk && a.index < b.index)

/** The part of an order that conditions on its first field leave, and the other conditions. */
function narrow(index: OrderIndex, ordering: Ordering, condition: Condition, whole: Span) {
  const first = ordering[0]!.field
  const rest: Condition[] = []
  let { from, to } = whole
  let isNarrowed = false
  for (const each of condition.kind === 'and' ? condition.conditions : [condition]) {
    const isOfFirst =
      each.kind === 'leaf' &&
      each.field.name === first.name &&
      each.field.type.kind === first.type.kind
    const side = isOfFirst ? sideOf(each) : undefined
    if (side === undefined) {
      rest.push(each)
      continue
    }
    const [start, end] = intervalOf(index, side)
    if (isBefore(from, start)) from = start
    if (isBefore(end, to)) to = end
    isNarrowed = true
  }
  return { span: { from, to }, rest, isNarrowed }
}

/** The interval of its field's values that a leaf is true of, if they are one. */
function sideOf(leaf: Leaf): Side | undefined {
  const { lookup, service, isOthers } = lookupOf(leaf)
  if (lookup === undefined || service !== 'index' || isOthers || lookup.isSuperset) return undefined
  const { kind } = leaf.field.type
  const { any, all, prefix, bound } = lookup
  const [only] = any ?? []
  if (all !== undefined) return undefined
  if (bound !== undefined) return sideOfBound(kind, bound)
  if (prefix !== undefined) return sideOfPrefix(kind, prefix)
  return any?.length === 1 && only !== undefined ? sideOfValue(kind, only) : undefined
}

/** The leaf of the fewest rows, of those that an index of terms has together. */
function fewest<T>(conditions: readonly Condition[], space: Space<T>) {
  let best: { readonly leaf: Leaf; readonly posting: Posting } | undefined
  for (const leaf of conditions) {
    if (leaf.kind !== 'leaf') continue
    const posting = postingOf(leaf, space)
    if (
      posting !== undefined &&
      posting.count < (best?.posting.count ?? Number.POSITIVE_INFINITY)
    ) {
      best = { leaf, posting }
    }
  }
  return best
}

const predicateOf = (condition: Condition) =>
  isTrue(condition) ? undefined : compilePredicate(condition)

function bitsOf(source: Source, slots: number): Bits {
  if (source.bits !== undefined) return source.bits
  const bits = bitsFor(slots)
  source.addTo(bits)
  return bits
}

/** The slots of the rows that a condition is true of, each row read. */
export function scanned<T>({ slots }: Space<T>, condition: Condition): Bits {
  const { rows, live, isDense } = slots
  const bits = bitsFor(rows.length)
  if (isDense) {
    scanRows(condition, rows, (indices, count) => {
      for (let i = 0; i < count; i++) setBit(bits, indices[i]!)
    })
    return bits
  }
  const fits = compilePredicate(condition)
  eachBit(live, (slot) => {
    if (fits(rows[slot])) setBit(bits, slot)
  })
  return bits
}

/** The slots of exactly the rows that a condition is true of. */
export function exactBits<T>(space: Space<T>, condition: Condition): Bits {
  const { rows, live } = space.slots
  if (isTrue(condition)) return live
  const source = sourceOf(condition, space)
  if (source === undefined) {
    wantFor(condition, space.slots.size, space)
    return scanned(space, condition)
  }
  const bits = bitsOf(source, rows.length)
  if (source.isExact) return bits
  wantFor(condition, source.most, space)
  const fits = compilePredicate(condition)
  const exact = bitsFor(rows.length)
  eachBit(bits, (slot) => {
    if (fits(rows[slot])) setBit(exact, slot)
  })
  return exact
}

/** Reads the rows of a source, and sorts those of a search. */
export function sorted<T>(
  { slots: { rows } }: Space<T>,
  source: Pick<Source, 'each'>,
  { condition, ordering, key, need }: Search,
): readonly T[] {
  const fits = compilePredicate(condition)
  const { keyOf, compare } = compileSortKey(ordering)
  const found: { readonly row: T; readonly key: SortKey }[] = []
  source.each((slot) => {
    const row = rows[slot] as T
    if (!fits(row)) return
    const own = keyOf(row)
    if (key === undefined || compare(own, key) > 0) found.push({ row, key: own })
  })
  found.sort((a, b) => compare(a.key, b.key))
  return found.slice(0, need).map(({ row }) => row)
}

/** Rows that were read for want of an index count for each that would have found fewer. */
export function wantFor<T>(condition: Condition, read: number, space: Space<T>): void {
  if (read === 0) return
  if (condition.kind === 'and' || condition.kind === 'or') {
    for (const each of condition.conditions) wantFor(each, read, space)
  } else if (condition.kind === 'leaf' && condition.field.elements === undefined) {
    const { lookup, service } = lookupOf(condition)
    if (lookup === undefined || sourceOf(condition, space) !== undefined) return
    space.indexes.wantTerms(condition.field, service, read)
  }
}
