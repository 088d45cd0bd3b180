import type { SortKey } from '../condition/keyset.ts'
import type { Ordering } from '../condition/ordering.ts'
import { throughOf } from '../condition/relation.ts'
import type { Scalar } from '../kinds/kind.ts'
import type { Field } from '../schema/field.ts'
import { nullsOf } from '../schema/ordering-term.ts'
import { accessor } from './accessor.ts'

/** How an ordering compares rows: their keys are read once each, and compared often. */
export interface CompiledOrdering {
  keyOf(row: unknown): SortKey
  compare(a: SortKey, b: SortKey): number
}

/** Reads what a term sorts by; in rows that a database found, what it sorted related rows by. */
export const sortReader = (field: Field, isFound = false): ((row: unknown) => unknown) =>
  throughOf(field)?.reader(isFound) ?? accessor(field)

export function compileSortKey(ordering: Ordering, isFound?: boolean): CompiledOrdering {
  const terms = ordering.map((term) => ({
    read: sortReader(term.field, isFound),
    kind: term.field.type.kind,
    direction: term.direction,
    /** The order of an absent value and a present one. */
    absent: nullsOf(term) === 'first' ? -1 : 1,
  }))
  return {
    keyOf(row) {
      const key: (Scalar | undefined)[] = []
      for (let i = 0; i < terms.length; i++) {
        const { read, kind } = terms[i]!
        key.push(kind.read(read(row)))
      }
      return key
    },
    compare(a, b) {
      for (let i = 0; i < terms.length; i++) {
        const x = a[i]
        const y = b[i]
        if (x === y) continue
        const { kind, direction, absent } = terms[i]!
        if (x === undefined) return absent
        if (y === undefined) return -absent
        const order = kind.compare(x, y)
        if (order !== 0) return order * direction
      }
      return 0
    },
  }
}

/** An ordering as a comparison of rows, for `sort`. */
export function compileOrdering(ordering: Ordering): (a: unknown, b: unknown) => number {
  const { keyOf, compare } = compileSortKey(ordering)
  return (a, b) => compare(keyOf(a), keyOf(b))
}
