/** What a condition requires of a row, by which it can be found. */

import type { Scalar } from '../kinds/kind.ts'
import type { ConditionGraph, Ref } from './condition-graph.ts'
import type { Column } from './match-columns.ts'
import { lookupOf } from './select.ts'

/** A term that a row must have (null: its value is absent), or a range in which it must have one. */
export interface Key {
  readonly column: Column
  readonly term?: Scalar | null
  readonly low?: Scalar | undefined
  readonly high?: Scalar | undefined
}

/** Keys of which a row must have one for these refs of a conjunction to hold. */
interface Access {
  readonly refs: readonly Ref[]
  readonly keys: readonly Key[]
  /** About which share of all rows has one. */
  readonly share: number
}

/** With more keys, a condition is found by something else, or tested for each row. */
const MOST_KEYS = 128

/** How many values a field is taken to have before conditions show it. */
const VALUES = 1000

/**
 * The share of rows that is assumed to be between two ends, on one side of an end, and to have a prefix,
 * while few ranges of a field are known.
 */
const SHARES = { interval: 0.1, half: 0.4, prefix: 0.01 }

/** How many known ranges of a field weigh as much as the assumption. */
const RANGES = 100

/** How many elements or words the list or text of a row is taken to have. */
const ELEMENTS = 4

/** The best of what a condition can be found by; undefined where it requires nothing that can be. */
export function accessOf(graph: ConditionGraph, node: number, unique: string): Access | undefined {
  const body = graph.bodyOf(node)
  if (body === undefined || body.isOr) return ofRef(node * 2)
  return ofAll(body.refs)

  function ofRef(ref: Ref): Access | undefined {
    const refs = [ref]
    // A gate is never negated.
    const body = graph.bodyOf(ref >> 1)
    if (body !== undefined) {
      if (!body.isOr) return ofAll(body.refs)
      const keys: Key[] = []
      let share = 0
      for (const each of body.refs) {
        const access = ofRef(each)
        if (access === undefined) return undefined
        keys.push(...access.keys)
        share += access.share
      }
      return keys.length > MOST_KEYS ? undefined : { refs, keys, share }
    }
    const { column, term, leaf } = graph.detailOf(ref >> 1)!
    if ((ref & 1) === 1 || column === undefined) return undefined
    if (leaf === undefined) return ofTerms(refs, column, [term!])
    if (leaf.kind === 'some' || leaf.field.elements !== undefined) return undefined
    const { lookup, isOthers } = lookupOf(leaf)
    if (lookup === undefined || isOthers) return undefined
    const { any, all, prefix, bound } = lookup
    if (any !== undefined) return ofTerms(refs, column, [...new Set(any)])
    const required = (all ?? []).map((each) => ofTerms(refs, column, [each]))
    if (required.length > 0) return least(required)
    if (prefix !== undefined) {
      const key = { column, low: prefix, high: behind(prefix) }
      return { refs, keys: [key], share: shareOfRange(key, SHARES.prefix) }
    }
    if (bound === undefined) return undefined
    const isLow = bound.comparison === '>' || bound.comparison === '>='
    const key = { column, [isLow ? 'low' : 'high']: bound.constant }
    return { refs, keys: [key], share: shareOfRange(key, SHARES.half) }
  }

  function ofTerms(
    refs: readonly Ref[],
    column: Column,
    terms: readonly (Scalar | null)[],
  ): Access | undefined {
    // A row says nothing of the keys that it does not have.
    if (terms.length > MOST_KEYS || (column.isInside && terms.includes(null))) return undefined
    let share = 0
    for (const term of terms) share += shareOf(column, term)
    return { refs, keys: terms.map((term) => ({ column, term })), share }
  }

  /** As if rows had values as often as conditions ask for them. */
  function shareOf(column: Column, term: Scalar | null): number {
    if (term === null) return 1
    const { name, type } = column.field
    const values = typeof term === 'boolean' ? 2 : (type.kind.values?.length ?? VALUES)
    const node = column.values.get(term)
    const uses = node === undefined ? 0 : graph.usesOf(node)
    const share = (uses + 1) / (column.uses + (name === unique ? VALUES * VALUES : values))
    return column.terms.one === undefined ? share * ELEMENTS : share
  }

  /** Of a conjunction, what the fewest rows have. Ranges of one field are one interval. */
  function ofAll(refs: readonly Ref[]): Access | undefined {
    const found: (Access | undefined)[] = []
    const ranges = new Map<Column, Access>()
    for (const ref of refs) {
      const access = ofRef(ref)
      const [key] = access?.keys ?? []
      const isRange = access?.keys.length === 1 && key?.term === undefined
      if (
        access === undefined ||
        key === undefined ||
        !isRange ||
        key.column.terms.one === undefined
      ) {
        found.push(access)
        continue
      }
      const { column } = key
      const before = ranges.get(column)
      ranges.set(column, before === undefined ? access : both(before, access))
    }
    return least([...found, ...ranges.values()])
  }
}

/** The share of rows in a range, as if values were distributed like the lower ends of the known ranges. */
function shareOfRange({ column, low, high }: Key, before: number): number {
  const { intervals } = column
  const { size } = intervals
  const from = low === undefined ? 0 : intervals.countBefore(low)
  const to = high === undefined ? size : intervals.countBefore(high)
  return (Math.max(0, to - from) + before * RANGES) / (size + RANGES)
}

/** Two ranges of one column as an interval: it has both. */
function both(a: Access, b: Access): Access {
  const [one, other] = [a.keys[0]!, b.keys[0]!]
  const { column } = one
  const { compare } = column
  const end = (x: Scalar | undefined, y: Scalar | undefined, sign: 1 | -1) =>
    x === undefined || (y !== undefined && compare(y, x) * sign > 0) ? y : x
  const low = end(one.low, other.low, 1)
  const high = end(one.high, other.high, -1)
  const isInterval = low !== undefined && high !== undefined
  const key = { column, low, high }
  const share = shareOfRange(key, isInterval ? SHARES.interval : SHARES.half)
  return { refs: [...a.refs, ...b.refs], keys: [key], share: Math.min(a.share, b.share, share) }
}

const least = (found: readonly (Access | undefined)[]): Access | undefined =>
  found.reduce(
    (a, b) => (a === undefined || (b !== undefined && b.share < a.share) ? b : a),
    undefined,
  )

/** The least text that is behind all those with a prefix, by code point; undefined if there is none. */
function behind(prefix: string): string | undefined {
  const points = [...prefix]
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0)!
    // Surrogates are no text.
    const next = point === 0xd7ff ? 0xe000 : point + 1
    if (next <= 0x10ffff) return points.join('') + String.fromCodePoint(next)
  }
  return undefined
}
