import { compilePredicate } from '../compile/predicate.ts'
import { type Condition, isTrue } from '../condition/condition.ts'
import type { Scalar } from '../kinds/kind.ts'
import { countRows } from '../query/rows.ts'
import { type Bits, countShared, eachBit, hasBit } from './bits.ts'
import { exactBits, type Note, wantFor } from './find.ts'
import { type Space, sourceOf } from './select.ts'
import type { TermIndex } from './term-index.ts'

/** How many rows a condition is true of. */
export function countOf<T>(space: Space<T>, condition: Condition, note?: Note): number {
  const { slots } = space
  if (isTrue(condition)) return slots.size
  const source = sourceOf(condition, space)
  if (source?.isExact) {
    note?.('counted in indexes, without a row read')
    return source.count()
  }
  const read = source?.most ?? slots.size
  note?.(`counted by reading ${read} rows at most`)
  wantFor(condition, read, space)
  if (source === undefined && slots.isDense) return countRows(condition, slots.rows)
  const fits = compilePredicate(condition)
  let count = 0
  const visit = (slot: number) => {
    if (fits(slots.rows[slot])) count++
  }
  if (source === undefined) eachBit(slots.live, visit)
  else source.each(visit)
  return count
}

/** What a step of a loop over slots costs, in units of counting a word of two bitmaps. */
const STEP = 2

/** How many of the rows that a condition is true of have each value of a field. */
export function countValues<T>(
  space: Space<T>,
  condition: Condition,
  index: TermIndex,
): readonly (readonly [Scalar, number])[] {
  const counts: (readonly [Scalar, number])[] = []
  const add = (value: Scalar, count: number) => {
    if (count > 0) counts.push([value, count])
  }
  if (isTrue(condition)) {
    for (const [value, code] of index.entries()) add(value, index.postingOf(code).count)
    return counts
  }
  const bits = exactBits(space, condition)
  const matching = countShared([bits])
  const isByRow = index.isSingle && matching * STEP < index.codes * bits.length
  if (isByRow) {
    const byCode = countCodes(index, bits)
    for (const [value, code] of index.entries()) add(value, byCode[code]!)
    return counts
  }
  for (const [value, code] of index.entries()) add(value, countIn(index, code, bits))
  return counts
}

/** How many slots of a set have each term of an index with one term a row. */
function countCodes(index: TermIndex, bits: Bits): Uint32Array {
  const counts = new Uint32Array(index.codes)
  const { column } = index
  eachBit(bits, (slot) => {
    counts[column[slot]!]!++
  })
  return counts
}

function countIn(index: TermIndex, code: number, bits: Bits): number {
  const posting = index.postingOf(code)
  if (posting.bits !== undefined) return countShared([bits, posting.bits])
  let count = 0
  posting.each((slot) => {
    if (hasBit(bits, slot)) count++
  })
  return count
}
