// V8 keeps what it learns of a property access and of a call with the place in the source, not with
// the closure. One literal for the leaves of every field would see every key and every operator, and
// so be slow for all of them. The build writes this file out many times over (`leaves.ts`), and each
// pair of a field and an operator works with a copy of its own, so that a leaf is as fast as if a
// person had written it, without generated code, which many hosts forbid. Nothing here knows what an
// operator means.

import { isPlainObject } from '../kinds/json.ts'
import type { Test } from '../kinds/kind.ts'
import { PROTOTYPE } from './accessor.ts'

export type Predicate = (row: unknown) => boolean

/** What follows a leaf: an answer, or another leaf that gives it. */
export type Next = boolean | Predicate

/** Finds the rows from one index to another that fit, writes their indices, and answers how many. */
export type Selection = (
  rows: readonly unknown[],
  from: number,
  to: number,
  indices: Uint32Array,
) => number

/** A test of one field, and what follows where it holds and where it does not. */
export interface Step {
  readonly test: Test
  /** What the test says of an absent value. */
  readonly absent: boolean
  /** The key of the object that holds the value; undefined where that is the row. */
  readonly outer: string | undefined
  readonly key: string
  readonly yes: Next
  readonly no: Next
}

type Keyed = Readonly<Record<string, unknown>>

// Own properties of plain objects count, and no others. That is asked last, and only where it
// matters: whether an object is plain is known by its shape once a value was read from it.

const isPlain = (object: unknown): boolean =>
  (object as Keyed)[PROTOTYPE] === Object.prototype || isPlainObject(object)

export function leafPredicate({ test, absent, outer, key, yes, no }: Step): Predicate {
  if (outer === undefined) {
    return (row) => {
      let holds = test((row as Keyed | null)?.[key])
      if (holds !== absent && !isPlain(row)) holds = absent
      return holds
        ? yes === true || (yes !== false && yes(row))
        : no === true || (no !== false && no(row))
    }
  }
  return (row) => {
    const object = (row as Keyed | null)?.[outer]
    let holds = test((object as Keyed | null)?.[key])
    if (holds !== absent && !(isPlain(row) && isPlain(object))) holds = absent
    return holds
      ? yes === true || (yes !== false && yes(row))
      : no === true || (no !== false && no(row))
  }
}

/** The same in a loop: what makes a scan faster than a call for each row. */
export function leafSelection({ test, absent, outer, key, yes, no }: Step): Selection {
  if (outer === undefined) {
    return (rows, from, to, indices) => {
      let count = 0
      for (let i = from; i < to; i++) {
        const row = rows[i]
        let holds = test((row as Keyed | null)?.[key])
        if (holds !== absent && !isPlain(row)) holds = absent
        const fits = holds
          ? yes === true || (yes !== false && yes(row))
          : no === true || (no !== false && no(row))
        if (fits) indices[count++] = i
      }
      return count
    }
  }
  return (rows, from, to, indices) => {
    let count = 0
    for (let i = from; i < to; i++) {
      const row = rows[i]
      const object = (row as Keyed | null)?.[outer]
      let holds = test((object as Keyed | null)?.[key])
      if (holds !== absent && !(isPlain(row) && isPlain(object))) holds = absent
      const fits = holds
        ? yes === true || (yes !== false && yes(row))
        : no === true || (no !== false && no(row))
      if (fits) indices[count++] = i
    }
    return count
  }
}
