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

/** Finds the rows from one index to another that fit, writes their indices, and answers how many. */
export type Selection = (
  rows: readonly unknown[],
  from: number,
  to: number,
  indices: Int32Array,
) => number

/** A test of one field, which is false of an absent value, and what follows. */
export interface Step {
  readonly test: Test
  /** The key of the object that holds the value; undefined where that is the row. */
  readonly outer: string | undefined
  readonly key: string
  /** Whether a row passes where the test does not hold. */
  readonly negated: boolean
  /** What a row that passes must be, too; undefined where it need be nothing else. */
  readonly yes: Predicate | undefined
  /** What a row that does not pass may be instead; undefined where that is nothing. */
  readonly no: Predicate | undefined
}

type Keyed = Readonly<Record<string, unknown>>

// Own properties of plain objects count, and no others. That is asked last, and only where it
// matters: whether an object is plain is known by its shape once a value was read from it.

const isPlain = (object: unknown): boolean =>
  (object as Keyed)[PROTOTYPE] === Object.prototype || isPlainObject(object)

const NONE = { one: undefined, other: undefined }

export function leafPredicate({ test, outer, key, negated, yes, no }: Step): Predicate {
  const isTest = test.same === undefined
  const { one, other } = test.same ?? NONE
  if (outer !== undefined) {
    return (row) => {
      const object = (row as Keyed | null)?.[outer] as Keyed | null
      const value = object?.[key]
      const holds = isTest ? test(value) : value === one || value === other
      return (holds && isPlain(object) && isPlain(row)) !== negated
        ? yes === undefined || yes(row)
        : no === undefined
          ? false
          : no(row)
    }
  }
  if (isTest) {
    return (row) =>
      (test((row as Keyed | null)?.[key]) && isPlain(row)) !== negated
        ? yes === undefined || yes(row)
        : no === undefined
          ? false
          : no(row)
  }
  return (row) => {
    const value = (row as Keyed | null)?.[key]
    return ((value === one || value === other) && isPlain(row)) !== negated
      ? yes === undefined || yes(row)
      : no === undefined
        ? false
        : no(row)
  }
}

/** The same in a loop: what makes a scan faster than a call for each row. */
export function leafSelection({ test, outer, key, negated, yes, no }: Step): Selection {
  const isTest = test.same === undefined
  const { one, other } = test.same ?? NONE
  if (outer !== undefined) {
    return (rows, from, to, indices) => {
      let count = 0
      for (let i = from; i < to; i++) {
        const row = rows[i]
        const object = (row as Keyed | null)?.[outer] as Keyed | null
        const value = object?.[key]
        const holds = isTest ? test(value) : value === one || value === other
        const passes = (holds && isPlain(object) && isPlain(row)) !== negated
        if (passes ? yes === undefined || yes(row) : no === undefined ? false : no(row)) {
          indices[count++] = i
        }
      }
      return count
    }
  }
  if (isTest) {
    return (rows, from, to, indices) => {
      let count = 0
      for (let i = from; i < to; i++) {
        const row = rows[i]
        const passes = (test((row as Keyed | null)?.[key]) && isPlain(row)) !== negated
        if (passes ? yes === undefined || yes(row) : no === undefined ? false : no(row)) {
          indices[count++] = i
        }
      }
      return count
    }
  }
  return (rows, from, to, indices) => {
    let count = 0
    for (let i = from; i < to; i++) {
      const row = rows[i]
      const value = (row as Keyed | null)?.[key]
      const passes = ((value === one || value === other) && isPlain(row)) !== negated
      if (passes ? yes === undefined || yes(row) : no === undefined ? false : no(row)) {
        indices[count++] = i
      }
    }
    return count
  }
}

/** The opposite of a test that is true of an absent value. */
export function leafOpposite(test: Test): Test {
  return (value) => !test(value)
}
