import type { Column } from '../dialect/dialect.ts'
import type { Fragment } from '../dialect/fragment.ts'
import type { AnyKind } from '../kinds/dynamic.ts'
import type { Scalar, Test } from '../kinds/kind.ts'
import { attainable } from './members.ts'
import type { Cost, Lookup } from './operator.ts'

/**
 * What can be said of a list's elements. An element of another kind counts as not there, and so
 * does a second one that is equal to a first.
 */
export interface ListTest {
  test(kind: AnyKind, operands: readonly Scalar[]): (value: unknown) => boolean
  sql(column: Column, kind: AnyKind, operands: readonly Scalar[], negated: boolean): Fragment
  /** The cost for a number of operands; PostgreSQL compares each with each element. */
  cost(operands: number): Cost
}

/** What an index of the elements finds lists by that hold every operand, if there is one. */
export const allOf = (kind: AnyKind, operands: readonly Scalar[]): Lookup | undefined => {
  const all = attainable(kind, operands)
  if (all.length < operands.length) return { any: [] }
  return all.length === 0 ? undefined : { all }
}

const never = () => false

/** A hole is an element that no test is true of. */
function hasSome(list: readonly unknown[], test: Test): boolean {
  for (let i = 0; i < list.length; i++) if (test(list[i])) return true
  return false
}

/** The list holds at least one of the operands. */
export const holdsAny: ListTest = {
  cost: (operands) => ({ passes: 1, comparing: 2 * operands }),
  test(kind, operands) {
    const [first, ...others] = attainable(kind, operands)
    if (first === undefined) return never
    // Text that can be stored equals nothing else: the fastest way is the list's own.
    if (others.length === 0 && kind.name === 'string') {
      return (value) => Array.isArray(value) && value.includes(first)
    }
    const isHeld = others.length === 0 ? kind.equals(first) : kind.among([first, ...others])
    return (value) => Array.isArray(value) && hasSome(value, isHeld)
  },
  sql(column, kind, operands, negated) {
    const constants = attainable(kind, operands)
    if (constants.length === 0) return column.truth(negated)
    return column.holdsAny(constants, negated)
  },
}

/** The list holds every operand. */
export const holdsAll: ListTest = {
  cost: (operands) => ({ passes: 1.2, comparing: 2 * operands }),
  test(kind, operands) {
    const constants = attainable(kind, operands)
    if (constants.length < operands.length) return never
    const places = new Map<Scalar | undefined, number>()
    for (const constant of new Set(constants)) places.set(constant, places.size)
    // In which row each operand was seen last: one array for all rows, never cleared.
    const seen = new Float64Array(places.size)
    let row = 0
    return (value) => {
      if (!Array.isArray(value)) return false
      row++
      let missing = seen.length
      for (const element of value) {
        const place = places.get(kind.read(element))
        if (place !== undefined && seen[place] !== row) {
          seen[place] = row
          missing--
        }
      }
      return missing === 0
    }
  },
  sql(column, kind, operands, negated) {
    const constants = attainable(kind, operands)
    if (constants.length < operands.length) return column.truth(negated)
    if (constants.length === 0) return column.present(negated)
    return column.holdsAll(constants, negated)
  },
}

/** The list holds every operand and nothing else. */
export const holdsExactly: ListTest = {
  cost: (operands) => ({ passes: 1.5, comparing: 4 * operands }),
  test(kind, operands) {
    const all = holdsAll.test(kind, operands)
    const set = new Set<Scalar | undefined>([...attainable(kind, operands), undefined])
    return (value) => all(value) && (value as unknown[]).every((each) => set.has(kind.read(each)))
  },
  sql(column, kind, operands, negated) {
    const constants = attainable(kind, operands)
    if (constants.length < operands.length) return column.truth(negated)
    return column.holdsExactly(constants, negated)
  },
}
