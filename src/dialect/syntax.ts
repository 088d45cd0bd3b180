import { type Fragment, sql } from './fragment.ts'

/** The condition or, if `negated`, its complement, in which NULL counts as not true. */
export type Negate = (condition: Fragment, negated: boolean) => Fragment

/** An engine's syntax for truth values and negation, and limits on the length of the text. */
export interface Syntax {
  readonly truth: (value: boolean) => Fragment
  readonly negate: Negate
  /** Longer paths become parameters, so that filters cannot make the text long. */
  readonly longestPath: number
  /** Up to this number of words, each is a condition; more become one parameter. */
  readonly fewWords: number
  /** Up to this number of members, each is an index lookup in the side table. */
  readonly fewMembers: number
}

const TRUE = sql`TRUE`
const FALSE = sql`FALSE`

/** The syntax of SQL:1999, and the usual limits. */
export const STANDARD: Syntax = {
  truth: (value) => (value ? TRUE : FALSE),
  // IS NOT TRUE needs the condition once; NOT (c) OR c IS NULL would repeat it.
  negate: (condition, negated) => (negated ? sql`((${condition}) IS NOT TRUE)` : condition),
  longestPath: 200,
  fewWords: 8,
  fewMembers: 8,
}

/** `NOT`, for conditions that are never NULL. */
export const not: Negate = (condition, negated) => (negated ? sql`NOT ${condition}` : condition)
