// V8 keeps what it learns of a property access and of a call with the place in the source, not with
// the closure. One literal for the leaves of every field would see every key and every operator, and
// be slow for all of them. So `leaf-copies.ts`, which is generated from this file, holds the functions
// below many times over, and each pair of a field and an operator has a copy of its own: a leaf is as
// fast as if a person had written it, without eval, which many hosts forbid. Nothing here knows what
// an operator means.

import type { Test } from '../kinds/kind.ts'
import { hasProperties, isPlainObject, PROTOTYPE } from '../kinds/objects.ts'

export type Predicate = (row: unknown) => boolean

/** Finds the rows from one index to another that fit, writes their indices, and answers how many. */
export type Selection = (
  rows: readonly unknown[],
  from: number,
  to: number,
  indices: Int32Array,
) => number

/**
 * A test of one field, which is false of an absent value. `onPass` and `onFail` are the predicates to
 * continue with (continuation style), so `and`, `or` and `not` cost nothing per row.
 */
export interface Step {
  readonly test: Test
  /** The key of the object that holds the value; undefined where that is the row. */
  readonly outer: string | undefined
  /** Whether that object is a wildcard's document, of which only plain objects count. */
  readonly isDocument: boolean
  readonly key: string
  /** Whether a row passes where the test does not hold. */
  readonly negated: boolean
  /** Asked where the row passes; undefined means true. */
  readonly onPass: Predicate | undefined
  /** Asked where it does not; undefined means false. */
  readonly onFail: Predicate | undefined
}

/** A copy of the code: what makes leaves, and what inverts a test that is true of absent values. */
export interface LeafCode<T> {
  leaf(step: Step): T
  invert(test: Test): Test
}

type Keyed = Readonly<Record<string, unknown>>

export const NO_CONSTANTS = { one: undefined, other: undefined }

// Whether an object has properties that count is tested last, and only if it matters: V8 knows that
// an object is plain by its shape, once a value was read from it.

/** Leaves as functions of a row. */
export function predicateCode(): LeafCode<Predicate> {
  const isPlain = (object: unknown): boolean =>
    (object as Keyed)[PROTOTYPE] === Object.prototype || isPlainObject(object)
  const isRow = (object: unknown): boolean =>
    (object as Keyed)[PROTOTYPE] === Object.prototype || hasProperties(object)

  return {
    leaf({ test, outer, isDocument, key, negated, onPass, onFail }) {
      const isTest = test.same === undefined
      const { one, other } = test.same ?? NO_CONSTANTS
      if (outer !== undefined) {
        const isOuter = isDocument ? isPlain : isRow
        return (row) => {
          const object = (row as Keyed | null)?.[outer] as Keyed | null
          const value = object?.[key]
          const holds = isTest ? test(value) : value === one || value === other
          return (holds && isOuter(object) && isRow(row)) !== negated
            ? onPass === undefined || onPass(row)
            : onFail === undefined
              ? false
              : onFail(row)
        }
      }
      if (isTest) {
        return (row) =>
          (test((row as Keyed | null)?.[key]) && isRow(row)) !== negated
            ? onPass === undefined || onPass(row)
            : onFail === undefined
              ? false
              : onFail(row)
      }
      return (row) => {
        const value = (row as Keyed | null)?.[key]
        return ((value === one || value === other) && isRow(row)) !== negated
          ? onPass === undefined || onPass(row)
          : onFail === undefined
            ? false
            : onFail(row)
      }
    },
    invert: (test) => (value) => !test(value),
  }
}

/** Leaves as loops over rows, which scan faster than a call for each row. */
export function selectionCode(): LeafCode<Selection> {
  const isPlain = (object: unknown): boolean =>
    (object as Keyed)[PROTOTYPE] === Object.prototype || isPlainObject(object)
  const isRow = (object: unknown): boolean =>
    (object as Keyed)[PROTOTYPE] === Object.prototype || hasProperties(object)

  return {
    leaf({ test, outer, isDocument, key, negated, onPass, onFail }) {
      const isTest = test.same === undefined
      const { one, other } = test.same ?? NO_CONSTANTS
      if (outer !== undefined) {
        const isOuter = isDocument ? isPlain : isRow
        return (rows, from, to, indices) => {
          let count = 0
          for (let i = from; i < to; i++) {
            const row = rows[i]
            const object = (row as Keyed | null)?.[outer] as Keyed | null
            const value = object?.[key]
            const holds = isTest ? test(value) : value === one || value === other
            const passes = (holds && isOuter(object) && isRow(row)) !== negated
            if (
              passes
                ? onPass === undefined || onPass(row)
                : onFail === undefined
                  ? false
                  : onFail(row)
            ) {
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
            const passes = (test((row as Keyed | null)?.[key]) && isRow(row)) !== negated
            if (
              passes
                ? onPass === undefined || onPass(row)
                : onFail === undefined
                  ? false
                  : onFail(row)
            ) {
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
          const passes = ((value === one || value === other) && isRow(row)) !== negated
          if (
            passes
              ? onPass === undefined || onPass(row)
              : onFail === undefined
                ? false
                : onFail(row)
          ) {
            indices[count++] = i
          }
        }
        return count
      }
    },
    invert: (test) => (value) => !test(value),
  }
}
