import { describe } from '../error/describe.ts'
import type { Query } from '../parse/query.ts'

/** How many rows a query finds on all of its pages together. */
export interface Total {
  /** The number of rows, or the maximum that the schema counts to. */
  readonly total: number
  /** False where counting stopped at the maximum: there are more rows than `total`. */
  readonly totalIsExact: boolean
}

/** The total of a page from the number of rows that were counted for it. */
export function totalOf({ schema }: Query, counted: number): Total {
  const { max = counted } = schema.counts ?? {}
  return { total: Math.min(counted, max), totalIsExact: counted <= max }
}

/** A count as drivers give it: a number, a bigint or a text. @throws TypeError if it is none. */
export function readTotal(given: unknown): number {
  const isCount = typeof given === 'bigint' || (typeof given === 'string' && /^\d+$/.test(given))
  const total = isCount ? Number(given) : given
  if (typeof total === 'number' && Number.isSafeInteger(total) && total >= 0) return total
  throw new TypeError(
    `tamis: total: expected the count of compileCount, received ${describe(given)}`,
  )
}
