import type { Scalar } from '../kinds/kind.ts'
import { compareTerms, type OrderTerm } from './order-index.ts'

/** Sorts slots by the terms of their rows. The values of the first term are read once each. */
export function sortSlots(
  slots: Int32Array,
  rows: readonly unknown[],
  terms: readonly OrderTerm[],
): { readonly sorted: Int32Array; readonly values: (Scalar | undefined)[] } {
  const [first, ...rest] = terms as readonly [OrderTerm, ...OrderTerm[]]
  const values: (Scalar | undefined)[] = new Array(rows.length)
  for (let i = 0; i < slots.length; i++) values[slots[i]!] = first.read(rows[slots[i]!])
  const { compare, direction, absent } = first
  const compareSlots = (a: number, b: number): number => {
    const x = values[a]
    const y = values[b]
    if (x !== y) {
      if (x === undefined) return absent
      if (y === undefined) return -absent
      const order = compare(x, y) * direction
      if (order !== 0) return order
    }
    for (let i = 0; i < rest.length; i++) {
      const term = rest[i]!
      const order = compareTerms(term, term.read(rows[a]), term.read(rows[b]))
      if (order !== 0) return order
    }
    return 0
  }
  return { sorted: slots.sort(compareSlots), values }
}
