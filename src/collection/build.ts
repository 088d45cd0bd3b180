/** Makes the indexes of a field or of an order. */

import { accessor } from '../compile/accessor.ts'
import type { Ordering } from '../condition/ordering.ts'
import { foldCase } from '../kinds/case-fold.ts'
import type { Scalar } from '../kinds/kind.ts'
import { string } from '../kinds/string.ts'
import { wordsOf } from '../kinds/words.ts'
import { compareValues } from '../query/facet.ts'
import type { Field } from '../schema/field.ts'
import { nullsOf, type OrderingTerm } from '../schema/ordering-term.ts'
import { eachBit } from './bits.ts'
import { OrderIndex, type OrderTerm } from './order-index.ts'
import type { Slots } from './slots.ts'
import { TermIndex, type Terms } from './term-index.ts'

/**
 * A scalar field with more values than this has an order instead of a posting for each: ranges of an
 * index of terms test each value.
 */
const MOST_VALUES = 1024

/** Terms of which no row has more than one. */
export const single = (one: (row: unknown) => Scalar | undefined): Terms => ({
  one,
  of(row) {
    const term = one(row)
    return term === undefined ? undefined : [term]
  },
})

/** The values of a field, or the elements of its lists. */
export function valuesOf(field: Field): Terms {
  const read = accessor(field)
  const { kind, list } = field.type
  if (!list) {
    return single((row) => kind.read(read(row)))
  }
  const of = (row: unknown) => {
    const value = read(row)
    if (!Array.isArray(value)) return undefined
    const elements = new Set(value.map((each) => kind.read(each)))
    elements.delete(undefined)
    return [...elements] as Scalar[]
  }
  return { of }
}

/** Up to so many words are compared with each other to find those that are there twice. */
const FEW_WORDS = 16

/** The words of a field's texts, by what splits a text. */
export function termsOfWords(field: Field, split = wordsOf): Terms {
  const read = accessor(field)
  const { kind } = field.type
  const of = (row: unknown) => {
    const value = kind.read(read(row))
    if (typeof value !== 'string') return undefined
    const words = split(value)
    return words.length > FEW_WORDS
      ? [...new Set(words)]
      : words.filter((word, at) => words.indexOf(word) === at)
  }
  return { of }
}

/** An index of terms; undefined where a field has too many values for one. */
export function termIndex<T>(terms: Terms, { rows, live }: Slots<T>): TermIndex | undefined {
  const index = new TermIndex(terms)
  const isTooLarge = () => terms.one !== undefined && index.terms > MOST_VALUES
  let isRefused = false
  eachBit(live, (slot) => {
    if (!isRefused) index.add(slot, rows[slot], rows.length)
    isRefused ||= isTooLarge()
  })
  return isRefused ? undefined : index
}

/** Whether an index has grown beyond what it would be made for. */
export const isOutgrown = (index: TermIndex): boolean =>
  index.isSingle && index.terms > 2 * MOST_VALUES

/** Kinds that have the order of numbers, or that of their texts. */
const RANKED: ReadonlySet<string> = /* @__PURE__ */ new Set([
  ...['string', 'timestamp', 'date', 'uuid', 'boolean', 'integer', 'number'],
])

function orderTerm(term: OrderingTerm): OrderTerm {
  const read = accessor(term.field)
  const { kind } = term.field.type
  return {
    read: (row) => kind.read(read(row)),
    compare: compareValues(kind),
    direction: term.direction,
    absent: nullsOf(term) === 'first' ? -1 : 1,
    isRanked: RANKED.has(kind.name) && kind.isFolded !== true,
  }
}

/** A field's texts without their case. */
function foldedTerm(field: Field): OrderTerm {
  const read = accessor(field)
  const fold = (row: unknown) => {
    const value = string.read(read(row))
    return value === undefined ? undefined : foldCase(value)
  }
  return { read: fold, compare: compareValues(string), direction: 1, absent: -1, isRanked: true }
}

function filled<T>(terms: readonly OrderTerm[], { rows, live, size }: Slots<T>): OrderIndex {
  const index = new OrderIndex(terms, rows)
  const slots = new Int32Array(size)
  let length = 0
  eachBit(live, (slot) => {
    slots[length++] = slot
  })
  index.fill(slots)
  return index
}

export const orderIndex = <T>(ordering: Ordering, slots: Slots<T>): OrderIndex =>
  filled(ordering.map(orderTerm), slots)

export const foldedIndex = <T>(field: Field, key: Field, slots: Slots<T>): OrderIndex =>
  filled([foldedTerm(field), orderTerm({ field: key, direction: 1 })], slots)
